"""The functions that a program calls, and what the passes need to know about each.

Nearly all are NumPy's. What is not known here by name is called as it is, and no pass touches it.
"""

from __future__ import annotations

import functools
import operator
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

__all__ = ["CONSTANT", "INPUT", "VIEWS", "Call", "function", "method", "ufunc"]


@dataclass(frozen=True, eq=False)
class Call:
    """A function in a program."""

    name: str
    """How the source spells it."""
    run: Callable[..., Any]
    elementwise: bool = False
    """Each entry of the result comes from the entries at its place, with broadcasting."""
    out: bool = False
    """Whether it takes `out=`."""
    view: bool = False
    """Whether the result may share the memory of the first argument."""
    nan: bool = True
    """Whether a NaN anywhere in an argument makes a NaN in the result, if the result is of floats."""
    infix: str = ""
    """The operator that spells it: `x + y`."""
    method: bool = False
    """Whether it is spelled `x.name(...)`."""
    helper: Callable[..., Any] | None = None
    """A function of this package or the user's, whose source a saved program has to hold."""

    def __repr__(self) -> str:
        return self.name


def _leaf(*_: Any) -> Any:
    raise TypeError("inputs and constants compute nothing")


INPUT = Call("input", _leaf)
CONSTANT = Call("constant", _leaf)

_INFIX = {
    "add": "+", "subtract": "-", "multiply": "*", "divide": "/", "less": "<", "less_equal": "<=", "greater": ">",
    "greater_equal": ">=", "equal": "==", "not_equal": "!=", "matmul": "@",
}  # fmt: skip
_NAN_STOPS = {"power", "fmax", "fmin", "hypot", "isnan", "isinf", "isfinite", "signbit", "heaviside", "copysign"}
_NAN_STOPS |= {"float_power"}


@functools.cache
def ufunc(f: np.ufunc) -> Call:
    """The call of a ufunc, by NumPy's name for it."""
    name = f.__name__
    public = f"np.{name}" if getattr(np, name, None) is f else "np.arctan2"
    many = f.nout == 1 and f.signature is None
    return Call(public, f, elementwise=many, out=f.nout == 1, nan=name not in _NAN_STOPS, infix=_INFIX.get(name, ""))


@functools.cache
def reduction(f: np.ufunc) -> Call:
    """The call of `np.add.reduce` and its like."""
    nan = f.__name__ in ("add", "multiply", "maximum", "minimum")
    return Call(f"np.{f.__name__}.reduce", f.reduce, out=True, nan=nan)


@functools.cache
def function(f: Callable[..., Any]) -> Call:
    """The call of any other of NumPy's functions."""
    name = f.__name__
    if name in ("argmax", "take"):  # the method itself: NumPy's function is a wrapper in Python
        return Call(f"np.ndarray.{name}", getattr(np.ndarray, name), nan=False)
    views = name in ("broadcast_to", "transpose", "swapaxes", "moveaxis", "expand_dims", "squeeze", "reshape", "flip",
                     "rollaxis", "ravel")  # fmt: skip
    return Call(
        f"np.{name}",
        f,
        elementwise=name in ("where", "clip"),
        out=name in ("dot", "clip", "vecdot"),
        view=views,
        nan=name in ("dot", "vdot", "clip", "cumsum", "vecdot") or views,
    )


def _getitem(x: Any, *, index: Any) -> Any:
    return x[index]


def _indexed(x: Any, *index: Any) -> Any:
    return x[index[0] if len(index) == 1 else index]


GETITEM = Call("getitem", _getitem, view=True, nan=False)
"""`x[index]`, an index known beforehand."""
INDEXED = Call("indexed", _indexed, nan=False)
"""`x[i, j]`, an index that the program computes."""
TRANSPOSE = Call("T", operator.attrgetter("T"), view=True)


@functools.cache
def method(name: str) -> Call:
    """The call of an array's method."""
    return Call(name, _Method(name), view=name in ("reshape", "transpose", "swapaxes", "ravel", "view"), method=True)


class _Method:
    """`x.name(...)` as a function."""

    def __init__(self, name: str) -> None:
        self.name = name

    def __call__(self, x: Any, *args: Any, **static: Any) -> Any:
        return getattr(x, self.name)(*static.pop("args", ()), *args, **static)


def _einsum(*xs: Any, subscripts: str) -> Any:
    return np.einsum(subscripts, *xs)


def _concatenate(*xs: Any, axis: Any) -> Any:
    return np.concatenate(xs, axis=axis)


def _array(*xs: Any) -> Any:
    return np.array(xs)


def _stack(*xs: Any, axis: Any) -> Any:
    return np.stack(xs, axis=axis)


EINSUM = Call("np.einsum", _einsum)
JOINS: dict[Any, Call] = {
    np.concatenate: Call("np.concatenate", _concatenate),
    np.stack: Call("np.stack", _stack),
    np.array: Call("np.array", _array),
}
"""Functions of a tuple of arrays; np.array of one of numbers."""
CLIP = Call("np.ndarray.clip", np.ndarray.clip, elementwise=True, out=True)
"""`x.clip(low, high)`."""
FLOAT = Call("float", float)
"""A Python float of what NumPy made of Python numbers: it stays weak in promotion."""
ASARRAY = Call("np.asarray", np.asarray, view=True)
VIEWS = (GETITEM, TRANSPOSE)


def opaque(name: str, run: Callable[..., Any], elementwise: bool = False) -> Call:
    """The call of an operation's own body."""
    return Call(name, run, elementwise=elementwise, nan=False, helper=run)
