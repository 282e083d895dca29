"""jacobian, hessian and hvp: shapes, dtypes, and numbers against differences and by hand."""

from __future__ import annotations

import functools

import numpy as np
import pytest

import tinygrad_act as ta

RNG = np.random.default_rng(0)


def differences(f, x, h=1e-6):
    """The Jacobian by central differences: the shape of f(x) followed by that of x."""
    x = np.asarray(x, float)
    columns = []
    for i in range(x.size):
        step = np.zeros(x.shape)
        step.flat[i] = h
        columns.append((np.asarray(f(x + step)) - np.asarray(f(x - step))) / (2 * h))
    return np.moveaxis(np.array(columns), 0, -1).reshape(*np.shape(f(x)), *x.shape)


def rosenbrock(x):
    return (100.0 * (x[1:] - x[:-1] ** 2) ** 2 + (1.0 - x[:-1]) ** 2).sum()


def rosenbrock_hessian(x):
    n = len(x)
    h = np.zeros((n, n))
    for i in range(n - 1):
        h[i, i] += 1200 * x[i] ** 2 - 400 * x[i + 1] + 2
        h[i + 1, i + 1] += 200
        h[i, i + 1] = h[i + 1, i] = -400 * x[i]
    return h


FUNCTIONS = [
    (lambda x: ta.tanh(x) * x, (3,)),
    (lambda x: x @ np.arange(6.0).reshape(3, 2), (2, 3)),
    (lambda x: ta.softmax(x).sum(axis=0), (2, 3)),
    (lambda x: ta.sigmoid(x).sum(), (2, 2)),
    (lambda x: ta.exp(x[0]) * x[1], (2,)),
    (lambda x: ta.stack([x, x * x]), ()),
    (lambda x: x[:, None] * x, (1,)),
]


@pytest.mark.parametrize(("f", "shape"), FUNCTIONS)
def test_a_jacobian_agrees_with_differences_and_has_the_output_shape_first(f, shape):
    x = RNG.normal(size=shape)
    found = ta.jacobian(f)(x)
    assert found.shape == np.shape(f(x)) + shape
    np.testing.assert_allclose(found, differences(f, x), rtol=1e-7, atol=1e-8)


@pytest.mark.parametrize(("f", "shape"), FUNCTIONS)
def test_a_hessian_is_the_jacobian_of_the_jacobian(f, shape):
    x = RNG.normal(size=shape)
    found = ta.hessian(f)(x)
    assert found.shape == np.shape(f(x)) + shape + shape
    np.testing.assert_allclose(found, differences(ta.jacobian(f), x), rtol=1e-6, atol=1e-7)


@pytest.mark.parametrize("x", [np.array([1.0, 1.0]), np.array([-1.2, 1.0, 0.3, 2.0, -0.5])])
def test_rosenbrock(x):
    expected = rosenbrock_hessian(x)
    np.testing.assert_allclose(ta.hessian(rosenbrock)(x), expected, rtol=1e-13)
    v = RNG.normal(size=x.shape)
    np.testing.assert_allclose(ta.hvp(rosenbrock, x, v), expected @ v, rtol=1e-12)
    np.testing.assert_allclose(ta.jacobian(ta.grad(rosenbrock))(x), expected, rtol=1e-13)


def test_numbers_give_numbers():
    assert ta.jacobian(lambda x: x**3)(2.0) == 12.0
    assert type(ta.jacobian(lambda x: x**3)(2.0)) is float
    assert ta.hessian(lambda x: x**3)(2.0) == 12.0
    assert ta.hvp(lambda x: x**3, 2.0, 0.5) == 6.0
    assert ta.jacobian(lambda x: x * 3)(2) == 3.0


