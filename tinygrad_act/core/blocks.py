"""Large arrays in pieces that fit the processor's cache.

A formula of several steps makes an array a step. Fresh arrays of megabytes cost several times the
arithmetic on them: each is written to memory and read back, page by page. So a formula runs on one
piece after the other, and only its result is as large as its input.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from .axes import axis_of

__all__ = [
    "BITS", "BLOCK", "CAREFUL", "HALF", "by_rows", "choose", "has_steps", "in_blocks", "is_large", "is_plain",
    "kernel_of", "pieces",
    "wide",
]  # fmt: skip

BLOCK = 1 << 17
"""Bytes of a piece: what a formula needs of them at a time stays in the second-level cache."""

BITS: dict[Any, Any] = {np.dtype(np.float32): np.dtype(np.int32), np.dtype(np.float64): np.dtype(np.int64)}
"""Integers as wide as a float."""

HALF: Any = np.dtype(np.float16)
"""NumPy has one object for it, so that `is` will do."""

_ndarray = np.ndarray


def wide(x: Any) -> Any:
    """`x` (an array, a Value, what stands for one), in single precision if it is of half: there a sum of more
    than 2048 ones stays 2048, and a count beyond 65504 is infinite. The result is rounded to half once."""
    return x.astype(np.float32) if getattr(x, "dtype", None) is HALF else x


def is_plain(x: Any) -> bool:
    """Whether `x` is a number or an array: no Value, and nothing that stands for one in a program."""
    return type(x) is _ndarray or isinstance(x, (float, np.generic))


def is_large(x: Any) -> bool:
    """Whether `x` is an array of floats that is worth cutting."""
    return type(x) is _ndarray and x.nbytes > 2 * BLOCK and x.dtype in BITS


def pieces(x: Any) -> Iterator[slice]:
    """Slices that cut the entries of `x`, in a row, into pieces."""
    step = BLOCK // x.itemsize
    return (slice(start, start + step) for start in range(0, x.size, step))


CAREFUL: Any = {"over": "raise", "invalid": "raise", "divide": "raise", "under": "ignore"}
"""For `np.errstate`: what steps that were saved may not cope with shows itself."""


def choose(condition: Any, x: Any, y: Any, out: Any) -> None:
    """where(condition, x, y) by the bits: several times as fast where the condition is random. `out` may be
    x, but not y."""
    if type(out) is not _ndarray:  # a program that is being recorded has a say in how
        np.copyto(out, np.where(condition, x, y))
        return
    bits = BITS[out.dtype]
    mask = np.negative(condition.view(np.int8), dtype=bits)
    chosen = out.view(bits)
    np.bitwise_xor(x.view(bits), y.view(bits), out=chosen)
    np.bitwise_and(chosen, mask, out=chosen)
    np.bitwise_xor(chosen, y.view(bits), out=chosen)


def has_steps(body: Callable[..., Any]) -> bool:
    """Whether `body` calls more than one function."""
    return len(set(inspect.unwrap(body).__code__.co_names) - {"np"}) > 1


def in_blocks(body: Callable[..., Any], fused: Callable[..., Any] | None = None) -> Callable[..., Any]:
    """`body`, a function that acts on every entry of its first argument by itself, run piece by piece on
    large arrays; any other argument is a single number then.

    `fused(z, out, **static)`: the same in fewer steps, for pieces on which it raises no floating-point error. It may
    give the indices of entries that need the body.
    """
    if fused is None and not has_steps(body):
        return body  # one step makes no array besides its result

    @functools.wraps(body)
    def forward(z: Any, *rest: Any, **static: Any) -> Any:
        if not is_large(z):
            return body(z, *rest, **static)
        if any(np.size(x) != 1 or getattr(x, "dtype", z.dtype) is not z.dtype for x in rest):
            return body(z, *rest, **static)
        out = np.empty(z.shape, z.dtype)
        run = _run if fused is None else _run_fused
        done = run(body, fused, z.reshape(-1), out.reshape(-1), rest, static)
        return out if done else body(z, *rest, **static)

    return forward


def _run(body: Any, _: Any, z: Any, out: Any, rest: tuple[Any, ...], static: dict[str, Any]) -> bool:
    """Whether the body gives floats of the same kind."""
    for piece in pieces(z):
        part = body(z[piece], *rest, **static)
        if part.dtype is not z.dtype:
            return False
        out[piece] = part
    return True


def kernel_of(fused: Any, dtypes: tuple[Any, ...], static: dict[str, Any]) -> Any:
    """What runs a shorter formula on arrays of these dtypes, `f(*arrays, out)`; None if it can't."""
    find = getattr(fused, "kernel", None)
    return functools.partial(fused, **static) if find is None else find(dtypes, static)


def _run_fused(body: Any, fused: Any, z: Any, out: Any, rest: tuple[Any, ...], static: dict[str, Any]) -> bool:
    again = []
    kernel = kernel_of(fused, (z.dtype,), static)
    if kernel is None:
        return _run(body, fused, z, out, rest, static)
    for piece in pieces(z):
        try:
            with np.errstate(**CAREFUL):
                found = kernel(z[piece], out[piece])
            if found is not None:
                again.append(found + piece.start)
        except FloatingPointError:
            out[piece] = body(z[piece], *rest, **static)
    if again:
        at = np.concatenate(again)
        for part in pieces(at):
            out[at[part]] = body(z[at[part]], *rest, **static)
    return True


def by_rows(f: Callable[..., Any]) -> Callable[..., Any]:
    """`f(*arrays, axis=...)`, which acts on every row along an axis by itself, for arrays of one shape: on
    some of the rows at a time where they are large, and in single precision where they are of half.

    What is no array (a node, a formula) goes to `f` as it is. Of no entries the result has none.
    """

    @functools.wraps(f)
    def rows(*arrays: Any, axis: int | None) -> Any:
        first = arrays[0]
        if getattr(first, "dtype", None) is HALF:
            return rows(*map(wide, arrays), axis=axis).astype(HALF)
        for x in arrays:
            if type(x) is not _ndarray or x.shape != first.shape:
                return f(*arrays, axis=axis)
        if axis is not None:
            axis = axis_of(axis, first.ndim)
        if not first.size:
            return np.empty(first.shape, np.result_type(first, np.float32) if first.dtype.kind == "f" else np.float64)
        if axis is None or not first.ndim:  # all entries are one row
            return f(*[x.reshape(1, -1) for x in arrays], axis=-1).reshape(first.shape)
        if not is_large(first):
            return f(*arrays, axis=axis)
        if axis == 0 and first.ndim > 1:
            return f(*arrays, axis=axis)
        if axis == first.ndim - 1:
            arrays = tuple(x.reshape(-1, first.shape[-1]) for x in arrays)
            axis = -1
        return _some_rows(f, arrays, axis).reshape(first.shape)

    return rows


def _some_rows(f: Callable[..., Any], arrays: tuple[Any, ...], axis: int) -> Any:
    """Along any axis but the first, some of the first axis at a time."""
    first = arrays[0]
    out = np.empty(first.shape, first.dtype)
    step = max(1, 2 * BLOCK * len(first) // first.nbytes)
    for start in range(0, len(first), step):
        out[start : start + step] = f(*[x[start : start + step] for x in arrays], axis=axis)
    return out
