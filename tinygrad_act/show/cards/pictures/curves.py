"""The numbers behind a picture: an activation, its slope and its second derivative over an axis."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import numpy as np

from ....core.conventions import derivative_form
from ....core.op import Op
from ....core.registry import ops
from ....core.rules import slope_by
from ....engine.transforms import grad
from ....operations.halving import halved
from ....operations.reduce import sum as total
from ....operations.slope import Kink
from ..derivative import derivative
from ..facts import Facts

__all__ = ["HELD", "Curves", "Subject", "breaks", "marks", "read", "span", "subject"]

HELD = 0.25
"""What further inputs, such as prelu's slope, are held at in a picture."""
_RANDOM = "rng"
"""Drawn without its random numbers where it can do without: the same picture every time, and no number used up."""
_WIDTH = 6.0
_POINTS = 601
_BESIDE = 1e-9
_FARTHEST = 1e6
_FAR = 100.0
_SEARCHED = 25.0
_ROUNDING = 1e-9


class Subject(NamedTuple):
    """A function of one number, made from an operation."""

    op: Op
    static: Mapping[str, Any]
    value: Callable[[Any], Any]
    slope: Callable[[Any], Any]
    """The declared rule in its accurate form; 0 where nothing flows."""
    second: Callable[[Any], Any] | None
    domain: tuple[float, float]


class Curves(NamedTuple):
    """An activation over an axis. Kinks are not among the points, but points close beside them are."""

    z: Any
    value: Any
    slope: Any
    second: Any
    """None if it can't be computed."""


def subject(card: Facts, held: float = HELD) -> Subject | None:
    """The function that a card is about, further inputs at `held`; None if it has no curve: it isn't
    elementwise, or takes no `z`."""
    op = ops[card.name]
    if not op.elementwise or op.variadic or (len(op.inputs) > 1 and op.inputs[0] != "z"):
        return None
    static = {p.name: None if p.name == _RANDOM and p.default is None else p.value for p in card.parameters}
    others = (held,) * (len(op.inputs) - 1)
    rule = op.known(0, "input")

    def value(z: Any) -> Any:
        with np.errstate(all="ignore"):
            return np.broadcast_to(np.asarray(op.call(z, *others, **static), np.float64), z.shape)

    def slope(z: Any) -> Any:
        with np.errstate(all="ignore"):
            d = slope_by(op, rule, 0, op.call(z, *others, **static), (z, *others), static)
            return np.broadcast_to(np.asarray(d, np.float64), z.shape)

    second = None if rule is None else _twice(op, others, static) if others else derivative(op, 2, **static)
    return Subject(op, static, value, slope, second, op.domain_of())


def _twice(op: Op, others: tuple[Any, ...], static: Mapping[str, Any]) -> Callable[[Any], Any]:
    """The second derivative as the gradient of the gradient: for several inputs, of which one varies, and for a
    rule that no series goes through."""

    def slopes(z: Any) -> Any:
        return grad(lambda x: total(op.call(x, *others, **static)))(z)

    def second(z: Any) -> Any:
        with derivative_form("input"):
            return grad(lambda x: total(slopes(x)))(z)

    return second


def breaks(one: Subject) -> list[float]:
    """Where a curve may not be joined: kinks, poles, and jumps, declared or not."""
    places = [one.op.bound(place, one.static) for place in one.op.kinks]
    found = [float(x) for x in places if isinstance(x, (int, float)) and math.isfinite(x)]
    found += [float(i) for i in range(-100, 101) if "integers" in one.op.kinks]
    found += [i + 0.5 for i in range(-100, 101) if "halves" in one.op.kinks]
    found += [x for x in _jumps(one) if all(abs(x - known) > 2 * _near(x) for known in found)]
    return sorted({*found, *(float(x) for x in one.op.poles.get(one.op.inputs[0], ()))})


def _jumps(one: Subject) -> list[float]:
    """Where the value jumps: a step much larger than its neighbours, and as large however close one looks."""
    low, high = (min(max(x, -_SEARCHED), _SEARCHED) for x in one.domain)
    z = low + (high - low) * (np.arange(_POINTS) + 0.4142) / _POINTS  # no round numbers, where jumps are
    with np.errstate(all="ignore"):
        steps = np.abs(np.diff(one.value(z)))
        beside = np.maximum(np.append(steps[1:], 0.0), np.insert(steps[:-1], 0, 0.0))
    large = np.flatnonzero(np.isfinite(steps) & (steps > 3 * beside) & (steps > _ROUNDING))
    found = halved(one.value, z[large], z[large + 1], 50)
    stays = found.change > 0.5 * steps[large]
    ends = zip(found.low[stays].tolist(), found.high[stays].tolist())
    return [right if right == 0 or abs(left) > abs(right) else left for left, right in ends]


def marks(one: Subject, card: Facts) -> list[Kink]:
    """The kinks to mark: those of the card, or those that it leaves out where nothing flows or there are
    further inputs."""
    if len(one.op.inputs) == 1 and one.op.known(0) is not None:
        return list(card.kinks)
    found = []
    for place, side in one.op.kinks.items():
        at = one.op.bound(place, one.static)
        if isinstance(at, (int, float)) and math.isfinite(at):
            left, right = (float(x) for x in one.slope(np.array([at - _near(at), at + _near(at)])))
            if abs(left - right) > 1e-6 or side == "none":
                found.append(Kink(float(at), left, right, side, one.op.place_text(place)))
    return found


def span(one: Subject, kinks: list[Kink], z: Any = None) -> tuple[float, float]:
    """The axis: from -6 to 6, or what the domain has of it; wider for kinks, and for numbers `z` beyond."""
    start, end = one.domain
    wide = max([_WIDTH, *(1.3 * abs(kink.at) for kink in kinks if 0.9 * _WIDTH < abs(kink.at) < _FARTHEST)])
    low, high = max(-wide, start), min(wide, end)
    if low >= high:  # a domain that begins or ends far out
        low, high = (start, min(start + _WIDTH, end)) if start > 0 else (max(end - _WIDTH, start), end)
    if z is not None and z.size:
        farthest = max(_FAR, 10 * float(np.median(np.abs(z))))  # a few that have exploded would squeeze all others
        least, few, most, greatest = np.percentile(np.clip(z, -farthest, farthest), [0, 0.5, 99.5, 100]).tolist()
        low = min(low, least if least > 2 * few else few)
        high = max(high, greatest if greatest < 2 * most else most)
    return max(low, start), min(high, end)


def read(one: Subject, low: float, high: float, cuts: list[float], points: int = _POINTS) -> Curves:
    """Value, slope and second derivative at evenly spaced points, and close beside every cut."""
    inner = [x for x in cuts if low < x < high]
    ends = [x + s * _near(x) for x in inner for s in (-1, 1)]
    z = np.unique(np.concatenate([np.linspace(low, high, points), ends]))
    z = z[~np.isin(z, inner) & (z > one.domain[0]) & (z < one.domain[1])]
    return Curves(z, one.value(z), one.slope(z), _second(one, z))


def _second(one: Subject, z: Any) -> Any:
    if one.second is None:
        return None
    for second in (one.second, _twice(one.op, (), one.static)):
        try:
            with np.errstate(all="ignore"):
                return np.asarray(second(z), np.float64)
        except Exception:  # a rule of your own may use what nothing goes through; the rest is drawn all the same
            continue
    return None


def _near(x: float) -> float:
    return _BESIDE * max(abs(x), 1.0)
