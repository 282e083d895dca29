"""Numerical derivatives of a function of one number, each with an estimate of its own error.

A central difference with step h is wrong by about h² f'''/6 and, by rounding, by eps |f| / h. Several
steps together cancel the first and measure what is left. No step is right for all functions, so
none is fixed: a kink nearby wants a small one, a noisy function a large.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

__all__ = ["Estimate", "central", "one_sided"]

_EPS = float(np.finfo(np.float64).eps)
_STEPS = (1e-2, 1e-3, 1e-4, 1e-5)


class Estimate(NamedTuple):
    """A derivative, and how far off it may be."""

    slope: float
    error: float


def central(phi: Callable[[float], np.ndarray], weights: np.ndarray, scale: float) -> Estimate:
    """d/dt of sum(weights * phi(t)) at t = 0, from both sides.

    `phi` gives an array of the shape of `weights`. `scale`: the size of the number that t is added
    to. Central differences with steps h, h/2 and h/4 make two of fourth order (Richardson), and the
    distance of these two is the estimate of the error.
    """

    def difference(h: float) -> tuple[float, float]:
        above, below = phi(h), phi(-h)
        noise = float(np.sum(np.abs(weights) * (np.abs(above) + np.abs(below))))
        return float(np.sum(weights * (above - below))) / (2 * h), noise * _EPS / (2 * h)

    def at(h: float) -> Estimate:
        (first, _), (second, _), (third, noise) = difference(h), difference(h / 2), difference(h / 4)
        rough, fine = (4 * second - first) / 3, (4 * third - second) / 3
        return Estimate(fine, abs(fine - rough) + 2 * noise)

    return _best_of_steps(at, scale)


def one_sided(phi: Callable[[float], np.ndarray], weights: np.ndarray, scale: float, side: int) -> Estimate:
    """The same from one side only: `side` is 1 for the right, -1 for the left."""
    here = phi(0.0)

    def difference(h: float) -> tuple[float, float]:
        there = phi(side * h)
        noise = float(np.sum(np.abs(weights) * (np.abs(here) + np.abs(there))))
        return float(np.sum(weights * (there - here))) / (side * h), noise * _EPS / h

    def at(h: float) -> Estimate:
        (first, _), (second, _), (third, noise) = difference(h), difference(h / 2), difference(h / 4)
        rough, fine = 2 * second - first, 2 * third - second  # both of second order
        return Estimate((4 * fine - rough) / 3, abs(fine - rough) + 8 * noise)

    return _best_of_steps(at, scale)


def _representable(h: float) -> float:
    """A power of two near `h`, so that x + h and x - h lie h away from x but for x's own rounding."""
    return float(2.0 ** np.round(np.log2(h)))


def _best_of_steps(at: Callable[[float], Estimate], scale: float) -> Estimate:
    """The estimate with the least error of its own; a finite one, if there is one."""
    estimates = [at(_representable(step * max(1.0, scale))) for step in _STEPS]
    finite = [estimate for estimate in estimates if np.isfinite(estimate.slope)]
    return min(finite or estimates, key=lambda estimate: estimate.error)
