"""What one task has switched on: recording, debugging, the depth of nested gradients.

A `Mode` is never changed: who enters a block puts another one in its place, in a context variable. So it
belongs to a thread, and in asyncio to a task, which starts with what was on where it was made. A new thread
starts with nothing (`asyncio.to_thread` hands on the caller's).

Blocks need not be left in the order in which they were entered: a generator may pause inside of one, and go
on in another task. So a mode knows the entries that it is made of, and to leave one takes out that one.
"""

from __future__ import annotations

import functools
import weakref
from collections.abc import Callable, Mapping, Sequence
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any, cast

__all__ = ["Block", "Change", "Entry", "Mode", "current", "enter", "leave", "leave_one", "mode", "special"]


class Mode:
    """What is switched on: what is on in `below`, and what one more entry changes."""

    __slots__ = (
        "__weakref__", "below", "debugging", "depth", "dialect", "ended", "entries", "form", "kinks", "met", "nested",
        "recording", "scope", "tracing",
    )  # fmt: skip

    recording: bool
    debugging: bool
    depth: int
    """How many gradients are being taken inside one another, plus one."""
    form: str
    """Which form of a derivative runs; see `derivative_form`."""
    kinks: Mapping[str, str | float]
    """What is taken at kinks instead of what is declared, by operation; "" for all others."""
    dialect: str | None
    """The framework whose defaults and conventions hold."""
    scope: tuple[tuple[str, int], ...]
    """The parts of a model that are running, outermost first, each with a number of its own; see `scope`."""
    tracing: int
    """The depth at which `compile` records a program; 0 if it does not."""
    nested: Any
    """What gradients inside of the one that is being taken were taken of and by: a result without a graph may be
    a derivative of theirs that is constant. A list inside a gradient."""
    met: Any
    """What keeps the constants that `compile` meets meanwhile: a `Met`."""

    below: Mode
    entries: tuple[Entry, ...]
    """What it is made of, outermost first."""
    ended: Sequence[Any]
    """Filled once an entry is over that may still be in here."""

    def __init__(self, below: Mode, entry: Entry) -> None:
        self.recording = below.recording
        self.debugging = below.debugging
        self.depth = below.depth
        self.form = below.form
        self.kinks = below.kinks
        self.dialect = below.dialect
        self.scope = below.scope
        self.tracing = below.tracing
        self.nested = below.nested
        self.met = below.met
        for name, value in entry.change(below).items():
            setattr(self, name, value)
        self.below = below
        self.entries = (*below.entries, entry)
        self.ended = entry.ended
        special.add(weakref.ref(self, _not_special))


special: set[Any] = set()
"""One weak reference for every state in which something is switched on, in any thread or task.

Reading a context variable costs a tenth of a float multiplication's node, and every operation needs to know
whether it is recorded. So operations look at `current()` only while this set is not empty. It is a hint and no
state: it is never empty while something is on, as a state adds itself before anybody can see it, and it
can't stay filled, as a state goes when the last task that is in it goes.
"""

_not_special = special.discard

Change = Callable[[Mode], Mapping[str, Any]]


def _usual() -> Mode:
    """What holds where nothing is switched on."""
    usual = Mode.__new__(Mode)
    usual.recording, usual.debugging, usual.depth = True, False, 1
    usual.form, usual.kinks, usual.dialect = "auto", {}, None
    usual.scope, usual.tracing, usual.nested, usual.met = (), 0, (), None
    usual.below, usual.entries, usual.ended = usual, (), ()
    return usual


_USUAL = _usual()
_state: ContextVar[Mode] = ContextVar("tinygrad_act", default=_USUAL)


class Entry:
    """One time that a block was entered."""

    __slots__ = ("alive", "change", "ended", "frame", "token")

    def __init__(self, change: Change, guard: Any, ended: list[Any], frame: int) -> None:
        self.change, self.ended, self.frame = change, ended, frame
        """`frame`: the id of the frame that entered it."""
        self.alive: Callable[[], Any] = weakref.ref(guard, ended.append)
        """None once the block is over and nobody may be in it any more; it says so to `ended`, unless the block
        is left as it should be."""
        self.token: Any = None

    def end(self, kept: bool) -> None:
        """`kept`: tasks that were started inside of the block stay in it."""
        self.token = None
        if kept:
            self.alive = _forever
        else:
            self.alive = _over
            self.ended.append(None)


def _forever() -> object:
    return True


def _over() -> object:
    return None


def current() -> Mode:
    """What is switched on in this thread or task."""
    state = _state.get()
    return _healed(state) if state.ended else state


def _healed(state: Mode) -> Mode:
    """The state without what is over: a block that was left in another task, or by a Ctrl-C on its way out."""
    alive = [entry for entry in state.entries if entry.alive() is not None]
    if len(alive) != len(state.entries):
        state = _made_of(alive)
        _state.set(state)
    return state


def _made_of(entries: list[Entry]) -> Mode:
    return functools.reduce(Mode, entries, _USUAL)


def enter(change: Change, guard: Any, opened: list[Entry], frame: int = 0, own: bool = False) -> None:
    """Enter a block that ends when `guard` goes, if it is not left before; the entry is added to those `opened`.
    `own`: tasks that were started inside and are still there don't stay in it."""
    below = current()
    entry = Entry(change, guard, [] if own or below is _USUAL else below.entries[-1].ended, frame)
    opened.append(entry)
    entry.token = _state.set(Mode(below, entry))


def leave(entry: Entry, kept: bool) -> None:
    """Take out this entry and no other. `kept`: see `Entry.end`."""
    state = _state.get()
    if state.entries and state.entries[-1] is entry:
        rest = state.below
    elif entry in state.entries:
        rest = _made_of([other for other in state.entries if other is not entry])
    else:  # it is another task that entered it
        entry.end(False)
        return
    try:
        _state.reset(entry.token)
        entry.end(kept)
    except (ValueError, RuntimeError):  # entered in another context, of which this one is a copy
        entry.end(False)
    finally:
        if _state.get() is not rest:
            _state.set(rest)


def _reader(name: str) -> property:
    return property(lambda _: getattr(current(), name))


mode: Mode = cast(Mode, type("mode", (), {name: _reader(name) for name in Mode.__slots__[1:]})())
"""`current()` attribute by attribute, for whoever asks for one."""


class _Exit:
    """`with` takes the exit of a block before it enters, and lets go of it when the block has been left, however:
    also where a Ctrl-C arrives before the first line of the exit has run. So an entry is over when its exit is gone."""

    def __get__(self, block: Block | None, _: Any = None) -> Any:
        return self if block is None else block._guard

    def __call__(self, block: Block, *error: Any) -> None:  # as contextlib.ExitStack does it
        block._guard(*error)


class Block:
    """What a `with` statement enters: entries into the state, by any number of tasks, also nested in itself."""

    _end: Callable[..., None]

    def __init__(self) -> None:
        self._opened: list[Entry] = []
        self._guard = functools.partial(self._end, self._opened)

    if TYPE_CHECKING:

        def __exit__(self, *_: Any) -> None: ...

    else:
        __exit__ = _Exit()


def leave_one(opened: list[Entry], frame: int) -> None:
    """Leave one of those `opened`: the last one of this frame, or else of this task, or else of all."""
    entries = tuple(opened)  # another thread may add its own meanwhile
    if len(entries) > 1:
        here = _state.get().entries
        entries = (max(reversed(entries), key=lambda x: (x.token is not None, x.frame == frame, x in here)),)
    for entry in entries:
        leave(entry, True)
        opened.remove(entry)
