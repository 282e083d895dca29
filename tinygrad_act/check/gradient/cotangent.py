"""Is a pullback linear in its cotangent? c times the cotangent must give c times the gradient.

A function of one number is pulled back by the cotangent 1 only, with which `2 * z` (g forgotten),
`abs(g)`, `clip(g, -1, 1)` and `g * g` all pass for `g`.
"""

from __future__ import annotations

import numpy as np

from .problem import Problem, name_of

__all__ = ["crooked"]

_FACTORS = (-4.0, 2.0**-12, -(2.0**20))
"""Both signs, smaller and larger. Powers of two change no rounding of a rule that is linear."""
_CLOSE, _DUST = 1e-9, 1e-12
_TINY = 1e-300
"""Below, numbers lose their digits when they are scaled."""
_ADDED = 1e-6
"""Sums do change it: two cotangents added are compared with less."""


def crooked(problem: Problem, weights: np.ndarray, analytic: list[np.ndarray], rng: np.random.Generator) -> str:
    """How the pullback fails to be linear, in words; empty if it is. `analytic`: of the cotangent `weights`."""
    if problem.by_hand:
        return ""
    mixed = np.where(rng.random(weights.shape) < 0.5, -1.0, 1.0) * rng.uniform(0.5, 1.5, weights.shape)
    asked = [*(c * weights for c in _FACTORS), mixed, -4.0 * mixed, weights + mixed]
    *scaled, once, four, both = problem.pulls(asked)
    for c, found in zip(_FACTORS, scaled):
        fault = _differ(problem, found, [c * x for x in analytic], _CLOSE, 0.0)
        if fault:
            return f"for {c:g} * g it gives {fault} ({c:g} times what it gives for g)"
    fault = _differ(problem, four, [-4.0 * x for x in once], _CLOSE, 0.0)
    if fault:
        return f"for -4 * g, with entries of both signs, it gives {fault} (-4 times what it gives for g)"
    size = float(np.sum(np.abs(weights * np.nan_to_num(problem.value(problem.leaves)))))
    fault = _differ(problem, both, [x + y for x, y in zip(analytic, once)], _ADDED, size)
    return f"for the sum of two cotangents it gives {fault} (the sum of what it gives for each)" if fault else ""


def _differ(problem: Problem, found: list[np.ndarray], due: list[np.ndarray], close: float, size: float) -> str:
    """Where what was found is not what is due, and both, in words. Numbers out of range are left out."""
    top = max((float(np.max(np.abs(x), initial=0.0, where=np.isfinite(x))) for x in due), default=0.0)
    for path, x, y in zip(problem.paths, found, due):
        gap = np.abs(x - y)
        bound = close * np.abs(y) + (_DUST if size == 0 else close) * top + _DUST * size + _TINY
        off = np.argwhere(np.isfinite(x) & np.isfinite(y) & (gap > bound))
        if len(off):
            index = tuple(int(i) for i in off[0])
            return f"{x[index]:.9g} for {name_of(path, index)}, not {y[index]:.9g}"
    return ""
