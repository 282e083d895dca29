"""Truncated Taylor series: a derivative rule that runs on them gives all higher derivatives at once.

A jet is f(z + t) as the coefficients of 1, t, t², ... With a' = rule(a, z) known for every operation,
its coefficients follow one by one. Nothing is differenced and no expression grows, so a coefficient
keeps about the digits of the rule itself.

Jets look to the right, t > 0: where numbers tie, the first coefficients that differ decide. So |z| at
0 is z, and a smooth function that is written with |z| has its true derivatives there.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from ..core.evaluate import INTERPRETERS, evaluate
from ..core.op import Op
from ..operations.arithmetic import abs as absolute
from ..operations.arithmetic import add, div, mul, neg, sub
from ..operations.comparison import equal, greater, greater_equal, less, less_equal, logical_not, not_equal
from ..operations.powers import pow as power
from . import interop

__all__ = ["Jet", "series"]


class Jet:
    """The first coefficients of a Taylor series: numbers or arrays. A coefficient of exactly 0 is the
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


def series(rule: Any, a: Any, z: Any, order: int, static: dict[str, Any]) -> list[Any]:
    """The coefficients of 1, t, ..., t**(order - 1) of the derivative `rule` at z + t, of an operation
    whose output for the jet of z is `a` of that jet."""
    with np.errstate(all="ignore"):
        jet = Jet([z, 1.0, *[0.0] * (order - 2)][:order])
        output = a(jet) if _needs_output(rule) else None
        return _jet(rule if isinstance(rule, float) else rule(output, jet, **static), order).terms


def _jet(x: Any, order: int) -> Jet:
    """`x` with this many coefficients; a number or a mask is constant."""
    if isinstance(x, Jet):
        return Jet(x.terms[:order])
    return Jet([np.asarray(x, np.float64), *[0.0] * (order - 1)])


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
    """Any operation, from its own rules: k a[k] is the sum of j x[j] d[k - j] over j and all inputs x."""
    start = tuple(x.terms[0] if isinstance(x, Jet) else x for x in args)
    terms = [evaluate(op, start, static)]
    if order == 1:
        return Jet(terms)
    moving = [(x, op.rule(i, "input")) for i, x in enumerate(args) if isinstance(x, Jet)]
    known = [None if _needs_output(rule) else _slope(rule, None, args, static, order - 1) for _, rule in moving]
    for k in range(1, order):
        total: Any = 0.0
        for (x, rule), d in zip(moving, known):
            d = _slope(rule, Jet(terms), args, static, k) if d is None else d
            for j in range(1, k + 1):
                total = _plus(total, _times(_times(float(j), x.terms[j]), d.terms[k - j]))
        terms.append(0.0 if _is_zero(total) else total / k)
    return Jet(terms)


def _slope(rule: Any, a: Any, args: tuple[Any, ...], static: dict[str, Any], order: int) -> Jet:
    cut = [Jet(x.terms[: max(order, 1)]) if isinstance(x, Jet) else x for x in args]
    d = 0.0 if rule is None else rule if isinstance(rule, float) else rule(a, *cut, **static)
    return _jet(d, max(order, 1))


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
    """1 where x is above y for small t > 0, -1 where below, 0 where equal to the last coefficient."""
    side: Any = 0.0
    for left, right in zip(x.terms, y.terms):
        here = np.where(np.equal(left, right), 0.0, np.sign(np.subtract(left, right)))  # also where both are infinite
        side = np.where(np.equal(side, 0.0), here, side)
    return side


def _pick(condition: Any, x: Jet, y: Jet) -> Jet:
    pairs = zip(x.terms, y.terms)
    return Jet([0.0 if _is_zero(u) and _is_zero(v) else np.where(condition, u, v) for u, v in pairs])


def _sign(x: Jet) -> Any:
    return _side(x, Jet([0.0] * len(x.terms)))


def _larger(x: Jet, y: Jet) -> Jet:
    return _pick(~(_side(x, y) < 0) & ~np.isnan(y.terms[0]), x, y)


def _smaller(x: Jet, y: Jet) -> Jet:
    return _pick(~(_side(x, y) > 0) & ~np.isnan(y.terms[0]), x, y)


def _between(x: Jet, *, min: Any, max: Any) -> Jet:
    x = x if min is None else _larger(x, _jet(min, len(x.terms)))
    return x if max is None else _smaller(x, _jet(max, len(x.terms)))


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
    "maximum": _larger,
    "minimum": _smaller,
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
    both_ways = {"add": add, "sub": sub, "mul": mul, "truediv": div, "pow": power}
    for name, call in both_ways.items():
        setattr(Jet, f"__{name}__", lambda x, y, call=call: call(x, y))
        setattr(Jet, f"__r{name}__", lambda x, y, call=call: call(y, x))
    once = {"lt": less, "le": less_equal, "gt": greater, "ge": greater_equal, "eq": equal, "ne": not_equal}
    for name, call in once.items():
        setattr(Jet, f"__{name}__", lambda x, y, call=call: call(x, y))
    for name, call in {"neg": neg, "abs": absolute, "invert": logical_not}.items():
        setattr(Jet, f"__{name}__", lambda x, call=call: call(x))


_install_operators()
INTERPRETERS[Jet] = _interpret
