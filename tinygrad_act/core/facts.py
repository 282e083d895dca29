"""What a declaration may be given besides rules: shapes to test it on, names in other frameworks, and shorter
formulas for large arrays.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

__all__ = ["ELSEWHERE", "Case", "Fused", "Theirs", "case", "theirs"]


@dataclass(frozen=True)
class Case:
    """Inputs for the generated tests: a shape for every input (or the input itself), and statics."""

    inputs: tuple[Any, ...]
    static: dict[str, Any]


def case(*inputs: Any, **static: Any) -> Case:
    """`case((2, 3), (3,), axis=0)`: inputs of these shapes, called with these static parameters.

    An input that is not a tuple (a mask, an index) is used as it is.
    """
    return Case(inputs, static)


class Theirs(NamedTuple):
    """The same operation in another framework, and in what it differs."""

    name: str
    at_kink: Any
    """What it takes at the kinks, as `at_kink` has it; None: the side declared here."""
    instead: str
    """The operation here that its function of this name computes, if it is another one."""
    note: str
    defaults: dict[str, Any]
    """Defaults of static parameters that differ from those here."""


def theirs(name: str, *, at_kink: Any = None, instead: str = "", note: str = "", **defaults: Any) -> Theirs:
    """`theirs("LeakyReLU", at_kink="left", slope=0.3)`: what a framework calls it, and what differs there."""
    return Theirs(name, at_kink, instead, note, defaults)


ELSEWHERE: dict[str, dict[str, Theirs]] = {}
"""For operations of this package by name what their declarations need not say: their names in other frameworks. The
table stands with the operations and enters them here."""


class Fused(NamedTuple):
    """Loops over memory saved: what an operation computes, written for arrays of one dtype in fewer steps.

    Both write into `out` and must not be trusted with numbers that overflow: if NumPy notices any
    such thing, the body and the rule do it again.
    """

    forward: Callable[..., Any] | None = None
    """`forward(z, out, **static)`; other inputs, of the shape of z, stand between z and out (in programs only).
    A result of another shape than z, as of a sum, is returned (in programs only)."""
    pull: Callable[..., None] | None = None
    """`pull(g, a, z, out, **static)`: g times the default derivative by the first input; other inputs
    stand between z and out."""
    accurate: Callable[..., None] | None = None
    """The same by the derivative in the form of the input."""
    quick: Callable[..., Any] | None = None
    """`quick(z, out, **static)`: `forward` in fewer steps still, for large arrays outside of programs. Gives None, or
    the indices of the entries where that loses digits: the body does them again."""
