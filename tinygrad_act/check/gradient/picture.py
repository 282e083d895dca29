"""The picture of a gradient check: one cell for every entry, coloured by its digits of agreement."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from ...show.svg import circle, document, fit, group, one_line, path, rectangle, text, text_width
from ...show.svg.colours import AGREE
from ...show.svg.writing import Theme

__all__ = ["picture"]

_WIDTH, _CELL, _GAP, _ROW, _LEFT = 760, 14, 2, 40, 12
_MOST = 2000
_ALL = 16


def picture(entries: Sequence[Any], title: str, theme: Theme = "auto") -> str:
    """An SVG: a block for every argument (and order), its entries in their order, at most 2,000 in all.

    Blue, the stronger the more digits (0 to 16); red with a cross is wrong, grey cannot be told; a
    dot marks a kink. Every cell shows its numbers when pointed at.
    """
    blocks: dict[tuple[int, str], list[Any]] = {}
    for entry in entries[:_MOST]:
        blocks.setdefault((entry.order, _block(entry)), []).append(entry)
    left_out = f" (the first {_MOST} of {len(entries)} entries)" if len(entries) > _MOST else ""
    heading = one_line(title + left_out)
    parts, y = [text(_LEFT, 24, fit(heading, 14, _WIDTH - 2 * _LEFT, bold=True), size=14, bold=True)], 44
    for (order, name), block in blocks.items():
        columns = _columns(block)
        shown = one_line(name) + " (second order)" * (order == 2)
        parts.append(text(_LEFT, y + 12, fit(shown, 12, _WIDTH - 2 * _LEFT)))
        parts += [_cell(entry, n % columns, n // columns, y + 18) for n, entry in enumerate(block)]
        y += 18 + math.ceil(len(block) / columns) * (_CELL + _GAP) + 12
    parts += _legend(y + 8)
    return document(_WIDTH, y + _ROW, parts, title="Gradient check", description=heading, theme=theme)


def _block(entry: Any) -> str:
    name: str = entry.name
    return name.removesuffix(f"[{', '.join(map(str, entry.index))}]") if entry.index else name.rstrip("0123456789 ")


def _columns(block: list[Any]) -> int:
    """As many columns as the last axis has, if a row of cells fits on the page."""
    most = (_WIDTH - 2 * _LEFT) // (_CELL + _GAP)
    last = 1 + max((entry.index[-1] for entry in block if len(entry.index) > 1), default=most - 1)
    return int(min(last, most))


def _cell(entry: Any, column: int, row: int, top: int) -> str:
    x, y = _LEFT + column * (_CELL + _GAP), top + row * (_CELL + _GAP)
    mark = [_dot(x, y)] if entry.at_kink else [_cross(x, y)] if entry.verdict == "wrong" else []
    return group([_square(x, y, _role(entry)), *mark], title=str(entry))


def _square(x: float, y: float, role: str) -> str:
    return rectangle(x, y, _CELL, _CELL, role, radius=2)


def _dot(x: float, y: float) -> str:
    return circle(x + _CELL // 2, y + _CELL // 2, 2.5, "background")


def _cross(x: float, y: float) -> str:
    """So that wrong is not told by colour alone."""
    return path(f"M{x + 4:g} {y + 4:g}l6 6m0 -6l-6 6", stroke="background", extra=' stroke-width="2"')


def _role(entry: Any) -> str:
    if not entry.ok:
        return "alarm" if entry.verdict == "wrong" else "axis"
    return _shade(entry.digits)


def _shade(digits: float) -> str:
    step = round((AGREE - 1) * digits / _ALL) if math.isfinite(digits) else 0
    return f"agree-{min(AGREE - 1, max(0, step))}"


def _legend(y: float) -> list[str]:
    keys = [(_shade(4), "4 digits", ""), (_shade(8), "8", ""), (_shade(12), "12", ""), (_shade(16), "16", ""),
            (_shade(12), "kink or jump", "dot"), ("alarm", "wrong", "cross"), ("axis", "cannot tell", "")]  # fmt: skip
    parts, x = [], float(_LEFT)
    for role, told, mark in keys:
        parts.append(_square(x, y, role) + {"dot": _dot, "cross": _cross, "": lambda *_: ""}[mark](x, y))
        parts.append(text(x + _CELL + 5, y + 11, told))
        x += _CELL + 24 + text_width(told, 12)
    return parts
