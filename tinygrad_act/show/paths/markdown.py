"""An explanation as Markdown."""

from __future__ import annotations

from ..texts import plural
from .notation import markdown_text
from .path import Path
from .shown import Row, arrows, closing, headline, legend, outcome, product_line, rows
from .sums import Sums

__all__ = ["as_markdown"]


def as_markdown(explained: Sums) -> str:
    """A heading, a table for every path, and the sum."""
    lines = [f"### {markdown_text(headline(explained))}", "", f"{plural(explained.count, 'path')}."]
    lines += map(markdown_text, legend(explained))
    for number, path in enumerate(explained.paths, 1):
        lines += ["", f"**Path {number}**: {markdown_text(arrows(path))}", "", *_table(path, explained.digits)]
    return "\n".join([*lines, "", *(f"- {markdown_text(line)}" for line in closing(explained))])


def _table(path: Path, digits: int) -> list[str]:
    lines = ["| step | derivative | number | operation |", "|---|---|---|---|"]
    lines += ["| " + " | ".join(map(markdown_text, _cells(row))) + " |" for row in rows(path, digits)]
    return [*lines, f"| {outcome(path)} | | **{markdown_text(product_line(path, digits))}** | |"]


def _cells(row: Row) -> tuple[str, ...]:
    near = "≈ " if row.equals == "≈" else ""
    return row.what or "…", row.symbol, near + row.number, row.note
