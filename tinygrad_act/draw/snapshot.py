"""A graph as plain data: what every kind of picture is made from.

Nothing here refers to a Value, so a snapshot never changes and keeps no graph alive.
Named tuples, because data classes take longer to define, which `import tinygrad_act` would feel.
"""

from __future__ import annotations

from typing import Literal, NamedTuple

__all__ = ["Edge", "Kind", "Node", "Snapshot"]

Kind = Literal["parameter", "constant", "result"]
"""`parameter`: a leaf that gets a gradient. `constant`: a leaf that gets none, or a raw number or
array. `result`: what an operation computed."""


class Node(NamedTuple):
    """One box. All texts are short and printable, and not yet escaped for any format."""

    id: str
    """`n0`, `n1`, ... in topological order: the same graph always gets the same ids."""
    kind: Kind
    title: str = ""
    """The operation's label (`σ`); in a summary the kind of a leaf; else empty."""
    op: str | None = None
    """The operation's name (`sigmoid`); None at a leaf."""
    static: str = ""
    """The static parameters that differ from their defaults, `axis=1, keepdims=True`."""
    name: str = ""
    """The label that the user gave."""
    shape: tuple[int, ...] = ()
    dtype: str = ""
    """NumPy's name of the dtype; Python's type for a number; empty in a summary."""
    value: str = ""
    """The number, the numbers of a small array, or lines of statistics with `\\n` between them."""
    grad: str | None = None
    """As `value`; `–` before any gradient has arrived; None where none flows."""
    changed: bool = False
    """A leaf that was given new data after the graph was computed from the old."""
    output: bool = False
    """Whether it is one of the values that were asked to be drawn."""
    times: int = 1
    """How many values the box stands for; more than one only in a summary."""


class Edge(NamedTuple):
    """`target` was computed from `source`. `x * x` has two edges, at positions 0 and 1."""

    source: str
    target: str
    position: int | None = None
    """Which operand it is; None in a summary."""
    times: int = 1
    """How many edges of the graph it stands for."""


class Snapshot(NamedTuple):
    """The whole graph, or, with a `note` that says so, its summary by operation."""

    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]
    note: str = ""
