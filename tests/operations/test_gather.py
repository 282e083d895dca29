"""Indexing by whole numbers that are data: one program for all indices, with NumPy's indexing as the oracle."""

from __future__ import annotations

import pickle
import threading

import numpy as np
import pytest

import tinygrad_act as ta
from tinygrad_act.engine.tracing import TracingError
from tinygrad_act.operations import gather, index

from ..each import each
from ..saved_programs import same_numbers

RNG = np.random.default_rng(0)
SHAPE = (4, 3, 5, 2)
X = RNG.normal(size=SHAPE)


class Data:
    """A place in a key where an argument stands."""

    def __init__(self, size, shape, dtype=np.int64):
        self.size, self.shape, self.dtype = size, shape, np.dtype(dtype)

    def draw(self, rng):
        low = -self.size if self.dtype.kind == "i" else 0
        return rng.integers(low, self.size, self.shape).astype(self.dtype)

    def __repr__(self):
        return f"{self.dtype}{list(self.shape)}"


def random_key(rng):
    """A key of NumPy's with at least one place for data."""
    key, axis, ellipsis = [], 0, False
    joint = tuple(rng.integers(1, 4, rng.integers(0, 3)))
    while axis < len(SHAPE):
        n, choice = SHAPE[axis], rng.integers(0, 11)
        shape = tuple(m if rng.random() < 0.7 else 1 for m in joint)
        if choice < 4:
            key.append(Data(n, shape, rng.choice([np.int64, np.int32, np.uint8, np.int8, np.uint64])))
        elif choice == 4:
            key.append(rng.integers(-n, n, shape))
        elif choice == 5:
            key.append(int(rng.integers(-n, n)))
        elif choice == 6:
            key.append(slice(*rng.choice([(None, None, -1), (1, None, None), (None, None, 2)])))
        elif choice == 7 and not ellipsis:
            key.append(...)
            ellipsis, axis = True, axis + rng.integers(0, len(SHAPE) - axis + 1) - 1
        elif choice == 8:
            key.append(None)
            axis -= 1
        elif choice == 9:
            key.append([True] + [False] * (n - 1))
        elif not ellipsis:
            break
        else:
            key.append(slice(None))
        axis += 1
    if ellipsis and axis > len(SHAPE):
        return random_key(rng)
    return tuple(key) if any(isinstance(part, Data) for part in key) else random_key(rng)


def filled(key, ids):
    supply = iter(ids)
    return tuple(next(supply) if isinstance(part, Data) else part for part in key)


@each("seed", range(60))
def test_numpys_indexing_with_data_anywhere_in_the_key(seed):
    """Value and gradient for two sets of indices, from one program."""
    rng = np.random.default_rng(seed)
    key = random_key(rng)
    sets = [[part.draw(rng) for part in key if isinstance(part, Data)] for _ in range(2)]
    weights = rng.normal(size=X[filled(key, sets[0])].shape)
    taken = ta.compile(lambda x, *ids: x[filled(key, ids)])
    pulled = ta.compile(ta.grad(lambda x, *ids: (x[filled(key, ids)] * weights).sum()))
    for ids in sets:
        expected = X[filled(key, ids)]
        np.testing.assert_array_equal(taken(X, *ids), expected, str(key))
        gradient = np.zeros(SHAPE)
        np.add.at(gradient, filled(key, ids), weights)
        np.testing.assert_allclose(pulled(X, *ids), gradient, rtol=1e-13, atol=1e-14, err_msg=str(key))
        np.testing.assert_array_equal(ta.Value(X)[filled(key, ids)].data, expected)
    assert len(taken.programs) == len(pulled.programs) == 1


