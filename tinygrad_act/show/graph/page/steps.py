"""The steps of a page as plain data: the forward pass, then the backward pass, in the order in which they run."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from itertools import groupby
from typing import Literal, NamedTuple

from ...texts import minus
from ..snapshot import Edge, Node, Numbers, Snapshot
from ..text import operator_text
from ..wording import brief_text, lines_of
from .sentences import Line, backward_line, called, computed, holds, listed, told

__all__ = ["Arrival", "Step", "steps_of"]

_MOST_LINES = 8
NO_BACKWARD_PASS = "no gradient has arrived: call backward() before drawing to step through the backward pass"


class Arrival(NamedTuple):
    """What a gradient is after a step."""

    node: str
    total: Numbers | None
    state: Literal["partial", "brought", "drawn"]
    """`partial`: more is to come. `drawn`: it is what the picture shows. `brought`: all that this pass
    brings, but the picture shows a sum with what earlier passes brought."""


class Step(NamedTuple):
    """What one step says, and what it changes in the picture."""

    phase: Literal["forward", "backward", "end"]
    said: str
    """A sentence."""
    lines: tuple[Line, ...] = ()
    nodes: tuple[str, ...] = ()
    """The boxes that are at work."""
    edges: tuple[int, ...] = ()
    """Indices into the snapshot's edges: those that something flows along."""
    values: tuple[str, ...] = ()
    """Boxes whose value is known from here on."""
    arrivals: tuple[Arrival, ...] = ()


def steps_of(snapshot: Snapshot) -> tuple[Step, ...]:
    """All steps: the leaves, every result, the start of the backward pass, every result again, the end.

    What a snapshot does not hold (the numbers of a summary) has no step, and the last step says so.
    """
    nodes = {node.id: node for node in snapshot.nodes}
    return (*_forward(snapshot, nodes), *_backward(snapshot, nodes), _end(snapshot))


def _forward(snapshot: Snapshot, nodes: dict[str, Node]) -> Iterator[Step]:
    leaves = [node for node in snapshot.nodes if node.kind in ("parameter", "constant") and node.value]
    if leaves:
        ids = tuple(node.id for node in leaves)
        said = "Forward pass: it starts from what was given."
        yield Step("forward", said, _first([holds(node) for node in leaves]), nodes=ids, values=ids)
    incoming: dict[str, list[int]] = {}
    for index, edge in enumerate(snapshot.edges):
        incoming.setdefault(edge.target, []).append(index)
    for node in snapshot.nodes:
        if node.kind in ("result", "module") and node.value:
            edges = incoming.get(node.id, [])
            line = computed(node, [nodes[snapshot.edges[index].source] for index in edges])
            said = f"Forward pass: {_operation(node)} gives {called(node)}."
            yield Step("forward", said, (line,), nodes=(node.id,), edges=tuple(edges), values=(node.id,))


def _backward(snapshot: Snapshot, nodes: dict[str, Node]) -> Iterator[Step]:
    """The start, and one step for every result that passes a gradient on."""
    edges, order = snapshot.edges, snapshot.backward
    if not order:
        return
    uses = Counter(edges[index].source for index in order)
    yield _start([nodes[name] for name in dict.fromkeys(edges[index].target for index in order) if not uses[name]])
    used: Counter[str] = Counter()
    for name, group in groupby(order, key=lambda index: edges[index].target):
        target, active, lines, arrivals = nodes[name], tuple(group), [], {}
        for edge in map(edges.__getitem__, active):
            used[edge.source] += 1
            use, of, source = used[edge.source], uses[edge.source], nodes[edge.source]
            counted = of > 1 and edge.total is not None and source.times == 1
            so_far = f"now {brief_text(edge.total)}, {use} of {of} uses" if counted else ""
            lines.append(backward_line(edge, source, target, so_far))
            arrivals[edge.source] = _arrival(edge, source, complete=use == of)
        yield Step("backward", _passes_on(target, [nodes[name] for name in arrivals]), tuple(lines),
                   (name, *arrivals), active, arrivals=tuple(arrivals.values()))  # fmt: skip


def _start(roots: list[Node]) -> Step:
    names = listed([called(root) for root in roots])
    said = f"Backward pass: it starts at {names}, from the gradient that backward() was given (by default 1)."
    ids = tuple(root.id for root in roots)
    lines = tuple(Line(f"{called(root)}.grad = {told(root.grad)}") for root in roots)
    return Step("backward", said, lines, nodes=ids, arrivals=tuple(
        Arrival(root.id, root.grad, "drawn") for root in roots
    ))  # fmt: skip


def _passes_on(target: Node, sources: list[Node]) -> str:
    to = listed([called(source) for source in sources])
    gradient = f" = {told(target.grad)}" if target.grad and len(lines_of(target.grad)) == 1 else ""
    return f"Backward pass through {_operation(target)}: G = {called(target)}.grad{gradient} is passed on to {to}."


def _arrival(edge: Edge, source: Node, *, complete: bool) -> Arrival:
    if not complete:
        return Arrival(source.id, edge.total, "partial")
    return Arrival(source.id, edge.total, "drawn" if _is_drawn(edge, source) else "brought")


def _is_drawn(edge: Edge, source: Node) -> bool:
    """Whether the sum that ends with this edge is what the picture shows; taken for granted where it is not known."""
    return source.grad is not None and (edge.total is None or source.earlier is None)


def _end(snapshot: Snapshot) -> Step:
    last = {snapshot.edges[index].source: snapshot.edges[index] for index in snapshot.backward}
    lines = [
        Line(f"{called(node)}.grad = {told(node.grad)}", _origin(node, last.get(node.id)))
        for node in snapshot.nodes
        if node.kind == "parameter" and node.grad is not None
    ]
    said = [_outcome(snapshot)] if any(node.value for node in snapshot.nodes) else []
    unknown = sum(node.value is None for node in snapshot.nodes)
    if unknown:
        boxes = "box stands" if unknown == 1 else "boxes stand"
        said.append(f"{unknown:,} {boxes} for values whose numbers are not in this picture: "
                    "there is no step for what is not known.")  # fmt: skip
    if snapshot.note:
        said.append(f"About the picture: {snapshot.note}.")
    return Step("end", " ".join(said), _first(lines))


def _outcome(snapshot: Snapshot) -> str:
    if snapshot.backward:
        return "Both passes are done; these are the gradients of the leaves. Play goes through every step."
    if any(node.grad for node in snapshot.nodes):
        return "The forward pass is done; the gradients were there before: no backward pass ran over this graph."
    return f"The forward pass is done; {NO_BACKWARD_PASS}."


def _origin(node: Node, edge: Edge | None) -> str:
    if edge is None:
        return "not from this pass"
    if node.earlier is None:
        return ""
    if node.times > 1:
        return "a part of it from earlier passes"
    return minus(f"{brief_text(edge.total)} from this pass, {brief_text(node.earlier)} from earlier ones")


def _first(lines: list[Line]) -> tuple[Line, ...]:
    more = len(lines) - _MOST_LINES
    return (*lines[:_MOST_LINES], *[Line(f"… and {more:,} more")] * (more > 0))


def _operation(node: Node) -> str:
    return operator_text(node.name if node.kind == "module" else node.title or node.op or "the operation")
