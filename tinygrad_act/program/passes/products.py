"""Sums as matrix products, where these are faster: BLAS adds several numbers at a time.

The sum over the first axis of a matrix (a bias's gradient) is ones @ x, over the last x @ ones, and
the sum of a product is a product of vectors.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ..calls import function, method, reduction, ufunc
from ..node import Graph, Node, constant, make, rewritten

__all__ = ["products"]

SUM, MUL, DOT, RESHAPE = reduction(np.add), ufunc(np.multiply), function(np.dot), method("reshape")
_LONGEST = 1 << 12
"""Entries up to which one sum runs as a product: beyond, NumPy's sum, in pairs, keeps more digits."""


def products(graph: Graph) -> Graph:
    """The graph with sums of matrices and vectors as products."""
    uses: dict[Node, int] = {}
    for node in graph.order():
        for x in node.args:
            uses[x] = uses.get(x, 0) + 1

    def rule(node: Node, args: tuple[Node, ...]) -> Node | None:
        if node.call is not SUM or node.dtype not in (np.float32, np.float64) or args[0].dtype != node.dtype:
            return None
        total = _of_all(node, args[0], uses.get(node.args[0], 2)) or _of_matrix(node, args[0])
        if total is None:
            return None
        return total if total.shape == node.shape else make(RESHAPE, (total,), {"args": (node.shape,)})

    return rewritten(graph, rule)


def _axes(node: Node, ndim: int) -> tuple[int, ...]:
    axis = node.static.get("axis", 0)
    if axis is None:
        return tuple(range(ndim))
    return tuple(i % ndim for i in (axis if isinstance(axis, tuple) else (axis,)))


def _of_all(node: Node, x: Node, uses: int) -> Node | None:
    """The sum of all entries."""
    ndim = len(x.shape)
    wide = [n for i, n in enumerate(x.shape) if i not in _axes(node, ndim)]
    size = math.prod(x.shape)
    if math.prod(wide) != 1 or not 1 < size <= _LONGEST or not x.value.flags.c_contiguous:
        return None
    if x.call is MUL and uses == 1 and all(_is_plain(y, x) for y in x.args):
        return make(DOT, tuple([_flat(y) for y in x.args]))
    return make(DOT, (_flat(x), constant(np.ones(size, x.dtype))))


def _of_matrix(node: Node, x: Node) -> Node | None:
    """The sum over the first or the last axis of a matrix."""
    if len(x.shape) != 2 or not x.value.flags.c_contiguous or 0 in x.shape:
        return None
    rows, columns = x.shape
    axes = _axes(node, 2)
    if axes == (0,):
        return make(DOT, (constant(np.ones(rows, x.dtype)), x))
    if axes == (1,) and columns <= _LONGEST:
        return make(DOT, (x, constant(np.ones(columns, x.dtype))))
    return None


def _is_plain(y: Node, like: Node) -> bool:
    return y.shape == like.shape and y.dtype == like.dtype and bool(y.value.flags.c_contiguous)


def _flat(x: Node) -> Node:
    return x if len(x.shape) == 1 else make(RESHAPE, (x,), {"args": ((-1,),)})
