"""Backpropagation through a graph of nothing but Python floats, as micrograd's users build them.

The same two passes as `backprop.py`, with the bookkeeping on the nodes themselves (`pending`,
`_grad`) instead of in dictionaries, and without the checks that numbers do not need: a scalar
network is millions of nodes, and every one of these costs as much as the arithmetic. The caller
holds a lock, so that no two threads count on the same node.

It takes the numbers as finite. Where one is not, or a rule raises, it says so and leaves no trace:
`backprop.py` then does it again with care. Nor does it leave one where a Ctrl-C stops it, or where another
thread forks meanwhile and the child has nobody who would go on.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from typing import Any

from ..core.graph import topological_order
from .backprop import contributions
from .lending import changed

__all__ = ["pull_scalars", "take_back_all", "write_gradients"]

_walks: list[list[Any]] = []
"""What `_take_back` has to know of every pass that is running; empty lists for those that are done."""
_MANY = 8
"""How many lists are kept before the empty ones go."""


def write_gradients(kind: Any, nodes: Iterable[Any], gradients: Iterable[Any]) -> None:
    """Set `_grad` of all nodes: none or all of them, whenever a Ctrl-C arrives, as no line of Python runs between."""
    deque(map(kind._grad.__set__, nodes, gradients), maxlen=0)


def pull_scalars(root: Any, g: float, kind: Any) -> list[Any] | None:
    """Set `_grad` of every node that `root` depends on to its cotangent; return the leaves.

    `g`: the cotangent of `root`. A leaf's earlier gradient is added. None if a number is not
    finite; the leaves' gradients are then as they were before, as after a Ctrl-C on the way.
    Raises `RuntimeError` where the data of a leaf is no longer what an operation was computed from.
    """
    if root.op is None or root._held - root._held != 0:
        return None
    walk = [root, kind, [], []]
    try:
        _walks.append(walk)
        if len(_walks) > _MANY:
            _walks[:] = filter(None, _walks)
        return _pulled(walk, g)
    finally:  # once more, if a Ctrl-C stopped that as well
        if walk:
            _take_back(walk)


def _pulled(walk: list[Any], g: float) -> list[Any] | None:
    root, kind, leaves, before = walk
    try:
        _count(root, kind, leaves, before)
        root._grad = g
        _pull(root, kind)
        if not [leaf for leaf in leaves if leaf._grad - leaf._grad != 0]:
            if before.count(None) < len(before):
                sums = [x._grad if earlier is None else earlier + x._grad for x, earlier in zip(leaves, before)]
                write_gradients(kind, leaves, sums)
            walk.clear()
            return leaves  # type: ignore[no-any-return]
    except (ArithmeticError, ValueError, TypeError):
        pass
    finally:
        if walk:
            _take_back(walk)
    return None


def _count(root: Any, kind: Any, leaves: list[Any], before: list[Any]) -> None:
    """Count in `pending` the edges that a gradient will reach each node by; collect the leaves."""
    stack = [root]
    while stack:
        node = stack.pop()
        edges = node._edges  # the inputs, and numbers that the loop passes over
        if not node.op.plain:
            edges = [x for x, rule in zip(node.inputs, node.op.each) if rule is not None]
        for x in edges:
            if type(x) is kind and x.level:
                count = x.pending
                x.pending = count + 1
                if not count:
                    if x.op is not None:
                        x._grad = 0.0
                        stack.append(x)
                    elif not any(x._held is primal for primal in node._edges[len(node._edges) // 2 :]):
                        raise changed(node, x)
                    else:
                        leaves.append(x)
                        before.append(x._grad)
                        x._grad = 0.0


def _pull(root: Any, kind: Any) -> None:
    """Visit each node once all of its consumers have added their part to its `_grad`."""
    # Rules are run here without `slope_by`: a call an edge makes a backward pass 1.3 times as long. A test compares.
    ready = [root]
    pop, push = ready.pop, ready.append
    while ready:
        node = pop()
        g, edges, op = node._grad, node._edges, node.op
        if not op.plain:
            _pull_any(node, kind, push)
        elif len(edges) == 4:
            x, y, p, q = edges
            dx, dy = op.scalar_rules
            if type(x) is kind and x.level:
                if type(dx) is float:
                    x._grad += g * dx
                elif type(dx) is int:
                    x._grad += g * (edges[dx + 1] if dx else node._held)
                else:
                    x._grad += g * dx(node._held, p, q)
                count = x.pending = x.pending - 1
                if not count and x.op is not None:
                    push(x)
            if type(y) is kind and y.level:
                if type(dy) is float:
                    y._grad += g * dy
                elif type(dy) is int:
                    y._grad += g * (edges[dy + 1] if dy else node._held)
                else:
                    y._grad += g * dy(node._held, p, q)
                count = y.pending = y.pending - 1
                if not count and y.op is not None:
                    push(y)
        else:
            (x, p), (dx,) = edges, op.rules
            x._grad += g * (dx if type(dx) is float else dx(node._held, p))
            count = x.pending = x.pending - 1
            if not count and x.op is not None:
                push(x)


def _pull_any(node: Any, kind: Any, push: Any) -> None:
    """The same for an operation with static parameters, many inputs or missing rules."""
    for x, c in contributions(node, node._grad, kind, 1, False):
        x._grad += c
        x.pending -= 1
        if not x.pending and x.op is not None:
            push(x)


def _take_back(walk: list[Any]) -> None:
    """Take back the counts and the leaves' gradients of a pass that did not finish; the others read as zero."""
    if walk:
        root, kind, leaves, before = walk
        for node in topological_order([root], kind):
            node.pending = 0
            if node.op is not None:
                node._grad = None
        write_gradients(kind, leaves, before)
        walk.clear()


def take_back_all() -> None:
    """Take back every pass that is running, in a child that has not got the threads that run them."""
    for walk in _walks:
        _take_back(walk)
