"""A small picture of one activation, as sheets have many: g and g′, where it saturates, its kinks."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from ....operations.slope import SATURATED, Kink
from ...svg import circle, rectangle, text, text_width
from ...svg.chart import Key, Panel
from ..facts import Facts
from . import words
from .curves import Curves, Subject, breaks, marks, read
from .histogram import bars
from .shared import DASHED, ring, rings

__all__ = ["KEYS", "Small", "draw_small", "signs", "small"]

_POINTS = 241
KEYS = (Key("g", "curve-1", 2.2), Key("g′", "curve-2", 1.8, DASHED))
"""The curves of every small picture."""

_TEXTS = {"kink": "kink, and the slope taken", "band": f"saturated, |g′| < {SATURATED}", "bar": "how often z is there"}
_SIGNS: dict[str, Callable[[float, float], list[str]]] = {
    "kink": lambda x, y: [ring(x + 5, y - 4, 3.5), circle(x + 15, y - 4, 2, "curve-2")],
    "band": lambda x, y: [rectangle(x, y - 10, 18, 12, "band")],
    "bar": lambda x, y: [rectangle(x, y - 10, 18, 12, "value-bar")],
}


class Small(NamedTuple):
    """An activation that has a curve."""

    card: Facts
    subject: Subject
    kinks: list[Kink]
    cuts: list[float]


def small(card: Facts, one: Subject) -> Small:
    """What `draw_small` needs."""
    return Small(card, one, marks(one, card), breaks(one))


def signs(x: float, y: float, names: Sequence[str]) -> list[str]:
    """A legend of what is no curve: `kink`, `band`, `bar`."""
    parts = []
    for name in names:
        parts += [*_SIGNS[name](x, y), text(x + 24, y, _TEXTS[name])]
        x += 40 + text_width(_TEXTS[name], 12)
    return parts


def draw_small(panel: Panel, what: Small, finite: Any = None, curves: Curves | None = None) -> list[str]:
    """The curves in a panel, and the histogram of `finite` numbers below them."""
    low, high = panel.across.low, panel.across.high
    one, cuts = what.subject, what.cuts
    curves = curves or read(one, low, high, cuts, _POINTS)
    parts = [panel.frame()]
    parts += [panel.band(part.low, part.high) for part in words.saturated(what.card.flat, one.domain)
              if part.high > low and part.low < high]  # fmt: skip
    parts += panel.grid((5, 5))
    parts += bars(panel, finite) if finite is not None else []
    parts += panel.curve(curves.z, curves.value, "curve-1", cuts=cuts, width=2.2)
    parts += panel.curve(curves.z, curves.slope, "curve-2", cuts=cuts, width=1.8, dash=DASHED)
    return parts + rings(panel, one, what.kinks, 3.5)
