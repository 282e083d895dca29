"""Indexing, and its opposite: adding up entries at the places an index names."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..blocks import HALF, wide
from ..dispatch import op
from ..op import case

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
    a = np.zeros(shape, x.dtype)
    if _may_repeat(index) and x.dtype is HALF:
        return scatter_add(wide(x), shape=shape, index=index).astype(HALF)
    if _may_repeat(index):
        np.add.at(a, index, x)
    else:
        a[index] = x
    return a


def _may_repeat(index: Any) -> bool:
    """Whether an index can name one place twice: only arrays and lists of integers can."""
    parts = index if isinstance(index, tuple) else (index,)
    return any(isinstance(part, (list, np.ndarray)) and np.asarray(part).dtype != bool for part in parts)
