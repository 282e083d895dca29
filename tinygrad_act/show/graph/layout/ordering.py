"""The order within layers: few crossings, by medians and barycentres in turns, then swaps of neighbours."""

from __future__ import annotations

from collections.abc import Sequence

from .crossings import crossings, positions, transpose
from .layers import Layered, Near

__all__ = ["ordered"]

_WORK = 60_000
"""About how many nodes all sweeps together may look at; small graphs get more sweeps."""

_SMALL = 3_000
"""So many nodes may be swapped between sweeps as well."""


def ordered(graph: Layered) -> list[list[int]]:
    """The nodes of every layer, from the start across to its end."""
    ups, downs = graph.ups, graph.downs
    layers = _start(graph)
    place = positions(layers, len(ups))
    best, least = layers, crossings(layers, downs, place)
    rounds = max(2, min(24, _WORK // (len(ups) + 1)))
    for number in range(rounds):
        if not least:
            return best
        layers = _swept(layers, ups, downs, place, number)
        if len(ups) < _SMALL and number % 4 > 1:
            transpose(layers, ups, downs, place, 2)
        found = crossings(layers, downs, place)
        if found < least:
            best, least = [list(layer) for layer in layers], found
    transpose(best, ups, downs, positions(best, len(ups)), rounds // 2)
    return best


def _start(graph: Layered) -> list[list[int]]:
    """Layers in the order of a walk from the outputs back, operand by operand: in a tree nothing crosses."""
    layers: list[list[int]] = [[] for _ in range(max(graph.rank) + 1)]
    seen = [False] * len(graph.rank)
    waiting = [v for v in range(len(graph.rank)) if not graph.downs[v]][::-1]
    while waiting:
        v = waiting.pop()
        if not seen[v]:
            seen[v] = True
            layers[graph.rank[v]].append(v)
            waiting += [u for u, _ in reversed(graph.ups[v])]
    return layers


def _swept(layers: Sequence[list[int]], ups: Near, downs: Near, place: list[int], number: int) -> list[list[int]]:
    """One sweep through all layers: forwards, where inputs decide, or backwards. Updates `place`.

    What has no neighbours on that side stays where it is.
    """
    backwards, median = number % 2 == 0, number // 2 % 2 == 0
    near = downs if backwards else ups
    keys = [float(p) for p in place]
    swept = list(layers)
    for r in reversed(range(len(layers))) if backwards else range(len(layers)):
        layer = layers[r]
        if len(layer) < 2:
            continue
        for v in layer:
            ends = near[v]
            if len(ends) == 1:
                keys[v] = place[ends[0][0]] + ends[0][1]
            elif ends:
                keys[v] = _middle([place[u] + s for u, s in ends], median)
        swept[r] = sorted(layer, key=keys.__getitem__)
        for i, v in enumerate(swept[r]):
            place[v] = i
    return swept


def _middle(ends: list[float], median: bool) -> float:
    if not median:
        return sum(ends) / len(ends)
    ends.sort()
    half = len(ends) // 2
    return ends[half] if len(ends) % 2 else (ends[half - 1] + ends[half]) / 2
