"""Pictures of graphs: our layout beside Graphviz's `dot` and, where it is installed, grandalf; and whole SVGs.

The graphs are micrograd's networks of scalars, a box for every number. `dot` is another process, so
here a wall clock counts, and each is timed alone, a few times; the best is printed. Without pills
and clusters, because grandalf has neither. Then how many edges cross, drawn as straight lines.
"""

from __future__ import annotations

import importlib
import shutil
import time
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

import tinygrad_act as ta
from tinygrad_act.show.graph.arrange import arrange
from tinygrad_act.show.graph.layout import Box, Link, place
from tinygrad_act.show.graph.render import render

from .runner import Effort, verdicts

__all__ = ["run"]

NETWORKS = ((2, (3, 1)), (3, (8, 8, 1)), (8, (32, 32, 1)))
LARGEST_FOR_GRANDALF = 1_000
"""It needs 46 s for the largest network."""
LIMIT = 0.6
"""Seconds for the largest network's places."""
WHOLE = 1.0
"""Seconds for its whole picture."""


def run(effort: Effort) -> None:
    """All networks, then a chain of 50,000 boxes, which must not recurse; then the largest network as an SVG."""
    print(f"\nplaces of boxes\n{'':34}{'ours':>12}{'dot':>12}{'grandalf':>12}   crossings: ours, dot")
    for inputs, sizes in NETWORKS:
        boxes, links = network(inputs, sizes)
        title = f"{len(boxes):,} boxes, {len(links):,} links"
        ours = _row(title, boxes, links)
    verdict = f"under {LIMIT:g} s: {'reached' if ours < LIMIT else 'MISSED'}"
    verdicts.append(f"{verdict:32}{ours:6.2f} s | our layout | {title}")
    count = min(50_000, effort.deepest)
    chain = [Link(i, i + 1) for i in range(count - 1)]
    seconds, _ = _best(lambda: place([Box(96, 54)] * count, chain), 1)
    print(f"  {f'a chain of {count:,} boxes':32}{_text(seconds)}")
    _whole()


def _whole() -> None:
    """A snapshot laid out and written, with values, gradients, pills and colours, beside `dot -Tsvg`."""
    inputs, sizes = NETWORKS[-1]
    rng = np.random.default_rng(0)
    units = [ta.Value(float(x)) for x in rng.standard_normal(inputs)]
    for size in sizes:
        neurons = [[ta.Value(float(w)) for w in rng.standard_normal(len(units))] for _ in range(size)]
        units = [sum((w * x for w, x in zip(ws, units)), ta.Value(0.1)).tanh() for ws in neurons]
    units[0].backward()
    captured, drawing = _best(lambda: ta.draw(units[0], names={}, collapse="none"), 3)
    ours, text = _best(lambda: ta.Drawing(drawing.snapshot, arrange).svg(), 3)
    theirs = _best(lambda: render(drawing.dot(), "svg"), 1)[0] if shutil.which("dot") else None
    boxes = len(drawing.snapshot.nodes)
    print(f"\nan SVG of {boxes:,} boxes with values, gradients and local derivatives ({len(text) / 1e6:.1f} MB)")
    print(f"  read from the graph {_text(captured)}\n  laid out and written{_text(ours)}   dot -Tsvg{_text(theirs)}")
    verdict = f"under {WHOLE:g} s: {'reached' if ours < WHOLE else 'MISSED'}"
    verdicts.append(f"{verdict:32}{ours:6.2f} s | laid out and written | {boxes:,} boxes")


def _row(title: str, boxes: list[Box], links: list[Link]) -> float:
    """Print one line of the table; our seconds."""
    ours, placement = _best(lambda: place(boxes, links), 5)
    times: list[float | None] = [ours, None, None]
    counts = [_crossings(links, [(*route.points[0], *route.points[-1]) for route in placement.routes])]
    if shutil.which("dot"):
        times[1], (pairs, lines) = _best(lambda: _with_dot(boxes, links), 2)
        counts.append(_crossings(pairs, lines))
    if len(boxes) <= LARGEST_FOR_GRANDALF and _grandalf():
        times[2], _ = _best(_with_grandalf(boxes, links), 2)
    print(f"  {title:32}{''.join(map(_text, times))}   {', '.join(f'{count:,}' for count in counts)}", flush=True)
    return ours


