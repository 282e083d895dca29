"""A snapshot in which equal blocks in a row are drawn once: residual blocks, blocks of a transformer.

Where everything that is computed later depends on one value alone, a segment ends: only that value
goes on. Segments that look the same, one after the other, are equal steps.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Sequence
from typing import NamedTuple

from .quotient import quotient
from .repeats import FOLDED, Neighbours, Place, alike, is_leaf, neighbours, next_step, repetitions, step
from .snapshot import Node, Snapshot

__all__ = ["fold_segments"]


def fold_segments(snapshot: Snapshot) -> Snapshot:
    """The same snapshot if no segments repeat."""
    nodes = {node.id: node for node in snapshot.nodes}
    inputs, uses = neighbours(snapshot)
    segments = [_segment(nodes, inputs, uses, names, before) for names, before in _segments(nodes, uses)]
    numbers: dict[Hashable, int] = {}
    looks = [numbers.setdefault(segment.look, len(numbers)) for segment in segments]
    groups: dict[str, Hashable] = {name: name for name in nodes}
    found = False
    for start, length, count in repetitions(looks):
        found = True
        chain = segments[start].names[0]
        for turn in range(count):
            offset = 0
            for segment in segments[start + turn * length : start + (turn + 1) * length]:
                groups.update({name: Place(chain, offset + i) for i, name in enumerate(segment.names)})
                groups.update({leaf: Place(chain, offset + i, n) for leaf, (i, n) in segment.leaves.items()})
                offset += len(segment.names)
    return quotient(snapshot, groups, step, FOLDED, next_step) if found else snapshot


class _Segment(NamedTuple):
    names: list[str]
    """Its results; the last is the only one that is used later."""
    leaves: dict[str, tuple[int, int]]
    """The leaves that nothing else uses: which of the results is the first to use it, and as the how manieth leaf."""
    look: Hashable


def _segments(nodes: dict[str, Node], uses: Neighbours) -> Iterator[tuple[list[str], str]]:
    """The results of every segment, and the one before them."""
    order = [name for name, node in nodes.items() if not is_leaf(node)]
    place = {name: i for i, name in enumerate(order)}
    reach, begin = 0, 0
    for i, name in enumerate(order):
        if reach <= i:
            yield order[begin : i + 1], order[begin - 1] if begin else ""
            begin = i + 1
        reach = max([reach, *(place[user] for user, _ in uses[name])])


def _segment(
    nodes: dict[str, Node], inputs: Neighbours, uses: Neighbours, names: Sequence[str], before: str
) -> _Segment:
    offsets = {name: i for i, name in enumerate(names)}
    leaves: dict[str, tuple[int, int]] = {}
    looks: list[Hashable] = []
    for i, name in enumerate(names):
        around: list[Hashable] = []
        for x, operand in inputs[name]:
            if is_leaf(nodes[x]) and all(user in offsets for user, _ in uses[x]):
                leaves.setdefault(x, (i, len(leaves)))
                around.append((operand, leaves[x], alike(nodes[x])))
            else:
                around.append((operand, offsets.get(x, "before" if x == before else x)))
        looks.append((alike(nodes[name]), nodes[name].parameters, tuple(around)))
    return _Segment(list(names), leaves, tuple(looks))
