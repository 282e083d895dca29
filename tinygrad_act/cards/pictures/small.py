"""A small picture of one activation, as sheets have many: g and g′, where it saturates, its kinks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from ...ops.slope import Kink
from ...svg.chart import Panel
from . import words
from .card_picture import DASHED, rings
from .curves import Curves, Subject, breaks, marks, read
from .histogram import bars

if TYPE_CHECKING:
    from ..card import Card

__all__ = ["Small", "draw_small", "small"]

_POINTS = 241


class Small(NamedTuple):
    """An activation that has a curve."""

    card: Card
    subject: Subject
    kinks: list[Kink]


def small(card: Card, one: Subject) -> Small:
    """What `draw_small` needs."""
    return Small(card, one, marks(one, card))


def draw_small(panel: Panel, what: Small, *, labels: bool, finite: Any = None, curves: Curves | None = None) -> list[str]:
    """The curves in a panel, and the histogram of `finite` numbers below them."""
    low, high = panel.across.low, panel.across.high
    one, cuts = what.subject, breaks(what.subject)
    curves = curves or read(one, low, high, cuts, _POINTS)
    parts = [panel.frame()]
    parts += [panel.band(part.low, part.high) for part in words.saturated(what.card.flat, one.domain)
              if part.high > low and part.low < high]  # fmt: skip
    parts += panel.grid((5, 5), labels)
    parts += bars(panel, finite) if finite is not None else []
    parts += panel.curve(curves.z, curves.value, "curve-1", cuts=cuts, width=2.2)
    parts += panel.curve(curves.z, curves.slope, "curve-2", cuts=cuts, width=1.8, dash=DASHED)
    return parts + rings(panel, one, what.kinks, 3.5)
