"""A program before it is printed: nodes, each one call of a function on the results of others.

A node keeps the number or array that it had when the program was recorded: it tells shape and
dtype, folds constants, and lets a pass compare what it made with what was there.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from .calls import CONSTANT, INPUT, Call

__all__ = ["Graph", "Node", "constant", "make", "rewritten"]

_NO_STATIC: dict[str, Any] = {}


class Node:
    """One result of a program: `call(*args, **static)`."""

    __slots__ = ("args", "call", "name", "static", "trusted", "value")

    def __init__(self, call: Call, args: tuple[Node, ...], static: dict[str, Any], value: Any, name: str = "") -> None:
        self.call, self.args, self.static, self.value, self.name = call, args, static, value, name
        """`value`: the number or array that it was when the program was recorded. `name`: what the
        source calls it, if anything has a wish."""
        self.trusted = False
        """Whether a NaN here may mean that a short formula was not good enough; see `guard`."""

    def __repr__(self) -> str:
        return f"<{self.call.name} {self.name} {self.dtype}{list(self.shape)}>"

    @property
    def shape(self) -> tuple[int, ...]:
        return getattr(self.value, "shape", ())

    @property
    def dtype(self) -> Any:
        """The dtype; the Python type of a Python number."""
        return self.value.dtype if isinstance(self.value, (np.ndarray, np.generic)) else type(self.value)

    @property
    def is_array(self) -> bool:
        """Whether it is an array with at least one axis, so that it has memory to plan."""
        return isinstance(self.value, np.ndarray) and self.value.ndim > 0

    @property
    def is_number(self) -> bool:
        """Whether it is a Python number: weak in NumPy's promotion."""
        return not isinstance(self.value, (np.ndarray, np.generic))

    def like(self, other: Node) -> bool:
        """Whether it may stand in the place of another: of its shape and dtype, a Python number if that is one."""
        numbers = self.is_number == other.is_number  # to NumPy, float and float64 are equal
        return numbers and self.shape == other.shape and bool(self.dtype == other.dtype)

    @property
    def nbytes(self) -> int:
        return int(self.value.nbytes) if isinstance(self.value, np.ndarray) else 8

    @property
    def is_constant(self) -> bool:
        return self.call is CONSTANT


def constant(value: Any, name: str = "") -> Node:
    """A node that is the same in every call."""
    return Node(CONSTANT, (), _NO_STATIC, value, name)


def make(call: Call, args: tuple[Node, ...], static: dict[str, Any] | None = None, name: str = "") -> Node:
    """The node of a call, computed once to know what it gives."""
    static = static or _NO_STATIC
    with np.errstate(all="ignore"):
        value = call.run(*(x.value for x in args), **static)
    return Node(call, args, static, value, name)


@dataclass
class Graph:
    """All that a program computes. Passes turn one into another."""

    inputs: list[Node]
    outputs: list[Node]
    donated: frozenset[Node] = field(default_factory=frozenset)
    """Inputs whose memory the program may overwrite."""

    def order(self) -> list[Node]:
        """Every node that an output needs, each after its arguments; inputs and constants as well."""
        order: list[Node] = []
        entered: set[Node] = set()
        stack: list[Any] = list(reversed(self.outputs))
        while stack:
            node = stack.pop()
            if node is None:
                order.append(stack.pop())
            elif node not in entered:
                entered.add(node)
                stack += (node, None)
                stack += reversed(node.args)
        return order

    def lines(self) -> list[Node]:
        """The nodes that compute."""
        return [node for node in self.order() if node.call is not INPUT and node.call is not CONSTANT]


def rewritten(
    graph: Graph, rule: Callable[[Node, tuple[Node, ...]], Node | None], known: dict[Node, Node] | None = None,
    absorbing: bool = True,
) -> Graph:
    """The graph with `rule(node, its new arguments)` in place of each node; None keeps the call as it is. `known`:
    what stands in place of some nodes. `absorbing`: whether a step may take over what its arguments did.

    Names go over to what takes a node's place, unless that has one; and so does whether it is trusted, or an argument
    is that is no step any more.
    """
    new = dict(known or {})
    for node in graph.order():
        if node in new:
            continue
        args = tuple([new[x] for x in node.args])
        result = node if node.call is INPUT else rule(node, args)
        if result is None:
            same = all(x is y for x, y in zip(args, node.args))
            result = node if same else Node(node.call, args, node.static, node.value, node.name)
        elif not result.name and node.name and result.call is not INPUT:
            result.name = node.name
        absorbed = absorbing and any(x.trusted for x in args if x is not result and x not in result.args)
        result.trusted |= node.trusted or absorbed
        new[node] = result
    return Graph(graph.inputs, [new[x] for x in graph.outputs], graph.donated)
