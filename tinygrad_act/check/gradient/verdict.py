"""The verdict on one entry: the rule's number against the slopes that were measured."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable

from .ladder import EPS, Estimate
from .places import Place
from .slopes import Slopes, agree

__all__ = ["AGREES", "UNSURE", "WRONG", "Judgement", "judge", "overall", "second_opinion"]

AGREES, WRONG, UNSURE = "agrees", "wrong", "cannot tell"
_ENOUGH = 1e-6
"""A numerical derivative that resolves less than this of the size can't tell right from wrong."""
_DUST = 1e-10
"""A derivative below this part of the function's other derivatives need not be resolved by itself."""
_NOISY = 1e4
_ALL_NOISE = 0.1
"""A function that is off by this part of its size, from one point to the next, may be swinging."""
_STAIRS = 1e-10
"""A function that moves in steps larger than this part of all that it moves by may mean them."""
_NO_DERIVATIVE = Estimate(math.nan, math.inf)

Judgement = tuple[Estimate, float, str, str]
"""The derivative compared with, digits, verdict, note."""


def overall(verdicts: Iterable[str]) -> str:
    """Wrong if anything is, then unsure if anything is."""
    found = set(verdicts)
    return WRONG if WRONG in found else UNSURE if UNSURE in found else AGREES


def judge(
    slope: float, found: Slopes, place: Place | None, inside: list[Place], largest: float, least: float = 0.0
) -> Judgement:
    """Compare `slope`, which a rule gives, with what was found.

    `place`: the declared kink that the entry lies on, if any; `inside`: kinks that numbers
    computed from it lie on; `largest`: the size of the largest derivative of the same function;
    `least`: digits are counted from this size on, if it is larger than the derivative itself.
    """
    if not math.isfinite(slope):
        return _not_finite(slope, found)
    if found.kind == "unknown":
        return found.central, 0.0, UNSURE, f"at the point, or on both sides of it, the function {_refusal(found)}"
    if found.kind == "jump":
        return _at_jump(slope, found, place)
    if found.kind == "vertical":
        return _NO_DERIVATIVE, 0.0, UNSURE, "no derivative: the slope grows without bound"
    if found.kind == "kink":
        return _at_kink(slope, found, place, inside)
    side = {"left edge": found.right, "right edge": found.left}.get(found.kind, found.central)
    note = ""
    if found.kind.endswith("edge"):
        note = f"one-sided: to the {found.kind.split()[0]} the function {_refusal(found)}"
    return _compare(slope, side, found, largest, least, note)


def _refusal(found: Slopes) -> str:
    return f"raised {found.failure}" if found.failure else "is not finite"


def second_opinion(
    slope: float, judgement: Judgement, whole: float, complex_slope: Callable[[], float]
) -> Judgement:
    """What a complex step makes of a derivative too small for differences: it can confirm the rule,
    and where it does not, there is doubt; but none about what is dust beside `whole`, the size of the
    function's derivatives: a rule that runs without such a step gets the same verdict.
    """
    estimate, _, verdict, _ = judgement
    size = max(abs(slope), abs(estimate.slope))
    if verdict == WRONG or estimate.error <= _ENOUGH * size:
        return judgement
    other = complex_slope()
    if not math.isfinite(other) or other == 0 or abs(other - estimate.slope) > 6 * estimate.error:
        return judgement
    distance = abs(slope - other)
    if distance <= _DUST * abs(other):
        return Estimate(other, 16 * EPS * abs(other)), _digits(distance, abs(other)), AGREES, "by a complex step"
    if verdict == AGREES and distance <= 16 * EPS * whole:
        return estimate, _digits(distance, whole), AGREES, f"a complex step gives {other:.6g}, which rounding hides"
    return (
        estimate,
        0.0,
        UNSURE,
        f"differences resolve no more than {estimate.error:.1g}; a complex step gives {other:.6g}",
    )


def _compare(slope: float, estimate: Estimate, found: Slopes, largest: float, least: float, note: str) -> Judgement:
    size = max(abs(slope), abs(estimate.slope), least)
    if not agree(slope, estimate):
        return _apart(slope, estimate, found, largest, size, note)
    none = abs(slope) <= 16 * EPS * max(largest, found.size)  # no more than what a sum that cancels leaves
    dust = _DUST * (max(largest, found.size) if none else largest)
    if found.part > _ENOUGH and not agree(slope, found.between):
        return estimate, 0.0, UNSURE, _stairs(found, estimate)
    if estimate.error > max(_ENOUGH * size, dust):
        reason = f"differences resolve no more than {estimate.error:.1g} here{_noise(found)}"
        return estimate, _digits(estimate.error, size), UNSURE, f"{note}; {reason}" if note else reason
    whole = size  # what is lost in the rounding of others is measured by these
    if max(estimate.error, abs(slope - estimate.slope)) > _ENOUGH * size:
        whole = max(size, largest, found.size if none else 0.0)
    digits = max(_digits(abs(slope - estimate.slope), size), _digits(max(estimate.error, EPS * size), whole))
    return estimate, digits, AGREES, note


def _noise(found: Slopes) -> str:
    single = "; does it compute in float32?" if 1e-8 < found.noise * EPS < 1e-5 else ""
    if found.grain:
        return f": rounding lets the function move in steps of {found.grain:.1g} only{single}"
    if found.noise < _NOISY:
        return ""
    return f": the function is noisy, by {found.noise * EPS:.1g} of its size{single}"


