"""What one thread has switched on: recording, debugging, the depth of nested gradients.

All of it is per thread: `no_grad()` in one thread never stops another from recording.
"""

from __future__ import annotations

import functools
import inspect
import threading
from collections.abc import Callable, Iterator
from types import TracebackType
from typing import Any

__all__ = ["Mode", "debug", "deeper", "mode", "no_grad", "special"]


class Mode(threading.local):
    """This thread's switches. The values below are what every new thread starts with."""

    recording: bool = True
    debugging: bool = False
    depth: int = 1
    """How many gradients are being taken inside one another, plus one."""


mode = Mode()

special: list[None] = []
"""One entry for every switch that is away from its default, in any thread.

Reading a thread-local costs more than a float multiplication, and every operation needs to know
whether it is recorded. So operations look at `mode` only while this list is not empty. It is a
hint and no state: a thread adds its entry before it changes its own switch, so its own operations
always look; a thread that looks needlessly reads its own defaults.
"""


class _Switch:
    """Sets one switch of this thread inside a `with` block; also decorates functions."""

    _name: str
    _value: object

    def __init__(self) -> None:
        self._before: list[object] = []  # a stack, so that one object can be nested in itself

    def __enter__(self) -> None:
        special.append(None)
        self._before.append(getattr(mode, self._name))
        setattr(mode, self._name, self._value)

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        setattr(mode, self._name, self._before.pop())
        special.pop()

    def __call__(self, function: Callable[..., Any]) -> Callable[..., Any]:
        """`function` with the switch set while it runs. A generator has it set only while it runs
        itself, not while its consumer does."""
        switch = type(self)

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
                        item = next(generator, switch)
                    if item is switch:
                        return
                    yield item
            finally:
                generator.close()

        return switched_generator if inspect.isgeneratorfunction(function) else switched


class no_grad(_Switch):
    """Inside `with no_grad():` operations on Values compute and record nothing.

    Per thread; nests; restores on exceptions; `@no_grad()` decorates functions and generators.
    """

    _name, _value = "recording", False


class debug(_Switch):
    """Inside `with debug():` every operation is checked, at the price of speed and memory.

    - The first NaN or infinity that an operation makes, forward or backward, raises
      `FloatingPointError` with the operation, the shapes and the line of your code.
    - Data that changed in place between forward and backward raises `RuntimeError`, also where it
      can't be noticed without debugging (an array that you passed in and wrote to afterwards).

    Per thread; nests; restores on exceptions; decorates functions.
    """

    _name, _value = "debugging", True


class deeper:
    """Inside `with deeper():` operations are recorded, one level of nested gradients further in."""

    def __enter__(self) -> int:
        special.append(None)
        self._before = mode.recording, mode.depth
        mode.recording, mode.depth = True, mode.depth + 1
        return mode.depth

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        mode.recording, mode.depth = self._before
        special.pop()
