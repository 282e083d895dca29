"""Room for the intermediate results of a program's calls."""

from __future__ import annotations

from typing import Any

import numpy as np

__all__ = ["Memory"]


class Memory:
    """Pieces of room, and the arrays that lie in them: one set for every call that is running.

    A call takes a set that is free, or makes one; `list.pop` and `list.append` are atomic, so threads
    never share a set.
    """

    def __init__(self, rooms: list[int], views: list[tuple[int, tuple[int, ...], Any]]) -> None:
        self.rooms, self.views = rooms, views
        """`rooms`: bytes. `views`: (which room, shape, dtype)."""
        self._free: list[tuple[Any, ...]] = []

    def take(self) -> tuple[Any, ...]:
        """The arrays for one call."""
        try:
            return self._free.pop()
        except IndexError:
            rooms = [np.empty(nbytes, np.uint8) for nbytes in self.rooms]
            return tuple([np.ndarray(shape, dtype, rooms[room]) for room, shape, dtype in self.views])

    def give_back(self, arrays: tuple[Any, ...]) -> None:
        """The call is over."""
        self._free.append(arrays)

    def __reduce__(self) -> Any:
        return Memory, (self.rooms, self.views)
