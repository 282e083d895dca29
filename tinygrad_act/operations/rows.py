"""Rows of an axis, for softmax and its relatives: their largest entries apart, and those that nothing uses."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ..core.axes import axis_of
from ..core.dispatch import op
from ..core.facts import case
from ..core.parameters import Axes
from ..core.rules import unknown
from .arithmetic import has_nan, where
from .comparison import equal, logical_and, not_equal
from .reduce import sum
from .sizes import broadcast

__all__ = ["SHORT", "index_of_largest", "largest_apart", "sum_apart", "where_used"]


def largest_apart(z: Any, axis: int, keep: bool = False) -> tuple[Any, Any, Any, Any]:
    """Along an axis: (index of the largest entries, z - largest, exp of that, the sum of all these but the
    largest's 1): what softmax and logsumexp are made of. Left out of the sum, that 1 hides none of the
    others. The second is only there if `keep` asks for it, and then the third lacks the largest.

    One entry of +inf is the limit of a large one: all others weigh nothing beside it. Several of them, or
    nothing but -inf, have no limit: NaN."""
    z = z if z.dtype.kind == "f" else z.astype(np.float64, casting="same_kind")
    if z.ndim == 2 and axis in (1, -1) and z.flags.c_contiguous:
        return _largest_apart_in_rows(z, keep)
    largest = index_of_largest(z, axis)
    top = z[largest]
    with np.errstate(invalid="ignore", over="ignore"):  # an infinite largest entry; 3e38 below it in single precision
        shifted = z - np.expand_dims(top, axis)
    e = np.exp(shifted, out=None if keep else shifted)
    one = e[largest]  # 1, or NaN
    if has_nan(one):
        one = np.where(top == np.inf, 1.0, one)
        shifted[largest] = np.where(top == np.inf, 0.0, shifted[largest])
    e[largest] = one - 1.0
    rest = np.add.reduce(e, axis=axis, keepdims=True)
    e[largest] = one
    return largest, shifted, e, rest


def _largest_apart_in_rows(z: Any, keep: bool) -> tuple[Any, Any, Any, Any]:
    """The same for the rows of a matrix, by places in its memory: a third of the time for a small one."""
    columns = z.argmax(axis=1)
    first = np.arange(0, z.size, z.shape[1])
    places = columns + first
    top = z.take(places)
    with np.errstate(invalid="ignore", over="ignore"):
        shifted = z - top[:, np.newaxis]
    e = np.exp(shifted, out=None if keep else shifted)
    one = e.take(places)
    if has_nan(one):
        one = np.where(top == np.inf, 1.0, one)
        shifted.put(places, np.where(top == np.inf, 0.0, shifted.take(places)))
    e.put(places, one - 1.0)
    if z.shape[1] <= SHORT:
        rest = np.dot(e, np.ones((z.shape[1], 1), z.dtype))
    else:
        rest = np.add.reduce(e, axis=1, keepdims=True)
    if not keep:
        e.put(places, one)
    return (np.arange(len(z)), columns), shifted, e, rest


@op(
    dx=unknown, dplaces=None, dones=unknown, cases=(case((2, 3), np.array([1, 5]), (3, 1)),),
    grows=lambda x, places, ones: math.prod(x[:-1]) * math.prod(ones[1:]),
    internal=True,
)
def sum_apart(x: Any, places: Any, ones: Any) -> Any:
    """a = where(isin(arange(x.size), places).reshape(x.shape), 0, exp(x)) @ ones

    The sums of the rows of exp(x), without the entries at these places in memory: left out, and not taken
    off again, which would cost the small sums their digits. `ones`: a column. For `log_softmax` in programs.
    """
    e = np.exp(x)
    e.put(places, 0.0)
    return np.dot(e, ones)


SHORT = 128
"""Entries of a row up to which a product with ones adds them; beyond, NumPy's sum, in pairs, keeps more digits."""


def index_of_largest(z: Any, axis: int | None) -> tuple[Any, ...]:
    """What `z[...]` takes to pick the largest entry along an axis or (None) of all, the first of several."""
    if not z.size:
        np.add.reduce(z, axis=axis)  # raises if there is no such axis
        return (slice(0),)
    places = np.argmax(z, axis=axis)
    if axis is None or not z.ndim:
        return tuple(np.unravel_index(places, z.shape)) if z.ndim else ()
    others: list[Any] = [np.arange(n) for n in places.shape]
    if z.ndim > 2:
        others = list(np.ogrid[tuple(slice(n) for n in places.shape)])
    others.insert(axis_of(axis, z.ndim), places)
    return tuple(others)


def _where_used_dx(g: Any, _: Any, x: Any, y: Any, *, axis: Any) -> Any:
    """where(isnan(x) & all(y == 0, axis, keepdims=True), 0, g)"""
    if type(x) is np.ndarray and not has_nan(x):
        return g
    unused = equal(sum(not_equal(y, 0.0), axis=axis, keepdims=True), 0)
    return where(logical_and(not_equal(x, x), unused), 0.0, g)


@op(
    dx=_where_used_dx,
    dy=None,
    cases=(case((2, 3), (2, 3)), case((2, 3, 4), np.zeros((2, 1, 4)), axis=1), case((3,), np.zeros(3), axis=None)),
    grows=broadcast,
    internal=True,
)
def where_used(x: Any, y: Any, *, axis: Axes = -1) -> Any:
    """a = where(isnan(x) & all(y == 0, axis, keepdims=True), 0, x)

    Cotangents x of rows, with 0 for NaN where the cotangents y that they come from are nothing but 0: into a
    row that is not used nothing flows, as by `chain`.
    """
    return np.where(np.isnan(x) & np.all(y == 0, axis=axis, keepdims=True), 0.0, x)
