"""The table of operations, made from the registry: nobody types it, so it cannot be out of date."""

from __future__ import annotations

import os

from ..core.columns import columns
from ..core.op import DROPPED, Op
from ..core.registry import ops
from ..core.saving import put_between
from ..show.texts import json_text

__all__ = ["END", "START", "as_json", "markdown", "text", "write_into"]

START, END = "<!-- table of operations: start -->", "<!-- table of operations: end -->"

_HEAD = ("operation", "formula", "derivative", "at its kinks")


def _rows() -> list[tuple[str, str, str, str]]:
    return [(op.name, op.formula.removeprefix("a = ") or DROPPED, op.derivative, _kinks(op)) for op in ops.public()]


def _kinks(op: Op) -> str:
    return ", ".join(f"{op.place_text(place)}: {side}" for place, side in op.kinks.items())


def markdown() -> str:
    """A Markdown table: name, formula, derivative rule, side taken at kinks."""
    lines = [" | ".join(_HEAD), "|".join(["---"] * len(_HEAD))]
    for name, formula, derivative, kinks in _rows():
        cells = (f"`{name}`", f"`{formula}`", f"`{derivative}`", kinks)
        lines.append(" | ".join(cell.replace("|", "\\|") for cell in cells))
    return "\n".join(f"| {line} |" for line in lines)


def text() -> str:
    """The same in columns, for a terminal."""
    return "\n".join(columns([_HEAD, *_rows()]))


def as_json() -> str:
    """The same as a JSON list of objects."""
    return json_text([dict(zip(("name", "formula", "derivative", "kinks"), row)) for row in _rows()])


def write_into(path: str | os.PathLike[str]) -> bool:
    """Put the table between its two markers in a file; whether that changed the file.

    Raises `ValueError` if a marker is missing.
    """
    return put_between(path, START, END, markdown())
