"""Numbers that a network gave to an activation: their histogram below the curve, and what became of them."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np

from ....core.errors import describe, refuse_masked
from ....engine.value import Value
from ....operations.slope import SATURATED
from ...svg import rectangle
from ...svg.chart import Panel
from ...texts import percent, tick_text

__all__ = ["Numbers", "Outcome", "bars", "numbers_of", "outcome"]

_BINS = 48
_HIGHEST = 0.42
"""How much of the panel's height the tallest bar takes."""


class Outcome(NamedTuple):
    """What became of the finite numbers, as shares."""

    saturated: float
    """Of those with |slope| < `SATURATED`."""
    dead: float
    """Of those with a slope of exactly 0."""
    slope: float
    """The mean of |slope|."""

    def told(self) -> list[str]:
        """`31 % saturated`, `20 % with g′ = 0`, `mean |g′| 0.412`."""
        dead = [f"{percent(self.dead, 1)} with g′ = 0"] if self.dead else []
        return [f"{percent(self.saturated, 1)} saturated", *dead, f"mean |g′| {tick_text(self.slope, 3)}"]


class Numbers(NamedTuple):
    """An array, sorted into what can be drawn and what can't."""

    finite: Any
    nans: int
    infinite: int

    @property
    def size(self) -> int:
        """How many there are altogether."""
        return int(self.finite.size) + self.nans + self.infinite

    def spread(self) -> str:
        """Mean ± standard deviation of the finite ones; "" if there are none."""
        if not self.finite.size:
            return ""
        with np.errstate(all="ignore"):  # numbers near the largest have an infinite one
            return f"{tick_text(float(np.mean(self.finite)), 3)} ± {tick_text(float(np.std(self.finite)), 3)}"

    def told(self, axis: tuple[float, float], slopes: Any) -> list[str]:
        """The numbers, and what became of them by their `slopes`, in a few words each."""
        outside = int(np.sum((self.finite < axis[0]) | (self.finite > axis[1])))
        first = f"{self.size:,} number{'s' * (self.size != 1)} z"
        first += f": {self.spread()}" if self.finite.size else ""
        found = [first, *(outcome(slopes).told() if self.finite.size else [])]
        left_out = ((outside, "beyond the axis"), (self.nans, "NaN"), (self.infinite, "infinite"))
        return found + [f"{count:,} {what}" for count, what in left_out if count]


def outcome(slopes: Any) -> Outcome:
    """What slopes say about the numbers that they belong to; NaN if there are none."""
    if not slopes.size:
        return Outcome(math.nan, math.nan, math.nan)
    size = np.abs(slopes)
    return Outcome(float(np.mean(size < SATURATED)), float(np.mean(size == 0)), float(np.mean(size)))


def numbers_of(asker: str, z: Any) -> Numbers:
    """The numbers of an array or a Value. Raises `TypeError` for anything but real numbers, `ValueError` for none."""
    refuse_masked(f"{asker}: z", z)
    try:
        data = np.asarray(z.data if isinstance(z, Value) else z)
    except ValueError as error:
        raise TypeError(f"{asker}: z has to be an array of numbers or a Value: {error}") from None
    if data.dtype.kind not in "fiub":
        raise TypeError(f"{asker}: z has to be an array of real numbers or a Value, not {describe(z)}")
    if not data.size:
        raise ValueError(f"{asker}: z is empty, of shape {data.shape}; pass at least one number")
    flat = data.astype(np.float64).ravel()
    return Numbers(flat[np.isfinite(flat)], int(np.isnan(flat).sum()), int(np.isinf(flat).sum()))


def bars(panel: Panel, finite: Any) -> list[str]:
    """The histogram at the bottom of a panel."""
    low, high = panel.across.low, panel.across.high
    counts, edges = np.histogram(finite[(finite >= low) & (finite <= high)], bins=_BINS, range=(low, high))
    tallest = int(counts.max(initial=0))
    parts = []
    for count, left, right in zip(counts.tolist(), edges[:-1].tolist(), edges[1:].tolist()):
        if count:
            height = max(1.0, _HIGHEST * panel.height * count / tallest)
            x = panel.across(left)
            parts.append(rectangle(x, panel.up.start - height, panel.across(right) - x - 0.5, height, "value-bar"))
    return parts
