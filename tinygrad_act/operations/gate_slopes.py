"""The slopes of gelu, gelu_tanh, mish and squareplus, and the slopes of these, to the last digits.

Where the usual formulas cancel, next to a root, these measure the distance from it: what is 0 at the root is
taken off, and differences of exponentials become expm1. So every sum below has terms of one sign.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ..core.dispatch import elementwise
from ..core.facts import case
from .arithmetic import clip
from .bell import BELL_SHIFTED, bell, scaled_bell
from .elementary import exp, square, tanh
from .logistic import sigmoid_slope
from .precise import FAR, apart, decay, horner, over_square, product, spread, widely
from .special import FLAT

__all__ = [
    "gelu_bend", "gelu_slope", "gelu_tanh_bend", "gelu_tanh_slope", "mish_bend", "mish_slope", "squareplus_bend",
    "squareplus_slope", "tanh_exponent", "tanh_exponent_of_float",
]  # fmt: skip

# -- gelu ---------------------------------------------------------------------------------------------

_ROOT, _ROOT_REST = 0.7517915246935645, -1.4956759177009883e-17
"""gelu's slope is 0 at minus this."""
# With the Mills ratio R, (R(x) - x) / (root - x) is 1 + P(x) / Q(x) on [0, 39.5], relative error 1.3e-18.
_P = [
    0.6671033074313520043115166, 1.081420091860659884512472, 0.8483718965696814979822264,
    0.4167438365895804000912571, 0.1403752779664530525145371, 0.03354914661531148671215154,
    0.005693111929545916745029817, 0.0006636863856866737319592982, 0.00004854417371284959902184812,
    0.000001716623756753166052307425,
]  # fmt: skip
_Q = [
    1.0, 2.284840450706943647727073, 2.42174941119437524264566, 1.571621883533465446960196,
    0.6933960938285905231162397, 0.2180129673460119167147879, 0.04966204869305891890547861,
    0.008132285834276089959161373, 0.000921908816994248499782566, 0.00006589194778983913299252242,
    0.000002283377373076486287193673,
]  # fmt: skip


@elementwise(dz=lambda _, z: gelu_bend(z), label="gelu'", internal=True)
def gelu_slope(z: Any) -> Any:
    """a = (1 + erf(z / sqrt(2))) / 2 + z * exp(-z * z / 2) / sqrt(2 * pi)"""
    return widely(_gelu_slope, z)


def _gelu_slope(z: Any) -> Any:
    x = np.minimum(np.abs(z), FLAT)
    distance = (_ROOT - x) + _ROOT_REST
    below = (BELL_SHIFTED + horner(_P, x) / horner(_Q, x) * BELL_SHIFTED) * distance * scaled_bell(x, 0.5)
    return np.where(z > 0, 1 - below, below)


_SQRT2, _SQRT2_REST = math.sqrt(2), -9.667293313452913e-17


@elementwise(dz=lambda _, z: bell(z, rate=0.5, order=1) - bell(z, rate=0.5, order=3), label="gelu''", internal=True)
def gelu_bend(z: Any) -> Any:
    """a = (2 - z * z) * exp(-z * z / 2) / sqrt(2 * pi)"""
    return widely(_gelu_bend, z)


def _gelu_bend(z: Any) -> Any:
    x = np.minimum(np.abs(z), FLAT)
    return ((_SQRT2 - x) + _SQRT2_REST) * (_SQRT2 + x) * scaled_bell(x, 0.5) * BELL_SHIFTED


# -- gelu_tanh ----------------------------------------------------------------------------------------

