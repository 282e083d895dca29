"""How many numbers a call would make: a short formula must not fill the memory."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from ..errors import shape_of
from ..op import Op

__all__ = ["entries"]


def entries(op: Op, args: Sequence[Any], static: Mapping[str, Any]) -> int:
    """At most so many entries the result has. For operations of the package; yours are taken to
    keep the size of what they are given."""
    shapes = [shape_of(x) for x in args]
    sizes = [math.prod(shape) for shape in shapes]
    if op.elementwise:
        try:
            return math.prod(np.broadcast_shapes(*shapes))
        except ValueError:
            return 0  # the operation will say why
    if op.name in ("matmul", "dot", "outer"):
        summed = shapes[0][-1] if shapes[0] and op.name != "outer" else 1
        return math.prod(sizes) // max(summed, 1) ** 2
    if op.name == "pad":
        return math.prod(length + 2 * max(_flat(static["pad_width"]), default=0) for length in shapes[0])
    if op.name in ("broadcast_to", "scatter_add"):
        return math.prod(_flat(static["shape"]))
    if op.name == "tile":
        return sum(sizes) * math.prod(_flat(static["reps"]))
    if op.name == "repeat":
        return sum(sizes) * sum(_flat(static["repeats"]))
    return sum(sizes)


def _flat(static: Any) -> list[int]:
    """All whole numbers in a parameter, however they are nested, without their signs."""
    found, pending = [], [static]
    while pending:
        item = pending.pop()
        if isinstance(item, tuple):
            pending += item
        elif isinstance(item, int):
            found.append(abs(item))
    return found
