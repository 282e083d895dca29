"""What a graph keeps of the parameters and constants it was recorded with: copies of whatever may be written to.

A derivative rule reads an operation's static parameters when `backward()` runs: an index array, a
mask, a list of repeats or axes that was changed in the meantime would give the gradient of another
program. An array that is an operand stays by reference, since copies of it would cost memory; only
a program, which outlives the call it was recorded in, has copies of its constants as well (`Met`).
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterable, MutableMapping, MutableSequence, MutableSet
from typing import Any

import numpy as np

from ..core.gate import python_static
from ..core.mode import mode

__all__ = ["Met", "apart", "keep", "keep_static", "with_choice"]

_FIXED = {int, float, bool, str, bytes, type(None), type, type(...), np.dtype, range, frozenset}
"""Types of which nothing can be changed, to spare the common ones a longer look."""


def keep_static(
    static: dict[str, Any], array: Callable[[np.ndarray], np.ndarray] | None = None, numbers: bool = False
) -> dict[str, Any]:
    """The static parameters of an operation as they are now. `array`: what is kept of an array. `numbers`: whether it
    computes with Python numbers."""
    for x in static.values():
        if type(x) not in _FIXED:
            kept = {name: keep(x, array or _copied) for name, x in static.items()}
            return python_static(kept) if numbers else kept
    return static


def keep(x: Any, array: Callable[[np.ndarray], np.ndarray]) -> Any:
    """`x`, with copies of the arrays, lists, dicts and sets in it; what can't be changed is not copied."""
    kind = type(x)
    if kind in _FIXED:
        return x
    if kind is tuple:
        parts = tuple([keep(part, array) for part in x])
        return x if all(mine is its for mine, its in zip(parts, x)) else parts
    if kind is slice:
        bounds = x.start, x.stop, x.step
        return x if {*map(type, bounds)} <= _FIXED else slice(*map(_bound, bounds))
    if isinstance(x, np.ndarray):
        return array(x)
    if kind is list:
        return [keep(part, array) for part in x]
    if kind is dict:
        return {key: keep(part, array) for key, part in x.items()}
    if kind is memoryview:
        return array(np.asarray(x))
    return copy.deepcopy(x) if isinstance(x, (MutableSequence, MutableMapping, MutableSet)) else x


def _bound(x: Any) -> Any:
    """One of the numbers of a slice: an array of one entry may stand there."""
    return x.item() if isinstance(x, np.ndarray) and x.ndim == 0 else x


def _copied(x: np.ndarray) -> np.ndarray:
    return x.copy()


def with_choice(args: tuple[Any, ...], primals: list[Any], rules: Any) -> tuple[tuple[Any, ...], list[Any]]:
    """The inputs of an operation and what they hold, with copies of the arrays that have no derivative: indices and
    masks, which rules read again."""
    kept = list(args)
    for i, (x, rule) in enumerate(zip(args, rules)):
        if rule is None and type(x) is np.ndarray:
            kept[i] = primals[i] = x.copy()
    return tuple(kept), primals


def apart(a: Any) -> Any:
    """A result that no backward pass looks behind: read-only, and in memory that no leaf's user writes to.

    A program copies its constants itself, and notices by their memory that one was changed.
    """
    if type(a) is not np.ndarray:
        return a
    base = a.base
    if base is not None and (type(base) is not np.ndarray or base.flags.writeable) and not mode.tracing:
        a = a.copy(order="K")
    a.setflags(write=False)
    return a


class Met:
    """The arrays that a function meets outside of its arguments while it is recorded, each with its copy.

    Two runs that meet the same array with the same contents get the same copy.
    """

    def __init__(self) -> None:
        self._copies: dict[Any, list[tuple[np.ndarray, np.ndarray]]] = {}
        self._origins: dict[int, np.ndarray] = {}
        self.looked: dict[Any, Any] = {}
        """Constant Values whose numbers are part of the program, and what they held."""

    def copy_of(self, x: np.ndarray) -> np.ndarray:
        """`x` as it is now, read-only."""
        where = x.__array_interface__["data"][0], x.shape, x.strides, x.dtype.str
        known = self._copies.setdefault(where, [])
        for copied, origin in known:
            if memory_of(origin) is memory_of(x) and copied.tobytes() == x.tobytes():
                return copied
        copied = np.array(x)
        copied.setflags(write=False)
        known.append((copied, x))  # `x` is kept, so that its place in memory is no other array's
        self._origins[id(copied)] = x
        return copied

    def of_operands(self, args: tuple[Any, ...], primals: list[Any]) -> tuple[tuple[Any, ...], list[Any]]:
        """The inputs of an operation and what they hold, with copies of the arrays among the inputs."""
        raw = [x is primal and type(x) is np.ndarray for x, primal in zip(args, primals)]
        primals = [self.copy_of(primal) if it else primal for primal, it in zip(primals, raw)]
        return tuple([primal if it else x for x, primal, it in zip(args, primals, raw)]), primals

    def look_at(self, values: Iterable[Any]) -> None:
        """Note what `values`, constants all of them, hold now: what is made of them is computed once and for all."""
        self.looked.update((x, x._held) for x in values if x not in self.looked)

    def origin(self, x: np.ndarray) -> np.ndarray:
        """The array that owns the memory of `x`, or of what `x` is a copy of."""
        return memory_of(self._origins.get(id(x), x))


def memory_of(x: np.ndarray) -> np.ndarray:
    """The array that owns the memory of `x`."""
    while isinstance(x.base, np.ndarray):
        x = x.base
    return x
