"""A graph too large to draw in full: one box for every operation, with how often it occurs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any, TypeAlias

from ...engine.value import Value
from ..texts import printable
from .capture import kind_of, operands
from .snapshot import Edge, Kind, Node, Snapshot
from .text import is_inline

__all__ = ["count_arrays", "summarise"]

_Group: TypeAlias = tuple[Kind, str]
"""The kind, and the name of the operation, empty at a leaf."""


def count_arrays(order: Sequence[Value]) -> int:
    """How many boxes raw arrays take: one for every array."""
    arrays: set[int] = set()
    return sum(_is_new_array(x, arrays) for value in order for x in value.inputs or ())


def summarise(order: Sequence[Value], outputs: Sequence[Value]) -> Snapshot:
    """The summary of all Values in `order`, which has inputs first. Linear and iterative.

    Edges are added up by the operations that they join, so an operation may have one to itself.
    """
    counts: Counter[_Group] = Counter()
    edges: Counter[tuple[_Group, _Group]] = Counter()
    labels: dict[_Group, str] = {}
    arrays: set[int] = set()
    for value in order:
        group = _group(value)
        for x, _ in operands(value):
            if is_inline(x):
                continue
            source = _group(x)
            counts[source] += _is_new_array(x, arrays)
            edges[source, group] += 1
        counts[group] += 1
        labels[group] = value.op.label if value.op else group[0]
    ids = {group: f"n{number}" for number, group in enumerate(counts)}
    drawn = {_group(value) for value in outputs}
    nodes = [
        Node(name, group[0], printable(labels.get(group, group[0])), group[1] or None,
             output=group in drawn, times=counts[group])
        for group, name in ids.items()
    ]  # fmt: skip
    joined = [Edge(ids[source], ids[target], times=count) for (source, target), count in edges.items()]
    return Snapshot(tuple(nodes), tuple(joined), _note(len(order), sum(counts.values()) - len(order)))


def _note(values: int, arrays: int) -> str:
    found = f"{values:,} values" + (f" and {arrays:,} array{'s' * (arrays != 1)}" if arrays else "")
    return f"{found}: summarised by operation; draw a part of it, or pass max_nodes={values + arrays}"


def _group(x: Any) -> _Group:
    if not isinstance(x, Value):
        return "constant", ""
    return kind_of(x), x.op.name if x.op else ""


def _is_new_array(x: Any, arrays: set[int]) -> bool:
    """Whether `x` is neither a Value nor a raw number, and not in `arrays`, the ids of those already counted."""
    if isinstance(x, Value) or is_inline(x) or id(x) in arrays:
        return False
    arrays.add(id(x))
    return True
