"""std and var where entries are equal, or nearly, or at the ends of the range. Truth by mpmath and by fractions."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

import tinygrad_act as ta

from ..each import each

mp = pytest.importorskip("mpmath")
WAYS = each("way", [lambda f: f, ta.compile], ids=["eager", "compiled"])
DTYPES = each("dtype", [np.float64, np.float32])


def exact_spread(x, ddof=0):
    """std, var and their gradients at the numbers x, as mpf."""
    numbers = [Fraction(float(t)) for t in x]
    mean = sum(numbers) / len(numbers)
    apart = [t - mean for t in numbers]
    square = sum(t * t for t in apart) / (len(x) - ddof)
    with mp.workdps(60):
        root = mp.sqrt(mp.mpf(square.numerator) / square.denominator)
        slopes = [mp.mpf(t.numerator) / t.denominator / (len(x) - ddof) for t in apart]
        return root, root**2, [t / root for t in slopes], [2 * t for t in slopes]


def ulps(found, exact, dtype):
    """The largest distance in units of the last place of the largest number."""
    exact = [exact] if isinstance(exact, mp.mpf) else exact
    size = max(abs(t) for t in exact)
    gap = max(abs(mp.mpf(float(f)) - t) for f, t in zip(np.ravel(found), exact))
    return float(gap / size) / np.finfo(dtype).eps


@WAYS
@DTYPES
@each("c", [0.1, 1 / 3, 1e-30, 1e30, -0.7, 0.0, 5e-324, 1e38])
@each("n", [1, 3, 7, 100_003])
def test_equal_entries(n, c, dtype, way):
    x = np.full(n, c, dtype)
    for f in (ta.std, ta.var):
        for ddof in (0, 1) if n > 1 else (0,):
            g = lambda x, f=f, ddof=ddof: f(x, ddof=ddof)
            assert way(g)(x) == 0
            assert not way(ta.grad(g))(x).any()


@WAYS
@DTYPES
@each("axis", [None, 0, 1, -1, (0, 2), (0, 1, 2)])
def test_equal_entries_along_axes_beside_others(axis, dtype, way):
    x = np.random.default_rng(0).normal(size=(4, 3, 5)).astype(dtype) + dtype(10)
    equal = np.broadcast_to(x.mean(axis=axis, keepdims=True).astype(dtype), x.shape).copy()
    mixed = np.concatenate([x, equal], axis=1 if axis in (0, -1, (0, 2)) else 0)
    if axis in (None, (0, 1, 2)):
        mixed = equal
    for keepdims in (False, True):
        g = ta.grad(lambda x: ta.std(x, axis=axis, keepdims=keepdims).sum())
        found = way(g)(mixed)
        weights = np.arange(mixed.size, dtype=dtype).reshape(mixed.shape)
        second = way(ta.grad(lambda x: (g(x) * weights).sum()))(mixed)
        flat = np.broadcast_to(np.ptp(mixed, axis=axis, keepdims=True) == 0, mixed.shape)
        assert flat.any()
        assert not found[flat].any()
        assert not second[flat].any(), "at every order"
        if not flat.all():
            apart = mixed.astype(float) - mixed.astype(float).mean(axis=axis, keepdims=True)
            n = mixed.size / np.mean(mixed, axis=axis).size
            with np.errstate(invalid="ignore"):
                exact = apart / mixed.astype(float).std(axis=axis, keepdims=True) / n
            np.testing.assert_allclose(found[~flat], exact[~flat], rtol=1e-4 if dtype == np.float32 else 1e-12)


NEAR = {
    "one ulp": lambda c, dtype: [c, np.nextafter(c, dtype(9)), c],
    "ulps": lambda c, dtype: [c, c, np.nextafter(np.nextafter(c, dtype(9)), dtype(9)), np.nextafter(c, dtype(-9)), c],
    "first apart": lambda c, dtype: [c * dtype(1.5), *[c] * 6, np.nextafter(c, dtype(9))],
    "last apart": lambda c, dtype: [*[c] * 6, np.nextafter(c, dtype(9)), c * dtype(-4)],
    "about 0": lambda c, dtype: [c, -c, c * dtype(0.25), -c * dtype(0.5)],
    "two": lambda c, dtype: [c, c * dtype(3)],
}


@WAYS
@DTYPES
@each("c", [0.1, 1 / 3, 1e-30, 1e30])
@each("name", NEAR)
def test_nearly_equal_entries_and_both_ends_of_the_range(name, c, dtype, way):
    x = np.array(NEAR[name](dtype(c), dtype), dtype)
    root, square, root_slope, square_slope = exact_spread(x)
    assert ulps(way(ta.std)(x), root, dtype) <= 4
    assert ulps(way(ta.grad(ta.std))(x), root_slope, dtype) <= 6
    with np.errstate(over="ignore"):  # the value's
        assert ulps(way(ta.grad(ta.var))(x), square_slope, dtype) <= 6
    if np.finfo(dtype).tiny / np.finfo(dtype).eps < square < np.finfo(dtype).max:
        assert ulps(way(ta.var)(x), square, dtype) <= 6


@DTYPES
def test_many_entries_with_an_outlier_first_keep_the_digits_of_the_others(dtype):
    x = np.random.default_rng(1).normal(size=2001).astype(dtype)
    x[0] = 1e5
    slopes = exact_spread(x)[3]
    found = ta.grad(ta.var)(x)
    assert ulps(found[1:], slopes[1:], dtype) <= 40


@pytest.mark.parametrize("f", [ta.var, ta.std], ids=lambda f: f.__name__)
def test_programs_take_the_shorter_formula_where_they_can(f):
    x = np.random.default_rng(0).normal(size=(5, 4)) + 3
    program = ta.compile(ta.grad(lambda x: f(x, axis=0).sum()))
    np.testing.assert_allclose(program(x), ta.grad(lambda x: f(x, axis=0).sum())(x), atol=1e-15)
    short, _, careful = program.program.source.partition("def step_with_care")
    assert "chain(" not in short
    assert "chain(" in careful


def test_second_order_of_nearly_equal_entries():
    x = np.array([0.1, 0.1 + 1e-9, 0.1 - 2e-9])
    root, _, slope, _ = exact_spread(x)
    slope = np.array([float(t) for t in slope])
    exact = ((np.eye(3) - 1 / 3) / 3 - np.outer(slope, slope)) / float(root)
    np.testing.assert_allclose(ta.hessian(ta.std)(x), exact, rtol=1e-9, atol=1e-9 / float(root))
    np.testing.assert_allclose(ta.hessian(ta.var)(x), 2 / 3 * (np.eye(3) - 1 / 3), atol=1e-15)


def test_whole_numbers_python_numbers_and_no_spread_at_all():
    assert ta.std(np.array([1, 3])) == 1.0
    assert ta.var(np.array([True, False])) == 0.25
    assert ta.std(3.0) == 0.0
    assert ta.grad(ta.std)(3.0) == 0.0
    assert ta.std(np.zeros((0, 3)), axis=1).shape == (0,)
    with pytest.raises(ValueError, match="std: nothing to reduce"):
        ta.std(np.zeros((0, 3)), axis=0)
    for f in (ta.std, ta.var):
        np.testing.assert_allclose(f(np.array([1.0, 2.0, 4.0]), ddof=1.5), getattr(np, f.__name__)([1, 2, 4], ddof=1.5))
        assert np.isnan(f(np.array([1.0, np.inf])))
        assert np.isnan(f(np.array([1.0, np.nan])))
        assert np.isnan(f(np.array([1.0]), ddof=1)), "0 / 0, as in NumPy"
