"""NumPy's floating-point warnings, at the user's line.

NumPy warns at the line that calls its function, which is a line of an operation's body. So the bodies of this
package run in contexts of their own, in which NumPy hands over what it would say; once a body is done, it is said
as the user's `np.errstate` and `np.seterr` have it, and at the user's line, where Python's filters look for it.
To enter a context costs a tenth of what `np.errstate` does. The bodies of the user's operations are the user's
lines already, and run as they are.
"""

from __future__ import annotations

import contextvars
import functools
import sys
import threading
from collections.abc import Callable
from typing import Any

import numpy as np

from .blocks import CAREFUL
from .frames import warn_user

__all__ = ["Said", "carefully", "context_for", "in_a_copy", "in_a_spare", "is_taken", "report", "silent", "silently"]

_FLAGS = {
    "divide by zero": ("divide", 1), "overflow": ("over", 2),
    "underflow": ("under", 4), "invalid value": ("invalid", 8),
}  # fmt: skip
"""What NumPy calls an error → its name in `np.errstate`, and the flag that a function given to `np.seterrcall` gets."""


class Said(dict[int, list[str]]):
    """What NumPy said while a body ran, by the thread that it ran in."""

    def write(self, message: str) -> None:
        self.setdefault(threading.get_ident(), []).append(message)

    def mine(self) -> list[str]:
        """Take out what this thread's body brought: in one step, so that a Ctrl-C finds all of it or nothing."""
        return self.pop(threading.get_ident(), [])


def context_for(said: Said) -> Callable[..., Any]:
    """What runs a function where NumPy tells `said` of every floating-point error."""
    return _listening(contextvars.Context(), said)


def _listening(context: contextvars.Context, said: Said) -> Callable[..., Any]:
    context.run(np.seterr, all="log")
    context.run(np.seterrcall, said)
    return context.run


_spare: list[tuple[Callable[..., Any], Said]] = []
"""Contexts for bodies whose own is taken: `list.pop` and `list.append` are atomic, so no two ever share one."""


def in_a_spare(body: Callable[..., Any], args: tuple[Any, ...], static: dict[str, Any]) -> Any:
    """`body(*args, **static)`, whose own context another thread is in, or it itself further out."""
    try:
        run, said = _spare.pop()
    except IndexError:
        said = Said()
        run = context_for(said)
    a = run(body, *args, **static)
    report(said)
    _spare.append((run, said))  # where an error was raised, it is left to the garbage collector
    return a


def in_a_copy(body: Callable[..., Any], *args: Any, **static: Any) -> Any:
    """`body(*args, **static)` where it looks at what is switched on around it."""
    said = Said()
    a = _listening(contextvars.copy_context(), said)(body, *args, **static)
    report(said)
    return a


def is_taken(error: BaseException) -> bool:
    """Whether a context was not entered, because somebody is in it."""
    return isinstance(error, RuntimeError) and str(error).startswith("cannot enter context")


def _settings() -> Any:
    """The context variable in which NumPy keeps what it does about floating-point errors; None if there is none."""
    with np.errstate():
        return next((variable for variable in contextvars.copy_context() if "extobj" in variable.name), None)


_VARIABLE: Any = _settings()
_SILENT: Any = None
if _VARIABLE is not None:
    with np.errstate(all="ignore"):
        _SILENT = _VARIABLE.get()


def silently(function: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    """`function(*args, **kwargs)` while NumPy says nothing, for less than `np.errstate(all="ignore")` takes.

    It runs in a copy of the caller's context, which Python leaves by itself: there is no moment in which a Ctrl-C
    could leave NumPy silent for good.
    """
    return contextvars.copy_context().run(_hushed, function, args, kwargs)


def _hushed(function: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    if _VARIABLE is None:
        np.seterr(all="ignore")
    else:
        _VARIABLE.set(_SILENT)
    return function(*args, **kwargs)


def carefully(function: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    """`function(*args, **kwargs)` while NumPy raises what it would warn about, likewise."""
    context = contextvars.copy_context()
    context.run(np.seterr, **CAREFUL)
    return context.run(function, *args, **kwargs)


def silent(body: Callable[..., Any]) -> Callable[..., Any]:
    """`body`, of which nothing is said: for Python numbers, which obey IEEE without a word."""

    @functools.wraps(body)
    def run(*args: Any, **static: Any) -> Any:
        with np.errstate(all="ignore"):  # a saved program holds these lines: they need NumPy alone
            return body(*args, **static)

    return run


def report(said: Said) -> None:
    """Say what NumPy said in this thread, as the user wants it.

    Raises `FloatingPointError` where `np.errstate` has "raise", what a filter makes of a warning where it has "warn".
    """
    messages = said.mine()
    modes: dict[str, Any] = {} if not messages or _is_silent() else {**np.geterr()}
    for message in messages:
        text = message.removeprefix("Warning: ").rstrip("\n")
        kind = text.partition(" encountered in ")[0]
        name, flag = _FLAGS.get(kind, ("", 0))
        how = modes.get(name)
        if how == "warn":
            warn_user(text)
        elif how == "raise":
            raise FloatingPointError(text)
        elif how == "print":
            print(message, end="", file=sys.stderr)
        elif how == "call":
            np.geterrcall()(kind, flag)  # type: ignore[operator, misc]
        elif how == "log":
            np.geterrcall().write(message)  # type: ignore[union-attr]


def _is_silent() -> bool:
    return _VARIABLE is not None and _VARIABLE.get() is _SILENT