def test_any_order():
    third = ta.jacobian(ta.hessian(lambda x: (x**4).sum()))(np.array([1.0, 2.0]))
    expected = np.zeros((2, 2, 2))
    expected[0, 0, 0], expected[1, 1, 1] = 24.0, 48.0
    np.testing.assert_array_equal(third, expected)
    trace = lambda x: ta.hessian(lambda y: (ta.sin(y)).sum())(x).sum()
    np.testing.assert_allclose(ta.grad(trace)(np.array([0.3, 0.4])), -np.cos([0.3, 0.4]))
    along = ta.grad(lambda x: ta.hvp(lambda y: (y**3).sum(), x, np.array([1.0, 2.0])).sum())
    np.testing.assert_allclose(along(np.array([5.0, 6.0])), [6.0, 12.0])


def test_values_are_part_of_the_graph_and_their_grad_is_left_alone():
    x = ta.Value(np.array([1.0, 2.0]))
    found = ta.jacobian(lambda y: y * y)(x)
    np.testing.assert_array_equal(found.data, [[2.0, 0.0], [0.0, 4.0]])
    assert not np.any(x.grad)
    found.sum().backward()
    np.testing.assert_array_equal(x.grad, [2.0, 2.0])
    product = ta.hvp(lambda y: (y**3).sum(), ta.Value(np.array([1.0, 2.0])), np.ones(2))
    np.testing.assert_array_equal(ta.ops["stop_gradient"].call(product).data, [6.0, 12.0])


def test_several_arguments_and_keywords():
    f = lambda x, y, *, power: (x**power) * y.sum() + x.sum() * y[:2]
    x, y = RNG.normal(size=2), RNG.normal(size=3)
    by_x, by_y = ta.jacobian(f, (0, 1))(x, y, power=2)
    np.testing.assert_allclose(by_x, differences(lambda x: f(x, y, power=2), x), rtol=1e-7)
    np.testing.assert_allclose(by_y, differences(lambda y: f(x, y, power=2), y), rtol=1e-7, atol=1e-9)
    np.testing.assert_array_equal(ta.jacobian(f, -1)(x, y, power=2), by_y)
    scalar = lambda x, y: (x**2).sum() * (y**3).sum()
    (xx, xy), (yx, yy) = ta.hessian(scalar, (0, 1))(x, y)
    np.testing.assert_allclose(xy, np.outer(2 * x, 3 * y**2))
    np.testing.assert_allclose(yx, xy.T)
    np.testing.assert_allclose(xx, 2 * np.eye(2) * (y**3).sum())
    np.testing.assert_allclose(yy, np.diag(6 * y) * (x**2).sum())


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_the_dtype_is_the_arguments(dtype):
    x = np.array([0.5, 1.5], dtype)
    assert ta.jacobian(lambda x: ta.tanh(x) * x)(x).dtype == dtype
    assert ta.jacobian(lambda x: x * np.ones(2))(x).dtype == dtype
    assert ta.hessian(lambda x: (x**3).sum())(x).dtype == dtype
    assert ta.hvp(lambda x: (x**3).sum(), x, np.ones(2)).dtype == dtype
    assert ta.jacobian(lambda x: x[:0])(x).dtype == dtype
    assert ta.jacobian(lambda x: x * 1.5)(np.arange(3)).dtype == np.float64


def test_zero_size_and_no_dependence():
    assert ta.jacobian(lambda x: x * 2)(np.empty((0, 3))).shape == (0, 3, 0, 3)
    assert ta.jacobian(lambda x: x[:0])(np.ones(3)).shape == (0, 3)
    assert ta.hessian(lambda x: x.sum())(np.empty(0)).shape == (0, 0)
    assert ta.hvp(lambda x: x.sum(), np.empty(0), np.empty(0)).shape == (0,)
    np.testing.assert_array_equal(ta.hessian(lambda x: x.sum())(np.ones(3)), np.zeros((3, 3)))
    with pytest.warns(RuntimeWarning, match="ta.jacobian: .* depends on no input"):
        np.testing.assert_array_equal(ta.jacobian(lambda x: np.ones((2, 1)))(np.ones(3)), np.zeros((2, 1, 3)))
    with pytest.warns(RuntimeWarning, match="ta.hvp: .* depends on no input"):
        np.testing.assert_array_equal(ta.hvp(lambda x: 5.0, np.ones(3), np.ones(3)), np.zeros(3))
    with pytest.warns(RuntimeWarning, match="ta.jacobian: .* depends on no input"):
        assert ta.jacobian(lambda x: 5.0)(1.0) == 0.0


