"""A graph of scalars as lists of numbers: what each node does, and to which others.

A chain of additions, `((b + x1) + x2) + x3`, is one unit, the sum of all its terms. Everything here
is linear in nodes and edges: a scalar network is millions of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ...core.op import Op
from ...core.registry import ops
from ...engine.tracing import Pull
from ...engine.value import Value
from ..passes.once import key_of

__all__ = ["SUM", "Units", "read"]

ADD, MUL, NEG, IDENTITY = ops["add"], ops["mul"], ops["neg"], ops["identity"]
_KINDS = {float: "f", int: "i", bool: "b"}
SUM = "sum"
"""The kind of a chain of additions."""


class Units:
    """The nodes of a graph by number, in topological order.

    A source is the number of a node, or for a constant -1 - (its place in `constants`).
    """

    def __init__(self, order: Sequence[Value]) -> None:
        self.order = order
        self.kinds: list[Any] = [None] * len(order)
        """None for a leaf and for what is merged into a sum; `SUM`; or a number for each operation with its
        static parameters, see `operations`."""
        self.sources: list[Any] = [()] * len(order)
        self.constants: list[float] = []
        self.operations: list[tuple[Op, dict[str, Any]]] = []
        self.place: dict[Any, int] = {}
        """The source that each Value is."""
        self.leaves: list[int] = []
        self.units: list[int] = []
        """What is computed, in topological order."""


def read(order: Sequence[Value], roots: Sequence[Value]) -> Units | None:
    """The units of the graph of `roots`; None if it is not made of numbers of double
    precision and elementwise operations alone."""
    units = Units(order)
    place, known = units.place, {}  # type: tuple[dict[Any, int], dict[Any, int]]
    for i, node in enumerate(order):
        place[node] = i
        if node.op is None:
            if not _is_number(node._held):
                return None
            units.leaves.append(i)
            continue
        sources = _sources(node, place, units.constants)
        if sources is None or not node.op.elementwise or not _is_number(node._held, "fb"):
            return None
        op: Op = node.op
        if isinstance(op.forward, Pull):
            op, sources = _plain(op, op.forward, sources)
            if op is IDENTITY:
                place[node] = sources[0]
                continue
        units.sources[i] = sources
        units.kinds[i] = SUM if op is ADD else _operation(op, node.static, known, units.operations)
    _merge(units, _uses(units, roots))
    return units


def _plain(op: Op, pull: Pull, sources: tuple[int, ...]) -> tuple[Op, tuple[int, ...]]:
    """A step of backpropagation as an operation on its cotangent, where it is a simple one."""
    rule = pull.op.rule(pull.position)
    if pull.conventions is None and rule == 1:
        return IDENTITY, sources[:1]
    if pull.conventions is None and rule == -1:
        return NEG, sources[:1]
    if pull.op is MUL:
        return MUL, (sources[0], sources[3 - pull.position])
    return op, sources


def _sources(node: Value, place: dict[Any, int], constants: list[float]) -> tuple[int, ...] | None:
    edges: Any = node._edges
    count = len(edges) // 2
    found = []
    for x, primal in zip(edges[:count], edges[count:]):
        if isinstance(x, Value):
            found.append(place[x])
        elif _is_number(primal, "fiub"):
            constants.append(float(primal))
            found.append(-len(constants))
        else:
            return None
    return tuple(found)


def _uses(units: Units, roots: Sequence[Value]) -> list[int]:
    """How often each node is a source; a root counts as well."""
    uses = [0] * len(units.order)
    for sources in units.sources:
        for source in sources:
            if source >= 0:
                uses[source] += 1
    for root in roots:
        if units.place[root] >= 0:
            uses[units.place[root]] += 2  # it stays what it is
    return uses


def _is_number(x: Any, kinds: str = "f") -> bool:
    """Whether it is a number of Python's, or an array of one without axes; a float has double precision."""
    if type(x) is np.ndarray:
        return x.ndim == 0 and x.dtype.kind in kinds and (x.dtype.kind != "f" or x.dtype == np.float64)
    return _KINDS.get(type(x), "?") in kinds


def _operation(op: Op, static: dict[str, Any], known: dict[Any, int], operations: list[Any]) -> int:
    """The number of an operation with its static parameters."""
    key = (op, key_of(static)) if static else op
    number = known.get(key)
    if number is None:
        known[key] = number = len(operations)
        operations.append((op, static))
    return number


def _merge(units: Units, uses: list[int]) -> None:
    """Let each sum take the sums that nothing else uses."""
    kinds, sources = units.kinds, units.sources
    merged = bytearray(len(kinds))
    for i, kind in enumerate(kinds):
        if kind == SUM:
            for source in sources[i]:
                if source >= 0 and kinds[source] == SUM and uses[source] == 1:
                    merged[source] = 1
    for i, kind in enumerate(kinds):
        if kind is None or merged[i]:
            continue
        if kind == SUM:
            sources[i] = _terms(i, sources, merged)
        units.units.append(i)
    for i in range(len(kinds)):
        if merged[i]:
            kinds[i] = None


def _terms(i: int, sources: list[Any], merged: bytearray) -> tuple[int, ...]:
    """The terms of a sum, in the order in which they are written."""
    terms = []
    stack = list(reversed(sources[i]))
    while stack:
        source = stack.pop()
        if source >= 0 and merged[source]:
            stack += reversed(sources[source])
        else:
            terms.append(source)
    return tuple(terms)
