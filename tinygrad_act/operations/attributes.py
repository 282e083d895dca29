"""What an array says of itself, asked of numbers, arrays, lists and Values; and its entries in a row."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..core.evaluate import INTERPRETERS
from .shape import reshape, transpose

__all__ = ["ndim", "ravel", "shape", "size"]


def _attribute(x: Any, name: str) -> Any:
    known = type(x) in INTERPRETERS or isinstance(x, (np.ndarray, np.generic))
    return getattr(x if known else np.asarray(x), name)


def shape(x: Any) -> tuple[int, ...]:
    """The length of each axis of a number, an array, a list or a Value: a tuple of Python's whole numbers."""
    return _attribute(x, "shape")  # type: ignore[no-any-return]


def ndim(x: Any) -> int:
    """How many axes a number, an array, a list or a Value has."""
    return _attribute(x, "ndim")  # type: ignore[no-any-return]


def size(x: Any, axis: Any = None) -> int:
    """How many entries a number, an array, a list or a Value has, or how many along an axis."""
    return _attribute(x, "size") if axis is None else shape(x)[axis]  # type: ignore[no-any-return]


def ravel(x: Any, order: str = "C") -> Any:
    """All entries of x in a row, shape (size,): the last axis runs fastest, or the first if `order` is "F"."""
    if order not in ("C", "F"):
        raise ValueError(f'ravel: order={order!r} depends on how the array lies in memory; write "C" or "F"')
    return reshape(x if order == "C" or not ndim(x) else transpose(x), shape=(-1,))
