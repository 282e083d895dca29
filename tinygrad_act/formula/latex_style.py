"""Formulas as LaTeX."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import ClassVar

from .expression import Expr
from .letters import GREEK
from .operators import ATOM, LET, POWER, PRODUCT
from .style import Mathematical, Piece, constant_text

__all__ = ["Latex", "name_latex", "words_latex"]

_FRACTION = POWER - 1
_INDEXED = re.compile(r"([A-Za-z]+)_?(\d+)")
_ESCAPES = {
    "\\": r"\textbackslash{}", "^": r"\^{}", "~": r"\~{}", "<": "{<}", ">": "{>}", "|": "{|}", "`": "ˋ",
    **{c: "\\" + c for c in "_&%#${}"},
}  # fmt: skip


def name_latex(name: str) -> str:
    """`w` as it is, `alpha` as a Greek letter, `W1` with an index, anything else upright."""
    if name in GREEK:
        return "\\" + name
    indexed = _INDEXED.fullmatch(name)
    if indexed:
        return f"{name_latex(indexed[1])}_{{{indexed[2]}}}"
    if re.fullmatch("[A-Za-z]", name):
        return name
    return rf"\mathrm{{{name}}}" if re.fullmatch("[A-Za-z]+", name) else rf"\text{{{words_latex(name)}}}"


def words_latex(text: str) -> str:
    """`text` for `\\text{...}`: nothing in it is a command, ends the formula, or reads as a tag."""
    return "".join(_ESCAPES.get(c, c) for c in text)


class Latex(Mathematical):
    """LaTeX, for `$...$` and blocks of mathematics."""

    signs: ClassVar[Mapping[str, str]] = {
        ">=": r"\ge", "<=": r"\le", "!=": r"\ne", "==": "=", "%": r"\bmod", "&": r"\wedge", "|": r"\vee",
        "~": r"\lnot ",
    }  # fmt: skip
    functions: ClassVar[Mapping[str, str]] = {
        "sigmoid": r"\sigma", "normal_cdf": r"\Phi", "normal_pdf": r"\varphi", "log": r"\ln", "maximum": r"\max",
        "minimum": r"\min", "max": r"\max", "min": r"\min", "arcsin": r"\arcsin", "arccos": r"\arccos",
        "arctan": r"\arctan", **{word: "\\" + word for word in ("tanh", "sinh", "cosh", "sin", "cos", "tan")},
    }  # fmt: skip
    between: ClassVar[str] = r",\quad "

    def brackets(self, text: str) -> str:
        return rf"\left({text}\right)"

    def value(self, piece: Piece) -> str:
        return rf"\mathbf{{1}}\left[{piece.text}\right]" if piece.truth else piece.text

    def function(self, word: str) -> str:
        return self.functions.get(word) or rf"\operatorname{{{words_latex(word)}}}"

    def of_name(self, e: Expr, _: list[Piece]) -> Piece:
        if e.head in self.constants:  # a variable that is called like a constant of mathematics that stands there, too
            return Piece(rf"\text{{{words_latex(e.head)}}}")
        return Piece(name_latex(e.head))

    def of_given(self, e: Expr, _: list[Piece]) -> Piece:
        return Piece({"pi": r"\pi", "inf": r"\infty", "nan": r"\mathrm{NaN}"}.get(e.head, e.head))

    def of_arriving(self, e: Expr, _: list[Piece]) -> Piece:
        return Piece(rf"\overline{{{name_latex(e.head)}}}" if e.head else "G")

    def of_number(self, e: Expr, parts: list[Piece]) -> Piece:
        made = super().of_number(e, parts)
        if isinstance(e.head, int):
            return made if made.text.lstrip("-").isdigit() else made._replace(text=rf"\text{{{made.text}}}")
        text = made.text.replace("inf", r"\infty").replace("nan", r"\mathrm{NaN}").replace("…", r"\ldots")
        digits, _, exponent = text.partition("e")
        if not exponent or "\\" in digits.replace(r"\ldots", ""):
            return made._replace(text=text)
        power = f"10^{{{int(exponent)}}}"
        alone = digits == "1"
        return made._replace(text=power if alone else rf"{digits} \cdot {power}", tightness=POWER if alone else PRODUCT)

    def of_constant(self, e: Expr, _: list[Piece]) -> Piece:
        return Piece(rf"\text{{{words_latex(constant_text(e.head))}}}")

    def of_infix(self, e: Expr, parts: list[Piece]) -> Piece:
        x, y = parts
        if e.head == "/":
            return Piece(rf"\frac{{{self.value(x)}}}{{{self.value(y)}}}", _FRACTION)
        if e.head == "//":
            return Piece(rf"\left\lfloor\frac{{{self.value(x)}}}{{{self.value(y)}}}\right\rfloor")
        if e.head == "**":
            return Piece(f"{self.inside(x, ATOM)}^{{{self.value(y)}}}", POWER)
        if e.head in ("*", "@"):
            space = r" \, " if e.head == "*" else r" \; "
            left, right = self.inside(x, PRODUCT), self.inside(y, PRODUCT + 1)
            right = self.brackets(right) if right.startswith("-") else right
            return Piece(left + (r" \cdot " if right[0].isdigit() else space) + right, PRODUCT)
        return super().of_infix(e, parts)

    def of_call(self, e: Expr, parts: list[Piece]) -> Piece:
        made = _SHAPED.get(e.head)
        if e.head == "exp" and "e" in self.heads:
            return Piece(rf"\exp\left({self.listed(e, parts)}\right)", POWER)
        if made is not None and len(parts) == 1 and not e.keywords:
            template, inner, tightness = made
            return Piece(template % self.inside(parts[0], inner), tightness)
        special = _SPECIAL.get(e.head)
        if special is not None and len(parts) == 3 and not e.keywords:
            return special(self, e, parts)
        return Piece(rf"{self.function(e.head)}\left({self.listed(e, parts)}\right)", POWER)

    def of_method(self, e: Expr, parts: list[Piece]) -> Piece:
        owner = self.inside(parts[0], ATOM)
        return Piece(rf"{owner}.\operatorname{{{words_latex(e.head)}}}\left({self.listed(e, parts, 1)}\right)", POWER)

    def of_attribute(self, e: Expr, parts: list[Piece]) -> Piece:
        return Piece(rf"{self.inside(parts[0], ATOM)}\text{{.{words_latex(e.head)}}}")

    def of_item(self, e: Expr, parts: list[Piece]) -> Piece:
        owner = e.args[0]
        called = owner.kind in ("call", "method", "item") and owner.head not in _SHAPED
        index = parts[1].as_index or self.value(parts[1])
        return Piece(rf"{self.inside(parts[0], POWER if called else ATOM)}_{{{index}}}", POWER)

    def of_tuple(self, e: Expr, parts: list[Piece]) -> Piece:
        index = ", ".join(part.as_index or part.text for part in parts) + "," * (len(parts) == 1)
        return Piece(self.brackets(self.listed(e, parts) + "," * (len(parts) == 1)), as_index=index)

    def of_slice(self, e: Expr, parts: list[Piece]) -> Piece:
        made = super().of_slice(e, parts)
        return made._replace(text=rf"\operatorname{{slice}}\left({self.listed(e, parts)}\right)")

    def of_list(self, e: Expr, parts: list[Piece]) -> Piece:
        return Piece(rf"\left[{self.listed(e, parts)}\right]")

    def of_let(self, e: Expr, parts: list[Piece]) -> Piece:
        body, *values = map(self.value, parts)
        definitions = [f"{name_latex(own)} = {value}" for own, value in zip(e.head, values)]
        return Piece(self.between.join([body, *definitions]), LET)

    def text_of(self, words: object) -> str:
        return rf"\text{{{words_latex(str(words))}}}"

    def listed(self, e: Expr, parts: list[Piece], start: int = 0) -> str:
        count = len(e.args)
        texts = [self.argument(part) for part in parts[start:count]]
        keys = [rf"\text{{{words_latex(key)}}}" for key, _ in e.keywords]
        texts += [f"{key} = {self.argument(part)}" for key, part in zip(keys, parts[count:])]
        return ", ".join(texts)

    def cases(self, e: Expr, parts: list[Piece]) -> Piece:
        """`where`, one below another."""
        rows = [rf"{self.value(parts[1])} & \text{{if }} {self.condition(parts[0], LET)}"]
        rest = parts[2].text
        if e.args[2].kind == "call" and e.args[2].head == "where" and rest.startswith(_BEGIN):
            rows.append(rest.removeprefix(_BEGIN).removesuffix(_END))
        else:
            rows.append(rf"{self.value(parts[2])} & \text{{otherwise}}")
        return Piece(_BEGIN + r" \\ ".join(rows) + _END)

    def clipped(self, _: Expr, parts: list[Piece]) -> Piece:
        """min(max(x, low), high)."""
        x, low, high = map(self.argument, parts)
        return Piece(rf"\min\left(\max\left({x}, {low}\right), {high}\right)", POWER)


_BEGIN, _END = r"\begin{cases} ", r" \end{cases}"
_SPECIAL: dict[str, Callable[[Latex, Expr, list[Piece]], Piece]] = {"where": Latex.cases, "clip": Latex.clipped}
_SHAPED = {
    "exp": ("e^{%s}", LET, POWER),
    "sqrt": (r"\sqrt{%s}", LET, ATOM),
    "abs": (r"\left|%s\right|", LET, ATOM),
    "transpose": (r"%s^{\top}", ATOM, POWER),
    "floor": (r"\left\lfloor %s\right\rfloor", LET, ATOM),
    "ceil": (r"\left\lceil %s\right\rceil", LET, ATOM),
}
"""Functions with a notation of their own: how the argument stands in it, and how tightly it all binds."""
