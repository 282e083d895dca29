"""Running a model so that the picture knows its parts: every call of a part is a scope of its own."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from typing import Any

from ...core.errors import describe
from ...core.mode import scope
from ...core.trees import flatten
from ...engine.value import Value
from .objects import walk

__all__ = ["parts_of", "run_model"]

_METHODS = ("__call__", "forward")


def run_model(model: Callable[..., Any], batch: tuple[Any, ...]) -> list[Value]:
    """The Values that `model(*batch)` returns, computed with a scope for every call of a part of it.

    A part is an object among the model's attributes with a `__call__` or `forward` written in Python.
    Raises `TypeError` if the model returns no Value.
    """
    before = sys.getprofile()
    watch = _Watch(parts_of(model), before if callable(before) else None)
    try:
        sys.setprofile(watch)  # of this thread alone
        returned = model(*batch)
    finally:
        _restore(before)
        watch.leave_all()
    outputs = [x for x in flatten(returned) if isinstance(x, Value)]
    if not outputs:
        raise TypeError(f"draw: the model returned {describe(returned)}; expected a Value, or several")
    return outputs


def _restore(profiler: Any) -> None:
    """Put back what was there. `cProfile` up to Python 3.11 is there as an object that only it can put back."""
    if profiler is None or callable(profiler):
        sys.setprofile(profiler)
        return
    sys.setprofile(None)
    if hasattr(profiler, "enable"):
        profiler.enable()


def parts_of(model: Any) -> dict[int, tuple[str, ...]]:
    """The id of every part of `model` that can be called, and the way to it."""
    return dict(_parts(model))


def _parts(model: Any) -> Iterator[tuple[int, tuple[str, ...]]]:
    for path, thing in walk([("", model)]):
        if path and any(hasattr(_written(type(thing), name), "__code__") for name in _METHODS):
            yield id(thing), path


def _written(cls: type, name: str) -> Any:
    return next((vars(base)[name] for base in cls.__mro__ if name in vars(base)), None)


class _Watch:
    """A profile function that enters a scope when a part is called, and leaves it when it returns.

    `other`: a profile function that was there before, and goes on seeing everything.
    """

    def __init__(self, parts: dict[int, tuple[str, ...]], other: Callable[..., Any] | None) -> None:
        self._parts, self._other = parts, other
        self._running: list[tuple[Any, tuple[str, ...], scope]] = []

    def __call__(self, frame: Any, event: str, argument: Any) -> None:
        if self._other is not None:
            self._other(frame, event, argument)
        if event == "call" and frame.f_code.co_name in _METHODS and frame.f_code.co_argcount:
            path = self._parts.get(id(frame.f_locals.get(frame.f_code.co_varnames[0])))
            outer = self._running[-1][1] if self._running else ()
            if path is not None and path != outer:  # __call__ that calls forward is one part
                self._enter(frame, path, outer)
        elif event == "return" and self._running and self._running[-1][0] is frame:
            self._running.pop()[2].__exit__(None, None, None)

    def _enter(self, frame: Any, path: tuple[str, ...], outer: tuple[str, ...]) -> None:
        own = path[len(outer) :] if path[: len(outer)] == outer else path
        entered = scope(".".join(own))
        entered.__enter__()
        self._running.append((frame, path, entered))

    def leave_all(self) -> None:
        """Leave what an exception has left open."""
        while self._running:
            self._running.pop()[2].__exit__(None, None, None)
