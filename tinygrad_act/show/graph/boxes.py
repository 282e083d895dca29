"""One box of the picture: how large it must be for its text, and its SVG."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from .. import svg
from ..texts import minus
from .snapshot import Node, Numbers
from .text import shape_text
from .wording import bad_text, lines_of, mean_text, one_line, operation_text, range_text

__all__ = ["Fitted", "Row", "fitted", "header_role", "headline", "rows_of", "spoken", "write_box"]

_HEADER, _ROW, _BARS, _PAD = 24.0, 17.0, 14.0, 9.0
_NARROWEST, _WIDEST = 84.0, 264.0
_SMALL = 10.5
_CORNER = 130.0
"""No shape takes more of a header."""
_LONGEST = 27
"""So many characters of numbers find room in the widest box."""
_WORDS = 38
"""So many of a smaller and narrower type."""


class Row(NamedTuple):
    """One line of the body: a word on the left, a text on the right, or a histogram in between."""

    part: str
    """`value`, `grad` or `about`: what the page shows and hides together."""
    word: str
    text: str
    role: str
    histogram: tuple[int, ...] = ()
    bold: bool = False


def headline(node: Node) -> tuple[str, str]:
    """The header's bold text, and its name or what sentences call it."""
    if node.kind == "module":
        return node.name, ""
    made = node.called if node.times == 1 else ""  # `v*` would say nothing
    if node.op is None and not node.title:
        return node.name or made or node.kind, ""
    return minus(operation_text(node)), node.name or (made if node.kind == "result" else "")


def rows_of(node: Node, short: bool = False) -> list[Row]:
    """The lines below the header, top to bottom. `short`: of an array its mean or its range alone."""
    return [*_about(node), *_numbers("value", node.value, short), *_gradient(node, short)]


def _about(node: Node) -> Iterator[Row]:
    if node.static:
        for line in broken(node.static, _WORDS):
            yield Row("about", line, "", "faint")
    if node.kind == "module":
        yield Row("about", node.title, "", "faint")
        if node.parameters:
            yield Row("about", f"{node.parameters:,} parameters", "", "faint")
    if node.changed:
        yield Row("about", "data changed since it was used", "", "alarm", bold=True)


def _gradient(node: Node, short: bool) -> Iterator[Row]:
    if node.grad is not None:
        yield from _numbers("grad", node.grad, short)
    elif node.flows:
        yield Row("grad", "grad", "–", "gradient")


def _numbers(part: str, numbers: Numbers | None, short: bool) -> Iterator[Row]:
    if numbers is None:
        return
    lines, bad = lines_of(numbers), bad_text(numbers)
    role = "alarm" if [bad] == lines else "value" if part == "value" else "gradient"
    if numbers.histogram:
        yield Row(part, part, mean_text(numbers) or lines[0], role)
        if not short:
            low, _, high = lines[0].partition(" to ")
            yield Row(part, low, high, role, numbers.histogram)
    else:
        shown = _without_faults(numbers, lines)
        if short and len(shown[0]) > _LONGEST:
            shown = [range_text(numbers) or shown[0]]
        for position, line in enumerate(x for text in shown for x in broken(text, _LONGEST)):
            yield Row(part, part if position == 0 else "", line, role)
    if bad and [bad] != lines:
        yield Row(part, "", f"! {bad}", "alarm", bold=True)


def _without_faults(numbers: Numbers, lines: list[str]) -> list[str]:
    """The lines but for the counts of what is not finite, which stand below them; the first line in any case."""
    return [lines[0], *lines[1 : len(lines) - sum(map(bool, numbers.faults))]] if numbers.data is None else lines


def broken(line: str, longest: int) -> Iterator[str]:
    """A list too long for a box in lines that are not, if it has commas."""
    while len(line) > longest and ", " in line[: longest + 1]:
        end = line.rindex(", ", 0, longest + 1) + 1
        yield line[:end]
        line = line[end + 1 :]
    yield line


class Fitted(NamedTuple):
    """A box with its text, and as large as that needs."""

    node: Node
    title: str
    name: str
    corner: str
    """Shape, dtype and how many it stands for, at the right end of the header."""
    rows: tuple[Row, ...]
    width: float
    height: float


def fitted(node: Node, short: bool = False) -> Fitted:
    """The box of `node`: what stands in it, in `short` or in full, and its size in px."""
    (title, name), corner, rows = headline(node), _corner(node), tuple(rows_of(node, short))
    header = svg.text_width(title, 12.5, bold=True) + (svg.text_width(name, 12) + 7 if name else 0)
    wanted = [header + _corner_width(corner) + 2 * _PAD, *map(_row_width, rows)]
    height = _HEADER + 8 + sum(_ROW if not row.histogram else _BARS for row in rows)
    width = min(max(_NARROWEST, *wanted), _WIDEST)
    return Fitted(node, title, name, corner, rows, width, height if rows else _HEADER + 4)


def _corner(node: Node) -> str:
    shape = shape_text(node.shape, node.dtype).removeprefix("shape ") if node.shape else ""
    times = f"×{node.times:,}" if node.times > 1 else ""
    return " ".join(filter(None, [svg.fit(shape, _SMALL, _CORNER), times]))


def _corner_width(corner: str) -> float:
    return svg.text_width(corner, _SMALL) + 10 if corner else 0.0


