"""The numbers that lines are compared on with the bodies of operations, for as long as they are needed.

A graph comes without them (see `node`), so each body runs once more, on what the lines before it gave. Of a large
function that is as much at a time as eager mode keeps.
"""

from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np

from .calls import Call
from .facts import Facts
from .node import Graph, Node, kept

__all__ = ["Numbers", "is_fixed", "same"]

_ULPS = 64
"""How many units of the last place the lines may be away from the body, on the largest entry."""


class Numbers:
    """What the nodes of a new graph gave, as far as it is still to be read."""

    def __init__(self, graph: Graph) -> None:
        """`graph`: the recorded one."""
        self.fixed: dict[Node, bool] = {}
        """For nodes that were asked for, whether they depend on constants alone."""
        self._uses = Counter([x for node in graph.order() for x in node.args])
        self._left = Counter({x: self._uses[x] for x in graph.inputs})
        """How often new nodes are still to be read."""
        self._data = dict(zip(graph.inputs, graph.given))

    def of(self, x: Node) -> Any:
        """The number or array."""
        return self._data[x] if isinstance(x.value, Facts) else x.value

    def of_body(self, node: Node, args: tuple[Node, ...]) -> Any:
        """What a recorded node gives for these arguments."""
        if not isinstance(node.value, Facts):
            return node.value
        with np.errstate(all="ignore"):
            return node.call.run(*map(self.of, args), **node.static)

    def node(self, call: Call, node: Node, args: tuple[Node, ...], data: Any) -> Node:
        """A new node in the place of a recorded one, that gave `data`."""
        return Node(call, args, node.static, kept(data, args, [self.of(x) for x in args]), node.name)

    def done(self, node: Node, args: tuple[Node, ...], result: Node, data: Any) -> Node:
        """Forget what is not read any more, now that `result`, which gave `data`, stands for a recorded node, and
        return it."""
        self._left[result] += self._uses[node]
        self._left.subtract(args)
        if self._left[result] > 0:
            self._data[result] = data
        for x in args:
            if self._left[x] <= 0:
                self._data.pop(x, None)
        return result


def is_fixed(node: Node, known: dict[Node, bool]) -> bool:
    """Whether it depends on constants alone. `known`: for nodes that were asked for before."""
    stack = [node]
    while stack:
        missing = [x for x in stack[-1].args if x not in known]
        stack += missing
        if not missing:
            x = stack.pop()
            known[x] = x.is_constant or (bool(x.args) and all(known[y] for y in x.args))
    return known[node]


def same(mine: Any, theirs: Any) -> bool:
    """Whether lines and body agree, up to rounding."""
    x, y = np.asarray(mine), np.asarray(theirs)
    numbers = [not isinstance(z, (np.ndarray, np.generic)) for z in (mine, theirs)]
    if x.shape != y.shape or x.dtype != y.dtype or numbers[0] != numbers[1]:
        return False
    if x.dtype.kind != "f":
        return bool(np.array_equal(x, y))
    with np.errstate(all="ignore"):
        finite = np.isfinite(y)
        if not finite.any():
            return True
        size = np.max(np.abs(y), where=finite, initial=0.0)
        apart = np.max(np.abs(x - y), where=finite & np.isfinite(x), initial=0.0)
    return bool(apart <= _ULPS * np.finfo(y.dtype).eps * size)