_A, _B, _A_REST, _B_REST = 1.5957691216057308, 0.07135481627260025, -9.96930880911092e-17, -6.175149918155315e-19
"""2 * sqrt(2/pi) and 0.044715 times that, each as a sum of two floats."""
_END = 40.0
_AT_R, _AT_R_REST = 1.2311548723318988, -1.449217884953896e-17
_EXP_OF_R, _EXP_OF_R_REST = 0.29195521191476714, -8.582607951729513e-18
"""At the root of the slope the exponent is minus _AT_R, and its exponential _EXP_OF_R."""
_S, _S_REST, _EXP_OF_S = 1.4185040087908283, 8.089265124388305e-17, 0.0848161559251803
"""The second derivative is 0 at _S and minus _S, where exp(-exponent) is _EXP_OF_S."""
_T = [2.440763104674030693039887, 0.07773441740952558017082822, 0.7096326137383775627636642,
      0.05948781345658957833732848, 0.04193700764180329587574621]  # fmt: skip


def tanh_exponent(z: Any) -> tuple[Any, Any]:
    """y = 2 * sqrt(2/pi) * (z + 0.044715 * z**3) as a float and what rounding dropped."""
    return _exponent(np.clip(z, -_END, _END))[:2]


def tanh_exponent_of_float(z: float) -> tuple[float, float]:
    """The same of one number between -40 and 40."""
    y, dropped, *_ = _exponent(z)
    return y, dropped


def _exponent(x: Any) -> tuple[Any, Any, Any, Any]:
    """The same, and so y' = 2 * sqrt(2/pi) * (1 + 3 * 0.044715 * z**2), for |x| < 40."""
    square, square_rest = product(x, x)
    bent, bent_rest = product(square, _B)
    total = _A + bent
    part = total - _A
    rest = (_A - (total - part)) + (bent - part)  # what the sum dropped (Knuth 1969)
    bent_rest = bent_rest + square_rest * _B + square * _B_REST
    rest = rest + bent_rest + _A_REST
    y, dropped = product(x, total)
    slope = total + 2 * bent
    part = slope - total
    slope_rest = (total - (slope - part)) + (2 * bent - part) + (rest + 2 * bent_rest)
    return y, dropped + x * rest, slope, slope_rest


@elementwise(dz=lambda _, z: gelu_tanh_bend(z), label="gelu (tanh)'", internal=True)
def gelu_tanh_slope(z: Any) -> Any:
    """a = (1 + tanh(sqrt(2/pi) * z * (1 + 0.044715*z*z))) / 2 + z * sqrt(2/pi) * (1 + 0.134145*z*z) / (1 + cosh(sqrt(8/pi) * z * (1 + 0.044715*z*z)))"""  # noqa: E501
    return widely(_gelu_tanh_slope, z)


def _gelu_tanh_slope(z: Any) -> Any:
    x = np.minimum(np.abs(z), _END)
    y, dropped, slope, slope_rest = _exponent(x)
    e, back, lost = apart(y, dropped)
    pulled, rest = product(x, slope)
    top = 1 - pulled
    part = top - 1
    rest = (1 - (top - part)) - (pulled + part) - rest - x * slope_rest
    d = (_AT_R - y) + (_AT_R_REST - dropped)
    near = (top + _EXP_OF_R) + ((_EXP_OF_R_REST + rest) + _EXP_OF_R * np.expm1(d))
    below = np.where(x < 2, near, top + (e * back + rest)) * spread(e, back, lost) * back
    t = np.tanh(y / 2)
    beside = 0.5 * t + x * slope * (0.25 * (1 - t * t))
    middle = 0.5 + np.copysign(beside, z)
    return np.where(x < 0.25, middle, np.where(z > 0, 1 - below, below))


def _gelu_tanh_jerk(_: Any, z: Any) -> Any:
    """p * (z * r + 3 * q - 3 * t * s * (s + z * q) + z * s ** 3 * (t ** 2 - 2 * p)), t = tanh(y / 2),
    p = (1 - t ** 2) / 4, y = sqrt(8 / pi) * z * (1 + 0.044715 * z ** 2), s = sqrt(8 / pi) * (1 + 0.134145 * z ** 2),
    q = r * z, r = 0.26829 * sqrt(8 / pi)"""
    x = clip(z, min=-_END, max=_END)
    y, y1, y2 = x * (_A + _B * square(x)), _A + 3 * _B * square(x), 6 * _B * x
    t, p = tanh(y / 2), sigmoid_slope(y, 1.0)
    pulled = 3 * (t * y1) * (y1 + x * y2)
    return p * ((3 * y2 + x * (6 * _B)) - pulled + (x * y1) * square(y1) * (square(t) - 2 * p))


