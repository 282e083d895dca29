"""Charts: scales with round ticks, a panel with its grid, curves that end at jumps and at the frame, legends."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np

from ..texts import tick_text
from .metrics import text_width
from .writing import line, polyline, rectangle, text

__all__ = ["Key", "Panel", "Scale", "legend", "legend_width", "pieces", "simplified", "spread", "ticks"]

_TOLERANCE = 0.06
"""How many px a curve with fewer points may be off: nothing that anyone sees."""
_JUMP = 0.3
"""A step between two neighbouring points over so much of the axis is drawn as a jump."""
_SMALL = 11
_SAMPLE, _GAP = 28, 16


class Scale(NamedTuple):
    """From numbers, `low` to `high`, to px, `start` to `stop`."""

    low: float
    high: float
    start: float
    stop: float

    def __call__(self, x: float) -> float:
        return float(self.start + (x - self.low) / (self.high - self.low) * (self.stop - self.start))


class Panel(NamedTuple):
    """A rectangle with two axes: numbers go `across` to the right and `up`."""

    across: Scale
    up: Scale

    @classmethod
    def at(cls, left: float, top: float, width: float, height: float, x: tuple[float, float],
           y: tuple[float, float]) -> Panel:  # fmt: skip
        """The panel that takes this place, for numbers between both ends of `x` and of `y`."""
        return cls(Scale(*x, left, left + width), Scale(*y, top + height, top))

    @property
    def width(self) -> float:
        """In px."""
        return self.across.stop - self.across.start

    @property
    def height(self) -> float:
        """In px."""
        return self.up.start - self.up.stop

    def frame(self) -> str:
        """The rectangle itself."""
        return rectangle(self.across.start, self.up.stop, self.width, self.height, "frame")

    def band(self, low: float, high: float) -> str:
        """The part between two numbers of the horizontal axis, from top to bottom; cut at the frame."""
        left, right = (self.across(min(max(x, self.across.low), self.across.high)) for x in (low, high))
        return rectangle(left, self.up.stop, right - left, self.height, "band")

    def grid(self, most: tuple[int, int] = (9, 7), labels: bool = True) -> list[str]:
        """Lines at round numbers, the axes darker, and the numbers below and on the left."""
        left, right, bottom, top = self.across.start, self.across.stop, self.up.start, self.up.stop
        parts = []
        for x in ticks(self.across.low, self.across.high, most[0]):
            parts.append(line(self.across(x), top, self.across(x), bottom, "grid" if x else "axis"))
            parts += [text(self.across(x), bottom + 14, tick_text(x), "faint", size=_SMALL, anchor="middle")] * labels
        for y in ticks(self.up.low, self.up.high, most[1]):
            parts.append(line(left, self.up(y), right, self.up(y), "grid" if y else "axis"))
            parts += [text(left - 6, self.up(y) + 4, tick_text(y), "faint", size=_SMALL, anchor="end")] * labels
        return parts

    def curve(self, x: Any, y: Any, role: str, *, cuts: Sequence[float] = (), width: float = 2,
              dash: str = "") -> list[str]:  # fmt: skip
        """`y` over `x`, two arrays with x ascending, in pieces that end at `cuts`, at jumps and at the frame."""
        style = f' stroke-width="{width:g}"' + (f' stroke-dasharray="{dash}"' if dash else "")
        drawn = []
        for xs, ys in pieces(x, y, self.up.low, self.up.high, cuts):
            points = np.array([[self.across(a), self.up(b)] for a, b in zip(xs, ys)])
            drawn.append(polyline(simplified(points), role, extra=f'{style} stroke-linejoin="round"'))
        return drawn


class Key(NamedTuple):
    """One curve in a legend."""

    text: str
    role: str
    width: float = 2
    dash: str = ""


def ticks(low: float, high: float, most: int = 8) -> list[float]:
    """Round numbers from `low` to `high`: at most `most` of them, in steps of 1, 2 or 5 times a power of ten."""
    rough = (high - low) / most
    unit = 10.0 ** math.floor(math.log10(rough))
    step = next(unit * n for n in (1, 2, 5, 10, 20) if (high - low) / (unit * n) + 1 <= most or n == 20)
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    return [float(f"{i * step:.12g}") for i in range(first, last + 1)]


def pieces(x: Any, y: Any, low: float, high: float, cuts: Sequence[float] = ()) -> Iterator[tuple[Any, Any]]:
    """The parts of a curve that can be drawn: not NaN or infinite, not across `cuts` or jumps, within low and high."""
    reach = high - low
    finite = np.isfinite(y)
    near = np.clip(np.where(finite, y, 0.0), low - 1e6 * reach, high + 1e6 * reach)
    jumps = np.abs(np.diff(np.clip(near, low, high))) > _JUMP * reach
    broken = np.zeros(len(x) + 1, bool)
    broken[[0, -1, *np.searchsorted(x, [*cuts], "right").tolist()]] = True
    broken[1:-1] |= np.diff(finite) | jumps
    for start, stop in itertools.pairwise(np.flatnonzero(broken).tolist()):
        if finite[start] and stop - start > 1:
            yield from _within(x[start:stop], near[start:stop], low, high)


def _within(x: Any, y: Any, low: float, high: float) -> Iterator[tuple[Any, Any]]:
    """One unbroken run, cut where it leaves the interval from `low` to `high`."""
    piece: list[tuple[float, float]] = []
    for one, two in itertools.pairwise(zip(x.tolist(), y.tolist())):
        part = _segment(one, two, low, high)
        if part:
            piece += part if not piece else part[1:]
        if piece and (not part or part[1] != two):
            yield tuple(np.array(piece).T)
            piece = []
    if piece:
        yield tuple(np.array(piece).T)


def _segment(one: tuple[float, float], two: tuple[float, float], low: float,
             high: float) -> list[tuple[float, float]]:  # fmt: skip
    """The part of a straight line between `low` and `high`: its two ends, or nothing."""
    (x, y), (run, rise) = one, (two[0] - one[0], two[1] - one[1])
    if rise == 0:
        return [one, two] if low <= y <= high else []
    enter, leave = sorted(((low - y) / rise, (high - y) / rise))
    if max(enter, 0.0) >= min(leave, 1.0):
        return []
    first = one if enter <= 0 else (x + enter * run, low if rise > 0 else high)
    last = two if leave >= 1 else (x + leave * run, high if rise > 0 else low)
    return [first, last]


def simplified(points: Any) -> list[tuple[float, float]]:
    """The points of a line without those that nobody misses (Ramer, Douglas and Peucker)."""
    kept = np.zeros(len(points), bool)
    kept[[0, -1]] = True
    stack = [(0, len(points) - 1)]
    while stack:
        first, last = stack.pop()
        if last - first < 2:
            continue
        (x, y), (run, rise) = points[first], points[last] - points[first]
        away = np.abs((points[first:last, 0] - x) * rise - (points[first:last, 1] - y) * run)
        far = int(np.argmax(away))
        if away[far] > _TOLERANCE * math.hypot(run, rise):
            kept[first + far] = True
            stack += [(first, first + far), (first + far, last)]
    return [(float(x), float(y)) for x, y in points[kept]]


def legend(x: float, y: float, keys: Sequence[Key]) -> list[str]:
    """A row of samples with their names, beginning at x; y is the text's base line."""
    parts = []
    for key in keys:
        dash = f' stroke-dasharray="{key.dash}"' if key.dash else ""
        parts.append(line(x, y - 4, x + _SAMPLE, y - 4, key.role, extra=f' stroke-width="{key.width:g}"{dash}'))
        parts.append(text(x + _SAMPLE + 6, y, key.text))
        x += legend_width([key]) + _GAP
    return parts


def legend_width(keys: Sequence[Key]) -> float:
    """How much room `legend` takes."""
    return sum(_SAMPLE + 6 + text_width(key.text, 12) for key in keys) + _GAP * (len(keys) - 1)


def spread(wanted: Sequence[float], apart: float, low: float, high: float) -> list[float]:
    """Places near the wanted ones, in their order, at least `apart` from each other and from `low` to `high`."""
    order = sorted(range(len(wanted)), key=lambda i: (wanted[i], i))
    places = [0.0] * len(wanted)
    least = low
    for i in order:
        places[i] = least = max(wanted[i], least)
        least += apart
    most = high
    for i in reversed(order):
        places[i] = most = min(places[i], most)
        most -= apart
    return places
