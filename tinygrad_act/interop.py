"""NumPy's functions applied to Values: `np.tanh(v)`, `np.sum(v, axis=0)`, `np.concatenate([v, w])`.

NumPy asks the argument's class what to do (`__array_ufunc__`, `__array_function__`). A function of
NumPy's that stands under an operation's name, or an alias of one, is that operation (the function
itself: `np.emath.sqrt` is not `np.sqrt`); any other is refused by name, because computing it on the
bare data would drop the gradient without a word.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

import numpy as np

from .errors import is_real
from .numpy_names import operation_of, public_name
from .op import Op
from .tree import flatten, map_leaves

__all__ = ["call_function", "call_ufunc"]

_ABOUT_SHAPE = {f: operator.attrgetter(f.__name__) for f in (np.shape, np.ndim, np.size)}
_COMPARISONS = {np.less, np.less_equal, np.greater, np.greater_equal, np.equal, np.not_equal}
_ON_BOOLEANS = {np.bitwise_and: np.logical_and, np.bitwise_or: np.logical_or, np.invert: np.logical_not}
"""What `mask & value` calls, and the operation that it is where both are of booleans."""
_OURS = __name__.partition(".")[0] + "."
_NUMPY_KEYWORDS = {"a_min": "min", "a_max": "max"}
_ADVICE = "build it from the operations in ta.ops, or use value.numpy() where no gradient is needed"


def call_ufunc(ufunc: np.ufunc, method: str, inputs: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """`ufunc(*inputs)` with at least one Value among the inputs. Raises `TypeError` without an op for it."""
    if method != "__call__":
        raise TypeError(f"{_named(ufunc)}.{method} has no operation for Values; {_ADVICE}")
    if kwargs and kwargs.get("out") is not None:
        raise TypeError(
            f"{_named(ufunc)}: a Value can't be written into an array (out=, or array += value): its gradient would be "
            f"lost; write array = array + value, or use .data"
        )
    if ufunc in _COMPARISONS:  # where a np.float64 stands on the left, NumPy has made a 0-d array of it
        inputs = tuple([x[()] if type(x) is np.ndarray and not x.ndim else x for x in inputs])
    if ufunc in _ON_BOOLEANS and all(np.result_type(getattr(x, "dtype", type(x))).kind == "b" for x in inputs):
        ufunc = _ON_BOOLEANS[ufunc]
    return _called(ufunc, inputs, kwargs)


def call_function(function: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """`function(*args)` of NumPy with a Value among them. Raises `TypeError` without an op for it."""
    if function in _ABOUT_SHAPE:
        return _ABOUT_SHAPE[function](*args, **kwargs)
    kwargs = {_NUMPY_KEYWORDS.get(name, name): value for name, value in kwargs.items()}
    return _called(function, args, kwargs)


def _called(function: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    op = operation_of(function)
    if op is None:
        name = _named(function)
        raise TypeError(
            f"{name}: there is no operation for Values that is this function; declare one with @ta.op or "
            f"@ta.elementwise and aliases=({name!r},), {_ADVICE}"
        )
    result = op.call(*args, **kwargs)
    if not op.forward.__module__.startswith(_OURS):
        _check_same(function, op, args, kwargs, result)
    return result


def _check_same(function: Callable[..., Any], op: Op, args: tuple[Any, ...], kwargs: dict[str, Any], a: Any) -> None:
    """Raises `TypeError` if a user's operation, which bears the name of a function of NumPy's, is another function:
    `np.sinc` is sin(pi x) / (pi x)."""
    leaves = flatten((args, a))
    if any(not hasattr(x, "_data") and not is_real(x) for x in leaves):
        return  # no numbers yet: a derivative is being derived, or an argument is static
    with np.errstate(all="ignore"):
        theirs = np.asarray(function(*map_leaves(lambda x: getattr(x, "_data", x), args), **kwargs))
        mine = np.asarray(getattr(a, "_data", a))
        same = mine.shape == theirs.shape and np.allclose(mine, theirs, rtol=1e-3, atol=1e-6, equal_nan=True)
    if not same:
        raise TypeError(
            f"{_named(function)}: the operation '{op.name}' of {op.forward.__module__} gives other numbers than this "
            f"function; give it another name, or call it by its own"
        )


def _named(function: Any) -> str:
    """How a message names a function of NumPy's or SciPy's."""
    return public_name(function) or f"{getattr(function, '__module__', None) or 'a ufunc'}.{function.__name__}"
