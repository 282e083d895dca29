"""Sigmoids, softplus and the family of relu in as few steps over memory as NumPy allows.

See `tinygrad_act.core.op.Fused`. Gates stand in `fused_gates.py`, straight lines in `fused_lines.py`.

`f` computes the output, `f_pull` the cotangent, g times the derivative as the operation declares it.
Every step writes over an array that is there already. Numbers that overflow in here, or make a NaN
of infinities, are done again by the operation's own body and rule: so this file may be short.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ..core.blocks import choose
from ..core.op import Fused
from .precise import beyond, halves

__all__ = [
    "CELU", "ELU", "LAST", "LEAKY_RELU", "LOG_SIGMOID", "SELU", "SELU_ALPHA", "SELU_SCALE", "SIGMOID", "SOFTPLUS",
    "SQUAREPLUS", "TANH", "exp_of", "leave", "one_and_exp", "softplus",
]  # fmt: skip


def leave(unusual: bool) -> None:
    """Leave static parameters that are seldom used to the operation itself."""
    if unusual:
        raise FloatingPointError


# -- sigmoid and its relatives ------------------------------------------------------------------------


def one_and_exp(x: Any, factor: float, out: Any) -> None:
    """1 + exp(factor * x)"""
    np.multiply(x, factor, out=out)
    np.exp(out, out=out)
    np.add(out, 1.0, out=out)


def exp_of(x: Any, lost: Any) -> None:
    """exp(x + lost) in x; `lost` is None, or what rounding took from x, and written over."""
    np.exp(x, out=x)
    if lost is not None:
        np.multiply(lost, x, out=lost)
        np.add(x, lost, out=x)


def _sigmoid(z: Any, out: Any) -> None:
    one_and_exp(z, -1.0, out)
    np.reciprocal(out, out=out)


def _sigmoid_pull(g: Any, a: Any, z: Any, out: Any) -> None:
    np.subtract(1.0, a, out=out)
    np.multiply(a, out, out=out)
    np.multiply(g, out, out=out)


def _bell_of(x: Any, factor: float, times: float, g: Any, out: Any) -> None:
    """g * times * u / (1 + u)**2, u = exp(factor * |x|)"""
    u = np.absolute(x.astype(np.float64))
    np.multiply(u, factor, out=u)
    np.exp(u, out=u)
    total = np.add(u, 1.0)
    np.square(total, out=total)
    np.divide(u, total, out=u)
    if times != 1.0:
        np.multiply(u, times, out=u)
    np.copyto(out, u, casting="same_kind")
    np.multiply(g, out, out=out)


def _sigmoid_accurate(g: Any, a: Any, z: Any, out: Any) -> None:
    _bell_of(z, -1.0, 1.0, g, out)


def _tanh_accurate(g: Any, a: Any, z: Any, out: Any) -> None:
    _bell_of(z, -2.0, 4.0, g, out)


def _tanh_pull(g: Any, a: Any, z: Any, out: Any) -> None:
    np.multiply(a, a, out=out)
    np.subtract(1.0, out, out=out)
    np.multiply(g, out, out=out)


# -- softplus and its relatives -----------------------------------------------------------------------


LAST = {4: 87.0, 8: 708.0}
"""By bytes of a number: from here on exp(-x) is subnormal."""


def _log_one_and_exp(z: Any, out: Any) -> None:
    """log(1 + exp(-|z|))"""
    np.absolute(z, out=out)
    np.negative(out, out=out)
    np.exp(out, out=out)
    np.log1p(out, out=out)


def _softplus(z: Any, out: Any, *, beta: float, threshold: float) -> None:
    leave(beta != 1.0 or threshold != np.inf)
    _log_one_and_exp(z, out)
    np.add(np.maximum(z, 0.0), out, out=out)


def _softplus_pull(g: Any, a: Any, z: Any, out: Any, *, beta: float, threshold: float) -> None:
    leave(beta != 1.0 or threshold != np.inf)
    np.negative(a, out=out)
    np.expm1(out, out=out)
    np.negative(out, out=out)
    np.multiply(g, out, out=out)


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


def _log_sigmoid(z: Any, out: Any) -> None:
    _log_one_and_exp(z, out)
    np.subtract(np.minimum(z, 0.0), out, out=out)


def _log_sigmoid_pull(g: Any, a: Any, z: Any, out: Any) -> None:
    np.expm1(a, out=out)
    np.negative(out, out=out)
    np.multiply(g, out, out=out)


def _squareplus(z: Any, out: Any, *, b: float) -> None:
    np.square(z, out=out)
    np.add(out, b, out=out)
    np.sqrt(out, out=out)
    np.add(out, np.absolute(z), out=out)
    np.multiply(out, 0.5, out=out)
    choose(z > 0, out, np.divide(b / 4, out), out)


# -- the family of relu -------------------------------------------------------------------------------


def _leaky_relu(z: Any, out: Any, *, slope: float) -> None:
    np.multiply(z, slope, out=out)
    if 0.0 <= slope <= 1.0:
        np.maximum(z, out, out=out)
    else:
        choose(z < 0, out, z, out)


def _leaky_relu_pull(g: Any, a: Any, z: Any, out: Any, *, slope: float) -> None:
    leave(not 0.0 <= slope <= 1.0)
    low = z.dtype.type(slope)
    np.copyto(out, z >= 0)
    np.multiply(out, 1 - low, out=out)
    np.add(out, low, out=out)  # (1 - low) + low rounds to 1 for every slope from 0 to 1
    np.multiply(g, out, out=out)


def _exponential_below(z: Any, out: Any, above: float, below: float, scale: float) -> None:
    """above * max(z, 0) + below * expm1(min(z, 0) / scale)"""
    np.minimum(z, 0.0, out=out)
    if scale != 1.0:
        np.divide(out, scale, out=out)
    np.expm1(out, out=out)
    if below != 1.0:
        np.multiply(out, below, out=out)
    positive = np.maximum(z, 0.0)
    if above != 1.0:
        np.multiply(positive, above, out=positive)
    np.add(positive, out, out=out)


def _elu(z: Any, out: Any, *, alpha: float) -> None:
    _exponential_below(z, out, 1.0, alpha, 1.0)


def _elu_pull(g: Any, a: Any, z: Any, out: Any, *, alpha: float) -> None:
    _slope_below(g, z, out, 1.0, alpha)


def _slope_below(g: Any, z: Any, out: Any, above: float, below: float) -> None:
    """g * where(z >= 0, above, below * exp(min(z, 0)))"""
    np.minimum(z, 0.0, out=out)
    np.exp(out, out=out)
    np.multiply(g, out, out=out)
    if below != 1.0:
        np.multiply(out, below, out=out)
    if above != below:
        choose(z < 0, out, g if above == 1.0 else np.multiply(g, above), out)


SELU_SCALE, SELU_ALPHA = 1.0507009873554804934193349852946, 1.6732632423543772848170429916717
"""selu's λ and α, chosen so that mean 0 and variance 1 stay (Klambauer et al. 2017)."""


def _selu(z: Any, out: Any) -> None:
    _exponential_below(z, out, SELU_SCALE, SELU_SCALE * SELU_ALPHA, 1.0)


def _selu_pull(g: Any, a: Any, z: Any, out: Any) -> None:
    _slope_below(g, z, out, SELU_SCALE, SELU_SCALE * SELU_ALPHA)


def _celu(z: Any, out: Any, *, alpha: float) -> None:
    _exponential_below(z, out, 1.0, alpha, alpha)


SIGMOID, TANH = Fused(_sigmoid, _sigmoid_pull, _sigmoid_accurate), Fused(None, _tanh_pull, _tanh_accurate)
SOFTPLUS, LOG_SIGMOID = Fused(_softplus, _softplus_pull), Fused(_log_sigmoid, _log_sigmoid_pull)
SQUAREPLUS = Fused(_squareplus)
LEAKY_RELU = Fused(_leaky_relu, _leaky_relu_pull)
ELU, SELU, CELU = Fused(_elu, _elu_pull), Fused(_selu, _selu_pull), Fused(_celu)
