"""What is computed twice is computed once: common subexpressions."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..calls import CONSTANT
from ..node import Graph, Node, rewritten

__all__ = ["share"]


def share(graph: Graph) -> Graph:
    """One node for all calls of one function on the same arguments."""
    known: dict[Any, Node] = {}

    def rule(node: Node, args: tuple[Node, ...]) -> Node | None:
        if not args and node.call is not CONSTANT:
            return None
        key = _key_of_constant(node.value) if node.call is CONSTANT else (node.call, args, key_of(node.static))
        if key in known:
            return known[key]
        same = args == node.args
        known[key] = new = node if same else Node(node.call, args, node.static, node.value, node.name)
        return new

    return rewritten(graph, rule)


def key_of(x: Any) -> Any:
    """`x` as something with a hash, equal for what is equal."""
    if isinstance(x, dict):
        return tuple([(name, key_of(value)) for name, value in x.items()])
    if isinstance(x, (tuple, list)):
        return type(x), tuple([key_of(value) for value in x])
    if isinstance(x, slice):
        return slice, x.start, x.stop, x.step
    if isinstance(x, np.ndarray):
        return id(x)
    try:
        hash(x)
    except TypeError:
        return id(x)
    return type(x), x, str(x)


def _key_of_constant(value: Any) -> Any:
    if isinstance(value, np.ndarray):
        return (value.shape, value.dtype, value.tobytes()) if value.nbytes <= 1024 else id(value)
    return type(value), repr(value)
