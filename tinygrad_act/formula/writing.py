"""A formula as text: the three ways that the package writes it. What is too large to be read says so instead."""

from __future__ import annotations

from .expression import Expr
from .latex_style import Latex, words_latex
from .mathematics import mathematics
from .style import Style
from .unicode_style import Unicode
from .walking import TooLarge

__all__ = ["latex", "python", "unicode"]


def python(e: Expr) -> str:
    """As code: `a * (1 - a)`."""
    try:
        return Style(e).text
    except TooLarge as error:
        return f"({error})"


def unicode(e: Expr, digits: int | None = None) -> str:
    """As mathematics in plain text: `a(1 − a)`; of results only so many `digits`, then `…`."""
    try:
        return Unicode(mathematics(e), digits).text
    except TooLarge as error:
        return f"({error})"


def latex(e: Expr, digits: int | None = None) -> str:
    """As LaTeX: `a \\, \\left(1 - a\\right)`."""
    try:
        return Latex(mathematics(e), digits).text
    except TooLarge as error:
        return rf"\text{{{words_latex(f'({error})')}}}"
