"""Data changed behind a graph: every way to write into a leaf's array after a live graph used it is noticed, and
nothing else is; and what that costs."""

from __future__ import annotations

import copy
import gc
import threading

import numpy as np
import pytest

import tinygrad_act as ta
from tinygrad_act import Value
from tinygrad_act.engine import lending

from ..each import each

NOTICED = r"input 'w' was given new data.*changed by.*a write into its array.*call backward\(\) before"


def _other(x):
    """Numbers of the shape and dtype of `x`, all of them different."""
    return (x * 2 + 1).astype(x.dtype)


def _flat(w):
    w.data.flat[0] = 7.0


def _entries(w):
    """All entries as one axis, in the order of memory: a view."""
    return w.data.ravel(order="K")


def _exchange(flat):
    flat[[0, 1]] = flat[[1, 0]]


def _sorted_in_place(w):
    flat = _entries(w)
    flat[:: 1 if flat[0] > flat[-1] else -1].sort()


WRITES = {
    "an entry": lambda w: w.data.__setitem__((0,) * w.ndim, 7.0),
    "the last entry": lambda w: w.data.__setitem__((-1,) * w.ndim, 7.0),
    "copyto": lambda w: np.copyto(w.data, _other(w.data)),
    "fill": lambda w: w.data.fill(7.0),
    "out": lambda w: np.add(w.data, 1.0, out=w.data),
    "at": lambda w: np.add.at(w.data, (0,) * w.ndim, 1.0),
    "putmask": lambda w: np.putmask(w.data, w.data > -9.0, 7.0),
    "place": lambda w: np.place(w.data, w.data > -9.0, [7.0]),
    "put": lambda w: w.data.put([0], [7.0]),
    "flat": _flat,
    "a view": lambda w: w.data[...].__setitem__((0,) * w.ndim, 7.0),
    "the transpose": lambda w: w.data.T.__setitem__((0,) * w.ndim, 7.0),
    "a view of a view": lambda w: _entries(w)[:1][...].fill(7.0),
    "a buffer": lambda w: np.frombuffer(_entries(w).data, w.dtype).fill(7.0),
    "a memoryview": lambda w: memoryview(_entries(w).view(np.uint8)).__setitem__(3, 77),
    "an array interface": lambda w: np.asarray(memoryview(w.data)).fill(7.0),
    "sort": _sorted_in_place,
    "two entries exchanged": lambda w: _exchange(_entries(w)),
    "in place": lambda w: w.data.__iadd__(1.0),
    "update": lambda w: setattr(w, "data", w.data - 1.0),
    "NaN": lambda w: w.data.fill(np.nan),
    "the sign of zero": lambda w: np.negative(w.data, out=w.data),
}


STARTS = {
    "vector": np.array([3.0, 2.0, 1.0]),
    "matrix": np.arange(6.0).reshape(2, 3),
    "float32": np.arange(6, dtype=np.float32).reshape(2, 3),
    "float16": np.arange(6, dtype=np.float16).reshape(3, 2),
    "big endian": np.arange(6).astype(">f8"),
    "columns first": np.asfortranarray(np.arange(6.0).reshape(2, 3)),
}
GRAPHS = {
    "product": lambda w: (w * w).sum(),
    "one operand": lambda w: (2.0 * w + 1.0).tanh().sum(),
    "views": lambda w: (w.T.reshape((-1,))[::-1] ** 2).sum(),
    "reduction": lambda w: ta.logsumexp(w) + w.std(),
    "static": lambda w: ta.leaky_relu(w, slope=0.1).mean(axis=0).sum(),
    "constant": lambda w: (Value(np.ones(w.shape, w.dtype), requires_grad=False) * (w > 0) * w).sum(),
}


PAIRS = [(start, "product") for start in STARTS] + [("matrix", graph) for graph in GRAPHS if graph != "product"]


@each(("start", "graph"), PAIRS)
@each("write", WRITES.values(), ids=WRITES)
def test_a_write_after_a_graph_used_the_leaf_is_noticed(write, start, graph):
    w, graph = Value(STARTS[start], label="w"), GRAPHS[graph]
    y = graph(w)
    write(w)
    with pytest.raises(RuntimeError, match=NOTICED):
        y.backward()
    assert not np.any(w.grad)
    with np.errstate(all="ignore"):
        graph(w).backward()  # recorded anew, it is right
        expected = ta.grad(graph)(w.numpy())
    np.testing.assert_array_equal(w.grad, expected)


