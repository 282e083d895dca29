"""What depends on no input is computed once, when the program is made.

Not so a product that is to be trusted only while it is finite: 0 times infinity is 0 where `chain` looks, and a
constant is looked at by nobody.
"""

from __future__ import annotations

import numpy as np

from ..calls import function
from ..node import Graph, Node, constant, rewritten

__all__ = ["fold"]

_BROADCAST = function(np.broadcast_to)


def fold(graph: Graph) -> Graph:
    """Constants in place of calls on nothing but constants, except where the constant would be larger than
    all that it is made of."""

    def rule(node: Node, args: tuple[Node, ...]) -> Node | None:
        if not args or not all(x.is_constant or _is_stretched(x) for x in args):
            return None
        if node.call is _BROADCAST:
            return None  # what takes it as it is stretches it for nothing
        if node.trusted and not np.isfinite(node.value).all():
            return None
        if node.is_array and _entries(node) > max(256, *(_entries(x) for x in args)):
            return None
        return constant(node.value, node.name)

    return rewritten(graph, rule)


def _is_stretched(x: Node) -> bool:
    """Whether it is a constant, stretched."""
    return x.call is _BROADCAST and x.args[0].is_constant


def _entries(node: Node) -> int:
    """How many numbers it holds: a stretched view of one holds one."""
    value = node.value
    if not isinstance(value, np.ndarray):
        return 1
    return int(np.prod([n for n, step in zip(value.shape, value.strides) if step]))
