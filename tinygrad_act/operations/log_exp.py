"""Logarithms of sums of exponentials, without overflow and without losing the small ones."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from ..core.axes import axes_of
from ..core.blocks import wide
from ..core.dispatch import elementwise, op
from ..core.facts import Fused, case
from ..core.parameters import Axes
from .arithmetic import chain, has_nan, where
from .comparison import equal
from .elementary import expm1, square
from .precise import widely
from .reduce import as_rows, beside, from_rows, needs_some
from .rows import largest_apart
from .softmaxes import softmax

__all__ = ["expm1_reciprocal", "log1mexp", "logit_slope", "logmeanexp", "logsumexp"]

_CASES = (case((2, 3)), case((2, 3), axis=0), case((2, 3, 4), axis=(0, -1), keepdims=True), case(()))


def _weights(x: Any, axis: Any) -> Any:
    """softmax over one axis, several, or all."""
    if axis is None or isinstance(axis, int):
        return softmax(x, axis=axis)
    return from_rows(softmax(as_rows(x, axis), axis=-1), x, axis)


def _logsumexp_back(g: Any, a: Any, x: Any, *, axis: Any, keepdims: Any) -> Any:
    """spread(g, x, axis=axis, keepdims=keepdims) * e / sum(e, axis=axis, keepdims=True), e = exp(x)"""
    if type(x) is type(g) is np.ndarray and x.size:
        c = _weighed(g, a, wide(x), axis)
        if c is not None:
            return c
    used = where(equal(a, -math.inf), 0.0, g)
    return chain(beside(used, x, axis), _weights(x, axis), 0.0)


def _weighed(g: Any, a: Any, x: Any, axis: Any) -> Any:
    """The same for arrays, in place, where all is finite. `a` is rounded, in single precision to within 16 at
    3e8, but never below the largest entry; the sum of the weights takes that back."""
    e = x - beside(a, x, axis)
    if type(e) is not np.ndarray:
        return None
    np.exp(e, out=e)
    scale = beside(g, x, axis) / np.add.reduce(e, axis=axes_of(axis, x.ndim), keepdims=True)
    return None if has_nan(scale) else np.multiply(e, scale, out=e)


def _largest_plus(log: Callable[[Any, int], Any], x: Any, axis: Any, keepdims: bool) -> Any:
    """The largest of the entries that are reduced, plus `log` of two numbers: the sum of the others'
    exp(x - largest), and how many entries there are."""
    rows, reduced = as_rows(wide(x), axis), axes_of(axis, x.ndim)
    a = _of_rows(log, rows) if rows.size else np.full(len(rows), -np.inf)  # the logarithm of a sum of nothing
    shape = [1 if i in reduced else n for i, n in enumerate(x.shape) if keepdims or i not in reduced]
    return a.reshape(shape).astype(x.dtype if x.dtype.kind == "f" else a.dtype, copy=False)


def _of_rows(log: Callable[[Any, int], Any], rows: Any) -> Any:
    largest, _, _, rest = largest_apart(rows, -1)
    top = rows[largest]
    return np.where(np.isinf(top), top, top + log(rest[:, 0], rows.shape[1]))


def _pull(g: Any, a: Any, x: Any, out: Any, *, axis: Any, keepdims: Any) -> None:
    np.subtract(x, beside(a, x, axis), out=out)
    np.exp(out, out=out)
    share = 1.0 / np.add.reduce(out, axis=axes_of(axis, x.ndim), keepdims=True)
    np.multiply(out, chain(beside(g, x, axis), share, 0.0), out=out)  # by chain: there programs look for NaN


@op(dx=_logsumexp_back, fused=Fused(None, _pull), cases=_CASES, reference="", grows=False)
def logsumexp(x: Any, *, axis: Axes = None, keepdims: bool = False) -> Any:
    """a = log(sum(exp(x), axis=axis, keepdims=keepdims))

    Shifted by the largest entry, so that it neither overflows nor loses a small sum. Where all entries are
    -inf, or where there are none, nothing is there to be weighed: the value is -inf and the gradient 0.
    """
    return _largest_plus(lambda rest, _: np.log1p(rest), x, axis, keepdims)


@op(dx=_logsumexp_back, fused=Fused(None, _pull), cases=_CASES, reference="", grows=False)
def logmeanexp(x: Any, *, axis: Axes = None, keepdims: bool = False) -> Any:
    """a = log(mean(exp(x), axis=axis, keepdims=keepdims))

    logsumexp without the logarithm of the number of entries: between the mean and the largest of them.
    Where all entries are -inf, the value is -inf and the gradient 0; without any it is an error, as for `mean`.
    """
    return _largest_plus(lambda rest, n: np.log((1.0 + rest) / n), needs_some(x, axis), axis, keepdims)


def _log1mexp_of_float(z: float) -> float:
    return math.log(-math.expm1(-z)) if z < math.log(2) else math.log1p(-math.exp(-z))


@elementwise(dz=lambda a, z: (2 * z - 1) * square(a), domain=(0.0, 1.0), internal=True)
def logit_slope(z: Any) -> Any:
    """a = 1 / (z * (1 - z))"""
    return 1 / (z * (1 - z))


@elementwise(dz=lambda a, _: -a * (1 + a), domain=(0.0, math.inf), internal=True)
def expm1_reciprocal(z: Any) -> Any:
    """a = exp(-z) / -expm1(-z)

    1 / expm1(z), for z > 0, where nothing overflows.
    """
    return widely(_expm1_reciprocal, z)


def _expm1_reciprocal(z: Any) -> Any:
    return np.exp(-z) / -np.expm1(-z)


def _log1mexp_slope(_: Any, z: Any) -> Any:
    """1 / expm1(z)"""
    return expm1_reciprocal(z)


@elementwise(
    dz=lambda _, z: 1 / expm1(z),
    input=_log1mexp_slope,
    scalar=_log1mexp_of_float,
    domain=(0.0, math.inf),
    reference="Mächler 2012",
)
def log1mexp(z: Any) -> Any:
    """a = log(-expm1(-z))

    log(1 - exp(-z)) for z > 0, with JAX's sign; from log 2 on by log1p, which keeps the digits there.
    """
    with np.errstate(invalid="ignore", divide="ignore"):  # below 0 it is NaN, at 0 -inf
        return np.where(z < math.log(2), np.log(-np.expm1(-z)), np.log1p(-np.exp(-z)))
