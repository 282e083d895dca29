"""The local derivative on an edge in symbols: the rule that runs, called with names in place of numbers.

A tree is made once for an operation, its static parameters and the raw numbers among its operands; names are put in
where it is spelled. No text is ever searched for a name.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from typing import Any

from ...core.mode import mode
from ...core.op import Op
from ...engine.value import Value
from ...formula import (
    PRODUCT,
    Expr,
    Piece,
    TooLarge,
    Unicode,
    arriving,
    fold,
    is_number,
    mathematics,
    name,
    parts_of,
    pieces,
    rebuilt,
    words,
)  # fmt: skip
from ..texts import CUT, constant, printable
from .shorter import in_short
from .snapshot import Formula
from .text import is_inline

__all__ = ["LONGEST", "OUTPUT", "Shown", "operand", "places_in", "rule_of", "spelled"]

LONGEST = 240
"""So many characters of a formula are shown."""
OUTPUT = "·a"
"""Holds the place of the output in a tree: no word of Python's begins with a dot."""
_TREES = 4096
"""So many trees are kept."""
_LONG = object()
"""In place of a static parameter that is shown by its name."""


def operand(position: int) -> str:
    """What holds the place of the operand at `position`."""
    return f"·{position}"


def places_in(e: Expr) -> list[str]:
    """Whose places are held in a tree: the output's, operands'."""
    return [x.head for x in pieces(e) if x.kind == "name" and x.head.startswith("·")]


def rule_of(node: Value, position: int, numbers: Sequence[Any] | None = None) -> Expr:
    """The derivative of `node` by the operand at `position`, with `OUTPUT`, `operand(i)` and the gradient that arrives.

    `numbers`: what stands for itself, or None, for each operand; by default the raw numbers among several operands of
    an elementwise operation are: the derivative of x ** 2 is 2x.
    """
    op, inputs = node.op, node.inputs or ()
    assert op is not None
    if numbers is None:
        plain = op.elementwise and len(inputs) > 1
        numbers = [x if plain and is_inline(x) else None for x in inputs]
    known = tuple(None if x is None else (type(x), constant(x)) for x in numbers[: None if not op.variadic else 0])
    return _tree(op, position, mode.form, known, _shown(node.static))


@functools.lru_cache(_TREES)
def _tree(op: Op, position: int, form: str, numbers: tuple[Any, ...], static: tuple[tuple[str, Any], ...]) -> Expr:
    operands = [name(operand(i)) if x is None else x[1] for i, x in enumerate(numbers)] if not op.variadic else None
    e = op.tree_of(op.rule(position, form), operands, position=position, output=name(OUTPUT), arriving=arriving(),
                   static={key: name(key) if x is _LONG else x for key, x in static})  # fmt: skip
    try:
        return in_short(mathematics(_one_of(e, op.inputs[0]) if op.variadic else e))
    except TooLarge:
        return words(f"the rule of {op.name}")


def _one_of(e: Expr, operands: str) -> Expr:
    """The formula with the place of one operand for `xs[0]`."""

    def build(node: Expr, parts: list[Expr]) -> Expr:
        node = rebuilt(node, parts)
        one = node.kind == "item" and node.args[0].kind == "name" and node.args[0].head == operands
        return name(operand(node.args[1].head)) if one and is_number(node.args[1]) else node

    return fold(e, parts_of, build)


def _shown(static: Mapping[str, Any]) -> tuple[tuple[str, Any], ...]:
    """Static parameters as a formula shows them: a number or a shape, and the name of anything longer."""
    return tuple((key, x if _is_plain(x) else _LONG) for key, x in static.items())


def _is_plain(x: Any) -> bool:
    return all(isinstance(part, (int, float, str, type(None))) for part in (x if isinstance(x, tuple) else (x,)))


class Shown(Unicode):
    """Formulas in a picture: every name as its box has it, constants as they were typed, definitions apart."""

    def __init__(self, root: Expr, called: Mapping[str, str]) -> None:
        """`called`: what to write for the places that are held in the tree."""
        self._called, self.where = called, ""
        super().__init__(root, CUT)

    def named(self, found: Sequence[Expr]) -> Mapping[str, str]:
        """Letters that the formula defines itself give way to the names of values."""
        free = (x for x in _LETTERS if x not in self._called.values())
        own = (x for let in found if let.kind == "let" for x in let.head)
        return {
            **super().named(found),
            **{x: next(free) if x in self._called.values() else x for x in own},
            **self._called,
        }

    def of_let(self, e: Expr, parts: list[Piece]) -> Piece:
        body, *values = parts
        self.where = self.between.join(f"{self.names[x]} = {self.value(value)}" for x, value in zip(e.head, values))
        return body


def spelled(e: Expr, called: Mapping[str, str], whole: bool, by: str = "") -> Formula:
    """A tree with names for its places. `whole`: whether it is all of what becomes of the gradient, and no factor."""
    shown = Shown(e, called)
    form = "whole" if whole else "number" if e.kind == "number" else "sum" if _is_sum(e, shown.root) else "factor"
    where = printable(shown.where, LONGEST)
    return Formula(printable(shown.text, LONGEST), by, form, shown.root.rounded, where)


def _is_sum(e: Expr, root: Piece) -> bool:
    """Whether a factor before it would multiply only its first part."""
    return not root.truth and (
        root.tightness < PRODUCT or root.text.startswith("−") or (e.kind, e.head) == ("infix", "/")
    )


_LETTERS = "stuvpqrhkdwcbmnijlxyz"
