"""A snapshot in which equal steps in a row are drawn once: layers of a network, residual blocks, the time of an RNN.

Results stand in the order in which they were computed. Where that repeats itself, with the same operations on
inputs that lie equally far back, on the same shared values, or on equal values of their own, it is a row of
steps. Of what goes from one step to the next nothing is drawn: that is what "in a row" means.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Sequence
from typing import NamedTuple

from .alike import alike, folded, neighbours
from .layers import PRODUCTS
from .quotient import common_symbol, quotient, range_text
from .snapshot import Edge, Node, Snapshot

__all__ = ["fold_steps"]

_LONGEST_STEP = 64
"""A step has at most so many operations."""
_FEWEST = 3
"""So many equal steps in a row are worth folding."""


def fold_steps(snapshot: Snapshot, note: str) -> Snapshot:
    """The same snapshot if there are no equal steps in a row."""
    row = _Row(snapshot)
    groups: dict[str, Hashable] = {node.id: node.id for node in snapshot.nodes}
    turns: dict[str, tuple[int, int]] = {}
    for start, length, count in row.repetitions():
        for turn in range(count):
            begin = start + turn * length
            for name, place in row.step(begin, length).items():
                groups[name] = _Place(start, *place)
                turns[name] = (start, turn)
    if not turns:
        return snapshot
    edges = tuple(_without_going_on(snapshot.edges, groups, turns))
    return quotient(snapshot._replace(edges=edges), groups, _one_step, note)


class _Place(NamedTuple):
    """Where in a step a node stands, for all steps of one row."""

    row: int
    offset: int
    leaf: int
    """Which of its step's leaves it is; -1 for a result."""


def _without_going_on(
    edges: Sequence[Edge], groups: dict[str, Hashable], turns: dict[str, tuple[int, int]]
) -> Iterator[Edge]:
    """All edges but those from step to step; what enters the first step is labelled for all of them."""
    into: dict[Hashable, list[Edge]] = {}
    for edge in edges:
        if edge.target in turns:
            into.setdefault((groups[edge.target], edge.position), []).append(edge)
    for edge in edges:
        if edge.target not in turns or turns.get(edge.source) == turns[edge.target]:
            yield edge
        elif not _goes_on(turns.get(edge.source), turns[edge.target]):
            same = into[groups[edge.target], edge.position]
            yield edge._replace(symbol=common_symbol(same), general=common_symbol(same), local=range_text(same))


def _goes_on(source: tuple[int, int] | None, target: tuple[int, int] | None) -> bool:
    """Whether an edge goes from one step to a later one of the same row."""
    return source is not None and target is not None and source[0] == target[0] and source[1] != target[1]


def _one_step(members: Sequence[Node]) -> Node:
    node = folded(members)
    return node._replace(cluster=(*node.cluster, f"{len(members)} equal steps in a row"))


class _Row:
    """The results of a snapshot in their order, and what each looks like from its own place."""

    def __init__(self, snapshot: Snapshot) -> None:
        self._nodes = {node.id: node for node in snapshot.nodes}
        self._inputs, self._uses = neighbours(snapshot)
        self._order = [node.id for node in snapshot.nodes if self._inputs[node.id]]
        self._place = {name: i for i, name in enumerate(self._order)}
        self._kinds = {name: alike(node) for name, node in self._nodes.items()}
        numbers: dict[Hashable, int] = {}
        self._own = {name for name in self._nodes if not _shared(self._uses[name], self._kinds)}
        self._looks = [numbers.setdefault(self._look(i), len(numbers)) for i in range(len(self._order))]

    def _look(self, i: int) -> Hashable:
        name = self._order[i]
        around: list[Hashable] = []
        for x, operand in self._inputs[name]:
            if x not in self._own:
                around.append((operand, x))
            elif x in self._place:
                around.append((operand, i - self._place[x]))
            else:
                users = tuple(self._place[user] - i for user, _ in self._uses[x])
                around.append((operand, self._kinds[x], users))
        return self._kinds[name], self._nodes[name].parameters, tuple(around)

    def step(self, begin: int, length: int) -> dict[str, tuple[int, int]]:
        """The results of one step with their offsets, and the leaves of its own."""
        found: dict[str, tuple[int, int]] = {}
        for offset, name in enumerate(self._order[begin : begin + length]):
            found[name] = (offset, -1)
            for x, _ in self._inputs[name]:
                first = min(self._place[user] for user, _ in self._uses[x])
                if x in self._own and x not in self._place and first == begin + offset:
                    found.setdefault(x, (offset, len(found)))
        return found

    def repetitions(self) -> Iterator[tuple[int, int, int]]:
        """(start, length of a step, how many steps), none overlapping another; long rows first."""
        taken: set[int] = set()
        for _, length, start, count in sorted(self._runs()):
            places = range(start, start + length * count)
            if taken.isdisjoint(places) and self._is_joined(start, length, count):
                taken.update(places)
                yield start, length, count

    def _runs(self) -> Iterator[tuple[int, int, int, int]]:
        looks = self._looks
        for length in range(1, min(_LONGEST_STEP, len(looks) // _FEWEST) + 1):
            run = 0
            for start in range(len(looks) - length - 1, -2, -1):
                if start >= 0 and looks[start] == looks[start + length]:
                    run += 1
                    continue
                count = run // length + 1
                if count >= _FEWEST:
                    best = max(range(start + 1, start + 2 + run % length), key=self._begins)
                    yield -(count - 1) * length, length, best, count
                run = 0

    def _begins(self, i: int) -> tuple[bool, bool]:
        """How well a step may begin here: at the start of a module, or with a product."""
        node = self._nodes[self._order[i]]
        before = self._nodes[self._order[i - 1]].cluster if i else ()
        return node.cluster != before, node.op in PRODUCTS

    def _is_joined(self, start: int, length: int, count: int) -> bool:
        """Whether every step uses something of the one before."""
        for begin in range(start + length, start + count * length, length):
            inputs = (x for name in self._order[begin : begin + length] for x, _ in self._inputs[name])
            if not any(begin - length <= self._place.get(x, -1) < begin for x in inputs):
                return False
        return True


def _shared(uses: Sequence[tuple[str, int | None]], kinds: dict[str, Hashable]) -> bool:
    """Whether several values of one kind use it in the same way, as the steps of an RNN use its weights."""
    ways = [(kinds[user], operand) for user, operand in uses]
    return len(set(ways)) < len(ways)
