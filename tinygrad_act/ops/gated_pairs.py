"""Gated linear units: the first half of an axis times an activation of the second half.

Dauphin et al. 2017 (glu); Shazeer 2020 (reglu, geglu, swiglu).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from ..dispatch import op as declare_op
from ..op import case
from ..registry import ops
from .activations import relu, sigmoid
from .gates import gelu, silu
from .shape import concatenate
from .slope import slope

__all__ = ["geglu", "glu", "reglu", "swiglu"]

_CASES = (case((2, 4)), case((4, 3), axis=0), case((2, 6, 2), axis=1), case((2,)))


def _halves(z: Any, axis: int) -> tuple[Any, Any]:
    """The two halves of an axis. Raises `ValueError` if there are no two."""
    if z.ndim == 0 or z.shape[axis] % 2:
        size = f"axis {axis} of shape {z.shape}" if z.ndim else "a single number"
        raise ValueError(f"{size} can't be halved into values and gates; its size must be even")
    middle = z.shape[axis] // 2
    before = (slice(None),) * (axis % z.ndim)
    return z[(*before, slice(None, middle))], z[(*before, slice(middle, None))]


def _rule(gate: Callable[[Any], Any]) -> Callable[..., Any]:
    """The vjp of x * gate(y), by the derivative that the gate itself registers."""
    op = ops[gate.__name__]

    def dz(g: Any, _: Any, z: Any, *, axis: int) -> Any:
        x, y = _halves(z, axis)
        a = gate(y)
        return concatenate([g * a, g * x * slope(op, 0, a, (y,), {})], axis=axis)

    dz.__doc__ = f"concatenate(g * {gate.__name__}(y), g * x * its derivative at y), z = (x, y)"
    return dz


@declare_op(dz=_rule(sigmoid), cases=_CASES)
def glu(z: Any, *, axis: int = -1) -> Any:
    """a = split(z, 2, axis)[0] / (1 + exp(-split(z, 2, axis)[1]))

    The axis, of even size, holds the values first and then the gates.
    """
    x, y = _halves(z, axis)
    return np.multiply(x, sigmoid(y))


@declare_op(dz=_rule(relu), cases=_CASES)
def reglu(z: Any, *, axis: int = -1) -> Any:
    """a = split(z, 2, axis)[0] * maximum(split(z, 2, axis)[1], 0)

    glu with relu for its gate; the slope of the gate at 0 is 1, as relu's.
    """
    x, y = _halves(z, axis)
    return np.multiply(x, relu(y))


@declare_op(dz=_rule(gelu), cases=_CASES)
def geglu(z: Any, *, axis: int = -1) -> Any:
    """a = split(z, 2, axis)[0] * split(z, 2, axis)[1] * (1 + erf(split(z, 2, axis)[1] / sqrt(2))) / 2

    glu with gelu for its gate.
    """
    x, y = _halves(z, axis)
    return np.multiply(x, gelu(y))


@declare_op(dz=_rule(silu), cases=_CASES)
def swiglu(z: Any, *, axis: int = -1) -> Any:
    """a = split(z, 2, axis)[0] * split(z, 2, axis)[1] / (1 + exp(-split(z, 2, axis)[1]))

    glu with silu for its gate.
    """
    x, y = _halves(z, axis)
    return np.multiply(x, silu(y))
