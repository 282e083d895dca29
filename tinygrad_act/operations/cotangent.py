"""What an operation sends back to one of its inputs: by its rule, and in the input's shape and dtype.

Here shapes and dtypes are repaired, in one place, so no rule has to undo broadcasting. A saved program holds these
functions and what they call: none of them asks for more than NumPy.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from typing import Any

import numpy as np

from ..core.errors import shape_of
from ..core.evaluate import PLAIN
from ..core.op import Op
from ..core.rules import Rule, cotangent_by
from .shape import astype, broadcast_to, sum_to

__all__ = ["in_numpy", "repair", "sent"]

WORTH_A_VIEW = 1 << 16
"""Entries from which a stretched view of a number is cheaper than a filled array: it saves memory,
but arithmetic on it is slower."""

_ndarray = np.ndarray
_sum_arrays: Any = sum_to.__wrapped__  # type: ignore[attr-defined]  # the body: no need to ask for an interpreter


def sent(op: Op, rule: Rule, position: int, g: Any, a: Any, args: Any, static: dict[str, Any], like: Any,
         pull: Callable[..., Any], settle: Callable[..., Any] | None) -> Any:  # fmt: skip
    """The cotangent of the input at `position`, which holds `like`, by its `rule` that is not None; `g`: that of the
    output `a` at `args`: numbers, arrays or nodes, and arrays or nodes alone unless `op` is elementwise.

    `pull`: what pulls through elementwise operations, `local.pull_local` or a part of it. `settle`: what sees to it
    that zeros in `g` send nothing (see `idle`), or None. Raises what the rule raises.
    """
    if op.elementwise:
        c = pull(op, rule, position, g, a, args, static)
    else:
        c = cotangent_by(op, rule, position, g, a, args, static)
    if settle is not None:
        c = settle(op, position, c, g, a, args)
    if type(c) is type(like) is _ndarray and c.shape == like.shape and c.dtype is like.dtype:
        return c
    return repair(c, like)


def in_numpy(xs: Iterable[Any]) -> tuple[Any, ...]:
    """NumPy's floats in place of Python's numbers: where these raise they obey IEEE, and 1 / 0 is inf."""
    return tuple([np.float64(x) if isinstance(x, (int, float)) else x for x in xs])


def repair(c: Any, like: Any) -> Any:
    """The cotangent `c` in the shape and dtype of `like`, the data of the input that it belongs to.

    Raises `ValueError` if neither shape broadcasts to the other.
    """
    if type(c) is float and type(like) is float:
        return c
    shape, own = shape_of(like), shape_of(c)
    if own != shape:
        if own == () and isinstance(c, PLAIN) and math.prod(shape) < WORTH_A_VIEW:
            filled = np.empty(shape, like.dtype)
            filled.fill(c)
            return filled
        if not _stretches(shape, own):
            own = np.broadcast_shapes(own, shape)
            c = broadcast_to(c, shape=own)
        if own != shape:
            c = _sum_arrays(c, shape=shape) if type(c) is _ndarray else sum_to(c, shape=shape)
    if type(like) is float:
        return float(c) if isinstance(c, PLAIN) else c
    if type(c) is float:
        return np.full(shape, c, like.dtype)
    if isinstance(c, np.generic):  # NumPy makes scalars of 0-d arrays
        return np.asarray(c, like.dtype)
    return c if c.dtype == like.dtype else astype(c, dtype=like.dtype)


def _stretches(shape: tuple[int, ...], to: tuple[int, ...]) -> bool:
    """Whether `shape` broadcasts to `to` (np.broadcast_shapes takes longer than the sum that follows)."""
    added = len(to) - len(shape)
    return added >= 0 and (shape == to[added:] or all(n in (1, m) for n, m in zip(shape, to[added:])))
