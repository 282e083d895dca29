"""Elementary functions: exponentials, logarithms, roots, circular and hyperbolic functions."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ..core.dispatch import elementwise
from . import fused
from .precise import widely

__all__ = [
    "arccos", "arccosh", "arcsin", "arcsinh", "arctan", "arctanh", "ceil", "cos", "cosh", "exp", "exp2",
    "expm1", "floor", "log", "log10", "log1p", "log2", "reciprocal", "sech_squared", "sin", "sinh", "sqrt",
    "square", "tan", "tanh",
]  # fmt: skip

_LN2, _LN10, _INF, _PI = math.log(2), math.log(10), math.inf, math.pi


@elementwise(
    dz=lambda a, _: a,
    scalar=math.exp,
    aliases=("exponential",),
    reference="",
)
def exp(z: Any) -> Any:
    """a = exp(z)"""
    return np.exp(z)


@elementwise(dz=lambda _, z: exp(z), scalar=math.expm1, aliases=("scipy.special.expm1",))
def expm1(z: Any) -> Any:
    """a = expm1(z)

    exp(z) - 1 without loss of digits near 0; its slope is taken from z, since a + 1 loses them again.
    """
    return np.expm1(z)


@elementwise(dz=lambda a, _: a * _LN2, scalar=lambda z: 2.0**z, aliases=("scipy.special.exp2",))
def exp2(z: Any) -> Any:
    """a = 2 ** z"""
    return np.exp2(z)


@elementwise(dz=lambda _, z: 1 / z, scalar=math.log, domain=(0.0, _INF))
def log(z: Any) -> Any:
    """a = log(z)

    At 0 it is -inf with slope inf; below, NaN.
    """
    return np.log(z)


@elementwise(
    dz=lambda _, z: 1 / (1 + z), scalar=math.log1p, domain=(-1.0, _INF), aliases=("scipy.special.log1p",)
)
def log1p(z: Any) -> Any:
    """a = log1p(z)"""
    return np.log1p(z)


@elementwise(dz=lambda _, z: 1 / (z * _LN2), scalar=math.log2, domain=(0.0, _INF))
def log2(z: Any) -> Any:
    """a = log2(z)"""
    return np.log2(z)


@elementwise(dz=lambda _, z: 1 / (z * _LN10), scalar=math.log10, domain=(0.0, _INF))
def log10(z: Any) -> Any:
    """a = log10(z)"""
    return np.log10(z)


@elementwise(dz=lambda a, _: 0.5 / a, scalar=math.sqrt, domain=(0.0, _INF))
def sqrt(z: Any) -> Any:
    """a = z ** 0.5

    The slope at 0 is inf; below, value and slope are NaN.
    """
    return np.sqrt(z)


@elementwise(dz=lambda _, z: 2 * z, scalar=lambda z: z * z)
def square(z: Any) -> Any:
    """a = z ** 2"""
    return np.square(z)


@elementwise(dz=lambda a, _: -a * a, scalar=lambda z: 1.0 / z, poles={"z": (0.0,)})
def reciprocal(z: Any) -> Any:
    """a = 1 / z"""
    return 1.0 / z


@elementwise(dz=lambda _, z: cos(z), scalar=math.sin)
def sin(z: Any) -> Any:
    """a = sin(z)"""
    return np.sin(z)


@elementwise(dz=lambda _, z: -sin(z), scalar=math.cos)
def cos(z: Any) -> Any:
    """a = cos(z)"""
    return np.cos(z)


@elementwise(dz=lambda a, _: 1 + a * a, scalar=math.tan, poles={"z": (-_PI / 2, _PI / 2)})
def tan(z: Any) -> Any:
    """a = sin(z) / cos(z)"""
    return np.tan(z)


@elementwise(dz=lambda _, z: 1 / sqrt((1 - z) * (1 + z)), scalar=math.asin, domain=(-1.0, 1.0), aliases=("asin",))
def arcsin(z: Any) -> Any:
    """a = arcsin(z)"""
    return np.arcsin(z)


@elementwise(dz=lambda _, z: -1 / sqrt((1 - z) * (1 + z)), scalar=math.acos, domain=(-1.0, 1.0), aliases=("acos",))
def arccos(z: Any) -> Any:
    """a = arccos(z)"""
    return np.arccos(z)


@elementwise(dz=lambda _, z: 1 / (1 + z * z), scalar=math.atan, aliases=("atan",))
def arctan(z: Any) -> Any:
    """a = arctan(z)"""
    return np.arctan(z)


@elementwise(dz=lambda _, z: cosh(z), scalar=math.sinh)
def sinh(z: Any) -> Any:
    """a = (exp(z) - exp(-z)) / 2"""
    return np.sinh(z)


@elementwise(dz=lambda _, z: sinh(z), scalar=math.cosh)
def cosh(z: Any) -> Any:
    """a = (exp(z) + exp(-z)) / 2"""
    return np.cosh(z)


@elementwise(dz=lambda a, z: -2 * (a * tanh(z)), internal=True)
def sech_squared(z: Any) -> Any:
    """a = 4 / (2 + exp(2 * z) + exp(-2 * z))

    1 / cosh(z)**2, the slope of tanh, right to a few ulp in both tails, and so is its own slope.
    """
    return widely(_sech_squared, z)


def _sech_squared(z: Any) -> Any:
    u = np.exp(np.abs(z) * -2)
    return 4 * u / np.square(1 + u)


@elementwise(
    dz=lambda a, _: 1 - a * a,
    input=lambda _, z: sech_squared(z),
    scalar=math.tanh,
    reference="",
    fused=fused.TANH,
)
def tanh(z: Any) -> Any:
    """a = (exp(2 * z) - 1) / (exp(2 * z) + 1)"""
    return np.tanh(z)


@elementwise(dz=lambda _, z: 1 / sqrt(1 + z * z), scalar=math.asinh, aliases=("asinh",))
def arcsinh(z: Any) -> Any:
    """a = log(z + sqrt(z ** 2 + 1))"""
    return np.arcsinh(z)


@elementwise(
    dz=lambda _, z: 1 / (sqrt(z - 1) * sqrt(z + 1)), scalar=math.acosh, domain=(1.0, _INF), aliases=("acosh",)
)
def arccosh(z: Any) -> Any:
    """a = log(z + sqrt(z ** 2 - 1))"""
    return np.arccosh(z)


@elementwise(dz=lambda _, z: 1 / ((1 - z) * (1 + z)), scalar=math.atanh, domain=(-1.0, 1.0), aliases=("atanh",))
def arctanh(z: Any) -> Any:
    """a = log((1 + z) / (1 - z)) / 2"""
    return np.arctanh(z)


def _floor(z: float) -> float:
    return math.copysign(math.floor(z), z) if math.isfinite(z) else z  # -0.0 keeps its sign, as in an array


def _ceil(z: float) -> float:
    return math.copysign(math.ceil(z), z) if math.isfinite(z) else z


@elementwise(dz=None, scalar=_floor, kinks={"integers": "none"})
def floor(z: Any) -> Any:
    """a = floor(z)

    Constant between its jumps at the integers, so nothing flows through it.
    """
    return np.floor(z)


@elementwise(dz=None, scalar=_ceil, kinks={"integers": "none"})
def ceil(z: Any) -> Any:
    """a = ceil(z)

    Constant between its jumps at the integers, so nothing flows through it.
    """
    return np.ceil(z)
