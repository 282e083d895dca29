"""Numerical derivatives along one line: a ladder of steps, three extrapolations, and their errors.

The function is read at x + h and x - h for h = h0, h0/2, h0/4, ...; the same readings give the
central, the right and the left derivative, each extrapolated to h = 0 (Richardson). An estimate's
error is what neighbouring extrapolations differ by, plus what rounding does to a difference
divided by h. No step is right for every function, so the cell of least error is taken.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import NamedTuple

import numpy as np

from .grain import grains_beside

__all__ = ["EPS", "Estimate", "Ladder", "Line", "extrapolate"]

EPS = float(np.finfo(np.float64).eps)
_FIRST = 471_859 / 2**20
"""No power of two: a function rounded to multiples of 1/128 would look like a line from those. Few
enough bits to add it exactly."""
_COARSE, _PLAIN = 4e-3, 1e-12
"""Jumps larger than the first part of what the function moves by, and than the second by themselves,
are no rounding: half precision, the coarsest, makes smaller ones."""
_COLUMNS = 9
_NOWHERE = math.nan
_GRAINS = 64


class Estimate(NamedTuple):
    """A derivative, and how far off it may be."""

    slope: float
    error: float


class Line(NamedTuple):
    """A function along a line through the point: `read(step)` gives the output as a flat array."""

    read: Callable[[float], np.ndarray]
    """Values at this step; may raise or give NaN outside of the function's domain."""
    weights: np.ndarray
    """One for every number of the output: the derivative is of their weighted sum."""
    start: float
    """The number that steps are added to; 0 if many numbers move at once."""
    scale: float
    """The size of the numbers that move."""
    limits: tuple[float, float] = (-math.inf, math.inf)
    """Steps stay between these, both excluded: the distances to the ends of a declared domain."""
    many: bool = False
    """Whether many numbers move at once. Steps have few bits, so that all move exactly."""


class Rungs(NamedTuple):
    """The steps of a ladder, from large to small."""

    steps: np.ndarray
    hidden: np.ndarray
    """Noise that a function may have without its size showing it: a few roundings of the numbers
    that move, as in x - tanh(x)."""
    far: int
    """How many steps are larger than the numbers that move."""


