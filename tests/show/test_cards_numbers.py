"""Numbers below the curves: `card.svg(z=...)`, and the pre-activations of a network."""

from __future__ import annotations

import xml.etree.ElementTree as ET

import numpy as np
import pytest

import tinygrad_act as ta
from tinygrad_act import Value
from tinygrad_act.show.cards.pictures.curves import span, subject

from ..picture_reader import faults, texts


def test_the_histogram_of_z_and_what_becomes_of_it():
    svg = ta.card("relu").svg(z=[-2.0, -1.0, 1.0, 3.0])
    assert "4 numbers z: 0.25 ± 1.92 · 50 % saturated · 50 % with g′ = 0 · mean |g′| 0.5" in texts(svg)
    bars = [e for e in ET.fromstring(svg).iter() if e.get("class") == "f-value-bar"]
    assert len(bars) == 4 + 1
    assert svg == ta.card("relu").svg(z=Value([[-2.0, -1.0], [1.0, 3.0]])), "a Value is as good"


def test_numbers_that_are_not_finite_are_counted_and_not_drawn():
    found = " ".join(texts(ta.card("tanh").svg(z=[1.0, np.nan, np.nan, np.inf])))
    assert "4 numbers z: 1 ± 0" in found
    assert "2 NaN · 1 infinite" in found
    assert "3 numbers z · 3 NaN" in texts(ta.card("tanh").svg(z=[np.nan] * 3))


def test_the_axis_grows_with_z_but_not_for_a_few_that_exploded():
    one = subject(ta.card("tanh"))
    assert span(one, [], np.array([-20.0, 3.0])) == (-20, 6)
    assert span(one, [], np.array([0.0, 1.0, 1e30])) == (-6, 100)
    assert span(subject(ta.card("logit")), [], np.array([-5.0, 5.0])) == (0, 1)
    assert faults(ta.card("tanh").svg(z=np.geomspace(1, 1e300, 500))) == []


@pytest.mark.parametrize(
    ("z", "error", "message"),
    [
        ([], ValueError, "z is empty, of shape \\(0,\\); pass at least one number"),
        (["a"], TypeError, "z has to be an array of real numbers or a Value"),
        (np.array([None, 1]), TypeError, "real numbers"),
        ([1j], TypeError, "real numbers"),
        ([[1.0], [1.0, 2.0]], TypeError, "an array of numbers"),
    ],
)
def test_a_z_that_will_not_do_is_refused(z, error, message):
    with pytest.raises(error, match=f"card.svg: .*{message}"):
        ta.card("relu").svg(z=z)


def test_z_needs_a_curve():
    with pytest.raises(ValueError, match="card.svg: softmax has no curve to draw z below; leave z out"):
        ta.card("softmax").svg(z=[1.0])


def network():
    rng = np.random.default_rng(0)
    x = Value(rng.normal(size=(50, 4)), requires_grad=False)
    hidden = ta.tanh(x @ Value(rng.normal(size=(4, 6)) * 3))
    hidden.label = "hidden"
    return ta.relu(hidden @ Value(rng.normal(size=(6, 3)))).sum()


def test_the_preactivations_of_a_network():
    loss = network()
    found = ta.preactivations(loss)
    assert [(layer.name, layer.label, layer.size) for layer in found.layers] == [
        ("tanh", "hidden", "shape (50, 6)"), ("relu", "", "shape (50, 3)"),
    ]  # fmt: skip
    z = loss.inputs[0].primals[0]
    assert np.array_equal(found.layers[1].numbers.finite, z.ravel())
    assert found.layers[1].outcome.dead == np.mean(z < 0)
    saturated = np.mean(1 - np.tanh(found.layers[0].numbers.finite) ** 2 < 0.01)
    assert found.layers[0].outcome.saturated == pytest.approx(saturated)
    assert faults(found.svg()) == []
    assert found.svg() == ta.preactivations(network()).svg()
    assert "tanh · hidden · shape (50, 6)" in texts(found.svg())


def test_looking_at_preactivations_changes_no_gradient():
    loss = network()
    leaf = loss.inputs[0].inputs[0].inputs[1]
    ta.preactivations(loss).svg()
    assert leaf._grad is None
    loss.backward()
    before = leaf.grad.copy()
    ta.preactivations(loss).svg()
    assert np.array_equal(leaf.grad, before)


def test_scalar_neurons_of_one_depth_are_one_layer():
    x = [Value(0.3), Value(-0.2)]
    for layer in range(3):
        x = [(x[0] * (n + layer) + x[1]).tanh() for n in range(4)]
    found = ta.preactivations(sum(x, Value(0.0)))
    assert [layer.size for layer in found.layers] == ["2 scalars", "2 scalars", "4 scalars"], "those that are used"
    assert faults(found.svg()) == []


def test_parameters_of_an_activation_are_those_of_the_network():
    z = Value([-1.0, 2.0])
    found = ta.preactivations([ta.elu(z, alpha=0.5), ta.prelu(z, Value(0.1))])
    assert found.layers[0].name == "elu(alpha=0.5)"
    assert found.layers[1].outcome.slope == pytest.approx(0.55)


@pytest.mark.parametrize("data", [np.zeros((0, 3)), [np.nan, np.inf], [1e300, -1e300], 0.5])
def test_odd_numbers_in_a_network(data):
    out = ta.sigmoid(Value(data))
    out.label = 'an odd <script> "label" \n & more' + "x" * 500
    found = ta.preactivations(out)
    assert faults(found.svg()) == []
    assert "<script" not in found.html()
    assert len(found.layers) == 1


def test_a_graph_without_activations_and_one_with_very_many():
    assert str(ta.preactivations(Value(1.0) + 2)) == "no activation of z in this graph"
    assert faults(ta.preactivations(Value(1.0) + 2).svg()) == []
    x = Value([0.5])
    for _ in range(2000):
        x = ta.tanh(x)
    found = ta.preactivations(x)
    assert len(found.layers) == 2000
    assert "of which the first 24 are drawn" in " ".join(texts(found.svg()))


@pytest.mark.parametrize("wrong", [1.0, [1.0], "x", np.zeros(3)])
def test_only_values_have_preactivations(wrong):
    with pytest.raises(TypeError, match="preactivations: expected a Value, or a list or tuple of Values, not"):
        ta.preactivations(wrong)
