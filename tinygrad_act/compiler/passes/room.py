"""Which constants may be merged: those that leave room to both ends of the range.

A program that multiplies by 1e-25 twice must not multiply by 1e-50 once: in float32 that is 0. NumPy
notices what overflows, and the careful program runs; what underflows it lets pass, since most of it does
no harm. So passes merge and move only constants that are normal numbers, as is what they become.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

__all__ = ["has_room", "is_modest"]

_ROOM = 2.0**10
"""How far from the smallest normal and from the largest number."""
_MODEST = 2.0**16
"""Factors up to which, and down to whose inverse, a number may be multiplied earlier than it was written."""


def has_room(number: Any, dtype: Any) -> bool:
    """Whether `number`, in this dtype of floats, lies well inside the range of normal numbers."""
    if not np.issubdtype(dtype, np.floating):
        return False
    kind = np.finfo(dtype)
    try:
        size = abs(float(number))
    except OverflowError:  # an int beyond all floats
        return False
    return float(kind.smallest_normal) * _ROOM <= size <= float(kind.max) / _ROOM


def is_modest(number: float) -> bool:
    """Whether a product with `number` is in range where the other factor is, up to five digits at the ends."""
    return math.isfinite(number) and 1 / _MODEST <= abs(number) <= _MODEST