@each("worth", [0, 1024])
@each("seed", range(25))
def test_a_static_index_adds_up_by_either_way(seed, worth, monkeypatch):
    """The large arrays' way and the other, against np.add.at."""
    for module in (gather, index):
        monkeypatch.setattr(module, "WORTH_ROWS", worth)
    rng = np.random.default_rng(seed)
    key = random_key(rng)
    key = filled(key, [part.draw(rng) for part in key if isinstance(part, Data)])
    expected, weights = np.zeros(SHAPE), rng.normal(size=X[key].shape)
    np.add.at(expected, key, weights)
    np.testing.assert_allclose(ta.scatter_add(weights, shape=SHAPE, index=key), expected, rtol=1e-13, atol=1e-14)
    pulled = ta.grad(lambda x: (x[key] * weights).sum())
    for found in (pulled(X), ta.compile(pulled)(X)):
        np.testing.assert_allclose(found, expected, rtol=1e-13, atol=1e-14)


DTYPES = [np.int64, np.int32, np.int16, np.int8, np.uint8, np.uint16, np.uint32, np.uint64]


@each("dtype", DTYPES)
@each("floats", [np.float64, np.float32, np.float16])
def test_dtypes_of_index_and_data(dtype, floats):
    x = np.arange(6.0).reshape(3, 2).astype(floats)
    f = ta.value_and_grad(lambda x, k: (x[k] ** 2).sum())
    ids = np.array([2, 0, 2]).astype(dtype)
    for value, gradient in (f(x, ids), ta.compile(f)(x, ids)):
        assert value == (x[ids] ** 2).sum()
        assert gradient.dtype == floats
        np.testing.assert_array_equal(gradient, 2 * x * [[1], [0], [2]])


def test_a_single_index_and_an_empty_one():
    x = np.arange(6.0).reshape(3, 2)
    f = ta.compile(ta.value_and_grad(lambda x, k: (x[k] * x[k, 0][..., None]).sum()))
    for k in (np.array(1), np.int64(-1), np.uint8(2), np.array([], int), np.zeros((2, 0), np.int32), np.array([0, 0])):
        value, gradient = f(x, k)
        assert value == (x[k] * x[k, 0][..., None]).sum()
        expected = ta.grad(lambda x: (x[k] * x[k, 0][..., None]).sum())(x)
        np.testing.assert_allclose(gradient, expected)
    assert ta.compile(lambda x, k: x[k])(x, np.int64(1)).tolist() == [2.0, 3.0]
    assert ta.compile(lambda x, k: x[k])(x[:0], np.array([], int)).shape == (0, 2)
    assert ta.compile(ta.grad(lambda x, k: x[k].sum()))(x[:, :0], np.array([1, 1])).shape == (3, 0)


def test_an_index_out_of_range_raises_as_in_numpy_also_in_a_program():
    x = np.arange(12.0).reshape(4, 3)
    one, two = ta.compile(lambda x, k: x[k]), ta.compile(lambda x, i, j: x[i, j])
    back = ta.compile(ta.grad(lambda x, i, j: x[i, j].sum()))
    good = np.array([0, 3]), np.array([2, -3])
    for _ in range(2):  # before there is a program, and with it
        for bad in (4, -5, 100):
            k = np.array([0, bad])
            for f, args in ((one, (k,)), (two, (k, good[1])), (back, (k, good[1]))):
                with pytest.raises(IndexError, match=rf"index {bad} is out of bounds for axis 0 with size 4"):
                    f(x, *args)
        with pytest.raises(IndexError, match="index 3 is out of bounds for axis 1 with size 3"):
            two(x, good[0], np.array([0, 3]))  # another entry of x lies there, in its row
        with pytest.raises(IndexError, match="out of bounds"):
            ta.put_add(np.ones(2), np.array([0, 4]), size=4)
        np.testing.assert_array_equal(one(x, good[0]), x[good[0]])
        np.testing.assert_array_equal(two(x, *good), x[good])
        np.testing.assert_array_equal(back(x, *good), ta.grad(lambda x: x[good].sum())(x))
    with pytest.raises(IndexError, match="cannot do a non-empty take from an empty ax|out of bounds"):
        one(x[:0], np.array([0]))


