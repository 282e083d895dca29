"""Numbers beside arrays as arrays without axes: NumPy converts a Python number anew in every call."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..calls import CONSTANT
from ..node import Graph, Node, constant, rewritten

__all__ = ["constants"]

_NAMES = {0.0: "zero", 1.0: "one", 2.0: "two", 0.5: "half", -1.0: "minus_one"}


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
