"""An argument of a group: the values that its units take there, as one array.

Slices where the places are regular, the same number where all constants are equal, a list of places
where nothing else does.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from ...engine.value import Value
from ...operations.contraction import shaped
from ...operations.index import getitem
from ...operations.shape import broadcast_to, concatenate
from .groups import CONSTANT, Groups
from .regular import common_lengths, loops_of, split, view

__all__ = ["Operand", "Vectors", "arranged", "operand", "rows_of", "stretched"]


class Vectors:
    """What every group has computed: an array with its units in order, of any shape."""

    def __init__(self, groups: Groups, leaves: Sequence[Any]) -> None:
        self.groups = groups
        self._found: dict[int, Any] = dict(enumerate(leaves))
        self._flat: dict[int, Any] = {}

    def put(self, group: int, a: Any) -> None:
        """Keep the result of a group."""
        self._found[group] = a

    def get(self, group: int) -> Any:
        """The result of a group."""
        return self._found[group]

    def flat(self, group: int) -> Any:
        """The result of a group, as a vector."""
        a = self._found[group]
        if a.ndim == 1:
            return a
        if group not in self._flat:
            self._flat[group] = a.reshape((a.size,))
        return self._flat[group]


    def at(self, node: Value) -> Any:
        """What one Value is."""
        source = self.groups.units.place[node]
        if source < 0:
            return np.asarray(self.groups.units.constants[-1 - source])
        home = self.groups.home[source]
        return self._found[home] if self._found[home].ndim == 0 else self.flat(home)[self.groups.offset[source]]


class Operand:
    """Values by their places in one array."""

    def __init__(self, array: Any, flat: Any, places: np.ndarray, constant: bool = False) -> None:
        self._array, self._flat, self._places, self._constant = array, flat, places, constant
        """`array`: of any shape; `flat`: the same as a vector, or a function that gives it."""
        self._all = array
        self.loops = loops_of(places)
        """(start, loops), None if the places are not regular."""
        self._whole = self.loops in ((0, ((array.size, 1),)), (0, ())) and array.size == len(places)

    @property
    def lengths(self) -> tuple[int, ...]:
        """The lengths of its loops."""
        if self._whole:
            return tuple(self._array.shape)
        return tuple([n for n, _ in self.loops[1]]) if self.loops else (len(self._places),)

    def steps(self, lengths: Sequence[int]) -> tuple[int, ...] | None:
        """The step of each loop; None if the places are not regular."""
        return tuple([step for _, step in split(self.loops[1], lengths)]) if self.loops else None

    def moving(self, lengths: Sequence[int]) -> Any:
        """The values with an axis for each of these loops that has a step, and none for those that repeat."""
        lengths = tuple(lengths)
        if self._whole:
            return self._array if self._array.shape == lengths else self._array.reshape(lengths)
        flat = self._flat() if callable(self._flat) else self._flat
        if self.loops is None:
            return shaped(getitem(flat, index=self._places), lengths)
        loops = split(self.loops[1], lengths)
        found = view(flat, flat.size, self.loops[0], loops)
        if found is None:
            places = self._places.reshape(lengths)[tuple(slice(None) if step else 0 for _, step in loops)]
            found = shaped(getitem(flat, index=places.reshape(-1)), places.shape)
        return found

    def slim(self, lengths: tuple[int, ...]) -> None:
        """Keep constants that repeat along a loop once."""
        if not self._constant or self.loops is None or math.prod(lengths) != self._array.size:
            return
        a = self._array.reshape(lengths)
        for axis in range(a.ndim):
            first = np.take(a, [0], axis=axis)
            a = first if np.broadcast_to(first, a.shape).tobytes() == a.tobytes() else a  # 0.0 is not -0.0
        steps = [0 if n == 1 else step // a.itemsize for n, step in zip(a.shape, np.ascontiguousarray(a).strides)]
        self._array, self._flat, self._whole = a, a.ravel(), a.shape == lengths
        self.loops = 0, tuple(zip(lengths, steps))

    def row(self) -> Any:
        """The values as a vector."""
        return shaped(stretched(self.by(self.lengths), self.lengths), (len(self._places),))

    def scatter(self) -> None:
        """From now on, take the values by the list of their places."""
        self.loops, self._whole = None, False
        if self._constant:
            self._array = self._flat = self._all

    def by(self, lengths: Sequence[int]) -> Any:
        """The values, to be broadcast to this shape."""
        a = self.moving(lengths)
        steps = self.steps(lengths)
        if steps is None or 0 not in steps:
            return a
        first = next((i for i, step in enumerate(steps) if step), len(steps))
        index = tuple(slice(None) if step else None for step in steps[first:])  # NumPy adds axes in front by itself
        return a[index] if None in index else a


def operand(vectors: Vectors, sources: Sequence[int]) -> Operand | float:
    """The values of these sources; a number if all are the same constant."""
    groups = vectors.groups
    homes = {groups.home[source] if source >= 0 else CONSTANT for source in sources}
    if len(homes) > 1:
        return _mixed(vectors, sources, sorted(homes))
    home = homes.pop()
    if home != CONSTANT:
        offset = groups.offset
        places = np.array([offset[source] for source in sources])
        return Operand(vectors.get(home), lambda: vectors.flat(home), places)
    constants = groups.units.constants
    numbers = np.array([constants[-1 - source] for source in sources])
    if np.unique(numbers.view(np.int64)).size == 1:  # by their bits: 0.0 and -0.0 are equal, and not the same
        return float(numbers[0])
    return Operand(numbers, numbers, np.arange(len(numbers)), constant=True)


def _mixed(vectors: Vectors, sources: Sequence[int], homes: list[int]) -> Operand:
    """Values of several groups: those of one group after those of another, then put in order."""
    home_of, parts, order = vectors.groups.home, [], []
    for home in homes:
        mine = [i for i, s in enumerate(sources) if (home_of[s] if s >= 0 else CONSTANT) == home]
        part = operand(vectors, [sources[i] for i in mine])
        parts.append(np.full(len(mine), part) if isinstance(part, float) else part.row())
        order += mine
    joined = concatenate(parts)
    return Operand(joined, joined, np.argsort(order))


def stretched(a: Any, shape: tuple[int, ...]) -> Any:
    """`a`, a number or an array, as an array of this shape."""
    a = np.asarray(a) if isinstance(a, (float, bool, np.generic)) else a
    return a if a.shape == shape else broadcast_to(a, shape=shape)


def arranged(operands: Sequence[Operand | float], count: int, width: int = 1) -> tuple[int, ...]:
    """The lengths of loops that all operands can be written in: `count` times `width` of them.

    Operands that fit no others are taken by their lists of places from then on.
    """
    given = [x for x in operands if isinstance(x, Operand)]
    whole = [n for n in (count, width) if n > 1]
    lengths = common_lengths([*(x.lengths for x in given), whole])
    if lengths is None:
        for x in given:
            x.scatter()
        lengths = common_lengths([whole])
    lengths = lengths if lengths is not None else tuple(whole)
    for x in given:
        x.slim(lengths)
    return lengths


def rows_of(lengths: Sequence[int], width: int) -> int:
    """How many of the loops run over sums, and not inside one of `width` terms."""
    rows = len(lengths)
    while rows and math.prod(lengths[rows:]) < width:
        rows -= 1
    return rows
