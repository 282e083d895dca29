"""How entries are spread about their mean: the variance and its root."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ..core.axes import axes_of
from ..core.blocks import HALF, wide
from ..core.dispatch import op
from ..core.facts import Fused, case
from ..core.parameters import Axes
from .arithmetic import chain, where
from .comparison import equal
from .reduce import beside, chain_rows, count_of, needs_some

__all__ = ["centred", "std", "var"]

_reduce: Any = np.add.reduce
_DDOF = (case((2, 3)), case((2, 3), axis=0), case((2, 3, 4), axis=(0, -1), keepdims=True), case((4, 3), axis=0, ddof=1))
_AXES = (case((2, 3)), case((2, 3), axis=0), case((2, 3, 4), axis=(0, -1)), case(()))

_NEAR = 1 / 64
"""How near to the mean an entry is taken off first, as a part of the mean."""


@op(dx=lambda g, _, __, *, axis: centred(g, axis=axis), linear=True, cases=_AXES, grows=False, internal=True)
def centred(x: Any, *, axis: Axes = None) -> Any:
    """a = x - mean(x, axis=axis, keepdims=True)

    Entries that are equal, or nearly, are further off from their rounded mean than from each other. So
    where the first is near the mean, it is taken off first: what is left of equal entries is exactly 0.
    """
    axes = axes_of(axis, x.ndim)
    if not x.size:
        return x.copy()
    n = float(math.prod([x.shape[i] for i in axes]))
    with np.errstate(over="ignore", invalid="ignore"):  # a sum beyond the largest number, an infinite entry
        first, middle, far = _middle(x, axes, n)
        if type(far) is np.ndarray and far.all():
            return x - middle
        apart = x - np.where(far, middle, first)
        apart -= _reduce(apart, axis=axes, keepdims=True) / n
        return apart


def _middle(x: Any, axes: tuple[int, ...], n: float) -> tuple[Any, Any, Any]:
    """The first of the entries that are reduced, their mean, and whether the first is far from it."""
    middle = _reduce(x, axis=axes, keepdims=True) / n
    first = x[tuple([slice(0, 1) if i in axes else slice(None) for i in range(x.ndim)])]
    return first, middle, np.absolute(first - middle) > np.absolute(middle) * _NEAR


def _degrees(x: Any, a: Any, ddof: float) -> float:
    """What the sum of squares is divided by."""
    return max(count_of(x, a) - ddof, 0.0)


def _var_dx(g: Any, a: Any, x: Any, *, axis: Any, ddof: Any, keepdims: Any) -> Any:
    """2 * spread(g, x, axis=axis, keepdims=keepdims) * (x - m) / (n - ddof), n = x.size / a.size,
    m = mean(x, axis=axis, keepdims=True)"""
    return chain_rows(2 * wide(g) / _degrees(x, a, ddof), centred(wide(x), axis=axis), x, axis)


def _pull(g: Any, x: Any, out: Any, axis: Any) -> None:
    """g * (x - mean(x)) in fewer steps. By `chain`, so that programs look there for what is not finite."""
    axes = axes_of(axis, x.ndim)
    n = float(math.prod([x.shape[i] for i in axes]))
    first, middle, far = _middle(x, axes, n)
    np.subtract(x, np.where(far, middle, first), out=out)
    np.subtract(out, chain(_reduce(out, axis=axes, keepdims=True), 1.0 / n, 0.0), out=out)
    np.multiply(out, beside(g, x, axis), out=out)


def _var_pull(g: Any, a: Any, x: Any, out: Any, *, axis: Any, ddof: Any, keepdims: Any) -> None:
    _pull(2 * g / _degrees(x, a, ddof), x, out, axis)


@op(dx=_var_dx, fused=Fused(None, _var_pull), cases=_DDOF, grows=False)
def var(x: Any, *, axis: Axes = None, ddof: float = 0, keepdims: bool = False) -> Any:
    """a = var(x, axis=axis, ddof=ddof, keepdims=keepdims)

    The mean square distance from the mean; `ddof` is subtracted from the number of entries.
    """
    return _in_kind(_mean_square(_deviations(x, axis), axis, ddof, keepdims), x)


_SMALL = {np.dtype(kind): np.finfo(kind).tiny / np.finfo(kind).eps for kind in (np.float32, np.float64)}
"""A mean square above this has lost nothing to underflow."""


def _deviations(x: Any, axis: Any) -> Any:
    x = needs_some(x, axis)
    return centred(wide(x) if x.dtype.kind == "f" else x.astype(np.float64, casting="same_kind"), axis=axis)


def _mean_square(x: Any, axis: Any, ddof: float, keepdims: bool) -> Any:
    total = _reduce(np.square(x), axis=axis, keepdims=keepdims)
    with np.errstate(divide="ignore", invalid="ignore"):  # over no degrees of freedom it is NaN
        return total / _degrees(x, total, ddof)


def _in_kind(a: Any, x: Any) -> Any:
    """A result in the precision of x."""
    return a.astype(HALF) if x.dtype == HALF else a


def _std_dx(g: Any, a: Any, x: Any, *, axis: Any, ddof: Any, keepdims: Any) -> Any:
    """where(s == 0, 0, spread(g, x, axis=axis, keepdims=keepdims) * (x - m) / (s * (n - ddof))), n = x.size / a.size,
    s = spread(a, x, axis=axis, keepdims=keepdims), m = mean(x, axis=axis, keepdims=True)"""
    size = where(equal(a, 0.0), math.inf, wide(a))
    apart = centred(wide(x), axis=axis) / beside(size, x, axis)
    return chain_rows(wide(g) / _degrees(x, a, ddof), apart, x, axis)


def _std_pull(g: Any, a: Any, x: Any, out: Any, *, axis: Any, ddof: Any, keepdims: Any) -> None:
    size = np.where(a > _SMALL[a.dtype], a, np.nan)
    _pull(chain(g / _degrees(x, a, ddof), 1.0 / size, 0.0), x, out, axis)


@op(dx=_std_dx, fused=Fused(None, _std_pull), cases=_DDOF, grows=False)
def std(x: Any, *, axis: Axes = None, ddof: float = 0, keepdims: bool = False) -> Any:
    """a = std(x, axis=axis, ddof=ddof, keepdims=keepdims)

    The root of `var`. Where all entries are equal it is exactly 0; the slope there is 0 / 0 and is taken
    as 0, at every order, as for a norm.
    """
    apart = _deviations(x, axis)
    with np.errstate(over="ignore"):
        square = _mean_square(apart, axis, ddof, keepdims)
    a = np.sqrt(square)
    if not np.all((square > _SMALL[apart.dtype]) & (square < np.inf)):  # squares may have left the range
        largest = np.max(np.absolute(apart), axis=axis, keepdims=True)
        scale = np.where((largest > 0) & (largest < np.inf), largest, 1.0)
        again = np.sqrt(_mean_square(apart / scale, axis, ddof, keepdims))
        a = again * scale.reshape(again.shape)
    return _in_kind(a, x)
