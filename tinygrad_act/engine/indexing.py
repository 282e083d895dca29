"""`x[key]` of a Value: in a program, whole numbers in the key that are data stay inputs of the graph.

A program runs on other numbers later. So an index that is an argument, or computed, becomes an input of
`take_axis`; slices, None and plain arrays beside it stay what they are.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ..core.frames import user_line
from ..core.mode import mode, special
from ..operations.gather import flat_index, take_axis
from ..operations.index import getitem
from ..operations.shape import moveaxis, reshape, stack
from .tracing import TracingError, static_index

__all__ = ["indexed"]


def indexed(x: Any, key: Any, cls: type) -> Any:
    """`x[key]` with all of NumPy's indexing. `cls`: the class of the nodes, which may stand in the key."""
    if special and mode.tracing:
        return _recorded(x, key, cls)
    return getitem(x, index=static_index(key, cls))


def _recorded(x: Any, key: Any, cls: type) -> Any:
    """The same while a program is recorded, with all indexing but masks that are data.

    Raises `TracingError` for a mask, or an end of a slice, that is data: the shape of the result would depend on it.
    """
    parts = [_joined(part, cls) for part in (key if isinstance(key, tuple) else (key,))]
    for part in parts:
        _check(part, cls)
    if not any(isinstance(part, cls) for part in parts):
        return getitem(x, index=static_index(key, cls))
    together = _side_by_side(parts, cls)
    parts = [y for part in _for_each_axis(parts, x.ndim, cls) for y in _from_mask(part, cls)]
    at = [i for i, part in enumerate(parts) if _is_advanced(part, cls)]
    indices = [parts[i] for i in at]
    rest = tuple([slice(None) if i in at else part for i, part in enumerate(parts)])
    if any(part is None or part != slice(None) for part in rest):
        x = getitem(x, index=rest)
    first = at[0] if together else 0
    if at != list(range(first, first + len(at))):
        x = moveaxis(x, source=tuple(at), destination=tuple(range(first, first + len(at))))
    if len(at) == 1:
        return take_axis(x, indices[0], axis=first)
    sizes, after = x.shape[first : first + len(at)], x.shape[first + len(at) :]
    x = reshape(x, shape=(*x.shape[:first], math.prod(sizes), *after))
    return take_axis(x, flat_index(*indices, sizes=sizes), axis=first)


def _joined(part: Any, cls: type) -> Any:
    """A list of indices as one, and a constant as what it holds if that is no array of whole numbers."""
    if isinstance(part, list):
        return stack(*part) if any(isinstance(y, cls) for y in part) else np.asarray(part if part else [], _dtype(part))
    if isinstance(part, cls) and not part.level and part.op is None and part.dtype.kind not in "iu":  # type: ignore[attr-defined]
        return part._held  # type: ignore[attr-defined]
    return part


def _dtype(part: list[Any]) -> Any:
    return None if part else np.intp  # an empty list is no list of floats


def _is_advanced(part: Any, cls: type) -> bool:
    return isinstance(part, (cls, np.ndarray, int, np.integer))


def _check(part: Any, cls: type) -> None:
    ends = (part.start, part.stop, part.step) if isinstance(part, slice) else ()
    if any(isinstance(end, cls) for end in ends):
        raise TracingError(
            f"the end of a slice is data while ta.compile records a program, at {user_line()}: the program runs on "
            f"other numbers later, and the shape would depend on them; use x[start + np.arange(n)] for n entries"
        )
    if not isinstance(part, cls):
        return
    kind = part.dtype.kind  # type: ignore[attr-defined]
    if kind == "b":
        raise TracingError(
            f"a mask as an index while ta.compile records a program, at {user_line()}: the program runs on other "
            f"numbers later, and how many entries it takes depends on them; use ta.where(mask, x, 0.0), of x's shape"
        )
    if kind not in "iu":
        raise IndexError(f"an index is of whole numbers, not {part.dtype}; use index.astype(int)")  # type: ignore[attr-defined]


def _side_by_side(parts: list[Any], cls: type) -> bool:
    """Whether no slice, None or Ellipsis stands between two arrays: then their axes stay in their place."""
    at = [i for i, part in enumerate(parts) if _is_advanced(part, cls)]
    return at[-1] - at[0] == len(at) - 1


def _for_each_axis(parts: list[Any], ndim: int, cls: type) -> list[Any]:
    """The parts with slices in place of the Ellipsis, and behind the last."""
    count = sum([np.ndim(y) if _is_mask(y) else 1 for y in parts if y is not None and y is not Ellipsis])
    where = [i for i, part in enumerate(parts) if part is Ellipsis]
    if count > ndim:
        raise IndexError(f"too many indices: the key has {count}, and the array {ndim} axes")
    if len(where) > 1:
        raise IndexError("an index can only have a single ellipsis ('...')")
    at = where[0] if where else len(parts)
    return [*parts[:at], *[slice(None)] * (ndim - count), *parts[at + 1 :]]


def _is_mask(part: Any) -> bool:
    return isinstance(part, (bool, np.bool_)) or (isinstance(part, np.ndarray) and part.dtype == bool)


def _from_mask(part: Any, cls: type) -> tuple[Any, ...]:
    """A mask that is no data as the places where it is true."""
    if not _is_mask(part):
        return (part,)
    if not np.ndim(part):
        raise IndexError("True or False beside an index that is data; write x[None] for a new axis")
    return np.nonzero(part)
