"""The softmax family: digits, special rows, sparse and random relatives. Truth by mpmath."""

from __future__ import annotations

import numpy as np
import pytest

import tinygrad_act as ta
from tinygrad_act.operations import log_exp

from ..each import each

mp = pytest.importorskip("mpmath")
EPS = float(np.finfo(float).eps)


def ulps(found, exact):
    """The largest distance in units of the last place of the exact numbers, given as mpf."""
    near = np.array([float(x) for x in np.ravel(exact)])
    gaps = [abs(float(mp.mpf(float(f)) - x)) for f, x in zip(np.ravel(found), np.ravel(exact))]
    return float(np.max(np.array(gaps) / np.spacing(np.abs(near))))


def truth(row):
    """softmax and logsumexp of a row."""
    z = [mp.mpf(float(x)) for x in row]
    total = mp.fsum(mp.exp(x) for x in z)
    return [mp.exp(x) / total for x in z], mp.log(total)


@pytest.fixture(autouse=True)
def _digits():
    with mp.workdps(400):
        yield


@pytest.mark.parametrize("low", [40.0, 100.0, 700.0])
def test_a_confident_row_keeps_its_digits(low):
    row = np.array([0.0, *-np.linspace(40.0, low, 6)])
    p, total = truth(row)
    assert float(total) > 0
    assert ulps(ta.log_softmax(row), [mp.log(x) for x in p]) <= 1.34
    assert ulps(ta.logsumexp(row), [total]) <= 1.32
    assert ulps(ta.ops["softmax_rest"].call(row), [1 - x for x in p]) <= 3


def test_ordinary_rows_are_right_to_a_few_ulp():
    """Of rows whose largest entry is 0: what exp makes of the rounding of z - max(z), no formula can avoid."""
    rows = np.random.default_rng(0).normal(size=(40, 10))
    rows -= rows.max(axis=1, keepdims=True)
    exact = [truth(row) for row in rows]
    p = np.array([p for p, _ in exact])
    assert ulps(ta.softmax(rows), p) <= 3.6
    assert ulps(ta.log_softmax(rows), [mp.log(x) for x in p.ravel()]) <= 1.83
    assert ulps(ta.logsumexp(rows, axis=1), [total for _, total in exact]) <= 2


@pytest.mark.parametrize(("length", "spread", "bound"), [(10, 1.0, 3.3), (10, 30.0, 3.3), (1000, 300.0, 1.82)])
def test_the_derivative_of_softmax_keeps_its_digits(length, spread, bound):
    """Normwise, in units of eps; other frameworks lose everything in the confident rows.

    What exp makes of the rounding of z - max(z), half an eps of it for the second largest entry, comes on top.
    """
    rng = np.random.default_rng(1)
    worst = 0.0
    for _ in range(10 if length < 100 else 2):
        row, g = spread * rng.normal(size=length), rng.normal(size=length)
        _, pullback = ta.vjp(ta.softmax, row)
        p, _ = truth(row)
        mean = mp.fsum(x * mp.mpf(float(y)) for x, y in zip(p, g))
        exact = [x * (mp.mpf(float(y)) - mean) for x, y in zip(p, g)]
        norm = mp.sqrt(mp.fsum(x * x for x in exact))
        gap = mp.sqrt(mp.fsum((mp.mpf(float(f)) - x) ** 2 for f, x in zip(pullback(g)[0], exact)))
        second = float(np.diff(np.sort(row)[-2:])[0])
        worst = max(worst, float(gap / norm) / EPS - second / 2)
    assert worst <= bound


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_rows_with_infinities_and_nan(dtype):
    inf = np.inf
    rows = np.array([[-inf, 0, 1], [-inf] * 3, [inf, 0, -inf], [np.nan, 0, 1], [inf, inf, 0]], dtype)
    a, logs = ta.softmax(rows), ta.log_softmax(rows)
    assert a[0, 0] == 0
    assert logs[0, 0] == -inf
    assert a[2].tolist() == ta.sparsemax(rows)[2].tolist() == [1, 0, 0], "the limit of a large entry"
    assert logs[2].tolist() == [0, -inf, -inf]
    assert ta.ops["softmax_rest"].call(rows)[2].tolist() == [0, 1, 1]
    for without_limit in (1, 3, 4):
        assert np.isnan(a[without_limit]).all()
        assert np.isnan(logs[without_limit]).all()
        assert np.isnan(ta.sparsemax(rows)[without_limit]).all()
    totals = ta.logsumexp(rows, axis=1)
    assert totals[[1, 2, 4]].tolist() == [-inf, inf, inf]
    assert np.isnan(totals[3])
    assert a.dtype == logs.dtype == totals.dtype == dtype


