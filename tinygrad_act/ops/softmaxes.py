"""Activations that weigh the entries of an axis against each other: softmax and its relatives."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..dispatch import op
from ..op import case
from .elementary import exp
from .reduce import sum

__all__ = ["log_softmax", "softmax", "softmin"]

_AXES = (case((2, 3)), case((2, 3), axis=0), case((2, 3, 4), axis=1), case((3,)))


@op(dz=lambda g, a, _, *, axis: a * (g - sum(g * a, axis=axis, keepdims=True)), cases=_AXES)
def softmax(z: Any, *, axis: int = -1) -> Any:
    """a = exp(z) / sum(exp(z), axis=axis, keepdims=True)

    Shifted by the largest entry, so that it cannot overflow.
    """
    e = np.exp(z - np.maximum.reduce(z, axis=axis, keepdims=True))
    return e / np.add.reduce(e, axis=axis, keepdims=True)


@op(dz=lambda g, a, _, *, axis: -a * (g - sum(g * a, axis=axis, keepdims=True)), cases=_AXES)
def softmin(z: Any, *, axis: int = -1) -> Any:
    """a = exp(-z) / sum(exp(-z), axis=axis, keepdims=True)

    softmax(-z): the smallest entry gets the most.
    """
    e = np.exp(np.minimum.reduce(z, axis=axis, keepdims=True) - z)
    return e / np.add.reduce(e, axis=axis, keepdims=True)


@op(dz=lambda g, a, _, *, axis: g - exp(a) * sum(g, axis=axis, keepdims=True), label="log softmax", cases=_AXES)
def log_softmax(z: Any, *, axis: int = -1) -> Any:
    """a = z - log(sum(exp(z), axis=axis, keepdims=True))

    Shifted by the largest entry, so that it cannot overflow.
    """
    shifted = z - np.maximum.reduce(z, axis=axis, keepdims=True)
    return shifted - np.log(np.add.reduce(np.exp(shifted), axis=axis, keepdims=True))
