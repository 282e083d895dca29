"""The first wall, before Python's parser sees a formula: its length, characters, words, brackets and operators.

The parser, and what makes its tree, recurse in C: what could nest deeply is counted here, far from the end of a
stack. Here too is said, in the same words under every Python, where a value or an operator is missing.
"""

from __future__ import annotations

import itertools
import keyword
import re
import unicodedata
from collections.abc import Iterator
from typing import NamedTuple

from ...formula import CONSTANTS as KNOWN
from .message import refuse

__all__ = ["CONSTANTS", "Formula", "formulas"]

CONSTANTS = {name: number for name, number in KNOWN.items() if name != "e"}
"""Names that are numbers; `e` is free for a variable."""

_LONGEST = 100_000
_LONGEST_WORD = 100
_DEEPEST = 50
_MOST_OPERATORS = 1_000

_PIECE = re.compile(
    r"(?P<name>[^\W\d]\w*)|(?P<number>(?:\d[\d_]*\.?[\d_]*|\.\d[\d_]*)(?:[eE][+-]?\d+)?)"
    r"|(?P<operator>\*\*|[<>=!]=|[-+*@<>]|/(?!/))|(?P<equals>=)"
    r"|(?P<open>[(\[])|(?P<close>[)\]])|(?P<comma>,)|(?P<end>[;\n])|(?P<other>//|[^ ])"
)
_VALUES = ("name", "number", "close")
"""With these kinds of pieces a value ends; behind all others one has to begin."""
_SIGNS = ("+", "-")

_ALLOWED = "a formula is made of numbers, names, + - * / ** @, comparisons, [lists], and operations such as sigmoid(z)"
_INSTEAD = {
    "'": "text in quotes is not allowed", '"': "text in quotes is not allowed",
    "#": "comments are not allowed", "\\": "backslashes are not allowed",
    "{": "braces are not allowed", "}": "braces are not allowed",
    ".": "attributes are not allowed: write sum(x) in place of x.sum()",
    ":": "`:` is not allowed: write name = formula; there are no slices and no lambda",
    "^": "`^` is not allowed: write ** for a power", "%": "`%` is not allowed: write x - y * floor(x / y)",
    "&": "`&` is not allowed: write logical_and(a, b)", "|": "`|` is not allowed: write logical_or(a, b), or abs(x)",
    "~": "`~` is not allowed: write logical_not(a)", "!": "`!` is not allowed: write logical_not(a)",
    "×": "`×` is not allowed: write * for a product", "·": "`·` is not allowed: write * for a product",
    "÷": "`÷` is not allowed: write / for a quotient", "−": "`−` is not allowed: write the plain minus sign -",
    "//": "`//` is not allowed: write floor(x / y)",
    "and": "`and` is not allowed: write logical_and(a, b)", "or": "`or` is not allowed: write logical_or(a, b)",
    "not": "`not` is not allowed: write logical_not(a)",
    "if": "`if` is not allowed: write where(condition, a, b)",
    "else": "`else` is not allowed: write where(condition, a, b)",
}  # fmt: skip
"""What to do in place of what is not allowed."""


class Formula(NamedTuple):
    """One formula of several: `z = w*x + b`."""

    name: str
    """What its result is called; empty if it has no name."""
    place: int
    """Where it begins in the whole text, with its name."""
    source: str
    """What stands behind the name, on one line."""
    start: int
    """Where that begins in the whole text."""

    def place_of(self, column: int) -> int:
        """The place in the whole text of a column of `source` that counts bytes, as Python's syntax trees do."""
        return self.start + len(self.source.encode()[:column].decode(errors="ignore"))


class _Piece(NamedTuple):
    """A word or sign, where it stands, and how many brackets are open there."""

    kind: str
    word: str
    place: int
    depth: int


def formulas(text: str) -> Iterator[Formula]:
    """The formulas of `text`, which `;` or line breaks separate. Raises `ExpressionError`."""
    if not isinstance(text, str):
        raise TypeError(f"expression: got {type(text).__name__}; expected text, such as 'sigmoid(w*x + b)'")
    if len(text) > _LONGEST:
        raise refuse(text, _LONGEST, f"the text has {len(text):,} characters; at most {_LONGEST:,} are read")
    text = text.replace("\t", " ").replace("\r", " ")
    pieces: list[_Piece] = []
    for piece in _pieces(text):
        pieces.append(piece)
        if piece.kind == "end":
            if len(pieces) > 1:
                yield _formula(text, pieces)
            pieces = []


