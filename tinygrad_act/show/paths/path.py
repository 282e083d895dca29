"""What an explanation is made of: paths, and the factors along each."""

from __future__ import annotations

from typing import Any, NamedTuple

__all__ = ["Factor", "Path"]


class Factor(NamedTuple):
    """One step of the chain rule: an operation's result by one of its inputs, ∂of/∂by."""

    of: str
    """The name of the result."""
    by: str
    """The name of the input."""
    op: str
    """The operation."""
    position: int
    """Which of its inputs it is, from 0."""
    symbol: str
    """The derivative, spelled by the rule that runs with the names of its operands; for an operation that
    is not elementwise, what becomes of the gradient `G` of the result."""
    latex: str
    """The same as LaTeX."""
    number: float | None
    """The local derivative; None unless result and input are single numbers."""
    shape: tuple[int, ...]
    """The shape of the input, and of the gradient that it gets."""
    size: float
    """The root mean square of the gradient that has come as far as the input along this path alone."""
    note: str
    """Where the derivative was taken, and at which kink."""
    is_sum: bool
    """Whether it stands in brackets where it is multiplied: a sum, or a negative number."""
    rounded: bool
    """Whether a constant in it has more digits than are shown: its number is then near, and not equal."""
    around: tuple[str, ...]
    """Its LaTeX in pieces, with the gradient that arrives between them."""


class Path(NamedTuple):
    """One way from the output back to the value asked for, and what it brings there."""

    names: tuple[str, ...]
    """The values on it, the output first."""
    factors: tuple[Factor, ...]
    """One for each arrow, in the order in which backward multiplies them."""
    product: Any
    """What the path brings: the product of the numbers, or an array in the shape of the value."""
