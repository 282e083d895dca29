"""What a formula and its derivative are at a float, to more than 30 digits.

The formula of the docstring is evaluated with ever more digits until two results agree in 120 bits:
z - tanh(z) at 1e-100 takes a thousand. Its numerals are the decimal numbers that they show (0.044715 is
44715 millionths), static parameters the floats that they are; a default that is the float of a simple
fraction, 1/6, is that fraction.
"""

from __future__ import annotations

import ast
import math
from collections.abc import Mapping
from fractions import Fraction
from typing import Any, NamedTuple

import numpy as np

from ...core.op import Op
from ...engine.jet import Jet
from .words import POWER, context, words

__all__ = ["Exact", "Truth"]

_LADDER = (200, 400, 800, 1600, 3200, 5200)
"""How many bits are tried."""
_AGREED = 120


class Exact(NamedTuple):
    """Numbers as sums of two float64: the nearest one, and what is left of the number. NaN: not known."""

    high: Any
    low: Any

    @classmethod
    def of(cls, numbers: list[Any]) -> Exact:
        """From mpmath's numbers; None is not known."""
        high = np.array([math.nan if x is None else float(x) for x in numbers])
        rest = [0.0 if x is None or not math.isfinite(h) else float(x - context().mpf(float(h)))
                for x, h in zip(numbers, high)]  # fmt: skip
        return cls(high, np.array(rest))


class Truth:
    """The formula of an elementwise operation of one input, with these static parameters.

    `smallest` is the exponent of 2 below which a number is as good as 0. Raises `ValueError` if the
    formula cannot be evaluated, `RuntimeError` without mpmath.
    """

    def __init__(self, op: Op, static: Mapping[str, Any], smallest: int = -1074) -> None:
        if not op.formula:
            raise ValueError(f"accuracy: {op.name} has no formula to be measured against: python -OO drops docstrings, "
                             "and the source is not there to read it from; run it without -OO")  # fmt: skip
        self._mp, self._smallest = context(), smallest
        self._static = {name: _meant(op, name, x) for name, x in static.items()}
        self._input = op.inputs[0]
        try:
            self._code = _compiled(op.formula.removeprefix("a = "))
            self._mp.prec = 100
            self._at(self._mp.mpf(0.375))
        except (SyntaxError, NameError, TypeError, AttributeError) as error:
            raise ValueError(
                f"accuracy: {op.name}: its formula {op.formula!r} cannot be evaluated: {error}; write the "
                f"docstring's first line as code in NumPy's words, e.g. a = tanh(z)"
            ) from None

    def __call__(self, points: np.ndarray) -> tuple[Exact, Exact]:
        """The values and the slopes at these points."""
        with self._mp.workprec(_LADDER[-1]):
            pairs = [self.at(float(z)) for z in points]
            return Exact.of([v for v, _ in pairs]), Exact.of([d for _, d in pairs])

    def at(self, z: float) -> tuple[Any, Any]:
        """Value and slope at `z`; None for what even the highest precision does not settle."""
        mp, before, known = self._mp, None, [None, None]
        enough = 150 - self._smallest + 2 * abs(math.frexp(z)[1])
        for bits in _LADDER:
            mp.prec = bits
            try:
                now = self._at(mp.mpf(z))
            except (ValueError, ZeroDivisionError, OverflowError):
                before = None
                continue
            if before is not None and known[0] is None:
                known[0] = self._settled(before[0], now[0], bits >= enough)
            if before is not None and known[0] is not None:  # a part that still cancels would be missed in the slope
                known[1] = self._settled(before[1], now[1], bits >= enough)
            if known[0] is not None and known[1] is not None:
                break
            before = now
        mp.prec = _LADDER[-1]
        return known[0], known[1]

    def second(self, points: np.ndarray) -> Exact:
        """The second derivatives at these points, none of which is 0."""
        with self._mp.workprec(_LADDER[-1]):
            return Exact.of([self._second_at(float(z)) for z in points])

    def _second_at(self, z: float) -> Any:
        mp = self._mp
        with mp.workprec(2400 + (4 * abs(math.frexp(z)[1]) if abs(z) < 1 else 0)):
            try:
                second = 2 * self._at(mp.mpf(z), 3)[2]
            except (ValueError, ZeroDivisionError, OverflowError):
                return None
            return None if second != second else +second if abs(second) > mp.ldexp(1, -1100) else mp.zero

    def _at(self, z: Any, count: int = 2) -> list[Any]:
        """So many of the coefficients of f(z + t): value, slope, half the second derivative."""
        known = {**words(self._static), self._input: Jet([z, self._mp.one, 0.0][:count])}
        found: Jet = eval(self._code, {"__builtins__": {}}, known)
        return found.terms

    def _settled(self, before: Any, now: Any, enough: bool) -> Any:
        """The number if both agree, or if it is as good as 0 with more bits than any cancellation takes."""
        if now != now or before != before:
            return None
        if abs(now) < self._mp.ldexp(1, self._smallest - 20):
            exact = now and abs(now - before) <= abs(now) * self._mp.ldexp(1, -_AGREED)
            return self._mp.zero if enough or exact else None
        return now if abs(now - before) <= abs(now) * self._mp.ldexp(1, -_AGREED) else None


def _meant(op: Op, name: str, x: Any) -> Any:
    """A static parameter as it is meant: a default of 1 / 6 is one sixth, which no float is."""
    if x != op.defaults.get(name) or not isinstance(x, float) or not math.isfinite(x):
        return x
    simple = Fraction(x).limit_denominator(12)
    return simple if float(simple) == x else x


class _InWords(ast.NodeTransformer):
    """Puts number('0.044715') in place of 0.044715, and a word in place of **, which is an operation's on jets."""

    def __init__(self, text: str) -> None:
        self._text = text

    def visit_Constant(self, node: ast.Constant) -> ast.AST:
        digits = ast.Constant(ast.get_source_segment(self._text, node))
        return ast.copy_location(ast.Call(ast.Name("number", ast.Load()), [digits], []), node)

    def visit_BinOp(self, node: ast.BinOp) -> ast.AST:
        self.generic_visit(node)
        if not isinstance(node.op, ast.Pow):
            return node
        return ast.copy_location(ast.Call(ast.Name(POWER, ast.Load()), [node.left, node.right], []), node)


def _compiled(formula: str) -> Any:
    tree = _InWords(formula).visit(ast.parse(formula, mode="eval"))
    return compile(ast.fix_missing_locations(tree), "formula", "eval")
