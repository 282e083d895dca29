"""Operations that reduce axes: sums, means, extremes, products; and the running sum."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ..core.axes import axes_of
from ..core.blocks import HALF, wide
from ..core.dispatch import op
from ..core.facts import case
from ..core.parameters import Axes
from .arithmetic import chain, has_nan, where
from .comparison import greater, less
from .index import getitem
from .shape import concatenate, flip, reshape, transpose

__all__ = [
    "as_rows", "beside", "chain_rows", "count_of", "cumsum", "from_rows", "max", "mean", "min", "needs_some",
    "prod", "spread", "sum",
]  # fmt: skip

_reduce: Any = np.add.reduce  # np.sum without its wrapper; its stubs ask for a literal keepdims

_CASES = (case((2, 3)), case((2, 3), axis=0), case((2, 3, 4), axis=(0, -1), keepdims=True), case(()))
_WITH_EMPTY = (*_CASES, case((0, 3), axis=0), case((2, 0), axis=-1))


def as_rows(x: Any, axis: Any) -> Any:
    """A matrix of x: each row holds the entries that are reduced to one."""
    axes = axes_of(axis, x.ndim)
    kept = tuple([i for i in range(x.ndim) if i not in axes])
    ordered = x if kept + axes == tuple(range(x.ndim)) else transpose(x, axes=kept + axes)
    sizes = [math.prod(x.shape[i] for i in some) for some in (kept, axes)]
    return reshape(ordered, shape=tuple(sizes))


def from_rows(rows: Any, x: Any, axis: Any) -> Any:
    """The opposite of `as_rows`: `rows` in the shape of x."""
    axes = axes_of(axis, x.ndim)
    order = tuple([i for i in range(x.ndim) if i not in axes]) + axes
    ordered = reshape(rows, shape=tuple([x.shape[i] for i in order]))
    return transpose(ordered, axes=tuple([int(i) for i in np.argsort(order)]))


def beside(g: Any, x: Any, axis: Any) -> Any:
    """`g`, of the shape of a reduction of x, in a shape that NumPy broadcasts against x."""
    if axis is None:
        return g
    reduced = axes_of(axis, x.ndim)
    return reshape(g, shape=tuple([1 if i in reduced else n for i, n in enumerate(x.shape)]))


def chain_rows(g: Any, d: Any, x: Any, axis: Any) -> Any:
    """`chain` of `g`, of the shape of a reduction of x, and `d`, of the shape of x: written over d if that is
    an array."""
    g = beside(g, x, axis)
    if type(d) is not np.ndarray or type(g) is not np.ndarray:
        return chain(g, d, 0.0)
    c = np.multiply(g, d, out=d)
    return np.where(g == 0, 0.0, c) if has_nan(c) else c


def _back(g: Any, x: Any, axis: Any, keepdims: Any) -> Any:
    """`g` back over the reduced axes; over all axes the engine stretches it."""
    return g if axis is None else spread(g, x, axis=axis, keepdims=keepdims)


@op(
    dx=lambda g, _, x, *, axis, keepdims: _back(g, x, axis, keepdims),
    label="Σ",
    linear=True,
    cases=_WITH_EMPTY,
    grows=False,
)
def sum(x: Any, *, axis: Axes = None, keepdims: bool = False) -> Any:
    """a = sum(x, axis=axis, keepdims=keepdims)"""
    if x.dtype == HALF:
        return _reduce(wide(x), axis=axis, keepdims=keepdims).astype(HALF)
    return _reduce(x, axis=axis, keepdims=keepdims)


@op(
    dg=lambda G, _, __, ___, *, axis, keepdims: sum(G, axis=axis, keepdims=keepdims),
    dx=None,
    linear=True,
    cases=(case((), (2, 3)), case((3,), (2, 3), axis=0), case((1, 3, 1), (2, 3, 4), axis=(0, -1), keepdims=True)),
    grows=False,
    internal=True,
)
def spread(g: Any, x: Any, *, axis: Axes = None, keepdims: bool = False) -> Any:
    """a = spread(g, x, axis, keepdims)

    `g`, a reduction of `x` over `axis`, back in the shape of `x`. The opposite of `sum`.
    """
    reduced = axes_of(axis, x.ndim)
    kept = tuple([1 if i in reduced else n for i, n in enumerate(x.shape)])
    g = g.reshape(kept)
    return np.broadcast_to(g, x.shape)


def _mean_dx(g: Any, a: Any, x: Any, *, axis: Any, keepdims: Any) -> Any:
    """spread(g / n, x, axis=axis, keepdims=keepdims), n = x.size / a.size"""
    return _back(wide(g) / count_of(x, a), x, axis, keepdims)


def count_of(x: Any, a: Any) -> float:
    """How many entries of x went into each entry of a, its reduction."""
    return float(x.size / a.size) if a.size else 1.0


@op(
    dx=_mean_dx,
    linear=True,
    cases=_CASES,
    grows=False,
)
def mean(x: Any, *, axis: Axes = None, keepdims: bool = False) -> Any:
    """a = mean(x, axis=axis, keepdims=keepdims)

    The sum over the number of entries. The mean of nothing is an error.
    """
    if x.dtype.kind != "f" or x.dtype.itemsize < 4 or not x.size:
        return np.mean(needs_some(x, axis), axis=axes_of(axis, x.ndim), keepdims=keepdims)
    total = _reduce(x, axis=axis, keepdims=keepdims)
    return total / count_of(x, total)


def needs_some(x: Any, axis: Any) -> Any:
    """`x`, unless there is nothing to reduce: NumPy warns and gives NaN for the mean of nothing."""
    if x.size == 0 and 0 in [x.shape[i] for i in axes_of(axis, x.ndim)]:
        raise ValueError("nothing to reduce: an axis that is reduced has length 0")
    return x


def _share(beyond: Any, g: Any, a: Any, x: Any, axis: Any, keepdims: Any) -> Any:
    """g / number of ties at the entries that no other is `beyond`, all of them where one is NaN; else 0"""
    others = beyond(beside(a, x, axis), x)
    ties = count_of(x, a) - sum(others, axis=axis, keepdims=keepdims)
    share = chain(wide(g) / ties, 1.0, a)
    share = share if share.dtype == x.dtype else share.astype(x.dtype)
    return where(others, 0.0, beside(share, x, axis))


def _share_max(g: Any, a: Any, x: Any, *, axis: Any, keepdims: Any) -> Any:
    """`g` / number of ties, where `x == a`"""
    return _share(greater, g, a, x, axis, keepdims)


def _share_min(g: Any, a: Any, x: Any, *, axis: Any, keepdims: Any) -> Any:
    """`g` / number of ties, where `x == a`"""
    return _share(less, g, a, x, axis, keepdims)


@op(dx=_share_max, kinks={"ties": "mean"}, cases=_CASES, aliases=("amax",), grows=False, layer="continues")
def max(x: Any, *, axis: Axes = None, keepdims: bool = False) -> Any:
    """a = max(x, axis=axis, keepdims=keepdims)

    Ties share the gradient equally. NaN anywhere gives NaN, value and gradient.
    """
    return np.max(x, axis=axis, keepdims=keepdims)


@op(dx=_share_min, kinks={"ties": "mean"}, cases=_CASES, aliases=("amin",), grows=False)
def min(x: Any, *, axis: Axes = None, keepdims: bool = False) -> Any:
    """a = min(x, axis=axis, keepdims=keepdims)

    Ties share the gradient equally. NaN anywhere gives NaN, value and gradient.
    """
    return np.min(x, axis=axis, keepdims=keepdims)


def _others(g: Any, _: Any, x: Any, *, axis: Any, keepdims: Any) -> Any:
    """`g` * product of the other entries"""
    if not x.size:
        return spread(g, x, axis=axis, keepdims=keepdims)
    rows = as_rows(x, axis)
    products = _before(rows) * flip(_before(flip(rows, axis=-1)), axis=-1)
    return chain_rows(g, from_rows(products, x, axis), x, axis)


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


@op(dx=_others, label="Π", cases=_WITH_EMPTY, grows=False)
def prod(x: Any, *, axis: Axes = None, keepdims: bool = False) -> Any:
    """a = prod(x, axis=axis, keepdims=keepdims)

    Its derivative is right where entries are 0, too.
    """
    return np.prod(x, axis=axis, keepdims=keepdims)


def _running_back(g: Any, _: Any, x: Any, *, axis: Any) -> Any:
    if axis is None:
        return reshape(flip(cumsum(flip(g))), shape=x.shape)
    return flip(cumsum(flip(g, axis=axis), axis=axis), axis=axis)


@op(
    dx=_running_back, linear=True, cases=(case((2, 3)), case((2, 3), axis=0), case((2, 3), axis=-1), case((0,))),
    grows=False,
)
def cumsum(x: Any, *, axis: int | None = None) -> Any:
    """a = cumsum(x, axis)"""
    return np.cumsum(wide(x), axis).astype(HALF) if x.dtype == HALF else np.cumsum(x, axis)
