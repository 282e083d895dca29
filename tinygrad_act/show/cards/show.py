"""A card as text, as Markdown and as JSON."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from ...core.columns import columns
from ...core.facts import Theirs
from ...operations.slope import SATURATED
from ..svg import one_line
from ..texts import json_text, printable
from .expect import LEVEL
from .facts import Facts, Parameter
from .shape import Interval, number

__all__ = ["as_json", "as_markdown", "as_text"]

_NOTHING = "-"


def as_text(card: Facts) -> str:
    """One line a fact, for a terminal."""
    rows = [("formula", card.formula)]
    rows += [(title, d.text) for title, d in zip(_titles(card), card.derivatives)]
    return "\n".join([_heading(card), *columns([(title, _shown(fact)) for title, fact in [*rows, *_facts(card)]])])


def as_markdown(card: Facts) -> str:
    """A heading, the formulas in LaTeX, and a table of facts."""
    formulas = [("formula", f"$a = {card.formula_latex}$" if card.formula_latex else _NOTHING, card.formula)]
    formulas += [(t, f"${d.latex}$", d.text) for t, d in zip(_titles(card), card.derivatives)]
    lines = [f"### {_heading(card)}", "", "| | | as code |", "|---|---|---|"]
    lines += [f"| {_cell(title)} | {_cell(shown)} | `{_code(code)}` |" for title, shown, code in formulas]
    lines += ["", "| | |", "|---|---|", *(f"| {_cell(title)} | {_cell(_text(fact))} |" for title, fact in _facts(card))]
    return "\n".join(lines)


def as_json(card: Facts) -> str:
    """An object with every field of the card; numbers that are not finite are texts."""
    return json_text(card)


def _heading(card: Facts) -> str:
    return f"{card.name} ({', '.join(card.aliases)})" if card.aliases else card.name


def _shown(text: str) -> str:
    """Anybody's text on one line, with what would steer a terminal spelled."""
    line = one_line(text)
    return printable(line, max(len(line), 1))


def _text(fact: str) -> str:
    """A fact for Markdown: no tag, no entity, no link is read in it."""
    spelled = re.sub(r"&(?=#?\w+;)", "&amp;", _shown(fact)).replace("](", "]\\(").replace("`", "\\`")
    return re.sub(r"<(?=[A-Za-z/!?])", "&lt;", spelled)


def _code(text: str) -> str:
    return _cell(_shown(text).replace("`", "'"))


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def _titles(card: Facts) -> list[str]:
    """What stands before each derivative: its form, and its input if there are several."""
    several = len({d.of for d in card.derivatives}) > 1
    elementwise = card.elementwise
    word = "derivative" if elementwise else "cotangent"
    names = [f"{word} of {d.of}" if several else word for d in card.derivatives]
    return [name if d.form == "default" else f"  in the {d.form}" for name, d in zip(names, card.derivatives)]


def _facts(card: Facts) -> list[tuple[str, str]]:
    facts = [
        ("parameters", "; ".join(map(_parameter, card.parameters))),
        ("domain", _or_nothing(card.domain)),
        ("range", _or_nothing(card.range)),
        ("kinks", "; ".join(_kink(kink) for kink in card.kinks) or ("none" if card.domain else "")),
        ("parity", card.parity or ""),
        ("monotone", card.monotone or ""),
        ("curvature", card.curvature or ""),
        ("Lipschitz constant", "" if card.lipschitz is None else f"{card.lipschitz:.10g}".replace("inf", "∞")),
        (f"flat, |slope| < {SATURATED}", _flat(card)),
        ("gain", _gain(card.gain, f"deep activations settle at root mean square {LEVEL}, as tanh's with 5/3")),
        ("gain to 1", _gain(card.unit_gain, "an input from N(0, 1) gets an output of root mean square 1")),
        ("published", card.reference or ""),
        ("elsewhere", "; ".join(_theirs(name, other) for name, other in card.elsewhere.items())),
        ("about", card.about),
    ]  # fmt: skip
    return [(title, fact or _NOTHING) for title, fact in facts]


def _or_nothing(interval: Interval | None) -> str:
    return "" if interval is None else str(interval)


def _flat(card: Facts) -> str:
    return _joined(map(str, card.flat)) or ("" if card.lipschitz is None else "nowhere")


def _joined(texts: Iterable[str], most: int = 4) -> str:
    listed = list(texts)
    more = f" and {len(listed) - most} more" if len(listed) > most else ""
    return ", ".join(listed[:most]) + more


def _gain(value: float | None, convention: str) -> str:
    return "" if value is None else f"{value:.7g} ({convention})"


def _parameter(p: Parameter) -> str:
    default = "" if p.value == p.default else f", by default {p.default!r}" if p.default is not None else " (given)"
    return f"{p.name} = {p.value!r}{default}" + (f", in {p.allowed}" if p.allowed else "")


def _kink(kink: Any) -> str:
    place = "" if kink.place == number(kink.at) else f"{kink.place} = "
    jump = ", a jump" if kink.side == "none" else ""
    slopes = f"slope {number(kink.left)} | {number(kink.right)}, taken {number(kink.taken)}"
    return f"{place}{number(kink.at)}: {slopes}{jump}"


def _theirs(framework: str, other: Theirs) -> str:
    differs = [f"{name}={value!r}" for name, value in other.defaults.items()]
    differs += [f"at kinks: {other.at_kink}"] if other.at_kink is not None else []
    differs += [f"is {other.instead}"] if other.instead else []
    differs += [other.note] if other.note else []
    return f"{framework} {other.name}" + (f" ({', '.join(differs)})" if differs else "")
