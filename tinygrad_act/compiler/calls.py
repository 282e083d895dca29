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

from ..core.frames import is_ours
from ..engine.numpy_names import public_name
from ..engine.tracing import Pull

__all__ = ["CONSTANT", "INPUT", "Call", "function", "is_own_body", "method", "ufunc"]


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
    """Whether the result may share the memory of the first argument; of any, if it is a helper."""
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
    np.add: "+", np.subtract: "-", np.multiply: "*", np.divide: "/", np.less: "<", np.less_equal: "<=", np.greater: ">",
    np.greater_equal: ">=", np.equal: "==", np.not_equal: "!=", np.matmul: "@",
}  # fmt: skip
_NAN_STOPS = {
    np.power, np.float_power, np.fmax, np.fmin, np.hypot, np.isnan, np.isinf, np.isfinite, np.signbit, np.heaviside,
    np.copysign,
}  # fmt: skip
_NAN_STAYS = (np.add, np.multiply, np.maximum, np.minimum)
_METHODS = {np.argmax: "argmax", np.take: "take"}
"""Functions that are wrappers in Python: the array's method itself is called."""
_VIEWS = {
    np.broadcast_to, np.transpose, np.swapaxes, np.moveaxis, np.expand_dims, np.squeeze, np.reshape, np.flip,
    np.rollaxis, np.ravel,
}  # fmt: skip
_KNOWN = {
    np.where, np.clip, np.dot, np.vdot, np.vecdot, np.cumsum, np.sum, np.mean, np.prod, np.max, np.min,
    np.amax, np.amin, np.var, np.std, np.roll, np.repeat, np.tile, np.pad, np.outer, *_VIEWS,
}  # fmt: skip
"""Functions that leave their arguments as they are; but for the views, the result is memory of its own."""


def ufunc(f: np.ufunc) -> Call:
    """The call of a ufunc: of NumPy's by its name there, of any other as the object that it is."""
    return _ufunc_of_numpy(f) if _numpy_name(f) else _ufunc_of_others(f)


@functools.lru_cache(maxsize=256)
def _ufunc_of_others(f: np.ufunc) -> Call:
    """SciPy's, or one that np.frompyfunc made: nothing is known of NaN, and it may give objects."""
    return Call(f.__name__, f, elementwise=f.nout == 1 and f.signature is None, nan=False, helper=f)


@functools.cache
def _ufunc_of_numpy(f: np.ufunc) -> Call:
    many, name = f.nout == 1 and f.signature is None, _numpy_name(f)
    return Call(name, f, elementwise=many, out=f.nout == 1, nan=f not in _NAN_STOPS, infix=_INFIX.get(f, ""))


@functools.cache
def reduction(f: np.ufunc) -> Call:
    """The call of `np.add.reduce` and its like."""
    name = _numpy_name(f)
    if not name:
        run = f.reduce  # a new object each time it is asked for
        return Call(f"{f.__name__}_reduce", run, nan=False, helper=run)
    return Call(f"{name}.reduce", f.reduce, out=True, nan=f in _NAN_STAYS)


@functools.cache
def function(f: Callable[..., Any]) -> Call:
    """The call of any other of NumPy's functions: by its name where that is it, else as the object that it is."""
    if f in _METHODS:
        return Call(f"np.ndarray.{_METHODS[f]}", getattr(np.ndarray, _METHODS[f]), nan=False)
    name = _numpy_name(f)
    return Call(
        name or getattr(f, "__name__", "f"),
        f,
        elementwise=f in (np.where, np.clip),
        out=f in (np.dot, np.clip, np.vecdot),
        view=f in _VIEWS or f not in _KNOWN,
        nan=f in (np.dot, np.vdot, np.clip, np.cumsum, np.vecdot) or f in _VIEWS,
        helper=None if name else f,
    )


def _numpy_name(f: Any) -> str:
    """How source that knows only `np` spells `f`; "" if it can't."""
    name = public_name(f)
    return name if name.startswith("np.") else ""


def is_known(call: Call) -> bool:
    """Whether it is a function of NumPy's of which it is known that it leaves its arguments as they are."""
    return call.run in _KNOWN or call.run in _METHODS


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


@functools.lru_cache(maxsize=4096)
def opaque(name: str, run: Callable[..., Any], elementwise: bool = False) -> Call:
    """The call of an operation's own body: the same object for the same body, so that calls can be compared. A
    user's body may hand out an argument, or a view of one, though it did not when the program was recorded."""
    return Call(name, run, elementwise=elementwise, view=not is_own_body(run), nan=False, helper=run)


def is_own_body(run: Callable[..., Any]) -> bool:
    """Whether it is a body of this package, or a rule of an operation of this package."""
    return is_ours(run.op.forward if isinstance(run, Pull) else run)
