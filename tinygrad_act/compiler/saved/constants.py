"""Names and data as source: what NumPy, SciPy and Python call an object, classes, and arrays to the last bit."""

from __future__ import annotations

import base64
import builtins
import collections
import sys
import textwrap
import types
from collections.abc import Callable
from typing import Any

import numpy as np

from ...engine.numpy_names import public_name
from ..spell import NotAText, literal

__all__ = ["array_text", "class_text", "is_stdlib", "name_of"]

_SMALL = 32
"""Entries up to which an array is written as a list of numbers."""


def name_of(x: Any) -> str:
    """`np.exp`, `scipy.special.xlogy`, `builtins.len`, under which `x` itself stands there; "" for anything else."""
    name = getattr(x, "__name__", "")
    if not callable(x) or not name:
        return ""
    if getattr(builtins, name, None) is x:
        return f"builtins.{name}"
    return public_name(x) if type(x).__hash__ is not None else ""


def is_stdlib(x: Any) -> bool:
    """Whether `x` is a function or class of Python's library that its name finds there."""
    module = x.__module__ or ""
    return module in sys.stdlib_module_names and getattr(sys.modules.get(module), x.__name__, None) is x


def class_text(x: type, module: Callable[[str], str]) -> str:
    """A class. `module`: how a module is named. Raises `NotAText` for one that only its own module has."""
    found = name_of(x)
    if issubclass(x, Exception):  # of this package's own errors the one of Python's that they are
        found = next(name for name in map(name_of, x.__mro__) if name)
    if is_stdlib(x) and not found:
        return f"{module(x.__module__)}.{x.__name__}"
    if not found and _fields(x):
        return f"{module('collections')}.namedtuple({literal(x.__name__)}, {literal(_fields(x))})"
    if not found:
        raise NotAText(f"it uses the class {x.__name__}")
    return found.removeprefix("builtins.")


def _fields(x: Any) -> tuple[str, ...]:
    """Those of a class as collections.namedtuple makes it, without defaults and methods of its own; () for others."""
    if x.__bases__ != (tuple,) or getattr(x, "_field_defaults", True):
        return ()
    more = vars(x).keys() - vars(collections.namedtuple("more", x._fields)).keys()
    made = ("collections", f"namedtuple_{x.__name__}")
    own = [y for y in vars(x).values() if isinstance(y, types.FunctionType) and y.__module__ not in made]
    return () if own or not all(name.startswith("__") for name in more) else x._fields


def array_text(x: np.ndarray, module: Callable[[str], str]) -> str:
    """An array, to the last bit. `module`: how a module is named."""
    dtype = literal(x.dtype)
    if x.flags.f_contiguous and not x.flags.c_contiguous:
        return f"{array_text(x.T, module)}.T"
    if x.size <= _SMALL and not (x.dtype.kind == "f" and np.isnan(x).any()):
        text = f"np.array({literal(x.tolist())}, dtype={dtype})"
        return text if x.size else f"np.empty({x.shape}, dtype={dtype})"
    first = x.flat[0]
    if first == first and x.tobytes() == first.tobytes() * x.size:
        return f"np.full({x.shape}, {literal(first.item())}, dtype={dtype})"
    packed = textwrap.wrap(base64.b64encode(x.tobytes()).decode(), 100)
    lines = "\n".join(f'    "{line}"' for line in packed)
    return f"np.frombuffer({module('base64')}.b64decode(\n{lines}\n), dtype={dtype}).reshape({x.shape})"