@elementwise(dz=_gelu_tanh_jerk, label="gelu (tanh)''", internal=True)
def gelu_tanh_bend(z: Any) -> Any:
    """a = (sqrt(8/pi) * (2 + 0.53658*z*z) - 8/pi * z * square(1 + 0.134145*z*z) * tanh(sqrt(2/pi) * z * (1 + 0.044715*z*z))) / (2 + 2*cosh(sqrt(8/pi) * z * (1 + 0.044715*z*z)))"""  # noqa: E501
    return widely(_gelu_tanh_bend, z)


def _gelu_tanh_bend(z: Any) -> Any:
    x = np.minimum(np.abs(z), _END)
    y, dropped, slope, _ = _exponent(x)
    e, back, lost = apart(y, dropped)
    d = (x - _S) - _S_REST
    square = x * x
    both = 2 * _A + 12 * _B * square + x * np.square(slope)
    distance = d * (_A + _B * (square + x * _S + _S * _S))
    top = both * (_EXP_OF_S * np.expm1(-distance)) - d * horner(_T, x)
    return top * (spread(e, back, lost) / (1 + e * back)) * back


# -- mish ---------------------------------------------------------------------------------------------

_M, _M_REST, _EXP_OF_M = -1.1924312145154952, -4.8484829848031044e-17, 0.3034825352815289
"""The root of mish's slope."""
_N, _N_REST, _EXP_OF_N = -2.256376396360793, -1.0703174875019247e-16, 0.10472929546651437
_O, _O_REST, _EXP_OF_O = 1.4905711794854284, 7.126036715834263e-17, 0.22524396405848376
"""The roots of its second derivative; the last number is exp(-_O)."""


@elementwise(dz=lambda _, z: mish_bend(z), label="mish'", internal=True)
def mish_slope(z: Any) -> Any:
    """a = exp(z) * (4 * (z + 1) + 4 * exp(2*z) + exp(3*z) + exp(z) * (4*z + 6)) / (2 * exp(z) + exp(2*z) + 2) ** 2"""
    return widely(_mish_slope, z)


def _mish_slope(z: Any) -> Any:
    u, back = decay(np.clip(z, -FAR, FAR))
    e = u * back
    d = (np.maximum(np.minimum(z, 0.0), -FAR) - _M) - _M_REST
    over = _EXP_OF_M * np.expm1(d)
    more = e * (e + (_EXP_OF_M + 4)) + (_EXP_OF_M * (_EXP_OF_M + 4) + (6 + 4 * _M))
    near = d + (d * e + over * more / 4)
    square, dropped = product(e, e / 2)
    half = e + square
    rest = (e - half) + square + dropped
    x = np.clip(z, -FAR, 0.0)
    far = (1 + x) + e * ((1.5 + x) + e * (1 + e / 4))  # next to the root that would cancel
    below = np.where((z < -3) | (z > -0.75), far, near) * over_square(u, half, 0.0, rest) * back
    bend = 1 + 2 * e * (1 + e)
    above = 1 + 2 * e * e * (2 * np.minimum(z, FAR) * (1 + e) - bend) / np.square(bend)
    return np.where(z > 0, above, below)


