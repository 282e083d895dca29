"""Products of vectors, matrices and tensors."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ..blocks import HALF, wide
from ..dispatch import op
from ..op import case
from .reduce import sum
from .shape import expand_dims, reshape, swapaxes
from .sizes import dotted, matrix_product, summed_product

__all__ = ["dot", "einsum", "matmul", "outer"]


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
)
def matmul(x: Any, y: Any) -> Any:
    """a = x @ y

    Vectors, matrices, and batches of matrices that broadcast. Raises `ValueError` naming both
    shapes and the axes that differ.
    """
    try:
        return np.dot(x, y) if x.ndim == y.ndim == 2 else np.matmul(x, y)  # dot calls BLAS with less ado
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


def _dot_letters(x: Any, y: Any) -> tuple[str, str, str]:
    """einsum's letters for x, y and dot(x, y)."""
    before = _LETTERS[: x.ndim - 1]
    after = _LETTERS[x.ndim - 1 : x.ndim + y.ndim - 3] if y.ndim > 1 else ""
    last = "y" if y.ndim > 1 else ""
    return before + "z", after + "z" + last, before + after + last


def _dot_dx(g: Any, _: Any, x: Any, y: Any) -> Any:
    """g times y, summed over y's own axes"""
    if x.ndim == 0 or y.ndim == 0:
        return g * y
    if x.ndim <= 2 and y.ndim <= 2:  # there it is a matrix product, and BLAS is many times as fast as einsum
        return matmul_dx(g, _, x, y)
    xs, ys, gs = _dot_letters(x, y)
    return einsum(g, y, subscripts=f"{gs},{ys}->{xs}")


def _dot_dy(g: Any, _: Any, x: Any, y: Any) -> Any:
    """x times g, summed over x's own axes"""
    if x.ndim == 0 or y.ndim == 0:
        return g * x
    if x.ndim <= 2 and y.ndim <= 2:
        return matmul_dy(g, _, x, y)
    xs, ys, gs = _dot_letters(x, y)
    return einsum(x, g, subscripts=f"{xs},{gs}->{ys}")


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
)
def dot(x: Any, y: Any) -> Any:
    """a = dot(x, y)

    NumPy's dot: sums over the last axis of x and the second to last of y; a scalar multiplies.
    """
    if x.ndim and y.ndim:
        _check_matmul(x.shape, y.shape)
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
    """einsum(g, the other inputs)"""
    terms, output = _explicit(subscripts, [x.shape for x in xs])
    others = [(term, x) for k, (term, x) in enumerate(zip(terms, xs)) if k != i]
    factors = [(output, g), *others]
    wanted, known = "", set(output).union(*(term for term, _ in others))
    spare = iter(letter for letter in _LETTERS if letter not in known.union(terms[i]))
    for letter, size in zip(terms[i], xs[i].shape):
        if letter in wanted:  # a diagonal: only where both axes agree
            twin = next(spare)
            factors.append((letter + twin, np.eye(size, dtype=g.dtype)))
            letter = twin
        elif letter not in known:  # summed over this input alone: every entry gets the same
            factors.append((letter, np.ones(size, g.dtype)))
        wanted += letter
    rule = ",".join(term for term, _ in factors) + "->" + wanted
    return einsum(*(factor for _, factor in factors), subscripts=rule)


_LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"


def _explicit(subscripts: str, shapes: list[tuple[int, ...]]) -> tuple[list[str], str]:
    """The subscripts of every input, and of the output, without ellipses and blanks."""
    inputs, arrow, output = subscripts.replace(" ", "").partition("->")
    terms = inputs.split(",")
    spare = [letter for letter in reversed(_LETTERS) if letter not in subscripts]
    depth = max(len(shape) - len(term.replace("...", "")) for term, shape in zip(terms, shapes))
    common = "".join(spare[:depth])
    if not arrow:
        letters = inputs.replace(",", "").replace("...", "")
        output = "..." * ("..." in inputs) + "".join(sorted(c for c in set(letters) if letters.count(c) == 1))
    filled = []
    for term, shape in zip(terms, shapes):
        hidden = len(shape) - len(term.replace("...", ""))
        filled.append(term.replace("...", common[len(common) - hidden :]))
    return filled, output.replace("...", common)


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
    grows=lambda *xs, subscripts: summed_product(*_explicit(subscripts, list(xs)), list(xs)),
)
def einsum(*xs: Any, subscripts: str) -> Any:
    """a = einsum(subscripts, *xs)

    Call it as NumPy's: `einsum("ij,jk->ik", x, y)`; ellipses, diagonals and implicit outputs work.
    """
    if any(x.dtype is HALF for x in xs):
        return np.einsum(subscripts, *map(wide, xs)).astype(np.result_type(*xs))
    return np.einsum(subscripts, *xs)
