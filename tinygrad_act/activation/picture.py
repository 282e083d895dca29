"""The picture of an activation: value and slope as curves, its kinks marked."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Sequence

import numpy as np

__all__ = ["picture"]

_WIDTH, _HEIGHT = 560, 380
_LEFT, _RIGHT, _TOP, _BOTTOM = 52, 16, 52, 40
_VALUE, _SLOPE, _KINK = "#08519c", "#b3470b", "#666666"
_TALLEST = 6.0
"""No more of the vertical axis is shown on either side: a fast-growing value would flatten the slope."""


def picture(
    name: str, formula: str, z: np.ndarray, a: np.ndarray, d: np.ndarray, kinks: Sequence[float]
) -> str:
    """An SVG of the value `a` and the slope `d` over `z`; dashed lines mark `kinks`."""
    low, high = _range(a, d)

    def across(x: float) -> float:
        return float(_LEFT + (x - z[0]) / (z[-1] - z[0]) * (_WIDTH - _LEFT - _RIGHT))

    def down(y: float) -> float:
        return float(_TOP + (high - y) / (high - low) * (_HEIGHT - _TOP - _BOTTOM))

    parts = [*_frame(name, formula)]
    parts += [_grid(across(x), True, f"{x:g}", x == 0) for x in _ticks(float(z[0]), float(z[-1]))]
    parts += [_grid(down(y), False, f"{y:g}", y == 0) for y in _ticks(low, high)]
    for at in kinks:
        parts.append(f'<line x1="{across(at):.1f}" x2="{across(at):.1f}" y1="{_TOP}" y2="{_HEIGHT - _BOTTOM}" '
                     f'stroke="{_KINK}" stroke-dasharray="3 3"><title>kink at {at:g}</title></line>')  # fmt: skip
    for y, colour, dash in ((a, _VALUE, ""), (d, _SLOPE, ' stroke-dasharray="7 3"')):
        for xs, ys in _pieces(z, y, low, high, kinks):
            points = " ".join(f"{across(u):.1f},{down(v):.1f}" for u, v in zip(xs, ys))
            parts.append(f'<polyline points="{points}" fill="none" stroke="{colour}" stroke-width="2"{dash}/>')
    return "\n".join([*parts, *_legend(bool(kinks)), "</svg>"])


def _range(a: np.ndarray, d: np.ndarray) -> tuple[float, float]:
    both = np.concatenate([a[np.isfinite(a)], d[np.isfinite(d)], [0.0]])
    low, high = max(float(both.min()), -_TALLEST), min(float(both.max()), _TALLEST)
    margin = 0.06 * (high - low or 1.0)
    return low - margin, high + margin


def _ticks(low: float, high: float) -> Iterator[float]:
    """Round numbers inside the interval, four to nine of them."""
    rough = (high - low) / 8
    unit = 10.0 ** math.floor(math.log10(rough))
    step = next(unit * n for n in (1, 2, 5, 10) if unit * n >= rough)
    for i in range(math.ceil(low / step), math.floor(high / step) + 1):
        yield round(i * step, 12)


def _grid(place: float, vertical: bool, text: str, axis: bool) -> str:
    """A line of the grid with its number; the axes are darker."""
    colour = "#888888" if axis else "#e3e3e3"
    if vertical:
        ends = f'x1="{place:.1f}" x2="{place:.1f}" y1="{_TOP}" y2="{_HEIGHT - _BOTTOM}"'
        label = f'<text x="{place:.1f}" y="{_HEIGHT - _BOTTOM + 16}" text-anchor="middle">{text}</text>'
    else:
        ends = f'x1="{_LEFT}" x2="{_WIDTH - _RIGHT}" y1="{place:.1f}" y2="{place:.1f}"'
        label = f'<text x="{_LEFT - 6}" y="{place + 4:.1f}" text-anchor="end">{text}</text>'
    return f'<line {ends} stroke="{colour}"/>{label}'


def _pieces(
    z: np.ndarray, y: np.ndarray, low: float, high: float, kinks: Sequence[float]
) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """The curve in pieces: cut where it leaves the picture, and at kinks, where it may jump."""
    shown = np.isfinite(y) & (y >= low) & (y <= high)
    cuts = np.searchsorted(z, [*kinks]) if kinks else np.zeros(0, int)
    edges = np.flatnonzero(np.diff(shown)) + 1
    bounds = sorted({0, len(z), *map(int, edges), *map(int, cuts)})
    for start, stop in itertools.pairwise(bounds):
        if shown[start] and stop - start > 1:
            yield z[start:stop], y[start:stop]


def _frame(name: str, formula: str) -> list[str]:
    return [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{_WIDTH}" height="{_HEIGHT}" '
        f'viewBox="0 0 {_WIDTH} {_HEIGHT}" font-family="Helvetica, Arial, sans-serif" font-size="12" fill="#222">',
        '<rect width="100%" height="100%" fill="#ffffff"/>',
        f'<text x="{_LEFT}" y="20" font-size="14" font-weight="bold">{_escape(name)}</text>',
        f'<text x="{_LEFT}" y="38">{_escape(formula if len(formula) < 78 else formula[:75] + "...")}</text>',
        f'<text x="{_WIDTH - _RIGHT}" y="{_HEIGHT - 6}" text-anchor="end">z</text>',
    ]


def _legend(kinked: bool) -> list[str]:
    keys = [("value", _VALUE, "", 2), ("slope", _SLOPE, "7 3", 2)]
    keys += [("kink", _KINK, "3 3", 1)] if kinked else []
    return [
        f'<line x1="{_LEFT + 90 * i}" x2="{_LEFT + 90 * i + 28}" y1="{_HEIGHT - 10}" y2="{_HEIGHT - 10}" '
        f'stroke="{colour}" stroke-width="{width}" stroke-dasharray="{dash}"/>'
        f'<text x="{_LEFT + 90 * i + 34}" y="{_HEIGHT - 6}">{text}</text>'
        for i, (text, colour, dash, width) in enumerate(keys)
    ]


def _escape(text: str) -> str:
    for character, named in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;")):
        text = text.replace(character, named)
    return text
