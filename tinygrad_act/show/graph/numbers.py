"""A number or an array as a snapshot holds it: the numbers themselves, or statistics and a histogram."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from ...core.evaluate import held
from ...operations.slope import SATURATED
from .snapshot import Numbers, Slopes

__all__ = ["FEW", "beyond", "in_brief", "numbers_of", "ranged", "root_mean_square", "slopes_of", "together"]

FEW = 6
"""Arrays of up to so many entries are kept whole."""
_BINS = 16
_SMALLEST = np.finfo(np.float64).eps


def numbers_of(x: Any) -> Numbers:
    """The summary of a number, an array, or a gradient that is itself a Value."""
    x = held(x)
    if not isinstance(x, np.ndarray):
        return _single(x)
    finite = x if x.dtype.kind in "biu" else x[np.isfinite(x)]
    low, high = (_bound(finite.min()), _bound(finite.max())) if finite.size else (None, None)
    if x.size <= FEW:
        return Numbers(x.size, _nested(x.tolist()), low, high, faults=_faults(x))
    mean, deviation = _spread(finite) if low != high and x.dtype != bool else (None, None)
    true = int(np.count_nonzero(x)) if x.dtype == bool else None
    return Numbers(x.size, None, low, high, mean, deviation, _rms(x), true, _faults(x), _histogram(finite), _head(x))


def in_brief(x: Any) -> Numbers:
    """As `numbers_of`, but of a larger array no more than its root mean square and its faults: that is sooner done."""
    if isinstance(x, np.ndarray) and x.size > FEW:
        return Numbers(x.size, rms=_rms(x), faults=_faults(x))
    return numbers_of(x)


def beyond(whole: Any, part: Any, size: Any, count: int) -> Numbers | None:
    """What `whole` holds beyond `part`, a sum of `count` terms whose absolute values add up to `size`; None if nothing.

    What rounding may make of another order of the terms is nothing.
    """
    if type(whole) is float and (whole == part or (whole != whole and part != part)):
        return None
    whole, part = np.asarray(whole), np.asarray(part)
    same = (whole == part) | (np.isnan(whole) & np.isnan(part))
    rest = np.where(same, 0.0, whole - part)
    grain = np.finfo(whole.dtype).eps if whole.dtype.kind == "f" else _SMALLEST
    rest = np.where(np.abs(rest) <= (count - 1) * grain * size, 0.0, rest)
    return in_brief(rest if rest.ndim else rest.item()) if np.any(rest) else None


def together(all_numbers: Sequence[Numbers | None]) -> Numbers | None:
    """The range of several numbers or arrays, and how many of them hold a NaN or an infinity."""
    known = [numbers for numbers in all_numbers if numbers is not None]
    if not known:
        return None
    if len(set(known)) == 1:
        return known[0]
    lows = [numbers.low for numbers in known if numbers.low is not None]
    highs = [numbers.high for numbers in known if numbers.high is not None]
    faulty = sum(1 for numbers in known if any(numbers.faults) or numbers.faulty)
    return Numbers(0, None, min(lows, default=None), max(highs, default=None), boxes=len(known), faulty=faulty)


def slopes_of(d: Any, *, activation: bool = False) -> Slopes:
    """Local derivatives: of an array the mean, and of an activation the share that is flat."""
    if not isinstance(d, np.ndarray) or d.size == 1:
        x = _known(np.asarray(d).item())
        return Slopes(x, x)
    if d.size == 0:
        return Slopes(math.nan, math.nan, size=0)
    low, high = _known(float(d.min())), _known(float(d.max()))
    if low == high:
        return Slopes(low, high)
    if activation and low == 0 and high == 1 and np.all((d == 0) | (d == 1)):
        return Slopes(low, high, on=np.count_nonzero(d == 1) / d.size, size=d.size)
    with np.errstate(all="ignore"):
        mean = _known(float(np.mean(d, dtype=np.float64)))
    flat = np.count_nonzero(np.abs(d) < SATURATED) / d.size if activation else None
    return Slopes(low, high, mean, saturated=flat, size=d.size)


def ranged(all_slopes: Sequence[Slopes | None]) -> Slopes | None:
    """The local derivatives of several edges: what all say, or their range if they are numbers; None if neither."""
    first = all_slopes[0]
    if len(set(all_slopes)) == 1 or first is None:
        return first if len(set(all_slopes)) == 1 else None
    known = [slopes for slopes in all_slopes if slopes is not None and slopes.size == 1]
    if len(known) < len(all_slopes):
        return None
    real = [slopes for slopes in known if slopes.low == slopes.low]
    nans = len(known) - len(real) + sum(slopes.nans for slopes in real)
    low, high = min(slopes.low for slopes in real), max(slopes.high for slopes in real)
    return Slopes(low, high, edges=len(known), nans=nans)


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


def _single(x: Any) -> Numbers:
    if isinstance(x, np.generic):
        x = x.item()
    if isinstance(x, int) or math.isfinite(x):
        return Numbers(1, x, x + 0, x + 0)
    return Numbers(1, _known(x), faults=(int(x != x), int(x > 0), int(x < 0)))


def _known(x: Any) -> Any:
    """`x`, and one and the same NaN for all."""
    return x if x == x else math.nan


def _nested(x: Any) -> Any:
    return tuple(map(_nested, x)) if isinstance(x, list) else _known(x)


def _bound(x: Any) -> Any:
    return x.item() + 0  # of booleans an integer, and no minus before 0


def _rms(x: Any) -> float:
    return float(_known(root_mean_square(x)))


def _faults(x: Any) -> tuple[int, int, int]:
    if x.dtype.kind != "f" or np.isfinite(x).all():
        return 0, 0, 0
    return int(np.isnan(x).sum()), int(np.isposinf(x).sum()), int(np.isneginf(x).sum())


def _spread(x: Any) -> tuple[Any, Any]:
    """Mean and standard deviation of finite numbers, however large or small."""
    wide = x.astype(np.result_type(x.dtype, np.float64))
    scale = np.max(np.abs(wide))
    with np.errstate(all="ignore"):  # a tiny number divided by a large one vanishes, as it may
        unit = wide / scale
        return (unit.mean() * scale).item(), (unit.std() * scale).item()


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