@each("start", STARTS.values(), ids=STARTS)
@each("kept", ["array", "view", "flat", "buffer", "transpose"])
def test_an_alias_from_before_the_graph(kept, start):
    """A write through it is legal before the graph is recorded, and noticed after."""
    w = Value(start, label="w")
    alias = {
        "array": lambda x: x,
        "view": lambda x: x[...],
        "flat": lambda x: x.flat,
        "buffer": lambda x: np.asarray(memoryview(x)),
        "transpose": lambda x: x.T,
    }[kept](w.data)
    first = (0,) * w.ndim if kept != "flat" else 0
    alias[first] = 5.0
    y = (w * w).sum()
    y.backward()
    np.testing.assert_array_equal(w.grad, 2 * w.numpy())
    w.zero_grad()
    alias[first] = 6.0  # after backward(): a training loop
    z = (w * w).sum()
    alias[first] = 7.0
    with pytest.raises(RuntimeError, match=NOTICED):
        z.backward()
    (w * w).sum().backward()
    np.testing.assert_array_equal(w.grad, 2 * w.numpy())
    assert 7.0 in w.numpy()


def test_one_entry_in_the_middle_of_a_million():
    w = Value(np.zeros((1000, 1000)), label="w")
    alias = w.data
    y = (w.T @ w).sum()
    alias[500, 500] = np.nextafter(0.0, 1.0)
    with pytest.raises(RuntimeError, match=NOTICED):
        y.backward()


def test_a_write_to_a_graph_that_is_kept_does_not_condemn_a_later_one():
    w = Value([1.0, 2.0, 3.0], label="w")
    alias = w.data
    curve = []
    for i in range(4):
        alias[1] = i
        curve.append((w * w).sum())  # for a plot: never walked
    curve[-1].backward()
    np.testing.assert_array_equal(w.grad, [2.0, 6.0, 6.0])
    for stale in curve[:-1]:
        with pytest.raises(RuntimeError, match=NOTICED):
            stale.backward()


@pytest.mark.parametrize("looked", ["before", "between", "never"])
@pytest.mark.parametrize("freed", [False, True])
def test_two_losses_of_one_parameter(looked, freed):
    """Only the graph that `backward()` has walked is done with the data."""
    w = Value([1.0, 2.0, 3.0], label="w")
    if looked == "before":
        print(w.data)
    first, second = (w * w * w * w).sum(), (w * w).sum()
    if looked == "between":
        print(w.data)
    first.backward()
    if freed:
        del first
    w.data[0] = 9.0
    with pytest.raises(RuntimeError, match=NOTICED):
        second.backward()


@pytest.mark.parametrize("looked", [False, True])
def test_an_update_between_two_backward_calls(looked):
    w = Value([1.0, 2.0, 3.0], label="w")
    if looked:
        print(w.data)
    y = (w * w).sum()
    y.backward()
    y.backward()
    w.data -= 0.1 * w.grad
    with pytest.raises(RuntimeError, match=NOTICED):
        y.backward()


@each("looked", ["before", "between", "never"])
@each("first", [lambda h: h.sum(), lambda h: ta.where(h > 3.0, h, 0.0).sum(), lambda h: h[1:].sum()])
@each("second", [lambda h, y: (h * h).sum(), lambda h, y: y * 2.0, lambda h, y: (h.T + y).mean()])
def test_two_losses_of_one_trunk(looked, first, second):
    """What both graphs share was walked, but not for the second."""
    w = Value([1.0, 2.0, 3.0], label="w")
    if looked == "before":
        print(w.data)
    h = w * w
    y = first(h)
    z = second(h, y)
    if looked == "between":
        print(w.data)
    expected = ta.grad(lambda w: second(w * w, first(w * w)))(w.numpy())
    y.backward()
    w.zero_grad()
    print(w.data)
    z.backward()
    np.testing.assert_allclose(w.grad, expected, rtol=1e-15)
    h = w * w
    y = first(h)
    z = second(h, y)
    y.backward()
    w.data[1] = 9.0
    with pytest.raises(RuntimeError, match=NOTICED):
        z.backward()


def test_graphs_that_take_turns_are_walked_again():
    w = Value([1.0, 2.0, 3.0], label="w")
    print(w.data)
    penalties = []
    for _ in range(3):
        penalties.append((w * w).sum())
        for penalty in penalties:
            penalty.backward()
    np.testing.assert_array_equal(w.grad, [12.0, 24.0, 36.0])
    w.data -= 1.0
    for penalty in penalties:
        with pytest.raises(RuntimeError, match=NOTICED):
            penalty.backward()


