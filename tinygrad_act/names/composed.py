"""NumPy's functions that are made of other operations, or only look at the shape."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..core.evaluate import INTERPRETERS
from ..engine.numpy_names import implements
from ..operations.activations import sigmoid
from ..operations.comparison import greater, less, logical_and
from ..operations.likes import copy, ones_like, zeros_like
from ..operations.questions import isinf
from ..operations.rounding import floor_divide, mod, round, trunc
from ..operations.shape import astype, reshape, transpose
from ..operations.squashers import log_sigmoid

__all__ = ["ndim", "ravel", "shape", "size"]


def _attribute(x: Any, name: str) -> Any:
    known = type(x) in INTERPRETERS or isinstance(x, (np.ndarray, np.generic))
    return getattr(x if known else np.asarray(x), name)


@implements(np.shape)
def shape(x: Any) -> tuple[int, ...]:
    """The length of each axis of a number, an array, a list or a Value: a tuple of Python's whole numbers."""
    return _attribute(x, "shape")  # type: ignore[no-any-return]


@implements(np.ndim)
def ndim(x: Any) -> int:
    """How many axes a number, an array, a list or a Value has."""
    return _attribute(x, "ndim")  # type: ignore[no-any-return]


@implements(np.size)
def size(x: Any, axis: Any = None) -> int:
    """How many entries a number, an array, a list or a Value has, or how many along an axis."""
    return _attribute(x, "size") if axis is None else shape(x)[axis]  # type: ignore[no-any-return]


@implements(np.ravel)
def ravel(x: Any, order: str = "C") -> Any:
    """All entries of x in a row, shape (size,): the last axis runs fastest, or the first if `order` is "F"."""
    if order not in ("C", "F"):
        raise ValueError(f'ravel: order={order!r} depends on how the array lies in memory; write "C" or "F"')
    return reshape(x if order == "C" or not ndim(x) else transpose(x), shape=(-1,))


implements("np.fix")(trunc)  # by name: NumPy means to drop it
implements(np.real, np.conjugate)(copy)
implements(np.imag, np.empty_like)(zeros_like)
implements("scipy.special.expit")(sigmoid)
implements("scipy.special.log_expit")(log_sigmoid)


@implements(np.rint)
def _rint(x: Any) -> Any:
    return round(x if x.dtype.kind == "f" else astype(x, dtype=np.result_type(x.dtype, np.float16)))


@implements(np.divmod)
def _divmod(x: Any, y: Any) -> tuple[Any, Any]:
    return floor_divide(x, y), mod(x, y)


@implements(np.isposinf)
def _isposinf(x: Any) -> Any:
    return logical_and(isinf(x), greater(x, 0))


@implements(np.isneginf)
def _isneginf(x: Any) -> Any:
    return logical_and(isinf(x), less(x, 0))


@implements(np.isreal)
def _isreal(x: Any) -> Any:
    return ones_like(x, dtype=bool)


@implements(np.iscomplex)
def _iscomplex(x: Any) -> Any:
    return zeros_like(x, dtype=bool)
