"""Axes: every operation that has one takes what NumPy takes, of numbers and of empty arrays too, and refuses the rest.

The oracle of values, shapes and errors is NumPy (for the relatives of softmax their definition, in NumPy's words);
slopes are compared with central differences of it.
"""

from __future__ import annotations

import math

import numpy as np
import pytest

import tinygrad_act as ta

from ..each import each

_AXIS_NAMES = {"axis", "axis1", "axes", "source"}
_SHAPES = ((), (0, 5), (5, 0), (2, 4))
_AXES = (None, 0, -1, 1, (0, 1), (-1,), (0,), (), 2, -3, (0, 2), (0, 0), 0.0, "0", np.int64(-1), np.array(0), [0, 1])
_Z = np.array([[0.3, -1.2, 0.7, 0.1], [1.5, 0.4, -0.6, 2.2]])


def _largest(x, axis):
    return np.max(x, axis=axis, keepdims=True) if np.sum(x, axis=axis, keepdims=True).size and x.size else 0.0


def _softmax(z, axis):
    e = np.exp(z - _largest(z, axis))
    return e / np.sum(e, axis=axis, keepdims=True)


def _log_softmax(z, axis):
    with np.errstate(divide="ignore"):
        return z - np.log(np.sum(np.exp(z), axis=axis, keepdims=True))


def _hardmax(z, axis):
    return np.where(_index_of(z, axis) == _first(z, axis), 1.0, 0.0)


def _index_of(z, axis):
    """The place of every entry along the axis."""
    if axis is None:
        return np.arange(z.size).reshape(z.shape)
    shape = [1] * z.ndim
    if z.ndim:
        shape[axis] = -1
    return np.arange(z.size if not z.ndim else z.shape[axis]).reshape(shape)


def _first(z, axis):
    return np.argmax(z, axis=axis, keepdims=True) if z.size else np.sum(z, axis=axis, keepdims=True)


def _logsumexp(x, axis):
    with np.errstate(divide="ignore"):  # of nothing it is the logarithm of 0
        return np.log(np.sum(np.exp(x), axis=axis))


def _some_mean(f):
    """NumPy's mean and its like, which alone among the reductions refuse axis 0 of a number; of nothing, an error."""

    def mean(x, axis):
        size, kept = x.size, np.sum(x, axis=axis).size
        if kept and not size:
            raise ValueError("of nothing")
        return f(x, axis=None if not x.ndim and not isinstance(axis, tuple) else axis)

    return mean


def _sparsemax(z, axis):
    if not z.size:
        return z
    rows = np.moveaxis(np.atleast_1d(z), axis, -1)
    low, high = rows.max(-1, keepdims=True) - 1.0, rows.max(-1, keepdims=True)
    for _ in range(80):
        middle = (low + high) / 2
        enough = np.sum(np.maximum(rows - middle, 0), axis=-1, keepdims=True) > 1
        low, high = np.where(enough, middle, low), np.where(enough, high, middle)
    return np.moveaxis(np.maximum(rows - low, 0), -1, axis).reshape(z.shape)


def _one_axis(f):
    """`f`, which takes no tuple of axes."""

    def single(x, axis):
        if isinstance(axis, (tuple, list)):
            raise TypeError("one axis at a time")
        if axis is not None:
            np.cumsum(x, axis=axis)
        return f(x, axis=axis)

    return single


def _gated(gate):
    def f(z, axis):
        x, y = np.split(z, 2, axis=_an_axis(z, axis))
        return x * gate(y)

    return f


def _an_axis(z, axis):
    np.swapaxes(z, axis, axis)  # for its errors: a number has no axis here
    return axis


def _normal_cdf(y):
    return np.vectorize(lambda t: (1 + math.erf(t / np.sqrt(2))) / 2, otypes=[float])(y)


def _sigmoid(y):
    return 1 / (1 + np.exp(-y))


def _crelu(z, axis):
    return np.concatenate([np.maximum(z, 0), np.maximum(-z, 0)], axis=_an_axis(z, axis))


