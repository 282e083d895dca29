"""`dot`, `tensordot` and `einsum` beside `@`: a product of matrices is one, however it is written.

Forward and with the gradient by both factors, eager and compiled; then products of tensors, beside the same by
transposing, reshaping and `@`. Unset OPENBLAS_CORETYPE: it may name an older processor, with slower products.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

import tinygrad_act as ta

from .runner import Contender, Effort, at_most, compare

__all__ = ["run"]

SIZES = ((64, 64, 64), (128, 784, 100), (300, 300, 300))
"""(rows, summed, columns)"""
LIMIT = 1.1
Product = Callable[[Any, Any], Any]
MATRICES: dict[str, Product] = {
    "@": lambda x, y: x @ y,
    "dot": ta.dot,
    "tensordot": lambda x, y: ta.tensordot(x, y, axes=1),
    "einsum ij,jk->ik": lambda x, y: ta.einsum("ij,jk->ik", x, y),
}
TENSORS: tuple[tuple[tuple[int, ...], tuple[int, ...], dict[str, Product]], ...] = (
    ((16, 32, 64), (64, 48), {
        "reshaped @": lambda x, y: (x.reshape(-1, 64) @ y).reshape(16, 32, 48),
        "dot": ta.dot,
        "tensordot": lambda x, y: ta.tensordot(x, y, axes=1),
        "einsum bij,jk->bik": lambda x, y: ta.einsum("bij,jk->bik", x, y),
    }),
    ((8, 4, 64, 32), (8, 4, 64, 32), {
        "transposed @": lambda x, y: x @ ta.swapaxes(y, axis1=-1, axis2=-2),
        "einsum bhqd,bhkd->bhqk": lambda x, y: ta.einsum("bhqd,bhkd->bhqk", x, y),
    }),
)  # fmt: skip
"""Shapes, and ways to write one product: the last is that of attention."""


def run(effort: Effort) -> None:
    """Print a table for each size, forward and backward, eager and compiled."""
    rng = np.random.default_rng(0)
    for n, k, m in SIZES:
        _tables(f"{n}x{k} by {k}x{m}", MATRICES, rng.normal(size=(n, k)), rng.normal(size=(k, m)), effort)
    for x, y, ways in TENSORS:
        _tables(f"{x} by {y}", ways, rng.normal(size=x), rng.normal(size=y), effort)


def _tables(title: str, ways: dict[str, Product], x: Any, y: Any, effort: Effort) -> None:
    first, *others = ways
    w = np.random.default_rng(1).normal(size=np.shape(ways[first](ta.Value(x), ta.Value(y)).data))
    for compiled in (False, True):
        for kind in ("forward", "with gradient"):
            for name in others:  # each is timed as the first, so that its time is in units of `@`'s
                pair = [_contender(each, ways[each], x, y, w, kind, compiled) for each in (name, first)]
                how = "compiled" if compiled else "eager"
                compare(f"{title}, {kind}, {how}: {name}", pair, {first: at_most(LIMIT)}, effort)


def _contender(name: str, way: Product, x: Any, y: Any, w: Any, kind: str, compiled: bool) -> Contender:
    f: Callable[..., Any] = way
    if kind == "with gradient":
        f = ta.grad(lambda x, y: ta.sum(way(x, y) * w), (0, 1))
    if compiled:
        program = ta.compile(f)
        return Contender(name, lambda: program(x, y), lambda a: a if isinstance(a, tuple) else [a])
    given = (x, y) if kind == "with gradient" else (ta.Value(x), ta.Value(y))
    return Contender(name, lambda: f(*given), lambda a: a if isinstance(a, tuple) else [a.data])
