"""Algebra: fewer and cheaper steps for the same numbers, up to rounding.

Nothing here trades digits: x + y - x stays as it is. `exact` keeps to rules that hold for every number, to
the last bit: the careful program has these alone. `algebra` has more, for a program whose infinities are noticed.
It merges constants, and does not keep the sign of a zero: x + 0 is x, -(x - y) is y - x, and x ** 0.5 is sqrt(x).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from ..calls import CONSTANT, TRANSPOSE, function, method, reduction, ufunc
from ..node import Graph, Node, constant, make, rewritten
from .room import has_room

__all__ = ["algebra", "exact"]

ADD, SUB, MUL, DIV, NEG, ABS, POW = (
    ufunc(f) for f in (np.add, np.subtract, np.multiply, np.divide, np.negative, np.absolute, np.power)
)
POW_OF_NUMBERS, RECIPROCAL, SQUARE, SQRT = ufunc(np.float_power), ufunc(np.reciprocal), ufunc(np.square), ufunc(np.sqrt)
BROADCAST, RESHAPE, SUM = function(np.broadcast_to), method("reshape"), reduction(np.add)
RESHAPES = (RESHAPE, function(np.reshape), function(np.expand_dims), function(np.squeeze))
Args = tuple[Node, ...]


Rules = Mapping[Any, Callable[..., Node | None]]


def algebra(graph: Graph) -> Graph:
    """The graph with every call simplified that a rule below knows."""
    return _by_rules(graph, (_EXACT, _CLOSE))


def exact(graph: Graph) -> Graph:
    """The graph with every call simplified that gives the same bits in fewer steps."""
    return _by_rules(graph, (_EXACT,))


def _by_rules(graph: Graph, tables: Sequence[Rules]) -> Graph:
    def rule(node: Node, args: Args) -> Node | None:
        if node.call.elementwise and node.call.helper is None:  # a body's shape may depend on what it finds
            slim = tuple([x.args[0] if x.call is BROADCAST else x for x in args])
            if slim != args:
                return _stretched_late(node, slim, tables)
        return _simplified(Node(node.call, args, node.static, node.value, node.name), tables)

    return rewritten(graph, rule)


def _simplified(node: Node, tables: Sequence[Rules]) -> Node | None:
    for rules in tables:
        find = rules.get(node.call)
        better = find(node, *node.args) if find is not None else None
        if better is not None:
            return better if better.like(node) else node  # it was there to stretch or to convert
    return node


def _stretched_late(node: Node, args: Args, tables: Sequence[Rules]) -> Node | None:
    """The call on arguments before they were stretched: NumPy stretches them anyway, or its result is."""
    if np.broadcast_shapes(*(x.shape for x in args)) == node.shape:
        return _simplified(Node(node.call, args, node.static, node.value, node.name), tables)
    small = make(node.call, args, node.static)
    return make(BROADCAST, (small,), {"shape": node.shape}) if small.dtype == node.dtype else None


def _number(x: Node) -> Any:
    """The one number that a constant holds; None for all else."""
    if x.call is not CONSTANT or (isinstance(x.value, np.ndarray) and x.value.ndim):
        return None
    return x.value


def _is(x: Node, number: float) -> bool:
    """Whether it is this number, of this sign."""
    value = _number(x)
    return value is not None and bool(value == number) and (number != 0 or np.signbit(value) == np.signbit(number))


def _negated(x: Node) -> Node | None:
    """A constant times -1; None if it is none, or of a kind that can't be negative."""
    value = _number(x)
    signed = type(value) in (int, float) or (x.shape == () and getattr(x.dtype, "kind", "") == "f")
    return constant(-value) if value is not None and signed else None


def _add(node: Node, x: Node, y: Node) -> Node | None:
    if _is(y, -0.0):
        return x
    if _is(x, -0.0):
        return y
    if y.call is NEG:
        return make(SUB, (x, y.args[0]))
    return make(SUB, (y, x.args[0])) if x.call is NEG else None


def _add_zero(node: Node, x: Node, y: Node) -> Node | None:
    if _is(y, 0.0):
        return x
    return y if _is(x, 0.0) else None


def _sub(node: Node, x: Node, y: Node) -> Node | None:
    if _is(y, 0.0):
        return x
    if _is(x, -0.0) and y.dtype == node.dtype:  # NumPy negates no mask
        return make(NEG, (y,))
    return make(ADD, (x, y.args[0])) if y.call is NEG else None


