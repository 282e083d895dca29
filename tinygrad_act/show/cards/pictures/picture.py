"""`Picture`: something drawn, and the forms that it can be had in."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

from ....core.saving import Path, Writers, save
from ....core.shown import Rows
from ...svg import bundle, page
from ...svg.png import png_of
from ...svg.writing import Theme

__all__ = ["Draw", "Picture"]

Draw: TypeAlias = Callable[[Theme], str]


class Picture:
    """A picture of activations: `.svg()`, `.html()`, `.png()`, `.text()`, `.save(path)`; a notebook shows it."""

    def __init__(self, title: str, draw: Draw, text: str, rows: Rows = ()) -> None:
        """`rows`: the text as a table, its head first, if a notebook shall show it below the picture."""
        self.title = title
        self._draw, self._text, self._rows = draw, text, rows

    def svg(self, theme: Theme = "auto") -> str:
        """SVG text, always the same. `theme`: `auto` is dark where the reader's system is; `light` or `dark`.

        Raises `ValueError` for any other theme.
        """
        return self._draw(theme)

    def html(self, theme: Theme = "auto") -> str:
        """The picture and its text as a page of its own, which loads nothing and runs nothing."""
        return page(self.svg(theme), title=self.title, text=self._text, theme=theme)

    def png(self, scale: float = 2.0) -> bytes:
        """A PNG file's bytes, light; `scale` 1 is the size in px of the SVG. Needs the package `resvg-py`.

        Raises `RuntimeError` that says what to install, `ValueError` for a scale that is not above 0, at most 20.
        """
        return png_of(self.svg("light"), scale)

    def text(self) -> str:
        """What the picture says, for a terminal."""
        return self._text

    def save(self, path: Path) -> Path:
        """Write it in the format of the extension, `.svg`, `.html`, `.png` or `.txt`, and return `path`; with
        `.json()` also `.json`.

        Raises `ValueError` for an unknown extension, `OSError` with the path if it can't be written,
        `RuntimeError` as `png` does.
        """
        return save(path, self._writers())

    def _writers(self) -> Writers:
        return {".svg": self.svg, ".html": self.html, ".png": self.png, ".txt": lambda: f"{self._text}\n"}

    def __str__(self) -> str:
        return self._text

    def __repr__(self) -> str:
        return f"<Picture: {self.title}>"

    def _repr_html_(self) -> str:
        """What a notebook prefers. Never raises."""
        return self._repr_mimebundle_()["text/html"]

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        """What a notebook shows. Never raises."""
        return bundle(self.svg, self.text(), rows=self._rows, folded=not self._rows)
