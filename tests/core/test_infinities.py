"""Masks of -inf (and inf): an entry that is masked is as good as not there, in value and derivatives.

The truth is the same function of the other entries alone, and 0 for the masked ones: the limit.
"""

from __future__ import annotations

import warnings

import numpy as np
import pytest

import tinygrad_act as ta

from ..each import each

INF = np.inf
W = np.array([0.3, -1.2, 0.7, 2.0, -0.4])
WAYS = each("way", [lambda f: f, ta.compile], ids=["eager", "compiled"])
DTYPES = each("dtype", [np.float64, np.float32])


def weighted(f):
    """Rows of f, summed up with weights; `kept`: which entries of the full row are there."""
    return lambda z, kept: (f(z) * W[kept].astype(z.dtype)).sum()


def cross_entropy(z, kept):
    targets = np.array([0.25, 0.0, 0.75, 0.0, 0.0])
    return ta.softmax_cross_entropy(z, targets[kept].astype(z.dtype))


LOW = {  # masked by -inf
    "max": lambda z, _: ta.max(z),
    "maximum": lambda z, _: ta.maximum(z, 0.25).max(),
    "logsumexp": lambda z, _: ta.logsumexp(z),
    "logsumexp over axes": lambda z, _: ta.logsumexp(z.reshape((1, -1)), axis=(0, 1)),
    "logmeanexp": lambda z, _: ta.logmeanexp(z),
    "softmax": weighted(ta.softmax),
    "softmax of columns": weighted(lambda z: ta.softmax(z.reshape((-1, 1)), axis=0).reshape((-1,))),
    "softmax2d": weighted(lambda z: ta.softmax2d(z.reshape((-1, 1, 1))).reshape((-1,))),
    "softmax of all": weighted(lambda z: ta.softmax(z, axis=None)),
    "log_softmax": lambda z, _: ta.log_softmax(z)[0],
    "cross entropy": cross_entropy,
    "sparsemax": weighted(ta.sparsemax),
    "sigmoid": weighted(ta.sigmoid),
    "exp": weighted(ta.exp),
}
HIGH = {  # masked by inf
    "min": lambda z, _: ta.min(z),
    "minimum": lambda z, _: ta.minimum(z, 0.25).min(),
    "softmin": weighted(ta.softmin),
}
CASES = [pytest.param(f, -INF, id=name) for name, f in LOW.items()]
CASES += [pytest.param(f, INF, id=name) for name, f in HIGH.items()]
KEPT = np.array([True, False, True, True, False])
ROW = np.array([0.8, 0.1, -0.3, 0.6, 1.7])


def derivatives(f, kept, way, z):
    """Value, gradient and second derivative along W."""
    g = ta.grad(lambda z: f(z, kept))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        value = way(lambda z: f(z, kept))(z)
        second = ta.grad(lambda z: (g(z) * W[: len(z)].astype(z.dtype)).sum())
        return [np.asarray(x) for x in (value, way(g)(z), way(second)(z))]


@WAYS
@DTYPES
@each(("f", "mask"), CASES)
def test_a_masked_entry_is_as_good_as_not_there(f, mask, dtype, way):
    z = np.where(KEPT, ROW, mask).astype(dtype)
    short, places = z[KEPT], np.flatnonzero(KEPT)
    value, gradient, second = derivatives(f, np.full(5, True), way, z)
    expected, short_gradient, _ = derivatives(f, KEPT, lambda f: f, short)
    h = ta.hessian(lambda z: f(z, KEPT))(short) @ W[KEPT]  # along the entries that are there
    eps = np.finfo(dtype).eps
    if f is LOW["logmeanexp"]:
        expected = expected - np.log(5 / 3)
    np.testing.assert_allclose(value, expected, rtol=8 * eps, atol=2 * eps)
    for found, exact in ((gradient, short_gradient), (second, h)):
        full = np.zeros(5)
        full[places] = exact
        np.testing.assert_allclose(found, full, atol=20 * eps)
        assert (found[~KEPT] == 0).all()


def test_gumbel_noise_leaves_a_mask_a_mask():
    z = np.where(KEPT, ROW, -INF)
    a, pullback = ta.vjp(lambda z: ta.gumbel_softmax(z, rng=3), z)
    assert (a[~KEPT] == 0).all()
    assert a.sum() == pytest.approx(1.0, rel=1e-15)
    (c,) = pullback(W)
    np.testing.assert_allclose(c, a * (W - a @ W), atol=1e-15)


