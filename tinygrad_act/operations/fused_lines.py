"""Activations made of straight lines in as few steps over memory as NumPy allows; see `fused.py`."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..core.op import Fused
from .fused import leave

__all__ = ["HARD_SHRINK", "HARD_SIGMOID", "HARD_SWISH", "SOFT_SHRINK", "steps_of"]


def _inside(g: Any, low: Any, high: Any, z: Any, out: Any) -> None:
    """g where low <= z <= high, else 0"""
    inside = np.greater_equal(z, low)
    np.logical_and(inside, np.less_equal(z, high), out=inside)
    np.multiply(g, inside, out=out)


def _hard_swish(z: Any, out: Any) -> None:
    np.add(z, 3.0, out=out)
    np.clip(out, 0.0, 6.0, out=out)
    np.multiply(out, 1 / 6, out=out)
    np.multiply(z, out, out=out)


def _hard_swish_pull(g: Any, a: Any, z: Any, out: Any) -> None:
    """g * (z + 3/2) / 3 inside, g above. (The product rule, clip(z / 6 + 1/2) + z / 6, is 27 ulp off around -3/2.)"""
    np.add(z, 1.5, out=out)
    np.multiply(out, 1 / 3, out=out)
    np.multiply(out, np.less_equal(np.absolute(z), 3.0), out=out)
    np.add(out, np.greater(z, 3.0), out=out)
    np.multiply(g, out, out=out)


def steps_of(alpha: float, beta: float) -> float | None:
    """6 for an alpha of 1/6, which no float is: the whole number that alpha is one part of, if beta is some halves."""
    steps = round(1 / alpha) if 1.0 > alpha > 1e-3 else 0
    return float(steps) if steps and 1 / steps == alpha and float(2 * steps * beta).is_integer() else None


def _hard_sigmoid(z: Any, out: Any, *, alpha: float, beta: float) -> None:
    steps = steps_of(alpha, beta)
    if steps is None:
        np.multiply(z, alpha, out=out)
        np.add(out, beta, out=out)
        np.clip(out, 0.0, 1.0, out=out)
    else:
        np.add(z, beta * steps, out=out)
        np.multiply(out, alpha, out=out)
        np.clip(out, 0.0, 1.0, out=out)


def _hard_sigmoid_pull(g: Any, a: Any, z: Any, out: Any, *, alpha: float, beta: float) -> None:
    leave(alpha <= 0.0)
    _inside(g, -beta / alpha, (1 - beta) / alpha, z, out)
    np.multiply(out, alpha, out=out)


def _hard_shrink(z: Any, out: Any, *, threshold: float) -> None:
    np.absolute(z, out=out)
    np.multiply(z, np.greater(out, threshold), out=out)


def _hard_shrink_pull(g: Any, a: Any, z: Any, out: Any, *, threshold: float) -> None:
    np.absolute(z, out=out)
    np.multiply(g, np.greater(out, threshold), out=out)


def _soft_shrink(z: Any, out: Any, *, threshold: float) -> None:
    np.clip(z, -threshold, threshold, out=out)
    np.subtract(z, out, out=out)


def _soft_shrink_pull(g: Any, a: Any, z: Any, out: Any, *, threshold: float) -> None:
    np.absolute(z, out=out)
    np.multiply(g, np.greater_equal(out, threshold), out=out)


HARD_SWISH, HARD_SIGMOID = Fused(_hard_swish, _hard_swish_pull), Fused(_hard_sigmoid, _hard_sigmoid_pull)
HARD_SHRINK, SOFT_SHRINK = Fused(_hard_shrink, _hard_shrink_pull), Fused(_soft_shrink, _soft_shrink_pull)
