"""A place for every box and edge of a snapshot."""

from __future__ import annotations

from typing import NamedTuple

from .boxes import measure
from .edges import label_size
from .engine import place_with_dot
from .layout import Box, Direction, Link, Placement, Route, place
from .snapshot import Edge, Snapshot

__all__ = ["Arranged", "arrange"]

_SCREEN = (1800.0, 1250.0)
_SMALL = 1000
"""Up to so many boxes both directions are tried."""
_LOOP = 34.0
"""Room above a box for the edge from itself to itself, which only a summary has."""


class Arranged(NamedTuple):
    """A snapshot with a place for everything."""

    snapshot: Snapshot
    placement: Placement

    @property
    def screens(self) -> float:
        """How many times too large it is for a screen in its worse direction; 1 or less if it fits."""
        return max(self.placement.width / _SCREEN[0], self.placement.height / _SCREEN[1])


def arrange(snapshot: Snapshot, direction: str = "auto", engine: str = "auto") -> Arranged:
    """Find a place for every box and edge; `auto` takes the direction that fits a screen better."""
    if direction == "down":
        return _arranged(snapshot, "down", engine)
    right = _arranged(snapshot, "right", engine)
    if direction == "right" or right.screens <= 1 or len(snapshot.nodes) > _SMALL:
        return right
    return min(right, _arranged(snapshot, "down", engine), key=lambda one: one.screens)


def _arranged(snapshot: Snapshot, direction: Direction, engine: str) -> Arranged:
    """A summary may have circles: an edge from a later box to an earlier one is laid out the other way round."""
    numbers = {node.id: i for i, node in enumerate(snapshot.nodes)}
    looped = {edge.source for edge in snapshot.edges if edge.source == edge.target}
    boxes = []
    for node in snapshot.nodes:
        width, height = measure(node)
        boxes.append(Box(width, height + _LOOP * (node.id in looped), node.cluster))
    others = [edge for edge in snapshot.edges if edge.source != edge.target]
    ends = [(numbers[edge.source], numbers[edge.target]) for edge in others]
    links = [Link(min(pair), max(pair), label_size(edge)) for pair, edge in zip(ends, others)]
    placement = (place_with_dot if engine == "dot" else place)(boxes, links, direction)
    found = iter(placement.routes)
    routes = [
        _loop(edge, boxes[numbers[edge.source]], *placement.corners[numbers[edge.source]])
        if edge.source == edge.target
        else _turned(next(found), numbers[edge.source] > numbers[edge.target])
        for edge in snapshot.edges
    ]
    corners = [(x, y + _LOOP * (node.id in looped)) for node, (x, y) in zip(snapshot.nodes, placement.corners)]
    return Arranged(snapshot, placement._replace(corners=tuple(corners), routes=tuple(routes)))


def _turned(route: Route, back: bool) -> Route:
    return route._replace(points=route.points[::-1]) if back else route


def _loop(edge: Edge, box: Box, x: float, y: float) -> Route:
    middle, top = x + box.width / 2, y + _LOOP
    points = (middle + 22, top), (middle + 34, y - 4), (middle - 34, y - 4), (middle - 22, top)
    return Route(points, (middle, y + 9))