def test_hvp_takes_nested_structures():
    loss = lambda p: (p["w"] ** 3).sum() * p["b"][0] ** 2
    p = {"w": np.array([1.0, 2.0]), "b": [3.0]}
    found = ta.hvp(loss, p, {"w": np.array([1.0, 0.0]), "b": [2.0]})
    np.testing.assert_allclose(found["w"], [6 * 9 + 3 * 6 * 2, 12 * 6 * 2])
    assert found["b"] == [3 * 6 + 2 * 9 * 2]


@pytest.mark.parametrize("passes", [None, ()])
@pytest.mark.parametrize(
    "make",
    [
        lambda: ta.jacobian(lambda x: ta.tanh(x[:, None] * x)),
        lambda: ta.hessian(rosenbrock),
        lambda: lambda x: ta.hvp(rosenbrock, x, x * 0.5),
        lambda: ta.hessian(lambda x: x.sum()),
        lambda: lambda x: (ta.jacobian(ta.sigmoid)(x) @ x).sum(),
    ],
)
def test_compiled_they_give_the_same(make, passes):
    f = make()
    compiled = ta.compile(f, passes=passes)
    for x in (np.array([-1.2, 1.0, 0.3]), np.array([0.1, 0.2, -0.7])):
        if passes == ():
            np.testing.assert_array_equal(compiled(x), f(x))
        else:
            np.testing.assert_allclose(compiled(x), f(x), rtol=1e-13, atol=1e-13)
    g = ta.jacobian(ta.compile(lambda x: ta.tanh(x) * x.sum()))
    np.testing.assert_array_equal(g(x), ta.jacobian(lambda x: ta.tanh(x) * x.sum())(x))


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: ta.jacobian(lambda p: p["w"])({"w": 1.0}), TypeError, "jacobian: argument 0 is a dict.*argnums="),
        (lambda: ta.hessian(lambda p: p[0])([1.0]), TypeError, "hessian: argument 0 is a list"),
        (lambda: ta.jacobian(lambda x: (x, x))(1.0), TypeError, "jacobian: the function returned a tuple.*ta.stack"),
        (lambda: ta.jacobian(lambda x: x, 1)(1.0), TypeError, "jacobian: there is no positional argument 1"),
        (lambda: ta.jacobian(lambda x: x)("a"), TypeError, "real numbers|str"),
        (lambda: ta.hvp(lambda x: x, np.ones(2), np.ones(2)), ValueError, "not a single number"),
        (lambda: ta.hvp(lambda x: x.sum(), np.ones(2), np.ones(3)), ValueError, r"hvp: x has shape \(2,\), v \(3,\)"),
        (lambda: ta.hvp(lambda x: x[0], [1.0], [1.0, 2.0]), ValueError, "hvp: x has 1 arrays, v 2"),
    ],
)
def test_what_cannot_be_is_refused(call, error, message):
    with pytest.raises(error, match=message):
        call()


def test_names_are_kept():
    assert ta.jacobian(rosenbrock).__name__ == ta.hessian(rosenbrock, (0,)).__name__ == "rosenbrock"
    assert functools.reduce(lambda f, _: ta.jacobian(f), range(4), ta.exp)(0.0) == 1.0


def test_heaviside_is_its_second_input_where_the_first_is_zero():
    """No generated case meets 0: there the slope by y is 1, elsewhere 0."""
    x, y = np.array([-1.0, 0.0, 2.0]), np.array([0.3, 0.5, 0.7])
    assert ta.grad(lambda y: ta.sum(ta.heaviside(x, y)))(y).tolist() == [0.0, 1.0, 0.0]
    assert ta.grad(lambda y: ta.heaviside(0.0, y))(0.5) == 1.0
