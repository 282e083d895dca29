"""Walks over a tree that do not call themselves: a sum of 100,000 terms is as deep as it is long."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from typing import Any, TypeVar

from .expression import Expr

__all__ = ["LARGEST", "TooLarge", "check_size", "fold", "names_in", "parts_of", "pieces", "rebuilt", "same"]

_Node = TypeVar("_Node")
_Made = TypeVar("_Made")

LARGEST = 10_000
"""Formulas of more pieces than this are neither rewritten nor spelled: nobody reads them."""


class TooLarge(ValueError):
    """A formula of so many pieces that its text would fill books."""


def check_size(e: Expr) -> None:
    """Raises `TooLarge` for a formula of more than `LARGEST` pieces."""
    if e.weight > LARGEST:
        raise TooLarge(f"a formula of {_count(e.weight)} pieces; at most {LARGEST:,} are spelled")


def _count(n: int) -> str:
    return f"{n:,}" if n < 10**12 else f"about 10^{len(str(n)) - 1}" if n.bit_length() < 10_000 else "countless"


def parts_of(e: Expr) -> Sequence[Expr]:
    """Arguments, then the values of the keywords."""
    return [*e.args, *(x for _, x in e.keywords)] if e.keywords else e.args


def fold(root: _Node, parts: Callable[[_Node], Sequence[_Node]], build: Callable[[_Node, list[_Made]], _Made]) -> _Made:
    """`build(node, what was built of its parts)` from the leaves to the root; what stands in it twice is built once."""
    made: dict[int, _Made] = {}
    open_nodes = [root]
    while open_nodes:
        node = open_nodes[-1]
        if id(node) in made:
            open_nodes.pop()
            continue
        below = parts(node)
        missing = [x for x in below if id(x) not in made]
        if missing:
            open_nodes += missing[::-1]
            continue
        made[id(node)] = build(node, [made[id(x)] for x in below])
        open_nodes.pop()
    return made[id(root)]


def pieces(e: Expr) -> list[Expr]:
    """Every piece of a formula once, however often it stands in it."""
    found: dict[int, Expr] = {}
    open_nodes = [e]
    while open_nodes:
        node = open_nodes.pop()
        if id(node) not in found:
            found[id(node)] = node
            open_nodes += parts_of(node)
    return list(found.values())


def names_in(e: Expr) -> set[str]:
    """The names that stand in a formula free, not those that it defines itself."""
    found = pieces(e)
    own = {word for x in found if x.kind == "let" for word in x.head}
    return {x.head for x in found if x.kind == "name"} - own


def rebuilt(e: Expr, parts: Sequence[Expr]) -> Expr:
    """The same kind and head around other parts; the very same formula if they are the same."""
    count = len(e.args)
    if all(new is old for new, old in zip(parts, parts_of(e))):
        return e
    return Expr(e.kind, e.head, parts[:count], zip([key for key, _ in e.keywords], parts[count:]))


def same(x: Expr, y: Expr) -> bool:
    """Whether two formulas are built alike. Names count by their text, numbers by their value."""
    pairs = [(x, y)]
    while pairs:
        x, y = pairs.pop()
        if x is y:
            continue
        if x.kind != y.kind or x.weight != y.weight or not _same_head(x.head, y.head):
            return False
        if len(x.args) != len(y.args) or [key for key, _ in x.keywords] != [key for key, _ in y.keywords]:
            return False
        pairs += zip(parts_of(x), parts_of(y))
    return True


def _same_head(x: Any, y: Any) -> bool:
    if x is y:
        return True
    plain = isinstance(x, Hashable) and isinstance(y, Hashable)  # arrays compare entry by entry
    return plain and type(x) in _PLAIN and type(y) in _PLAIN and bool(x == y)


_PLAIN = (int, float, bool, str, tuple, type(None))
