"""Activations made of straight lines in as few steps over memory as NumPy allows; see `fused.py`."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..core.facts import Fused
from ..core.kernels import written
from .fused import leave

__all__ = ["HARD_SHRINK", "HARD_SIGMOID", "HARD_SWISH", "SOFT_SHRINK", "steps_of"]


def _hard_swish_pull(g: Any, _: Any, z: Any) -> Any:
    """g * (z + 3/2) / 3 inside, g above. (The product rule, clip(z / 6 + 1/2) + z / 6, is 27 ulp off around -3/2.)"""
    return g * ((z + 1.5) * (1 / 3) * (np.absolute(z) <= 3.0) + (z > 3.0))


def steps_of(alpha: float, beta: float) -> float | None:
    """6 for an alpha of 1/6, which no float is: the whole number that alpha is one part of, if beta is some halves."""
    steps = round(1 / alpha) if 1.0 > alpha > 1e-3 else 0
    return float(steps) if steps and 1 / steps == alpha and float(2 * steps * beta).is_integer() else None


def _hard_sigmoid(z: Any, *, alpha: float, beta: float) -> Any:
    steps = steps_of(alpha, beta)
    return np.clip(z * alpha + beta if steps is None else (z + beta * steps) * alpha, 0.0, 1.0)


def _hard_sigmoid_pull(g: Any, _: Any, z: Any, *, alpha: float, beta: float) -> Any:
    leave(alpha <= 0.0)
    return g * np.logical_and(z >= -beta / alpha, z <= (1 - beta) / alpha) * alpha


HARD_SWISH = Fused(written(lambda z: z * (np.clip(z + 3.0, 0.0, 6.0) * (1 / 6))), written(_hard_swish_pull))
HARD_SIGMOID = Fused(written(_hard_sigmoid), written(_hard_sigmoid_pull))
HARD_SHRINK = Fused(written(lambda z, *, threshold: z * (np.absolute(z) > threshold)))
SOFT_SHRINK = Fused(written(lambda z, *, threshold: z - np.clip(z, -threshold, threshold)))
