"""Compiled methods: `self` stands for the object itself in what is kept, and does not keep it.

A program for a method holds what it met by `self` (constants, Values whose data it reads anew), so there is one for
each object, equal to another or not, and it goes when the object does.
"""

from __future__ import annotations

import functools
import itertools
import weakref
from collections.abc import Callable
from typing import Any

from ..engine.value import Value
from .program import Program, WithProgram
from .signature import DATA

__all__ = ["Instance", "Method", "is_argument", "objects", "with_self"]


_count = itertools.count(1)


class Instance:
    """Stands for an object. Without weak references to it (`__slots__`), it is kept as long as a program for it."""

    __slots__ = ("__weakref__", "_count", "_hash", "get", "kind")

    def __init__(self, x: Any, gone: Callable[[Any], None]) -> None:
        """`gone`: called when the object is no more."""
        self.kind, self._hash, self._count = type(x), id(x), next(_count)
        self.get: Callable[[], Any]
        """The object; None if it is no more."""
        try:
            self.get = weakref.ref(x, gone)
        except TypeError:
            self.get = lambda: x

    def __eq__(self, other: object) -> bool:
        return self is other or (isinstance(other, Instance) and self.get() is other.get() and self.get() is not None)

    def __hash__(self) -> int:
        return self._hash

    def __repr__(self) -> str:
        return f"{self.kind.__name__} no. {self._count}"  # its address may be another object's later


class Method(functools.partial, WithProgram):  # type: ignore[type-arg]
    """A compiled function of which `self` is given. Made by asking an object for it."""

    __self__: Any
    """The object, which is there as long as this."""

    @property
    def __name__(self) -> str:
        return self._compiled.__name__  # type: ignore[no-any-return]

    @property
    def _compiled(self) -> Any:
        return self.func

    @property
    def programs(self) -> list[Program]:
        """All programs for this object that are kept."""
        return [made.program for made in self._entries()]

    @property
    def program(self) -> Program:
        """The program of this object's last call. Raises `RuntimeError` before the first."""
        made = max(self._entries(), key=lambda made: made.used, default=None)
        if made is None:
            raise RuntimeError(
                f"compile: {self._compiled.__name__} has no program for this object yet: call it once, or use "
                f".trace(*args)"
            )
        return made.program  # type: ignore[no-any-return]

    def trace(self, /, *args: Any, **kwargs: Any) -> Program:
        """The program for arguments like these, made if need be, without running it."""
        return self._compiled.trace(*self.args, *args, **kwargs)  # type: ignore[no-any-return]

    def _entries(self) -> list[Any]:
        return [made for made in self._compiled.entries() if made.instance == self.args[0]]

    def __repr__(self) -> str:
        return f"<compiled {self._compiled.__name__} of {self.args[0]!r}: {len(self._entries())} programs>"

    def __reduce__(self) -> Any:
        return getattr, (self.__self__, self._compiled.__name__)


def is_argument(x: Any) -> bool:
    """Whether an object is data itself, or goes by what it is equal to: then it is an argument like any other."""
    return isinstance(x, (dict, list, tuple, *DATA, Value, int, str, bytes, frozenset, type(None)))


def with_self(args: tuple[Any, ...]) -> tuple[Any, ...]:
    """The arguments with the object itself in the place of what stands for it."""
    return (args[0].get(), *args[1:]) if args and type(args[0]) is Instance else args


def objects(arguments: dict[str, Any]) -> list[tuple[str, Callable[[], Any]]]:
    """The arguments, by name, that are no data: objects that may hold some, each with a way to get it."""
    held = [(name, x) for name, x in arguments.items() if not is_argument(x)]
    return [(name, x.get if type(x) is Instance else functools.partial(_itself, x)) for name, x in held]


def _itself(x: Any) -> Any:
    return x
