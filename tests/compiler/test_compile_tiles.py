"""The pass `tiles`: chains on large arrays run on slices, with the same numbers as on whole arrays."""

from __future__ import annotations

import itertools
import pickle
import re
import threading

import numpy as np
import pytest

import tinygrad_act as ta
from tinygrad_act.compiler import PASSES
from tinygrad_act.compiler.passes.large import choose, choose_or_zero

from ..each import each

WHOLE = tuple(name for name in PASSES if name != "tiles")
SHAPES = [(600, 300), (1013, 257), (300_007,), (3, 100_003), (7, 11, 41, 83), (200_003, 2), (1, 300_000)]
NAMES = ["sigmoid", "tanh", "relu", "elu", "selu", "mish", "softplus", "silu", "tanh_shrink", "hard_swish", "shrink",
         "squareplus", "threshold", "leaky_relu", "log_sigmoid", "thresholded_relu"]  # fmt: skip
STATIC = {"threshold": {"threshold": 0.1, "value": 0.25}, "thresholded_relu": {"alpha": 0.5}}


def both(f, donate=()):
    return ta.compile(f, donate=donate), ta.compile(f, donate=donate, passes=WHOLE)


def forward_and_backward(name):
    def step(z, g):
        a, pullback = ta.vjp(lambda z: ta.ops[name].call(z, **STATIC.get(name, {})), z)
        return a, pullback(g)[0]

    return step


def data(shape, dtype=np.float64, seed=0):
    return (3 * np.random.default_rng(seed).normal(size=shape)).astype(dtype)


def loops(program):
    return re.findall(r"for \w+ in range\((?:.*)\):", program.source)


def assert_same(mine, theirs):
    for x, y in zip(mine, theirs, strict=True):
        assert np.shape(x) == np.shape(y)
        assert np.asarray(x).dtype == np.asarray(y).dtype
        np.testing.assert_array_equal(x, y)


@each("dtype", [np.float32, np.float64])
@each("name", NAMES)
def test_forward_and_backward_of_an_activation_are_one_loop_with_the_same_numbers(name, dtype):
    tiled, whole = both(forward_and_backward(name))
    z, g = data((600, 300), dtype), data((600, 300), dtype, 1)
    assert_same(tiled(z, g), whole(z, g))
    assert len(loops(tiled)) == 1
    assert not loops(whole)
    eager = forward_and_backward(name)(z, g)
    for mine, theirs in zip(tiled(z, g), eager, strict=True):
        np.testing.assert_allclose(mine, theirs, rtol=0, atol=64 * np.finfo(dtype).eps * np.abs(theirs).max())


def check_sizes(shape, dtype, name):
    tiled, whole = both(forward_and_backward(name))
    z, g = data(shape, dtype), data(shape, dtype, 1)
    assert_same(tiled(z, g), whole(z, g))
    assert len(loops(tiled)) == 1


@each(("shape", "dtype", "name"), [
    (shape, dtype, ("sigmoid", "selu", "mish")[(i + j) % 3])
    for i, shape in enumerate(SHAPES) for j, dtype in enumerate([np.float32, np.float64])
])  # fmt: skip
def test_sizes_that_are_no_multiple_of_a_slice(shape, dtype, name):
    """Every shape in both dtypes, with a short, a branching and a long chain by turns."""
    check_sizes(shape, dtype, name)


@pytest.mark.slow
@each("name", ["sigmoid", "selu", "mish"])
@each("dtype", [np.float32, np.float64])
@each("shape", SHAPES)
def test_every_chain_in_all_of_these_sizes(shape, dtype, name):
    check_sizes(shape, dtype, name)


def test_small_arrays_are_left_alone():
    tiled = ta.compile(forward_and_backward("sigmoid"))
    tiled(data((100, 100)), data((100, 100)))
    assert not loops(tiled)


