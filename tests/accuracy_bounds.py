"""How many units of the last place an activation, and its slope, may be off.

For the functions of the reference study (shared/reference/accuracy.md, table 1.3) the bound is its
figure plus 1; for the others what was measured plus 1, kept in accuracy_bounds.json; but for none more than
the goal, 4 ulp. To measure anew
(bounds only ever get smaller, and new activations are added):

    python -m tests.accuracy_bounds
"""

from __future__ import annotations

import json
import math
import pathlib

from tinygrad_act.check.accuracy import measure, measured_ops

FILE = pathlib.Path(__file__).with_suffix(".json")
POINTS, MORE_POINTS = 1500, 6000
"""For the test, and for a bound: measured where the test does not look, too."""

GOAL = 4.0
"""No activation may be further off than that, neither its value nor its slope in the accurate form."""

STUDY = {  # float64 value, slope; float32 value, slope
    "sigmoid": (2.01, 3.93, 2.95, 4.20),
    "log_sigmoid": (1.28, 2.02, 2.58, 3.39),
    "softplus": (1.41, 1.86, 2.85, 3.49),
    "tanh": (1.17, 3.55, 1.37, 4.38),
    "elu": (0.51, 0.68, 2.17, 2.16),
    "selu": (2.47, 2.70, 2.90, 2.68),
    "celu(alpha=1.5)": (1.75, 1.74, 3.2, 2.7),
    "soft_sign": (1.47, 3.47, 1.46, 3.45),
    "hard_swish": (1.81, 1.00, 1.78, 1.00),
    "tanh_shrink": (3.91, 2.65, 4.06, 3.11),
    "squareplus": (2.22, 3.43, 2.20, 3.35),
    # the study's own formulas lose more; these only have the goal
    **dict.fromkeys(("silu", "quick_gelu", "gelu", "gelu_tanh", "mish"), (GOAL,) * 4),
}


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
    known = {**kept, **{name: [figure + 1 for figure in figures] for name, figures in STUDY.items()}}
    return {name: [figure and min(figure, GOAL) for figure in figures] for name, figures in known.items()}


def main():
    """Measure, and make bounds smaller or add them."""
    kept = json.loads(FILE.read_text()) if FILE.exists() else {}
    for op, static in measured_ops():
        name = title(op, static)
        if name in STUDY:
            continue
        found = [row and row.largest + 1 for row in accurate(measure(op, static=static, points=MORE_POINTS))]
        old = kept.get(name, [math.inf] * 4)
        kept[name] = [new and round(min(new, before), 2) for new, before in zip(found, old)]
        print(name, kept[name], flush=True)
    FILE.write_text(json.dumps(kept, indent=1) + "\n")


if __name__ == "__main__":
    main()
