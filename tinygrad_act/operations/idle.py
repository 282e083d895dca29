"""What a cotangent of 0 sends back through a whole operation: nothing, whatever infinity it meets there.

For elementwise operations `chain` says so. A sum or a matrix product has no single slope to look at, so its
result is looked at, and only where it holds a NaN.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from ..core.evaluate import held
from .arithmetic import has_nan

__all__ = ["may_be_idle", "settle", "settled", "settler"]


def may_be_idle(op: Any) -> bool:
    """Whether 0 times infinity may arise in a rule of `op`."""
    return not op.elementwise and not op.linear


def settled(c: Any, g: Any, *_: Any) -> Any:
    """The cotangent `c` that `g` brings; zeros if there is a NaN in it though `g` is 0 throughout."""
    if not has_nan(c) or np.any(g):
        return c
    return 0.0 if type(c) is float else np.zeros_like(c)


def settler(op: Any, position: int) -> Callable[..., Any]:
    """What settles the cotangent of the input at `position`: what `op` declares for it, or `settled`."""
    return op.idle[position] or settled if op.idle else settled


def settle(op: Any, position: int, c: Any, g: Any, a: Any, args: Any) -> Any:
    """`c`, the cotangent of the input at `position`, without what a 0 in `g` made of an infinity. Of a node only if
    `g` is 0 throughout: then it is no part of a graph any more, and nothing is lost."""
    data = held(c)
    if data is not c:
        plain = settled(data, held(g))
        return c if plain is data else plain
    return settler(op, position)(c, g, a, *args)
