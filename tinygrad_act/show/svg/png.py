"""SVG as PNG, by the small package `resvg-py`."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path
from typing import Any

__all__ = ["check_scale", "png_of", "resvg"]

_LARGEST = 20
"""More fills the memory before it fills any print."""

_FONTS = {
    "linux": ("/usr/share/fonts", "/usr/local/share/fonts", "~/.fonts", "~/.local/share/fonts"),
    "darwin": ("/System/Library/Fonts", "/Library/Fonts", "~/Library/Fonts"),
    "win32": ("C:/Windows/Fonts",),
}


def resvg() -> Any:
    """The package `resvg_py`. Raises `RuntimeError` that says how to get it."""
    try:
        return importlib.import_module("resvg_py")
    except ImportError:
        raise RuntimeError(
            "drawing PNG needs the package resvg-py: pip install 'tinygrad-act[png]'; "
            ".svg(), .html() and .save('graph.svg') need nothing"
        ) from None


def check_scale(scale: Any) -> None:
    """Raises `ValueError` for a scale that is not above 0, at most 20."""
    if isinstance(scale, bool) or not isinstance(scale, (int, float)) or not 0 < scale <= _LARGEST:
        raise ValueError(f"png: scale is {scale!r}; expected a number above 0, at most {_LARGEST}")


def png_of(svg: str, scale: float) -> bytes:
    """The picture at `scale` times its size.

    Raises `ValueError` as `check_scale` does, `RuntimeError` if it cannot be made, or has no fonts.
    """
    check_scale(scale)
    renderer = resvg()
    if not any(_fonts()):
        raise RuntimeError(  # the renderer would leave all text out, and say nothing
            "drawing PNG: this machine has no fonts, and the text would be missing; install some "
            "(Debian/Ubuntu: apt install fonts-dejavu-core), or use .svg() or .html()"
        )
    try:
        made = renderer.svg_to_bytes(svg_string=svg, zoom=scale, background="white")
    except Exception as error:  # it raises its own kinds, which change between versions
        raise RuntimeError(f"drawing PNG: resvg-py failed: {error}; .svg() and .html() need nothing") from None
    return bytes(made)


def _fonts() -> Any:
    for folder in _FONTS.get(sys.platform, _FONTS["linux"]):
        for kind in ("*.ttf", "*.otf", "*.ttc"):
            yield from Path(folder).expanduser().rglob(kind)