def _mish_jerk(_: Any, z: Any) -> Any:
    """4 * e * ((w + v) * d - 3 * w * u) / d ** 4, e = exp(z), d = e * (e + 2) + 2, u = 2 * e * (e + 1),
    k = 2 + e * (2 - e * (3 + 2 * e)), w = 2 * (e + 1) * d + z * k,
    v = 2 * e * d + 2 * (e + 1) * u + k + z * e * (2 - 6 * e * (1 + e))"""
    x = clip(z, min=-FAR, max=20.0)
    e = exp(x)
    d, slope_of_d = e * (e + 2) + 2, 2 * e * (e + 1)
    k = 2 + e * (2 - e * (3 + 2 * e))
    w = 2 * (e + 1) * d + x * k
    slope_of_w = 2 * e * d + 2 * (e + 1) * slope_of_d + k + x * (e * (2 - e * (6 + 6 * e)))
    return 4 * (e / d) * ((w + slope_of_w) - 3 * w * (slope_of_d / d)) / d / d


@elementwise(dz=_mish_jerk, label="mish''", internal=True)
def mish_bend(z: Any) -> Any:
    """a = 4 * exp(z) * (2 * (exp(z) + 1) * (exp(2*z) + 2*exp(z) + 2) + z * (2 + 2*exp(z) - 3*exp(2*z) - 2*exp(3*z))) / (exp(2*z) + 2*exp(z) + 2) ** 3

    4 * e * w / d**3 with e = exp(z); above 0 the same in exp(-z).
    """  # noqa: E501
    return widely(_mish_bend, z)


def _mish_bend(z: Any) -> Any:
    x = np.clip(z, -FAR, FAR)
    e, back = decay(x)
    u = e * back
    d = (np.minimum(x, 0.0) - _N) - _N_REST
    over = _EXP_OF_N * np.expm1(d)
    both, squares = u + _EXP_OF_N, u * u + u * _EXP_OF_N + _EXP_OF_N * _EXP_OF_N
    w = d * (2 + u * (2 - u * (3 + 2 * u))) + over * (8 + 6 * both + 2 * squares + _N * (2 - 3 * both - 2 * squares))
    below = 4 * w * e / _cubed(2 + u * (2 + u)) * back
    d = (np.maximum(x, 0.0) - _O) - _O_REST
    over = _EXP_OF_O * np.expm1(-d)
    both, squares = u + _EXP_OF_O, u * u + u * _EXP_OF_O + _EXP_OF_O * _EXP_OF_O
    w = over * (6 + 8 * both + 4 * squares - _O * (3 - 2 * both - 2 * squares)) - d * (2 + u * (3 - u * (2 + 2 * u)))
    return np.where(z > 0, 4 * w * u * u / _cubed(1 + 2 * u * (1 + u)), below)


def _cubed(x: Any) -> Any:
    return x * x * x


# -- squareplus ---------------------------------------------------------------------------------------

_ROOT_CASES = (case((2, 3)), case((3,), b=0.5))


@elementwise(dz=lambda _, z, *, b: squareplus_bend(z, b=b), cases=_ROOT_CASES, internal=True)
def squareplus_slope(z: Any, *, b: float = 4.0) -> Any:
    """a = (1 + z / sqrt(z * z + b)) / 2

    By the smaller of the two roots where z < 0, as squareplus.
    """
    return widely(_squareplus_slope, z, b=b)


def _squareplus_slope(z: Any, *, b: float) -> Any:
    x = np.minimum(np.abs(z), 1e150)
    square = x * x + b
    below = (b / 2) / (square + x * np.sqrt(square))
    far = np.minimum(1e150 / np.abs(z), 1.0)
    return np.where(z > 0, 1 - below, below * far * far)


def _squareplus_jerk(a: Any, z: Any, *, b: float) -> Any:
    """-3 * a * z / (z * z + b)"""
    x = clip(z, min=-1e18, max=1e18)
    return -3 * (a * x) / (square(x) + b)


@elementwise(dz=_squareplus_jerk, cases=_ROOT_CASES, internal=True)
def squareplus_bend(z: Any, *, b: float = 4.0) -> Any:
    """a = b / (2 * (z * z + b) ** 1.5)"""
    return widely(_squareplus_bend, z, b=b)


def _squareplus_bend(z: Any, *, b: float) -> Any:
    x = np.minimum(np.abs(z), 1e150)
    square = x * x + b
    return (b / 2) / square / np.sqrt(square)
