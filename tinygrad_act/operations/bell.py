"""exp(-rate * z * z) and its derivatives of every order: what erf and the normal density are made of."""

from __future__ import annotations

import functools
import math
from typing import Any

import numpy as np

from ..core.dispatch import elementwise
from ..core.facts import case
from .precise import SHIFT, SHIFTED, product, widely

__all__ = ["BELL_SHIFTED", "bell", "bell_of_float", "scaled_bell"]

BELL_SHIFTED = 1.2160092003719954e-31
"""SHIFTED / sqrt(2*pi)."""
_LARGEST = 40.0
"""Where exp(-x*x/2) is no number any more."""


def scaled_bell(x: Any, rate: float) -> Any:
    """exp(SHIFT - rate * x * x), x >= 0, rate 1/2 or 1: no subnormal number where exp(-rate * x * x) is none.

    Multiply by SHIFTED last. x is cut into a part with few digits, whose square is exact, and a rest
    that is not negative: else the rounding of x * x, times x * x, would be the error of the result.
    """
    x = np.minimum(x, _LARGEST / math.sqrt(2 * rate))
    high = np.floor(x * 256) / 256
    main = np.exp(SHIFT - rate * (high * high))
    return main + main * np.expm1((x - high) * ((x + high) * -rate))


def bell_of_float(x: float) -> float:
    """`scaled_bell` of one number, for a rate of 1/2."""
    x = min(x, _LARGEST)
    high = math.floor(x * 256) / 256
    return math.exp(SHIFT - high * high / 2) * math.exp((x - high) * ((x + high) * -0.5))


@elementwise(
    dz=lambda _, z, *, rate, order: bell(z, rate=rate, order=order + 1),
    domain={"rate": (0.0, math.inf), "order": (-1, math.inf)},
    cases=(case((2, 3), rate=0.5), case((3,), rate=1.0, order=1), case((), rate=0.5, order=2)),
    label="φ",
    internal=True,
)
def bell(z: Any, *, rate: float, order: int = 0) -> Any:
    """a = sqrt(rate / pi) * exp(-rate * z * z) * (-sqrt(2 * rate)) ** order * hermite(order, sqrt(2 * rate) * z)

    The derivative of this order of sqrt(rate / pi) * exp(-rate * z * z). With a rate of 1/2 that is the density of
    a standard normal number, with 1 half the slope of erf. Hermite's polynomial comes from its roots: next to
    them its terms cancel.
    """
    return widely(_bell, z, rate=rate, order=order)


def _bell(z: Any, *, rate: float, order: int) -> Any:
    x = np.abs(z)
    near = np.minimum(x, _LARGEST)  # further out it is 0, whatever the polynomial is
    scale = BELL_SHIFTED if rate == 0.5 else SHIFTED * math.sqrt(rate / math.pi)
    factor: Any = scaled_bell(x, rate)
    for root, rest in _roots(order, rate):
        factor = factor * (((near - root) - rest) * (near + root))
    if order % 2:
        factor = factor * np.clip(z, -_LARGEST, _LARGEST)
    return factor * (scale * np.power(-2.0 * rate, order))  # not by Python's power, which raises where it overflows


@functools.lru_cache(maxsize=256)
def _roots(order: int, rate: float) -> tuple[tuple[float, float], ...]:
    """The positive roots in z of Hermite's polynomial of this order, as sums of two floats."""
    found = np.real(np.polynomial.hermite_e.hermeroots([0.0] * order + [1.0])) if order > 3 else ()  # all are real
    squares = {0: (), 1: (), 2: (1.0,), 3: (3.0,)}.get(order, tuple(float(x) ** 2 for x in found if x > 1e-6))
    return tuple(_root(square / (2 * rate)) for square in squares)


def _root(square: float) -> tuple[float, float]:
    root = math.sqrt(square)
    if not root:
        return 0.0, 0.0
    p, dropped = product(root, root)
    return root, ((square - p) - dropped) / (2 * root)
