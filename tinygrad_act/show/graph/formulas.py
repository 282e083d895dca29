"""The local derivative on an edge in symbols: the rule that runs, called with names in place of numbers.

A tree is made once for an operation, its static parameters and the raw numbers among its operands; names are put in
where it is spelled. No text is ever searched for a name.
"""

from __future__ import annotations

import functools
import itertools
import re
from collections.abc import Collection, Container, Mapping, Sequence
from typing import Any, Literal

from ...core.mode import mode
from ...core.op import Op
from ...core.rule_trees import UNSPELLED
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
    lift,
    mathematics,
    name,
    parts_of,
    pieces,
    rebuilt,
    renamed,
    words,
)  # fmt: skip
from ...formula.operators import LET
from ..texts import CUT, constant, printable
from .short_rules import at_a_tie, in_short
from .snapshot import Formula
from .text import is_inline

__all__ = ["LONGEST", "OUTPUT", "Rule", "operand", "rule_of"]

LONGEST = 240
"""So many characters of a formula are shown."""
OUTPUT = "·a"
"""Holds the place of the output in a tree: no word of Python's begins with a dot."""
_MOST = 4096
"""So many rules are kept, and so many ways to write each."""
_MANY = 30
"""Of more operands a rule is not spelled with each of them: a template has 31 places."""
_WIDE = "\x7f"
_HOLE = re.compile(f"([\x01-\x1f]){_WIDE}?")
"""Where a name stands in a template, of one letter or of more: no text that is shown has control characters."""
_LONG = object()
"""In place of a static parameter that is shown by its name."""


def operand(position: int) -> str:
    """What holds the place of the operand at `position`."""
    return f"·{position}"


class Rule:
    """The derivative by one operand, with places for the output, the operands and the gradient that arrives."""

    __slots__ = ("_defined", "_functions", "_op", "_own", "_templates", "elementwise", "places", "tree")

    def __init__(self, tree: Expr, op: Op) -> None:
        self.tree, self.elementwise, self._op = tree, op.elementwise, op.name
        found = pieces(tree)
        names = {x.head for x in found if x.kind == "name"}
        self.places = tuple(sorted(x for x in names if x.startswith("·")))
        self._defined = {own for x in found if x.kind == "let" for own in x.head}
        self._own = names.difference(self.places, self._defined)
        self._functions = {x.head for x in found if x.kind == "call"}
        self._templates: dict[Any, _Template] = {}

    def spelled(self, called: Mapping[str, str], by: str = "", taken: Container[str] = ()) -> Formula:
        """With these names for its places. `taken`: what else has a name in the picture."""
        names = [called[place] for place in self.places]
        letters = tuple([len(x) == 1 and x.isascii() and x not in self._functions for x in names])
        clashing = frozenset([own for own in self._own if own in names or own in taken])
        known = {x for x in (*self._defined, *_LETTERS) if x in taken} if self._defined else ()
        key = letters, frozenset((*names, *known)) if self._defined else frozenset(), clashing
        template = self._templates.get(key)
        if template is None:
            if len(self._templates) >= _MOST:
                self._templates.clear()
            template = self._templates[key] = _Template(self, *key)
        return template.filled(names, by)

    def beside(self, names: Collection[str]) -> Expr:
        """The tree, with `op.k` for a parameter or a size `k` that is shown by its name where one of the `names` is."""
        return renamed(self.tree, {own: f"{self._op}.{own}" for own in self._own.intersection(names)})


class _Template:
    """A spelled formula, in pieces between which the names stand."""

    def __init__(self, rule: Rule, letters: Sequence[bool], taken: Collection[str], clashing: Collection[str]) -> None:
        """`letters`: which names are single letters, which need no sign of a product. `taken`: names that are no free
        letters for what the formula defines itself. `clashing`: see `Rule.beside`."""
        holes = [chr(1 + i) + ("" if letter else _WIDE) for i, letter in enumerate(letters)]
        shown = Shown(at_a_tie(rule.beside(clashing)), dict(zip(rule.places, holes)), taken)
        self.form = _form(rule.tree, shown.root) if rule.elementwise else "whole"
        self.rounded = shown.root.rounded
        self.text, self.where = _pieces(shown.text), _pieces(shown.where)

    def filled(self, names: Sequence[str], by: str) -> Formula:
        """With the names."""
        text, where = (_joined(parts, names) for parts in (self.text, self.where))
        return Formula(text, by, self.form, self.rounded, where)


def _pieces(text: str) -> list[str | int]:
    """Texts, and the numbers of names, by turns."""
    return [ord(x[0]) - 1 if i % 2 else printable(x, LONGEST) for i, x in enumerate(_HOLE.split(text))]


def _joined(parts: Sequence[str | int], names: Sequence[str]) -> str:
    text = "".join([names[x] if isinstance(x, int) else x for x in parts])
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"


