"""What notebooks show of a result, whatever room it comes from: a part of a page."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TypeAlias

__all__ = ["Rows", "escape", "fragment"]

Rows: TypeAlias = Sequence[Sequence[str]]
_ESCAPES = {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;"}
_SPECIAL = re.compile("[&<>\"']")
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_IDS = r' (?:aria-labelledby="[^"]*"|id="ta[0-9a-f]{8}-[td]")'
"""No text content matches: its quotes are escaped."""


def escape(content: str) -> str:
    """Any text as content or attribute of XML and HTML; characters that XML forbids become `\\ufffd`."""
    return _SPECIAL.sub(lambda found: _ESCAPES[found[0]], _FORBIDDEN.sub("\ufffd", content))


def fragment(svg: str, *, text: str = "", rows: Rows = (), folded: bool = False) -> str:
    """A part of a page: a picture, and below it a table, its head first, or a text in which line ends count.

    The colours of the texts are those of the page around it. The picture has its own, and no ids here: the same one
    may stand on a page twice, and its title names it to screen readers without.
    """
    svg = re.sub(_IDS, "", svg)
    below = _table(rows) if rows else f'<pre style="white-space:pre">{escape(text)}</pre>' if text else ""
    if folded and below:
        below = f"<details>\n<summary>as text</summary>\n{below}</details>\n"
    return f'<div style="max-width:100%;overflow-x:auto">\n{svg}{below}</div>'


def _table(rows: Rows) -> str:
    head, *others = [[escape(cell) for cell in row] for row in rows]
    left = ' style="text-align:left"'
    lines = ["".join(f"<th{left}>{cell}</th>" for cell in head)]
    lines += ["".join(f"<td{left}>{cell}</td>" for cell in row) for row in others]
    inner = "</tr>\n<tr>".join(lines[1:])
    return f"<table>\n<thead><tr>{lines[0]}</tr></thead>\n<tbody><tr>{inner}</tr></tbody>\n</table>\n"
