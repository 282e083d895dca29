"""Activations that are constant up to a threshold: the shrinks, relu with a threshold.

Where the function itself jumps, nothing flows; where only the slope does, the slope is 1.
"""

from __future__ import annotations

import math
from typing import Any

from ..core.dispatch import elementwise
from ..core.facts import case
from ..core.op import Place
from . import fused_lines
from .arithmetic import abs, maximum, minimum, where

__all__ = ["hard_shrink", "shrink", "soft_shrink", "threshold", "thresholded_relu"]

_BOTH_SIDES: dict[Place, str] = {"threshold": "none", "-threshold": "none"}
_CASES = (case((2, 3)), case((3,), threshold=1.5))
_NOT_NEGATIVE = {"threshold": (-math.ulp(0.0), math.inf)}


@elementwise(
    dz=lambda _, z, *, threshold: abs(z) > threshold,
    output=lambda a, _, *, threshold: a != 0,
    kinks=_BOTH_SIDES,
    domain=_NOT_NEGATIVE,
    cases=_CASES,
    label="hard shrink",
    reference="Donoho and Johnstone 1994",
    fused=fused_lines.HARD_SHRINK,
)
def hard_shrink(z: Any, *, threshold: float = 0.5) -> Any:
    """a = where(absolute(z) > threshold, z, 0)

    Jumps at both thresholds. PyTorch calls the parameter lambd.
    """
    return where(abs(z) <= threshold, 0.0, z)


@elementwise(
    dz=lambda _, z, *, threshold: abs(z) >= threshold,
    kinks={"threshold": "inside", "-threshold": "inside"},
    domain=_NOT_NEGATIVE,
    cases=_CASES,
    label="soft shrink",
    reference="Donoho 1995",
    fused=fused_lines.SOFT_SHRINK,
)
def soft_shrink(z: Any, *, threshold: float = 0.5) -> Any:
    """a = sign(z) * maximum(absolute(z) - threshold, 0)

    The slope is 1 at both thresholds; PyTorch says 0.
    """
    return maximum(z - threshold, 0.0) + minimum(z + threshold, 0.0)


@elementwise(
    dz=lambda _, z, *, bias, threshold: abs(z) > threshold,
    kinks=_BOTH_SIDES,
    domain=_NOT_NEGATIVE,
    cases=(case((2, 3)), case((3,), bias=0.25, threshold=1.5)),
    reference="",
)
def shrink(z: Any, *, bias: float = 0.0, threshold: float = 0.5) -> Any:
    """a = where(z < -threshold, z + bias, where(z > threshold, z - bias, 0))

    ONNX's: hard_shrink with bias 0, soft_shrink where bias equals the threshold (whose kinks are
    then no jumps).
    """
    outside = where(z > 0, z - bias, z + bias)
    return where(abs(z) <= threshold, 0.0, outside)


def _by_output(a: Any, z: Any, *, alpha: float) -> Any:
    """s > alpha, s = where(alpha >= 0, a, z)"""
    return (a if alpha >= 0 else z) > alpha


@elementwise(
    dz=lambda _, z, *, alpha: z > alpha,
    output=_by_output,
    kinks={"alpha": "none"},
    cases=(case((2, 3)), case((3,), alpha=-0.5)),
    label="thresholded relu",
    reference="Konda et al. 2014",
)
def thresholded_relu(z: Any, *, alpha: float = 1.0) -> Any:
    """a = where(z > alpha, z, 0)

    Jumps at alpha.
    """
    return where(z <= alpha, 0.0, z)


@elementwise(
    dz=lambda _, z, *, threshold, value: z > threshold,
    kinks={"threshold": "none"},
    cases=(case((2, 3), threshold=0.5, value=-1.0), case((3,), threshold=-1.0, value=0.25)),
    reference="",
)
def threshold(z: Any, *, threshold: float, value: float) -> Any:
    """a = where(z > threshold, z, value)

    Jumps at the threshold, unless the value is the threshold itself: then it has a kink there, where
    nothing flows either.
    """
    return where(z <= threshold, float(value), z)
