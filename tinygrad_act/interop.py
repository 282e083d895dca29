"""NumPy's functions applied to Values: `np.tanh(v)`, `np.sum(v, axis=0)`, `np.concatenate([v, w])`.

NumPy asks the argument's class what to do (`__array_ufunc__`, `__array_function__`). Every function
whose name is an operation's, or an alias of one, is that operation; any other is refused by name,
because computing it on the bare data would drop the gradient without a word.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

import numpy as np

from .op import Op
from .registry import ops

__all__ = ["call_function", "call_ufunc"]

_ABOUT_SHAPE = {f: operator.attrgetter(f.__name__) for f in (np.shape, np.ndim, np.size)}
_NUMPY_KEYWORDS = {"a_min": "min", "a_max": "max"}
_ADVICE = (
    "declare one with @ta.op or @ta.elementwise, build it from the operations in ta.ops, "
    "or use value.numpy() where no gradient is needed"
)


def call_ufunc(ufunc: np.ufunc, method: str, inputs: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """`ufunc(*inputs)` with at least one Value among the inputs. Raises `TypeError` without an op for it."""
    name = ufunc.__name__
    if method != "__call__":
        raise TypeError(f"np.{name}.{method} has no operation for Values; {_ADVICE}")
    if kwargs.get("out") is not None:
        raise TypeError(
            f"np.{name}: a Value can't be written into an array (out=, or array += value): its gradient would be "
            f"lost; write array = array + value, or use .data"
        )
    return _find(name).call(*inputs, **kwargs)


def call_function(function: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """`function(*args)` of NumPy with a Value among them. Raises `TypeError` without an op for it."""
    if function in _ABOUT_SHAPE:
        return _ABOUT_SHAPE[function](*args, **kwargs)
    kwargs = {_NUMPY_KEYWORDS.get(name, name): value for name, value in kwargs.items()}
    return _find(function.__name__).call(*args, **kwargs)


def _find(name: str) -> Op:
    op = ops.find(name)
    if op is None:
        raise TypeError(f"np.{name}: there is no operation '{name}' for Values; {_ADVICE}")
    return op
