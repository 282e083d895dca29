"""Whose fault is it? The operation in the graph whose own rule is wrong."""

from __future__ import annotations

from typing import Any

import numpy as np

from ...core.op import Op
from .cotangent import crooked
from .entries import Comparison, along_directions, entry_by_entry
from .places import find
from .problem import Problem, WrongShape, data_of
from .report import Entry, Note
from .verdict import WRONG

__all__ = ["blame"]

_NODES, _ENTRIES = 60, 40


def blame(problem: Problem) -> list[Note]:
    """A note that names the first operation, from the arguments on, whose rule is wrong by itself."""
    _, nodes = problem.graph()
    for node in nodes[:_NODES]:
        found = _fault(node.op, [data_of(x) for x in node.inputs], dict(node.static or {}))
        if found is not None:
            return [Note("", found)]
    return []


def _fault(op: Op, inputs: list[np.ndarray], static: dict[str, Any]) -> str | None:
    """What is wrong with the rules of `op` at these inputs, or None."""
    moving = [i for i, x in enumerate(inputs) if op.known(i) is not None and x.dtype.kind == "f" and x.size]
    if not moving:
        return None

    def call(*some: Any) -> Any:
        whole: list[Any] = list(inputs)
        for i, x in zip(moving, some):
            whole[i] = x
        return op.call(*whole, **static)

    local = Problem(call, tuple(inputs[i] for i in moving))
    try:
        wrong = next((entry for entry in _check(local) if entry.verdict == WRONG and entry.path.startswith("[")), None)
    except WrongShape as error:
        return f"the fault is in {op.name}: {error}"
    if wrong is None:
        return _bent(op, local)
    if wrong.numeric != wrong.numeric:
        return None
    position = moving[int(wrong.path[1:].split("]")[0])]
    name = op.names(len(inputs))[position]
    at = float(inputs[position][wrong.index])
    where = f"{name}{list(wrong.index) if wrong.index else ''}"
    return (
        f"the fault is in the rule of {op.name} for input '{name}': at {where} = {at:.6g} it gives "
        f"{wrong.analytic:.9g}, the numerical derivative is {wrong.numeric:.9g}"
    )


def _bent(op: Op, local: Problem) -> str | None:
    """That the rules of `op` are not linear in the cotangent, if they are not."""
    weights = np.ones(local.value(local.leaves).shape)
    bent = crooked(local, weights, local.pull(weights), np.random.default_rng(0))
    return f"the fault is in {op.name}: a rule is not linear in its cotangent g" if bent else None


def _check(local: Problem) -> list[Entry]:
    rng = np.random.default_rng(0)
    weights = np.ones(local.value(local.leaves).shape)
    ours = Comparison(local, weights, local.pull(weights), find(local), 1)
    if sum(leaf.size for leaf in local.leaves) <= _ENTRIES:
        return list(entry_by_entry(ours))
    return list(along_directions(ours, 2, rng))
