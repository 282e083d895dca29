"""Questions about entries: where the largest is, whether any is NaN, whether two arrays are equal.

Their answers are places, counts, yes or no, so nothing flows through them. They are operations all the same: a
program asks again in every call.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ..core.dispatch import elementwise, op
from ..core.facts import case
from ..core.parameters import Axes

__all__ = [
    "all", "allclose", "any", "argmax", "argmin", "argsort", "array_equal", "array_equiv", "count_nonzero", "isclose",
    "isfinite", "isin", "isinf", "isnan", "searchsorted", "signbit",
]  # fmt: skip

_REDUCED = (case((2, 3)), case((2, 3), axis=0), case((2, 3, 4), axis=-1, keepdims=True), case(()))
_SEVERAL = (case((2, 3, 4), axis=(0, -1)), case((0, 3)), case((0, 3), axis=0))
_MASK = np.array([[True, False, True], [False, False, False]])
_SORTED = np.array([-1.0, 0.0, 0.5, 2.0])


@op(dx=None, cases=_REDUCED, grows=False)
def argmax(x: Any, *, axis: int | None = None, keepdims: bool = False) -> Any:
    """a = argmax(x, axis=axis, keepdims=keepdims)

    Where the largest entry along an axis is, the first of several; of all entries in a row if axis is None. Whole
    numbers, of shape x.shape without the axis. Raises `ValueError` if there are no entries.
    """
    return np.argmax(x, axis=axis, keepdims=keepdims)


@op(dx=None, cases=_REDUCED, grows=False)
def argmin(x: Any, *, axis: int | None = None, keepdims: bool = False) -> Any:
    """a = argmin(x, axis=axis, keepdims=keepdims)

    Where the smallest entry is; see `argmax`.
    """
    return np.argmin(x, axis=axis, keepdims=keepdims)


@op(
    dx=None,
    cases=(case((4,)), case((2, 3), axis=0), case((2, 3), axis=None, kind="stable"), case((3,), stable=True)),
    grows=False,
)
def argsort(x: Any, *, axis: int | None = -1, kind: Any = None, stable: Any = None) -> Any:
    """a = argsort(x, axis, kind, stable=stable)

    The places of the entries in ascending order, along an axis; of all in a row if axis is None.
    `ta.take_axis(x, ta.argsort(x))` are the sorted entries of a vector, with their gradients.
    """
    return np.argsort(x, axis=axis, kind=kind, stable=stable)


@op(dx=None, cases=(*_REDUCED, *_SEVERAL, case(_MASK, axis=1)), grows=False)
def any(x: Any, *, axis: Axes = None, keepdims: bool = False) -> Any:
    """a = any(x, axis=axis, keepdims=keepdims)

    Whether any entry is not 0, as one boolean or along axes. NaN is not 0.
    """
    return np.any(x, axis=axis, keepdims=keepdims)


@op(dx=None, cases=(*_REDUCED, *_SEVERAL, case(_MASK, axis=0)), grows=False)
def all(x: Any, *, axis: Axes = None, keepdims: bool = False) -> Any:
    """a = all(x, axis=axis, keepdims=keepdims)

    Whether no entry is 0, as one boolean or along axes; of no entries it is true.
    """
    return np.all(x, axis=axis, keepdims=keepdims)


@op(dx=None, cases=(*_REDUCED, *_SEVERAL, case(_MASK, axis=1)), grows=False)
def count_nonzero(x: Any, *, axis: Axes = None, keepdims: bool = False) -> Any:
    """a = count_nonzero(x, axis=axis, keepdims=keepdims)

    How many entries are not 0, in all or along axes.
    """
    return np.count_nonzero(x, axis=axis, keepdims=keepdims)


@elementwise(dx=None, scalar=math.isnan)
def isnan(x: Any) -> Any:
    """a = x != x"""
    return np.isnan(x)


@elementwise(dx=None, scalar=math.isinf)
def isinf(x: Any) -> Any:
    """a = absolute(x) == inf"""
    return np.isinf(x)


@elementwise(dx=None, scalar=math.isfinite)
def isfinite(x: Any) -> Any:
    """a = absolute(x) < inf"""
    return np.isfinite(x)


@elementwise(dx=None, scalar=lambda x: math.copysign(1.0, x) < 0)
def signbit(x: Any) -> Any:
    """a = signbit(x)

    Whether the sign is minus: of -0.0, too.
    """
    return np.signbit(x)


@elementwise(dx=None, dy=None)
def isclose(x: Any, y: Any, *, rtol: Any = 1e-5, atol: Any = 1e-8, equal_nan: bool = False) -> Any:
    """a = isclose(x, y, rtol, atol, equal_nan)

    Whether absolute(x - y) <= atol + rtol * absolute(y), entry by entry; equal infinities are close.
    """
    return np.isclose(x, y, rtol=rtol, atol=atol, equal_nan=equal_nan)


@op(
    dx=None,
    dy=None,
    cases=(case((2, 3), (3,)), case((3,), (3,), rtol=10.0), case((), ()), case((0, 3), (3,))),
    grows=False,
)
def allclose(x: Any, y: Any, *, rtol: Any = 1e-5, atol: Any = 1e-8, equal_nan: bool = False) -> Any:
    """a = all(isclose(x, y, rtol, atol, equal_nan))

    One boolean.
    """
    return np.all(np.isclose(x, y, rtol=rtol, atol=atol, equal_nan=equal_nan))


@op(
    dx=None,
    dy=None,
    cases=(case((2, 3), (3,)), case((3,), (3,)), case((), ()), case((0,), (0,), equal_nan=True)),
    grows=False,
)
def array_equal(x: Any, y: Any, *, equal_nan: bool = False) -> Any:
    """a = array_equal(x, y, equal_nan)

    Whether shapes and all entries are the same: one boolean.
    """
    return np.array_equal(x, y, equal_nan=equal_nan)


@op(dx=None, dy=None, cases=(case((2, 3), (3,)), case((3,), (2,)), case((), ())), grows=False)
def array_equiv(x: Any, y: Any) -> Any:
    """a = array_equiv(x, y)

    Whether all entries are the same once the shapes are broadcast: one boolean.
    """
    return np.array_equiv(x, y)


@op(dx=None, dy=None, cases=(case((2, 3), _SORTED), case((), (2,)), case((0,), (2,), invert=True)), grows=False)
def isin(x: Any, y: Any, *, invert: bool = False) -> Any:
    """a = isin(x, y, invert=invert)

    Whether an entry of x is any of the entries of y, in the shape of x.
    """
    return np.isin(x, y, invert=invert)


@op(
    dx=None,
    dy=None,
    cases=(case(_SORTED, (2, 3)), case(_SORTED, (), side="right"), case(np.zeros(0), (2,))),
    grows=False,
)
def searchsorted(x: Any, y: Any, *, side: str = "left") -> Any:
    """a = searchsorted(x, y, side)

    Before which entry of x, in ascending order, an entry of y belongs; in the shape of y.
    """
    return np.searchsorted(x, y, side=side)  # type: ignore[call-overload]
