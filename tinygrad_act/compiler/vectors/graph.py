"""A recorded function of scalars as a graph of vectors: its arguments packed, its results taken out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from ...core.graph import topological_order
from ...engine.recording import constant as constant_value
from ...engine.value import Value
from ..build import build
from ..calls import FLOAT, INPUT, JOINS
from ..facts import facts_of
from ..node import Graph, Node, constant, make, rewritten
from ..trace import Trace
from .groups import gathered
from .replay import replay

__all__ = ["all_finite", "vector_graph"]

PACK = JOINS[np.array]


def vector_graph(recorded: Trace, inputs: Sequence[Value], names: Sequence[str]) -> Graph | None:
    """The graph of a function of Python floats with vectors inside; None where nothing is gained."""
    roots = [x for x in recorded.outputs if isinstance(x, Value)]
    groups = gathered(recorded.order, roots)
    if groups is None or not all(type(x._held) is float for x in (*roots, *inputs)):
        return None
    members = [[recorded.order[i] for i in group.members] for group in groups.leaves]
    leaves = [_leaf(np.array([x._held for x in block], np.float64)) for block in members]
    with np.errstate(all="ignore"):
        vectors = replay(groups, leaves, roots)
    outputs = [vectors.at(x) if isinstance(x, Value) else x for x in recorded.outputs]
    order = topological_order([x for x in outputs if isinstance(x, Value)], Value)
    graph = build(order, leaves, outputs, [f"v{i + 1}" for i in range(len(leaves))])
    numbers = {x: Node(INPUT, (), {}, facts_of(x._held, ()), name) for x, name in zip(inputs, names)}
    packed = {leaf: _packed(block, numbers) for leaf, block in zip(graph.inputs, members)}
    graph = rewritten(graph, lambda node, args: None, packed)
    found = [make(FLOAT, (node,)) if isinstance(x, Value) else node for x, node in zip(outputs, graph.outputs)]
    return Graph([numbers[x] for x in inputs], found, given=tuple([x._held for x in inputs]))


def _leaf(data: np.ndarray) -> Value:
    value: Value = constant_value(Value, data)
    value.level = 1
    return value


def _packed(block: Sequence[Value], numbers: dict[Value, Node]) -> Node:
    args: Any = tuple([numbers.get(x) or constant(x._held) for x in block])
    return make(PACK, args)


def all_finite(results: Iterable[Any]) -> bool:
    """Whether no number is infinite or NaN: vectors add up products, which makes a NaN of 0 times infinity."""
    return all(x - x == 0 if type(x) is float else np.isfinite(x).all() for x in results)
