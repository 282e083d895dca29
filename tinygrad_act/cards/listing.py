"""`catalogue`: every activation there is, the built-in ones and yours, one line each."""

from __future__ import annotations

from typing import NamedTuple

from ..op import Op
from ..registry import ops
from ..table import columns
from .show import json_text

__all__ = ["Line", "as_json", "as_text", "catalogue", "lines"]


class Line(NamedTuple):
    """One activation."""

    name: str
    aliases: tuple[str, ...]
    formula: str
    derivative: str
    kinks: tuple[str, ...]
    """Where the slope jumps, with the side taken."""
    reference: str
    elsewhere: tuple[str, ...]
    """The frameworks that have it."""


def catalogue() -> None:
    """Print the table of all activations; `ta.card(name)` says more about one."""
    print(as_text(lines()))


def lines() -> list[Line]:
    """The same as data, made from the registry."""
    return [_line(op) for op in ops.values() if op.reference is not None]


def _line(op: Op) -> Line:
    kinks = tuple(f"{op.place_text(place)}: {side}" for place, side in op.kinks.items())
    formula = op.formula.removeprefix("a = ")
    return Line(op.name, op.aliases, formula, op.derivative, kinks, op.reference or "", tuple(op.elsewhere))


def as_text(rows: list[Line]) -> str:
    """Columns for a terminal: name and aliases, kinks, who else has it, formula."""
    head = ("activation", "at its kinks", "elsewhere", "formula")
    return "\n".join(columns([head, *map(_cells, rows)]))


def _cells(row: Line) -> tuple[str, ...]:
    name = f"{row.name} ({', '.join(row.aliases)})" if row.aliases else row.name
    return name, ", ".join(row.kinks) or "-", ", ".join(row.elsewhere) or "-", row.formula


def as_json(rows: list[Line]) -> str:
    """A JSON list of objects."""
    return json_text([row._asdict() for row in rows])
