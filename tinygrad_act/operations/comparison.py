"""Comparisons and logic: operations without a derivative, so that a recorded mask stays a recording."""

from __future__ import annotations

import operator
from typing import Any

import numpy as np

from ..core.dispatch import elementwise

__all__ = [
    "equal", "greater", "greater_equal", "less", "less_equal", "logical_and", "logical_not",
    "logical_or", "not_equal",
]  # fmt: skip


@elementwise(dx=None, dy=None, label="<", scalar=operator.lt)
def less(x: Any, y: Any) -> Any:
    """a = x < y"""
    return np.less(x, y)


@elementwise(dx=None, dy=None, label="<=", scalar=operator.le)
def less_equal(x: Any, y: Any) -> Any:
    """a = x <= y"""
    return np.less_equal(x, y)


@elementwise(dx=None, dy=None, label=">", scalar=operator.gt)
def greater(x: Any, y: Any) -> Any:
    """a = x > y"""
    return np.greater(x, y)


@elementwise(dx=None, dy=None, label=">=", scalar=operator.ge)
def greater_equal(x: Any, y: Any) -> Any:
    """a = x >= y"""
    return np.greater_equal(x, y)


@elementwise(dx=None, dy=None, label="==", scalar=operator.eq)
def equal(x: Any, y: Any) -> Any:
    """a = x == y"""
    return np.equal(x, y)


@elementwise(dx=None, dy=None, label="!=", scalar=operator.ne)
def not_equal(x: Any, y: Any) -> Any:
    """a = x != y"""
    return np.not_equal(x, y)


@elementwise(dx=None, dy=None, label="and")
def logical_and(x: Any, y: Any) -> Any:
    """a = logical_and(x, y)"""
    return np.logical_and(x, y)


@elementwise(dx=None, dy=None, label="or")
def logical_or(x: Any, y: Any) -> Any:
    """a = logical_or(x, y)"""
    return np.logical_or(x, y)


@elementwise(dx=None, label="not", scalar=operator.not_)
def logical_not(x: Any) -> Any:
    """a = logical_not(x)"""
    return np.logical_not(x)
