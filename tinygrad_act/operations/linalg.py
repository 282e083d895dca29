"""Products of vectors, matrices and tensors."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ..core.blocks import HALF, wide
from ..core.dispatch import op
from ..core.facts import case
from .arithmetic import has_nan
from .contraction import contracted, explicit, letters, letters_of, of_two_matrices, pairs, rule_of_dx
from .reduce import sum
from .shape import expand_dims, reshape, swapaxes
from .sizes import dotted, matrix_product, summed_product

__all__ = ["dot", "einsum", "matmul", "outer", "tensordot"]


def matmul_dx(g: Any, _: Any, x: Any, y: Any) -> Any:
    """g @ swapaxes(y, -1, -2)"""
    if y.ndim == 2 and x.ndim > 1:
        return matmul(g, y.T)
    if y.ndim == 1:
        return expand_dims(g, axis=-1) * y
    if x.ndim == 1:
        return matmul(y, g) if y.ndim == 2 else sum(expand_dims(g, axis=-2) * y, axis=-1)
    return matmul(g, swapaxes(y, axis1=-1, axis2=-2))


def matmul_dy(g: Any, _: Any, x: Any, y: Any) -> Any:
    """swapaxes(x, -1, -2) @ g"""
    if x.ndim == 2 and y.ndim > 1:
        return matmul(x.T, g)
    if x.ndim == 1:
        return expand_dims(x, axis=-1) * expand_dims(g, axis=-2) if y.ndim > 1 else g * x
    if y.ndim == 1:
        return matmul(g, x) if x.ndim == 2 else sum(x * expand_dims(g, axis=-1), axis=tuple(range(x.ndim - 1)))
    return matmul(swapaxes(x, axis1=-1, axis2=-2), g)


def _settled_dx(c: Any, g: Any, a: Any, x: Any, y: Any) -> Any:
    """The cotangent `c` of x in x @ y: zeros in `g` leave out what they meet in y, entry by entry."""
    if not has_nan(c):
        return c
    odd = ~np.isfinite(y)
    met = matmul_dx((g != 0) * 1.0, a, x, odd * 1.0)
    return np.where(met == 0, matmul_dx(g, a, x, np.where(odd, 0.0, y).astype(y.dtype)), c)


def _settled_dy(c: Any, g: Any, a: Any, x: Any, y: Any) -> Any:
    """The same for y in x @ y."""
    if not has_nan(c):
        return c
    odd = ~np.isfinite(x)
    met = matmul_dy((g != 0) * 1.0, a, odd * 1.0, y)
    return np.where(met == 0, matmul_dy(g, a, np.where(odd, 0.0, x).astype(x.dtype), y), c)


@op(
    dx=matmul_dx,
    dy=matmul_dy,
    label="@",
    cases=(
        case((2, 3), (3, 4)),
        case((3,), (3,)),
        case((3,), (3, 2)),
        case((2, 3), (3,)),
        case((4, 2, 3), (3, 2)),
        case((2, 3), (4, 3, 2)),
        case((4, 1, 2, 3), (5, 3, 2)),
        case((3,), (4, 3, 2)),
        case((4, 2, 3), (3,)),
        case((0, 3), (3, 2)),
        case((2, 0), (0, 3)),
    ),
    aliases=("np.linalg.matmul",),
    grows=matrix_product,
    idle=(_settled_dx, _settled_dy),
    layer="begins",
)
def matmul(x: Any, y: Any) -> Any:
    """a = x @ y

    Vectors, matrices, and batches of matrices that broadcast. Raises `ValueError` naming both
    shapes and the axes that differ.
    """
    try:
        if x.ndim == y.ndim == 2:
            return np.dot(x, y)  # it calls BLAS with less ado
        if x.ndim > 1 and y.ndim > 1 and x.shape[-1] == y.shape[-2] == 1:
            return x * y  # twice as fast as np.matmul
        return np.matmul(x, y)
    except ValueError:
        _check_matmul(x.shape, y.shape)
        raise


def _check_matmul(x: tuple[int, ...], y: tuple[int, ...]) -> None:
    if not x or not y:
        raise ValueError(f"cannot multiply {x} by {y}: a scalar has no axis to sum over; use *")
    x_axis, y_axis = len(x) - 1, max(len(y) - 2, 0)
    if x[x_axis] != y[y_axis]:
        raise ValueError(
            f"cannot multiply {x} by {y}: axis {x_axis} of the first has {x[x_axis]}, "
            f"axis {y_axis} of the second has {y[y_axis]}"
        )


def _dot_axes(y: Any) -> tuple[int, int]:
    """The axes of `tensordot` that `dot` sums over."""
    return -1, -min(y.ndim, 2)


def _dot_dx(g: Any, _: Any, x: Any, y: Any) -> Any:
    """`g` times `y`, summed over the axes of `y` alone"""
    if x.ndim == 0 or y.ndim == 0:
        return g * y
    if x.ndim <= 2 and y.ndim <= 2:  # there it is a matrix product, and BLAS is many times as fast as einsum
        return matmul_dx(g, _, x, y)
    return _tensordot_dx(g, _, x, y, axes=_dot_axes(y))


def _dot_dy(g: Any, _: Any, x: Any, y: Any) -> Any:
    """`x` times `g`, summed over the axes of `x` alone"""
    if x.ndim == 0 or y.ndim == 0:
        return g * x
    if x.ndim <= 2 and y.ndim <= 2:
        return matmul_dy(g, _, x, y)
    return _tensordot_dy(g, _, x, y, axes=_dot_axes(y))


@op(
    dx=_dot_dx,
    dy=_dot_dy,
    label="·",
    cases=(
        case((3,), (3,)),
        case((2, 3), (3, 4)),
        case((2, 3), (3,)),
        case((), (2, 3)),
        case((2, 3), ()),
        case((2, 3), (4, 3, 2)),
        case((2, 0), (0, 3)),
    ),
    grows=dotted,
    layer="begins",
)
def dot(x: Any, y: Any) -> Any:
    """a = dot(x, y)

    NumPy's dot: sums over the last axis of x and the second to last of y; a scalar multiplies.
    """
    if x.ndim and y.ndim:
        _check_matmul(x.shape, y.shape)
    if x.ndim and y.ndim and x.ndim + y.ndim > 4:  # beyond matrices NumPy does without BLAS
        xs, ys, gs = _tensordot_letters(x, y, _dot_axes(y))
        a = contracted(x, y, f"{xs},{ys}->{gs}")
        return np.dot(x, y) if a is None else a
    return np.dot(x, y)


@op(
    dx=lambda g, _, x, y: reshape(g @ reshape(y, shape=(-1,)), shape=x.shape),
    dy=lambda g, _, x, y: reshape(reshape(x, shape=(-1,)) @ g, shape=y.shape),
    label="⊗",
    cases=(case((3,), (2,)), case((2, 2), (3,)), case((), (3,))),
    aliases=("np.linalg.outer",),
    grows=lambda x, y: math.prod(x) * math.prod(y),
)
def outer(x: Any, y: Any) -> Any:
    """a = outer(x, y)"""
    return np.outer(x, y)


def _einsum_dxs(i: Any, g: Any, _: Any, *xs: Any, subscripts: Any) -> Any:
    """einsum(`g`, the other inputs)"""
    rule, fillers = rule_of_dx(subscripts, i, *[x.shape for x in xs])
    others = [x for k, x in enumerate(xs) if k != i]
    if len(others) == 1 and not fillers:
        return _product(g, others[0], rule)
    return einsum(g, *others, *[fill(size, dtype=g.dtype) for fill, size in fillers], subscripts=rule)


def _product(x: Any, y: Any, subscripts: str) -> Any:
    """einsum of two; of two matrices by `@`, a call of which costs half as much."""
    plan = of_two_matrices(subscripts, len(x.shape), len(y.shape))
    if plan is None or HALF in (x.dtype, y.dtype):
        return einsum(x, y, subscripts=subscripts)
    left, right = (y, x) if plan.swapped else (x, y)
    if left.shape[plan.left[1]] != right.shape[plan.right[0]]:  # one of them is stretched
        return einsum(x, y, subscripts=subscripts)
    a = matmul(left.T if plan.left == (1, 0) else left, right.T if plan.right == (1, 0) else right)
    return a.T if plan.output == (1, 0) else a


@op(
    dxs=_einsum_dxs,
    label="Σ∏",
    cases=(
        case((2, 3), (3, 4), subscripts="ij,jk->ik"),
        case((2, 3), subscripts="ij->ji"),
        case((2, 3), subscripts="ij->i"),
        case((3, 3), subscripts="ii->i"),
        case((3, 3), subscripts="ii"),
        case((2, 3), (3,), subscripts="ij,j"),
        case((2, 3), (2,), (3, 2), subscripts="ij,i,jk->k"),
        case((4, 2, 3), (3, 2), subscripts="...ij,jk->...ik"),
        case((4, 1, 3), (5, 3), subscripts="...i,...i->..."),
    ),
    grows=lambda *xs, subscripts: summed_product(*explicit(subscripts, list(xs)), list(xs)),
    layer="begins",
)
def einsum(*xs: Any, subscripts: str) -> Any:
    """a = einsum(subscripts, *xs)

    Call it as NumPy's: `einsum("ij,jk->ik", x, y)`; ellipses, diagonals and implicit outputs work.
    """
    if any(x.dtype is HALF for x in xs):
        return np.einsum(subscripts, *map(wide, xs)).astype(np.result_type(*xs))
    a = contracted(*xs, subscripts) if len(xs) == 2 else None
    return np.einsum(subscripts, *xs) if a is None else a


def _tensordot_letters(x: Any, y: Any, axes: Any) -> tuple[str, str, str]:
    """einsum's letters for x, y and tensordot(x, y)."""
    try:
        hash(axes)
    except TypeError:  # a list
        return letters(x.shape, y.shape, axes)
    return letters_of(x.shape, y.shape, axes)


