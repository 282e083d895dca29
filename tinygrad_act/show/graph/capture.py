"""From Values to a snapshot. Reads the graph and changes nothing: no gradient is computed or made."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from ...core.errors import shape_of
from ...core.evaluate import held
from ...core.mode import mode, special
from ...engine.lending import unchanged
from ...engine.tracing import refuse_look
from ...engine.value import Value
from ..texts import printable
from .clusters import clusters_of
from .flow import flows
from .local import Named, local_derivative, names_around
from .names import Names
from .numbers import beyond, in_brief, numbers_of, root_mean_square
from .snapshot import Edge, Kind, Node, Snapshot
from .text import is_inline, static_text

__all__ = ["capture", "kind_of", "operands"]


def capture(
    order: Sequence[Value], outputs: Sequence[Value], names: Names, owners: Mapping[int, tuple[str, ...]] | None = None
) -> Snapshot:
    """One box for every Value and every raw array; raw numbers stand inside the operation that uses them.

    `order`: what `topological_order(outputs, Value)` gives. `owners`: the part of a model that each
    parameter belongs to, by `id()`. Linear in nodes and edges, and iterative.
    """
    return _Capture(outputs, names, clusters_of(order, owners or {})).run(order)


def operands(value: Value) -> Iterator[tuple[Any, Any]]:
    """Every input, and the very number or array that it held when `value` was computed (`primals` are views)."""
    edges = value._edges or ()
    return zip(edges, edges[len(edges) // 2 :])


def kind_of(value: Value) -> Kind:
    """What the box of `value` is."""
    if value.op is not None:
        return "result"
    return "parameter" if value.level else "constant"


class _Sum(NamedTuple):
    """What has reached a value: its sum, the sum of absolute values, how many terms."""

    value: Any
    total: Any
    size: Any
    terms: int


_NOTHING = _Sum(None, 0.0, 0.0, 0)


class _Capture:
    """The boxes and edges found so far."""

    def __init__(self, outputs: Sequence[Value], names: Names, clusters: Mapping[int, tuple[str, ...]]) -> None:
        self._outputs = {id(value) for value in outputs}
        self._names, self._clusters = names, clusters
        self._called_so = frozenset(names.called.values())
        self._taken = {*self._called_so, *(name.rpartition(".")[2] for name in self._called_so)}
        self._nodes: list[Node] = []
        self._edges: list[Edge] = []
        self._boxes: dict[int, int] = {}  # by id(): safe because the graph is alive until the end
        self._edge_of: dict[tuple[int, int], int] = {}

    def run(self, order: Sequence[Value]) -> Snapshot:
        """The snapshot of all Values in `order`, which has inputs first."""
        for value in order:
            if special and mode.tracing:
                refuse_look(value, "draw()")
            sources = [self._source(x, primal) for x, primal in operands(value)]
            target = self._enter(self._describe(value), value)
            named = self._named(value)
            for position, source in enumerate(sources):
                if source:
                    self._edge_of[id(value), position] = len(self._edges)
                    self._edges.append(_edge(source, target, value, position, named))
        backward = tuple(self._flow(order))
        return Snapshot(tuple(self._nodes), tuple(self._edges), backward=backward)

    def _flow(self, order: Sequence[Value]) -> Iterator[int]:
        """Note on every edge what flowed along it; the edges in the order of the backward pass."""
        sums: dict[int, _Sum] = {}
        with np.errstate(all="ignore"):
            for node, position, sent, total in flows(order):
                index = self._edge_of[id(node), position]
                self._edges[index] = self._edges[index]._replace(
                    flow=root_mean_square(sent), sent=in_brief(sent), total=in_brief(total)
                )
                x = (node.inputs or ())[position]
                before = sums.get(id(x), _NOTHING)
                sums[id(x)] = _Sum(x, total, before.size + abs(sent), before.terms + 1)
                yield index
            self._note_earlier(sums.values())

    def _note_earlier(self, sums: Iterable[_Sum]) -> None:
        """Note what gradients hold beyond what this pass brought."""
        for x, total, size, terms in sums:
            earlier = None if x._grad is None else beyond(held(x._grad), total, size, terms)
            if earlier is not None:
                box = self._boxes[id(x)]
                self._nodes[box] = self._nodes[box]._replace(earlier=earlier)

    def _source(self, x: Any, primal: Any) -> str:
        """The id of an operand's box; empty for a raw number. A raw array gets its box here."""
        if is_inline(x):
            return ""
        box = self._boxes.get(id(x))
        if box is None:
            name = self._names.shown.get(id(x), "")
            node = _holding(primal, "constant")._replace(name=name, called=self._called(x))
            return self._enter(node._replace(loose=id(x) in self._names.variables), x)
        if isinstance(x, Value) and not unchanged(x, primal, {}):
            self._nodes[box] = self._nodes[box]._replace(changed=True)
        return self._nodes[box].id

    def _named(self, value: Value) -> tuple[Named, Named] | None:
        """What a formula calls the values around an operation; and the same without names that nobody gave."""
        if value.op is None:
            return None
        ends = [*(value.inputs or ()), value]
        called, made = [self._called(x) for x in ends], [self._is_made(x) for x in ends]
        names = names_around(value, called[:-1], called[-1], self._taken, self._called_so)
        if not any(made):
            return names, names
        given = ["" if no_name else name for name, no_name in zip(called, made)]
        return names, names_around(value, given[:-1], given[-1], self._taken, self._called_so)

    def _is_made(self, x: Any) -> bool:
        """Whether nobody named it; a variable of a loop names but the last of its values."""
        return id(x) not in self._names.shown or id(x) in self._names.variables

    def _called(self, x: Any) -> str:
        return self._names.called.get(id(x), "")

    def _enter(self, node: Node, x: Any) -> str:
        name = f"n{len(self._nodes)}"
        self._boxes[id(x)] = len(self._nodes)
        self._nodes.append(node._replace(id=name))
        return name

    def _describe(self, value: Value) -> Node:
        op, cluster = value.op, self._clusters.get(id(value), ())
        name = self._names.shown.get(id(value), "")
        node = _holding(value._held, kind_of(value))._replace(
            name=_within(name, cluster), loose=id(value) in self._names.variables, called=self._called(value),
            cluster=cluster, flows=value.level > 0,
            grad=None if value._grad is None else numbers_of(value._grad),
            output=id(value) in self._outputs,
        )  # fmt: skip
        if op is None:
            return node
        return node._replace(
            title=printable(op.label), op=op.name, static=static_text(op, value.static),
            operands=_raw(value.inputs or ()), activation=op.reference is not None,
        )  # fmt: skip


def _raw(inputs: Sequence[Any]) -> tuple[Any, ...]:
    """The raw numbers among the operands, each NaN as `math.nan`; empty if all have boxes."""
    if not any(map(is_inline, inputs)):
        return ()
    return tuple((x if x == x else math.nan) if is_inline(x) else None for x in inputs)


def _within(name: str, cluster: tuple[str, ...]) -> str:
    """The name of a parameter without the modules that its box stands in anyway."""
    for part in cluster:
        name = name.removeprefix(part.partition(" #")[0] + ".")
    return name


def _edge(source: str, target: str, value: Value, position: int, names: tuple[Named, Named] | None) -> Edge:
    """An edge with its local derivative; `names`: see `_named`."""
    x = (value.inputs or ())[position]
    if names is None or not isinstance(x, Value) or not x.level:
        return Edge(source, target, position)
    formula, general, slopes, at, kink = local_derivative(value, position, *names)
    return Edge(source, target, position, 1, formula, general, slopes, at, kink)


def _holding(data: Any, kind: Kind) -> Node:
    dtype = str(data.dtype) if isinstance(data, np.ndarray) else type(data).__name__
    return Node("", kind, shape=shape_of(data), dtype=dtype, value=numbers_of(data))