def test_slopes_measured_between_forward_and_backward():
    """What was written is as it was again."""
    w = Value([1.0, 2.0, 3.0], label="w")
    y, z = (w * w * w).sum(), w.tanh().sum()
    measured, array = [], w.data
    for i, at in enumerate(w.numpy()):
        array[i] = at + 1e-6
        more = (w * w * w).sum().item()
        array[i] = at - 1e-6
        measured.append((more - (w * w * w).sum().item()) / 2e-6)
        array[i] = at
    y.backward()
    np.testing.assert_allclose(w.grad, measured, rtol=1e-8)
    array[1] = 7.0
    for graph in (z, y, z):
        with pytest.raises(RuntimeError, match=NOTICED):
            graph.backward()
    array[1] = 2.0
    z.backward()


def test_what_is_known_of_walked_graphs_goes_with_them():
    w = Value(np.ones(3))
    for _ in range(9):
        (w * w).sum().backward()
        w.data[...] -= 0.1 * w.grad
    assert len(w._loan.earlier) <= 2


def test_a_graph_that_was_freed_does_not_count():
    w = Value(np.ones(3), label="w")
    _ = (w * w).sum()
    del _
    w.data[0] = 2.0
    y = (w * w).sum()
    y.backward()
    np.testing.assert_array_equal(w.grad, [4.0, 2.0, 2.0])
    z = (w * w).sum()
    z.backward()
    z.backward()  # walked twice, unchanged
    np.testing.assert_array_equal(w.grad, [12.0, 6.0, 6.0])


def test_looking_is_no_change():
    w, c = Value(np.arange(6.0).reshape(2, 3), label="w"), Value(np.ones(3), requires_grad=False)
    y = (w * c).tanh()
    z = y.sum()
    for x in (w, c, y, z):
        print(x.data, x.data.sum(), x.data.T, x.data.copy(), x.numpy())
    kept = w.data
    z.backward()
    z.backward()
    np.testing.assert_allclose(w.grad, 2 * (1 - np.tanh(kept) ** 2))
    assert w.data is kept


def test_a_constant_is_watched_as_well():
    w, c = Value(np.ones(3)), Value(np.arange(3.0), label="w", requires_grad=False)
    y = (w * c).sum()
    c.data[1] = 7.0
    with pytest.raises(RuntimeError, match=NOTICED):
        y.backward()


@pytest.mark.parametrize("start", [np.array(2.0), np.array([2.0]), np.array(2.0, np.float32)])
def test_arrays_of_one_entry(start):
    w = Value(start, label="w")
    y = (w * w).sum()
    w.data[...] = 7.0
    with pytest.raises(RuntimeError, match=NOTICED):
        y.backward()
    w.data += 1
    (w * w).sum().backward()
    assert np.all(w.grad == 16.0)


def test_empty_arrays():
    w = Value(np.zeros((0, 3)), label="w")
    y = (w * w).sum()
    w.data.fill(7.0)  # nothing was changed
    y.backward()
    assert w.grad.shape == (0, 3)


# -- what is no leaf of the user's -------------------------------------------------------------------


def test_a_value_has_memory_of_its_own():
    array = np.ones(3)
    w = Value(array, label="w")
    y = (w * w).sum()
    array[0] = 7.0
    w.numpy()[1] = 7.0
    w.detach().data[2] = 7.0
    y.backward()
    np.testing.assert_array_equal(w.grad, [2.0, 2.0, 2.0])
    w.grad[0] = 0.0  # the user's own
    (w * w).sum().backward()
    np.testing.assert_array_equal(w.grad, [2.0, 4.0, 4.0])


def test_what_is_detached_is_a_copy():
    w = Value([0.5, 1.0])
    h = w.tanh()
    c = h.detach()
    c.data[0] = 7.0
    c.data -= 1.0
    h.sum().backward()
    np.testing.assert_allclose(w.grad, 1 - np.tanh([0.5, 1.0]) ** 2)


RESULTS = {
    "an owner": lambda w: w.tanh(),
    "a transpose": lambda w: w.T,
    "a slice": lambda w: w.tanh()[1:],
    "stretched": lambda w: ta.broadcast_to(w, shape=(2, 3)),
    "a constant": lambda w: Value([1.0, 2.0], requires_grad=False).tanh(),
    "a comparison": lambda w: w > 0,
}


