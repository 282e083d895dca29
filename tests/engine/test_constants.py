"""A Value that carries no gradient goes wherever an array goes: NumPy's own function runs on its bare array."""

from __future__ import annotations

import io
import math
import operator

import numpy as np
import pytest

import tinygrad_act as ta

from ..each import each

ARRAY = np.array([1.5, -0.5, 2.5])
MANY = np.arange(9.0)


def filled(x):
    out = np.zeros(3)
    out[:] = x
    out[[0, 1]] = x[:2]
    out[2] = x[2]
    return out


def added(x):
    out = np.ones(3)
    out += x
    np.add.at(out, [0, 0, 1], x)
    return out


def saved(x):
    file = io.BytesIO()
    np.save(file, x)
    file.seek(0)
    return np.load(file)


def drawn(x):
    """What plt.plot does with its arguments, by matplotlib's own calls of NumPy."""
    x = np.atleast_1d(x)
    masked = np.ma.asarray(np.asarray(x, float)).filled(np.nan)
    return np.column_stack([np.arange(len(x)), np.broadcast_arrays(masked, np.zeros(len(x)))[0]])


PLACES = {
    "asarray": np.asarray,
    "array": np.array,
    "a list of them": lambda x: np.array([x, x]),
    "float32": lambda x: np.asarray(x, np.float32),
    "ma": lambda x: np.ma.asarray(x).filled(),
    "plot": drawn,
    "atleast_1d": np.atleast_1d,
    "atleast_2d": np.atleast_2d,
    "median": np.median,
    "vstack": lambda x: np.vstack([x, MANY[:3]]),
    "hstack": lambda x: np.hstack([MANY, x]),
    "stack": lambda x: np.stack([x, MANY[:3]]),
    "concatenate": lambda x: np.concatenate([MANY, x]),
    "histogram": lambda x: np.histogram(x, bins=3),
    "percentile": lambda x: np.percentile(x, [25, 75]),
    "interp": lambda x: np.interp(x, MANY, MANY**2),
    "svd": lambda x: np.linalg.svd(np.outer(x, x))[1],
    "inv": lambda x: np.linalg.inv(np.diag(x)),
    "norm": np.linalg.norm,
    "fft": lambda x: np.abs(np.fft.fft(x)),
    "emath": lambda x: np.emath.sqrt(x),
    "unique": np.unique,
    "sort": np.sort,
    "add.reduce": np.add.reduce,
    "multiply.outer": lambda x: np.multiply.outer(x, x),
    "accumulate": np.maximum.accumulate,
    "filled": filled,
    "added": added,
    "saved": saved,
    "r_": lambda x: np.r_[x, 1.0],
    "random": lambda x: np.random.default_rng(0).normal(x, 1.0),
    "linspace": lambda x: np.linspace(x, 2.0, 3),
    "choice": lambda x: np.random.default_rng(0).choice(3, 4, p=np.abs(x) / np.abs(x).sum()),
    "iter": lambda x: [float(t) for t in x],
    "out": lambda x: np.exp(x, out=np.zeros(3)),
    "copyto": lambda x: np.copyto(np.zeros(3), x),
    "modf": lambda x: np.modf(x),
    "cov": lambda x: np.cov(x, MANY[:3]),
    "polyfit": lambda x: np.polyfit(MANY[:3], x, 1),
    "meshgrid": lambda x: np.meshgrid(x, x),
    "trapezoid": np.trapezoid,
    "vectorize": lambda x: np.vectorize(math.floor)(x),
    "@": lambda x: np.eye(3) @ np.asarray(x),
    "bytes": lambda x: np.asarray(x).tobytes(),
    "array2string": np.array2string,
    "format": lambda x: f"{x[0]:.3f} {x[1]:8.2e}",
    "sorted": lambda x: sorted(map(float, x)),
    "split": lambda x: np.split(x, [1]),
    "deque of rows": lambda x: np.kron(x, x),
    "logspace": lambda x: np.geomspace(np.abs(x), 4.0, 3),
    "spacing": np.spacing,
    "frexp": np.frexp,
    "nanmedian": np.nanmedian,
}
"""Consumers of arrays, of which nothing is known here."""


def constants(x):
    """Values of these numbers from which no gradient can flow, however they came about."""
    v = ta.Value(x)
    yield "constant", ta.Value(x, requires_grad=False)
    yield "detached", v.detach()
    yield "computed from a constant", v.detach() * 1.0
    with ta.no_grad():
        yield "no_grad", v * 1.0
    kept = []
    ta.grad(lambda y: (kept.append(y * 1.0), y.sum())[1])(x)
    yield "of a gradient that is over", kept[0]


@each("place", PLACES)
def test_where_arrays_go(place):
    f = PLACES[place]
    expected = f(ARRAY)
    for kind, constant in constants(ARRAY):
        check(f(constant), expected, kind)
    with ta.no_grad():
        check(f(ta.Value(ARRAY) * 1.0), expected, "inside no_grad")
    assert ta.grad(lambda x: (check(f(x.detach()), expected, "in a gradient"), x.sum())[1])(ARRAY).tolist() == [1, 1, 1]
    known = ta.Value(ARRAY, requires_grad=False)
    program = ta.compile(lambda x: (check(f(known * 1.0), expected, "in a program"), x * 2)[1])
    assert program(ARRAY).tolist() == (ARRAY * 2).tolist()


def check(found, expected, kind):
    if isinstance(expected, tuple) or (isinstance(expected, list) and isinstance(expected[0], np.ndarray)):
        for mine, its in zip(found, expected, strict=True):
            check(mine, its, kind)
    elif isinstance(expected, (str, bytes, list)) or expected is None:
        assert found == expected, kind
    else:
        found = found.data if isinstance(found, ta.Value) else found
        np.testing.assert_array_equal(found, expected, kind, strict=True)


