"""Activations that halve or double an axis: gated linear units, and relu of both signs.

A gated linear unit is the first half of an axis times an activation of the second half.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, cast

import numpy as np

from ..core.axes import axis_of
from ..core.dispatch import op as declare_op
from ..core.facts import case
from ..core.mode import mode
from ..core.op import Op
from ..core.registry import ops
from ..formula import infix, lift, mathematics, name, python
from .activations import relu, sigmoid
from .arithmetic import chain
from .gates import gelu, silu
from .local import pull_local
from .shape import concatenate

__all__ = ["crelu", "geglu", "glu", "reglu", "swiglu"]

_CASES = (case((2, 4)), case((4, 3), axis=0), case((2, 6, 2), axis=1), case((2,)))


def _halves(z: Any, axis: int) -> tuple[Any, Any]:
    """The two halves of an axis. Raises `ValueError` if there are no two."""
    if z.ndim == 0:
        raise ValueError("a single number can't be halved into values and gates; it has no axis")
    at = axis_of(axis, z.ndim)
    if z.shape[at] % 2:
        raise ValueError(
            f"axis {axis} of shape {z.shape} can't be halved into values and gates; its size must be even"
        )
    middle = z.shape[at] // 2
    before = (slice(None),) * at
    return z[(*before, slice(None, middle))], z[(*before, slice(middle, None))]


def _rule(gate: Callable[[Any], Any]) -> Callable[..., Any]:
    """The vjp of x * gate(y), by the derivative that the gate itself registers."""
    declared = ops[gate.__name__]

    def dz(g: Any, _: Any, z: Any, *, axis: int) -> Any:
        x, y = _halves(z, axis)
        a = gate(y)
        op = _meant(declared)
        into = pull_local(op, op.rules[0], 0, chain(g, x, 0.0), a, (y,), {})
        return concatenate([chain(g, a, 0.0), into], axis=axis)

    dz.__doc__ = _formula(declared)
    return dz


def _formula(gate: Op) -> str:
    """The rule for x * gate(y), with the derivative that the gate itself registers."""
    g, x, y = (cast(Any, name(word)) for word in "gxy")
    slope = mathematics(gate.tree_of(gate.rules[0], [y], output=gate.call(y)))
    parts = python(lift([infix("*", g, gate.call(y)), infix("*", infix("*", g, x), slope)]))
    return f"concatenate({parts}, axis), x = split(z, 2, axis)[0], y = split(z, 2, axis)[1]"


def _meant(op: Op) -> Op:
    """The operation that a call of `op` runs: a dialect may know another by its name (gelu)."""
    other = op.elsewhere.get(mode.dialect or "")
    return ops[other.instead] if other and other.instead else op


@declare_op(
    dz=_rule(sigmoid),
    cases=_CASES,
    reference="Dauphin et al. 2017",
    grows=False,
)
def glu(z: Any, *, axis: int = -1) -> Any:
    """a = split(z, 2, axis)[0] / (1 + exp(-split(z, 2, axis)[1]))

    The axis, of even size, holds the values first and then the gates.
    """
    x, y = _halves(z, axis)
    return np.multiply(x, sigmoid(y))


@declare_op(dz=_rule(relu), cases=_CASES, reference="Shazeer 2020", grows=False)
def reglu(z: Any, *, axis: int = -1) -> Any:
    """a = split(z, 2, axis)[0] * maximum(split(z, 2, axis)[1], 0)

    glu with relu for its gate; the slope of the gate at 0 is 1, as relu's.
    """
    x, y = _halves(z, axis)
    return np.multiply(x, relu(y))


@declare_op(dz=_rule(gelu), cases=_CASES, reference="Shazeer 2020", grows=False)
def geglu(z: Any, *, axis: int = -1) -> Any:
    """a = split(z, 2, axis)[0] * split(z, 2, axis)[1] * (1 + erf(split(z, 2, axis)[1] / sqrt(2))) / 2

    glu with gelu for its gate.
    """
    x, y = _halves(z, axis)
    return np.multiply(x, gelu(y))


@declare_op(dz=_rule(silu), cases=_CASES, reference="Shazeer 2020", grows=False)
def swiglu(z: Any, *, axis: int = -1) -> Any:
    """a = split(z, 2, axis)[0] * split(z, 2, axis)[1] / (1 + exp(-split(z, 2, axis)[1]))

    glu with silu for its gate.
    """
    x, y = _halves(z, axis)
    return np.multiply(x, silu(y))


def _crelu_rule(g: Any, _: Any, z: Any, *, axis: int) -> Any:
    """where(z >= 0, split(g, 2, axis)[0], 0) - where(z <= 0, split(g, 2, axis)[1], 0)"""
    above, below = _halves(g, axis)
    op = ops["relu"]
    rule = op.rules[0]
    return pull_local(op, rule, 0, above, relu(z), (z,), {}) - pull_local(op, rule, 0, below, relu(-z), (-z,), {})


@declare_op(
    dz=_crelu_rule,
    cases=(case((2, 3)), case((2, 3), axis=0), case((3,))),
    reference="Shang et al. 2016",
    grows=lambda z, *, axis: 2 * math.prod(z),
)
def crelu(z: Any, *, axis: int = -1) -> Any:
    """a = concatenate((maximum(z, 0), maximum(-z, 0)), axis)

    relu of z and of -z, one after the other: the axis doubles. At z = 0 both have relu's slope, 1.
    """
    if z.ndim == 0:
        raise ValueError("a single number has no axis to put two results on")
    return np.concatenate([relu(z), relu(-z)], axis=axis)
