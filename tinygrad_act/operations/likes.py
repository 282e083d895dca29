"""Arrays like another: copies of it, and constants in its shape."""

from __future__ import annotations

import operator
from typing import Any

import numpy as np

from ..core.dispatch import elementwise, op
from ..core.errors import shape_of
from ..core.facts import case
from .shape import sum_to

__all__ = ["copy", "full_like", "ones_like", "positive", "zeros_like"]

_CASES = (case(()), case((2, 3)), case((0, 3)), case((3,), dtype=bool))


@elementwise(dx=1, label="+", scalar=operator.pos, linear=True)
def positive(x: Any) -> Any:
    """a = +x"""
    return np.positive(x)


@elementwise(dx=1, scalar=lambda x: x, linear=True)
def copy(x: Any) -> Any:
    """a = x

    The same numbers in memory of their own. The gradient flows on.
    """
    return np.copy(x)


@elementwise(dx=None, cases=_CASES, scalar=lambda x, *, dtype=None: np.zeros_like(x, dtype).item())
def zeros_like(x: Any, *, dtype: Any = None) -> Any:
    """a = zeros_like(x, dtype)

    Zeros in the shape of x, and of its dtype if none is given.
    """
    return np.zeros_like(x, dtype=dtype)


@elementwise(dx=None, cases=_CASES, scalar=lambda x, *, dtype=None: np.ones_like(x, dtype).item())
def ones_like(x: Any, *, dtype: Any = None) -> Any:
    """a = ones_like(x, dtype)

    Ones in the shape of x, and of its dtype if none is given.
    """
    return np.ones_like(x, dtype=dtype)


def _summed(g: Any, _: Any, __: Any, fill_value: Any, *, dtype: Any) -> Any:
    return sum_to(g, shape=shape_of(fill_value))


@op(
    dx=None,
    dfill_value=_summed,
    linear=True,
    cases=(case((), ()), case((3,), (3,)), case((2, 3), (3,)), case((2, 3), ()), case((0, 3), (1, 3))),
    grows=False,
)
def full_like(x: Any, fill_value: Any, *, dtype: Any = None) -> Any:
    """a = full_like(x, fill_value, dtype)

    `fill_value` in the shape of x, and of its dtype if none is given. A gradient flows to `fill_value`, and none
    to x. Raises `ValueError` if `fill_value` does not broadcast to the shape of x.
    """
    return np.full_like(x, fill_value, dtype=dtype)
