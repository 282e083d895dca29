"""The registry: every operation by name. `ops["sigmoid"]`; iterate it like a dict."""

from __future__ import annotations

import copyreg
import difflib
import keyword
import sys
import unicodedata
from collections.abc import Callable, Iterable

from .frames import boundary
from .op import Op

__all__ = ["Registry", "is_name", "ops", "plain"]

def plain(text: str) -> str:
    """The text as Python reads names: `ﬁ` is `fi` to it."""
    return unicodedata.normalize("NFKC", text)


def is_name(text: str) -> bool:
    """Whether `text` may stand in source as a name, and is the same name when Python has read it."""
    return text.isidentifier() and not keyword.iskeyword(text) and text != "__debug__" and text == plain(text)


class Registry(dict[str, Op]):
    """Operations by name. Aliases (NumPy's names among them) find the same operation.

    Iteration gives each operation once, under its own name.
    """

    def __init__(self) -> None:
        super().__init__()
        self._aliases: dict[str, str] = {}
        self._watchers: list[tuple[Callable[[Op], None], Callable[[Op], None] | None]] = []

    def public(self) -> list[Op]:
        """The operations that are functions of the package and methods of Values: all but the internal ones."""
        return [op for op in self.values() if not op.internal]

    def activations(self) -> list[Op]:
        """Of those the activation functions."""
        return [op for op in self.public() if op.reference is not None]

    def watch(self, enter: Callable[[Op], None], leave: Callable[[Op], None] | None = None) -> None:
        """Call `enter(op)` for every operation there is and for each that is declared later, and
        `leave(op)` for each that is removed by `del ops[name]`."""
        self._watchers.append((enter, leave))
        for op in list(self.values()):  # another thread may declare one meanwhile
            enter(op)

    def announce(self, op: Op) -> None:
        """Tell the watchers of a new operation, once its function exists."""
        for enter, _ in self._watchers:
            enter(op)

    def _leave(self, op: Op) -> None:
        for _, leave in self._watchers:
            if leave is not None:
                leave(op)

    @boundary
    def __missing__(self, name: str) -> Op:
        if name in self._aliases:
            return self[self._aliases[name]]
        raise KeyError(f"no operation named {name!r}{self.hint(str(name))}")

    def hint(self, name: str, others: Iterable[str] = ()) -> str:
        """`; did you mean 'swish' (silu here)?` for a name that there is not: an operation, by whichever name, or one
        of `others`. Empty if nothing is like it."""
        near = self._nearest(name, others)
        here = f" ({self._aliases[near]} here)" if near in self._aliases else ""
        return f"; did you mean {near!r}{here}?" if near else ""

    def _nearest(self, name: str, others: Iterable[str]) -> str:
        """The same but for capitals and underscores, another framework's name, or one that is spelled nearly so."""
        shown = [op.name for op in self.public()]
        names = {_letters(other): other for other in (*others, *self._aliases, *shown)}
        theirs = {_letters(their.name): op.name for op in self.values() for their in op.elsewhere.values()}
        found = names.get(_letters(name)) or theirs.get(_letters(name))
        near = [found] if found else difflib.get_close_matches(name, names.values(), n=1)
        return near[0] if near else ""

    def find(self, name: str) -> Op | None:
        """The operation of this name or alias, or None."""
        return self.get(self._aliases.get(name, name))

    @boundary
    def enter(self, op: Op) -> None:
        """Add `op`. A second one of its name is refused, unless it is the same definition again
        (a notebook cell that is run twice). Raises `ValueError`."""
        for name in (op.name, *op.aliases):
            other = self.find(name)
            if other is not None and _home(other) != _home(op):
                raise ValueError(
                    f"{op.name}: {name!r} is taken by {other!r} of {other.forward.__module__}; choose another name"
                )
        old = self.get(op.name)
        if old is not None and op.internal:
            self._leave(old)  # it was a public function until the cell was run again
        self[op.name] = op
        self._aliases.update(dict.fromkeys(op.aliases, op.name))

    @boundary
    def __delitem__(self, name: str) -> None:
        op = self[name]
        self._leave(op)
        super().__delitem__(op.name)
        self._aliases = {alias: target for alias, target in self._aliases.items() if target != name}


def _letters(name: str) -> str:
    """A name without what frameworks differ in: `nn.LeakyReLU` is `leaky_relu`."""
    return name.rpartition(".")[2].lower().replace("_", "")


def _home(op: Op) -> tuple[str, str]:
    return op.forward.__module__, op.forward.__qualname__


ops = Registry()
"""All operations of this process, the built-in ones and yours."""


def _registered(name: str, _: object = None) -> Op:
    """An operation that was pickled: by its name, like a function, and with its function, whose module declares it."""
    return ops[name]


def _pickled(op: Op) -> tuple[Callable[..., Op], tuple[object, ...]]:
    by_function = getattr(sys.modules.get(op.forward.__module__), op.name, None) is op.call
    return _registered, (op.name, op.call) if by_function else (op.name,)


copyreg.pickle(Op, _pickled)
