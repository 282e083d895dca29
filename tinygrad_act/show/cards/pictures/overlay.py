"""`plot`: a few activations over one another, values on the left and slopes on the right."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ....core.frames import boundary
from ....operations.slope import Kink
from ...svg import circle, document, fit, group, line, text
from ...svg.chart import Panel, spread
from ...svg.writing import Theme
from ..card import Card
from .curves import Curves, Subject, breaks, marks, read, span, subject
from .picture import Picture
from .shared import heights, rings, title_of
from .sheet import Which, cards_of
from .words import facts

__all__ = ["plot"]

_MOST = 6
_DASHES = ("", "9 4", "2 3", "12 3 2 3", "5 2", "16 4 2 4 2 4")
_WIDTH, _HEIGHT, _LEFT, _LABELS, _TOP = 330, 300, 44, 200, 56
_BESIDE = 16


@boundary
def plot(*which: Which) -> Picture:
    """A few activations over one another: `ta.plot("relu", "gelu", ta.card("elu", alpha=0.5))`, at most six.

    Values on the left, slopes on the right, each curve with its name at its end and a dash pattern of its
    own. The result has `.svg()`, `.html()`, `.text()` and `.save(path)`, and shows itself in a notebook.

    Raises `KeyError` with the nearest name for an unknown one, `TypeError` for anything that is no activation,
    `ValueError` for none, more than six, or one without a curve.
    """
    cards = cards_of("plot", which)
    if len(cards) > _MOST:
        raise ValueError(f"plot: {len(cards)} activations are more than {_MOST}, which is all that one picture can "
                         "show legibly; use ta.sheet for many")  # fmt: skip
    subjects = [subject(card) for card in cards]
    flat = [card.name for card, one in zip(cards, subjects) if one is None]
    if flat:
        raise ValueError(f"plot: {flat[0]} has no curve: it is not elementwise; ta.card({flat[0]!r}).svg() shows it")
    found = [(card, one) for card, one in zip(cards, subjects) if one is not None]

    def draw(theme: Theme) -> str:
        return _draw(found, theme)

    told = "\n".join(f"{title_of(card)}: {', '.join(facts(card, None, one.domain))}" for card, one in found)
    return Picture(", ".join(title_of(card) for card in cards), draw, told)


def _draw(found: Sequence[tuple[Card, Subject]], theme: Theme) -> str:
    spans = [span(one, marks(one, card)) for card, one in found]
    axis = min(low for low, _ in spans), max(high for _, high in spans)
    curves = [read(one, max(axis[0], one.domain[0]), min(axis[1], one.domain[1]), breaks(one)) for _, one in found]
    parts = []
    for column, what in enumerate(("value", "slope")):
        left = _LEFT + column * (_WIDTH + _LABELS + _LEFT)
        each = [heights(Curves(c.z, getattr(c, what), getattr(c, what), None)) for c in curves]
        tall = min(low for low, _ in each), max(high for _, high in each)
        panel = Panel.at(left, _TOP, _WIDTH, _HEIGHT, axis, tall)
        heading = "g, the value" if what == "value" else "g′, the slope"
        parts += [text(left, _TOP - 12, heading, size=14, bold=True), panel.frame(), *panel.grid()]
        parts.append(text(left + _WIDTH + 12, _TOP + _HEIGHT + 14, "z", "faint", extra=' font-style="italic"'))
        parts += _over_one_another(panel, found, curves, what)
    names = ", ".join(title_of(card) for card, _ in found)
    width, height = 2 * (_LEFT + _WIDTH + _LABELS), _TOP + _HEIGHT + 28
    return document(width, height, parts, title=f"Activations {names}", theme=theme)


def _over_one_another(panel: Panel, found: Sequence[tuple[Card, Subject]], curves: Sequence[Curves],
                      what: str) -> list[str]:  # fmt: skip
    parts, ends = [], []
    for position, ((card, one), read_off) in enumerate(zip(found, curves)):
        y, role = getattr(read_off, what), _role(position)
        kinks = [kink for kink in marks(one, card) if panel.across.low <= kink.at <= panel.across.high]
        drawn = panel.curve(read_off.z, y, role, cuts=breaks(one), width=2.2, dash=_DASHES[position])
        drawn += rings(panel, one, kinks, 3.5, False) if what == "value" else _dots(panel, kinks, role)
        parts.append(group(drawn, title=title_of(card)))
        ends.append(panel.up(_last(y, panel)))
    places = spread(ends, _BESIDE, panel.up.stop + 4, panel.up.start)
    edge = panel.across.stop
    for position, ((card, _), end, place) in enumerate(zip(found, ends, places)):
        role = _role(position)
        dash = f' stroke-dasharray="{_DASHES[position]}"' if _DASHES[position] else ""
        name = fit(title_of(card), 12, _LABELS - 58)
        parts.append(line(edge + 1, end, edge + 14, place, role, extra=' stroke-width="0.8"'))
        parts.append(line(edge + 14, place, edge + 50, place, role, extra=f' stroke-width="2.2"{dash}'))
        parts.append(text(edge + 55, place + 4, name, role))
    return parts


def _dots(panel: Panel, kinks: Sequence[Kink], role: str) -> list[str]:
    """The slope taken at every kink."""
    taken = [kink for kink in kinks if panel.up.low <= kink.taken <= panel.up.high]
    return [circle(panel.across(kink.at), panel.up(kink.taken), 3, role) for kink in taken]


def _last(y: Any, panel: Panel) -> float:
    """Where a curve ends on the right, or where it left the panel."""
    finite = y[np.isfinite(y)]
    return float(np.clip(finite[-1], panel.up.low, panel.up.high)) if finite.size else panel.up.low


def _role(position: int) -> str:
    return f"curve-{position + 1}"
