"""Sigmoids, softplus and the family of relu in as few steps over memory as NumPy allows.

See `tinygrad_act.core.op.Fused`. Gates stand in `fused_gates.py`, straight lines in `fused_lines.py`.

Only what differs from the body and the rule stands here: these are written out as they are. Numbers that
overflow in here, or make a NaN of infinities, are done again by the operation's own body and rule: so this file may
be short.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ..core.facts import Fused
from ..core.kernels import written
from .precise import beyond, halves

__all__ = [
    "CELU", "ELU", "LAST", "LEAKY_RELU", "LOG_SIGMOID", "SELU", "SELU_ALPHA", "SELU_SCALE", "SIGMOID", "SOFTPLUS",
    "SQUAREPLUS", "TANH", "exp_of", "leave", "softplus",
]  # fmt: skip


def leave(unusual: bool) -> None:
    """Leave static parameters that are seldom used to the operation itself."""
    if unusual:
        raise FloatingPointError


# -- sigmoid and its relatives ------------------------------------------------------------------------


def exp_of(x: Any, lost: Any) -> None:
    """exp(x + lost) in x; `lost` is None, or what rounding took from x, and written over."""
    np.exp(x, out=x)
    if lost is not None:
        np.multiply(lost, x, out=lost)
        np.add(x, lost, out=x)


def _bell(g: Any, z: Any, factor: float, times: float) -> Any:
    """g * times * u / (1 + u)**2, u = exp(factor * |z|)"""
    u = np.exp(np.absolute(z, dtype=np.float64) * factor)
    d = u / np.square(u + 1.0)
    return g * (d if times == 1.0 else d * times).astype(z.dtype)


SIGMOID = Fused(written(lambda z: np.reciprocal(np.exp(-z) + 1.0)),
                accurate=written(lambda g, _, z: _bell(g, z, -1.0, 1.0)))  # fmt: skip
TANH = Fused(accurate=written(lambda g, _, z: _bell(g, z, -2.0, 4.0)))


# -- softplus and its relatives -----------------------------------------------------------------------


LAST = {4: 87.0, 8: 708.0}
"""By bytes of a number: from here on exp(-x) is subnormal."""


def _softplus(z: Any, *, beta: float, threshold: float) -> Any:
    leave(beta != 1.0 or threshold != np.inf)
    return np.maximum(z, 0.0) + np.log1p(np.exp(-np.absolute(z)))


def softplus(z: Any, out: Any, *, beta: float, short: bool) -> None:
    """max(z, 0) + log(1 + exp(-beta * |z|)) / beta"""
    x, b = np.absolute(z, dtype=np.float64), -np.asarray(beta, np.float64)
    y = np.multiply(x, b)
    leave(not np.min(y, initial=0.0) > -LAST[z.itemsize])
    exp_of(y, None if short else beyond(y, x, *halves(b)))
    above = y if z.itemsize == 8 else y.astype(z.dtype)
    np.log1p(above, out=above)
    np.divide(above, beta, out=above)
    np.maximum(z, 0.0, out=out)
    np.add(out, above, out=out)


def _squareplus(z: Any, *, b: float) -> Any:
    root = (np.sqrt(np.square(z) + b) + np.absolute(z)) * 0.5
    return np.where(z > 0, root, b / 4 / root)


SOFTPLUS, SQUAREPLUS = Fused(written(_softplus)), Fused(written(_squareplus))
LOG_SIGMOID = Fused(written(lambda z: np.minimum(z, 0.0) - np.log1p(np.exp(-np.absolute(z)))))


# -- the family of relu -------------------------------------------------------------------------------


def _leaky_relu(z: Any, *, slope: float) -> Any:
    low = z * slope
    return np.maximum(z, low) if 0.0 <= slope <= 1.0 else np.where(z < 0, low, z)


def _leaky_relu_pull(g: Any, _: Any, z: Any, *, slope: float) -> Any:
    leave(not 0.0 <= slope <= 1.0)
    low = z.dtype.type(slope)
    return g * ((z >= 0).astype(z.dtype) * (1 - low) + low)  # (1 - low) + low rounds to 1 for every slope from 0 to 1


def _exponential_below(z: Any, above: float, below: float, scale: float) -> Any:
    """above * max(z, 0) + below * expm1(min(z, 0) / scale)"""
    low = np.minimum(z, 0.0)
    e = np.expm1(low if scale == 1.0 else low / scale)
    high = np.maximum(z, 0.0)
    return (high if above == 1.0 else high * above) + (e if below == 1.0 else e * below)


def _slope_below(g: Any, z: Any, above: float, below: float) -> Any:
    """g * where(z >= 0, above, below * exp(min(z, 0)))"""
    d = np.exp(np.minimum(z, 0.0))
    d = d if below == 1.0 else d * below
    return g * (d if above == below else np.where(z < 0, d, above))


SELU_SCALE, SELU_ALPHA = 1.0507009873554804934193349852946, 1.6732632423543772848170429916717
"""selu's λ and α, chosen so that mean 0 and variance 1 stay (Klambauer et al. 2017)."""
_BOTH = SELU_SCALE * SELU_ALPHA

LEAKY_RELU = Fused(written(_leaky_relu), written(_leaky_relu_pull))
ELU = Fused(written(lambda z, *, alpha: _exponential_below(z, 1.0, alpha, 1.0)),
            written(lambda g, _, z, *, alpha: _slope_below(g, z, 1.0, alpha)))  # fmt: skip
SELU = Fused(written(lambda z: _exponential_below(z, SELU_SCALE, _BOTH, 1.0)),
             written(lambda g, _, z: _slope_below(g, z, SELU_SCALE, _BOTH)))  # fmt: skip
CELU = Fused(written(lambda z, *, alpha: _exponential_below(z, 1.0, alpha, alpha)))
