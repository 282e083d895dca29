"""Algebra: fewer and cheaper steps for the same numbers, up to rounding.

Nothing here trades digits: x + y - x stays as it is. The sign of a zero is not kept: x + 0 is x.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from ..calls import CONSTANT, TRANSPOSE, function, method, reduction, ufunc
from ..node import Graph, Node, constant, make, rewritten

__all__ = ["algebra"]

ADD, SUB, MUL, DIV, NEG, ABS, POW = (
    ufunc(f) for f in (np.add, np.subtract, np.multiply, np.divide, np.negative, np.absolute, np.power)
)
RECIPROCAL, SQUARE, SQRT = ufunc(np.reciprocal), ufunc(np.square), ufunc(np.sqrt)
BROADCAST, RESHAPE, SUM = function(np.broadcast_to), method("reshape"), reduction(np.add)
RESHAPES = (RESHAPE, function(np.reshape), function(np.expand_dims), function(np.squeeze))
Args = tuple[Node, ...]


def algebra(graph: Graph) -> Graph:
    """The graph with every call simplified that a rule below knows."""

    def rule(node: Node, args: Args) -> Node | None:
        if node.call.elementwise and node.call.helper is None:  # a body's shape may depend on what it finds
            slim = tuple([x.args[0] if x.call is BROADCAST else x for x in args])
            if slim != args:
                return _stretched_late(node, slim)
        return _simplified(Node(node.call, args, node.static, node.value, node.name))

    return rewritten(graph, rule)


def _simplified(node: Node) -> Node | None:
    find = _RULES.get(node.call)
    better = find(node, *node.args) if find is not None else None
    if better is not None and not better.like(node):
        return node  # it was there to stretch or to convert
    return better if better is not None else node


def _stretched_late(node: Node, args: Args) -> Node | None:
    """The call on arguments before they were stretched: NumPy stretches them anyway, or its result is."""
    if np.broadcast_shapes(*(x.shape for x in args)) == node.shape:
        return _simplified(Node(node.call, args, node.static, node.value, node.name))
    small = make(node.call, args, node.static)
    return make(BROADCAST, (small,), {"shape": node.shape}) if small.dtype == node.dtype else None


def _number(x: Node) -> Any:
    """The one number that a constant holds; None for all else."""
    if x.call is not CONSTANT or (isinstance(x.value, np.ndarray) and x.value.ndim):
        return None
    return x.value


def _is(x: Node, number: float) -> bool:
    value = _number(x)
    return value is not None and bool(value == number)


def _add(node: Node, x: Node, y: Node) -> Node | None:
    if _is(y, 0):
        return x
    if _is(x, 0):
        return y
    if y.call is NEG:
        return make(SUB, (x, y.args[0]))
    return make(SUB, (y, x.args[0])) if x.call is NEG else None


def _sub(node: Node, x: Node, y: Node) -> Node | None:
    if _is(y, 0):
        return x
    if _is(x, 0) and y.dtype == node.dtype:  # NumPy negates no mask
        return make(NEG, (y,))
    return make(ADD, (x, y.args[0])) if y.call is NEG else None


def _mul(node: Node, x: Node, y: Node) -> Node | None:
    for one, other in ((x, y), (y, x)):
        if _is(one, 1):
            return other
        if _is(one, -1) and other.dtype == node.dtype:
            return make(NEG, (other,))
        if _number(one) is not None and other.call is NEG and other.dtype == node.dtype:
            return make(MUL, (constant(-one.value), other.args[0]))
        if _number(one) is not None and other.call is MUL:
            for inner, rest in (other.args, other.args[::-1]):
                if _number(inner) is not None and one.dtype == inner.dtype:
                    return make(MUL, (constant(one.value * inner.value), rest))
    if x.call is NEG and y.call is NEG:
        return make(MUL, (x.args[0], y.args[0]))
    if y.call is RECIPROCAL:
        return make(DIV, (x, y.args[0]))
    return None


def _div(node: Node, x: Node, y: Node) -> Node | None:
    number = _number(y)
    if number is None or not number or node.dtype not in (np.float32, np.float64):
        return None
    if number == 1:
        return x
    if x.call is NEG:
        return make(DIV, (x.args[0], constant(-number)))
    if not math.isfinite(1 / number) or abs(number) > 1e30 or not node.is_array:
        return None
    inverse = 1 / float(number)
    return make(MUL, (x, constant(number.dtype.type(inverse) if isinstance(number, np.generic) else inverse)))


def _neg(node: Node, x: Node) -> Node | None:
    if x.call is NEG:
        return x.args[0]
    return make(SUB, (x.args[1], x.args[0])) if x.call is SUB else None


def _abs(node: Node, x: Node) -> Node | None:
    return make(ABS, (x.args[0],)) if x.call is NEG or x.call is ABS else None


_POWERS: dict[float, Callable[[Node], Node]] = {
    1.0: lambda x: x,
    2.0: lambda x: make(SQUARE, (x,)),
    0.5: lambda x: make(SQRT, (x,)),
    -1.0: lambda x: make(RECIPROCAL, (x,)),
    3.0: lambda x: make(MUL, (make(SQUARE, (x,)), x)),
    4.0: lambda x: make(SQUARE, (make(SQUARE, (x,)),)),
}


def _pow(node: Node, x: Node, y: Node) -> Node | None:
    number = _number(y)
    if number is None or float(number) not in _POWERS or node.dtype not in (np.float32, np.float64):
        return None
    return _POWERS[float(number)](x)


def _reshape(node: Node, x: Node) -> Node | None:
    if x.shape == node.shape:
        return x
    if x.call in RESHAPES:
        return make(RESHAPE, (x.args[0],), {"args": (node.shape,)})
    if x.call is SUM and not x.static.get("keepdims"):
        kept = make(SUM, x.args, {**x.static, "keepdims": True})
        return kept if kept.shape == node.shape else None
    return None


def _transpose(node: Node, x: Node) -> Node | None:
    return x.args[0] if x.call is TRANSPOSE else None


def _broadcast(node: Node, x: Node) -> Node | None:
    if x.shape == node.shape:
        return x
    return make(BROADCAST, x.args, node.static) if x.call is BROADCAST else None


def _sum(node: Node, x: Node) -> Node | None:
    """The sum of a stretched number is a product."""
    if x.call is not BROADCAST or x.args[0].shape != () or node.shape != () or not x.value.size:
        return None
    return make(MUL, (x.args[0], constant(float(x.value.size))))


_RULES: dict[Any, Callable[..., Node | None]] = {
    ADD: _add, SUB: _sub, MUL: _mul, DIV: _div, NEG: _neg, ABS: _abs, POW: _pow,
    TRANSPOSE: _transpose, BROADCAST: _broadcast, SUM: _sum, **dict.fromkeys(RESHAPES, _reshape),
}  # fmt: skip
