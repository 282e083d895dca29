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
from .linalg import matmul
from .linalg import matmul_dx as _dx
from .linalg import matmul_dy as _dy

__all__ = ["SETTLERS", "may_be_idle", "settle", "settled"]


def may_be_idle(op: Any) -> bool:
    """Whether 0 times infinity may arise in a rule of `op`."""
    return not op.elementwise and not op.linear


def settled(c: Any, g: Any, *_: Any) -> Any:
    """The cotangent `c` that `g` brings; zeros if there is a NaN in it though `g` is 0 throughout."""
    if not has_nan(c) or np.any(g):
        return c
    return 0.0 if type(c) is float else np.zeros_like(c)


def settled_dx(c: Any, g: Any, a: Any, x: Any, y: Any) -> Any:
    """The same for x in x @ y: zeros in `g` leave out what they meet in y, entry by entry."""
    if not has_nan(c):
        return c
    odd = ~np.isfinite(y)
    met = _dx((g != 0) * 1.0, a, x, odd * 1.0)
    return np.where(met == 0, _dx(g, a, x, np.where(odd, 0.0, y).astype(y.dtype)), c)


def settled_dy(c: Any, g: Any, a: Any, x: Any, y: Any) -> Any:
    """The same for y in x @ y."""
    if not has_nan(c):
        return c
    odd = ~np.isfinite(x)
    met = _dy((g != 0) * 1.0, a, odd * 1.0, y)
    return np.where(met == 0, _dy(g, a, np.where(odd, 0.0, x).astype(x.dtype), y), c)


SETTLERS: dict[str, tuple[Callable[..., Any], ...]] = {matmul.__name__: (settled_dx, settled_dy)}
"""Operations of which more is known than that a cotangent is 0 throughout."""


def settle(op: Any, position: int, c: Any, g: Any, a: Any, args: Any) -> Any:
    """`c`, the cotangent of the input at `position`, without what a 0 in `g` made of an infinity. Of a node only if
    `g` is 0 throughout: then it is no part of a graph any more, and nothing is lost."""
    data = held(c)
    if data is not c:
        plain = settled(data, held(g))
        return c if plain is data else plain
    return SETTLERS[op.name][position](c, g, a, *args) if op.name in SETTLERS else settled(c, g)
