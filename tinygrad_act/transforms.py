"""Functions from functions: `grad`, `value_and_grad`, `vjp`.

They take and give numbers, arrays, and nested lists, tuples and dicts of them; `.grad` is never
touched. They nest: inside another gradient the result is itself part of a graph, so
`grad(grad(f))` is the second derivative.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import numpy as np

from .backprop import count_uses, pull
from .leaves import leaf_data, own, seed
from .mode import deeper, mode
from .ops.activations import identity
from .recording import constant
from .tree import flatten, leaves_with_paths, map_leaves, unflatten
from .value import Value

__all__ = ["grad", "value_and_grad", "vjp"]


def grad(f: Callable[..., Any], argnums: int | tuple[int, ...] = 0) -> Callable[..., Any]:
    """A function with the arguments of `f` that returns the gradient of `f`.

    `f` returns a single number. `argnums`: which positional argument to differentiate by, or a
    tuple of them for a tuple of gradients. An argument may be a number, an array, or a nested
    list, tuple or dict of them; the gradient has the same structure, shapes and dtypes (integers
    count as floats).

    Raises `ValueError` if `f` returns more than one number, `TypeError` if an argument is not made
    of real numbers.
    """
    both = value_and_grad(f, argnums)

    @functools.wraps(f)
    def gradient(*args: Any, **kwargs: Any) -> Any:
        return both(*args, **kwargs)[1]

    return gradient


def value_and_grad(f: Callable[..., Any], argnums: int | tuple[int, ...] = 0) -> Callable[..., Any]:
    """A function with the arguments of `f` that returns `(f(...), gradient of f)`; see `grad`."""
    positions = (argnums,) if isinstance(argnums, int) else tuple(argnums)

    @functools.wraps(f)
    def value_and_gradient(*args: Any, **kwargs: Any) -> tuple[Any, Any]:
        with deeper() as depth:
            args, starts = _start("grad", args, positions, depth)
            out = _one_output("grad", f(*args, **kwargs))
            if out.size != 1:
                raise ValueError(
                    f"grad: the function returned shape {out.shape}, not a single number; "
                    f"return its sum() or mean(), or use ta.vjp(f, *args)"
                )
            cotangents, recorded = _pull_back(out, seed(out, None), starts, depth)
        gradients = _like_arguments(args, positions, cotangents)
        if mode.tracing:
            _come_up((out, *cotangents), depth)
        return out if recorded else out._data, gradients[0] if isinstance(argnums, int) else gradients

    return value_and_gradient


def vjp(f: Callable[..., Any], *args: Any) -> tuple[Any, Callable[[Any], tuple[Any, ...]]]:
    """`(f(*args), pullback)`: `pullback(g)` gives the cotangent of every argument.

    `f` returns one number or array; `g` has its shape. The pullback may be called many times.
    Raises as `grad` does, and `ValueError` for a `g` of another shape.
    """
    positions = tuple(range(len(args)))
    with deeper() as depth:
        copies = map_leaves(lambda x: x.copy() if isinstance(x, np.ndarray) else x, args)
        args, starts = _start("vjp", copies, positions, depth)  # the pullback may be called when they were changed
        out = _one_output("vjp", f(*args))
        _, outer = count_uses(out, Value, depth)

    def pullback(g: Any) -> tuple[Any, ...]:
        with deeper():
            checked = seed(out, g, "vjp", copy=False)
            start = g if isinstance(g, Value) and g.level else checked  # part of a graph: it goes on through g
            cotangents, _ = _pull_back(out, start, starts, depth)
        if isinstance(checked, np.ndarray):  # a leaf that g reaches unchanged gets memory of its own
            cotangents = [
                c.copy() if isinstance(c, np.ndarray) and np.may_share_memory(c, checked) else c for c in cotangents
            ]
        return _like_arguments(args, positions, cotangents)

    return out if outer or mode.tracing else out.data, pullback


def _start(
    name: str, args: tuple[Any, ...], positions: tuple[int, ...], depth: int
) -> tuple[tuple[Any, ...], list[Value]]:
    """The arguments with a new Value of this depth for every number and array at `positions`."""
    new, starts = list(args), []
    for position in positions:
        if not -len(args) <= position < len(args):
            raise TypeError(f"{name}: there is no positional argument {position}; the call has {len(args)}")
        leaves = []
        for path, leaf in leaves_with_paths(args[position]):
            try:
                leaves.append(_begin(leaf, depth))
            except TypeError as error:
                raise TypeError(f"{name}: argument {position}{path}: {error}") from None
        new[position] = unflatten(args[position], leaves)
        starts += leaves
    return tuple(new), starts


def _begin(leaf: Any, depth: int) -> Value:
    """A Value from which this gradient starts, and from which an outer one can go on."""
    start: Value
    if isinstance(leaf, Value) and (leaf.level or leaf.op is not None):
        start = identity(leaf)
    elif isinstance(leaf, np.ndarray) and leaf.dtype.kind == "f" and type(leaf) is np.ndarray:
        data = leaf.view()  # no copy: the function only sees it read-only
        data.setflags(write=False)
        start = constant(Value, data)
    else:
        start = constant(Value, leaf_data(leaf._data if isinstance(leaf, Value) else leaf, True))
    start.level = depth
    return start


def _one_output(name: str, out: Any) -> Value:
    if isinstance(out, Value):
        return out
    if isinstance(out, (list, tuple, dict)):
        raise TypeError(f"{name}: the function returned a {type(out).__name__}; return one number or array")
    try:
        return constant(Value, leaf_data(out, True))  # type: ignore[no-any-return]
    except TypeError as error:
        raise TypeError(f"{name}: the function's result: {error}") from None


def _pull_back(out: Value, g: Any, starts: list[Value], depth: int) -> tuple[list[Any], bool]:
    """The cotangent of every start, and whether it is part of a graph that goes on outside."""
    uses, outer = count_uses(out, Value, depth)
    recorded = outer or (isinstance(g, Value) and g.level > 0) or mode.tracing > 0
    arrived = {}
    if out.level >= depth:
        first = constant(Value, g) if recorded and isinstance(g, np.ndarray) else g
        arrived = dict(pull(out, first, uses, Value, depth, recorded))
    return [_finish(start, arrived.get(start)) for start in starts], recorded


def _finish(start: Value, c: Any) -> Any:
    if c is None:  # the function does not depend on it
        return 0.0 if type(start._data) is float else np.zeros_like(start._data)
    return own(c)


def _come_up(results: tuple[Any, ...], depth: int) -> None:
    """Results of a gradient at this depth belong to the one outside: a program may take several, one after
    the other, and the next one need not look into this one."""
    for result in results:
        if isinstance(result, Value):
            result.level = min(result.level, depth - 1)


def _like_arguments(args: tuple[Any, ...], positions: tuple[int, ...], leaves: list[Any]) -> tuple[Any, ...]:
    """The gradients in the structure of their arguments."""
    supply, gradients = iter(leaves), []
    for position in positions:
        count = len(flatten(args[position]))
        gradients.append(unflatten(args[position], [next(supply) for _ in range(count)]))
    return tuple(gradients)
