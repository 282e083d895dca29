"""`derivative`: the n-th derivative of an activation, as a function of numbers, arrays and Values."""

from __future__ import annotations

import functools
import math
from collections.abc import Callable
from typing import Any

import numpy as np

from ...core.conventions import derivative_form
from ...core.evaluate import INTERPRETERS, evaluate
from ...core.frames import boundary
from ...core.mode import mode
from ...core.op import Op
from ...engine.jet import series
from ...operations.slope import slope
from .find import bound_statics, find

__all__ = ["derivative"]


@boundary
def derivative(function: str | Op | Callable[..., Any], order: int = 1, **static: Any) -> Callable[[Any], Any]:
    """The derivative of this order: `ta.derivative("tanh", 4)(0.5)`, `ta.derivative("elu", 2, alpha=0.5)`.

    `function`: the name, an alias or the function of an elementwise operation of one input. `order` 0
    is the function itself. The result takes a number, an array or a Value; a gradient through it is
    the next derivative. It is computed from the operation's derivative rule in its accurate form
    (in double precision; float32 is rounded at the end).

    At a kink the first derivative is the slope that `grad` takes there; those of higher order are the
    right side's.

    Raises `KeyError` for an unknown name, `TypeError` for an order that is no whole number or an
    operation of several inputs, `ValueError` for a negative order or an operation without derivative.
    """
    op = find("derivative", function)
    if isinstance(order, bool) or not isinstance(order, (int, np.integer)):
        raise TypeError(f"derivative: the order must be a whole number, 0, 1, 2, ..., not {order!r}")
    if order < 0:
        raise ValueError(f"derivative: the order must be 0, 1, 2, ..., not {order}; a negative one is no integral here")
    if not op.elementwise or op.variadic or len(op.inputs) != 1:
        what = f"takes {', '.join(op.inputs)}" if op.elementwise else "is not elementwise"
        raise TypeError(f"derivative: {op.name} {what}; it must be elementwise, of one input: use ta.grad or ta.vjp")
    if order and op.rules[0] is None:
        raise ValueError(f"derivative: {op.name} has no derivative: nothing flows through it")
    full = bound_statics(op, static)
    return functools.partial(op.call, **static) if order == 0 else _as_op(op, int(order), full).call


def _as_op(op: Op, order: int, static: dict[str, Any]) -> Op:
    """The derivative as an operation that is in no registry. Its own derivative is the next one."""
    name = f"{op.name}^({order})"

    def compute(z: Any) -> Any:
        return _nth(op, order, z, static)

    def number(z: Any) -> float:
        return float(compute(z))

    def following(_: Any, z: Any) -> Any:
        return _as_op(op, order + 1, static).call(z)

    def call(z: Any) -> Any:
        interpreter = INTERPRETERS.get(type(z), evaluate)
        return interpreter(made, (z,), {})

    made = Op(name, op.inputs, (following,), compute, number, f"a = {name}(z)", name, elementwise=True, variadic=False)
    call.__name__, call.__doc__ = name, f"The derivative of order {order} of {op.name}."
    object.__setattr__(made, "call", call)
    return made


def _nth(op: Op, order: int, z: Any, static: dict[str, Any]) -> Any:
    data = np.asarray(z)
    x = data.astype(np.float64)
    with np.errstate(all="ignore"):
        d = _first(op, x, static) if order == 1 else _higher(op, order, x, static)
        d = np.where(np.isnan(x), np.nan, np.broadcast_to(d, x.shape))
    return d.astype(data.dtype if data.dtype.kind == "f" else np.float64)


def _first(op: Op, x: Any, static: dict[str, Any]) -> Any:
    with derivative_form("input" if mode.form == "auto" else mode.form):
        return slope(op, 0, op.call(x, **static), (x,), static)


def _higher(op: Op, order: int, x: Any, static: dict[str, Any]) -> Any:
    terms = series(op, x, order, static)
    return math.factorial(order - 1) * np.asarray(terms[-1], np.float64)
