"""A snapshot as DOT text, the language of Graphviz. The same snapshot gives the same bytes.

A box's label is an "HTML-like" one, the only kind in which every row has its own colour.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

from ..svg import LIGHT
from .boxes import header_role, headline
from .quotient import MOST_PARALLEL
from .snapshot import Edge, Node, Snapshot
from .text import shape_text
from .wording import bare_text

__all__ = ["write_dot"]

_BACKGROUND, _TEXT, _FAINT, _EDGE = (LIGHT[role] for role in ("background", "text", "faint", "axis"))
_FONT = "Helvetica,Arial,sans-serif"
_ESCAPES = {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "\\": "\\\\", "\n": "<BR/>"}


def write_dot(snapshot: Snapshot) -> str:
    """The whole DOT text, from left to right, inputs first."""
    lines = ['digraph "computation graph" {', *_settings(snapshot.note)]
    lines += [f"  {_node(node)}" for node in snapshot.nodes]
    operands = {edge.target: 0 for edge in snapshot.edges}
    for edge in snapshot.edges:
        operands[edge.target] += 1
    for _, parallel in groupby(sorted(snapshot.edges, key=_ends), key=_ends):
        lines += [f"  {_edge(edge, operands[edge.target])}" for edge in _bundled(list(parallel))]
    return "\n".join([*lines, "}", ""])


def _settings(note: str) -> Iterator[str]:
    title = f", label={_quoted(note)}, labelloc=t" if note else ""
    yield f'  graph [rankdir=LR, bgcolor="{_BACKGROUND}", fontname="{_FONT}", fontsize=12, fontcolor="{_TEXT}"{title}]'
    yield "  graph [nslimit=2, nslimit1=2]"  # sooner done, with a layout that looks the same
    yield '  node [shape=box, style="rounded,filled", height=0.3, margin="0.14,0.06"]'
    yield f'  node [fontname="{_FONT}", fontsize=12, fontcolor="{_TEXT}"]'
    yield f'  edge [color="{_EDGE}", arrowsize=0.7, fontname="{_FONT}", fontsize=10, fontcolor="{_FAINT}"]'
    yield "  edge [labeldistance=2.3, labelangle=-18]"  # clear of the line and of the box


def _node(node: Node) -> str:
    width = ", penwidth=2.5" if node.output else ""
    colours = f'fillcolor="{LIGHT["panel"]}", color="{LIGHT[header_role(node)]}"'
    return f"{node.id} [label=<{'<BR/>'.join(_rows(node))}>, {colours}{width}]"


def _rows(node: Node) -> Iterator[str]:
    title, name = headline(node)
    heading = f"<B>{_html(title)}</B>" if title else ""
    if node.static:
        heading += f" {_html(node.static)}"
    if heading:
        yield heading
    if name:
        yield _html(name)
    if node.times > 1 or node.value is None:
        yield f"×{node.times:,}"
    shape = shape_text(node.shape, node.dtype)
    if shape:
        yield _coloured("faint", shape)
    if node.value is not None:
        yield _coloured("value", bare_text(node.value))
    if node.changed:
        yield _coloured("faint", "data changed since it was used")
    if node.flows:
        yield _coloured("gradient", f"grad {'–' if node.grad is None else bare_text(node.grad)}")


def _coloured(role: str, text: str) -> str:
    return f'<FONT COLOR="{LIGHT[role]}">{_html(text)}</FONT>'


def _ends(edge: Edge) -> tuple[int, int]:
    return int(edge.target[1:]), int(edge.source[1:])


def _bundled(parallel: list[Edge]) -> list[Edge]:
    """The edges between two boxes, or one edge that stands for very many."""
    if len(parallel) <= MOST_PARALLEL:
        return parallel
    first = parallel[0]
    return [Edge(first.source, first.target, times=sum(edge.times for edge in parallel))]


def _edge(edge: Edge, operands: int) -> str:
    """One edge, with the operand's number where its operation has several.

    The number is at the head: for one in the middle Graphviz makes room, which takes it a hundred
    times longer where many operations share a parameter.
    """
    label = ""
    if edge.position is None:
        label = f' [label="×{edge.times:,}"]'
    elif operands > 1:
        label = f' [headlabel="{edge.position + 1}"]'
    return f"{edge.source} -> {edge.target}{label}"


def _html(text: str) -> str:
    """Escaped for an HTML-like label, where Graphviz reads `\\N` as the node's name even so."""
    for character, escaped in _ESCAPES.items():
        text = text.replace(character, escaped)
    return text


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
