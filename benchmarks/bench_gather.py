"""Adding up rows at places that an index names (the gradient of `table[ids]`), beside the other ways to do it in NumPy.

The first contender is what `put_add` and `scatter_add` do: np.add.at on one flat axis where rows are short, a loop
over rows where they are long. The others are np.add.at on rows, np.bincount, sorting with np.add.reduceat, and the
loop. A second table is a whole step: loss and gradient of an embedding with labels, eager, compiled and by hand.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

import tinygrad_act as ta

from .runner import Contender, Effort, at_most, compare

__all__ = ["run"]

SIZES = ((27, 1, 4096), (27, 16, 4096), (1000, 64, 256), (1000, 64, 4096), (10_000, 128, 4096), (1000, 1024, 64),
         (100, 10_000, 32))  # fmt: skip
"""(rows of the table, entries of a row, how many ids)"""
_WAYS = ("np.add.at rows", "np.bincount", "sort and reduceat", "loop over rows")


def run(effort: Effort) -> None:
    """Print a table for each size, and one for a step."""
    rng = np.random.default_rng(0)
    for dtype in (np.float64, np.float32):
        for rows, length, count in SIZES:
            ids, g = rng.integers(0, rows, count), rng.normal(size=(count, length)).astype(dtype)
            ours = Contender("put_add", lambda g=g, ids=ids, rows=rows: [ta.put_add(g, ids, size=rows)])
            others = [
                Contender(name, lambda way=way, g=g, ids=ids, rows=rows: [way(g, ids, rows)])
                for name, way in zip(_WAYS, (_by_rows, _by_bincount, _sorted, _by_loop))
            ]
            title = f"{count} rows of {length} into {rows}, {np.dtype(dtype).name}"
            compare(title, [ours, *others], {"np.add.at rows": at_most(1)}, effort, tolerance=1e-4)
    _step(effort, rng)


def _by_rows(g: Any, ids: Any, rows: int) -> Any:
    a = np.zeros((rows, g.shape[1]), g.dtype)
    np.add.at(a, ids, g)
    return a


def _by_bincount(g: Any, ids: Any, rows: int) -> Any:
    places = (ids[:, None] * g.shape[1] + np.arange(g.shape[1])).reshape(-1)
    return np.bincount(places, g.reshape(-1), rows * g.shape[1]).reshape(rows, -1).astype(g.dtype, copy=False)


def _sorted(g: Any, ids: Any, rows: int) -> Any:
    a, order = np.zeros((rows, g.shape[1]), g.dtype), np.argsort(ids, kind="stable")
    starts = np.flatnonzero(np.r_[True, ids[order][1:] != ids[order][:-1]])
    a[ids[order][starts]] = np.add.reduceat(g[order], starts, axis=0)
    return a


def _by_loop(g: Any, ids: Any, rows: int) -> Any:
    a = np.zeros((rows, g.shape[1]), g.dtype)
    for i, row in zip(ids.tolist(), g):
        a[i] += row
    return a


def _step(effort: Effort, rng: np.random.Generator) -> None:
    """A bigram model: rows of a table are the logits of the next letter."""
    table, x, y = rng.normal(size=(27, 27)), rng.integers(0, 27, 512), rng.integers(0, 27, 512)

    def loss(table: Any, x: Any, y: Any) -> Any:
        return -ta.log_softmax(table[x])[np.arange(512), y].mean()

    eager = ta.value_and_grad(loss)
    compiled = ta.compile(eager)
    ways: tuple[tuple[str, Callable[..., Any]], ...] = (("compiled", compiled), ("by hand", _by_hand), ("eager", eager))
    contenders = [Contender(name, lambda f=f: [f(table, x, y)[1]]) for name, f in ways]
    compare("a bigram step by index, 512 letters", contenders, {"by hand": at_most(1.5)}, effort)


def _by_hand(table: Any, x: Any, y: Any) -> Any:
    z = table[x]
    e = np.exp(z - z.max(axis=1, keepdims=True))
    a = e / e.sum(axis=1, keepdims=True)
    rows = np.arange(len(y))
    loss = -np.log(a[rows, y]).mean()
    a[rows, y] -= 1.0
    gradient = np.zeros_like(table)
    np.add.at(gradient, x, a / len(y))
    return loss, gradient
