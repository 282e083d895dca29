"""Places by Graphviz instead of the built-in layout: the same numbers in, the same kind of numbers out.

Graphviz gives coordinates only, for boxes of sizes that are fixed here, so the picture looks the same
whichever engine placed it. A pill is a node of its own in the middle of its edge.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple, TypeAlias

from .layout import Box, Direction, Frame, Link, Placement, Route
from .layout.checks import check
from .layout.clusters import Group, groups
from .layout.layers import BOX
from .layout.shapes import PADDING, TITLE, Point, middle
from .render import run_dot

__all__ = ["place_with_dot"]

_Nest: TypeAlias = tuple[int, ...]
"""The numbers of the groups around a box, outermost first."""
_Rectangle: TypeAlias = tuple[float, float, float, float]

_POINTS = 72.0
"""Graphviz counts in inches of so many points; a point is a pixel here."""
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
    version of Graphviz.

    Raises `ValueError` as `layout.place` does, and `RuntimeError` that says what to do if `dot` is missing,
    fails or does not finish in time.
    """
    check(boxes, links, direction)
    if not boxes:
        return Placement(0.0, 0.0, (), (), ())
    found = groups(boxes, links)
    nests = _nests(found, len(boxes))
    text = "\n".join(_dot(boxes, links, nests, direction))
    answer = run_dot(text, "plain", "engine='dot'", "engine='auto' needs nothing but this package")
    read = _read(answer.decode())
    rectangles = _rectangles(boxes, read)
    frames = [Frame(found[number].path, *frame) for number, frame in _frames(nests, rectangles)]
    return _moved(rectangles, list(_routes(rectangles, links, read, direction)), frames, links)


def _nests(found: Sequence[Group], count: int) -> list[_Nest]:
    """Where every box stands. By number, because a cluster that paths come back to is several groups."""
    outer: list[_Nest] = [()]
    nests: list[_Nest] = [()] * count
    for number, group in enumerate(found):
        if number:
            outer.append((*outer[group.parent], number))
        for kind, i in group.items:
            if kind == BOX:
                nests[i] = outer[number]
    return nests


# -- the question ---------------------------------------------------------------------------------------


def _dot(
    boxes: Sequence[Box], links: Sequence[Link], nests: Sequence[_Nest], direction: Direction
) -> Iterator[str]:
    down = direction == "down"
    out, into = ("s", "n") if down else ("e", "w")
    ports, inputs = _operands(links, len(boxes))
    yield f"digraph {{\n  rankdir={'TB' if down else 'LR'};\n{_SETTINGS}"
    nodes = [(nest, _node(f"n{i}", box, inputs[i], down)) for i, (box, nest) in enumerate(zip(boxes, nests))]
    for i, link in enumerate(links):
        if any(link.label):
            nodes.append((_common(nests[link.source], nests[link.target]), _node(f"p{i}", Box(*link.label), 0, down)))
    yield from _nested(nodes)
    for i, (link, port) in enumerate(zip(links, ports)):
        end = f"i{port}:{into}" if _has_ports(boxes[link.target], inputs[link.target], down) else into
        pill = f"p{i}:{into}; p{i}:{out} -> " if any(link.label) else ""
        yield f"  n{link.source}:{out} -> {pill}n{link.target}:{end};"
    yield "}"


def _operands(links: Sequence[Link], count: int) -> tuple[list[int], list[int]]:
    """Which operand of its target every link is, and how many every box has."""
    inputs = [0] * count
    ports = []
    for link in links:
        ports.append(inputs[link.target])
        inputs[link.target] += 1
    return ports, inputs


def _has_ports(box: Box, inputs: int, down: bool) -> bool:
    return inputs > 1 and (box.width if down else box.height) / inputs >= _LEAST_PORT


def _node(name: str, box: Box, inputs: int, down: bool) -> str:
    """A record has a field for every input, each with a port at its start."""
    size = f"width={box.width / _POINTS:.4f}, height={box.height / _POINTS:.4f}"
    if not _has_ports(box, inputs, down):
        return f"{name} [{size}];"
    return f'{name} [{size}, shape=record, label="{"|".join(f"<i{k}>" for k in range(inputs))}"];'


def _nested(nodes: Sequence[tuple[_Nest, str]]) -> Iterator[str]:
    """The nodes within the braces of their groups."""
    rows: dict[_Nest, list[str]] = {}
    for nest, node in nodes:
        rows.setdefault(nest, []).append(node)
    inside: _Nest = ()
    for nest in sorted(rows):
        shared = _common(inside, nest)
        yield from "}" * (len(inside) - len(shared))
        for number in nest[len(shared) :]:
            yield f"  subgraph cluster_{number} {{ {_CLUSTER}"
        yield from rows[nest]
        inside = nest
    yield from "}" * len(inside)


