"""Names and numbers as LaTeX and as Markdown, whatever they are made of."""

from __future__ import annotations

import math
import re
from typing import Any

import numpy as np

from .numerals import number_text, result_text

__all__ = [
    "array_latex", "bracketed", "gradient_latex", "is_sum", "markdown_text", "name_latex", "number_latex",
    "words_latex",
]  # fmt: skip

_GREEK = frozenset(("alpha", "beta", "gamma", "delta", "epsilon", "eta", "theta", "lambda", "mu", "nu", "pi", "rho",
                    "sigma", "tau", "phi", "omega"))  # fmt: skip
_INDEXED = re.compile(r"([A-Za-z]+)_?(\d+)")
_ESCAPES = {
    "\\": r"\textbackslash{}", "^": r"\^{}", "~": r"\~{}", "<": "{<}", ">": "{>}", "|": "{|}", "`": "ˋ",
    **{c: "\\" + c for c in "_&%#${}"},
}  # fmt: skip
_FEW = 12
_SPECIAL = re.compile(r"([\\`*_\[\]|$~#])")


def name_latex(name: str) -> str:
    """`w` as it is, `alpha` as a Greek letter, `W1` with an index, anything else upright."""
    if name in _GREEK:
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


def markdown_text(text: str) -> str:
    """`text` for Markdown, in a table too: nothing in it is markup or a tag."""
    escaped = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return _SPECIAL.sub(r"\\\1", escaped)


def gradient_latex(name: str) -> str:
    """The gradient of the output by a value: its name with a bar."""
    return rf"\overline{{{name_latex(name)}}}"


def number_latex(x: Any, digits: int) -> str:
    """`0.5`, `1.2 \\cdot 10^{-9}`, `\\infty`."""
    text = number_text(x, digits)
    if not math.isfinite(x):
        return text.replace("inf", r"\infty").replace("nan", r"\mathrm{NaN}")
    number, _, exponent = text.partition("e")
    return rf"{number} \cdot 10^{{{int(exponent)}}}" if exponent else number


def array_latex(x: Any, digits: int) -> str:
    """A number; a small array as a matrix; of any other its shape and range."""
    if np.ndim(x) == 0:
        return number_latex(float(x), digits)
    if x.ndim > 2 or x.size > _FEW or x.size == 0:
        return rf"\text{{{words_latex(result_text(x, digits))}}}"
    rows = [" & ".join(number_latex(item, digits) for item in row) for row in np.atleast_2d(x).tolist()]
    return r"\begin{bmatrix} " + r" \\ ".join(rows) + r" \end{bmatrix}"


def bracketed(formula: str) -> str:
    """A factor of a product: in brackets if it is a sum, negative, or several formulas."""
    return rf"\left({formula}\right)" if is_sum(formula) else formula


def is_sum(formula: str) -> bool:
    """Whether a formula, as text or as LaTeX, falls apart if it is multiplied by another: outside of all
    brackets it has a plus, a minus or a comma."""
    depth = 0
    for token in re.findall(r"\\left|\\right|\\begin|\\end|,\\quad|\\\W|[{}()\[\]]| [+−-] |[,;] |.", formula):
        depth += {r"\left": 1, r"\begin": 1, r"\right": -1, r"\end": -1}.get(token, 0)
        depth += (token in "{([") - (token in "})]") if len(token) == 1 else 0
        if depth == 0 and token in (" + ", " - ", " − ", r",\quad", ", ", "; "):
            return True
    return formula.startswith(("-", "−"))
