"""`evaluate_expression`: a formula and the values of its variables become a Value."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from typing import Any

import numpy as np

from ...core.frames import boundary
from ...core.registry import ops
from ...engine.value import Value
from .message import ExpressionError, foreign
from .reader import Expression, parse
from .visitor import Visitor

__all__ = ["compute", "evaluate_expression"]


@boundary
def evaluate_expression(text: str | Expression, values: Mapping[str, Any] | None = None) -> Value:
    """The Value of a formula, with the graph that leads to it: `evaluate_expression("w*x", {"w": 0.5, "x": 3})`.

    Every variable is a number, an array or nested lists, and becomes a leaf that wants a gradient
    and is labelled with its name; a Value is taken as it is. Results that the text assigns to a
    name have it as their label. No gradient is computed.

    Raises `ExpressionError`, a `ValueError`, for text that is not allowed, for a variable without a
    value, a value without a variable, and where an operation fails.
    """
    expression = parse(text) if isinstance(text, str) else text
    values = values or {}
    result = compute(expression, _Variables(expression, values))
    _check_unused(expression, values)
    return result if isinstance(result, Value) else Value(result, requires_grad=False)


def compute(expression: Expression, names: dict[str, Any]) -> Any:
    """The result of the last formula: a Value, or a number or array if no Value came in."""
    visitor, result = Visitor(expression.text, names), None
    with np.errstate(all="ignore"):  # inf and nan may be what the formula is about
        for formula, tree in expression.trees:
            result = visitor.result(formula, tree)
    return result


class _Variables(dict[str, Any]):
    """What the names of an expression mean: leaves, made when they are asked for."""

    def __init__(self, expression: Expression, values: Mapping[str, Any]) -> None:
        super().__init__()
        self._expression, self._values = expression, values

    def __missing__(self, name: str) -> Value:
        if name not in self._values:
            missing = [name for name in self._expression.variables if name not in self._values]
            raise KeyError(_missing(missing, [name for name in self._values if name not in self._expression.variables]))
        leaf = self[name] = _leaf(name, self._values[name])
        return leaf


def _leaf(name: str, data: Any) -> Value:
    if isinstance(data, Value):
        return data
    try:
        return Value(data, name)
    except (TypeError, ValueError) as error:
        raise ExpressionError(f"variable {name!r}: {error}") from None


def _check_unused(expression: Expression, values: Mapping[str, Any]) -> None:
    """Raise `ExpressionError` for a value without a variable."""
    unused = [name for name in values if name not in expression.variables]
    if unused:
        uses = f"it uses {', '.join(expression.variables)}" if expression.variables else "it has no variables"
        assigned = [name for name in unused if name in expression.assigned]
        why = f"; {assigned[0]!r} is computed by the formula itself" if assigned else ""
        raise ExpressionError(f"the formula does not use {', '.join(map(repr, unused))}{why}; {uses}")


def _missing(missing: list[str], unused: list[str]) -> str:
    """What to say about variables that have no value; `unused` are the values that have no variable."""
    first = missing[0]
    if ops.find(first) is not None and not unused:
        return f"{first!r} is an operation: call it, as in {first}(z); or give a value of this name, {first}=0.5"
    near = difflib.get_close_matches(first, unused, n=1) or [name for name in unused if name.lower() == first.lower()]
    hint = f"did you mean {near[0]!r}?" if near else f"write {' '.join(f'{name}=0.5' for name in missing[:3])}"
    look = f", {foreign(first)}" if foreign(first) else ""
    given = f" (given, but not used: {', '.join(map(repr, unused))})" if unused else ""
    return f"no value is given for {', '.join(map(repr, missing))}{look}; {hint}{given}"
