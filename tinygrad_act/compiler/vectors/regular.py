"""Lists of places that are regular: nested loops over a vector, so that slices and matrices do.

A list of places is regular if it is `start + i * s + j * t + ...` for loops over i, j, ... with the
last one running fastest. Such loops are written here as a list of (length, step); a step of 0
takes the same places again, which NumPy's broadcasting does for nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

__all__ = ["Loops", "common_lengths", "loops_of", "split", "view"]

Loops = tuple[tuple[int, int], ...]
_DEEPEST = 6
"""Loops inside one another, at the most."""


def loops_of(places: np.ndarray) -> tuple[int, Loops] | None:
    """(start, loops) of a list of places; None if it is not regular."""
    loops: list[tuple[int, int]] = []
    rest = places
    while len(rest) > 1:
        step = int(rest[1] - rest[0])
        breaks = np.flatnonzero(np.diff(rest) != step)
        length = int(breaks[0]) + 1 if len(breaks) else len(rest)
        heads = rest[::length]
        if len(rest) % length or len(loops) == _DEEPEST or step < 0:
            return None
        if (rest.reshape(-1, length) != heads[:, None] + step * np.arange(length)).any():
            return None
        loops.append((length, step))
        rest = heads
    return int(rest[0]), tuple(reversed(loops))


def common_lengths(every: Sequence[Sequence[int]]) -> tuple[int, ...] | None:
    """The lengths of the loops that all of these, each of one total, can be split into; None if there are none."""
    ends = set()
    for lengths in every:
        total = 1
        for length in reversed(lengths):
            total *= length
            ends.add(total)
    before, found = 1, []
    for end in sorted(ends - {1}):
        if end % before:
            return None
        found.append(end // before)
        before = end
    return tuple(reversed(found))


def split(loops: Loops, lengths: Sequence[int]) -> Loops:
    """The same places by loops of these lengths, which must come from `common_lengths`."""
    rest = list(loops)
    found: list[tuple[int, int]] = []
    for length in reversed(lengths):
        whole, step = rest.pop() if rest else (1, 0)
        found.append((length, step if length > 1 else 0))
        if whole > length:
            rest.append((whole // length, step * length))
    return tuple(reversed(found))


def view(x: Any, size: int, start: int, loops: Loops) -> Any:
    """The places of `x`, a vector with `size` entries (an array or a Value), as a view with one axis for each loop
    whose step is not 0; None if slices can't say it."""
    steps = sorted(((step, axis) for axis, (_, step) in enumerate(loops) if step), reverse=True)
    if not steps:
        return x[start]
    lengths = [loops[axis][0] for _, axis in steps]
    inner = [step for step, _ in steps]
    end = start + lengths[0] * inner[0]
    if end > size:
        return None
    shape = [lengths[0]]
    for outer, (step, length) in zip(inner, zip([*inner[1:], 1], [*lengths[1:], 1])):
        if outer % step or length * step > outer:
            return None
        shape.append(outer // step)
    part = _cut(x if (start, end) == (0, size) else x[start:end], shape, lengths)
    axes = [axis for _, axis in steps]
    return part if axes == sorted(axes) else part.transpose(tuple(axes.index(axis) for axis in sorted(axes)))


def _cut(x: Any, shape: list[int], lengths: list[int]) -> Any:
    """A vector in this shape, and of each axis as many entries as its loop has; of the last one the first entry."""
    if shape == [*lengths, 1]:
        return x if len(lengths) == 1 else x.reshape(tuple(lengths))
    index = [slice(None) if n == m else slice(m) for n, m in zip(shape, lengths)]
    return x.reshape(tuple(shape))[(*index, 0)]
