"""Curves cut in two, and lines with round corners. All curves are cubic Bezier curves that never run backwards."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from .shapes import Point

__all__ = ["bent", "crossing", "cut"]

_ROUND = 8.0
_HALVINGS = 40


def crossing(points: Sequence[Point], along: float) -> float:
    """How far across the route is where it passes `along`."""
    start = _piece(points, along)
    curve = points[start : start + 4]
    level = curve[0][1]
    straight = all(across == level for _, across in curve)
    return round(level if straight else _halves(curve, along)[0][-1][1], 1)


def cut(points: Sequence[Point], places: Sequence[float]) -> list[tuple[Point, ...]]:
    """The pieces of a route between those of the rising `places` that it passes."""
    pieces: list[tuple[Point, ...]] = []
    rest = tuple(points)
    for place in places:
        if rest[0][0] < place < rest[-1][0]:
            first, rest = _cut(rest, place)
            pieces.append(first)
    return [*pieces, rest]


def _cut(points: tuple[Point, ...], place: float) -> tuple[tuple[Point, ...], tuple[Point, ...]]:
    start = _piece(points, place)
    before, after = _halves(points[start : start + 4], place)
    return (*points[:start], *before), (*after, *points[start + 4 :])


def _piece(points: Sequence[Point], place: float) -> int:
    """Where in `points` the curve begins that comes to `place`."""
    return next(i for i in range(0, len(points) - 1, 3) if place <= points[i + 3][0])


def _halves(curve: Sequence[Point], place: float) -> tuple[list[Point], list[Point]]:
    """By de Casteljau's construction, where the curve is at `place`."""
    low, high = 0.0, 1.0
    along = [x for x, _ in curve]
    for _ in range(_HALVINGS):
        share = (low + high) / 2
        if _at(along, share) < place:
            low = share
        else:
            high = share
    before, after = _split(curve, high)
    meeting = (place, before[-1][1])
    return [*before[:-1], meeting], [meeting, *after[1:]]


def _at(numbers: Sequence[float], share: float) -> float:
    """One coordinate of a curve, as `_split` has it but many times faster."""
    a, b, c, d = numbers
    ab, bc, cd = a + (b - a) * share, b + (c - b) * share, c + (d - c) * share
    abc, bcd = ab + (bc - ab) * share, bc + (cd - bc) * share
    return abc + (bcd - abc) * share


def _split(curve: Sequence[Point], share: float) -> tuple[list[Point], list[Point]]:
    before, after = [curve[0]], [curve[-1]]
    while len(curve) > 1:
        curve = [(a + (c - a) * share, b + (d - b) * share) for (a, b), (c, d) in pairwise(curve)]
        before.append(curve[0])
        after.append(curve[-1])
    return before, after[::-1]


def bent(corners: Sequence[Point]) -> list[Point]:
    """Control points of straight lines from corner to corner, rounded where they meet."""
    points = [corners[0]]
    for before, corner, after in zip(corners, corners[1:], corners[2:]):
        reach = min(_ROUND, _distance(before, corner) / 2, _distance(corner, after) / 2)
        _straight(points, _towards(corner, before, reach))
        end = _towards(corner, after, reach)
        points += [_towards(corner, points[-1], reach * 0.45), _towards(corner, end, reach * 0.45), end]
    _straight(points, corners[-1])
    return points


def _straight(points: list[Point], end: Point) -> None:
    (x0, y0), (x1, y1) = points[-1], end
    points += [(x0 + (x1 - x0) / 3, y0 + (y1 - y0) / 3), (x1 - (x1 - x0) / 3, y1 - (y1 - y0) / 3), end]


def _distance(one: Point, other: Point) -> float:
    return abs(one[0] - other[0]) + abs(one[1] - other[1])


def _towards(start: Point, end: Point, reach: float) -> Point:
    whole = _distance(start, end) or 1.0
    return start[0] + (end[0] - start[0]) * reach / whole, start[1] + (end[1] - start[1]) * reach / whole
