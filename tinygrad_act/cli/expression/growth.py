"""How many numbers a call would make: a short formula must not fill the memory."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from ...core.errors import shape_of
from ...core.op import Op
from ...core.trees import flatten

__all__ = ["entries", "is_declared"]

_ENOUGH = 1 << 64
"""No machine has so many entries: to multiply on is a waste."""


def entries(op: Op, args: Sequence[Any], static: Mapping[str, Any]) -> int:
    """At most so many entries the result has, by what the operation's declaration says; see `Op.grows`."""
    shapes = [shape_of(x) for x in args]
    if op.elementwise:
        try:
            return math.prod(np.broadcast_shapes(*shapes))
        except ValueError:
            return 0  # the operation will say why
    if op.grows is False:
        return sum(map(_filled, shapes))
    if callable(op.grows):
        try:
            return int(op.grows(*shapes, **{**op.defaults, **static}))
        except (TypeError, ValueError, IndexError, ArithmeticError, AttributeError):
            pass  # perhaps the operation takes what its rule does not
    return _at_worst(shapes, {**op.defaults, **static})


def is_declared(op: Op) -> bool:
    """Whether the declaration says how large results are."""
    return op.elementwise or op.grows is not None


def _filled(shape: tuple[int, ...]) -> int:
    """The entries of an array of this shape; a sum over an axis of length 0 has as many as if it were 1."""
    return math.prod(max(n, 1) for n in shape)


def _at_worst(shapes: Sequence[tuple[int, ...]], static: Mapping[str, Any]) -> int:
    """For an operation that says nothing: as if it made a matrix of all entries by all entries, as an outer product
    does, and every whole number among its parameters made all axes so many times as long."""
    total = sum(map(_filled, shapes)) ** 2
    axes = max([1, *map(len, shapes)])
    for x in flatten(list(static.values())):
        number = np.abs(x) if isinstance(x, (int, float, np.number)) else 1
        if number > 1 and number < math.inf and number == int(number):
            total *= min(int(number), _ENOUGH) ** axes
        total = min(total, _ENOUGH)
    return total
