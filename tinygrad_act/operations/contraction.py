"""einsum of two inputs as one matrix product, where it is one: BLAS is many times as fast as einsum's loop.

The letters of the inputs fall into four groups: those of both inputs and the output (a batch), those of both
inputs alone (summed over), and those of one input and the output. With the axes in the order of these groups,
and each group but the batch as one axis, it is `matmul`. Where nothing is summed over it is a multiplication.
"""

from __future__ import annotations

import functools
import math
import operator
import re
from typing import Any, NamedTuple

import numpy as np

from ..core.blocks import HALF

__all__ = [
    "LETTERS", "contracted", "explicit", "letters", "letters_of", "of_two_matrices", "pairs", "rule_of_dx", "shaped",
]  # fmt: skip

LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
_OF_TWO = re.compile(r"[A-Za-z. ]*,[A-Za-z. ]*(->[A-Za-z. ]*)?")


def explicit(subscripts: str, shapes: list[tuple[int, ...]]) -> tuple[list[str], str]:
    """The subscripts of every input, and of the output, without ellipses and blanks."""
    inputs, arrow, output = subscripts.replace(" ", "").partition("->")
    terms = inputs.split(",")
    spare = [letter for letter in reversed(LETTERS) if letter not in subscripts]
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


@functools.lru_cache(maxsize=1024)
def rule_of_dx(subscripts: str, i: int, *shapes: tuple[int, ...]) -> tuple[str, list[tuple[Any, int]]]:
    """The subscripts of the cotangent of an input, and what is multiplied by beside g and the other inputs."""
    terms, output = explicit(subscripts, list(shapes))
    factors = [output, *(term for k, term in enumerate(terms) if k != i)]
    wanted, known = "", set("".join(factors))
    fillers: list[tuple[Any, int]] = []
    spare = iter(letter for letter in LETTERS if letter not in known.union(terms[i]))
    for letter, size in zip(terms[i], shapes[i]):
        if letter in wanted:  # a diagonal: only where both axes agree
            twin = next(spare)
            factors.append(letter + twin)
            fillers.append((np.eye, size))
            letter = twin
        elif letter not in known:  # summed over this input alone: every entry gets the same
            factors.append(letter)
            fillers.append((np.ones, size))
        wanted += letter
    return f"{','.join(factors)}->{wanted}", fillers


class _Plan(NamedTuple):
    """A product of two tensors as one of matrices."""

    swapped: bool
    """Whether the second input stands on the left."""
    left: tuple[int, ...]
    """The axes of the input on the left: batch, own, summed."""
    right: tuple[int, ...]
    """The axes of the other: batch, summed, own."""
    batch: int
    summed: int
    output: tuple[int, ...]
    """The axes of the product in the order of the output."""
    matrices: bool
    """Whether it is a product of matrices and vectors as they are, or transposed."""


class _Entries(NamedTuple):
    """A product of entries: the axes of both inputs in the order of the output, and where each has any."""

    left: tuple[int, ...]
    right: tuple[int, ...]
    in_left: tuple[bool, ...]
    in_right: tuple[bool, ...]


def contracted(x: Any, y: Any, subscripts: str) -> Any:
    """einsum(subscripts, x, y) as a product of matrices or entries; None where it is none, or einsum is as good."""
    if x.dtype.kind != "f" or y.dtype.kind != "f" or HALF in (x.dtype, y.dtype):
        return None
    plan = _plan(subscripts, len(x.shape), len(y.shape))
    if plan is None:
        return None
    if isinstance(plan, _Entries):
        x, y = _spread(x, plan.left, plan.in_left), _spread(y, plan.right, plan.in_right)
        return x * y if _stretch(x.shape, y.shape) else None
    if plan.swapped:
        x, y = y, x
    if plan.matrices:
        x, y = x.T if plan.left == (1, 0) else x, y.T if plan.right == (1, 0) else y
        a = np.dot(x, y) if x.shape[-1] == y.shape[0] else None
        return a.T if a is not None and plan.output == (1, 0) else a
    x, y = _transposed(x, plan.left), _transposed(y, plan.right)
    n, k = plan.batch, plan.summed
    batches, own, summed = x.shape[:n], x.shape[n : len(x.shape) - k], x.shape[len(x.shape) - k :]
    if summed != y.shape[n : n + k] or not _stretch(batches, y.shape):
        return None  # an axis of length 1 that is stretched, or lengths that differ: einsum knows what to say
    others = y.shape[n + k :]
    rows, inner, columns = ([math.prod(sizes)] if n or sizes else [] for sizes in (own, summed, others))
    x, y = shaped(x, (*batches, *rows, *inner)), shaped(y, (*y.shape[:n], *inner, *columns))
    if inner == [1] and rows and columns:
        a = x * shaped(y, (*y.shape[:n], 1, *columns))
    else:
        a = np.matmul(x, y) if n else np.dot(x, y)
    return _transposed(shaped(a, (*a.shape[:n], *own, *others)), plan.output)


def of_two_matrices(subscripts: str, x_ndim: int, y_ndim: int) -> _Plan | None:
    """The plan where it is a product of two matrices, as they are or transposed; None for anything else."""
    plan = _plan(subscripts, x_ndim, y_ndim) if x_ndim == y_ndim == 2 else None
    return plan if isinstance(plan, _Plan) and plan.matrices and len(plan.output) == 2 else None


def _stretch(x: tuple[int, ...], y: tuple[int, ...]) -> bool:
    """Whether these axes are of one length each, or one of them is 1."""
    return all(a == b or 1 in (a, b) for a, b in zip(x, y))


