"""Lists and tuples of numbers as operands: they count as the arrays that NumPy makes of them, everywhere."""

from __future__ import annotations

import numpy as np
import pytest

import tinygrad_act as ta
from tinygrad_act.check import samples

from ..conftest import every_case, flows
from ..each import each

X = np.array([0.5, -1.0, 2.0])


def as_tuples(x):
    return tuple(map(as_tuples, x)) if isinstance(x, list) else x


def positions(op, case):
    """Inputs that may come as a list while another one is an array."""
    arrays = [i for i, x in enumerate(case.inputs) if isinstance(x, tuple)]
    return [i for i, x in enumerate(case.inputs) if np.ndim(samples.sample(op, case)[i]) and set(arrays) - {i}]


def listed():
    """(operation, case, position, list or tuple): two cases for each place of each operation."""
    seen = {}
    for param in every_case():
        op, case = param.values
        for i in positions(op, case):
            seen[op.name, i] = count = seen.get((op.name, i), 0) + 1
            if count <= 2:
                yield pytest.param(op, case, i, as_tuples if count % 2 else list, id=f"{param.id}-{i}")


@each(("op", "case", "position", "kind"), list(listed()))
def test_a_list_in_any_place_of_any_operation(op, case, position, kind):
    """Value, gradient and second derivative are those of the array, eager and compiled."""
    sampled = samples.sample(op, case)
    moving = [x for i, x in enumerate(sampled) if i != position and isinstance(case.inputs[i], tuple)]

    def result(operand, given):
        supply = iter(given)
        xs = [next(supply) if i != position and isinstance(case.inputs[i], tuple) else x for i, x in enumerate(sampled)]
        xs[position] = operand
        if op.variadic and op.name != "einsum":
            return op.call(xs, **case.static)
        return op.call(*xs, **case.static)

    def loss(operand, given):
        a = result(operand, given)
        return (a * a * 1.0).sum()

    def bent(operand, given):
        return sum([(g * g).sum() for g in ta.grad(lambda *xs: loss(operand, xs), tuple(range(len(given))))(*given)])

    listed, array = kind(sampled[position].tolist()), sampled[position]
    if not sampled[position].size:
        return  # a list does not say how many columns nothing has
    for f in (result, loss) + ((bent,) if moving and flows(op) else ()):
        expected = np.asarray(ta.compile(lambda *xs: f(array, xs), passes=())(*moving))
        for found in (f(listed, [ta.Value(x) for x in moving]), ta.compile(lambda *xs: f(listed, xs))(*moving)):
            found = np.asarray(getattr(found, "data", found))
            np.testing.assert_allclose(found, expected, rtol=1e-13, atol=1e-13)
            assert found.dtype == expected.dtype
    if flows(op):
        both = tuple(range(len(moving)))
        expected = ta.grad(lambda *xs: bent(array, xs), both)(*moving)
        for found in (
            ta.grad(lambda *xs: bent(listed, xs), both)(*moving),
            ta.compile(ta.grad(lambda *xs: bent(listed, xs), both))(*moving),
        ):
            for c, d in zip(found, expected):
                np.testing.assert_allclose(c, d, rtol=1e-11, atol=1e-11)


def test_operators_both_ways_round():
    c = [1.0, 2.0, 3.0]
    for f in (
        lambda x, c: x * c, lambda x, c: c * x, lambda x, c: x + c, lambda x, c: c + x, lambda x, c: x - c,
        lambda x, c: c - x, lambda x, c: x / c, lambda x, c: c / x, lambda x, c: abs(x) ** c, lambda x, c: c ** x,
        lambda x, c: x @ c, lambda x, c: c @ x, lambda x, c: x > c, lambda x, c: c > x, lambda x, c: x == c,
        lambda x, c: ta.where(x > c, c, x), lambda x, c: np.maximum(c, x), lambda x, c: np.concatenate([c, x]),
        lambda x, c: np.where([True, False, True], x, c), lambda x, c: ta.stack([x, c]), lambda x, c: ta.dot(c, x),
        lambda x, c: ta.einsum("i,i->", c, x), lambda x, c: ta.einsum(c, x, subscripts="i,i->"),
    ):  # fmt: skip
        expected = f(X, np.array(c))
        for kind in (list, tuple):
            listed = kind(c)
            np.testing.assert_array_equal(f(ta.Value(X), listed).data, expected)
            np.testing.assert_allclose(ta.compile(lambda x: f(x, listed))(X), expected, rtol=1e-15)


