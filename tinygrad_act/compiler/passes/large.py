"""Steps that cost less on large arrays: part of the pass `tiles`.

NumPy's `where` looks at one entry after the other; on a random condition that takes ten times as long
as an addition. And a float64 between two float32 doubles what goes through memory.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from ..calls import CONSTANT, Call, function, method, ufunc
from ..node import Graph, Node, constant, make, rewritten
from ..tiles import LARGE
from .room import has_room

__all__ = ["chosen", "large"]

WHERE, MUL, OR, AND = function(np.where), ufunc(np.multiply), ufunc(np.logical_or), ufunc(np.logical_and)
NOT = ufunc(np.logical_not)
ASTYPE = method("astype")


def choose(condition: Any, x: Any, y: Any, out: Any = None) -> Any:
    """where(condition, x, y) for floats, by their bits"""
    dtype = np.result_type(x, y) if out is None else out.dtype
    bits = np.int32 if dtype == np.float32 else np.int64
    mask = np.negative(condition.view(np.int8), dtype=bits)
    x, y = np.asarray(x, dtype).view(bits), np.asarray(y, dtype).view(bits)
    np.bitwise_and(mask, np.bitwise_xor(x, y), out=mask)
    return np.bitwise_xor(mask, y, out=mask if out is None else out.view(bits)).view(dtype)


def choose_or_zero(condition: Any, x: Any, out: Any = None) -> Any:
    """where(condition, x, 0) for floats, by their bits"""
    bits = np.int32 if x.dtype == np.float32 else np.int64
    mask = np.negative(condition.view(np.int8), dtype=bits)
    return np.bitwise_and(mask, x.view(bits), out=mask if out is None else out.view(bits)).view(x.dtype)


CHOOSE = Call("choose", choose, elementwise=True, out=True, helper=choose)
OR_ZERO = Call("choose_or_zero", choose_or_zero, elementwise=True, out=True, helper=choose_or_zero)
_CHOICES = (WHERE, CHOOSE)


def large(graph: Graph) -> Graph:
    """The graph with cheaper steps on large arrays."""
    return _cheaper(graph, {WHERE: _where, ASTYPE: _narrow})


def chosen(graph: Graph) -> Graph:
    """The same for choices alone, which are the same bits."""
    return _cheaper(graph, {WHERE: _where})


def _cheaper(graph: Graph, rules: dict[Call, Callable[..., Node | None]]) -> Graph:
    def rule(node: Node, args: tuple[Node, ...]) -> Node | None:
        find = rules.get(node.call)
        return find(node, *args) if find is not None and node.is_array and node.nbytes > LARGE // 4 else None

    return rewritten(graph, rule)


def _where(node: Node, condition: Node, x: Node, y: Node) -> Node | None:
    if condition.dtype != bool or condition.shape != node.shape:
        return None
    if x is y and x.shape == node.shape:
        return x
    if node.dtype == bool:
        return _logical(condition, x, y)
    if node.dtype not in (np.float32, np.float64) or any(z.dtype not in (node.dtype, float, int, bool) for z in (x, y)):
        return None
    if any(z.is_array and z.shape != node.shape for z in (x, y)):
        return None
    if _is_zero(y) and x.is_array and x.dtype == node.dtype:
        return make(OR_ZERO, (condition, x))
    if _is_zero(x) and y.is_array and y.dtype == node.dtype:
        return make(OR_ZERO, (make(NOT, (condition,)), y))
    return make(CHOOSE, (condition, x, y))


def _logical(condition: Node, x: Node, y: Node) -> Node | None:
    """A choice between truth values."""
    if x.call is CONSTANT and x.value is True:
        return make(OR, (condition, y))
    return make(AND, (condition, x)) if y.call is CONSTANT and y.value is False else None


def _is_zero(x: Node) -> bool:
    return x.call is CONSTANT and not x.shape and bool(x.value == 0) and not np.signbit(x.value)


def _narrow(node: Node, x: Node, *_: Node) -> Node | None:
    """`(g * where(condition, 0.5, 0.0)).astype(float32)` without a float64 on the way."""
    if node.dtype != np.float32 or node.static.get("args") != (node.dtype,) or x.call is not MUL:
        return None
    for g, d in (x.args, x.args[::-1]):
        if g.dtype == np.float32 and g.is_array and d.call in _CHOICES and d.dtype == np.float64:
            slope = _in_float32(d)
            return None if slope is None else make(MUL, (g, slope))
    return None


def _in_float32(x: Node) -> Node | None:
    """A choice between numbers, in float32."""
    if x.is_number and x.call is CONSTANT and not isinstance(x.value, bool):
        fits = x.value == 0 or has_room(x.value, np.float32)
        return constant(np.float32(x.value)) if fits else None
    if x.dtype in (np.float32, bool):
        return x
    if x.call not in _CHOICES:
        return None
    branches = [_in_float32(y) for y in x.args[1:]]
    if branches[0] is None or branches[1] is None:
        return None
    new = make(WHERE, (x.args[0], branches[0], branches[1]))
    if new.dtype != np.float32:
        return None
    return _where(new, *new.args) or new
