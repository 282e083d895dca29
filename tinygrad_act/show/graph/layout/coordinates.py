"""Where everything stands across its layer: wires short and, where they are long, straight."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

from .isotonic import Pulls, spread, spread_straight
from .layers import BEND, BOX, Layered

__all__ = ["across"]

_BOX_ROOM, _BEND_ROOM = 10.0, 6.0
"""Half of the free space between two boxes; what a bend keeps free on either side."""

_WORK = 60_000
"""About how many nodes all sweeps together may look at."""

_WIDE = 200
"""So many nodes in one layer are at most settled straight: that takes the square of their number."""

_Pull: TypeAlias = list[list[tuple[int, float, float]]]
"""For every node: a neighbour, how far from it it wants to be, and how much it wants that."""


def across(graph: Layered, layers: Sequence[Sequence[int]], ends: Sequence[float]) -> list[float]:
    """The middle of every node. `ends`: where wires end, from the middle of their targets."""
    rooms = [size / 2 + (_BEND_ROOM if kind == BEND else _BOX_ROOM) for size, kind in zip(graph.across, graph.kind)]
    place = _packed(layers, rooms)
    before, after = _pulls(graph, ends)
    both = [a + b for a, b in zip(before, after)]
    backwards = [near or other for near, other in zip(after, before)]
    for layer in reversed(layers):
        _settle(layer, backwards, rooms, place)
    rounds = max(3, min(40, _WORK // len(place)))
    for number in range(rounds):
        for layer in reversed(layers) if number % 2 else layers:
            _settle(layer, both, rooms, place)
    for number in range(rounds // 4):
        for layer in reversed(layers) if number % 2 else layers:
            if len(layer) <= _WIDE:
                _settle_straight(layer, both, rooms, place)
    _straighten(graph, layers, rooms, place)
    return place


def _packed(layers: Sequence[Sequence[int]], rooms: Sequence[float]) -> list[float]:
    place = [0.0] * len(rooms)
    for layer in layers:
        start = -sum(rooms[v] for v in layer)
        for v in layer:
            place[v] = start + rooms[v]
            start += 2 * rooms[v]
    return place


def _pulls(graph: Layered, ends: Sequence[float]) -> tuple[_Pull, _Pull]:
    """What pulls at every node from the layer before and from the layer behind."""
    before: _Pull = [[] for _ in graph.rank]
    after: _Pull = [[] for _ in graph.rank]
    done: set[int] = set()
    for wire, chain, end in zip(graph.wires, graph.chains, ends):
        tail, leave = wire.source, graph.leave(wire)
        for head in chain[1:]:
            if head not in done or head == wire.target:
                done.add(head)
                offset = leave - (end if head == wire.target else 0.0)
                weight = _weight(graph, tail, head)
                before[head].append((tail, offset, weight))
                after[tail].append((head, -offset, weight))
            tail, leave = head, 0.0
    return before, after


def _weight(graph: Layered, u: int, v: int) -> float:
    if graph.private[u] == v:
        return 0.5
    bends = (graph.kind[u] != BOX) + (graph.kind[v] != BOX)
    return (1.0, 2.0, 8.0)[bends]


def _settle(layer: Sequence[int], pulls: _Pull, rooms: Sequence[float], place: list[float]) -> None:
    wishes, weights = [], []
    for v in layer:
        near = pulls[v]
        if not near:
            wishes.append(place[v])
            weights.append(0.01)
        elif len(near) == 1:
            u, offset, weight = near[0]
            wishes.append(place[u] + offset)
            weights.append(weight)
        else:
            weight = sum([weight for _, _, weight in near])
            wishes.append(sum([(place[u] + offset) * weight for u, offset, weight in near]) / weight)
            weights.append(weight)
    if len(layer) == 1:
        place[layer[0]] = wishes[0]
        return
    for v, found in zip(layer, spread(wishes, weights, [rooms[v] for v in layer])):
        place[v] = found


def _settle_straight(layer: Sequence[int], pulls: _Pull, rooms: Sequence[float], place: list[float]) -> None:
    ends: list[Pulls] = []
    for v in layer:
        near = pulls[v]
        ends.append([(place[u] + offset, weight) for u, offset, weight in near] or [(place[v], 0.01)])
    for v, found in zip(layer, spread_straight(ends, [rooms[v] for v in layer])):
        place[v] = found


def _straighten(graph: Layered, layers: Sequence[Sequence[int]], rooms: Sequence[float], place: list[float]) -> None:
    """Bring all bends of a wire to one height where their neighbours leave a gap for that."""
    low, high = _gaps(layers)
    done: set[int] = set()
    for chain in graph.chains:
        bends = [v for v in chain[1:-1] if v not in done]
        if len(bends) < 2:
            continue
        done.update(bends)
        least = max((place[low[v]] + rooms[low[v]] + rooms[v] for v in bends if low[v] >= 0), default=-1e9)
        most = min((place[high[v]] - rooms[high[v]] - rooms[v] for v in bends if high[v] >= 0), default=1e9)
        if least <= most:
            wish = min(max(sum(place[v] for v in bends) / len(bends), least), most)
            for v in bends:
                place[v] = wish


def _gaps(layers: Sequence[Sequence[int]]) -> tuple[dict[int, int], dict[int, int]]:
    """The neighbour before and behind every node in its layer, -1 where there is none."""
    low: dict[int, int] = {}
    high: dict[int, int] = {}
    for layer in layers:
        low.update(zip(layer, [-1, *layer]))
        high.update(zip(layer, [*layer[1:], -1]))
    return low, high
