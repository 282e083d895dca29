"""In which layer everything stands, and the bends of the wires that pass through layers.

Inside the layout there are two axes: `along` runs from layer to layer, `across` runs within one.
The direction of the picture decides only at the end which of them is x.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, TypeAlias

from .walks import inputs_first, neighbours

__all__ = ["BEND", "BOX", "ENTRY", "EXIT", "LONGEST", "Item", "Layered", "Near", "Wire"]

BOX, ENTRY, EXIT, BEND = range(4)
"""A box or a whole cluster; a point on the border of the cluster that is being laid out where wires
come in, or go out; a point where a wire passes through a layer."""

Near: TypeAlias = list[list[tuple[int, float]]]
"""For every node its neighbours in the layer before or after, and where on the neighbour the wire
ends: from -0.5, its start across, to 0.5."""


LONGEST = 200
"""A wire through more layers goes straight to the one before its target, behind whatever stands between:
bends in all of them would take memory with the square of the number of boxes."""


class Item(NamedTuple):
    """What is placed at one level: a box, a cluster laid out before, or a point of the border."""

    along: float
    across: float
    kind: int = BOX


class Wire(NamedTuple):
    """A link, or the part of links that they share at this level."""

    source: int
    target: int
    label: tuple[float, float] = (0.0, 0.0)
    """Along, across."""
    leave: float | None = None
    """How far across the source the wire starts; None: in its middle."""
    enter: float | None = None
    """How far across the target the wire ends; None: at a port that the layout chooses."""


class Layered:
    """A graph with a layer for every node, whose wires join only neighbouring layers.

    Nodes are the items and, after them, bends. Wires that leave an item at the same place share
    their bends: an input that is used 400 times sends one trunk through the picture, not 400.
    """

    def __init__(self, items: Sequence[Item], wires: Sequence[Wire]) -> None:
        self.items, self.wires = items, wires
        self.rank = _ranks(items, wires)
        self.kind = [item.kind for item in items]
        self.along = [item.along for item in items]
        self.across = [item.across for item in items]
        self.ups: Near = [[] for _ in items]
        self.downs: Near = [[] for _ in items]
        self.chains = _chains(self)
        """For every wire the nodes that it joins, from source to target."""
        self.private = _private(self)
        """The consumer of a leaf that has only one, else -1: what it pulls counts for less than other wires."""

    def leave(self, wire: Wire) -> float:
        """How far from the middle of its source the wire starts."""
        return 0.0 if wire.leave is None else wire.leave - self.across[wire.source] / 2

    def enter(self, wire: Wire) -> float:
        """How far from the middle of its target the wire ends, as far as that is known."""
        return 0.0 if wire.enter is None else wire.enter - self.across[wire.target] / 2

    def join(self, tail: int, head: int, leave: float = 0.0, enter: float = 0.0) -> None:
        """Note that a wire runs from `tail` to `head` in the next layer."""
        self.downs[tail].append((head, enter / (self.across[head] or 1.0)))
        self.ups[head].append((tail, leave / (self.across[tail] or 1.0)))


def _ranks(items: Sequence[Item], wires: Sequence[Wire]) -> list[int]:
    """The layer of every item: as far back as its inputs allow, then forward where that shortens wires.

    What the border gives comes first, what it takes comes last.
    """
    ins, outs = neighbours(len(items), [(wire.source, wire.target) for wire in wires])
    order = inputs_first(ins, outs)
    rank = [0] * len(items)
    for v in order:
        rank[v] = max([rank[u] + (items[u].kind != ENTRY) for u in ins[v]], default=0)
    for v in reversed(order):
        anchored = sum(bool(ins[u]) or len(outs[u]) > 1 for u in ins[v])
        if outs[v] and len(outs[v]) >= anchored:
            rank[v] = min([rank[w] for w in outs[v]]) - 1
    inner = [r for r, item in zip(rank, items) if item.kind == BOX]
    low, high = min(inner, default=0), max(inner, default=0)
    edge = {ENTRY: low - 1, EXIT: high + 1}
    rank = [edge.get(item.kind, r) for r, item in zip(rank, items)]
    first = min(rank, default=0)
    return [r - first for r in rank]


def _chains(graph: Layered) -> list[list[int]]:
    bends: dict[tuple[int, float, int], int] = {}
    chains = []
    for wire in graph.wires:
        leave, enter = graph.leave(wire), graph.enter(wire)
        chain = [wire.source]
        first, last = graph.rank[wire.source] + 1, graph.rank[wire.target]
        jumps = last - first > LONGEST
        for r in range(last - 1 if jumps else first, last):
            key = (wire.source, leave, r)
            if key not in bends:
                bends[key] = _bend(graph, r)
                if not jumps:
                    graph.join(chain[-1], bends[key], leave if len(chain) == 1 else 0.0)
            chain.append(bends[key])
        graph.join(chain[-1], wire.target, leave if len(chain) == 1 else 0.0, enter)
        chains.append([*chain, wire.target])
    return chains


def _bend(graph: Layered, rank: int) -> int:
    graph.rank.append(rank)
    graph.kind.append(BEND)
    graph.along.append(0.0)
    graph.across.append(0.0)
    graph.ups.append([])
    graph.downs.append([])
    return len(graph.rank) - 1


def _private(graph: Layered) -> list[int]:
    """A leaf with parallel wires to its one consumer counts too; what the border gives does not."""
    private = [-1] * len(graph.rank)
    for v, near in enumerate(graph.downs):
        if near and not graph.ups[v] and graph.kind[v] == BOX:
            heads = [w for w, _ in near]
            if heads.count(heads[0]) == len(heads) and graph.kind[heads[0]] == BOX:
                private[v] = heads[0]
    return private
