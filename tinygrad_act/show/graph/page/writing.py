"""One HTML file that needs nothing else: the picture, the steps as data, one style and one script.

A content security policy names the hashes of exactly these styles and this script, so nothing else
runs or loads, whatever a label says.
"""

from __future__ import annotations

import json
import pathlib
import re
from base64 import b64encode

from ...svg import DARK, LIGHT, escape
from ...svg.writing import Theme
from ..snapshot import Snapshot
from .contents import contents

try:  # hashlib loads OpenSSL, which every import of the package would feel; Python's random takes the same way
    from _sha2 import sha256  # type: ignore[import-not-found, unused-ignore]
except ImportError:  # before Python 3.12
    try:
        from _sha256 import sha256  # type: ignore[import-not-found, unused-ignore]
    except ImportError:
        from hashlib import sha256

__all__ = ["write_frame", "write_page"]

_HERE = pathlib.Path(__file__).parent
_SCRIPT = ("boxes.js", "known.js", "showing.js", "playing.js", "view.js", "tracing.js", "cards.js", "keys.js")
"""One script in parts that build on each other, in this order."""
_ROLES = (
    "background", "panel", "track", "frame-line", "axis", "text", "faint", "value", "gradient", "active", "parameter",
)  # fmt: skip
# Patterns are compiled when a page is written, not when the package is imported.
_ROOT = r"<svg\b[^>]*>"
_STYLE_ATTRIBUTE = r' style="[^"]*"'
_NOT_NEEDED = r' (?:aria-label|data-source|data-target)="[^"]*"'
"""The script writes what boxes are called, and knows the edges. No text content matches: its quotes are escaped."""
_DESCRIPTION = r"(?s)<desc\b.*?</desc>\n?"
"""The whole graph as text, which a screen reader would read out; in the page every box says its own part."""
_COMMENT_OR_INDENT = r"(?m)^[ ]*(?://.*\n)?"
_STYLE = r"(?s)<style>(.*?)</style>"

_ICONS = {
    "first": "M6 5h2.5v14H6zM19 5v14l-9.5-7z",
    "back": "M16.5 5v14L7 12z",
    "play": "M7 4.5v15l12-7.5z",
    "pause": "M6.5 5h4v14h-4zM13.5 5h4v14h-4z",
    "next": "M7.5 5v14l9.5-7z",
    "last": "M15.5 5H18v14h-2.5zM5 5v14l9.5-7z",
    "in": "M10.8 5h2.4v5.8H19v2.4h-5.8V19h-2.4v-5.8H5v-2.4h5.8z",
    "out": "M5 10.8h14v2.4H5z",
    "fit": "M4 4h6v2.4H6.4V10H4zM14 4h6v6h-2.4V6.4H14zM4 14h2.4v3.6H10V20H4zM17.6 14H20v6h-6v-2.4h3.6z",
}
_BUTTONS = {
    "first": "First step (Home)",
    "back": "Step back (left arrow)",
    "play": "Play (space)",
    "next": "Next step (right arrow)",
    "last": "Last step (End)",
    "out": "Zoom out (−)",
    "in": "Zoom in (+)",
    "fit": "Show the whole picture (0)",
}


def write_page(snapshot: Snapshot, svg: str, *, title: str, theme: Theme = "auto") -> str:
    """The page of a snapshot and its picture, as HTML text. The same input always gives the same text."""
    style = _colours(theme) + _read("page.css")
    script = f"'use strict';\n(() => {{\n{''.join(map(_read, _SCRIPT))}}})();\n"
    styles = [style, *re.findall(_STYLE, svg)]
    picture = re.sub(_ROOT, _without_style, svg, count=1)
    picture = re.sub(_DESCRIPTION, "", re.sub(_NOT_NEEDED, "", picture))
    policy = (
        f"default-src 'none'; style-src {' '.join(map(_hash, styles))}; script-src {_hash(script)}; "
        "base-uri 'none'; form-action 'none'"
    )
    return (
        f'<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(title)}</title>\n<style>{style}</style>\n</head>\n<body>\n"
        f"{_header(title)}\n"
        f'<div id="middle">\n<main id="picture">\n{picture}</main>\n'
        '<section id="pins" aria-label="Pinned boxes" hidden></section>\n</div>\n'
        '<section id="note" role="status" aria-live="polite" aria-label="What happens in this step"></section>\n'
        "<noscript><p>The picture above is complete. Stepping through it needs JavaScript.</p></noscript>\n"
        f'<script type="application/json" id="data">{_embedded(contents(snapshot))}</script>\n'
        f"<script>{script}</script>\n</body>\n</html>\n"
    )


def write_frame(page: str) -> str:
    """A page inside another one, such as a notebook: it may run its own script and nothing else."""
    return (
        f'<iframe srcdoc="{escape(page)}" sandbox="allow-scripts" title="Computation graph, step by step" '
        f'style="width:100%;height:620px;border:1px solid #8888;border-radius:6px"></iframe>'
    )


def _header(title: str) -> str:
    steps = "".join(_button(name, _BUTTONS[name]) for name in ("first", "back", "play", "next", "last"))
    view = "".join(_button(name, _BUTTONS[name]) for name in ("out", "in", "fit"))
    speeds = "".join(
        f'<option value="{speed}"{" selected" * (speed == 1)}>{speed}×</option>' for speed in (0.5, 1, 2, 4)
    )
    return (
        f'<header>\n<h1>{escape(title)}</h1>\n<div class="bar" role="group" aria-label="Steps">{steps}'
        '<input id="slider" type="range" min="1" max="1" value="1" aria-label="Step">'
        f'<output id="count" for="slider"></output><select id="speed" aria-label="Speed">{speeds}</select></div>\n'
        f'<div class="bar" role="group" aria-label="View">{view}'
        '<input id="filter" type="search" placeholder="Find" aria-label="Find boxes by name or operation"></div>\n'
        "</header>"
    )


def _button(name: str, label: str) -> str:
    icons = ("play", "pause") if name == "play" else (name,)
    drawn = "".join(f'<path class="{icon}" d="{_ICONS[icon]}"/>' for icon in icons)
    return (
        f'<button id="{name}" type="button" aria-label="{label}" title="{label}">'
        f'<svg viewBox="0 0 24 24" width="20" height="20" aria-hidden="true">{drawn}</svg></button>'
    )


def _colours(theme: Theme) -> str:
    """The roles that the page's own style names, as CSS variables."""

    def root(colours: dict[str, str], scheme: str) -> str:
        return f":root{{color-scheme:{scheme};{''.join(f'--{role}:{colours[role]};' for role in _ROLES)}}}\n"

    if theme != "auto":
        return root(DARK if theme == "dark" else LIGHT, theme)
    return f"{root(LIGHT, 'light dark')}@media (prefers-color-scheme:dark){{{root(DARK, 'light dark').strip()}}}\n"


def _read(name: str) -> str:
    """A file beside this one, without comments and indentation."""
    return re.sub(_COMMENT_OR_INDENT, "", (_HERE / name).read_text(encoding="utf-8")).replace("\n\n", "\n")


def _without_style(tag: re.Match[str]) -> str:
    return re.sub(_STYLE_ATTRIBUTE, "", tag[0])  # the policy forbids it, and the page sizes the picture itself


def _embedded(data: object) -> str:
    """JSON that cannot end the script element that it stands in."""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    return text.replace("<", "\\u003c")


def _hash(content: str) -> str:
    return f"'sha256-{b64encode(sha256(content.encode()).digest()).decode()}'"
