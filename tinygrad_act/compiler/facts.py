"""What the passes need to know of a result whose numbers are not kept."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

__all__ = ["Facts", "facts_of"]


class Facts(NamedTuple):
    """Shape, dtype and layout of an array; of a number what type it is."""

    kind: type
    """np.ndarray, np.generic, or the Python type of a Python number."""
    dtype: Any
    """The dtype; the Python type of a Python number."""
    shape: tuple[int, ...]
    strides: tuple[int, ...]
    shared: tuple[int, ...]
    """The positions of the arguments in whose memory it may lie."""

    @property
    def is_number(self) -> bool:
        """Whether it is a Python number."""
        return self.kind not in (np.ndarray, np.generic)

    @property
    def size(self) -> int:
        return math.prod(self.shape)

    @property
    def itemsize(self) -> int:
        return int(np.dtype(self.dtype).itemsize)

    @property
    def nbytes(self) -> int:
        """The bytes of an array; of a number those of a float."""
        return self.size * self.itemsize if self.kind is np.ndarray else 8

    @property
    def in_rows(self) -> bool:
        """Whether its entries lie in memory one after the other, row by row."""
        expected = self.itemsize
        for n, step in zip(reversed(self.shape), reversed(self.strides)):
            if n != 1 and step != expected:
                return 0 in self.shape
            expected *= n
        return True

    @property
    def entries(self) -> int:
        """How many numbers it holds: a stretched view of one holds one."""
        return math.prod([n for n, step in zip(self.shape, self.strides) if step])

    def zeros(self) -> Any:
        """Zeros of this kind. An array is laid out like it, in memory that is only taken where something writes."""
        if self.kind is not np.ndarray:
            return self.dtype(0) if self.is_number else self.dtype.type(0)
        reach = [step * (n - 1) for n, step in zip(self.shape, self.strides)]
        if not self.size:
            return np.empty(self.shape, self.dtype)
        first = -sum(x for x in reach if x < 0)
        room = np.zeros(first + sum(x for x in reach if x > 0) + self.itemsize, np.uint8)
        return np.ndarray(self.shape, self.dtype, room, first, self.strides)


def facts_of(x: Any, args: Sequence[Any]) -> Facts:
    """The facts of a result. `args`: what it was computed from."""
    if isinstance(x, np.ndarray):
        shared = [i for i, y in enumerate(args) if isinstance(y, np.ndarray) and np.may_share_memory(x, y)]
        return Facts(np.ndarray, x.dtype, x.shape, x.strides, tuple(shared))
    if isinstance(x, np.generic):
        return Facts(np.generic, x.dtype, (), (), ())
    return Facts(type(x), type(x), (), (), ())
