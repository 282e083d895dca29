"""Every operation, checked from its own declaration alone. Nothing here names an operation."""

from __future__ import annotations

import math
import pickle

import numpy as np
import pytest

import tinygrad_act as ta
from tinygrad_act.check import samples
from tinygrad_act.core.evaluate import evaluate

from ..conftest import differentiable, every_case, flows, one_of_each_kind
from ..each import each
from ..oracle import by_formula

CASES = every_case()
OPS = [pytest.param(op, id=op.name) for op in ta.ops.values()]
ELEMENTWISE = [p for p in OPS if p.values[0].elementwise]


def only(condition, params):
    """The parameters whose operation (and case) fulfil a condition."""
    return [p for p in params if condition(*p.values)]


def on_numbers(op, case):
    return op.elementwise and not any(np.ndim(x) for x in samples.sample(op, case))


def sees_nan(op):
    """Whether a NaN input should show in the slope: not where the slope is the same everywhere."""
    return op.rules[0] not in (None, 1.0) and not op.linear and op.name not in ("where", "chain", "affine")


def first_static(op):
    """Static parameters to call it with: those of its first case."""
    return {**op.defaults, **next((c.static for c in op.cases), {})}


def bounded(op):
    """Finite for every finite input, with one input."""
    overflows = ("exp", "expm1", "exp2", "exp_quotient", "sinh", "cosh", "square")
    return len(op.inputs) == 1 and not op.domain and not op.poles and op.name not in overflows


@each(("op", "case"), one_of_each_kind(differentiable(CASES)), parts=8)
def test_derivative_first_and_second_order(op, case):
    f, arrays = samples.movable(op, case)
    if not any(x.size for x in arrays):
        _, pullback = ta.vjp(f, *arrays)
        g = np.ones(np.shape(f(*arrays)))
        assert [c.shape for c in pullback(g)] == [x.shape for x in arrays]
        return
    report = ta.gradcheck(f, *arrays, order=2)
    assert report.ok, f"{op.name}\n{report}"
    assert report.digits >= 7, f"{op.name}\n{report}"


@pytest.mark.slow
@each(("op", "case"), differentiable(CASES), parts=8)
def test_derivative_of_every_case(op, case):
    test_derivative_first_and_second_order.__wrapped__(op, case)


def kinked(op):
    """Whether its derivative can be checked at a kink."""
    return any(op.rules) and not op.estimator and any(True for _ in samples.at_kinks(op))


@each("op", only(kinked, OPS))
def test_derivative_at_declared_kinks(op):
    for arrays, static in samples.at_kinks(op):
        report = ta.gradcheck(lambda *xs, static=static: op.call(*xs, **static), *arrays)
        assert report.ok, f"{op.name}\n{report}"
        assert any(entry.at_kink for entry in report.entries), f"{op.name}: no kink found\n{report}"


@each(("op", "case"), CASES)
def test_formula_in_the_docstring_is_what_the_body_computes(op, case):
    arrays = samples.sample(op, case)
    expected = by_formula(op, arrays, case.static)
    np.testing.assert_allclose(op.call(*arrays, **case.static), expected, rtol=1e-13, atol=1e-14)


@each(("op", "case"), CASES)
def test_array_and_value_give_the_same_bits(op, case):
    arrays = samples.sample(op, case)
    on_arrays = op.call(*arrays, **case.static)
    values = [ta.Value(x, requires_grad=isinstance(c, tuple)) for x, c in zip(arrays, case.inputs)]
    on_values = op.call(*values, **case.static).data
    assert np.asarray(on_arrays).tobytes() == np.asarray(on_values).tobytes()
    assert np.shape(on_arrays) == np.shape(on_values)
    assert isinstance(on_values, np.ndarray), "0-d must stay an array"


@each(("op", "case"), only(on_numbers, CASES))
def test_python_floats_agree_with_arrays(op, case):
    arrays = samples.sample(op, case)
    numbers = [float(x) for x in arrays]
    a = op.call(*numbers, **case.static)
    assert type(a) in (float, bool), f"{op.name}: gave {type(a)}"
    np.testing.assert_allclose(a, op.call(*arrays, **case.static), rtol=4e-16, atol=0)


@each(("op", "case"), only(lambda op, case: "dtype" not in case.static, CASES))
def test_float32_stays_float32(op, case):
    arrays = samples.sample(op, case, np.float32)
    values = [ta.Value(x) if isinstance(c, tuple) else x for x, c in zip(arrays, case.inputs)]
    if not any(isinstance(v, ta.Value) for v in values):
        return
    a = op.call(*values, **case.static)
    assert a.dtype in (np.float32, bool) or (a.dtype == np.intp and not flows(op)), "places and counts are integers"
    if a.requires_grad and flows(op):
        a.backward(np.ones(a.shape))
        assert {v.grad.dtype for v in values if isinstance(v, ta.Value)} == {np.dtype(np.float32)}