def _cross_entropy(z, axis):
    return -np.sum(_y(z) * _log_softmax(z, axis), axis=axis)


def _y(z):
    """Targets for the second input."""
    return (np.arange(np.size(z)).reshape(np.shape(z)) + 1.0) / 7


def _gumbel(z, axis):
    return _softmax(z + np.random.default_rng(3).gumbel(size=z.shape), axis)


def _at_largest(x, axis):
    if not x.size:
        return np.sum(x, axis=axis, keepdims=True)
    if axis is None:
        return np.reshape(x, -1)[[np.argmax(-x)]].reshape((1,) * x.ndim)
    places = np.argmax(-x, axis=axis, keepdims=True)
    return np.take_along_axis(x, places, axis) if x.ndim else x


def _no_none(f):
    def refuse(x, axis):
        if axis is None:
            raise TypeError("an axis is needed")
        return f(x, axis=axis)

    return refuse


def _like_sum(x, axis):
    np.sum(x, axis=axis)
    return x


_ORACLES = {
    **{f.__name__: f for f in (np.argmax, np.argmin, np.argsort, np.any, np.all, np.count_nonzero)},
    "sum": np.sum, "prod": np.prod, "max": np.max, "min": np.min, "cumsum": np.cumsum, "flip": np.flip,
    "mean": _some_mean(np.mean), "var": _some_mean(np.var), "std": _some_mean(np.std),
    "centred": lambda x, axis: x - _some_mean(np.mean)(x, axis).reshape(np.sum(x, axis=axis, keepdims=True).shape)
    if x.size else _like_sum(x, axis),
    "logsumexp": _logsumexp, "logmeanexp": lambda x, axis: np.log(_some_mean(np.mean)(np.exp(x), axis)),
    "softmax": _one_axis(_softmax), "softmin": _one_axis(lambda z, axis: _softmax(-z, axis)),
    "softmax_rest": _one_axis(lambda z, axis: 1 - _softmax(z, axis)), "log_softmax": _one_axis(_log_softmax),
    "hardmax": _one_axis(_hardmax), "straight_through_hardmax": _one_axis(_hardmax),
    "sparsemax": _no_none(_one_axis(_sparsemax)), "gumbel_softmax": _one_axis(_gumbel),
    "softmax_cross_entropy": _no_none(_one_axis(_cross_entropy)), "at_largest": _one_axis(_at_largest),
    "where_used": lambda x, axis: _like_sum(x, axis),
    "spread": lambda x, axis: np.broadcast_to(np.sum(x, axis=axis, keepdims=True), x.shape),
    "glu": _gated(_sigmoid), "reglu": _gated(lambda y: np.maximum(y, 0)), "swiglu": _gated(lambda y: y * _sigmoid(y)),
    "geglu": _gated(lambda y: y * _normal_cdf(y)), "crelu": _crelu,
    "concatenate": lambda x, axis: np.concatenate([x, 2 * x], axis=axis),
    "stack": lambda x, axis: np.stack([x, 2 * x], axis=axis), "squeeze": np.squeeze, "expand_dims": np.expand_dims,
    "roll": lambda x, axis: np.roll(x, 1, axis=axis), "repeat": lambda x, axis: np.repeat(x, 2, axis=axis),
    "take_axis": _no_none(lambda x, axis: np.take(x, np.zeros(2, int), axis=axis)),
    "put_add": _no_none(lambda x, axis: _put(x, axis)),
    "swapaxes": lambda x, axis: np.swapaxes(x, axis, 0), "moveaxis": lambda x, axis: np.moveaxis(x, axis, axis),
    "transpose": lambda x, axis: np.transpose(x, axis),
}  # fmt: skip


def _put(x, axis):
    """Along an axis of x, entry i added at place 0, of 3."""
    np.swapaxes(x, axis, axis)
    total = np.sum(x, axis=axis, keepdims=True)
    return np.concatenate([total, 0 * total, 0 * total], axis=axis)


def _index(x, axis):
    """Zeros, one for each entry along the axis, if there is such an axis."""
    try:
        return np.zeros(np.shape(x)[axis], int)
    except (TypeError, IndexError):
        return np.zeros(1, int)


