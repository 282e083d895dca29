"""maximum and minimum with one number, the faster way: NumPy's loop for an array and a number is not vectorised.

A large array is clipped, with infinity as the other bound; for a small one the number becomes an array.
Measured in float32: maximum(z, 0) on 256 x 1024 takes 78 µs, as a clip 20; on 32 x 32 0.62, with an
array of zeros 0.33, as a clip 0.71.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ..calls import CLIP, CONSTANT, ufunc
from ..node import Graph, Node, constant, rewritten

__all__ = ["bounds"]

_BOUNDS = {ufunc(np.maximum): -1, ufunc(np.minimum): 1}
"""The side on which there is no bound."""
_FEW = 1024
"""Entries up to which the number becomes an array."""


def bounds(graph: Graph) -> Graph:
    """The graph with clips, or arrays as bounds, in place of bounds that are numbers."""
    known: dict[Any, Node] = {}

    def rule(node: Node, args: tuple[Node, ...]) -> Node | None:
        if node.call not in _BOUNDS or not node.is_array:
            return None
        x, bound = args if args[1].call is CONSTANT else args[::-1]
        if not _is_array_and_number(node, x, bound):
            return None
        number = float(bound.value)
        if node.facts.size <= _FEW:
            full = _constant(known, number, node.shape, node.dtype)
            return Node(node.call, (x, full), node.static, node.value, node.name)
        free = _constant(known, -_BOUNDS[node.call] * math.inf, (), node.dtype)
        given = _constant(known, number, (), node.dtype)
        low_high = (given, free) if _BOUNDS[node.call] < 0 else (free, given)
        return Node(CLIP, (x, *low_high), node.static, node.value, node.name)

    return rewritten(graph, rule)


def _is_array_and_number(node: Node, x: Node, bound: Node) -> bool:
    if bound.call is not CONSTANT or bound.shape or bound.is_number or not math.isfinite(bound.value):
        return False
    floats = node.dtype in (np.float32, np.float64)
    return floats and x.shape == node.shape and x.dtype == bound.dtype == node.dtype


def _constant(known: dict[Any, Node], number: float, shape: tuple[int, ...], dtype: Any) -> Node:
    key = (number, math.copysign(1.0, number), shape, dtype)
    if key not in known:
        known[key] = constant(np.full(shape, number, dtype), "zero" if number == 0 and not shape else "")
    return known[key]
