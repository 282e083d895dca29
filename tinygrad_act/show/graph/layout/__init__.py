"""Places for the boxes, edges and clusters of a graph: a layered layout, in numbers only.

`shapes`: what goes in and comes out. `clusters` and `pieces` take the picture apart into levels;
`level` lays one out by `layers`, `ordering`, `coordinates` and `routes`; `assemble` puts all together.
`wrapping` breaks what is too long into lines.
"""

from .assemble import place
from .shapes import Box, Direction, Frame, Link, Placement, Route
from .wrapping import wrapped

__all__ = ["Box", "Direction", "Frame", "Link", "Placement", "Route", "place", "wrapped"]
