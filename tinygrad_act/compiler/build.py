"""From recorded Values to a program's graph: one node for each operation, as it is."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from typing import Any

import numpy as np

from ..core.evaluate import evaluate
from ..core.op import Op
from ..core.registry import ops
from ..engine.tracing import Pull
from ..engine.value import Value
from ..operations.activations import identity
from .calls import INPUT, Call
from .facts import facts_of
from .node import Graph, Node, constant, kept

__all__ = ["build", "operation_of"]

_IDENTITY = ops[identity.__name__]


def build(order: Sequence[Value], inputs: Sequence[Value], outputs: Sequence[Any], names: Sequence[str]) -> Graph:
    """The graph of Values in topological order. `inputs`: the leaves that change from call to call, with
    their names; `outputs`: Values, numbers and arrays."""
    known: dict[Any, Node] = {}
    leaves = [Node(INPUT, (), {}, facts_of(x._held, ()), name) for x, name in zip(inputs, names)]
    known.update(zip(inputs, leaves))
    for value in order:
        if value in known:
            continue
        if value.op is None:
            known[value] = constant(value._held, str(value.label or ""))
        elif value.op is _IDENTITY:
            known[value] = _node(value.inputs[0], known)  # type: ignore[index]
        else:
            args = tuple([_node(x, known) for x in value.inputs or ()])
            value_kept = kept(value._held, args, (value._edges or ())[len(args) :])
            known[value] = Node(_call(value.op), args, value.static, value_kept, str(value.label or ""))
    return Graph(leaves, [_node(x, known) for x in outputs], given=tuple([x._held for x in inputs]))


def _node(x: Any, known: dict[Any, Node]) -> Node:
    return known[x] if isinstance(x, Value) else constant(x)


@functools.lru_cache(maxsize=4096)
def _call(op: Op) -> Call:
    pull = op.forward if isinstance(op.forward, Pull) else None
    run = pull if pull is not None else functools.partial(_evaluate, op)
    return Call(op.name, run, elementwise=op.elementwise and pull is None, nan=False, helper=run)


def _evaluate(op: Op, *args: Any, **static: Any) -> Any:
    """What `op` gives outside of programs, to the last bit."""
    a = evaluate(op, args, static)
    if type(a) is np.ndarray and any(a is x for x in args):
        return a.view()
    return a


def operation_of(call: Call) -> Op | Pull | None:
    """The operation, or the step of backpropagation, that a call of `build` runs."""
    if isinstance(call.run, Pull):
        return call.run
    if isinstance(call.run, functools.partial) and call.run.func is _evaluate:
        return call.run.args[0]  # type: ignore[no-any-return]
    return None
