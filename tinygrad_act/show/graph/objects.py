"""Looking through a user's objects for Values: the parameters of a model, its parts.

A *model* is any object: what counts are its attributes, and lists, tuples, dicts and further objects
in them. Nothing of the user's is called, not even a property or a method that Python itself would
call (`__getattr__`, `__iter__`, `__eq__`): objects that fail on being looked at do no harm.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator
from itertools import islice
from types import BuiltinFunctionType, FunctionType, GetSetDescriptorType, MemberDescriptorType, MethodType, ModuleType
from typing import Any, NamedTuple

import numpy as np

from ...engine.value import Value

__all__ = ["Found", "walk"]

_MOST = 20_000
"""So many objects are looked at; a data set in a variable must not make drawing slow."""
_LEAST = 500
"""So many at least in a further walk."""
_MOST_OF_ONE = 2_000
"""So many entries of one list or dict are looked at: what stands behind it in a variable is found, too."""
_OPAQUE = (
    Value, np.ndarray, ModuleType, FunctionType, BuiltinFunctionType, MethodType, type, str, bytes, int, float,
    complex, np.generic,
)  # fmt: skip
_PLAIN_KEYS = (str, int, float, bool, bytes, type(None))


class Found(NamedTuple):
    """An object, and the way to it: `("mlp", "layers[0]", "W")`."""

    path: tuple[str, ...]
    thing: Any


def walk(roots: Iterable[tuple[str, Any]], every: Container[int] = (), seen: set[int] | None = None) -> Iterator[Found]:
    """Every object that can be reached from the named `roots`, each once, by the shortest way; those whose `id()` is
    in `every` by every way. `seen`: what earlier walks have been to.

    Breadth first, in the order of the attributes: the same objects always come in the same order.
    """
    queue = [Found((name,) if name else (), thing) for name, thing in roots]
    seen = set() if seen is None else seen
    most = len(queue) + max(_MOST - len(seen), _LEAST)
    for found in queue:  # it grows while it is read
        if id(found.thing) in seen:
            if id(found.thing) in every:
                yield found
            continue
        seen.add(id(found.thing))
        yield found
        if len(queue) < most and not issubclass(type(found.thing), _OPAQUE):  # isinstance would ask `__class__`
            queue += islice(_inside(found), most - len(queue))


def _inside(found: Found) -> Iterator[Found]:
    path, thing = found
    if issubclass(type(thing), dict):
        for key, item in islice(dict.items(thing), _MOST_OF_ONE):
            yield Found((*path, key) if type(key) is str and key.isidentifier() else _indexed(path, key), item)
    elif issubclass(type(thing), (list, tuple)):
        kind: Any = list if issubclass(type(thing), list) else tuple
        for position, item in enumerate(islice(kind.__iter__(thing), _MOST_OF_ONE)):
            yield Found(_indexed(path, position), item)
    for name, item in _attributes(thing):
        yield Found((*path, name), item)


def _indexed(path: tuple[str, ...], key: Any) -> tuple[str, ...]:
    spelled = repr(key) if type(key) in _PLAIN_KEYS else type(key).__name__  # others spell themselves by their own code
    return (*path[:-1], f"{path[-1] if path else ''}[{spelled}]")


def _attributes(thing: Any) -> Iterator[tuple[str, Any]]:
    """What stands in its `__dict__` and its slots; of objects whose class is written in C only what Python sees."""
    slots: list[tuple[str, Any]] = []
    for cls in type(thing).__mro__:
        own = vars(cls)
        if type(own.get("__dict__")) is GetSetDescriptorType:  # not a property of that name
            yield from list(own["__dict__"].__get__(thing).items())
        if "__slots__" in own:
            slots += [(name, slot) for name, slot in own.items() if type(slot) is MemberDescriptorType]
    for name, slot in slots:
        try:
            yield name, slot.__get__(thing)
        except AttributeError:  # a slot that nothing has been put into
            continue
