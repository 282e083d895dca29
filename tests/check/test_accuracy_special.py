"""NaN, infinities, the largest and smallest numbers: every activation, every form, arrays small and large."""

from __future__ import annotations

import numpy as np
import pytest

import tinygrad_act as ta
from tinygrad_act.check.accuracy import measured_ops
from tinygrad_act.check.accuracy.measuring import _static

from ..accuracy_bounds import title
from ..each import each

BOUNDED = [
    pytest.param(op, _static(op, static), id=title(op, static))
    for op, static in measured_ops()
    if op.name != "exp" and not op.domain.keys() & set(op.inputs)  # exp overflows, as it should
]


def special(dtype, copies):
    """NaN at place 2; the largest number halved, since selu multiplies by 1.05."""
    info = np.finfo(dtype)
    pairs = [x * sign for x in (info.max / 2, info.tiny, info.smallest_subnormal, dtype(0)) for sign in (1, -1)]
    return np.tile(np.array([-np.inf, np.inf, np.nan, *pairs], dtype), copies)


@each("copies", [1, 6_000])
@each("dtype", [np.float64, np.float32])
@each(("op", "static"), BOUNDED)
def test_nan_stays_nan_and_nothing_else_becomes_nan_or_warns(op, static, dtype, copies):
    z = special(dtype, copies)
    with np.errstate(all="raise", under="ignore"):
        a = op.call(ta.Value(z), **static).data
    assert np.array_equal(np.isnan(a), np.isnan(z))
    if op.rules[0] is None or isinstance(op.rules[0], (int, float)) or op.linear or op.name == "affine":
        return  # nothing flows, or a constant slope does, whatever the input
    for form in ("auto", *op.forms):
        leaf = ta.Value(z)
        out = op.call(leaf, **static)
        with np.errstate(all="raise", under="ignore"), ta.derivative_form(form):
            out.backward(np.ones_like(z))
        assert np.array_equal(np.isnan(leaf.grad), np.isnan(z)), form
