"""Activations that weigh the entries of an axis against each other: softmax and its relatives.

The sums of exponentials leave out the largest entry, which is 1 after the shift: log1p then keeps
what 1 + 4e-18 would lose. In the derivative the cotangent is shifted by its entry at the largest
output, which changes nothing but the rounding: a confident row keeps its digits.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ..core.blocks import HALF, by_rows, wide
from ..core.dispatch import op
from ..core.facts import Fused, case
from .arithmetic import chain, has_nan, maximum
from .comparison import greater
from .elementary import exp
from .reduce import sum
from .rows import SHORT, index_of_largest, largest_apart, sum_apart, where_used

__all__ = [
    "at_largest", "gumbel_softmax", "hardmax", "log_softmax", "softmax", "softmax2d", "softmax_rest", "softmin",
    "sparsemax", "straight_through_hardmax",
]  # fmt: skip

_vecdot: Any = np.vecdot  # NumPy's stubs do not know its axis
_AXES = (case((2, 3)), case((2, 3), axis=0), case((2, 3, 4), axis=1), case((3,)))


@op(dz=None, reference="", cases=_AXES, grows=False)
def hardmax(z: Any, *, axis: int | None = -1) -> Any:
    """a = eye(z.shape[axis])[argmax(moveaxis(z, axis, -1), axis=-1)].swapaxes(axis, -1)

    1 at the largest entry, the first of several, and 0 elsewhere. Nothing flows through it.
    """
    a = np.zeros(z.shape, z.dtype if z.dtype.kind == "f" else np.float64)
    a[index_of_largest(z, axis)] = 1.0
    return a


@op(dz=lambda g, _, __, *, axis: g, reference="Bengio et al. 2013", estimator=True, cases=_AXES, grows=False)
def straight_through_hardmax(z: Any, *, axis: int | None = -1) -> Any:
    """a = eye(z.shape[axis])[argmax(moveaxis(z, axis, -1), axis=-1)].swapaxes(axis, -1)

    hardmax, which hands its cotangent on as it is. Of gumbel_softmax it makes what PyTorch calls
    hard=True: `straight_through_hardmax(gumbel_softmax(z, rng=rng))`.
    """
    return hardmax(z, axis=axis)


@op(
    dx=lambda g, _, __, y, *, axis: g * hardmax(y, axis=axis),
    dy=None,
    cases=(case((2, 3), (2, 3)), case((2, 3, 4), (2, 3, 4), axis=1)), grows=False,
    internal=True,
)
def at_largest(x: Any, y: Any, *, axis: int | None = -1) -> Any:
    """a = take_along_axis(x, argmax(y, axis=axis, keepdims=True), axis)

    The entry of x where y is largest; the axis stays, with length 1. 0 where there are no entries.
    """
    if not y.size:
        return np.add.reduce(x, axis=axis, keepdims=True)
    a = x[index_of_largest(y, axis)]
    return np.reshape(a, (1,) * x.ndim) if axis is None or not x.ndim else np.expand_dims(a, axis)


def _weighed(g: Any, a: Any, axis: int | None) -> Any:
    """a * (h - sum(h * a)), h = g shifted by its entry at the largest a; 0 in rows where g is 0"""
    h = g - at_largest(g, a, axis=axis)
    if type(h) is np.ndarray and axis is not None:  # the same in place
        mean = _vecdot(h, a, axis=axis)
        h -= np.expand_dims(mean, axis)
        np.multiply(h, a, out=h)
        return where_used(h, g, axis=axis) if has_nan(mean) else h
    return where_used(a * (h - sum(h * a, axis=axis, keepdims=True)), g, axis=axis)


@by_rows
def _softmax_back(g: Any, a: Any, _: Any, *, axis: int | None) -> Any:
    """a * (g - sum(g * a, axis=axis, keepdims=True))"""
    return _weighed(g, a, axis)


@by_rows
def _softmin_back(g: Any, a: Any, _: Any, *, axis: int | None) -> Any:
    """-a * (g - sum(g * a, axis=axis, keepdims=True))"""
    return -_weighed(g, a, axis)


@by_rows
def _exponentials(z: Any, *, axis: int) -> Any:
    """exp(z) / sum(exp(z)): of arrays."""
    _, _, e, rest = largest_apart(z, axis)
    return np.multiply(e, 1.0 / (rest + 1.0), out=e)


@op(
    dz=_softmax_back,
    cases=_AXES,
    reference="Boltzmann 1868; Bridle 1990",
    grows=False,
)
def softmax(z: Any, *, axis: int | None = -1) -> Any:
    """a = exp(z) / sum(exp(z), axis=axis, keepdims=True)

    Shifted by the largest entry, so that it cannot overflow. An entry of -inf gets nothing, one of +inf all:
    the limits. A row of nothing but -inf has none, and gives NaN.
    """
    return _exponentials(z, axis=axis)


@op(dz=_softmin_back, cases=_AXES, reference="", grows=False)
def softmin(z: Any, *, axis: int | None = -1) -> Any:
    """a = exp(-z) / sum(exp(-z), axis=axis, keepdims=True)

    softmax(-z): the smallest entry gets the most.
    """
    return _exponentials(np.asarray(np.subtract(0.0, z)), axis=axis)  # of unsigned numbers, too


@op(dz=lambda g, _, z, *, axis: -_weighed(g, softmax(z, axis=axis), axis), cases=_AXES, grows=False, internal=True)
def softmax_rest(z: Any, *, axis: int | None = -1) -> Any:
    """a = 1 - exp(z) / sum(exp(z), axis=axis, keepdims=True)

    1 - softmax(z), right to the last digits where softmax is next to 1 as well.
    """
    return _rest(z, axis=axis)


@by_rows
def _rest(z: Any, *, axis: int) -> Any:
    """1 - exp(z) / sum(exp(z)): of arrays."""
    largest, _, e, rest = largest_apart(z, axis)
    a = 1.0 - e / (1.0 + rest)
    a[largest] = np.squeeze(rest / (1.0 + rest), axis)
    return a


def _log_softmax_back(g: Any, a: Any, z: Any, *, axis: int | None) -> Any:
    """g - exp(a) * sum(g, axis=axis, keepdims=True)"""
    if z.dtype is HALF:  # in which exp(a) has two digits
        return _less_their_share(wide(g), softmax(wide(z), axis=axis), axis)
    return _in_rows(g, a, axis=axis)


@by_rows
def _in_rows(g: Any, a: Any, *, axis: int | None) -> Any:
    return _less_their_share(g, exp(a), axis)


def _less_their_share(g: Any, p: Any, axis: int | None) -> Any:
    """g - p * sum(g), over p if that is an array. All of it adds up to 0: so the entry of a p near 1, which
    cancels, is what the others lack. (Nodes give each entry its share of what is left over: that one nearly all.)"""
    total = sum(g, axis=axis, keepdims=True)
    if type(p) is not np.ndarray or type(g) is not np.ndarray:
        c = g - p * total
        return where_used(c - p * sum(c, axis=axis, keepdims=True), g, axis=axis)
    most = p > 0.5
    c = np.multiply(p, total, out=p)
    np.subtract(g, c, out=c)
    if most.any():
        np.subtract(c, np.add.reduce(c, axis=axis, keepdims=True), out=c, where=most)
    return where_used(c, g, axis=axis) if has_nan(c) else c


@by_rows
def _log_exponentials(z: Any, *, axis: int) -> Any:
    """z - log(sum(exp(z))): of arrays."""
    _, shifted, _, rest = largest_apart(z, axis, keep=True)
    return np.subtract(shifted, np.log1p(rest), out=shifted)


def _log_softmax_of_rows(z: Any, out: Any, *, axis: int | None) -> None:
    if z.ndim != 2 or axis not in (1, -1) or z.shape[1] > SHORT or not z.size:
        raise FloatingPointError("in fewer steps only for short rows")
    places = np.argmax(z, axis=1) + np.arange(0, z.size, z.shape[1])
    shifted = z - np.take(z, places)[:, np.newaxis]
    rest = sum_apart(shifted, places, np.ones((z.shape[1], 1), z.dtype))
    np.subtract(shifted, np.log1p(rest), out=out)


@op(
    dz=_log_softmax_back,
    fused=Fused(_log_softmax_of_rows),
    label="log softmax",
    cases=_AXES,
    reference="",
    grows=False,
)
def log_softmax(z: Any, *, axis: int | None = -1) -> Any:
    """a = z - log(sum(exp(z), axis=axis, keepdims=True))

    Shifted by the largest entry, so that it cannot overflow. An entry of -inf gets nothing, one of +inf all:
    the limits. A row of nothing but -inf has none, and gives NaN.
    """
    return _log_exponentials(z, axis=axis)


_CHANNELS = (case((2, 3, 2, 2)), case((3, 2, 1)))


def _softmax2d_back(g: Any, a: Any, _: Any) -> Any:
    """a * (g - sum(g * a, axis=-3, keepdims=True))"""
    return _softmax_back(g, a, _, axis=-3)


@op(dz=_softmax2d_back, cases=_CHANNELS, reference="", grows=False)
def softmax2d(z: Any) -> Any:
    """a = exp(z) / sum(exp(z), axis=-3, keepdims=True)

    softmax over the channels of images, of shape (N, C, H, W) or (C, H, W).
    """
    if z.ndim not in (3, 4):
        raise ValueError(f"images have shape (N, C, H, W) or (C, H, W), not {z.shape}; or use softmax(z, axis=...)")
    return _exponentials(z, axis=-3)


def _support_back(g: Any, a: Any, _: Any, *, axis: int | None) -> Any:
    """s * (g - sum(g * s, axis=axis, keepdims=True) / sum(s, axis=axis, keepdims=True)), s = a > 0"""
    g, support = wide(g), greater(a, 0.0)
    mean = sum(chain(g, support, a), axis=axis, keepdims=True)
    return support * (g - mean / maximum(sum(support, axis=axis, keepdims=True), 1.0))


@op(
    dz=_support_back,
    cases=_AXES, reference="Martins and Astudillo 2016",
    grows=False,
)
def sparsemax(z: Any, *, axis: int = -1) -> Any:
    """a = maximum(z - simplex_threshold(z, axis), 0)

    The nearest point that is a distribution: entries far below the largest get exactly 0. The slope jumps
    where an entry reaches 0; on such a kink it counts as one that is 0.
    """
    return _nearest_distributions(z, axis=axis)


@by_rows
def _nearest_distributions(z: Any, *, axis: int) -> Any:
    """sparsemax of arrays, shifted by the largest entry: beside 1e17 a 1 would be lost."""
    _, z, _, _ = largest_apart(z, axis, keep=True)
    ordered = -np.sort(-z, axis=axis)
    shape = [1] * z.ndim
    shape[axis] = -1
    counts = np.arange(1, z.shape[axis] + 1, dtype=z.dtype).reshape(shape)
    sums = np.cumsum(ordered, axis=axis)
    kept = np.sum(1.0 + counts * ordered > sums, axis=axis, keepdims=True)
    threshold = (np.take_along_axis(sums, kept - 1, axis) - 1.0) / kept.astype(z.dtype)
    threshold[np.isnan(np.take(sums, [-1], axis))] = np.nan
    return np.maximum(z - threshold, 0.0)


def _noise(rng: Any, shape: tuple[int, ...], dtype: Any) -> Any:
    """Gumbel noise, of this dtype if that is a float. Raises `TypeError` for what is neither a generator nor a seed."""
    if not isinstance(rng, (np.random.Generator, int, np.integer)):
        raise TypeError(f"rng={rng!r} is neither a numpy.random.Generator nor a seed; write rng=default_rng(0)")
    return np.asarray(np.random.default_rng(rng).gumbel(size=shape), dtype if dtype.kind == "f" else np.float64)


def _gumbel_back(g: Any, a: Any, _: Any, *, rng: Any, tau: float, axis: int | None) -> Any:
    """a * (g - sum(g * a, axis=axis, keepdims=True)) / tau"""
    return _softmax_back(g, a, _, axis=axis) / tau


@op(
    dz=_gumbel_back,
    domain={"tau": (0.0, np.inf)},
    cases=(case((2, 3), rng=0), case((2, 3, 4), rng=1, tau=0.5, axis=1)),
    reference="Jang et al. 2017; Maddison et al. 2017",
    grows=False,
)
def gumbel_softmax(z: Any, *, rng: Any, tau: float = 1.0, axis: int | None = -1) -> Any:
    """a = exp((z + gumbel(rng, z.shape)) / tau) / sum(exp((z + gumbel(rng, z.shape)) / tau), axis=axis, keepdims=True)

    A random point near a corner of the simplex: each corner as often as softmax(z) says, and the nearer
    the smaller the temperature tau. `rng`: a `numpy.random.Generator`, or a seed. For PyTorch's hard=True
    see `straight_through_hardmax`.
    """
    return _exponentials(np.asarray((z + _noise(rng, z.shape, z.dtype)) / tau), axis=axis)
