"""Activation functions: pre-activation z in, output a out.

Each derivative has the course's form, in the output `a` where there is one: sigmoid a(1 - a), tanh
1 - a². At the kinks of relu and leaky_relu, z = 0, the slope is 1: the right one. (`tanh` itself is
an elementary function and stands in `elementary.py`.)
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ..dispatch import elementwise, op
from ..op import case
from .arithmetic import abs, maximum, minimum, where
from .elementary import exp, expm1, log1p
from .reduce import sum

__all__ = ["identity", "leaky_relu", "log_softmax", "relu", "sigmoid", "softmax", "softmin", "softplus"]

_AXES = (case((2, 3)), case((2, 3), axis=0), case((2, 3, 4), axis=1), case((3,)))


@elementwise(dz=1, linear=True, label="id", scalar=lambda z: z, aliases=("linear",))
def identity(z: Any) -> Any:
    """a = z"""
    return z.view()


@elementwise(dz=lambda a, _: a * (1 - a), label="σ")
def sigmoid(z: Any) -> Any:
    """a = 1 / (1 + exp(-z))"""
    return exp(minimum(z, 0.0)) / (1.0 + exp(-abs(z)))  # both exponents at most 0: cannot overflow


@elementwise(
    dz=lambda _, z: z >= 0, scalar=lambda z: z if z > 0 or z != z else 0.0, kinks={0.0: "right"}, label="relu"
)
def relu(z: Any) -> Any:
    """a = maximum(z, 0)

    The slope at z = 0 is 1, the right one: other frameworks say 0. relu(NaN) is NaN.
    """
    return maximum(z, 0.0)


@elementwise(dz=lambda _, z, *, slope: where(z >= 0, 1.0, slope), kinks={0.0: "right"}, label="leaky relu")
def leaky_relu(z: Any, *, slope: float = 0.01) -> Any:
    """a = maximum(z, 0) + slope * minimum(z, 0)

    The slope at z = 0 is 1, the right one.
    """
    return where(z < 0, slope * z, z)


@elementwise(dz=lambda a, _: -expm1(-a))
def softplus(z: Any) -> Any:
    """a = log(1 + exp(z))

    Its derivative, sigmoid(z), is accurate from the output alone.
    """
    return maximum(z, 0.0) + log1p(exp(-abs(z)))


@op(dz=lambda g, a, _, *, axis: a * (g - sum(g * a, axis=axis, keepdims=True)), cases=_AXES)
def softmax(z: Any, *, axis: int = -1) -> Any:
    """a = exp(z) / sum(exp(z), axis=axis, keepdims=True)

    Shifted by the largest entry, so that it cannot overflow.
    """
    e = np.exp(z - np.maximum.reduce(z, axis=axis, keepdims=True))
    return e / np.add.reduce(e, axis=axis, keepdims=True)


@op(dz=lambda g, a, _, *, axis: -a * (g - sum(g * a, axis=axis, keepdims=True)), cases=_AXES)
def softmin(z: Any, *, axis: int = -1) -> Any:
    """a = exp(-z) / sum(exp(-z), axis=axis, keepdims=True)

    softmax(-z): the smallest entry gets the most.
    """
    e = np.exp(np.minimum.reduce(z, axis=axis, keepdims=True) - z)
    return e / np.add.reduce(e, axis=axis, keepdims=True)


@op(dz=lambda g, a, _, *, axis: g - exp(a) * sum(g, axis=axis, keepdims=True), label="log softmax", cases=_AXES)
def log_softmax(z: Any, *, axis: int = -1) -> Any:
    """a = z - log(sum(exp(z), axis=axis, keepdims=True))

    Shifted by the largest entry, so that it cannot overflow.
    """
    shifted = z - np.maximum.reduce(z, axis=axis, keepdims=True)
    return shifted - np.log(np.add.reduce(np.exp(shifted), axis=axis, keepdims=True))
