"""What tracebacks and warnings show: the user's lines, and none of this package's.

Python adds a frame to a traceback while the error leaves it, so only the function that the user's code
called, which is left last, can take the package's frames out. Each of these has `except Exception as error:
trim(error); raise`, which costs nothing until something is raised, or is a `boundary`. What the user wrote
stays: functions that are handed to `grad` or `compile`, bodies and rules of operations.

The environment variable TINYGRAD_ACT_TRACEBACK=full shows all frames.
"""

from __future__ import annotations

import functools
import os
import sys
import warnings
from collections.abc import Callable
from types import FrameType, FunctionType, TracebackType
from typing import Any, TypeVar

import numpy as np

__all__ = [
    "VARIABLE", "boundary", "is_ours", "own_cause", "public_methods", "trim", "user_line", "users_frame",
    "warn_user",
]  # fmt: skip

VARIABLE = "TINYGRAD_ACT_TRACEBACK"
"""The environment variable that, if it is "full", leaves tracebacks as they are."""

_HERE = os.path.dirname(os.path.abspath(__file__))  # a room of the package
_PACKAGE, _NUMPY, _PYTHON = (os.path.dirname(os.path.abspath(m)) + os.sep for m in (_HERE, np.__file__, os.__file__))
_OURS = (_PACKAGE, "<program ")
_OUR_MODULES = __name__.partition(".")[0] + "."
_LIBRARIES = (*_OURS, _NUMPY, os.path.join(os.path.dirname(_NUMPY[:-1]), "scipy") + os.sep)
_INSTALLED = tuple(f"{_PYTHON}{name}-packages{os.sep}" for name in ("site", "dist"))
"""Packages that lie in a folder of Python's own folder, and are not Python's."""
_SHOWN = frozenset({
    "__init__", "__call__", "__getitem__", "__setitem__", "__enter__", "__len__", "__iter__", "__reduce__", "__array__",
    "__bool__", "__float__", "__int__", "__complex__", "__index__", "__format__", "__copy__", "__deepcopy__",
})  # fmt: skip
"""Methods that the user's code calls without their name."""

_F = TypeVar("_F", bound=Callable[..., Any])
_T = TypeVar("_T", bound=type)


def trim(error: BaseException) -> None:
    """Take the package's frames, and those of libraries that it called, out of the traceback of `error`, and of
    what caused it: the frames of an error that nobody sees would keep arrays alive."""
    if os.environ.get(VARIABLE) == "full":
        return
    found: list[BaseException] = [error]
    seen = {id(error)}  # their own __eq__ may compare arrays
    for one in found:
        BaseException.with_traceback(one, _trimmed(one.__traceback__))  # where a frozen dataclass refuses to be set
        for other in (one.__cause__, one.__context__):
            if other is not None and id(other) not in seen:
                seen.add(id(other))
                found.append(other)


def _trimmed(first: TracebackType | None) -> TracebackType | None:
    kept: list[TracebackType] = []
    entry, inside = first, False
    while entry is not None:
        file = entry.tb_frame.f_code.co_filename
        inside = file.startswith(_OURS) or (inside and not _is_users(file))
        if not inside:
            kept.append(entry)
        entry = entry.tb_next
    for entry, following in zip(kept, [*kept[1:], None]):
        entry.tb_next = following
    return kept[0] if kept else None


def own_cause(error: Exception) -> Exception | None:
    """`error` if the user's own code raised it on the way: the cause of what is said instead. Else None."""
    entry = error.__traceback__
    while entry is not None:
        if _is_users(entry.tb_frame.f_code.co_filename):
            return error
        entry = entry.tb_next
    return None


def is_ours(function: Any) -> bool:
    """Whether it is a function or class of this package, and no body or rule of an operation of the user's."""
    return (getattr(function, "__module__", None) or "").startswith(_OUR_MODULES)  # None of what `exec` made


def boundary(function: _F) -> _F:
    """`function`, whose errors end at the line that called it. For what is not called millions of times."""

    @functools.wraps(function)
    def visible(*args: Any, **kwargs: Any) -> Any:
        try:
            return function(*args, **kwargs)
        except Exception as error:
            if type(error) is not RecursionError:  # there is no room for a call
                trim(error)
            raise

    return visible  # type: ignore[return-value]


def public_methods(cls: _T) -> _T:
    """`cls`, every public method and property of which is a `boundary`."""
    for name, member in list(vars(cls).items()):
        if name.startswith("_") and name not in _SHOWN:
            continue
        if isinstance(member, FunctionType):
            setattr(cls, name, boundary(member))
        elif isinstance(member, property):
            setattr(cls, name, property(member.fget and boundary(member.fget), doc=member.__doc__))
    return cls


def user_line() -> str:
    """File and line of the user's code that is running: outside this package, NumPy, SciPy and Python's own."""
    frame, _ = users_frame()
    return f"{frame.f_code.co_filename}:{frame.f_lineno}"


def warn_user(text: str) -> None:
    """A `RuntimeWarning` at the user's line; Python shows it once for each line."""
    warnings.warn(text, RuntimeWarning, stacklevel=users_frame()[1] - 1)


def users_frame() -> tuple[FrameType, int]:
    """The user's frame, and how many frames lie above this one's, itself included."""
    frame: FrameType | None = sys._getframe(0)
    above = 1
    while frame is not None and not _is_users(frame.f_code.co_filename):
        frame, above = frame.f_back, above + 1
    return (frame, above) if frame is not None else (sys._getframe(2), 3)


def _is_users(file: str) -> bool:
    return not file.startswith(_LIBRARIES) and (not file.startswith(_PYTHON) or file.startswith(_INSTALLED))
