"""Activations that gate their input: z times something between 0 and 1 that depends on z."""

from __future__ import annotations

import math
from typing import Any

from ..dispatch import elementwise
from ..op import theirs
from . import fused_gates
from .activations import sigmoid
from .arithmetic import clip, maximum, where
from .elementary import exp, square
from .special import normal_cdf, normal_pdf

__all__ = ["gelu", "gelu_tanh", "mish", "quick_gelu", "silu"]

_FAR = 800.0
"""Further out exp underflows: a number beyond is as good as this, and -inf * 0 is not computed."""
_K, _C = math.sqrt(2 / math.pi), 0.044715


@elementwise(
    dz=lambda _, z: sigmoid(z) * (1 + clip(z, min=-_FAR, max=_FAR) * sigmoid(-z)),
    aliases=("swish",),
    reference="Hendrycks and Gimpel 2016",
    elsewhere={
        "torch": theirs("F.silu"),
        "jax": theirs("nn.silu"),
        "keras": theirs("ops.silu"),
        "tensorflow": theirs("nn.silu", note="beta can be set"),
        "onnx": theirs("Swish", note="alpha can be set"),
    },
    fused=fused_gates.SILU,
)
def silu(z: Any) -> Any:
    """a = z / (1 + exp(-z))

    z * sigmoid(z). Also Elfwing et al. 2017, and Ramachandran et al. 2017 as swish, whose beta is an
    input of swish_beta.
    """
    return maximum(z, -_FAR) * sigmoid(z)


def _quick_gelu_slope(_: Any, z: Any) -> Any:
    """s * (1 + 1.702 * z * sigmoid(-1.702 * z)), s = sigmoid(1.702 * z)"""
    x = 1.702 * clip(z, min=-_FAR, max=_FAR)
    return sigmoid(x) * (1 + x * sigmoid(-x))


@elementwise(
    dz=_quick_gelu_slope,
    aliases=("gelu_sigmoid",),
    reference="Hendrycks and Gimpel 2016",
    fused=fused_gates.QUICK_GELU,
)
def quick_gelu(z: Any) -> Any:
    """a = z / (1 + exp(-1.702 * z))

    The logistic approximation of gelu.
    """
    return maximum(z, -_FAR) * sigmoid(1.702 * clip(z, min=-_FAR, max=_FAR))


@elementwise(
    dz=lambda _, z: normal_cdf(z) + clip(z, min=-40.0, max=40.0) * normal_pdf(z),
    reference="Hendrycks and Gimpel 2016",
    elsewhere={
        "torch": theirs("F.gelu"),
        "jax": theirs("nn.gelu", instead="gelu_tanh", note="exact with approximate=False"),
        "keras": theirs(
            "ops.gelu", instead="gelu_tanh", note="exact with approximate=False; activations.gelu is exact"
        ),
        "tensorflow": theirs("nn.gelu"),
        "onnx": theirs("Gelu"),
    },
    fused=fused_gates.GELU,
)
def gelu(z: Any) -> Any:
    """a = z * (1 + erf(z / sqrt(2))) / 2

    z times the probability that a normal number is below z.
    """
    return maximum(z, -40.0) * normal_cdf(z)


def _bent(z: Any) -> Any:
    """2 * sqrt(2/pi) * (z + 0.044715 * z**3)"""
    return z * (2 * _K + 2 * _K * _C * (z * z))  # in this order half as far off as with 1 + ... in brackets


def _gelu_tanh_slope(_: Any, z: Any) -> Any:
    """s * (1 + z * sigmoid(-y) * dy/dz), y = 2 * sqrt(2/pi) * (z + 0.044715 * z**3), s = sigmoid(y)"""
    x = clip(z, min=-40.0, max=40.0)
    y = _bent(x)
    return sigmoid(y) * (1 + x * sigmoid(-y) * (2 * _K * (1 + 3 * _C * x * x)))


@elementwise(
    dz=_gelu_tanh_slope,
    label="gelu (tanh)",
    reference="Hendrycks and Gimpel 2016",
    elsewhere={
        "torch": theirs("F.gelu", note='approximate="tanh"'),
        "jax": theirs("nn.gelu", note="approximate=True, which is the default"),
        "keras": theirs("ops.gelu", note="approximate=True, which is the default"),
        "tensorflow": theirs("nn.gelu", note="approximate=True"),
        "onnx": theirs("Gelu", note='approximate="tanh"'),
    },
    fused=fused_gates.GELU_TANH,
)
def gelu_tanh(z: Any) -> Any:
    """a = z * (1 + tanh(sqrt(2 / pi) * (z + 0.044715 * z * z * z))) / 2

    The default of jax.nn.gelu and keras.ops.gelu.
    """
    return maximum(z, -40.0) * sigmoid(_bent(clip(z, min=-40.0, max=40.0)))


def _mish_slope(_: Any, z: Any) -> Any:
    """e * ((e + 2) * d + 4 * z * (1 + e)) / d**2, e = exp(z), d = e * (e + 2) + 2"""
    x = clip(z, min=-_FAR, max=20.0)
    e = exp(x)
    d = e * (e + 2) + 2
    below = e * ((e + 2) * d + 4 * x * (1 + e)) / square(d)
    above = 1 + (2 * x * e * (e + 1) - d) / square(d) * 2  # the same, as 1 and a little: further derivatives keep it
    return where(z > 0, above, below)


@elementwise(
    dz=_mish_slope,
    reference="Misra 2019",
    elsewhere={
        "torch": theirs("F.mish"),
        "jax": theirs("nn.mish"),
        "keras": theirs("activations.mish"),
        "onnx": theirs("Mish"),
    },
)
def mish(z: Any) -> Any:
    """a = z * tanh(log(1 + exp(z)))

    tanh(softplus(z)) is n / (n + 2) with n = e * (e + 2), e = exp(z): no logarithm.
    """
    e = exp(clip(z, min=-_FAR, max=20.0))
    n = e * (e + 2)
    return maximum(z, -_FAR) * (n / (n + 2))
