"""What a saved program holds in place of this package: its source is written into the module, so it needs NumPy alone.

A body of an operation that a program calls as it is may call other operations by their public
functions. There, `operation` stands in for them: arrays and numbers, and no other interpreter.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

__all__ = ["operation", "pulled"]


def operation(
    forward: Callable[..., Any], scalar: Callable[..., Any], elementwise: bool, count: int, defaults: dict[str, Any]
) -> Callable[..., Any]:
    """A function of numbers and arrays: `forward` for arrays, `scalar` for Python numbers. `count`: how many of its
    arguments are inputs, -1 for all; the others are parameters, in the order of `defaults`."""

    def call(*args: Any, **static: Any) -> Any:
        if count < 0 and isinstance(args[0], (list, tuple)):
            args = (*args[0], *args[1:])
        inputs = args if count < 0 else args[:count]
        static = {**defaults, **dict(zip(defaults, args[len(inputs) :])), **static}
        inputs = tuple([x if isinstance(x, (bool, int, float)) else np.asarray(x) for x in inputs])
        numbers = not any(isinstance(x, np.ndarray) for x in inputs)
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


def pulled(rule: Any, position: int, variadic: bool, chain: Callable[..., Any] | None, kinks: bool) -> Any:
    """One step of backpropagation: (g, a, *inputs) to the cotangent of the input at `position`, in its shape and
    dtype. `chain`: what multiplies `g` by the rule's slope, for an operation that acts on each entry by itself."""

    def pull(g: Any, a: Any, *inputs: Any, **static: Any) -> Any:
        like = np.asarray(inputs[position])
        with np.errstate(all="ignore"):
            if chain is not None:
                c = chain(g, rule(a, *inputs, **static) if callable(rule) else rule, a if kinks else 0.0)
            elif not callable(rule):
                c = g * rule
            else:
                c = rule(position, g, a, *inputs, **static) if variadic else rule(g, a, *inputs, **static)
            if type(inputs[position]) is float:
                return float(c)
            c = np.asarray(c)
            whole = np.broadcast_to(c, np.broadcast_shapes(c.shape, like.shape))
            added = whole.ndim - like.ndim
            kept = [added + i for i, n in enumerate(like.shape) if n == 1 and whole.shape[added + i] != 1]
            axes = (*range(added), *kept)
            c = np.add.reduce(whole, axis=axes).reshape(like.shape) if axes else whole
            return np.array(c, like.dtype)

    return pull
