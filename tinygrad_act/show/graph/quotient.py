"""A snapshot with several boxes in one: what folding repeats and collapsing modules have in common."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Callable, Hashable, Mapping, Sequence

from .numbers import ranged
from .snapshot import Edge, Formula, Node, Snapshot

__all__ = ["DIFFERS", "MOST_PARALLEL", "common_formula", "common_text", "is_acyclic", "quotient"]

_DIGITS = re.compile(r"\d+")
DIFFERS = "differs"
"""In place of a formula, where many differ."""
MOST_PARALLEL = 4
"""Up to so many edges between two boxes are drawn one by one."""
_LONE = re.compile(r"(?<![\w[])\*")
"""A number that differs, and is no part of a name."""


def quotient(
    snapshot: Snapshot, group_of: Mapping[str, Hashable], describe: Callable[[Sequence[Node]], Node], note: str
) -> Snapshot:
    """One box for every group of nodes, and one edge for all between two groups at one position.

    `group_of`: the group of every node, by id; a group of one node keeps it as it is. Edges inside a
    group are left out.
    """
    groups: dict[Hashable, list[Node]] = {}
    for node in snapshot.nodes:
        groups.setdefault(group_of[node.id], []).append(node)
    ids = {group: f"n{number}" for number, group in enumerate(groups)}
    nodes = {
        group: (members[0] if len(members) == 1 else describe(members))._replace(id=ids[group])
        for group, members in groups.items()
    }
    edges: _Edges = {}
    for edge in snapshot.edges:
        source, target = group_of[edge.source], group_of[edge.target]
        if source != target:
            position = None if nodes[target].kind == "module" else edge.position
            edges.setdefault((source, target, position), []).append(edge)
    edges = _bundled(edges)
    joined = [
        _joined(found, ids[source], ids[target], position, nodes[target].times)
        for (source, target, position), found in edges.items()
    ]
    ordered = _inputs_first(tuple(nodes.values()), joined)
    backward = _backward(ordered, joined) if snapshot.backward else ()
    return Snapshot(ordered, tuple(joined), note, backward)


_Edges = dict[tuple[Hashable, Hashable, "int | None"], list[Edge]]


def _bundled(edges: _Edges) -> _Edges:
    """As they are, but one for all positions where they are many: sixteen neurons that are stacked."""
    positions = Counter((source, target) for source, target, _ in edges)
    bundled: _Edges = {}
    for (source, target, position), found in edges.items():
        first = 0 if positions[source, target] > MOST_PARALLEL else position
        bundled.setdefault((source, target, first), []).extend(found)
    return bundled


def _joined(edges: Sequence[Edge], source: str, target: str, position: int | None, times: int) -> Edge:
    first = edges[0]
    if len(edges) == 1 and position is not None:
        return first._replace(source=source, target=target)
    count = sum(edge.times for edge in edges)
    flows = [edge.flow for edge in edges if edge.flow is not None]
    flow = math.sqrt(sum(x * x for x in flows) / len(flows)) if flows else None
    if position is None:  # into a module: the local derivative is that of something inside
        return Edge(source, target, None, 1, flow=flow)
    kinks = [edge.kink for edge in edges if edge.kink]
    return Edge(
        source, target, position, count // times if count % times == 0 else count,
        common_formula(edges), local=ranged([edge.local for edge in edges]),
        kink=kinks[0] if len(kinks) == 1 else f"{len(kinks)} on a kink" if kinks else "", flow=flow,
    )  # fmt: skip


def common_formula(edges: Sequence[Edge]) -> Formula:
    """What all formulas say, with the operation's own names for what has only made-up ones.

    Where they say different things it is left to the number, if there is one.
    """
    given = all(edge.general == edge.formula for edge in edges)
    formulas = [edge.formula if given else edge.general for edge in edges]
    first, text = formulas[0], common_text([formula.text for formula in formulas])
    if not text or _LONE.search(text):
        return Formula("" if ranged([edge.local for edge in edges]) or not first.text else DIFFERS, form="whole")
    by, where = (common_text(texts) for texts in zip(*((formula.by, formula.where) for formula in formulas)))
    return Formula(text, by, first.form, any(formula.rounded for formula in formulas), where)


def _backward(nodes: Sequence[Node], edges: Sequence[Edge]) -> tuple[int, ...]:
    """The edges along which a gradient flows, from the outputs to the inputs."""
    into: dict[str, list[int]] = {}
    for index, edge in enumerate(edges):
        if edge.flow is not None:
            into.setdefault(edge.target, []).append(index)
    return tuple(index for node in reversed(nodes) for index in into.get(node.id, ()))


def _inputs_first(nodes: tuple[Node, ...], edges: Sequence[Edge]) -> tuple[Node, ...]:
    """The nodes with inputs before results; as they are where one depends on itself."""
    waiting = dict.fromkeys((node.id for node in nodes), 0)
    consumers: dict[str, list[str]] = {node.id: [] for node in nodes}
    for edge in edges:
        waiting[edge.target] += 1
        consumers[edge.source].append(edge.target)
    found = {node.id: node for node in nodes}
    ready, ordered = [node.id for node in reversed(nodes) if not waiting[node.id]], []
    while ready:
        name = ready.pop()
        ordered.append(found[name])
        for target in reversed(consumers[name]):
            waiting[target] -= 1
            if not waiting[target]:
                ready.append(target)
    return tuple(ordered) if len(ordered) == len(nodes) else nodes


def is_acyclic(snapshot: Snapshot) -> bool:
    """Whether every box comes after all that it is computed from."""
    places = {node.id: place for place, node in enumerate(snapshot.nodes)}
    return all(places[edge.source] < places[edge.target] for edge in snapshot.edges)


def common_text(texts: Sequence[str]) -> str:
    """What all texts say: with `*` for numbers that differ; nothing if more than those do."""
    if len(set(texts)) == 1:
        return texts[0]
    patterns = [_DIGITS.split(text) for text in texts]
    if any(pattern != patterns[0] for pattern in patterns):
        return ""
    numbers = [_DIGITS.findall(text) for text in texts]
    joints = [same[0] if len(set(same)) == 1 else "*" for same in zip(*numbers)]
    return "".join(part for pair in zip(patterns[0], [*joints, ""]) for part in pair)
