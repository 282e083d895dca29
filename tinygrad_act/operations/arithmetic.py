"""Arithmetic: + - * / and what chooses between numbers. Elementwise, with NumPy's broadcasting."""

from __future__ import annotations

import math
import operator
from typing import Any

import numpy as np

from ..core.blocks import BITS, choose
from ..core.dispatch import elementwise
from ..core.facts import case
from ..core.parameters import Bound
from ..formula import Expr, guard

__all__ = [
    "abs", "add", "chain", "clip", "div", "guarded", "has_nan", "maximum", "minimum", "mul", "neg", "sign", "sub",
    "where", "within",
]  # fmt: skip


@elementwise(dx=1, dy=1, label="+", scalar=operator.add, linear=True)
def add(x: Any, y: Any) -> Any:
    """a = x + y"""
    return np.add(x, y)


@elementwise(dx=1, dy=-1, label="-", scalar=operator.sub, linear=True, aliases=("subtract",))
def sub(x: Any, y: Any) -> Any:
    """a = x - y"""
    return np.subtract(x, y)


@elementwise(dx=lambda _, __, y: y, dy=lambda _, x, __: x, label="*", scalar=operator.mul, aliases=("multiply",))
def mul(x: Any, y: Any) -> Any:
    """a = x * y"""
    return np.multiply(x, y)


@elementwise(
    dx=lambda _, __, y: 1 / y,
    dy=lambda a, _, y: -a / y,
    label="/",
    scalar=operator.truediv,
    poles={"y": (0.0,)},
    aliases=("divide", "true_divide"),
)
def div(x: Any, y: Any) -> Any:
    """a = x / y"""
    return np.true_divide(x, y)


@elementwise(dx=-1, scalar=operator.neg, linear=True, aliases=("negative",))
def neg(x: Any) -> Any:
    """a = -x"""
    return np.negative(x)


@elementwise(
    dx=lambda _, x: sign(x),
    label="|x|",
    scalar=math.fabs,
    kinks={0.0: "mean"},
    aliases=("absolute", "fabs"),
)
def abs(x: Any) -> Any:
    """a = absolute(x)

    The slope at 0 is 0, the mean of -1 and 1.
    """
    return np.absolute(x)


def _sign(x: float) -> float:
    return 1.0 if x > 0 else -1.0 if x < 0 else x + 0.0  # -0.0 as 0.0, as in an array


@elementwise(
    dx=None,
    scalar=_sign,
    kinks={0.0: "none"},
)
def sign(x: Any) -> Any:
    """a = sign(x)

    Constant on either side of its jump at 0, so nothing flows through it.
    """
    return np.sign(x)


@elementwise(
    dx=lambda _, x, y: where(x == y, 0.5, x > y),
    dy=lambda _, x, y: where(x == y, 0.5, x < y),
    scalar=lambda x, y: x if x > y or x != x else y,
    kinks={"ties": "mean"},
)
def maximum(x: Any, y: Any) -> Any:
    """a = maximum(x, y)

    Ties share the gradient equally: half to each. NaN in either gives NaN.
    """
    return np.maximum(x, y)


@elementwise(
    dx=lambda _, x, y: where(x == y, 0.5, x < y),
    dy=lambda _, x, y: where(x == y, 0.5, x > y),
    scalar=lambda x, y: x if x < y or x != x else y,
    kinks={"ties": "mean"},
)
def minimum(x: Any, y: Any) -> Any:
    """a = minimum(x, y)

    Ties share the gradient equally: half to each. NaN in either gives NaN.
    """
    return np.minimum(x, y)


@elementwise(
    dx=lambda a, x, *, min, max: a == x,
    kinks={"min": "inside", "max": "inside"},
    cases=(case((2, 3), min=-0.5, max=0.75), case((3,), min=None, max=0.25), case((3,), min=-0.25)),
)
def clip(x: Any, *, min: Bound = None, max: Bound = None) -> Any:
    """a = clip(x, min, max)

    The slope is 1 from min to max, both included, so that clip(z, min=0) is relu; 0 outside.
    """
    return np.positive(x) if min is None and max is None else np.clip(x, min, max)  # NumPy 2.0 wants a bound


