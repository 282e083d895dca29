"""`place`: from boxes and links to places, level by level from the innermost cluster outwards."""

from __future__ import annotations

from collections.abc import Sequence

from .checks import check
from .clusters import GROUP, Group, Way, groups, ways
from .layers import BOX, ENTRY, EXIT, Item, Wire
from .level import Level, arrange
from .shapes import PADDING, TITLE, Box, Direction, Frame, Link, Placement, Point, Route, middle

__all__ = ["place"]


def place(boxes: Sequence[Box], links: Sequence[Link], direction: Direction = "right") -> Placement:
    """Where boxes, edges and frames go when every edge runs to the right, or down.

    No two boxes overlap, pills overlap neither boxes nor each other, and a frame holds its cluster's
    boxes alone; for that a cluster that a path leaves and comes back to gets several frames. Edges from
    one box run together until they part for their targets; each has its own last stretch, with its
    pill, to its own port. The same input gives the same numbers, rounded to 0.1.

    Raises `ValueError` for a link to a box that is not there, from a box to itself, or on a cycle, and
    for another direction.
    """
    check(boxes, links, direction)
    down = direction == "down"
    sizes = [(box.height, box.width) if down else (box.width, box.height) for box in boxes]
    turned = [link._replace(label=link.label[::-1]) for link in links] if down else list(links)
    found = groups(boxes, turned)
    routes = ways(found, turned)
    title = TITLE if down else 0.0
    levels = _levels(found, sizes, title, TITLE - title)
    origins = _origins(found, levels, PADDING + TITLE - title)
    return _placement(found, levels, origins, routes, turned, len(boxes), down)


class _Done:
    """A group laid out, and where wires cross its border."""

    def __init__(self, level: Level, group: Group, before: float, behind: float) -> None:
        self.level = level
        self.size = (level.along, level.across + before + behind)
        self.ports = {key: level.corners[i][1] + before for key, i in group.items.items() if key[0] in (ENTRY, EXIT)}


def _levels(found: Sequence[Group], sizes: Sequence[Point], title: float, beside: float) -> list[_Done]:
    """Every group laid out. `title`: what its title takes along; `beside`: what it takes across."""
    done: dict[int, _Done] = {}
    for number in range(len(found) - 1, -1, -1):
        group = found[number]
        items = [_item(key, sizes, done) for key in group.items]
        wires = [
            Wire(group.items[s.source], group.items[s.target], s.label,
                 _port(done, s.source, (EXIT, s.origin)), _port(done, s.target, (ENTRY, s.origin)))
            for s in group.strands
        ]  # fmt: skip
        if number:
            done[number] = _Done(arrange(items, wires, PADDING, title), group, PADDING + beside, PADDING)
        else:
            done[number] = _Done(arrange(items, wires, 0.0, 0.0), group, 0.0, 0.0)
    return [done[number] for number in range(len(found))]


def _item(key: tuple[int, int], sizes: Sequence[Point], done: dict[int, _Done]) -> Item:
    kind, number = key
    if kind == BOX:
        return Item(*sizes[number])
    return Item(*done[number].size) if kind == GROUP else Item(0.0, 0.0, kind)


def _port(done: dict[int, _Done], key: tuple[int, int], port: tuple[int, int]) -> float | None:
    return done[key[1]].ports[port] if key[0] == GROUP else None


def _origins(found: Sequence[Group], levels: Sequence[_Done], before: float) -> list[Point]:
    """The corner of every group's frame."""
    origins: list[Point] = [(0.0, 0.0)]
    for number in range(1, len(found)):
        parent = found[number].parent
        corner = levels[parent].level.corners[found[parent].items[GROUP, number]]
        origins.append(_inside(corner, origins[parent], before if parent else 0.0))
    return origins


def _inside(point: Point, origin: Point, before: float) -> Point:
    return point[0] + origin[0], point[1] + origin[1] + before


def _placement(
    found: Sequence[Group],
    levels: Sequence[_Done],
    origins: Sequence[Point],
    routes: Sequence[Way],
    links: Sequence[Link],
    count: int,
    down: bool,
) -> Placement:
    before = PADDING + (0.0 if down else TITLE)
    corners: list[Point] = [(0.0, 0.0)] * count
    for number, group in enumerate(found):
        shift = before if number else 0.0
        for (kind, i), item in group.items.items():
            if kind == BOX:
                corners[i] = _turned(_inside(levels[number].level.corners[item], origins[number], shift), down)
    frames = []
    for group, done, origin in list(zip(found, levels, origins))[1:]:
        frames.append(Frame(group.path, *_turned(origin, down), *_turned(done.size, down)))
    drawn = [_route(way, levels, origins, before, down) for way in routes]
    return Placement(*_turned(levels[0].size, down), tuple(corners), tuple(drawn), tuple(frames))


def _route(way: Way, levels: Sequence[_Done], origins: Sequence[Point], before: float, down: bool) -> Route:
    points: list[Point] = []
    label = None
    for number, wire in way:
        level, origin, shift = levels[number].level, origins[number], before if number else 0.0
        part = [_turned(_inside(point, origin, shift), down) for point in level.paths[wire]]
        points += part[1:] if points else part
        pill = level.labels[wire]
        label = _turned(_inside(pill, origin, shift), down) if pill else label
    return Route(tuple(points), label or _turned(middle(points), False))


def _turned(point: Point, down: bool) -> Point:
    """Rounded, and from (along, across) to (x, y)."""
    along, across = round(point[0], 1), round(point[1], 1)
    return (across, along) if down else (along, across)
