"""Special functions that NumPy lacks."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ..dispatch import elementwise
from .arithmetic import clip
from .elementary import exp

__all__ = [
    "BELL", "FLAT", "MILLS_P", "MILLS_Q", "SHRINK_END", "SHRINK_P", "SHRINK_Q", "erf", "horner", "normal_cdf",
    "normal_pdf",
]  # fmt: skip

# erf(x) = x * sum(c[n] * x**(2n)): Taylor's series, used where its terms fall off fast.
_TAYLOR_END = 0.75
_TAYLOR = [2 / math.sqrt(math.pi) * (-1) ** n / (math.factorial(n) * (2 * n + 1)) for n in range(17)]

# The Mills ratio R(x) = (1 - Φ(x)) / φ(x) as P(x) / Q(x) on [0, 39.5], relative error 9.3e-17. All
# coefficients are positive, so that Horner's rule cancels nothing.
MILLS_P = [
    1.253314137315500212153562, 1.945681931492142424552817, 1.493858275382654687924676,
    0.7286378093963703064900874, 0.2463960492421200332889728, 0.05966388065119263782718739,
    0.01034449821367319918372485, 0.001242602716919505921014489, 0.00009455666984697003711066713,
    0.000003523596319685029027387068,
]  # fmt: skip
MILLS_Q = [
    1.0, 2.350314134173537391422656, 2.567205814649470331763833, 1.720507195624447892055942,
    0.7858519446004561706364145, 0.25655142356431851649329, 0.06089943655046192651008444,
    0.01043905487389062992725128, 0.001246126313406394412103804, 0.00009455666984522662845226954,
    0.000003523596319693218586064781,
]  # fmt: skip


# (z - tanh(z)) / z**3 as P(z*z) / Q(z*z) for |z| < 1.25, relative error 1.8e-16; all coefficients are
# positive, so that Horner's rule cancels nothing.
SHRINK_END = 1.25
SHRINK_P = [
    0.3333333333333332722736003, 0.0213968008232194371920175, 0.0002426635249135108479582817,
    1.702457590343654590368462e-8,
]  # fmt: skip
SHRINK_Q = [
    1.0, 0.4641904024696467360289376, 0.02449938965796043352600544, 0.0002536359545441296931076601,
]  # fmt: skip


def horner(coefficients: list[float], x: Any) -> Any:
    """The polynomial c[0] + c[1] * x + c[2] * x**2 + ... of a number or an array."""
    total = coefficients[-1]
    for c in reversed(coefficients[:-1]):
        total = total * x + c
    return total


@elementwise(
    dz=lambda _, z: 2 / math.sqrt(math.pi) * exp(-z * z), scalar=math.erf, aliases=("scipy.special.erf",)
)
def erf(z: Any) -> Any:
    """a = erf(z)

    2/sqrt(pi) times the integral of exp(-t*t) from 0 to z: Taylor's series near 0, the Mills ratio
    elsewhere; within 2 ulp in float64. Python floats use `math.erf`.
    """
    x = np.minimum(np.absolute(z), 6.0)  # erf(6) rounds to 1
    scaled = x * math.sqrt(2)
    tail = math.sqrt(2 / math.pi) * np.exp(-x * x) * (horner(MILLS_P, scaled) / horner(MILLS_Q, scaled))
    square = np.minimum(x, _TAYLOR_END) ** 2
    return np.copysign(np.where(x < _TAYLOR_END, x * horner(_TAYLOR, square), 1 - tail), z)


BELL = 1 / math.sqrt(2 * math.pi)


def _bell(x: Any) -> Any:
    """exp(-x*x/2) / sqrt(2*pi). x is split into a part with few digits, whose square is exact, and a
    rest: else the rounding of x*x, times x*x, would be the error of the result."""
    high = np.round(x * 16) / 16
    return BELL * np.exp(-high * high / 2) * np.exp(-(x - high) * (x + high) / 2)


def _bell_of_float(z: float) -> float:
    return float(_bell(min(abs(z), FLAT))) if z == z else z


def _cdf_of_float(z: float) -> float:
    x = min(abs(z), FLAT)
    tail = float(_bell(x)) * (horner(MILLS_P, x) / horner(MILLS_Q, x))
    return z if z != z else tail if z < 0 else 1 - tail


FLAT = 39.5
"""Further out exp(-x*x/2) underflows."""


@elementwise(dz=lambda a, z: -clip(z, min=-FLAT, max=FLAT) * a, scalar=_bell_of_float, label="φ")
def normal_pdf(z: Any) -> Any:
    """a = exp(-z * z / 2) / sqrt(2 * pi)

    The density of a standard normal number.
    """
    return _bell(np.minimum(np.absolute(z), FLAT))


@elementwise(dz=lambda _, z: normal_pdf(z), scalar=_cdf_of_float, label="Φ")
def normal_cdf(z: Any) -> Any:
    """a = (1 + erf(z / sqrt(2))) / 2

    The probability that a standard normal number is below z: by the Mills ratio in the left tail,
    where the formula cancels.
    """
    x = np.minimum(np.absolute(z), FLAT)
    tail = _bell(x) * (horner(MILLS_P, x) / horner(MILLS_Q, x))
    return np.where(z < 0, tail, 1 - tail)
