"""Other names, or whole formulas, in place of names: by structure, so that nothing is caught that only looks alike."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .expression import Expr, lift, name
from .walking import fold, names_in, parts_of, pieces, rebuilt

__all__ = ["inlined", "renamed", "substituted"]


def renamed(e: Expr, names: Mapping[str, str]) -> Expr:
    """The formula with other names; names that are not in `names` stay."""
    return substituted(e, {old: name(new) for old, new in names.items()})


def substituted(e: Expr, meanings: Mapping[str, Any]) -> Expr:
    """The formula with formulas or numbers in place of names.

    Names that the formula defines itself (`s * (1 - s), s = sigmoid(z)`) stay its own: they are given other letters
    where a new name would be taken for one of them.
    """
    new = {old: lift(x) for old, x in meanings.items()}
    if not new:
        return e
    brought = set().union(*(names_in(x) for x in new.values()))

    def build(node: Expr, parts: list[Expr]) -> Expr:
        if node.kind == "name":
            return new.get(node.head, node)
        return rebuilt(node, parts)

    e = _own_letters(e, brought | new.keys())
    return fold(e, parts_of, build)


def _own_letters(e: Expr, taken: set[str]) -> Expr:
    """The formula with letters for its own definitions that are not among those `taken`."""
    defined = [own for x in pieces(e) if x.kind == "let" for own in x.head]
    clashing = [own for own in defined if own in taken]
    if not clashing:
        return e
    used = taken | names_in(e) | set(defined)
    fresh = {own: _fresh(own, used) for own in clashing}

    def build(node: Expr, parts: list[Expr]) -> Expr:
        if node.kind == "name" and node.head in fresh:
            return name(fresh[node.head])
        if node.kind == "let":
            return Expr("let", tuple(fresh.get(own, own) for own in node.head), parts)
        return rebuilt(node, parts)

    return fold(e, parts_of, build)


def _fresh(word: str, used: set[str]) -> str:
    """A letter, or the word with a number, that is not used; it counts as used from then on."""
    letters = iter("stuvpqrhkdwcbxyz")
    numbered = (f"{word}{i}" for i in range(1, len(used) + 2))
    found = next(x for x in [*letters, *numbered] if x not in used)
    used.add(found)
    return found


def inlined(e: Expr) -> Expr:
    """The formula with its definitions put in: `sigmoid(z) * (1 - sigmoid(z))` for `s * (1 - s), s = sigmoid(z)`."""

    def build(node: Expr, parts: list[Expr]) -> Expr:
        if node.kind != "let":
            return rebuilt(node, parts)
        body, *values = parts
        known: dict[str, Expr] = {}
        for own, value in reversed(list(zip(node.head, values))):  # a definition may use those that stand after it
            known[own] = value
        for _ in node.head:
            body = _put_in(body, known)
        return body

    return fold(e, parts_of, build)


def _put_in(e: Expr, known: Mapping[str, Expr]) -> Expr:
    def build(node: Expr, parts: list[Expr]) -> Expr:
        return known.get(node.head, node) if node.kind == "name" else rebuilt(node, parts)

    return fold(e, parts_of, build)
