"""A snapshot as plain text, for terminals, logs and screen readers; and as JSON."""

from __future__ import annotations

from typing import Any

from ...core.columns import spaced
from ..texts import json_text
from .boxes import headline
from .edges import equation
from .snapshot import Edge, Node, Numbers, Slopes, Snapshot
from .text import inline_text, shape_text
from .wording import at_text, bad_text, bare_text, brief_text, one_line, slope_text

__all__ = ["as_json", "as_text"]


def as_text(snapshot: Snapshot) -> str:
    """A table with a line for every box, inputs first, and below it the local derivatives of its operands."""
    rows: list[tuple[str, ...]] = [("name", "operation", "shape", "value", "grad")]
    operands: dict[str, list[Edge]] = {}
    for edge in snapshot.edges:
        operands.setdefault(edge.target, []).append(edge)
    names = {node.id: node.called or node.name or node.title or node.id for node in snapshot.nodes}
    lines: list[tuple[tuple[str, ...], list[str]]] = []
    for node in snapshot.nodes:
        lines.append((_row(node, names), [_operand(edge, names) for edge in operands.get(node.id, ())]))
    widths = [max(len(row[i]) for row in [*rows, *(row for row, _ in lines)]) for i in range(5)]
    text = [snapshot.note] if snapshot.note else []
    text.append(spaced(rows[0], widths))
    for row, below in lines:
        text += [spaced(row, widths), *(f"    {line}" for line in below)]
    return "\n".join(text)


def _row(node: Node, names: dict[str, str]) -> tuple[str, ...]:
    title, _ = headline(node)
    operation = " ".join(filter(None, [title if node.kind == "result" else node.kind, node.static]))
    times = f" ×{node.times:,}" if node.times > 1 else ""
    grad = one_line(node.grad, bad=True) if node.grad is not None else "–" if node.flows else ""
    shape = shape_text(node.shape, node.dtype).removeprefix("shape ")
    return names[node.id] + times, operation, shape, one_line(node.value, bad=True), grad


def _operand(edge: Edge, names: dict[str, str]) -> str:
    local = equation(edge)
    at = f"at {at_text(edge)}" if edge.at else ""
    parts = [local or ("nothing flows" if edge.position is not None else ""), at, edge.kink]
    if edge.sent:
        parts.append(f"brings {brief_text(edge.sent)}")
    times = f" ×{edge.times:,}" if edge.times > 1 else ""
    return f"← {names[edge.source]}{times}: {'; '.join(filter(None, parts))}".removesuffix(": ")


def as_json(snapshot: Snapshot) -> str:
    """`{"note", "nodes", "edges", "backward"}` with the fields of the snapshot, and beside its numbers what the
    picture says of them; numbers that are not finite are texts, `"nan"`, `"inf"`."""
    whole = {
        "note": snapshot.note,
        "nodes": list(map(_node, snapshot.nodes)),
        "edges": list(map(_edge, snapshot.edges)),
        "backward": snapshot.backward,
    }
    return json_text(whole) + "\n"


def _node(node: Node) -> dict[str, Any]:
    numbers = {name: _told(getattr(node, name)) for name in ("value", "grad", "earlier")}
    return {**node._asdict(), "inline": inline_text(node.title, node.operands), **numbers}


def _told(numbers: Numbers | None) -> dict[str, Any] | None:
    if numbers is None:
        return None
    said = {"text": bare_text(numbers), "bad": bad_text(numbers), "brief": brief_text(numbers)}
    usual = {"histogram": numbers.histogram, "head": numbers.head, "low": numbers.low, "high": numbers.high}
    return {**said, **usual, **_given(numbers)}


def _given(numbers: Numbers | Slopes) -> dict[str, Any]:
    """The fields that say something."""
    defaults = numbers._field_defaults
    return {name: x for name, x in numbers._asdict().items() if name not in defaults or x != defaults[name]}


def _edge(edge: Edge) -> dict[str, Any]:
    """What it says as text, and the numbers below one name."""
    said = {"local": slope_text(edge.local), "at": at_text(edge), "sent": brief_text(edge.sent),
            "total": brief_text(edge.total)}  # fmt: skip
    symbols = {"symbol": edge.symbol, "general": str(edge.general)}
    facts = {name: x for name, x in edge._asdict().items() if name != "formula"}
    numbers = {"local": edge.local, "sent": edge.sent, "total": edge.total}
    known = {name: _given(x) for name, x in numbers.items() if x is not None}
    return {**facts, **symbols, **said, "numbers": {"at": dict(edge.at), **known}}
