"""A snapshot in which equal steps in a row are drawn once: layers of a network, residual blocks, the time of an RNN.

Results stand in the order in which they were computed. Where that repeats itself, with the same operations on
inputs that lie equally far back, on the same shared values, or on equal values of their own, it is a row of
steps. Of what goes from one step to the next nothing is drawn: that is what "in a row" means. What goes from a
row to other values comes from its last step, or from every step: a step that is used elsewhere ends its row.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterator, Mapping, Sequence
from typing import NamedTuple

from .alike import alike, folded, neighbours
from .layers import role
from .numbers import ranged
from .quotient import common_formula, quotient
from .snapshot import Edge, Formula, Node, Slopes, Snapshot

__all__ = ["fold_steps"]

_LONGEST_STEP = 64
"""A step has at most so many operations."""
_FEWEST = 3
"""So many equal steps in a row are worth folding."""


def fold_steps(snapshot: Snapshot, note: str) -> Snapshot:
    """The same snapshot if there are no equal steps in a row."""
    row = _Row(snapshot)
    found = list(row.repetitions())
    hidden: set[int] = {-1}
    while found and hidden:  # a row that is not drawn as one lets another one's steps go to different boxes
        groups: dict[str, Hashable] = {node.id: node.id for node in snapshot.nodes}
        turns: dict[str, tuple[int, int]] = {}
        for start, length, count in found:
            for turn in range(count):
                begin = start + turn * length
                for name, place in row.step(begin, length).items():
                    groups[name] = _Place(start, *place)
                    turns[name] = (start, turn)
        hidden = _hiding(snapshot.edges, groups, turns, {start: count for start, _, count in found})
        found = [repetition for repetition in found if repetition[0] not in hidden]
    if not found:
        return snapshot
    edges = tuple(_without_going_on(snapshot.edges, groups, turns))
    return quotient(snapshot._replace(edges=edges), groups, _one_step, note)


class _Place(NamedTuple):
    """Where in a step a node stands, for all steps of one row."""

    row: int
    offset: int
    leaf: int
    """Which of its step's leaves it is; -1 for a result."""


def _hiding(
    edges: Sequence[Edge], groups: Mapping[str, Hashable], turns: Mapping[str, tuple[int, int]],
    counts: Mapping[int, int],
) -> set[int]:  # fmt: skip
    """The rows, by their starts, that would not show from which of their steps something comes."""
    leaving: dict[tuple[int, Hashable, Hashable], set[int]] = {}
    gaps: dict[tuple[int, Hashable, int | None], set[int]] = {}
    for edge in edges:
        if edge.source in turns:
            row, turn = turns[edge.source]
            if _goes_on(turns[edge.source], turns.get(edge.target)):
                gaps.setdefault((row, groups[edge.target], edge.position), set()).add(turns[edge.target][1] - turn)
            elif turns.get(edge.target) != (row, turn):
                leaving.setdefault((row, groups[edge.source], groups[edge.target]), set()).add(turn)
    unequal = {row for (row, _, _), found in gaps.items() if len(found) > 1}
    return unequal | {row for (row, _, _), found in leaving.items()
                      if found != {counts[row] - 1} and not found.issuperset(range(counts[row] - 1))}  # fmt: skip


def _without_going_on(
    edges: Sequence[Edge], groups: dict[str, Hashable], turns: dict[str, tuple[int, int]]
) -> Iterator[Edge]:
    """All edges but those from step to step; what enters the first step is labelled for all of them."""
    into: dict[Hashable, list[Edge]] = {}
    for edge in edges:
        if edge.target in turns:
            into.setdefault((groups[edge.target], edge.position), []).append(edge)
    said: dict[Hashable, tuple[Formula, Slopes | None]] = {}
    for edge in edges:
        if edge.target not in turns or turns.get(edge.source) == turns[edge.target]:
            yield edge
        elif not _goes_on(turns.get(edge.source), turns[edge.target]):
            key = groups[edge.target], edge.position
            if key not in said:
                said[key] = common_formula(into[key]), ranged([one.local for one in into[key]])
            formula, local = said[key]
            yield edge._replace(formula=formula, general=formula, local=local)


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
                if x in self._own and x not in self._place:  # what is shared may have very many uses
                    first = min(self._place[user] for user, _ in self._uses[x])
                    if first == begin + offset:
                        found.setdefault(x, (offset, len(found)))
        return found

    def repetitions(self) -> Iterator[tuple[int, int, int]]:
        """(start, length of a step, how many steps), none overlapping another; long rows first."""
        taken: set[int] = set()
        for _, length, run, size in sorted(self._runs()):
            if not taken.isdisjoint(range(run, run + length * size)):
                continue
            for start, count in self._unbroken(run, length, size):
                if count >= _FEWEST and self._is_joined(start, length, count):
                    taken.update(range(start, start + length * count))
                    yield start, length, count

    def _unbroken(self, start: int, length: int, count: int) -> Iterator[tuple[int, int]]:
        """(start, how many steps) of the parts of a run: a step that is used elsewhere as most are not ends one."""
        places = range(start, start + length * count)
        elsewhere = [self._elsewhere(begin, length, places) for begin in places[::length]]
        usual = Counter(elsewhere).most_common(1)[0][0]
        first = 0
        for turn, ways in enumerate(elsewhere):
            if ways != usual or turn == count - 1:
                yield start + first * length, turn + 1 - first
                first = turn + 1

    def _elsewhere(self, begin: int, length: int, places: range) -> Hashable:
        """What uses the results of one step outside of its run, by what it looks like."""
        ways: Counter[tuple[int, int]] = Counter()
        for offset, name in enumerate(self._order[begin : begin + length]):
            for user, _ in self._uses[name]:
                if self._place[user] not in places:
                    ways[offset, self._looks[self._place[user]]] += 1
        return frozenset(ways.items())

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
        return node.cluster != before, role(node) == "begins"

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
