"""The whole picture of a snapshot as SVG: frames of modules, edges, boxes, legend."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from .. import svg
from ..svg.colours import HEAT
from ..svg.writing import Theme
from ..texts import number_text
from .arrange import Arranged
from .boxes import header_role, write_box
from .edges import Scale, scale_of, stops, write_edge
from .layout import Frame
from .snapshot import Snapshot

__all__ = ["write_picture"]

_MARGIN, _NOTE = 14.0, 22.0


def write_picture(arranged: Arranged, *, title: str, description: str, theme: Theme = "auto") -> str:
    """The SVG file."""
    snapshot, _, placement = arranged
    scale = scale_of(snapshot.edges)
    top = _MARGIN + (_NOTE if snapshot.note else 0.0)
    keys = list(_keys(snapshot, scale))
    texts = [svg.text_width(snapshot.note, 12), *map(_key_width, keys)]
    width = max(placement.width, *texts) + 2 * _MARGIN
    legend, used = _legend(keys, top + placement.height + 18, width)
    note = [svg.text(_MARGIN, 20, snapshot.note, "faint")] if snapshot.note else []
    drawing = svg.group(_parts(arranged, scale), extra=f' transform="translate({_MARGIN:g} {top:g})"')
    height = top + placement.height + _MARGIN + used
    return svg.document(width, height, [*note, drawing, *legend], title=title, description=description, theme=theme)


def _parts(arranged: Arranged, scale: Scale | None) -> Iterator[str]:
    snapshot, boxes, placement = arranged
    names = {node.id: node for node in snapshot.nodes}
    yield from (_frame(frame) for frame in placement.frames)
    for index, (edge, route) in enumerate(zip(snapshot.edges, placement.routes)):
        yield write_edge(index, edge, route, scale, names)
    yield from (_heading(frame) for frame in placement.frames)
    for box, (x, y) in zip(boxes, placement.corners):
        yield write_box(box, x, y)


def _frame(frame: Frame) -> str:
    shape = svg.rectangle(frame.x, frame.y, frame.width, frame.height, "frame", "frame-line", radius=9)
    return svg.group([shape], title=" / ".join(frame.path), extra=' class="cluster"')


def _heading(frame: Frame) -> str:
    """The name of a module, above the edges that cross its frame."""
    name = svg.fit(frame.path[-1], 11, frame.width - 14, bold=True)
    behind = svg.rectangle(frame.x + 6, frame.y + 3, svg.text_width(name, 11, bold=True) + 6, 15, "frame", radius=4)
    return behind + svg.text(frame.x + 9, frame.y + 14, name, "faint", size=11, bold=True)


class _Key(NamedTuple):
    """One entry of the legend: its swatch, drawn at 0, 0, and its text."""

    swatch: str
    width: float
    text: str


def _keys(snapshot: Snapshot, scale: Scale | None) -> Iterator[_Key]:
    found = {header_role(node) for node in snapshot.nodes}
    for role in ("parameter", "constant", "operation", "activation", "output"):
        if role in found:
            yield _Key(svg.rectangle(0, -9, 12, 11, role, radius=2), 12, role)
    if scale is not None:
        step = 11.0
        swatches = [
            svg.line(i * step, -3.5, (i + 1) * step, -3.5, f"heat-{i}", extra=f' stroke-width="{1.2 + 0.4 * i:.3g}"')
            for i in range(HEAT)
        ]
        low = max(scale.low, scale.high / 10**scale.decades)
        yield _Key("".join(swatches), HEAT * step, f"gradient (rms) {_span(low, scale)}, log scale")
    if any(edge.flow == 0 for edge in snapshot.edges):
        dots = ' stroke-width="2" stroke-dasharray="0.1 4.5" stroke-linecap="round"'
        yield _Key(svg.line(0, -3.5, 26, -3.5, "axis", extra=dots), 26, "exactly 0")
    if any(edge.flow is not None and not math.isfinite(edge.flow) for edge in snapshot.edges):
        yield _Key(svg.line(0, -3.5, 26, -3.5, "alarm", extra=' stroke-width="5"'), 26, "NaN or ∞")
    if any(map(stops, snapshot.edges)):
        dashes = svg.line(0, -3.5, 26, -3.5, "axis", extra=' stroke-dasharray="5 3"')
        yield _Key(dashes, 26, "nothing flows")


def _span(low: float, scale: Scale) -> str:
    if scale.low == scale.high:
        return number_text(scale.high)
    least = f" (smallest {number_text(scale.low)})" if scale.low < 0.99 * low else ""
    return f"{number_text(low)} … {number_text(scale.high)}{least}"


def _key_width(key: _Key) -> float:
    return key.width + 6 + svg.text_width(key.text, 11)


def _legend(keys: Sequence[_Key], top: float, width: float) -> tuple[list[str], float]:
    """The keys in rows no wider than the picture, and how high they are."""
    written, x, y = [], _MARGIN, top + 10
    for key in keys:
        wide = _key_width(key) + 18
        if x > _MARGIN and x + wide > width:
            x, y = _MARGIN, y + 18
        swatch = svg.group([key.swatch], extra=f' transform="translate({svg.number(x)} {svg.number(y)})"')
        written += [swatch, svg.text(x + key.width + 6, y, key.text, "faint", size=11)]
        x += wide
    return written, (y - top + 14 if keys else 0.0)