def guarded(z: Any, limit: float) -> Any:
    """z, within ±limit: for rules in which a factor beside it is 0 further out, and 0 times infinity would be NaN.

    In a formula it is z: a guard against overflow is no mathematics.
    """
    return guard(within(z, limit), z) if type(z) is Expr else within(z, limit)


def within(z: Any, limit: float) -> Any:
    """The same of what is no formula."""
    return clip(z, min=-limit, max=limit)


def _where_scalar(condition: Any, x: Any, y: Any) -> Any:
    chosen = x if condition else y
    if type(chosen) is not float and (type(x) is float or type(y) is float):
        return float(chosen)  # the type follows from the types of both, as an array's does, and not from the condition
    return chosen


@elementwise(
    dcondition=None,
    dx=lambda _, condition, __, ___: condition != 0,
    dy=lambda _, condition, __, ___: condition == 0,
    scalar=_where_scalar,
    cases=(case(np.array([True, False, True]), (2, 3), (2, 3)), case(np.array([[1], [0]]), (3,), ())),
)
def where(condition: Any, x: Any, y: Any) -> Any:
    """a = where(condition, x, y)

    The branch that is not taken gets a gradient of exactly 0, even where its value is NaN.
    """
    if type(condition) is _ndarray and condition.size > _FEW and condition.dtype == bool:
        kind = _one_dtype(x, y)
        if kind in BITS:
            return select(condition, x, y, kind)
    return np.where(condition, x, y)


_ndarray = np.ndarray
_WEAK = (float, int, bool)


def _one_dtype(x: Any, y: Any) -> Any:
    """The dtype of both, where they need no promotion: Python's numbers take an array's. Else None."""
    if type(x) is _ndarray:
        return x.dtype if type(y) in _WEAK or (type(y) is _ndarray and x.dtype is y.dtype) else None
    return y.dtype if type(x) in _WEAK and type(y) is _ndarray else None


_FEW = 256
"""Entries up to which `np.where` is as fast."""


def select(condition: Any, x: Any, y: Any, dtype: Any) -> Any:
    """`np.where` without a jump for every entry: four to seven times as fast where the condition is random.

    The bits of y, turned into those of x where a mask of ones says so: exact for every number there is.
    """
    x, y = (z if type(z) is _ndarray and z.dtype == dtype else np.asarray(z, dtype) for z in (x, y))
    out = np.empty(np.broadcast_shapes(condition.shape, x.shape, y.shape), dtype)
    choose(condition, x, y, out)
    return out


def _chain_scalar(g: float, d: Any, a: float) -> float:
    if g == 0 or (d is False and a == a):
        return 0.0
    return g * d if a == a else a


def _by_slope(_: Any, g: Any, __: Any, a: Any) -> Any:
    """where(isnan(a) & (g != 0), nan, g)"""
    return g if type(a) is float and a == a else chain(g, 1.0, a)


@elementwise(
    dg=lambda _, __, d, ___: d,
    dd=_by_slope,
    da=None,
    label="chain",
    scalar=_chain_scalar,
    cases=(case((2, 3), (2, 3), 0.0), case((2, 3), (3,), 0.0), case((3,), np.array([True, False, True]), 0.0)),
    told={"g": "a"},
    internal=True,
)
def chain(g: Any, d: Any, a: Any) -> Any:
    """a = g * d

    One step of the chain rule: the cotangent `g` of an output `a` times the local derivative `d`.
    It differs from `mul` where the numbers are not finite. Where `g` is 0, nothing flows: the
    result is 0 even if `d` is infinite or NaN, so that a branch that `where` did not take stays
    without effect. And where `a` is NaN and `g` is not 0 the result is NaN, and so are its own
    derivatives (see `marker`), so that a derivative written as a mask cannot swallow it.
    """
    c = g * d
    if has_nan(c):
        masked = type(d) is bool or (isinstance(d, (np.ndarray, np.generic)) and d.dtype.kind == "b")
        c = np.where(d, g, 0.0) if masked else np.where(g == 0, 0.0, c)
    told = a != a if type(a) is float else has_nan(a)  # most are told 0.0
    return np.where((a != a) & (g != 0), a, c) if told else c


def has_nan(x: Any) -> bool:
    """Whether any entry is NaN: a sum of squares is NaN just then, and costs next to nothing."""
    if not isinstance(x, np.ndarray):
        return bool(x != x)
    total = np.vdot(x, x)
    return bool(total != total)
