"""The edges of the picture: the line, as wide and dark as the gradient that flows, and its local derivative."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

from .. import svg
from ..svg.colours import HEAT
from ..texts import minus, number_text
from .layout import Route
from .snapshot import Edge, Node
from .wording import at_text, brief_text, slope_text

__all__ = ["Scale", "equation", "label_size", "label_text", "scale_of", "stops", "write_edge"]

_SIZE = 10.5
_LONGEST = 260.0
_PILL = 48
"""A formula that has more characters than these with its number gives way to the number."""
_DECADES = 4.0


class Scale(NamedTuple):
    """Which gradients the colours stand for, on a logarithmic scale."""

    low: float
    """The smallest that is not 0."""
    high: float
    """The largest."""

    def step(self, flow: float) -> int:
        """The step of a gradient that is neither 0 nor infinite: at the top at the largest, four decades down to 0."""
        if flow >= self.high:
            return HEAT - 1
        depth = math.log10(self.high) - math.log10(flow)  # their quotient may be larger than all floats
        return max(0, HEAT - 1 - math.ceil(depth / self.decades * (HEAT - 1)))

    @property
    def decades(self) -> float:
        """How many powers of ten the colours span: four, or fewer if the gradients differ less."""
        return min(_DECADES, max(1.0, math.log10(self.high) - math.log10(self.low)))


def scale_of(edges: Sequence[Edge]) -> Scale | None:
    """The scale for these edges; None if along no edge a gradient flows that is neither 0 nor infinite."""
    flowing = [edge.flow for edge in edges if edge.flow and math.isfinite(edge.flow)]
    return Scale(min(flowing), max(flowing)) if flowing else None


def label_text(edge: Edge) -> str:
    """What the pill on the edge says: `a(1 − a) = 0.1966`, `Xᵀ @ G`, and what is the matter with it."""
    local, symbol = minus(slope_text(edge.local)), edge.symbol
    both = bool(symbol and local)
    text = f"{symbol}: {local}" if both and local[0].isalpha() else equation(edge)  # `mean 0.2` is no number to equal
    if both and len(symbol) + len(local) > _PILL:
        text = local
    if edge.times > 1:
        text = f"×{edge.times:,}" + (f"  {text}" if text else "")
    matter = "".join(f" · {what}" for what in ("kink" if edge.kink else "", _fault(edge)) if what)
    room = _LONGEST - svg.text_width(matter, _SIZE)  # a long formula must not push out what is the matter
    return (svg.fit(text, _SIZE, room) + matter).removeprefix(" · ")


def _fault(edge: Edge) -> str:
    if edge.flow is None or math.isfinite(edge.flow):
        return ""
    return "gradient NaN" if math.isnan(edge.flow) else "gradient ∞"


def label_size(edge: Edge) -> tuple[float, float]:
    """Width and height of the pill; none without a text."""
    return _size_of(label_text(edge))


def _size_of(text: str) -> tuple[float, float]:
    return (svg.text_width(text, _SIZE) + 14, 17.0) if text else (0.0, 0.0)


def stops(edge: Edge) -> bool:
    """Whether no gradient can flow along it."""
    return not edge.symbol and edge.local is None and edge.position is not None and edge.times == 1


def write_edge(index: int, edge: Edge, route: Route, scale: Scale | None, names: dict[str, Node]) -> str:
    """The SVG of one edge with its arrow and its pill."""
    role, width, dash = _look(edge, scale)
    line = svg.path(_curve(route), "", role, extra=f' stroke-width="{width:.3g}"{dash}')
    parts = [line, _arrow(route, role, width)]
    text = label_text(edge)
    if text:
        parts.append(_pill(route, edge, text))
    attributes = f' class="edge" data-edge="{index}" data-source="{edge.source}" data-target="{edge.target}"'
    return svg.group(parts, title=_spoken(edge, names), extra=attributes)


def _look(edge: Edge, scale: Scale | None) -> tuple[str, float, str]:
    """Colour, width and dashes."""
    if edge.flow is None:
        return "axis", 1.2, ' stroke-dasharray="5 3"' if stops(edge) else ""
    if edge.flow == 0:
        return "axis", 2.0, ' stroke-dasharray="0.1 4.5" stroke-linecap="round"'
    if not math.isfinite(edge.flow) or scale is None:
        return "alarm", 5.0, ""
    step = scale.step(edge.flow)
    return f"heat-{step}", 1.2 + 0.4 * step, ""


def _curve(route: Route) -> str:
    (x, y), *rest = route.points
    n = svg.number
    return f"M{n(x)} {n(y)}" + "".join(
        ("C" if i % 3 == 0 else " ") + f"{n(x)} {n(y)}" for i, (x, y) in enumerate(rest)
    )  # fmt: skip


def _arrow(route: Route, role: str, width: float) -> str:
    (x0, y0), (x, y) = route.points[-2:]
    length = math.hypot(x - x0, y - y0) or 1.0
    dx, dy = (x - x0) / length, (y - y0) / length
    long, half = 6.5 + width, 2.4 + width / 2
    n = svg.number
    back = f"{n(x - long * dx - half * dy)} {n(y - long * dy + half * dx)}"
    front = f"{n(x - long * dx + half * dy)} {n(y - long * dy - half * dx)}"
    return svg.path(f"M{n(x)} {n(y)}L{back}L{front}z", role)


def _pill(route: Route, edge: Edge, text: str) -> str:
    (x, y), (width, height) = route.label, _size_of(text)
    role = "alarm" if edge.kink or _fault(edge) else "text"
    parts = [
        svg.rectangle(x - width / 2, y - height / 2, width, height, "pill", "pill-line", radius=height / 2),
        svg.text(x, y + 3.7, text, role, size=_SIZE, anchor="middle"),
    ]
    return svg.group(parts, extra=' class="pill"')


def equation(edge: Edge) -> str:
    """The local derivative in symbols and numbers: `a(1 − a) = 0.1966`; what is a number anyway is said once."""
    return edge.formula.equation(minus(slope_text(edge.local)))


def _spoken(edge: Edge, names: dict[str, Node]) -> str:
    ends = f"{names[edge.source].called or edge.source} → {names[edge.target].called or edge.target}"
    local = equation(edge)
    flow = "" if edge.flow is None else f"gradient that flows: {brief_text(edge.sent) or number_text(edge.flow)}"
    derivative = f"local derivative {local}" if local else "nothing flows" if stops(edge) else ""
    at = f"at {at_text(edge)}" if edge.at else ""
    return "; ".join(filter(None, [ends, derivative, at, edge.kink, flow]))