def _common(one: _Nest, other: _Nest) -> _Nest:
    """The groups around both."""
    return tuple(a for a, b in zip(one, other) if a == b)  # a group has one parent: from the first that differs, all do


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


def _rectangles(boxes: Sequence[Box], answer: _Answer) -> list[_Rectangle]:
    centres = [answer.centres[f"n{i}"] for i in range(len(boxes))]
    return [(x - box.width / 2, y - box.height / 2, box.width, box.height) for box, (x, y) in zip(boxes, centres)]


def _routes(
    rectangles: Sequence[_Rectangle], links: Sequence[Link], answer: _Answer, direction: Direction
) -> Iterator[Route]:
    taken: dict[tuple[str, str], int] = {}
    for i, link in enumerate(links):
        stops = [f"n{link.source}", *([f"p{i}"] if any(link.label) else []), f"n{link.target}"]
        points: list[Point] = []
        for ends in pairwise(stops):
            number = taken[ends] = taken.get(ends, -1) + 1
            points = _joined(points, answer.curves[ends][number])
        points = _snapped(points, rectangles[link.source], rectangles[link.target], direction)
        yield Route(tuple(points), answer.centres[stops[1]] if len(stops) == 3 else middle(points))


def _snapped(points: Sequence[Point], source: _Rectangle, target: _Rectangle, direction: Direction) -> list[Point]:
    """From side to side: `dot` writes five digits, which are whole pixels in a large picture."""
    x, y, width, height = source
    if direction == "down":
        return [(x + width / 2, y + height), *points[1:-1], (points[-1][0], target[1])]
    return [(x + width, y + height / 2), *points[1:-1], (target[0], points[-1][1])]


def _joined(points: list[Point], more: list[Point]) -> list[Point]:
    """Both curves, and the straight way under the pill from the end of the first to the start of the second."""
    if not points:
        return more
    (x0, y0), (x1, y1) = points[-1], more[0]
    third = ((x1 - x0) / 3, (y1 - y0) / 3)
    return [*points, (x0 + third[0], y0 + third[1]), (x1 - third[0], y1 - third[1]), *more]


def _frames(nests: Sequence[_Nest], rectangles: Sequence[_Rectangle]) -> list[tuple[int, _Rectangle]]:
    """Around the boxes of every group, outermost first: within what `dot` has kept free for it."""
    content: dict[_Nest, list[_Rectangle]] = {}
    for nest, rectangle in zip(nests, rectangles):
        for depth in range(1, len(nest) + 1):
            content.setdefault(nest[:depth], []).append(rectangle)
    frames = []
    for nest in sorted(content, key=lambda nest: (len(nest), nest), reverse=True):
        x, y, width, height = _around(content[nest])
        frame = (x - PADDING, y - PADDING - TITLE, width + 2 * PADDING, height + 2 * PADDING + TITLE)
        content.get(nest[:-1], []).append(frame)
        frames.append((nest[-1], frame))
    return frames[::-1]


def _around(rectangles: Sequence[_Rectangle]) -> _Rectangle:
    x, y = min(r[0] for r in rectangles), min(r[1] for r in rectangles)
    return x, y, max(r[0] + r[2] for r in rectangles) - x, max(r[1] + r[3] for r in rectangles) - y


def _moved(
    rectangles: Sequence[_Rectangle], routes: Sequence[Route], frames: Sequence[Frame], links: Sequence[Link]
) -> Placement:
    """All from (0, 0), rounded."""
    everything = [*rectangles, *[frame[1:] for frame in frames]]
    everything += [(x, y, 0.0, 0.0) for route in routes for x, y in route.points]
    everything += [(r.label[0] - w / 2, r.label[1] - h / 2, w, h) for r, (_, _, (w, h)) in zip(routes, links)]
    left, top, width, height = _around(everything)

    def at(x: float, y: float) -> Point:
        return round(x - left, 1), round(y - top, 1)

    return Placement(
        round(width, 1),
        round(height, 1),
        tuple(at(x, y) for x, y, _, _ in rectangles),
        tuple(Route(tuple(at(*point) for point in route.points), at(*route.label)) for route in routes),
        tuple(Frame(f.path, *at(f.x, f.y), round(f.width, 1), round(f.height, 1)) for f in frames),
    )