@pytest.mark.parametrize("f", [ta.softmax, ta.softmin, ta.log_softmax], ids=lambda f: f.__name__)
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_many_rows_give_what_each_of_them_gives(f, dtype):
    rows = np.random.default_rng(0).normal(size=(500, 100)).astype(dtype)
    g = np.random.default_rng(1).normal(size=rows.shape).astype(dtype)
    a, pullback = ta.vjp(f, rows)
    (c,) = pullback(g)
    for i in range(0, 500, 25):
        one, pull_one = ta.vjp(f, rows[i])
        np.testing.assert_allclose(a[i], one, rtol=8 * np.finfo(dtype).eps)
        np.testing.assert_allclose(c[i], pull_one(g[i])[0], atol=8 * np.finfo(dtype).eps)


def test_logsumexp_and_logmeanexp_over_several_axes():
    x = np.random.default_rng(0).normal(size=(2, 3, 4)) * 50
    for axis in (None, 0, -1, (0, 2), (2, 1)):
        for keepdims in (False, True):
            expected = np.log(np.sum(np.exp(x - 100), axis=axis, keepdims=keepdims)) + 100
            np.testing.assert_allclose(ta.logsumexp(x, axis=axis, keepdims=keepdims), expected, rtol=1e-13)
            n = x.size / np.sum(x, axis=axis).size
            np.testing.assert_allclose(ta.logmeanexp(x, axis=axis, keepdims=keepdims), expected - np.log(n), rtol=1e-12)


SIZES = [1e-30, 1e-8, 1.0, 30.0, 1e4, 3e8, 1e30, 3e38]


def scaled_rows(size, dtype):
    """Rows about `size` whose entries differ by a few ulp, by about 1, and by about `size`: exact differences."""
    ulp = np.spacing(dtype(size))
    steps = np.array([0, 1, -2, 5, 3], dtype)
    near = dtype(size) / dtype(2) + np.maximum(ulp, dtype(1) if size > 1 else ulp) * steps
    with np.errstate(over="ignore"):
        rows = [near, -near, np.full(5, size), np.array([size, size, -size, 0, size / 2]), dtype(size / 16) * steps]
    return [np.asarray(row, dtype) for row in rows]


@each("way", [lambda f: f, ta.compile], ids=["eager", "compiled"])
@each("size", SIZES)
@each("dtype", [np.float64, np.float32])
@each("f", [ta.logsumexp, ta.logmeanexp], ids=lambda f: f.__name__)
def test_the_gradient_of_logsumexp_is_the_softmax_of_its_input(f, dtype, size, way):
    """In ulp of the largest entry; beyond, what exp makes of the rounding of a difference from the largest."""
    eps = float(np.finfo(dtype).eps)
    for row in scaled_rows(size, dtype):
        p, _ = truth(row)
        found = way(ta.grad(f))(row)
        for c, exact, x in zip(found, p, row):
            apart = min(float(row.max()) - float(x), 800.0)
            assert abs(mp.mpf(float(c)) - exact) <= exact * eps * (4 + apart) + float(np.finfo(dtype).tiny), row
        assert abs(float(np.sum(found.astype(float))) - 1) <= 4 * eps
        second = way(lambda x: ta.grad(lambda x: (ta.grad(f)(x) * np.arange(5, dtype=dtype)).sum())(x))(row)
        mean = mp.fsum(k * x for k, x in enumerate(p))
        for c, exact, k in zip(second, p, range(5)):
            assert abs(mp.mpf(float(c)) - exact * (k - mean)) <= 60 * eps


