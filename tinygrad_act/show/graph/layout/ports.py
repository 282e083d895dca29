"""Where on its target every wire ends."""

from __future__ import annotations

from collections.abc import Sequence

from .layers import BOX, Layered

__all__ = ["ports"]


def ports(graph: Layered, place: Sequence[int]) -> list[float]:
    """How far from the middle of its target each wire ends, once the order in the layers is known.

    The ports of a box are spread along its side, operand by operand, but for wires that would cross
    right before it.
    """
    ends = [graph.enter(wire) for wire in graph.wires]
    arriving: list[list[tuple[float, float, int]]] = [[] for _ in graph.items]
    for i, (wire, chain) in enumerate(zip(graph.wires, graph.chains)):
        if wire.enter is None and graph.kind[wire.target] == BOX:
            arriving[wire.target].append((place[chain[-2]], graph.leave(wire) if len(chain) == 2 else 0.0, i))
    for target, row in enumerate(arriving):
        for position, (_, _, i) in enumerate(sorted(row), 1):
            ends[i] += graph.across[target] * (position / (len(row) + 1) - 0.5)
    return ends
