"""The first look at a formula: its characters, words, brackets and length, before any parser sees it.

The limits keep Python's parser, which recurses in C, far from the end of its stack.
"""

from __future__ import annotations

import keyword
import re
import unicodedata
from collections.abc import Iterator
from typing import NamedTuple

from .message import refuse

__all__ = ["CONSTANTS", "Statement", "statements"]

CONSTANTS = {"inf": float("inf"), "nan": float("nan"), "pi": 3.141592653589793}
"""Names that are numbers."""

_LONGEST = 100_000
_LONGEST_WORD = 100
_DEEPEST = 50
_MOST_OPERATORS = 1_000

_TOKEN = re.compile(
    r"(?P<name>[^\W\d]\w*)|(?P<number>(?:\d[\d_]*\.?[\d_]*|\.\d[\d_]*)(?:[eE][+-]?\d+)?)"
    r"|(?P<operator>\*\*|//|[<>=!]=|[-+*/@<>])|(?P<equals>=)"
    r"|(?P<open>[(\[])|(?P<close>[)\]])|(?P<comma>,)|(?P<end>[;\n])|(?P<space> +)|(?P<other>.)"
)
_CLOSING = {"(": ")", "[": "]"}
_WANTS_VALUE = ("end", "open", "comma", "equals", "operator")
"""After these kinds of tokens a value has to begin."""

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


class Statement(NamedTuple):
    """One formula of several: `z = w*x + b`."""

    name: str
    """What its result is called; empty if it has no name."""
    place: int
    """Where the statement begins in the whole text."""
    source: str
    """The formula, on one line."""
    start: int
    """Where the formula begins in the whole text."""


class _Token(NamedTuple):
    kind: str
    word: str
    place: int


def statements(text: str) -> Iterator[Statement]:
    """The formulas of `text`, which `;` or line breaks separate. Raises `ExpressionError`."""
    if not isinstance(text, str):
        raise TypeError(f"expression: got {type(text).__name__}; expected text, such as 'sigmoid(w*x + b)'")
    if len(text) > _LONGEST:
        raise refuse(text, _LONGEST, f"the text has {len(text):,} characters; at most {_LONGEST:,} are read")
    text = text.replace("\t", " ").replace("\r", " ")
    tokens: list[_Token] = []
    depth = 0
    for token in _checked(text):
        depth += (token.kind == "open") - (token.kind == "close")
        if token.kind != "end":
            tokens.append(token)
        elif not depth:
            yield from _statement(text, tokens, token.place)
            tokens = []
        elif token.word == ";":
            raise refuse(text, token.place, "`;` inside of brackets: close them first")
    yield from _statement(text, tokens, len(text))


def _statement(text: str, tokens: list[_Token], end: int) -> Iterator[Statement]:
    """The statement made of `tokens`; none if there are none."""
    if not tokens:
        return
    named = len(tokens) > 1 and tokens[0].kind == "name" and tokens[1].kind == "equals"
    name, formula = (tokens[0].word if named else ""), tokens[2:] if named else tokens
    depth = 0
    for token in formula:
        depth += (token.kind == "open") - (token.kind == "close")
        if token.kind == "equals" and not depth:
            raise refuse(text, token.place, "before = stands one name, once in a formula: z = w*x + b; sigmoid(z)")
    if name in CONSTANTS:
        raise refuse(text, tokens[0].place, f"{name!r} is a number here; choose another name")
    start = formula[0].place
    yield Statement(name, tokens[0].place, text[start:end].replace("\n", " ").rstrip(), start)


def _checked(text: str) -> Iterator[_Token]:
    """The words and signs of `text`, without spaces: each allowed by itself and after the one before it,
    all brackets in pairs."""
    brackets: list[_Token] = []
    operators, before = 0, _Token("end", "", 0)
    for match in _TOKEN.finditer(text):
        token = _Token(match.lastgroup or "", match.group(), match.start())
        if token.kind == "space" or (token.word == "\n" and brackets):
            continue
        _check(text, token)
        _check_order(text, before, token)
        if token.kind == "open":
            brackets.append(token)
        elif token.kind == "close" and (not brackets or _CLOSING[brackets.pop().word] != token.word):
            raise refuse(text, token.place, f"no bracket is open that {token.word!r} could close")
        sign = token.word in ("+", "-") and before.kind in _WANTS_VALUE and before.kind != "operator"
        operators = 0 if token.kind == "end" else operators + (token.kind == "operator" and not sign)
        if len(brackets) > _DEEPEST:
            raise refuse(text, token.place, f"more than {_DEEPEST} brackets are open; name a part: z = ...; f(z)")
        if operators > _MOST_OPERATORS:
            raise refuse(text, token.place, f"more than {_MOST_OPERATORS:,} operators; name a part: z = ...; f(z)")
        before = token
        yield token
    if brackets:
        raise refuse(text, brackets[-1].place, f"{brackets[-1].word!r} is never closed")
    _check_order(text, before, _Token("end", "", len(text)))


def _check(text: str, token: _Token) -> None:
    """Raise `ExpressionError` if this word or sign has no place in any formula."""
    word = token.word
    if token.kind == "other" or word == "//":
        shown = repr(word) if word.isascii() else f"{word!r} ({unicodedata.name(word, 'no character')})"
        raise refuse(text, token.place, _advice(word, f"{shown} is not allowed"))
    if token.kind not in ("name", "number"):
        return
    plain = unicodedata.normalize("NFKC", word)
    if plain != word:  # Python would read it as the plain name
        raise refuse(text, token.place, f"{word!r:.40} only looks like {plain!r:.40}; write the plain characters")
    if len(word) > _LONGEST_WORD:
        raise refuse(text, token.place, f"a {token.kind} of {len(word):,} characters; at most {_LONGEST_WORD} are read")
    if word.startswith("__"):
        raise refuse(text, token.place, f"names that begin with __ are not allowed; {_ALLOWED}")
    if keyword.iskeyword(word) and word not in ("True", "False", "None"):
        raise refuse(text, token.place, _advice(word, f"`{word}` is not allowed, it is a word of Python's"))


def _check_order(text: str, before: _Token, token: _Token) -> None:
    """Raise `ExpressionError` if a value is missing between the two, or an operator."""
    wanted = before.kind in _WANTS_VALUE
    if wanted and (token.kind == "comma" or (token.kind == "operator" and token.word not in ("+", "-"))):
        raise refuse(text, token.place, f"a value is missing before {token.word!r}")
    if token.kind in ("close", "end") and before.kind in ("operator", "equals"):
        raise refuse(text, before.place + len(before.word), f"a value is missing after {before.word!r}")
    if token.kind in ("name", "number") and not wanted:
        message = f"an operator is missing before {token.word!r:.40}; write * for a product"
        raise refuse(text, token.place, message)


def _advice(word: str, otherwise: str) -> str:
    message = _INSTEAD.get(word, otherwise)
    return message if "write" in message else f"{message}; {_ALLOWED}"
