"""A program before it is printed: nodes, each one call of a function on the results of others.

Of what depends on the arguments a node knows shape, dtype and layout (`Facts`) and not the numbers: those of a
large function would take many times the memory that it needs itself. What depends on constants alone keeps its
own.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from .calls import CONSTANT, INPUT, Call
from .facts import Facts, facts_of

__all__ = ["Graph", "Node", "constant", "kept", "made", "make", "rewritten"]

_NO_STATIC: dict[str, Any] = {}
_WITH_DTYPE = (np.ndarray, np.generic, Facts)


class Node:
    """One result of a program: `call(*args, **static)`."""

    __slots__ = ("args", "call", "name", "static", "trusted", "value")

    def __init__(self, call: Call, args: tuple[Node, ...], static: dict[str, Any], value: Any, name: str = "") -> None:
        self.call, self.args, self.static, self.value, self.name = call, args, static, value, name
        """`value`: the number or array if it depends on constants alone, else its `Facts`. `name`: what the
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
        return self.value.dtype if isinstance(self.value, _WITH_DTYPE) else type(self.value)

    @property
    def facts(self) -> Facts:
        """What is known of its value."""
        return self.value if isinstance(self.value, Facts) else facts_of(self.value, [x.stand_in() for x in self.args])

    @property
    def is_array(self) -> bool:
        """Whether it is an array with at least one axis, so that it has memory to plan."""
        return bool(self.shape)

    @property
    def is_number(self) -> bool:
        """Whether it is a Python number: weak in NumPy's promotion."""
        return self.value.is_number if isinstance(self.value, Facts) else not isinstance(self.value, _WITH_DTYPE)

    def like(self, other: Node) -> bool:
        """Whether it may stand in the place of another: of its shape and dtype, a Python number if that is one."""
        numbers = self.is_number == other.is_number  # to NumPy, float and float64 are equal
        return numbers and self.shape == other.shape and bool(self.dtype == other.dtype)

    @property
    def nbytes(self) -> int:
        return int(self.value.nbytes) if isinstance(self.value, (np.ndarray, Facts)) else 8

    def stand_in(self) -> Any:
        """What to call a function with to see what it gives: the value, or zeros in its place."""
        return self.value.zeros() if isinstance(self.value, Facts) else self.value

    def lies_in(self) -> list[Node]:
        """The arguments in whose memory the result may lie."""
        facts = self.facts
        if facts.kind is not np.ndarray:
            return []
        arrays = [(i, x) for i, x in enumerate(self.args) if x.facts.kind is np.ndarray]
        return [x for i, x in arrays if i in facts.shared or (i == 0 and self.call.view)]

    @property
    def is_constant(self) -> bool:
        return self.call is CONSTANT


def constant(value: Any, name: str = "") -> Node:
    """A node that is the same in every call."""
    return Node(CONSTANT, (), _NO_STATIC, value, name)


def make(call: Call, args: tuple[Node, ...], static: dict[str, Any] | None = None) -> Node:
    """The node of a call, run once to know what it gives: on zeros, where the arguments are not known."""
    return made(call, args, [x.stand_in() for x in args], static or _NO_STATIC)[0]


def made(call: Call, args: tuple[Node, ...], given: Sequence[Any], static: dict[str, Any]) -> tuple[Node, Any]:
    """The node of a call, and what it gives for the numbers `given`."""
    with np.errstate(all="ignore"):
        value = call.run(*given, **static)
    return Node(call, args, static, kept(value, args, given)), value


def kept(value: Any, args: tuple[Node, ...], given: Sequence[Any]) -> Any:
    """What a node keeps of its value: all, if its arguments are constants."""
    return facts_of(value, given) if any(isinstance(x.value, Facts) for x in args) or not args else value


@dataclass
class Graph:
    """All that a program computes. Passes turn one into another."""

    inputs: list[Node]
    outputs: list[Node]
    donated: frozenset[Node] = field(default_factory=frozenset)
    """Inputs whose memory the program may overwrite."""
    given: tuple[Any, ...] = ()
    """What the inputs were when it was recorded; of a graph that has been lowered, nothing."""

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
