"""A snapshot in which repeated structure is drawn once: equal siblings, and equal steps of a chain.

Siblings are found from the inputs up: results are equal if the same operation computed them from equal
inputs, and parameters are if equal results use them. The sixteen neurons of a layer become one.
"""

from __future__ import annotations

import re
from collections.abc import Hashable, Iterator, Sequence
from typing import NamedTuple

from .quotient import common_text, quotient, together
from .snapshot import Node, Snapshot

__all__ = [
    "FOLDED", "Neighbours", "Place", "alike", "fold_repeats", "is_leaf", "neighbours", "next_step", "repetitions", "step",
]  # fmt: skip

_LONGEST_STEP = 24
"""A step of a chain has at most so many operations."""
_FEWEST = 3
"""So many equal steps in a row are worth folding."""
_NUMBERS = re.compile(r"\d+")
FOLDED = "repeated structure is drawn once, with ×"


def fold_repeats(snapshot: Snapshot) -> Snapshot:
    """The same snapshot if nothing repeats. A folded box says how many it stands for, and their range."""
    siblings = _siblings(snapshot)
    short = quotient(snapshot, siblings, _folded, FOLDED) if len(set(siblings.values())) < len(siblings) else snapshot
    steps = _steps(short)
    return quotient(short, steps, step, FOLDED, next_step) if steps else short


