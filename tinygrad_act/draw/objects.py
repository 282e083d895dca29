"""Looking through a user's objects for Values: the parameters of a model, its parts, the names of variables.

A *model* is any object: what counts are its attributes, and lists, tuples, dicts and further objects
in them. Nothing is called and no property is read.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from types import BuiltinFunctionType, FunctionType, MethodType, ModuleType
from typing import Any, NamedTuple

import numpy as np

from ..value import Value

__all__ = ["Found", "variables_of", "walk"]

_MOST = 20_000
"""So many objects are looked at; a data set in a variable must not make drawing slow."""
_OPAQUE = (ModuleType, FunctionType, BuiltinFunctionType, MethodType, type, str, bytes, int, float, complex, np.generic)


class Found(NamedTuple):
    """An object, and the way to it: `("mlp", "layers[0]", "W")`."""

    path: tuple[str, ...]
    thing: Any


def walk(roots: Iterable[tuple[str, Any]]) -> Iterator[Found]:
    """Every object that can be reached from the named `roots`, each once, by the shortest way.

    Breadth first, in the order of the attributes: the same objects always come in the same order.
    """
    queue = [Found((name,) if name else (), thing) for name, thing in roots]
    seen: set[int] = set()
    for found in queue:  # it grows while it is read
        if id(found.thing) in seen or len(seen) > _MOST:
            continue
        seen.add(id(found.thing))
        yield found
        if not isinstance(found.thing, (Value, np.ndarray, *_OPAQUE)):
            queue += _inside(found)


def _inside(found: Found) -> Iterator[Found]:
    path, thing = found
    if isinstance(thing, dict):
        for key, item in thing.items():
            plain = isinstance(key, str) and key.isidentifier()
            yield Found((*path, key) if plain else _indexed(path, key), item)
    elif isinstance(thing, (list, tuple)):
        for position, item in enumerate(thing):
            yield Found(_indexed(path, position), item)
    elif type(thing).__module__ != "builtins":
        for name, item in _attributes(thing):
            yield Found((*path, name), item)


def _indexed(path: tuple[str, ...], key: Any) -> tuple[str, ...]:
    return (*path[:-1], f"{path[-1] if path else ''}[{key!r}]")


def _attributes(thing: Any) -> Iterator[tuple[str, Any]]:
    yield from getattr(thing, "__dict__", {}).items()
    for cls in type(thing).__mro__:
        slots = cls.__dict__.get("__slots__", ())
        for name in (slots,) if isinstance(slots, str) else slots:
            try:
                yield name, object.__getattribute__(thing, name)
            except AttributeError:  # a slot that nothing has been put into
                continue


def variables_of(frame: Any) -> list[tuple[str, Any]]:
    """The variables of the function that `frame` runs, then those of its module, without private ones."""
    both = {**frame.f_globals, **frame.f_locals}
    ordered = [*frame.f_locals, *(name for name in frame.f_globals if name not in frame.f_locals)]
    hidden = {"In", "Out", "exit", "quit"}  # IPython's
    return [(name, both[name]) for name in ordered if name.isidentifier() and name[0] != "_" and name not in hidden]
