"""The formula in an operation's docstring, computed by NumPy: another way to the same numbers."""

from __future__ import annotations

import math

import numpy as np


def _scatter_add(x, shape, index):
    a = np.zeros(shape, x.dtype)
    flat = np.arange(a.size).reshape(shape)[index]
    for place, entry in zip(np.ravel(flat), np.ravel(x)):
        a.reshape(-1)[place] += entry
    return a


def _put_add(x, index, size, axis=0):
    """Entry by entry, by Python's loop."""
    axis %= x.ndim - index.ndim + 1
    a = np.zeros((*x.shape[:axis], size, *x.shape[axis + index.ndim :]), x.dtype)
    for place in np.ndindex(*x.shape):
        a[(*place[:axis], index[place[axis : axis + index.ndim]], *place[axis + index.ndim :])] += x[place]
    return a


def _sum_to(x, shape):
    places = np.broadcast_to(np.arange(math.prod(shape)).reshape(shape), x.shape)
    return np.bincount(places.ravel(), weights=x.ravel(), minlength=math.prod(shape)).reshape(shape)


def _spread(g, x, axis=None, keepdims=False):
    kept = np.sum(x, axis=axis, keepdims=True).shape
    return np.zeros(x.shape) + np.reshape(g, kept)


def _simplex_threshold(z, axis):
    """t with sum(maximum(z - t, 0)) = 1, by bisection."""
    low, high = np.max(z, axis=axis, keepdims=True) - 1.0, np.max(z, axis=axis, keepdims=True)
    for _ in range(100):
        middle = (low + high) / 2
        enough = np.sum(np.maximum(z - middle, 0), axis=axis, keepdims=True) > 1
        low, high = np.where(enough, middle, low), np.where(enough, high, middle)
    return low


def _pow_derivative(x, y, by_x, by_y):
    """By Leibniz: y * (y - 1) * ... is a polynomial in y, and every derivative of x**y by y brings a log(x)."""
    polynomial = np.poly(range(by_x)) if by_x else np.ones(1)
    terms = [math.comb(by_y, k) * np.polyval(np.polyder(polynomial, k), y) * np.log(x) ** (by_y - k)
             for k in range(by_y + 1)]  # fmt: skip
    return (np.add.reduce(terms) * x ** (y - by_x)).astype(np.result_type(x, y))


def _hermite(order, x):
    """The polynomial that derivatives of exp(-x*x/2) bring forth, by its recurrence."""
    before, now = 0.0 * x, 1.0 + 0.0 * x
    for n in range(order):
        before, now = now, x * now - n * before
    return now


_WORDS = {
    "pow_derivative": _pow_derivative,
    "hermite": _hermite,
    "simplex_threshold": _simplex_threshold,
    "gumbel": lambda rng, shape: np.random.default_rng(rng).gumbel(size=shape),
    **{name: getattr(np, name) for name in dir(np) if not name.startswith("_")},
    "sqrt": lambda x: math.sqrt(x) if isinstance(x, (int, float)) else np.sqrt(x),  # of a Python number: weak
    "erf": lambda x: np.vectorize(math.erf, otypes=[float])(x).astype(np.result_type(x, np.float16)),
    "scatter_add": _scatter_add,
    "put_add": _put_add,
    "sum_to": _sum_to,
    "spread": _spread,
}


def by_formula(op, arrays, static):
    """What the right-hand side of the formula gives for these inputs."""
    names = {op.inputs[0]: "xs"} if op.variadic else {}
    words = dict(_WORDS, **static, **{k: v for k, v in op.defaults.items() if k not in static})
    words.update({"xs": arrays} if names else dict(zip(op.inputs, arrays)))
    with np.errstate(all="ignore"):
        return eval(op.formula.removeprefix("a = "), words)
