"""A graph as plain data: what every kind of picture is made from.

Nothing here refers to a Value, so a snapshot never changes and keeps no graph alive.
Named tuples, because data classes take longer to define, which `import tinygrad_act` would feel.
"""

from __future__ import annotations

from typing import Literal, NamedTuple

__all__ = ["Edge", "Kind", "Node", "Numbers", "Snapshot"]

Kind = Literal["parameter", "constant", "result", "module"]
"""`parameter`: a leaf that gets a gradient. `constant`: a leaf that gets none, or a raw array.
`result`: what an operation computed. `module`: a part of a model, collapsed into one box."""


class Numbers(NamedTuple):
    """A number or an array, summarised. All texts are short and printable."""

    text: str
    """The number, the numbers of a small array, or statistics, one kind a line."""
    bad: str = ""
    """How many NaN and infinities it holds, `2 nan, 1 inf`; empty if none."""
    histogram: tuple[int, ...] = ()
    """How many finite entries lie in each of equal parts of the range; empty where the numbers are shown."""
    head: str = ""
    """The first entries of an array whose numbers are not all in `text`."""
    low: float | None = None
    """The smallest finite entry; None if there is none."""
    high: float | None = None
    """The largest finite entry."""
    brief: str = ""
    """In one short line, as an edge says what it brings; empty where one box stands for several values."""


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
    inline: str = ""
    """The operation with the raw numbers among its operands: `2 · □`, `□ + 1`; empty if there are none."""
    parameters: int = 0
    """How many numbers a collapsed module learns."""
    name: str = ""
    """The label that the user gave, or the name found for it in a model or among the caller's variables."""
    loose: bool = False
    """Whether its name is only that of a variable: it does not keep two boxes apart."""
    called: str = ""
    """What sentences call it: its name, or one made for it (`v3`)."""
    activation: bool = False
    """Whether the operation is an activation function."""
    shape: tuple[int, ...] = ()
    dtype: str = ""
    """NumPy's name of the dtype; Python's type for a number; empty in a summary."""
    value: Numbers | None = None
    """None in a summary."""
    grad: Numbers | None = None
    """None where no gradient flows, or none has arrived."""
    flows: bool = False
    """Whether a gradient flows here at all: `grad` of None then means that none has arrived yet."""
    changed: bool = False
    """A leaf that was given new data after the graph was computed from the old."""
    output: bool = False
    """Whether it is one of the values that were asked to be drawn."""
    times: int = 1
    """How many values the box stands for; more than one in a summary, or where repeats are folded."""
    cluster: tuple[str, ...] = ()
    """The modules that it was computed in, outermost first; no two calls of a module have one path."""


class Edge(NamedTuple):
    """`target` was computed from `source`. `x * x` has two edges, at positions 0 and 1."""

    source: str
    target: str
    position: int | None = None
    """Which operand it is; None in a summary."""
    times: int = 1
    """How many edges of the graph it stands for."""
    symbol: str = ""
    """The local derivative as a formula: `a(1 − a)`, `∂/∂w = x`, `G @ Wᵀ`; empty where nothing flows."""
    general: str = ""
    """The same with the operation's own names, `x` and `y`, for operands that nobody named."""
    local: str = ""
    """The local derivative as a number; for arrays its mean and the share that is saturated."""
    at: str = ""
    """Where it was evaluated, if the formula leaves that open: `a = 0.7311`."""
    kink: str = ""
    """Which kink the operand sits on, and the slope taken: `kink at 0: slope 1`."""
    flow: float | None = None
    """The root mean square of the gradient that this edge brings to `source`; None if none has."""
    sent: str = ""
    """What this edge brings to `source`: the number, or statistics in one line."""
    total: str = ""
    """What `source` has received together with it, in the order of the backward pass."""


class Snapshot(NamedTuple):
    """The whole graph, or, with a `note` that says so, a shorter form of it."""

    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]
    note: str = ""
    backward: tuple[int, ...] = ()
    """Indices into `edges`, in the order in which the backward pass runs over them; empty before one has."""
