"""Sums in fewer and faster steps.

`sums`: a chain of additions as one sum of many terms: equal terms are multiplied, a common factor is taken once,
numbers add up, and small terms are added before anything stretches them. Terms only change places: what would cancel
in one order cancels in the other, up to the rounding of the terms themselves.

`products`: sums as matrix products, where BLAS adds several numbers at a time. The sum over the first axis of a matrix
(a bias's gradient) is ones @ x, over the last x @ ones, and the sum of a product is a product of vectors.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from ..calls import CONSTANT, function, reduction, ufunc
from ..node import Graph, Node, constant, make, rewritten
from .room import has_room

__all__ = ["products", "sums"]

ADD, MUL, SUM = ufunc(np.add), ufunc(np.multiply), reduction(np.add)
DOT, VDOT = function(np.dot), function(np.vdot)
_LONGEST = 1 << 12
"""Entries up to which one sum runs as a product: beyond, NumPy's sum, in pairs, keeps more digits."""
Term = tuple[float, Node | None]
"""A factor, and what it multiplies; None for the sum of all constants."""


def sums(graph: Graph) -> Graph:
    """The graph with the terms of each chain of additions gathered, where that saves a step."""
    uses = dict.fromkeys(graph.outputs, 2)
    for node in graph.order():
        for x in node.args:
            uses[x] = uses.get(x, 0) + 1
    inner = {x for node in graph.order() if node.call is ADD for x in node.args if _joins(x, node, uses)}
    new: dict[Node, Node] = {}
    for node in graph.order():
        args = tuple([new[x] for x in node.args])
        same = all(x is y for x, y in zip(args, node.args))
        kept = node if same else Node(node.call, args, node.static, node.value, node.name)
        kept.trusted = node.trusted
        better = None
        if node.call is ADD and node not in inner:
            terms, joined = _terms(node, inner)
            better = _gathered(node, [new[x] for x in terms], uses)
            if better is not None:
                better.trusted |= any(x.trusted for x in (node, *joined))
        new[node] = better or kept
        uses.setdefault(new[node], uses.get(node, 1))
    return Graph(graph.inputs, [new[x] for x in graph.outputs], graph.donated)


def _joins(x: Node, node: Node, uses: dict[Node, int]) -> bool:
    """Whether the sum `x` is only there to be part of the sum `node`."""
    return x.call is ADD and uses[x] == 1 and x.dtype == node.dtype and node.args[0] is not node.args[1]


def _terms(node: Node, inner: set[Node]) -> tuple[list[Node], list[Node]]:
    """What it adds up, and the sums that are part of it."""
    terms: list[Node] = []
    joined: list[Node] = []
    stack = list(reversed(node.args))
    while stack:
        x = stack.pop()
        if x in inner:
            joined.append(x)
            stack += reversed(x.args)
        else:
            terms.append(x)
    return terms, joined


def _gathered(node: Node, terms: Sequence[Node], uses: dict[Node, int]) -> Node | None:
    """The sum in fewer or smaller steps; None if there are none."""
    if node.dtype not in (np.float32, np.float64) or any(x.dtype not in (node.dtype, float) for x in terms):
        return None
    if any(x.is_constant and not x.shape and not has_room(x.value, node.dtype) for x in terms):
        return None
    split = [_split(x, uses) for x in terms]
    factors: dict[Node | None, float] = {}
    for factor, base in split:
        factors[base] = factors.get(base, 0.0) + factor
    if not all(factor == 1 or has_room(factor, node.dtype) for factor in factors.values()):
        return None
    groups = _by_factor(factors)
    before = len(terms) - 1 + sum(_is_product(*term) for term in split)
    after = len(factors) - 1 + sum(_is_product(*group[0]) for group in groups)
    small = [x for x in terms if _size(x) < _size(node)]
    if after >= before and len(small) < 2:
        return None
    total = _added(groups, node)
    if total.call is CONSTANT or not total.like(node):
        return None
    total.name = total.name or node.name
    total.trusted |= any(x.trusted for x, (_, base) in zip(terms, split) if base is not x)  # products that are gone
    return total


def _split(x: Node, uses: dict[Node, int]) -> Term:
    """A term as a factor and what it multiplies, if nothing else needs the product."""
    if x.call is CONSTANT and not x.shape:
        return float(x.value), None
    if x.call is MUL and uses.get(x, 1) == 1:
        for one, other in (x.args, x.args[::-1]):
            number = one.call is CONSTANT and not one.shape and one.dtype in (float, x.dtype)
            if number and other.shape == x.shape and has_room(one.value, x.dtype):
                return float(one.value), other
    return 1.0, x


def _is_product(factor: float, base: Node | None) -> bool:
    return base is not None and factor != 1


def _by_factor(factors: dict[Node | None, float]) -> list[list[Term]]:
    """The terms, those with one factor together."""
    groups: dict[Any, list[Term]] = {}
    for base, factor in factors.items():
        groups.setdefault(factor if base is not None else None, []).append((factor, base))
    return list(groups.values())


def _added(groups: list[list[Term]], node: Node) -> Node:
    parts: list[Node] = []
    for group in groups:
        factor, first = group[0]
        if first is None:
            parts.append(constant(factor if node.is_number else node.dtype.type(factor)))
        elif factor == 1:
            parts += [base for _, base in group if base is not None]
        else:
            bases = sorted([base for _, base in group if base is not None], key=_size)
            parts.append(make(MUL, (constant(factor), _chain(bases))))
    return _chain(sorted(parts, key=_size))


def _chain(parts: Sequence[Node]) -> Node:
    total = parts[0]
    for x in parts[1:]:
        total = make(ADD, (total, x))
    return total


def _size(x: Node) -> int:
    return math.prod(x.shape)


def products(graph: Graph) -> Graph:
    """The graph with sums of matrices and vectors as products."""
    uses: dict[Node, int] = {}
    for node in graph.order():
        for x in node.args:
            uses[x] = uses.get(x, 0) + 1

    def rule(node: Node, args: tuple[Node, ...]) -> Node | None:
        x = args[0] if args else node
        if node.call is not SUM or node.dtype not in (np.float32, np.float64) or x.dtype != node.dtype:
            return None
        if not x.facts.in_rows or 0 in x.shape:
            return None
        return _of_all(node, x, uses.get(node.args[0], 2)) if not node.shape else _of_matrix(node, x)

    return rewritten(graph, rule)


def _of_all(node: Node, x: Node, uses: int) -> Node | None:
    """The sum of all entries."""
    size = math.prod(x.shape)
    if not 1 < size <= _LONGEST:
        return None
    if x.call is MUL and uses == 1 and all(_is_plain(y, x) for y in x.args):
        return make(VDOT, x.args)
    return make(VDOT, (x, constant(np.ones(size, x.dtype))))


def _is_plain(y: Node, like: Node) -> bool:
    return y.shape == like.shape and y.dtype == like.dtype and y.facts.in_rows


def _of_matrix(node: Node, x: Node) -> Node | None:
    """The sum over the first or the last axis of a matrix."""
    if len(x.shape) != 2:
        return None
    (rows, columns), axis, kept = x.shape, node.static.get("axis", 0), bool(node.static.get("keepdims"))
    if axis is None:
        return None
    axes = tuple(i % 2 for i in (axis if isinstance(axis, tuple) else (axis,)))
    if axes == (0,):
        return make(DOT, (constant(np.ones((1, rows) if kept else rows, x.dtype)), x))
    if axes == (1,) and columns <= _LONGEST:
        return make(DOT, (x, constant(np.ones((columns, 1) if kept else columns, x.dtype))))
    return None
