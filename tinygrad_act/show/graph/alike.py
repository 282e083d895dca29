"""What two boxes have in common that may be drawn as one, and the one box that stands for them."""

from __future__ import annotations

import re
from collections.abc import Hashable, Sequence
from typing import TypeAlias

from .numbers import together
from .quotient import common_text
from .snapshot import Node, Snapshot

__all__ = ["Neighbours", "alike", "folded", "is_leaf", "neighbours"]

_NUMBERS = re.compile(r"\d+")
Neighbours: TypeAlias = dict[str, list[tuple[str, int | None]]]
"""For every box others by their ids, and which operand it is."""


def alike(node: Node) -> Hashable:
    """What two boxes have in common that may be folded into one."""
    modules = tuple(_NUMBERS.sub("*", part) for part in node.cluster)
    return (node.kind, node.title, node.op, node.static, node.operands, node.shape, node.dtype, node.output,
            node.flows, node.grad is None, modules, "" if node.loose else _NUMBERS.sub("*", node.name))  # fmt: skip


def neighbours(snapshot: Snapshot) -> tuple[Neighbours, Neighbours]:
    """The inputs of every node, and its uses: other nodes by id, and which operand it is."""
    inputs: Neighbours = {node.id: [] for node in snapshot.nodes}
    uses: Neighbours = {node.id: [] for node in snapshot.nodes}
    for edge in snapshot.edges:
        inputs[edge.target].append((edge.source, edge.position))
        uses[edge.source].append((edge.target, edge.position))
    return inputs, uses


def is_leaf(node: Node) -> bool:
    """Whether nothing was computed to get it."""
    return node.kind in ("parameter", "constant")


def folded(members: Sequence[Node]) -> Node:
    """One box for all `members`, which are alike: how many they are, and their range."""
    first = members[0]
    paths = sorted({node.cluster for node in members})
    return first._replace(
        name=common_text([node.name for node in members]), called=common_text([node.called for node in members]),
        value=together([node.value for node in members]), grad=together([node.grad for node in members]),
        earlier=together([node.earlier for node in members]),
        changed=any(node.changed for node in members), times=sum(node.times for node in members),
        cluster=_common_path(paths),
    )  # fmt: skip


def _common_path(paths: Sequence[tuple[str, ...]]) -> tuple[str, ...]:
    """The modules of all members: `neurons[*] ×16` where they differ."""
    parts: list[str] = []
    for depth in range(min(map(len, paths))):
        count = len({path[: depth + 1] for path in paths})
        name = common_text([path[depth] for path in paths]) or "…"
        parts.append(name if count == 1 else f"{name} ×{count}")
    return tuple(parts)
