"""Where layers begin along the picture, where pills stand between them, and the curves of the wires."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from .isotonic import spread
from .layers import ENTRY, Layered
from .shapes import Point

__all__ = ["Drawn", "draw_wires"]

_GAP, _BESIDE_PILL = 30.0, 14.0
"""The least space between layers, between a layer and a pill."""
_STEEP, _MOST = 0.12, 40.0
"""How much wider a gap gets for each pixel that a wire in it goes across, and how much at most."""
_PILL_ROOM, _WIRE_ROOM = 2.0, 3.0
_LEVEL = 0.05
"""Ends nearer to each other across are level: the last digits depend on how Python adds floats up."""


class Drawn(NamedTuple):
    """A layered graph with places for everything."""

    length: float
    """From the start of the first layer to the end of the last."""
    starts: list[float]
    """Where every item begins along."""
    paths: list[list[Point]]
    """Control points of every wire, as (along, across)."""
    labels: list[Point | None]


class _Piece:
    """The part of one or more wires between two neighbouring layers."""

    def __init__(self, start: float, end: float, label: tuple[float, float]) -> None:
        self.start, self.end, self.label = start, end, label
        self.middle: float | None = None
        """Where it passes between the pills of its gap; None where there are none."""


def draw_wires(
    graph: Layered, layers: Sequence[Sequence[int]], place: Sequence[float], ends: Sequence[float], start: float
) -> Drawn:
    """`ends`: where wires end, from the middle of their targets; `start`: what to keep free behind the border."""
    pieces, of_wire = _pieces(graph, place, ends)
    gaps = [_gap(row) for row in pieces]
    if graph.kind[layers[0][0]] == ENTRY:
        gaps[0] = (gaps[0][0] + start, *gaps[0][1:])
    widths = [max((graph.along[v] for v in layer), default=0.0) for layer in layers]
    begins = [0.0]
    for width, gap in zip(widths, gaps):
        begins.append(begins[-1] + width + sum(gap))
    starts = [begins[graph.rank[v]] + _indent(graph, v, widths[graph.rank[v]]) for v in range(len(graph.items))]
    paths, labels = [], []
    for wire, chain, parts in zip(graph.wires, graph.chains, of_wire):
        first = graph.rank[wire.target] - len(parts)
        path = _Path(starts[wire.source] + graph.along[wire.source], place[wire.source] + graph.leave(wire))
        if first > graph.rank[wire.source]:
            path.jump(begins[first], parts[0].start)
        for r, piece in enumerate(parts, first):
            path.through(begins[r] + widths[r], begins[r + 1], gaps[r][0], piece)
        path.flat(starts[wire.target])
        paths.append(path.points)
        middle = parts[-1].middle
        r = graph.rank[chain[-1]] - 1
        centre = begins[r] + widths[r] + gaps[r][0] + gaps[r][1] / 2
        labels.append((centre, middle) if any(wire.label) and middle is not None else None)
    return Drawn(begins[-1] if not gaps else begins[len(layers) - 1] + widths[-1], starts, paths, labels)


def _pieces(
    graph: Layered, place: Sequence[float], ends: Sequence[float]
) -> tuple[list[list[_Piece]], list[list[_Piece]]]:
    """All pieces by gap, and those of every wire; a trunk's pieces are shared by its wires."""
    gaps: list[list[_Piece]] = [[] for _ in range(max(graph.rank) + 1)]
    shared: dict[int, _Piece] = {}
    of_wire = []
    for wire, chain, end in zip(graph.wires, graph.chains, ends):
        parts = []
        at = place[wire.source] + graph.leave(wire)
        for bend in chain[1:-1]:
            if graph.rank[bend] - graph.rank[wire.source] > len(chain) - 2:  # a wire that jumps
                at = place[bend]
                continue
            if bend not in shared:
                shared[bend] = _Piece(at, place[bend], (0.0, 0.0))
                gaps[graph.rank[bend] - 1].append(shared[bend])
            parts.append(shared[bend])
            at = place[bend]
        parts.append(_Piece(at, place[wire.target] + end, wire.label))
        gaps[graph.rank[wire.target] - 1].append(parts[-1])
        of_wire.append(parts)
    return gaps, of_wire


def _gap(pieces: list[_Piece]) -> tuple[float, float, float]:
    """The widths before the pills, of the pills, and behind them; places the pills across."""
    width = max((piece.label[0] for piece in pieces), default=0.0)
    steep = max((abs(piece.end - piece.start) for piece in pieces), default=0.0)
    extra = min(_STEEP * steep, _MOST)
    if width:
        pieces.sort(key=lambda piece: (piece.start + piece.end, piece.start))
        wishes = [(piece.start + piece.end) / 2 for piece in pieces]
        rooms = [piece.label[1] / 2 + (_PILL_ROOM if piece.label[1] else _WIRE_ROOM) for piece in pieces]
        weights = [1.0 if piece.label[1] else 4.0 for piece in pieces]
        for piece, middle in zip(pieces, spread(wishes, weights, rooms)):
            piece.middle = middle
        return _BESIDE_PILL + extra / 2, width, _BESIDE_PILL + extra / 2
    return (_GAP + extra) / 2, 0.0, (_GAP + extra) / 2


def _indent(graph: Layered, v: int, width: float) -> float:
    """A leaf stands at the end of its layer, near its consumers; everything else in the middle."""
    free = width - graph.along[v]
    return free if not graph.ups[v] else free / 2


class _Path:
    """Control points, grown piece by piece."""

    def __init__(self, x: float, y: float) -> None:
        self.points: list[Point] = [(x, y)]

    def jump(self, x: float, y: float) -> None:
        """Straight to a place far off, behind whatever stands between."""
        x0, y0 = self.points[-1]
        if abs(y - y0) >= _LEVEL:
            third = (x - x0) / 3
            self.points += [(x0 + third, y0 + (y - y0) / 3), (x - third, y - (y - y0) / 3), (x, y)]

    def flat(self, x: float) -> None:
        """Straight on along the picture."""
        x0, y = self.points[-1]
        if x - x0 < 0.05:
            return
        if len(self.points) > 3 and self.points[-4][1] == self.points[-3][1] == self.points[-2][1] == y:
            x0 = self.points[-4][0]
            del self.points[-3:]
        self.points += [(x0 + (x - x0) / 3, y), (x - (x - x0) / 3, y), (x, y)]

    def through(self, begin: float, end: float, side: float, piece: _Piece) -> None:
        """To the end of a layer, then through the gap to the next, past or under a pill."""
        self.flat(begin)
        y0, y1 = piece.start, piece.end
        if piece.middle is None:
            self._curve(end, y1, 0.0, 0.0)
            return
        x = (begin + end) / 2
        rise = 0.0
        if (piece.middle - y0) * (y1 - piece.middle) > 0:
            rise = (y1 - y0) / (end - begin)
            least = min(abs(piece.middle - y0), abs(y1 - piece.middle)) / (x - begin)
            rise = min(max(rise, -1.5 * least, -1.0), 1.5 * least, 1.0)
        self._curve(x, piece.middle, 0.0, rise)
        self._curve(end, y1, rise, 0.0)

    def _curve(self, x: float, y: float, rise0: float, rise1: float) -> None:
        x0, y0 = self.points[-1]
        if abs(y - y0) < _LEVEL and not rise0 and not rise1:
            self.flat(x)
            return
        reach = (x - x0) * 0.45
        self.points += [(x0 + reach, y0 + reach * rise0), (x - reach, y - reach * rise1), (x, y)]
