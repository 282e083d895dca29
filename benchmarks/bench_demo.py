"""micrograd's demo as published: its notebook, line by line, on micrograd's Value and on ours.

Two moons of 100 points, a 2-16-16-1 network, the max-margin loss with an L2 term, one step of gradient
descent. As in the notebook the points are rows of `np.float64` and the labels `np.int64`: NumPy's numbers
among the Values must be as fast as Python's. The garbage collector is on, as Python has it.
"""

from __future__ import annotations

import itertools
import random
from collections.abc import Callable
from typing import Any

import numpy as np

import tinygrad_act as ta

from .peers import find
from .runner import Contender, Effort, compare, faster

__all__ = ["run"]

SIZES = (2, 16, 16, 1)
POINTS = 100


def run(effort: Effort) -> None:
    """Compare a training step of the demo."""
    contenders = [_training("tinygrad_act", ta.Value, np.float64)]
    if find("micrograd") is not None:
        from micrograd.engine import Value  # noqa: PLC0415

        contenders.append(_training("micrograd", Value, np.float64))
    contenders.append(_training("tinygrad_act, floats", ta.Value, float))
    compare("micrograd's demo as published, a step", contenders, {"micrograd": faster(3)}, effort)


def _moons() -> tuple[np.ndarray, np.ndarray]:
    """scikit-learn's make_moons(n_samples=100, noise=0.1), with labels 1 and -1."""
    rng = np.random.default_rng(0)
    angle = np.linspace(0, np.pi, POINTS // 2)
    upper = np.stack([np.cos(angle), np.sin(angle)], axis=1)
    lower = np.stack([1 - np.cos(angle), 0.5 - np.sin(angle)], axis=1)
    X = np.concatenate([upper, lower]) + rng.normal(scale=0.1, size=(POINTS, 2))
    order = rng.permutation(POINTS)
    return X[order], np.repeat([-1, 1], POINTS // 2)[order]


class Neuron:
    """micrograd.nn.Neuron, for any class of scalars."""

    def __init__(self, value: Callable[[float], Any], count: int, nonlin: bool, rng: random.Random) -> None:
        self.w = [value(rng.uniform(-1, 1)) for _ in range(count)]
        self.b = value(0)
        self.nonlin = nonlin

    def __call__(self, x: list[Any]) -> Any:
        act = sum((wi * xi for wi, xi in zip(self.w, x)), self.b)
        return act.relu() if self.nonlin else act


Layers = list[list[Neuron]]


def _model(layers: Layers, x: list[Any]) -> Any:
    for layer in layers:
        x = [neuron(x) for neuron in layer]
    return x[0]


def _loss(value: Any, layers: Layers, parameters: list[Any], X: Any, y: Any) -> Any:
    inputs = [list(map(value, xrow)) for xrow in X]
    scores = [_model(layers, x) for x in inputs]
    losses = [(1 + -yi * scorei).relu() for yi, scorei in zip(y, scores)]
    data_loss = sum(losses) * (1.0 / len(losses))
    alpha = 1e-4
    reg_loss = alpha * sum(p * p for p in parameters)
    return data_loss + reg_loss


def _training(name: str, value: Any, number: type) -> Contender:
    """One step after the other of the notebook's loop. `number`: np.float64, as there, or float."""
    X, y = _moons()
    rows, labels = (list(X), list(y)) if number is np.float64 else (X.tolist(), y.tolist())
    rng = random.Random(1337)
    shape = list(itertools.pairwise(SIZES))
    layers = [[Neuron(value, n, (n, m) != shape[-1], rng) for _ in range(m)] for n, m in shape]
    parameters = [p for layer in layers for neuron in layer for p in [*neuron.w, neuron.b]]
    steps = itertools.count()

    def step() -> list[float]:
        total_loss = _loss(value, layers, parameters, rows, labels)
        for p in parameters:
            p.grad = 0
        total_loss.backward()
        learning_rate = 1.0 - 0.9 * min(next(steps), 99) / 100
        for p in parameters:
            p.data -= learning_rate * p.grad
        return [p.grad for p in parameters]

    return Contender(name, step, read=lambda gradients: [np.array(gradients, np.float64)])
