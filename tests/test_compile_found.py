"""What the fuzzer found, each fault by itself, so that it stays found whatever the fuzzer draws."""

from __future__ import annotations

import math

import numpy as np
import pytest

import tinygrad_act as ta
from tinygrad_act.program import PASSES
from tinygrad_act.tree import flatten

X = np.array([0.7, -1.2, 1.5])
WITHOUT = [PASSES, *[tuple(x for x in PASSES if x != name) for name in PASSES], ()]


def agree(f, x, passes, *others):
    """Compiled for x, right for x and for other data."""
    compiled = ta.compile(f, passes=passes)
    for data in (x, *others):
        with np.errstate(all="ignore"):
            expected = flatten(f(data))
        for a, b in zip(expected, flatten(compiled(data)), strict=True):
            assert type(a) is type(b)
            assert np.asarray(a).dtype == np.asarray(b).dtype
            eps = np.finfo(np.asarray(flatten(x)[0]).dtype).eps
            largest = np.max(np.abs(a), where=np.isfinite(a), initial=0.0)
            np.testing.assert_allclose(b, a, rtol=50 * eps, atol=50 * eps * largest)


def squash(x):
    return ta.logit(ta.sigmoid(x) * 0.9 + 0.05)


FACTORS = {
    "two equal ones on one path": ta.value_and_grad(lambda x: 0.0 + ta.sum(squash(squash(x)) * 1.0)),
    "a chain that can't carry one": ta.value_and_grad(lambda x: ta.sum(ta.normal_pdf(x) + ta.gelu(x))),
    "beside a mask": ta.value_and_grad(
        lambda x: ta.sum(ta.at_kink("left")(ta.relu6)(ta.log(ta.sigmoid(x) * 2.7 + 0.15)))
    ),
}


@pytest.mark.parametrize("passes", WITHOUT, ids=str)
@pytest.mark.parametrize("f", FACTORS.values(), ids=FACTORS)
def test_a_factor_is_moved_without_loss(f, passes):
    agree(f, X, passes)
    agree(f, X.astype(np.float32), passes)


@pytest.mark.parametrize("keepdims", [False, True])
@pytest.mark.parametrize("axis", [None, 0, 1, -1, (0,), (1,), (0, 1)])
def test_sums_of_matrices_over_any_axes(axis, keepdims):
    x = np.arange(6.0).reshape(2, 3)
    agree(lambda x: ta.sum(ta.tanh(x), axis=axis, keepdims=keepdims), x, PASSES)
    for f in (ta.var, ta.std, ta.logsumexp):
        agree(ta.grad(lambda x: ta.sum(f(x, axis=axis, keepdims=keepdims))), x, PASSES)


NAN = np.array([math.nan, 0.2, math.nan])
MASKS = {
    "a comparison": lambda y: ta.sum(y),
    "a slice": lambda y: ta.sum(ta.exp(y[1:2])) + ta.sum(y),
    "a branch not taken": lambda y: ta.sum(ta.where(np.array([False, True, False]), ta.exp(y), 0.0)) + ta.sum(y),
}


@pytest.mark.parametrize("rest", MASKS.values(), ids=MASKS)
@pytest.mark.parametrize("op", [lambda x: ta.clip(x, min=-0.5, max=0.75), ta.relu, ta.hard_tanh, ta.relu6])
def test_a_slope_written_as_a_mask_does_not_swallow_nan(op, rest):
    """The loss is no result, so NaN has to be looked for behind what hides it."""
    f = ta.grad(lambda x: rest(op(x)))
    assert np.isnan(ta.compile(f)(NAN)).tolist() == [True, False, True]
    agree(f, X, PASSES, NAN)


@pytest.mark.parametrize("op", [ta.mean, ta.logmeanexp, ta.var, ta.std])
def test_reductions_of_a_python_number_have_a_slope(op):
    assert ta.grad(op)(1.5) == ta.compile(ta.grad(op))(1.5) == ta.grad(op)(np.array(1.5))
    assert type(ta.grad(op)(1.5)) is float


@pytest.mark.parametrize("zero", [0.0, 0, np.array(0.0)])
def test_the_slope_of_a_division_by_zero_is_infinite_whatever_zero_is(zero):
    for x in (X, np.array(0.7), X.astype(np.float32)):
        f = ta.grad(lambda x: ta.sum(x / zero))
        with np.errstate(all="ignore"):
            assert np.isinf(f(x)).all()
            assert f(x).dtype == x.dtype
        assert np.isinf(ta.compile(f)(x)).all()


def test_numpy_numbers_keep_their_dtype():
    """A program hands NumPy's numbers to the body of an operation; squareplus made Python's float of one."""
    assert ta.squareplus(np.float32(0.3)).dtype == np.float32
    f = ta.value_and_grad(lambda x: ta.prod(ta.squareplus(ta.gelu(x), b=0.5)))
    agree(f, np.array(0.3, np.float32), PASSES, np.array(-2.0, np.float32))


def test_python_numbers_stay_python_numbers():
    agree(lambda t: [ta.swish_beta(t[0], t[0]), t[0] > t[1], ta.where(t[0] > 0.0, t[0], t[1])], [0.5, -1.0], PASSES,
          [-0.5, 2.0])  # fmt: skip


def test_the_type_of_a_choice_does_not_depend_on_the_condition():
    for condition in (True, False):
        assert type(ta.where(condition, 0.5, 1)) is float
        assert type(ta.where(condition, False, 0.5)) is float
        assert type(ta.where(condition, 2, 1)) is int


def test_zeros_of_floor_and_ceil_and_sign_are_those_of_an_array():
    for op in (ta.floor, ta.ceil, ta.sign):
        for x in (-0.0, 0.0, -0.3, 0.3, -1e-40):
            assert math.copysign(1.0, op(x)) == math.copysign(1.0, op(np.array(x)))


def test_an_infinite_cotangent_stops_at_the_mask_of_a_number():
    """NumPy makes its own bool of a comparison of numbers without axes: a mask like any other."""
    for mask in (False, np.False_, np.array(False)):
        with np.errstate(invalid="ignore"):
            assert ta.ops["chain"].call(np.array(np.inf), mask, 0.0) == 0.0
    f = ta.grad(lambda x: ta.exp(ta.relu6(x) * 200.0))
    for x in (np.array(720.0), np.array(720.0, np.float32)):
        with np.errstate(all="ignore"):
            assert f(x) == 0.0
        for passes in WITHOUT:
            g = ta.compile(f, passes=passes)
            g(np.array(0.5, x.dtype))
            assert g(x) == 0.0
