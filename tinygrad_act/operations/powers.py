"""x ** y, differentiable in both to any order, at a base of 0 too."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ..core.dispatch import elementwise
from ..core.facts import case
from .arithmetic import chain, where
from .elementary import log

__all__ = ["pow", "pow_derivative"]


def _slope_in_base(_: Any, x: Any, y: Any) -> Any:
    if isinstance(y, (float, int)):  # nobody asks how the slope depends on it
        return float(y) if y in (0, 1) else y * pow(x, y - 1)
    return pow_derivative(x, y, by_x=1)


def _slope_in_exponent(a: Any, x: Any, y: Any) -> Any:
    """a * log(x)"""
    if isinstance(x, (float, int)) and 0 < x < math.inf:
        return a * log(x)
    if type(a) is float or type(a) is np.ndarray:  # no graph: the power need not be computed again
        return _with_logarithms(a, x, y, 0, 1)
    return pow_derivative(x, y, by_y=1)


@elementwise(
    dx=_slope_in_base,
    dy=_slope_in_exponent,
    label="**",
    scalar=math.pow,
    domain={"x": (0.0, math.inf)},
    aliases=("power",),
)
def pow(x: Any, y: Any) -> Any:
    """a = x ** y

    Differentiable in both, to any order. Where the exponent is 0 the slope in x is 0, at x = 0 too;
    where the base is 0 and the exponent is not negative, the slope in y is 0. All further derivatives
    at x = 0 are the limits from the right, infinite ones among them. A negative base has a slope in x
    only, for a whole exponent.
    """
    return x**y  # for arrays: np.power, but NumPy squares for y = 2 and takes the root for y = 0.5


@elementwise(
    dx=lambda _, x, y, *, by_x, by_y: pow_derivative(x, y, by_x=by_x + 1, by_y=by_y),
    dy=lambda _, x, y, *, by_x, by_y: pow_derivative(x, y, by_x=by_x, by_y=by_y + 1),
    domain={"x": (0.0, math.inf)},
    cases=(
        case((2, 3), (2, 3), by_x=1),
        case((2, 3), (3,), by_y=1),
        case((), (), by_x=1, by_y=1),
        case((3,), (), by_x=2, by_y=1),
        case((2, 1), (1, 3), by_y=3),
    ),
    internal=True,
)
def pow_derivative(x: Any, y: Any, *, by_x: int = 0, by_y: int = 0) -> Any:
    """a = pow_derivative(x, y, by_x, by_y)

    The derivative of x ** y, this many times by x and by y: x ** (y - by_x) times a polynomial in y
    and log(x). A zero power outweighs an infinite logarithm, and a zero factor both; a rule with these
    zeros masked would be right, but its own derivatives would not.
    """
    power = pow(x, y - by_x) if by_x else pow(x, y)
    if by_y:
        return _with_logarithms(power, x, y, by_x, by_y)
    return chain(_falling(y, by_x, 0)[0], power, 0.0) if by_x else power


def _with_logarithms(power: Any, x: Any, y: Any, by_x: int, by_y: int) -> Any:
    """`power`, which is x ** (y - by_x), times its polynomial in y and log(x)."""
    settled = power == 0 if by_x else (power == 0) | ((x == 0) & (y == 0))
    logarithm = log(where((x >= 0) & settled, 1.0, x))
    if not by_x:
        for _ in range(by_y):
            power = power * logarithm
        return power
    first, *others = _falling(y, by_x, by_y)
    total = first
    for k, factors in enumerate(others, 1):
        total = where((total == 0) & (x >= 0), 0.0, total * logarithm) + math.comb(by_y, k) * factors
    return chain(total, power, 0.0)


def _falling(y: Any, count: int, order: int) -> list[Any]:
    """y * (y - 1) * ... of `count` factors, and its derivatives up to this order."""
    terms: list[Any] = [1.0] + [0.0] * order
    for j in range(count):
        factor = y - j if j else y
        for k in range(order, 0, -1):
            terms[k] = terms[k] * factor + k * terms[k - 1]
        terms[0] = terms[0] * factor
    return terms
