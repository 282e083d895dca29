"""One level of the picture: boxes and clusters that are laid out already, side by side.

Parts that no wire joins are laid out each by itself and packed in rows, so they never mix.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from .coordinates import across
from .crossings import positions
from .layers import BOX, ENTRY, EXIT, Item, Layered, Wire
from .ordering import ordered
from .ports import ports
from .routes import draw_wires
from .shapes import Point

__all__ = ["Level", "arrange"]

_BETWEEN = 28.0
"""Between parts that no wire joins."""
_SHAPE = 1.6
"""How much longer than across rows of parts may get, if no part is longer."""


class Level(NamedTuple):
    """Places of everything at one level, as (along, across) from its corner."""

    along: float
    across: float
    corners: list[Point]
    paths: list[list[Point]]
    labels: list[Point | None]


class _Part(NamedTuple):
    """A connected part and its layout."""

    items: list[int]
    wires: list[int]
    level: Level
    border: bool
    """Whether wires join it with the border: no other part may stand in their way."""


def arrange(items: Sequence[Item], wires: Sequence[Wire], inset: float, title: float) -> Level:
    """`inset`: what is kept free at the border along; `title`: what more, at its start."""
    parts = [_laid_out(items, wires, *part, title) for part in _parts(items, wires)]
    corners: list[Point] = [(0.0, 0.0)] * len(items)
    paths: list[list[Point]] = [[] for _ in wires]
    labels: list[Point | None] = [None] * len(wires)
    places, along, height = _packed(items, parts, inset, title)
    for part, (x, y) in zip(parts, places):
        for v, (a, b) in zip(part.items, part.level.corners):
            corners[v] = (along if items[v].kind == EXIT else a + x, b + y)
        for i, path, label in zip(part.wires, part.level.paths, part.level.labels):
            paths[i] = _moved(path, x, y)
            labels[i] = None if label is None else (label[0] + x, label[1] + y)
            if items[wires[i].target].kind == EXIT:
                _prolong(paths[i], along)
    return Level(along, height, corners, paths, labels)


def _moved(path: list[Point], x: float, y: float) -> list[Point]:
    return [(a + x, b + y) for a, b in path]


def _prolong(path: list[Point], x: float) -> None:
    """On to the border, where a part is shorter than its cluster."""
    x0, y = path[-1]
    if x - x0 > 0.05:
        path += [(x0 + (x - x0) / 3, y), (x - (x - x0) / 3, y), (x, y)]


def _parts(items: Sequence[Item], wires: Sequence[Wire]) -> list[tuple[list[int], list[int]]]:
    """The items and wires of every connected part, in the order of their first items."""
    near: list[list[int]] = [[] for _ in items]
    for wire in wires:
        near[wire.source].append(wire.target)
        near[wire.target].append(wire.source)
    number = [-1] * len(items)
    parts: list[tuple[list[int], list[int]]] = []
    for first in range(len(items)):
        if number[first] < 0:
            number[first] = len(parts)
            found = [first]
            for v in found:  # grows while it is walked
                fresh = [w for w in near[v] if number[w] < 0]
                for w in fresh:
                    if number[w] < 0:
                        number[w] = len(parts)
                        found.append(w)
            parts.append((sorted(found), []))
    for i, wire in enumerate(wires):
        parts[number[wire.source]][1].append(i)
    return parts


def _laid_out(items: Sequence[Item], wires: Sequence[Wire], chosen: list[int], links: list[int], title: float) -> _Part:
    own = [items[v] for v in chosen]
    border = any(item.kind != BOX for item in own)
    if len(own) == 1:
        return _Part(chosen, [], Level(own[0].along, own[0].across, [(0.0, 0.0)], [], []), border)
    index = {v: i for i, v in enumerate(chosen)}
    graph = Layered(
        own, [wires[i]._replace(source=index[wires[i].source], target=index[wires[i].target]) for i in links]
    )
    layers = ordered(graph)
    ends = ports(graph, positions(layers, len(graph.rank)))
    place = across(graph, layers, ends)
    drawn = draw_wires(graph, layers, place, ends, title)
    tops = [place[v] - item.across / 2 for v, item in enumerate(own)]
    low, high = _extent(own, graph.wires, tops, drawn.paths, drawn.labels)
    corners = [(x, y - low) for x, y in zip(drawn.starts, tops)]
    paths = [_moved(path, 0.0, -low) for path in drawn.paths]
    labels = [None if label is None else (label[0], label[1] - low) for label in drawn.labels]
    return _Part(chosen, links, Level(drawn.length, high - low, corners, paths, labels), border)


def _extent(
    items: Sequence[Item],
    wires: Sequence[Wire],
    tops: Sequence[float],
    paths: Sequence[Sequence[Point]],
    labels: Sequence[Point | None],
) -> tuple[float, float]:
    """From where to where boxes, wires and pills reach across."""
    pills = [(label[1], wire.label[1] / 2) for wire, label in zip(wires, labels) if label]
    low = [*tops, *[y for path in paths for _, y in path], *[y - half for y, half in pills]]
    high = [y + item.across for y, item in zip(tops, items)]
    high += [y for path in paths for _, y in path] + [y + half for y, half in pills]
    return min(low), max(high)


def _packed(
    items: Sequence[Item], parts: Sequence[_Part], inset: float, title: float
) -> tuple[list[Point], float, float]:
    """The corner of every part; how long and how far across all of them are.

    Parts fill rows from the start; one that wires join with the border has a row to itself.
    """
    margins = [_margins(items, part, inset, title) for part in parts]
    lengths = [before + part.level.along + after for part, (before, after) in zip(parts, margins)]
    area = sum(part.level.along * part.level.across for part in parts)
    longest = max([(_SHAPE * area) ** 0.5, *lengths], default=0.0)
    places: list[Point] = []
    x = y = row = 0.0
    for part, (before, _), length in zip(parts, margins, lengths):
        if x and (part.border or x + length > longest):
            x, y, row = 0.0, y + row + _BETWEEN, 0.0
        places.append((x + before, y))
        row = max(row, part.level.across)
        x += longest + 1 if part.border else part.level.along + _BETWEEN
    ends = [place[0] + part.level.along + after for place, part, (_, after) in zip(places, parts, margins)]
    return places, max(ends, default=0.0), y + row


def _margins(items: Sequence[Item], part: _Part, inset: float, title: float) -> tuple[float, float]:
    kinds = [items[v].kind for v in part.items]
    return (0.0 if ENTRY in kinds else inset + title), (0.0 if EXIT in kinds else inset)
