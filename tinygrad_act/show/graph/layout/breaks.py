"""Where a long picture may be broken into lines, and where it is best broken."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, TypeAlias

from .bends import crossing
from .shapes import Point, Route

__all__ = ["Break", "breaks", "chosen"]

_BEHIND = 7.0
"""How far behind a box or a frame a line ends: the pills there go to the next line."""
_MOST_LANES = 6
"""Where more wires pass, no line ends."""
_WIRE, _FRAME, _EMPTY, _LAST = 0.7, 1.0, 1.0, 0.3
"""What it costs, in lines, to break one more wire or a frame, or to leave a line empty, or the last one."""

_Span: TypeAlias = tuple[float, float]


class Break(NamedTuple):
    """A place where a line may end."""

    place: float
    lanes: list[float]
    """Where across wires pass there, the last first."""
    frames: list[int]
    """The frames that it breaks, outermost first."""


def breaks(
    boxes: Sequence[_Span], frames: Sequence[_Span], pills: Sequence[_Span], routes: Sequence[Route]
) -> list[Break]:
    """All places just behind a box or a frame where nothing but wires and frames is in the way."""
    found = []
    for place in sorted({end + _BEHIND for _, end in [*boxes, *frames]}):
        if any(start - 2 < place < end + 2 for start, end in boxes) or any(start < place < end for start, end in pills):
            continue
        if any(abs(end - place) < 2 for span in frames for end in span):
            continue
        lanes = _lanes([r.points for r in routes if r.points[0][0] < place < r.points[-1][0]], place)
        if lanes:
            found.append(Break(place, lanes, [i for i, (start, end) in enumerate(frames) if start < place < end]))
    return found


def _lanes(passing: Sequence[Sequence[Point]], place: float) -> list[float]:
    """Where across routes pass, the last first; none if those are too many, of which not all are looked at."""
    lanes: set[float] = set()
    for points in passing:
        lanes.add(crossing(points, place))
        if len(lanes) > _MOST_LANES:
            return []
    return sorted(lanes, reverse=True)


def chosen(found: Sequence[Break], length: float, longest: float) -> list[Break]:
    """The best places: few lines, few broken wires and frames, no short line but the last. Empty if none will do."""
    if length <= longest:
        return []
    best: list[tuple[float, int]] = []
    """For every break: what it costs to end a line there, and the break before."""
    places = [*(one.place for one in found), length]
    for i, place in enumerate(places):
        options = []
        for before in range(-1, i):
            free = 1 - (place - (places[before] if before >= 0 else 0.0)) / longest
            if free >= 0:
                so_far = best[before][0] if before >= 0 else 0.0
                options.append((so_far + 1 + (_EMPTY if i < len(found) else _LAST) * free * free, before))
        cost, before = min(options, default=(float("inf"), -1))
        if i < len(found):
            cost += _WIRE * (len(found[i].lanes) - 1) + _FRAME * len(found[i].frames)
        best.append((cost, before))
    if best[-1][0] == float("inf"):
        return []
    ends, at = [], best[-1][1]
    while at >= 0:
        ends.append(found[at])
        at = best[at][1]
    return ends[::-1]