_CALLS = {
    "spread": lambda x, axis: ta.ops["spread"].call(ta.sum(x, axis=axis), x, axis=axis),
    "softmax_cross_entropy": lambda z, axis: ta.softmax_cross_entropy(z, _y(z), axis=axis),
    "at_largest": lambda x, axis: ta.ops["at_largest"].call(x, -x, axis=axis),
    "where_used": lambda x, axis: ta.ops["where_used"].call(x, np.ones(np.shape(x)), axis=axis),
    "gumbel_softmax": lambda z, axis: ta.gumbel_softmax(z, rng=3, axis=axis),
    "concatenate": lambda x, axis: ta.concatenate([x, 2 * x], axis=axis),
    "stack": lambda x, axis: ta.stack([x, 2 * x], axis=axis),
    "roll": lambda x, axis: ta.roll(x, shift=1, axis=axis),
    "repeat": lambda x, axis: ta.repeat(x, repeats=2, axis=axis),
    "take_axis": lambda x, axis: ta.take_axis(x, np.zeros(2, int), axis=axis),
    "put_add": lambda x, axis: ta.put_add(x, _index(x, axis), size=3, axis=axis),
    "swapaxes": lambda x, axis: ta.swapaxes(x, axis1=axis, axis2=0),
    "moveaxis": lambda x, axis: ta.moveaxis(x, source=axis, destination=axis),
    "transpose": lambda x, axis: ta.transpose(x, axes=axis),
}  # fmt: skip
_NO_SLOPE = {"hardmax", "where_used", "straight_through_hardmax"}
OPS = [op.name for op in ta.ops.values() if _AXIS_NAMES & op.defaults.keys() and op.name != "tensordot"]
"""All but the one whose axes are pairs; `test_contraction` has it."""


def _call(name):
    return _CALLS.get(name, ta.ops[name].call if name not in _CALLS else None)


def _outcome(f, *args, **kwargs):
    """The result, or the kind of the error."""
    try:
        return f(*args, **kwargs)
    except (ValueError, IndexError, TypeError) as error:
        return TypeError if isinstance(error, TypeError) else ValueError


def _data(shape):
    return _Z.copy() if shape == (2, 4) else np.full(shape, 0.7)


def _slope(f, x):
    """By central differences."""
    slope, h = np.zeros(x.shape), 1e-6
    for place in np.ndindex(*x.shape):
        steps = np.zeros(x.shape)
        steps[place] = h
        slope[place] = (f(x + steps) - f(x - steps)) / (2 * h)
    return slope


def _weights(a):
    return np.cos(np.arange(np.size(a)) + 1.0).reshape(np.shape(a))


def test_every_operation_with_an_axis_has_an_oracle():
    assert set(OPS) == set(_ORACLES)


@each("axis", _AXES, ids=lambda axis: f"{type(axis).__name__}{axis}")
@each("name", OPS)
def test_an_axis_means_what_it_means_to_numpy(name, axis):
    f, oracle = _call(name), _ORACLES[name]
    for shape in _SHAPES:
        x = _data(shape)
        expected = _outcome(oracle, x, axis=axis)
        for given in (x, ta.Value(x), *([0.7, ta.Value(0.7)] if not shape else [])):
            a = _outcome(f, given, axis=axis)
            if isinstance(expected, type):
                assert a is expected, f"{shape}: {a!r:.80} instead of {expected.__name__}"
                continue
            assert not isinstance(a, type), f"{shape}: {a} instead of {expected!r:.80}"
            a = a.data if isinstance(a, ta.Value) else a
            assert np.shape(a) == np.shape(expected)
            np.testing.assert_allclose(a, expected, rtol=1e-12, atol=1e-14)


@each("name", OPS, parts=4)
def test_gradients_along_an_axis(name):
    gradients_along(name=name, slopes={})


