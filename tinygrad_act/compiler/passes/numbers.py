"""Numbers beside arrays, the way NumPy takes them fastest.

`constants`: as arrays without axes, for NumPy converts a Python number anew in every call.

`bounds`: maximum and minimum with one number, for which NumPy's loop is not vectorised. A large array is clipped, with
infinity as the other bound; for a small one the number becomes an array. Measured in float32: maximum(z, 0) on
256 x 1024 takes 78 µs, as a clip 20; on 32 x 32 0.62, with an array of zeros 0.33, as a clip 0.71.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ..calls import CLIP, CONSTANT, ufunc
from ..node import Graph, Node, constant, rewritten

__all__ = ["bounds", "constants"]

_NAMES = {0.0: "zero", 1.0: "one", 2.0: "two", 0.5: "half", -1.0: "minus_one"}
_BOUNDS = {ufunc(np.maximum): -1, ufunc(np.minimum): 1}
"""The side on which there is no bound."""
_FEW = 1024
"""Entries up to which the number becomes an array."""


def constants(graph: Graph) -> Graph:
    """The graph with each number beside a float array in that array's dtype."""
    known: dict[Any, Node] = {}

    def rule(node: Node, args: tuple[Node, ...]) -> Node | None:
        if not node.call.elementwise or not node.is_array:
            return None
        arrays = {x.dtype for x in args if x.is_array}
        if len(arrays) != 1 or next(iter(arrays)) not in (np.float32, np.float64):
            return None
        dtype = arrays.pop()
        new = tuple([_converted(x, dtype, known) for x in args])
        return None if new == args else Node(node.call, new, node.static, node.value, node.name)

    return rewritten(graph, rule)


def _converted(x: Node, dtype: Any, known: dict[Any, Node]) -> Node:
    if x.call is not CONSTANT or x.shape or (not x.is_number and x.dtype != dtype) or isinstance(x.value, bool):
        return x
    key = (repr(float(x.value)), dtype)
    if key not in known:
        with np.errstate(over="ignore"):
            known[key] = constant(np.array(x.value, dtype), _NAMES.get(float(x.value), ""))
    return known[key]


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
            full = _bound(known, number, node.shape, node.dtype)
            return Node(node.call, (x, full), node.static, node.value, node.name)
        free = _bound(known, -_BOUNDS[node.call] * math.inf, (), node.dtype)
        given = _bound(known, number, (), node.dtype)
        low_high = (given, free) if _BOUNDS[node.call] < 0 else (free, given)
        return Node(CLIP, (x, *low_high), node.static, node.value, node.name)

    return rewritten(graph, rule)


def _is_array_and_number(node: Node, x: Node, bound: Node) -> bool:
    if bound.call is not CONSTANT or bound.shape or bound.is_number or not math.isfinite(bound.value):
        return False
    floats = node.dtype in (np.float32, np.float64)
    return floats and x.shape == node.shape and x.dtype == bound.dtype == node.dtype


def _bound(known: dict[Any, Node], number: float, shape: tuple[int, ...], dtype: Any) -> Node:
    key = (number, math.copysign(1.0, number), shape, dtype)
    if key not in known:
        known[key] = constant(np.full(shape, number, dtype), "zero" if number == 0 and not shape else "")
    return known[key]
