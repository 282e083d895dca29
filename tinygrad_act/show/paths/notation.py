"""Names and numbers as LaTeX and as Markdown, whatever they are made of."""

from __future__ import annotations

import math
import re
from typing import Any

import numpy as np

from ...formula import name_latex, words_latex
from ..texts import number_text
from .numerals import result_text

__all__ = ["array_latex", "bracketed", "gradient_latex", "markdown_text", "number_latex"]

_FEW = 12
_SPECIAL = re.compile(r"([\\`*_\[\]|$~#])")


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


def bracketed(formula: str, *, is_sum: bool) -> str:
    """A factor of a product: in brackets if it is a sum or negative."""
    return rf"\left({formula}\right)" if is_sum else formula
