"""Clusters that a path leaves and comes back to, cut into pieces to which none comes back.

A recurrent cell with something between its steps is one: as a single rectangle it would stand both
before and behind what is between.
"""

from __future__ import annotations

from collections.abc import Sequence

from .walks import inputs_first, neighbours, strong_parts

__all__ = ["pieces"]


def pieces(names: Sequence[str | None], pairs: Sequence[tuple[int, int]]) -> list[tuple[str, list[int]]]:
    """Every piece's name and nodes, in the order of their first nodes.

    `names`: the cluster of every node, None where it stands in none. `pairs`: source and target.
    """
    first: dict[str, int] = {}
    group = [v if name is None else first.setdefault(name, v) for v, name in enumerate(names)]
    outer = [(group[u], group[v]) for u, v in dict.fromkeys(pairs) if group[u] != group[v]]
    part = strong_parts(*neighbours(len(names), outer))
    inner = [(u, v) for u, v in pairs if part[group[u]] == part[group[v]]]
    phase = _phases(group, inner)
    found: dict[tuple[str, int], list[int]] = {}
    for v, name in enumerate(names):
        if name is not None:
            found.setdefault((name, phase[v]), []).append(v)
    return [(name, nodes) for (name, _), nodes in found.items()]


def _phases(group: Sequence[int], pairs: Sequence[tuple[int, int]]) -> list[int]:
    """How often a path to each node changes its group, at most. Grows wherever a wire changes the group.

    What needs nothing from another group, like a weight, moves up to the piece that uses it.
    """
    ins, outs = neighbours(len(group), pairs)
    order = inputs_first(ins, outs)
    phase = [0] * len(group)
    for v in order:
        phase[v] = max([phase[u] + (group[u] != group[v]) for u in ins[v]], default=0)
    for v in reversed(order):
        if not phase[v] and outs[v]:
            phase[v] = min([phase[w] - (group[w] != group[v]) for w in outs[v]])
    return phase
