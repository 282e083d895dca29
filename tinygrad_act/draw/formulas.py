"""The local derivative on an edge in symbols: the rule that runs, called with names in place of numbers.

A tree is made once for an operation, its static parameters and the raw numbers among its operands; names are put in
where it is spelled. No text is ever searched for a name.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from typing import Any

from ..formula import PRODUCT, Expr, Piece, TooLarge, Unicode, arriving, mathematics, name, pieces, words
from ..mode import mode
from ..op import Op
from ..value import Value
from .shorter import in_short
from .snapshot import Formula
from .text import CUT, constant_text, is_inline, printable, quoted

__all__ = ["OUTPUT", "Shown", "operand", "places_in", "rule_of", "spelled"]

LONGEST = 240
"""So many characters of a formula are shown."""
OUTPUT = "·a"
"""Holds the place of the output in a tree: no word of Python's begins with a dot."""
_TREES = 4096
"""So many trees are kept."""


def operand(position: int) -> str:
    """What holds the place of the operand at `position`."""
    return f"·{position}"


def places_in(e: Expr) -> list[str]:
    """Whose places are held in a tree: the output's, operands'."""
    return [x.head for x in pieces(e) if x.kind == "name" and x.head.startswith("·")]


def rule_of(node: Value, position: int, short: bool = True) -> Expr:
    """The derivative of `node` by the operand at `position`, with `OUTPUT`, `operand(i)` and the gradient that arrives.

    Raw numbers among several operands of an elementwise operation stand for themselves: the derivative of x ** 2 is 2x.
    `short`: as a picture says it.
    """
    op, inputs = node.op, node.inputs or ()
    assert op is not None
    numbers = op.elementwise and len(inputs) > 1
    operands = tuple((type(x), x) if numbers and is_inline(x) else None for x in inputs)
    return _tree(op, position, mode.form, operands, _shown(node.static), short)


@functools.lru_cache(_TREES)
def _tree(
    op: Op, position: int, form: str, numbers: tuple[Any, ...], static: tuple[tuple[str, Any], ...], short: bool
) -> Expr:
    operands = [name(operand(i)) if x is None else x[1] for i, x in enumerate(numbers)]
    try:
        e = op.tree_of(op.rule(position, form), operands, position=position, output=name(OUTPUT), arriving=arriving(),
                       static=dict(static))  # fmt: skip
        return in_short(mathematics(e)) if short else mathematics(e)
    except Exception:  # it looks at its arguments in ways that no name can answer, or would fill books
        return words(f"the rule of {op.name}")


def _shown(static: Mapping[str, Any]) -> tuple[tuple[str, Any], ...]:
    """Static parameters as a formula shows them: a number or a shape, and the name of anything longer."""
    return tuple((key, x if _is_plain(x) else name(key)) for key, x in static.items())


def _is_plain(x: Any) -> bool:
    return all(isinstance(part, (int, float, str, type(None))) for part in (x if isinstance(x, tuple) else (x,)))


class Shown(Unicode):
    """Formulas in a picture: every name as its box has it, constants as they were typed."""

    def __init__(self, root: Expr, called: Mapping[str, str]) -> None:
        """`called`: what to write for the places held in the tree."""
        self._called = called
        super().__init__(root)

    def named(self, found: Sequence[Expr]) -> Mapping[str, str]:
        own = super().named(found)
        return {**own, **{held: quoted(shown) for held, shown in self._called.items()}}

    def of_number(self, e: Expr, _: list[Piece]) -> Piece:
        text = constant_text(e.head)
        return Piece(text, PRODUCT if text.startswith("−") else ATOM, rounded=CUT in text)


def spelled(e: Expr, called: Mapping[str, str], whole: bool, by: str = "") -> Formula:
    """A tree with names for its places. `whole`: whether it is all of what becomes of the gradient, and no factor."""
    try:
        shown = Shown(e, called)
    except TooLarge:  # it fits as it is, and not with what it stands for
        return Formula("…", by, "whole")
    text = printable(shown.text, LONGEST)
    form = "whole" if whole else "number" if e.kind == "number" else "sum" if _is_sum(e, shown.root) else "factor"
    return Formula(text, by, form, shown.root.rounded)


def _is_sum(e: Expr, root: Piece) -> bool:
    """Whether a factor before it would multiply only its first part."""
    return not root.truth and (root.tightness < PRODUCT or root.text.startswith("−") or (e.kind, e.head) == ("infix", "/"))
