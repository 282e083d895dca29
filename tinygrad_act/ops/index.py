"""Indexing, and its opposite: adding up entries at the places an index names."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ..dispatch import op
from ..op import case
from .gather import put_add

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
)
def scatter_add(x: Any, *, shape: Any, index: Any) -> Any:
    """a = scatter_add(x, shape, index)

    Zeros of this shape with x added at `index`; what falls on the same place adds up. The opposite
    of `getitem`, and its derivative.
    """
    if _may_repeat(index):
        return _added(x, tuple(shape), index if isinstance(index, tuple) else (index,))
    a = np.zeros(shape, x.dtype)
    a[index] = x
    return a


def _added(x: Any, shape: tuple[int, ...], index: tuple[Any, ...]) -> Any:
    """x added up at `index`: the index names entries in a row, or rows where it leaves the last axes alone, and
    these are added at once. Only the shape and the index decide where, so that a program computes it once."""
    count = len(shape)
    if not any(part is Ellipsis for part in index[:-1]):
        while index[-1] is Ellipsis or (isinstance(index[-1], slice) and index[-1] == slice(None)):
            index = index[:-1]
        count = sum(_axes(part) for part in index)
    size, length = math.prod(shape[:count]), math.prod(shape[count:])
    rows = np.arange(size).reshape(shape[:count])[index]
    if x.shape != (*rows.shape, *shape[count:]):
        x = np.broadcast_to(x, (*rows.shape, *shape[count:]))
    return put_add(x.reshape(*rows.shape, length), rows, size=size).reshape(shape)


def _axes(part: Any) -> int:
    """How many axes of an array a part of an index is about."""
    if part is None:
        return 0
    return np.ndim(part) if np.asarray(part).dtype == bool else 1


def _may_repeat(index: Any) -> bool:
    """Whether an index can name one place twice: only arrays and lists of integers can."""
    parts = index if isinstance(index, tuple) else (index,)
    return any(isinstance(part, (list, np.ndarray)) and np.asarray(part).dtype != bool for part in parts)