class Ladder:
    """The readings of one line; `extend` adds more steps, each a half of the one before."""

    def __init__(self, line: Line) -> None:
        self.line = line
        self.base = line.read(0.0)
        self.h0 = _FIRST * 2.0 ** math.floor(math.log2(max(1.0, line.scale)))
        self.noise_factor = 1.0
        self.grains: Mapping[int, float] = {}
        """The jumps that rounding makes near some of the steps; see `measure_grain`."""
        self.grain = self.part = 0.0
        """The largest of them, and as a part of what the function moves by."""
        self._readings: dict[int, tuple[float, ...]] = {}
        self._moves = np.zeros(self.base.shape, bool)
        self.failure = ""

    def extend(self, first: int, last: int) -> None:
        """Read at h0 / 2**k for k from `first` to `last`."""
        for k in range(first, last + 1):
            if k not in self._readings:
                self._readings[k] = self._read(self.h0 * 2.0**-k)

    def _read(self, h: float) -> tuple[float, ...]:
        """Both differences, the size of what moved, and the two steps that were really taken."""
        right, left = self._at(h), self._at(-h)
        above, below = (np.subtract(there, self.base) for there in (right, left))
        weights = np.abs(self.line.weights)
        self._moves |= (above != 0) | (below != 0)
        sizes = [float(np.sum(weights * (np.abs(there) + np.abs(self.base)), where=moved != 0))
                 for there, moved in ((right, above), (left, below))]  # fmt: skip
        steps = [(self.line.start + step) - self.line.start for step in (h, -h)]
        both = float(np.sum(self.line.weights * np.subtract(right, left)))
        rises = [float(np.sum(self.line.weights * moved)) for moved in (above, below)]
        return (*rises, both, *sizes, *steps)

    def _at(self, step: float) -> np.ndarray:
        low, high = self.line.limits
        if not low < step < high:
            return np.full(self.base.shape, _NOWHERE)
        try:
            found = self.line.read(step)
        except Exception as error:  # outside of its domain a function may do anything; inside it told us so at 0
            self.failure = self.failure or f"{type(error).__name__}: {error}"
            return np.full(self.base.shape, _NOWHERE)
        return found if found.shape == self.base.shape else np.full(self.base.shape, _NOWHERE)

    def _table(self) -> np.ndarray:
        return np.array([self._readings[k] for k in sorted(self._readings)]).T

    @property
    def steps(self) -> np.ndarray:
        """The steps, from large to small."""
        return np.array([self.h0 * 2.0**-k for k in sorted(self._readings)])

    def differences(self, side: int) -> tuple[np.ndarray, np.ndarray]:
        """f(x + h) - f(x) for every step on the right (1) or left (-1), and the noise of each."""
        above, below, _, high, low, *_ = self._table()
        return (above if side > 0 else -below), self._noise(high if side > 0 else low)

    def _noise(self, sizes: np.ndarray) -> np.ndarray:
        """What rounding does to a difference: to numbers that move at some step, even if not at this one."""
        least = 2 * float(np.sum(np.abs(self.base * self.line.weights), where=self._moves))
        noise: np.ndarray = EPS * self.noise_factor * np.maximum(sizes, least)
        if self.grains and not self.coarse:
            finest = max(self.grains)  # a smaller step has the jump of its two ends, even if it sees none
            near = [[q for k, q in self.grains.items() if k >= min(rung, finest)] for rung in sorted(self._readings)]
            noise = np.maximum(noise, [max(jumps) for jumps in near])
        return noise

    def measure_grain(self) -> None:
        """Whether the function moves in steps that its size does not show; keeps their heights."""

        def read(step: float) -> tuple[float, float]:
            there = self._at(step)
            above = np.subtract(there, self.base)
            size = np.sum(weights * (np.abs(there) + np.abs(self.base)), where=above != 0)
            return float(np.sum(self.line.weights * above)), 4 * EPS * float(size)

        weights = np.abs(self.line.weights)
        self.grains = grains_beside(read, self.h0, max(self._readings), self.line.scale)
        if not self.grains:
            return
        self.grain = max(self.grains.values())
        moves = [abs(rise) for k, reading in self._readings.items() if k >= 0 for rise in reading[:2]]
        self.part = self.grain / max((rise for rise in moves if math.isfinite(rise)), default=math.inf)

    def between(self) -> Estimate:
        """The derivative between two of these steps: as it looks without minding any noise."""
        kept = self.noise_factor, self.grains
        self.noise_factor, self.grains = 1.0, {}
        found = self.central()
        self.noise_factor, self.grains = kept
        return found

    @property
    def coarse(self) -> bool:
        """Whether the jumps are too high to be rounding: then they are what the function is."""
        return self.part > _COARSE and self.grain > _PLAIN * max(1.0, self.line.scale)

    def central(self) -> Estimate:
        """The derivative from both sides."""
        *_, both, high, low, right, left = self._table()
        width = right - left
        with np.errstate(all="ignore"):
            return extrapolate(both / width, 2 * self._noise(np.maximum(high, low)) / width, 2, self._rungs())

    def one_sided(self, side: int) -> Estimate:
        """The derivative from the right (1) or from the left (-1)."""
        above, below, _, high, low, right, left = self._table()
        rise, run, size = (above, right, high) if side > 0 else (below, left, low)
        with np.errstate(all="ignore"):
            return extrapolate(rise / run, 2 * self._noise(size) / np.abs(run), 1, self._rungs())

    def _rungs(self) -> Rungs:
        hidden = _GRAINS * EPS * (self.line.scale + self.steps)
        return Rungs(self.steps, hidden, sum(k < 0 for k in self._readings))

    def steepest(self, first: int, last: int) -> float:
        """The largest slope from the point to one of these steps, on either side."""
        steps = [k for k in self._readings if first <= k <= last]
        quotients = [abs(rise) / (self.h0 * 2.0**-k) for k in steps for rise in self._readings[k][:2]]
        return max((q for q in quotients if math.isfinite(q)), default=0.0)

    @property
    def moves(self) -> bool:
        """Whether anything moves at any step."""
        return bool(self._moves.any())

    @property
    def unit(self) -> float:
        """The weight of the one number of the output that moves; 1 if several do."""
        return float(self.line.weights[self._moves][0]) if self._moves.sum() == 1 else 1.0

    def measure_noise(self) -> None:
        """How much noisier than rounding its result the function is; keeps the factor.

        From differences of high order between neighbouring points, at some distances (Moré and
        Wild 2011, ECnoise). The point itself is left out: a jump there is no noise.
        """
        wide = () if self.line.many else (-22,)  # many numbers that move meet kinks within so much
        for reach in (-43, -36, -29, *wide):
            for sign in (1, -1):
                step = sign * 2.0**reach * (self.line.scale or 2.0**-60)
                points = np.array([self._at(step * i) for i in range(1, 10)])
                moving = np.ptp(points, axis=0) > 0
                size = float(np.sum(np.abs(self.base[moving] * self.line.weights[moving])))
                weighted = (points[:, moving] * self.line.weights[moving]).sum(1)
                if np.isfinite(weighted).all() and size:
                    self.noise_factor = max(self.noise_factor, _spread(weighted) / (EPS * size))


