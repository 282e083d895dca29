"""How a tree becomes text. `Style` writes Python; other styles inherit it and say what they write differently.

Brackets come from the tree: every piece knows how tightly it binds, and stands in brackets where its surroundings bind
tighter.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, NamedTuple

import numpy as np

from .expression import Expr
from .operators import ATOM, COMPARISON, INFIX, LET, NOT, POWER, PREFIX, PRODUCT, SUM
from .walking import check_size, fold, parts_of, pieces

__all__ = ["Mathematical", "Piece", "Style", "constant_text", "number_text"]


class Piece(NamedTuple):
    """A spelled piece of a formula."""

    text: str
    tightness: int = ATOM
    truth: bool = False
    """Whether it is true or false; as a number it counts as 1 or 0."""
    rounded: bool = False
    """Whether a number in it has fewer digits than it was given with."""
    as_index: str = ""
    """How it is written between the brackets of an index, if not like anywhere else."""


class Style:
    """Python. One object spells one formula: `Style(e, digits).text`."""

    signs: ClassVar[Mapping[str, str]] = {}
    """Signs that are written otherwise."""
    functions: ClassVar[Mapping[str, str]] = {}
    """Functions that are called otherwise."""
    between: ClassVar[str] = ", "
    """What stands between a formula and its definitions."""

    def __init__(self, root: Expr, digits: int | None = None) -> None:
        """`digits`: see `number_text`. Raises `TooLarge`."""
        check_size(root)
        found = pieces(root)
        self.digits = digits
        self.called = {x.head for x in found if x.kind == "call"}
        self.heads = {x.head for x in found if x.kind == "name"}.union(*(x.head for x in found if x.kind == "let"))
        self.constants = {x.head for x in found if x.kind == "given"}
        self.names = self.named(found)
        self.root: Piece = fold(root, parts_of, self.piece)
        self.text = self.value(self.root)

    def named(self, found: Sequence[Expr]) -> Mapping[str, str]:
        """What each name in the formula is written as, if not as it is."""
        return {}

    def piece(self, e: Expr, parts: list[Piece]) -> Piece:
        """One piece from those of its parts. The methods that make it are named after the kinds."""
        made: Piece = getattr(self, f"of_{e.kind}")(e, parts)
        return made._replace(rounded=True) if any(part.rounded for part in parts) else made

    # --- what stands around a piece ---

    def brackets(self, text: str) -> str:
        """The text in brackets."""
        return f"({text})"

    def value(self, piece: Piece) -> str:
        """A piece where a number is expected, and nothing else stands beside it."""
        return piece.text

    def inside(self, piece: Piece, tightness: int) -> str:
        """A piece beside something that binds so tightly."""
        return piece.text if piece.tightness >= tightness else self.brackets(piece.text)

    # --- kinds ---

    def of_name(self, e: Expr, _: list[Piece]) -> Piece:
        return Piece(self.names.get(e.head, e.head))

    def of_given(self, e: Expr, _: list[Piece]) -> Piece:
        return Piece(e.head)

    def of_arriving(self, e: Expr, _: list[Piece]) -> Piece:
        return Piece("G")

    def of_number(self, e: Expr, _: list[Piece]) -> Piece:
        text, rounded = number_text(e.head, self.digits)
        return Piece(text, PRODUCT if text.startswith("-") else ATOM, rounded=rounded)

    def of_constant(self, e: Expr, _: list[Piece]) -> Piece:
        return Piece(constant_text(e.head))

    def of_infix(self, e: Expr, parts: list[Piece]) -> Piece:
        x, y = parts
        own = INFIX[e.head].tightness
        power, compared = own == POWER, own == COMPARISON
        left, right = self.inside(x, own + (power or compared)), self.inside(y, own + (not power))
        if own >= SUM and right.startswith(self.signs.get("-", "-")):
            right = self.brackets(right)
        return Piece(f"{left} {self.signs.get(e.head, e.head)} {right}", own, compared)

    def of_prefix(self, e: Expr, parts: list[Piece]) -> Piece:
        (x,) = parts
        own = PREFIX[e.head].tightness if e.head in PREFIX else PRODUCT
        tight = own + (e.args[0].kind == "infix" and e.args[0].head in ("//", "%"))  # -x // y is not -(x // y)
        text = self.inside(x, tight)
        minus = text.startswith(self.signs.get("-", "-")) and e.head != "~"
        return Piece(self.signs.get(e.head, e.head) + (self.brackets(text) if minus else text), own)

    def of_call(self, e: Expr, parts: list[Piece]) -> Piece:
        return Piece(f"{self.function(e.head)}({self.listed(e, parts)})")

    def of_method(self, e: Expr, parts: list[Piece]) -> Piece:
        return Piece(f"{self.inside(parts[0], ATOM)}.{e.head}({self.listed(e, parts, 1)})")

    def of_attribute(self, e: Expr, parts: list[Piece]) -> Piece:
        return Piece(f"{self.inside(parts[0], ATOM)}.{e.head}")

    def of_item(self, e: Expr, parts: list[Piece]) -> Piece:
        return Piece(f"{self.inside(parts[0], ATOM)}[{parts[1].as_index or parts[1].text}]")

    def of_tuple(self, e: Expr, parts: list[Piece]) -> Piece:
        index = ", ".join(part.as_index or part.text for part in parts) + "," * (len(parts) == 1)
        return Piece(f"({self.listed(e, parts)}{',' * (len(parts) == 1)})", as_index=index)

    def of_list(self, e: Expr, parts: list[Piece]) -> Piece:
        return Piece(f"[{self.listed(e, parts)}]")

    def of_slice(self, e: Expr, parts: list[Piece]) -> Piece:
        ends = ["" if x.kind == "constant" and x.head is None else part.text for x, part in zip(e.args, parts)]
        given = ", ".join(end or "None" for end in ends)
        return Piece(f"slice({given})", as_index=":".join(ends[:2] if ends[2] == "" else ends))

    def of_guard(self, _: Expr, parts: list[Piece]) -> Piece:
        return parts[0]

    def of_let(self, e: Expr, parts: list[Piece]) -> Piece:
        body, *values = map(self.value, parts)
        definitions = [f"{self.names.get(own, own)} = {value}" for own, value in zip(e.head, values)]
        return Piece(self.between.join([body, *definitions]), LET)

    def of_words(self, e: Expr, parts: list[Piece]) -> Piece:
        texts = [self.text_of(x.head) if x.kind == "constant" else self.value(part) for x, part in zip(e.args, parts)]
        return Piece("".join(texts), LET)

    def text_of(self, words: Any) -> str:
        """Words among formulas."""
        return str(words)

    # --- parts of them ---

    def function(self, word: str) -> str:
        """What a function is called."""
        return self.functions.get(word, word)

    def listed(self, e: Expr, parts: list[Piece], start: int = 0) -> str:
        """Arguments after the first `start`, then keywords."""
        count = len(e.args)
        texts = [self.argument(part) for part in parts[start:count]]
        texts += [f"{key}={self.argument(part)}" for (key, _), part in zip(e.keywords, parts[count:])]
        return ", ".join(texts)

    def argument(self, piece: Piece) -> str:
        """One of several pieces between commas."""
        return self.brackets(piece.text) if piece.tightness == LET else self.value(piece)


class Mathematical(Style):
    """What styles for readers have in common: logic in words or signs of its own, and guards are no mathematics. Their
    `value` marks what is true or false where a number is expected."""

    def inside(self, piece: Piece, tightness: int) -> str:
        return self.value(piece) if piece.truth or piece.tightness >= tightness else self.brackets(piece.text)

    def condition(self, piece: Piece, tightness: int) -> str:
        """A piece where it is asked whether it holds."""
        if not piece.truth:
            return self.inside(piece, COMPARISON + 1)
        return piece.text if piece.tightness >= tightness else self.brackets(piece.text)

    def of_guard(self, _: Expr, parts: list[Piece]) -> Piece:
        return parts[1]

    def of_infix(self, e: Expr, parts: list[Piece]) -> Piece:
        if e.head not in ("&", "|"):
            return super().of_infix(e, parts)
        x, y = parts
        own = INFIX[e.head].tightness - INFIX["&"].tightness + NOT - 1
        return Piece(f"{self.condition(x, own)} {self.signs[e.head]} {self.condition(y, own + 1)}", own, True)

    def of_prefix(self, e: Expr, parts: list[Piece]) -> Piece:
        if e.head != "~":
            return super().of_prefix(e, parts)
        return Piece(f"{self.signs['~']}{self.condition(parts[0], NOT + 1)}", NOT, True)


def number_text(x: float, digits: int | None = None) -> tuple[str, bool]:
    """A number as it was typed, `1.0001`, and whether it was cut.

    One of more digits than anybody types is a result: with `digits` it is cut after so many and ends in `…`.
    """
    if isinstance(x, int) and digits is not None and _WIDE <= abs(x) <= _LARGEST:
        text, cut = number_text(float(x), digits)
        return text, cut or float(x) != x
    if isinstance(x, int):
        return (str(x), False) if x.bit_length() < _LONG else (f"an integer of {x.bit_length():,} bits", True)
    if not math.isfinite(x):
        return str(x), False
    if x.is_integer() and abs(x) < _WHOLE and (x or math.copysign(1.0, x) > 0):  # -0.0 is no 0
        return str(int(x)), False
    number, e, exponent = repr(x).partition("e")
    if digits is None or sum(map(str.isdigit, number.lstrip("-0."))) <= _TYPED:
        return repr(x), False
    return f"{_cut(number, digits)}…{e}{exponent}", True


_LONG, _WHOLE, _WIDE, _LARGEST, _TYPED = 10_000, 1e16, 1e40, 1e308, 10


def _cut(number: str, digits: int) -> str:
    """The first digits that count, and all before the point."""
    seen = 0
    for i, c in enumerate(number):
        seen += c.isdigit() and (seen > 0 or c != "0")
        if seen >= digits and i + 1 >= number.index("."):
            return number[: i + 1].removesuffix(".")
    return number


def constant_text(x: Any) -> str:
    """Anything that is no number: in a few words if it is large."""
    if isinstance(x, type):
        return x.__name__
    if isinstance(x, np.ndarray):
        return str(x.tolist()) if x.size <= _FEW else f"⟨{'×'.join(map(str, x.shape))}⟩"
    if isinstance(x, np.dtype) or x is ...:
        return x.name if isinstance(x, np.dtype) else "..."
    try:
        text = repr(x)
    except Exception:  # an object of anybody's may fail to spell itself in any way
        text = f"<{type(x).__name__}>"
    return text if len(text) <= _TEXT else f"{text[:_TEXT]}…"


_FEW, _TEXT = 6, 80
