"""A compiled gradient has the digits of eager's, in every form: what a shorter formula rounds differently is as
small beside the slope, or beside what one rounding of z does to it.

Eager on few entries runs the rule itself; a program, and eager on many, the shorter formula.
"""

from __future__ import annotations

import numpy as np

import tinygrad_act as ta
from tinygrad_act.core.blocks import BLOCK

from ..each import each

ACTIVATIONS = [
    op
    for op in ta.ops.values()
    if op.reference is not None and op.elementwise and len(op.inputs) == 1 and op.rules[0] is not None
    and not any(name in op.defaults for name in ("rng", "threshold", "min"))
]  # fmt: skip
UNITS = 4
"""How many units of the last place may lie between them."""


def grid(op, dtype):
    small = 10.0 ** np.linspace(-12, 2, 300)
    z = np.concatenate([np.linspace(-8, 8, 801), np.linspace(-60, 60, 601), small, -small]).astype(dtype)
    low, high = op.domain.get(op.inputs[0], (-np.inf, np.inf))
    return z[(z > low) & (z < high)]


def allowed(op, z, slope):
    """What `UNITS` roundings of the slope, and of z, do to the slope."""
    kind = np.finfo(z.dtype)
    with np.errstate(all="ignore"):
        bend = np.nan_to_num(ta.derivative(op.name, 2)(z.astype(np.float64)), posinf=0.0, neginf=0.0)
    return UNITS * float(kind.eps) * (np.abs(slope) + np.abs(z * bend)) + 8 * float(kind.smallest_normal)


@each("dtype", [np.float64, np.float32])
@each("form", ["auto", "input", "output"])
@each("op", ACTIVATIONS, ids=lambda op: op.name)
def test_slopes_have_the_digits_of_the_rule(op, form, dtype):
    z = grid(op, dtype)
    many = np.resize(z, 4 * BLOCK // z.itemsize)
    slope = ta.grad(lambda z: ta.sum(op.call(z)))
    with ta.derivative_form(form), np.errstate(all="ignore"):
        expected = slope(z)
        compiled = ta.compile(slope)
        found = {"compiled": compiled(z), "compiled, with care": compiled.program.with_care(z),
                 "eager on many": slope(many)[: z.size]}  # fmt: skip
    steady = np.isfinite(expected)
    for name, mine in found.items():
        far = np.abs(mine[steady] - expected[steady]) / allowed(op, z, expected)[steady]
        assert far.max(initial=0.0) <= 1, f"{name}: {UNITS * far.max():.3g} units at {z[steady][far.argmax()]}"


def test_the_care_of_a_program_is_that_of_eager():
    """The careful program regroups nothing: it has the bits of eager's slopes."""
    for op in ACTIVATIONS:
        z = grid(op, np.float64)
        slope = ta.grad(lambda z, op=op: ta.sum(op.call(z)))
        with np.errstate(all="ignore"):
            np.testing.assert_array_equal(ta.compile(slope).trace(z).with_care(z), slope(z), op.name)
