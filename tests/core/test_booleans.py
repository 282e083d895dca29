"""A boolean beside a Value counts as the number 0 or 1: a float comes out, and a gradient flows."""

from __future__ import annotations

import numpy as np
import pytest

import tinygrad_act as ta

from ..each import each

TWO = [op for op in ta.ops.values() if op.elementwise and len(op.inputs) == 2 and None not in op.rules]
OPS = [pytest.param(op, id=op.name) for op in TWO]
BOOLEANS = {
    "True": True, "False": False, "np.True_": np.True_, "0-d": np.array(True), "array": np.array([True, False, True]),
}  # fmt: skip
DATA = {"number": 0.5, "one": 1.0, "array": np.array([0.5, 1.0, 2.0])}


def called(op, value, other, place):
    """The operation on them, and the gradient of its sum by `value`, which is its input number `place`."""
    f = lambda v: op.call(*((v, other) if place == 0 else (other, v)))
    return f(ta.Value(value)), ta.grad(lambda v: ta.sum(f(v)))(value)


@each("data", DATA)
@each("boolean", BOOLEANS)
@each("op", OPS)
def test_beside_a_value(op, boolean, data):
    for place in (0, 1):
        if op.name == "bce_with_logits" and (place == 1 or np.shape(DATA[data]) != np.shape(BOOLEANS[boolean])):
            continue  # targets may be a mask of the logits' shape, logits are numbers
        other = BOOLEANS[boolean]
        number = float(other) if isinstance(other, (bool, np.bool_)) else np.asarray(other, float)
        with np.errstate(all="ignore"):
            found, gradient = called(op, DATA[data], other, place)
            expected, its_gradient = called(op, DATA[data], number, place)
        assert isinstance(found, ta.Value)
        assert found.requires_grad
        assert type(found._held) is type(expected._held)
        assert found.dtype == np.float64
        np.testing.assert_array_equal(found.numpy(), expected.numpy())
        np.testing.assert_array_equal(gradient, its_gradient)
        assert type(gradient) is type(its_gradient)


@each("boolean", BOOLEANS)
@each("op", OPS)
def test_in_a_program(op, boolean):
    for place in (0, 1):
        for data in DATA.values():
            if op.name == "bce_with_logits" and (place == 1 or np.shape(data) != np.shape(BOOLEANS[boolean])):
                continue
            other = BOOLEANS[boolean]
            f = lambda v, other=other, place=place: ta.sum(op.call(*((v, other) if place == 0 else (other, v))))
            with np.errstate(all="ignore"):
                (a, d), (b, e) = ta.value_and_grad(f)(data), ta.compile(ta.value_and_grad(f))(data)
            assert np.asarray(b).dtype == np.float64
            np.testing.assert_allclose(b, a, rtol=1e-15)
            np.testing.assert_allclose(e, d, rtol=1e-15)


def test_the_slope_at_a_tie_with_true_is_that_with_one():
    for f in (ta.maximum, ta.minimum, np.maximum, np.minimum):
        for one in (1, 1.0, True, np.True_, np.array(True)):
            for tie in (lambda x, f=f, one=one: f(x, one), lambda x, f=f, one=one: f(one, x)):
                v = ta.Value(1.0)
                a = ta.sum(tie(v))
                a.backward()
                assert (a.item(), v.grad) == (1.0, 0.5)
                assert ta.compile(ta.grad(lambda x, tie=tie: ta.sum(tie(x))))(1.0) == 0.5
    assert type(ta.maximum(1.0, True)) is float
    assert type(ta.minimum(True, 0.5)) is float
    assert ta.maximum(True, False) is True, "without a float among them they stay what they are, as in NumPy"


def test_booleans_as_bounds_branches_and_conditions():
    x = ta.Value(0.5)
    passing = (ta.clip(x, min=False, max=True), ta.where(True, x, True), ta.where(np.True_, x, 0))
    stopping = (ta.clip(x, min=True), ta.where(False, x, True), ta.where(True, True, x))
    for a, slope in [*((a, 1) for a in passing), *((a, 0) for a in stopping)]:
        assert a.dtype == np.float64
        x.zero_grad()
        a.backward()
        assert x.grad == slope
    for mask in (np.array([True, False]), [True, False]):
        v = ta.Value(np.array([0.5, 2.0]))
        for a in (ta.where(mask, v, True), ta.where(mask, v, np.array([True, True])), v + mask, v * mask, v - mask):
            assert a.dtype == np.float64
            assert a.requires_grad
    assert (ta.Value(2.0) > True).dtype == bool
    assert type(ta.less(0.5, True)) is bool
