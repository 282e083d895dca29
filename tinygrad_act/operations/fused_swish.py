"""swish_beta and its slopes on arrays, in as few steps over memory as NumPy allows; see `fused.py`."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..core.blocks import choose
from .fused import LAST, exp_of, leave
from .fused_gates import divided
from .precise import beyond, halves

__all__ = ["EXP_OF_SWISH_ROOT", "SWISH_ROOT", "SWISH_ROOT_REST", "swish_beta", "swish_rate", "swish_slope"]


def swish_beta(z: Any, beta: Any, out: Any, *, short: bool) -> None:
    b = -np.asarray(beta, np.float64)
    y = np.multiply(z, b, dtype=np.float64)
    divided(z, y, None if short else beyond(y, z, *halves(b)), out)


SWISH_ROOT, SWISH_ROOT_REST, EXP_OF_SWISH_ROOT = -1.2784645427610737, -1.0946994183093437e-16, 0.2784645427610738
"""y * sigmoid(y) has its smallest value where 1 + y + exp(y) = 0: the root, as a sum of two floats, and its exp."""


def swish_slope(z: Any, beta: Any, out: Any, *, scale: float, rest: float, short: bool) -> None:
    """below = (d + exp(root) * expm1(d)) * u / (1 + u)**2, u = exp(-|y|), d = -|y| - root; for y > 0 1 - below

    Of float32 alone: it has some roundings more than float64 could bear.
    """
    leave(not short)
    factor = np.asarray(beta, np.float64) * scale
    x, b = np.absolute(z, dtype=np.float64), -np.absolute(factor)
    u = np.multiply(x, b)
    leave(not np.min(u, initial=0.0) > -LAST[8])
    d = np.subtract(u, SWISH_ROOT)
    np.exp(u, out=u)
    top = np.expm1(d)
    np.multiply(top, EXP_OF_SWISH_ROOT, out=top)
    np.add(top, d, out=top)
    np.multiply(top, u, out=top)
    np.add(u, 1.0, out=u)
    np.square(u, out=u)
    np.divide(top, u, out=top)
    np.subtract(1.0, top, out=u)
    choose((z > 0) == (factor > 0), u, top, u)
    np.copyto(out, u, casting="same_kind")


def swish_rate(z: Any, beta: Any, out: Any, *, short: bool) -> None:
    """z*z / (2 + e + 1/e), e = exp(|beta * z|)"""
    x, b = np.absolute(z, dtype=np.float64), np.absolute(np.asarray(beta, np.float64))
    e = np.multiply(x, b)
    exp_of(e, None if short else beyond(e, x, *halves(b)))
    total = np.add(e, 2.0)
    np.reciprocal(e, out=e)
    np.add(total, e, out=total)
    np.square(x, out=x)
    np.copyto(out, np.divide(x, total, out=x), casting="same_kind")
