"""Numbers in a given order, moved as little as possible until there is room between them."""

from __future__ import annotations

from collections.abc import Sequence

__all__ = ["spread"]


def spread(wishes: Sequence[float], weights: Sequence[float], rooms: Sequence[float]) -> list[float]:
    """The places nearest to `wishes`, in weighted squares, that are in order and do not collide.

    `rooms`: how much each needs on either side of its place. Pools neighbours that collide
    (isotonic regression), so it is exact and linear.
    """
    sums: list[float] = []
    masses: list[float] = []
    means: list[float] = []
    counts: list[int] = []
    shift = 0.0
    shifts = []
    for wish, weight, room in zip(wishes, weights, rooms):
        shift += room
        shifts.append(shift)
        mean, total, mass, count = wish - shift, (wish - shift) * weight, weight, 1
        shift += room
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
