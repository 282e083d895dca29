"""Gates in as few steps over memory as NumPy allows; see `fused.py`."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..blocks import choose
from ..op import Fused
from .fused import leave, one_and_exp
from .special import BELL, FLAT, MILLS_P, MILLS_Q, SHRINK_END, SHRINK_P, SHRINK_Q

__all__ = ["GELU", "GELU_TANH", "QUICK_GELU", "SILU", "TANH_SHRINK"]


def _gate(factor: float) -> Fused:
    """z * sigmoid(factor * z)"""

    def forward(z: Any, out: Any) -> None:
        one_and_exp(z, -factor, out)
        np.divide(z, out, out=out)

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


_K, _C = 2 * (2 / np.pi) ** 0.5, 0.044715


def _bent(z: Any, out: Any) -> None:
    """exp(-y), y = 2 * sqrt(2/pi) * (z + 0.044715 * z**3)"""
    np.square(z, out=out)
    np.multiply(out, -_K * _C, out=out)
    np.subtract(out, _K, out=out)
    np.multiply(out, z, out=out)
    np.exp(out, out=out)


def _gelu_tanh(z: Any, out: Any) -> None:
    _bent(z, out)
    np.add(out, 1.0, out=out)
    np.divide(z, out, out=out)


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

# The Mills ratio for float32, relative error 7.4e-9; for float64 see special.py.
_SHORT_P = [1.253314142377885638993881, 1.096884743210573715175286, 0.4578863573450987638241171,
            0.1013419929532227700754355, 0.0102329553054232829811859]  # fmt: skip
_SHORT_Q = [1.0, 1.673072281034209492401521, 1.200255081794841988153935, 0.4679680460669195917962117,
            0.1013484916743318328162996, 0.01023283496471095235614724]  # fmt: skip


def _bell(x: Any) -> Any:
    """exp(-x*x/2) / sqrt(2*pi), x split in two so that the larger square is exact (see special.py)"""
    high = np.multiply(x, 16.0)
    np.rint(high, out=high)
    np.multiply(high, 0.0625, out=high)
    low = np.subtract(high, x)
    np.multiply(low, np.add(x, high), out=low)
    np.multiply(low, 0.5, out=low)
    np.exp(low, out=low)
    np.square(high, out=high)
    np.multiply(high, -0.5, out=high)
    np.exp(high, out=high)
    np.multiply(high, BELL, out=high)
    return np.multiply(high, low, out=high)


def _polynomial(coefficients: list[float], x: Any) -> Any:
    total = np.multiply(x, coefficients[-1])
    for c in reversed(coefficients[1:-1]):
        np.add(total, c, out=total)
        np.multiply(total, x, out=total)
    return np.add(total, coefficients[0], out=total)


def _gelu(z: Any, out: Any) -> None:
    x = np.absolute(z)
    np.minimum(x, FLAT, out=x)
    short = z.itemsize == 4
    tail = _polynomial(_SHORT_P if short else MILLS_P, x)
    np.divide(tail, _polynomial(_SHORT_Q if short else MILLS_Q, x), out=tail)
    np.multiply(tail, _bell(x), out=tail)
    choose(z < 0, tail, np.subtract(1.0, tail), out)
    np.multiply(z, out, out=out)


def _gelu_pull(g: Any, a: Any, z: Any, out: Any) -> None:
    """g * (a / z + z * normal_pdf(z))"""
    x = np.absolute(z)
    leave(bool(np.min(x) < _TINY[z.itemsize]))
    np.minimum(x, FLAT, out=x)
    bell = _bell(x)
    np.multiply(bell, z, out=bell)
    np.divide(a, z, out=out)
    np.add(out, bell, out=out)
    np.multiply(g, out, out=out)


# (z - tanh(z)) / z**3 for float32, relative error 1.3e-8; for float64 see special.py.
_SHORT_SHRINK_P = [0.3333333288382403731138429, 0.01464678676335762341896463]
_SHORT_SHRINK_Q = [1.0, 0.4439400778890936137128219, 0.01567228301628845659807077]


def _tanh_shrink(z: Any, out: Any) -> None:
    short = z.itemsize == 4
    x = np.clip(z, -SHRINK_END, SHRINK_END)
    s = np.square(x)
    near = _polynomial(_SHORT_SHRINK_P if short else SHRINK_P, s)
    np.divide(near, _polynomial(_SHORT_SHRINK_Q if short else SHRINK_Q, s), out=near)
    np.multiply(near, s, out=near)
    np.multiply(near, x, out=near)
    np.tanh(z, out=out)
    np.subtract(z, out, out=out)
    choose(np.greater_equal(np.absolute(z), SHRINK_END), out, near, out)


SILU, QUICK_GELU = _gate(1.0), _gate(1.702)
GELU_TANH, GELU = Fused(_gelu_tanh, _gelu_tanh_pull), Fused(_gelu, _gelu_pull)
TANH_SHRINK = Fused(_tanh_shrink)