def _stairs(found: Slopes, across: Estimate) -> str:
    slopes = f"its slope is {found.between.slope:.6g} between two of them, {across.slope:.6g} across"
    return f"the function moves in steps of {found.grain:.1g}, by rounding or on purpose: {slopes}"


def _swings(found: Slopes) -> str:
    small = f"by small steps its slope is {found.between.slope:.6g}"
    return f"between steps the function is noisy, or swings, by {found.noise * EPS:.1g} of its size; {small}"


def _apart(slope: float, estimate: Estimate, found: Slopes, largest: float, size: float, note: str) -> Judgement:
    """Wrong, unless the function looks constant and the rule gives what may be the dust of rounding."""
    constant = abs(estimate.slope) <= 6 * estimate.error
    whole = max(largest, found.size)
    if constant and abs(slope) <= 16 * EPS * whole:  # what a sum that cancels leaves
        return estimate, _digits(abs(slope), whole), AGREES, note
    if constant and abs(slope) <= 16 * EPS * found.far:
        return estimate, 0.0, UNSURE, "the function is constant here to the last digit"
    if found.part > _STAIRS and agree(slope, found.between):
        return estimate, 0.0, UNSURE, _stairs(found, estimate)
    if found.noise * EPS > _ALL_NOISE or (slope and not found.grain and agree(slope, found.between)):
        return estimate, 0.0, UNSURE, _swings(found)
    return estimate, _digits(abs(slope - estimate.slope), size), WRONG, note


def _digits(distance: float, size: float) -> float:
    if distance == 0:
        return 16.0
    return 0.0 if size == 0 else min(16.0, max(0.0, -math.log10(distance / size)))


def _not_finite(slope: float, found: Slopes) -> Judgement:
    if found.kind == "vertical" and not math.isnan(slope):
        return Estimate(slope, 0.0), 16.0, AGREES, "the slope grows without bound, and the rule says so"
    return found.central, 0.0, WRONG, f"not finite: the rule gives {slope}"


def _at_jump(slope: float, found: Slopes, place: Place | None) -> Judgement:
    note = f"a jump by {found.height:.6g}"
    if place is not None:
        note = f"{place}: {note}, declared {place.side}"
        if place.side == "none" and slope == 0:
            return Estimate(0.0, 0.0), 16.0, AGREES, note
        beside = min(found.left, found.right, key=lambda one: one.error)  # across the jump nothing settles
        if place.side != "none" and agree(slope, beside):
            return beside, _digits(max(abs(slope - beside.slope), beside.error), abs(slope)), AGREES, note
        return Estimate(0.0, 0.0), 0.0, WRONG, note
    return _NO_DERIVATIVE, 0.0, UNSURE, f"no derivative: {note}"


def _at_kink(slope: float, found: Slopes, place: Place | None, inside: list[Place]) -> Judgement:
    slopes = f"left {found.left.slope:.6g}, right {found.right.slope:.6g}, rule gives {slope:.6g}"
    if place is not None:
        judgement = _on_declared_kink(slope, found, place, f"kink: {place}: {slopes}")
        if judgement[2] == AGREES or not inside:
            return judgement
    several = [*([place] if place else []), *inside][:4]
    named = f": {', '.join(map(str, several))} (inside)" if inside else ""
    return _in_interval(slope, found, f"kink{named}: {slopes}")


def _on_declared_kink(slope: float, found: Slopes, place: Place, note: str) -> Judgement:
    declared = _on_side(place.side, found.left, found.right)
    fits = agree(slope, declared)
    said = "the declared side" if place.side in ("left", "right") else f"as declared ({place.side})"
    note += f": {said}" if fits else f", but {place.side} is declared"
    digits = _digits(max(abs(slope - declared.slope), declared.error), _largest(found))
    return declared, digits, AGREES if fits else WRONG, note


def _in_interval(slope: float, found: Slopes, note: str) -> Judgement:
    """Any slope between those of both sides is right."""
    low, high = sorted((found.left, found.right), key=lambda one: one.slope)
    error, largest = max(low.error, high.error), _largest(found)
    nearest = min(max(slope, low.slope), high.slope)
    distance = abs(slope - nearest)
    if error > 1e-4 * largest and distance <= high.slope - low.slope + 100 * error:
        if agree(slope, found.central) and found.central.error <= _ENOUGH * abs(slope):
            return _compare(slope, found.central, found, abs(slope), 0.0, "")
        return found.central, 0.0, UNSURE, f"{note}; but the slope of one side does not settle"
    if distance <= 6 * error + 16 * EPS * largest:
        return Estimate(nearest, error), _digits(error, largest), AGREES, f"{note}: it lies between"
    digits = _digits(distance, max(abs(slope), largest))
    return Estimate(nearest, error), digits, WRONG, f"{note}: outside of the interval"


def _largest(found: Slopes) -> float:
    return max(abs(found.left.slope), abs(found.right.slope))


def _on_side(side: str, left: Estimate, right: Estimate) -> Estimate:
    if side == "mean":
        return Estimate((left.slope + right.slope) / 2, left.error + right.error)
    if side == "inside":
        return max((left, right), key=lambda one: abs(one.slope))
    return {"left": left, "right": right}.get(side, Estimate(0.0, 0.0))
