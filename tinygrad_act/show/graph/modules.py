"""A snapshot in which every module is one box."""

from __future__ import annotations

import math
from collections.abc import Hashable, Mapping, Sequence

from .layout.walks import neighbours, strong_parts
from .quotient import is_acyclic, quotient
from .snapshot import Node, Snapshot
from .wording import operation_text

__all__ = ["collapse_modules", "deepest"]

_NAMED = 5
"""So many operations of a module are listed."""


def deepest(snapshot: Snapshot) -> int:
    """How deep modules are nested; 0 if there are none."""
    return max((len(node.cluster) for node in snapshot.nodes), default=0)


def collapse_modules(snapshot: Snapshot, depth: int, note: str = "modules are one box each") -> Snapshot | None:
    """Every module at `depth`, 1 for the outermost, as one box; None if one would depend on itself.

    What is computed from a module and used by the same module belongs to it.
    """
    groups = _absorbed(
        snapshot,
        {node.id: node.cluster[:depth] if len(node.cluster) >= depth else node.id for node in snapshot.nodes},
    )
    leaving = {edge.source for edge in snapshot.edges if groups[edge.source] != groups[edge.target]}
    short = quotient(snapshot, groups, lambda members: _module(members, depth, leaving), note)
    return short if is_acyclic(short) else None


def _absorbed(snapshot: Snapshot, groups: Mapping[str, str | tuple[str, ...]]) -> Mapping[str, Hashable]:
    numbers: dict[Hashable, int] = {}
    for group in groups.values():
        numbers.setdefault(group, len(numbers))
    pairs = [(numbers[groups[edge.source]], numbers[groups[edge.target]]) for edge in snapshot.edges]
    parts = strong_parts(*neighbours(len(numbers), [pair for pair in pairs if pair[0] != pair[1]]))
    modules: dict[int, list[Hashable]] = {}
    for key, number in numbers.items():
        if isinstance(key, tuple):
            modules.setdefault(parts[number], []).append(key)
    around = [modules.get(part, []) for part in parts]
    alone = [inside[0] if len(inside) == 1 else None for inside in around]
    return {name: alone[numbers[group]] or group for name, group in groups.items()}


def _module(members: Sequence[Node], depth: int, leaving: set[str]) -> Node:
    results = [node for node in members if node.kind == "result"]
    ends = [node for node in results if node.id in leaving or node.output]
    last = ends[-1] if len(ends) == 1 else Node("", "module")
    count = sum(math.prod(node.shape) for node in members if node.kind == "parameter")
    path = next(node.cluster[:depth] for node in members if len(node.cluster) >= depth)
    return last._replace(
        kind="module", title=_operations(results), op=None, static="", operands=(),
        name=path[-1], called=".".join(path), parameters=count, activation=False, cluster=path[:-1],
        output=any(node.output for node in members), times=1, changed=any(node.changed for node in members),
    )  # fmt: skip


def _operations(results: Sequence[Node]) -> str:
    """A few by their names, many by their number."""
    if len(results) <= _NAMED:
        return ", ".join(map(operation_text, results))
    return f"{len(results)} operations"
