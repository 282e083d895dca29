"""`ta.compile(value)`: a recorded graph that runs again on what its leaves hold."""

from __future__ import annotations

import itertools
import pickle
import random
import threading

import numpy as np
import pytest

import tinygrad_act as ta


class Neuron:
    """As micrograd has it."""

    def __init__(self, count, act=True):
        self.w = [ta.Value(random.uniform(-1, 1)) for _ in range(count)]
        self.b = ta.Value(0)
        self.act = act

    def __call__(self, x):
        z = sum((wi * xi for wi, xi in zip(self.w, x)), self.b)
        return z.relu() if self.act else z


class Network:
    def __init__(self, *sizes):
        random.seed(1)
        last = len(sizes) - 2
        pairs = enumerate(itertools.pairwise(sizes))
        self.layers = [[Neuron(n, i != last) for _ in range(m)] for i, (n, m) in pairs]

    def __call__(self, x):
        for layer in self.layers:
            x = [neuron(x) for neuron in layer]
        return x[0]

    def parameters(self):
        return [p for layer in self.layers for neuron in layer for p in (*neuron.w, neuron.b)]


def demo_loss(model, X, y):
    """micrograd's demo: hinge loss with a penalty."""
    scores = [model(list(map(ta.Value, row))) for row in X]
    losses = [(1 + -yi * score).relu() for yi, score in zip(y, scores)]
    return sum(losses) * (1.0 / len(losses)) + 1e-4 * sum(p * p for p in model.parameters())


def points(count):
    rng = np.random.default_rng(0)
    X = rng.normal(size=(count, 2))
    return X, np.where(np.hypot(*X.T) > 1.1, 1, -1)


def test_micrograds_loop_changes_by_two_lines():
    X, y = points(20)
    eager, compiled = Network(2, 4, 4, 1), Network(2, 4, 4, 1)
    loss = demo_loss(compiled, X, y)
    program = ta.compile(loss)
    for _ in range(10):
        expected = demo_loss(eager, X, y)
        for model in (eager, compiled):
            for p in model.parameters():
                p.grad = 0
        expected.backward()
        program.backward()
        assert loss.data == pytest.approx(expected.data, rel=1e-12)
        for p, q in zip(eager.parameters(), compiled.parameters()):
            assert q.grad == pytest.approx(p.grad, rel=1e-11, abs=1e-14)
            assert type(q.grad) is float
            p.data -= 0.1 * p.grad
            q.data -= 0.1 * q.grad
    assert program.forward() == loss.data == pytest.approx(demo_loss(eager, X, y).data, rel=1e-12)


def test_a_network_of_scalars_becomes_the_matrix_products_that_one_writes_by_hand():
    X, y = points(50)
    model = Network(2, 8, 8, 1)
    program = ta.compile(demo_loss(model, X, y))
    lines = program.source.split("def backward_with_care")[0].splitlines()
    assert len(lines) < 120
    assert sum("np.dot(" in line or " @ " in line for line in lines) >= 6
    assert not any("[k" in line for line in lines), "a list of places where a slice would do"
    assert "100 leaves" not in repr(program)
    assert f"{len(model.parameters()) + X.size} leaves" in repr(program)


def test_forward_reads_the_leaves_anew_and_backward_adds():
    w, x, b = ta.Value(0.5, label="w"), ta.Value(3.0, label="x"), ta.Value(-0.5, label="b")
    a = ta.sigmoid(w * x + b)
    program = ta.compile(a)
    assert program.forward() == a.data == ta.sigmoid(1.0)
    w.data = -1.0
    assert program.forward() == a.data == ta.sigmoid(-3.5)
    program.backward()
    slope = a.data * (1 - a.data)
    assert (w.grad, x.grad, b.grad) == pytest.approx((3 * slope, -slope, slope), rel=1e-15)
    program.backward()
    assert w.grad == pytest.approx(6 * slope, rel=1e-15)
    assert "leaves['w']" in program.source
    assert "operations" in str(program.explain())
    with pytest.raises(RuntimeError, match="was given new data"):
        a.backward()  # the nodes in between are of the old numbers


def test_tensors_keep_shape_and_dtype_and_constants_get_no_gradient():
    rng = np.random.default_rng(0)
    X = ta.Value(rng.normal(size=(5, 3)).astype("f"), label="X", requires_grad=False)
    W = ta.Value(rng.normal(size=(3, 2)).astype("f"), label="W")
    out = ta.tanh(X @ W)
    program = ta.compile(out)
    g = rng.normal(size=(5, 2)).astype("f")
    X.data = rng.normal(size=(5, 3))
    program.backward(g)
    assert (out.data.dtype, W.grad.dtype, W.grad.shape) == (np.float32, np.float32, (3, 2))
    fresh = ta.Value(W.data)
    expected = ta.tanh(X.data @ fresh)
    expected.backward(g)
    np.testing.assert_allclose(out.data, expected.data, rtol=1e-6)
    np.testing.assert_allclose(W.grad, fresh.grad, rtol=1e-5)
    assert X.grad is None
    kept = W.grad
    copy = kept.copy()
    program.backward(g)
    assert np.array_equal(kept, copy), "a gradient that was handed out is not written over"
    with pytest.raises(ValueError, match="not a single number"):
        program.backward()
    with pytest.raises(ValueError, match=r"g has shape \(2,\)"):
        program.backward([1.0, 2.0])


