"""The heaviest paths of a graph that may have astronomically many.

A path weighs the sum of its edges' weights: whole numbers, so that sums are exact and equal products tie,
in whatever order they are multiplied. No path is looked at that is not returned.
"""

from __future__ import annotations

import heapq
import itertools
import math
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from .between import Link

__all__ = ["Route", "heaviest", "weight"]

Route = tuple[tuple[int, Link], ...]
"""A path from the output: the edges that it takes, each with the node that it leaves."""

_LENGTH, _LOG, _ZERO, _BROKEN = 0, 40, 160, 200
"""The bits of a weight at which each of its parts begins; no sum over a path outgrows its part."""
_FINE = 2.0**40
"""Logarithms are counted in units of 2**-40."""


def weight(size: float) -> int:
    """The weight of an edge that multiplies by a factor of this size, which is not negative.

    Compared in this order: more factors that are NaN or infinite, which spoil the sum; fewer zeros; the
    larger product; the longer path.
    """
    if size == 0:
        return (1 << _LENGTH) - (1 << _ZERO)
    if not math.isfinite(size):
        return (1 << _LENGTH) + (1 << _BROKEN)
    return (1 << _LENGTH) + (round(math.log2(size) * _FINE) << _LOG)


class _Detour(NamedTuple):
    """A path that leaves the best way at one more edge than the path that it was found on."""

    loss: int
    """By how much it is lighter than the heaviest path."""
    order: int
    """Of equal ones the first to be found comes first."""
    before: tuple[tuple[int, int], ...]
    """Where it leaves the best way: the nodes, each with the number of the edge taken there."""


def heaviest(links: Sequence[Sequence[Link]], weights: Sequence[Sequence[int]], most: int) -> Iterator[Route]:
    """The `most` heaviest paths from the last node to the first, the heaviest first.

    `links`: the edges of each node, which lead to nodes before it; `weights`: what each edge weighs.
    Each path costs time linear in the edges along it.
    """
    losses, best = _losses(links, weights)
    last = len(links) - 1
    waiting = [_Detour(0, 0, ())]
    numbers = itertools.count(1)
    for left in range(most, 0, -1):
        if not waiting:
            return
        detour = heapq.heappop(waiting)
        route = tuple(_route(links, best, last, detour.before))
        yield route
        more = heapq.nsmallest(left - 1, _detours(route, losses, best, detour))
        for loss, turn in more:
            heapq.heappush(waiting, _Detour(loss, next(numbers), (*detour.before, turn)))


def _losses(links: Sequence[Sequence[Link]], weights: Sequence[Sequence[int]]) -> tuple[list[list[int]], list[int]]:
    """For each edge how much is lost by taking it and not the best one; and the number of the best one."""
    reach: list[int] = []
    losses: list[list[int]] = []
    best: list[int] = []
    for found, heavy in zip(links, weights):
        through = [own + reach[link.source] for link, own in zip(found, heavy)]
        top = max(through, default=0)
        reach.append(top)
        losses.append([top - one for one in through])
        best.append(through.index(top) if through else -1)
    return losses, best


def _route(
    links: Sequence[Sequence[Link]], best: Sequence[int], last: int, turns: Iterable[tuple[int, int]]
) -> Iterator[tuple[int, Link]]:
    """The path that takes the edge of each turn at its node, and the best one elsewhere."""
    taken = dict(turns)
    node = last
    while links[node]:
        link = links[node][taken.get(node, best[node])]
        yield node, link
        node = link.source


def _detours(
    route: Route, losses: Sequence[Sequence[int]], best: Sequence[int], detour: _Detour
) -> Iterator[tuple[int, tuple[int, int]]]:
    """Every way to leave the path below its last turn: what it costs in all, and where."""
    turned = detour.before[-1][0] if detour.before else None
    below = turned is None
    for node, _ in route:
        if below:
            for number, loss in enumerate(losses[node]):
                if number != best[node]:
                    yield detour.loss + loss, (node, number)
        below = below or node == turned
