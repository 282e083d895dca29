"""From Values to a snapshot. Reads the graph and changes nothing: no gradient is computed or made."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from ..errors import shape_of
from ..value import Value
from .snapshot import Edge, Kind, Node, Snapshot
from .text import data_text, printable, static_text

__all__ = ["NO_GRADIENT_YET", "capture", "kind_of", "operands"]

NO_GRADIENT_YET = "–"


def capture(order: Sequence[Value], outputs: Sequence[Value]) -> Snapshot:
    """One box for every Value, for every raw array, and for every use of a raw number.

    `order`: what `topological_order(outputs, Value)` gives. Linear in nodes and edges, and iterative.
    """
    return _Capture(outputs).run(order)


def operands(value: Value) -> Iterator[tuple[Any, Any]]:
    """Every input, and the number or array that it held when `value` was computed."""
    return zip(value.inputs or (), value.primals or ())


def kind_of(value: Value) -> Kind:
    """What the box of `value` is."""
    if value.op is not None:
        return "result"
    return "parameter" if value.level else "constant"


class _Capture:
    """The boxes and edges found so far."""

    def __init__(self, outputs: Sequence[Value]) -> None:
        self._outputs = {id(value) for value in outputs}
        self._nodes: list[Node] = []
        self._edges: list[Edge] = []
        self._positions: dict[int, int] = {}  # by id(): safe because the graph is alive until the end

    def run(self, order: Sequence[Value]) -> Snapshot:
        """The snapshot of all Values in `order`, which has inputs first."""
        for value in order:
            sources = [self._source(x, primal) for x, primal in operands(value)]
            target = self._enter(_describe(value, id(value) in self._outputs), value)
            self._edges += [Edge(source, target, position) for position, source in enumerate(sources)]
        return Snapshot(tuple(self._nodes), tuple(self._edges))

    def _source(self, x: Any, primal: Any) -> str:
        """The id of an operand's box; a constant gets its box here."""
        position = self._positions.get(id(x)) if isinstance(x, (Value, np.ndarray)) else None
        if position is None:
            return self._enter(_holding(primal, "constant"), x)
        if isinstance(x, Value) and x._data is not primal:
            self._nodes[position] = self._nodes[position]._replace(changed=True)
        return self._nodes[position].id

    def _enter(self, node: Node, x: Any) -> str:
        position = len(self._nodes)
        self._nodes.append(node._replace(id=f"n{position}"))
        if isinstance(x, (Value, np.ndarray)):
            self._positions[id(x)] = position
        return f"n{position}"


def _describe(value: Value, output: bool) -> Node:
    op = value.op
    return _holding(value._data, kind_of(value))._replace(
        title=printable(op.label) if op else "",
        op=op.name if op else None,
        static=static_text(op, value.static) if op else "",
        name=printable(str(value.label)) if value.label else "",
        grad=_grad_text(value),
        output=output,
    )


def _holding(data: Any, kind: Kind) -> Node:
    dtype = str(data.dtype) if isinstance(data, np.ndarray) else type(data).__name__
    return Node("", kind, shape=shape_of(data), dtype=dtype, value=data_text(data))


def _grad_text(value: Value) -> str | None:
    grad = value._grad  # not .grad, which shows zero where nothing has arrived
    if grad is None:
        return NO_GRADIENT_YET if value.level else None
    return data_text(grad._data if isinstance(grad, Value) else grad)
