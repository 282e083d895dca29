"""Activations that squash: sigmoid's and tanh's relatives. (sigmoid stands in `activations.py`.)"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ..core.dispatch import elementwise
from ..core.facts import case
from . import fused, fused_gates, fused_lines
from .activations import sigmoid
from .arithmetic import abs, clip, minimum, where
from .comparison import logical_and
from .elementary import exp, expm1, log1p, square, tanh
from .log_exp import logit_slope
from .logistic import sigmoid_slope
from .precise import horner
from .special import SHRINK_END, SHRINK_P, SHRINK_Q

__all__ = [
    "hard_sigmoid", "hard_tanh", "log_sigmoid", "logit", "scaled_tanh", "soft_sign", "sparse_sigmoid", "tanh_shrink",
]  # fmt: skip


@elementwise(
    dz=lambda a, _: -expm1(a),
    input=lambda _, z: sigmoid(-z),
    label="log σ",
    reference="",
    fused=fused.LOG_SIGMOID,
)
def log_sigmoid(z: Any) -> Any:
    """a = -log(1 + exp(-z))

    Its derivative, sigmoid(-z), is accurate from the output alone.
    """
    return minimum(z, 0.0) - log1p(exp(-abs(z)))


def _logit_slope(_: Any, z: Any) -> Any:
    """1 / (z * (1 - z))"""
    return logit_slope(z)


def _logit_of_float(z: float) -> float:
    return math.log(z / (1 - z)) if z < 0.25 else math.log1p((2 * z - 1) / (1 - z))


@elementwise(
    dz=_logit_slope,
    scalar=_logit_of_float,
    domain=(0.0, 1.0),
    aliases=("scipy.special.logit",),
)
def logit(z: Any) -> Any:
    """a = log(z / (1 - z))

    The inverse of sigmoid, for z between 0 and 1; around 1/2, its root, by log1p, which keeps the digits.
    """
    with np.errstate(invalid="ignore", divide="ignore", over="ignore"):  # outside it is NaN, at the ends infinite
        low = z < 0.25
        rest = 1 - z
        return np.where(low, np.log(z / rest), np.log1p((2 * z - 1) / rest))


def _foot(*, alpha: Any, beta: Any) -> Any:
    """Where hard_sigmoid leaves 0."""
    return -beta / alpha


def _top(*, alpha: Any, beta: Any) -> Any:
    """Where hard_sigmoid reaches 1."""
    return (1 - beta) / alpha


@elementwise(
    dz=lambda _, z, *, alpha, beta: where(logical_and(z >= -beta / alpha, z <= (1 - beta) / alpha), alpha, 0.0),
    kinks={_foot: "inside", _top: "inside"},
    domain={"alpha": (0.0, math.inf)},
    cases=(case(()), case((2, 3)), case((3,), alpha=0.2), case((3,), alpha=0.75, beta=0.25)),
    label="hard sigmoid",
    reference="Courbariaux et al. 2015",
    fused=fused_lines.HARD_SIGMOID,
)
def hard_sigmoid(z: Any, *, alpha: float = 1 / 6, beta: float = 0.5) -> Any:
    """a = clip(alpha * z + beta, 0, 1)

    The slope is alpha at its kinks: -3 and 3 by default, as in PyTorch and JAX; ONNX has alpha=0.2. An
    alpha of 1/6 or 0.2 means one sixth or one fifth, and beside the foot, where the sum cancels, the value is
    right to the last digit. Any other alpha is the float that it is: there the rounding of alpha * z
    shows, which is beta / a times that of a.
    """
    steps = fused_lines.steps_of(alpha, beta)
    if steps is None:
        return clip(alpha * z + beta, min=0.0, max=1.0)
    return clip((z + beta * steps) * alpha, min=0.0, max=1.0)


@elementwise(
    dz=lambda _, z: where(abs(z) <= 1, 0.5, 0.0),
    kinks={-1.0: "inside", 1.0: "inside"},
    reference="",
)
def sparse_sigmoid(z: Any) -> Any:
    """a = clip((z + 1) / 2, 0, 1)

    The slope of sparse_plus; 1/2 at its kinks, -1 and 1.
    """
    return clip((z + 1) / 2, min=0.0, max=1.0)


@elementwise(
    dz=lambda a, z, *, min, max: a == z,
    kinks={"min": "inside", "max": "inside"},
    at_least={"max": "min"},
    cases=(case(()), case((2, 3)), case((3,), min=-0.5, max=2.0)),
    label="hard tanh",
    reference="Collobert 2004",
)
def hard_tanh(z: Any, *, min: float = -1.0, max: float = 1.0) -> Any:
    """a = clip(z, min, max)

    The slope is 1 at its kinks, -1 and 1 by default, as JAX has it; PyTorch says 0.
    """
    return clip(z, min=min, max=max)


def _scaled_tanh_by_input(_: Any, z: Any, *, alpha: float, beta: float) -> Any:
    """alpha * beta / cosh(beta * z)**2"""
    return 4 * alpha * beta * sigmoid_slope(z, 1.0, scale=2 * beta)


@elementwise(
    dz=lambda a, _, *, alpha, beta: beta * (alpha - a * a / alpha),
    input=_scaled_tanh_by_input,
    cases=(case((2, 3), alpha=1.7159, beta=2 / 3), case(())),
    reference="LeCun et al. 1998",
)
def scaled_tanh(z: Any, *, alpha: float = 1.0, beta: float = 1.0) -> Any:
    """a = alpha * tanh(beta * z)

    LeCun's choice is alpha=1.7159, beta=2/3 (Efficient BackProp).
    """
    return alpha * tanh(beta * z)


_LARGE, _LARGE_HALF = 3e38, 6e4
"""As good as infinity, and finite in float32 and in float16: inf / inf is not computed."""


def _magnitude(z: Any) -> Any:
    """|z|; of a node, which may be differentiated, with the slope 1 at 0: abs has 0 there, and what is derived
    from a function of it would lose its terms from the third order on."""
    return where(z < 0, -z, z) if hasattr(z, "level") else abs(z)


def _soft_sign_slope(_: Any, z: Any) -> Any:
    """square(1 / (1 + abs(z)))"""
    return square(1 / (1 + _magnitude(z)))


def _soft_sign_slope_by_output(a: Any, _: Any) -> Any:
    """square(1 - abs(a))"""
    return square(1 - _magnitude(a))


@elementwise(
    dz=_soft_sign_slope,
    output=_soft_sign_slope_by_output,
    reference="Elliott 1993",
)
def soft_sign(z: Any) -> Any:
    """a = z / (1 + absolute(z))

    The slope is continuous; its own slope jumps at 0 from 2 to -2, and there counts as -2.
    """
    large = _LARGE_HALF if getattr(z, "dtype", None) == np.float16 else _LARGE
    x = clip(z, min=-large, max=large)
    return x / (1 + abs(x))


@elementwise(
    dz=lambda _, z: square(tanh(z)),
    label="tanh shrink",
    reference="",
    fused=fused_gates.TANH_SHRINK,
)
def tanh_shrink(z: Any) -> Any:
    """a = z - tanh(z)

    Near 0, where that cancels, by a quotient of polynomials; within 4 ulp.
    """
    near = clip(z, min=-SHRINK_END, max=SHRINK_END)
    s = near * near
    return where(abs(z) < SHRINK_END, near * s * (1 / 3 - s * (horner(SHRINK_P, s) / horner(SHRINK_Q, s))), z - tanh(z))
