"""What a function does at a point, seen along one line: smooth, a kink, a jump, a vertical slope, an edge."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from .ladder import EPS, Estimate, Ladder, Line

__all__ = ["Slopes", "agree", "measure"]

_QUICK, _FULL = 9, 27
_ROUGH = 1e3
"""A function that is noisier than so many roundings of its result may be one that moves in steps."""
_CLEAR = 1e-9
"""A quick look is enough if it resolves nine digits."""


class Slopes(NamedTuple):
    """The derivative from both sides and from each, and what kind of point it is."""

    kind: str
    """`smooth`, `kink`, `jump`, `vertical`, `left edge` (nothing on the left), `right edge`, `unknown`."""
    central: Estimate
    left: Estimate
    right: Estimate
    height: float = 0.0
    """At a jump: from left to right."""
    failure: str = ""
    """What the function raised near the point."""
    size: float = 0.0
    """How steep the function may be called nearby: its size divided by that of the numbers that move,
    or its slopes over the first steps, if these are larger."""
    far: float = 0.0
    """The same with the slopes over all steps."""
    noise: float = 1.0
    """How many times the rounding of its result the function is off; measured where it matters."""
    unit: float = 1.0
    """The weight of the output, if only one number of it moves."""
    grain: float = 0.0
    """The height of the steps in which rounding lets the function move, if these are not those of its size."""
    part: float = 0.0
    """The same as a part of what the function moves by."""
    between: Estimate = Estimate(math.nan, math.inf)
    """The derivative between two such steps, or without minding the noise that the function seems to have."""

    def without_weight(self) -> Slopes:
        """The slopes of that one number itself."""
        ways = (self.central, self.left, self.right, self.between)
        central, left, right, between = (Estimate(one.slope / self.unit, one.error / self.unit) for one in ways)
        height, size, far, grain = (x / self.unit for x in (self.height, self.size, self.far, self.grain))
        return self._replace(central=central, left=left, right=right, between=between, height=height, size=size,
                             far=far, grain=grain, unit=1.0)  # fmt: skip


def agree(slope: float, estimate: Estimate) -> bool:
    """Whether `slope` is as close to the estimate as this can tell."""
    bound = 6 * estimate.error + 16 * EPS * max(abs(slope), abs(estimate.slope))
    return abs(slope - estimate.slope) <= bound


def measure(line: Line, slope: float, thorough: bool = False) -> Slopes:
    """The slopes of `line` at its start. A ladder of a few steps if these agree with `slope` in
    every respect, and no `thorough` look is asked for; else a long one, whose noise is measured."""
    ladder = Ladder(line)
    if not np.isfinite(ladder.base).all():
        nothing = Estimate(math.nan, math.inf)
        return Slopes("unknown", nothing, nothing, nothing)
    ladder.extend(0, _QUICK)
    first = _read(ladder, "smooth")
    size = max(abs(slope), abs(first.central.slope))
    if not thorough and agree(slope, first.central) and first.central.error <= _CLEAR * size and not _differ(first):
        return first
    ladder.measure_noise()
    ladder.extend(0, _FULL)
    found = _look(ladder, first.central, slope)
    if not _settled(found, slope) or not (found.kind == "kink" or agree(slope, found.central)):
        ladder.extend(_FULL + 1, _lowest(line))
        ladder.extend(-24, -1)
        found = _look(ladder, first.central, slope)
    return found


def _look(ladder: Ladder, far: Estimate, slope: float) -> Slopes:
    """Which kind of point it is. Where the rule would be wrong, large steps tell another story than small ones,
    or noise is large, the function may be one that rounding lets move in steps."""
    found = _classify(ladder)
    fits = agree(slope, far), agree(slope, found.central)
    if ladder.grains or (all(fits) and slope and _settled(found, slope)):
        return found
    if not fits[1] or ladder.noise_factor > _ROUGH or not _one_story(far, found.central):
        ladder.measure_grain()
        found = _classify(ladder) if ladder.grains else found
    return found


def _one_story(far: Estimate, near: Estimate) -> bool:
    """Whether large steps resolve the slope, and small ones find the same."""
    size = max(abs(far.slope), abs(near.slope))
    if size == 0:
        return True
    return far.error <= 1e-6 * size and abs(far.slope - near.slope) <= 6 * (far.error + near.error) + 16 * EPS * size


def _lowest(line: Line) -> int:
    """The last rung: where the step is lost in the rounding of the number that it is added to."""
    return 90 if line.scale == 0 else 44 + max(0, -math.floor(math.log2(line.scale)))


def _read(ladder: Ladder, kind: str) -> Slopes:
    size = float(np.sum(np.abs(ladder.base * ladder.line.weights))) / max(1.0, ladder.line.scale)
    size = max(size, ladder.steepest(0, _QUICK))
    left, right = ladder.one_sided(-1), ladder.one_sided(1)
    far = max(size, ladder.steepest(-99, 99)) if ladder.moves else 1.0 / max(1.0, ladder.line.scale)
    between = ladder.between() if ladder.grains or ladder.noise_factor > 1 else Estimate(math.nan, math.inf)
    return Slopes(kind, ladder.central(), left, right, 0.0, ladder.failure, size, far, ladder.noise_factor, ladder.unit,
                  ladder.grain, ladder.part, between)  # fmt: skip


def _settled(slopes: Slopes, slope: float) -> bool:
    if slopes.kind in ("jump", "vertical", "unknown"):
        return False
    pair = (slopes.left, slopes.right) if slopes.kind == "kink" else (slopes.central,)
    flat = slope == 0 or slopes.kind == "kink"
    return all(one.error < 1e-8 * abs(one.slope) or (flat and one.slope == one.error == 0) for one in pair)


def _differ(slopes: Slopes) -> bool:
    gap = abs(slopes.left.slope - slopes.right.slope)
    size = max(abs(slopes.left.slope), abs(slopes.right.slope))
    return gap > 4 * (slopes.left.error + slopes.right.error) + 64 * EPS * size


def _classify(ladder: Ladder) -> Slopes:
    """Which kind of point it is, from the side estimates and from how differences shrink with the step."""
    found = _read(ladder, "smooth")
    left, right = _exponent(ladder, -1), _exponent(ladder, 1)
    seen = [exponent for exponent in (left, right) if exponent is not None]
    if any(exponent < 0.1 for exponent in seen):
        return found._replace(kind="jump", height=_height(ladder))
    if any(exponent < 0.9 for exponent in seen):
        return found._replace(kind="vertical")
    known = [math.isfinite(side.error) for side in (found.left, found.right)]
    if known == [False, True]:
        return found._replace(kind="left edge")
    if known == [True, False]:
        return found._replace(kind="right edge")
    if known == [False, False]:
        return found._replace(kind="unknown")
    return found._replace(kind="kink") if _differ(found) else found


def _exponent(ladder: Ladder, side: int) -> float | None:
    """p of |f(x + h) - f(x)| ~ h**p for the smallest steps that noise leaves readable: 0 at a jump,
    between 0 and 1 for a vertical slope, 1 or more where there is a derivative."""
    rise, noise = ladder.differences(side)
    readable = np.isfinite(rise) & (np.abs(rise) > 1e3 * noise) & (noise >= 0)
    places = np.flatnonzero(readable)[-8:]
    if len(places) < 6 or places[-1] - places[0] != len(places) - 1:
        return None
    if places[-1] < len(rise) - 12 and np.isfinite(rise).sum() > 12:  # readable at large steps only: flat here
        return None
    logs = np.diff(np.log2(np.abs(rise[places])))
    return float(-np.max(logs)) if np.ptp(logs) < 0.2 else None


def _height(ladder: Ladder) -> float:
    (right, _), (left, _) = ladder.differences(1), ladder.differences(-1)
    total = right + left
    finite = total[np.isfinite(total)]
    return float(finite[-1]) if finite.size else math.nan