def _folded(members: Sequence[Node]) -> Node:
    first = members[0]
    paths = sorted({node.cluster for node in members})
    return first._replace(
        name=common_text([node.name for node in members]), called=common_text([node.called for node in members]),
        value=together([node.value for node in members]), grad=together([node.grad for node in members]),
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


# -- siblings ---------------------------------------------------------------------------------


def _siblings(snapshot: Snapshot) -> dict[str, int]:
    """A class for every node. Twice, because what tells two parameters apart tells their results apart."""
    inputs, uses = neighbours(snapshot)
    classes: dict[str, int] = {}
    for _ in range(2):
        leaves = {node.id: _uses_class(uses[node.id], classes) for node in snapshot.nodes if not inputs[node.id]}
        numbers: dict[Hashable, int] = {}
        found: dict[str, int] = {}
        for node in snapshot.nodes:
            around = sorted((found[other], -1 if place is None else place) for other, place in inputs[node.id])
            key = (alike(node), tuple(_runs(around)), leaves.get(node.id))
            found[node.id] = numbers.setdefault(key, len(numbers))
        classes = found
    return classes


def _uses_class(uses: Sequence[tuple[str, int | None]], classes: dict[str, int]) -> Hashable:
    return frozenset((classes.get(user), place) for user, place in uses)


Neighbours = dict[str, list[tuple[str, int | None]]]


def neighbours(snapshot: Snapshot) -> tuple[Neighbours, Neighbours]:
    """The inputs of every node, and its uses: other nodes by id, and which operand it is."""
    inputs: Neighbours = {node.id: [] for node in snapshot.nodes}
    uses: Neighbours = {node.id: [] for node in snapshot.nodes}
    for edge in snapshot.edges:
        inputs[edge.target].append((edge.source, edge.position))
        uses[edge.source].append((edge.target, edge.position))
    return inputs, uses


def _runs(items: Sequence[Hashable]) -> Iterator[Hashable]:
    """How often each item comes: the number of inputs is part of the structure."""
    previous, count = None, 0
    for item in items:
        if item != previous and count:
            yield previous, count
            count = 0
        previous, count = item, count + 1
    yield previous, count


def alike(node: Node) -> Hashable:
    """What two boxes have in common that may be folded into one."""
    modules = tuple(_NUMBERS.sub("*", part) for part in node.cluster)
    return (node.kind, node.title, node.op, node.static, node.inline, node.shape, node.dtype, node.output,
            node.flows, node.grad is None, modules, _NUMBERS.sub("*", node.name))  # fmt: skip


# -- steps of a chain -------------------------------------------------------------------------


class Place(NamedTuple):
    """Where in a step a node stands, for all steps of one chain."""

    chain: str
    """The id of the first result of the first step."""
    offset: int
    leaf: int = -1
    """Which private operand of the result at `offset` it is; -1 for the result itself."""


def next_step(source: Hashable, target: Hashable) -> bool:
    """Whether an edge goes from one step to the next: what `equal steps in a row` means."""
    if not isinstance(source, Place) or not isinstance(target, Place) or source.leaf >= 0:
        return False
    return source.chain == target.chain and source.offset >= target.offset


def _steps(snapshot: Snapshot) -> dict[str, Hashable]:
    """Groups that put equal steps of chains into one; empty if there are none."""
    nodes = {node.id: node for node in snapshot.nodes}
    inputs, uses = neighbours(snapshot)
    groups: dict[str, Hashable] = {name: name for name in nodes}
    found = False
    for chain in _chains(nodes, inputs, uses):
        looks = [_look(nodes, inputs, uses, name) for name in chain]
        for start, length, count in repetitions(looks):
            found = True
            for offset in range(length):
                for turn in range(count):
                    own, place = chain[start + turn * length + offset], Place(chain[start], offset)
                    groups[own] = place
                    for position, leaf in enumerate(_private(nodes, inputs, uses, own)):
                        groups[leaf] = place._replace(leaf=position)
    return groups if found else {}


def is_leaf(node: Node) -> bool:
    """Whether nothing was computed to get it."""
    return node.kind in ("parameter", "constant")


def _chains(nodes: dict[str, Node], inputs: Neighbours, uses: Neighbours) -> Iterator[list[str]]:
    """Runs of results, each used by the next alone. Whatever else they use is part of their looks."""
    after: dict[str, str] = {}
    for name in nodes:
        before = [x for x, _ in inputs[name] if not is_leaf(nodes[x]) and len(uses[x]) == 1]
        if len(before) == 1:
            after[before[0]] = name
    middle = set(after.values())
    for name in nodes:
        if name in after and name not in middle:
            chain = [name]
            while chain[-1] in after:
                chain.append(after[chain[-1]])
            yield chain


def _private(nodes: dict[str, Node], inputs: Neighbours, uses: Neighbours, name: str) -> list[str]:
    return [leaf for leaf, _ in inputs[name] if is_leaf(nodes[leaf]) and len(uses[leaf]) == 1]


def _look(nodes: dict[str, Node], inputs: Neighbours, uses: Neighbours, name: str) -> Hashable:
    private = _private(nodes, inputs, uses, name)
    others = [(place, alike(nodes[x]) if x in private else x)
              for x, place in inputs[name] if x in private or len(uses[x]) > 1]  # fmt: skip
    return alike(nodes[name]), nodes[name].parameters, len(inputs[name]), tuple(others)


def repetitions(looks: Sequence[Hashable]) -> Iterator[tuple[int, int, int]]:
    """(start, length of a step, how many steps), none overlapping another; long runs first."""
    found = []
    for length in range(1, min(_LONGEST_STEP, len(looks) // _FEWEST) + 1):
        run = 0
        for start in range(len(looks) - length - 1, -2, -1):
            if start >= 0 and looks[start] == looks[start + length]:
                run += 1
                continue
            if run // length + 1 >= _FEWEST:
                count = run // length + 1
                found.append((-(count - 1) * length, length, start + 1, count))
            run = 0
    taken: set[int] = set()
    for _, length, start, count in sorted(found):
        places = range(start, start + length * count)
        if taken.isdisjoint(places):
            taken.update(places)
            yield start, length, count


def step(members: Sequence[Node]) -> Node:
    """One box for what stands at one place in all steps of a chain."""
    node = _folded(members)
    count = len(members)
    return node._replace(cluster=(*node.cluster, f"{count} equal steps in a row"))
