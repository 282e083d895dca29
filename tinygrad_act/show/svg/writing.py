"""SVG elements as text, and the whole file around them. The same picture is always the same bytes.

Colours are given as roles (see `colours`), which become classes: `f-value` fills, `s-axis` strokes.
The classes stand below one class made from the picture's content, so that several pictures in one
page or notebook do not change each other. No CSS variables: renderers outside of browsers lack them.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Sequence
from typing import Literal, TypeAlias

from ...core.shown import escape
from .colours import DARK, LIGHT
from .metrics import MONO, SANS

__all__ = [
    "THEMES", "Theme", "circle", "document", "group", "line", "number", "path", "polyline", "rectangle",
    "style", "text",
]  # fmt: skip

Theme: TypeAlias = Literal["auto", "light", "dark"]
"""`auto` is light, and dark where the reader's system asks for dark."""

THEMES = ("auto", "light", "dark")
_PROPERTY = {"f": "fill", "s": "stroke"}


def number(x: float) -> str:
    """A coordinate: one decimal at most."""
    spelled = f"{x:.1f}"
    if spelled[-2:] == ".0":
        return spelled[:-2] if spelled != "-0.0" else "0"
    return spelled


def text(x: float, y: float, content: str, role: str = "text", *, size: float = 12, anchor: str = "start",
         bold: bool = False, mono: bool = False, extra: str = "") -> str:  # fmt: skip
    """One line of text whose base line begins (or, by `anchor`, has its middle or end) at x, y."""
    classes = f"f-{role}{' b' * bold}{' m' * mono}"
    anchored = "" if anchor == "start" else f' text-anchor="{anchor}"'
    sized = "" if size == 12 else f' font-size="{number(size)}"'
    return f'<text x="{number(x)}" y="{number(y)}" class="{classes}"{sized}{anchored}{extra}>{escape(content)}</text>'


def rectangle(x: float, y: float, width: float, height: float, fill: str = "", stroke: str = "", *,
              radius: float = 0, extra: str = "") -> str:  # fmt: skip
    """A rectangle; `fill` and `stroke` are roles."""
    rounded = f' rx="{number(radius)}"' if radius else ""
    place = f'x="{number(x)}" y="{number(y)}" width="{number(width)}" height="{number(height)}"'
    return f"<rect {place}{rounded}{_paint(fill, stroke)}{extra}/>"


def circle(x: float, y: float, radius: float, fill: str = "", stroke: str = "", *, extra: str = "") -> str:
    """A circle around x, y."""
    return f'<circle cx="{number(x)}" cy="{number(y)}" r="{number(radius)}"{_paint(fill, stroke)}{extra}/>'


def line(x1: float, y1: float, x2: float, y2: float, stroke: str, *, extra: str = "") -> str:
    """A straight line."""
    ends = f'x1="{number(x1)}" y1="{number(y1)}" x2="{number(x2)}" y2="{number(y2)}"'
    return f"<line {ends}{_paint('', stroke)}{extra}/>"


def polyline(points: Iterable[tuple[float, float]], stroke: str, *, extra: str = "") -> str:
    """A line through points, not filled."""
    spelled = " ".join(f"{number(x)},{number(y)}" for x, y in points)
    return f'<polyline points="{spelled}"{_paint("", stroke)}{extra}/>'


def path(d: str, fill: str = "", stroke: str = "", *, extra: str = "") -> str:
    """A path; `d` in SVG's own language."""
    return f'<path d="{d}"{_paint(fill, stroke)}{extra}/>'


def group(parts: Iterable[str], *, title: str = "", extra: str = "") -> str:
    """Elements that belong together; `title` shows when pointed at, and is read aloud."""
    return f"<g{extra}>{_title(title)}{''.join(parts)}</g>"


def style(prefix: str, body: str, theme: Theme = "auto") -> str:
    """The rules for the roles that occur in `body`, below the class `prefix`."""
    names = {name for classes in _classes(body) for name in classes.split(" ")} | {"f-background"}
    used = [(kind, role) for kind in "fs" for role in LIGHT if f"{kind}-{role}" in names]

    def rules(colours: dict[str, str]) -> str:
        return "".join(f".{prefix} .{kind}-{role}{{{_PROPERTY[kind]}:{colours[role]}}}" for kind, role in used)

    fixed = f".{prefix}{{font-family:{SANS}}}.{prefix} .m{{font-family:{MONO}}}.{prefix} .b{{font-weight:bold}}"
    if theme == "auto":
        return f"{fixed}{rules(LIGHT)}@media (prefers-color-scheme:dark){{{rules(DARK)}}}"
    return fixed + rules(DARK if theme == "dark" else LIGHT)


def _classes(body: str) -> set[str]:
    """What stands in the attributes `class`; a regular expression takes five times as long for 4,000 boxes."""
    _, *rest = body.split('class="')
    return {text[: text.find('"')] for text in rest}


def document(width: float, height: float, body: Sequence[str], *, title: str, description: str = "",
             theme: Theme = "auto") -> str:  # fmt: skip
    """A whole SVG of this size in px; it shrinks to the width of the page that it stands in.

    `title` and `description` are the text alternative. Raises `ValueError` for an unknown theme.
    """
    if theme not in THEMES:
        raise ValueError(f"theme: got {theme!r}; expected one of {', '.join(map(repr, THEMES))}")
    joined = "\n".join(body)
    prefix = f"ta{zlib.crc32((theme + title + joined).encode(errors='replace')):08x}"
    size = f'width="{number(width)}" height="{number(height)}" viewBox="0 0 {number(width)} {number(height)}"'
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="{prefix}" {size} font-size="12" role="img" '
        f'aria-labelledby="{prefix}-t {prefix}-d" style="max-width:100%;height:auto">\n'
        f'<title id="{prefix}-t">{escape(title)}</title>\n<desc id="{prefix}-d">{escape(description or title)}</desc>\n'
        f"<style>{style(prefix, joined, theme)}</style>\n"
        f'<rect width="100%" height="100%" class="f-background"/>\n{joined}\n</svg>\n'
    )


def _title(content: str) -> str:
    return f"<title>{escape(content)}</title>" if content else ""


def _paint(fill: str, stroke: str) -> str:
    classes = " ".join([f"f-{fill}"] * bool(fill) + [f"s-{stroke}"] * bool(stroke))
    none = "" if fill else ' fill="none"'
    return f'{none} class="{classes}"' if classes else none
