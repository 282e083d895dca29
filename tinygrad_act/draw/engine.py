"""Places by Graphviz instead of the built-in layout: the same numbers in, the same kind of numbers out.

Graphviz gives coordinates only, for boxes of sizes that are fixed here, so the picture looks the same
whichever engine placed it. A pill is a node of its own in the middle of its edge.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from .layout import Box, Direction, Frame, Link, Placement, Route
from .layout.shapes import Point
from .render import run_dot

__all__ = ["place_with_dot"]

_POINTS = 72.0
"""Graphviz counts in inches of so many points; a point is a pixel here."""
_PADDING, _TITLE = 14.0, 20.0
_SETTINGS = """\
  nodesep=0.22; ranksep=0.28;
  node [shape=box, fixedsize=true, label="", margin=0, fontsize=1];
  edge [arrowhead=none];"""
_CLUSTER = 'margin=14; label=" "; fontsize=10; labelloc=t;'  # a line of 10 points takes 20 with its margin
_LEAST_PORT = 3.0
"""Ports nearer to each other than this are left to Graphviz."""


def place_with_dot(boxes: Sequence[Box], links: Sequence[Link], direction: Direction = "right") -> Placement:
    """As `layout.place`, but Graphviz's program `dot` decides on the places.

    Good for messy graphs, but slow: about 30 s for 5,000 boxes. The numbers differ from version to
    version of Graphviz. A cluster has one frame, even where paths come back to it.

    Raises `RuntimeError` that says what to do if `dot` is missing, fails or does not finish in time.
    """
    if not boxes:
        return Placement(0.0, 0.0, (), (), ())
    text = "\n".join(_dot(boxes, links, direction))
    answer = run_dot(text, "plain", "engine='dot'", "engine='auto' needs nothing but this package")
    return _placement(boxes, links, _read(answer.decode()))


# -- the question ---------------------------------------------------------------------------------------


def _dot(boxes: Sequence[Box], links: Sequence[Link], direction: Direction) -> Iterator[str]:
    down = direction == "down"
    out, into = ("s", "n") if down else ("e", "w")
    inputs = [0] * len(boxes)
    ports = []
    for link in links:
        ports.append(inputs[link.target])
        inputs[link.target] += 1
    yield f"digraph {{\n  rankdir={'TB' if down else 'LR'};\n{_SETTINGS}"
    pills = [(boxes[link.source].cluster, boxes[link.target].cluster) for link in links]
    nodes = [(box.cluster, _node(f"n{i}", box, inputs[i], down)) for i, box in enumerate(boxes)]
    nodes += [
        (_common(*ends), _node(f"p{i}", Box(*link.label), 0, down))
        for i, (link, ends) in enumerate(zip(links, pills))
        if any(link.label)
    ]
    yield from _nested(nodes)
    for i, (link, port) in enumerate(zip(links, ports)):
        target = boxes[link.target]
        spread = (target.width if down else target.height) / inputs[link.target] >= _LEAST_PORT
        end = f"n{link.target}:" + (f"i{port}:{into}" if inputs[link.target] > 1 and spread else into)
        middle = f"p{i}:{into}; p{i}:{out} -> " if any(link.label) else ""
        yield f"  n{link.source}:{out} -> {middle}{end};"
    yield "}"


def _node(name: str, box: Box, inputs: int, down: bool) -> str:
    """A record has a field for every input, each with a port at its start."""
    size = f"width={box.width / _POINTS:.4f}, height={box.height / _POINTS:.4f}"
    if inputs < 2 or (box.width if down else box.height) / inputs < _LEAST_PORT:
        return f"{name} [{size}];"
    return f'{name} [{size}, shape=record, label="{"|".join(f"<i{k}>" for k in range(inputs))}"];'


def _nested(nodes: Sequence[tuple[tuple[str, ...], str]]) -> Iterator[str]:
    """The nodes within the braces of their clusters, which `dot` knows by numbers."""
    rows: dict[tuple[str, ...], list[str]] = {}
    for path, node in nodes:
        rows.setdefault(path, []).append(node)
    inside: tuple[str, ...] = ()
    for number, path in enumerate(sorted(rows)):
        shared = _common(inside, path)
        yield from "}" * (len(inside) - len(shared))
        for depth in range(len(shared), len(path)):
            yield f"  subgraph cluster_{number}_{depth} {{ {_CLUSTER}"
        yield from rows[path]
        inside = path
    yield from "}" * len(inside)


def _common(one: tuple[str, ...], other: tuple[str, ...]) -> tuple[str, ...]:
    """The clusters around both."""
    depth = 0
    while depth < min(len(one), len(other)) and one[depth] == other[depth]:
        depth += 1
    return one[:depth]


# -- the answer -----------------------------------------------------------------------------------------


class _Answer(NamedTuple):
    """In pixels, from the top left."""

    width: float
    height: float
    centres: dict[str, Point]
    curves: dict[tuple[str, str], list[list[Point]]]
    """By the names of both ends, in the order of the edges."""


def _read(plain: str) -> _Answer:
    lines = [line.split(" ") for line in plain.splitlines()]
    width, height = (float(number) * _POINTS for number in lines[0][2:4])
    centres: dict[str, Point] = {}
    curves: dict[tuple[str, str], list[list[Point]]] = {}
    for kind, *words in lines:
        if kind == "node":
            centres[words[0]] = _point(words[1], words[2], height)
        elif kind == "edge":
            numbers = words[3 : 3 + 2 * int(words[2])]
            points = [_point(x, y, height) for x, y in zip(numbers[::2], numbers[1::2])]
            curves.setdefault((words[0], words[1]), []).append(points)
    return _Answer(width, height, centres, curves)


def _point(x: str, y: str, height: float) -> Point:
    return float(x) * _POINTS, height - float(y) * _POINTS


def _placement(boxes: Sequence[Box], links: Sequence[Link], answer: _Answer) -> Placement:
    centres = [answer.centres[f"n{i}"] for i in range(len(boxes))]
    corners = [(x - box.width / 2, y - box.height / 2) for box, (x, y) in zip(boxes, centres)]
    taken: dict[tuple[str, str], int] = {}
    routes = []
    for i, link in enumerate(links):
        stops = [f"n{link.source}", *([f"p{i}"] if any(link.label) else []), f"n{link.target}"]
        points: list[Point] = []
        for ends in zip(stops, stops[1:]):
            number = taken[ends] = taken.get(ends, -1) + 1
            points = _joined(points, answer.curves[ends][number])
        routes.append(Route(tuple(points), answer.centres[stops[1]] if len(stops) == 3 else _middle(points)))
    rectangles = [(*corner, *box[:2]) for corner, box in zip(corners, boxes)]
    frames = _frames(boxes, rectangles)
    everything = [*rectangles, *[frame[1:] for frame in frames]]
    everything += [(x, y, 0.0, 0.0) for route in routes for x, y in route.points]
    everything += [(r.label[0] - w / 2, r.label[1] - h / 2, w, h) for r, (_, _, (w, h)) in zip(routes, links)]
    return _moved(everything, corners, routes, frames)


def _joined(points: list[Point], more: list[Point]) -> list[Point]:
    """Both curves, and the straight way under the pill from the end of the first to the start of the second."""
    if not points:
        return more
    (x0, y0), (x1, y1) = points[-1], more[0]
    third = ((x1 - x0) / 3, (y1 - y0) / 3)
    return [*points, (x0 + third[0], y0 + third[1]), (x1 - third[0], y1 - third[1]), *more]


def _middle(points: Sequence[Point]) -> Point:
    start = (len(points) - 1) // 6 * 3
    (x0, y0), (x1, y1), (x2, y2), (x3, y3) = points[start : start + 4]
    return (x0 + 3 * x1 + 3 * x2 + x3) / 8, (y0 + 3 * y1 + 3 * y2 + y3) / 8


_Rectangle = tuple[float, float, float, float]


def _frames(boxes: Sequence[Box], rectangles: Sequence[_Rectangle]) -> list[Frame]:
    """Around the boxes of every cluster: within what `dot` has kept free for it."""
    content: dict[tuple[str, ...], list[_Rectangle]] = {}
    for box, rectangle in zip(boxes, rectangles):
        for depth in range(1, len(box.cluster) + 1):
            content.setdefault(box.cluster[:depth], []).append(rectangle)
    frames = []
    for path in sorted(content, key=len, reverse=True):
        x, y, width, height = _around(content[path])
        frame = (x - _PADDING, y - _PADDING - _TITLE, width + 2 * _PADDING, height + 2 * _PADDING + _TITLE)
        content.setdefault(path[:-1], []).append(frame)
        frames.append(Frame(path, *frame))
    return frames[::-1]


def _around(rectangles: Sequence[_Rectangle]) -> _Rectangle:
    x, y = min(r[0] for r in rectangles), min(r[1] for r in rectangles)
    return x, y, max(r[0] + r[2] for r in rectangles) - x, max(r[1] + r[3] for r in rectangles) - y


def _moved(
    everything: Sequence[_Rectangle], corners: Sequence[Point], routes: Sequence[Route], frames: Sequence[Frame]
) -> Placement:
    """All from (0, 0), rounded."""
    left, top, width, height = _around(everything)

    def at(x: float, y: float) -> Point:
        return round(x - left, 1), round(y - top, 1)

    return Placement(
        round(width, 1),
        round(height, 1),
        tuple(at(*corner) for corner in corners),
        tuple(Route(tuple(at(*point) for point in route.points), at(*route.label)) for route in routes),
        tuple(Frame(f.path, *at(f.x, f.y), round(f.width, 1), round(f.height, 1)) for f in frames),
    )
