"""What the fuzzer found, each fault by itself, so that it stays found whatever the fuzzer draws."""

from __future__ import annotations

import math

import numpy as np
import pytest

import tinygrad_act as ta
from tinygrad_act.compiler import PASSES
from tinygrad_act.core.trees import flatten

from ..each import each

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


@each("passes", WITHOUT, ids=str)
@each("f", FACTORS.values(), ids=FACTORS)
def test_a_factor_is_moved_without_loss(f, passes):
    agree(f, X, passes)
    agree(f, X.astype(np.float32), passes)


@each("keepdims", [False, True])
@each("axis", [None, 0, 1, -1, (0,), (1,), (0, 1)])
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


@each("rest", MASKS.values(), ids=MASKS)
@each("op", [lambda x: ta.clip(x, min=-0.5, max=0.75), ta.relu, ta.hard_tanh, ta.relu6])
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


@pytest.fixture
def bodies():
    """Operations whose bodies give a number, a list or a tuple in the place of an array."""

    @ta.op(dx=lambda g, _, x: g * np.ones_like(x))
    def total_of(x):
        """a = sum(x)"""
        return float(np.sum(x))

    @ta.op(dx=None)
    def length_of(x):
        """a = len(x)"""
        return len(x)

    @ta.op(dx=None)
    def ends_of(x):
        """a = [x[0], x[-1]]"""
        return [x[0], x[-1]]

    @ta.elementwise(dz=2.0)
    def twice_in_a_list(z):
        """a = 2 * z"""
        return (2.0 * z).tolist()

    names = ["total_of", "length_of", "ends_of", "twice_in_a_list"]
    yield {name: ta.ops[name].call for name in names}
    for name in names:
        del ta.ops[name]


WHAT_FOLLOWS = {
    "reshape": lambda a: a.reshape((-1,)),
    "T": lambda a: a.T,
    "index": lambda a: a[...],
    "added to itself": lambda a: a + a,
    "by zero": lambda a: 1.0 / (a * 0.0),
    "times two": lambda a: 2 * a,
    "joined": lambda a: ta.concatenate([a.reshape((-1,)), a.reshape((-1,))]),
    "as it is": lambda a: a,
}


@pytest.mark.parametrize("use", WHAT_FOLLOWS.values(), ids=WHAT_FOLLOWS)
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_a_body_that_gives_a_number_or_a_list_is_an_array_in_a_program(bodies, use, dtype):
    x = X.astype(dtype)
    equal = {"array_equal": lambda x: ta.array_equal(x, x), "array_equiv": lambda x: ta.array_equiv(x, x)}
    for name, body in {**bodies, **equal}.items():

        def f(x, body=body):
            return use(body(x)), x * body(x)[..., None]

        with np.errstate(all="ignore"):
            right = [a.numpy() for a in f(ta.Value(x))]
        for a, b in zip(ta.compile(f)(x), right, strict=True):
            assert a.dtype == b.dtype, name
            np.testing.assert_array_equal(a, b, err_msg=name)


def test_a_parameter_may_be_called_self():
    def f(x, self):
        return x - 2.0 * self

    program = ta.compile(f)
    assert program(3.0, self=1.0) == program(self=1.0, x=3.0) == 1.0
    assert program.trace(3.0, self=1.0)(3.0, self=1.0) == 1.0

    class Model:
        @ta.compile
        def step(self, x):
            return 2.0 * x

    assert Model.step(self=Model(), x=1.0) == Model().step(x=1.0) == 2.0
    assert Model().step.__name__ == "step"


def test_a_module_may_call_itself_anything():
    space = {"__name__": len, "w": X}
    exec("def f(x): return x * w", space)
    np.testing.assert_array_equal(ta.compile(space["f"])(X), X * X)
