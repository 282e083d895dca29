"""Pictures of a computation graph.

`capture` takes a snapshot of the graph as plain data (`snapshot`), `dot` writes it as DOT text,
`render` lets Graphviz make an SVG or PNG of that, and `Drawing` holds it all together.
"""

from .drawing import Drawing, draw

__all__ = ["Drawing", "draw"]
