"""Activations with parameters: learned ones, which are inputs, drawn ones and given ones."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ..core.dispatch import elementwise
from ..core.facts import case
from ..formula import Expr
from . import fused_swish
from .arithmetic import clip, minimum, where
from .comparison import logical_and
from .logistic import swish_rate, swish_slope
from .precise import briefly, exponent, gated, gated_of_float, is_short, product_of_floats
from .steps import stop_gradient

__all__ = ["affine", "general_relu", "prelu", "rrelu", "swish_beta"]


@elementwise(
    dz=lambda _, __, *, alpha, beta: alpha,
    cases=(case((2, 3)), case((3,), alpha=-1.5, beta=0.25), case(())),
    reference="",
)
def affine(z: Any, *, alpha: float = 1.0, beta: float = 0.0) -> Any:
    """a = alpha * z + beta"""
    return alpha * z + beta


@elementwise(
    dz=lambda _, z, slope: where(z >= 0, 1.0, slope),
    dslope=lambda _, z, __: where(z < 0, z, 0.0),
    kinks={0.0: "right"},
    reference="He et al. 2015",
)
def prelu(z: Any, slope: Any) -> Any:
    """a = maximum(z, 0) + slope * minimum(z, 0)

    leaky_relu whose slope is learned: an input, of any shape that broadcasts (one number, or one for
    each channel), with a gradient. The slope at z = 0 is 1, the right one.
    """
    return where(z < 0, slope * z, z)


def _swish_slope(_: Any, z: Any, beta: Any) -> Any:
    """s * (1 + y * sigmoid(-y)), y = beta * z, s = sigmoid(y)"""
    return swish_slope(z, beta)


def _swish_slope_of_beta(_: Any, z: Any, beta: Any) -> Any:
    """(z * s) * (z * sigmoid(-y)), y = beta * z, s = sigmoid(y)"""
    return swish_rate(z, beta)


def _swish_of_float(z: float, beta: float) -> float:
    return gated_of_float(z, *product_of_floats(z, beta))


@elementwise(
    dz=_swish_slope,
    dbeta=_swish_slope_of_beta,
    scalar=_swish_of_float,
    label="swish β",
    reference="Ramachandran et al. 2017",
)
def swish_beta(z: Any, beta: Any) -> Any:
    """a = z / (1 + exp(-beta * z))

    silu with a beta that is learned: an input, with a gradient. With beta 0 it is z / 2, with a large
    one relu.
    """
    return briefly(fused_swish.swish_beta, _swish, z, beta, short=is_short(z, beta))


def _swish(z: Any, beta: Any, *, short: bool) -> Any:
    return gated(z, *exponent(z, beta, 0.0, short))


def _drawn(z: Any, lower: float, upper: float, rng: Any) -> Any:
    """A slope for each entry of `z`. Raises `TypeError` if `rng` is no generator."""
    if rng is None:
        return (lower + upper) / 2
    if not isinstance(rng, np.random.Generator):
        raise TypeError(f"rng={rng!r} is no numpy.random.Generator; write rng=numpy.random.default_rng(seed)")
    if not isinstance(z, np.ndarray):
        return rng.uniform(lower, upper)
    return np.asarray(rng.uniform(lower, upper, z.shape), z.dtype if z.dtype.kind == "f" else float)


def _rrelu_slope(a: Any, z: Any, *, lower: float, upper: float, rng: Any) -> Any:
    """where(z >= 0, 1, a / z)"""
    mean = (lower + upper) / 2
    if rng is None:
        return where(z >= 0, 1.0, mean)
    tellable = logical_and(z < 0, z > -math.inf)
    drawn = clip(stop_gradient(a) / stop_gradient(where(tellable, z, -1.0)), min=lower, max=upper)
    return where(z >= 0, 1.0, where(tellable, drawn, mean))


@elementwise(
    dz=_rrelu_slope,
    kinks={0.0: "right"},
    at_least={"upper": "lower"},
    cases=(case((2, 3)), case((3,), lower=0.0, upper=0.5), case(())),
    reference="Xu et al. 2015",
)
def rrelu(z: Any, *, lower: float = 1 / 8, upper: float = 1 / 3, rng: Any = None) -> Any:
    """a = maximum(z, 0) + (lower + upper) / 2 * minimum(z, 0)

    So it is in evaluation. In training, give a `numpy.random.Generator` as `rng`: every entry draws a
    slope of its own, uniformly from lower to upper. The slope at z = 0 is 1, the right one.
    """
    return where(z < 0, _drawn(z, lower, upper, rng) * z, z)


def _corner(*, negative_slope: Any, max_value: Any, threshold: Any) -> Any:
    """Where general_relu bends: at a threshold of 0."""
    return threshold if type(threshold) is Expr or threshold == 0 else math.nan


def _jump(*, negative_slope: Any, max_value: Any, threshold: Any) -> Any:
    """Where general_relu jumps: at any other threshold."""
    return threshold if type(threshold) is Expr or threshold != 0 else math.nan


def _cap(*, negative_slope: Any, max_value: Any, threshold: Any) -> Any:
    """Where general_relu reaches its largest value, if there is one."""
    return max_value if type(max_value) is Expr or max_value < math.inf else math.nan


@elementwise(
    dz=lambda _, z, *, negative_slope, max_value, threshold: where(
        z < threshold, negative_slope, where(z == threshold, threshold == 0, z <= max_value)
    ),
    kinks={_corner: "right", _jump: "none", _cap: "inside"},
    cases=(
        case((2, 3)),
        case((3,), negative_slope=0.25, max_value=1.5),
        case((3,), threshold=0.5, negative_slope=0.1),
        case((3,), threshold=-0.5),
    ),
    reference="",
)
def general_relu(z: Any, *, negative_slope: float = 0.0, max_value: float = math.inf, threshold: float = 0.0) -> Any:
    """a = where(z >= threshold, minimum(z, max_value), negative_slope * (z - threshold))

    Keras' relu: a slope below the threshold and a largest value. With a threshold other than 0 it
    jumps there, and nothing flows; at a threshold of 0 the slope is 1, as relu's, and at max_value, too.
    """
    below = negative_slope * (minimum(z, threshold) - threshold) if negative_slope else 0.0
    return where(z < threshold, below, minimum(z, max_value))
