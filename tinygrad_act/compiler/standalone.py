"""What a saved program holds in place of this package: its source is written into the module, so it needs NumPy alone.

A body of an operation that a program calls as it is may call other operations by their public
functions. There, `operation` stands in for them: arrays and numbers, and no other interpreter.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

__all__ = ["at_kinks", "bound_of", "operation", "pulled"]


def operation(
    forward: Callable[..., Any], scalar: Callable[..., Any], elementwise: bool, count: int, defaults: dict[str, Any]
) -> Callable[..., Any]:
    """A function of numbers and arrays: `forward` for arrays, `scalar` for Python numbers. `count`: how many of its
    arguments are inputs, -1 for all; the others are parameters, in the order of `defaults`, where `...` marks what
    has none."""
    given = {name: default for name, default in defaults.items() if default is not ...}

    def call(*args: Any, **static: Any) -> Any:
        if count < 0 and isinstance(args[0], (list, tuple)):
            args = (*args[0], *args[1:])
        inputs = args if count < 0 else args[:count]
        static = {**given, **dict(zip(defaults, args[len(inputs) :])), **static}
        inputs = tuple([np.asarray(x) if isinstance(x, (list, tuple)) else x for x in inputs])
        numbers = not any(isinstance(x, (np.ndarray, np.generic)) for x in inputs)
        if not elementwise:
            inputs = tuple([np.asarray(x) for x in inputs])
        if not numbers or not elementwise:
            a = np.asarray(forward(*inputs, **static))
            return a.item() if numbers and a.ndim == 0 else a
        try:
            a = scalar(*inputs, **static)
            if type(a) is int and any(type(x) is float for x in inputs):
                return float(a)
            return a.item() if isinstance(a, np.generic) else a
        except (ZeroDivisionError, OverflowError, ValueError):
            with np.errstate(all="ignore"):
                return np.asarray(forward(*[np.asarray(x) for x in inputs], **static)).item()

    return call


def pulled(
    rule: Any, position: int, op: Any, chain: Any, sum_to: Any, worth_pieces: Any, by_pieces: Any, marker: Any
) -> Any:
    """One step of backpropagation: (g, a, *inputs) to the cotangent of the input at `position`, in its shape and
    dtype. `op`: what the others ask of the operation, its slope at kinks among it; `chain`, `sum_to`, ...: the
    package's own."""

    def elementwise(g: Any, a: Any, inputs: tuple[Any, ...], static: dict[str, Any]) -> Any:
        if op.bent is not None:
            return at_kinks(op.bent, chain, g, a, rule, inputs, static)
        if not callable(rule):
            return g if rule == 1 else -g if rule == -1 else g * rule
        arrays = type(g) is np.ndarray and type(a) is np.ndarray
        if arrays and op.fused is not None and g.nbytes > op.large and worth_pieces(g, a, inputs):
            return by_pieces(op, rule, g, a, inputs, static)
        try:
            d = rule(a, *inputs, **static)
        except (ZeroDivisionError, OverflowError, ValueError, TypeError):  # IEEE has an answer
            d = float(rule(np.float64(a), *map(np.float64, inputs), **static))
        return chain(g, d, marker(op, position, a, inputs))

    def whole(g: Any, a: Any, inputs: tuple[Any, ...], static: dict[str, Any]) -> Any:
        a, *inputs = (np.asarray(x) for x in (a, *inputs))  # type: ignore[assignment]
        if not callable(rule):
            return g * rule
        return rule(position, g, a, *inputs, **static) if op.variadic else rule(g, a, *inputs, **static)

    def pull(g: Any, a: Any, *inputs: Any, **static: Any) -> Any:
        like = np.asarray(inputs[position])
        with np.errstate(all="ignore"):
            c = (elementwise if op.elementwise else whole)(g, a, inputs, static)
            shape = np.broadcast_shapes(np.shape(c), like.shape)
            if np.shape(c) != like.shape:
                c = np.broadcast_to(c, shape)
            if shape != like.shape:
                c = sum_to(c, shape=like.shape)
            return float(c) if type(inputs[position]) is float else np.array(c, like.dtype)

    return pull


def at_kinks(bent: Any, chain: Any, g: Any, a: Any, rule: Any, inputs: tuple[Any, ...], static: dict[str, Any]) -> Any:
    """The cotangent times the slope, where `at_kink` or a dialect asked for another one at kinks."""

    def times(d: Any) -> Any:
        return chain(g, d, a)

    return bent(times(rule(a, *inputs, **static) if callable(rule) else rule), inputs, static, times)


def bound_of(defaults: dict[str, Any]) -> Callable[..., Any]:
    """Where the kinks of an operation with these parameters are; see `Op.bound`."""

    def bound(place: Any, static: dict[str, Any]) -> Any:
        given = {**defaults, **static}
        if callable(place):
            return place(**given)
        if not isinstance(place, str):
            return place
        value = given.get(place.removeprefix("-"))
        return -value if place.startswith("-") and value is not None else value

    return bound
