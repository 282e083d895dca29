"""The search for a jump: intervals are halved, again and again, towards the half across which a function changes more.

Where it is continuous, however steep, the change shrinks with the interval; at a jump it stays.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

__all__ = ["Narrow", "halved"]


class Narrow(NamedTuple):
    """Intervals, all at once, and the function at their ends."""

    low: Any
    high: Any
    at_low: Any
    at_high: Any

    @property
    def change(self) -> Any:
        """By how much the function differs between both ends."""
        return np.abs(self.at_high - self.at_low)


def halved(f: Callable[[Any], Any], low: Any, high: Any, times: int) -> Narrow:
    """What is left of the intervals from `low` to `high`, two arrays of floats, after so many halvings.

    `f`: a function of arrays. Where it changes as much on both sides, or is NaN in the middle, ties go to the lower
    half and NaN to the upper one. The work of all intervals is done together.
    """
    at_low, at_high = (f(low), f(high)) if low.size else (low, high)
    for _ in range(times if low.size else 0):
        middle = low + (high - low) / 2
        at_middle = f(middle)
        left = np.abs(at_middle - at_low) >= np.abs(at_high - at_middle)
        low, high = np.where(left, low, middle), np.where(left, middle, high)
        at_low, at_high = np.where(left, at_low, at_middle), np.where(left, at_middle, at_high)
    return Narrow(low, high, at_low, at_high)
