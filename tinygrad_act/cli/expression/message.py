"""What is wrong with a formula, and a caret under the place."""

from __future__ import annotations

import unicodedata

__all__ = ["ExpressionError", "foreign", "refuse"]

_SHOWN = 72
"""How much of a long line is shown."""


class ExpressionError(ValueError):
    """A formula that can't be read or computed. Its message shows the place."""


def refuse(text: str, position: int, message: str) -> ExpressionError:
    """The error for what stands at `position` of `text`: the message, the line, and a caret below it."""
    if not text.strip():
        return ExpressionError(message)
    start = text.rfind("\n", 0, position) + 1
    line = text[start:].split("\n", 1)[0]
    before, after = line[: position - start], line[position - start :]
    if len(line) > _SHOWN:
        half = _SHOWN // 2
        before = before if len(before) <= half else "…" + before[-half:]
        after = after if len(after) <= half else after[:half] + "…"
    before, after = _printable(before), _printable(after)
    return ExpressionError(f"{message}\n    {before}{after}\n    {' ' * _columns(before)}^")


def foreign(name: str) -> str:
    """The first character of a name that is not of the English alphabet, with what it is: letters of
    other alphabets may look the same. Empty if there is none."""
    return next((f"{c!r} in it is {unicodedata.name(c, 'unknown')}" for c in name if not c.isascii()), "")


def _printable(text: str) -> str:
    """`text` with a ? for all that would move the cursor or the caret: control characters, marks."""
    plain = text.replace("\t", " ").replace("\r", " ")
    return "".join(c if c.isprintable() and not unicodedata.combining(c) else "?" for c in plain)


def _columns(text: str) -> int:
    """How wide a terminal shows `text`: Chinese characters and emoji take two columns."""
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)
