"""The picture of an activation as it was declared: value and slope as curves, its kinks marked."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ...show.svg import document, fit, group, line, one_line, text
from ...show.svg.chart import Key, Panel, legend
from ...show.svg.writing import Theme

__all__ = ["picture"]

_WIDTH, _HEIGHT = 560, 380
_LEFT, _RIGHT, _TOP, _BOTTOM = 52, 20, 52, 44
_TALLEST = 6.0
"""No more of the vertical axis is shown on either side: a fast-growing value would flatten the slope."""
_KEYS = (Key("value", "curve-1"), Key("slope", "curve-2", dash="7 4"))
_KINK = Key("kink", "axis", 1, "3 3")


def picture(name: str, formula: str, z: np.ndarray, a: np.ndarray, d: np.ndarray, kinks: Sequence[float],
            theme: Theme = "auto") -> str:  # fmt: skip
    """An SVG of the value `a` and the slope `d` over `z`; dashed lines mark `kinks`."""
    axis = float(z[0]), float(z[-1])
    panel = Panel.at(_LEFT, _TOP, _WIDTH - _LEFT - _RIGHT, _HEIGHT - _TOP - _BOTTOM, axis, _range(a, d))
    room = _WIDTH - _LEFT - _RIGHT
    parts = [text(_LEFT, 22, fit(one_line(name), 14, room, bold=True), size=14, bold=True)]
    parts += [group([text(_LEFT, 40, fit(one_line(formula), 12, room))], title=one_line(formula))]
    parts += [panel.frame(), *panel.grid()]
    for at in kinks:
        x = panel.across(at)
        stroke = line(x, _TOP, x, _HEIGHT - _BOTTOM, "axis", extra=' stroke-dasharray="3 3"')
        parts.append(group([stroke], title=f"kink at {at:g}"))
    for y, key in zip((a, d), _KEYS):
        parts += panel.curve(z, y, key.role, cuts=kinks, dash=key.dash)
    parts += legend(_LEFT, _HEIGHT - 10, [*_KEYS, *[_KINK] * bool(kinks)])
    parts.append(text(_WIDTH - 6, _HEIGHT - _BOTTOM + 14, "z", "faint", anchor="end"))
    return document(_WIDTH, _HEIGHT, parts, title=f"Activation {one_line(name)}", description=one_line(formula),
                    theme=theme)  # fmt: skip


def _range(a: np.ndarray, d: np.ndarray) -> tuple[float, float]:
    both = np.concatenate([a[np.isfinite(a)], d[np.isfinite(d)], [0.0]])
    low, high = max(float(both.min()), -_TALLEST), min(float(both.max()), _TALLEST)
    margin = 0.06 * (high - low or 1.0)
    return low - margin, high + margin
