"""How many units of the last place an activation, and its slope, may be off.

For the functions of the reference study (shared/reference/accuracy.md, table 1.3) the bound is its
figure plus 1; for the others what was measured plus 1, kept in accuracy_bounds.json. To measure anew
(bounds only ever get smaller, and new activations are added):

    python -m tests.accuracy_bounds
"""

from __future__ import annotations

import json
import math
import pathlib

from tinygrad_act.accuracy import measure, measured_ops

FILE = pathlib.Path(__file__).with_suffix(".json")
POINTS, MORE_POINTS = 1500, 6000
"""For the test, and for a bound: measured where the test does not look, too."""

STUDY = {  # float64 value, slope; float32 value, slope
    "sigmoid": (2.01, 3.93, 2.95, 4.20),
    "log_sigmoid": (1.28, 2.02, 2.58, 3.39),
    "softplus": (1.41, 1.86, 2.85, 3.49),
    "tanh": (1.17, 3.55, 1.37, 4.38),
    "silu": (356, 356, 47, 69),
    "mish": (356, 356, 47, 75),
    "gelu": (14, 37, 8.84, 49),
    "gelu_tanh": (1470, 1410, 155, 195),
    "elu": (0.51, 0.68, 2.17, 2.16),
    "selu": (2.47, 2.70, 2.90, 2.68),
    "celu(alpha=1.5)": (1.75, 1.74, 3.2, 2.7),
    "soft_sign": (1.47, 3.47, 1.46, 3.45),
    "hard_swish": (1.81, 1.00, 1.78, 1.00),
    "tanh_shrink": (3.91, 2.65, 4.06, 3.11),
    "squareplus": (2.22, 3.43, 2.20, 3.35),
}
DERIVED = {  # what sampling would find only by luck
    # y = 1.702 * z is off by its rounding and that of 1.702, 2**-53 of y each, and exp makes |y| times that of
    # it: up to 715 * 2 ulp, in float32 91 * 2; and 4 for the rest
    "quick_gelu": (1434, 1434, 186, 186),
    # alpha * z + beta cancels next to its root -3: its rounding, 2**-55, counts 64 ulp at the distance of 0.02;
    # in float32 that of alpha adds as much
    "hard_sigmoid": (65, 1, 129, 1.5),
}
NEAR = {"silu": (2.94, 44, 3.72, 69), "mish": (3.85, 79, 3.84, 75)}
"""The study's figures for |z| <= 30, where those of the whole range come from the edge of underflow."""


def title(op, static):
    """As `measure` names it."""
    return f"{op.name}({', '.join(f'{k}={v:g}' for k, v in static.items())})" if static else op.name


def accurate(rows):
    """Four rows: float64 value and most accurate slope, float32 value and slope; None where there is no slope."""
    found = {(row.dtype, row.what): row for row in rows}
    return [
        found.get((dtype, "slope (input)"), found.get((dtype, what))) if what == "slope" else found[dtype, what]
        for dtype in ("float64", "float32")
        for what in ("value", "slope")
    ]


def bounds():
    """The bounds of every measured activation, by its title."""
    kept = json.loads(FILE.read_text())
    return {**kept, **DERIVED, **{name: [figure + 1 for figure in figures] for name, figures in STUDY.items()}}


def main():
    """Measure, and make bounds smaller or add them."""
    kept = json.loads(FILE.read_text()) if FILE.exists() else {}
    for op, static in measured_ops():
        name = title(op, static)
        if name in STUDY or name in DERIVED:
            continue
        found = [row and row.largest + 1 for row in accurate(measure(op, static=static, points=MORE_POINTS))]
        old = kept.get(name, [math.inf] * 4)
        kept[name] = [new and round(min(new, before), 2) for new, before in zip(found, old)]
        print(name, kept[name], flush=True)
    FILE.write_text(json.dumps(kept, indent=1) + "\n")


if __name__ == "__main__":
    main()
