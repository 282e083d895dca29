"""The picture of a gradient check: one cell for every entry, coloured by its digits of agreement."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

__all__ = ["picture"]

_CELL, _GAP, _ROW, _LEFT = 14, 2, 40, 12
_WRONG, _UNSURE = "#c6362c", "#b9b9b9"
_LIGHT, _DARK = (222, 235, 247), (8, 69, 148)
_MOST = 2000


def picture(entries: Sequence[Any], title: str) -> str:
    """An SVG: a block for every argument (and order), its entries in their order, at most 2,000 in all.

    Blue, the darker the more digits (0 to 16); red with a cross is wrong, grey cannot be told; a
    white dot marks a kink. Every cell shows its numbers when pointed at.
    """
    blocks: dict[tuple[int, str], list[Any]] = {}
    for entry in entries[:_MOST]:
        blocks.setdefault((entry.order, _block(entry)), []).append(entry)
    parts, y = [], 44
    for (order, name), block in blocks.items():
        columns = _columns(block)
        parts.append(f'<text x="{_LEFT}" y="{y + 12}">{_escape(name)}{" (second order)" * (order == 2)}</text>')
        parts += [_cell(entry, n % columns, n // columns, y + 18) for n, entry in enumerate(block)]
        y += 18 + math.ceil(len(block) / columns) * (_CELL + _GAP) + 12
    left_out = f" (the first {_MOST} of {len(entries)} entries)" if len(entries) > _MOST else ""
    return "\n".join([
        f'<svg xmlns="http://www.w3.org/2000/svg" width="760" height="{y + _ROW}" viewBox="0 0 760 {y + _ROW}" '
        'font-family="Helvetica, Arial, sans-serif" font-size="12" fill="#222">',
        '<rect width="100%" height="100%" fill="#ffffff"/>',
        f'<text x="{_LEFT}" y="24" font-size="14" font-weight="bold">{_escape(title + left_out)}</text>',
        *parts,
        *_legend(y + 8),
        "</svg>",
    ])  # fmt: skip


def _escape(text: str) -> str:
    """`html.escape`, whose module would be a twentieth of the time of the import."""
    for character, name in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), ('"', "&quot;")):
        text = text.replace(character, name)
    return text


def _block(entry: Any) -> str:
    name: str = entry.name
    return name.removesuffix(f"[{', '.join(map(str, entry.index))}]") if entry.index else name.rstrip("0123456789 ")


def _columns(block: list[Any]) -> int:
    """As many columns as the last axis has, if a row of cells fits on the page."""
    most = (760 - 2 * _LEFT) // (_CELL + _GAP)
    last = 1 + max((entry.index[-1] for entry in block if len(entry.index) > 1), default=most - 1)
    return int(min(last, most))


def _cell(entry: Any, column: int, row: int, top: int) -> str:
    x, y = _LEFT + column * (_CELL + _GAP), top + row * (_CELL + _GAP)
    title = f"<title>{_escape(str(entry))}</title>"
    mark = _dot(x, y) if entry.at_kink else _cross(x, y) if entry.verdict == "wrong" else ""
    return f"<g>{title}{_square(x, y, _colour(entry))}{mark}</g>"


def _square(x: int, y: int, colour: str) -> str:
    return f'<rect x="{x}" y="{y}" width="{_CELL}" height="{_CELL}" rx="2" fill="{colour}"/>'


def _dot(x: int, y: int) -> str:
    return f'<circle cx="{x + _CELL // 2}" cy="{y + _CELL // 2}" r="2.5" fill="#fff"/>'


def _cross(x: int, y: int) -> str:
    """So that wrong is not told by colour alone."""
    return f'<path d="M{x + 4} {y + 4}l6 6m0 -6l-6 6" stroke="#fff" stroke-width="2"/>'


def _colour(entry: Any) -> str:
    if not entry.ok:
        return _WRONG if entry.verdict == "wrong" else _UNSURE
    return _shade(entry.digits)


def _shade(digits: float) -> str:
    part = min(1.0, max(0.0, digits / 16))
    return "#" + "".join(f"{round(low + (high - low) * part):02x}" for low, high in zip(_LIGHT, _DARK))


def _legend(y: int) -> list[str]:
    keys = [(_shade(4), "4 digits", ""), (_shade(8), "8", ""), (_shade(12), "12", ""), (_shade(16), "16", ""),
            (_shade(12), "kink or jump", "dot"), (_WRONG, "wrong", "cross"), (_UNSURE, "cannot tell", "")]  # fmt: skip
    parts, x = [], _LEFT
    for colour, text, mark in keys:
        parts.append(_square(x, y, colour) + {"dot": _dot, "cross": _cross, "": lambda *_: ""}[mark](x, y))
        parts.append(f'<text x="{x + _CELL + 5}" y="{y + 11}">{text}</text>')
        x += _CELL + 24 + 7 * len(text)
    return parts
