"""Computing what was read: a machine with a stack that knows numbers, Values and operations."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from typing import Any

import numpy as np

from ...core.frames import boundary
from ...core.op import Op
from ...core.registry import ops
from ...engine.value import Value
from .growth import entries, is_declared
from .message import ExpressionError, foreign, refuse
from .reader import Expression, Step, parse

__all__ = ["compute", "evaluate_expression"]

_MOST_ENTRIES = 10_000_000


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
    _check_names(expression, values)
    leaves = {name: _leaf(name, values[name]) for name in expression.variables}
    result = compute(expression, leaves)
    return result if isinstance(result, Value) else Value(result, requires_grad=False)


def compute(expression: Expression, leaves: Mapping[str, Value]) -> Any:
    """The result of the last formula: a Value, or a number or array if no Value came in."""
    return _Machine(expression.text, leaves).run(expression.steps)


class _Machine:
    """What the names mean, and the operands that wait."""

    def __init__(self, text: str, leaves: Mapping[str, Value]) -> None:
        self._text = text
        self._names: dict[str, Any] = dict(leaves)
        self._stack: list[Any] = []
        self._left = _MOST_ENTRIES

    def run(self, steps: tuple[Step, ...]) -> Any:
        result, before = None, ""
        with np.errstate(all="ignore"):  # inf and nan may be what the formula is about
            for step in steps:
                if step.kind == "number":
                    self._stack.append(step.number)
                elif step.kind == "name":
                    self._stack.append(self._names[step.name])
                elif step.kind == "list":
                    self._stack.append(self._list(step))
                elif step.kind == "call":
                    self._stack.append(self._call(step))
                else:
                    result = self._end(step.name, made=before == "call")
                before = step.kind
        return result

    def _operands(self, count: int) -> list[Any]:
        rest = len(self._stack) - count
        taken = self._stack[rest:]
        del self._stack[rest:]
        return taken

    def _list(self, step: Step) -> np.ndarray:
        items = self._operands(step.takes)
        if any(isinstance(x, Value) for x in items):
            raise refuse(self._text, step.place, "a list holds numbers only; to join Values write stack(x, y)")
        if len({np.shape(x) for x in items}) > 1:
            raise refuse(self._text, step.place, "the items of this list differ in shape; rows need one length")
        return np.array(items, np.float64)

    def _call(self, step: Step) -> Any:
        args, static, op = self._operands(step.takes), dict(step.static), step.op
        if op is None:
            raise refuse(self._text, step.place, "this step has no operation; make expressions with parse()")
        self._left -= entries(op, args, static)
        if self._left < 0:
            raise refuse(self._text, step.place, _too_many(op))
        try:
            return op.call(*args, **static)
        except (TypeError, ValueError, IndexError, ArithmeticError, MemoryError) as error:
            raise refuse(self._text, step.place, f"{op.name}: {str(error).removeprefix(f'{op.name}: ')}") from None

    def _end(self, name: str, made: bool) -> Any:
        """The result of a formula. Its name becomes the label of a Value that was made here."""
        result = self._stack.pop()
        if name and not isinstance(result, Value):
            result = Value(result, name, requires_grad=False)
        elif name and made:
            result.label = name
        if name:
            self._names[name] = result
        return result


def _too_many(op: Op) -> str:
    if is_declared(op):
        return f"the results would have more than {_MOST_ENTRIES:,} entries together"
    return (
        f"{op.name}: its declaration does not say how large its result is, and with these inputs the results might "
        f"have more than {_MOST_ENTRIES:,} entries together; declare it with @ta.op(..., grows=...)"
    )


def _leaf(name: str, data: Any) -> Value:
    if isinstance(data, Value):
        return data
    try:
        return Value(data, name)
    except (TypeError, ValueError) as error:
        raise ExpressionError(f"variable {name!r}: {error}") from None


def _check_names(expression: Expression, values: Mapping[str, Any]) -> None:
    """Every variable has a value, and every value a variable."""
    missing = [name for name in expression.variables if name not in values]
    unused = [name for name in values if name not in expression.variables]
    if missing:
        place = next(step.place for step in expression.steps if step.kind == "name" and step.name == missing[0])
        raise refuse(expression.text, place, _missing(missing, unused))
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
