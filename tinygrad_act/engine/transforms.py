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

from ..core.calls import refuse_uncallable
from ..core.frames import boundary, warn_user
from ..core.graph import topological_order
from ..core.mode import current, deeper, special
from ..core.registry import ops
from ..core.trees import flatten, leaves_with_paths, map_leaves, unflatten
from ..operations.activations import identity
from ..operations.shape import astype, broadcast_to
from .argnums import Argnums, located, named, positions_of
from .backprop import count_uses, pull
from .leaves import leaf_data, own, seed
from .recording import constant, new_node
from .value import Value

__all__ = ["enter", "grad", "gradient_of", "leave", "pullback_of", "value_and_grad", "vjp"]

_IDENTITY = ops[identity.__name__]
_WORTH_A_COPY = 1 << 14
"""Bytes of an argument up to which `vjp` keeps a copy for its pullback."""


@boundary
def grad(f: Callable[..., Any], argnums: Argnums = 0) -> Callable[..., Any]:
    """A function with the arguments of `f` that returns the gradient of `f`.

    `f` returns a single number. `argnums`: which positional argument to differentiate by, given by name or not, or a
    tuple of them for a tuple of gradients; each is named once, and -1 is the last. An argument may be a
    number, an array, or a nested list, tuple or dict of them; the gradient has the same structure,
    shapes and dtypes (integers and booleans become floats, for `f` too).

    Raises `ValueError` if `f` returns more than one number or `argnums` names an argument twice,
    `TypeError` if there is no such argument, if one is not made of real numbers, or if `f` takes a bare
    number out of a Value (`float(x)`, `array[i] = x`). Warns if what `f` returns depends on no input that
    it is differentiated by.
    """
    return gradient_of("grad", f, argnums)


@boundary
def value_and_grad(f: Callable[..., Any], argnums: Argnums = 0) -> Callable[..., Any]:
    """A function with the arguments of `f` that returns `(f(...), gradient of f)`; see `grad`."""
    return _value_and_gradient("value_and_grad", f, argnums)


@boundary
def vjp(f: Callable[..., Any], *args: Any) -> tuple[Any, Callable[[Any], tuple[Any, ...]]]:
    """`(f(*args), pullback)`: `pullback(g)` gives the cotangent of every argument.

    `f` returns one number or array; `g` has its shape, or is one number for all entries. The pullback may
    be called many times. Arrays of up to 16 KB are copied for it; don't write to larger ones in between.
    Raises and warns as `grad` does, and raises `ValueError` for a `g` of another shape.
    """
    return pullback_of("vjp", f, args)


def gradient_of(name: str, f: Callable[..., Any], argnums: Argnums) -> Callable[..., Any]:
    """What `grad` returns; `name`: what its messages call it."""
    both = _value_and_gradient(name, f, argnums)

    @boundary
    @functools.wraps(f)
    def gradient(*args: Any, **kwargs: Any) -> Any:
        return both(*args, **kwargs)[1]

    return gradient


def _value_and_gradient(name: str, f: Callable[..., Any], argnums: Argnums) -> Callable[..., Any]:
    refuse_uncallable(name, f)
    positions, single = positions_of(name, f, argnums)

    @boundary
    @functools.wraps(f)
    def value_and_gradient(*args: Any, **kwargs: Any) -> tuple[Any, Any]:
        if kwargs:
            args, kwargs = named(f, positions, args, kwargs)
        given = args
        with deeper() as depth:
            args, starts = enter(name, args, positions, depth)
            out = _one_output(name, f(*args, **kwargs))
            if out.size != 1:
                raise ValueError(
                    f"{name}: the function returned shape {out.shape}, not a single number; "
                    f"return its sum() or mean(), or use ta.jacobian(f)(*args) or ta.vjp(f, *args)"
                )
            uses, outer = count_uses(out, Value, depth)
            if starts and starts[0] not in uses:
                _warn_if_cut_off(name, f, out, starts, uses)
            cotangents, recorded = _pull_back(out, seed(out, None), starts, depth, uses, outer)
            value, *cotangents = leave([out, *cotangents], depth) if recorded else [out._held, *cotangents]
        if special:
            _pass_on(out if outer else None, given)
        gradients = _like_arguments(args, positions, cotangents)
        return value, gradients[0] if single else gradients

    return value_and_gradient


def pullback_of(
    name: str, f: Callable[..., Any], args: tuple[Any, ...], warn: bool = True
) -> tuple[Any, Callable[[Any], tuple[Any, ...]]]:
    """What `vjp` returns; `name`: what its messages call it. `warn`: of a result that depends on no input."""
    refuse_uncallable(name, f)
    positions, given = tuple(range(len(args))), args
    with deeper() as depth:
        copies = map_leaves(_kept, args)
        args, starts = enter(name, copies, positions, depth)  # the pullback may be called when they were changed
        out = _one_output(name, f(*args))
        uses, outer = count_uses(out, Value, depth)
        if warn and starts and starts[0] not in uses:
            _warn_if_cut_off(name, f, out, starts, uses)
        (result,) = leave([out], depth) if outer or current().tracing else [out.data]
    if special:
        _pass_on(out if outer else None, given)

    @boundary
    def pullback(g: Any) -> tuple[Any, ...]:
        with deeper() as now:
            checked = seed(out, g, name, copy=False)
            start = checked
            if isinstance(g, Value) and g.level:  # part of a graph: it goes on through g
                start = g if g.shape == out.shape else broadcast_to(g, shape=out.shape)
            cotangents, recorded = _pull_back(out, start, starts, depth, *count_uses(out, Value, depth))
            cotangents = leave(cotangents, now) if recorded else cotangents
        if special:
            _pass_on(g, ())
        if isinstance(checked, np.ndarray):  # a leaf that g reaches unchanged gets memory of its own
            cotangents = [
                c.copy() if isinstance(c, np.ndarray) and np.may_share_memory(c, checked) else c for c in cotangents
            ]
        return _like_arguments(args, positions, cotangents)

    return result, pullback


