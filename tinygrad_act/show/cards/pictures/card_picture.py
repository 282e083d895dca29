"""The picture of one card: formulas, curves, the numerical check, kinks and facts."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, NamedTuple

from ....operations.slope import SATURATED, Kink
from ...svg import document, fit, flow, group, one_line, rectangle, text, text_width
from ...svg.chart import Key, Panel, legend
from ...svg.writing import Theme
from ..facts import Facts
from . import words
from .curves import HELD, Curves, Subject, breaks, marks, read, span, subject
from .histogram import Numbers, bars, numbers_of
from .numerical import METHOD, Check, check
from .numerical_strip import STRIP, strip
from .shared import DASHED, DOTTED, heights, ring, rings, title_of
from .vector import vector_part

__all__ = ["card_svg"]

_WIDTH, _LEFT, _RIGHT = 560, 56, 18
_EDGE = 20
_PLOT = 210
_LINE = 17
_MOST_KINKS = 4
_EVERYWHERE = (-math.inf, math.inf)
_KEYS = (Key("g", "curve-1", 2.5), Key("g′", "curve-2", 2, DASHED), Key("g″", "curve-3", 2, DOTTED))


class Row(NamedTuple):
    """A line of text below the curves."""

    text: str
    role: str = "text"
    title: str = ""
    mark: str = ""
    """A sign before it: `ring` as at a kink, `bar` as in a histogram."""


def card_svg(card: Facts, theme: Theme = "auto", z: Any = None) -> str:
    """The picture of a card, and of the numbers `z` on its axis. Raises `TypeError`, `ValueError` as `numbers_of`."""
    numbers = None if z is None else numbers_of("card.svg", z)
    one = subject(card)
    parts, y = _head(card, one)
    if one is None:
        if numbers is not None:
            raise ValueError(f"card.svg: {card.name} has no curve to draw z below; leave z out")
        drawn, y = vector_part(card, _EDGE, y + 8, _WIDTH - 2 * _EDGE)
        facts = words.facts(card, None, _EVERYWHERE)
    else:
        drawn, y, axis = _plots(card, one, y + 8, numbers)
        flows = one.op.known(0) is not None and not one.op.estimator
        facts = words.facts(card, axis if flows else None, one.domain)
    parts += drawn
    for row in flow([one_line(fact) for fact in facts], 12, _WIDTH - 2 * _EDGE, between=" · "):
        parts.append(text(_EDGE, y, row, "faint"))
        y += _LINE
    told = one_line(f"{card.name}: {card.formula}. {'. '.join(facts)}")
    return document(_WIDTH, y, parts, title=f"Activation {title_of(card)}", description=told, theme=theme)


def _head(card: Facts, one: Subject | None) -> tuple[list[str], float]:
    """Name and aliases, then the formulas; and where they end."""
    name = fit(title_of(card), 18, _WIDTH - 2 * _EDGE, bold=True)
    parts = [text(_EDGE, 32, name, size=18, bold=True)]
    remarks = [f"also {', '.join(card.aliases)}"] if card.aliases else []
    remarks += [f"drawn with {other} = {HELD}" for other in one.op.inputs[1:]] if one else []
    remarks += ["drawn as in evaluation"] if one and "rng" in one.static else []
    left = text_width(name, 18, bold=True) + 10
    room = _WIDTH - 2 * _EDGE - left
    if remarks and room > 60:
        parts.append(text(_EDGE + left, 32, fit(one_line("; ".join(remarks)), 12, room), "faint"))
    y, indent = 56.0, 34 if one else 76
    for symbol, role, code, shown in _formulas(card, one is not None):
        rows = flow(one_line(shown).split(" "), 13, _WIDTH - 2 * _EDGE - indent, most=2) or ["–"]
        texts = [text(_EDGE, y, symbol, role, size=13)]
        texts += [text(_EDGE + indent, y + 18 * i, row, role, size=13) for i, row in enumerate(rows)]
        parts.append(group(texts, title=one_line(code)))
        y += 18 * len(rows) + 2
    return parts, y - 12


_NOTHING = "none: nothing flows through it"


def _formulas(card: Facts, curved: bool) -> list[tuple[str, str, str, str]]:
    """Letter, role, the whole text, and what is shown of it."""
    rows = [("g =" if curved else "output", "curve-1", card.formula, card.formula_shown)]
    for d in card.derivatives:
        if d.form == "default" and (d.of == "z" or not curved):
            shown = _NOTHING if d.text == "none" else d.shown
            rows.append(("g′ =" if curved else "cotangent", "curve-2", d.text, shown))
    return rows[:3]


def _plots(card: Facts, one: Subject, y: float, numbers: Numbers | None) -> tuple[list[str], float, Any]:
    """The panel of curves, the strip of the check, the lines about both; where they end; the axis."""
    kinks, cuts = marks(one, card), breaks(one)
    axis = span(one, kinks, numbers.finite if numbers else None)
    curves = read(one, *axis, cuts)
    flat = [part for part in words.saturated(card.flat, one.domain) if part.high > axis[0] and part.low < axis[1]]
    parts = legend(_EDGE, y + 8, [key for key in _KEYS if key.text != "g″" or curves.second is not None])
    parts += _band_key(y + 8) if flat else []
    y += 18
    panel = Panel.at(_LEFT, y, _WIDTH - _LEFT - _RIGHT, _PLOT, axis, heights(curves))
    parts += [panel.frame(), *(panel.band(part.low, part.high) for part in flat), *panel.grid()]
    parts += bars(panel, numbers.finite) if numbers else []
    parts += _lines(panel, curves, cuts)
    parts += rings(panel, one, kinks)
    parts.append(text(_WIDTH - 4, y + _PLOT + 14, "z", "faint", anchor="end", extra=' font-style="italic"'))
    y += _PLOT + 24
    found = check(one.value, one.slope, *axis, cuts, one.domain)
    if not one.op.estimator:
        parts.append(strip(found, panel, y))
        y += STRIP
    rows = _checked(one, found) + _about_kinks(kinks)
    told = numbers.told(axis, one.slope(numbers.finite)) if numbers else []
    rows += [Row(line, mark="bar") for line in flow(told, 12, _WIDTH - 2 * _EDGE - 18, between=" · ")]
    return parts + _written(rows, y + 18), y + 18 + _LINE * len(rows) + 2, axis


def _checked(one: Subject, found: Check) -> list[Row]:
    told, bad = words.checked(found, one.op.estimator)
    return [Row(told, "alarm" if bad else "value", METHOD)]


def _about_kinks(kinks: Sequence[Kink]) -> list[Row]:
    more = len(kinks) - _MOST_KINKS
    rows = [Row(words.kink_text(kink), mark="ring") for kink in kinks[:_MOST_KINKS]]
    return rows + [Row(f"and {more} more", mark="ring")] * (more > 0)


def _band_key(y: float) -> list[str]:
    """What the shaded parts mean, at the right end of the legend."""
    told = f"saturated, |g′| < {SATURATED}"
    left = _WIDTH - _RIGHT - text_width(told, 12)
    return [rectangle(left - 26, y - 10, 20, 12, "band"), text(left, y, told)]


def _lines(panel: Panel, curves: Curves, cuts: Sequence[float]) -> list[str]:
    parts = panel.curve(curves.z, curves.value, "curve-1", cuts=cuts, width=2.5)
    parts += panel.curve(curves.z, curves.slope, "curve-2", cuts=cuts, dash=DASHED)
    if curves.second is not None:
        parts += panel.curve(curves.z, curves.second, "curve-3", cuts=cuts, dash=DOTTED)
    return parts


def _written(rows: Sequence[Row], y: float) -> list[str]:
    parts = []
    for i, row in enumerate(rows):
        place = y + _LINE * i
        marked = [ring(_EDGE + 5, place - 4, 4)] * (row.mark == "ring")
        marked += [rectangle(_EDGE, place - 9, 10, 9, "value-bar")] * (row.mark == "bar")
        left = _EDGE + 18 * bool(row.mark)
        shown = text(left, place, fit(row.text, 12, _WIDTH - _EDGE - left), row.role)
        parts.append(group([*marked, shown], title=row.title or row.text))
    return parts
