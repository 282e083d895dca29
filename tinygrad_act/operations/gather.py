"""Indexing by whole numbers that are data: the index is an input here, so that a program takes another in each call.

`getitem` and `scatter_add` have their index as a static parameter.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ..core.axes import within
from ..core.blocks import HALF, wide
from ..core.dispatch import op
from ..core.facts import case
from .sizes import added, broadcast, taken_along

__all__ = ["WORTH_ROWS", "flat_index", "put_add", "take_axis"]

WORTH_ROWS = 1024
"""Entries from which on rows are added up on one flat axis: np.add.at takes a short way there, and only there."""
_LONG = 1024
"""Entries of a row from which on it is quicker to add row by row than entry by entry."""
_IDS = np.array([[2, 0], [-1, 2]])
_ROWS = np.array([0, 0, 2], np.uint8)


@op(
    dx=lambda g, _, x, index, *, axis: put_add(g, index, size=x.shape[axis] if x.ndim else 1, axis=axis),
    dindex=None,
    label="take",
    linear=True,
    cases=(
        case((4,), _IDS, axis=0),
        case((4, 3), _IDS),
        case((2, 3, 2), _ROWS, axis=1),
        case((2, 3), _IDS, axis=-1),
        case((4, 3), np.array(1)),
        case((4, 2), np.zeros((0, 2), int)),
    ),
    grows=taken_along,
)
def take_axis(x: Any, index: Any, *, axis: int = 0) -> Any:
    """a = take(x, index, axis=axis)

    The entries of x at the places `index` along an axis, which the axes of the index take the place of:
    `take_axis(table, ids)` are rows of a table, as `table[ids]`. An entry that is taken several times gets the
    sum of its gradients.

    `index`: whole numbers, a number or an array; negative ones count from the end. Raises `IndexError` for one
    out of range, `TypeError` for floats and masks.
    """
    return np.take(x, _whole(index), axis=axis)


@op(
    dx=lambda g, _, __, index, *, size, axis: take_axis(g, index, axis=axis),
    dindex=None,
    label="put",
    linear=True,
    cases=(
        case((2, 2), _IDS, size=4),
        case((2, 2, 3), _IDS, size=4),
        case((2, 3, 2), _ROWS, size=3, axis=1),
        case((3, 2, 2), _IDS, size=3, axis=-1),
        case((3,), np.array(1), size=4),
        case((0, 2, 2), np.zeros((0, 2), int), size=4),
    ),
    grows=added,
)
def put_add(x: Any, index: Any, *, size: int, axis: int = 0) -> Any:
    """a = put_add(x, index, size, axis)

    Zeros with x added at the places `index` along an axis of length `size`, which takes the place of the axes of
    the index; what falls on the same place adds up. The opposite of `take_axis`, and its derivative.

    Raises as `take_axis` does, and `ValueError` if x does not have the index's axes.
    """
    a = _put(wide(x), index, size, axis)
    return a if a.dtype is x.dtype else a.astype(HALF)


def _put(x: Any, index: Any, size: int, axis: int) -> Any:
    axis = within(axis, max(x.ndim - index.ndim + 1, 1))
    end = axis + index.ndim
    before, after = x.shape[:axis], x.shape[end:]
    if x.shape[axis:end] != index.shape:
        raise ValueError(f"index has shape {index.shape}, but x has {x.shape[axis:end]} at axis {axis}")
    places, n, m = _whole(index).reshape(-1), math.prod(before), math.prod(after)
    x = x.reshape(n, places.size, m)
    if m < _LONG and m * n > 1 and x.size >= WORTH_ROWS:
        return _added_flat(x, _within(places, size), size).reshape(*before, size, *after)
    a = np.zeros((n, size, m), x.dtype)
    if m >= _LONG:
        _add_rows(a, places, x)
    elif m * n == 1:
        np.add.at(a.reshape(-1), places, x.reshape(-1))
    else:
        few: Any = (slice(None), places)
        np.add.at(a, few, x)
    return a.reshape(*before, size, *after)


def _add_rows(a: Any, places: Any, x: Any) -> None:
    for i, place in enumerate(places.tolist()):
        a[:, place] += x[:, i]


def _added_flat(x: Any, places: Any, size: int) -> Any:
    """x of shape (n, places, m) added up in (n, size, m): on one flat axis np.add.at takes a short way."""
    n, _, m = x.shape
    if n > 1:
        places = np.arange(n)[:, None] * size + places
    if m > 1:
        places = places[..., None] * m + np.arange(m)
    a = np.zeros(n * size * m, x.dtype)
    np.add.at(a, places.reshape(-1), x.reshape(-1))
    return a


@op(
    dxs=None,
    cases=(
        case(np.array([1, 0, 2]), np.array([[3], [0]]), sizes=(3, 4)),
        case(np.array(1), np.array([2, 0]), np.array([1, 1]), sizes=(2, 3, 2)),
    ),
    grows=broadcast,
)
def flat_index(*xs: Any, sizes: Any) -> Any:
    """a = ravel_multi_index(xs, sizes)

    Where the entry `[x, y, ...]` of an array of these sizes stands in its entries in a row: several indices as
    one. Raises as `take_axis` does.
    """
    if len(xs) != len(sizes):
        raise ValueError(f"{len(xs)} indices for {len(sizes)} sizes; give one for each axis")
    total: Any = 0
    for axis, (x, size) in enumerate(zip(xs, sizes)):
        total = total * size + _within(x, size, axis)
    return total


def _whole(index: Any) -> Any:
    """The index itself. Raises `TypeError` if it is not of whole numbers."""
    if index.dtype.kind not in "iu":
        what = "where() chooses by a mask" if index.dtype.kind == "b" else "use index.astype(int)"
        raise TypeError(f"an index is of whole numbers, not {index.dtype}; {what}")
    return index


def _within(index: Any, size: int, axis: int = 0) -> Any:
    """The index counted from the start. Raises `IndexError` as NumPy does."""
    index = _whole(index).astype(np.intp, copy=False)
    if index.size:
        low, high = index.min(), index.max()
        if low < -size or high >= size:
            wrong = low if low < -size else high
            raise IndexError(f"index {wrong} is out of bounds for axis {axis} with size {size}")
        if low < 0:
            return np.where(index < 0, index + size, index)
    return index
