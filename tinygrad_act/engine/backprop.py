"""Backpropagation: pull a cotangent from one node back through its graph.

Two passes, both iterative and linear in nodes and edges. `count_uses` counts, for every node, the
edges that a gradient will arrive by. `pull` starts at the root and visits a node as soon as the
last of its edges has delivered: each node once, after all of its consumers.

A node is any object with the attributes `op`, `edges` (the inputs, then what each of them held),
`static`, `level`, `label`, `note` and `_held`.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from ..core.errors import KinkError, shape_of
from ..core.evaluate import NOT_IEEE, as_arrays, held
from ..core.float_warnings import silently
from ..core.frames import own_cause
from ..core.mode import current, special
from ..core.op import Op
from ..core.rules import Rule
from ..operations.arithmetic import has_nan
from ..operations.cotangent import in_numpy, sent
from ..operations.idle import may_be_idle, settle
from ..operations.local import pull_by, pull_local
from .debugging import check_backward
from .lending import changed, unchanged
from .recording import new_node
from .tracing import pull_op

__all__ = ["contributions", "count_uses", "pull", "pull_one", "pull_some", "total"]

_ndarray = np.ndarray
_RULE_ERRORS = (*NOT_IEEE, TypeError)


def count_uses(
    root: Any, kind: Any, floor: int, seen: dict[Any, int] | None = None
) -> tuple[dict[Any, int], bool]:
    """How many edges bring a gradient to each node that `root` depends on.

    `kind`: the class of the nodes. `floor`: nodes of a lower level are left out; the second result
    says whether any was left out that itself depends on something (level > 0). `seen`: filled with
    the leaves whose arrays were lent; see `lending`.
    Raises `RuntimeError` where the data of a leaf is no longer what an operation was computed from.
    """
    seen = {} if seen is None else seen
    uses: dict[Any, int] = {root: 1}
    stack = [root]
    outer = False
    while stack:
        node = stack.pop()
        op, edges = node.op, node._edges
        if op is None:
            continue
        position = len(edges) // 2  # of the first primal
        for x, rule in zip(edges, op.each):  # what follows the inputs is no node
            if isinstance(x, kind):
                if x.op is None and x._loan is not None:
                    if x._held is edges[position] and x._loan.mark is None:
                        seen[x] = seen.get(x, 0) + 1
                    elif not unchanged(x, edges[position], seen):
                        raise changed(node, x)
                elif x._held is not edges[position]:
                    raise changed(node, x)
                level = x.level
                if level < floor or rule is None:
                    outer |= level > 0 and rule is not None
                elif x in uses:
                    uses[x] += 1
                else:
                    uses[x] = 1
                    stack.append(x)
            position += 1
    return uses, outer


def pull(
    root: Any, g: Any, uses: dict[Any, int], kind: Any, floor: int, recorded: bool, settling: bool = False
) -> list[tuple[Any, Any]]:
    """Pull the cotangent `g` of `root` back: every node that it reaches, with its cotangent.

    `uses`: from `count_uses`, and used up. `recorded`: run the rules on nodes, so that what they
    compute is part of a graph again; else on numbers and arrays. `settling`: so that a cotangent of 0 brings
    nothing whatever it meets (see `operations.idle`); if a NaN arrives at its end, it is done once more like this.
    """
    settling = settling or bool(special and current().debugging)
    visited, ends, mixing = silently(_visit, root, g, uses, kind, floor, recorded, settling)
    if mixing and not settling and any(has_nan(held(end)) for end in ends):
        return pull(root, g, count_uses(root, kind, floor)[0], kind, floor, recorded, True)
    return visited  # type: ignore[no-any-return]


def _visit(root: Any, g: Any, uses: dict[Any, int], kind: Any, floor: int, recorded: bool,
           settling: bool) -> tuple[list[tuple[Any, Any]], list[Any], bool]:  # fmt: skip
    """The nodes with their cotangents; the cotangents that go no further; and whether a 0 may have met an infinity."""
    visited: list[tuple[Any, Any]] = []
    partial: dict[Any, Any] = {}
    ready, ends, mixing = [(root, g)], [], False
    debugging = special and current().debugging
    while ready:
        node, g = pair = ready.pop()
        visited.append(pair)
        if debugging:
            check_backward(node, g)
        given = contributions(node, g, kind, floor, recorded, settling) if node.op is not None else ()
        if not given:
            ends.append(g)
        mixing = mixing or (bool(given) and may_be_idle(node.op))
        for x, c in given:
            if partial and x in partial:
                c = total(partial.pop(x), c)
            left = uses[x] - 1
            if left:
                uses[x], partial[x] = left, c
            else:
                ready.append((x, c))
    return visited, ends, mixing


def contributions(node: Any, g: Any, kind: Any, floor: int, recorded: bool,
                  settling: bool = False) -> list[tuple[Any, Any]]:  # fmt: skip
    """What `node`, whose own cotangent is `g`, sends to each input that needs a gradient.

    Every cotangent has its input's shape and dtype. `settling`: whether to see that a cotangent of 0 sends nothing.
    """
    if recorded and special and current().tracing and floor == current().tracing + 1:
        return _traced(node, g, kind, floor)
    op, edges, static = node.op, node._edges, node.static
    count = len(edges) // 2
    a, args = (node, edges[:count]) if recorded else (node._held, edges[count:])
    if not op.elementwise and not recorded:
        a, *args = as_arrays((a, *args))
    through = pull_local if special else pull_by
    settled = settle if settling and may_be_idle(op) else None
    found = []
    position = -1
    for x, rule in zip(edges[:count], op.each):
        position += 1
        if rule is None or not isinstance(x, kind) or x.level < floor:
            continue
        like = edges[count + position]
        try:
            c = sent(op, rule, position, g, a, args, static, like, through, settled)
            if c is g and x.op is None and type(c) is _ndarray:
                c = c.copy()  # a leaf keeps what arrives, and this array is its consumer's gradient, too
        except KinkError:
            raise
        except _RULE_ERRORS as error:
            _refuse(node, position, error, (a, *args))
            c = None
        if c is None:
            c = _by_ieee(node, rule, position, (g, a, *args), like, through, settled)
        found.append((x, c))
    return found


def _traced(node: Any, g: Any, kind: Any, floor: int) -> list[tuple[Any, Any]]:
    """The same for a program, as one node for each cotangent."""
    op, edges = node.op, node._edges
    count = len(edges) // 2
    found = []
    for position, (x, rule) in enumerate(zip(edges[:count], op.each)):
        if rule is not None and isinstance(x, kind) and x.level >= floor:
            primals = (g._held if isinstance(g, kind) else g, node._held, *edges[count:])
            pulled = pull_op(op, position, count, pull_one)
            c = pulled.forward(*primals, **node.static)
            c = c.view() if any(c is primal for primal in primals) and type(c) is _ndarray else c
            found.append((x, new_node(kind, pulled, c, floor, node.static, (g, node, *edges[:count], *primals))))
    return found


class _Edge:
    """An input that a gradient flows to, and nothing else."""

    level, op = 1, True


class _Step:
    """What `contributions` asks of a node, without one."""

    level, label, note = 1, None, None

    def __init__(self, op: Op, static: dict[str, Any], edges: tuple[Any, ...], a: Any) -> None:
        self.op, self.static, self._edges, self._held = op, static, edges, a
        self.shape, self.primals = shape_of(a), edges[len(edges) // 2 :]


_EDGE = _Edge()


def pull_one(op: Op, position: int, g: Any, a: Any, args: tuple[Any, ...], static: dict[str, Any]) -> Any:
    """The cotangent of input number `position` of `op`, whose output at the numbers and arrays `args` is `a`."""
    (c,) = pull_some(op, (position,), g, a, args, static)
    return c


def pull_some(
    op: Op, positions: Iterable[int], g: Any, a: Any, args: tuple[Any, ...], static: dict[str, Any]
) -> list[Any]:
    """The same for the inputs at several rising `positions`."""
    edges: list[Any] = [None] * len(args)
    for position in positions:
        edges[position] = _EDGE
    step = _Step(op, static, (*edges, *args), a)
    return [c for _, c in silently(contributions, step, g, _Edge, 1, False, True)]


def _refuse(node: Any, position: int, error: Exception, given: tuple[Any, ...]) -> None:
    """Raises `RuntimeError` for the `error` of a rule, unless it was `given` a number and IEEE has an answer there."""
    numbers = any(isinstance(held(x), (int, float)) for x in given)
    known: Any = (NOT_IEEE if numbers else ()) if node.op.elementwise else ArithmeticError
    if not isinstance(error, known):
        raise _rule_failed(node, position, error) from own_cause(error)


def _by_ieee(node: Any, rule: Rule, position: int, given: tuple[Any, ...], *how: Any) -> Any:
    """The same where Python's floats raise and IEEE has an answer. `how`: the rest of what `sent` takes.

    Raises `RuntimeError` where the rule itself is at fault.
    """
    g, a, *args = in_numpy(given)
    try:
        return sent(node.op, rule, position, g, a, args, node.static, *how)
    except KinkError:
        raise
    except _RULE_ERRORS as again:
        raise _rule_failed(node, position, again) from own_cause(again)


def total(first: Any, second: Any) -> Any:
    """Their sum. NumPy makes a scalar of two 0-d arrays; here it stays an array."""
    c = first + second
    return np.asarray(c) if isinstance(c, np.generic) else c


def _rule_failed(node: Any, position: int, error: Exception) -> Exception:
    op = node.op
    name = op.names(position + 1)[position]
    shapes = ", ".join(str(shape_of(x)) for x in node._edges[len(node._edges) // 2 :])
    line = f", computed at {node.note.line}" if node.note and node.note.line else ""
    return RuntimeError(
        f"{op.name}: the derivative rule d{name} failed (input shapes {shapes}, output shape {shape_of(node)}{line}): "
        f"{type(error).__name__}: {error}"
    )
