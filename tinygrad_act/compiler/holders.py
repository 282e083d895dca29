"""Where a function found the arrays and Values from outside that it met: under a name, in attributes, lists, dicts.

With another one in its place (`model.w = new`) the program would be silently wrong, so each call looks again.
"""

from __future__ import annotations

import contextlib
import functools
import operator
import types
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from typing import Any, NamedTuple

import numpy as np

from ..core.frames import is_ours
from ..engine.leaves import slot_names
from ..engine.value import Value

__all__ = ["Holders"]

_MOST = 10_000
"""Objects that are looked into: a model has far fewer, what it may lead to may be anything."""
_NO_HOLDERS = (
    type, types.ModuleType, types.FunctionType, types.BuiltinFunctionType, types.MethodType, np.ndarray, np.generic,
    str, bytes, int, float, complex, type(None),
)  # fmt: skip


class _Step(NamedTuple):
    """One step on the way: what the holder holds."""

    holder: int
    """The step that leads to it; -1 for a root."""
    get: Callable[[Any], Any]
    text: str
    """How a message writes the way."""
    found: Any
    """What stood there, if the function met it; None for one that leads on."""


class Holders:
    """The ways from roots to what was met, each by the fewest steps."""

    def __init__(self, roots: Iterable[tuple[str, Callable[[], Any]]], met: Iterable[Any]) -> None:
        """`roots`: names, each with a way to look again. `met`: arrays and Values. No root is kept alive."""
        wanted = {id(x) for x in met}
        self.steps = _pruned(_steps(list(roots), wanted)) if wanted else []

    def changed(self) -> str:
        """What holds something else now; "" if nothing does."""
        now: list[Any] = []
        for step in self.steps:
            try:
                x = step.get(now[step.holder] if step.holder >= 0 else None)
            except (AttributeError, LookupError, TypeError):
                return step.text
            if step.found is not None and not any(each is step.found for each in _faces(x)):
                return step.text
            now.append(x)
        return ""


def _steps(roots: list[tuple[str, Callable[[], Any]]], wanted: set[int]) -> list[_Step]:
    """All steps to holders and to what is wanted, those with fewer steps before them first."""
    steps: list[_Step] = []
    seen: set[int] = set()
    objects: deque[tuple[int, Callable[[Any], Any], str, Any]] = deque()
    objects += [(-1, functools.partial(_again, look), name, look()) for name, look in roots]
    while objects and len(seen) < _MOST:
        holder, get, text, x = objects.popleft()
        found = next((each for each in _faces(x) if id(each) in wanted), None)
        if id(x) in seen or (found is None and isinstance(x, (Value, *_NO_HOLDERS))):
            continue
        seen.add(id(x))
        steps.append(_Step(holder, get, text, found))
        if found is None:
            held: list[tuple[Callable[[Any], Any], str, Any]] = []
            with contextlib.suppress(Exception):  # of a class whose own attributes raise
                held = list(_held(x))
            objects.extend([(len(steps) - 1, get, text + way, each) for get, way, each in held])
    return steps


def _again(look: Callable[[], Any], _: Any) -> Any:
    return look()


def _pruned(steps: list[_Step]) -> list[_Step]:
    """The steps that lead to anything."""
    needed = [step.found is not None for step in steps]
    for i in range(len(steps) - 1, -1, -1):
        if needed[i] and steps[i].holder >= 0:
            needed[steps[i].holder] = True
    places = {-1: -1}
    kept: list[_Step] = []
    for i, step in enumerate(steps):
        if needed[i]:
            places[i] = len(kept)
            kept.append(step._replace(holder=places[step.holder]))
    return kept


def _faces(x: Any) -> tuple[Any, ...]:
    """What may be met of it: a Value itself, or the array that a constant one holds."""
    return (x, x._held) if isinstance(x, Value) and not x.level else (x,)


def _held(x: Any) -> Iterator[tuple[Callable[[Any], Any], str, Any]]:
    """What an object holds: how to get it, how that is written, and what it is."""
    if is_ours(type(x)):
        return
    if isinstance(x, dict):
        yield from [(operator.itemgetter(key), f"[{key!r:.40}]", each) for key, each in list(x.items())]
    elif isinstance(x, (list, tuple)):
        yield from [(operator.itemgetter(i), f"[{i}]", each) for i, each in enumerate(x)]
    yield from [(_entry(name), f".{name}", each) for name, each in list(getattr(x, "__dict__", {}).items())]
    names = [name for cls in type(x).__mro__ for name in slot_names(cls)]
    slots = [name for name in names if hasattr(x, name) and not name.startswith("__")]
    yield from [(operator.attrgetter(name), f".{name}", getattr(x, name)) for name in slots]


def _entry(name: str) -> Callable[[Any], Any]:
    """An attribute as it is stored: a property may compute."""
    return lambda x: x.__dict__[name]
