"""The cost of a scalar node: the same code on micrograd's Value and on ours.

Two graphs of nothing but numbers: the expression of micrograd's README, about thirty nodes, and its
demo, a 2-16-16-1 relu network with a hinge loss on 100 points, 65,000 nodes in one graph. With the
garbage collector on, as Python has it, a graph also costs what the collector needs to look through
it; so both are measured. (With it off, micrograd never frees its nodes, which refer to themselves.)
Peers other than micrograd have no scalars, only arrays of one entry; they are left out here.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

import numpy as np

import tinygrad_act as ta

from .peers import find
from .runner import Contender, Effort, compare, faster

__all__ = ["run"]

TARGETS = {True: faster(3), False: faster(1.4)}  # with the garbage collector on, off

SIZES = (2, 16, 16, 1)
POINTS = 100
NODES = POINTS * (sum(m * (2 * n + 1) for n, m in itertools.pairwise(SIZES)) + 3)
"""A product and a sum for every weight and a relu for every unit but the last; four for the loss."""

Layers = list[tuple[list[list[Any]], list[Any]]]


def run(effort: Effort) -> None:
    """Compare both graphs, with the garbage collector on and off."""
    for collect, target in TARGETS.items():
        targets = {"micrograd": target}
        compare("micrograd's README, one expression", _expressions(), targets, effort, collect=collect)
        title = f"micrograd's demo, a node of {NODES:,}"
        compare(title, _networks(), targets, effort, collect=collect)


def _values() -> dict[str, Callable[[float], Any]]:
    """The class of scalars of every library here, ours first."""
    micrograd = find("micrograd")
    if micrograd is None:
        return {"tinygrad_act": ta.Value}
    from micrograd.engine import Value  # noqa: PLC0415

    return {"tinygrad_act": ta.Value, "micrograd": Value}


# -- micrograd's README --------------------------------------------------------------------------------


def _expression(a: Any, b: Any, relu: Callable[[Any], Any]) -> Any:
    c = a + b
    d = a * b + b**3
    c += c + 1
    c += 1 + c + (-a)
    d += d * 2 + relu(b + a)
    d += 3 * d + relu(b - a)
    e = c - d
    f = e**2
    g = f / 2.0
    g += 10.0 / f
    return g


def _expression_by_hand(a: float, b: float) -> list[float]:
    """The gradient for a and b."""
    c = 4 * (a + b) + 3 - a
    s, t = a + b, b - a
    d = 4 * (3 * (a * b + b**3) + max(s, 0.0)) + max(t, 0.0)
    e = c - d
    f = e**2
    de = (0.5 - 10 / f**2) * 2 * e
    ds, dt = 4.0 * (s >= 0), 1.0 * (t >= 0)
    return [de * (3 - 12 * b - ds + dt), de * (4 - 12 * (a + 3 * b**2) - ds - dt)]


def _expressions() -> list[Contender]:
    contenders = [_expression_of(name, value) for name, value in _values().items()]
    a, b = -4.0, 2.0
    contenders.append(Contender("Python by hand", lambda: _expression_by_hand(a, b)))
    contenders.append(Contender("Python, value only", lambda: _expression(a, b, _relu), read=None))
    return contenders


def _expression_of(name: str, value: Callable[[float], Any]) -> Contender:
    def step() -> Any:
        a, b = value(-4.0), value(2.0)
        _expression(a, b, _relu_method).backward()
        return a, b

    return Contender(name, step, read=lambda leaves: [x.grad for x in leaves])


def _relu(z: float) -> float:
    return max(z, 0.0)


def _relu_method(z: Any) -> Any:
    return z.relu()


# -- micrograd's demo ----------------------------------------------------------------------------------


def _problem() -> tuple[Layers, list[list[float]], list[float]]:
    """The layers' start, points, and the label 1 or -1: inside or outside of a circle."""
    rng = np.random.default_rng(0)
    layers = [(rng.normal(size=(m, n)).tolist(), rng.normal(size=m).tolist()) for n, m in itertools.pairwise(SIZES)]
    points = rng.normal(size=(POINTS, 2))
    return layers, points.tolist(), np.where(np.hypot(*points.T) < 1.2, 1.0, -1.0).tolist()


