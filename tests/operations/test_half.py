"""Half precision: a count beyond 65504 is infinite there, and 2048 + 1 is 2048. Neither must show.

The truth is the formula in exact numbers, rounded to half precision once.
"""

from __future__ import annotations

import numpy as np
import pytest

import tinygrad_act as ta

from ..each import each

HALF = np.float16
WAYS = each("way", [lambda f: f, ta.compile], ids=["eager", "compiled"])
SIZES = each("n", [70000])


def check(found, exact, least=2**-24):
    """Within one unit of the last place of half precision, or one subnormal number."""
    assert found.dtype == HALF
    np.testing.assert_allclose(np.asarray(found, float), np.broadcast_to(exact, found.shape), rtol=2**-10, atol=least)


ONES = {  # of ones: value and slope, as functions of their number
    "mean": (ta.mean, lambda n: 1.0, lambda n: 1 / n),
    "max": (ta.max, lambda n: 1.0, lambda n: 1 / n),
    "min": (ta.min, lambda n: 1.0, lambda n: 1 / n),
    "std": (ta.std, lambda n: 0.0, lambda n: 0.0),
    "var": (ta.var, lambda n: 0.0, lambda n: 0.0),
    "logsumexp": (ta.logsumexp, lambda n: 1 + np.log(n), lambda n: 1 / n),
    "logmeanexp": (ta.logmeanexp, lambda n: 1.0, lambda n: 1 / n),
    "sum": (lambda x, **axes: ta.sum(x * HALF(1 / 64), **axes), lambda n: n / 64, lambda n: 1 / 64),
}


