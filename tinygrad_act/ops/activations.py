"""Activation functions: pre-activation z in, output a out.

Each derivative has the course's form, in the output `a` where there is one: sigmoid a(1 - a), tanh
1 - a². At the kinks of relu and leaky_relu, z = 0, the slope is 1: the right one. (`tanh` itself is
an elementary function and stands in `elementary.py`.)
"""

from __future__ import annotations

from typing import Any

from ..dispatch import elementwise
from .arithmetic import abs, maximum, minimum, where
from .elementary import exp, expm1, log1p

__all__ = ["identity", "leaky_relu", "relu", "sigmoid", "softplus"]


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