@pytest.mark.parametrize(
    "cut", [lambda x: x[:, ::2], lambda x: x[::-1, :500], np.asfortranarray, lambda x: x.T[:1000, :1000].T]
)
@pytest.mark.parametrize("shape", [(1000, 1000), (4, 250_000)])
def test_arrays_that_are_not_contiguous(cut, shape):
    z, g = cut(data(shape)), cut(data(shape, seed=1))
    for name in ("elu", "silu"):
        tiled, whole = both(forward_and_backward(name))
        assert_same(tiled(z, g), whole(z, g))
        assert_same(tiled(np.ascontiguousarray(z), g), whole(z, np.ascontiguousarray(g)))


ROWS, COLUMNS = 900, 300


@each("shape", [(), (1,), (COLUMNS,), (1, COLUMNS), (ROWS, 1), (1, 1), (ROWS, COLUMNS)], ids=lambda shape: str(shape))
@each("size", [(ROWS, COLUMNS), (2, ROWS, COLUMNS), (ROWS, ROWS, 1)])
def test_what_is_stretched_is_cut_only_where_it_has_the_rows(shape, size):
    if len(shape) == 2 and size == (ROWS, ROWS, 1):
        shape = (shape[0], 1)
    if shape == (COLUMNS,) and size[-1] == 1:
        shape = (1,)
    x, y, g = data(size), data(shape, seed=1), data(size, seed=2)
    tiled, whole = both(lambda x, y, g: ta.exp(-ta.abs(x + y)) * g - y * 2 + ta.tanh(y * x))
    assert_same([tiled(x, y, g)], [whole(x, y, g)])


def test_a_square_and_its_transpose():
    def f(x):
        y = ta.tanh(x)
        return ta.exp(-ta.abs(y)) + y.T * 0.5, ta.sin(y) - (y.T @ y)

    tiled, whole = both(f)
    x = data((600, 600))
    assert_same(tiled(x), whole(x))


def test_an_argument_is_not_written_over_while_a_view_of_it_is_read():
    def f(x, w):
        y = x @ w
        z = ta.exp(-ta.abs(y.T)) + 1.0
        return (ta.sin(y) + 2.0) * z * y

    tiled, whole = both(f)
    x, w = data((600, 600)), data((600, 600), seed=1)
    assert_same([tiled(x, w)], [whole(x, w)])
    assert loops(tiled)


def test_a_sum_between_two_loops():
    def f(x):
        e = ta.exp(x - x.max(axis=1, keepdims=True))
        return e / e.sum(axis=1, keepdims=True) * 2.0 - 1.0, ta.log(e + 1.0)

    tiled, whole = both(f)
    x = data((600, 300))
    assert_same(tiled(x), whole(x))
    assert len(loops(tiled)) == 2


def test_results_that_are_needed_elsewhere():
    def f(x, w):
        a = ta.tanh(x) + 1.0
        b = ta.sigmoid(a) * 2.0
        c = b @ w
        return a, c, ta.exp(-b) * a, (ta.sin(c) * c + b).sum(), b.sum(axis=0), b[::7]

    tiled, whole = both(f)
    x, w = data((600, 600)), data((600, 600), seed=1)
    mine = tiled(x, w)
    assert_same(mine, whole(x, w))
    for first, second in itertools.combinations(mine, 2):
        assert not np.shares_memory(first, second)


@each("bad", [np.nan, -np.inf, 1e300])
@each("name", ["sigmoid", "relu", "elu", "silu", "squareplus", "threshold", "crelu"])
@each("place", [0, 1, 2])
def test_numbers_that_are_not_finite_are_as_in_eager_mode(name, bad, place):
    f = forward_and_backward(name)
    tiled = ta.compile(f)
    width = 600 if name == "crelu" else 300
    z, g = data((600, 300)), data((600, width), seed=1)
    tiled(z, g)
    assert loops(tiled)
    if place != 1:
        z[417, 5] = bad
    if place != 0:
        g[417, 5] = bad
    g[418, 5] = z[419, 7] = 0.0
    with np.errstate(all="ignore"):
        expected = f(z, g)
        mine = tiled(z, g)
    for x, y in zip(mine, expected, strict=True):
        np.testing.assert_allclose(x, y, rtol=1e-12, atol=1e-12)