def test_the_shorter_ways_to_the_gradient_of_logsumexp_run(monkeypatch):
    """On finite numbers nothing calls softmax: neither the rule on arrays, nor a program."""

    def fail(*_, **__):
        raise AssertionError("the slower way")

    x = np.random.default_rng(0).normal(size=(4, 3))
    program = ta.compile(ta.grad(lambda x: ta.logsumexp(x, axis=1).sum()))
    expected = program(x)
    assert "softmax" not in program.program.source.partition("def step_with_care")[0]
    monkeypatch.setattr(log_exp, "softmax", fail)
    np.testing.assert_allclose(ta.grad(lambda x: ta.logsumexp(x, axis=1).sum())(x), expected, rtol=1e-15)
    with pytest.raises(AssertionError, match="the slower way"):
        ta.grad(ta.logsumexp)(np.array([0.0, np.inf]))


@pytest.mark.parametrize("way", [lambda f: f, ta.compile], ids=["eager", "compiled"])
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_the_gradient_of_logsumexp_over_axes_of_large_numbers(dtype, way):
    x = (np.arange(24).reshape(2, 3, 4) % 5 + 3e4).astype(dtype)
    for axis in (None, 0, 1, -1, (0, 2), (2, 1), (0, 1, 2), (1,)):
        for keepdims in (False, True):
            e = np.exp(x.astype(float) - 3e4)
            expected = e / e.sum(axis=axis, keepdims=True)
            for f in (ta.logsumexp, ta.logmeanexp):
                g = way(ta.grad(lambda x, f=f: f(x, axis=axis, keepdims=keepdims).sum()))(x)
                np.testing.assert_allclose(g, expected, rtol=16 * np.finfo(dtype).eps)
    assert ta.grad(lambda x: ta.logsumexp(x, axis=1).sum())(np.zeros((0, 3))).shape == (0, 3)


@each("way", [lambda f: f, ta.compile], ids=["eager", "compiled"])
@each("axis", [-1, 0, None])
@each("low", [-40.0, -700.0])
def test_the_gradient_of_log_softmax_keeps_the_digits_of_a_confident_row(low, axis, way):
    """The entry near 1 cancels: what is left of it is what the others have."""
    row = np.array([low, 0.0, low - 1])
    z = row.reshape(-1, 1) if axis == 0 else row
    others = np.exp(row[[0, 2]])
    g = way(ta.grad(lambda z: -ta.log_softmax(z, axis=axis).reshape((-1,))[1]))(z).ravel()
    np.testing.assert_allclose(g, [others[0], -others.sum(), others[1]], rtol=4e-15)
    weights = np.array([0.5, 2.0, -0.25])
    g = way(ta.grad(lambda z: (ta.log_softmax(z, axis=axis).reshape((-1,)) * weights).sum()))(z).ravel()
    exact = weights[[0, 2]] - others * weights.sum()
    np.testing.assert_allclose(g, [exact[0], -exact.sum(), exact[1]], rtol=4e-15)


@pytest.mark.parametrize("f", [ta.logsumexp, ta.logmeanexp, ta.max, ta.min, ta.sum, ta.std, ta.var, ta.prod])
def test_an_axis_that_is_not_there_is_refused(f):
    for axis in (2, -3, (0, 2)):
        with pytest.raises(ValueError, match=f"{f.__name__}: axis -?[23] is out of bounds"):
            f(np.ones((2, 2)), axis=axis)
        with pytest.raises(ValueError, match=f"{f.__name__}: axis -?[23] is out of bounds"):
            ta.grad(lambda x, axis=axis: f(x, axis=axis).sum())(np.ones((2, 2)))
    with pytest.raises(TypeError, match=f"({f.__name__}|Value): .*complex"):
        f(np.array([1j]) if f not in (ta.max, ta.min, ta.sum, ta.prod) else ta.Value(np.array([1j])))


def test_sparsemax_of_large_numbers():
    for size in (1e17, 1e30, 1e300):
        assert ta.sparsemax(np.full(2, size)).tolist() == [0.5, 0.5]
        assert ta.sparsemax(np.array([size, -size, size])).tolist() == [0.5, 0, 0.5]


