"""What goes into a layout and what comes out of it: numbers only, no values and no SVG."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, NamedTuple, TypeAlias

__all__ = ["PADDING", "TITLE", "Box", "Direction", "Frame", "Link", "Placement", "Point", "Route", "middle"]

PADDING, TITLE = 14.0, 20.0
"""What is free between a cluster's frame and all that is in it; what its title takes at the top."""

Direction: TypeAlias = Literal["right", "down"]
Point: TypeAlias = tuple[float, float]


class Box(NamedTuple):
    """A rectangle that wants a place."""

    width: float
    height: float
    cluster: tuple[str, ...] = ()
    """The nested clusters it stands in, outermost first: `("mlp", "layer1")`."""


class Link(NamedTuple):
    """An arrow from one box to another, both given as positions in the list of boxes."""

    source: int
    target: int
    label: tuple[float, float] = (0.0, 0.0)
    """Width and height of the pill on the edge; `(0, 0)`: it has none."""


class Route(NamedTuple):
    """The way of one link."""

    points: tuple[Point, ...]
    """Control points of cubic Bezier curves: start, then three for every curve."""
    label: Point
    """The centre of the pill; it lies on the route."""


class Frame(NamedTuple):
    """The rectangle around a cluster; a cluster that a path leaves and comes back to has several."""

    path: tuple[str, ...]
    x: float
    y: float
    width: float
    height: float


class Placement(NamedTuple):
    """Where everything is: boxes, pills and frames lie in `[0, width] x [0, height]`."""

    width: float
    height: float
    corners: tuple[Point, ...]
    """The top left of every box."""
    routes: tuple[Route, ...]
    """One for every link, in the same order."""
    frames: tuple[Frame, ...]
    """Outermost first."""


def middle(points: Sequence[Point]) -> Point:
    """The point in the middle of the curve in the middle of a route."""
    start = (len(points) - 1) // 6 * 3
    (x0, y0), (x1, y1), (x2, y2), (x3, y3) = points[start : start + 4]
    return (x0 + 3 * x1 + 3 * x2 + x3) / 8, (y0 + 3 * y1 + 3 * y2 + y3) / 8
