"""Axes: which of an array's a number names. The one place for it: every operation with an axis asks here.

A single number has no axis, but as in NumPy's reductions 0 and -1 name what stands in its place.
"""

from __future__ import annotations

import operator
from typing import Any

import numpy as np

__all__ = ["axes_of", "axis_of", "is_integer", "within"]


def is_integer(x: Any) -> bool:
    """Whether `x` is one whole number: an int, an integer of NumPy's, an array of one; a boolean is none."""
    if type(x) is int:
        return True
    if isinstance(x, (bool, np.bool_)) or getattr(x, "dtype", None) == np.dtype(bool):
        return False
    try:
        operator.index(x)
    except TypeError:
        return False
    return True


def within(axis: int, ndim: int) -> int:
    """The axis as a number from 0. Raises `AxisError`, a `ValueError`, for one that is not there."""
    if not -ndim <= axis < ndim:
        raise np.exceptions.AxisError(axis, ndim)
    return axis % ndim


def axis_of(axis: int, ndim: int) -> int:
    """One axis as a number from 0; of a single number it is 0. Raises `AxisError` for one that is not there."""
    return within(axis, ndim if ndim or axis not in (0, -1) else 1)


def axes_of(axis: Any, ndim: int) -> tuple[int, ...]:
    """One axis, several, or (None) all as a tuple of numbers from 0; of a single number there are none.

    Raises `AxisError` for one that is not there, `ValueError` for one that is named twice.
    """
    if axis is None:
        return tuple(range(ndim))
    if not isinstance(axis, tuple):
        return (within(axis, ndim),) if ndim or axis not in (0, -1) else ()
    axes = tuple([within(i, ndim) for i in axis])
    if len({*axes}) < len(axes):
        raise ValueError("duplicate value in 'axis'")
    return axes
