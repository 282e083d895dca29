"""The numerical check of a card's slope: differences of the value itself, and how far the rule is off them."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np

__all__ = ["LIMIT", "METHOD", "Check", "check"]

LIMIT = 1e-6
"""A relative error above it means that the rule is wrong there."""
METHOD = (
    "central differences of g with steps h, h/2, h/4, ..., extrapolated to h = 0 (Ridders), inside one piece of g; "
    "their distance to g′, relative to |g′|, or to a thousandth of its largest value where it is smaller"
)

_POINTS = 100
_STEPS = 12
_LEAST = 1e-3


class Check(NamedTuple):
    """The error at every point where both can be told."""

    z: Any
    error: Any

    @property
    def worst(self) -> float:
        """The largest error; NaN if nothing could be compared."""
        return float(np.max(self.error)) if self.error.size else math.nan

    @property
    def at(self) -> float:
        """Where it is."""
        return float(self.z[np.argmax(self.error)]) if self.error.size else math.nan

    @property
    def agrees(self) -> bool:
        """Whether the rule is the derivative, as far as these points can tell."""
        return self.worst <= LIMIT


def check(value: Callable[[Any], Any], slope: Callable[[Any], Any], low: float, high: float,
          breaks: Sequence[float], domain: tuple[float, float]) -> Check:  # fmt: skip
    """Compare `slope` with differences of `value` at points between low and high, off the `breaks`."""
    z = low + (high - low) * (np.arange(_POINTS) + 0.5) / _POINTS
    walls = np.array([*breaks, *domain])
    room = np.min(np.abs(z[:, None] - walls), axis=1)
    z, room = z[room > 1e-6], room[room > 1e-6]
    numeric, rule = _ridders(value, z, np.minimum(0.5 * np.maximum(1.0, np.abs(z)), room)), slope(z)
    with np.errstate(all="ignore"):
        least = _LEAST * np.max(np.abs(rule), initial=0.0, where=np.isfinite(rule))
        apart = np.abs(numeric - rule)
        error = np.where(apart == 0, 0.0, apart / np.maximum(np.abs(rule), least))
    error = np.where(np.isinf(error) & np.isfinite(numeric), 1.0, error)  # a slope of 0 everywhere, and none of it true
    known = np.isfinite(error)
    return Check(z[known], error[known])


def _ridders(value: Callable[[Any], Any], z: Any, reach: Any) -> Any:
    """The derivative at every point, from steps below `reach`: of all extrapolations, the one whose
    neighbours in the table agree with it best. The rule to be checked has no say in that."""
    best, least = np.full(z.shape, np.nan), np.full(z.shape, np.inf)
    row: list[Any] = []
    with np.errstate(all="ignore"):
        for k in range(_STEPS):
            above, below = z + 0.99 * reach * 2.0**-k, z - 0.99 * reach * 2.0**-k
            longer = [(value(above) - value(below)) / (above - below)]
            for m, coarser in enumerate(row):
                longer.append(longer[m] + (longer[m] - coarser) / (4.0 ** (m + 1) - 1))
                doubt = np.maximum(np.abs(longer[m + 1] - longer[m]), np.abs(longer[m + 1] - coarser))
                better = doubt < least
                best, least = np.where(better, longer[m + 1], best), np.where(better, doubt, least)
            row = longer
    return best
