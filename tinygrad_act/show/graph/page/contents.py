"""What the page's script is given: the steps, the boxes and the edges, with places in lists for names."""

from __future__ import annotations

from typing import Any

from ...texts import minus
from ..snapshot import Edge, Node, Snapshot
from ..wording import brief_text, full_text
from .sentences import called, computed, derivative_text
from .steps import Arrival, Step, steps_of

__all__ = ["contents"]


def contents(snapshot: Snapshot) -> dict[str, Any]:
    """Lists and dictionaries that JSON can hold. Absent keys mean nothing to say."""
    places = {node.id: place for place, node in enumerate(snapshot.nodes)}
    operands: dict[str, list[Node]] = {}
    for edge in snapshot.edges:
        operands.setdefault(edge.target, []).append(snapshot.nodes[places[edge.source]])
    return {
        "nodes": [_node(node, operands.get(node.id, [])) for node in snapshot.nodes],
        "edges": [_edge(edge, snapshot.nodes, places) for edge in snapshot.edges],
        "steps": [_step(step, places) for step in steps_of(snapshot)],
    }


def _node(node: Node, operands: list[Node]) -> dict[str, Any]:
    is_known_result = node.kind in ("result", "module") and node.value is not None
    entry = {
        "id": node.id,
        "name": called(node),
        "kind": _kind(node),
        "title": node.title,
        "formula": computed(node, operands).formula if is_known_result else "",
        "size": f"{'×'.join(map(str, node.shape))} {node.dtype}".strip(),
        "cluster": " › ".join(node.cluster),
        "changed": int(node.changed),
        "flows": int(node.flows),
    }
    entry = {key: content for key, content in entry.items() if content not in ("", 0)}
    for key, numbers in (("value", node.value), ("grad", node.grad)):
        if numbers is not None:
            entry[key] = full_text(numbers)
            if numbers.head:
                entry[f"{key}Head"] = numbers.head
    return entry


def _kind(node: Node) -> str:
    if node.times > 1:
        return f"{node.times:,} values in one box"
    return " ".join(filter(None, [node.op or node.kind, node.static]))


def _edge(edge: Edge, nodes: tuple[Node, ...], places: dict[str, int]) -> list[Any]:
    source, target = places[edge.source], places[edge.target]
    return [source, target, derivative_text(edge, nodes[source], nodes[target])]


def _unlike_the_picture(arrival: Arrival) -> list[str]:
    """The state and the number of a gradient that the picture does not show."""
    return [] if arrival.state == "drawn" else [arrival.state, minus(brief_text(arrival.total))]


def _step(step: Step, places: dict[str, int]) -> dict[str, Any]:
    grads = [[places[arrival.node], *_unlike_the_picture(arrival)] for arrival in step.arrivals]
    shown = (*step.values, *(arrival.node for arrival in step.arrivals))
    entry = {
        "phase": step.phase,
        "said": step.said,
        "lines": [[line.formula, line.remark] if line.remark else [line.formula] for line in step.lines],
        "on": [places[name] for name in step.nodes if name not in shown],
        "edges": list(step.edges),
        "values": [places[name] for name in step.values],
        "grads": grads,
    }
    return {key: content for key, content in entry.items() if content}
