"""Truncated Taylor series: a derivative rule that runs on them gives all higher derivatives at once.

A jet is f(z + t) as the coefficients of 1, t, t², ...; with two of them it is a dual number. With a' = rule(a, z) known
for every operation, its coefficients follow one by one. Nothing is differenced and no expression grows, so a
coefficient keeps about the digits of the rule itself. The coefficients may be numbers of any kind that has
arithmetic and order, mpmath's among them, for functions that are made by `composed`.

Jets look to the right, t > 0: where numbers tie, the first coefficients that differ decide. So |z| at
0 is z, and a smooth function that is written with |z| has its true derivatives there.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any, TypeAlias

import numpy as np

from ..core.evaluate import INTERPRETERS, evaluate
from ..core.op import Op
from ..core.rules import slope_by
from ..formula.operators import INFIX
from ..operations.comparison import logical_not
from ..operations.powers import pow as power
from . import interop

__all__ = ["Jet", "composed", "larger", "series", "smaller"]


Slope: TypeAlias = Callable[[Any, int], Any]
"""A slope of a function; see `composed`."""


class Jet:
    """The first coefficients of a Taylor series: numbers or arrays. A coefficient that is known to be 0 is the
    float 0.0, so that it never meets an infinity."""

    __slots__ = ("terms",)

    def __init__(self, terms: list[Any]) -> None:
        self.terms = terms

    __hash__ = object.__hash__

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape of the first coefficient."""
        return np.shape(self.terms[0])

    @property
    def dtype(self) -> Any:
        """Jets are computed in double precision."""
        return np.dtype(np.float64)

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **kwargs: Any) -> Any:
        """`np.cos(jet)`, as a rule of your own may have it, and `array * jet`."""
        return interop.call_ufunc(ufunc, method, inputs, kwargs)

    def __array_function__(self, function: Callable[..., Any], types: Any, args: Any, kwargs: Any) -> Any:
        return interop.call_function(function, args, kwargs)


def series(op: Op, z: Any, order: int, static: dict[str, Any]) -> list[Any]:
    """The coefficients of 1, t, ..., t**(order - 1) of the derivative of `op` at z + t."""
    rule = op.rule(0, "input")
    with np.errstate(all="ignore"):
        jet = Jet([z, 1.0, *[0.0] * (order - 2)][:order])
        output = op.call(jet, **static) if _needs_output(rule) else None
        return _jet(slope_by(op, rule, 0, output, (jet,), static), order).terms


def _jet(x: Any, order: int) -> Jet:
    """`x` with this many coefficients; a number or a mask is constant."""
    if isinstance(x, Jet):
        return Jet(x.terms[:order])
    return Jet([np.asarray(x, np.float64)[()], *[0.0] * (order - 1)])


def composed(first: Any, slopes: Sequence[tuple[Jet, Slope]], order: int) -> Jet:
    """The jet of a = f(x, y, ...), whose first coefficient is `first`: k a[k] is the sum of j x[j] d[k - j] over j and
    all inputs x. `slopes`: the inputs, each with the slope d by it, a function of the jet of a, as far as it is known,
    and of how many coefficients are asked for; it gives a jet or a constant."""
    terms = [first]
    for k in range(1, order):
        total: Any = 0.0
        for x, slope in slopes:
            d = _jet(slope(Jet(terms), k), k)
            for j in range(1, k + 1):
                total = _plus(total, _times(_times(float(j), x.terms[j]), d.terms[k - j]))
        terms.append(0.0 if _is_zero(total) else total / k)
    return Jet(terms)


def _interpret(op: Op, args: tuple[Any, ...], static: dict[str, Any]) -> Any:
    """The interpreter of jets."""
    order = min(len(x.terms) for x in args if isinstance(x, Jet))
    direct = _DIRECT.get(op.name)
    if direct is not None:
        return direct(*(_jet(x, order) for x in args), **static)
    if not op.elementwise or op.variadic:
        raise TypeError(f"{op.name}: higher derivatives are made of elementwise operations only, and it is none")
    return _by_rules(op, args, static, order)


def _by_rules(op: Op, args: tuple[Any, ...], static: dict[str, Any], order: int) -> Jet:
    """Any operation, from its own rules."""
    start = tuple(x.terms[0] if isinstance(x, Jet) else x for x in args)
    slopes = [(x, _slope(op, i, args, static, order - 1)) for i, x in enumerate(args) if isinstance(x, Jet)]
    return composed(evaluate(op, start, static), slopes if order > 1 else [], order)


def _slope(op: Op, i: int, args: tuple[Any, ...], static: dict[str, Any], order: int) -> Slope:
    """The slope of an operation by input number `i`, to this order."""
    rule = op.rule(i, "input")

    def slope(a: Any, k: int) -> Any:
        cut = [Jet(x.terms[:k]) if isinstance(x, Jet) else x for x in args]
        return slope_by(op, rule, i, a, cut, static)

    if _needs_output(rule) or order < 1:
        return slope
    known = slope(None, order)
    return lambda a, k: known


def _needs_output(rule: Any) -> bool:
    """Whether a rule reads the output; else all coefficients of the slope are known at once."""
    code = getattr(rule, "__code__", None)
    return code is not None and not code.co_varnames[0].startswith("_")


