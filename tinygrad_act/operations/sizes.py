"""How many entries the results of operations have that may have more than what they are given.

Each is a rule for `grows=` of a declaration: a function of the inputs' shapes and of the static
parameters, which must not be too small. What they can't read raises, as the operation itself would.
"""

from __future__ import annotations

import math
from typing import Any, TypeAlias

import numpy as np

from ..core.trees import flatten

__all__ = ["added", "broadcast", "dotted", "filled", "matrix_product", "padded", "repeated", "summed_product", "taken",
           "taken_along", "tiled"]  # fmt: skip

Shape: TypeAlias = "tuple[int, ...]"


def broadcast(*shapes: Shape, **_: Any) -> int:
    """Of inputs that broadcast."""
    return math.prod(np.broadcast_shapes(*shapes))


def filled(_: Shape, *, shape: Any, **__: Any) -> int:
    """Of an operation that is told the shape."""
    return math.prod(flatten(shape))


def padded(x: Shape, *, pad_width: Any, **_: Any) -> int:
    """Of `pad`."""
    most = max([abs(int(n)) for n in flatten(pad_width)], default=0)
    return math.prod(n + 2 * most for n in x)


def repeated(x: Shape, *, repeats: Any, axis: Any) -> int:
    """Of `repeat`."""
    counts: list[int] = [abs(int(n)) for n in np.ravel(repeats)]
    size = math.prod(x)
    length = size if axis is None else x[axis]
    total = counts[0] * length if len(counts) == 1 else sum(counts)
    return int(size // max(length, 1) * total)


def tiled(x: Shape, *, reps: Any) -> int:
    """Of `tile`."""
    return math.prod(x) * math.prod(map(int, np.ravel(reps)))


def matrix_product(x: Shape, y: Shape) -> int:
    """Of `matmul`."""
    return math.prod(np.broadcast_shapes(x[:-2], y[:-2])) * math.prod(x[-2:-1]) * math.prod(y[1:][-1:])


def dotted(x: Shape, y: Shape) -> int:
    """Of `dot`."""
    if not x or not y:
        return math.prod(x) * math.prod(y)
    return math.prod(x[:-1]) * math.prod(y[:-2]) * math.prod(y[1:][-1:])


def summed_product(terms: list[str], output: str, shapes: list[Shape]) -> int:
    """Of `einsum`, whose subscripts are written out for every input."""
    lengths: dict[str, int] = {}
    for term, shape in zip(terms, shapes):
        for letter, n in zip(term, shape):
            lengths[letter] = n if lengths.get(letter, 1) == 1 else lengths[letter]
    return math.prod(lengths[letter] for letter in output)


def taken(x: Shape, *, index: Any) -> int:
    """Of `getitem`. An array or a list in the index takes the place of at least one axis."""
    parts = index if isinstance(index, tuple) else (index,)
    whole: list[Any] = []
    count = 1
    for part in parts:
        if isinstance(part, (list, tuple, np.ndarray)):
            array = np.asarray(part)
            whole += [0] * (array.ndim if array.dtype == bool else 1)
            count *= array.size
        else:
            whole.append(part)
    return count * int(np.broadcast_to(np.int8(0), x)[tuple(whole)].size)


def taken_along(x: Shape, index: Shape, *, axis: int) -> int:
    """Of `take_axis`."""
    return math.prod(n for i, n in enumerate(x) if i != axis % len(x)) * math.prod(index)


def added(x: Shape, index: Shape, *, size: int, axis: int) -> int:
    """Of `put_add`."""
    first = axis % max(len(x) - len(index) + 1, 1)
    return math.prod(x[:first]) * size * math.prod(x[first + len(index) :])