@pytest.mark.parametrize("make", RESULTS.values(), ids=RESULTS)
def test_a_result_stays_read_only(make):
    w = Value(np.arange(3.0))
    y = make(w)
    for _ in range(2):
        with pytest.raises(ValueError, match="read-only"):
            y.data[...] = 1.0
        with pytest.raises(ValueError, match="WRITEABLE"):
            y.data.setflags(write=True)


def _quietly(make):
    with ta.no_grad():
        return make()


@each("alias", [False, True])
@each(
    "make",
    {
        "reshape": lambda w: _quietly(lambda: w.reshape(3)),
        "slice": lambda w: _quietly(lambda: w[:]),
        "a view of a view": lambda w: _quietly(lambda: w.T[::-1]),
        "stretched": lambda w: _quietly(lambda: ta.broadcast_to(w, shape=(2, 3))),
        "stop_gradient": lambda w: ta.stop_gradient(w),
        "stop_gradient of a view": lambda w: ta.stop_gradient(w.T),
        "view of stop_gradient": lambda w: ta.stop_gradient(w).T,
        "constant": lambda w: Value(w.numpy(), requires_grad=False).T,
        "detach": lambda w: w.detach().T,
    }.values(),
)
def test_a_constant_does_not_change_with_the_leaf_that_it_was_a_view_of(make, alias):
    w, v = Value([1.0, 2.0, 3.0], label="w"), Value([1.0, 1.0, 1.0])
    array = w.data if alias else None
    c = make(w)
    held = c.numpy()
    y = (c * v).sum()
    for x in (w, *(c.inputs or ())):
        if x.op is None:
            x.data[0] = 7.0
    if alias:
        array[1] = 7.0
    y.backward()
    np.testing.assert_array_equal(v.grad, held if held.ndim == 1 else held.sum(axis=0))
    np.testing.assert_array_equal(c.numpy(), held)


def test_what_an_operation_held_is_shown_read_only():
    w = Value([1.0, 2.0, 3.0])
    y = w * np.ones(3) * 2.0
    for node in (y, y.inputs[0]):
        for primal in node.primals:
            if isinstance(primal, np.ndarray):
                with pytest.raises(ValueError, match="read-only"):
                    primal[0] = 7.0
    w.data[...] = 1.0  # which is as before


def test_the_arguments_of_a_function_are_read_only_inside():
    def f(x):
        with pytest.raises(ValueError, match="read-only"):
            x.data[0] = 7.0
        return (x * x).sum()

    assert ta.grad(f)(np.ones(3)).tolist() == [2.0, 2.0, 2.0]


@pytest.mark.parametrize("start", [np.array([1.0, 2.0]), {"w": [np.array([1.0, 2.0])]}])
def test_a_pullback_belongs_to_the_call_that_made_it(start):
    start = copy.deepcopy(start)
    array = start if isinstance(start, np.ndarray) else start["w"][0]
    out, pullback = ta.vjp(lambda p: (p if isinstance(p, Value) else p["w"][0]) ** 3, start)
    array[...] = 100.0
    (c,) = pullback(np.ones(2))
    np.testing.assert_array_equal(c if isinstance(start, np.ndarray) else c["w"][0], [3.0, 12.0])
    np.testing.assert_array_equal(out, [1.0, 8.0])


def test_debug_notices_a_large_argument_written_to_before_its_pullback():
    x = np.ones(100_000)
    with ta.debug():
        _, pullback = ta.vjp(lambda x: x * x, x)
        x[50_000] = 7.0
        with pytest.raises(RuntimeError, match="was changed in place"):
            pullback(np.ones(100_000))


def test_a_pullback_notices_a_value_from_outside():
    w = Value([1.0, 2.0], label="w")
    _, pullback = ta.vjp(lambda x: x * w, np.ones(2))
    pullback(np.ones(2))
    w.data[0] = 7.0
    with pytest.raises(RuntimeError, match=NOTICED):
        pullback(np.ones(2))


def test_a_compiled_value_reads_its_leaves_anew():
    w = Value([1.0, 2.0], label="w")
    y = (w * w).sum()
    program = ta.compile(y)
    w.data[0] = 3.0
    program.backward()
    np.testing.assert_array_equal(w.grad, [6.0, 4.0])
    assert y.data == 13.0
    with pytest.raises(RuntimeError, match=NOTICED):
        y.backward()  # the graph itself is that of before