def test_logmeanexp_of_equal_entries_is_that_entry():
    for c in (0.0, 1e-20, 0.3, 700.0, 1e30, -1e300):
        for n in (1, 3, 1000):
            assert ta.logmeanexp(np.full(n, c)) == c


def test_log1mexp_is_right_at_both_ends():
    z = np.array([1e-300, 1e-10, 0.5, 0.6931471805599453, 1.0, 30.0, 700.0])
    assert ulps(ta.log1mexp(z), [mp.log(-mp.expm1(-mp.mpf(float(x)))) for x in z]) <= 3
    value = ta.Value(z)
    ta.log1mexp(value).sum().backward()
    assert ulps(value.grad, [1 / mp.expm1(mp.mpf(float(x))) for x in z]) <= 2
    assert ta.log1mexp(0.0) == -np.inf
    assert np.isnan(ta.log1mexp(-1.0))


def test_sparsemax_is_a_distribution_with_zeros():
    z = np.random.default_rng(0).normal(size=(20, 8)) * 2
    a = ta.sparsemax(z)
    np.testing.assert_allclose(a.sum(axis=-1), 1.0, rtol=1e-14)
    assert ((a == 0).sum(axis=-1) >= 3).any()
    np.testing.assert_allclose(ta.sparsemax(z + 5.0), a, atol=1e-14)
    np.testing.assert_allclose(ta.sparsemax(z.T, axis=0), a.T)


def test_hardmax_takes_the_first_and_passes_nothing_or_everything():
    z = ta.Value([[1.0, 3.0, 3.0], [2.0, 0.0, 1.0]])
    assert ta.hardmax(z).data.tolist() == [[0, 1, 0], [1, 0, 0]]
    assert not ta.hardmax(z).requires_grad
    g = np.arange(6.0).reshape(2, 3)
    ta.straight_through_hardmax(z).backward(g)
    assert np.array_equal(z.grad, g)


def test_gumbel_softmax_draws_corners_as_often_as_softmax_says():
    z, rng = np.log(np.array([0.1, 0.2, 0.7])), np.random.default_rng(0)
    drawn = ta.hardmax(ta.gumbel_softmax(np.tile(z, (100_000, 1)), rng=rng)).mean(axis=0)
    np.testing.assert_allclose(drawn, [0.1, 0.2, 0.7], atol=0.005)
    near = ta.gumbel_softmax(np.tile(z, (100, 1)), rng=0, tau=0.01)
    assert np.mean(near.max(axis=1) > 0.99) > 0.9
    assert np.array_equal(ta.gumbel_softmax(z, rng=7), ta.gumbel_softmax(z, rng=7))
    assert not np.array_equal(ta.gumbel_softmax(z, rng=rng), ta.gumbel_softmax(z, rng=rng))
    with pytest.raises(TypeError, match=r"rng=None is neither .* nor a seed; write rng=default_rng\(0\)"):
        ta.gumbel_softmax(z, rng=None)
    with pytest.raises(TypeError, match="gumbel_softmax: static parameter 'rng' is missing"):
        ta.gumbel_softmax(z)
    with pytest.raises(ValueError, match=r"gumbel_softmax: tau=0.0 is not allowed; it must be above 0"):
        ta.gumbel_softmax(z, rng=0, tau=0.0)


def test_the_straight_through_corner_has_the_gradient_of_the_soft_one():
    z, g = np.array([0.3, -0.2, 0.9]), np.array([1.0, 2.0, -1.0])
    hard, pull_hard = ta.vjp(lambda x: ta.straight_through_hardmax(ta.gumbel_softmax(x, rng=3)), z)
    _, pull_soft = ta.vjp(lambda x: ta.gumbel_softmax(x, rng=3), z)
    assert sorted(hard) == [0, 0, 1]
    assert np.array_equal(pull_hard(g)[0], pull_soft(g)[0])


def test_softmax2d_wants_images():
    images = np.random.default_rng(0).normal(size=(2, 3, 4, 5))
    np.testing.assert_allclose(ta.softmax2d(images).sum(axis=1), 1.0, rtol=1e-15)
    with pytest.raises(ValueError, match=r"softmax2d: images have shape .*, not \(2, 3\)"):
        ta.softmax2d(np.ones((2, 3)))
