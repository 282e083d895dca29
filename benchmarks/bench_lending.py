"""What it costs to notice writes into a leaf's array: a training step with each way to update a parameter.

First comes the step that updates an array of its own, so that no `.data` is asked for. Whatever the size, an
update after `backward()` adds a look at reference counts and no pass over the array. The last one shows what
is paid for where somebody keeps the array and an operation uses the leaf: two fingerprints.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

import tinygrad_act as ta

from .runner import Contender, Effort, compare

__all__ = ["run"]


def run(effort: Effort) -> None:
    """Parameters of 10, 10,000 and 1,000,000 entries."""
    for size in (10, 10_000, 1_000_000):
        contenders = [_step(name, size, update) for name, update in _UPDATES.items()]
        contenders.append(_step("an array that is kept", size, _UPDATES["p.data -= u"], keep=True))
        compare(f"{size:,} entries", contenders, {}, effort, tolerance=None)


_NONE = "no .data"


def _on_its_own(p: ta.Value, u: np.ndarray, own: np.ndarray) -> None:
    own -= u


def _subtract(p: ta.Value, u: np.ndarray, own: np.ndarray) -> None:
    p.data -= u


def _entries(p: ta.Value, u: np.ndarray, own: np.ndarray) -> None:
    p.data[...] -= u


def _out(p: ta.Value, u: np.ndarray, own: np.ndarray) -> None:
    np.subtract(p.data, u, out=p.data)


_UPDATES: dict[str, Callable[[ta.Value, np.ndarray, np.ndarray], None]] = {
    _NONE: _on_its_own, "p.data -= u": _subtract, "p.data[...] -= u": _entries, "out=p.data": _out,
}  # fmt: skip


def _step(name: str, size: int, update: Callable[..., None], keep: bool = False) -> Contender:
    p, own = ta.Value(np.linspace(-1.0, 1.0, size)), np.linspace(-1.0, 1.0, size)
    kept = p.data if keep else None

    def step() -> list[Any]:
        loss = (ta.tanh(p) ** 2).sum()
        loss.backward()
        update(p, 1e-9 * p.grad, own)
        p.zero_grad()
        return [loss, kept]

    return Contender(name, step, None)