def test_embeddings_and_labels_and_batches_by_index():
    """A small classifier of words: table, batch and labels by index, one program for all batches."""
    rng = np.random.default_rng(3)
    params = {"table": rng.normal(size=(10, 4)), "w": rng.normal(size=(4, 3))}
    words, labels = rng.integers(0, 10, (20, 5)), rng.integers(0, 3, 20)

    def loss(p, words, labels, batch):
        z = p["table"][words[batch]].mean(axis=1) @ p["w"]
        return -ta.log_softmax(z)[np.arange(6), labels[batch]].mean()

    def by_one_hot(p, words, labels, batch):
        z = p["table"][words[batch]].mean(axis=1) @ p["w"]
        return ta.softmax_cross_entropy(z, ta.one_hot(labels[batch], 3)).mean()

    def by_hand(p, batch):
        z = p["table"][words[batch]].mean(axis=1) @ p["w"]
        e = np.exp(z - z.max(axis=1, keepdims=True))
        s = e / e.sum(axis=1, keepdims=True)
        y = np.eye(3)[labels[batch]]
        dz = (s - y) / 6
        table = np.zeros((10, 4))
        np.add.at(table, words[batch], np.repeat((dz @ p["w"].T)[:, None] / 5, 5, axis=1))
        h = p["table"][words[batch]].mean(axis=1)
        return -np.log((s * y).sum(axis=1)).mean(), {"table": table, "w": h.T @ dz}

    for f in (loss, by_one_hot):
        step = ta.compile(ta.value_and_grad(f))
        for _ in range(4):
            batch = rng.integers(0, 20, 6)
            value, gradient = step(params, words, labels, batch)
            expected, slopes = by_hand(params, batch)
            assert value == pytest.approx(expected, rel=1e-13)
            for name in params:
                np.testing.assert_allclose(gradient[name], slopes[name], rtol=1e-12, atol=1e-14)
        assert len(step.programs) == 1


def test_one_hot_of_data():
    f = ta.compile(lambda k, x: ta.where(ta.one_hot(k, 4), x, 0.0).sum())
    for k in ([0, 1], [3, 3], [2, 0]):
        assert f(np.array(k), np.arange(4.0)) == sum(k)
    assert len(f.programs) == 1
    with pytest.raises(ValueError, match="label 4 is not below classes=4"):
        f(np.array([0, 4]), np.arange(4.0))
    with pytest.raises(TypeError, match="labels are whole numbers, not float64"):
        ta.compile(lambda k: ta.one_hot(k, 4))(np.array([0.0, 1.0]))
    hot = ta.one_hot(ta.Value(np.array([1, 0]), requires_grad=False), classes=2)
    assert isinstance(hot, ta.Value), "a bare array would be baked into a program"
    assert hot.data.tolist() == [[False, True], [True, False]]
    assert ta.one_hot([1, 0], 2).tolist() == [[False, True], [True, False]]
    assert ta.one_hot(2, 3).tolist() == [False, False, True]
    assert ta.one_hot(np.zeros((0, 2), int), 3).shape == (0, 2, 3)


def test_second_order_through_repeated_indices():
    """f = sum(c_i x_k(i)^3): the Hessian is diagonal, 6 x_j times the sum of c where k(i) = j."""
    x, c = np.array([1.5, -0.5, 2.0]), np.array([1.0, 2.0, 3.0, 4.0])
    f = lambda x, k: (x[k] ** 3 * c).sum()
    hessian = ta.compile(lambda x, k: ta.hessian(lambda x: f(x, k))(x))
    third = ta.compile(ta.grad(lambda x, k: ta.grad(lambda x: ta.grad(f)(x, k).sum())(x).sum()))
    for k in (np.array([0, 2, 0, 1]), np.array([-1, -1, 2, 0])):
        weights = np.bincount(k % 3, c, 3)
        np.testing.assert_allclose(hessian(x, k), np.diag(6 * x * weights), rtol=1e-14)
        np.testing.assert_allclose(ta.hessian(lambda x: f(x, k))(x), np.diag(6 * x * weights), rtol=1e-14)
        np.testing.assert_allclose(third(x, k), 6 * weights, rtol=1e-14)
    v = np.array([1.0, 0.5, 2.0])
    np.testing.assert_allclose(
        ta.compile(lambda x, k, v: ta.hvp(lambda x: f(x, k), x, v))(x, k, v), 6 * x * weights * v, rtol=1e-14
    )


