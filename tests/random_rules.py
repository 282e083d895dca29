"""Derivative rules as anyone might write them, at random: for the tests that read printed formulas back."""

from __future__ import annotations

import math
import random

import numpy as np

import tinygrad_act as ta

__all__ = ["ARGUMENTS", "declared", "function_of", "random_rule", "scalar_value"]

_CONSTANTS = ("1", "1.0", "2", "0.5", "3", "-1", "-2.0", "0.25", "1.0001", "0.01", "100", "1e-3", "10", "2.5", "12")
_POWERS = ("0.5", "2", "3", "1", "-1", "2.0", "1.5", "-0.5", "10")
_UNARY = ("exp", "tanh", "sigmoid", "abs", "square", "sin", "cos", "sqrt", "log", "log1p", "expm1", "normal_cdf",
          "normal_pdf", "relu", "softplus")  # fmt: skip
_BINARY = ("maximum", "minimum", "+", "-", "*", "/", "+", "-", "*", "/", "*", "/")
_COMPARISONS = ("<", "<=", ">", ">=")


def random_rule(seed: int, names: tuple[str, ...], depth: int = 4) -> str:
    """The body of a rule of these arguments, in Python."""
    return _expression(random.Random(seed), names, depth)


def _expression(choose: random.Random, names: tuple[str, ...], depth: int) -> str:
    if depth == 0 or choose.random() < 0.12:
        return choose.choice([*names, *names, choose.choice(_CONSTANTS)])
    inner = [_expression(choose, names, depth - 1) for _ in range(3)]
    kind = choose.random()
    if kind < 0.50:
        sign = choose.choice(_BINARY)
        return f"{sign}({inner[0]}, {inner[1]})" if len(sign) > 1 else f"({inner[0]} {sign} {inner[1]})"
    if kind < 0.62:
        return f"({inner[0]}) ** {choose.choice([*_POWERS, *_POWERS, f'({inner[1]})'])}".replace("** -", "** -")
    if kind < 0.80:
        return f"{choose.choice(_UNARY)}({inner[0]})"
    if kind < 0.86:
        return f"-({inner[0]})"
    condition = f"{inner[1]} {choose.choice(_COMPARISONS)} {choose.choice([inner[2], choose.choice(_CONSTANTS)])}"
    if kind < 0.91:
        return f"where({condition}, {inner[0]}, {inner[2]})"
    if kind < 0.94:
        return f"({condition}) * ({inner[0]})"
    if kind < 0.97:
        return f"clip({inner[0]}, min=-1.5, max={choose.choice(['1', '2.5'])})"
    return f"where(logical_and({condition}, {inner[0]} > 0), {inner[1]}, 0.0)"


_KNOWN = {name: getattr(ta, name) for name in (*_UNARY, "maximum", "minimum", "where", "clip", "logical_and")}


def function_of(source: str, arguments: tuple[str, ...]):
    """The rule itself."""
    return eval(f"lambda {', '.join(arguments)}: {source}", dict(_KNOWN))


def scalar_value(source: str, arguments: tuple[str, ...], numbers: tuple[float, ...]) -> float:
    """What the rule gives for these numbers; NaN where it has no real and finite value."""
    try:
        with np.errstate(all="ignore"):
            found = function_of(source, arguments)(*numbers)
        return float(found) if not isinstance(found, complex) and abs(found) < 1e200 else math.nan
    except (ArithmeticError, TypeError, ValueError):
        return math.nan


ARGUMENTS = ("z", "x")


def declared(source: str, count: int):
    """An operation of one or two inputs that nobody has, whose rules are all this one."""
    ta.ops.pop("odd", None)
    rule = function_of(source, ("a", *ARGUMENTS[:count]))
    scope = {"tanh": ta.tanh}
    body = "tanh(z)" if count == 1 else "tanh(z) + 0.5 * x"
    exec(f"def odd({', '.join(ARGUMENTS[:count])}):\n    'a = {body}'\n    return {body}", scope)
    return ta.ops[ta.elementwise(**{f"d{name}": rule for name in ARGUMENTS[:count]})(scope["odd"]).__name__]
