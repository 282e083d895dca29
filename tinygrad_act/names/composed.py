"""NumPy's functions that are made of other operations, or only look at the shape."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..engine.numpy_names import implements
from ..operations.activations import sigmoid
from ..operations.attributes import ndim, ravel, shape, size
from ..operations.comparison import greater, less, logical_and
from ..operations.likes import copy, ones_like, zeros_like
from ..operations.questions import isinf
from ..operations.rounding import floor_divide, mod, round, trunc
from ..operations.shape import astype
from ..operations.squashers import log_sigmoid

implements(np.shape)(shape)
implements(np.ndim)(ndim)
implements(np.size)(size)
implements(np.ravel)(ravel)
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
