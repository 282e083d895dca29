"""`gradcheck`: is the gradient right? Compared with numerical derivatives, entry by entry.

    report = gradcheck(lambda p: loss(p, X, y), params)
    print(report)                # gradient agrees in all 21 entries, to 10.2 digits or more

Everything runs in float64. At a kink the numerical derivative is taken from one side: the side
that the operation declares, if it acts on the argument itself; else the analytic value must lie
between the slopes of both sides.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from .graph import topological_order
from .leaves import leaf_data
from .mode import deeper, no_grad
from .numeric import Estimate, central, one_sided
from .op import Op
from .report import Entry, Report
from .transforms import vjp
from .tree import flatten, leaves_with_paths, unflatten
from .value import Value

__all__ = ["gradcheck"]

_RELATIVE = 1e-6
"""A gradient that is off by more than this, and by more than the numerical error, is wrong."""


def gradcheck(f: Callable[..., Any], *args: Any, order: int = 1, seed: int = 0) -> Report:
    """Compare the gradient of `f` with numerical derivatives, for every entry of every argument.

    `f`: a function of numbers and arrays (or nested lists, tuples and dicts of them) that returns
    one number or array; an array of several is contracted with fixed random weights made from `seed`.
    `order=2` checks the gradient of the gradient as well.

    Returns a `Report`: print it, or test its truth. Raises `ValueError` for an `order` other than 1
    and 2 or if there is nothing to check, `TypeError` for arguments that are not real numbers.
    """
    if order not in (1, 2):
        raise ValueError(f"gradcheck: order must be 1 or 2, not {order!r}")
    leaves = [_as_float64(path, leaf) for path, leaf in leaves_with_paths(list(args))]
    if not any(leaf.size for leaf in leaves):
        raise ValueError("gradcheck: there is nothing to check: the arguments hold no numbers")
    args = tuple(unflatten(list(args), leaves))
    rng = np.random.default_rng(seed)
    entries = list(_entries(f, args, rng, 1))
    if order == 2:
        weights = [rng.uniform(0.5, 1.5, leaf.shape) for leaf in leaves]
        entries += _entries(_contracted_gradient(f, weights, seed), args, rng, 2)
    return Report(entries)


def _as_float64(path: str, leaf: Any) -> np.ndarray:
    try:
        return np.array(leaf_data(leaf._data if isinstance(leaf, Value) else leaf, True), np.float64)
    except TypeError as error:
        raise TypeError(f"gradcheck: argument {path}: {error}") from None


def _contracted_gradient(f: Callable[..., Any], weights: list[np.ndarray], seed: int) -> Callable[..., Any]:
    """sum(weights * gradient of f): a function of one number whose gradient is of second order."""

    def contracted(*args: Any) -> Any:
        out, pullback = vjp(f, *args)
        g = np.random.default_rng(seed).uniform(0.5, 1.5, np.shape(out))
        gradients = flatten(list(pullback(g)))
        total: Any = 0.0
        for weight, gradient in zip(weights, gradients):
            total = total + (weight * gradient).sum()
        return total

    return contracted


def _entries(f: Callable[..., Any], args: tuple[Any, ...], rng: np.random.Generator, order: int) -> Iterator[Entry]:
    out, pullback = vjp(f, *args)
    weights = rng.uniform(0.5, 1.5, np.shape(out)) if np.size(out) > 1 else np.ones(np.shape(out))
    analytic = flatten(list(pullback(weights)))
    sides = _declared_sides(f, args) if order == 1 else {}
    named = list(leaves_with_paths(list(args)))
    for number, ((path, leaf), gradient) in enumerate(zip(named, analytic)):
        for index in np.ndindex(leaf.shape):
            phi = _along(f, args, number, index)
            slope = float(gradient[index])
            estimate, note = _compare(phi, weights, float(leaf[index]), slope, sides.get((number, index)))
            yield _judge(order, path, index, slope, estimate, note)


def _along(f: Callable[..., Any], args: tuple[Any, ...], number: int, index: tuple[int, ...]) -> Callable[..., Any]:
    """`f` as a function of a step in one entry of one leaf."""
    leaves = flatten(list(args))

    def phi(step: float) -> np.ndarray:
        moved = leaves[number].copy()
        moved[index] += step
        values = [Value(x, requires_grad=False) for x in (*leaves[:number], moved, *leaves[number + 1 :])]
        with no_grad(), np.errstate(all="ignore"):
            out = f(*unflatten(list(args), values))
        return np.asarray(out._data if isinstance(out, Value) else out, np.float64)

    return phi


def _compare(
    phi: Callable[[float], np.ndarray], weights: np.ndarray, x: float, slope: float, side: str | None
) -> tuple[Estimate, str]:
    """The numerical derivative that `slope` is to be compared with, and why that one."""
    estimate = central(phi, weights, abs(x))
    if side is None and _close(slope, estimate):
        return estimate, ""
    left, right = (one_sided(phi, weights, abs(x), sign) for sign in (-1, 1))
    gap = abs(left.slope - right.slope)
    if not gap > 10 * (left.error + right.error) + _RELATIVE * max(abs(left.slope), abs(right.slope)):
        return estimate, ""
    note = f"kink: left {left.slope:.6g}, right {right.slope:.6g}"
    if side is not None:
        return _on_side(side, left, right), f"{note}, declared {side}"
    low, high = sorted((left, right))
    if low.slope - low.error <= slope <= high.slope + high.error:
        return Estimate(slope, 0.0), f"{note}; the rule's value lies between"
    return min((left, right), key=lambda one: abs(one.slope - slope)), note


def _on_side(side: str, left: Estimate, right: Estimate) -> Estimate:
    if side == "mean":
        return Estimate((left.slope + right.slope) / 2, left.error + right.error)
    if side == "inside":
        return max((left, right), key=lambda one: abs(one.slope))
    return {"left": left, "right": right}.get(side, Estimate(0.0, 0.0))


def _close(slope: float, estimate: Estimate) -> bool:
    return abs(slope - estimate.slope) <= _RELATIVE * max(abs(slope), abs(estimate.slope)) + estimate.error


def _judge(order: int, path: str, index: tuple[int, ...], slope: float, estimate: Estimate, note: str) -> Entry:
    distance = abs(slope - estimate.slope)
    size = max(abs(slope), abs(estimate.slope))
    if not math.isfinite(distance):
        return Entry(order, path, index, slope, estimate.slope, estimate.error, 0.0, False, note or "not finite")
    digits = 16.0 if distance == 0 else min(16.0, -math.log10(distance / size))
    if distance <= estimate.error:  # as close as these differences can tell
        resolved = 16.0 if estimate.error == 0 else -math.log10(min(1.0, estimate.error / max(size, 1.0)))
        digits = max(digits, min(16.0, resolved))
    return Entry(order, path, index, slope, estimate.slope, estimate.error, max(digits, 0.0),
                 _close(slope, estimate), note)  # fmt: skip


def _declared_sides(f: Callable[..., Any], args: tuple[Any, ...]) -> dict[tuple[int, tuple[int, ...]], str]:
    """Entries of the arguments on which an operation acts directly, at one of its kinks: the side."""
    leaves = flatten(list(args))
    starts = [Value(leaf) for leaf in leaves]
    with deeper(), np.errstate(all="ignore"):
        out = f(*unflatten(list(args), starts))
    sides: dict[tuple[int, tuple[int, ...]], str] = {}
    for node in topological_order([out] if isinstance(out, Value) else [], Value):
        if node.op is None or not node.op.elementwise or not node.op.kinks:
            continue
        for number, start in enumerate(starts):
            if any(x is start for x in node.inputs):
                for mask, side in _at_kinks(node.op, node, leaves[number]):
                    sides.update({(number, tuple(map(int, i))): side for i in zip(*np.nonzero(np.atleast_1d(mask)))}
                                 if mask.ndim else {(number, ()): side} if mask else {})  # fmt: skip
    return sides


def _at_kinks(op: Op, node: Any, x: np.ndarray) -> Iterator[tuple[np.ndarray, str]]:
    """For each kink of `op`, which entries of `x` lie on it, and the side that is declared."""
    for place, side in op.kinks.items():
        if place == "integers":
            yield x == np.round(x), side
        elif place == "ties":
            first, second = (np.broadcast_to(primal, node.shape) for primal in node.primals)
            if x.shape == node.shape:
                yield first == second, side
        elif isinstance(place, str):
            bound = node.static.get(place)
            if bound is not None:
                yield np.asarray(x == bound), side
        else:
            yield np.asarray(x == place), side
