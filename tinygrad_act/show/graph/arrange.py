"""A place for every box and edge of a snapshot."""

from __future__ import annotations

from typing import NamedTuple

from .boxes import Fitted, fitted
from .edges import label_size
from .layout import Box, Direction, Link, Placement, Route, place, wrapped
from .snapshot import Edge, Snapshot

__all__ = ["Arranged", "arrange"]

_SCREEN = (1772.0, 1160.0)
"""What 1800 x 1250 px leave for boxes and edges, beside margins, note and legend."""
_SMALL = 1000
"""Up to so many boxes both directions are tried."""
_LOOP = 34.0
"""Room above a box for the edge from itself to itself, which only a summary has."""


class Arranged(NamedTuple):
    """A snapshot with a place for everything."""

    snapshot: Snapshot
    boxes: tuple[Fitted, ...]
    placement: Placement

    @property
    def screens(self) -> float:
        """How many times too large it is for a screen in its worse direction; 1 or less if it fits."""
        return _screens(self.placement)


def _screens(placement: Placement) -> float:
    return max(placement.width / _SCREEN[0], placement.height / _SCREEN[1])


def arrange(snapshot: Snapshot, direction: str = "auto") -> Arranged:
    """Find a place for every box and edge; `auto` takes the direction that fits a screen better.

    Where neither fits, `auto` breaks a long picture into lines or columns.
    """
    graph = _Graph(snapshot)
    if direction == "down":
        return graph.complete(graph.place("down"))
    right = graph.place("right")
    if direction == "right" or _screens(right) <= 1 or len(snapshot.nodes) > _SMALL:
        return graph.complete(right)
    down = graph.place("down")
    found = [right, down]
    if _screens(down) > 1:
        found += graph.wrapped(right, "right", _SCREEN[0]), graph.wrapped(down, "down", _SCREEN[1])
    return graph.complete(min(found, key=_screens))


class _Graph:
    """What of a snapshot the layout is told.

    A summary may have circles: an edge from a later box to an earlier one is laid out the other way round.
    """

    def __init__(self, snapshot: Snapshot) -> None:
        self._snapshot = snapshot
        self._numbers = {node.id: i for i, node in enumerate(snapshot.nodes)}
        self._looped = {edge.source for edge in snapshot.edges if edge.source == edge.target}
        self._sized = tuple(fitted(node, snapshot.short) for node in snapshot.nodes)
        self._boxes = [
            Box(box.width, box.height + _LOOP * (box.node.id in self._looped), box.node.cluster) for box in self._sized
        ]
        others = [edge for edge in snapshot.edges if edge.source != edge.target]
        ends = [(self._numbers[edge.source], self._numbers[edge.target]) for edge in others]
        self._links = [Link(min(pair), max(pair), label_size(edge)) for pair, edge in zip(ends, others)]

    def place(self, direction: Direction) -> Placement:
        return place(self._boxes, self._links, direction)

    def wrapped(self, placement: Placement, direction: Direction, longest: float) -> Placement:
        """In lines, if it can be broken into lines."""
        return wrapped(placement, self._boxes, self._links, direction, longest) or placement

    def complete(self, placement: Placement) -> Arranged:
        """With the edges that the layout does not know, or knows the other way round."""
        numbers, found = self._numbers, iter(placement.routes)
        routes = [
            _loop(edge, self._boxes[numbers[edge.source]], *placement.corners[numbers[edge.source]])
            if edge.source == edge.target
            else _turned(next(found), numbers[edge.source] > numbers[edge.target])
            for edge in self._snapshot.edges
        ]
        corners = [
            (x, y + _LOOP * (node.id in self._looped)) for node, (x, y) in zip(self._snapshot.nodes, placement.corners)
        ]
        whole = placement._replace(corners=tuple(corners), routes=tuple(routes))
        return Arranged(self._snapshot, self._sized, whole)


def _turned(route: Route, back: bool) -> Route:
    return route._replace(points=route.points[::-1]) if back else route


def _loop(edge: Edge, box: Box, x: float, y: float) -> Route:
    middle, top = x + box.width / 2, y + _LOOP
    points = (middle + 22, top), (middle + 34, y - 4), (middle - 34, y - 4), (middle - 22, top)
    return Route(points, (middle, y + 9))
