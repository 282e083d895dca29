"""Losses fused with the activation that they follow: computed from the logits z, no digit is lost.

A loss that divides by 1 - a, where a is a sigmoid or softmax that has rounded to 1, is infinite or
NaN, and its derivative with it. These never form a.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ..core.blocks import is_plain
from ..core.dispatch import elementwise, op
from ..core.errors import ShapesDiffer, shape_of
from ..core.facts import Fused, case
from .activations import sigmoid
from .arithmetic import chain, has_nan, where
from .reduce import chain_rows, sum
from .softmaxes import log_softmax, softmax, softmax_rest

__all__ = ["bce_with_logits", "one_hot", "softmax_cross_entropy"]


def _check_alike(z: Any, y: Any, advice: str) -> None:
    """Raises `ShapesDiffer` for logits and targets of different shapes: broadcasting (4, 1) against (4,) would
    compare each with each. Every loss asks, with these words."""
    logits, targets = shape_of(z), shape_of(y)
    if logits == targets:
        return
    if math.prod(logits) == math.prod(targets):
        advice = f"targets.reshape({logits})"
    raise ShapesDiffer(
        f"logits have shape {logits} and targets {targets}; make them equal, since a loss does not broadcast: {advice}"
    )


def _bce_forward(z: Any, y: Any, out: Any) -> None:
    """The formula as it stands; by `chain`, so that programs look there for inf - inf."""
    far = np.subtract(np.maximum(z, 0.0), chain(y, z, 0.0))
    np.add(far, np.log1p(np.exp(-np.absolute(z))), out=out)


def _bce_pull(g: Any, a: Any, z: Any, y: Any, out: Any) -> None:
    """g * ((1 - y) * e - y) / (1 + e), e = exp(z)"""
    np.exp(z, out=out)
    above = np.multiply(np.subtract(1.0, y), out)
    above = np.subtract(above, y)
    np.add(out, 1.0, out=out)
    np.divide(above, out, out=out)
    np.multiply(g, out, out=out)


def _bce_slope(_: Any, z: Any, y: Any) -> Any:
    """sigmoid(z) - y"""
    return (1 - y) * sigmoid(z) - y * sigmoid(-z)


@elementwise(
    dz=_bce_slope,
    dy=lambda _, z, __: -z,
    label="bce",
    cases=(case((), ()), case((3,), (3,)), case((2, 3), (2, 3)), case((2, 3), ())),
    fused=Fused(_bce_forward, _bce_pull),
)
def bce_with_logits(z: Any, y: Any) -> Any:
    """a = maximum(z, 0) - y * z + log1p(exp(-absolute(z)))

    Binary cross-entropy -y log(sigmoid(z)) - (1 - y) log(1 - sigmoid(z)) for targets y from 0 to 1, entry by
    entry: take the mean yourself. The targets have the shape of the logits, or are one number for all of
    them; other shapes raise `ValueError`. The slope sigmoid(z) - y is computed without taking close numbers
    apart. An infinite logit on the side of its target costs nothing.
    """
    if shape_of(y):
        _check_alike(z, y, "each logit has a target of its own, or all have one number")
    if type(z) is np.ndarray and math.isfinite(np.vdot(z, z)):
        far = np.maximum(z, 0.0) - y * z
    else:  # the same without inf - inf and 0 * inf
        off = np.heaviside(z, 0.0) - y
        far = off * where(off == 0, 0.0, z)
    return far + np.log1p(np.exp(-np.absolute(z)))


def _cross_entropy_dz(g: Any, _: Any, z: Any, y: Any, *, axis: int) -> Any:
    """spread(g, z, axis=axis) * (softmax(z, axis=axis) * sum(y, axis=axis, keepdims=True) - y)"""
    others = sum(y, axis=axis, keepdims=True) - 1.0 * y
    slope = softmax(z, axis=axis) * others - y * softmax_rest(z, axis=axis)
    return chain_rows(g, slope, z, axis)


def _cross_entropy_dy(g: Any, _: Any, z: Any, y: Any, *, axis: int) -> Any:
    """-spread(g, z, axis=axis) * log_softmax(z, axis=axis)"""
    return chain_rows(-g, log_softmax(z, axis=axis), z, axis)


def _cross_entropy_forward(z: Any, y: Any, _: Any, *, axis: int) -> Any:
    """The formula as it stands; by `chain`, so that programs look there for 0 * inf."""
    return -sum(chain(y, log_softmax(z, axis=axis), 0.0), axis=axis)


@op(
    dz=_cross_entropy_dz,
    dy=_cross_entropy_dy,
    fused=Fused(_cross_entropy_forward),
    label="cross entropy",
    cases=(case((2, 3), (2, 3)), case((3, 2), (3, 2), axis=0), case((3,), (3,))),
    grows=False,
)
def softmax_cross_entropy(z: Any, y: Any, *, axis: int = -1) -> Any:
    """a = -sum(y * (z - log(sum(exp(z), axis=axis, keepdims=True))), axis=axis)

    Cross-entropy of softmax(z) and the targets y, of the same shape: probabilities, or `one_hot(labels)`;
    other shapes raise `ValueError`. One number for every row: take the mean yourself. The slope
    softmax(z) - y is computed without taking close numbers apart: a confident row keeps its digits. A class
    without a target costs nothing, even where its logit is -inf: so classes are masked.
    """
    _check_alike(z, y, "one_hot(labels, classes=...) makes targets of labels")
    logs = log_softmax(z, axis=axis)
    with np.errstate(invalid="ignore", over="ignore"):
        a = -sum(y * logs, axis=axis)
        clear = is_plain(a) and not has_nan(a)
    if not clear:
        a = -sum(y * where((y == 0) & (logs == -np.inf), 0.0, logs), axis=axis)
    return a


@op(
    dlabels=None,
    label="one hot",
    cases=(
        case(np.array([1, 0, 2]), classes=3),
        case(np.array([[1], [0]], np.uint8), classes=2),
        case(np.array(2), classes=4),
    ),
    grows=lambda labels, *, classes: max(math.prod(labels), 1) * classes,
)
def one_hot(labels: Any, *, classes: int) -> Any:
    """a = expand_dims(labels, -1) == arange(classes)

    Targets for `softmax_cross_entropy`: for every label a row of `classes` entries, True at the label.

    `labels`: whole numbers from 0 to classes - 1, an array of any shape; the result has one axis more. They may be
    data of a compiled function: one program takes all labels.
    Raises `TypeError` for other labels, `ValueError` for one out of range.
    """
    if labels.dtype.kind not in "iu":
        raise TypeError(f"labels are whole numbers, not {labels.dtype}; use labels.astype(int)")
    if labels.size and (labels.min() < 0 or labels.max() >= classes):
        wrong = labels[(labels < 0) | (labels >= classes)]
        raise ValueError(f"label {wrong[0]} is not below classes={classes}, or is negative")
    return labels[..., None] == np.arange(classes)
