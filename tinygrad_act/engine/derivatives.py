"""Derivatives of more than one number: `jacobian`, `hessian`, `hvp`.

They are made of `grad` and `vjp`, so they nest to any order, in each other and in `compile`, and
never touch `.grad`.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import numpy as np

from ..core.calls import refuse_uncallable
from ..core.frames import boundary
from ..core.gate import admit, python_number
from ..core.trees import leaves_with_paths
from ..operations.reduce import sum
from ..operations.shape import reshape, stack
from .argnums import Argnums, located, named, positions_of
from .transforms import gradient_of, pullback_of
from .value import Value

__all__ = ["hessian", "hvp", "jacobian"]


@boundary
def jacobian(f: Callable[..., Any], argnums: Argnums = 0) -> Callable[..., Any]:
    """A function with the arguments of `f` that returns the derivative of each entry of `f` by each of an argument.

    `f` returns one number or array. The shape is that of what it returns followed by that of the
    argument, the dtype the argument's: for `f` from (n,) to (m,) the matrix (m, n), for a single
    number what `grad` gives. `argnums`: which positional argument, a number or an array, or a tuple of
    them for a tuple of results. It takes one backward pass for each entry of what `f` returns.

    Raises `TypeError` if the argument or what `f` returns is a list, tuple or dict, or not made of real
    numbers, or if there is no such argument, `ValueError` if `argnums` names one twice.
    """
    return _jacobian("jacobian", f, argnums)


@boundary
def hessian(f: Callable[..., Any], argnums: Argnums = 0) -> Callable[..., Any]:
    """A function with the arguments of `f` that returns the second derivatives of `f`.

    For `f` from (n,) to a single number the matrix (n, n); in general, the shape of what `f` returns
    followed by twice that of the argument. With a tuple `argnums`, a tuple of rows: `result[i][j]` is
    by argument `argnums[i]`, then by `argnums[j]`. One product with a vector costs less: see `hvp`.

    Raises as `jacobian` does.
    """
    positions, single = positions_of("hessian", f, argnums)
    if single:
        return _jacobian("hessian", _jacobian("hessian", f, argnums), argnums)
    rows = [_jacobian("hessian", _jacobian("hessian", f, position), positions) for position in positions]

    @boundary
    @functools.wraps(f)
    def second(*args: Any, **kwargs: Any) -> Any:
        return tuple(row(*args, **kwargs) for row in rows)

    return second


@boundary
def hvp(f: Callable[[Any], Any], x: Any, v: Any) -> Any:
    """The Hessian of `f` at `x` times `v`, without the Hessian: two backward passes.

    `f` returns a single number. `x`: a number, an array, or a nested list, tuple or dict of them; `v` and
    the result have its structure and shapes, the result its dtypes.

    Raises `ValueError` if `f` returns more than one number or `v` has another structure or shape than
    `x`, `TypeError` if `x` is not made of real numbers.
    """
    given = list(leaves_with_paths(x))
    vectors = [(path, part if isinstance(part, Value) else admit(f"hvp: v{path}", python_number(part)))
               for path, part in leaves_with_paths(v)]  # fmt: skip
    shapes = [(path, np.shape(leaf)) for path, leaf in given]
    theirs = [(path, np.shape(leaf)) for path, leaf in vectors]
    if shapes != theirs:
        how = f"x has {len(shapes)} arrays, v {len(theirs)}"
        for (path, shape), (other, found) in zip(shapes, theirs):
            if (path, shape) != (other, found):
                how = f"x{path} has shape {shape}, v{other} {found}"
                break
        raise ValueError(f"hvp: {how}; make them alike")

    def along(y: Any) -> Any:
        slopes = [leaf for _, leaf in leaves_with_paths(gradient_of("hvp", f, 0)(y))]
        total: Any = 0.0
        for slope, (_, direction) in zip(slopes, vectors):
            total = total + sum(slope * direction)
        return total

    return gradient_of("hvp", along, 0)(x)


def _jacobian(name: str, f: Callable[..., Any], argnums: Argnums) -> Callable[..., Any]:
    refuse_uncallable(name, f)
    positions, single = positions_of(name, f, argnums)

    @boundary
    @functools.wraps(f)
    def all_entries(*args: Any, **kwargs: Any) -> Any:
        if kwargs:
            args, kwargs = named(f, positions, args, kwargs)
        for position in located(name, positions, len(args)):
            _check_argument(name, args, position)

        @functools.wraps(f)
        def of_chosen(*chosen: Any) -> Any:
            given = list(args)
            for position, x in zip(positions, chosen):
                given[position] = x
            return _one_array(name, f(*given, **kwargs))

        out, pullback = pullback_of(name, of_chosen, tuple(args[position] for position in positions))
        rows = [pullback(g) for g in _basis(out)]
        shapes = [np.shape(args[position]) for position in positions]
        found = [_joined([row[i] for row in rows], np.shape(out), shape, args[position])
                 for i, (position, shape) in enumerate(zip(positions, shapes))]  # fmt: skip
        return found[0] if single else tuple(found)

    return all_entries


def _check_argument(name: str, args: tuple[Any, ...], position: int) -> None:
    if isinstance(args[position], (list, tuple, dict)):
        raise TypeError(
            f"{name}: argument {position} is a {type(args[position]).__name__}; give its arrays as arguments of their "
            f"own, with argnums=(0, 1, ...), or join them in one array; ta.hvp and ta.vjp take nested structures"
        )


def _one_array(name: str, out: Any) -> Any:
    if isinstance(out, (list, tuple, dict)):
        raise TypeError(
            f"{name}: the function returned a {type(out).__name__}; return one number or array (ta.stack and "
            f"ta.concatenate join some), or call {name} for each"
        )
    return out


def _basis(out: Any) -> list[Any]:
    """For each entry of `out` the cotangent that asks for it alone."""
    data = out._held if isinstance(out, Value) else out
    if np.ndim(data) == 0:
        return [1.0]
    cotangents = np.eye(data.size).reshape(data.size, *data.shape)
    return list(cotangents)


def _joined(rows: list[Any], out: tuple[int, ...], shape: tuple[int, ...], x: Any) -> Any:
    """The derivatives of all entries of an output of shape `out` as one array."""
    if not out:
        return rows[0]
    if not rows:
        data = x._held if isinstance(x, Value) else np.asarray(x)
        dtype = data.dtype if getattr(data, "dtype", np.dtype(float)).kind == "f" else np.float64
        return np.zeros((*out, *shape), dtype)
    joined = stack(rows)
    return joined if len(out) == 1 else reshape(joined, shape=(*out, *shape))