def test_donated_updates():
    def step(w, v, x):
        loss, (g,) = ta.value_and_grad(lambda ws: (ta.tanh(ws[0] * x) ** 2).mean())([w])
        v = 0.9 * v + ta.tanh(g * 1e5) * 1e-5
        return loss, w - 0.1 * v, v

    results = []
    for compiled in both(step, donate=("w", "v")):
        w, v, x = data((600, 500)), data((600, 500), seed=1) * 1e-3, data((600, 500), seed=2)
        for _ in range(3):
            loss, new_w, new_v = compiled(w, v, x)
            assert new_w is w
            assert new_v is v
        results.append((loss, w, v))
    assert_same(*results)
    w, v, x = data((600, 500)), data((600, 500), seed=1) * 1e-3, data((600, 500), seed=2)
    for _ in range(3):
        loss, w, v = step(w, v, x)
    np.testing.assert_allclose(results[0][1], w, rtol=1e-10)


def test_donated_arrays_stay_as_they_are_where_numbers_are_not_finite():
    def step(w, x):
        return w - 0.1 * ta.sigmoid(ta.exp(x) * w), ta.tanh(w * x) + w

    w, x = data((600, 500)), data((600, 500), seed=1)
    compiled = ta.compile(step, donate="w")
    compiled(w.copy(), x)
    x[599, 499] = 1000.0
    with np.errstate(all="ignore"):
        expected = step(w, x)
        mine = compiled(w.copy(), x)
    for a, b in zip(mine, expected, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-12)


def test_results_stay_when_the_program_runs_again():
    tiled = ta.compile(forward_and_backward("selu"))
    z, g = data((600, 300)), data((600, 300), seed=1)
    first = tiled(z, g)
    copies = [x.copy() for x in first]
    second = tiled(-z, g)
    assert_same(first, copies)
    for x, y in itertools.product(first, (*second, z, g)):
        assert not np.shares_memory(x, y)


