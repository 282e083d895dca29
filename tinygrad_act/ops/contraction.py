"""einsum of two inputs as one matrix product, where it is one: BLAS is many times as fast as einsum's loop.

The letters of the inputs fall into four groups: those of both inputs and the output (a batch), those of both
inputs alone (summed over), and those of one input and the output. With the axes in the order of these groups,
and each group but the batch as one axis, it is `matmul`. Where nothing is summed over it is a multiplication.
"""

from __future__ import annotations

import functools
import math
import re
from typing import Any, NamedTuple

import numpy as np

from ..blocks import HALF

__all__ = ["LETTERS", "contracted", "explicit"]

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
    x, y = _reshaped(x, (*batches, *rows, *inner)), _reshaped(y, (*y.shape[:n], *inner, *columns))
    if inner == [1] and rows and columns:
        a = x * _reshaped(y, (*y.shape[:n], 1, *columns))
    else:
        a = np.matmul(x, y) if n else np.dot(x, y)
    return _transposed(_reshaped(a, (*a.shape[:n], *own, *others)), plan.output)


def _stretch(x: tuple[int, ...], y: tuple[int, ...]) -> bool:
    """Whether these axes are of one length each, or one of them is 1."""
    return all(a == b or 1 in (a, b) for a, b in zip(x, y))


def _spread(x: Any, axes: tuple[int, ...], there: tuple[bool, ...]) -> Any:
    """The axes in this order, with one of length 1 where none is there."""
    x = _transposed(x, axes)
    sizes = iter(x.shape)
    return _reshaped(x, tuple([next(sizes) if own else 1 for own in there]))


def _transposed(x: Any, axes: tuple[int, ...]) -> Any:
    if axes == tuple(range(len(axes))):
        return x
    return x.T if axes == (1, 0) else np.transpose(x, axes)


def _reshaped(x: Any, shape: tuple[int, ...]) -> Any:
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
