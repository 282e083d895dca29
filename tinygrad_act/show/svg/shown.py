"""What a notebook shows of an object: its picture and its text as a part of a page, and the same in other forms."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from ...core.shown import Rows, fragment

__all__ = ["bundle"]


def bundle(
    draw: Callable[[], str] | None, text: str, *, rows: Rows = (), more: Mapping[str, str] | None = None,
    folded: bool = False,
) -> dict[str, str]:  # fmt: skip
    """Mime type → content, for `_repr_mimebundle_`: HTML with the picture in it, which notebooks prefer to every
    other form, the picture alone, `more` and the text.

    `rows`: the text as a table, its head first. `folded`: the text only unfolds when asked to, for the picture says
    it already. Where the picture can't be drawn, the texts say why: an output cell is no place for a traceback.
    """
    svg = ""
    try:
        svg = draw() if draw else ""
    except Exception as error:
        text, rows = f"{text}\n(no picture: {error})", ()
    html = fragment(svg, text=text, rows=rows, folded=folded and bool(svg))
    return {"text/html": html, **({"image/svg+xml": svg} if svg else {}), **(more or {}), "text/plain": text}
