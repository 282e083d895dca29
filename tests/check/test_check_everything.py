"""Everything that can be trained is checked: layers of every activation, losses, the examples' own losses."""

from __future__ import annotations

import importlib.util
import pathlib
import random
import sys

import numpy as np
import pytest

import tinygrad_act as ta
from tinygrad_act.core.op import REQUIRED

from ..each import each

EXAMPLES = pathlib.Path(__file__).parents[2] / "examples"
ACTIVATIONS = [op for op in ta.ops.values() if op.formula and len(op.inputs) == 1 and not op.domain and any(op.rules)]
LAYERS = [
    op
    for op in ACTIVATIONS
    if op.elementwise and not op.poles and not op.estimator and REQUIRED not in op.defaults.values()
]
RNG = np.random.default_rng(0)
X, Y = RNG.normal(size=(6, 3)), RNG.integers(0, 2, (6, 1)).astype(float)
ONE_HOT = np.eye(3)[RNG.integers(0, 3, 6)]


@pytest.fixture
def example(monkeypatch):
    """A function that imports an example by its name."""

    def load(name):
        monkeypatch.syspath_prepend(str(EXAMPLES))
        spec = importlib.util.spec_from_file_location(name, EXAMPLES / f"{name}.py")
        module = importlib.util.module_from_spec(spec)
        monkeypatch.setitem(sys.modules, name, module)
        spec.loader.exec_module(module)
        return module

    return load


def layer_report(op, dtype, units):
    params = {"W": (RNG.normal(size=(3, units)) / 3).astype(dtype), "b": np.full(units, 0.1, dtype)}
    return ta.testing.assert_gradients(
        lambda p: op.call(X.astype(dtype) @ p["W"] + p["b"]).mean(), params, digits=7, order=2
    )


@each("op", [pytest.param(op, id=op.name) for op in LAYERS])
def test_a_layer_of_every_activation(op):
    """In float32: there the check is that of float64, and one more."""
    assert "float32: agrees" in str(layer_report(op, np.float32, units=2))


@pytest.mark.parametrize("op", [ta.ops["tanh"], pytest.param(None, marks=pytest.mark.slow)], ids=["tanh", "all"])
def test_a_layer_in_float64_is_not_checked_in_float32(op):
    for one in LAYERS if op is None else [op]:
        assert "float32" not in str(layer_report(one, np.float64, units=4))


LOSSES = {
    "squared error": lambda z: ((z - ONE_HOT) ** 2).mean(),
    "absolute error": lambda z: ta.abs(z - ONE_HOT).mean(),
    "hinge": lambda z: ta.relu(1 - z * (2 * ONE_HOT - 1)).mean(),
    "cross entropy": lambda z: -(ONE_HOT * ta.log_softmax(z)).sum(1).mean(),
    "binary cross entropy": lambda z: (ta.softplus(z) - ONE_HOT * z).mean(),
    "log of a softmax": lambda z: -(ONE_HOT * ta.log(ta.softmax(z))).sum(1).mean(),
}


@pytest.mark.parametrize("name", LOSSES)
def test_a_loss(name):
    ta.testing.assert_gradients(LOSSES[name], RNG.normal(size=(6, 3)), digits=9, order=2)
    ta.testing.assert_gradients(LOSSES[name], RNG.normal(size=(6, 3)).astype(np.float32), digits=9)


@pytest.mark.parametrize("activation", ["sigmoid", "tanh", "relu", "leaky_relu"])
@pytest.mark.parametrize(("loss", "target"), [("binary_cross_entropy", Y), ("cross_entropy", ONE_HOT)])
def test_the_losses_of_one_hidden_layer(example, activation, loss, target):
    module = example("one_hidden_layer")
    params = module.parameters(np.random.default_rng(1), 3, 5, target.shape[1])
    f = lambda p: getattr(module, loss)(module.forward(p, X, ta.ops[activation].call)[2], target)
    ta.testing.assert_gradients(f, params, digits=9)


def test_the_loss_of_xor_scalars(example):
    module = example("xor_scalars")
    network = module.MLP(2, 4, random.Random(0))
    neurons = [neuron for layer in network.layers for neuron in layer.neurons]

    def loss(params):
        for neuron, (w, b) in zip(neurons, params):
            neuron.w, neuron.b = w, b
        return sum((network(x) - y) ** 2 for x, y in module.POINTS)

    start = [([w.data for w in neuron.w], neuron.b.data + 0.1) for neuron in neurons]
    report = ta.testing.assert_gradients(loss, start, digits=9, order=2)
    assert len(report.entries) == 2 * len(network.parameters())


def test_the_neuron_of_hello_value_and_the_sigmas_of_higher_order():
    ta.testing.assert_gradients(lambda x, w, b: ta.sigmoid(w * x + b), 2.0, -0.5, 1.5, digits=10, order=2)
    f = ta.sigmoid
    for _ in range(4):
        ta.testing.assert_gradients(f, np.array(0.5), digits=10)
        f = ta.grad(f)
