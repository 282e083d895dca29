"""How wide a text is before any browser has drawn it: boxes are made to fit their text, on every machine.

A letter counts as wide as the wider of DejaVu Sans and Helvetica (which Arial and Liberation Sans
follow) has it: of most DejaVu's, so that in the others the same text takes about a tenth less.
"""

from __future__ import annotations

import functools
import unicodedata
from collections.abc import Sequence

__all__ = ["SANS", "MONO", "fit", "flow", "one_line", "text_width"]

SANS = "Helvetica,Arial,'Liberation Sans','DejaVu Sans',sans-serif"
MONO = "Menlo,Consolas,'DejaVu Sans Mono','Liberation Mono',monospace"

_MONO_WIDTH = 0.605
_ROUNDING = 1e-6
"""A box that was made for a text has room for it, whatever was added and taken off since."""
_BOLD = 1.12
_WIDE = 1.35
"""Of emoji and the full-width letters of East Asia."""
_OTHER = 0.85
_ASCII = (
    "32 40 46 84 64 95 78 27 39 39 50 84 32 36 32 34 64 64 64 64 64 64 64 64 64 64 34 34 84 84 84 56 "
    "102 68 69 73 77 67 62 78 75 29 50 67 56 86 75 79 67 79 73 67 62 73 68 99 69 67 69 39 34 39 84 56 "
    "50 61 63 55 63 62 35 63 63 28 28 58 28 97 63 61 63 63 41 52 39 63 59 82 59 59 52 64 34 64 84"
)
_SYMBOLS = "σ63 ∂52 ∑67 Σ63 ·32 ′23 ″37 …100 ∞83 α66 β64 γ59 δ61 ε54 μ64 π60 λ59 θ61 τ60 φ66 Φ79 ²40 ³40 ᵀ38 –50 √64"
_WIDTHS = {chr(32 + i): int(width) / 100 for i, width in enumerate(_ASCII.split())}
_WIDTHS |= {symbol[0]: int(symbol[1:]) / 100 for symbol in _SYMBOLS.split()}


@functools.lru_cache(maxsize=1 << 13)
def text_width(content: str, size: float, *, bold: bool = False, mono: bool = False) -> float:
    """The width of one line in px, at a font size of `size` px. Rather too much than too little."""
    if mono:
        return size * (_MONO_WIDTH * len(content) if content.isascii() else sum(map(_mono_width, content)))
    return size * (_BOLD if bold else 1.0) * sum([_WIDTHS[c] if c in _WIDTHS else _width(c) for c in content])


def fit(content: str, size: float, width: float, *, bold: bool = False, mono: bool = False) -> str:
    """`content`, or as much of it as fits into `width` px with an ellipsis after it."""
    if text_width(content, size, bold=bold, mono=mono) <= width + _ROUNDING:
        return content
    taken, used = 0, text_width("…", size, bold=bold, mono=mono)
    for c in content:
        used += text_width(c, size, bold=bold, mono=mono)
        if used > width:
            break
        taken += 1
    return content[:taken].rstrip() + "…"


def flow(items: Sequence[str], size: float, width: float, *, between: str = " ", most: int = 99) -> list[str]:
    """`items` joined by `between` into lines of at most `width` px; what is left after `most` lines is cut off."""
    lines: list[str] = []
    for position, item in enumerate(items):
        longer = f"{lines[-1]}{between}{item}" if lines else item
        if lines and text_width(longer, size) <= width:
            lines[-1] = longer
        elif len(lines) == most:
            lines[-1] = fit(between.join([lines[-1], *items[position:]]), size, width)
            break
        else:
            lines.append(item)
    return [fit(found, size, width) for found in lines]


def one_line(content: str) -> str:
    """Any text as one line: runs of blanks and line ends become one blank."""
    return " ".join(content.split())


def _mono_width(c: str) -> float:
    return _MONO_WIDTH if c < "\u0300" else max(_MONO_WIDTH, _width(c))


def _width(c: str) -> float:
    known = _WIDTHS.get(c)
    if known is not None:
        return known
    if unicodedata.combining(c) or unicodedata.category(c) in ("Mn", "Me", "Cf"):
        return 0.0
    return _WIDE if unicodedata.east_asian_width(c) in "WF" else _OTHER
