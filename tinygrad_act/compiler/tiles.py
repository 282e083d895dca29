"""The pass `tiles`: long chains on large arrays run on one slice after the other, as a loop.

An array of megabytes is written to memory and read back once for each line. Slices stay in the cache
from the first line to the last, and only what is needed after the loop has its full size.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from .calls import JOINS, method
from .node import Node

__all__ = ["Join", "Loop", "grouped", "joins_of", "loops_of"]

ASTYPE = method("astype")
BYTES = 1 << 18
"""At most so much of each array at a time: a few of them fit into a second-level cache."""
LARGE = 1 << 19
"""Bytes beyond which a chain is worth a loop."""


@dataclass(frozen=True, eq=False)
class Loop:
    """Lines that run on slices."""

    nodes: tuple[Node, ...]
    kept: frozenset[Node]
    """Those that are needed outside of the loop."""
    flat: bool
    """Whether the slices are of all entries in a row; else they are of the first axis."""
    count: int
    """How many rows or entries there are."""
    step: int
    """How many of them a slice has."""

    @property
    def shape(self) -> tuple[int, ...]:
        """That of all arrays that are cut."""
        return self.nodes[0].shape

    @property
    def part(self) -> tuple[int, ...]:
        """The shape of a slice."""
        return (self.step,) if self.flat else (self.step, *self.shape[1:])

    def nbytes(self, node: Node) -> int:
        """The bytes of what is there of a node at a time."""
        return node.nbytes if node in self.kept else math.prod(self.part) * node.facts.itemsize

    def is_cut(self, x: Node) -> bool:
        """Whether an argument is cut like the results."""
        return x.is_array and len(x.shape) == len(self.shape) and x.shape[0] == self.shape[0]


@dataclass(frozen=True, eq=False)
class Join:
    """Where a result lies in the concatenation that is all that reads it: the loop writes it there."""

    whole: Node
    axis: int
    start: int
    stop: int


def loops_of(lines: list[Node], outputs: Iterable[Node]) -> dict[Node, Loop]:
    """Node → the loop that it runs in. `outputs`: nodes that are needed at full size in any case."""
    groups = _groups(lines)
    users: dict[Node, list[Node]] = {}
    for node in lines:
        for x in node.args:
            users.setdefault(x, []).append(node)
    wanted = set(outputs)
    found: dict[Node, Loop] = {}
    for group in groups:
        inside = set(group)
        if not any(x in inside for node in group for x in node.args):
            continue  # each line has its arrays for itself
        kept = [x for x in group if x in wanted or any(user not in inside for user in users.get(x, ()))]
        loop = _loop(tuple(group), frozenset(kept))
        if loop is not None:
            found.update(dict.fromkeys(group, loop))
    return found


def _groups(lines: list[Node]) -> list[list[Node]]:
    """Lines on arrays of one shape that may run in turns. Each line has a stage, which grows on every way out of a
    group, so no line between two of a group depends on one of them."""
    stage: dict[Node, int] = {}
    groups: dict[tuple[int, tuple[int, ...]], list[Node]] = {}
    inside = {node for node in lines if _is_fit(node)}
    for node in lines:
        key = node.shape if node in inside else None
        stage[node] = max((stage.get(x, 0) + (key != (x.shape if x in inside else None)) for x in node.args), default=0)
        if key is not None:
            groups.setdefault((stage[node], key), []).append(node)
    return list(groups.values())


def _is_fit(node: Node) -> bool:
    """Whether its entries can be computed in any order, and are many."""
    if not (node.call.elementwise or node.call is ASTYPE) or not node.is_array or node.facts.size * 8 <= LARGE:
        return False
    return not any(isinstance(x, np.ndarray) for x in node.static.values())


def _loop(nodes: tuple[Node, ...], kept: frozenset[Node]) -> Loop | None:
    """None if slices would be too large or too few."""
    shape = nodes[0].shape
    itemsize = max(x.facts.itemsize for x in (*nodes, *(y for node in nodes for y in node.args if y.is_array)))
    size = math.prod(shape)
    if size * itemsize <= LARGE:
        return None
    row = size // shape[0] * itemsize
    flat = len(shape) == 1 or row > BYTES // 2
    if flat and any(y.shape != shape for node in nodes for y in node.args if y.is_array):
        return None
    count, most = (size, BYTES // itemsize) if flat else (shape[0], BYTES // row)
    return Loop(nodes, kept, flat, count, _step(count, most))


def _step(count: int, most: int) -> int:
    """At most `most`, and a divisor of `count` if there is one that is not much smaller."""
    return next((n for n in range(most, most // 2, -1) if count % n == 0), most)


def grouped(order: list[Node], loops: dict[Node, Loop]) -> list[Node]:
    """The order with the lines of each loop one after the other."""
    if not loops:
        return order
    known, done = set(order), set[Node]()
    new: list[Node] = []
    for start in order:
        stack = [start]
        while stack:
            node = stack[-1]
            nodes = loops[node].nodes if node in loops else (node,)
            missing = [x for y in nodes for x in y.args if x in known and x not in done and x not in nodes]
            if node in done:
                stack.pop()
            elif missing:
                stack += reversed(missing)
            else:
                done.update(nodes)
                new += nodes
    return new


def joins_of(lines: list[Node], loops: dict[Node, Loop], outputs: Iterable[Node]) -> dict[Node, Join]:
    """Node → its place in a concatenation of nothing but results of one loop."""
    wanted = set(outputs)
    users: dict[Node, list[Node]] = {}
    for node in lines:
        for x in node.args:
            users.setdefault(x, []).append(node)
    found: dict[Node, Join] = {}
    for node in lines:
        if node.call is not JOINS[np.concatenate]:
            continue
        loop = loops.get(node.args[0])
        if loop is None or loop.flat or len(set(node.args)) < len(node.args):
            continue
        if all(_is_only_joined(x, node, loop, users[x]) and x not in wanted for x in node.args):
            axis, start = int(node.static["axis"]) % len(node.shape), 0
            for x in node.args:
                found[x] = Join(node, axis, start, start + x.shape[axis])
                start += x.shape[axis]
    return found


def _is_only_joined(x: Node, node: Node, loop: Loop, users: list[Node]) -> bool:
    return x in loop.kept and x.dtype == node.dtype and all(y is node or y in loop.nodes for y in users)
