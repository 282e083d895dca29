"""The order of a graph: every node after its inputs. Nothing here knows what a node computes.

A node is any object with an attribute `inputs`, a tuple of nodes and of constants, or None at a
leaf. A constant is whatever is not of the node's kind. Everything is iterative, because graphs get
deeper than Python's stack: a chain of a million nodes is ordinary.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

__all__ = ["topological_order"]


def topological_order(roots: Sequence[Any], kind: type) -> list[Any]:
    """Nodes that `roots` depend on, each once, every node after all of its inputs.

    `kind`: the class of the nodes; inputs of any other class are constants and are left out.
    Depth first, in the order of the inputs: the same graph always gives the same order.
    Time and memory are linear in nodes and edges.
    """
    order: list[Any] = []
    entered: set[Any] = set()
    stack: list[Any] = list(reversed(roots))
    while stack:
        node = stack.pop()
        if node is None:  # the marker under a node: all of its inputs are out
            order.append(stack.pop())
        elif node not in entered:
            entered.add(node)
            if node.inputs is None:
                order.append(node)
                continue
            stack += (node, None)
            stack += [x for x in reversed(node.inputs) if isinstance(x, kind)]
    return order
