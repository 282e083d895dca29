"""Formulas as trees: built by derivative rules or read from source, renamed by structure, spelled last.

Lowest of the rooms: it knows nothing of operations. In reading order: `operators`, `expression`, `walking`, `renaming`,
`reading`, `named_numbers`, `mathematics`, then the styles `style` (Python), `unicode_style` and `latex_style`.
"""

from .expression import (
    Expr,
    arriving,
    attribute,
    call,
    constant,
    given,
    guard,
    infix,
    item,
    lift,
    name,
    number,
    prefix,
    words,
)
from .latex_style import Latex, name_latex, words_latex
from .letters import GREEK, RAISED
from .mathematics import is_condition, is_number, mathematics
from .operators import ATOM, CALLED, COMPARISON, INFIX, OF_NODE, OF_WORD, PREFIX, PRODUCT, SUM, Operator
from .reading import CONSTANTS, LONGEST, Unreadable, read, read_or_words
from .renaming import inlined, renamed, substituted
from .style import Piece, Style
from .unicode_style import Unicode
from .walking import LARGEST, TooLarge, fold, names_in, parts_of, pieces, rebuilt, same
from .writing import latex, python, unicode

__all__ = [
    "ATOM", "CALLED", "COMPARISON", "CONSTANTS", "GREEK", "INFIX", "LARGEST", "LONGEST", "OF_NODE", "OF_WORD", "PREFIX",
    "PRODUCT", "RAISED", "SUM", "Expr", "Latex",
    "Operator", "Piece", "Style", "TooLarge", "Unicode", "Unreadable", "arriving", "attribute", "call", "constant",
    "fold", "given", "guard", "infix", "inlined", "is_condition", "is_number", "item", "latex", "lift", "mathematics",
    "name", "name_latex", "names_in", "number", "parts_of", "pieces", "prefix", "python", "read", "read_or_words",
    "rebuilt", "renamed", "same", "substituted", "unicode", "words", "words_latex",
]  # fmt: skip
