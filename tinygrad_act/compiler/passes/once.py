"""What is computed once: before the program is made (`fold`), or for all that ask for it (`share`).

What depends on no input is a constant. Not so a product that is to be trusted only while it is finite: 0 times infinity
is 0 where `chain` looks, and a constant is looked at by nobody. And what is computed twice is one node: common
subexpressions.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ..calls import CONSTANT, Call, function
from ..facts import Facts
from ..node import Graph, Node, constant, rewritten

__all__ = ["fold", "share"]

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