def _spread(x: Any, axes: tuple[int, ...], there: tuple[bool, ...]) -> Any:
    """The axes in this order, with one of length 1 where none is there."""
    x = _transposed(x, axes)
    sizes = iter(x.shape)
    return shaped(x, tuple([next(sizes) if own else 1 for own in there]))


def _transposed(x: Any, axes: tuple[int, ...]) -> Any:
    if axes == tuple(range(len(axes))):
        return x
    return x.T if axes == (1, 0) else np.transpose(x, axes)


def shaped(x: Any, shape: tuple[int, ...]) -> Any:
    """x in this shape; no step of a program where it has it."""
    return x if x.shape == shape else x.reshape(shape)


@functools.lru_cache(maxsize=1024)
def _plan(subscripts: str, x_ndim: int, y_ndim: int) -> _Plan | _Entries | None:
    """How to bring it about; None where a letter stands twice in one place, is summed over one input alone, or
    nothing is left to be gained."""
    if not _OF_TWO.fullmatch(subscripts) or any(part.count("...") > 1 for part in re.split(",|->", subscripts)):
        return None
    (x, y), output = explicit(subscripts, [(1,) * x_ndim, (1,) * y_ndim])
    if "." in x + y + output or (len(x), len(y)) != (x_ndim, y_ndim):
        return None
    if any(len(set(term)) < len(term) for term in (x, y, output)) or not set(x) ^ set(y) <= set(output) <= set(x + y):
        return None
    if not set(x) & set(y) - set(output):
        left, right = (tuple([term.index(letter) for letter in output if letter in term]) for term in (x, y))
        return _Entries(left, right, *(tuple([letter in term for letter in output]) for term in (x, y)))
    return _of_matrices(x, y, output)


def _of_matrices(x: str, y: str, output: str) -> _Plan | None:
    """The plan where something is summed over; None for the dot products of a batch."""
    swapped = bool(output) and output[-1] in x and output[-1] not in y
    if swapped:
        x, y = y, x
    batch = [letter for letter in output if letter in x and letter in y]
    summed = [letter for letter in x if letter in y and letter not in output]
    left = [letter for letter in output if letter not in y]
    right = [letter for letter in output if letter not in x]
    if batch and not left and not right:
        return None
    made = batch + left + right
    return _Plan(
        swapped,
        tuple([x.index(letter) for letter in batch + left + summed]),
        tuple([y.index(letter) for letter in batch + summed + right]),
        len(batch),
        len(summed),
        tuple([made.index(letter) for letter in output]),
        not batch and max(len(left), len(summed), len(right)) == 1,
    )


def pairs(axes: Any, x: tuple[int, ...], y: tuple[int, ...]) -> tuple[list[int], list[int]]:
    """The axes of both that are summed over, from 0. Raises `ValueError` or `TypeError` for what are no such axes."""
    axes = axes.item() if isinstance(axes, np.ndarray) and not axes.shape else axes
    if isinstance(axes, (int, np.integer)) and not isinstance(axes, bool):
        if not 0 <= axes <= min(len(x), len(y)):
            raise ValueError(f"axes={axes}: expected at most as many axes as both have, of shapes {x} and {y}, from 0")
        return list(range(len(x) - axes, len(x))), list(range(axes))
    if not isinstance(axes, (tuple, list, np.ndarray)) or len(axes) != 2:
        raise TypeError(f"axes={axes!r}: expected how many axes to sum over, or a pair: those of x, and those of y")
    xs, ys = (_from_zero(each, shape) for each, shape in zip(axes, (x, y)))
    if len(xs) != len(ys):
        raise ValueError(f"axes={axes!r}: {len(xs)} axes of x and {len(ys)} of y; give as many of each")
    for i, j in zip(xs, ys):
        if x[i] != y[j]:
            raise ValueError(f"cannot sum over axis {i} of {x} and {j} of {y}: they have {x[i]} and {y[j]} entries")
    return xs, ys


def _from_zero(axes: Any, shape: tuple[int, ...]) -> list[int]:
    """Axes of one input."""
    try:
        found = [operator.index(i) for i in (axes if isinstance(axes, (tuple, list, np.ndarray)) else (axes,))]
    except TypeError:
        raise TypeError(f"axes of shape {shape}: got {axes!r}; expected whole numbers") from None
    for i in found:
        if not -len(shape) <= i < len(shape):
            raise ValueError(f"axis {i} is out of range for shape {shape}, which has {len(shape)} axes")
    found = [i % len(shape) for i in found]
    if len(set(found)) < len(found):
        raise ValueError(f"axes {axes!r} name an axis of shape {shape} twice")
    return found


@functools.lru_cache(maxsize=1024, typed=True)  # True is no number of axes, though it is equal to 1
def letters_of(x: tuple[int, ...], y: tuple[int, ...], axes: Any) -> tuple[str, str, str]:
    """`letters`, looked up; for `axes` with a hash."""
    return letters(x, y, axes)


def letters(x: tuple[int, ...], y: tuple[int, ...], axes: Any) -> tuple[str, str, str]:
    """einsum's letters for x and y of these shapes, and for tensordot(x, y)."""
    found = dict(zip(*pairs(axes, x, y)[::-1]))
    xs = LETTERS[: len(x)]
    ys = "".join([xs[found[j]] if j in found else LETTERS[len(xs) + j] for j in range(len(y))])
    return xs, ys, "".join([letter for letter in xs + ys if not (letter in xs and letter in ys)])