def rule_of(node: Value, position: int, numbers: Sequence[Any] | None = None) -> Rule:
    """The derivative of `node` by the operand at `position`.

    `numbers`: what stands for itself, or None, for each operand; by default the raw numbers among several operands of
    an elementwise operation are: the derivative of x ** 2 is 2x.
    """
    op: Any = node.op  # of a result: a leaf has no derivative
    inputs = node.inputs or ()
    if op.variadic and (op.rule(position, mode.form).__doc__ or len(inputs) > _MANY):
        numbers = ()  # words name one of the operands at most
    elif numbers is None:
        plain = op.elementwise and len(inputs) > 1
        numbers = [x if plain and is_inline(x) else None for x in inputs]
    known = tuple([None if x is None else (repr(x), constant(x)) for x in numbers])  # 0.0 == -0.0
    return _rule(op, position, mode.form, known, _shown(node.static) if node.static else ())


@functools.lru_cache(_MOST)
def _rule(op: Op, position: int, form: str, numbers: tuple[Any, ...], static: tuple[tuple[str, str, Any], ...]) -> Rule:
    operands = [name(operand(i)) if x is None else x[1] for i, x in enumerate(numbers)] or None
    given = {key: name(key) if x is _LONG else x for key, _, x in static}
    e = _called(op, position, form, operands, given)
    if e is UNSPELLED and operands:  # 1 / y fails for the number 0, and is a formula with it
        e = _called(op, position, form, [lift(x) for x in operands], given)
    otherwise = words(f"the rule of {op.name}")
    try:
        found = otherwise if e is UNSPELLED else in_short(mathematics(_one_of(e, op.inputs[0]) if op.variadic else e))
    except TooLarge:
        found = otherwise
    return Rule(found, op)


def _called(op: Op, position: int, form: str, operands: Sequence[Any] | None, static: Mapping[str, Any]) -> Expr:
    return op.tree_of(op.rule(position, form), operands, position=position, output=name(OUTPUT), arriving=arriving(),
                      static=static)  # fmt: skip


def _one_of(e: Expr, operands: str) -> Expr:
    """The formula with the place of one operand for `xs[0]`."""

    def build(node: Expr, parts: list[Expr]) -> Expr:
        node = rebuilt(node, parts)
        one = node.kind == "item" and node.args[0].kind == "name" and node.args[0].head == operands
        return name(operand(node.args[1].head)) if one and is_number(node.args[1]) else node

    return fold(e, parts_of, build)


def _shown(static: Mapping[str, Any]) -> tuple[tuple[str, str, Any], ...]:
    """Static parameters as a formula shows them: a number or a shape, and the name of anything longer.

    With their texts: 1 == True, and 0.0 == -0.0.
    """
    plain = {key: constant(x) for key, x in static.items()}
    return tuple([(key, repr(x), x) if _is_plain(x) else (key, "", _LONG) for key, x in plain.items()])


def _is_plain(x: Any) -> bool:
    return all(isinstance(part, (int, float, str, type(None))) for part in (x if isinstance(x, tuple) else (x,)))


class Shown(Unicode):
    """Formulas in a picture: every name as its box has it, constants as they were typed, definitions apart."""

    def __init__(self, root: Expr, called: Mapping[str, str], taken: Collection[str]) -> None:
        """`called`: what to write for the places that are held in the tree. `taken`: letters that mean values."""
        self._called, self._taken, self.where = called, taken, ""
        super().__init__(root, CUT)

    def named(self, found: Sequence[Expr]) -> Mapping[str, str]:
        """Letters that the formula defines itself give way to the names of values."""
        defined = [x for let in found if let.kind == "let" for x in let.head]
        more = (f"s_{i}" for i in itertools.count(2))
        free = (x for x in itertools.chain(_LETTERS, more) if x not in self._taken and x not in defined)
        own = {x: next(free) if x in self._taken else x for x in defined}
        return {**super().named(found), **own, **self._called}

    def of_let(self, e: Expr, parts: list[Piece]) -> Piece:
        body, *values = parts
        self.where = self.between.join(f"{self.names[x]} = {self.value(value)}" for x, value in zip(e.head, values))
        return body

    def of_words(self, e: Expr, parts: list[Piece]) -> Piece:
        """What is asked in words is a condition, and no number."""
        texts = [self.text_of(x.head) if x.kind == "constant" else part.text for x, part in zip(e.args, parts)]
        return Piece("".join(texts), LET)


def _form(e: Expr, root: Piece) -> Literal["number", "sum", "factor"]:
    """A number; a sum, of which a factor before it would multiply only the first part; or neither."""
    if e.kind == "number":
        return "number"
    is_quotient = e.kind == "infix" and e.head == "/"
    loose = root.tightness < PRODUCT or root.text.startswith("−") or is_quotient
    return "sum" if loose and not root.truth else "factor"


_LETTERS = "stuvpqrhkdwcbmnijlxyz"