def _is_zero(x: Any) -> bool:
    return type(x) is float and x == 0.0


def _times(x: Any, y: Any) -> Any:
    return 0.0 if _is_zero(x) or _is_zero(y) else x * y


def _plus(x: Any, y: Any) -> Any:
    return y if _is_zero(x) else x if _is_zero(y) else x + y


def _minus(x: Any, y: Any) -> Any:
    return x if _is_zero(y) else -y if _is_zero(x) else x - y


def _product(x: Jet, y: Jet) -> Jet:
    terms = []
    for k in range(len(x.terms)):
        total: Any = 0.0
        for j in range(k + 1):
            total = _plus(total, _times(x.terms[j], y.terms[k - j]))
        terms.append(total)
    return Jet(terms)


def _quotient(x: Jet, y: Jet) -> Jet:
    terms: list[Any] = []
    for k, rest in enumerate(x.terms):
        for j in range(k):
            rest = _minus(rest, _times(terms[j], y.terms[k - j]))
        terms.append(0.0 if _is_zero(rest) else np.divide(rest, y.terms[0]))
    return Jet(terms)


def _side(x: Jet, y: Jet) -> Any:
    """1 where x is above y for small t > 0, -1 where below, 0 where equal to the last coefficient, else NaN."""
    side: Any = 0.0
    for left, right in zip(x.terms, y.terms):
        lower = _chosen(left < right, -1.0, math.nan)
        here = _chosen(left == right, 0.0, _chosen(left > right, 1.0, lower))  # equal also where both are infinite
        side = _chosen(side == 0.0, here, side)
    return side


def _chosen(condition: Any, x: Any, y: Any) -> Any:
    """`where` of numbers of any kind."""
    if isinstance(condition, np.ndarray) or isinstance(x, np.ndarray) or isinstance(y, np.ndarray):
        return np.where(condition, x, y)
    return x if condition else y


def _pick(condition: Any, x: Jet, y: Jet) -> Jet:
    pairs = zip(x.terms, y.terms)
    return Jet([0.0 if _is_zero(u) and _is_zero(v) else _chosen(condition, u, v) for u, v in pairs])


def _sign(x: Jet) -> Any:
    return _side(x, Jet([0.0] * len(x.terms)))


def larger(x: Jet, y: Jet) -> Jet:
    """The larger one; NaN if one of them is."""
    return _pick(np.logical_not(_side(x, y) < 0) & (y.terms[0] == y.terms[0]), x, y)


def smaller(x: Jet, y: Jet) -> Jet:
    """The smaller one; NaN if one of them is."""
    return _pick(np.logical_not(_side(x, y) > 0) & (y.terms[0] == y.terms[0]), x, y)


def _between(x: Jet, *, min: Any, max: Any) -> Jet:
    x = x if min is None else larger(x, _jet(min, len(x.terms)))
    return x if max is None else smaller(x, _jet(max, len(x.terms)))


def _negative(x: Jet) -> Jet:
    return Jet([0.0 if _is_zero(term) else -term for term in x.terms])


_DIRECT: dict[str, Callable[..., Any]] = {
    "add": lambda x, y: Jet(list(map(_plus, x.terms, y.terms))),
    "sub": lambda x, y: Jet(list(map(_minus, x.terms, y.terms))),
    "mul": _product,
    "div": _quotient,
    "neg": _negative,
    "square": lambda x: _product(x, x),
    "abs": lambda x: _pick(_sign(x) < 0, _negative(x), x),
    "sign": _sign,
    "maximum": larger,
    "minimum": smaller,
    "clip": _between,
    "where": lambda condition, x, y: _pick(_sign(condition) != 0, x, y),
    "less": lambda x, y: _side(x, y) < 0,
    "less_equal": lambda x, y: _side(x, y) <= 0,
    "greater": lambda x, y: _side(x, y) > 0,
    "greater_equal": lambda x, y: _side(x, y) >= 0,
    "equal": lambda x, y: _side(x, y) == 0,
    "not_equal": lambda x, y: _side(x, y) != 0,
}
"""Operations that need no rule, or whose rule knows nothing of the right side."""


def _install_operators() -> None:
    """Arithmetic that needs no rule is done at once, whatever the coefficients are; the rest are operations."""

    def direct(run: Callable[..., Any]) -> Callable[[Any, Any], Any]:
        def call(x: Any, y: Any) -> Any:
            order = min(len(jet.terms) for jet in (x, y) if isinstance(jet, Jet))
            return run(_jet(x, order), _jet(y, order))

        return call

    arithmetic = {one.method: direct(_DIRECT[one.word]) for one in INFIX.values() if one.word in _DIRECT}
    for method, call in {**arithmetic, "pow": power}.items():
        setattr(Jet, f"__{method}__", lambda x, y, call=call: call(x, y))
        setattr(Jet, f"__r{method}__", lambda x, y, call=call: call(y, x))
    for name, call in {"neg": _DIRECT["neg"], "abs": _DIRECT["abs"], "invert": logical_not}.items():
        setattr(Jet, f"__{name}__", lambda x, call=call: call(x))


_install_operators()
INTERPRETERS[Jet] = _interpret