def test_indices_that_are_computed():
    x = np.array([0.3, 2.7, 1.2])
    f = ta.compile(lambda x, k: x[(k * 2 + 1) % 3] if False else x[ta.astype(ta.floor(x), dtype=int)] * x[k + 1])
    for k in (np.array([0, 1, -1]), np.array([1, 1, 1])):
        np.testing.assert_array_equal(f(x, k), x[np.floor(x).astype(int)] * x[k + 1])
    gradient = ta.grad(lambda x: x[ta.astype(ta.floor(x), dtype=int)].sum())
    np.testing.assert_array_equal(gradient(x), [1.0, 1.0, 1.0])
    np.testing.assert_array_equal(ta.compile(gradient)(np.array([0.3, 0.7, 0.2])), [3.0, 0.0, 0.0])


def test_a_list_of_indices_and_a_window_that_moves():
    x = np.arange(10.0)
    f = ta.compile(lambda x, i, j: x[[i, 3, j]])
    assert f(x, np.array(1), np.int64(-1)).tolist() == [1.0, 3.0, 9.0]
    window = ta.compile(lambda x, start: x[start + np.arange(3)].sum())
    assert [float(window(x, np.array(i))) for i in (0, 4, 7)] == [3.0, 15.0, 24.0]
    assert len(window.programs) == 1


def test_what_would_have_another_shape_for_other_data_is_refused():
    x, k, mask = np.arange(4.0), np.array(1), np.array([True, False, True, True])
    with pytest.raises(TracingError, match=r"a mask as an index.*ta\.where\(mask, x, 0\.0\)"):
        ta.compile(lambda x, m: x[m].sum())(x, mask)
    for f in (lambda x, k: x[k:], lambda x, k: x[:k], lambda x, k: x[None, ::k], lambda x, k: x[k : k + 2]):
        with pytest.raises(TracingError, match=r"end of a slice.*x\[start \+ np\.arange\(n\)\]"):
            ta.compile(f)(x, k)
    with pytest.raises(IndexError, match=r"whole numbers, not float64; use index\.astype\(int\)"):
        ta.compile(lambda x, k: x[k])(x, np.array([1.0]))
    with pytest.raises(IndexError, match="too many indices: the key has 2, and the array 1 axes"):
        ta.compile(lambda x, k: x[k, k])(x, k)
    with pytest.raises(IndexError, match="a single ellipsis"):
        ta.compile(lambda x, k: x[..., k, ...])(x, k)
    with pytest.raises(TracingError, match=r"ta\.take_axis\(array, index\)"):
        ta.compile(lambda x, k: x * np.arange(4.0)[k])(x, k)
    for bad, text in ((mask, "where() chooses by a mask"), (np.array([1.0]), "use index.astype(int)")):
        with pytest.raises(TypeError, match="take_axis: an index is of whole numbers") as caught:
            ta.take_axis(x, bad)
        assert text in str(caught.value)
    assert ta.compile(lambda x, m: ta.where(m, x, 0.0).sum())(x, mask) == 5.0
    assert ta.compile(lambda k: ta.take_axis(np.arange(4.0) * 2, k))(k) == 2.0


class Holder:
    """What a program can't look through."""

    def __init__(self, k):
        self.k = ta.Value(k, requires_grad=False)


def test_an_index_from_outside_is_read_anew_or_noticed():
    holder, x = Holder(np.array([1, 2])), np.arange(4.0)
    f = ta.compile(lambda x: x[holder.k])
    assert f(x).tolist() == [1.0, 2.0]
    holder.k.data = np.array([0, -1])
    assert f(x).tolist() == [0.0, 3.0]
    assert len(f.programs) == 1
    k = holder.k
    g = ta.compile(lambda x: x[k])
    g(x)
    k.data = np.array([1, 1])
    with pytest.raises(RuntimeError, match="'k' that .* uses from outside was replaced"):
        g(x)


