"""Whole training steps as programs: gradient and update in one, parameters and state updated in place."""

from __future__ import annotations

import numpy as np

import tinygrad_act as ta

from ..each import each

RNG = np.random.default_rng(0)
DATA = RNG.normal(size=(20, 3)), RNG.normal(size=(20, 2))
START = {"w": [RNG.normal(size=(3, 4)), RNG.normal(size=(4, 2))], "b": [np.zeros(4), np.zeros(2)]}


def loss(params, x, y):
    (w1, w2), (b1, b2) = params["w"], params["b"]
    return ta.mean((ta.tanh(x @ w1 + b1) @ w2 + b2 - y) ** 2)


def zip_map(f, *trees):
    first = trees[0]
    if isinstance(first, dict):
        return {key: zip_map(f, *(tree[key] for tree in trees)) for key in first}
    if isinstance(first, (list, tuple)):
        return [zip_map(f, *branches) for branches in zip(*trees)]
    return f(*trees)


def plain(params, state, x, y):
    value, g = ta.value_and_grad(loss)(params, x, y)
    return value, zip_map(lambda p, d: p - 0.1 * d, params, g), state


def momentum(params, state, x, y):
    value, g = ta.value_and_grad(loss)(params, x, y)
    velocity = zip_map(lambda v, d: 0.9 * v + d, state["v"], g)
    return value, zip_map(lambda p, v: p - 0.05 * v, params, velocity), {"v": velocity}


def adam(params, state, x, y):
    value, g = ta.value_and_grad(loss)(params, x, y)
    t = state["t"] + 1.0
    m = zip_map(lambda m, d: 0.9 * m + 0.1 * d, state["m"], g)
    v = zip_map(lambda v, d: 0.999 * v + 0.001 * d * d, state["v"], g)
    step = lambda p, m, v: p - 0.01 * (m / (1 - 0.9**t)) / (ta.sqrt(v / (1 - 0.999**t)) + 1e-8)
    return value, zip_map(step, params, m, v), {"t": t, "m": m, "v": v}


def zeros():
    return zip_map(np.zeros_like, START)


def fresh(tree, dtype):
    return zip_map(lambda x: x.astype(dtype) if isinstance(x, np.ndarray) else x, tree)


STATES = {plain: dict, momentum: lambda: {"v": zeros()}, adam: lambda: {"t": 0.0, "m": zeros(), "v": zeros()}}


def arrays(tree):
    found = []
    zip_map(lambda x: found.append(x) if isinstance(x, np.ndarray) else None, tree)
    return found


@each("passes", [None, ()])
@each("dtype", [np.float64, np.float32])
@each("step", STATES, ids=lambda step: step.__name__)
def test_a_step_equals_eager_and_updates_in_place(step, dtype, passes):
    x, y = (a.astype(dtype) for a in DATA)
    expected = fresh(START, dtype), fresh(STATES[step](), dtype)
    found = fresh(START, dtype), fresh(STATES[step](), dtype)
    donated = arrays(list(found))
    compiled = ta.compile(step, donate=(0, 1), passes=passes)
    kept = x.copy(), y.copy()
    for _ in range(12):
        value, *expected = step(*expected, x, y)
        found_value, *found = compiled(*found, x, y)
        np.testing.assert_allclose(found_value, value, rtol=30 * np.finfo(dtype).eps)
    for a, b, mine in zip(arrays(list(expected)), arrays(list(found)), donated):
        # twelve steps, each adding a rounding of a few ulp of the largest entry; the net is well conditioned
        limit = 0 if passes == () else 200 * np.finfo(dtype).eps * np.abs(a).max()
        assert np.abs(a - b).max() <= limit
        assert b is mine, "the array that was donated comes back"
        assert a.dtype == b.dtype == dtype
    assert np.array_equal(x, kept[0])
    assert np.array_equal(y, kept[1])
    assert len(compiled.programs) == 1


def test_without_donating_nothing_is_overwritten():
    params = fresh(START, np.float64)
    _, new, _ = ta.compile(plain)(params, {}, *DATA)
    for before, a, b in zip(arrays(START), arrays(params), arrays(new)):
        assert np.array_equal(before, a)
        assert not np.shares_memory(a, b)


def test_a_name_donates_as_well_as_a_position():
    p, g = np.ones(3), np.ones(3)
    by_name = ta.compile(lambda p, g: p - 0.5 * g, donate="p")
    assert by_name(p, g) is p
    assert by_name(p=p, g=g) is p
    assert np.array_equal(p, np.zeros(3))
    assert np.array_equal(g, np.ones(3))


def test_a_result_that_needs_the_old_number_gets_it():
    """Outputs that are no update of the donated array see what it held before."""
    f = ta.compile(lambda p, g: {"new": p - g, "old": p, "both": p * 2, "norm": ta.sum(p * p)}, donate=0)
    p = np.array([3.0, 4.0])
    result = f(p, np.ones(2))
    assert result["new"] is p
    assert np.array_equal(p, [2.0, 3.0])
    assert np.array_equal(result["old"], [3.0, 4.0])
    assert np.array_equal(result["both"], [6.0, 8.0])
    assert result["norm"] == 25.0


def test_two_parameters_that_change_places():
    f = ta.compile(lambda p, q: (q * 1.0, p * 1.0), donate=(0, 1))
    p, q = np.array([1.0, 2.0]), np.array([3.0, 4.0])
    a, b = f(p, q)
    assert np.array_equal(a, [3.0, 4.0])
    assert np.array_equal(b, [1.0, 2.0])
    g = ta.compile(lambda p, q: (p + q, p - q), donate=(0, 1))
    p, q = np.array([1.0, 2.0]), np.array([3.0, 5.0])
    a, b = g(p, q)
    assert np.array_equal(a, [4.0, 7.0])
    assert np.array_equal(b, [-2.0, -3.0])


def test_numbers_that_are_not_finite_reach_the_careful_lines_before_anything_is_overwritten():
    f = ta.compile(lambda p, x: p - 0.1 * ta.grad(lambda w: ta.sum(ta.relu(w * x)))(p), donate=0)
    p = np.array([1.0, 2.0])
    f(p, np.ones(2))
    p[:] = 1.0, np.nan
    expected = p - 0.1 * ta.grad(lambda w: ta.sum(ta.relu(w * np.array([1.0, 1e308]))))(p)
    f(p, np.array([1.0, 1e308]))
    np.testing.assert_array_equal(p, expected)
