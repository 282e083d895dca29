"""What a program costs: operations, flops, bytes, room, and peak memory."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass

from ..core.columns import columns
from ..core.shown import fragment
from .calls import EINSUM, INDEXED
from .node import Graph, Node
from .plan import Plan

__all__ = ["Costs", "costs_of"]


@dataclass(frozen=True, repr=False)
class Costs:
    """The costs of one call, counted from the lines of a program."""

    calls: dict[str, int]
    """How often each function is called."""
    flops: int
    """Additions and multiplications; any other function of one number counts as one, and so does each number that
    the body of an operation takes or gives."""
    traffic: int
    """Bytes that the calls read and write."""
    rooms: tuple[int, ...]
    """The bytes of each piece of room that stays from call to call."""
    peak: int
    """The most bytes of intermediate and final results at a time, apart from what functions need inside."""
    eager_peak: int
    """The same of eager mode on Values: the bytes of all results of the graph, which lives until the last is made."""
    recorded: int
    """How many operations were recorded."""

    @property
    def headline(self) -> str:
        return f"{sum(self.calls.values())} calls, {self.flops:,} flops, peak memory {_bytes(self.peak)}"

    def _rows(self) -> list[tuple[str, str]]:
        ratio = self.peak / self.eager_peak if self.eager_peak else 1.0
        listed = ", ".join(f"{name} {count}" for name, count in Counter(self.calls).most_common())
        return [
            ("operations", f"{self.recorded} recorded, {sum(self.calls.values())} calls: {listed}"),
            ("flops", f"{self.flops:,}"),
            ("traffic", f"{_bytes(self.traffic)} read and written"),
            ("buffers", f"{len(self.rooms)} that stay from call to call, {_bytes(sum(self.rooms))}"),
            ("peak", f"{_bytes(self.peak)}, eager {_bytes(self.eager_peak)}: {ratio:.2f}x"),
        ]

    def __str__(self) -> str:
        return "\n".join(columns(self._rows()))

    def __repr__(self) -> str:
        return str(self)

    def _repr_html_(self) -> str:
        """What a notebook prefers."""
        return fragment("", rows=[("one call", self.headline), *self._rows()])


def costs_of(recorded: Graph, graph: Graph, plan: Plan) -> Costs:
    """The costs of `graph`, planned; `recorded`: the graph before any pass."""
    lines = plan.lines
    calls = Counter(x.call.name for x in lines)
    traffic = sum(_moved(x) for x in lines if not x.call.view)
    eager = sum(x.nbytes for x in recorded.lines() if _owns(x))
    fresh = _fresh(graph, lines, plan)
    return Costs(
        dict(calls), sum(map(_flops, lines)), traffic, tuple(plan.rooms), sum(plan.rooms) + fresh, eager,
        len(recorded.lines()),
    )  # fmt: skip


def _owns(x: Node) -> bool:
    """Whether it is an array with memory of its own: no view, nothing stretched."""
    if not x.is_array or x.call.name == "np.broadcast_to" or (x.facts.size > 1 and 0 in x.facts.strides):
        return False
    return not x.facts.shared


def _moved(x: Node) -> int:
    return x.nbytes + sum(y.nbytes for y in x.args)


def _flops(x: Node) -> int:
    size = math.prod(x.shape)
    if x.call.view or x.call is INDEXED:
        return 0
    if x.call.name in ("np.dot", "np.matmul", "matmul"):
        inner = x.args[0].shape[-1] if x.args[0].shape else 1
        return 2 * size * inner
    if x.call.name in ("np.vdot", "np.vecdot"):
        return 2 * max(math.prod(y.shape) for y in x.args)
    if x.call is EINSUM:
        return 2 * _all_indices(x)
    return max([size, *(math.prod(y.shape) for y in x.args if not x.call.elementwise)])


def _all_indices(x: Node) -> int:
    """How many products an einsum adds up: one for each combination of its indices."""
    letters = x.static["subscripts"].partition("->")[0].replace("...", "").replace(" ", "").split(",")
    sizes = {i: n for text, y in zip(letters, x.args) for i, n in zip(reversed(text), reversed(y.shape))}
    return max(math.prod(sizes.values()), math.prod(x.shape))


def _fresh(graph: Graph, lines: list[Node], plan: Plan) -> int:
    """The bytes that are neither room nor the caller's. Names keep what they name until the function returns, so all
    of them are there in the end, and then the copies that are handed out."""
    home = _homes(lines, plan)
    made = [x for x in lines if home[x] is x and x.is_array]
    outputs = [(i, x) for i, x in enumerate(graph.outputs) if x.is_array and x not in plan.home]
    copied = [x for i, x in outputs if x in graph.outputs[:i] or x.call.view or home.get(x) is None]
    return sum(plan.nbytes(x) for x in (*made, *copied))


def _homes(lines: list[Node], plan: Plan) -> dict[Node, Node | None]:
    """In whose memory each line's result lies: its own, that of an earlier line, or None for room and the caller's."""
    home: dict[Node, Node | None] = {}
    for node in lines:
        target = plan.target.get(node)
        if isinstance(target, Node):
            home[node] = home.get(target)
        elif target is not None:
            home[node] = None
        elif node.is_array and not _owns(node):
            home[node] = home.get(node.args[0])
        else:
            home[node] = node
    return home


def _bytes(n: int) -> str:
    for unit, size in (("GB", 1 << 30), ("MB", 1 << 20), ("KB", 1 << 10)):
        if n >= size:
            return f"{n / size:.1f} {unit}"
    return f"{n} bytes"