@each("axis", _AXES, ids=lambda axis: f"{type(axis).__name__}{axis}")
def gradients_along(name, axis, slopes):
    """First and second order, eager and compiled, of numbers and empty arrays too. An axis may be written in many ways:
    the derivatives of the second order are compared in the first of those that mean the same."""
    f, oracle = _call(name), _ORACLES[name]
    for shape in _SHAPES:
        x = _data(shape)
        a = _outcome(oracle, x, axis=axis)
        if isinstance(a, type):
            continue
        weights = _weights(a)

        def first(x, weights=weights):
            return ta.sum(ta.tanh(f(x, axis=axis)) * weights)

        def known(x, weights=weights):
            return np.sum(np.tanh(oracle(np.asarray(x), axis=axis)) * weights)

        factors = np.cos(x)
        along = lambda x, first=first, factors=factors: ta.sum(ta.grad(first)(x) * factors)
        smooth = name not in _NO_SLOPE and not (shape == () and name == "std")
        same = shape, np.shape(a), np.asarray(a).tobytes()
        new = smooth and same not in slopes
        if new:
            slopes[same] = _slope(known, x), _slope(along, x)
        for way in (lambda f: f, ta.compile):
            g = way(ta.grad(first))(x)
            assert np.shape(g) == shape
            if smooth:
                np.testing.assert_allclose(g, slopes[same][0], rtol=1e-5, atol=1e-7)
            if new:
                exact = way(ta.grad(along))(x)
                assert np.shape(exact) == shape
                np.testing.assert_allclose(exact, slopes[same][1], rtol=1e-4, atol=1e-6)
        if shape == ():
            assert isinstance(ta.grad(first)(0.7), float)


_NO_AXES = (True, np.True_, 1.0, np.float64(0), "0", (0, True), (0.0,), {0}, 1j, object())


@each("axis", _NO_AXES, ids=lambda axis: f"{type(axis).__name__}{axis}"[:20])
@each("name", OPS)
def test_what_is_no_axis_is_refused_by_name(name, axis):
    """NumPy takes True for 1 in some functions, and refuses it in others: here it is a mistake everywhere."""
    f, word = _call(name), next(word for word in ("axis", "axis1", "axes", "source") if word in ta.ops[name].defaults)
    for x in (np.ones((2, 4)), ta.Value(np.ones((2, 4))), 1.0, np.ones((0, 2))):
        with pytest.raises(TypeError, match=f"^(sum|{name}): {word}=.* is no axis; write an integer"):
            f(x, axis=axis)


def test_messages_name_the_axis_and_the_shape():
    with pytest.raises(TypeError, match=r"softmax: axis=\(0, 1\) is no axis; write an integer or None \(one axis at a"):
        ta.softmax(np.ones((2, 2)), axis=(0, 1))
    with pytest.raises(ValueError, match=r"softmax: axis 2 is out of bounds for array of dimension 2.*\(2, 2\)"):
        ta.softmax(np.ones((2, 2)), axis=2)
    with pytest.raises(ValueError, match=r"softmax: axis 1 is out of bounds for array of dimension 0"):
        ta.softmax(0.5, axis=1)
    with pytest.raises(ValueError, match=r"logsumexp: duplicate value in 'axis'"):
        ta.logsumexp(np.ones((2, 2)), axis=(0, -2))


@pytest.mark.parametrize("dtype", [np.float16, np.float32])
def test_numbers_and_empty_arrays_keep_their_dtype(dtype):
    for f in (ta.softmax, ta.softmin, ta.log_softmax, ta.logsumexp, ta.sparsemax, ta.sum, ta.hardmax):
        for shape in ((), (0, 5), (5, 0)):
            x = np.ones(shape, dtype)
            assert f(x, axis=-1).dtype == dtype
            assert ta.grad(lambda x, f=f: f(x, axis=-1).sum())(x).dtype == dtype


@pytest.mark.parametrize("dtype", [bool, np.uint8, np.int8, int])
def test_softmin_of_whole_numbers(dtype):
    """-1 is 255 among unsigned ones, and booleans have no minus."""
    x = np.array([0, 1, 1], dtype)
    np.testing.assert_allclose(ta.softmin(x), _softmax(-x.astype(float), -1), rtol=1e-15)
