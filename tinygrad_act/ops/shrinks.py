"""Activations that are 0 around 0: the shrinks, and relu with a threshold.

Where the function itself jumps, nothing flows; where only the slope does, the slope is 1.
"""

from __future__ import annotations

from typing import Any

from ..dispatch import elementwise
from ..op import Place, case
from .arithmetic import abs, maximum, minimum, where

__all__ = ["hard_shrink", "shrink", "soft_shrink", "thresholded_relu"]

_BOTH_SIDES: dict[Place, str] = {"threshold": "none", "-threshold": "none"}
_CASES = (case((2, 3)), case((3,), threshold=1.5))


@elementwise(dz=lambda _, z, *, threshold: abs(z) > threshold, kinks=_BOTH_SIDES, cases=_CASES, label="hard shrink")
def hard_shrink(z: Any, *, threshold: float = 0.5) -> Any:
    """a = where(absolute(z) > threshold, z, 0)

    Jumps at both thresholds. PyTorch calls the parameter lambd.
    """
    return where(abs(z) <= threshold, 0.0, z)


@elementwise(
    dz=lambda _, z, *, threshold: abs(z) >= threshold,
    kinks={"threshold": "inside", "-threshold": "inside"},
    cases=_CASES,
    label="soft shrink",
)
def soft_shrink(z: Any, *, threshold: float = 0.5) -> Any:
    """a = sign(z) * maximum(absolute(z) - threshold, 0)

    The slope is 1 at both thresholds; PyTorch says 0. Donoho 1995.
    """
    return maximum(z - threshold, 0.0) + minimum(z + threshold, 0.0)


@elementwise(
    dz=lambda _, z, *, bias, threshold: abs(z) > threshold,
    kinks=_BOTH_SIDES,
    cases=(case((2, 3)), case((3,), bias=0.25, threshold=1.5)),
)
def shrink(z: Any, *, bias: float = 0.0, threshold: float = 0.5) -> Any:
    """a = where(z < -threshold, z + bias, where(z > threshold, z - bias, 0))

    ONNX's: hard_shrink with bias 0, soft_shrink where bias equals the threshold (whose kinks are
    then no jumps).
    """
    outside = where(z > 0, z - bias, z + bias)
    return where(abs(z) <= threshold, 0.0, outside)


@elementwise(
    dz=lambda _, z, *, alpha: z > alpha,
    kinks={"alpha": "none"},
    cases=(case((2, 3)), case((3,), alpha=-0.5)),
    label="thresholded relu",
)
def thresholded_relu(z: Any, *, alpha: float = 1.0) -> Any:
    """a = where(z > alpha, z, 0)

    Jumps at alpha. Konda et al. 2014.
    """
    return where(z <= alpha, 0.0, z)
