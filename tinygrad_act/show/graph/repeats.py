"""A snapshot in which repeated structure is drawn once: equal siblings, and equal steps in a row.

Siblings are found from the inputs up: results are equal if the same operation computed them from equal
inputs, and parameters are if equal results use them. The sixteen neurons of a layer become one.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Sequence

from .alike import alike, folded, neighbours
from .quotient import quotient
from .snapshot import Snapshot
from .steps import fold_steps

__all__ = ["fold_repeats"]

_NOTE = "repeated structure is drawn once, with ×"


def fold_repeats(snapshot: Snapshot) -> Snapshot:
    """The same snapshot if nothing repeats. A folded box says how many it stands for, and their range."""
    siblings = _siblings(snapshot)
    short = quotient(snapshot, siblings, folded, _NOTE) if len(set(siblings.values())) < len(siblings) else snapshot
    return fold_steps(short, _NOTE)


def _siblings(snapshot: Snapshot) -> dict[str, int]:
    """A class for every node. Twice, because what tells two parameters apart tells their results apart."""
    inputs, uses = neighbours(snapshot)
    classes: dict[str, int] = {}
    for _ in range(2):
        leaves = {node.id: _uses_class(uses[node.id], classes) for node in snapshot.nodes if not inputs[node.id]}
        numbers: dict[Hashable, int] = {}
        found: dict[str, int] = {}
        for node in snapshot.nodes:
            around = sorted((found[other], -1 if place is None else place) for other, place in inputs[node.id])
            key = (alike(node), tuple(_runs(around)), leaves.get(node.id))
            found[node.id] = numbers.setdefault(key, len(numbers))
        classes = found
    return classes


def _uses_class(uses: Sequence[tuple[str, int | None]], classes: dict[str, int]) -> Hashable:
    return frozenset((classes.get(user), place) for user, place in uses)


def _runs(items: Sequence[Hashable]) -> Iterator[Hashable]:
    """How often each item comes: the number of inputs is part of the structure."""
    previous, count = None, 0
    for item in items:
        if item != previous and count:
            yield previous, count
            count = 0
        previous, count = item, count + 1
    yield previous, count
