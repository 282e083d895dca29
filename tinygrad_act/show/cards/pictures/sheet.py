"""`sheet`: small pictures of the whole catalogue, or of a few, all on the same axes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, TypeAlias

from ....core.columns import columns as in_columns
from ....core.errors import describe
from ....core.frames import boundary
from ....core.op import REQUIRED, Op
from ....core.registry import ops
from ...svg import document, fit, flow, group, one_line, text
from ...svg.chart import Panel, legend, legend_width
from ...svg.writing import Theme
from ...texts import tick_text
from ..card import Card, card
from .curves import subject
from .picture import Picture
from .shared import title_of
from .small import KEYS, Small, draw_small, signs, small

__all__ = ["Which", "cards_of", "sheet", "tested"]

Which: TypeAlias = "str | Card | Op | Callable[..., Any]"

_X, _Y = (-4.0, 4.0), (-2.0, 4.0)
_UNIT = 22
_CELL, _ROW = _UNIT * 8 + 24, _UNIT * 6 + 56
_EDGE, _HEAD = 28, 78
_MOST_COLUMNS = 12
_LEAST = 560
"""The width that the legend needs."""


@boundary
def sheet(names: Iterable[Which] | None = None, *, columns: int = 5) -> Picture:
    """All activations as small pictures on the same axes: `ta.sheet().save("sheet.html")`.

    `names`: only these: names, functions, or cards where parameters matter (`ta.card("elu", alpha=0.5)`).
    `columns`: how many stand in a row. What has no curve, such as softmax, is named below. The result has
    `.svg()`, `.html()`, `.text()` and `.save(path)`, and shows itself in a notebook.

    Raises `KeyError` with the nearest name for an unknown one, `TypeError` for anything that is no activation
    or lacks a parameter, `ValueError` for no names at all and for columns that are no number from 1 to 12.
    """
    if isinstance(columns, bool) or not isinstance(columns, int) or not 1 <= columns <= _MOST_COLUMNS:
        raise ValueError(f"sheet: columns must be a whole number from 1 to {_MOST_COLUMNS}, not {columns!r}")
    cards = _catalogue() if names is None else cards_of("sheet", names)
    drawn, without = [], []
    for one in cards:
        curve = subject(one)
        without += [] if curve else [one.name]
        drawn += [small(one, curve)] if curve else []

    def draw(theme: Theme) -> str:
        return _draw(drawn, without, columns, theme)

    return Picture("Activations", draw, _text(cards))


def cards_of(asker: str, names: Iterable[Which]) -> list[Card]:
    """The card of every name. Raises as `sheet` does."""
    if isinstance(names, (str, Card, Op)) or not isinstance(names, Iterable):
        raise TypeError(f'{asker}: expected a list of names, such as ["relu", "gelu"], not {describe(names)}')
    found = [one if isinstance(one, Card) else card(one) for one in names]
    if not found:
        raise ValueError(f"{asker}: the list of names is empty; give at least one, or none for all")
    return found


def tested(op: Op) -> Mapping[str, Any]:
    """The parameters of its first test, for an activation that has not got defaults for all; else nothing."""
    missing = any(default is REQUIRED for default in op.defaults.values())
    return op.cases[0].static if op.cases and missing else {}


def _catalogue() -> list[Card]:
    """The cards of all activations. What has no default parameters gets those of its first test."""
    found = []
    for op in ops.activations():
        given = tested(op)
        missing = [name for name, default in op.defaults.items() if default is REQUIRED]
        if all(isinstance(given.get(name), (int, float)) for name in missing):
            found.append(card(op, **given))
    return found


def _draw(drawn: Sequence[Small], without: Sequence[str], columns: int, theme: Theme) -> str:
    across = min(columns, max(len(drawn), 1))
    width = max(_EDGE + across * _CELL + 4, _LEAST)
    parts = _heading(len(drawn))
    for position, one in enumerate(drawn):
        row, column = divmod(position, across)
        x, y = _EDGE + column * _CELL, _HEAD + row * _ROW
        panel = Panel.at(x, y + 8, _UNIT * 8, _UNIT * 6, _X, _Y)
        name = title_of(one.card)
        heading = text(x, y, fit(name, 13, _CELL - 12, bold=True), size=13, bold=True)
        drawing = [heading, *draw_small(panel, one), *_outside(one, panel)]
        parts.append(group(drawing, title=one_line(f"{name}: {one.card.formula}")))
    y = _HEAD + -(-len(drawn) // across) * _ROW
    for line in flow(["Without a curve, not being elementwise:", *without] if without else [], 12, width - 40):
        parts.append(text(_EDGE, y, line, "faint"))
        y += 17
    described = f"Value and slope of {', '.join(title_of(one.card) for one in drawn)}"
    return document(width, y + 4, parts, title="Activations", description=described, theme=theme)


def _heading(count: int) -> list[str]:
    parts = [text(_EDGE - 8, 28, f"{count} activation{'s' * (count != 1)}", size=18, bold=True)]
    parts += legend(_EDGE - 8, 52, KEYS)
    return parts + signs(_EDGE + 8 + legend_width(KEYS), 52, ["kink", "band"])


def _outside(one: Small, panel: Panel) -> list[str]:
    """A word about kinks that the axis does not reach."""
    beyond = [tick_text(kink.at, 3) for kink in one.kinks if not panel.across.low <= kink.at <= panel.across.high]
    told = fit(f"kink at {', '.join(beyond)}", 11, panel.width - 8)
    return [text(panel.across.start + 4, panel.up.stop + 12, told, "faint", size=11)] if beyond else []


def _text(cards: Sequence[Card]) -> str:
    rows = [("activation", "range", "kinks", "formula")]
    rows += [(title_of(one), str(one.range or "-"), ", ".join(f"{kink.at:g}" for kink in one.kinks) or "-",
              one_line(one.formula.removeprefix("a = "))) for one in cards]  # fmt: skip
    return "\n".join(in_columns(rows))
