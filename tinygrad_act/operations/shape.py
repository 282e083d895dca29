"""Operations that move entries and compute nothing: reshape, transpose, join, repeat, pad."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..core.axes import axes_of, axis_of
from ..core.blocks import HALF, wide
from ..core.dispatch import op
from ..core.facts import case
from ..core.parameters import Axes, AxisList
from ..formula import Expr, call
from .index import getitem, scatter_add
from .sizes import filled, padded, repeated, tiled

__all__ = [
    "astype", "broadcast_to", "concatenate", "expand_dims", "flip", "moveaxis", "pad", "repeat",
    "reshape", "roll", "squeeze", "stack", "sum_to", "swapaxes",
    "tile", "transpose",
]  # fmt: skip

@op(
    dx=lambda g, _, x, *, shape: reshape(g, shape=x.shape),
    linear=True,
    cases=(case((2, 3), shape=(3, 2)), case((6,), shape=(2, -1)), case((), shape=(1, 1)), case((0, 3), shape=(0,))),
    grows=False,
    layer="continues",
)
def reshape(x: Any, *, shape: Any) -> Any:
    """a = reshape(x, shape)"""
    return x.reshape(shape)


@op(
    dx=lambda g, _, __, *, axes: transpose(g, axes=_inverse(axes)),
    linear=True,
    cases=(case((2, 3)), case((2, 3, 4), axes=(1, 2, 0)), case((2, 3, 4), axes=(0, -1, 1)), case(())),
    grows=False,
    layer="continues",
)
def transpose(x: Any, *, axes: AxisList = None) -> Any:
    """a = transpose(x, axes)

    `axes`: the new order of the axes; None reverses it.
    """
    return x.transpose(axes)


def _inverse(axes: Any) -> Any:
    """The order of axes that undoes `axes`."""
    if isinstance(axes, Expr):
        return call("argsort", (axes,))
    if not isinstance(axes, (tuple, list)):  # None undoes itself
        return axes
    return tuple(int(i) for i in np.argsort(axes_of(tuple(axes), len(axes))))


@op(
    dx=lambda g, _, __, *, axis1, axis2: swapaxes(g, axis1=axis1, axis2=axis2),
    linear=True,
    cases=(case((2, 3), axis1=0, axis2=1), case((2, 3, 4), axis1=-1, axis2=0)),
    grows=False,
    layer="continues",
)
def swapaxes(x: Any, *, axis1: int, axis2: int) -> Any:
    """a = swapaxes(x, axis1, axis2)"""
    return x.swapaxes(axis1, axis2)


@op(
    dx=lambda g, _, __, *, source, destination: moveaxis(g, source=destination, destination=source),
    linear=True,
    cases=(case((2, 3, 4), source=0, destination=-1), case((2, 3, 4), source=(0, 1), destination=(2, 0))),
    grows=False,
    layer="continues",
)
def moveaxis(x: Any, *, source: AxisList, destination: AxisList) -> Any:
    """a = moveaxis(x, source, destination)"""
    return np.moveaxis(x, source, destination)


@op(
    dx=lambda g, _, x, *, axis: reshape(g, shape=x.shape),
    linear=True,
    cases=(case((1, 3, 1)), case((1, 3, 1), axis=0), case((1, 3, 1), axis=(0, -1)), case(())),
    grows=False,
    layer="continues",
)
def squeeze(x: Any, *, axis: Axes = None) -> Any:
    """a = squeeze(x, axis)"""
    return np.squeeze(x, axis)


@op(
    dx=lambda g, _, x, *, axis: reshape(g, shape=x.shape),
    linear=True,
    cases=(case((2, 3), axis=0), case((2, 3), axis=(0, -1)), case((), axis=0)),
    grows=False,
)
def expand_dims(x: Any, *, axis: AxisList) -> Any:
    """a = expand_dims(x, axis)"""
    return np.expand_dims(x, axis)


@op(
    dx=lambda g, _, x, *, shape: sum_to(g, shape=x.shape),
    linear=True,
    cases=(case((3,), shape=(2, 3)), case((2, 1), shape=(4, 2, 3)), case((), shape=(2,)), case((1, 3), shape=(0, 3))),
    grows=filled,
)
def broadcast_to(x: Any, *, shape: Any) -> Any:
    """a = broadcast_to(x, shape)"""
    return np.broadcast_to(x, shape)


@op(
    dx=lambda g, _, x, *, shape: broadcast_to(g, shape=x.shape),
    linear=True,
    cases=(case((2, 3), shape=(3,)), case((4, 2, 3), shape=(2, 1)), case((2,), shape=()), case((0, 3), shape=(1, 3))),
    grows=False,
    internal=True,
)
def sum_to(x: Any, *, shape: Any) -> Any:
    """a = sum_to(x, shape)

    The opposite of `broadcast_to`: sums the axes that broadcasting from `shape` to x's shape would
    add or stretch. `x.shape` must be a shape that `shape` broadcasts to.
    """
    added = x.ndim - len(shape)
    if added == 1 and x.ndim == 2 and x.shape[1:] == shape and x.dtype.kind == "f":
        ones = np.empty(x.shape[0], x.dtype)
        ones.fill(1.0)
        return np.dot(ones, x)  # a bias's gradient: as a product it is several times faster
    axes = tuple(range(added)) + tuple(i + added for i, n in enumerate(shape) if n == 1 and x.shape[i + added] != 1)
    if x.dtype is HALF:
        return np.add.reduce(wide(x), axis=axes).reshape(shape).astype(HALF)
    return np.add.reduce(x, axis=axes).reshape(shape)


def _part(i: Any, g: Any, _: Any, *xs: Any, axis: Any) -> Any:
    """`g`[the part of `xs[i]`]"""
    if axis is None:
        start = sum(x.size for x in xs[:i])
        return reshape(getitem(g, index=slice(start, start + xs[i].size)), shape=xs[i].shape)
    start = sum(x.shape[axis] for x in xs[:i])
    return getitem(g, index=_along(axis, g.ndim, slice(start, start + xs[i].shape[axis])))


def _along(axis: int, ndim: int, part: Any) -> tuple[Any, ...]:
    """The index that takes `part` of one axis and all of the others."""
    return (slice(None),) * axis_of(axis, ndim) + (part,)


@op(
    dxs=_part,
    linear=True,
    cases=(
        case((2, 3), (1, 3)),
        case((2, 3), (2, 1), (2, 2), axis=-1),
        case((2, 3), (2,), axis=None),
        case((0,), (3,)),
    ),
    grows=False,
)
def concatenate(*xs: Any, axis: int | None = 0) -> Any:
    """a = concatenate(xs, axis)

    Call it as NumPy's: `concatenate([x, y], axis=0)`.
    """
    return np.concatenate(xs, axis)


def _layer(i: Any, g: Any, _: Any, *xs: Any, axis: Any) -> Any:
    """`g`[`i` along axis]"""
    return getitem(g, index=_along(axis, g.ndim, i))


@op(
    dxs=_layer,
    linear=True,
    cases=(case((3,), (3,)), case((2, 3), (2, 3), (2, 3), axis=-1), case((), ()), case((0,), (0,), axis=1)),
    grows=False,
)
def stack(*xs: Any, axis: int = 0) -> Any:
    """a = stack(xs, axis)

    Call it as NumPy's: `stack([x, y], axis=0)`.
    """
    return np.stack(xs, axis)


@op(
    dx=lambda g, _, __, *, axis: flip(g, axis=axis),
    linear=True,
    cases=(case((2, 3)), case((2, 3), axis=0), case((2, 3, 4), axis=(0, -1))),
    grows=False,
)
def flip(x: Any, *, axis: AxisList = None) -> Any:
    """a = flip(x, axis)"""
    return np.flip(x, axis)


@op(
    dx=lambda g, _, __, *, shift, axis: roll(g, shift=_opposite(shift), axis=axis),
    linear=True,
    cases=(case((2, 3), shift=1), case((2, 3), shift=-2, axis=1), case((2, 3), shift=(1, 2), axis=(0, 1))),
    grows=False,
)
def roll(x: Any, *, shift: Any, axis: AxisList = None) -> Any:
    """a = roll(x, shift, axis)"""
    return np.roll(x, shift, axis)


def _opposite(shift: Any) -> Any:
    return tuple(-n for n in shift) if isinstance(shift, (tuple, list)) else -shift


def _unpad(g: Any, _: Any, x: Any, *, pad_width: Any, mode: Any, constant_values: Any) -> Any:
    """`g`[the part that was not padded]"""
    before = np.broadcast_to(pad_width, (x.ndim, 2))[:, 0]
    return getitem(g, index=tuple(slice(int(b), int(b) + n) for b, n in zip(before, x.shape)))


@op(
    dx=_unpad,
    cases=(
        case((2, 3), pad_width=1),
        case((2, 3), pad_width=((0, 1), (2, 0)), constant_values=0.5),
        case((3,), pad_width=(2, 1)),
    ),
    grows=padded,
    layer="continues",
)
def pad(x: Any, *, pad_width: Any, mode: str = "constant", constant_values: Any = 0) -> Any:
    """a = pad(x, pad_width, mode, constant_values=constant_values)

    Pads with constants, to which nothing flows; other modes raise `ValueError`.
    """
    if mode != "constant":
        raise ValueError(f"mode {mode!r} has no derivative here; use mode='constant', or index with repeats")
    return np.pad(x, pad_width, constant_values=constant_values)


def _unrepeat(g: Any, _: Any, x: Any, *, repeats: Any, axis: Any) -> Any:
    """sum of `g` over the copies"""
    if axis is None or not x.ndim:
        copies = np.repeat(np.arange(x.size), repeats)
        return reshape(scatter_add(g, shape=(x.size,), index=copies), shape=x.shape)
    copies = np.repeat(np.arange(x.shape[axis]), repeats)
    return scatter_add(g, shape=x.shape, index=_along(axis, x.ndim, copies))


@op(
    dx=_unrepeat,
    linear=True,
    cases=(case((2, 3), repeats=2), case((2, 3), repeats=[1, 0, 2], axis=1), case((2, 3), repeats=3, axis=-2)),
    grows=repeated,
)
def repeat(x: Any, *, repeats: Any, axis: int | None = None) -> Any:
    """a = repeat(x, repeats, axis)"""
    return np.repeat(x, repeats, axis)


def _untile(g: Any, _: Any, x: Any, *, reps: Any) -> Any:
    """sum of `g` over the copies"""
    counts = tuple(map(int, np.ravel(reps)))
    ndim = max(len(counts), x.ndim)
    counts, sizes = (1,) * (ndim - len(counts)) + counts, (1,) * (ndim - x.ndim) + x.shape
    pairs = tuple(n for pair in zip(counts, sizes) for n in pair)  # copies and entries take turns
    once = tuple(n for size in sizes for n in (1, size))
    return reshape(sum_to(reshape(g, shape=pairs), shape=once), shape=x.shape)


@op(
    dx=_untile,
    linear=True,
    cases=(case((3,), reps=2), case((2, 3), reps=(2, 1, 2)), case((2, 3), reps=(2,)), case((), reps=(2, 2))),
    grows=tiled,
)
def tile(x: Any, *, reps: Any) -> Any:
    """a = tile(x, reps)"""
    return np.tile(x, reps)


@op(dx=lambda g, _, __, *, dtype: g, linear=True, cases=(case((2, 3), dtype=np.float64),), grows=False)
def astype(x: Any, *, dtype: Any) -> Any:
    """a = asarray(x, dtype)

    The gradient comes back in x's dtype. Nothing flows through a conversion to integers or booleans.
    """
    return x.astype(dtype)
