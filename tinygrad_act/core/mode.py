"""The switches of a task: `no_grad`, `debug`, `scope`; and the depth of nested gradients."""

from __future__ import annotations

import functools
import itertools
import sys
from collections.abc import Callable
from typing import Any

from .errors import unmasked
from .frames import boundary
from .state import Block, Change, Entry, Mode, current, enter, leave, leave_one, mode, special
from .switched import switched

__all__ = ["Change", "Mode", "Switch", "current", "debug", "deeper", "mode", "no_grad", "scope", "special"]


def _end_switch(opened: list[Entry], *_: Any) -> None:
    leave_one(opened, id(sys._getframe(1)))


class Switch(Block):
    """Sets switches of this task inside a `with` block; also decorates functions, coroutines and generators.

    A generator has it set only while it runs itself, not while its consumer does.
    """

    _end = staticmethod(_end_switch)

    def __init__(self, **settings: Any) -> None:
        super().__init__()
        self._settings = settings

    def _change(self) -> Change:
        """What the block changes, asked for when it is entered."""
        settings = self._settings
        return lambda _: settings  # not `self`: the state would keep the block's exit, and never learn that it is gone

    def __enter__(self) -> None:
        enter(self._change(), self._guard, self._opened, id(sys._getframe(1)))

    def __call__(self, function: Callable[..., Any]) -> Callable[..., Any]:
        """`function` with the switch set while it runs."""
        return switched(self._blocks, function)

    def _blocks(self) -> Callable[[], Switch]:
        """Blocks for one call: a generator enters as often as it is resumed, and it is the same entry each time."""
        change = self._change()

        def block() -> Switch:
            new = Switch()
            new._change = lambda: change  # type: ignore[method-assign]
            return new

        return block


class no_grad(Switch):
    """Inside `with no_grad():` operations on Values compute and record nothing.

    Per task: an asyncio task starts with what was on where it was made, a new thread with nothing. Blocks nest,
    may be left in any order, restore on exceptions and on Ctrl-C, and decorate functions, coroutines and generators,
    which have it on only while they run. (A generator that pauses inside of a `with` leaves it on for whoever
    goes on, as with all of Python's context managers. A switch under a name, `s = no_grad()`, may stay on if a
    Ctrl-C arrives just when `with s:` is being left; `with no_grad():` never.)
    """

    def __init__(self) -> None:
        super().__init__(recording=False)


class debug(Switch):
    """Inside `with debug():` every operation is checked, at the price of speed and memory.

    - The first NaN or infinity that an operation makes, forward or backward, raises
      `FloatingPointError` with the operation, the shapes and the line of your code.
    - Data that changed in place between forward and backward raises `RuntimeError`, also where it
      can't be noticed without debugging: an array of yours that was an operand, as `A` in `v * A`.

    Per task (see `no_grad`); nests; restores on exceptions; decorates functions.
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

    def _change(self) -> Change:
        part = (self._name, next(_entered))
        return lambda below: {"scope": (*below.scope, part)}


def _end_deeper(
    opened: list[Entry], kind: Any = None, error: BaseException | None = None, traceback: Any = None
) -> None:
    for entry in opened:
        leave(entry, False)
        inside = entry.change(current())["nested"]
        if inside and current().depth > 1:
            current().nested.extend(inside)
    hidden = None if error is None else unmasked(error)
    if hidden is not None:
        raise hidden.with_traceback(traceback) from None  # which ends at the user's line


class deeper(Block):
    """Inside `with deeper():` operations are recorded, one level of nested gradients further in.

    `tracing`: for a program, so that nothing may look at the numbers. An error of ours that NumPy hid
    behind one of its own comes out as what it was.
    """

    def __init__(self, tracing: bool = False) -> None:
        opened: list[Entry] = []
        self._opened, self._guard, self._tracing = opened, functools.partial(_end_deeper, opened), tracing

    def __enter__(self) -> int:
        depth = current().depth + 1
        settings: dict[str, Any] = {"recording": True, "depth": depth, "nested": []}
        if self._tracing:
            settings["tracing"] = depth
        enter(lambda _: settings, self._guard, self._opened, own=True)
        return depth
