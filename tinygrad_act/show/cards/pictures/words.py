"""The sentences below a picture: kinks, the numerical check, facts, a network's numbers."""

from __future__ import annotations

import math

from ....operations.slope import SATURATED, Kink
from ...texts import percent, tick_text
from ..facts import Facts
from ..shape import Interval, number
from .numerical import Check

__all__ = ["checked", "facts", "kink_text", "saturated"]

_SIDES = {"mean": "the mean of both", "inside": "the steeper side’s"}


def kink_text(kink: Kink) -> str:
    """`kink at 0: slope 0 on the left, 1 on the right; g′(0) = 1, the right side’s`."""
    place = "" if kink.place == number(kink.at) else f"{kink.place} = ".replace("-", "−")
    at = tick_text(kink.at)
    if kink.side == "none":
        return f"jump at {place}{at}: nothing flows there, g′({at}) = 0"
    side = _SIDES.get(kink.side, f"the {kink.side} side’s")
    left, right, taken = (tick_text(x, 4) for x in (kink.left, kink.right, kink.taken))
    return f"kink at {place}{at}: slope {left} | {right}; g′({at}) = {taken}, {side}"


def checked(found: Check, estimator: bool) -> tuple[str, bool]:
    """The outcome of the numerical check, and whether it is bad news."""
    if estimator:
        return "not compared: g′ is a straight-through estimate, not the derivative", False
    if math.isnan(found.worst):
        return "numerical check: nothing could be compared, no differences of g are finite", True
    where = f" at z = {tick_text(found.at, 3)}" if found.worst else ""
    worst = f"largest relative error {tick_text(found.worst, 1)}" if found.worst else "no error at all"
    if found.agrees:
        return f"numerical check: g′ agrees, {worst}{where}", False
    return f"numerical check: g′ DIFFERS, {worst}{where}", True


def saturated(flat: tuple[Interval, ...], domain: tuple[float, float]) -> list[Interval]:
    """The flat parts that reach an end of the domain. Others, such as around gelu's lowest point, are no saturation."""
    return [part for part in flat if part.low <= domain[0] or part.high >= domain[1]]


def facts(card: Facts, axis: tuple[float, float] | None, domain: tuple[float, float]) -> list[str]:
    """What is known about it, in a few words each. `axis`: None if there is no slope to speak of."""
    given = ", ".join(f"{p.name} = {_value(p.value)}" for p in card.parameters if p.value is not None)
    found = [f"parameters {given}"] * bool(given)
    found += [f"range {card.range}".replace("-", "−")] if card.range else []
    monotone = "not monotone" if card.monotone == "no" else card.monotone
    found += [word for word in (card.parity, monotone, card.curvature) if word and word not in ("none", "neither")]
    found += [f"Lipschitz constant {tick_text(card.lipschitz)}"] if card.lipschitz is not None else []
    if axis is not None and card.range is not None:
        found.append(_share(saturated(card.flat, domain), axis))
    found += [f"gain {card.gain:.4g}"] if card.gain is not None else []
    return found + ([card.reference] if card.reference else [])


def _share(flat: list[Interval], axis: tuple[float, float]) -> str:
    covered = sum(max(0.0, min(part.high, axis[1]) - max(part.low, axis[0])) for part in flat)
    if not flat:
        return "never saturated"
    shown = f"[{tick_text(axis[0], 3)}, {tick_text(axis[1], 3)}]"
    return f"saturated, |g′| < {SATURATED}, on {percent(covered / (axis[1] - axis[0]))} of {shown}"


def _value(x: object) -> str:
    return tick_text(float(x)) if isinstance(x, (int, float)) and not isinstance(x, bool) else f"{x!r:.40}"
