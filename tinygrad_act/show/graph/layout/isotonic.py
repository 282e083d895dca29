"""Numbers in a given order, moved as little as possible until there is room between them.

Both ways pool neighbours that collide (isotonic regression), so they are exact.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate
from typing import TypeAlias

__all__ = ["Pulls", "median", "spread", "spread_straight"]

Pulls: TypeAlias = list[tuple[float, float]]
"""Where something is pulled, and how strongly."""


def spread(wishes: Sequence[float], weights: Sequence[float], rooms: Sequence[float]) -> list[float]:
    """The places nearest to `wishes`, in weighted squares, that are in order and do not collide.

    `rooms`: how much each needs on either side of its place. Linear.
    """
    shifts = _shifts(rooms)
    sums: list[float] = []
    masses: list[float] = []
    means: list[float] = []
    counts: list[int] = []
    for wish, mass, shift in zip(wishes, weights, shifts):
        mean, count = wish - shift, 1
        total = mean * mass
        while means and means[-1] > mean:
            total += sums.pop()
            mass += masses.pop()
            count += counts.pop()
            means.pop()
            mean = total / mass
        sums.append(total)
        masses.append(mass)
        means.append(mean)
        counts.append(count)
    pooled = [mean for mean, count in zip(means, counts) for _ in range(count)]
    return [mean + shift for mean, shift in zip(pooled, shifts)]


def spread_straight(pulls: Sequence[Pulls], rooms: Sequence[float]) -> list[float]:
    """As `spread`, but nearest to all `pulls` in weighted distances: as many as possible are met exactly."""
    shifts = _shifts(rooms)
    blocks: list[tuple[Pulls, float, int]] = []
    for own, shift in zip(pulls, shifts):
        ends, count = sorted([(end - shift, weight) for end, weight in own]), 1
        middle = median(ends)
        while blocks and blocks[-1][1] > middle:
            before = blocks.pop()
            ends, count = sorted(before[0] + ends), count + before[2]
            middle = median(ends)
        blocks.append((ends, middle, count))
    pooled = [middle for _, middle, count in blocks for _ in range(count)]
    return [middle + shift for middle, shift in zip(pooled, shifts)]


def median(ends: Pulls) -> float:
    """The point of sorted pulls with as much weight before it as behind it."""
    rest = sum([weight for _, weight in ends]) / 2
    for i, (end, weight) in enumerate(ends):
        rest -= weight
        if rest < -1e-9:
            return end
        if rest < 1e-9:
            return (end + ends[min(i + 1, len(ends) - 1)][0]) / 2
    return ends[-1][0]


def _shifts(rooms: Sequence[float]) -> list[float]:
    """How far each stands from the first of all if there is nothing between them."""
    return [end - room for end, room in zip(accumulate(2 * room for room in rooms), rooms)]
