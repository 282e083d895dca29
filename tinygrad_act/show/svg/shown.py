"""What a notebook shows of an object: its picture and its text as a part of a page, and the same in other forms."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import TypeAlias

from .writing import escape

__all__ = ["bundle", "fragment"]

Rows: TypeAlias = Sequence[Sequence[str]]
_IDS = r' (?:aria-labelledby="[^"]*"|id="ta[0-9a-f]{8}-[td]")'
"""No text content matches: its quotes are escaped."""


def bundle(
    draw: Callable[[], str] | None, text: str, *, rows: Rows = (), more: Mapping[str, str] | None = None,
    folded: bool = False,
) -> dict[str, str]:  # fmt: skip
    """Mime type → content, for `_repr_mimebundle_`: HTML with the picture in it, which notebooks prefer to every
    other form, the picture alone, `more` and the text.

    `rows`: the text as a table, its head first. `folded`: the text only unfolds when asked to, for the picture says
    it already. Where the picture can't be drawn, the texts say why: an output cell is no place for a traceback.
    """
    svg = ""
    try:
        svg = draw() if draw else ""
    except Exception as error:
        text, rows = f"{text}\n(no picture: {error})", ()
    html = fragment(svg, text=text, rows=rows, folded=folded and bool(svg))
    return {"text/html": html, **({"image/svg+xml": svg} if svg else {}), **(more or {}), "text/plain": text}


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
