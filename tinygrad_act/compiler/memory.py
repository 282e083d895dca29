"""What a running call of a program has for itself: room for results, and NumPy's error settings."""

from __future__ import annotations

import contextvars
from typing import Any

import numpy as np

from ..core.blocks import CAREFUL

__all__ = ["Memory"]

Running = tuple[Any, contextvars.Context, contextvars.Context]


class Memory:
    """Pieces of room, and the arrays that lie in them: one set for every call that is running.

    A call takes a set that is free, or makes one; `list.pop` and `list.append` are atomic, so threads
    never share a set. Two contexts go with it, one in which NumPy raises what it would warn about, one in
    which it says nothing: to enter one costs a tenth of what `np.errstate` does. They are empty otherwise: what
    the first caller has switched on is not the next one's.
    """

    def __init__(self, rooms: list[int], views: list[tuple[int, tuple[int, ...], Any]]) -> None:
        self.rooms, self.views = rooms, views
        """`rooms`: bytes. `views`: (which room, shape, dtype)."""
        self.free: list[Running] = []

    def make(self) -> Running:
        """A set for one more call at the same time."""
        rooms = [np.empty(nbytes, np.uint8) for nbytes in self.rooms]
        arrays = tuple([np.ndarray(shape, dtype, rooms[room]) for room, shape, dtype in self.views])
        context = contextvars.Context()
        context.run(np.seterr, **CAREFUL)
        calm = contextvars.Context()
        calm.run(np.seterr, all="ignore")
        return (arrays,) if arrays else (), context, calm

    def __reduce__(self) -> Any:
        return Memory, (self.rooms, self.views)
