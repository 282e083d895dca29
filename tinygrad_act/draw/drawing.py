"""`draw(value)`: the picture of a computation graph, and the formats that it can be had in."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ..errors import describe
from ..graph import topological_order
from ..saving import Path, save
from ..value import Value
from .capture import capture
from .dot import write_dot
from .render import render
from .snapshot import Snapshot
from .summary import count_constants, summarise

__all__ = ["Drawing", "draw"]

class Drawing:
    """A picture of a graph as it was when `draw` was called; shown by itself in Jupyter.

    `.dot()` and `.save("graph.dot")` need nothing; `.svg()`, `.png()` and saving those need
    Graphviz's program `dot`.
    """

    def __init__(self, snapshot: Snapshot) -> None:
        self.snapshot = snapshot

    def dot(self) -> str:
        """DOT text. The same graph always gives the same text."""
        return write_dot(self.snapshot)

    def svg(self) -> str:
        """SVG text. Raises `RuntimeError` that says what to install where Graphviz is missing."""
        return render(self.dot(), "svg").decode()

    def png(self) -> bytes:
        """A PNG file's bytes. Raises `RuntimeError` as `svg` does."""
        return render(self.dot(), "png")

    def save(self, path: Path) -> Path:
        """Write the picture to a file, in the format of its extension, and return `path`.

        Raises `ValueError` for an unknown extension, `OSError` with the path if it can't be
        written, `RuntimeError` as `svg` does; an existing file stays as it is if drawing fails.
        """
        return save(path, {".dot": self.dot, ".gv": self.dot, ".svg": self.svg, ".png": self.png})

    def __repr__(self) -> str:
        if self.snapshot.note:
            return f"<Drawing of {self.snapshot.note}>"
        boxes, edges = len(self.snapshot.nodes), len(self.snapshot.edges)
        return f"<Drawing of {boxes} box{'es' * (boxes != 1)} and {edges} edge{'s' * (edges != 1)}>"

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        """What Jupyter shows: the picture, or, where there can be none, why not. Never raises."""
        try:
            return {"image/svg+xml": self.svg(), "text/plain": repr(self)}
        except Exception as error:  # an output cell is no place for a traceback
            return {"text/plain": f"{self!r}\n{error}"}


def draw(value: Value | Sequence[Value], *, max_nodes: int = 400) -> Drawing:
    """Draw a Value, or a list or tuple of Values, and all that they were computed from.

    A box shows the operation's label, the user's label, shape, value and gradient ("grad –" before
    any has arrived). Nothing is computed and no gradient changes. Above `max_nodes` boxes, the
    picture is a summary by operation, and says so.

    Raises `TypeError` for anything that is not a Value, `ValueError` for an empty list.
    """
    outputs = _outputs(value)
    if not isinstance(max_nodes, int):
        raise TypeError(f"draw: max_nodes is a number of boxes, an int, not {describe(max_nodes)}")
    order = topological_order(outputs, Value)
    fits = len(order) + count_constants(order) <= max_nodes
    return Drawing(capture(order, outputs) if fits else summarise(order, outputs))


def _outputs(value: Any) -> list[Value]:
    if isinstance(value, Value):
        return [value]
    if not isinstance(value, (list, tuple)):
        raise TypeError(f"draw: got {describe(value)}; expected a Value, or a list or tuple of Values")
    if not value:
        raise ValueError(f"draw: got an empty {type(value).__name__}; expected at least one Value")
    for position, x in enumerate(value):
        if not isinstance(x, Value):
            raise TypeError(f"draw: item {position} is {describe(x)}; expected only Values")
    return list(value)
