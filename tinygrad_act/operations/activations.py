"""Activation functions: pre-activation z in, output a out.

Each derivative has the course's form, in the output `a` where there is one: sigmoid a(1 - a), tanh
1 - a². At the kinks of relu and leaky_relu, z = 0, the slope is 1: the right one. (`tanh` itself is
an elementary function and stands in `elementary.py`.)
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ..core.dispatch import elementwise
from ..core.facts import case
from . import fused
from .arithmetic import abs, maximum, minimum, where
from .elementary import exp, expm1, log1p
from .logistic import sigmoid_product, sigmoid_slope
from .precise import FAR, SHIFT, SHIFTED, briefly, decay, exponent, is_short, product

__all__ = ["identity", "leaky_relu", "relu", "sigmoid", "softplus"]


@elementwise(
    dz=1,
    linear=True,
    label="id",
    scalar=lambda z: z,
    aliases=("linear",),
    reference="",
)
def identity(z: Any) -> Any:
    """a = z"""
    return z.view()


def _sigmoid_slope_by_input(_: Any, z: Any) -> Any:
    """sigmoid(z) * sigmoid(-z)"""
    return sigmoid_slope(z, 1.0)


@elementwise(
    dz=lambda a, _: a * (1 - a),
    input=_sigmoid_slope_by_input,
    label="σ",
    reference="Verhulst 1838",
    fused=fused.SIGMOID,
)
def sigmoid(z: Any) -> Any:
    """a = 1 / (1 + exp(-z))"""
    return exp(minimum(z, 0.0)) / (1.0 + exp(-abs(z)))  # both exponents at most 0: cannot overflow


@elementwise(
    dz=lambda _, z: z >= 0,
    scalar=lambda z: z if z > 0 or z != z else 0.0,
    kinks={0.0: "right"},
    label="relu",
    reference="Fukushima 1969",
    keywords={"max_value": "relu6, or general_relu(z, max_value=...)"},
)
def relu(z: Any) -> Any:
    """a = maximum(z, 0)

    The slope at z = 0 is 1, the right one: other frameworks say 0. relu(NaN) is NaN.
    """
    return maximum(z, 0.0)


def _leaky_by_output(a: Any, z: Any, *, slope: float) -> Any:
    """where(s >= 0, 1, slope), s = where(slope > 0, a, z)"""
    return where((a if slope > 0 else z) >= 0, 1.0, slope)


@elementwise(
    dz=lambda _, z, *, slope: where(z >= 0, 1.0, slope),
    output=_leaky_by_output,
    kinks={0.0: "right"},
    label="leaky relu",
    reference="Maas et al. 2013",
    fused=fused.LEAKY_RELU,
)
def leaky_relu(z: Any, *, slope: float = 0.01) -> Any:
    """a = maximum(z, 0) + slope * minimum(z, 0)

    The slope at z = 0 is 1, the right one.
    """
    return where(z < 0, slope * z, z)


def _softplus_slope(a: Any, z: Any, *, beta: float, threshold: float) -> Any:
    """where(beta * z > threshold, 1, -expm1(-beta * a))"""
    d = -expm1(-beta * a)
    return d if threshold == math.inf else where(beta * z > threshold, 1.0, d)


def _softplus_slope_by_input(_: Any, z: Any, *, beta: float, threshold: float) -> Any:
    """where(beta * z > threshold, 1, sigmoid(beta * z))"""
    d = sigmoid(z) if beta == 1 else sigmoid_product(z, 1.0, scale=beta)
    return d if threshold == math.inf else where(beta * z > threshold, 1.0, d)


def _softplus_of_float(z: float, *, beta: float, threshold: float) -> float:
    y, dropped = (z, 0.0) if beta == 1 else product(z, beta)
    if y > threshold or not -FAR < y < FAR:
        return z if y > 0 or y != y else 0.0
    dropped = 0.0 if dropped != dropped else dropped  # of a factor too large to be cut in two
    x, lost = -math.fabs(y), math.copysign(dropped, dropped * y)
    if x < -SHIFT:
        return max(z, 0.0) + math.exp(x + SHIFT) * (1.0 - lost) / beta * SHIFTED
    return max(z, 0.0) + math.log1p(math.exp(x) * (1.0 - lost)) / beta


@elementwise(
    dz=_softplus_slope,
    input=_softplus_slope_by_input,
    scalar=_softplus_of_float,
    domain={"beta": (0.0, math.inf)},
    cases=(case(()), case((2, 3)), case((3,), beta=2.5), case((2, 3), beta=0.5, threshold=0.0)),
    reference="Dugas et al. 2001",
    fused=fused.SOFTPLUS,
)
def softplus(z: Any, *, beta: float = 1.0, threshold: float = math.inf) -> Any:
    """a = where(beta * z > threshold, z, log(1 + exp(beta * z)) / beta)

    Its derivative, sigmoid(beta * z), is accurate from the output alone. It overflows nowhere, so
    the threshold, from which on it is the identity, is infinite; PyTorch's is 20 and a small jump.
    """
    if beta == 1:
        a = maximum(z, 0.0) + log1p(exp(-abs(z)))
    else:
        a = briefly(fused.softplus, _softplus, z, beta=beta, short=is_short(z))
    return a if threshold == math.inf else where(beta * z > threshold, z, a)


def _softplus(z: Any, *, beta: float, short: bool) -> Any:
    e, back = decay(*exponent(z, np.float64(beta), 0.0, short))
    return np.maximum(z, 0.0) + np.where(back < 1, e, np.log1p(e)) / beta * back
