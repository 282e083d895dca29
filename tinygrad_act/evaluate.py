"""Running an operation on numbers and arrays, and which types bring an interpreter of their own."""

from __future__ import annotations

from typing import Any

import numpy as np

from .errors import REAL_KINDS, explain, refuse_kind
from .gate import INTERPRETERS, admit, python_static
from .op import Op

__all__ = ["INTERPRETERS", "NOT_IEEE", "PLAIN", "as_arrays", "evaluate", "held"]

NOT_IEEE = (ZeroDivisionError, OverflowError, ValueError)
"""What Python's floats raise where IEEE has an answer."""

PLAIN = (int, float, np.ndarray, np.generic)
"""What is a number or an array itself, and not something that holds one: a node, a symbol, ..."""

_ndarray = np.ndarray
_FLOAT64 = np.dtype(np.float64)
_INT64 = 1 << 63
"""Integers from here on NumPy holds as objects."""


def held(x: Any) -> Any:
    """The number or array that a node holds; anything else is what it is."""
    return getattr(x, "_data", x)


def evaluate(op: Op, args: tuple[Any, ...], static: dict[str, Any]) -> Any:
    """Run `op` on numbers and arrays. Python numbers in, Python number out; else an array.

    A Python float obeys IEEE like an array does, without a warning: 1 / 0 is inf, not an exception.
    Raises `ValueError`, `TypeError` or `IndexError` that names the operation and the shapes.
    """
    numbers = True
    for x in args:
        if type(x) is not float:
            if type(x) is _ndarray or isinstance(x, np.generic):  # an array's scalar is as good as an array
                numbers = False
                if x.dtype is not _FLOAT64 and x.dtype.kind not in REAL_KINDS:
                    raise refuse_kind(op.name, x)
            elif type(x) is not int and type(x) is not bool:
                args = tuple([admit(op.name, x) for x in args])
                numbers = not any(type(x) is _ndarray for x in args)
                break
    try:
        if not numbers:
            a = op.forward(*(args if op.elementwise else as_arrays(args)), **static)
            return a if type(a) is _ndarray else np.asarray(a)
        return _evaluate_numbers(op, args, static)
    except (ValueError, TypeError, IndexError, OverflowError) as error:  # a whole number too large for a float
        raise explain(op, args, static, error) from error


def _evaluate_numbers(op: Op, args: tuple[Any, ...], static: dict[str, Any]) -> Any:
    if static:
        static = python_static(static)
    if op.elementwise:
        try:
            a = op.scalar(*args, **static)
            if (type(a) is int or type(a) is bool) and _is_float(op, args):
                return float(a)  # maximum(0.5, 2): as in NumPy a float, whichever of the two is larger
            return a.item() if isinstance(a, np.generic) else a
        except NOT_IEEE:
            with np.errstate(all="ignore"):
                return np.asarray(op.forward(*_as_arrays(args), **static)).item()
    a = np.asarray(op.forward(*_as_arrays(args), **static))
    return a.item() if a.ndim == 0 else a


def _as_arrays(numbers: tuple[Any, ...]) -> list[np.ndarray]:
    """Python numbers as 0-d arrays, whole numbers that no integer dtype holds as floats. Raises `OverflowError` for one
    that no float holds."""
    return [np.asarray(float(x) if type(x) is int and abs(x) >= _INT64 else x) for x in numbers]


def _is_float(op: Op, args: tuple[Any, ...]) -> bool:
    """Whether any number that the result is made of is a float: not a condition, nor what is compared."""
    return any(type(x) is float for x, rule in zip(args, op.rules) if rule is not None)


def as_arrays(args: tuple[Any, ...]) -> tuple[Any, ...]:
    """The same data with every Python number as a 0-d array: only elementwise bodies take numbers."""
    for x in args:
        if type(x) is not _ndarray:
            return tuple([np.asarray(x) for x in args])
    return args
