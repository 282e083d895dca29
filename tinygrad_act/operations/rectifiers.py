"""Activations that pass what is positive: the family of relu. (relu itself stands in `activations.py`.)

At a kink the slope is the right one where both sides pass a gradient, and the slope of the side
that passes one (`inside`) where the other is flat.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ..core.dispatch import elementwise
from ..core.facts import case
from . import fused, fused_lines
from .arithmetic import abs, clip, maximum, minimum, where
from .comparison import logical_and
from .elementary import exp, expm1, sqrt, square
from .fused import SELU_ALPHA, SELU_SCALE
from .gate_slopes import squareplus_slope

__all__ = ["celu", "elu", "exp_quotient", "hard_swish", "relu6", "selu", "sparse_plus", "squareplus"]

@elementwise(
    dz=lambda _, z: logical_and(z >= 0, z <= 6),
    kinks={0.0: "inside", 6.0: "inside"},
    cases=(case((2, 3)), case(())),
    reference="Krizhevsky 2010",
)
def relu6(z: Any) -> Any:
    """a = clip(z, 0, 6)

    The slope is 1 at both kinks; PyTorch, JAX and TensorFlow say 0.
    """
    return clip(z, min=0.0, max=6.0)


def _elu_by_output(a: Any, z: Any, *, alpha: float) -> Any:
    """where(s >= 0, 1, a + alpha), s = where(alpha > 0, a, z)"""
    return where((a if alpha > 0 else z) >= 0, 1.0, a + alpha)


@elementwise(
    dz=lambda _, z, *, alpha: where(z >= 0, 1.0, alpha * exp(minimum(z, 0.0))),
    output=_elu_by_output,
    kinks={0.0: "right"},
    cases=(case((2, 3)), case((3,), alpha=0.5)),
    reference="Clevert et al. 2016",
    fused=fused.ELU,
)
def elu(z: Any, *, alpha: float = 1.0) -> Any:
    """a = where(z > 0, z, alpha * expm1(minimum(z, 0)))

    Smooth at 0 if alpha is 1; else a kink, where the slope is the right one, 1.
    """
    return where(z > 0, z, alpha * expm1(minimum(z, 0.0)))


_SPLIT = {4: 4097.0, 8: 134217729.0}
"""Bytes of a float: 2**12 + 1 or 2**27 + 1, by which Dekker cuts its digits into two halves."""


def _halved(x: Any, cut: float) -> tuple[Any, Any]:
    """Two numbers of half the digits whose sum is x: products of such halves are exact."""
    high = cut * x - (cut * x - x)
    return high, x - high


@elementwise(
    dz=lambda a, _, *, alpha: a / alpha,
    cases=(case((2, 3)), case((3,), alpha=1.5), case((), alpha=0.3)),
    label="exp(z/α)",
    internal=True,
)
def exp_quotient(z: Any, *, alpha: float = 1.0) -> Any:
    """a = exp(z / alpha)

    Within 2 ulp for every alpha: the remainder of the division, that rounding drops and exp
    would magnify, is computed exactly (Dekker 1971) and put back.
    """
    if alpha == 1:
        return np.exp(z)
    end = 800 * math.fabs(alpha)
    x = np.clip(z, -end, end)  # further out exp underflows, or overflows
    if x.dtype.itemsize < 4:  # half precision has no room for products of halves
        return exp_quotient(x.astype(np.float32), alpha=alpha).astype(x.dtype)
    alpha = x.dtype.type(alpha)
    n, cut = x / alpha, _SPLIT.get(x.dtype.itemsize, _SPLIT[8])
    (n1, n2), (alpha1, alpha2) = _halved(n, cut), _halved(alpha, cut)
    product = n * alpha
    rounded = ((n1 * alpha1 - product) + n1 * alpha2 + n2 * alpha1) + n2 * alpha2
    remainder = (x - product) - rounded
    return np.exp(n) * (1 + remainder / alpha)


@elementwise(
    dz=lambda _, z, *, alpha: exp_quotient(minimum(z, 0.0), alpha=alpha),
    output=lambda a, _, *, alpha: minimum(a / alpha, 0.0) + 1,
    domain={"alpha": (0.0, math.inf)},
    cases=(case((2, 3)), case((3,), alpha=1.5)),
    reference="Barron 2017",
    fused=fused.CELU,
    measured=({"alpha": 1.5},),
)
def celu(z: Any, *, alpha: float = 1.0) -> Any:
    """a = maximum(z, 0) + alpha * expm1(minimum(z, 0) / alpha)

    Its slope is continuous for every alpha.
    """
    return maximum(z, 0.0) + alpha * expm1(minimum(z, 0.0) / alpha)


@elementwise(
    dz=lambda _, z: where(z >= 0, SELU_SCALE, SELU_SCALE * SELU_ALPHA * exp(minimum(z, 0.0))),
    output=lambda a, _: where(a >= 0, SELU_SCALE, a + SELU_SCALE * SELU_ALPHA),
    kinks={0.0: "right"},
    reference="Klambauer et al. 2017",
    fused=fused.SELU,
)
def selu(z: Any) -> Any:
    """a = 1.0507009873554805 * where(z > 0, z, 1.6732632423543772 * expm1(minimum(z, 0)))

    The slope at 0 is the right one, 1.0507; PyTorch and JAX take the left, 1.7581.
    """
    return where(z > 0, SELU_SCALE * z, SELU_SCALE * SELU_ALPHA * expm1(minimum(z, 0.0)))


def _root(z: Any, b: float) -> Any:
    """(|z| + sqrt(z*z + b)) / 2, without overflow."""
    return np.hypot(z, math.sqrt(b)) / 2 + abs(z) / 2


@elementwise(
    dz=lambda a, _, *, b: 1 / (1 + b / (4 * a) / a),
    input=lambda _, z, *, b: squareplus_slope(z, b=b),
    domain={"b": (0.0, math.inf)},
    cases=(case((2, 3)), case((3,), b=0.5)),
    reference="Barron 2021",
    fused=fused.SQUAREPLUS,
)
def squareplus(z: Any, *, b: float = 4.0) -> Any:
    """a = (z + sqrt(z * z + b)) / 2

    A softplus without exponentials; b > 0 rounds the corner. For z < 0 computed as b / 4 over the
    other root, which cancels nothing.
    """
    root = _root(z, b)
    if type(z) in (float, int):
        return float(root if z > 0 else b / 4 / root)
    return where(z > 0, root, b / 4 / root)


@elementwise(
    dz=lambda _, z: clip((z + 1) / 2, min=0.0, max=1.0),
    output=lambda a, _: where(a <= 0, 0.0, sqrt(where(a <= 0, 1.0, minimum(a, 1.0)))),
    reference="",
)
def sparse_plus(z: Any) -> Any:
    """a = where(z <= -1, 0, where(z >= 1, z, (minimum(z, 1) + 1) ** 2 / 4))

    0, a parabola, the identity: its slope is continuous.
    """
    return where(z >= 1, z, square(clip(z, min=-1.0, max=1.0) + 1) / 4)


@elementwise(
    dz=lambda _, z: where(abs(z) <= 3, (2 * z + 3) / 6, z > 0),
    kinks={-3.0: "inside", 3.0: "inside"},
    aliases=("hard_silu",),
    reference="Howard et al. 2019",
    fused=fused_lines.HARD_SWISH,
)
def hard_swish(z: Any) -> Any:
    """a = z * clip(z / 6 + 0.5, 0, 1)

    The slope is -1/2 at -3 and 3/2 at 3, those of the parabola.
    """
    return maximum(z, -3.0) * (clip(z + 3, min=0.0, max=6.0) / 6)
