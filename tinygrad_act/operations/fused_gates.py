"""Gates in as few steps over memory as NumPy allows; see `fused.py`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from ..core.facts import Fused
from ..core.kernels import written
from .bell import BELL_SHIFTED
from .fused import exp_of, leave
from .precise import SHIFT, beyond, horner
from .special import BELL, FLAT, MILLS_P, MILLS_Q, SHORT_P, SHORT_Q, SHRINK_END, SHRINK_P, SHRINK_Q

__all__ = [
    "GELU", "GELU_TANH", "MISH", "QUICK_GELU", "SILU", "TANH_SHRINK", "divided", "gelu", "gelu_tanh", "mish",
    "quick_gelu", "silu",
]  # fmt: skip


def _gate(factor: float, forward: Callable[..., Any], quick: Callable[..., Any] | None = None) -> Fused:
    """z * sigmoid(factor * z)"""

    def pull(g: Any, a: Any, z: Any) -> Any:
        """g * (s + factor * a * (e * s)), e = exp(-factor * z): e * s is 1 - s to the last digits, times a large a"""
        e = np.exp(z * -factor)
        s = np.reciprocal(e + 1.0)
        rest = e * s * a
        return g * (s + (rest if factor == 1.0 else rest * factor))

    return Fused(forward, written(pull), quick=quick)


silu = written(lambda z: z / (np.exp(-z) + 1.0))


def divided(z: Any, y: Any, lost: Any, out: Any) -> None:
    """z / (1 + exp(y + lost)); `y`, of float64, and `lost`, None or what rounding took from y, are written over"""
    exp_of(y, lost)
    if z.itemsize == 8:
        np.add(y, 1.0, out=y)
        np.divide(z, y, out=out)
        return
    try:
        np.copyto(out, y, casting="same_kind")
        np.add(out, 1.0, out=out)
        np.divide(z, out, out=out)
    except FloatingPointError:  # exp is no float32 before the quotient is none
        np.add(y, 1.0, out=y)
        np.copyto(out, np.divide(z, y, out=y), casting="same_kind")


def _few_below(z: Any, least: float) -> Any:
    """The indices of the entries below, None if they are too many to be done one by one, or need no care."""
    if z.itemsize == 4:
        return None
    below = np.flatnonzero(z < least)
    return below if 32 * len(below) <= len(z) else None


def _beside_twice(z: Any, y: Any, below: Any, out: Any) -> Any:
    """z / (1 + exp(y - 2*z)) of float64, but for the entries `below`: elsewhere y is small, so that its rounding does
    no harm; 2*z is exact, and what their sum drops is known (Dekker 1971)."""
    twice = np.multiply(z, -2.0)
    total = np.add(twice, y)
    np.subtract(twice, total, out=twice)
    np.add(twice, y, out=twice)
    divided(z, total, twice, out)
    return below


_FACTOR, _HIGH, _LOW = 1.702, 57109643 / 2**25, 7.867813110351563e-09
"""1.702; its first 26 bits; what the decimal number has beyond these."""


def quick_gelu(z: Any, out: Any) -> None:
    y = np.multiply(z, -_FACTOR, dtype=np.float64)
    divided(z, y, None if z.itemsize == 4 else beyond(y, z, -_HIGH, -_LOW), out)


def _quick_gelu_quickly(z: Any, out: Any) -> Any:
    below = _few_below(z, -6.7)
    return quick_gelu(z, out) if below is None else _beside_twice(z, np.multiply(z, 0.298), below, out)


_K, _C = 2 * (2 / np.pi) ** 0.5, 0.044715
_2_LESS_K = 0.4042308783942693


def _bent(z: Any, linear: float, out: Any) -> Any:
    """z * (linear - 2 * sqrt(2/pi) * 0.044715 * z**2)"""
    np.square(z, out=out)
    np.multiply(out, -_K * _C, out=out)
    np.add(out, linear, out=out)
    return np.multiply(out, z, out=out)


# 2 * sqrt(2/pi) to 35 binary places, 0.044715 times that to 19; and what these lack.
_A, _B, _A_REST, _B_REST = 27415104757 / 2**34, 18705 / 2**18, 3.0874305383944692e-12, 9.039190846237764e-07


def gelu_tanh(z: Any, out: Any) -> None:
    """The exponent y, a cubic, is computed from z to 8 binary places, without rounding; the rest is small."""
    if z.itemsize == 4:
        x = z.astype(np.float64)
        return divided(z, _bent(x, -_K, np.empty_like(x)), None, out)
    square, high = np.empty_like(z), np.multiply(z, 256.0)
    np.rint(high, out=high)
    np.multiply(high, 1 / 256, out=high)
    np.square(high, out=square)
    rest = np.add(z, high)
    np.multiply(rest, z, out=rest)
    np.add(rest, square, out=rest)
    np.multiply(rest, _K * _C, out=rest)
    np.add(rest, _K, out=rest)
    np.multiply(rest, np.subtract(z, high), out=rest)
    small = np.multiply(square, _B_REST)
    np.add(small, _A_REST, out=small)
    np.multiply(small, high, out=small)
    np.add(rest, small, out=rest)
    np.multiply(square, _B, out=square)
    np.add(square, _A, out=square)
    np.multiply(square, high, out=square)
    y = np.add(square, rest)
    np.subtract(square, y, out=square)
    np.add(square, rest, out=square)
    np.negative(y, out=y)
    return divided(z, y, np.negative(square, out=square), out)


def _gelu_tanh_quickly(z: Any, out: Any) -> Any:
    below = _few_below(z, -2.7)
    if below is None:
        return gelu_tanh(z, out)
    return _beside_twice(z, _bent(z, _2_LESS_K, np.empty_like(z)), below, out)


def _gelu_tanh_pull(g: Any, _: Any, z: Any) -> Any:
    """g * s * (1 + z * y' * e * s), e = exp(-y), s = 1 / (1 + e): e * s is sigmoid(-y)"""
    square = np.square(z)
    e = np.exp((square * (-_K * _C) - _K) * z)
    s = np.reciprocal(e + 1.0)
    return g * (s * (e * s * ((square * (3 * _K * _C) + _K) * z) + 1.0))


_TINY = {4: 1e-30, 8: 1e-290}
"""By bytes of a number: where z times a probability is no longer a normal number, or z is 0."""


def _scaled_bell(x: Any) -> Any:
    """exp(SHIFT - x*x/2), x >= 0 split in two so that the larger square is exact (see bell.py)"""
    high = np.floor(x * 256.0) * (1 / 256)
    low = np.exp((x - high) * (x + high) * -0.5)
    return np.exp(np.square(high) * -0.5 + SHIFT) * low


def _bell_32(x: Any) -> Any:
    """exp(-x*x/2) / sqrt(2*pi) of float32, whose square has its digits in float64"""
    return (np.exp(np.square(x, dtype=np.float64) * -0.5) * BELL).astype(np.float32)


@written
def gelu(z: Any) -> Any:
    """z * bell / r below 0 and z * (1 - bell / r) above, bell the normal density and 1 / r the Mills ratio"""
    short = z.itemsize == 4
    x = np.minimum(np.absolute(z), FLAT)
    r = horner(SHORT_P if short else MILLS_P, x) / horner(SHORT_Q if short else MILLS_Q, x) + x
    bell = _bell_32(x) if short else _scaled_bell(x)
    scale = -1.0 if short else -BELL_SHIFTED
    return np.where(z < 0, x / r * bell * scale, z * (bell / r * scale + 1.0))


_steep = written(lambda x, z: _scaled_bell(x) * BELL_SHIFTED * z)
"""z * normal_pdf(z) of x = |z|"""


def _gelu_pull(g: Any, a: Any, z: Any, out: Any) -> None:
    """g * (a / z + z * normal_pdf(z))"""
    x = np.absolute(z)
    leave(bool(np.min(x) < _TINY[z.itemsize]))
    np.minimum(x, FLAT, out=x)
    bell = np.empty_like(z)
    _steep(x, z, bell)
    np.divide(a, z, out=out)
    np.add(out, bell, out=out)
    np.multiply(g, out, out=out)


@written
def mish(z: Any) -> Any:
    """z * (1 + 2u) / (1 + 2u + 2u*u), u = exp(-z), which overflows before exp(z) is subnormal"""
    u = np.exp(np.negative(z, dtype=np.float64)).astype(z.dtype)  # NumPy's exp of float32 is 2 ulp off
    top = u * 2.0 + 1.0
    return z * (top / (np.square(u) * 2.0 + top))


# As SHRINK_P and SHRINK_Q for float32, relative error 5.5e-11.
_SHORT_SHRINK_P = [0.1333333329102426982123889, 0.005803364832304049933780384]
_SHORT_SHRINK_Q = [1.0, 0.4482871181562490200313848, 0.01742843803346662244339276]


@written
def _tanh_shrink(z: Any) -> Any:
    p, q = (_SHORT_SHRINK_P, _SHORT_SHRINK_Q) if z.itemsize == 4 else (SHRINK_P, SHRINK_Q)
    x = np.clip(z, -SHRINK_END, SHRINK_END)
    s = np.square(x)
    near = (1 / 3 - horner(p, s) / horner(q, s) * s) * s * x
    return np.where(np.absolute(z) >= SHRINK_END, z - np.tanh(z), near)


SILU, QUICK_GELU = _gate(1.0, silu), _gate(_FACTOR, quick_gelu, _quick_gelu_quickly)
GELU_TANH, GELU = Fused(gelu_tanh, written(_gelu_tanh_pull), quick=_gelu_tanh_quickly), Fused(gelu, _gelu_pull)
MISH, TANH_SHRINK = Fused(mish), Fused(_tanh_shrink)
