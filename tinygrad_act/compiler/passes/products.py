"""Sums as matrix products, where these are faster: BLAS adds several numbers at a time.

The sum over the first axis of a matrix (a bias's gradient) is ones @ x, over the last x @ ones, and
the sum of a product is a product of vectors.
"""

from __future__ import annotations

import math

import numpy as np

from ..calls import function, reduction, ufunc
from ..node import Graph, Node, constant, make, rewritten

__all__ = ["products"]

SUM, MUL = reduction(np.add), ufunc(np.multiply)
DOT, VDOT = function(np.dot), function(np.vdot)
_LONGEST = 1 << 12
"""Entries up to which one sum runs as a product: beyond, NumPy's sum, in pairs, keeps more digits."""


def products(graph: Graph) -> Graph:
    """The graph with sums of matrices and vectors as products."""
    uses: dict[Node, int] = {}
    for node in graph.order():
        for x in node.args:
            uses[x] = uses.get(x, 0) + 1

    def rule(node: Node, args: tuple[Node, ...]) -> Node | None:
        x = args[0] if args else node
        if node.call is not SUM or node.dtype not in (np.float32, np.float64) or x.dtype != node.dtype:
            return None
        if not x.facts.in_rows or 0 in x.shape:
            return None
        return _of_all(node, x, uses.get(node.args[0], 2)) if not node.shape else _of_matrix(node, x)

    return rewritten(graph, rule)


def _of_all(node: Node, x: Node, uses: int) -> Node | None:
    """The sum of all entries."""
    size = math.prod(x.shape)
    if not 1 < size <= _LONGEST:
        return None
    if x.call is MUL and uses == 1 and all(_is_plain(y, x) for y in x.args):
        return make(VDOT, x.args)
    return make(VDOT, (x, constant(np.ones(size, x.dtype))))


def _is_plain(y: Node, like: Node) -> bool:
    return y.shape == like.shape and y.dtype == like.dtype and y.facts.in_rows


def _of_matrix(node: Node, x: Node) -> Node | None:
    """The sum over the first or the last axis of a matrix."""
    if len(x.shape) != 2:
        return None
    (rows, columns), axis, kept = x.shape, node.static.get("axis", 0), bool(node.static.get("keepdims"))
    if axis is None:
        return None
    axes = tuple(i % 2 for i in (axis if isinstance(axis, tuple) else (axis,)))
    if axes == (0,):
        return make(DOT, (constant(np.ones((1, rows) if kept else rows, x.dtype)), x))
    if axes == (1,) and columns <= _LONGEST:
        return make(DOT, (x, constant(np.ones((columns, 1) if kept else columns, x.dtype))))
    return None
