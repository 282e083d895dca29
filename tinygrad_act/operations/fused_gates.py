"""Gates in as few steps over memory as NumPy allows; see `fused.py`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from ..core.blocks import choose
from ..core.op import Fused
from .bell import BELL_SHIFTED
from .fused import exp_of, leave, one_and_exp
from .precise import SHIFT, beyond
from .special import BELL, FLAT, MILLS_P, MILLS_Q, SHORT_P, SHORT_Q, SHRINK_END, SHRINK_P, SHRINK_Q

__all__ = [
    "GELU", "GELU_TANH", "MISH", "QUICK_GELU", "SILU", "TANH_SHRINK", "divided", "gelu", "gelu_tanh", "mish",
    "quick_gelu", "silu",
]  # fmt: skip


def _gate(factor: float, forward: Callable[..., None], quick: Callable[..., Any] | None = None) -> Fused:
    """z * sigmoid(factor * z)"""

    def pull(g: Any, a: Any, z: Any, out: Any) -> None:
        """g * (s + factor * a * (e * s)), e = exp(-factor * z): e * s is 1 - s to the last digits, times a large a"""
        rest = np.multiply(z, -factor)
        np.exp(rest, out=rest)
        np.add(rest, 1.0, out=out)
        np.reciprocal(out, out=out)
        np.multiply(rest, out, out=rest)
        np.multiply(rest, a, out=rest)
        if factor != 1.0:
            np.multiply(rest, factor, out=rest)
        np.add(out, rest, out=out)
        np.multiply(g, out, out=out)

    return Fused(forward, pull, quick=quick)


def silu(z: Any, out: Any) -> None:
    one_and_exp(z, -1.0, out)
    np.divide(z, out, out=out)


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


def _gelu_tanh_pull(g: Any, a: Any, z: Any, out: Any) -> None:
    """g * s * (1 + z * y' * e * s), e = exp(-y), s = 1 / (1 + e): e * s is sigmoid(-y)"""
    e = np.empty_like(z)
    _bent(z, -_K, e)
    np.exp(e, out=e)
    np.add(e, 1.0, out=out)
    np.reciprocal(out, out=out)
    np.multiply(e, out, out=e)
    slope = np.square(z)
    np.multiply(slope, 3 * _K * _C, out=slope)
    np.add(slope, _K, out=slope)
    np.multiply(slope, z, out=slope)
    np.multiply(e, slope, out=e)
    np.add(e, 1.0, out=e)
    np.multiply(out, e, out=out)
    np.multiply(g, out, out=out)


_TINY = {4: 1e-30, 8: 1e-290}
"""By bytes of a number: where z times a probability is no longer a normal number, or z is 0."""

def _scaled_bell(x: Any) -> Any:
    """exp(SHIFT - x*x/2), x >= 0 split in two so that the larger square is exact (see bell.py)"""
    high = np.multiply(x, 256.0)
    np.floor(high, out=high)
    np.multiply(high, 1 / 256, out=high)
    low = np.subtract(x, high)
    np.multiply(low, np.add(x, high), out=low)
    np.multiply(low, -0.5, out=low)
    np.exp(low, out=low)
    np.square(high, out=high)
    np.multiply(high, -0.5, out=high)
    np.add(high, SHIFT, out=high)
    np.exp(high, out=high)
    return np.multiply(high, low, out=high)


def _bell_32(x: Any) -> Any:
    """exp(-x*x/2) / sqrt(2*pi) of float32, whose square has its digits in float64"""
    wide = x.astype(np.float64)
    np.square(wide, out=wide)
    np.multiply(wide, -0.5, out=wide)
    np.exp(wide, out=wide)
    np.multiply(wide, BELL, out=wide)
    return wide.astype(np.float32)


def _polynomial(coefficients: list[float], x: Any) -> Any:
    total = np.multiply(x, coefficients[-1])
    for c in reversed(coefficients[1:-1]):
        np.add(total, c, out=total)
        np.multiply(total, x, out=total)
    return np.add(total, coefficients[0], out=total)


def gelu(z: Any, out: Any) -> None:
    """z * bell / r below 0 and z * (1 - bell / r) above, bell the normal density and 1 / r the Mills ratio"""
    short = z.itemsize == 4
    x = np.absolute(z)
    np.minimum(x, FLAT, out=x)
    r = _polynomial(SHORT_P if short else MILLS_P, x)
    np.divide(r, _polynomial(SHORT_Q if short else MILLS_Q, x), out=r)
    np.add(r, x, out=r)
    bell = _bell_32(x) if short else _scaled_bell(x)
    scale = -1.0 if short else -BELL_SHIFTED
    np.divide(x, r, out=x)
    np.multiply(x, bell, out=x)
    np.multiply(x, scale, out=x)
    np.divide(bell, r, out=bell)
    np.multiply(bell, scale, out=bell)
    np.add(bell, 1.0, out=bell)
    np.multiply(z, bell, out=bell)
    choose(z < 0, x, bell, out)


def _gelu_pull(g: Any, a: Any, z: Any, out: Any) -> None:
    """g * (a / z + z * normal_pdf(z))"""
    x = np.absolute(z)
    leave(bool(np.min(x) < _TINY[z.itemsize]))
    np.minimum(x, FLAT, out=x)
    bell = _scaled_bell(x)
    np.multiply(bell, BELL_SHIFTED, out=bell)
    np.multiply(bell, z, out=bell)
    np.divide(a, z, out=out)
    np.add(out, bell, out=out)
    np.multiply(g, out, out=out)


def mish(z: Any, out: Any) -> None:
    """z * (1 + 2u) / (1 + 2u + 2u*u), u = exp(-z), which overflows before exp(z) is subnormal"""
    u = np.negative(z, dtype=np.float64)
    np.exp(u, out=u)
    u = u.astype(z.dtype)  # NumPy's exp of float32 is 2 ulp off
    np.multiply(u, 2.0, out=out)
    np.add(out, 1.0, out=out)
    np.square(u, out=u)
    np.multiply(u, 2.0, out=u)
    np.add(u, out, out=u)
    np.divide(out, u, out=out)
    np.multiply(z, out, out=out)


# As SHRINK_P and SHRINK_Q for float32, relative error 5.5e-11.
_SHORT_SHRINK_P = [0.1333333329102426982123889, 0.005803364832304049933780384]
_SHORT_SHRINK_Q = [1.0, 0.4482871181562490200313848, 0.01742843803346662244339276]


def _tanh_shrink(z: Any, out: Any) -> None:
    short = z.itemsize == 4
    x = np.clip(z, -SHRINK_END, SHRINK_END)
    s = np.square(x)
    near = _polynomial(_SHORT_SHRINK_P if short else SHRINK_P, s)
    np.divide(near, _polynomial(_SHORT_SHRINK_Q if short else SHRINK_Q, s), out=near)
    np.multiply(near, s, out=near)
    np.subtract(1 / 3, near, out=near)
    np.multiply(near, s, out=near)
    np.multiply(near, x, out=near)
    np.tanh(z, out=out)
    np.subtract(z, out, out=out)
    choose(np.greater_equal(np.absolute(z), SHRINK_END), out, near, out)


SILU, QUICK_GELU = _gate(1.0, silu), _gate(_FACTOR, quick_gelu, _quick_gelu_quickly)
GELU_TANH, GELU = Fused(gelu_tanh, _gelu_tanh_pull, quick=_gelu_tanh_quickly), Fused(gelu, _gelu_pull)
MISH, TANH_SHRINK = Fused(mish), Fused(_tanh_shrink)
