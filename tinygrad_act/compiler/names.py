"""What the source of a program calls its results: w1, z1, a1, loss, dz1, dw1."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterable
from typing import Any

from ..core.op import Op
from ..engine.tracing import Pull
from .build import operation_of
from .calls import INPUT
from .identifiers import RESERVED, distinct, identifier
from .node import Graph, Node

__all__ = ["input_names", "name_nodes", "parameter_names"]

_RESERVED = {*RESERVED, "empty", "step", "i", "part"}


def parameter_names(f: Callable[..., Any], count: int, keywords: Iterable[str] = ()) -> list[str]:
    """The names of the first `count` positional parameters of `f`, where a program can have them: no two are
    alike, and none is one of its `keywords`."""
    try:
        parameters = [p.name for p in inspect.signature(f).parameters.values() if p.kind <= p.POSITIONAL_OR_KEYWORD]
    except (TypeError, ValueError):
        parameters = []
    wishes = (parameters + [f"x{i}" for i in range(len(parameters), count)])[:count]
    return distinct([f"{name}_" if name in RESERVED else name for name in wishes], keywords)


def input_names(paths: tuple[str, ...], parameters: list[str]) -> list[str]:
    """A short name for each data leaf: `w1` for `params['w1']`, `params_0` for `params[0]`."""
    full, short = [], []
    for path in paths:
        parts = [part.strip("'\"") for part in re.findall(r"\[([^\]]*)\]", path)]
        words = [parameters[int(parts[1])] if parts[0] == "0" else parts[1], *parts[2:]]
        full.append("_".join(words))
        short.append(words[-1] if not words[-1].isdigit() else "_".join(words[-2:]))
    names: list[str] = []
    for i, name in enumerate(short):
        names.append(_identifier(name if short.count(name) == 1 else full[i]))
    return [name if names.count(name) == 1 else f"{name}_{i}" for i, name in enumerate(names)]


def _identifier(text: str) -> str:
    word = identifier(text)
    return f"{word}_" if word in _RESERVED else word


def name_nodes(graph: Graph, loss: bool) -> None:
    """Give a name to what a reader knows: pre-activations, activations, cotangents. `loss`: whether a single
    number among the outputs is one."""
    layer = 0
    order = graph.order()
    for node in order:
        operation = operation_of(node.call)
        if isinstance(operation, Op) and operation.reference is not None and node.is_array and not node.name:
            layer += 1
            node.name = f"a{layer}"
            z = node.args[0]
            if z.call is not INPUT and not z.name:
                z.name = f"z{layer}"
    _name_products(order, layer)
    numbers = [x for x in graph.outputs if not x.shape and x.call is not INPUT and not x.is_constant]
    if loss and len(numbers) == 1 and not numbers[0].name:
        numbers[0].name = "loss"
    _name_cotangents(order)


def _name_products(order: list[Node], layer: int) -> None:
    """A matrix product that leads to no activation is a pre-activation as well: the last one of a network."""
    users: dict[Node, list[Node]] = {}
    for node in order:
        if not isinstance(operation_of(node.call), Pull):
            for x in node.args:
                users.setdefault(x, []).append(node)
    for x in order:
        if x.call.name != "matmul" or x.name or not x.is_array:
            continue
        if not any(y.name.startswith("z") for y in users.get(x, [])):
            layer += 1
            biased = [y for y in users.get(x, []) if y.call.name == "add" and not y.name]
            (biased[0] if biased else x).name = f"z{layer}"


def _name_cotangents(order: list[Node]) -> None:
    for node in order:
        operation = operation_of(node.call)
        if isinstance(operation, Pull) and not node.name:
            of = node.args[2 + operation.position]
            if of.name:
                node.name = f"d{of.name}"
        elif node.call.name == "add" and not node.name and node.args[0].name == node.args[1].name:
            node.name = node.args[0].name if node.args[0].name.startswith("d") else ""