def test_put_add_says_what_does_not_fit():
    with pytest.raises(ValueError, match=r"put_add: index has shape \(3,\), but x has \(2,\) at axis 0"):
        ta.put_add(np.ones((2, 2)), np.zeros(3, int), size=4)
    with pytest.raises(ValueError, match="flat_index: 2 indices for 1 sizes"):
        ta.flat_index(np.array(1), np.array(1), sizes=(2,))


@pytest.mark.parametrize("shape", [(5,), (5, 3), (2, 5, 3), (5, 2000), (2, 5, 1500), (2, 5), (0, 5, 2)])
def test_all_ways_to_add_up_are_numpys_sum_in_numpys_order(shape, monkeypatch):
    """Few entries by np.add.at, short rows entry by entry on one axis, long ones row by row: the same bits."""
    axis = shape.index(5)
    for dtype in (np.float64, np.float32):
        rng = np.random.default_rng(1)
        index = rng.integers(-5, 5, (7, 2))
        x = rng.normal(size=(*shape[:axis], 7, 2, *shape[axis + 1 :])).astype(dtype)
        expected = np.zeros(shape, dtype)
        np.add.at(expected, (*[slice(None)] * axis, index), x)
        for long, worth in ((1, 0), (1024, 0), (1 << 30, 0), (1 << 30, 1 << 30)):
            monkeypatch.setattr(gather, "_LONG", long)
            monkeypatch.setattr(gather, "WORTH_ROWS", worth)
            found = ta.put_add(x, index, size=5, axis=axis)
            assert found.dtype == dtype
            assert found.tobytes() == expected.tobytes()


@pytest.mark.parametrize("length", [1, 2, 1100])
def test_halves_are_added_up_in_single_precision(length):
    """A sum of ones in halves ends at 2048."""
    ids, g = np.zeros(3000, int), np.ones((3000, length), np.float16)
    expected = np.full((1, length), 3000.0)
    for found in (
        ta.put_add(g, ids, size=1),
        ta.scatter_add(g, shape=(1, length), index=ids),
        ta.scatter_add(g[:, 0], shape=(1,), index=ids)[:, None] * np.ones(length, np.float16),
        ta.compile(ta.grad(lambda x, k: ta.astype(x[k], dtype=float).sum()))(np.ones((1, length), np.float16), ids),
    ):
        assert found.dtype == np.float16
        np.testing.assert_array_equal(found, expected)


def test_short_rows_take_the_short_way_and_long_ones_are_added_whole(monkeypatch):
    ran, whole = [], []
    flat, rows = gather._added_flat, gather._add_rows
    monkeypatch.setattr(gather, "_added_flat", lambda *args: ran.append(args[0].shape) or flat(*args))
    monkeypatch.setattr(gather, "_add_rows", lambda *args: whole.append(args[0].shape) or rows(*args))
    ids = np.array([0, 2, 0])
    for length in (1, 100, 1023, 1024):
        ta.grad(lambda x: x[ids].sum())(np.ones((3, length)))
        ta.put_add(np.ones((3, length)), ids, size=3)
        ta.grad(lambda x: x[:, ids].sum())(np.ones((length, 3)))
    assert ran == [(1, 3, 1023)] * 2 + [(1023, 3, 1), (1024, 3, 1)]
    assert whole == [(1, 3, 1024)] * 2


def test_a_static_index_is_worked_out_once_in_a_program():
    rng = np.random.default_rng(0)
    x, ids, i, j = rng.normal(size=(40, 30, 40)), *(rng.integers(0, n, 50) for n in (30, 40, 30))
    g = lambda x: (x[:, ids] ** 2).sum() + (x[ids] ** 3).sum() + (x[i, j] ** 2).sum()
    f = ta.compile(ta.grad(g))
    np.testing.assert_allclose(f(x), ta.grad(g)(x), rtol=1e-13, atol=1e-13)
    assert "put_add(" in f.source
    assert "flat_index(" not in f.source
    assert "scatter_add(" not in f.source


