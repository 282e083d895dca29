"""What one thread has switched on: recording, debugging, the depth of nested gradients.

All of it is per thread: `no_grad()` in one thread never stops another from recording.
"""

from __future__ import annotations

import copy
import functools
import inspect
import itertools
import threading
from collections.abc import Callable, Iterator, Mapping
from types import TracebackType
from typing import Any

from .errors import unmasked
from .frames import boundary

__all__ = ["Mode", "Switch", "debug", "deeper", "mode", "no_grad", "scope", "special"]


class Mode(threading.local):
    """This thread's switches. The values below are what every new thread starts with."""

    recording: bool = True
    debugging: bool = False
    depth: int = 1
    """How many gradients are being taken inside one another, plus one."""
    form: str = "auto"
    """Which form of a derivative runs; see `derivative_form`."""
    kinks: Mapping[str, str | float] = {}
    """What is taken at kinks instead of what is declared, by operation; "" for all others."""
    dialect: str | None = None
    """The framework whose defaults and conventions hold."""
    scope: tuple[tuple[str, int], ...] = ()
    """The parts of a model that are running, outermost first, each with a number of its own; see `scope`."""
    tracing: int = 0
    """The depth at which `compile` records a program; 0 if it does not."""
    nested: Any = ()
    """What gradients inside of the one that is being taken were taken of and by: a result without a graph may be
    a derivative of theirs that is constant. A list inside a gradient."""
    met: Any = None
    """What keeps the constants that `compile` meets meanwhile: a `Met`."""


mode = Mode()

special: list[None] = []
"""One entry for every switch that is away from its default, in any thread.

Reading a thread-local costs more than a float multiplication, and every operation needs to know
whether it is recorded. So operations look at `mode` only while this list is not empty. It is a
hint and no state: a thread adds its entry before it changes its own switch, so its own operations
always look; a thread that looks needlessly reads its own defaults.
"""


class Switch:
    """Sets switches of this thread inside a `with` block; also decorates functions."""

    def __init__(self, **settings: Any) -> None:
        self._settings = settings
        self._before: list[dict[str, Any]] = []  # a stack, so that one object can be nested in itself

    def _now(self) -> dict[str, Any]:
        """The settings, when the block is entered."""
        return self._settings

    def __enter__(self) -> None:
        settings = self._now()
        special.append(None)
        self._before.append({name: getattr(mode, name) for name in settings})
        for name, value in settings.items():
            setattr(mode, name, value)

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        for name, value in self._before.pop().items():
            setattr(mode, name, value)
        special.pop()

    def __call__(self, function: Callable[..., Any]) -> Callable[..., Any]:
        """`function` with the switch set while it runs. A generator has it set only while it runs
        itself, not while its consumer does."""

        def switch() -> Switch:
            fresh = copy.copy(self)  # a call in another thread must not find this one's stack
            fresh._before = []
            return fresh

        end = object()

        @boundary
        @functools.wraps(function)
        def switched(*args: Any, **kwargs: Any) -> Any:
            with switch():
                return function(*args, **kwargs)

        @functools.wraps(function)
        def switched_generator(*args: Any, **kwargs: Any) -> Iterator[Any]:
            generator = function(*args, **kwargs)
            try:
                while True:
                    with switch():
                        item = next(generator, end)
                    if item is end:
                        return
                    yield item
            finally:
                generator.close()

        return switched_generator if inspect.isgeneratorfunction(function) else switched


class no_grad(Switch):
    """Inside `with no_grad():` operations on Values compute and record nothing.

    Per thread; nests; restores on exceptions; `@no_grad()` decorates functions and generators.
    """

    def __init__(self) -> None:
        super().__init__(recording=False)


class debug(Switch):
    """Inside `with debug():` every operation is checked, at the price of speed and memory.

    - The first NaN or infinity that an operation makes, forward or backward, raises
      `FloatingPointError` with the operation, the shapes and the line of your code.
    - Data that changed in place between forward and backward raises `RuntimeError`, also where it
      can't be noticed without debugging: an array of yours that was an operand, as `A` in `v * A`.

    Per thread; nests; restores on exceptions; decorates functions.
    """

    def __init__(self) -> None:
        super().__init__(debugging=True)


_entered = itertools.count(1)


class scope(Switch):
    """Inside `with scope("encoder"):` what is computed belongs to a part of that name in pictures.

    Scopes nest, decorate functions, and cost nothing outside of them. Every entry is a part of its
    own, so one function that runs twice is drawn as two.

    Raises `TypeError` if the name is no text, `ValueError` if it is empty.
    """

    @boundary
    def __init__(self, name: str) -> None:
        if not isinstance(name, str):
            raise TypeError(f"scope: the name of a part is a text, not {type(name).__name__}")
        if not name:
            raise ValueError("scope: the name of a part is empty; give it one, as in scope('encoder')")
        super().__init__()
        self._name = name

    def _now(self) -> dict[str, Any]:
        return {"scope": (*mode.scope, (self._name, next(_entered)))}


class deeper:
    """Inside `with deeper():` operations are recorded, one level of nested gradients further in.

    `tracing`: for a program, so that nothing may look at the numbers. An error of ours that NumPy hid
    behind one of its own comes out as what it was.
    """

    def __init__(self, tracing: bool = False) -> None:
        self._tracing = tracing

    def __enter__(self) -> int:
        special.append(None)
        self._before = mode.recording, mode.depth, mode.tracing, mode.nested
        mode.recording, mode.depth, mode.nested = True, mode.depth + 1, []
        if self._tracing:
            mode.tracing = mode.depth
        return mode.depth

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        inside = mode.nested
        mode.recording, mode.depth, mode.tracing, mode.nested = self._before
        if inside and mode.depth > 1:
            mode.nested.extend(inside)
        special.pop()
        hidden = None if error is None else unmasked(error)
        if hidden is not None:
            raise hidden.with_traceback(traceback) from None  # which ends at the user's line