def _pieces(text: str) -> Iterator[_Piece]:
    """The words and signs of `text`, without spaces, each allowed by itself, all brackets in pairs; an end behind
    the last one."""
    open_ones: list[_Piece] = []
    for match in _PIECE.finditer(text):
        piece = _Piece(match.lastgroup or "", match.group(), match.start(), len(open_ones))
        if piece.word == "\n" and open_ones:
            continue
        _check(text, piece)
        if piece.word == ";" and open_ones:
            raise refuse(text, piece.place, "`;` inside of brackets: close them first")
        if piece.kind == "close" and (not open_ones or open_ones.pop().word + piece.word not in ("()", "[]")):
            raise refuse(text, piece.place, f"no bracket is open that {piece.word!r} could close")
        if piece.kind == "open":
            open_ones.append(piece)
        if len(open_ones) > _DEEPEST:
            raise refuse(text, piece.place, f"more than {_DEEPEST} brackets are open; name a part: z = ...; f(z)")
        yield piece
    if open_ones:
        raise refuse(text, open_ones[-1].place, f"{open_ones[-1].word!r} is never closed")
    yield _Piece("end", "", len(text), 0)


def _check(text: str, piece: _Piece) -> None:
    """Raise `ExpressionError` if this word or sign has no place in any formula."""
    word = piece.word
    if piece.kind == "other":
        shown = repr(word) if word.isascii() else f"{word!r} ({unicodedata.name(word, 'no character')})"
        raise refuse(text, piece.place, _advice(word, f"{shown} is not allowed"))
    if piece.kind not in ("name", "number"):
        return
    plain = unicodedata.normalize("NFKC", word)
    if plain != word:  # Python would read it as the plain name
        raise refuse(text, piece.place, f"{word!r:.40} only looks like {plain!r:.40}; write the plain characters")
    if len(word) > _LONGEST_WORD:
        raise refuse(text, piece.place, f"a {piece.kind} of {len(word):,} characters; at most {_LONGEST_WORD} are read")
    if word.startswith("__"):
        raise refuse(text, piece.place, f"names that begin with __ are not allowed; {_ALLOWED}")
    if keyword.iskeyword(word) and word not in ("True", "False", "None"):
        raise refuse(text, piece.place, _advice(word, f"`{word}` is not allowed, it is a word of Python's"))


def _advice(word: str, otherwise: str) -> str:
    message = _INSTEAD.get(word, otherwise)
    return message if "write" in message else f"{message}; {_ALLOWED}"


def _formula(text: str, pieces: list[_Piece]) -> Formula:
    """The formula that is made of these pieces, the last of which is its end."""
    first, second, end = *pieces[:2], pieces[-1]
    operators = 0
    for before, piece in itertools.pairwise([_Piece("end", "", first.place, 0), *pieces]):
        _check_neighbours(text, before, piece)
        if piece.kind == "equals" and not piece.depth and (piece is not second or first.kind != "name"):
            raise refuse(text, piece.place, "before = stands one name, once in a formula: z = w*x + b; sigmoid(z)")
        if piece.kind == "operator":  # the sign of an item of a list nests nothing
            operators += before.kind in (*_VALUES, "operator") or piece.word not in _SIGNS
        if operators > _MOST_OPERATORS:
            raise refuse(text, piece.place, f"more than {_MOST_OPERATORS:,} operators; name a part: z = ...; f(z)")
    named = second.kind == "equals"
    if named and (first.word in CONSTANTS or keyword.iskeyword(first.word)):
        what = "a number here" if first.word in CONSTANTS else "a word of Python's"
        raise refuse(text, first.place, f"{first.word!r} is {what}; choose another name")
    start = pieces[2].place if named else first.place
    source = text[start : end.place].replace("\n", " ").rstrip()
    return Formula(first.word if named else "", first.place, source, start)


def _check_neighbours(text: str, before: _Piece, piece: _Piece) -> None:
    """Raise `ExpressionError` if a value is missing between the two, or an operator."""
    ended = before.kind in _VALUES
    if not ended and (piece.kind == "comma" or (piece.kind == "operator" and piece.word not in _SIGNS)):
        raise refuse(text, piece.place, f"a value is missing before {piece.word!r}")
    if piece.kind in ("close", "end") and before.kind in ("operator", "equals"):
        raise refuse(text, before.place + len(before.word), f"a value is missing after {before.word!r}")
    if ended and piece.kind in ("name", "number"):
        message = f"an operator is missing before {piece.word!r:.40}; write * for a product"
        raise refuse(text, piece.place, message)
