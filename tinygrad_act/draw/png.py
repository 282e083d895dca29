"""SVG as PNG: by the small package `resvg-py` where it is installed, else by Graphviz's `dot`."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path
from typing import Any

__all__ = ["png_of", "resvg"]

_FONTS = {
    "linux": ("/usr/share/fonts", "/usr/local/share/fonts", "~/.fonts", "~/.local/share/fonts"),
    "darwin": ("/System/Library/Fonts", "/Library/Fonts", "~/Library/Fonts"),
    "win32": ("C:/Windows/Fonts",),
}


def resvg() -> Any:
    """The package `resvg_py`. Raises `RuntimeError` that says how to get it."""
    try:
        return importlib.import_module("resvg_py")
    except ImportError as error:
        raise RuntimeError(
            "drawing PNG needs the package resvg-py: pip install 'tinygrad-act[png]'; "
            ".svg(), .html() and .save('graph.svg') need nothing"
        ) from error


def png_of(svg: str, scale: float) -> bytes:
    """The picture at `scale` times its size. Raises `RuntimeError` if it cannot be made, or has no fonts."""
    renderer = resvg()
    if not any(_fonts()):
        raise RuntimeError(  # the renderer would leave all text out, and say nothing
            "drawing PNG: this machine has no fonts, and the text would be missing; install some "
            "(Debian/Ubuntu: apt install fonts-dejavu-core), or use .svg() or .html()"
        )
    try:
        made = renderer.svg_to_bytes(svg_string=svg, zoom=scale, background="white")
    except Exception as error:  # it raises its own kinds, which change between versions
        raise RuntimeError(f"drawing PNG: resvg-py failed: {error}; .svg() and .html() need nothing") from error
    return bytes(made)


def _fonts() -> Any:
    for folder in _FONTS.get(sys.platform, _FONTS["linux"]):
        for kind in ("*.ttf", "*.otf", "*.ttc"):
            yield from Path(folder).expanduser().rglob(kind)
