"""Finding kinks and jumps: where a value or a slope changes by a step that no magnifying glass shrinks.

Every interval of a fine grid is narrowed down (see `halving`): where a curve is smooth, however steep, its change
shrinks with the width; at a jump it stays, and a kink is a jump of the slope.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from ...operations.halving import halved

__all__ = ["Break", "fine_grid", "find"]

Curve = Callable[[np.ndarray], np.ndarray]

POINTS = 4001
_EARLY, _LATE = 20, 60
"""Halvings after which the change is read: at a width of some 1e-9, and where floats end."""
_FLOOR = 1e-7
"""A step smaller than this, relative to the function nearby, is not told from rounding."""
_TINY = 1e-30
_OFFSET = 0.3819660112501051
"""Shifts the grid so that no number that anybody writes down lies on it."""


class Break(NamedTuple):
    """A point where the slope, or the function itself, changes by a step."""

    at: float
    left: float
    right: float
    there: float
    """The slopes of both sides, and the one that the rule gives at the point itself."""
    height: float
    """By how much the function jumps; 0 at a kink."""

    def __str__(self) -> str:
        if self.height:
            return f"jump at {self.at:.9g} by {self.height:.6g}"
        return f"kink at {self.at:.9g}: left {self.left:.6g}, right {self.right:.6g}"


def fine_grid(low: float, high: float) -> np.ndarray:
    """Points inside the interval, none of them a round number."""
    return low + (high - low) * (np.arange(POINTS) + _OFFSET) / POINTS


def find(value: Curve, slope: Curve, z: np.ndarray) -> tuple[list[Break], list[float]]:
    """The kinks and jumps on the grid `z`; and the points near which value or slope has no bound."""
    places: dict[float, None] = {}
    unbounded: list[float] = []
    for curve in (value, slope):
        for at, growing in _steps(curve, z):
            if growing and not _alone(curve, at):
                unbounded.append(at)
            else:
                places[at] = None
    found = [_look(value, slope, at) for at in sorted(places)]
    return [one for one in found if one.height or one.left != one.right], sorted(set(unbounded))


def _alone(curve: Curve, at: float) -> bool:
    """Whether the curve only looks unbounded at a point: by the number that it has there, and not beside it."""
    ulp = max(_TINY, 4 * np.finfo(float).eps * abs(at))
    near, far = (np.abs(curve(at + distance * np.array([-1.0, 1.0]))) for distance in (ulp, 1e-9 * max(1.0, abs(at))))
    return bool(np.isfinite(curve(np.array([at]))[0]) and np.all(near <= 2 * far + 1e-6))


def _steps(curve: Curve, z: np.ndarray) -> list[tuple[float, bool]]:
    """Where the curve changes by a step, and whether that step grows the closer one looks."""
    y = curve(z)
    floor = _FLOOR * np.minimum(_nearby(np.abs(y)), 1e300)
    low, high = y[:-1], y[1:]
    floor = np.maximum(1e-3 * floor[:-1], _FLOOR * np.maximum(np.abs(low), np.abs(high)))
    changes = np.isfinite(low) & np.isfinite(high) & (np.abs(high - low) > floor)
    first = halved(curve, z[:-1][changes], z[1:][changes], _EARLY)
    stays = first.change > floor[changes]
    early, floor = first.change[stays], floor[changes][stays]
    found = halved(curve, first.low[stays], first.high[stays], _LATE - _EARLY)
    late = found.change
    steps = np.flatnonzero((late > 0.45 * early) & (late > floor))
    return [(_roundest(float(found.low[i]), float(found.high[i])), bool(late[i] > 4 * early[i])) for i in steps]


def _nearby(y: np.ndarray) -> np.ndarray:
    """The largest finite entry in the neighbourhood of each."""
    y = np.where(np.isfinite(y), y, 0.0)
    width = 100
    blocks = np.pad(y, (0, -len(y) % width)).reshape(-1, width).max(axis=1)
    around = np.maximum(blocks, np.maximum(np.append(blocks[1:], 0.0), np.append(0.0, blocks[:-1])))
    return np.repeat(around, width)[: len(y)]


def _roundest(low: float, high: float) -> float:
    """The number with the fewest digits in the interval."""
    if low <= 0.0 <= high:
        return 0.0
    for digits in range(1, 17):
        x = float(f"{low + (high - low) / 2:.{digits}g}")
        if low <= x <= high:
            return x
    return high


def _look(value: Curve, slope: Curve, at: float) -> Break:
    """What stands on both sides of a point, a few units of the last place away, continued to it."""
    near = max(_TINY, 4 * np.finfo(float).eps * abs(at))
    places = at + near * np.array([-2.0, -1.0, 0.0, 1.0, 2.0])
    s, a = slope(places), value(places)
    left, right = (_same(2 * s[1] - s[0], s[1]), _same(2 * s[3] - s[4], s[3]))
    size = _FLOOR * max(abs(left), abs(right))
    step = float(a[3] - a[1])
    allowed = 16 * near * max(abs(left), abs(right), 1.0) + _FLOOR * 1e-3 * max(abs(a[1]), abs(a[3]))
    height = step if abs(step) > allowed else 0.0
    return Break(at, left, left if abs(left - right) <= size else right, float(s[2]), height)


def _same(continued: float, read: float) -> float:
    """What is continued to the point, unless that only adds the dust of rounding."""
    close = abs(continued - read) <= 1e-12 * abs(read)
    return float(read if close or not np.isfinite(continued) else continued)