def test_explain_and_draw_notice_it():
    w = Value([1.0, 2.0], label="w")
    y = (w * w).sum()
    w.data[0] = 3.0
    with pytest.raises(RuntimeError, match=NOTICED):
        ta.explain(y, wrt=w)
    assert "changed" in ta.draw(y).text() or "changed" in str(ta.draw(y).json())


@pytest.mark.parametrize("create_graph", [False, True])
def test_create_graph(create_graph):
    w = Value([1.0, 2.0], label="w")
    y = (w * w * w).sum()
    y.backward(create_graph=create_graph)
    gradient = w.grad
    w.data[0] = 7.0
    if create_graph:
        with pytest.raises(RuntimeError, match=NOTICED):
            gradient.sum().backward()
    else:
        np.testing.assert_array_equal(gradient, [3.0, 12.0])


# -- what it costs -----------------------------------------------------------------------------------


def _update(how, p):
    if how == "-=":
        p.data -= 0.1 * p.grad
    elif how == "[...] -=":
        p.data[...] -= 0.1 * p.grad
    elif how == "out=":
        np.subtract(p.data, 0.1 * p.grad, out=p.data)
    elif how == "=":
        p.data = p.data - 0.1 * p.grad
    p.zero_grad()


@pytest.fixture
def _no_fingerprints(monkeypatch):
    def refuse(x):
        raise AssertionError("a fingerprint was taken")

    monkeypatch.setattr(lending, "fingerprint", refuse)


@pytest.mark.parametrize("forward", ["x @ w", "w.T", "indexed"])
@pytest.mark.parametrize("how", ["-=", "[...] -=", "out=", "="])
def test_a_training_loop_never_pays_for_the_size(how, forward, request):
    """Also while the last loss, and so its graph, is still alive; and where it logs after `backward()`. (But once,
    when `.data` hands an array out for the first time.)"""
    rng = np.random.default_rng(0)
    w, b, X = Value(rng.normal(size=(3, 3))), Value(np.zeros(3)), rng.normal(size=(5, 3))
    batch = Value(X, requires_grad=False)
    losses = []
    for step in range(5):
        batch.data[...] = X + step / 10
        h = X @ w if forward == "x @ w" else batch @ w.T if forward == "w.T" else batch @ w[::-1]
        loss = (ta.where(h > -9.0, h + b, h).tanh() ** 2).mean()
        losses.append(loss.data)
        loss.backward()
        if step == 1:
            request.getfixturevalue("_no_fingerprints")
        print(w.data.mean(), np.linalg.norm(w.grad), float(b.data[0]))
        for p in (w, b):
            _update(how, p)
    assert losses[-1] < losses[0]
    del loss, h
    print(w.data, w.data.sum())
    (w * b).sum().backward()


def test_with_the_usual_update_nothing_is_lent_afterwards():
    p = Value(np.ones(3))
    gc.collect()
    before = len(lending.lent)
    (p * p).sum().backward()
    p.data -= 0.1 * p.grad
    assert len(lending.lent) == before
    p.data[0] = 1.0
    assert len(lending.lent) == before + 1
    y = p * 2.0  # an operation looks once, and finds that nobody has the array any more
    assert len(lending.lent) == before
    kept = p.data
    p.data -= 1.0
    assert len(lending.lent) == before + 1
    del p, kept, y
    assert len(lending.lent) == before


@pytest.mark.parametrize("operation", ["binary", "unary", "reflected", "matmul", "method", "function"])
def test_every_short_way_looks(operation):
    w, c = Value(np.eye(3), label="w"), np.eye(3)
    alias = w.data
    y = {
        "binary": lambda: w * w,
        "unary": lambda: w.tanh(),
        "reflected": lambda: c - w,
        "matmul": lambda: w @ w,
        "method": lambda: w.sum(axis=0),
        "function": lambda: ta.tanh(w),
    }[operation]()
    alias[0, 1] = 7.0
    with pytest.raises(RuntimeError, match=NOTICED):
        y.sum().backward()


def test_threads_lend_what_is_theirs():
    wrong = []

    def work(seed):
        w = Value(np.full(50, float(seed)), label="w")
        for i in range(100):
            w.zero_grad()
            y = (w * w).sum()
            if i % 3 == 0:
                w.data[i % 50] += 1.0
                try:
                    y.backward()
                    wrong.append(i)
                except RuntimeError:
                    continue
            y.backward()
            if not np.array_equal(w.grad, 2 * w.numpy()):
                wrong.append(i)
            w.data -= 0.01 * w.grad

    threads = [threading.Thread(target=work, args=(seed,)) for seed in range(1, 9)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []
