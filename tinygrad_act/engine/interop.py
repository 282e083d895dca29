"""NumPy's functions applied to Values: `np.tanh(v)`, `np.sum(v, axis=0)`, `np.concatenate([v, w])`.

NumPy asks the argument's class what to do (`__array_ufunc__`, `__array_function__`). What stands for the
function runs in its place (see `numpy_names.implements`). Any other function of NumPy's runs on the bare
arrays where no gradient can be lost: on constants, and if it only asks. Else it is refused by name, with
the way out, because computing it on bare data would drop the gradient without a word.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from typing import Any

import numpy as np

from ..core.evaluate import INTERPRETERS
from ..core.mode import mode
from ..core.trees import flatten, map_leaves
from .bare import Bare, is_free
from .numpy_names import called_function, implementation_of, may_stand, public_name
from .tracing import refuse_look
from .ways_out import way_out

__all__ = ["call_function", "call_ufunc"]

_COMPARISONS = {np.less, np.less_equal, np.greater, np.greater_equal, np.equal, np.not_equal}
_ON_BOOLEANS = {np.bitwise_and: np.logical_and, np.bitwise_or: np.logical_or, np.invert: np.logical_not}
"""What `mask & value` calls, and the operation that it is where both are of booleans."""
_JOINS = {np.concatenate, np.stack}
"""What joins a sequence of arrays; an array is one, of its rows."""
_NUMPY_KEYWORDS = {"a_min": "min", "a_max": "max"}
_ASKS_TYPE = {
    np.result_type, np.can_cast, np.common_type, np.min_scalar_type, np.iscomplexobj, np.isrealobj,
    np.may_share_memory, np.shares_memory, np.diag_indices_from, np.tril_indices_from, np.triu_indices_from,
}  # fmt: skip
"""Functions that look at shape, dtype or memory: these are the same in every call of a program."""
_ASKS_NUMBERS = {
    np.nonzero, np.flatnonzero, np.argwhere, np.digitize, np.lexsort, np.argpartition, np.nanargmax, np.nanargmin,
    np.unravel_index, np.ravel_multi_index, np.linalg.matrix_rank, np.array_repr, np.array_str, np.array2string,
}  # fmt: skip
"""Functions whose results have no gradient by nature, and no shape that is known beforehand: the numbers decide."""


def call_ufunc(ufunc: np.ufunc, method: str, inputs: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """`ufunc(*inputs)` or `ufunc.method(*inputs)` with a Value among the arguments.

    Raises `TypeError` where nothing stands for it and a gradient would be lost.
    """
    if ufunc in _COMPARISONS:  # where a np.float64 stands on the left, NumPy has made a 0-d array of it
        inputs = tuple([x[()] if type(x) is np.ndarray and not x.ndim else x for x in inputs])
    if ufunc in _ON_BOOLEANS and all(np.result_type(getattr(x, "dtype", type(x))).kind == "b" for x in inputs):
        ufunc = _ON_BOOLEANS[ufunc]
    if "out" not in kwargs:
        run = implementation_of(ufunc) if method == "__call__" else None
        if run is not None:
            return run(*inputs, **kwargs)
    return _on_numbers(getattr(ufunc, method), _named(ufunc, method), inputs, kwargs)


def call_function(function: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """`function(*args)` of NumPy with a Value among the arguments.

    Raises `TypeError` where nothing stands for it and a gradient would be lost.
    """
    if kwargs.get("out", kwargs) is None:
        del kwargs["out"]
    if function is np.where and len(args) == 1 and not kwargs:
        function = np.nonzero
    run = implementation_of(function) if "out" not in kwargs else None
    if run is not None:
        if kwargs:
            args = _by_position(function, run, args, kwargs)
        if function in _JOINS and args and isinstance(args[0], Bare):  # to NumPy, the rows are what is joined
            args = (list(args[0]), *args[1:])  # type: ignore[call-overload]
        if not kwargs.keys().isdisjoint(_NUMPY_KEYWORDS):
            kwargs = {_NUMPY_KEYWORDS.get(name, name): x for name, x in kwargs.items()}
        return run(*args, **kwargs)
    plain = getattr(function, "_implementation", function)  # it asks no Value again that may hide in a deque
    return _on_numbers(plain, _named(function), args, kwargs, function)


def _by_position(function: Any, run: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> tuple[Any, ...]:
    """The arguments with what NumPy names and `run` does not: `np.flip(m=value)`. Takes it out of `kwargs`."""
    known = _by_place(run)
    for name in _by_place(function)[len(args) : len(known)]:
        if name not in kwargs or name in known:
            break
        args = (*args, kwargs.pop(name))
    return args


@functools.lru_cache(maxsize=1024)
def _by_place(function: Any) -> tuple[str, ...]:
    """The names of the parameters that may be given by position; none if it does not tell."""
    try:
        parameters = inspect.signature(function).parameters.values()
    except (TypeError, ValueError):
        return ()
    return tuple([x.name for x in parameters if x.kind not in (x.KEYWORD_ONLY, x.VAR_KEYWORD)])


def _on_numbers(plain: Any, name: str, args: Any, kwargs: dict[str, Any], function: Any = None) -> Any:
    """NumPy's own result on bare arrays, if nothing is lost by that."""
    nodes = [x for x in flatten((args, kwargs)) if type(x) in INTERPRETERS]
    held = nodes and all(isinstance(x, Bare) for x in nodes)
    asks = function in _ASKS_TYPE or function in _ASKS_NUMBERS
    written = any(isinstance(x, Bare) for x in flatten(kwargs.get("out")))
    if not held or written or not (asks or all(map(is_free, nodes))):
        name = called_function() or name
        raise TypeError(way_out(name, "out" in kwargs, may_stand(name)))
    if mode.tracing and function not in _ASKS_TYPE:
        for x in nodes:
            refuse_look(x, name)
    args, kwargs = map_leaves(_held if asks else _bare, (args, kwargs))
    return plain(*args, **kwargs)


def _held(x: Any) -> Any:
    """What a Value holds, for a function that only asks; anything else as it is."""
    return x._held if isinstance(x, Bare) else x


def _bare(x: Any) -> Any:
    """A copy of it, if it is an array: NumPy may hand it out."""
    data = _held(x)
    return data.copy() if isinstance(x, Bare) and isinstance(data, np.ndarray) else data


def _named(function: Any, method: str = "__call__") -> str:
    """How a message names a function of NumPy's or SciPy's."""
    name = public_name(function) or f"{getattr(function, '__module__', None) or 'a ufunc'}.{function.__name__}"
    return name if method == "__call__" else f"{name}.{method}"
