"""What a program costs: operations, flops, bytes, room, and peak memory."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass

import numpy as np

from .node import Graph, Node
from .plan import Plan

__all__ = ["Explanation", "explain"]


@dataclass(frozen=True)
class Explanation:
    """The costs of one call, counted from the lines of a program."""

    calls: dict[str, int]
    """How often each function is called."""
    flops: int
    """Additions and multiplications; an elementary function of one number counts as one."""
    traffic: int
    """Bytes that the calls read and write."""
    rooms: tuple[int, ...]
    """The bytes of each piece of room that stays from call to call."""
    peak: int
    """The most bytes of intermediate and final results at a time."""
    eager_peak: int
    """The bytes of all results of the recorded graph, which lives until the last of them is made."""
    recorded: int
    """How many operations were recorded."""

    @property
    def headline(self) -> str:
        return f"{sum(self.calls.values())} calls, {self.flops:,} flops, peak memory {_bytes(self.peak)}"

    def __str__(self) -> str:
        ratio = self.peak / self.eager_peak if self.eager_peak else 1.0
        listed = ", ".join(f"{name} {count}" for name, count in Counter(self.calls).most_common())
        return "\n".join(
            (
                f"operations  {self.recorded} recorded, {sum(self.calls.values())} calls: {listed}",
                f"flops       {self.flops:,}",
                f"traffic     {_bytes(self.traffic)} read and written",
                f"buffers     {len(self.rooms)} that stay from call to call, {_bytes(sum(self.rooms))}",
                f"peak        {_bytes(self.peak)}, eager {_bytes(self.eager_peak)}: {ratio:.2f}x",
            )
        )


def explain(recorded: Graph, graph: Graph, plan: Plan) -> Explanation:
    """The costs of `graph`, planned; `recorded`: the graph before any pass."""
    lines = plan.lines
    calls = Counter(x.call.name for x in lines)
    traffic = sum(_moved(x) for x in lines if not x.call.view)
    eager = sum(x.nbytes for x in recorded.lines() if _owns(x))
    fresh = _peak_of_fresh(graph, lines, plan)
    return Explanation(
        dict(calls), sum(map(_flops, lines)), traffic, tuple(plan.rooms), sum(plan.rooms) + fresh, eager,
        len(recorded.lines()),
    )  # fmt: skip


def _owns(x: Node) -> bool:
    return x.is_array and not any(np.may_share_memory(x.value, y.value) for y in x.args if y.is_array)


def _moved(x: Node) -> int:
    return x.nbytes + sum(y.nbytes for y in x.args)


def _flops(x: Node) -> int:
    size = math.prod(x.shape)
    if x.call.name in ("np.dot", "np.matmul", "matmul"):
        inner = x.args[0].shape[-1] if x.args[0].shape else 1
        return 2 * size * inner
    if x.call.view:
        return 0
    return max([size, *(math.prod(y.shape) for y in x.args if "reduce" in x.call.name)])


def _peak_of_fresh(graph: Graph, lines: list[Node], plan: Plan) -> int:
    """The most bytes at a time that are neither room nor written over something else."""
    place = {node: i for i, node in enumerate(lines)}
    last: dict[Node, int] = {}
    for i, node in enumerate(lines):
        end = place[plan.loops[node].nodes[-1]] if node in plan.loops else i
        for x in node.args:
            last[x] = max(last.get(x, 0), end)
    for x in graph.outputs:
        last[x] = len(lines)
    now = peak = 0
    alive: dict[int, int] = {}
    for i, node in enumerate(lines):
        loop = plan.loops.get(node)
        for x in (node,) if loop is None else loop.nodes if node is loop.nodes[0] else ():
            if x not in plan.target and _owns(x):
                now += plan.nbytes(x)
                end = last.get(plan.joins[x].whole if x in plan.joins else x, place[x])
                alive[end] = alive.get(end, 0) + plan.nbytes(x)
        peak = max(peak, now)
        now -= alive.pop(i, 0)
    return peak


def _bytes(n: int) -> str:
    for unit, size in (("GB", 1 << 30), ("MB", 1 << 20), ("KB", 1 << 10)):
        if n >= size:
            return f"{n / size:.1f} {unit}"
    return f"{n} bytes"
