"""Special functions that NumPy lacks."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ..core.blocks import in_blocks
from ..core.dispatch import elementwise
from .arithmetic import guarded
from .bell import BELL_SHIFTED, bell, bell_of_float, scaled_bell
from .elementary import exp
from .precise import horner, is_short, widely

__all__ = [
    "BELL", "FLAT", "MILLS_P", "MILLS_Q", "SHORT_P", "SHORT_Q", "SHRINK_END", "SHRINK_P", "SHRINK_Q", "erf", "mills",
    "normal_cdf", "normal_pdf",
]  # fmt: skip

# erf(x) = x * sum(c[n] * x**(2n)): Taylor's series, used where its terms fall off fast.
_TAYLOR_END = 0.75
_TAYLOR = [2 / math.sqrt(math.pi) * (-1) ** n / (math.factorial(n) * (2 * n + 1)) for n in range(17)]

# The Mills ratio R(x) = (1 - Φ(x)) / φ(x) as 1 / (x + P(x) / Q(x)) on [0, 39.5], relative error 4.4e-18. All
# coefficients are positive, so that Horner's rule cancels nothing, and where x is large, the rounding of
# P / Q counts little.
MILLS_P = [
    0.7978845608028653526197185, 0.9890945279306105828885277, 0.6268868802032397503844304,
    0.2579212876929312947515397, 0.07481804127099552660994452, 0.01575148795627207433052699,
    0.002400341737435169940842683, 0.0002556265942690686969828398, 0.00001735868878345016835556102,
    0.0000005795541556831791102626228,
]  # fmt: skip
MILLS_Q = [
    1.0, 1.695075731509469168008368, 1.42105403964698123313612, 0.7628395281344215085176841,
    0.2879155211070839805352885, 0.07951453830279892703460414, 0.01625926514648509822933096,
    0.002435059077626795813754606, 0.0002567857032970589472727713, 0.00001735868877516679837487043,
    0.0000005795541557263579580061788,
]  # fmt: skip

# The reciprocal of the Mills ratio less x for float32, relative error of the whole 1.4e-9.
SHORT_P = [0.7978845619317961518560795, 0.5223322656496446060785934, 0.1762838020123427578208806,
           0.03253578865732017475067345, 0.002814558842672043923117727]  # fmt: skip
SHORT_Q = [1.0, 1.110076103862998971750321, 0.5898792888331664222964109,
           0.1817480620606238855084525, 0.03254181244632095967625227, 0.002814471680043863066808107]  # fmt: skip

# (z - tanh(z)) / z**3 as 1/3 - s * P(s) / Q(s), s = z*z, for |z| < 1.25, relative error 4e-19. All coefficients
# are positive, so that Horner's rule cancels nothing, and the rounding of P / Q counts little.
SHRINK_END = 1.25
SHRINK_P = [
    0.1333333333333333272501702, 0.008088053961927463095419834, 0.00009189358404020824187571445,
    8.639777231100419853926276e-11,
]  # fmt: skip
SHRINK_Q = [
    1.0, 0.4654223094763598584861288, 0.02505325836147924321902485, 0.0002757627353862442918913577,
]  # fmt: skip


def mills(x: Any) -> Any:
    """1 / R(x), the reciprocal of the Mills ratio, for x >= 0."""
    return x + horner(MILLS_P, x) / horner(MILLS_Q, x)


@elementwise(
    dz=lambda _, z: 2 / math.sqrt(math.pi) * exp(-z * z),
    input=lambda _, z: 2 * bell(z, rate=1.0),
    scalar=math.erf,
    aliases=("scipy.special.erf",),
    measured=({},),
)
def erf(z: Any) -> Any:
    """a = erf(z)

    2/sqrt(pi) times the integral of exp(-t*t) from 0 to z: Taylor's series near 0, the Mills ratio
    elsewhere. Python floats use `math.erf`.
    """
    x = np.minimum(np.absolute(z), 6.0)  # erf(6) rounds to 1
    tail = math.sqrt(2 / math.pi) * np.exp(-x * x) / mills(x * math.sqrt(2))
    square = np.minimum(x, _TAYLOR_END) ** 2
    return np.copysign(np.where(x < _TAYLOR_END, x * horner(_TAYLOR, square), 1 - tail), z)


BELL = 1 / math.sqrt(2 * math.pi)
"""The largest value of the normal density."""
FLAT = 39.5
"""Further out exp(-x*x/2) underflows."""


def _pdf_of_float(z: float) -> float:
    return BELL_SHIFTED * bell_of_float(abs(z)) if z == z else z


_MIDDLE_END = 0.66
_MIDDLE = [(-1) ** n / (math.sqrt(2 * math.pi) * 2**n * math.factorial(n) * (2 * n + 1)) for n in range(13)]
"""Φ(z) = 1/2 + z * sum(c[n] * z**(2n)): around 0, where half of the tail's error would be all of it."""


def _cdf_of_float(z: float) -> float:
    if -_MIDDLE_END < z < _MIDDLE_END:
        return 0.5 + z * float(horner(_MIDDLE, z * z))
    x = min(abs(z), FLAT)
    tail = bell_of_float(x) / mills(x) * BELL_SHIFTED
    return z if z != z else tail if z < 0 else 1 - tail


@elementwise(
    dz=lambda a, z: -guarded(z, FLAT) * a,
    input=lambda _, z: bell(z, rate=0.5, order=1),
    scalar=_pdf_of_float,
    label="φ",
    measured=({},),
)
def normal_pdf(z: Any) -> Any:
    """a = exp(-z * z / 2) / sqrt(2 * pi)

    The density of a standard normal number.
    """
    return widely(_short_pdf if is_short(z) else _pdf, z)


@in_blocks
def _short_pdf(z: Any) -> Any:
    return BELL * np.exp(z * z * -0.5)


@in_blocks
def _pdf(z: Any) -> Any:
    return scaled_bell(np.absolute(z), 0.5) * BELL_SHIFTED


@elementwise(dz=lambda _, z: normal_pdf(z), scalar=_cdf_of_float, label="Φ", measured=({},))
def normal_cdf(z: Any) -> Any:
    """a = (1 + erf(z / sqrt(2))) / 2

    The probability that a standard normal number is below z: by the Mills ratio in the left tail,
    where the formula cancels.
    """
    if getattr(z, "dtype", None) != np.float32:
        return widely(_cdf, z)
    x = np.minimum(np.absolute(z), FLAT)
    tail = normal_pdf(x) / (x + horner(SHORT_P, x) / horner(SHORT_Q, x))
    return np.where(z < 0, tail, 1 - tail)


@in_blocks
def _cdf(z: Any) -> Any:
    x = np.minimum(np.absolute(z), FLAT)
    tail = scaled_bell(x, 0.5) / mills(x) * BELL_SHIFTED
    near = np.clip(z, -_MIDDLE_END, _MIDDLE_END)
    middle = 0.5 + near * horner(_MIDDLE, near * near)
    return np.where(x < _MIDDLE_END, middle, np.where(z < 0, tail, 1 - tail))
