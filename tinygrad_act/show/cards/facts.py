"""What is known about one operation, as plain data: what every form of a card is made from."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from ...core.facts import Theirs
from ...operations.slope import Kink
from .shape import Interval

__all__ = ["Derivative", "Facts", "Parameter"]


class Derivative(NamedTuple):
    """One derivative rule, printed from the rule that runs."""

    of: str
    """The input that it belongs to."""
    form: str
    """`default`, or the form that `derivative_form` asks for: `output` or `input`."""
    text: str
    latex: str
    shown: str
    """As mathematics in plain text."""


class Parameter(NamedTuple):
    """A static parameter: its default (None: it has to be given), and the value on this card."""

    name: str
    default: Any
    value: Any
    allowed: Interval | None
    """The interval in which it has to lie, if it is a number with bounds."""


class Facts(NamedTuple):
    """The facts about an operation. What does not make sense for it is None, or empty."""

    name: str
    elementwise: bool
    aliases: tuple[str, ...]
    about: str
    """What the docstring says below the formula."""
    formula: str
    formula_latex: str
    formula_shown: str
    """As mathematics in plain text."""
    derivatives: tuple[Derivative, ...]
    parameters: tuple[Parameter, ...]
    domain: Interval | None
    """The inputs for which it is defined."""
    range: Interval | None
    """From its smallest to its largest value; an end that is attained is closed."""
    kinks: tuple[Kink, ...]
    parity: str | None
    """odd, even or none."""
    monotone: str | None
    """strictly increasing, increasing, constant, decreasing, strictly decreasing or no."""
    curvature: str | None
    """convex, concave, affine or neither."""
    lipschitz: float | None
    """The largest slope: |f(x) - f(y)| is at most this times |x - y|. Infinite at a jump."""
    flat: tuple[Interval, ...]
    """Where it saturates: |slope| below 0.01."""
    gain: float | None
    unit_gain: float | None
    reference: str | None
    elsewhere: Mapping[str, Theirs]
