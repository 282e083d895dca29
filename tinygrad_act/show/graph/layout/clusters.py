"""The tree of clusters, and which wires run at each of its levels.

A cluster is laid out by itself and is then one item of the level around it; a link from one cluster
to another is made of a wire at every level that it passes. Wires from the same box into the same
cluster are one wire until they are inside: they come through the border at one point.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple, TypeAlias

from .layers import BOX, ENTRY, EXIT
from .pieces import pieces
from .shapes import Box, Link

__all__ = ["GROUP", "Group", "Key", "Strand", "Way", "groups", "ways"]

GROUP = 4
Key: TypeAlias = tuple[int, int]
"""What stands at one place: BOX and its number; GROUP and its number; ENTRY or EXIT, where wires cross
the border, and the number of the box that they come from."""
Way: TypeAlias = list[tuple[int, int]]
"""The wires that make a link, from its source to its target: number of the group, number of the wire."""


class Strand(NamedTuple):
    """A wire of a level, between two of its items."""

    source: Key
    target: Key
    origin: int
    """The box that it comes from, however far before this level."""
    label: tuple[float, float] = (0.0, 0.0)


class Group:
    """A cluster, a piece of one, or, with an empty path, the whole picture."""

    def __init__(self, path: tuple[str, ...], parent: int, boxes: list[int]) -> None:
        self.path, self.parent, self.boxes = path, parent, boxes
        self.items: dict[Key, int] = {}
        """Everything at this level with its number."""
        self.strands: list[Strand] = []
        self._shared: dict[Strand, int] = {}

    def strand(self, strand: Strand) -> int:
        """The number of the wire: every link has one of its own into a box, and shares all others."""
        number = None if strand.target[0] == BOX else self._shared.get(strand)
        if number is None:
            number = self._shared[strand] = len(self.strands)
            self.strands.append(strand)
            for key in strand[:2]:
                self.items.setdefault(key, len(self.items))
        return number


def groups(boxes: Sequence[Box], links: Sequence[Link]) -> list[Group]:
    """All groups with their items, each group before those within it; the first is the whole picture."""
    found = [Group((), -1, list(range(len(boxes))))]
    inner = [[(link.source, link.target) for link in links]]
    for number, group in enumerate(found):  # grows while it is walked
        depth = len(group.path)
        names = [boxes[i].cluster[depth] if len(boxes[i].cluster) > depth else None for i in group.boxes]
        child = dict[int, int]()
        for name, members in _split(names, group.boxes, inner[number]):
            child.update(dict.fromkeys(members, len(found)))
            inner.append([(u, v) for u, v in inner[number] if child.get(u) == child.get(v) == len(found)])
            found.append(Group((*group.path, name), number, members))
        for i in group.boxes:
            group.items.setdefault((GROUP, child[i]) if i in child else (BOX, i), len(group.items))
        inner[number] = []
    return found


def _split(
    names: Sequence[str | None], boxes: Sequence[int], pairs: Sequence[tuple[int, int]]
) -> Iterator[tuple[str, list[int]]]:
    if any(name is not None for name in names):
        index = {i: position for position, i in enumerate(boxes)}
        for name, members in pieces(names, [(index[u], index[v]) for u, v in pairs]):
            yield name, [boxes[position] for position in members]


def ways(found: Sequence[Group], links: Sequence[Link]) -> list[Way]:
    """The way of every link; enters its wires into the groups that it passes."""
    home: dict[int, int] = {}
    for number, group in enumerate(found):
        home.update({i: number for kind, i in group.items if kind == BOX})
    return [_way(found, home, link) for link in links]


def _way(found: Sequence[Group], home: dict[int, int], link: Link) -> Way:
    """Out of the groups around the source, through the one around both, into those around the target."""
    source, target = (BOX, link.source), (BOX, link.target)
    up, down = home[link.source], home[link.target]
    outwards: Way = []
    inwards: Way = []
    while up != down:  # a group stands behind those around it: the later one is not around both
        if up > down:
            outwards.append((up, found[up].strand(Strand(source, (EXIT, link.source), link.source))))
            source, up = (GROUP, up), found[up].parent
        else:
            inwards.append((down, _into(found[down], (ENTRY, link.source), target, link)))
            target, down = (GROUP, down), found[down].parent
    return [*outwards, (up, _into(found[up], source, target, link)), *reversed(inwards)]


def _into(group: Group, source: Key, target: Key, link: Link) -> int:
    label = link.label if target[0] == BOX else (0.0, 0.0)
    return group.strand(Strand(source, target, link.source, label))