def test_threads_have_their_own_slices():
    tiled, whole = both(forward_and_backward("mish"))
    inputs = [(data((600, 300), seed=i), data((600, 300), seed=i + 100)) for i in range(8)]
    expected = [whole(*x) for x in inputs]
    tiled(*inputs[0])
    results = {}

    def work(i):
        results[i] = [tiled(*inputs[i]) for _ in range(5)]

    threads = [threading.Thread(target=work, args=(i,)) for i in range(len(inputs))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for i, theirs in enumerate(expected):
        for mine in results[i]:
            assert_same(mine, theirs)


def test_a_program_can_be_pickled():
    tiled = ta.compile(forward_and_backward("selu"))
    z, g = data((600, 300)), data((600, 300), seed=1)
    expected = tiled(z, g)
    again = pickle.loads(pickle.dumps(tiled.program))
    assert_same(again(z, g), expected)


def test_the_peak_is_smaller():
    tiled, whole = both(forward_and_backward("mish"))
    z, g = data((1000, 1000)), data((1000, 1000), seed=1)
    tiled(z, g), whole(z, g)
    assert tiled.explain().peak < 0.4 * whole.explain().peak
    results = 2 * z.nbytes
    assert results + sum(tiled.explain().rooms) == tiled.explain().peak
    assert sum(tiled.explain().rooms) < 9 << 18
    without_rooms = ta.compile(forward_and_backward("mish"), passes=[x for x in PASSES if x != "memory"])
    assert_same(without_rooms(z, g), whole(z, g))
    assert loops(without_rooms)
    assert results < without_rooms.explain().peak < 0.4 * whole.explain().peak


def test_a_program_with_care_is_cut_as_well():
    passes = [x for x in PASSES if x != "trust"]
    tiled = ta.compile(forward_and_backward("softplus"), passes=passes)
    whole = ta.compile(forward_and_backward("softplus"), passes=[x for x in passes if x != "tiles"])
    z, g = data((600, 300)), data((600, 300), seed=1)
    assert_same(tiled(z, g), whole(z, g))
    z[3, 4], g[5, 6] = np.nan, np.inf
    assert_same(tiled(z, g), whole(z, g))
    assert loops(tiled)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_choices_by_bits(dtype):
    rng = np.random.default_rng(0)
    special = np.array([np.nan, np.inf, -np.inf, -0.0, 0.0, 1.0], dtype)
    x, y = rng.choice(special, 1000), rng.choice(special, 1000)
    condition = rng.random(1000) < 0.5
    for a, b in [(x, y), (1.0, y), (x, dtype(2)), (0.5, np.array(0.25, dtype)), (x, condition)]:
        expected = np.where(condition, a, b).astype(dtype)
        assert choose(condition, a, b, out=np.empty(1000, dtype)).tobytes() == expected.tobytes()
    for out in (x.copy(), y.copy()):
        a, b = (out, y) if out[0].tobytes() == x[0].tobytes() and out.tobytes() == x.tobytes() else (x, out)
        expected = np.where(condition, a, b)
        choose(condition, a, b, out=out)
        assert out.tobytes() == expected.tobytes()
    assert choose(condition, x, y).tobytes() == np.where(condition, x, y).tobytes()
    expected = np.where(condition, x, dtype(0))
    assert choose_or_zero(condition, x).tobytes() == expected.tobytes()
    choose_or_zero(condition, x, out=x)
    assert x.tobytes() == expected.tobytes()


@pytest.mark.parametrize("axis", [0, 1, -1])
def test_results_are_written_to_their_place_in_a_concatenation(axis):
    def f(x):
        y = ta.tanh(x)
        a, b = ta.exp(-ta.abs(y)), ta.sin(y) * 2.0
        return ta.concatenate([a, b], axis=axis), (ta.concatenate([b * b, y + 1.0], axis=axis) * 2.0).sum(), y

    tiled, whole = both(f)
    x = data((900, 300))
    mine = tiled(x)
    assert_same(mine, whole(x))
    assert "concatenate" not in tiled.source.split("def f_with_care")[0]
    assert "np.concatenate" not in tiled.explain().calls
    kept = tiled(-x)
    assert_same(mine, whole(x))
    assert not np.shares_memory(mine[0], kept[0])


def test_a_concatenation_of_what_is_used_elsewhere_stays_a_copy():
    def f(x):
        y = ta.tanh(x) + 1.0
        z = ta.sin(y)
        return ta.concatenate([z, y], axis=0), y, ta.concatenate([z, z], axis=1)

    tiled, whole = both(f)
    x = data((900, 300))
    mine = tiled(x)
    assert_same(mine, whole(x))
    assert not np.shares_memory(mine[0], mine[1])


def test_no_float64_between_two_float32():
    tiled = ta.compile(forward_and_backward("sparse_sigmoid"))
    z, g = data((600, 300), np.float32), data((600, 300), np.float32, 1)
    _, dz = tiled(z, g)
    assert dz.dtype == np.float32
    assert "astype" not in tiled.source.split("def step_with_care")[0]
    np.testing.assert_array_equal(dz, forward_and_backward("sparse_sigmoid")(z, g)[1])


def test_room_that_is_read_in_a_loop_is_free_only_after_it():
    def f(x, w):
        y = x @ w
        a = ta.tanh(y) + 1.0  # y is read for the last time, slice by slice
        b = ta.sin(a) * 2.0
        c = ta.exp(-ta.abs(b))
        return (a @ w + b @ w) @ (c @ w)

    tiled, whole = both(f)
    x, w = data((600, 600)), data((600, 600), seed=1)
    assert_same([tiled(x, w)], [whole(x, w)])
    run = tiled.source.split("def f_with_care")[0]
    assert loops(tiled)
    room = re.search(r"np\.dot\(x, w, out=(m\d+)\)", run) or re.search(r"np\.matmul\(x, w, out=(m\d+)\)", run)
    assert room is not None, run
    kept = re.findall(r"^ +\w+ = (m\d+)$", run.split("for i in")[0], re.M)
    assert room[1] not in kept


def test_a_concatenation_of_what_is_handed_out_stays_a_copy():
    def f(x):
        y = ta.tanh(x) + 1.0
        return ta.concatenate([ta.sin(y), y], axis=0), y

    tiled, whole = both(f)
    mine = tiled(data((900, 300)))
    assert_same(mine, whole(data((900, 300))))
    assert not np.shares_memory(*mine)