def _tensordot_size(x: tuple[int, ...], y: tuple[int, ...], *, axes: Any) -> int:
    xs, ys = pairs(axes, x, y)
    return math.prod(n for i, n in enumerate(x) if i not in xs) * math.prod(n for i, n in enumerate(y) if i not in ys)


def _tensordot_dx(g: Any, _: Any, x: Any, y: Any, *, axes: Any) -> Any:
    """`g` times `y`, summed over the axes of `y` alone"""
    xs, ys, gs = _tensordot_letters(x, y, axes)
    return _product(g, y, f"{gs},{ys}->{xs}")


def _tensordot_dy(g: Any, _: Any, x: Any, y: Any, *, axes: Any) -> Any:
    """`x` times `g`, summed over the axes of `x` alone"""
    xs, ys, gs = _tensordot_letters(x, y, axes)
    return _product(x, g, f"{xs},{gs}->{ys}")


@op(
    dx=_tensordot_dx,
    dy=_tensordot_dy,
    label="·",
    cases=(
        case((2, 3), (3, 4), axes=1),
        case((2, 3, 4), (3, 4, 5), axes=2),
        case((2, 3, 4), (4, 5, 2), axes=((0, -1), (2, 0))),
        case((2, 3), (4, 3), axes=(1, 1)),
        case((2,), (3,), axes=0),
        case((2, 3), (2, 3), axes=2),
        case((0, 3), (3, 2), axes=1),
        case((2, 0), (0, 3), axes=1),
    ),
    grows=_tensordot_size,
    layer="begins",
)
def tensordot(x: Any, y: Any, *, axes: Any = 2) -> Any:
    """a = tensordot(x, y, axes)

    NumPy's: sums over the last `axes` axes of x and the first of y, or over the pairs that
    `axes=(axes of x, axes of y)` names. Raises `ValueError` for axes that are not there or differ in
    length, `TypeError` for what are no axes.
    """
    xs, ys, gs = _tensordot_letters(x, y, axes)
    rule = f"{xs},{ys}->{gs}"
    a = contracted(x, y, rule)
    return einsum(x, y, subscripts=rule) if a is None else a
