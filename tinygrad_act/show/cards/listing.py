"""`catalogue`: every activation there is, the built-in ones and yours, one line each."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from ...core.columns import columns
from ...core.op import DROPPED, Op
from ...core.registry import ops
from .pictures.sheet import sheet
from .records import Records

__all__ = ["Catalogue", "Line", "catalogue"]

_HEAD = ("activation", "at its kinks", "elsewhere", "formula")


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


class Catalogue(Records[Line]):
    """The table of activations: `print(ta.catalogue())`; also `.lines`, `.json()`, and as a picture the sheet of
    all curves, `.svg()`, `.html()`, `.png()`, `.save(path)`. A notebook shows both."""

    def __init__(self, lines: Sequence[Line]) -> None:
        self.lines = self._records = tuple(lines)
        rows = [_HEAD, *map(_cells, lines)]
        super().__init__("Activations", lambda theme: sheet().svg(theme), "\n".join(columns(rows)), rows)


def catalogue() -> Catalogue:
    """The table of all activations, yours too: `print(ta.catalogue())`; `ta.card(name)` says more about one."""
    return Catalogue([_line(op) for op in ops.activations()])


def _line(op: Op) -> Line:
    kinks = tuple(f"{op.place_text(place)}: {side}" for place, side in op.kinks.items())
    formula = op.formula.removeprefix("a = ") or DROPPED
    return Line(op.name, op.aliases, formula, op.derivative, kinks, op.reference or "", tuple(op.elsewhere))


def _cells(row: Line) -> tuple[str, ...]:
    name = f"{row.name} ({', '.join(row.aliases)})" if row.aliases else row.name
    return name, ", ".join(row.kinks) or "-", ", ".join(row.elsewhere) or "-", row.formula
