"""From Values to a snapshot. Reads the graph and changes nothing: no gradient is computed or made."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from ...core.errors import shape_of
from ...core.mode import mode, special
from ...engine.lending import unchanged
from ...engine.tracing import refuse_look
from ...engine.value import Value
from .clusters import clusters_of
from .flow import flows
from .local import in_general, local_derivative
from .names import Names
from .numbers import brief, numbers_of, root_mean_square
from .snapshot import Edge, Kind, Node, Snapshot
from .text import inline_text, is_inline, printable, static_text

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


class _Capture:
    """The boxes and edges found so far."""

    def __init__(self, outputs: Sequence[Value], names: Names, clusters: Mapping[int, tuple[str, ...]]) -> None:
        self._outputs = {id(value) for value in outputs}
        self._names, self._clusters = names, clusters
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
            called = [self._called(x).rpartition(".")[2] for x in value.inputs or ()]
            made = frozenset(name for x, name in zip(value.inputs or (), called) if self._is_made(x))
            for position, source in enumerate(sources):
                if source:
                    self._edge_of[id(value), position] = len(self._edges)
                    self._edges.append(_edge(source, target, value, position, called, made))
        backward = tuple(self._flow(order))
        return Snapshot(tuple(self._nodes), tuple(self._edges), backward=backward)

    def _flow(self, order: Sequence[Value]) -> Iterator[int]:
        """Note on every edge what flowed along it; the edges in the order of the backward pass."""
        with np.errstate(all="ignore"):
            for node, position, sent, total in flows(order):
                index = self._edge_of[id(node), position]
                self._edges[index] = self._edges[index]._replace(
                    flow=root_mean_square(sent), sent=brief(sent), total=brief(total)
                )
                yield index

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
        node = _holding(value._data, kind_of(value))._replace(
            name=_within(name, cluster), loose=id(value) in self._names.variables, called=self._called(value),
            cluster=cluster, flows=value.level > 0,
            grad=None if value._grad is None else numbers_of(value._grad),
            output=id(value) in self._outputs,
        )  # fmt: skip
        if op is None:
            return node
        return node._replace(
            title=printable(op.label), op=op.name, static=static_text(op, value.static),
            inline=inline_text(op, value.inputs or ()), activation=op.reference is not None,
        )  # fmt: skip


def _within(name: str, cluster: tuple[str, ...]) -> str:
    """The name of a parameter without the modules that its box stands in anyway."""
    for part in cluster:
        name = name.removeprefix(part.partition(" #")[0] + ".")
    return name


def _edge(source: str, target: str, value: Value, position: int, called: list[str], made: frozenset[str]) -> Edge:
    x = (value.inputs or ())[position]
    if not isinstance(x, Value) or not x.level:
        return Edge(source, target, position)
    local = local_derivative(value, position, called)
    general = in_general(value, local.symbol, called, made)
    return Edge(source, target, position, 1, local.symbol, general, local.number, local.at, local.kink)


def _holding(data: Any, kind: Kind) -> Node:
    dtype = str(data.dtype) if isinstance(data, np.ndarray) else type(data).__name__
    return Node("", kind, shape=shape_of(data), dtype=dtype, value=numbers_of(data))
