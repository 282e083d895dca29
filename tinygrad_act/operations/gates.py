"""Activations that gate their input: z times something between 0 and 1 that depends on z."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ..core.dispatch import elementwise
from . import fused_gates
from .activations import sigmoid
from .arithmetic import clip, guarded, where
from .bell import BELL_SHIFTED, bell_of_float, scaled_bell
from .elementary import exp, square
from .gate_slopes import gelu_slope, gelu_tanh_slope, mish_slope, tanh_exponent, tanh_exponent_of_float
from .logistic import swish_slope
from .precise import FAR, SHIFT, briefly, decay, exponent, gated, gated_of_float, product_of_floats
from .special import FLAT, mills, normal_cdf, normal_pdf

__all__ = ["gelu", "gelu_tanh", "mish", "quick_gelu", "silu"]

_K, _C = math.sqrt(2 / math.pi), 0.044715


def _silu_of_float(z: float) -> float:
    return gated_of_float(z, z) if z < 0.0 else z / (1.0 + math.exp(-z))


def _silu(z: Any) -> Any:
    return gated(z, z)


def _silu_by_input(_: Any, z: Any) -> Any:
    """s * (1 + z * sigmoid(-z)), s = sigmoid(z)"""
    return swish_slope(z, 1.0)


@elementwise(
    dz=lambda _, z: sigmoid(z) * (1 + guarded(z, FAR) * sigmoid(-z)),
    aliases=("swish",),
    reference="Hendrycks and Gimpel 2016",
    input=_silu_by_input,
    scalar=_silu_of_float,
    fused=fused_gates.SILU,
)
def silu(z: Any) -> Any:
    """a = z / (1 + exp(-z))

    z * sigmoid(z). Also Elfwing et al. 2017, and Ramachandran et al. 2017 as swish, whose beta is an
    input of swish_beta.
    """
    return briefly(fused_gates.silu, _silu, z)


def _quick_gelu_slope(_: Any, z: Any) -> Any:
    """s * (1 + 1.702 * z * sigmoid(-1.702 * z)), s = sigmoid(1.702 * z)"""
    x = 1.702 * clip(z, min=-FAR, max=FAR)
    return sigmoid(x) * (1 + x * sigmoid(-x))


def _quick_gelu_of_float(z: float) -> float:
    y, dropped = product_of_floats(z, 1.702)
    return gated_of_float(z, y, dropped + z * _REST if -FAR < y < FAR else 0.0)


_REST = 4.263256414560601e-17
"""What the float 1.702 lacks of the decimal number."""


def _quick_gelu_by_input(_: Any, z: Any) -> Any:
    """s * (1 + 1.702 * z * sigmoid(-1.702 * z)), s = sigmoid(1.702 * z)"""
    return swish_slope(z, 1.0, scale=1.702, rest=_REST)


@elementwise(
    dz=_quick_gelu_slope,
    input=_quick_gelu_by_input,
    scalar=_quick_gelu_of_float,
    aliases=("gelu_sigmoid",),
    reference="Hendrycks and Gimpel 2016",
    fused=fused_gates.QUICK_GELU,
)
def quick_gelu(z: Any) -> Any:
    """a = z / (1 + exp(-1.702 * z))

    The logistic approximation of gelu.
    """
    return briefly(fused_gates.quick_gelu, _quick_gelu, z)


def _quick_gelu(z: Any) -> Any:
    return gated(z, *exponent(z, 1.702, _REST))


def _tail_of_float(x: float) -> float:
    x = min(x, FLAT)
    return float(bell_of_float(x) / mills(x))


def _gelu_of_float(z: float) -> float:
    if z > 0.0:
        return z * (1.0 - _tail_of_float(z) * BELL_SHIFTED)
    return -(min(-z, FLAT) * _tail_of_float(-z)) * BELL_SHIFTED if z == z else z


@elementwise(
    dz=lambda _, z: normal_cdf(z) + guarded(z, 40.0) * normal_pdf(z),
    reference="Hendrycks and Gimpel 2016",
    input=lambda _, z: gelu_slope(z),
    scalar=_gelu_of_float,
    fused=fused_gates.GELU,
    keywords={"approximate": "gelu_tanh"},
)
def gelu(z: Any) -> Any:
    """a = z * (1 + erf(z / sqrt(2))) / 2

    z times the probability that a normal number is below z.
    """
    return briefly(fused_gates.gelu, _gelu, z)


def _gelu(z: Any) -> Any:
    x = np.minimum(np.abs(z), FLAT)
    tail = scaled_bell(x, 0.5) / mills(x)
    return np.where(z > 0, z * (1 - tail * BELL_SHIFTED), np.maximum(z, -FLAT) * tail * BELL_SHIFTED)


def _bent(z: Any) -> Any:
    """2 * sqrt(2/pi) * (z + 0.044715 * z**3)"""
    return z * (2 * _K + 2 * _K * _C * (z * z))  # in this order half as far off as with 1 + ... in brackets


def _gelu_tanh_slope(_: Any, z: Any) -> Any:
    """s * (1 + z * sigmoid(-y) * sqrt(8 / pi) * (1 + 0.134145 * z ** 2)), s = sigmoid(y),
    y = sqrt(8 / pi) * (z + 0.044715 * z ** 3)"""
    x = clip(z, min=-40.0, max=40.0)
    y = _bent(x)
    return sigmoid(y) * (1 + x * sigmoid(-y) * (2 * _K * (1 + 3 * _C * x * x)))


def _gelu_tanh_of_float(z: float) -> float:
    return gated_of_float(z, *tanh_exponent_of_float(z)) if -40.0 < z < 40.0 else gated_of_float(z, z * FAR)


@elementwise(
    dz=_gelu_tanh_slope,
    input=lambda _, z: gelu_tanh_slope(z),
    scalar=_gelu_tanh_of_float,
    label="gelu (tanh)",
    reference="Hendrycks and Gimpel 2016",
    fused=fused_gates.GELU_TANH,
)
def gelu_tanh(z: Any) -> Any:
    """a = z * (1 + tanh(sqrt(2 / pi) * (z + 0.044715 * z * z * z))) / 2

    The default of jax.nn.gelu and keras.ops.gelu.
    """
    return briefly(fused_gates.gelu_tanh, _gelu_tanh, z)


def _gelu_tanh(z: Any) -> Any:
    return gated(z, *tanh_exponent(z))


def _mish_slope(_: Any, z: Any) -> Any:
    """e * ((e + 2) * d + 4 * z * (1 + e)) / d**2, e = exp(z), d = e * (e + 2) + 2"""
    x = clip(z, min=-FAR, max=20.0)
    e = exp(x)
    d = e * (e + 2) + 2
    below = e * ((e + 2) * d + 4 * x * (1 + e)) / square(d)
    above = 1 + (2 * x * e * (e + 1) - d) / square(d) * 2  # the same, as 1 and a little: further derivatives keep it
    return where(z > 0, above, below)


def _mish_of_float(z: float) -> float:
    if z < -SHIFT:
        return gated_of_float(z, z)  # the same, to the last digit
    u = math.exp(-z)
    return z * ((1.0 + 2.0 * u) / (1.0 + 2.0 * u + 2.0 * (u * u)))


@elementwise(
    dz=_mish_slope,
    input=lambda _, z: mish_slope(z),
    scalar=_mish_of_float,
    reference="Misra 2019",
    fused=fused_gates.MISH,
)
def mish(z: Any) -> Any:
    """a = z * tanh(log(1 + exp(z)))

    tanh(softplus(z)) is n / (n + 2) with n = e * (e + 2), e = exp(z): no logarithm.
    """
    return briefly(fused_gates.mish, _mish, z)


def _mish(z: Any) -> Any:
    e, back = decay(np.maximum(z, -FAR))
    u = e * back
    below = np.clip(z, -FAR, 0.0) * (e * (u + 2)) / (u * (u + 2) + 2) * back
    return np.where(z > 0, z * ((1 + 2 * u) / (1 + 2 * u + 2 * (u * u))), below)
