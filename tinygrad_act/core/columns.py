"""Rows of words in columns, for a terminal."""

from __future__ import annotations

from collections.abc import Sequence

__all__ = ["columns", "spaced"]


def columns(rows: Sequence[Sequence[str]]) -> list[str]:
    """Every row as a line, its cells below those of the other rows."""
    widths = [*(max(map(len, column)) for column in list(zip(*rows))[:-1]), 0]
    return [spaced(row, widths) for row in rows]


def spaced(row: Sequence[str], widths: Sequence[int]) -> str:
    """One line of a table whose columns are so wide."""
    return "  ".join(cell.ljust(width) for cell, width in zip(row, widths)).rstrip()