def test_integers_booleans_and_single_precision_in_lists():
    """The dtype is that of NumPy's own array."""
    many = [1, 2, 3], [True, False, True], [1.5, 2.5, 3.5], [1, 2.5, True], (np.float32(1), 2, 3), [[1], [2]]
    for dtype in (np.float64, np.float32, np.float16):
        x = X.astype(dtype)
        for listed in many:
            expected = x * np.asarray(listed)
            for found in ((ta.Value(x) * listed).data, ta.compile(lambda x: x * listed)(x)):
                assert found.dtype == expected.dtype
                np.testing.assert_array_equal(found, expected)
            gradient = ta.compile(ta.grad(lambda x: (x * listed).sum()))(x)
            assert gradient.dtype == dtype
            np.testing.assert_allclose(gradient, np.broadcast_to(np.sum(np.asarray(listed) * np.ones_like(x), 0) if
                                       np.ndim(listed) == 2 else np.asarray(listed), 3), rtol=1e-3)  # fmt: skip


def test_a_list_is_taken_as_it_was_and_a_number_may_stand_beside_it():
    c = [1.0, 2.0, 3.0]
    y = ta.Value(2.0) * c
    c[0] = 100.0
    y.backward(np.ones(3))
    assert y.inputs[0].grad == 6.0
    assert type(y.inputs[1]) is np.ndarray
    assert ta.compile(lambda x: (x * [1.0, 2.0]).sum())(3.0) == 9.0


def test_an_exponent_in_a_list_at_second_order():
    """A rule compared the list itself with 0, which is False, in place of its entries."""
    x = np.array([0.0, 2.0, 0.0])
    for f in (lambda p, c: (p**c).sum(), lambda p, c: (c**p).sum()):
        second = lambda c: ta.hessian(lambda p: f(p, c))
        for c in ([0, 1, 2], (2.0, 3.0, 1.0)):
            np.testing.assert_array_equal(second(c)(x), second(np.array(c))(x))


def test_matrices_of_numpys_class_are_plain_arrays_in_a_rule():
    """In np.matrix `*` is a matrix product."""
    m = np.array([[1.0, 2.0], [3.0, 4.0]])
    f = lambda x, m: ((x * m) ** 2).sum()
    for found in (ta.hessian(lambda x: f(x, m.view(np.matrix))), ta.hessian(lambda x: f(x, m))):
        np.testing.assert_array_equal(found(m).reshape(4, 4), np.diag(2 * m.ravel() ** 2))
    np.testing.assert_array_equal(ta.compile(ta.grad(lambda x: f(x, m.view(np.matrix))))(m), 2 * m**3)


@pytest.mark.parametrize("bad", [[1.0, "a"], [[1.0], [1.0, 2.0]], [None, 1.0, 2.0], [1j, 2.0, 3.0]])
def test_lists_of_other_things_are_refused_by_name(bad):
    for f in (lambda x: x * bad, ta.compile(lambda x: x * bad)):
        with pytest.raises(TypeError, match="mul: .*got"):
            f(ta.Value(X) if not isinstance(f, type(ta.compile(abs))) else X)


def test_a_list_of_values_says_what_joins_them():
    for f in (lambda x, c: (x * c).sum(), lambda x, c: ta.maximum(c, x).sum()):
        for g in (ta.compile(f), ta.grad(f, (0, 1)), ta.compile(ta.grad(f, (0, 1)))):
            with pytest.raises(TypeError, match=r"got a list of Values; join them with ta\.stack"):
                g(X, [1.0, 2.0, 3.0])


STATICS = [
    lambda x: ta.clip(x, min=[0.0, -2.0, 1.0], max=[1.0, 2.0, 1.5]),
    lambda x: ta.repeat(x, repeats=[1, 0, 2]),
    lambda x: x[[0, 2, 0]],
    lambda x: x[[True, False, True]],
    lambda x: ta.roll(x, shift=[1], axis=[0]),
    lambda x: ta.reshape(x, shape=[3, 1]),
    lambda x: ta.sum(x, axis=(0,)),
    lambda x: ta.tile(x, reps=[2, 1]),
    lambda x: ta.pad(x, pad_width=[(1, 2)]),
    lambda x: ta.transpose(ta.reshape(x, shape=[1, 3]), axes=[1, 0]),
]


@pytest.mark.parametrize("f", STATICS)
def test_lists_as_static_parameters(f):
    np.testing.assert_array_equal(ta.compile(f)(X), f(ta.Value(X)).data)
    g = lambda x: (f(x) ** 2).sum()
    np.testing.assert_array_equal(ta.compile(ta.grad(g))(X), ta.grad(g)(X))
