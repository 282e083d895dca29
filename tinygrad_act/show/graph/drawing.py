"""`Drawing`: the picture of a computation graph, and the formats that it can be had in."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

from ...core.frames import public_methods
from ...core.saving import Path, save
from ..svg.png import check_scale, png_of, resvg
from ..svg.writing import Theme
from .arrange import Arranged
from .dot import write_dot
from .graphviz_graph import graphviz_graph
from .page import write_frame, write_page
from .picture import write_picture
from .render import render
from .show import show_page
from .snapshot import Snapshot
from .tree import as_json, as_text

__all__ = ["Drawing"]

_DESCRIBED = 2000
"""So much of the text alternative stands in an SVG."""


@public_methods
class Drawing:
    """A picture of a graph as it was when `draw` was called; shown by itself in Jupyter, IPython and marimo.

    `.svg()`, `.html()`, `.dot()`, `.text()`, `.json()` need nothing but this package and are the same
    bytes every time; `.png()` needs the package `resvg-py`, or Graphviz.
    """

    def __init__(
        self, shown: Arranged | Snapshot, arrange: Callable[[Snapshot], Arranged], *, title: str = "",
        theme: Theme = "auto",
    ) -> None:  # fmt: skip
        self.snapshot: Snapshot = shown.snapshot if isinstance(shown, Arranged) else shown
        self._arranged = shown if isinstance(shown, Arranged) else None
        self._arrange, self._title, self._theme = arrange, title or "Computation graph", theme

    def svg(self) -> str:
        """SVG text: a picture that any browser shows, with its text alternative."""
        return self._svg(self._theme)

    def _svg(self, theme: Theme) -> str:
        if self._arranged is None:  # DOT, text and JSON do without
            self._arranged = self._arrange(self.snapshot)
        return write_picture(self._arranged, title=self._title, description=self._described(), theme=theme)

    def _described(self) -> str:
        text = self.text()
        return text if len(text) <= _DESCRIBED else text[:_DESCRIBED].rpartition("\n")[0] + "\n…"

    def html(self) -> str:
        """A page that stands alone: step through the forward and the backward pass, zoom, pin numbers."""
        return write_page(self.snapshot, self.svg(), title=self._title, theme=self._theme)

    def interactive(self) -> _Frame:
        """The page as a notebook shows it, in a frame of its own."""
        return _Frame(self.html())

    def dot(self) -> str:
        """DOT text, for Graphviz."""
        return write_dot(self.snapshot)

    def text(self) -> str:
        """A table of all boxes with their operands and local derivatives, for terminals and screen readers."""
        return as_text(self.snapshot)

    def json(self) -> str:
        """What the picture shows, for other programs: nodes, edges, the order of the backward pass."""
        return as_json(self.snapshot)

    def png(self, scale: float = 2.0) -> bytes:
        """A PNG file's bytes, `scale` pixels to a px of the SVG.

        By the package `resvg-py` (the extra `tinygrad-act[png]`); without it by Graphviz's program `dot`,
        in its looks. Raises `RuntimeError` that says what to install where there is neither, `ValueError` for
        a scale that is not above 0, at most 20.
        """
        check_scale(scale)
        try:
            resvg()
        except RuntimeError as missing:
            try:
                return render(self.dot(), "png")
            except RuntimeError as error:
                raise RuntimeError(f"{missing}; or Graphviz: {error}") from None
        return png_of(self._svg("light" if self._theme == "auto" else self._theme), scale)

    def to_graphviz(self) -> Any:
        """The graph as a `graphviz.Digraph`, to change or render with that package.

        A notebook shows it as Graphviz draws it; where the program `dot` is missing, as `.svg()` does.
        Raises `RuntimeError` if the package `graphviz` is missing.
        """
        return graphviz_graph(self.dot(), self.svg)

    def save(self, path: Path) -> Path:
        """Write the picture to a file, in the format of its extension, and return `path`.

        Raises `ValueError` for an unknown extension, `OSError` with the path if it can't be written,
        `RuntimeError` as `png` does; an existing file stays as it is if drawing fails.
        """
        writers: dict[str, Callable[[], str | bytes]] = {
            ".svg": self.svg, ".html": self.html, ".png": self.png, ".dot": self.dot, ".gv": self.dot,
            ".txt": lambda: self.text() + "\n", ".json": self.json,
        }  # fmt: skip
        return save(path, writers)

    def show(self) -> None:
        """Show it: in a notebook the picture, elsewhere the page, in the browser."""
        ipython = sys.modules.get("IPython")
        if ipython is not None and getattr(ipython.get_ipython(), "kernel", None) is not None:
            ipython.display.display(self)
        else:
            show_page(self.html())

    def __repr__(self) -> str:
        boxes, edges = len(self.snapshot.nodes), len(self.snapshot.edges)
        counts = f"{boxes} box{'es' * (boxes != 1)} and {edges} edge{'s' * (edges != 1)}"
        return f"<Drawing of {counts}{': ' * bool(self.snapshot.note)}{self.snapshot.note}>"

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        """What Jupyter and IPython show."""
        return {"image/svg+xml": self.svg(), "text/plain": repr(self)}

    def _mime_(self) -> tuple[str, str]:
        """What marimo shows."""
        return "image/svg+xml", self.svg()


class _Frame:
    """A page inside a notebook."""

    def __init__(self, page: str) -> None:
        self._page = page

    def _repr_html_(self) -> str:
        return write_frame(self._page)

    def _mime_(self) -> tuple[str, str]:
        return "text/html", write_frame(self._page)
