"""Arrays from outside of a function: constants of its program, as they were when it was recorded.

A change to one would make the program silently wrong, so each call compares them.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

import numpy as np

from ..tree import flatten
from ..value import Value

__all__ = ["Constants"]


class Constants:
    """What a function closes over, and what it was."""

    def __init__(self, met: list[np.ndarray], f: Callable[..., Any]) -> None:
        """`met`: arrays that operations met; those that `f` refers to by name are looked at, too."""
        self._arrays: list[tuple[str, np.ndarray, bytes]] = []
        known = set()
        for name, x in [*_referred(f), *((f"of shape {x.shape}", x) for x in met)]:
            if id(x) not in known and x.dtype.kind in "fiub":
                known.add(id(x))
                self._arrays.append((name, x, x.tobytes()))

    def __len__(self) -> int:
        return len(self._arrays)

    def check(self, function: str) -> None:
        """Raises `RuntimeError` if an array is not what it was."""
        for name, x, before in self._arrays:
            if x.tobytes() != before:
                raise RuntimeError(
                    f"compile: the array {name} that {function} uses from outside was changed after it was recorded: "
                    f"it is a constant of the program. Pass it as an argument, or compile the function again"
                )


def _referred(f: Callable[..., Any]) -> list[tuple[str, np.ndarray]]:
    """Arrays in the closure, the defaults and the globals that `f` names, also in lists and dicts."""
    if not inspect.isfunction(f):
        return []
    scope: dict[str, Any] = {name: f.__globals__[name] for name in f.__code__.co_names if name in f.__globals__}
    for name, cell in zip(f.__code__.co_freevars, f.__closure__ or ()):
        try:
            scope[name] = cell.cell_contents
        except ValueError:  # still empty
            continue
    scope.update({f"default {i}": x for i, x in enumerate(f.__defaults__ or ())})
    found = []
    for name, x in scope.items():
        for leaf in flatten(x) if isinstance(x, (list, tuple, dict, np.ndarray, Value)) else ():
            leaf = leaf._data if isinstance(leaf, Value) and not leaf.level else leaf
            if isinstance(leaf, np.ndarray):
                found.append((f"'{name}'", leaf))
    return found
