"""Indexing, and its opposite: adding up entries at the places an index names."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ..core.blocks import HALF, wide
from ..core.dispatch import op
from ..core.facts import case
from .gather import WORTH_ROWS, flat_index, put_add
from .sizes import filled, taken

__all__ = ["getitem", "scatter_add"]

_MASK = np.array([[True, False, True], [False, False, True]])


@op(
    dx=lambda g, _, x, *, index: scatter_add(g, shape=x.shape, index=index),
    label="[ ]",
    linear=True,
    cases=(
        case((4,), index=1),
        case((4, 3), index=(slice(1, None, 2), -1)),
        case((2, 3), index=(..., None, slice(None, None, -1))),
        case((2, 3), index=_MASK),
        case((4,), index=[0, 0, 1]),
        case((4, 3), index=(np.array([[0, -1], [2, 2]]), slice(None))),
        case((4, 3), index=([0, 0, 3], [1, 1, 0])),
        case((0, 3), index=(slice(None), 0)),
    ),
    grows=taken,
    layer="continues",
)
def getitem(x: Any, *, index: Any) -> Any:
    """a = x[index]

    All of NumPy's indexing. An entry that is taken several times gets the sum of its gradients.
    """
    return x[tuple(index) if isinstance(index, tuple) else np.asarray(index) if isinstance(index, list) else index]


@op(
    dx=lambda g, _, __, *, shape, index: getitem(g, index=index),
    linear=True,
    cases=(
        case((2,), shape=(4,), index=[0, 3]),
        case((3,), shape=(4,), index=[0, 0, 1]),
        case((3,), shape=(2, 3), index=_MASK),
        case((2, 3), shape=(4, 3), index=slice(1, 3)),
        case((), shape=(2, 3), index=(0, 1)),
    ),
    grows=filled,
)
def scatter_add(x: Any, *, shape: Any, index: Any) -> Any:
    """a = scatter_add(x, shape, index)

    Zeros of this shape with x added at `index`; what falls on the same place adds up. The opposite
    of `getitem`, and its derivative.
    """
    if not _may_repeat(index):
        a = np.zeros(shape, x.dtype)
        a[index] = x
        return a
    a = _added(wide(x), shape, index)
    return a if a.dtype is x.dtype else a.astype(HALF)


def _added(x: Any, shape: Any, index: Any) -> Any:
    first, arrays = _rows(index if isinstance(index, tuple) else (index,)) if x.size >= WORTH_ROWS else (0, ())
    if arrays and len(arrays) < len(shape):
        return _added_in_rows(x, tuple(shape), first, arrays)
    a = np.zeros(shape, x.dtype)
    np.add.at(a, index, x)
    return a


def _added_in_rows(x: Any, shape: tuple[int, ...], first: int, index: tuple[Any, ...]) -> Any:
    """x added up in the rows that the arrays of an index name, from the axis `first` on. Only the shape and the index
    decide where, so that a program works it out once."""
    last = first + len(index)
    rows = index[0] if len(index) == 1 else flat_index(*index, sizes=shape[first:last])
    full = (*shape[:first], *rows.shape, *shape[last:])
    x = x if x.shape == full else np.broadcast_to(x, full)
    a = put_add(x, rows, size=math.prod(shape[first:last]), axis=first)
    return a.reshape(shape)


def _rows(index: tuple[Any, ...]) -> tuple[int, tuple[Any, ...]]:
    """The arrays of an index that consists of whole numbers side by side, but for what leaves the first and the last
    axes alone, and the axis of the first of them; else (0, ())."""
    while isinstance(index[-1], slice) and index[-1] == slice(None):
        index = index[:-1]
    index = index[:-1] if index[-1] is Ellipsis else index
    first = next((i for i, part in enumerate(index) if not (isinstance(part, slice) and part == slice(None))), 0)
    arrays = tuple([np.asarray(part) for part in index[first:]])
    return (first, arrays) if all(part.dtype.kind in "iu" for part in arrays) else (0, ())


def _may_repeat(index: Any) -> bool:
    """Whether an index can name one place twice: only arrays and lists of integers can."""
    parts = index if isinstance(index, tuple) else (index,)
    return any(isinstance(part, (list, np.ndarray)) and np.asarray(part).dtype != bool for part in parts)