@each(("op", "case"), CASES)
def test_inputs_are_not_changed_and_layout_does_not_matter(op, case):
    """Fortran order, negative strides, read-only and 0-stride inputs give the same bits."""
    f, arrays = samples.movable(op, case)
    kept = [x.copy() for x in arrays]
    expected, pullback = ta.vjp(f, *arrays)
    smooth = expected.dtype.kind == "f" and flows(op)
    gradients = pullback(np.ones(expected.shape)) if smooth else ()
    for layout in (_fortran, _reversed_view, _read_only):
        other, other_pullback = ta.vjp(f, *map(layout, arrays))
        np.testing.assert_allclose(other, expected, rtol=1e-15, atol=1e-15)
        for c, expected_c in zip(other_pullback(np.ones(expected.shape)) if smooth else (), gradients):
            np.testing.assert_allclose(c, expected_c, rtol=1e-13, atol=1e-14)
    for x, before in zip(arrays, kept):
        assert x.tobytes() == before.tobytes(), f"{op.name} wrote to its input"


def _fortran(x):
    return np.array(x, order="F")


def _reversed_view(x):
    return np.ascontiguousarray(x[..., ::-1])[..., ::-1] if x.ndim else x


def _read_only(x):
    x = x.copy()
    x.setflags(write=False)
    return x


def broadcasts(op):
    """Whether one of its cases, or what they are by default, stretches an axis: a loss does not."""
    shapes = [{x if isinstance(x, tuple) else np.shape(x) for x in c.inputs} - {()} for c in op.cases]
    return len(op.inputs) == 1 or not shapes or any(len(different) > 1 for different in shapes)


@each("op", ELEMENTWISE)
def test_elementwise_on_empty_arrays_and_on_broadcasting_with_them(op):
    shapes = [(0, 3), (1, 3), (0, 1)][: len(op.inputs)]
    if not broadcasts(op):
        with pytest.raises(ValueError, match=f"{op.name}: .* does not broadcast"):
            op.call(*map(np.zeros, shapes))
        shapes = [(0, 3)] * len(op.inputs)
    static = first_static(op)
    out, pullback = ta.vjp(lambda *xs: op.call(*xs, **static), *map(np.zeros, shapes))
    assert out.shape == (0, 3)
    assert [c.shape for c in pullback(np.zeros((0, 3)))] == shapes


@each("op", only(sees_nan, ELEMENTWISE))
def test_nan_in_gives_nan_out_and_a_nan_gradient(op):
    if len(op.inputs) > 1:
        x, y = ta.Value(np.array([math.nan, -3.0])), ta.Value(np.array([2.0, math.nan]))
        with np.errstate(invalid="ignore"):
            a = op.call(x, y)
        assert np.isnan(a.data).all()
        a.backward(np.ones(2))
        poisoned = [c.grad for c in (x, y)]
        assert np.isnan(poisoned[0]).any(), f"{op.name}: swallowed NaN"
        assert np.isnan(poisoned[1]).any(), f"{op.name}: swallowed NaN"
        return
    static = next((c.static for c in op.cases), {})
    (beside,) = samples.sample(op, ta.case((1,), **static))
    for z in (ta.Value(np.array([math.nan, *beside])), ta.Value(math.nan)):
        a = op.call(z, **static)
        a.backward(np.ones(a.shape))
        assert np.isnan(np.ravel(a.data)[0]), f"{op.name}: NaN gave {a}"
        assert np.isnan(np.ravel(z.grad)[0]), f"{op.name}: NaN has slope {z.grad}"


@each("op", only(lambda op: sees_nan(op) and len(op.inputs) == 2, ELEMENTWISE))
def test_nan_in_either_of_two_numbers_gives_nan(op):
    assert math.isnan(op.call(math.nan, 2.0))
    assert math.isnan(op.call(-3.0, math.nan))


@each(("op", "case"), differentiable(CASES))
def test_cotangents_are_linear_in_the_seed(op, case):
    """Seed 0 gives exactly 0; twice the seed gives exactly twice the gradient."""
    f, arrays = samples.movable(op, case)
    out, pullback = ta.vjp(f, *arrays)
    g = np.random.default_rng(0).normal(size=out.shape)
    for once, twice, zero in zip(pullback(g), pullback(2 * g), pullback(0 * g)):
        assert np.array_equal(2 * once, twice)
        assert not zero.any()


@each("op", OPS)
def test_the_declaration_is_complete(op):
    assert op.formula.startswith("a = ")
    assert op.derivative, f"{op.name} does not spell its derivative"
    assert getattr(ta, op.name, None) is (None if op.internal else op.call)
    assert hasattr(ta.Value, op.name) is not (op.variadic or op.internal)
    assert ta.ops[op.name] is op
    for alias in op.aliases:
        assert ta.ops[alias] is op
    assert pickle.loads(pickle.dumps(op.call)) is op.call


@each("op", only(bounded, ELEMENTWISE))
def test_no_floating_point_error_from_stable_functions(op):
    """Over the whole range of numbers nothing warns."""
    z = np.concatenate([[0.0], 10.0 ** np.arange(-300, 301, 5.0)])
    with np.errstate(all="raise", under="ignore"):
        evaluate(op, (np.concatenate([-z, z]),), first_static(op))
