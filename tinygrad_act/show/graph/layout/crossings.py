"""How many wires cross, and swaps of neighbours that make them fewer."""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from collections.abc import Sequence

from .layers import Near

__all__ = ["crossings", "positions", "transpose"]


def positions(layers: Sequence[Sequence[int]], count: int) -> list[int]:
    """For every node its place in its layer."""
    place = [0] * count
    for layer in layers:
        for i, v in enumerate(layer):
            place[v] = i
    return place


def crossings(layers: Sequence[Sequence[int]], downs: Near, place: Sequence[int]) -> int:
    """How many pairs of wires cross between neighbouring layers."""
    total = 0
    for layer in layers:
        seen: list[float] = []
        for v in layer:
            near = downs[v]
            ends = [place[w] + s for w, s in near]
            if len(ends) > 1:
                ends.sort()
            for end in ends:
                if seen and end < seen[-1]:
                    total += len(seen) - bisect_right(seen, end)
                    insort(seen, end)
                else:
                    seen.append(end)
    return total


def transpose(layers: Sequence[list[int]], ups: Near, downs: Near, place: list[int], rounds: int) -> None:
    """Swap neighbours in a layer where that leaves fewer crossings, until nothing helps or `rounds` are over."""
    touched = [True] * len(layers)
    for _ in range(rounds):
        swapped = [_swap(layer, ups, downs, place) if touched[r] else False for r, layer in enumerate(layers)]
        if not any(swapped):
            break
        touched = [any(swapped[max(r - 1, 0) : r + 2]) for r in range(len(layers))]


def _swap(layer: list[int], ups: Near, downs: Near, place: list[int]) -> bool:
    swapped = False
    above = [sorted(place[u] + s for u, s in ups[v]) for v in layer]
    below = [sorted(place[w] + s for w, s in downs[v]) for v in layer]
    for i in range(len(layer) - 1):
        if _gain(above[i], above[i + 1]) + _gain(below[i], below[i + 1]) > 0:
            layer[i], layer[i + 1] = layer[i + 1], layer[i]
            above[i], above[i + 1] = above[i + 1], above[i]
            below[i], below[i + 1] = below[i + 1], below[i]
            place[layer[i]], place[layer[i + 1]] = i, i + 1
            swapped = True
    return swapped


def _gain(first: Sequence[float], second: Sequence[float]) -> int:
    """How many crossings fewer there are when the ends of `second` come before those of `first`."""
    if not first or not second or first[0] == first[-1] == second[0] == second[-1]:
        return 0
    size = len(second)
    return sum(bisect_left(second, end) + bisect_right(second, end) - size for end in first)
