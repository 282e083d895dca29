"""A snapshot in which every module is one box."""

from __future__ import annotations

import math
from collections.abc import Sequence

from .quotient import is_acyclic, quotient
from .snapshot import Node, Snapshot

__all__ = ["collapse_modules", "deepest"]


def deepest(snapshot: Snapshot) -> int:
    """How deep modules are nested; 0 if there are none."""
    return max((len(node.cluster) for node in snapshot.nodes), default=0)


def collapse_modules(snapshot: Snapshot, depth: int) -> Snapshot | None:
    """Every module at `depth`, 1 for the outermost, as one box; None if one would depend on itself."""
    groups = {node.id: node.cluster[:depth] if len(node.cluster) >= depth else node.id for node in snapshot.nodes}
    leaving = {edge.source for edge in snapshot.edges if groups[edge.source] != groups[edge.target]}
    short = quotient(snapshot, groups, lambda members: _module(members, depth, leaving), "modules are one box each")
    return short if is_acyclic(short) else None


def _module(members: Sequence[Node], depth: int, leaving: set[str]) -> Node:
    results = [node for node in members if node.kind == "result"]
    ends = [node for node in results if node.id in leaving or node.output]
    last = ends[-1] if len(ends) == 1 else Node("", "module")
    count = sum(math.prod(node.shape) for node in members if node.kind == "parameter")
    path = members[0].cluster[:depth]
    return last._replace(
        kind="module", title=f"{len(results)} operation{'s' * (len(results) != 1)}", op=None, static="", inline="",
        name=path[-1], called=".".join(path), parameters=count, activation=False, cluster=path[:-1],
        output=any(node.output for node in members), times=1, changed=any(node.changed for node in members),
    )  # fmt: skip