@WAYS
def test_the_maximum_of_a_masked_sum(way):
    mask = np.array([0.0, -INF])
    assert way(ta.grad(lambda s: (s + mask).max()))(np.array([1.0, 5.0])).tolist() == [1, 0]
    assert way(ta.grad(lambda s: (s - mask).min()))(np.array([1.0, 5.0])).tolist() == [1, 0]
    tied = np.array([[INF, INF, 0.0], [2.0, -INF, 2.0]])
    assert way(ta.grad(lambda s: s.max(axis=1).sum()))(tied).tolist() == [[0.5, 0.5, 0], [0.5, 0, 0.5]]


ROWS = {
    "logsumexp": lambda z: ta.logsumexp(z, axis=1),
    "logmeanexp": lambda z: ta.logmeanexp(z, axis=1),
    "logsumexp of columns": lambda z: ta.logsumexp(z.T, axis=0),
    "softmax": lambda z: ta.softmax(z),
    "softmin": lambda z: ta.softmin(-z),
    "softmax of columns": lambda z: ta.softmax(z.T, axis=0).T,
    "softmax2d": lambda z: ta.softmax2d(z.reshape((-1, 3, 1, 1))).reshape((-1, 3)),
    "softmax_rest": lambda z: ta.ops["softmax_rest"].call(z),
    "log_softmax": lambda z: ta.log_softmax(z),
    "gumbel_softmax": lambda z: ta.gumbel_softmax(z, rng=1),
    "sparsemax": lambda z: ta.sparsemax(z),
    "cross entropy": lambda z: ta.softmax_cross_entropy(z, np.tile([0.5, 0.5, 0.0], (3, 1)).astype(z.dtype)),
    "max": lambda z: ta.max(z, axis=1),
    "min": lambda z: ta.min(z, axis=1),
    "mean": lambda z: ta.mean(z, axis=1),
    "var": lambda z: ta.var(z, axis=1),
    "std": lambda z: ta.std(z, axis=1),
    "prod": lambda z: ta.prod(z, axis=1),
}
GATED = ("glu", "reglu", "geglu", "swiglu")  # which need an even number of entries
ROWS |= {name: lambda z, f=ta.ops[name].call: f(ta.concatenate([z, z[:, :1]], axis=1)) for name in GATED}
BAD = {"masked": [-INF] * 3, "infinite": [INF, INF, 1.0], "both": [INF, -INF, 0.0], "nan": [np.nan, 0.0, 1.0]}


@WAYS
@DTYPES
@each("bad", BAD)
@each("name", ROWS)
def test_a_row_that_the_loss_does_not_use_gets_no_gradient(name, bad, dtype, way):
    """Whatever it holds; and the other rows get what they would get without it, at second order, too."""
    f = ROWS[name]
    z = np.array([[0.3, -0.2, 0.9], BAD[bad], [1.5, 0.2, 0.1]], dtype)
    used = np.array([True, False, True])

    def loss(z):
        a = f(z)
        taken = ta.where(used[:, None] if a.ndim == 2 else used, a, 0.0)
        return (taken * taken * (W[: a.shape[1]].astype(dtype) if a.ndim == 2 else 1.0)).sum()

    clean = np.where(used[:, None], z, dtype(0.5))
    gradient = ta.grad(loss)
    second = ta.grad(lambda z: (gradient(z) * np.arange(9, dtype=dtype).reshape(3, 3)).sum())
    first_only = name in GATED and bad == "nan"  # chain has no second order where the other factor is NaN
    with np.errstate(all="ignore"):
        for g in (gradient,) if first_only else (gradient, second):
            found = way(g)(z)
            assert (found[1] == 0).all(), found
            np.testing.assert_allclose(found[used], g(clean)[used], rtol=0, atol=200 * np.finfo(dtype).eps)


PICKS = {"rows": [0, 2], "first row": slice(0, 1), "mask": np.array([True, False, True])}


@WAYS
@each("pick", PICKS.values(), ids=PICKS)
@each("bad", BAD)
@each("name", ROWS)
def test_a_row_that_is_not_picked_gets_no_gradient(name, bad, pick, way):
    """Nothing but the operation itself stands between the row and its cotangent of 0."""
    f = ROWS[name]
    z = np.array([[0.3, -0.2, 0.9], BAD[bad], [1.5, 0.2, 0.1]])
    clean = np.where(np.isin(np.arange(3), np.arange(3)[pick])[:, None], z, 0.5)
    gradient = ta.grad(lambda z: (f(z)[pick] ** 2 * 0.7).sum())
    with np.errstate(all="ignore"):
        np.testing.assert_allclose(way(gradient)(z), gradient(clean), rtol=0, atol=1e-14)


