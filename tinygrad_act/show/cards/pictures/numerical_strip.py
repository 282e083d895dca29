"""The strip below the curves: relative errors on a logarithmic axis."""

from __future__ import annotations

import numpy as np

from ...svg import circle, group, line, rectangle, text
from ...svg.chart import Panel
from .numerical import LIMIT, METHOD, Check

__all__ = ["STRIP", "strip"]

STRIP = 58
"""Its height."""
_LABEL = 15


def strip(found: Check, above: Panel, y: float) -> str:
    """The error at every point, below the panel `above`; the limit as a line."""
    left = above.across.start
    axis = above.across.low, above.across.high
    panel = Panel.at(left, y + _LABEL, above.width, STRIP - _LABEL, axis, (-17.0, 1.0))
    told = "relative error of g′ against extrapolated central differences"
    parts = [rectangle(left, y, above.width, STRIP, "track"), text(left + 6, y + 13, told, "faint", size=11)]
    for power, role in ((-6, "alarm"), (-15, "grid")):
        dash = ' stroke-dasharray="4 3"' if role == "alarm" else ""
        parts.append(line(left, panel.up(power), left + panel.width, panel.up(power), role, extra=dash))
        parts.append(text(left - 6, panel.up(power) + 4, f"1e−{-power}", "faint", size=11, anchor="end"))
    levels = np.log10(np.clip(found.error, 1e-16, 10.0))
    for x, level, error in zip(found.z.tolist(), levels.tolist(), found.error.tolist()):
        parts.append(circle(panel.across(x), panel.up(level), 1.6, "alarm" if error > LIMIT else "value"))
    return group(parts, title=METHOD)