NOT_ASKED = {"array2string", "format"}
"""A picture of the numbers, as print and repr are."""


@each("place", [p for p in PLACES if p not in NOT_ASKED])
def test_what_carries_a_gradient_is_refused_there_or_keeps_it(place):
    """Never a number without a word: inside of a gradient, and in a program."""
    f = PLACES[place]
    for wrap in (ta.grad, lambda g: ta.compile(ta.grad(g)), lambda g: ta.grad(lambda x: ta.grad(g)(x).sum())):
        kept = []

        def g(x, kept=kept):
            kept.append(f(x))
            return x.sum()

        try:
            wrap(g)(ARRAY)
        except TypeError:
            continue
        assert all(isinstance(out, ta.Value) and out.requires_grad for out in kept), kept


def test_a_constant_that_was_handed_out_is_a_copy():
    v = ta.Value(ARRAY, requires_grad=False)
    for f in (np.atleast_1d, lambda x: np.split(x, [1])[0], np.asarray, lambda x: np.broadcast_arrays(x, x)[0].copy()):
        f(v)[0] = 99.0
        assert v.data[0] == 1.5


def test_indices_counts_and_sizes():
    table, v = MANY * 10, ta.Value(np.array([1.5, 0.5, 2.5]))
    places = np.floor(v).astype(int)
    np.testing.assert_array_equal(table[places], [10, 0, 20])
    np.testing.assert_array_equal(table[:3][v > 1], [0, 20])
    np.testing.assert_array_equal(table[np.nonzero(v > 1)], [0, 20])
    np.testing.assert_array_equal(table[np.argsort(v)], [10, 0, 20])
    assert ["a", "b", "c"][ta.argmax(v)] == ["a", "b", "c"][v.argmax()] == "c"
    assert list(range(ta.count_nonzero(v > 1))) == [0, 1]
    assert np.zeros((places[2], np.argmax(v))).shape == (2, 2)
    np.testing.assert_array_equal(np.repeat(MANY[:3], places), [0, 2, 2])
    np.testing.assert_array_equal(np.repeat(v, places).data, [1.5, 2.5, 2.5])
    np.testing.assert_array_equal(ta.grad(lambda x: np.repeat(x, places).sum())(MANY[:3]), [1, 0, 2])
    np.testing.assert_array_equal(np.tile(v, places[2]).data, np.tile(v.data, 2))
    np.testing.assert_array_equal(ta.sum(ta.Value(np.ones((2, 3))), axis=places[0]).data, [3, 3])
    np.testing.assert_array_equal(ta.concatenate([v, v], axis=ta.argmin(v) - 1).data, np.tile(v.data, 2))
    np.testing.assert_array_equal(np.bincount(places), [1, 1, 1])
    assert {int(ta.argmax(v)): 1}[2] == 1
    assert operator.index(np.argmin(v)) == 1
    grad = ta.grad(lambda x: (x * table[np.floor(x).astype(int)]).sum())
    np.testing.assert_array_equal(grad(np.array([1.5, 0.5])), [10, 0])
    assert ta.grad(lambda x: x[np.argmax(x)] * 3.0)(np.array([1.0, 5.0])).tolist() == [0.0, 3.0]


@pytest.mark.parametrize(
    "call", [lambda v, n: np.repeat(v, n), lambda v, n: ta.sum(v, axis=n), lambda v, n: np.tile(v, n)]
)
def test_a_static_parameter_that_carries_a_gradient_or_is_data_of_a_program_is_refused(call):
    for run in (ta.grad(lambda v: call(v, v[0] * 1.0).sum()), ta.compile(lambda v: call(v, ta.argmax(v)))):
        with pytest.raises(TypeError, match="is a static parameter and can't be a Value"):
            run(np.array([1.0, 2.0]))


def test_comparisons_in_tests_and_branches():
    v, w = ta.Value(ARRAY), ta.Value(ARRAY) * 1.0
    np.testing.assert_allclose(v.detach(), ARRAY)
    np.testing.assert_array_equal(np.floor(v), np.floor(ARRAY))
    assert np.allclose(v, w)
    assert np.array_equal(v, w)
    assert not np.any(np.isnan(v))
    assert (v > 2).any()
    assert not (v > 2).all()
    if np.isfinite(v).all() and np.count_nonzero(v < 0) == 1:
        v = v * 2
    assert v.data[0] == 3.0
    assert f"{np.argmax(v)} {ta.count_nonzero(v):d} {np.sum(v.detach()):.2f}" == f"{np.argmax(v)} 3 7.00"


def test_an_array_of_values_that_carry_gradients_says_stack():
    """NumPy asks nobody before it makes an array: np.array can't be a Value."""
    th = ta.Value(np.array([1.0, 2.0, 3.0]))
    with pytest.raises(TypeError, match=r"ta\.stack\(\[\.\.\.\]\) to join Values"):
        np.array([[th[0], th[1]], [th[2], 1.0]])
    rows = lambda x: ta.stack([ta.stack([x[0], x[1]]), ta.stack([x[2], 1.0])])
    for run in (ta.grad(lambda x: (rows(x) ** 2).sum()), ta.compile(ta.grad(lambda x: (rows(x) ** 2).sum()))):
        assert run(np.array([1.0, 2.0, 3.0])).tolist() == [2.0, 4.0, 6.0]
    np.testing.assert_array_equal(np.array([[c, 1.0] for c in th.detach()]), [[1, 1], [2, 1], [3, 1]])