WEIGHING = [name for name in ROWS if name not in ("max", "min", "mean", "prod", "var", "std", *GATED)]


@WAYS
@each("name", WEIGHING)
def test_a_nan_in_a_row_that_is_used_is_not_swallowed(name, way):
    z = np.array([[0.3, -0.2, 0.9], [np.nan, 0.0, 1.0], [1.5, 0.2, 0.1]])
    weights = np.arange(9.0).reshape(3, 3) + 1
    with np.errstate(all="ignore"):
        found = way(ta.grad(lambda z: (ROWS[name](z) * (weights if ROWS[name](z).ndim == 2 else 1.0)).sum()))(z)
        again = way(ta.grad(lambda z: ROWS[name](z).sum()))(z)  # a constant cotangent, which softmax maps to 0
    assert np.isnan(found[1]).all()
    assert np.isnan(again[1]).all()
    assert np.isfinite(found[[0, 2]]).all()


@WAYS
@each("f", [ta.logsumexp, ta.logmeanexp], ids=lambda f: f.__name__)
def test_a_sum_over_nothing_but_masks_has_gradient_0_and_over_an_infinity_its_limit(f, way):
    with np.errstate(all="ignore"):
        assert way(f)(np.full(2, -INF)) == -INF
        assert way(ta.grad(f))(np.full(2, -INF)).tolist() == [0, 0]
        assert way(f)(np.array([INF, 0.0, -INF])) == INF
        assert way(ta.grad(f))(np.array([INF, 0.0, -INF])).tolist() == [1, 0, 0]
        assert np.isnan(way(ta.grad(f))(np.array([INF, INF]))).all(), "there is no limit"
        assert ta.hessian(f)(np.full(2, -INF)).tolist() == [[0, 0], [0, 0]]


@WAYS
@DTYPES
def test_binary_cross_entropy_at_infinite_logits(dtype, way):
    z = np.array([INF, -INF, INF, -INF, INF, -INF], dtype)
    y = np.array([1.0, 0.0, 0.0, 1.0, 0.5, 0.25], dtype)
    f = lambda z, y: ta.bce_with_logits(z, y)
    values, slopes = [0, 0, INF, INF, INF, INF], [0, 0, 1, -1, 0.5, -0.25]
    assert way(f)(z, y).tolist() == values
    assert way(ta.grad(lambda z: f(z, y).sum()))(z).tolist() == slopes
    assert way(ta.grad(lambda y: f(z, y).sum()))(y).tolist() == (-z).tolist()
    assert way(ta.grad(lambda z: (ta.grad(lambda z: f(z, y).sum())(z) * W[0]).sum()))(z).tolist() == [0] * 6
    for a, b, value, slope in zip(z, y, values, slopes):
        assert way(f)(float(a), float(b)) == value
        assert way(ta.grad(f))(float(a), float(b)) == slope
    with np.errstate(all="ignore"):
        assert np.isnan(way(f)(np.array([np.nan, 1.0, np.nan]), np.array([0.0, np.nan, 1.0]))).all()


@WAYS
@DTYPES
def test_cross_entropy_with_a_class_that_is_masked(dtype, way):
    z, y = np.array([2.0, 1.0, -INF], dtype), np.array([1.0, 0.0, 0.0], dtype)
    expected = np.log1p(np.exp(-1.0))
    for targets in (y, y.astype(bool)):
        f = lambda z, targets=targets: ta.softmax_cross_entropy(z, targets)
        np.testing.assert_allclose(way(f)(z), expected, rtol=4 * np.finfo(dtype).eps)
        p = 1 / (1 + np.exp(-1.0))
        np.testing.assert_allclose(way(ta.grad(f))(z), [p - 1, 1 - p, 0], rtol=1e-6)
    wrong = np.array([0.0, 0.0, 1.0], dtype)
    assert way(lambda z: ta.softmax_cross_entropy(z, wrong))(z) == INF, "the target itself is masked"
    assert np.isnan(way(lambda z: ta.softmax_cross_entropy(z, y))(np.array([1.0, np.nan, 0.0], dtype)))
