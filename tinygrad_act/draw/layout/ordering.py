"""The order within layers: few crossings, by medians and barycentres in turns, then swaps of neighbours.

Leaves with one consumer (most weights of a network of scalars) are left out of it and put back
beside what their consumer needs: they cannot pull their consumer away from its other inputs.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby

from .crossings import crossings, positions, transpose
from .isotonic import spread
from .layers import Layered, Near

__all__ = ["ordered"]

_WORK = 60_000
"""About how many nodes all sweeps together may look at; small graphs get more sweeps."""


def ordered(graph: Layered) -> list[list[int]]:
    """The nodes of every layer, from the start across to its end."""
    count = len(graph.rank)
    core = [[(u, s) for u, s in near if graph.private[u] < 0] for near in graph.ups]
    downs = [near if graph.private[v] < 0 else [] for v, near in enumerate(graph.downs)]
    layers = _start(graph)
    place = positions(layers, count)
    best, least = layers, crossings(layers, downs, place)
    rounds = max(2, min(24, _WORK // (count + 1)))
    for number in range(rounds):
        if not least:
            break
        layers = _swept(layers, core, downs, place, number)
        if count < 3000 and number % 4 > 1:
            transpose(layers, core, downs, place, 2)
        found = crossings(layers, downs, place)
        if found < least:
            best, least = [list(layer) for layer in layers], found
    layers = _with_leaves(graph, best)
    place = positions(layers, count)
    if count < 20_000:
        transpose(layers, graph.ups, graph.downs, place, rounds // 2 + 1)
    return layers


def _start(graph: Layered) -> list[list[int]]:
    """Layers without private leaves, in the order of a walk from the outputs back, operand by operand.

    In a tree nothing crosses then.
    """
    layers: list[list[int]] = [[] for _ in range(max(graph.rank) + 1)]
    seen = [leaf >= 0 for leaf in graph.private]
    waiting = [v for v in range(len(graph.rank)) if not graph.downs[v]][::-1]
    while waiting:
        v = waiting.pop()
        if not seen[v]:
            seen[v] = True
            layers[graph.rank[v]].append(v)
            waiting += [u for u, _ in reversed(graph.ups[v])]
    return layers


def _swept(layers: list[list[int]], ups: Near, downs: Near, place: list[int], number: int) -> list[list[int]]:
    """One sweep through all layers: forwards, where inputs decide, or backwards."""
    backwards, median = number % 2 == 0, number // 2 % 2 == 0
    near = downs if backwards else ups
    keys = [float(p) for p in place]
    swept = layers[:]
    for r in range(len(layers) - 1, -1, -1) if backwards else range(len(layers)):
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


def _with_leaves(graph: Layered, layers: list[list[int]]) -> list[list[int]]:
    """Put private leaves in: before the first node whose wires end behind the leaf's consumer."""
    place = positions(layers, len(graph.rank))
    leaves: list[list[int]] = [[] for _ in layers]
    for layer in layers:
        for v in layer:
            for u, _ in groupby(u for u, _ in graph.ups[v]):
                if graph.private[u] == v and (not leaves[graph.rank[u]] or leaves[graph.rank[u]][-1] != u):
                    leaves[graph.rank[u]].append(u)
    return [list(_merged(graph, layer, row, place)) for layer, row in zip(layers, leaves)]


def _merged(graph: Layered, layer: Sequence[int], leaves: Sequence[int], place: Sequence[int]) -> Iterator[int]:
    """Both in one row; at equal keys a leaf stands where its operand's turn is."""
    wishes, weights, last = [], [], -1.0
    for v in layer:
        ends = [place[w] + s for w, s in graph.downs[v]]
        wishes.append(_middle(ends, median=True) if ends else last)
        weights.append(len(ends) or 0.01)
        last = wishes[-1]
    keys = spread(wishes, weights, [0.0] * len(layer))
    i = 0
    for leaf in leaves:
        consumer = graph.private[leaf]
        first = graph.ups[consumer][0][0] == leaf
        while i < len(layer) and (keys[i] < place[consumer] or (keys[i] == place[consumer] and not first)):
            yield layer[i]
            i += 1
        yield leaf
    yield from layer[i:]