def _loss(layers: Layers, points: Any, labels: list[float], relu: Callable[[Any], Any]) -> Any:
    """The mean hinge loss of the network on all points."""
    losses = []
    for x, y in zip(points, labels):
        for depth, (W, b) in enumerate(layers):
            x = [relu(v) for v in x] if depth else x
            x = [sum((w * v for w, v in zip(row, x)), bias) for row, bias in zip(W, b)]
        losses.append(relu(1 + -y * x[0]))
    return sum(losses) * (1.0 / len(losses))


def _networks() -> list[Contender]:
    layers, points, labels = _problem()
    contenders = [_network_of(name, value) for name, value in _values().items()]
    contenders.append(Contender("Python by hand", lambda: _network_by_hand(layers, points, labels), _flat, NODES))
    arrays: Any = [(np.array(W), np.array(b)) for W, b in layers]
    X, y = np.array(points), np.array(labels)[:, None]
    contenders.append(Contender("NumPy by hand", lambda: _network_in_numpy(arrays, X, y), _flat, NODES))
    contenders.append(Contender("Python, loss only", lambda: _loss(layers, points, labels, _relu), None, NODES))
    return contenders


def _network_of(name: str, value: Callable[[float], Any]) -> Contender:
    layers, points, labels = _problem()

    def step() -> Layers:
        leaves = [([[value(w) for w in row] for row in W], [value(v) for v in b]) for W, b in layers]
        _loss(leaves, [[value(v) for v in x] for x in points], labels, _relu_method).backward()
        return leaves

    def read(leaves: Layers) -> list[np.ndarray]:
        return _flat([([[w.grad for w in row] for row in W], [v.grad for v in b]) for W, b in leaves])

    return Contender(name, step, read, NODES)


def _flat(layers: Any) -> list[np.ndarray]:
    return [np.array(part, dtype=float) for layer in layers for part in layer]


def _network_by_hand(layers: Layers, points: Any, labels: list[float]) -> Layers:
    """The gradients of the weights, point by point, in plain Python."""
    gradients: Layers = [([[0.0] * len(row) for row in W], [0.0] * len(b)) for W, b in layers]
    for x, y in zip(points, labels):
        inputs = []
        for depth, (W, b) in enumerate(layers):
            x = [max(v, 0.0) for v in x] if depth else x
            inputs.append(x)
            x = [sum((w * v for w, v in zip(row, x)), bias) for row, bias in zip(W, b)]
        dz = [-y / len(points) * (1 - y * x[0] > 0)]
        for (W, _), (dW, db), x in reversed(list(zip(layers, gradients, inputs))):
            for j, d in enumerate(dz):
                db[j] += d
                dW[j] = [old + d * v for old, v in zip(dW[j], x)]
            if x is not inputs[0]:
                dz = [sum(d * w for d, w in zip(dz, column)) * (v > 0) for column, v in zip(zip(*W), x)]
    return gradients


def _network_in_numpy(layers: Any, x: np.ndarray, y: np.ndarray) -> Any:
    """The gradients of the weights, all points at once."""
    inputs, gradients = [], []
    for depth, (W, b) in enumerate(layers):
        x = np.maximum(x, 0.0) if depth else x
        inputs.append(x)
        x = x @ W.T + b
    dz = -y / len(y) * (1 - y * x > 0)
    for (W, _), x in zip(reversed(layers), reversed(inputs)):
        gradients.append((dz.T @ x, dz.sum(axis=0)))
        if x is not inputs[0]:
            dz = (dz @ W) * (x > 0)
    return gradients[::-1]
