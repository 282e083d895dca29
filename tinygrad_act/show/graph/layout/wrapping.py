"""A picture that is too long, broken into lines as a text is: at its end every wire runs on to the next line.

A picture that runs down is broken into columns in the same way. Nine layers of a network with all their numbers are
then 1.7 screens instead of 3.7, and a chain of 40 operations fits one, where it would be folded otherwise.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from .bends import bent, cut
from .breaks import Break, breaks, chosen
from .shapes import PADDING, TITLE, Box, Direction, Frame, Link, Placement, Point, Route

__all__ = ["wrapped"]

_ASIDE, _LANE = 12.0, 9.0
"""What is free beside a line, and between two wires that turn there."""
_TURNS = 50.0
"""What of a line is left free for the turns at its ends."""
_BEHIND = 10.0
"""Between the ends of nested frames that a line ends in."""


def wrapped(
    placement: Placement, boxes: Sequence[Box], links: Sequence[Link], direction: Direction, longest: float
) -> Placement | None:
    """The same picture in lines no longer than `longest`; None if it is short enough, or can't be broken so.

    A frame in which a line ends goes on in the next.
    """
    down = direction == "down"
    flat = _turned(placement, down)
    sizes = [(box.height, box.width) if down else (box.width, box.height) for box in boxes]
    pills = [
        _around(route.label, link.label[::-1] if down else link.label)
        for route, link in zip(flat.routes, links)
        if any(link.label)
    ]
    bodies = [_Body(x, y, x + width, y + height) for (x, y), (width, height) in zip(flat.corners, sizes)]
    frames = [_Body(frame.x, frame.y, frame.x + frame.width, frame.y + frame.height) for frame in flat.frames]
    found = breaks([(x0, x1) for x0, _, x1, _ in bodies], [(x0, x1) for x0, _, x1, _ in frames],
                   [(x0, x1) for x0, _, x1, _ in pills], flat.routes)  # fmt: skip
    ends = chosen(found, flat.width, longest - _TURNS)
    if not ends:
        return None
    return _turned(_Lines(flat, ends, [*bodies, *frames, *pills], TITLE if down else 0.0).placement(), down)


class _Body(NamedTuple):
    """A rectangle: what it takes along and across."""

    x0: float
    y0: float
    x1: float
    y1: float


def _around(middle: Point, size: tuple[float, float]) -> _Body:
    (x, y), (width, height) = middle, size
    return _Body(x - width / 2, y - height / 2, x + width / 2, y + height / 2)


def _turned(placement: Placement, down: bool) -> Placement:
    """From x and y to along and across, or back; a picture that runs to the right stays as it is."""
    if not down:
        return placement
    return Placement(
        placement.height, placement.width, tuple((y, x) for x, y in placement.corners),
        tuple(Route(tuple((y, x) for x, y in route.points), route.label[::-1]) for route in placement.routes),
        tuple(Frame(path, y, x, height, width) for path, x, y, width, height in placement.frames),
    )  # fmt: skip


def _beside(lanes: int) -> float:
    """What so many wires that turn take at the end of a line, or between two."""
    return _ASIDE + _LANE * (lanes - 1) if lanes else 0.0


class _Lines:
    """The picture in lines: where each begins and ends in the long one, and how far it is moved."""

    def __init__(self, flat: Placement, ends: Sequence[Break], bodies: Sequence[_Body], title: float) -> None:
        self._flat, self._ends = flat, ends
        self._places = [end.place for end in ends]
        self._begins, self._stops = [0.0, *self._places], [*self._places, flat.width]
        self._parts = [cut(route.points, self._places) for route in flat.routes]
        self._margin = max(_beside(len(end.lanes)) for end in ends)
        self._inset = PADDING + title
        lows, self._highs = zip(*self._extents(bodies))
        tops = [0.0]
        for low, high, end in zip(lows, self._highs, ends):
            tops.append(tops[-1] + high - low + _ASIDE + _beside(len(end.lanes)))
        insets = [0.0, *(self._inset * len(end.frames) for end in ends)]
        self._moves = [
            (self._margin + inset - begin, top - low)
            for inset, begin, top, low in zip(insets, self._begins, tops, lows)
        ]
        self._height = tops[-1] + self._highs[-1] - lows[-1]

    def _extents(self, bodies: Sequence[_Body]) -> Iterator[tuple[float, float]]:
        spots = [point for pieces in self._parts for piece in pieces for point in piece]
        for begin, stop in zip(self._begins, self._stops):
            heights = [y for x, y in spots if begin <= x <= stop]
            heights += [y for body in bodies if body.x0 < stop and body.x1 > begin for y in (body.y0, body.y1)]
            yield min(heights), max(heights)

    def placement(self) -> Placement:
        flat = self._flat
        lengths = [
            stop + move[0] + _BEHIND * len(end.frames) + _beside(len(end.lanes))
            for stop, move, end in zip(self._stops, self._moves, self._ends)
        ]
        length = max([*lengths, self._stops[-1] + self._moves[-1][0]])
        routes = tuple(
            Route(self._joined(pieces), self._moved(route.label)) for route, pieces in zip(flat.routes, self._parts)
        )
        frames = tuple(part for number, frame in enumerate(flat.frames) for part in self._framed(number, frame))
        return Placement(
            round(length, 1), round(self._height, 1), tuple(map(self._moved, flat.corners)), routes, frames
        )

    def _line(self, along: float) -> int:
        return sum(place < along for place in self._places)

    def _moved(self, point: Point) -> Point:
        along, across = self._moves[self._line(point[0])]
        return round(point[0] + along, 1), round(point[1] + across, 1)

    def _framed(self, number: int, frame: Frame) -> Iterator[Frame]:
        """The frame, or its part in every line that it stands in."""
        first, last = self._line(frame.x), self._line(frame.x + frame.width)
        for line in range(first, last + 1):
            along, across = self._moves[line]
            start, end = frame.x + along, frame.x + frame.width + along
            if line > first:
                inside = self._ends[line - 1].frames
                start = self._margin + self._inset * inside.index(number)
            if line < last:
                inside = self._ends[line].frames
                end = self._stops[line] + along + _BEHIND * (len(inside) - 1 - inside.index(number))
            yield Frame(frame.path, round(start, 1), round(frame.y + across, 1), round(end - start, 1), frame.height)

    def _joined(self, pieces: Sequence[tuple[Point, ...]]) -> tuple[Point, ...]:
        """The pieces of one route, each moved with its line, and the ways between them."""
        line = self._line(pieces[0][0][0])
        points: list[Point] = []
        for piece in pieces:
            along, across = self._moves[line]
            whole = [(x + along, y + across) for x, y in piece]
            points += whole[1:] if points else whole
            if piece is not pieces[-1]:
                points += bent(self._turn(line, round(piece[-1][1], 1)))[1:]
            line += 1
        return tuple((round(x, 1), round(y, 1)) for x, y in points)

    def _turn(self, line: int, across: float) -> list[Point]:
        """From one line to the next: out, towards it, back, towards it, in. No two wires cross there."""
        end, (along, before), (next_along, after) = self._ends[line], self._moves[line], self._moves[line + 1]
        lane = end.lanes.index(across)
        stop, begin = end.place + along, end.place + next_along
        out = stop + _BEHIND * len(end.frames) + _ASIDE - 4 + _LANE * lane
        between = self._highs[line] + before + _ASIDE + _LANE * lane
        back = self._margin - _ASIDE + 4 - _LANE * (len(end.lanes) - 1 - lane)
        return [
            (stop, across + before), (out, across + before), (out, between),
            (back, between), (back, across + after), (begin, across + after),
        ]  # fmt: skip
