"""Gates in as few steps over memory as NumPy allows; see `fused.py`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from ..blocks import choose
from ..op import Fused
from .bell import BELL_SHIFTED
from .fused import leave, one_and_exp
from .precise import CUT, SHIFT
from .special import BELL, FLAT, MILLS_P, MILLS_Q, SHORT_P, SHORT_Q, SHRINK_END, SHRINK_P, SHRINK_Q

__all__ = [
    "GELU", "GELU_TANH", "MISH", "QUICK_GELU", "SILU", "TANH_SHRINK", "gelu", "gelu_tanh", "mish", "quick_gelu", "silu",
]  # fmt: skip


def _gate(factor: float, forward: Callable[..., None]) -> Fused:
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

    return Fused(forward, pull)


def silu(z: Any, out: Any) -> None:
    one_and_exp(z, -1.0, out)
    np.divide(z, out, out=out)


def _divided(z: Any, y: Any, dropped: Any, out: Any) -> None:
    """z / (1 + exp(-y - dropped))"""
    np.negative(y, out=y)
    np.exp(y, out=y)
    if dropped is not None:
        np.multiply(dropped, y, out=dropped)
        np.subtract(y, dropped, out=y)
    np.add(y, 1.0, out=y)
    np.copyto(out, np.divide(z, y, out=y), casting="same_kind")


_FACTOR, _HIGH, _LOW = 1.702, 114219287 / 2**26, -7.033348083496093e-09
"""1.702; its first 27 bits; what the decimal number has beyond these."""


def quick_gelu(z: Any, out: Any) -> None:
    x = z.astype(np.float64)
    y = np.multiply(x, _FACTOR)
    if z.itemsize == 4:
        return _divided(x, y, None, out)
    high = np.multiply(x, CUT)
    np.subtract(high, np.subtract(high, x), out=high)
    low = np.subtract(x, high)
    np.multiply(high, _HIGH, out=high)
    np.subtract(high, y, out=high)
    np.multiply(low, _HIGH, out=low)
    np.add(high, low, out=high)
    np.multiply(x, _LOW, out=low)
    np.add(high, low, out=high)
    return _divided(x, y, high, out)


_K, _C = 2 * (2 / np.pi) ** 0.5, 0.044715


def _bent(z: Any, out: Any) -> None:
    """exp(-y), y = 2 * sqrt(2/pi) * (z + 0.044715 * z**3)"""
    np.square(z, out=out)
    np.multiply(out, -_K * _C, out=out)
    np.subtract(out, _K, out=out)
    np.multiply(out, z, out=out)
    np.exp(out, out=out)


# 2 * sqrt(2/pi) to 35 binary places, 0.044715 times that to 19; and what these lack.
_A, _B, _A_REST, _B_REST = 27415104757 / 2**34, 18705 / 2**18, 3.0874305383944692e-12, 9.039190846237764e-07


def gelu_tanh(z: Any, out: Any) -> None:
    """The exponent y, a cubic, is computed from z to 8 binary places, without rounding; the rest is small."""
    x = z.astype(np.float64)
    square = np.square(x)
    if z.itemsize == 4:
        np.multiply(square, _K * _C, out=square)
        np.add(square, _K, out=square)
        return _divided(x, np.multiply(square, x, out=square), None, out)
    high = np.multiply(x, 256.0)
    np.rint(high, out=high)
    np.multiply(high, 1 / 256, out=high)
    np.square(high, out=square)
    rest = np.add(x, high)
    np.multiply(rest, x, out=rest)
    np.add(rest, square, out=rest)
    np.multiply(rest, _K * _C, out=rest)
    np.add(rest, _K, out=rest)
    np.multiply(rest, np.subtract(x, high), out=rest)
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
    return _divided(x, y, square, out)


def _gelu_tanh_pull(g: Any, a: Any, z: Any, out: Any) -> None:
    """g * s * (1 + z * y' * e * s), e = exp(-y), s = 1 / (1 + e): e * s is sigmoid(-y)"""
    e = np.empty_like(z)
    _bent(z, e)
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


SILU, QUICK_GELU = _gate(1.0, silu), _gate(_FACTOR, quick_gelu)
GELU_TANH, GELU = Fused(gelu_tanh, _gelu_tanh_pull), Fused(gelu, _gelu_pull)
MISH, TANH_SHRINK = Fused(mish), Fused(_tanh_shrink)
