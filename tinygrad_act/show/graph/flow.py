"""The gradients that flowed along the edges of a graph, read off what the last `backward()` left.

Nothing here changes a gradient: each contribution is computed anew from the gradient of the output,
in the order in which the backward pass runs.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from ...engine.backprop import pull_some, total
from ...engine.value import Value

__all__ = ["Flow", "flows"]


class Flow(NamedTuple):
    """What the operand at `position` of `node` received along this edge, and all in all so far."""

    node: Value
    position: int
    sent: Any
    total: Any


def flows(order: Sequence[Value]) -> Iterator[Flow]:
    """Every edge along which a gradient flowed, in the order of the backward pass.

    `order`: from `topological_order`. Empty if no gradient has arrived anywhere but at leaves.
    """
    live = [value for value in order if value.op is not None and value.level and value._grad is not None]
    uses: dict[int, int] = {}
    for node in live:
        for _, x in _operands(node):
            uses[id(x)] = uses.get(id(x), 0) + 1
    ready = [node for node in live if id(node) not in uses]
    alive = {id(node) for node in live}
    so_far: dict[int, Any] = {}
    while ready:
        node = ready.pop()
        operands = list(_operands(node))
        for (position, x), sent in zip(operands, _sent(node, [position for position, _ in operands])):
            key = id(x)
            if sent is not None:
                so_far[key] = total(so_far[key], sent) if key in so_far else sent
                yield Flow(node, position, sent, so_far[key])
            uses[key] -= 1
            if not uses[key]:
                so_far.pop(key, None)
                if key in alive:
                    ready.append(x)


def _operands(node: Value) -> Iterator[tuple[int, Any]]:
    """The operands that a gradient flows to."""
    op, inputs = node.op, node.inputs
    for position, x in enumerate(inputs or ()):
        if isinstance(x, Value) and x.level and op is not None and op.rule(position) is not None:
            yield position, x


def _sent(node: Value, positions: list[int]) -> Iterator[Any]:
    """What each operand gets; None where the rule fails, or a kink forbids it: the edge is plain then.

    One by one, so that none suffers from another; but all at once where they may be very many.
    """
    g = node._grad._held if isinstance(node._grad, Value) else node._grad
    op, primals = node.op, node.primals
    if op is None or primals is None:
        return
    for some in [positions] if op.variadic else [[position] for position in positions]:
        try:
            sent = pull_some(op, some, g, node._held, primals, node.static)
        except Exception:  # also of a rule of your own, which may fail in any way
            sent = [None] * len(some)
        yield from sent
