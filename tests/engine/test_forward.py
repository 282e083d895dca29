"""Forward mode through operations: derivatives of bodies, on numbers, arrays, Values and formulas."""

from __future__ import annotations

import numpy as np
import pytest

import tinygrad_act as ta
from tinygrad_act.engine.forward import Dual, derived_rule
from tinygrad_act.formula import lift, name, python

Z = np.array([-2.3, -0.7, 0.4, 1.1, 2.9])

BODIES = {
    "mish": lambda z: z * ta.tanh(ta.softplus(z)),
    "NumPy's functions": lambda z: z / (1 + np.exp(-1.702 * z)),
    "two masks": lambda z: ta.maximum(z, 0.0) + ta.clip(z, min=-1.0, max=1.0) + (z < 3.0),
    "where of both": lambda z: np.where(z > 0, z, 0.3 * np.sin(z)),
    "powers": lambda z: z**2 / (1 + abs(z) ** 3) - z,
    "reflected": lambda z: 2.0 - 1.0 / (3.0 + z * z) + 2.0**z,
}


def slopes(rule, z, **static):
    return np.broadcast_to(np.asarray(rule(None, z, **static), float), np.shape(z))


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES.keys())
def test_it_agrees_with_reverse_mode(body):
    rule = derived_rule(body)
    v = ta.Value(Z)
    body(v).sum().backward()
    np.testing.assert_allclose(slopes(rule, Z), v.grad, rtol=1e-14, atol=1e-15)
    for x, expected in zip(Z.tolist(), v.grad):
        assert float(rule(None, x)) == pytest.approx(expected, rel=1e-14)


@pytest.mark.parametrize("body", [BODIES["mish"], BODIES["powers"]])
def test_it_is_recorded_on_values_so_that_it_has_a_derivative(body):
    twice = ta.grad(lambda z: ta.sum(derived_rule(body)(None, z)))(Z)
    h = 1e-5
    numeric = (slopes(derived_rule(body), Z + h) - slopes(derived_rule(body), Z - h)) / (2 * h)
    np.testing.assert_allclose(twice, numeric, rtol=1e-7)


@pytest.mark.parametrize(
    ("body", "text"),
    [
        (lambda z: z * ta.sigmoid(z), "sigmoid(z) + z * (sigmoid(z) * (1 - sigmoid(z)))"),
        (lambda z: 2 * z + (3 - z) - 1, "1"),
        (lambda z: z**2, "2 * z"),
        (lambda z: -abs(z), "-sign(z)"),
        (lambda z: ta.where(z > 0, z, 0.0), "where(z > 0, 1, 0)"),
        (lambda z, *, alpha=0.5: alpha * z * z, "z * alpha + alpha * z"),
        (lambda z, *, alpha=0.5: ta.maximum(-alpha, z), "where(-alpha == z, 0.5, -alpha < z)"),
        (lambda z, *, alpha=0.5: ta.where(z > 1, ta.clip(z, min=-alpha, max=alpha), alpha - z),
         "where(z > 1, clip(z, min=-alpha, max=alpha) == z, -1)"),
    ],
)  # fmt: skip
def test_it_spells_itself_without_ones_and_zeros(body, text):
    static = {word: name(word) for word in body.__kwdefaults__ or {}}
    spelled = python(lift(derived_rule(body)(name("a"), name("z"), **static)))
    assert spelled == text


def test_what_where_does_not_take_has_no_effect():
    rule = derived_rule(lambda z: ta.where(z > 0, ta.sqrt(ta.maximum(z, 1e-9)), 0.1 * z))
    assert slopes(rule, np.array([-1.0, 4.0])).tolist() == [0.1, 0.25]


def test_conventions_hold_inside():
    rule = derived_rule(lambda z: 2.0 * ta.relu(z))
    with ta.at_kink("left"):
        assert slopes(rule, np.array([0.0])).tolist() == [0.0]
    assert slopes(rule, np.array([0.0])).tolist() == [2.0]


def test_where_nothing_flows_there_is_no_tangent():
    z = Dual(0.5, 1.0)
    assert (ta.floor(z) + (z > 1)).tangent is None
    assert derived_rule(lambda z: 3.0)(None, 1.0) == 0.0
    assert ta.tanh(50 * z).tangent == 0.0  # by its number alone


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (lambda z: z if z > 0 else 0.0, r"branches on its input .* use where\(condition, x, y\)"),
        (lambda z: ta.softmax(z), "softmax is not elementwise"),
        (lambda z: z - ta.mean(z), "mean is not elementwise"),
        (lambda z: np.i0(z), "bare array|no operation"),
        (lambda z: np.sinc(z) + np.spacing(z), "no operation"),
        (lambda z: z[0], "picks entries"),
    ],
)
def test_what_it_cannot_follow_is_refused(body, message):
    with pytest.raises(TypeError, match=message):
        derived_rule(body)(None, np.ones(3))


def test_other_attributes_are_refused_by_name():
    with pytest.raises(AttributeError, match=r"\.data of its input"):
        derived_rule(lambda z: z.data)(None, 1.0)
