"""Depth: whether a node costs the same in a chain of 1,000 nodes and in one of 1,000,000.

First chains of scalars and chains of tiny arrays, ours alone and by hand: the time of a node,
forward and backward, at every depth. A step makes its chain, pulls the gradient back and drops the
chain. A deep chain no longer fits into the processor's caches, which costs something even by hand.
Then the peers at 10,000 nodes, where a library that recurses has run out of Python's stack.
"""

from __future__ import annotations

import statistics
from collections.abc import Callable
from typing import Any

import numpy as np

import tinygrad_act as ta

from .peers import find
from .runner import Contender, Effort, compare, verdicts

__all__ = ["run"]

START = 1 + 1e-7  # its millionth power is 1.1
PEER_DEPTH = 10_000
LIMIT = 1.5


def run(effort: Effort) -> None:
    """Scalars with the garbage collector off and on, arrays, then the peers."""
    depths = [n for n in (1_000, 10_000, 100_000, 1_000_000) if n <= effort.deepest]
    for collect in (False, True):
        _scaling("scalar chain, ours", [_ours(n, START) for n in depths], effort, collect)
    _scaling("scalar chain, Python by hand", [_by_hand(n) for n in depths], effort, False, decides=False)
    tiny = np.array([START, 1.0])
    for collect in (False, True):
        _scaling("chain of arrays (2,), ours", [_ours(n, tiny) for n in depths if n <= 100_000], effort, collect)
    compare(f"peers, scalar chain of {PEER_DEPTH:,} nodes", _contenders(PEER_DEPTH), {}, effort)


def _scaling(title: str, contenders: list[Contender], effort: Effort, collect: bool, decides: bool = True) -> None:
    """Print the time of a node at every depth, and the worst of them over the best."""
    times = compare(title, contenders, {}, effort, tolerance=None, collect=collect)
    worst = statistics.median(max(row) / min(row) for row in zip(*times.values()))
    verdict = f"within {LIMIT:g}x to {contenders[-1].name}: {'reached' if worst <= LIMIT else 'MISSED'}"
    print(f"  worst over best: {worst:.2f}" + f"   {verdict}" * decides)
    if decides:
        verdicts.append(f"{verdict:40}{worst:6.2f}x | {title}, garbage collector {'on' if collect else 'off'}")


def _chain(x: Any, depth: int) -> Any:
    y = x
    for _ in range(depth):
        y = y * x
    return y


def _ours(depth: int, start: Any) -> Contender:
    def step() -> list[Any]:
        x = ta.Value(start)
        y = _chain(x, depth)
        y.backward(1.0 if isinstance(start, float) else np.ones_like(start))
        return [x.grad]

    return Contender(f"{depth:,} nodes", step, nodes=depth)


def _by_hand(depth: int) -> Contender:
    """Control: the chain and its gradient by hand."""

    def step() -> list[float]:
        x = y = START
        inputs = []
        for _ in range(depth):
            inputs.append(y)
            y = y * x
        dx, dy = 0.0, 1.0
        for y in reversed(inputs):
            dx += dy * y
            dy = dy * x
        return [dx + dy]

    return Contender(f"{depth:,} nodes", step, nodes=depth)


# -- the peers -----------------------------------------------------------------------------------------


def _contenders(depth: int) -> list[Contender]:
    by_hand = _by_hand(depth).step
    contenders = [
        Contender("tinygrad_act", _ours(depth, START).step, nodes=depth),
        Contender("Python by hand", by_hand, nodes=depth),
        Contender("Python, value only", lambda: _chain(START, depth), None, depth),
    ]
    for name, dialect in _DIALECTS.items():
        if find(name):
            contenders.append(Contender(name, dialect(depth), nodes=depth))
    print("  jax.jit: left out, it would compile 10,000 products one by one")
    return contenders


def _leaf_and_backward(make: Callable[[float], Any], depth: int) -> Callable[[], list[Any]]:
    """The step of a library whose leaves have `.grad`."""

    def step() -> list[Any]:
        x = make(START)
        _chain(x, depth).backward()
        return [x.grad]

    return step


def _micrograd(depth: int) -> Callable[[], list[Any]]:
    from micrograd.engine import Value  # noqa: PLC0415

    return _leaf_and_backward(Value, depth)


def _hips_autograd(depth: int) -> Callable[[], list[Any]]:
    gradient = find("HIPS autograd").grad(lambda x: _chain(x, depth))
    return lambda: [gradient(START)]


def _mygrad(depth: int) -> Callable[[], list[Any]]:
    return _leaf_and_backward(find("MyGrad").tensor, depth)


def _pytorch(depth: int) -> Callable[[], list[Any]]:
    torch = find("PyTorch")
    return _leaf_and_backward(lambda x: torch.tensor(x, dtype=torch.float64, requires_grad=True), depth)


_DIALECTS = {"micrograd": _micrograd, "HIPS autograd": _hips_autograd, "MyGrad": _mygrad, "PyTorch": _pytorch}
