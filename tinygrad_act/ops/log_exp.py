"""Logarithms of sums of exponentials, without overflow and without losing the small ones."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ..dispatch import elementwise, op
from ..op import Theirs, case, theirs, unknown
from .elementary import exp, expm1
from .reduce import axes_of, count_of, spread

__all__ = ["index_of_largest", "largest_apart", "log1mexp", "logmeanexp", "logsumexp", "sum_apart"]

_CASES = (case((2, 3)), case((2, 3), axis=0), case((2, 3, 4), axis=(0, -1), keepdims=True), case(()))


def largest_apart(z: Any, axis: int, keep: bool = False) -> tuple[Any, Any, Any, Any]:
    """Along an axis: (index of the largest entries, z - largest, exp of that, the sum of all these but the
    largest's 1): what softmax and logsumexp are made of. Left out of the sum, that 1 hides none of the
    others. The second is only there if `keep` asks for it, and then the third lacks the largest."""
    z = z if z.dtype.kind == "f" else z.astype(np.float64)
    if z.ndim == 2 and axis in (1, -1) and z.flags.c_contiguous:
        return _largest_apart_in_rows(z, keep)
    largest = index_of_largest(z, axis)
    top = z[largest]
    with np.errstate(invalid="ignore"):  # an infinite largest entry
        shifted = z - np.expand_dims(top, axis)
    e = np.exp(shifted, out=None if keep else shifted)
    one = e[largest]  # 1, or NaN
    e[largest] = one - 1.0
    rest = np.add.reduce(e, axis=axis, keepdims=True)
    e[largest] = one
    return largest, shifted, e, rest


def _largest_apart_in_rows(z: Any, keep: bool) -> tuple[Any, Any, Any, Any]:
    """The same for the rows of a matrix, by places in its memory: a third of the time for a small one."""
    columns = z.argmax(axis=1)
    first = np.arange(0, z.size, z.shape[1])
    places = columns + first
    with np.errstate(invalid="ignore"):
        shifted = z - z.take(places)[:, np.newaxis]
    e = np.exp(shifted, out=None if keep else shifted)
    one = e.take(places)
    e.put(places, one - 1.0)
    if z.shape[1] <= SHORT:
        rest = np.dot(e, np.ones((z.shape[1], 1), z.dtype))
    else:
        rest = np.add.reduce(e, axis=1, keepdims=True)
    if not keep:
        e.put(places, one)
    return (np.arange(len(z)), columns), shifted, e, rest


@op(dx=unknown, dplaces=None, dones=unknown, cases=(case((2, 3), np.array([1, 5]), (3, 1)),))
def sum_apart(x: Any, places: Any, ones: Any) -> Any:
    """a = where(isin(arange(x.size), places).reshape(x.shape), 0, exp(x)) @ ones

    The sums of the rows of exp(x), without the entries at these places in memory: left out, and not taken
    off again, which would cost the small sums their digits. `ones`: a column. For `log_softmax` in programs.
    """
    e = np.exp(x)
    e.put(places, 0.0)
    return np.dot(e, ones)


SHORT = 128
"""Entries of a row up to which a product with ones adds them; beyond, NumPy's sum, in pairs, keeps more digits."""


def index_of_largest(z: Any, axis: int) -> tuple[Any, ...]:
    """What `z[...]` takes to pick the largest entry along an axis, the first of several."""
    places = np.argmax(z, axis=axis)
    others: list[Any] = [np.arange(n) for n in places.shape]
    if z.ndim > 2:
        others = list(np.ogrid[tuple(slice(n) for n in places.shape)])
    others.insert(axis % z.ndim, places)
    return tuple(others)


_LOGSUMEXP: dict[str, Theirs] = {
    "torch": theirs("logsumexp"), "jax": theirs("nn.logsumexp"), "keras": theirs("ops.logsumexp"),
    "tensorflow": theirs("reduce_logsumexp"), "onnx": theirs("ReduceLogSumExp"),
}  # fmt: skip


def _logsumexp_back(g: Any, a: Any, x: Any, *, axis: Any, keepdims: Any) -> Any:
    """spread(g) * exp(x - spread(a))"""
    return spread(g, x, axis=axis, keepdims=keepdims) * exp(x - spread(a, x, axis=axis, keepdims=keepdims))


@op(dx=_logsumexp_back, cases=_CASES, reference="", elsewhere=_LOGSUMEXP)
def logsumexp(x: Any, *, axis: Any = None, keepdims: bool = False) -> Any:
    """a = log(sum(exp(x), axis=axis, keepdims=keepdims))

    Shifted by the largest entry, so that it neither overflows nor loses a small sum. Where all
    entries are -inf the value is -inf and the gradient NaN.
    """
    reduced = axes_of(axis, x.ndim)
    kept = [n for i, n in enumerate(x.shape) if i not in reduced]
    rows = np.moveaxis(x, reduced, range(x.ndim - len(reduced), x.ndim)).reshape(math.prod(kept), -1)
    largest, _, _, rest = largest_apart(rows, -1)
    top = rows[largest]
    a = np.where(np.isinf(top), top, top + np.log1p(rest[:, 0])).astype(rest.dtype, copy=False)
    return a.reshape([1 if i in reduced else n for i, n in enumerate(x.shape)] if keepdims else kept)


def _logmeanexp_back(g: Any, a: Any, x: Any, *, axis: Any, keepdims: Any) -> Any:
    """spread(g / n) * exp(x - spread(a))"""
    return _logsumexp_back(g / count_of(x, a), a, x, axis=axis, keepdims=keepdims)


@op(dx=_logmeanexp_back, cases=_CASES, reference="", elsewhere={"jax": theirs("nn.logmeanexp")})
def logmeanexp(x: Any, *, axis: Any = None, keepdims: bool = False) -> Any:
    """a = log(mean(exp(x), axis=axis, keepdims=keepdims))

    logsumexp without the logarithm of the number of entries: between the mean and the largest of them.
    """
    a = logsumexp(x, axis=axis, keepdims=keepdims)
    return a - math.log(count_of(x, a))


def _log1mexp_of_float(z: float) -> float:
    return math.log(-math.expm1(-z)) if z < math.log(2) else math.log1p(-math.exp(-z))


@elementwise(
    dz=lambda _, z: 1 / expm1(z),
    scalar=_log1mexp_of_float,
    domain=(0.0, math.inf),
    reference="Mächler 2012",
    elsewhere={"jax": theirs("nn.log1mexp")},
)
def log1mexp(z: Any) -> Any:
    """a = log(-expm1(-z))

    log(1 - exp(-z)) for z > 0, with JAX's sign; from log 2 on by log1p, which keeps the digits there.
    """
    with np.errstate(invalid="ignore", divide="ignore"):  # below 0 it is NaN, at 0 -inf
        return np.where(z < math.log(2), np.log(-np.expm1(-z)), np.log1p(-np.exp(-z)))