def test_arrays_without_axes_among_scalars():
    leaves = [ta.Value(np.array(i / 7)) if i % 2 else ta.Value(i / 7) for i in range(80)]
    root = sum(ta.tanh(x * 2.0) * x for x in leaves)
    root.backward()
    expected = [x.grad for x in leaves]
    program = ta.compile(root)
    assert "v1" in program.source
    program.backward()
    for x, g in zip(leaves, expected):
        assert x.grad == pytest.approx(2 * g, rel=1e-13, abs=1e-14)
        assert isinstance(x.grad, type(g))
    assert isinstance(root.data, np.ndarray)


@pytest.mark.parametrize("numbers", [(-np.inf, 1.0), (2.0, np.nan), (np.inf, np.inf)])
def test_infinite_numbers_give_what_scalars_give(numbers):
    def f(w, x):
        return sum((a * b).relu() for a, b in zip(w, x)) + sum(a * b for a, b in zip(w, x)).relu()

    w = [ta.Value(float(i)) for i in range(40)]
    x = [ta.Value(1.0) for _ in range(40)]
    root = f(w, x)
    program = ta.compile(root)
    assert "v1" in program.source
    w[3].data, x[5].data = numbers
    program.backward()
    fresh = [ta.Value(v.data) for v in (*w, *x)]
    again = f(fresh[:40], fresh[40:])
    again.backward()
    np.testing.assert_array_equal([v.grad for v in (*w, *x)], [v.grad for v in fresh])
    np.testing.assert_array_equal([root.data, program.forward()], [again.data, again.data])
    step = ta.compile(ta.value_and_grad(lambda p: f(*p)))
    given = [v.data for v in w], [v.data for v in x]
    step(([1.0] * 40, [1.0] * 40))
    _, gradients = step(given)
    np.testing.assert_array_equal(gradients, np.reshape([v.grad for v in fresh], (2, 40)))


def test_graphs_of_more_than_numbers_stay_as_they_are():
    x = [ta.Value(float(i)) for i in range(40)]
    root = (ta.stack([ta.tanh(v) for v in x]) ** 2.0).sum() + ta.Value(np.float32(1.0)) * sum(v * 2.0 for v in x)
    program = ta.compile(root)
    assert "v1" not in program.source
    program.backward()
    a = np.tanh(np.arange(40.0))
    np.testing.assert_allclose([v.grad for v in x], 2 * a * (1 - a * a) + 2, rtol=1e-12)
    single = ta.compile(sum(ta.sum(v) * v for v in x))  # the sum of a number: of all, it would be another
    assert single.forward() == pytest.approx(sum(i * i for i in range(40)))


def test_threads_add_up():
    x = [ta.Value(float(i)) for i in range(100)]
    program = ta.compile(sum(ta.tanh(v) * v for v in x))
    program.backward()
    once = [v.grad for v in x]
    for v in x:
        v.zero_grad()
    threads = [threading.Thread(target=lambda: [program.backward() for _ in range(20)]) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [v.grad for v in x] == pytest.approx([80 * g for g in once], rel=1e-12)


def test_what_has_no_graph_is_refused():
    with pytest.raises(ValueError, match="the program would be empty"):
        ta.compile(ta.Value(2.0))
    with ta.no_grad():
        made = ta.Value(2.0) * 3.0
    with pytest.raises(ValueError, match="inside no_grad"):
        ta.compile(made)
    program = ta.compile(ta.Value(2.0) > 1.0)
    assert program.forward() is True or program.forward() == 1
    with pytest.raises(ValueError, match="no gradient flows"):
        program.backward()


def test_a_maximum_of_a_float_and_an_int_is_a_float_whichever_is_larger():
    x = ta.Value(1.0)
    m = ta.maximum(x, 2)
    assert type(m.data) is float
    program = ta.compile(m * 3.0)
    x.data = 5.0
    program.backward()
    assert x.grad == 3.0


def test_a_compiled_graph_has_no_arguments_and_no_copy():
    root = ta.Value(2.0) * 3.0
    with pytest.raises(ValueError, match="no arguments to donate"):
        ta.compile(root, donate=0)
    program = ta.compile(root)
    with pytest.raises(TypeError, match=r"pickle \.program"):
        pickle.dumps(program)
    again = pickle.loads(pickle.dumps(program.program))
    assert again({"x0": 5.0}, {}) == program.program({"x0": 5.0}, {}) == (15.0, {"x0": 3.0})


def test_a_cotangent_of_a_single_number():
    w = ta.Value(np.full((1, 1), 3.0), label="w")
    program = ta.compile(w * w)
    program.backward()
    assert w.grad.tolist() == [[6.0]]
    program.backward([[10.0]])
    assert w.grad.tolist() == [[66.0]]
    x = ta.Value(2.0)
    program = ta.compile(x * x)
    program.backward(0.5)
    assert (x.grad, type(x.grad)) == (2.0, float)
