"""Where an activation is looked at: points of its domain, and other values of its parameters."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from ...core.op import Op
from ..samples import cases

__all__ = ["Static", "interval", "moved", "statics"]

Static = dict[str, Any]

_INSIDE = 1e-3


def interval(op: Op, reach: float) -> tuple[float, float]:
    """From -reach to reach, as far as that lies inside the domain; or as much beside its finite end."""
    low, high = op.domain_of()
    start = max(low, -reach) if low < reach else low
    end = min(high, reach) if high > -reach else high
    if end - start < _INSIDE:
        start, end = (low, low + reach) if math.isfinite(low) else (high - reach, high)
    margin = _INSIDE * (end - start)
    return (start + margin if start == low else start), (end - margin if end == high else end)


def moved(op: Op) -> Static:
    """The parameters, each number a little larger and no two by the same part; {} if that is not allowed."""
    numbers = {name: float(value) for name, value in op.defaults.items() if type(value) in (float, int)}
    static = {name: (value or 1.0) * (1.1 + 0.04 * i) - (not value) for i, (name, value) in enumerate(numbers.items())}
    return static if _allowed(lambda: op.call(np.array([sum(interval(op, 1.0)) / 2]), **static)) else {}


def _allowed(call: Callable[[], Any]) -> bool:
    try:
        with np.errstate(all="ignore"):
            call()
    except Exception:  # a body may refuse parameters in any way it likes
        return False
    return True


def statics(op: Op) -> list[Static]:
    """The default parameters, those of the declared cases, and some others."""
    found: list[Static] = [{}]
    for static in (*(case.static for case in cases(op)), moved(op)):
        if static and static not in found:
            found.append(static)
    return found
