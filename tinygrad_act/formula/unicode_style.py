"""Formulas to be read as plain text: `x² · σ(−z)`, `a(1 − a)`, `[z ≥ 0]` for 1 where it holds and 0 elsewhere."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import ClassVar

from .expression import Expr
from .letters import GREEK, RAISED
from .mathematics import is_number
from .operators import ATOM, CHOICE, COMPARISON, INFIX, NOT, POWER, PRODUCT
from .style import Piece, Style

__all__ = ["Unicode"]

_WORD = re.compile(r"(?!\d)L+[′']*(?:\.(?!\d)L+|\[\d+\])*".replace("L", "(?:(?![⁰¹²³⁴⁵⁶⁷⁸⁹ᵀ])\\w)"))
"""What can stand in a formula for itself: a word, `layer.w`, `v[3]`."""
_RESERVED = frozenset(("if", "else", "and", "or", "not", "G"))


class Unicode(Style):
    """Greek letters, roots, powers above the line, a real minus sign, no sign where a product is plain."""

    signs: ClassVar[Mapping[str, str]] = {
        "-": "−", "*": "·", ">=": "≥", "<=": "≤", "!=": "≠", "==": "=", "&": "and", "|": "or", "~": "not ",
    }  # fmt: skip
    functions: ClassVar[Mapping[str, str]] = {
        "maximum": "max", "minimum": "min", "normal_cdf": "Φ", "normal_pdf": "φ", "sigmoid": "σ",
    }  # fmt: skip

    def named(self, found: Sequence[Expr]) -> Mapping[str, str]:
        """Greek letters for their names, unless two would be one; ⟨brackets⟩ around what is no word."""
        heads = dict.fromkeys(x.head for x in found if x.kind == "name")
        heads |= dict.fromkeys(own for x in found if x.kind == "let" for own in x.head)
        taken = {*heads, *(GREEK.get(x.head, x.head) for x in found if x.kind == "given")}
        called = {self.function(word) for word in self.called}
        shown = {}
        for head in heads:
            greek = GREEK.get(head)
            plain = bool(_WORD.fullmatch(head)) and head not in called | _RESERVED
            clashes = any(x.kind == "given" and head in (x.head, GREEK.get(x.head)) for x in found)
            shown[head] = greek if greek and greek not in taken else head if plain and not clashes else f"⟨{head}⟩"
        return shown

    def value(self, piece: Piece) -> str:
        return f"[{piece.text}]" if piece.truth else piece.text

    def inside(self, piece: Piece, tightness: int) -> str:
        return self.value(piece) if piece.truth or piece.tightness >= tightness else self.brackets(piece.text)

    def of_given(self, e: Expr, _: list[Piece]) -> Piece:
        return Piece({"pi": "π", "inf": "∞", "nan": "NaN"}.get(e.head, e.head))

    def of_number(self, e: Expr, parts: list[Piece]) -> Piece:
        made = super().of_number(e, parts)
        return made._replace(text=made.text.replace("inf", "∞").replace("nan", "NaN").replace("-", "−"))

    def of_guard(self, _: Expr, parts: list[Piece]) -> Piece:
        return parts[1]

    def of_infix(self, e: Expr, parts: list[Piece]) -> Piece:
        x, y = parts
        if e.head in ("&", "|"):
            own = INFIX[e.head].tightness - INFIX["&"].tightness + NOT - 1
            return Piece(f"{self.condition(x, own)} {self.signs[e.head]} {self.condition(y, own + 1)}", own, True)
        if e.head == "*":
            return self.product(e, x, y)
        if e.head == "**":
            exponent = e.args[1].head if is_number(e.args[1]) else None
            if exponent is not None and float(exponent).is_integer() and abs(exponent) < _TALL:
                return Piece(self.inside(x, ATOM) + str(int(exponent)).translate(RAISED), POWER)
            return Piece(f"{self.inside(x, ATOM)}^{self.inside(y, POWER)}", POWER)
        return super().of_infix(e, parts)

    def condition(self, piece: Piece, tightness: int) -> str:
        """A piece where it is asked whether it holds."""
        if not piece.truth:
            return self.inside(piece, COMPARISON + 1)
        return piece.text if piece.tightness >= tightness else self.brackets(piece.text)

    def product(self, e: Expr, x: Piece, y: Piece) -> Piece:
        """A single letter or a number needs no sign before what can't be taken for its end or its argument."""
        left, right = self.inside(x, PRODUCT), self.inside(y, PRODUCT + 1)
        if right.startswith("−"):
            right = self.brackets(right)
        first, second = e.args
        counts = first.kind == "number" and left.replace(".", "").isdigit()
        letter = first.kind == "name" and len(left) == 1 and left.isascii() and left not in self.called
        base = second.args[0] if second.kind == "infix" and second.head == "**" else second
        variable = base.kind == "name" and len(self.names.get(base.head, base.head)) == 1
        bracketed = right.startswith("(") and y.tightness <= PRODUCT
        plain = (bracketed and (counts or letter)) or (counts and variable and "^" not in right)
        return Piece(f"{left}{right}" if plain else f"{left} · {right}", PRODUCT)

    def of_prefix(self, e: Expr, parts: list[Piece]) -> Piece:
        if e.head == "~":
            return Piece(f"not {self.condition(parts[0], NOT + 1)}", NOT, True)
        if e.head == "*":
            return Piece(f"*{parts[0].text}")
        return super().of_prefix(e, parts)

    def of_call(self, e: Expr, parts: list[Piece]) -> Piece:
        first = self.value(parts[0]) if parts else ""
        if len(parts) == 1 and not e.keywords:
            if e.head == "abs" and "|" not in first:
                return Piece(f"|{first}|")
            if e.head == "transpose":
                return Piece(f"{self.inside(parts[0], ATOM)}ᵀ", POWER)
            if e.head == "sqrt":
                alone = e.args[0].kind in ("name", "number", "given") and parts[0].tightness == ATOM
                return Piece(f"√{first}" if alone else f"√({first})", POWER)
        if e.head == "where" and len(parts) == 3 and not e.keywords:
            chosen = self.inside(parts[1], CHOICE + 1)
            return Piece(f"{chosen} if {self.condition(parts[0], CHOICE + 1)}, else {self.value(parts[2])}", CHOICE)
        return super().of_call(e, parts)

    def argument(self, piece: Piece) -> str:
        return self.brackets(piece.text) if piece.tightness <= CHOICE else self.value(piece)


_TALL = 1000
