"""`argnums`: no gradient is lost in silence, whatever is given."""

from __future__ import annotations

import numpy as np
import pytest

import tinygrad_act as ta
from tinygrad_act.core.trees import flatten

from ..each import each

TRANSFORMS = [ta.grad, ta.value_and_grad, ta.jacobian, ta.hessian]
HOW = {
    "eager": lambda transform, argnums: transform(f, argnums),
    "compiled": lambda transform, argnums: ta.compile(transform(f, argnums)),
    "nested": lambda transform, argnums: (
        lambda x, y: ta.value_and_grad(lambda w: (transform(lambda x, y: f(x, y) * w, argnums)(x, y), w * 0.0)[1])(1.0)
    ),
}
ids = lambda transform: transform.__name__


def f(x, y):
    return x * x * y


@each("how", HOW)
@each("argnums", [(0, 0), (0, -2), (1, -1), (-1, -1), [0, 1, 0], (np.int64(0), 0), range(-2, 1)])
@each("transform", TRANSFORMS, ids=ids)
def test_an_argument_named_twice_is_refused(transform, argnums, how):
    with pytest.raises(ValueError, match=rf"^{transform.__name__}: argnums=\(.*\) names argument -?\d twice"):
        HOW[how](transform, argnums)(2.0, 3.0)


@each("argnums", [True, False, np.True_, 0.0, "x", None, ("x", "y"), (0, True), (0, 1.0), ((0,), 1),
                                     {0, 1}, {0: 1}, np.array([0.0, 1.0]), 1j])  # fmt: skip
@each("transform", TRANSFORMS, ids=ids)
def test_what_is_no_position_is_refused_at_once(transform, argnums):
    with pytest.raises(TypeError, match=rf"^{transform.__name__}: argnums=.*expected the position of an argument"):
        transform(f, argnums)


def test_a_name_is_told_its_position():
    with pytest.raises(TypeError, match="y is at position 1$"):
        ta.grad(f, "y")
    with pytest.raises(TypeError, match=r"\(0, 1\)$"):
        ta.grad(f, "nobody")
    with pytest.raises(TypeError, match=r"\(0, 1\)$"):
        ta.grad(max, "x")


@each("argnums", [2, -3, (0, 2), (-3, 1), 10**30])
@each("transform", TRANSFORMS, ids=ids)
def test_a_position_out_of_range_is_named(transform, argnums):
    with pytest.raises(TypeError, match="there is no positional argument -?[0-9]+; the call has 2"):
        transform(f, argnums)(2.0, 3.0)


bare = lambda x: x.numpy() if isinstance(x, ta.Value) else x
ONE = {0: 12.0, 1: 4.0}
"""The slopes of x²y at (2, 3)."""


@pytest.mark.parametrize("of", [int, np.int64, np.uint8, np.array])
@pytest.mark.parametrize("position", [0, 1])
def test_whole_numbers_of_all_kinds_name_a_single_argument(position, of):
    assert ta.grad(f, of(position))(2.0, 3.0) == ONE[position]
    assert ta.value_and_grad(f, of(position))(2.0, 3.0) == (12.0, ONE[position])
    assert ta.jacobian(f, of(position))(2.0, 3.0) == ONE[position]
    assert ta.hessian(f, of(position))(2.0, 3.0) == {0: 6.0, 1: 0.0}[position]


@pytest.mark.parametrize("argnums", [(1, 0), [1, 0], range(1, -1, -1), np.array([1, 0]), (-1, 0), (-1, -2), (1,), ()])
def test_sequences_give_tuples_in_their_order(argnums):
    expected = tuple(ONE[int(position) % 2] for position in argnums)
    for transform in (ta.grad, ta.jacobian, lambda f, argnums: lambda *xs: ta.value_and_grad(f, argnums)(*xs)[1]):
        assert transform(f, argnums)(2.0, 3.0) == expected
        compiled = ta.compile(lambda x, y: (x * 1.0, transform(f, argnums)(x, y)))
        assert compiled(2.0, 3.0)[1] == expected
    rows = ta.hessian(f, argnums)(2.0, 3.0)
    second = {(0, 0): 6.0, (0, 1): 4.0, (1, 0): 4.0, (1, 1): 0.0}
    assert rows == tuple(tuple(second[i % 2, j % 2] for j in map(int, argnums)) for i in map(int, argnums))


@pytest.mark.parametrize("make", [lambda: np.array([2.0, 3.0]), lambda: ta.Value(np.array([2.0, 3.0])), lambda: 2.5])
def test_one_object_at_two_positions_has_a_gradient_at_each(make):
    x = make()
    data = x.data if isinstance(x, ta.Value) else x
    g = lambda x, y: ta.sum(x * x * y)
    slopes = (2 * data * data, data * data)
    found = ta.grad(g, (0, 1))(x, x), ta.vjp(g, x, x)[1](1.0), ta.jacobian(g, (0, 1))(x, x)
    for pair in (*found, ta.compile(ta.grad(g, (0, 1)))(data, data)):
        assert len(pair) == 2
        for slope, expected in zip(pair, slopes):
            np.testing.assert_array_equal(bare(slope), expected)
    if not isinstance(x, ta.Value):
        assert ta.gradcheck(g, x, x)
    rows = ta.hessian(lambda x, y: ta.sum(x * x * y), (0, 1))(x, x)
    np.testing.assert_array_equal(bare(rows[0][1]), 2 * np.diag(np.atleast_1d(data)) if np.ndim(data) else 2 * data)


def test_donated_arguments_may_be_given_by_numbers_of_numpy():
    step = ta.compile(lambda w, g: w - g, donate=np.int64(0))
    w = np.ones(100)
    assert step(w, np.ones(100)) is w
    assert not w.any()


@each("argnums", [0, 1, -1, (0, 1), (1, -2)])
@each("transform", [ta.grad, ta.value_and_grad, ta.jacobian, ta.hessian])
@each("compiled", [False, True])
def test_an_argument_given_by_name_is_at_its_position(transform, argnums, compiled):
    def f(x, y=5.0, *, scale=1.0):
        return scale * x**2 * y**3

    step = ta.compile(transform(f, argnums)) if compiled else transform(f, argnums)
    right = transform(f, argnums)(2.0, 3.0)
    assert np.array_equal(flatten(step(2.0, y=3.0)), flatten(right))
    assert np.array_equal(flatten(step(y=3.0, x=2.0)), flatten(right))
    assert np.array_equal(flatten(step(2.0, y=3.0, scale=2.0)), 2.0 * np.array(flatten(right)))
    if argnums == -1:
        assert np.array_equal(flatten(step(2.0)), flatten(transform(f, 0)(2.0)))  # of those that are given


def test_a_call_that_does_not_fit_says_so():
    with pytest.raises(TypeError, match="missing 1 required positional argument: 'y'"):
        ta.compile(lambda x, y: x * y)(x=1.0)
    with pytest.raises(TypeError, match="unexpected keyword argument 'z'"):
        ta.grad(lambda x, y: x * y, -1)(1.0, 2.0, z=1.0)
