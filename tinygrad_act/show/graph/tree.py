"""A snapshot as plain text, for terminals, logs and screen readers; and as JSON."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Sequence
from typing import Any

from .boxes import headline
from .edges import equation
from .snapshot import Edge, Node, Numbers, Snapshot
from .text import shape_text

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
    text.append(_line(rows[0], widths))
    for row, below in lines:
        text += [_line(row, widths), *(f"    {line}" for line in below)]
    return "\n".join(text)


def _line(row: Sequence[str], widths: Sequence[int]) -> str:
    return "  ".join(cell.ljust(width) for cell, width in zip(row, widths)).rstrip()


def _row(node: Node, names: dict[str, str]) -> tuple[str, ...]:
    title, _ = headline(node)
    operation = " ".join(filter(None, [title if node.kind == "result" else node.kind, node.static]))
    times = f" ×{node.times:,}" if node.times > 1 else ""
    grad = _one_line(node.grad) if node.grad is not None else "–" if node.flows else ""
    shape = shape_text(node.shape, node.dtype).removeprefix("shape ")
    return names[node.id] + times, operation, shape, _one_line(node.value), grad


def _one_line(numbers: Numbers | None) -> str:
    if numbers is None:
        return ""
    bad = f", {numbers.bad}" if numbers.bad and numbers.bad not in numbers.text else ""
    return numbers.text.replace("\n", ", ") + bad


def _operand(edge: Edge, names: dict[str, str]) -> str:
    local = equation(edge)
    parts = [local or ("nothing flows" if edge.position is not None else ""), edge.at and f"at {edge.at}", edge.kink]
    if edge.sent:
        parts.append(f"brings {edge.sent}")
    times = f" ×{edge.times:,}" if edge.times > 1 else ""
    return f"← {names[edge.source]}{times}: {'; '.join(filter(None, parts))}".removesuffix(": ")


def as_json(snapshot: Snapshot) -> str:
    """`{"note", "nodes", "edges", "backward"}` with the fields of the snapshot; numbers that are not finite
    are texts, `"nan"`, `"inf"`."""
    whole = {
        "note": snapshot.note,
        "nodes": [dict(_plain(node)) for node in snapshot.nodes],
        "edges": [dict(_plain(edge)) for edge in snapshot.edges],
        "backward": list(snapshot.backward),
    }
    return json.dumps(whole, ensure_ascii=False, indent=1, allow_nan=False) + "\n"


def _plain(item: Any) -> Iterator[tuple[str, Any]]:
    for name, value in item._asdict().items():
        if isinstance(value, Numbers):
            yield name, dict(_plain(value))
        elif isinstance(value, float) and not math.isfinite(value):
            yield name, str(value)
        else:
            yield name, value
