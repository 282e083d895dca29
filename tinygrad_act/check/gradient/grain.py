"""Functions that move in steps: what rounding inside of a function leaves of it, which its size does not show.

`log(1 + z*z)` at 1e-6 is 1e-12, but 1 + z*z is a multiple of 2e-16, and so is the result: constant
over many small steps, then a jump. Neither is its slope. Here such jumps are found, by halving
intervals beside the point until two neighbouring floats are left: where a function is continuous,
however steep, its change shrinks with the interval; at a jump it stays.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping

__all__ = ["grains_beside"]

_EVERY = 4
"""One interval for so many octaves, on each side."""
_HALVINGS = 60
_LAST = 8
"""Over so many of the last halvings the change at a jump stays, and that of a continuous function
shrinks to nothing."""

Reading = Callable[[float], "tuple[float, float]"]
"""Of a step: by how much the output moves, and by how much it may by its ordinary rounding."""


def grains_beside(read: Reading, h0: float, last: int, size: float) -> Mapping[int, float]:
    """The height of the jumps near the steps h0 / 2**k, for some k up to `last` that have any.

    `size`: of the numbers that move, as floats are spaced by it. An interval on each side must hold a jump: a function
    that itself jumps does so at a place, rounding does everywhere.
    """

    def heights(k: int, count: int) -> list[float]:
        step = h0 * 2.0**-k
        spacing = math.ulp(size + 2 * step)
        return _heights(read, step, spacing, count) if step > 2.0**_LAST * 4 * spacing else []

    first = range(1 + _EVERY, last + 1, 2 * _EVERY)
    if not any(any(heights(k, 1)) for k in first):  # most functions are continuous: no need to look everywhere
        return {}
    found = {k: heights(k, 2) for k in range(1, last + 1, _EVERY)}
    return {k: max(both) for k, both in found.items() if len(both) == 2 and all(both)}


def _heights(read: Reading, step: float, spacing: float, count: int) -> list[float]:
    """The heights of so many jumps, on each side in turn, 0.0 for none; where one side has no values or stands
    still, as left of a relu, on the other."""
    heights: list[float] = []
    for low, high in ((1.0, 1.5), (-1.0, -1.5), (1.5, 2.0), (-1.5, -2.0)):
        if len(heights) < count:
            height = _jump(read, low * step, high * step, spacing)
            heights += [height] * math.isfinite(height)
    return heights


def _jump(read: Reading, low: float, high: float, spacing: float) -> float:
    """The height of a jump between two steps, 0.0 if there is none, NaN where the function has no values or is
    what it is at the point."""
    (y_low, ordinary), (y_high, other) = read(low), read(high)
    if y_low == y_high == ordinary == other == 0:
        return math.nan
    ordinary = max(ordinary, other)
    changes = [abs(y_high - y_low)]
    for _ in range(_HALVINGS):
        if not changes[-1] > ordinary:
            return 0.0 if math.isfinite(changes[-1]) else math.nan
        if abs(high - low) <= 2 * spacing:
            break
        middle = low + (high - low) / 2
        y_middle, _ = read(middle)
        if not math.isfinite(y_middle):
            return math.nan
        if abs(y_middle - y_low) >= abs(y_high - y_middle):
            high, y_high = middle, y_middle
        else:
            low, y_low = middle, y_middle
        changes.append(abs(y_high - y_low))
    stays = len(changes) > _LAST and changes[-1] > 0.45 * changes[-1 - _LAST]
    return changes[-1] if stays else 0.0
