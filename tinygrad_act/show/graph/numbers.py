"""A number or an array as a box shows it: the numbers themselves, or statistics and a histogram."""

from __future__ import annotations

from typing import Any

import numpy as np

from ...core.evaluate import held
from .snapshot import Numbers
from .text import FEW, data_text, faults, number_text

__all__ = ["brief", "numbers_of", "root_mean_square"]

_BINS = 16


def numbers_of(x: Any) -> Numbers:
    """The summary of a number, an array, or a gradient that is itself a Value."""
    x = held(x)
    text = data_text(x)
    if not isinstance(x, np.ndarray):
        if isinstance(x, (bool, int)) or np.isfinite(x):
            return Numbers(text, low=_bound(x), high=_bound(x), brief=text)
        return Numbers(text, bad=text, brief=text)
    finite = x if x.dtype.kind in "biu" else x[np.isfinite(x)]
    low, high = (_bound(finite.min()), _bound(finite.max())) if finite.size else (None, None)
    found = faults(x)
    bad = ", ".join(found)
    if x.size <= FEW:
        return Numbers(text, bad if x.ndim else text * bool(bad), low=low, high=high, brief=text)
    return Numbers(text, bad, _histogram(finite), _head(x), low, high, _in_brief(x, found))


def brief(x: Any) -> str:
    """In one short line: the number, a few numbers, or of a larger array its root mean square."""
    if isinstance(x, np.ndarray) and x.size > FEW:
        return _in_brief(x, faults(x))
    return data_text(x)


def _in_brief(x: Any, found: list[str]) -> str:
    return ", ".join([f"rms {number_text(root_mean_square(x))}", *found])


def root_mean_square(x: Any) -> float:
    """Of all entries; NaN or infinite if one is; 0 for no entries."""
    if not isinstance(x, np.ndarray):
        return abs(float(x))
    if not x.size:
        return 0.0
    wide = x.astype(np.float64)
    scale = float(np.max(np.abs(wide)))
    if scale == 0 or not np.isfinite(scale):
        return scale
    return scale * float(np.sqrt(np.mean(np.square(wide / scale))))


def _bound(x: Any) -> float | None:
    try:
        return float(x)
    except OverflowError:  # an integer beyond all floats
        return None


def _histogram(finite: Any) -> tuple[int, ...]:
    if finite.dtype == bool:
        return ()
    wide = finite.astype(np.float64).reshape(-1)
    if not wide.size or wide.min() == wide.max():  # large integers may differ, and no float tells them apart
        return ()
    low, high = wide.min(), wide.max()
    scale = max(abs(low), abs(high))  # so that high - low does not overflow
    places = (wide / scale - low / scale) / (high / scale - low / scale) * _BINS
    counts = np.bincount(np.minimum(places.astype(np.int64), _BINS - 1), minlength=_BINS)
    return tuple(map(int, counts))


def _head(x: Any) -> str:
    """The corners of the first matrix: NumPy abbreviates each axis alone, and twenty short ones not at all."""
    first = "[" + "0, " * (x.ndim - 2) + "…]\n" if x.ndim > 2 else ""
    x = x[(0,) * max(x.ndim - 2, 0)]
    with np.printoptions(precision=4, threshold=24, edgeitems=3, linewidth=60, suppress=False):
        return first + str(x)
