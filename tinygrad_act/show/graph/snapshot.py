"""A graph as plain data: what every kind of picture is made from. Numbers stay numbers here, and become text last.

Nothing here refers to a Value, so a snapshot never changes and keeps no graph alive.
Named tuples, because data classes take longer to define, which `import tinygrad_act` would feel.
"""

from __future__ import annotations

from typing import Any, Literal, NamedTuple

__all__ = ["Edge", "Formula", "Kind", "Node", "Numbers", "Slopes", "Snapshot"]

Kind = Literal["parameter", "constant", "result", "module"]
"""`parameter`: a leaf that gets a gradient. `constant`: a leaf that gets none, or a raw array.
`result`: what an operation computed. `module`: a part of a model, collapsed into one box."""


class Numbers(NamedTuple):
    """A number or an array, summarised. `wording` spells it. Every NaN is `math.nan`, so that equal ones are equal."""

    size: int = 1
    """How many entries it has."""
    data: Any = None
    """The number, or the entries of a small array as nested tuples; None where there are more."""
    low: Any = None
    """The smallest finite entry; None if there is none."""
    high: Any = None
    """The largest finite entry."""
    mean: Any = None
    """Of the finite entries of a larger array; None where they are all equal, and for booleans."""
    deviation: Any = None
    """Their standard deviation."""
    rms: Any = None
    """The root mean square of all entries of a larger array."""
    true: int | None = None
    """How many entries of a larger array of booleans are true."""
    faults: tuple[int, int, int] = (0, 0, 0)
    """How many entries are NaN, infinite, and minus infinity."""
    histogram: tuple[int, ...] = ()
    """How many finite entries of a larger array lie in each of equal parts of the range."""
    head: str = ""
    """The first entries of a larger array, as NumPy writes them."""
    boxes: int = 1
    """How many numbers or arrays it stands for; of several it has the range alone."""
    faulty: int = 0
    """How many of several hold a NaN or an infinity."""


class Slopes(NamedTuple):
    """A local derivative, or those of all entries of an array, or of several edges."""

    low: float
    high: float
    mean: float | None = None
    """None where all are equal, and of several edges."""
    on: float | None = None
    """The share of ones where an activation's are only 0 or 1."""
    saturated: float | None = None
    """The share of an activation's that is flat."""
    size: int = 1
    """0 for an empty array."""
    edges: int = 1
    """How many edges it speaks for."""
    nans: int = 0
    """How many of several edges have a NaN, which is neither low nor high."""


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
    operands: tuple[Any, ...] = ()
    """The raw numbers among the operands, None for each that has a box; empty if all have."""
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
    earlier: Numbers | None = None
    """What of `grad` the last backward pass did not bring; None if it brought all."""
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


class Formula(NamedTuple):
    """A local derivative in symbols."""

    text: str = ""
    """`a(1 − a)`, `x`, `G @ Wᵀ`; empty where nothing flows."""
    by: str = ""
    """The operand that it is the derivative by, where the formula alone does not say it: `∂/∂w`."""
    form: Literal["number", "factor", "sum", "whole"] = "factor"
    """What becomes of the gradient `G` that arrives: it is multiplied by the formula, a number or a single piece, or
    by a sum, in brackets; or the `whole` formula says it."""
    rounded: bool = False
    """Whether a number in it has more digits than are shown."""
    where: str = ""
    """What letters of its own mean: `s = σ(z)`."""

    def __str__(self) -> str:
        """`∂/∂w = x`."""
        return self.equation("")

    def equation(self, number: str) -> str:
        """`∂/∂w = x = 3`; the number only where there is one, and the formula is not it."""
        is_said = self.form == "number" or number in ("", self.text)
        value = "" if is_said else f" {'≈' if self.rounded else '='} {number}"
        by, where = f"{self.by} = " if self.by else "", f", {self.where}" if self.where else ""
        return f"{by}{self.text}{value}{where}" if self.text else number


class Edge(NamedTuple):
    """`target` was computed from `source`. `x * x` has two edges, at positions 0 and 1."""

    source: str
    target: str
    position: int | None = None
    """Which operand it is; None in a summary."""
    times: int = 1
    """How many edges of the graph it stands for."""
    formula: Formula = Formula()
    """The local derivative in symbols; empty where nothing flows."""
    general: Formula = Formula()
    """The same with the operation's own names, `x` and `y`, for operands that nobody named."""
    local: Slopes | None = None
    """The local derivative as a number; None for what is not elementwise."""
    at: tuple[tuple[str, Any], ...] = ()
    """Where it was evaluated, if the formula leaves that open: `a` and its value."""
    kink: str = ""
    """Which kink the operand sits on, and the slope taken: `kink at 0: slope 1`."""
    flow: float | None = None
    """The root mean square of the gradient that this edge brings to `source`; None if none has."""
    sent: Numbers | None = None
    """What this edge brings to `source`; of a larger array its root mean square and its faults alone."""
    total: Numbers | None = None
    """What `source` has received together with it, in the order of the backward pass."""

    @property
    def symbol(self) -> str:
        """The local derivative as text: `a(1 − a)`, `∂/∂w = x`, `G @ Wᵀ`; empty where nothing flows."""
        return str(self.formula)


class Snapshot(NamedTuple):
    """The whole graph, or, with a `note` that says so, a shorter form of it."""

    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]
    note: str = ""
    backward: tuple[int, ...] = ()
    """Indices into `edges`, in the order in which the backward pass runs over them; empty before one has."""
    short: bool = False
    """Whether boxes say of an array its mean or its range alone, without a histogram."""