def _row_width(row: Row) -> float:
    if row.histogram:
        return 2 * _PAD + 56 + sum(svg.text_width(minus(text), 9.5, mono=True) + 4 for text in (row.word, row.text))
    text = svg.text_width(minus(row.text), 12, mono=True)
    return 2 * _PAD + svg.text_width(row.word, 11, bold=row.bold) + (12 if row.text and row.word else 0) + text


def header_role(node: Node) -> str:
    """What the colour of the header says."""
    if node.output:
        return "output"
    if node.kind in ("parameter", "constant"):
        return node.kind
    return "activation" if node.activation else "operation"


def spoken(node: Node) -> str:
    """The box in words, for a screen reader and for pointing at it."""
    title, name = headline(node)
    words = [" ".join(filter(None, [title, name])), node.op or ("" if node.kind == "result" else node.kind)]
    words += [shape_text(node.shape, node.dtype), f"{node.times:,} times" if node.times > 1 else "", node.static]
    if node.value is not None:
        words.append("value " + one_line(node.value))
    if node.grad is not None:
        words.append("gradient " + one_line(node.grad))
    elif node.flows:
        words.append("no gradient yet")
    words.append("data changed since it was used" if node.changed else "")
    return "; ".join(filter(None, words))


def write_box(box: Fitted, x: float, y: float) -> str:
    """The SVG of one box whose top left corner is at x, y."""
    node, width, height = box.node, box.width, box.height
    role, words = header_role(node), spoken(node)
    radius = 2.0 if node.kind == "constant" else 7.0
    behind = [svg.rectangle(x + 4, y + 4, width, height, "panel", role, radius=radius)] if node.times > 1 else []
    edge = ' stroke-width="2.5"' if node.output else ' stroke-dasharray="4 2"' if node.kind == "constant" else ""
    body = [
        *behind,
        svg.rectangle(x, y, width, height, "panel", role, radius=radius, extra=edge),
        svg.path(_top(x, y, width, min(_HEADER, height), radius), role),
        *_header(box, x, y),
        *_body(box, x, y + _HEADER + 4),
    ]
    attributes = f' class="node" data-node="{node.id}" tabindex="0" role="img"'
    return svg.group(body, title=words, extra=attributes)


def _top(x: float, y: float, width: float, height: float, radius: float) -> str:
    n, r = svg.number, radius
    return (
        f"M{n(x)} {n(y + height)}v{n(r - height)}q0 {n(-r)} {n(r)} {n(-r)}h{n(width - 2 * r)}"
        f"q{n(r)} 0 {n(r)} {n(r)}v{n(height - r)}z"
    )


def _header(box: Fitted, x: float, y: float) -> Iterator[str]:
    room = box.width - 2 * _PAD - _corner_width(box.corner)
    title = svg.fit(box.title, 12.5, room, bold=True)
    yield svg.text(x + _PAD, y + 16.5, title, "on-header", size=12.5, bold=True)
    start = svg.text_width(title, 12.5, bold=True) + 7
    if box.name and room - start > 12:
        yield svg.text(x + _PAD + start, y + 16.5, svg.fit(box.name, 12, room - start), "on-header")
    if box.corner:
        yield svg.text(x + box.width - _PAD, y + 16, box.corner, "on-header", size=_SMALL, anchor="end")


def _body(box: Fitted, x: float, y: float) -> Iterator[str]:
    parts: dict[str, list[str]] = {}
    for row in box.rows:
        if row.histogram:
            parts.setdefault(row.part, []).extend(_bars(row, x, y, box.width))
            y += _BARS
        else:
            parts.setdefault(row.part, []).extend(_line(row, x, y, box.width))
            y += _ROW
    for part, written in parts.items():
        yield svg.group(written, extra=f' class="{part}"')


def _line(row: Row, x: float, y: float, width: float) -> Iterator[str]:
    role = row.role if row.part == "about" or row.bold else "faint"
    room = width - 2 * _PAD
    if row.word:
        word = svg.fit(row.word, 11, room, bold=row.bold)
        yield svg.text(x + _PAD, y + 12.5, word, role, size=11, bold=row.bold)
        room -= svg.text_width(word, 11, bold=row.bold) + 8
    if row.text:
        text = svg.fit(minus(row.text), 12, room, mono=True)
        yield svg.text(x + width - _PAD, y + 12.5, text, row.role, anchor="end", bold=row.bold, mono=True)


def _bars(row: Row, x: float, y: float, width: float) -> Iterator[str]:
    """The histogram, with the smallest and the largest entry at its ends."""
    low, high = minus(row.word), minus(row.text)
    left = x + _PAD + svg.text_width(low, 9.5, mono=True) + 4
    right = x + width - _PAD - svg.text_width(high, 9.5, mono=True) - 4
    step, tallest = (right - left) / len(row.histogram), max(row.histogram)
    d = "".join(
        f"M{svg.number(left + i * step)} {svg.number(y + 11)}v{svg.number(-max(1.0, 11 * count / tallest))}"
        f"h{svg.number(step - 0.8)}V{svg.number(y + 11)}z"
        for i, count in enumerate(row.histogram)
        if count
    )
    yield svg.text(x + _PAD, y + 10.5, low, "faint", size=9.5, mono=True)
    yield svg.path(d, f"{'value' if row.role == 'value' else 'gradient'}-bar")
    yield svg.text(x + width - _PAD, y + 10.5, high, "faint", size=9.5, anchor="end", mono=True)