def network(inputs: int, sizes: tuple[int, ...]) -> tuple[list[Box], list[Link]]:
    """A product for every weight; products added up one by one; an activation."""
    pairs: list[tuple[int, int]] = []
    count = inputs
    units = list(range(inputs))
    for size in sizes:
        outputs = []
        for _ in range(size):
            total, count = count, count + 1
            for x in units:
                weight, product, added = count, count + 1, count + 2
                pairs += [(weight, product), (x, product), (total, added), (product, added)]
                total, count = added, count + 3
            pairs.append((total, count))
            outputs.append(count)
            count += 1
        units = outputs
    return [Box(96, 54)] * count, [Link(*pair) for pair in pairs]


def _best(step: Callable[[], Any], times: int) -> tuple[float, Any]:
    """The seconds of the fastest of a few runs, and what it returned."""
    durations = []
    for _ in range(times):
        start = time.perf_counter()
        found = step()
        durations.append(time.perf_counter() - start)
    return min(durations), found


def _grandalf() -> Any:
    try:
        return importlib.import_module("grandalf.layouts"), importlib.import_module("grandalf.graphs")
    except ImportError:
        return None


def _with_grandalf(boxes: list[Box], links: list[Link]) -> Callable[[], Any]:
    layouts, graphs = _grandalf()

    class View:
        w, h, xy = 96, 54, (0, 0)

    def step() -> Any:
        nodes = [graphs.Vertex(i) for i in range(len(boxes))]
        for node in nodes:
            node.view = View()
        graph = graphs.Graph(nodes, [graphs.Edge(nodes[link.source], nodes[link.target]) for link in links])
        for part in graph.C:
            layout = layouts.SugiyamaLayout(part)
            layout.init_all()
            layout.draw()

    return step


_Ends = tuple[float, float, float, float]


def _with_dot(boxes: list[Box], links: list[Link]) -> tuple[list[Link], list[_Ends]]:
    """The links in the order of `dot`, and where the line of each starts and ends."""
    nodes = "".join(f"{i} [width={box.width / 72}, height={box.height / 72}];" for i, box in enumerate(boxes))
    edges = "".join(f"{link.source} -> {link.target};" for link in links)
    text = f'digraph {{ rankdir=LR; node [shape=box, fixedsize=true, label=""]; {nodes} {edges} }}'
    drawn = [line.split() for line in render(text, "plain").decode().splitlines() if line.startswith("edge")]
    numbers = [[float(x) for x in words[4 : 4 + 2 * int(words[3])]] for words in drawn]
    return [Link(int(words[1]), int(words[2])) for words in drawn], [(*xy[:2], *xy[-2:]) for xy in numbers]


def _crossings(links: Sequence[Link], drawn: Sequence[_Ends]) -> int:
    """How many pairs of edges without a common end cross, each as a line from end to end."""
    lines = np.array(drawn)
    ends = np.array([link[:2] for link in links])
    total = 0
    for i, (line, pair) in enumerate(zip(lines, ends)):
        others = lines[i + 1 :]
        apart = (ends[i + 1 :] != pair).all(axis=1)
        over = _side(line, others[:, :2]) * _side(line, others[:, 2:]) < 0
        under = _side(others.T, line[:2][None]) * _side(others.T, line[2:][None]) < 0
        total += np.count_nonzero(apart & over & under)
    return total


def _side(line: np.ndarray, points: np.ndarray) -> np.ndarray:
    """On which side of a line points are, by the sign."""
    x0, y0, x1, y1 = line
    return (x1 - x0) * (points[:, 1] - y0) - (y1 - y0) * (points[:, 0] - x0)


def _text(seconds: float | None) -> str:
    return f"{'-':>12}" if seconds is None else f"{seconds * 1e3:9,.1f} ms"
