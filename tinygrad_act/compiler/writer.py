"""Names for the nodes of a program, and its lines: `t3 = np.add(x, y, out=m1)`."""

from __future__ import annotations

import builtins
from typing import Any

import numpy as np

from .guard import has_nan
from .identifiers import BUILTINS, identifier
from .node import Node
from .spell import NotAText, literal, spell

__all__ = ["Writer"]


class Writer:
    """Gives names to nodes and writes their lines."""

    def __init__(self, objects: dict[str, Any], taken: set[str]) -> None:
        self.objects = objects
        """What the lines can't spell, by name: constants and functions."""
        self.names: dict[Node, str] = {}
        self.views: list[tuple[int, tuple[int, ...], Any]] = []
        """What `memory` holds: (room, shape, dtype)."""
        self.rooms: list[str] = []
        """What these are called."""
        self._local: dict[str, str] = {}
        self._shadowed = taken & BUILTINS
        """What parameters are called that Python's own are called, too."""
        self._taken = taken | BUILTINS
        self._counts: dict[str, int] = {}
        self._known = {_identity(x): name for name, x in objects.items()}

    def name(self, wish: str) -> str:
        """A name that is not taken: the wish, or the wish with a number. Whatever a program calls by a name that comes
        from outside gets it here."""
        found = wish = identifier(wish)
        while found in self._taken:
            self._counts[wish] = self._counts.get(wish, 1) + 1
            found = f"{wish}_{self._counts[wish]}"
        self._taken.add(found)
        return found

    def numbered(self, letter: str) -> str:
        """The next of t1, t2, ..."""
        while True:
            self._counts[letter] = self._counts.get(letter, 0) + 1
            if f"{letter}{self._counts[letter]}" not in self._taken:
                return self.name(f"{letter}{self._counts[letter]}")

    def local(self, wish: str) -> str:
        """A name that every loop uses anew."""
        if wish not in self._local:
            self._local[wish] = self.name(wish)
        return self._local[wish]

    def of(self, node: Node) -> str:
        """How an argument is spelled: its name, or a constant."""
        if node not in self.names:
            if node.is_number:
                text = literal(node.value)
                return f"({text})" if text.startswith("-") else text
            self.names[node] = self.object(node.value, node.name)
        return self.names[node]

    def object(self, x: Any, wish: str = "") -> str:
        """A name for an object that the lines can't spell."""
        key = _identity(x)
        if key not in self._known:
            self._known[key] = name = self.name(wish) if wish.isidentifier() else self.numbered("k")
            self.objects[name] = x
        return self._known[key]

    def builtin(self, name: str) -> str:
        """How one of Python's own is spelled: by its name, unless a parameter has that."""
        return self.object(getattr(builtins, name), name) if name in self._shadowed else name

    def has_nan(self) -> str:
        """The name of the function that looks for NaN in large arrays."""
        return self.object(has_nan, has_nan.__name__)

    def line(self, node: Node, target: Any = None) -> str:
        """`name = call(arguments)`; `target`: the node that it is written over, or a piece of room."""
        out = None if target is None else self.names[target] if isinstance(target, Node) else self.view(target)
        text = self.text(node, out)
        again = isinstance(target, Node) and not target.name and not node.name
        self.names[node] = name = str(out) if again else self.named(node)
        return f"{name} = {text}"

    def text(self, node: Node, out: str | None) -> str:
        """The call of a node."""
        args = [self.of(x) for x in node.args]
        function = node.call.name if node.call.helper is None else self.object(node.call.helper, node.call.name)
        function = self.builtin(function) if function in BUILTINS else function
        return spell(node, function, args, out, self.parameter)

    def named(self, node: Node) -> str:
        """A name for a result."""
        return self.name(node.name) if node.name.isidentifier() else self.numbered("t")

    def view(self, target: Any) -> str:
        """The name of a piece of room."""
        if target not in self.views:
            self.views.append(target)
            self.rooms.append(self.numbered("m"))
        return self.rooms[self.views.index(target)]

    def parameter(self, x: Any) -> str:
        """How a parameter is spelled."""
        try:
            text = literal(x)
        except NotAText:
            return self.object(x)
        return self.object(x) if "slice" in self._shadowed and "slice(" in text else text


def _identity(x: Any) -> Any:
    """What constants that are the same have in common."""
    if isinstance(x, (np.ndarray, np.generic)) and x.nbytes <= 4096:
        return type(x), x.shape, x.dtype, x.tobytes()
    return id(x)
