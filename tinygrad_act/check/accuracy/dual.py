"""A number of any precision together with its derivative in z, and NumPy's words for such numbers.

Formulas are differentiated here by rules of their own, so that a wrong rule of an operation cannot
hide in the truth that it is compared with.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

try:
    import mpmath  # type: ignore[import-untyped, unused-ignore]
except ImportError:  # needed only to measure
    mpmath = None

__all__ = ["Dual", "context", "number", "words"]


class Dual:
    """A value and its derivative in z, both of the precision in force."""

    __slots__ = ("d", "v")

    def __init__(self, v: Any, d: Any) -> None:
        self.v, self.d = v, d

    def __neg__(self) -> Dual:
        return Dual(-self.v, -self.d)

    def __add__(self, other: Dual) -> Dual:
        return Dual(self.v + other.v, self.d + other.d)

    def __sub__(self, other: Dual) -> Dual:
        return Dual(self.v - other.v, self.d - other.d)

    def __mul__(self, other: Dual) -> Dual:
        return Dual(self.v * other.v, self.d * other.v + self.v * other.d)

    def __truediv__(self, other: Dual) -> Dual:
        v = self.v / other.v
        return Dual(v, (self.d - v * other.d) / other.v)

    def __pow__(self, other: Dual) -> Dual:
        v = self.v**other.v
        if not other.d:
            return Dual(v, other.v * self.v ** (other.v - 1) * self.d)
        power: Dual = exp(other * log(self))
        return power

    def __lt__(self, other: Dual) -> bool:
        return bool(self.v < other.v)

    def __le__(self, other: Dual) -> bool:
        return bool(self.v <= other.v)

    def __gt__(self, other: Dual) -> bool:
        return bool(self.v > other.v)

    def __ge__(self, other: Dual) -> bool:
        return bool(self.v >= other.v)


def context() -> Any:
    """mpmath with a precision of its own, that nothing else changes. Raises `RuntimeError` without mpmath."""
    if mpmath is None:
        raise RuntimeError("accuracy: needs mpmath; pip install mpmath (or '.[test]')")
    return _mp


def number(x: Any) -> Dual:
    """A constant: a float as it is, a text as the decimal number that it is, a fraction to the precision in force."""
    exact = _mp.mpf(x.numerator) / x.denominator if isinstance(x, Fraction) else _mp.mpf(x)
    return Dual(exact, _mp.zero)


def words(names: dict[str, Any]) -> dict[str, Any]:
    """What a formula may say, and the values of `names` as constants (None stays None)."""
    given = {name: number(x) if isinstance(x, (int, float, Fraction)) else x for name, x in names.items()}
    return {"pi": Dual(+_mp.pi, _mp.zero), "number": number, **_WORDS, **given}


_mp: Any = None if mpmath is None else mpmath.mp.clone()


def _word(value: str, slope: Callable[[Any, Any], Any], inside: Callable[[Any], bool] | None = None) -> Any:
    """The function that mpmath calls `value`, whose slope is slope(x, f(x)); NaN outside of its domain."""
    f: Any = _erfc if value == "erfc" else None if _mp is None else getattr(_mp, value)

    def word(x: Dual) -> Dual:
        if inside is not None and not inside(x.v):
            return Dual(_mp.nan, _mp.nan)
        v = f(x.v)
        return Dual(v, slope(x.v, v) * x.d)

    return word


def _erfc(x: Any) -> Any:
    """mpmath's overflows far out, where it is 0 or 2 to more digits than are ever asked for."""
    return _mp.erfc(x) if abs(x) < 1e6 else _mp.mpf(0 if x > 0 else 2)


def _sech_squared(x: Any, _: Any) -> Any:
    u = _mp.exp(-2 * abs(x))
    return 4 * u / (1 + u) ** 2


def _positive(x: Any) -> bool:
    return bool(x > 0)


def _in_unit(x: Any) -> bool:
    return bool(abs(x) < 1)


exp = _word("exp", lambda x, v: v)
log = _word("log", lambda x, v: 1 / x, _positive)


def _minimum(x: Dual, y: Dual) -> Dual:
    return x if x.v <= y.v else y


def _maximum(x: Dual, y: Dual) -> Dual:
    return x if x.v >= y.v else y


def _clip(x: Dual, low: Dual | None, high: Dual | None) -> Dual:
    x = x if low is None else _maximum(x, low)
    return x if high is None else _minimum(x, high)


def _flat(f: Callable[[Any], Any]) -> Callable[..., Dual]:
    return lambda x, *_: Dual(_mp.mpf(f(x.v)), _mp.zero)


_WORDS: dict[str, Any] = {
    "exp": exp,
    "log": log,
    "expm1": _word("expm1", lambda x, v: v + 1),
    "log1p": _word("log1p", lambda x, v: 1 / (1 + x), lambda x: bool(x > -1)),
    "log2": lambda x: log(x) / log(number(2)),
    "log10": lambda x: log(x) / log(number(10)),
    "sqrt": _word("sqrt", lambda x, v: 1 / (2 * v), _positive),
    "tanh": _word("tanh", _sech_squared),
    "sinh": _word("sinh", lambda x, v: _mp.cosh(x)),
    "cosh": _word("cosh", lambda x, v: _mp.sinh(x)),
    "sin": _word("sin", lambda x, v: _mp.cos(x)),
    "cos": _word("cos", lambda x, v: -_mp.sin(x)),
    "tan": _word("tan", lambda x, v: 1 + v * v),
    "arctan": _word("atan", lambda x, v: 1 / (1 + x * x)),
    "arcsin": _word("asin", lambda x, v: 1 / _mp.sqrt((1 - x) * (1 + x)), _in_unit),
    "arccos": _word("acos", lambda x, v: -1 / _mp.sqrt((1 - x) * (1 + x)), _in_unit),
    "arcsinh": _word("asinh", lambda x, v: 1 / _mp.sqrt(1 + x * x)),
    "arctanh": _word("atanh", lambda x, v: 1 / ((1 - x) * (1 + x)), _in_unit),
    "erf": _word("erf", lambda x, v: 2 / _mp.sqrt(_mp.pi) * _mp.exp(-x * x)),
    "erfc": _word("erfc", lambda x, v: -2 / _mp.sqrt(_mp.pi) * _mp.exp(-x * x)),
    "absolute": lambda x: -x if x.v < 0 else x,
    "square": lambda x: x * x,
    "minimum": _minimum,
    "maximum": _maximum,
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
