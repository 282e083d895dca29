"""Activations that pass what is positive: the family of relu. (relu itself stands in `activations.py`.)

At a kink the slope is the right one where both sides pass a gradient, and the slope of the side
that passes one (`inside`) where the other is flat.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ..dispatch import elementwise
from ..op import case
from .arithmetic import abs, clip, maximum, minimum, where
from .comparison import logical_and
from .elementary import exp, expm1, square

__all__ = ["celu", "elu", "hard_swish", "relu6", "selu", "sparse_plus", "squareplus"]

_SCALE, _ALPHA = 1.0507009873554804934193349852946, 1.6732632423543772848170429916717
"""selu's λ and α, chosen so that mean 0 and variance 1 stay (Klambauer et al. 2017)."""


@elementwise(
    dz=lambda _, z: logical_and(z >= 0, z <= 6), kinks={0.0: "inside", 6.0: "inside"}, cases=(case((2, 3)), case(()))
)
def relu6(z: Any) -> Any:
    """a = clip(z, 0, 6)

    The slope is 1 at both kinks; PyTorch, JAX and TensorFlow say 0.
    """
    return clip(z, min=0.0, max=6.0)


@elementwise(
    dz=lambda _, z, *, alpha: where(z >= 0, 1.0, alpha * exp(minimum(z, 0.0))),
    cases=(case((2, 3)), case((3,), alpha=0.5)),
)
def elu(z: Any, *, alpha: float = 1.0) -> Any:
    """a = where(z > 0, z, alpha * expm1(minimum(z, 0)))

    Smooth at 0 if alpha is 1; else a kink, where the slope is the right one, 1. Clevert et al. 2016.
    """
    return where(z > 0, z, alpha * expm1(minimum(z, 0.0)))


@elementwise(
    dz=lambda _, z, *, alpha: exp(minimum(z, 0.0) / alpha),
    cases=(case((2, 3)), case((3,), alpha=1.5)),
)
def celu(z: Any, *, alpha: float = 1.0) -> Any:
    """a = maximum(z, 0) + alpha * expm1(minimum(z, 0) / alpha)

    Its slope is continuous for every alpha. Barron 2017.
    """
    return maximum(z, 0.0) + alpha * expm1(minimum(z, 0.0) / alpha)


@elementwise(
    dz=lambda _, z: where(z >= 0, _SCALE, _SCALE * _ALPHA * exp(minimum(z, 0.0))),
    kinks={0.0: "right"},
)
def selu(z: Any) -> Any:
    """a = 1.0507009873554805 * where(z > 0, z, 1.6732632423543772 * expm1(minimum(z, 0)))

    The slope at 0 is the right one, 1.0507; PyTorch and JAX take the left, 1.7581. Klambauer et al. 2017.
    """
    return where(z > 0, _SCALE * z, _SCALE * _ALPHA * expm1(minimum(z, 0.0)))


def _root(z: Any, b: float) -> Any:
    """(|z| + sqrt(z*z + b)) / 2, without overflow."""
    return np.hypot(z, math.sqrt(b)) / 2 + abs(z) / 2


@elementwise(dz=lambda a, _, *, b: 1 / (1 + b / (4 * a) / a), cases=(case((2, 3)), case((3,), b=0.5)))
def squareplus(z: Any, *, b: float = 4.0) -> Any:
    """a = (z + sqrt(z * z + b)) / 2

    A softplus without exponentials; b > 0 rounds the corner. For z < 0 computed as b / 4 over the
    other root, which cancels nothing. Barron 2021.
    """
    root = _root(z, b)
    return where(z > 0, root, b / 4 / root) if isinstance(z, np.ndarray) else float(root if z > 0 else b / 4 / root)


@elementwise(dz=lambda _, z: clip((z + 1) / 2, min=0.0, max=1.0))
def sparse_plus(z: Any) -> Any:
    """a = where(z <= -1, 0, where(z >= 1, z, (minimum(z, 1) + 1) ** 2 / 4))

    0, a parabola, the identity: its slope is continuous.
    """
    return where(z >= 1, z, square(clip(z, min=-1.0, max=1.0) + 1) / 4)


@elementwise(
    dz=lambda _, z: where(abs(z) <= 3, (2 * z + 3) / 6, z > 0),
    kinks={-3.0: "inside", 3.0: "inside"},
    aliases=("hard_silu",),
)
def hard_swish(z: Any) -> Any:
    """a = z * clip(z / 6 + 0.5, 0, 1)

    The slope is -1/2 at -3 and 3/2 at 3, those of the parabola. Howard et al. 2019.
    """
    return maximum(z, -3.0) * (clip(z + 3, min=0.0, max=6.0) / 6)
