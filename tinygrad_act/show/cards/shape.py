"""The shape of a function of one number: range, parity, monotony, convexity, steepest and flat places.

All of it is read off a fine grid, both sides of every kink included, and refined where an extreme
lies between two points. The slopes are those of the declared rule in its accurate form.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple, TypeAlias

import numpy as np

from ...operations.halving import halved
from ...operations.slope import SATURATED

__all__ = ["Interval", "Shape", "shape_of"]

Function: TypeAlias = Callable[[Any], Any]

_FAR = 1e8
_END, _POINTS = 25.0, 10001  # erf's slope has not underflowed here
_ROUNDING = 1e-14


class Interval(NamedTuple):
    """All numbers between two ends; an end that is `closed` belongs to it."""

    low: float
    high: float
    low_closed: bool = False
    high_closed: bool = False

    def __str__(self) -> str:
        low, high = ("(" if not self.low_closed else "["), (")" if not self.high_closed else "]")
        return f"{low}{number(self.low)}, {number(self.high)}{high}"


class Shape(NamedTuple):
    """What the grid shows."""

    range: Interval
    parity: str
    monotone: str
    curvature: str | None
    lipschitz: float | None
    flat: tuple[Interval, ...]


def number(x: float) -> str:
    """A number in a text: six digits."""
    return f"{x:.6g}".replace("inf", "∞") if x != 0 else "0"


def shape_of(f: Function, slope: Function, domain: tuple[float, float], kinks: Sequence[tuple[float, float, float]],
             honest: bool = True) -> Shape | None:  # fmt: skip
    """The shape of `f`, a function of arrays of floats like its `slope`. `kinks`: (place, slope left, slope
    right). `honest`: `slope` is its derivative; if not, nothing that needs one is said. None if `f` is nowhere
    finite."""
    z = _grid(domain, [kink[0] for kink in kinks])
    with np.errstate(all="ignore"):
        a, d = f(z), slope(z)
        d = d if honest else np.append(np.diff(a) / np.diff(z), 0.0)
        if not np.isfinite(a).any() or not np.isfinite(d).any():
            return None
        jumps = any(_jumps(f, kink[0]) for kink in kinks) if honest else _jumps(f, _largest_step(f, z, a))
        bent = "neither" if jumps else _curvature(d) if honest else None
        steepest = math.inf if jumps else _steepest(slope, z, d, domain, kinks) if honest else None
        flat = _flat_parts(slope, z, d, domain, kinks) if honest else ()
        return Shape(_range(f, z, a, d, domain), _parity(f, z, a, domain, kinks), _monotone(a, d), bent, steepest, flat)


def _grid(domain: tuple[float, float], kinks: Sequence[float]) -> Any:
    low, high = (x if math.isfinite(x) else math.copysign(_END, x) for x in domain)
    z = np.linspace(low, high, _POINTS)
    z = z[1:-1] if any(map(math.isfinite, domain)) else z
    beside = [k + s * max(abs(k), 1.0) * 1e-9 for k in kinks for s in (-1, 1)]
    return np.unique(np.concatenate([z, kinks, beside]))


def _jumps(f: Function, at: float) -> bool:
    near = max(abs(at), 1.0) * 1e-9
    left, right = f(np.array([at - near, at + near]))
    return bool(abs(right - left) > 1e-6)


def _largest_step(f: Function, z: Any, a: Any) -> float:
    """The point to which the largest step between two grid points narrows down."""
    at = int(np.nanargmax(np.abs(np.diff(a))))
    found = halved(f, z[at : at + 1], z[at + 1 : at + 2], 40)
    return float(found.low[0] + found.high[0]) / 2


def _ends(f: Function, domain: tuple[float, float]) -> list[float]:
    """The limits of `f` at the ends of its domain; where it is NaN there, what it tends to far out."""
    ends = [float(f(np.array([x]))[0]) for x in domain]
    far = [float(f(np.array([math.copysign(_FAR, x)]))[0]) for x in domain]
    tends = [math.copysign(math.inf, y) if abs(y) > math.sqrt(_FAR) else y for y in far]
    return [y if math.isnan(x) else x for x, y in zip(ends, tends)]


def _range(f: Function, z: Any, a: Any, d: Any, domain: tuple[float, float]) -> Interval:
    limits = _ends(f, domain)
    low, low_closed = _extreme(f, z, a, d, limits, -1.0)
    high, high_closed = _extreme(f, z, a, d, limits, 1.0)
    return Interval(low, high, low_closed, high_closed)


def _extreme(f: Function, z: Any, a: Any, d: Any, limits: list[float], sign: float) -> tuple[float, bool]:
    """The largest value (sign 1) or smallest (-1), and whether it is attained. Where it is only the limit at
    an end, rounding may reach it nevertheless; then the slope there is not 0."""
    at = int(np.nanargmax(sign * a))
    best = sign * max(sign * float(a[at]), _refine(lambda x: sign * f(x), z, at))
    limit = sign * max(sign * x for x in limits if not math.isnan(x))
    if sign * limit > sign * best:
        return limit, False
    attained = limit != best or bool(np.any((a == best) & (d == 0)))
    return best + 0.0, attained and math.isfinite(best)


def _refine(f: Function, z: Any, at: int) -> float:
    """The maximum of `f` between the neighbours of grid point `at`, by zooming in."""
    low, high = z[max(at - 1, 0)], z[min(at + 1, len(z) - 1)]
    for _ in range(6):
        x = np.linspace(low, high, 65)
        y = f(x)
        best = int(np.nanargmax(y))
        low, high = x[max(best - 1, 0)], x[min(best + 1, 64)]
    return float(y[best])


def _parity(f: Function, z: Any, a: Any, domain: tuple[float, float], kinks: Sequence[Any]) -> str:
    if domain[0] != -domain[1]:
        return "none"
    away = ~np.isin(np.abs(z), [abs(kink[0]) for kink in kinks])
    a, mirrored = a[away], f(-z)[away]
    close = 8 * np.finfo(np.float64).eps * np.abs(a)
    odd, even = np.all(np.abs(a + mirrored) <= close), np.all(np.abs(a - mirrored) <= close)
    return "even" if even else "odd" if odd else "none"


def _monotone(a: Any, d: Any) -> str:
    """From the signs of slopes and of steps; steps within rounding say nothing."""
    steps = np.diff(a)
    steps = np.where(np.abs(steps) <= _ROUNDING * np.abs(a[1:]), 0.0, steps)
    level = (d[1:] == 0) & (d[:-1] == 0)  # a single slope of 0 is a point of inflection
    for sign, word in ((1.0, "increasing"), (-1.0, "decreasing")):
        if np.all(sign * d >= 0) and np.all(sign * steps >= 0):
            return "constant" if not np.any(d) and not np.any(steps) else word if level.any() else f"strictly {word}"
    return "no"


def _curvature(d: Any) -> str:
    turns = np.diff(d)
    turns = np.where(np.abs(turns) <= _ROUNDING * (np.abs(d[1:]) + np.abs(d[:-1])), 0.0, turns)
    convex, concave = bool(np.all(turns >= 0)), bool(np.all(turns <= 0))
    return "affine" if convex and concave else "convex" if convex else "concave" if concave else "neither"


def _steepest(slope: Function, z: Any, d: Any, domain: tuple[float, float], kinks: Sequence[Any]) -> float:
    """The largest |slope|, that at the ends of the domain included."""
    sides = [abs(side) for _, *both in kinks for side in both]
    at = int(np.nanargmax(np.abs(d)))
    size: Function = lambda x: np.abs(slope(x))
    ends = [x for x in _ends(size, domain) if not math.isnan(x)]
    found = max([float(abs(d[at])), _refine(size, z, at), *sides, *ends])
    return float(f"{found:.15g}") if found < 1e15 else math.inf


def _flat_parts(slope: Function, z: Any, d: Any, domain: tuple[float, float],
                kinks: Sequence[Any]) -> tuple[Interval, ...]:  # fmt: skip
    small = np.abs(d) < SATURATED
    edges = np.flatnonzero(np.diff(small.astype(np.int8)))
    places = [_edge(slope, z[i], z[i + 1], kinks) for i in edges]
    places = [domain[0]] * bool(small[0]) + places + [domain[1]] * bool(small[-1])
    return tuple(Interval(float(low), float(high)) for low, high in zip(places[::2], places[1::2]) if high - low > 1e-6)


def _edge(slope: Function, low: float, high: float, kinks: Sequence[Any]) -> float:
    """Where |slope| crosses `SATURATED` between two points: at a kink, or where bisection finds it."""
    for kink in kinks:
        if low <= kink[0] <= high:
            return float(kink[0])
    first = abs(slope(np.array([low]))[0]) < SATURATED
    for _ in range(50):
        middle = (low + high) / 2
        low, high = (middle, high) if (abs(slope(np.array([middle]))[0]) < SATURATED) == first else (low, middle)
    return float(low + high) / 2
