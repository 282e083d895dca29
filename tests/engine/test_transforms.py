"""`grad`, `value_and_grad`, `vjp`: structures, nesting, bad input."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
import pytest

import tinygrad_act as ta
from tinygrad_act import Value


class Layer(NamedTuple):
    w: np.ndarray
    b: float


def test_nested_structures_come_back_as_they_went_in():
    layers = [Layer(np.ones((3, 2)), 0.5), Layer(np.ones((2, 1), np.float32), 0)]
    params = {"layers": layers, "scale": (2.0, np.array(1.0))}

    def loss(p, X):
        for layer in p["layers"]:
            X = ta.tanh(X @ layer.w + layer.b)
        return (X * p["scale"][0] * p["scale"][1]).sum()

    value, gradient = ta.value_and_grad(loss)(params, np.ones((4, 3)))
    assert np.shape(value) == ()
    assert type(gradient["layers"][0]) is Layer
    assert gradient["layers"][0].w.shape == (3, 2)
    assert gradient["layers"][1].w.dtype == np.float32
    assert type(gradient["layers"][0].b) is type(gradient["layers"][1].b) is float
    assert type(gradient["scale"]) is tuple
    assert isinstance(gradient["scale"][1], np.ndarray)
    assert ta.gradcheck(lambda p: loss(p, np.ones((4, 3))), params).ok


def test_argnums():
    f = lambda x, y, z: x * y + z
    assert ta.grad(f)(2.0, 3.0, 4.0) == 3.0
    assert ta.grad(f, argnums=-2)(2.0, 3.0, 4.0) == 2.0
    assert ta.grad(f, argnums=(0, 2))(2.0, 3.0, 4.0) == (3.0, 1.0)
    assert ta.value_and_grad(f)(2.0, 3.0, z=4.0) == (10.0, 3.0)
    with pytest.raises(TypeError, match="no positional argument 5"):
        ta.grad(f, argnums=5)(2.0, 3.0, 4.0)


def test_derivatives_of_sigmoid_to_the_fourth_order():
    f, s = ta.sigmoid, 1 / (1 + math.exp(-0.7))
    t = 1 - 2 * s
    p = s * (1 - s)
    closed = [p, p * t, p * (1 - 6 * p), p * t * (1 - 12 * p)]
    for expected in closed:
        f = ta.grad(f)
        assert f(0.7) == pytest.approx(expected, rel=1e-12)
        assert f(np.array(0.7)) == pytest.approx(expected, rel=1e-12)


def test_nesting_keeps_the_levels_apart():
    assert ta.grad(lambda x: x * ta.grad(lambda y: x + y)(1.0))(1.0) == 1.0
    assert ta.grad(lambda x: ta.grad(lambda y: x * y * y)(1.0))(3.0) == 2.0
    assert ta.grad(lambda x: ta.grad(lambda y: x * y)(x))(3.0) == 1.0
    assert ta.grad(lambda x: ta.grad(lambda x: x**3)(x) * x)(2.0) == pytest.approx(9 * 4.0)
    outer = ta.grad(lambda x: ta.grad(lambda y: ta.grad(lambda z: x * y * z * z)(y))(x))
    assert outer(2.0) == pytest.approx(16.0)  # d/dy 2xy² = 4xy, at y = x 4x², and its slope 8x


def test_a_gradient_inside_a_recorded_loss():
    """A gradient penalty: the loss holds a gradient, and its own gradient is right."""
    X = np.random.default_rng(0).normal(size=(5, 3))

    def loss(w):
        inner = ta.grad(lambda x: (x @ w).tanh().sum())(X)
        return (inner * inner).sum()

    assert ta.gradcheck(loss, np.array([0.3, -0.5, 0.8])).ok


def test_values_from_outside_get_their_gradient():
    w = Value(3.0)
    slope = ta.grad(lambda x: w * x * x)(2.0)
    assert isinstance(slope, Value)
    slope.backward()
    assert w.grad == 4.0


def test_functional_gradients_never_touch_grad():
    w = Value(2.0)
    ta.grad(lambda x: w * x)(1.0)
    ta.grad(lambda v: v * v)(w)
    assert w._grad is None


def test_it_works_inside_no_grad():
    with ta.no_grad():
        assert ta.grad(lambda x: x * x)(3.0) == 6.0


def test_hessian_of_a_product_with_a_zero():
    rows = [ta.grad(lambda x, i=i: ta.grad(lambda x: ta.prod(x))(x)[i])(np.array([2.0, 0.0, 3.0])) for i in range(3)]
    assert np.array(rows).tolist() == [[0, 3, 0], [3, 0, 2], [0, 2, 0]]


def test_vjp_may_be_pulled_many_times():
    out, pullback = ta.vjp(lambda x, y: x * y, np.array([1.0, 2.0]), 3.0)
    assert out.tolist() == [3.0, 6.0]
    for _ in range(2):
        gx, gy = pullback(np.array([1.0, 10.0]))
        assert gx.tolist() == [3.0, 30.0]
        assert gy == 21.0


def test_a_pullback_takes_a_value_and_checks_its_shape():
    _, pullback = ta.vjp(lambda x: x * x, np.ones((2, 3)))
    g = Value(np.full((2, 3), 2.0))
    (c,) = pullback(g)
    c.sum().backward()
    assert g.grad.tolist() == [[2.0] * 3] * 2
    with pytest.raises(ValueError, match=r"vjp: g has shape \(2, 1\), but the Value has shape \(2, 3\)"):
        pullback(Value(np.ones((2, 1))))


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: ta.grad(lambda x: x)(np.ones(3)), ValueError, r"returned shape \(3,\).*sum\(\)"),
        (lambda: ta.grad(lambda x: (x, x))(1.0), TypeError, "returned a tuple"),
        (lambda: ta.grad(lambda x: None)(1.0), TypeError, "the function's result"),
        (lambda: ta.grad(lambda p: p["w"])({"w": "abc"}), TypeError, r"argument 0\['w'\].*'abc'"),
        (lambda: ta.grad(lambda p: p[0])([1j]), TypeError, r"argument 0\[0\].*complex"),
        (lambda: ta.grad(lambda x: float(x))("a"), TypeError, "argument 0.*'a'"),
    ],
)
def test_bad_input(call, error, message):
    with pytest.raises(error, match=message):
        call()


def test_a_constant_function_has_gradient_zero():
    with pytest.warns(RuntimeWarning, match="depends on no input"):
        assert ta.grad(lambda x: 1.0)(2.0) == 0.0
    assert ta.grad(lambda x: ta.floor(x).sum())(np.ones(2)).tolist() == [0.0, 0.0]


def test_arguments_are_read_only_inside_and_untouched_outside():
    x = np.ones(2)

    def f(v):
        v.data[0] = 5.0
        return v.sum()

    with pytest.raises(ValueError, match="read-only"):
        ta.grad(f)(x)
    assert x.tolist() == [1.0, 1.0]


@pytest.mark.parametrize("g", [2.0, 2, np.float64(2.0), np.array(2.0), np.float32(2.0)])
def test_one_number_is_the_cotangent_of_every_entry(g):
    x = np.array([[1.0, 2.0, 3.0]])
    v = ta.Value(x)
    (v * v).backward(g)
    assert np.array_equal(v.grad, 4 * x)
    assert np.array_equal(ta.vjp(lambda x: x * x, x)[1](g)[0], 4 * x)
    assert np.array_equal(ta.compile(lambda x, g: ta.vjp(lambda x: x * x, x)[1](g)[0])(x, g), 4 * x)
    w = ta.Value(x)
    program = ta.compile(w * w)
    program.backward(g)
    assert np.array_equal(w.grad, 4 * x)
    by_g = ta.grad(lambda g: ta.vjp(lambda x: x * x, x)[1](g)[0].sum())(float(g))
    assert by_g == 2 * x.sum()
    for wrong in (np.ones(3), np.ones((1, 1)), np.ones((3, 1))):
        with pytest.raises(ValueError, match=r"g has shape .* but the Value has shape \(1, 3\)"):
            (v * v).backward(wrong)
