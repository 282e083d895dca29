"""Walks through graphs given as pairs of numbers; none recurses, so none is too deep."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

__all__ = ["inputs_first", "neighbours", "strong_parts"]


def neighbours(count: int, pairs: Iterable[tuple[int, int]]) -> tuple[list[list[int]], list[list[int]]]:
    """For every node its sources and its targets, one entry for every pair."""
    ins: list[list[int]] = [[] for _ in range(count)]
    outs: list[list[int]] = [[] for _ in range(count)]
    for source, target in pairs:
        ins[target].append(source)
        outs[source].append(target)
    return ins, outs


def inputs_first(ins: Sequence[Sequence[int]], outs: Sequence[Sequence[int]]) -> list[int]:
    """All nodes, inputs first. Nodes on a cycle, and all behind it, are missing."""
    waiting = [len(near) for near in ins]
    order = [v for v, count in enumerate(waiting) if not count]
    for v in order:  # grows while it is walked
        for w in outs[v]:
            waiting[w] -= 1
            if not waiting[w]:
                order.append(w)
    return order


def strong_parts(ins: Sequence[Sequence[int]], outs: Sequence[Sequence[int]]) -> list[int]:
    """For every node the number of its part; two nodes are in one part if each can be reached from the other.

    Two walks: the first notes when each node is left, the second goes against the arrows from the
    node left last.
    """
    left: list[int] = []
    seen = [False] * len(outs)
    for start in range(len(outs)):
        waiting = [(start, 0)]
        while waiting:
            v, position = waiting.pop()
            if position == 0 and seen[v]:
                continue
            seen[v] = True
            if position < len(outs[v]):
                waiting += [(v, position + 1), (outs[v][position], 0)]
            else:
                left.append(v)
    part = [-1] * len(outs)
    for start in reversed(left):
        stack = [start] if part[start] < 0 else []
        while stack:
            v = stack.pop()
            if part[v] < 0:
                part[v] = start
                stack += ins[v]
    return part
