"""micrograd's demo, compiled: its own model code, on our Value, with two lines of the training loop changed.

The model is micrograd's `nn.MLP(2, [16, 16, 1])` as it is installed, the data two moons of 100 points,
the loss the demo's: a hinge with a penalty on the weights, 65,614 nodes. A step is what stands in the
demo's loop: gradients to zero, loss, backward, update. Ours runs the recorded graph as a program,
`ta.compile(loss)`; what is left of Python in its step is mostly the loop's own two passes over 337 parameters.
"""

from __future__ import annotations

import gc
import random
import time
from collections.abc import Callable
from typing import Any

import numpy as np

import tinygrad_act as ta

from . import runner
from .peers import find
from .runner import Contender, Effort, compare, faster

__all__ = ["run"]

TARGETS = {True: faster(500), False: faster(150)}  # with the garbage collector on, off
POINTS = (100, 400, 1600)
"""The demo's, and more, for the time that compiling takes."""
COMPILE_SECONDS = 1.5
RATE = 1e-3


def run(effort: Effort) -> None:
    """Compare the steps, and time `ta.compile` alone."""
    if find("micrograd") is None:
        print("  micrograd's demo: nothing to compare with, and no model code; pip install micrograd")
        return
    for collect, target in TARGETS.items():
        title, contenders = "a step of micrograd's demo", [_compiled(), _micrograd(), _eager()]
        compare(title, contenders, {"micrograd": target}, effort, tolerance=1e-9, collect=collect)
    _compile_times()


def _moons(count: int) -> tuple[np.ndarray, np.ndarray]:
    """Two half circles that hook into one another, and their labels -1 and 1."""
    rng = np.random.default_rng(1337)
    angles = rng.uniform(0, np.pi, count)
    y = np.where(np.arange(count) % 2, 1, -1)
    X = np.stack([np.cos(angles), np.sin(angles)], axis=1) * -y[:, None] + (y[:, None] > 0) * np.array([1.0, 0.5])
    return X + rng.normal(scale=0.1, size=X.shape), y


def _demo(value: Any, count: int) -> tuple[Any, Callable[[], Any]]:
    """micrograd's model, made of `value`, and a function that computes the demo's loss."""
    from micrograd import nn  # noqa: PLC0415

    random.seed(1337)
    X, y = _moons(count)
    before, nn.Value = nn.Value, value
    try:
        model = nn.MLP(2, [16, 16, 1])
    finally:
        nn.Value = before

    def loss() -> Any:
        inputs = [list(map(value, row)) for row in X]
        scores = list(map(model, inputs))
        losses = [(1 + -yi * score).relu() for yi, score in zip(y, scores)]
        data_loss = sum(losses) * (1.0 / len(losses))
        return data_loss + 1e-4 * sum(p * p for p in model.parameters())

    return model, loss


def _contender(name: str, model: Any, backward: Callable[[], Any]) -> Contender:
    def step() -> None:
        model.zero_grad()
        backward()
        for p in model.parameters():
            p.data -= RATE * p.grad

    return Contender(name, step, read=lambda _: [np.array([p.grad for p in model.parameters()])])


def _compiled() -> Contender:
    model, loss = _demo(ta.Value, POINTS[0])
    return _contender("tinygrad_act, compiled", model, ta.compile(loss()).backward)


def _eager() -> Contender:
    model, loss = _demo(ta.Value, POINTS[0])
    return _contender("tinygrad_act, eager", model, lambda: loss().backward())


def _micrograd() -> Contender:
    from micrograd.engine import Value  # noqa: PLC0415

    model, loss = _demo(Value, POINTS[0])
    return _contender("micrograd", model, lambda: loss().backward())


def _compile_times() -> None:
    print("\nta.compile(loss) alone, garbage collector on")
    seconds = []
    for count in POINTS:
        _, loss = _demo(ta.Value, count)
        root = loss()
        nodes = _count(root)
        gc.collect()
        start = time.process_time()
        ta.compile(root)
        seconds.append((time.process_time() - start) / nodes)
        print(f"  {nodes:>9,} nodes {seconds[-1] * nodes:8.2f} s {seconds[-1] * 1e6:8.2f} µs a node", flush=True)
        if count == POINTS[0]:
            verdict = "reached" if seconds[0] * nodes <= COMPILE_SECONDS else "MISSED"
            runner.verdicts.append(f"at most {COMPILE_SECONDS} s: {verdict} | ta.compile of the demo's {nodes:,} nodes")
    growth = seconds[-1] / seconds[0]
    verdict = "reached" if growth <= 2 else "MISSED"
    runner.verdicts.append(f"linear to a million nodes: {verdict}, {growth:.2f}x the time a node | ta.compile")


def _count(root: Any) -> int:
    seen, stack = {root}, [root]
    while stack:
        for x in stack.pop().inputs or ():
            if isinstance(x, ta.Value) and x not in seen:
                seen.add(x)
                stack.append(x)
    return len(seen)