def _sub_zero(node: Node, x: Node, y: Node) -> Node | None:
    return x if _is(y, -0.0) else None


def _mul(node: Node, x: Node, y: Node) -> Node | None:
    for one, other in ((x, y), (y, x)):
        if _is(one, 1):
            return other
        if _is(one, -1) and other.dtype == node.dtype:
            return make(NEG, (other,))
        if other.call is NEG and other.dtype == node.dtype:
            minus = _negated(one)
            if minus is not None:
                return make(MUL, (minus, other.args[0]))
    return make(MUL, (x.args[0], y.args[0])) if x.call is NEG and y.call is NEG else None


def _factors(node: Node, x: Node, y: Node) -> Node | None:
    """Two constant factors as one; a product with an inverse as a quotient."""
    for one, other in ((x, y), (y, x)):
        if _number(one) is not None and other.call is MUL:
            for inner, rest in (other.args, other.args[::-1]):
                if _number(inner) is not None and one.dtype == inner.dtype:
                    return _merged(node, one.value, inner.value, rest)
    return make(DIV, (x, y.args[0])) if y.call is RECIPROCAL else None


def _merged(node: Node, first: Any, second: Any, rest: Node) -> Node | None:
    with np.errstate(all="ignore"):
        product = first * second
    fits = all(has_room(number, node.dtype) for number in (first, second, product))
    return make(MUL, (constant(product), rest)) if fits else None


def _div(node: Node, x: Node, y: Node) -> Node | None:
    if not _is_divisor(node, y):
        return None
    if y.value == 1:
        return x
    minus = _negated(y)
    return make(DIV, (x.args[0], minus)) if x.call is NEG and minus is not None else None


def _inverse(node: Node, x: Node, y: Node) -> Node | None:
    """A product with the inverse of a constant."""
    if not _is_divisor(node, y) or not node.is_array or not has_room(y.value, node.dtype):
        return None
    inverse = 1 / float(y.value)
    if not has_room(inverse, node.dtype):
        return None
    return make(MUL, (x, constant(y.value.dtype.type(inverse) if isinstance(y.value, np.floating) else inverse)))


def _is_divisor(node: Node, y: Node) -> bool:
    return bool(_number(y)) and node.dtype in (np.float32, np.float64)


def _neg(node: Node, x: Node) -> Node | None:
    return x.args[0] if x.call is NEG else None


def _difference(node: Node, x: Node) -> Node | None:
    return make(SUB, (x.args[1], x.args[0])) if x.call is SUB else None


def _abs(node: Node, x: Node) -> Node | None:
    return make(ABS, (x.args[0],)) if x.call is NEG or x.call is ABS else None


_POWERS: dict[float, Callable[[Node], Node]] = {
    1.0: lambda x: x,
    2.0: lambda x: make(SQUARE, (x,)),
    -1.0: lambda x: make(RECIPROCAL, (x,)),
    3.0: lambda x: make(MUL, (make(SQUARE, (x,)), x)),
    4.0: lambda x: make(SQUARE, (make(SQUARE, (x,)),)),
}


def _pow(node: Node, x: Node, y: Node) -> Node | None:
    number = _number(y)
    if number is None or float(number) not in _POWERS or node.dtype not in (np.float32, np.float64):
        return None
    return _POWERS[float(number)](x)


def _root(node: Node, x: Node, y: Node) -> Node | None:
    """-inf ** 0.5 is inf, and NumPy notices that it has no root."""
    return make(SQRT, (x,)) if _is(y, 0.5) and node.dtype in (np.float32, np.float64) else None


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
    if x.call is not BROADCAST or x.args[0].shape != () or node.shape != () or not x.facts.size:
        return None
    return make(MUL, (x.args[0], constant(float(x.facts.size))))


_EXACT: Rules = {
    ADD: _add, SUB: _sub, MUL: _mul, DIV: _div, NEG: _neg, ABS: _abs, POW: _pow, POW_OF_NUMBERS: _pow,
    TRANSPOSE: _transpose, BROADCAST: _broadcast, **dict.fromkeys(RESHAPES, _reshape),
}  # fmt: skip
_CLOSE: Rules = {
    ADD: _add_zero, SUB: _sub_zero, MUL: _factors, DIV: _inverse, NEG: _difference, POW: _root, SUM: _sum,
}  # fmt: skip