def _spread(values: np.ndarray) -> float:
    """The standard deviation of noise on equally spaced values of a smooth function: what is left in
    differences of order 4, 5 and 6. If these do not agree, it is not noise but the function."""
    levels = []
    for order in (4, 5, 6):
        gamma = math.factorial(order) ** 2 / math.factorial(2 * order)
        levels.append(math.sqrt(gamma * float(np.mean(np.diff(values, order) ** 2))))
    return max(levels) if max(levels) <= 4 * min(levels) else 0.0


def extrapolate(quotients: np.ndarray, noise: np.ndarray, power: int, rungs: Rungs) -> Estimate:
    """The limit of `quotients` for h -> 0, where every next h is half of the last.

    The error of a quotient goes with h**power, h**(2 * power), ... `noise`: what rounding may do
    to each. Far quotients count only where they resolve a slope: far out, the slope of every
    bounded function looks like 0. Gives NaN with an infinite error if too few are finite.
    """
    slopes, errors = quotients.copy(), np.full(len(quotients), np.inf)  # of every step, the best of its row
    column, floor = quotients, noise
    for m in range(1, min(_COLUMNS, len(quotients) - 2) + 1):
        factor = 2.0 ** (power * m)
        finer = column[1:] + (column[1:] - column[:-1]) / (factor - 1)
        floor = (factor * floor[1:] + floor[:-1]) / (factor - 1)
        error = np.maximum(np.abs(finer - column[1:])[1:], np.abs(np.diff(finer))) + floor[1:]
        error[~np.isfinite(error)] = np.inf
        better = error < errors[m + 1 :]
        slopes[m + 1 :][better], errors[m + 1 :][better] = finer[1:][better], error[better]
        column = finer
    errors[: rungs.far][errors[: rungs.far] > 1e-3 * np.abs(slopes[: rungs.far])] = np.inf
    return _consistent(slopes, errors, rungs)


def _consistent(slopes: np.ndarray, errors: np.ndarray, rungs: Rungs) -> Estimate:
    """The estimate of least error that no estimate from smaller steps contradicts: what looks settled
    at large steps may belong to the other side of a kink, or to a function's far end.

    Two estimates that differ by d at the smaller step h may do so by noise of the size d * h that is
    hidden in the function. If that is possible, it counts in the error of both.
    """
    known = np.isfinite(errors)
    slopes, errors, steps, hidden = slopes[known], errors[known], rungs.steps[known], rungs.hidden[known]
    if not slopes.size:
        return Estimate(math.nan, math.inf)
    gap = np.triu(np.abs(slopes[:, None] - slopes))
    scatter = gap * steps
    contradicted = (gap > 6 * (errors[:, None] + errors)).any(1)
    beyond = np.where(scatter <= hidden, gap - 6 * errors[:, None], 0.0)  # of a smaller step, by a larger one
    honest = np.maximum(errors, 2 * np.max(np.minimum(scatter, hidden), axis=1) / steps)
    honest = np.maximum(honest, np.max(beyond, axis=0))
    for i in (1, 2):  # many cells of a table of a rough function: the luckiest looks better than it is
        apart = np.abs(slopes[:-i] - slopes[i:])
        honest[:-i] = np.maximum(honest[:-i], apart)
        honest[-2:] = np.maximum(honest[-2:], apart[-2:].max(initial=0.0))  # which have no smaller steps
    at = int(np.argmin(np.where(contradicted, np.inf, honest)))
    return Estimate(float(slopes[at]), float(honest[at]))
