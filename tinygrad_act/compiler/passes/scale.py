"""A factor that all results of a chain get is given to its start: `w - 0.1 * (dz @ x)` for every parameter
becomes one product with 0.1 where dz is made, which has a factor of its own as a rule.

Only factors that are near 1 (see `room`): a cotangent that is multiplied by 1e-30 before it meets its matrices,
and not after, may underflow on the way."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..calls import CONSTANT, GETITEM, TRANSPOSE, function, method, reduction, ufunc
from ..node import Graph, Node, constant, make, rewritten
from .room import has_room, is_modest

__all__ = ["scale"]

MUL, NEG, DIV = ufunc(np.multiply), ufunc(np.negative), ufunc(np.divide)
_PRODUCTS = (MUL, function(np.dot), function(np.vdot), ufunc(np.matmul))
_SUMS = (ufunc(np.add), ufunc(np.subtract))
_FIRST = (NEG, DIV, TRANSPOSE, GETITEM, method("reshape"), reduction(np.add), function(np.broadcast_to))
"""Functions that are linear in their first argument."""


def scale(graph: Graph) -> Graph:
    """The graph with constant factors moved to where they cost nothing."""
    users: dict[Node, list[Node]] = {}
    for node in graph.order():
        for x in node.args:
            users.setdefault(x, []).append(node)
    ends: dict[float, list[Node]] = {}
    for node in graph.lines():
        factor = _factor(node)
        if factor is not None and is_modest(factor[0]) and not factor[1].is_constant:
            ends.setdefault(factor[0], []).append(node)
    for number, sinks in ends.items():
        if len(sinks) > 1:
            chosen = _scaled_set(graph, number, sinks, users)
            if chosen:
                return scale(_moved(graph, number, set(sinks), chosen))
    return graph


def _factor(node: Node) -> tuple[float, Node] | None:
    """(c, x) of a node c * x, c a constant number."""
    if node.call is MUL:
        for one, other in (node.args, node.args[::-1]):
            if one.call is CONSTANT and not one.shape and one.dtype in (float, node.dtype):
                return float(one.value), other
    return None


def _scaled_set(graph: Graph, number: float, sinks: list[Node],
                users: dict[Node, list[Node]]) -> dict[Node, tuple[Node, ...]]:  # fmt: skip
    """Nodes to be multiplied in place of the sinks, each with those of its arguments that are, too; a node
    without any takes the factor itself."""
    able: dict[Node, bool] = {}
    for node in graph.order():
        able[node] = _can_take(node, number, able)
    chosen: dict[Node, tuple[Node, ...]] = {}
    stack = [_factor(sink)[1] for sink in sinks]  # type: ignore[index]
    while stack:
        node = stack.pop()
        if node not in chosen and able[node] and node not in sinks:  # a sink loses its own
            chosen[node] = _carriers(node, able)
            stack += chosen[node]
    fixed = set(graph.outputs)
    while True:
        wrong = [
            x
            for x, carriers in chosen.items()
            if x in fixed or any(y not in chosen for y in carriers) or not _all_scaled(x, chosen, sinks, users[x])
        ]
        if not wrong:
            return chosen if any(_factor(sink)[1] in chosen for sink in sinks) else {}  # type: ignore[index]
        for x in wrong:
            chosen.pop(x)


def _can_take(node: Node, number: float, able: dict[Node, bool]) -> bool:
    factor = _factor(node)
    if factor is not None:
        return has_room(factor[0], node.dtype) and has_room(factor[0] * number, node.dtype)
    if node.call in _PRODUCTS:
        return any(able[x] for x in node.args)
    if node.call in _SUMS:
        return all(able[x] for x in node.args)
    return node.call in _FIRST and able[node.args[0]]


def _carriers(node: Node, able: dict[Node, bool]) -> tuple[Node, ...]:
    if _factor(node) is not None:
        return ()
    if node.call in _PRODUCTS:
        return (next(x for x in node.args if able[x]),)
    return node.args if node.call in _SUMS else (node.args[0],)


def _all_scaled(x: Node, chosen: dict[Node, tuple[Node, ...]], sinks: list[Node], users: list[Node]) -> bool:
    """Whether all that use `x` want it multiplied, once."""
    return all(
        (user in sinks and _factor(user)[1] is x)  # type: ignore[index]
        or (user in chosen and x in chosen[user] and user.args.count(x) == chosen[user].count(x))
        for user in users
    )


def _moved(graph: Graph, number: float, sinks: set[Node], chosen: dict[Node, tuple[Node, ...]]) -> Graph:
    def rule(node: Node, args: tuple[Node, ...]) -> Node | None:
        if node in sinks and _factor(node)[1] in chosen:  # type: ignore[index]
            return args[node.args.index(_factor(node)[1])]  # type: ignore[index]
        if node not in chosen:
            return None
        factor = _factor(node)
        if factor is None:
            return make(node.call, args, node.static)
        other: Any = args[node.args.index(factor[1])]
        scaled: Any = factor[0] * number
        if other.dtype != node.dtype and not node.is_number:
            scaled = node.dtype.type(scaled)  # a Python number and a mask would make a float64
        return make(MUL, (constant(scaled), other))

    return rewritten(graph, rule)
