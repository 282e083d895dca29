"""Expectations over a standard normal number, and the initialisation gains that follow from them."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from typing import Any, TypeAlias

import numpy as np

__all__ = ["LEVEL", "gain", "root_mean_square"]

Function: TypeAlias = Callable[[Any], Any]

LEVEL = 0.651347
"""The root mean square at which the activations of a deep stack of tanh layers settle with the well-known
gain 5/3. `gain` asks the same of every activation."""

_END = 12.0
"""Beyond it a normal number has a probability of 4e-33."""
_NODES = 24
_SCALES = np.geomspace(1e-3, 1e3, 73)
_GRADED = np.array([0.5, 1.0, 1.5, 2.0, 3.0, 4.0, 6.0, 8.0, 12.0, 16.0, 24.0, 32.0])


def root_mean_square(f: Function, scale: float, kinks: Sequence[float]) -> float:
    """The square root of E[f(scale * x)**2] for x ~ N(0, 1), split at the kinks of f."""
    near = np.concatenate([_GRADED, -_GRADED, np.asarray(kinks, np.float64)]) / scale
    ends = np.unique(np.concatenate([np.arange(-_END, _END + 1), near[np.abs(near) < _END]]))
    nodes, weights = _gauss_legendre()
    half = np.diff(ends)[:, None] / 2
    x = ends[:-1, None] + half * (1 + nodes)
    with np.errstate(all="ignore"):
        square = np.square(f((scale * x).ravel())).reshape(x.shape)
        return float(np.sqrt(np.sum(square * np.exp(-x * x / 2) * weights * half) / np.sqrt(2 * np.pi)))


def gain(f: Function, kinks: Sequence[float]) -> float | None:
    """The g at which activations of wide layers, with weights of variance g**2 / fan_in, settle at a root mean
    square of `LEVEL`; None if they never do."""
    levels = np.array([root_mean_square(f, scale, kinks) - LEVEL for scale in _SCALES])
    crossings = np.flatnonzero((levels[:-1] < 0) & (levels[1:] >= 0))
    if not levels[0] < 0 or not crossings.size:
        return None
    low, high = _SCALES[crossings[0]], _SCALES[crossings[0] + 1]
    for _ in range(54):
        middle = (low + high) / 2
        low, high = (middle, high) if root_mean_square(f, middle, kinks) < LEVEL else (low, middle)
    return float(high) / LEVEL


@functools.cache
def _gauss_legendre() -> tuple[Any, Any]:
    """Nodes and weights on [-1, 1], from the eigenvectors of the recurrence of Legendre's polynomials."""
    n = np.arange(1.0, _NODES)
    beside = n / np.sqrt(4 * n * n - 1)
    nodes, vectors = np.linalg.eigh(np.diag(beside, 1) + np.diag(beside, -1))
    return nodes, 2 * vectors[0] ** 2
