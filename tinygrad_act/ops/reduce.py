"""Operations that reduce axes: sums, means, extremes, products, spreads; and the running sum."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..dispatch import op
from ..op import case
from .arithmetic import where
from .index import getitem
from .shape import concatenate, flip, reshape, transpose

__all__ = ["axes_of", "count_of", "cumsum", "max", "mean", "min", "prod", "spread", "std", "sum", "var"]

_reduce: Any = np.add.reduce  # np.sum without its wrapper; its stubs ask for a literal keepdims

_CASES = (case((2, 3)), case((2, 3), axis=0), case((2, 3, 4), axis=(0, -1), keepdims=True), case(()))
_WITH_EMPTY = (*_CASES, case((0, 3), axis=0), case((2, 0), axis=-1))
_DDOF = (*_CASES[:3], case((4, 3), axis=0, ddof=1))


def axes_of(axis: Any, ndim: int) -> tuple[int, ...]:
    """The reduced axes as a tuple of numbers from 0."""
    if axis is None:
        return tuple(range(ndim))
    return tuple(i % ndim for i in (axis if isinstance(axis, (tuple, list)) else (axis,)))


def _back(g: Any, x: Any, axis: Any, keepdims: Any) -> Any:
    """`g` back over the reduced axes; over all axes the engine stretches it."""
    return g if axis is None else spread(g, x, axis=axis, keepdims=keepdims)


@op(
    dx=lambda g, _, x, *, axis, keepdims: _back(g, x, axis, keepdims),
    label="Σ",
    linear=True,
    cases=_WITH_EMPTY,
)
def sum(x: Any, *, axis: Any = None, keepdims: bool = False) -> Any:
    """a = sum(x, axis=axis, keepdims=keepdims)"""
    return _reduce(x, axis=axis, keepdims=keepdims)


@op(
    dg=lambda G, _, __, ___, *, axis, keepdims: sum(G, axis=axis, keepdims=keepdims),
    dx=None,
    linear=True,
    cases=(case((), (2, 3)), case((3,), (2, 3), axis=0), case((1, 3, 1), (2, 3, 4), axis=(0, -1), keepdims=True)),
)
def spread(g: Any, x: Any, *, axis: Any = None, keepdims: bool = False) -> Any:
    """a = spread(g, x, axis, keepdims)

    `g`, a reduction of `x` over `axis`, back in the shape of `x`. The opposite of `sum`.
    """
    reduced = axes_of(axis, x.ndim)
    kept = tuple([1 if i in reduced else n for i, n in enumerate(x.shape)])
    g = g.reshape(kept)
    return np.broadcast_to(g, x.shape)


def _mean_dx(g: Any, a: Any, x: Any, *, axis: Any, keepdims: Any) -> Any:
    """spread(g / n, x)"""
    return _back(g / count_of(x, a), x, axis, keepdims)


def count_of(x: Any, a: Any) -> float:
    """How many entries of x went into each entry of a, its reduction."""
    return float(x.size / a.size) if a.size else 1.0


@op(
    dx=_mean_dx,
    linear=True,
    cases=_CASES,
)
def mean(x: Any, *, axis: Any = None, keepdims: bool = False) -> Any:
    """a = mean(x, axis=axis, keepdims=keepdims)

    The sum over the number of entries. The mean of nothing is an error.
    """
    if x.dtype.kind != "f" or x.dtype.itemsize < 4 or not x.size:
        return np.mean(_some(x, axis), axis=axis, keepdims=keepdims)
    total = _reduce(x, axis=axis, keepdims=keepdims)
    return total / count_of(x, total)


def _some(x: Any, axis: Any) -> Any:
    """`x`, unless there is nothing to reduce: NumPy warns and gives NaN for the mean of nothing."""
    if x.size == 0 and 0 in [x.shape[i] for i in axes_of(axis, x.ndim)]:
        raise ValueError("nothing to reduce: an axis that is reduced has length 0")
    return x


def _share(g: Any, a: Any, x: Any, *, axis: Any, keepdims: Any) -> Any:
    """g / number of ties, where x == a"""
    extreme = x == spread(a, x, axis=axis, keepdims=keepdims)
    ties = spread(sum(extreme, axis=axis, keepdims=keepdims), x, axis=axis, keepdims=keepdims)
    return where(extreme, 1.0, 0.0 * x) * spread(g, x, axis=axis, keepdims=keepdims) / ties


@op(dx=_share, kinks={"ties": "mean"}, cases=_CASES, aliases=("amax",))
def max(x: Any, *, axis: Any = None, keepdims: bool = False) -> Any:
    """a = max(x, axis=axis, keepdims=keepdims)

    Ties share the gradient equally. NaN anywhere gives NaN, value and gradient.
    """
    return np.max(x, axis=axis, keepdims=keepdims)


@op(dx=_share, kinks={"ties": "mean"}, cases=_CASES, aliases=("amin",))
def min(x: Any, *, axis: Any = None, keepdims: bool = False) -> Any:
    """a = min(x, axis=axis, keepdims=keepdims)

    Ties share the gradient equally. NaN anywhere gives NaN, value and gradient.
    """
    return np.min(x, axis=axis, keepdims=keepdims)


def _others(g: Any, _: Any, x: Any, *, axis: Any, keepdims: Any) -> Any:
    """g * product of the other entries"""
    if not x.size:
        return spread(g, x, axis=axis, keepdims=keepdims)
    axes = axes_of(axis, x.ndim)
    kept = tuple(i for i in range(x.ndim) if i not in axes)
    shape = tuple(x.shape[i] for i in kept) + (-1,)
    rows = reshape(transpose(x, axes=kept + axes), shape=shape)
    products = _before(rows) * flip(_before(flip(rows, axis=-1)), axis=-1)
    back = tuple(int(i) for i in np.argsort(kept + axes))
    products = transpose(reshape(products, shape=tuple(x.shape[i] for i in kept + axes)), axes=back)
    return spread(g, x, axis=axis, keepdims=keepdims) * products


def _before(rows: Any) -> Any:
    """The product of all entries before each one, along the last axis, by doubling steps.

    No division, so that a zero among the entries does no harm, at any order of derivative.
    """
    ones = np.ones(rows.shape[:-1] + (1,), rows.dtype)
    products = concatenate([ones, getitem(rows, index=(..., slice(None, -1)))], axis=-1)
    step = 1
    while step < rows.shape[-1]:
        ahead = np.ones(rows.shape[:-1] + (step,), rows.dtype)
        products = products * concatenate([ahead, getitem(products, index=(..., slice(None, -step)))], axis=-1)
        step *= 2
    return products


@op(dx=_others, label="Π", cases=_WITH_EMPTY)
def prod(x: Any, *, axis: Any = None, keepdims: bool = False) -> Any:
    """a = prod(x, axis=axis, keepdims=keepdims)

    Its derivative is right where entries are 0, too.
    """
    return np.prod(x, axis=axis, keepdims=keepdims)


def _var_dx(g: Any, a: Any, x: Any, *, axis: Any, ddof: Any, keepdims: Any) -> Any:
    """2 * g * (x - mean(x)) / (n - ddof)"""
    scale = spread(2 * g / (count_of(x, a) - ddof), x, axis=axis, keepdims=keepdims)
    return scale * (x - mean(x, axis=axis, keepdims=True))


@op(dx=_var_dx, cases=_DDOF)
def var(x: Any, *, axis: Any = None, ddof: float = 0, keepdims: bool = False) -> Any:
    """a = var(x, axis=axis, ddof=ddof, keepdims=keepdims)

    The mean square distance from the mean; `ddof` is subtracted from the number of entries.
    """
    return np.var(_some(x, axis), axis=axis, ddof=ddof, keepdims=keepdims)


def _std_dx(g: Any, a: Any, x: Any, *, axis: Any, ddof: Any, keepdims: Any) -> Any:
    """g * (x - mean(x)) / (a * (n - ddof))"""
    scale = g / where(a == 0, 1.0, a * (count_of(x, a) - ddof))
    return spread(scale, x, axis=axis, keepdims=keepdims) * (x - mean(x, axis=axis, keepdims=True))


@op(dx=_std_dx, cases=_DDOF)
def std(x: Any, *, axis: Any = None, ddof: float = 0, keepdims: bool = False) -> Any:
    """a = std(x, axis=axis, ddof=ddof, keepdims=keepdims)

    The root of `var`. Where all entries are equal the slope is 0 / 0; it is taken as 0, as for a norm.
    """
    return np.std(_some(x, axis), axis=axis, ddof=ddof, keepdims=keepdims)


def _running_back(g: Any, _: Any, x: Any, *, axis: Any) -> Any:
    """flip(cumsum(flip(g)))"""
    if axis is None:
        return reshape(flip(cumsum(flip(g))), shape=x.shape)
    return flip(cumsum(flip(g, axis=axis), axis=axis), axis=axis)


@op(dx=_running_back, linear=True, cases=(case((2, 3)), case((2, 3), axis=0), case((2, 3), axis=-1), case((0,))))
def cumsum(x: Any, *, axis: Any = None) -> Any:
    """a = cumsum(x, axis)"""
    return np.cumsum(x, axis)