@WAYS
@SIZES
@each(("axis", "keepdims"), [(None, False), (0, True), (-1, False), ((0, 2), True)])
@each("name", ONES)
def test_reductions_of_very_many_ones(name, axis, keepdims, n, way):
    f, value, slope = ONES[name]
    shape = {None: (n,), 0: (n, 2), -1: (2, n), (0, 2): (n // 2, 3, 2)}[axis]
    x = np.ones(shape, HALF)
    check(np.asarray(way(lambda x: f(x, axis=axis, keepdims=keepdims))(x)), value(n))
    check(way(ta.grad(lambda x: f(x, axis=axis, keepdims=keepdims).sum()))(x), slope(n))


@WAYS
@SIZES
@each("ddof", [0, 1])
def test_the_spread_of_very_many(n, ddof, way):
    x = np.random.default_rng(0).normal(size=n).astype(HALF)
    apart = x.astype(float) - x.astype(float).mean()
    square = np.sum(apart**2) / (n - ddof)
    check(np.asarray(way(lambda x: ta.var(x, ddof=ddof))(x)), square)
    check(np.asarray(way(lambda x: ta.std(x, ddof=ddof))(x)), np.sqrt(square))
    check(way(ta.grad(lambda x: ta.var(x, ddof=ddof)))(x), 2 * apart / (n - ddof))
    check(way(ta.grad(lambda x: ta.std(x, ddof=ddof)))(x), apart / (n - ddof) / np.sqrt(square), 2**-23)


@WAYS
@SIZES
@each("f", [ta.softmax, ta.softmin, ta.sparsemax, ta.log_softmax], ids=lambda f: f.__name__)
def test_weights_of_very_many(f, n, way):
    x = np.ones((2, n), HALF)
    a = np.log(1 / n) if f is ta.log_softmax else 1 / n
    check(way(f)(x), a)
    g = np.zeros((2, n), HALF)
    g[:, 0] = 8.0
    exact = (8.0 * (np.arange(n) == 0) - 8.0 / n) * {ta.log_softmax: 1, ta.sparsemax: 1, ta.softmin: -a}.get(f, a)
    check(way(ta.grad(lambda x: (f(x) * g).sum()))(x), exact, 2**-21)  # 8 times what a has lost


@WAYS
@SIZES
def test_losses_of_very_many(n, way):
    z, y = np.zeros((n, 3), HALF), ta.one_hot(np.zeros(n, int), 3)
    check(np.asarray(way(lambda z: ta.softmax_cross_entropy(z, y).mean())(z)), np.log(3))
    check(way(ta.grad(lambda z: ta.softmax_cross_entropy(z, y).mean()))(z), (1 / 3 - y) / n)
    check(np.asarray(way(lambda z: ta.softmax_cross_entropy(z, np.full(n, 1 / n, HALF)))(z[:, 0])), np.log(n), 0.25)
    ones = np.ones(n, HALF)
    check(np.asarray(way(lambda z: ta.bce_with_logits(z, ones).mean())(z[:, 0])), np.log(2))
    check(way(ta.grad(lambda z: ta.bce_with_logits(z, ones).mean()))(z[:, 0]), -0.5 / n)


BACK = {  # what hands one number to n: its gradient is a sum
    "broadcast_to": lambda b, n: ta.broadcast_to(b, (n, 2)),
    "add": lambda b, n: np.ones((n, 2), HALF) + b,
    "add to a cube": lambda b, n: np.ones((n, 1, 2), HALF) + b,
    "getitem": lambda b, n: b[np.tile([0, 1], n)],
    "repeat": lambda b, n: ta.repeat(b, n),
    "tile": lambda b, n: ta.tile(b, n),
    "matmul": lambda b, n: np.ones((n, 2), HALF) @ b,
    "einsum": lambda b, n: ta.einsum("ij,j->i", np.ones((n, 2), HALF), b),
    "outer": lambda b, n: ta.outer(np.ones(n, HALF), b),
}


@WAYS
@SIZES
@each("name", BACK)
def test_what_goes_to_very_many_comes_back_as_their_sum(name, n, way):
    b = np.ones(2, HALF)
    _, pullback = ta.vjp(lambda b: BACK[name](b, n), b)
    (c,) = pullback(np.full(np.shape(BACK[name](b, n)), 1 / 64, HALF))
    check(c, n / 64)


@WAYS
def test_running_sums_and_sums_of_products_do_not_stop_at_2048(way):
    x = np.ones((3000, 2), HALF)
    check(way(lambda x: ta.cumsum(x, axis=0))(x)[2998:], [[2999, 2999], [3000, 3000]])
    check(way(lambda x: ta.einsum("ij->j", x))(x), 3000)
    check(way(ta.grad(lambda x: ta.cumsum(x, axis=0)[2999, 0] * HALF(1 / 64)))(x), np.array([1 / 64, 0]))


@WAYS
def test_second_order_keeps_the_count(way):
    n = 70000
    x = np.ones(n, HALF)
    g = ta.grad(lambda x: (x * x * x).mean())
    check(way(ta.grad(lambda x: (g(x) * x).sum()))(x), 9 / n)


@WAYS
@each("dtype", [np.float32, np.float64])
def test_other_precisions_stay_what_they_are(dtype, way):
    x = np.ones((300, 2), dtype)
    for f in (ta.mean, ta.sum, ta.std, ta.var, ta.max, ta.logsumexp, ta.logmeanexp, ta.softmax, ta.cumsum):
        assert np.asarray(way(lambda x, f=f: f(x, axis=0))(x)).dtype == dtype
        assert way(ta.grad(lambda x, f=f: f(x, axis=0).sum()))(x).dtype == dtype


@pytest.mark.parametrize("count", [3000, 60_000])
def test_many_that_fall_on_one_place_are_counted(count):
    """By a static index and by one that is data: the gradient of a gather is their number."""
    index = np.zeros(count, int)
    for f in (lambda x: x[index].sum(), lambda x: ta.take_axis(x, index).sum(), lambda x: x[index, 0].sum()):
        x = np.ones((2, 3), HALF)
        with np.errstate(over="ignore"):  # the sum itself is beyond what half precision holds
            found, compiled = ta.grad(f)(x), ta.compile(ta.grad(f))(x)
        assert found.dtype == HALF
        assert found[0, 0] == HALF(count)
        assert np.array_equal(found, compiled)
