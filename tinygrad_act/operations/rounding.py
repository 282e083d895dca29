"""Rounding, quotients without a remainder, and remainders."""

from __future__ import annotations

import math
import operator
from typing import Any

import numpy as np

from ..core.dispatch import elementwise
from ..core.facts import case

__all__ = ["floor_divide", "fmod", "heaviside", "mod", "round", "trunc"]


@elementwise(
    dx=None,
    kinks={"halves": "none"},
    aliases=("around",),
    cases=(case(()), case((3,)), case((2, 3), decimals=1), case((3,), decimals=-1)),
)
def round(x: Any, *, decimals: int = 0) -> Any:
    """a = rint(x * 10.0 ** decimals) / 10.0 ** decimals

    Half a unit goes to the even neighbour. Constant between its jumps there, so nothing flows through it.
    """
    return np.round(x, decimals=decimals)


def _trunc(z: float) -> float:
    return math.copysign(math.trunc(z), z) if math.isfinite(z) else z


@elementwise(dx=None, scalar=_trunc, kinks={"integers": "none"})
def trunc(x: Any) -> Any:
    """a = where(x < 0, ceil(x), floor(x))

    Constant between its jumps at the integers, so nothing flows through it.
    """
    return np.trunc(x)


@elementwise(
    dx=None, dy=None, label="//", scalar=operator.floordiv, kinks={"multiples": "none"}, poles={"y": (0.0,)}
)
def floor_divide(x: Any, y: Any) -> Any:
    """a = floor(x / y)

    Constant between its jumps where x is a multiple of y, so nothing flows through it.
    """
    return np.floor_divide(x, y)


@elementwise(
    dx=1,
    dy=lambda _, x, y: -floor_divide(x, y),
    label="%",
    scalar=operator.mod,
    kinks={"multiples": "right"},
    poles={"y": (0.0,)},
)
def mod(x: Any, y: Any) -> Any:
    """a = x - floor(x / y) * y

    What `x % y` gives, with the sign of y, and NumPy's `mod` and `remainder`. It jumps where x is a multiple of y;
    there the slopes are those of the side where x / y is larger.
    """
    return np.mod(x, y)


@elementwise(
    dx=1,
    dy=lambda a, x, y: -round((x - a) / y),
    kinks={"multiples": "right"},
    poles={"y": (0.0,)},
)
def fmod(x: Any, y: Any) -> Any:
    """a = x - trunc(x / y) * y

    The remainder with the sign of x, as C has it.
    """
    return np.fmod(x, y)


def _heaviside(x: float, y: float) -> float:
    return 1.0 if x > 0 else 0.0 if x < 0 else float(y) if x == 0 else x


@elementwise(dx=None, dy=lambda _, x, __: x == 0, scalar=_heaviside)
def heaviside(x: Any, y: Any) -> Any:
    """a = where(x == 0, y, x > 0)

    The step whose value at 0 is y. Constant on either side of it: a gradient flows to y, and only where x is 0.
    """
    return np.heaviside(x, y)
