"""Pictures of a computation graph.

`capture` takes a snapshot of the graph as plain data (`snapshot`); `shorten` decides how much of it is
drawn; `layout` finds places; `picture` writes SVG, `dot` DOT, `tree` text and JSON, `page` the page to
step through; `Drawing` holds it all together.
"""

from .draw import draw
from .drawing import Drawing

__all__ = ["Drawing", "draw"]
