"""A cotangent of 0 brings nothing through whole operations either: an infinity or NaN in a branch that `where` did
not take stays there."""

from __future__ import annotations

import numpy as np
import pytest

import tinygrad_act as ta
from tinygrad_act.check import samples
from tinygrad_act.engine import backprop
from tinygrad_act.operations import idle

from ..conftest import flows
from ..each import each

ODD = np.array([[np.inf, 0.0], [0.0, 1.0]])
X = np.array([0.5, 0.7])

BRANCHES = {
    "matmul": lambda a: ta.where(a > 0, a, ODD @ a).sum(),
    "matmul from the left": lambda a: ta.where(a > 0, a, a @ ODD).sum(),
    "matmul of a matrix": lambda a: ta.where(a > 0, a, (ODD @ ta.reshape(a, shape=(2, 1))).sum()).sum(),
    "matmul of NaN": lambda a: ta.where(a > 0, a, (ODD * np.nan) @ a).sum(),
    "dot": lambda a: ta.where(a[0] > 0, a.sum(), np.dot(np.array([np.inf, 1.0]), a)),
    "outer": lambda a: ta.where(a[0] > 0, a.sum(), ta.outer(a, np.array([np.inf, 1.0])).sum()),
    "einsum": lambda a: ta.where(a[0] > 0, a.sum(), ta.einsum(a, ODD, subscripts="i,ij->j").sum()),
    "logsumexp": lambda a: ta.where(a.sum() > 0, a.sum(), ta.logsumexp(a * np.inf)),
    "softmax": lambda a: ta.where(a.sum() > 0, a.sum(), (ta.softmax(a * np.inf) * a).sum()),
    "prod": lambda a: ta.where(a.sum() > 0, a.sum(), ta.prod(a * 1e200)),
    "std": lambda a: ta.where(a.sum() > 0, a.sum(), ta.std(a * np.inf)),
    "var": lambda a: ta.where(a.sum() > 0, a.sum(), ta.var(a / 0.0)),
    "max": lambda a: ta.where(a.sum() > 0, a.sum(), ta.max(a * np.nan)),
}


def every_way(f, x):
    """The gradient by every way there is, with what each is called."""
    slope = ta.grad(f)
    value = ta.Value(x)
    f(value).backward()
    yield "grad", slope(x)
    yield "backward", value.grad
    for passes in (None, (), ["lower"]):
        compiled = ta.compile(slope, passes=passes)
        yield f"compiled, passes={passes}", compiled(x)
        yield f"once more, passes={passes}", compiled(x)
    yield "with care", ta.compile(slope).trace(x).with_care(x)
    yield "recorded elsewhere", ta.compile(lambda x, f=f: ta.grad(f)(x) * 1.0)(x)


@each("dtype", [np.float64, np.float32])
@each("f", BRANCHES.values(), ids=BRANCHES)
def test_a_branch_that_is_not_taken_brings_nothing(f, dtype):
    with np.errstate(all="ignore"):
        for way, slope in every_way(f, X.astype(dtype)):
            np.testing.assert_array_equal(slope, [1.0, 1.0], way)
            assert slope.dtype == dtype


@each("op", [ta.logsumexp, ta.std, ta.prod, ta.max], ids=lambda op: op.__name__)
@each("x", [0.5, np.array(0.5), np.array(0.5, np.float32)], ids=["float", "array", "float32"])
def test_single_numbers(op, x):
    with np.errstate(all="ignore"):
        for way, slope in every_way(lambda a: ta.where(a > 0, a, op(a * np.inf) * 0.0), x):
            assert slope == 1.0, way
            assert type(slope) is type(x), way


def test_entry_by_entry_for_matrix_products():
    """One row of the product is taken, and it is the finite one."""
    with np.errstate(all="ignore"):
        for way, slope in every_way(BRANCHES["matmul"], np.array([0.5, -0.7])):
            np.testing.assert_array_equal(slope, [1.0, 1.0], way)


@pytest.mark.parametrize("f", [lambda a: (ODD @ a).sum(), lambda a: ta.where(a > 9, a, ODD @ a).sum()])
def test_what_is_taken_is_not_swallowed(f):
    with np.errstate(all="ignore"):
        for way, slope in every_way(f, X):
            assert np.isinf(slope[0]), way
        for way, slope in every_way(lambda a: f(a * np.array([np.nan, 1.0])), X):
            assert np.isnan(slope[0]), way
    g, y = np.array([[1e-300, 1.0]]), np.array([[np.nan, 1.0], [1.0, 1.0]])
    assert np.isnan(ta.ops["matmul"].idle[0](g @ y.T, g, None, np.ones((1, 2)), y)).tolist() == [[True, False]]


def test_a_second_derivative_behind_a_branch_that_is_not_taken():
    f = ta.grad(lambda a: (ta.grad(lambda a: ta.where(a > 0, a * a, ODD @ a).sum())(a) * a).sum())
    with np.errstate(all="ignore"):
        np.testing.assert_allclose(f(X), 4 * X)
        np.testing.assert_allclose(ta.compile(f)(X), 4 * X)


def test_a_gradient_without_nan_is_pulled_once(monkeypatch):
    calls = []
    count = backprop.count_uses
    monkeypatch.setattr(backprop, "count_uses", lambda *args: calls.append(args) or count(*args))
    value = ta.Value(X)
    (np.ones((2, 2)) @ value).sum().backward()
    assert not calls
    with np.errstate(all="ignore"):
        BRANCHES["matmul"](ta.Value(X)).backward()
    assert len(calls) == 1


def test_operations_whose_rules_can_meet_nothing_are_left_alone():
    for op in ta.ops.values():
        assert idle.may_be_idle(op) == (not op.elementwise and not op.linear)
        for case in samples.cases(op)[:1]:
            f, arrays = samples.movable(op, case)
            if arrays and idle.may_be_idle(op) and flows(op):
                many = tuple(range(len(arrays)))
                plain = ta.grad(lambda *xs, f=f: ta.sum(f(*xs)), many)(*arrays)
                for a, b in zip(plain, ta.compile(ta.grad(lambda *xs, f=f: ta.sum(f(*xs)), many), passes=())(*arrays)):
                    np.testing.assert_array_equal(a, b)