def _kept(x: Any) -> Any:
    """An argument of `vjp`, which its pullback looks at later: a copy, unless that would cost more than the step."""
    return x.copy() if isinstance(x, np.ndarray) and x.nbytes <= _WORTH_A_COPY else x


def enter(
    name: str, args: tuple[Any, ...], positions: tuple[int, ...], depth: int
) -> tuple[tuple[Any, ...], list[Value]]:
    """How every transform begins: the arguments with a new float Value of this depth for every number and array
    at `positions`, and these Values. Raises `TypeError` for what is no real number."""
    new, starts = list(args), []
    for position in located(name, positions, len(args)):
        leaves = []
        for path, leaf in leaves_with_paths(args[position]):
            try:
                leaves.append(_begin(leaf, depth))
            except (TypeError, ValueError) as error:
                kind = TypeError if isinstance(error, TypeError) else ValueError
                raise kind(f"{name}: argument {position}{path}: {error}") from None
        new[position] = unflatten(args[position], leaves)
        starts += leaves
    return tuple(new), starts


def leave(results: list[Any], depth: int) -> list[Any]:
    """How every transform ends, as the last thing inside its `deeper()`: the results belong to what is outside.

    A Value of this depth goes out as a new one that holds the same and belongs to the depth outside; else the
    next transform there would walk on into this one's graph. Its own level is never changed: a pullback may
    still be called through it, and would find its way barred.
    """
    return [_come_up(x, depth) if isinstance(x, Value) and x.level >= depth else x for x in results]


def _come_up(result: Value, depth: int) -> Value:
    data = result._held
    outside: Value = new_node(
        Value, _IDENTITY, data.view() if type(data) is np.ndarray else data, depth - 1, {}, (result, data)
    )
    return outside


def _pass_on(out: Any, given: tuple[Any, ...]) -> None:
    """Note for the gradient outside, if there is one, that this one was taken of `out` by `given`, where these may
    depend on its inputs."""
    if current().depth > 1:
        outer = [x for x in (out, *flatten(given)) if isinstance(x, Value) and (x.level or x.op is not None)]
        current().nested.extend(outer)


def _begin(leaf: Any, depth: int) -> Value:
    """A float Value from which this gradient starts, and from which an outer one can go on."""
    start: Value
    if isinstance(leaf, Value) and (leaf.level or leaf.op is not None):
        start = identity(leaf) if leaf.dtype.kind == "f" else astype(leaf, dtype=np.float64)
    elif isinstance(leaf, np.ndarray) and leaf.dtype.kind == "f" and type(leaf) is np.ndarray:
        data = leaf.view()  # no copy: the function only sees it read-only
        data.setflags(write=False)
        start = constant(Value, data)
    else:
        start = constant(Value, leaf_data(leaf._held if isinstance(leaf, Value) else leaf, True))
    start.level = depth
    return start


def _warn_if_cut_off(name: str, f: Callable[..., Any], out: Value, starts: list[Value], uses: dict[Any, int]) -> None:
    """Warn where the result depends on none of the inputs, not even by what has no slope (floor, comparisons), or by
    a gradient taken inside, which may well be constant."""
    if any(start in uses for start in starts):
        return
    reached = set(topological_order([out, *current().nested], Value))
    if reached.isdisjoint(starts):
        warn_user(
            f"ta.{name}: what {getattr(f, '__name__', 'the function')} returns depends on no input that it is "
            f"differentiated by, so the gradient is 0; if that is not meant: .item(), .numpy(), .data, detach() and "
            f"no_grad() cut the graph, so compute on the Values themselves"
        )


def _one_output(name: str, out: Any) -> Value:
    if isinstance(out, Value):
        return out
    if out is None:
        raise TypeError(f"{name}: the function's result is nothing (None); is `return` missing?")
    if isinstance(out, (list, tuple, dict)):
        raise TypeError(f"{name}: the function returned a {type(out).__name__}; return one number or array")
    try:
        return constant(Value, leaf_data(out, True))  # type: ignore[no-any-return]
    except (TypeError, ValueError) as error:
        kind = TypeError if isinstance(error, TypeError) else ValueError
        raise kind(f"{name}: the function's result: {error}") from None


def _pull_back(
    out: Value, g: Any, starts: list[Value], depth: int, uses: dict[Any, int], outer: bool
) -> tuple[list[Any], bool]:
    """The cotangent of every start, and whether it is part of a graph that goes on outside."""
    recorded = outer or (isinstance(g, Value) and g.level > 0) or current().tracing > 0
    arrived = {}
    if out.level >= depth:
        first = constant(Value, g) if recorded and isinstance(g, np.ndarray) else g
        arrived = dict(pull(out, first, uses, Value, depth, recorded))
    return [_finish(start, arrived.get(start)) for start in starts], recorded


def _finish(start: Value, c: Any) -> Any:
    if c is None:  # the function does not depend on it
        return 0.0 if type(start._held) is float else np.zeros_like(start._held)
    return own(c)


def _like_arguments(args: tuple[Any, ...], positions: tuple[int, ...], leaves: list[Any]) -> tuple[Any, ...]:
    """The gradients in the structure of their arguments."""
    supply, gradients = iter(leaves), []
    for position in positions:
        if type(args[position]) is Value:
            gradients.append(next(supply))
            continue
        count = len(flatten(args[position]))
        gradients.append(unflatten(args[position], [next(supply) for _ in range(count)]))
    return tuple(gradients)
