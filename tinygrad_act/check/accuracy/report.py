"""Measured accuracy as text, as JSON and as a Markdown table."""

from __future__ import annotations

import math
from collections.abc import Sequence

from ...core.columns import spaced
from ...show.texts import json_text
from .measuring import Row

__all__ = ["END", "START", "as_json", "head", "line", "markdown"]

START, END = "<!-- table of accuracy: start -->", "<!-- table of accuracy: end -->"

_HEAD = ("operation", "dtype", "what", "median", "|z| <= 30", "largest", "at z =", "points", "at roots")
_WIDTHS = (len("float64"), len("slope (output)"), 7, 9, 7, len("-1.23457e-300"), 6, 0)
_COLUMNS = [(dtype, what) for dtype in ("float64", "float32") for what in ("value", "slope", "slope (output)")]


def head(names: Sequence[str]) -> str:
    """The first line of the table about these operations."""
    return spaced(_HEAD, _widths(names))


def line(row: Row, names: Sequence[str]) -> str:
    """One line of it, errors in ulp, those at roots in eps: it can be printed as soon as it is measured."""
    return spaced(_cells(row), _widths(names))


def _widths(names: Sequence[str]) -> tuple[int, ...]:
    return (max(map(len, [_HEAD[0], *names])), *_WIDTHS)


def as_json(rows: Sequence[Row]) -> str:
    """A JSON list of objects with the names of a row; what is infinite is the text "inf"."""
    return json_text(rows)


def markdown(rows: Sequence[Row]) -> str:
    """One line an operation: the largest errors of value and slope, and of the slope in its other form.

    A slope stands for its most accurate form: the one in the input where there is one. The other form, if
    there are two, is then the one that runs by default.
    """
    best: dict[tuple[str, str, str], float] = {}
    for row in rows:
        best[row.op, row.dtype, row.what] = row.largest
    for (op, dtype, what), largest in list(best.items()):
        if what == "slope (input)":  # then the default is the other form
            best[op, dtype, "slope (output)"], best[op, dtype, "slope"] = best[op, dtype, "slope"], largest
    lines = [
        "| largest error, ulp | float64: value | slope | other form | float32: value | slope | other form |",
        "|---|---|---|---|---|---|---|",
    ]
    for name in dict.fromkeys(row.op for row in rows):
        cells = [_short(best.get((name, dtype, what), math.nan)) for dtype, what in _COLUMNS]
        lines.append(f"| `{name}` | {' | '.join(cells)} |")
    return "\n".join(lines)


def _cells(row: Row) -> tuple[str, ...]:
    figures = (f"{row.median:.2f}", _short(row.near), _short(row.largest), f"{row.worst:.6g}", str(row.points))
    return (row.op, row.dtype, row.what, *figures, f"{row.at_root:.2f}")


def _short(x: float) -> str:
    return "" if math.isnan(x) else f"{x:.2f}" if x < 100 else f"{x:.0f}" if x < 10000 else f"{x:.1e}"
