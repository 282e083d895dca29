"""The registry: every operation by name. `ops["sigmoid"]`; iterate it like a dict."""

from __future__ import annotations

import difflib
import keyword
import unicodedata
from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .op import Op

__all__ = ["Registry", "is_name", "ops", "plain"]


def plain(text: str) -> str:
    """The text as Python reads names: `ﬁ` is `fi` to it."""
    return unicodedata.normalize("NFKC", text)


def is_name(text: str) -> bool:
    """Whether `text` may stand in source as a name, and is the same name when Python has read it."""
    return text.isidentifier() and not keyword.iskeyword(text) and text != "__debug__" and text == plain(text)


class Registry(dict[str, "Op"]):
    """Operations by name. Aliases (NumPy's names among them) find the same operation.

    Iteration gives each operation once, under its own name.
    """

    def __init__(self) -> None:
        super().__init__()
        self._aliases: dict[str, str] = {}
        self._watchers: list[tuple[Callable[[Op], None], Callable[[Op], None] | None]] = []

    def watch(self, enter: Callable[[Op], None], leave: Callable[[Op], None] | None = None) -> None:
        """Call `enter(op)` for every operation there is and for each that is declared later, and
        `leave(op)` for each that is removed by `del ops[name]`."""
        self._watchers.append((enter, leave))
        for op in self.values():
            enter(op)

    def announce(self, op: Op) -> None:
        """Tell the watchers of a new operation, once its function exists."""
        for enter, _ in self._watchers:
            enter(op)

    def __missing__(self, name: str) -> Op:
        if name in self._aliases:
            return self[self._aliases[name]]
        near = difflib.get_close_matches(str(name), [*self, *self._aliases], n=1)
        hint = f"; did you mean {near[0]!r}?" if near else ""
        raise KeyError(f"no operation named {name!r}{hint}")

    def find(self, name: str) -> Op | None:
        """The operation of this name or alias, or None."""
        return self.get(self._aliases.get(name, name))

    def enter(self, op: Op) -> None:
        """Add `op`. A second one of its name is refused, unless it is the same definition again
        (a notebook cell that is run twice). Raises `ValueError`."""
        for name in (op.name, *op.aliases):
            other = self.find(name)
            if other is not None and _home(other) != _home(op):
                raise ValueError(
                    f"{op.name}: {name!r} is taken by {other!r} of {other.forward.__module__}; choose another name"
                )
        self[op.name] = op
        self._aliases.update(dict.fromkeys(op.aliases, op.name))

    def __delitem__(self, name: str) -> None:
        op = self[name]
        for _, leave in self._watchers:
            if leave is not None:
                leave(op)
        super().__delitem__(op.name)
        self._aliases = {alias: target for alias, target in self._aliases.items() if target != name}


def _home(op: Op) -> tuple[str, str]:
    return op.forward.__module__, op.forward.__qualname__


ops = Registry()
"""All operations of this process, the built-in ones and yours."""
