"""NumPy's words for numbers of any precision that carry their derivatives in z: jets of mpmath's numbers.

Formulas are differentiated here by rules of their own, so that a wrong rule of an operation cannot
hide in the truth that it is compared with.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

from ...engine.jet import Jet, composed, larger, smaller

try:
    import mpmath  # type: ignore[import-untyped, unused-ignore]
except ImportError:  # needed only to measure
    mpmath = None

__all__ = ["POWER", "context", "number", "words"]

POWER = "_power"
"""The word for **."""


def context() -> Any:
    """mpmath with a precision of its own, that nothing else changes. Raises `RuntimeError` without mpmath."""
    if mpmath is None:
        raise RuntimeError("accuracy: needs mpmath; pip install mpmath (or '.[test]')")
    return _mp


def number(x: Any) -> Jet:
    """A constant: a float as it is, a text as the decimal number that it is, a fraction to the precision in force."""
    exact = _mp.mpf(x.numerator) / x.denominator if isinstance(x, Fraction) else _mp.mpf(x)
    return Jet([exact, *_CONSTANT])


def words(names: dict[str, Any]) -> dict[str, Any]:
    """What a formula may say, and the values of `names` as constants (None stays None)."""
    given = {name: number(x) if isinstance(x, (int, float, Fraction)) else x for name, x in names.items()}
    return {"pi": number(+_mp.pi), "number": number, **_WORDS, **given}


_CONSTANT = (0.0, 0.0)
"""The coefficients behind the first: a formula is asked for two derivatives at most."""
_mp: Any = None if mpmath is None else mpmath.mp.clone()


def _word(value: str, slope: Callable[[Any, Any], Any], inside: Callable[[Any], bool] | None = None) -> Any:
    """The function that mpmath calls `value`, whose slope is slope(x, f(x)), in words; NaN outside of its domain."""
    f: Any = _erfc if value == "erfc" else None if _mp is None else getattr(_mp, value)

    def word(x: Jet) -> Jet:
        if inside is not None and not inside(x.terms[0]):
            return Jet([_mp.nan] * len(x.terms))
        return _chained(f(x.terms[0]), x, slope)

    return word


def _chained(first: Any, x: Jet, slope: Callable[[Any, Any], Any]) -> Jet:
    """The jet of f(x) that begins with `first`, where f's slope is slope(x, f(x))."""
    if not any(x.terms[1:]):
        return number(first)
    return composed(first, [(x, lambda a, k: slope(Jet(x.terms[:k]), a))], len(x.terms))


def _power(x: Any, y: Any) -> Any:
    """x ** y."""
    if any(y.terms[1:]):
        return exp(y * log(x))
    if not y.terms[0]:
        return number(1)
    return _chained(x.terms[0] ** y.terms[0], x, lambda x, a: y * _power(x, y - 1))


def _erfc(x: Any) -> Any:
    """mpmath's overflows far out, where it is 0 or 2 to more digits than are ever asked for."""
    return _mp.erfc(x) if abs(x) < 1e6 else _mp.mpf(0 if x > 0 else 2)


def _sech_squared(x: Any, _: Any) -> Any:
    u = exp(-2 * abs(x))
    return 4 * u / ((1 + u) * (1 + u))


def _bell(x: Any) -> Any:
    """The slope of erf."""
    return number(2 / _mp.sqrt(_mp.pi)) * exp(-x * x)


def _positive(x: Any) -> bool:
    return bool(x > 0)


def _in_unit(x: Any) -> bool:
    return bool(abs(x) < 1)


exp = _word("exp", lambda x, a: a)
log = _word("log", lambda x, a: 1 / x, _positive)
sqrt = _word("sqrt", lambda x, a: 1 / (2 * a), _positive)


def _clip(x: Jet, low: Jet | None, high: Jet | None) -> Jet:
    x = x if low is None else larger(x, low)
    return x if high is None else smaller(x, high)


def _flat(f: Callable[[Any], Any]) -> Callable[..., Jet]:
    return lambda x, *_: number(f(x.terms[0]))


_WORDS: dict[str, Any] = {
    "exp": exp,
    "log": log,
    "expm1": _word("expm1", lambda x, a: a + 1),
    "log1p": _word("log1p", lambda x, a: 1 / (1 + x), lambda x: bool(x > -1)),
    "log2": lambda x: log(x) / log(number(2)),
    "log10": lambda x: log(x) / log(number(10)),
    "sqrt": sqrt,
    POWER: _power,
    "tanh": _word("tanh", _sech_squared),
    "sinh": _word("sinh", lambda x, a: _WORDS["cosh"](x)),
    "cosh": _word("cosh", lambda x, a: _WORDS["sinh"](x)),
    "sin": _word("sin", lambda x, a: _WORDS["cos"](x)),
    "cos": _word("cos", lambda x, a: -_WORDS["sin"](x)),
    "tan": _word("tan", lambda x, a: 1 + a * a),
    "arctan": _word("atan", lambda x, a: 1 / (1 + x * x)),
    "arcsin": _word("asin", lambda x, a: 1 / sqrt((1 - x) * (1 + x)), _in_unit),
    "arccos": _word("acos", lambda x, a: -1 / sqrt((1 - x) * (1 + x)), _in_unit),
    "arcsinh": _word("asinh", lambda x, a: 1 / sqrt(1 + x * x)),
    "arctanh": _word("atanh", lambda x, a: 1 / ((1 - x) * (1 + x)), _in_unit),
    "erf": _word("erf", lambda x, a: _bell(x)),
    "erfc": _word("erfc", lambda x, a: -_bell(x)),
    "absolute": abs,
    "square": lambda x: x * x,
    "minimum": smaller,
    "maximum": larger,
    "clip": _clip,
    "where": lambda condition, x, y: x if condition else y,
    "sign": _flat(lambda x: (x > 0) - (x < 0)),
    "heaviside": _flat(lambda x: x >= 0),
    "floor": _flat(lambda x: _mp.floor(x)),
    "ceil": _flat(lambda x: _mp.ceil(x)),
    "logical_and": lambda x, y: bool(x and y),
    "logical_or": lambda x, y: bool(x or y),
}
_WORDS["abs"] = _WORDS["absolute"]
