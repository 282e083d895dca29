"""What several pictures draw alike: names, axes, kinks, and the dashes of curves."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ....operations.slope import Kink
from ...svg import circle, group, one_line
from ...svg.chart import Panel
from ...texts import tick_text
from ..facts import Facts
from . import words
from .curves import Curves, Subject

__all__ = ["DASHED", "DOTTED", "heights", "ring", "rings", "title_of"]

DASHED, DOTTED = "7 4", "2 3"
"""How slopes are drawn, and second derivatives."""
_TALLEST = 6.0
"""No more of the vertical axis is shown, unless values near 0 are larger: exp would flatten all else."""


def title_of(card: Facts) -> str:
    """The name, with the parameters that are not the default ones."""
    given = [f"{p.name}={tick_text(p.value) if isinstance(p.value, float) else p.value}"
             for p in card.parameters if p.value != p.default and p.name != "rng"]  # fmt: skip
    return one_line(f"{card.name}({', '.join(given)})" if given else card.name)


def heights(curves: Curves) -> tuple[float, float]:
    """The vertical axis: 0, and all of both curves that is not too tall."""
    near = np.abs(curves.z) <= 1
    both = np.concatenate([curves.value, curves.slope])
    usual = [np.abs(y[near & np.isfinite(y)]) for y in (curves.value, curves.slope)]
    tallest = min(max([_TALLEST, *(1.5 * float(np.median(y)) for y in usual if y.size)]), 1e300)
    shown = np.clip(both[np.isfinite(both)], -tallest, tallest)
    if curves.second is not None:  # as far as the others are tall: beside a bend it may be huge
        level = float(np.max(np.abs(shown), initial=0.0))
        shown = np.append(shown, np.clip(curves.second[np.isfinite(curves.second)], -level, level))
    low, high = float(np.min(shown, initial=0.0)), float(np.max(shown, initial=0.0))
    margin = 0.07 * (high - low) or 1.0
    return low - margin, high + margin


def ring(x: float, y: float, radius: float) -> str:
    """The sign of a kink."""
    return circle(x, y, radius, "background", "gradient", extra=' stroke-width="2"')


def rings(panel: Panel, one: Subject, kinks: Sequence[Kink], radius: float = 4.5, slopes: bool = True) -> list[str]:
    """A ring on the curve at every kink, and, with `slopes`, a dot at the slope that is taken there."""
    parts = []
    for kink in kinks:
        if not panel.across.low <= kink.at <= panel.across.high:
            continue
        height = float(one.value(np.array([kink.at]))[0])
        x, shown = panel.across(kink.at), []
        if panel.up.low <= height <= panel.up.high:
            shown.append(ring(x, panel.up(height), radius))
        if slopes and panel.up.low <= kink.taken <= panel.up.high:
            shown.append(circle(x, panel.up(kink.taken), radius - 1.5, "curve-2"))
        parts.append(group(shown, title=words.kink_text(kink)))
    return parts
