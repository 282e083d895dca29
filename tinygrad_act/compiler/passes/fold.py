"""What depends on no input is computed once, when the program is made.

Not so a product that is to be trusted only while it is finite: 0 times infinity is 0 where `chain` looks, and a
constant is looked at by nobody.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ..calls import Call, function
from ..facts import Facts
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
        if node.is_array and node.facts.entries > max(256, *(x.facts.entries for x in args)):
            return None
        value = _computed(node.call, args, node.static) if isinstance(node.value, Facts) else node.value
        if node.trusted and not np.isfinite(value).all():
            return None
        return constant(value, node.name)

    return rewritten(graph, rule)


def _is_stretched(x: Node) -> bool:
    """Whether it is a constant, stretched."""
    return x.call is _BROADCAST and x.args[0].is_constant


def _computed(call: Call, args: tuple[Node, ...], static: dict[str, Any]) -> Any:
    """The value of a call whose arguments were no constants when it was made."""
    with np.errstate(all="ignore"):
        values = [_computed(x.call, x.args, x.static) if isinstance(x.value, Facts) else x.value for x in args]
        return call.run(*values, **static)
