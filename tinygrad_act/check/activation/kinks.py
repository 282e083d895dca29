"""The kinks and jumps of an activation: the declared ones are there, and those that are there get declared."""

from __future__ import annotations

import math

import numpy as np

from ...core.op import Op, Place
from ...operations.slope import kinks_of
from ..gradient.ladder import Line
from ..gradient.slopes import Slopes, measure
from ..samples import kink_places
from .breaks import Break, find, fine_grid
from .points import Static, interval, moved, statics
from .report import Report, curves

__all__ = ["declared_but_absent", "undeclared"]

_REACH = 10.0
_MANY = 8


def _breaks(op: Op, static: Static) -> tuple[list[Break], list[float]]:
    return find(
        lambda z: curves(op, z, static)[0].astype(float),
        lambda z: curves(op, z, static)[1].astype(float),
        fine_grid(*interval(op, _REACH)),
    )


def undeclared(op: Op, report: Report) -> dict[Place, str]:
    """Kinks and jumps that the declaration lacks, with the side that the rule takes.

    What can't be declared becomes a fault of the report, or a note if that is no reason to refuse.
    """
    found, unbounded = _breaks(op, {})
    if unbounded:
        report.notes.append(f"value or slope has no bound near {', '.join(f'{at:.6g}' for at in unbounded[:_MANY])}")
    known = kink_places(op, {})
    if "integers" in op.kinks:
        known += map(float, range(-10, 11))
    new = [one for one in found if not any(_same(one.at, at) for at in known)]
    if len(new) > _MANY:
        report.faults.append(
            f"{len(new)} kinks and jumps from -10 to 10 ({'; '.join(map(str, new[:3]))}; ...): "
            f'declare them; kinks={{"integers": "none"}} stands for jumps at all integers'
        )
        return {}
    shifted = moved(op)
    others = _breaks(op, shifted)[0] if shifted and new else []
    sides: dict[Place, str] = {}
    for one in new:
        invented = "" if one.height else _invented(op, one.at, one.left, one.right)
        if invented:
            report.invented.append(f"{one}, by the derivative; {invented}: the derivative is wrong on one side of it")
            continue
        side, place = _side(one, report.derived), _place(op, one, shifted, [other.at for other in others])
        if side is None:
            report.faults.append(_no_side(op, one))
        elif place is None:
            report.notes.append(f"{one}: it moves with the parameters; declare where: kinks={{function of them: side}}")
        else:
            sides[place] = side
    return sides


def _invented(op: Op, at: float, left: float, right: float) -> str:
    """What the function itself does where the rule jumps from `left` to `right`, if its own slopes, by
    differences, are others; empty if they fit, or can't be told."""
    own = _own_slopes(op, at)
    if own.kind == "smooth":
        allowed = 8 * own.central.error + 1e-6 * abs(own.central.slope)
        if abs(right - left) <= 2 * allowed:
            return ""
        return f"the function's own slope is {own.central.slope:.6g} on both sides"
    if own.kind != "kink":
        return ""
    pairs = ((left, own.left), (right, own.right))
    if all(abs(ours - one.slope) <= 8 * one.error + 1e-6 * max(abs(left), abs(right)) for ours, one in pairs):
        return ""
    return f"the function's own slopes are {own.left.slope:.6g} and {own.right.slope:.6g}"


def _own_slopes(op: Op, at: float) -> Slopes:
    """The slopes of the function at a point, by differences."""
    low, high = op.domain_of()

    def read(step: float) -> np.ndarray:
        return np.asarray(op.forward(np.array([at + step]), **op.defaults), np.float64)

    with np.errstate(all="ignore"):
        return measure(Line(read, np.ones(1), at, abs(at), (low - at, high - at)), math.nan)


def _same(x: float, y: float) -> bool:
    return abs(x - y) <= 1e-12 * max(1.0, abs(x))


def _side(one: Break, derived: bool) -> str | None:
    """The side whose slope the rule takes at the point; None if it is neither, nor their mean. At a
    jump nothing flows: a declared rule has to say so, a derived one is made to."""
    if one.height:
        return "none" if one.there == 0 or derived else None
    sides = {"right": one.right, "left": one.left, "mean": (one.left + one.right) / 2}
    size = max(abs(one.left), abs(one.right))
    return next((side for side, slope in sides.items() if abs(slope - one.there) <= 1e-9 * size), None)


def _no_side(op: Op, one: Break) -> str:
    d = op.inputs[0]
    if one.height:
        return (
            f"{one}: the rule gives {one.there:.6g} there, but nothing flows at a jump; make it 0 at that point "
            f"(d{d}=... with > or < in place of >= or <=)"
        )
    return (
        f"{one}: the rule gives {one.there:.6g} there, which is neither side's slope nor their mean; "
        f"write the derivative with the side that you want: d{d}=..."
    )


def _place(op: Op, one: Break, shifted: Static, others: list[float]) -> Place | None:
    """How the place is declared: a number if other parameters leave it where it is, or the name of
    the parameter that it moves with."""
    if not shifted or any(_same(at, one.at) for at in others):
        return one.at
    for name, value in shifted.items():
        for sign, word in ((1.0, name), (-1.0, f"-{name}")):
            if _same(one.at, sign * op.defaults[name]) and any(_same(at, sign * value) for at in others):
                return word
    return None


def declared_but_absent(op: Op) -> list[str]:
    """A sentence for every declared kink where there is none, whatever the parameters."""
    faults = []
    for place, side in op.kinks.items():
        if isinstance(place, str) and op.bound(place, {}) is None:
            continue
        seen = [_slopes_at(op, place, static) for static in statics(op)]
        invented = "" if side == "none" else _invented(op, float(op.bound(place, {})), *seen[0][:2])
        if invented:
            faults.append(f"a kink is declared at {op.place_text(place)}: {_by_rule(*seen[0][:2])}, but {invented}")
            continue
        if any(jump if side == "none" else left != right for left, right, jump in seen):
            continue
        left, right, _ = seen[0]
        what = "the function does not jump there" if side == "none" else f"the slope is {left:.6g} on both sides"
        if side == "none" and left != right:
            what += f'; it is a kink (left {left:.6g}, right {right:.6g}): declare its side, "left" or "right"'
        faults.append(f"a kink is declared at {op.place_text(place)}, but there is none: {what}")
    return faults


def _by_rule(left: float, right: float) -> str:
    return f"the derivative gives {left:.6g} on its left and {right:.6g} on its right"


def _slopes_at(op: Op, place: Place, static: Static) -> tuple[float, float, bool]:
    """The slopes of both sides of a declared kink, and whether the function jumps."""
    at = float(op.bound(place, static))
    near = max(1e-30, 8 * np.finfo(float).eps * abs(at))
    z = at + near * np.array([-1.0, 1.0])
    a, d = curves(op, z, static)
    kink = next((k for k in kinks_of(op, static) if k.at == at), None)
    left, right = (kink.left, kink.right) if kink else (float(d[0]), float(d[1]))
    if abs(left - right) <= 1e-9 * max(abs(left), abs(right)):
        right = left
    return left, right, bool(abs(a[1] - a[0]) > 1e-9 * max(float(np.max(np.abs(a))), 1e-3))
