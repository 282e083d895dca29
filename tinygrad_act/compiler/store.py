"""The programs of a compiled function: so many as it keeps, those that were used last."""

from __future__ import annotations

import itertools
import operator
from typing import Any

from ..core.locks import lock
from .constants import Constants
from .instances import Instance
from .program import Program

__all__ = ["KEEP", "Made", "Programs", "check_keep"]

KEEP = 128
"""How many programs a function keeps if nobody says: as many results as functools.lru_cache does."""


class Made:
    """A program and what has to hold when it is called."""

    def __init__(
        self, program: Program, vectors: bool, accepts: Any, constants: Constants, variables: list[Any], donated: Any,
        instance: Instance | None,
    ) -> None:  # fmt: skip
        self.used, self.instance = 0, instance
        self.vectors = vectors
        """Whether scalars became vectors in it."""
        self.program, self.accepts, self.constants, self.variables = program, accepts, constants, variables
        self.donated = donated
        """A function of (args, kwargs): (arrays that were donated, the others)."""
        self.plain = not constants and not variables and not vectors


class Programs:
    """What was made, by key (signature, conventions), in the order in which it was made."""

    def __init__(self, keep: int | None) -> None:
        self.keep = keep
        self.count = 0
        """How many were made, those that are gone as well."""
        self._made: dict[Any, Any] = {}
        self._clock = itertools.count()
        self._lock = lock()
        """Held while entries go: one may be the last to hold an object that others belong to."""

    def __len__(self) -> int:
        return len(self._made)

    def signatures(self) -> list[Any]:
        """What each was made for."""
        return [signature for signature, _ in list(self._made)]

    def values(self) -> list[Any]:
        return list(self._made.values())

    def find(self, key: Any) -> Any:
        """The entry, which counts as used now; None if there is none."""
        made = self._made.get(key)
        return None if made is None else self.use(made)

    def use(self, made: Any) -> Any:
        """The entry, which counts as used now."""
        made.used = next(self._clock)
        return made

    def add(self, key: Any, made: Any) -> None:
        """One more; the ones that were not used for longest go."""
        with self._lock:
            self._made[key] = self.use(made)
            self.count += 1
            gone = [] if self.keep is None else sorted(self.values(), key=operator.attrgetter("used"))[: -self.keep]
            self._drop(gone)

    def drop_dead(self) -> None:
        """Those of objects that are no more go."""
        with self._lock:
            self._drop([x for x in self.values() if x.instance is not None and x.instance.get() is None])

    def _drop(self, gone: list[Any]) -> None:
        for key, made in list(self._made.items()) if gone else ():
            if any(made is x for x in gone):
                self._made.pop(key, None)


def check_keep(keep: Any) -> int | None:
    """How many programs to keep. Raises `ValueError` for what is no whole number from 1, nor None."""
    if keep is None:
        return None
    try:
        count = 0 if isinstance(keep, bool) else operator.index(keep)
    except TypeError:
        count = 0
    if count < 1:
        raise ValueError(f"compile: keep={keep!r}: expected how many programs to keep, a whole number from 1, or None "
                         f"for all of them")  # fmt: skip
    return count
