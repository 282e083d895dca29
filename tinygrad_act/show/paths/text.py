"""An explanation for a terminal."""

from __future__ import annotations

from ...core.columns import columns
from ..texts import plural
from .path import Path
from .shown import Row, arrows, closing, headline, legend, numeric, outcome, product_line, rows
from .sums import Sums

__all__ = ["as_text"]


def as_text(explained: Sums) -> str:
    """The derivative, every path with its factors, and their sum."""
    lines = [f"{headline(explained)}   ({plural(explained.count, 'path')})", *legend(explained)]
    for number, path in enumerate(explained.paths, 1):
        lines += ["", f"path {number}   {arrows(path)}"]
        lines += [f"  {line}" for line in _steps(path, explained.digits)]
    return "\n".join([*lines, "", *closing(explained)])


def _steps(path: Path, digits: int) -> list[str]:
    cells = _equation if numeric(path) else _mapping
    listed = columns([cells(row) for row in rows(path, digits)]) if path.factors else []
    return [*listed, f"{outcome(path)}  {product_line(path, digits)}"]


def _equation(row: Row) -> tuple[str, str]:
    """`∂a/∂z = a(1 − a) = 0.196612`, and where."""
    if not row.what:
        return f"… {', '.join(filter(None, (row.symbol, row.number)))} …", ""
    said = row.what if row.symbol == row.number else f"{row.what} = {row.symbol}"
    return f"{said} {row.equals if said is not row.what else '='} {row.number}", row.note


def _mapping(row: Row) -> tuple[str, ...]:
    """`∂y/∂x`, `G → G @ Wᵀ`, the size of what is left, and where."""
    return row[:4] if row.what else ("…", f"{row.symbol} …", row.number, row.note)
