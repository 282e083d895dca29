"""Graphs that the tests of the interactive page draw, and what stands in a page."""

from __future__ import annotations

import json
import random
import re

import numpy as np

import tinygrad_act as ta
from tinygrad_act import Value
from tinygrad_act.core.graph import topological_order

from . import drawn


def neuron():
    """a = sigmoid(w x + b), after its backward pass."""
    a = drawn.neuron()
    return a, {value.label: value for value in topological_order([a], Value) if value.op is None}


def shared():
    """A value with four uses, two of them in one operation."""
    x = Value(2.0, "x")
    y = x * x * x + 2 * x - 1
    y.label = "y"
    y.backward()
    return y, {"x": x}


def scalar_mlp():
    """micrograd's MLP(2, [3, 1]), number by number."""
    rng = random.Random(1)
    leaves = {}

    def leaf(name):
        leaves[name] = Value(rng.uniform(-1, 1), name)
        return leaves[name]

    values = [leaf("x0"), leaf("x1")]
    for layer, width in enumerate((3, 1)):
        values = [
            ta.tanh(sum((leaf(f"w{layer}{j}{i}") * v for i, v in enumerate(values)), leaf(f"b{layer}{j}")))
            for j in range(width)
        ]
    values[0].label = "y"
    values[0].backward()
    return values[0], leaves


def tensor_mlp():
    """A classifier of 12 operations on arrays."""
    rng = np.random.default_rng(0)
    leaves = {
        "W1": Value(rng.normal(size=(4, 16)) / 2, "W1"), "b1": Value(np.zeros(16), "b1"),
        "W2": Value(rng.normal(size=(16, 1)), "W2"), "b2": Value(np.zeros(1), "b2"),
    }  # fmt: skip
    batch, wanted = rng.normal(size=(32, 4)), (rng.random((32, 1)) > 0.5) * 1.0
    hidden = ta.relu(batch @ leaves["W1"] + leaves["b1"])
    error = ta.sigmoid(hidden @ leaves["W2"] + leaves["b2"]) - wanted
    loss = ta.mean(error**2) + 0.01 * ta.sum(leaves["W1"] ** 2)
    loss.label = "loss"
    loss.backward()
    return loss, leaves


def data_of(page):
    """What the page gives its script."""
    return json.loads(re.search(r'<script type="application/json" id="data">(.*?)</script>', page, re.DOTALL)[1])


def number(text):
    """The number that a picture shows, with its true minus sign."""
    return float(text.replace("−", "-"))
