"""The slopes of sigmoid and of z * sigmoid(z), to the last digits: derivatives in the form of the input.

For a product beta * z, whose rounding exp would magnify; at the edge of underflow; next to their roots,
where the terms of the usual formulas cancel; and with slopes of their own of which all that holds as well.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ..core.dispatch import elementwise
from ..core.facts import case
from . import fused_swish
from .elementary import square, tanh
from .fused_swish import EXP_OF_SWISH_ROOT, SWISH_ROOT, SWISH_ROOT_REST
from .precise import (  # fmt: skip
    FAR,
    SHIFT,
    SHIFTED,
    apart,
    briefly,
    decay,
    exponent,
    is_short,
    product_of_floats,
    spread,
    widely,
)

__all__ = ["sigmoid_product", "sigmoid_slope", "swish_bend", "swish_rate", "swish_slope"]

_CASES = (case((2, 3), (2, 3)), case((2, 1), (1, 3)), case((3,), ()), case((), ()))


@elementwise(
    dz=lambda a, z, beta, *, scale, rest: -(beta * scale) * (a * tanh(z * ((beta * scale) / 2))),
    dbeta=lambda a, z, beta, *, scale, rest: -(z * scale) * (a * tanh(z * ((beta * scale) / 2))),
    cases=_CASES,
    label="σ'",
    internal=True,
)
def sigmoid_slope(z: Any, beta: Any, *, scale: float = 1.0, rest: float = 0.0) -> Any:
    """a = 1 / (2 + exp(beta * scale * z) + exp(-beta * scale * z))

    sigmoid(y) * sigmoid(-y), y = beta * z. `scale`: a factor of beta that
    stays a float64 in a program of float32; `rest`: what it lacks of the number that is meant.
    """
    return widely(_sigmoid_slope, z, beta, scale=scale, rest=rest, short=is_short(z, beta))


def _sigmoid_slope(z: Any, beta: Any, *, scale: float, rest: float, short: bool) -> Any:
    e, back = decay(*exponent(z, beta * scale, rest, short))
    return e / np.square(1 + e * back) * back


@elementwise(
    dz=lambda _, z, beta, *, scale, rest: (beta * scale) * sigmoid_slope(z, beta, scale=scale, rest=rest),
    dbeta=lambda _, z, beta, *, scale, rest: (z * scale) * sigmoid_slope(z, beta, scale=scale, rest=rest),
    cases=_CASES,
    label="σ",
    internal=True,
)
def sigmoid_product(z: Any, beta: Any, *, scale: float = 1.0, rest: float = 0.0) -> Any:
    """a = 1 / (1 + exp(-beta * scale * z))"""
    return widely(_sigmoid_product, z, beta, scale=scale, rest=rest, short=is_short(z, beta))


def _sigmoid_product(z: Any, beta: Any, *, scale: float, rest: float, short: bool) -> Any:
    y, dropped = exponent(z, beta * scale, rest, short)
    e, back = decay(y, dropped)
    below = e / (1 + e * back) * back
    return np.where(y < 0, below, 1 / (1 + e * back))


# y * sigmoid(y) bends both ways where 2 = |y| * tanh(|y| / 2): the root, as a sum of two floats, and the root less 2.
_BEND, _BEND_REST, _BEND_LESS_2 = 2.3993572805154675, 1.8464872855353363e-16, 0.39935728051546765


def _swish_slope_of_float(z: float, beta: float, *, scale: float, rest: float) -> float:
    y, dropped = product_of_floats(z, beta * scale)
    x, lost = abs(y), math.copysign(1.0, y) * (dropped + z * rest if -FAR < y < FAR else 0.0)
    if x > SHIFT:
        return 1.0 if y > 0.0 else (1.0 - x) * math.exp(SHIFT - x) * (1.0 - lost) * SHIFTED if x < FAR else -0.0
    e = math.exp(-x) * (1.0 - lost)
    d = (-x - SWISH_ROOT) - (lost + SWISH_ROOT_REST)
    below = (d + EXP_OF_SWISH_ROOT * math.expm1(d)) * e / (1.0 + e) ** 2
    return 1.0 - below if y > 0.0 else below


@elementwise(
    dz=lambda _, z, beta, *, scale, rest: (beta * scale) * swish_bend(z, beta, scale=scale, rest=rest),
    dbeta=lambda _, z, beta, *, scale, rest: (z * scale) * swish_bend(z, beta, scale=scale, rest=rest),
    scalar=_swish_slope_of_float,
    cases=_CASES,
    label="(y σ(y))'",
    internal=True,
)
def swish_slope(z: Any, beta: Any, *, scale: float = 1.0, rest: float = 0.0) -> Any:
    """a = (1 + exp(-beta * scale * z) + beta * scale * z * exp(-beta * scale * z)) / (1 + exp(-beta * scale * z)) ** 2

    The slope of y * sigmoid(y) at y = beta * z. For y < 0 the numerator is, times exp(y),
    d + exp(root) * expm1(d), d the distance from the root: both terms have one sign. The other side is 1 less it.
    """
    return briefly(fused_swish.swish_slope, _swish_slope, z, beta, scale=scale, rest=rest, short=is_short(z, beta))


def _swish_slope(z: Any, beta: Any, *, scale: float, rest: float, short: bool) -> Any:
    y, dropped = exponent(z, beta * scale, rest, short)
    e, back, lost = apart(y, dropped)
    x, t = np.abs(y), np.tanh(y / 2)
    d = (-x - SWISH_ROOT) - (lost + SWISH_ROOT_REST)
    top = np.where(x < 3, d + EXP_OF_SWISH_ROOT * np.expm1(d), (1 - x) + (e * back - lost))  # 1 - x loses nothing there
    below = top * spread(e, back, lost) * back
    middle = 0.5 + (0.5 * t + 0.25 * y * (1 - t * t))
    return np.where(x < 0.5, middle, np.where(y > 0, 1 - below, below))


def _swish_jerk(_: Any, z: Any, beta: Any, *, scale: float, rest: float) -> Any:
    """p * (y * (t*t - 2*p) - 3*t), y = beta * z, t = tanh(y / 2), p = sigmoid_slope(y)"""
    y, t, p = (beta * scale) * z, tanh(z * ((beta * scale) / 2)), sigmoid_slope(z, beta, scale=scale, rest=rest)
    return (p * y) * (square(t) - 2 * p) - 3 * (p * t)


@elementwise(
    dz=lambda a, z, beta, *, scale, rest: (beta * scale) * _swish_jerk(a, z, beta, scale=scale, rest=rest),
    dbeta=lambda a, z, beta, *, scale, rest: (z * scale) * _swish_jerk(a, z, beta, scale=scale, rest=rest),
    cases=_CASES,
    label="(y σ(y))''",
    internal=True,
)
def swish_bend(z: Any, beta: Any, *, scale: float = 1.0, rest: float = 0.0) -> Any:
    """a = (2 - beta * scale * z * tanh(beta * scale * z / 2)) / (2 + exp(beta * scale * z) + exp(-beta * scale * z))

    The second derivative of y * sigmoid(y) at y = beta * z. With u = exp(-|y|) the first factor is
    ((b - 2) * expm1(-d) - d * (1 - u)) / (1 + u), d = |y| - b the distance from its root b: one sign.
    """
    return widely(_swish_bend, z, beta, scale=scale, rest=rest, short=is_short(z, beta))


def _swish_bend(z: Any, beta: Any, *, scale: float, rest: float, short: bool) -> Any:
    y, dropped = exponent(z, beta * scale, rest, short)
    e, back, lost = apart(y, dropped)
    u = e * back
    d = (np.abs(y) - _BEND) + (lost - _BEND_REST)
    return (_BEND_LESS_2 * np.expm1(-d) - d * (1 - u)) * (spread(e, back, lost) / (1 + u)) * back


def _swish_rate_of_float(z: float, beta: float) -> float:
    y, dropped = product_of_floats(abs(z), abs(beta))
    if y > SHIFT:
        return z * (z * math.exp(SHIFT - y) * (1.0 - dropped)) * SHIFTED if y < FAR else 0.0
    e = math.exp(y) * (1.0 + dropped)
    return z * z / (2.0 + e + 1.0 / e)


@elementwise(
    dz=lambda _, z, beta: z * swish_bend(z, beta),
    dbeta=lambda a, z, beta: z * (a * -tanh(z * (beta / 2))),
    scalar=_swish_rate_of_float,
    cases=_CASES,
    label="∂ swish/∂β",
    internal=True,
)
def swish_rate(z: Any, beta: Any) -> Any:
    """a = z * z / (2 + exp(beta * z) + exp(-beta * z))

    The slope of swish_beta in beta.
    """
    return briefly(fused_swish.swish_rate, _swish_rate, z, beta, short=is_short(z, beta))


def _swish_rate(z: Any, beta: Any, *, short: bool) -> Any:
    y, dropped = exponent(z, beta, 0.0, short)
    e, back, lost = apart(y, dropped)
    x = np.where(np.abs(y) < FAR, z, 0.0 * y)
    return x * (x * spread(e, back, lost)) * back