def test_a_saved_program_and_a_pickled_one(tmp_path):
    params = {"e": RNG.normal(size=(6, 3)), "long": RNG.normal(size=(4, 1100))}

    def loss(p, k, i, j):
        hot = ta.where(ta.one_hot(k, 6), 2.0, 1.0).sum()
        return (ta.tanh(p["e"][k]) * hot).sum() + (p["long"][i, j] ** 2).sum() + (p["long"][i] ** 3).sum()

    step = ta.compile(ta.value_and_grad(loss))
    one = (params, np.array([0, 5, -0, 2]), np.array([1, 1]), np.array([-1, 7]))
    two = (params, np.array([1, 1, 1, 1]), np.array([-4, 3]), np.array([0, 1099]))
    program = step.trace(*one)
    same_numbers(tmp_path, program, one, two)
    again = pickle.loads(pickle.dumps(program))
    assert again(*two)[0] == step(*two)[0]
    expected = ta.value_and_grad(loss)(*two)
    np.testing.assert_allclose(step(*two)[0], expected[0], rtol=1e-14)
    for name in params:
        np.testing.assert_allclose(step(*two)[1][name], expected[1][name], rtol=1e-13, atol=1e-14)


def test_threads_with_other_indices():
    x = RNG.normal(size=(50, 8))
    step = ta.compile(ta.value_and_grad(lambda x, k: (ta.tanh(x[k]) ** 2).sum()))
    many = [RNG.integers(-50, 50, 30) for _ in range(8)]
    expected = [ta.value_and_grad(lambda x, k: (ta.tanh(x[k]) ** 2).sum())(x, k) for k in many]
    wrong = []

    def work(i):
        for _ in range(20):
            value, gradient = step(x, many[i])
            right = np.isclose(value, expected[i][0], rtol=1e-13) and np.allclose(gradient, expected[i][1], rtol=1e-12)
            if not right:
                wrong.append(i)

    threads = [threading.Thread(target=work, args=(i,)) for i in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong
    assert len(step.programs) == 1


def test_a_table_that_is_donated_and_updated_in_place():
    @ta.compile(donate="table")
    def step(table, k):
        return table - 0.1 * ta.grad(lambda t: (t[k] ** 2).sum())(table)

    table = np.arange(8.0).reshape(4, 2)
    start, k = table.copy(), np.array([3, 3, 0])
    result = step(table, k)
    assert result is table
    np.testing.assert_allclose(table, start - 0.2 * start * [[1], [0], [0], [2]], rtol=1e-14)


@pytest.mark.parametrize("passes", [None, (), ("lower",), ("lower", "trust"), ("vectors",)])
def test_any_passes(passes):
    f = ta.value_and_grad(lambda p, k: (p[0][k] * p[1]).sum() + p[0][k[0]] + p[0][2])
    compiled = ta.compile(f, passes=passes)
    for k in (np.array([0, 1, 1]), np.array([-1, 2, 0])):
        p = (np.arange(3.0), 2.0)
        value, gradient = compiled(p, k)
        expected = f(p, k)
        assert value == pytest.approx(expected[0])
        np.testing.assert_allclose(gradient[0], expected[1][0])
        assert gradient[1] == pytest.approx(expected[1][1])
    assert len(compiled.programs) == 1


def test_eager_by_a_constant_value():
    x = ta.Value(np.arange(4.0))
    y = x[ta.Value(np.array([1, 1, 3]), requires_grad=False)]
    (y * y).sum().backward()
    assert x.grad.tolist() == [0.0, 4.0, 0.0, 6.0]
    assert ta.take_axis(x, np.array([[0], [2]])).shape == (2, 1)
    assert x.take_axis([0, -1]).data.tolist() == [0.0, 3.0]
