"""How large a number or an array is."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

__all__ = ["norm", "root_mean_square"]


def norm(x: Any) -> float:
    """The square root of the sum of squares, without overflow."""
    if isinstance(x, float):
        return abs(x)
    wide = np.abs(np.asarray(x, np.float64))
    largest = float(wide.max(initial=0.0))
    if largest == 0 or not math.isfinite(largest):
        return largest
    return largest * math.sqrt(float(np.square(wide / largest).sum()))


def root_mean_square(x: Any) -> float:
    """The root of the mean square of all entries: the size of a number, and of an array's typical entry."""
    return norm(x) / math.sqrt(np.size(x) or 1)
