"""What a program says of its costs, against a count by hand and against memory as Python measures it."""

from __future__ import annotations

import tracemalloc

import numpy as np
import pytest

import tinygrad_act as ta
from tinygrad_act.compiler import PASSES

RNG = np.random.default_rng(0)
X, W = RNG.normal(size=(300, 200)), RNG.normal(size=(200, 100))


def measured(run):
    """The most bytes that were allocated at a time while `run()` ran."""
    tracemalloc.start()
    try:
        kept = run()
        return tracemalloc.get_traced_memory()[1] if kept is not None else 0
    finally:
        tracemalloc.stop()


def test_a_small_network_by_hand():
    """z = x @ w, a = tanh(z), the sum of a; its gradient by w is x.T @ (1 - a * a)."""
    x, w = RNG.normal(size=(50, 20)), RNG.normal(size=(20, 10))
    program = ta.compile(ta.value_and_grad(lambda w, x: ta.tanh(x @ w).sum())).trace(w, x)
    costs = program.explain()
    assert costs.recorded == 3 + 3  # forward: a product, tanh, a sum; backward: one step for each
    assert {name: costs.calls[name] for name in ("np.dot", "np.tanh", "np.multiply", "np.subtract")} == {
        "np.dot": 2, "np.tanh": 1, "np.multiply": 1, "np.subtract": 1,
    }  # fmt: skip
    products, activation, total, slope = 2 * (2 * 50 * 20 * 10), 500, 2 * 500, 2 * 500  # the sum is a product with ones
    assert costs.flops == products + activation + total + slope
    assert costs.rooms == (4000,)  # z, a, the slope: one place of 50 x 10 float64 numbers for all of them
    assert costs.peak == 4000 + 1600  # and the gradient, which is handed out
    assert costs.eager_peak == 4 * 4000 + 1600  # z, a, da, dz; dw
    z, a, loss, squares, slopes, dw = 8000 + 1600 + 4000, 2 * 4000, 2 * 4000 + 8, 3 * 4000, 8 + 2 * 4000, 8000 + 5600
    assert costs.traffic == z + a + loss + squares + slopes + dw
    assert str(costs).splitlines()[-1] == "peak        5.5 KB, eager 17.2 KB: 0.32x"
    assert costs.headline in repr(program)


@pytest.mark.parametrize(
    ("f", "flops"),
    [
        (lambda x: ta.exp(x), 60000),
        (lambda x: x.T, 0),
        (lambda x: x.max(axis=1), 60000),
        (lambda x: x[[0, 5, 5]], 0),
        (lambda x: ta.einsum("ij,ik->jk", x, x), 2 * 300 * 200 * 200),
        (lambda x: ta.cumsum(x, axis=0), 60000),
        (lambda x: (x * x).sum(), 2 * 60000),
    ],
    ids=["exp", "T", "max", "rows", "einsum", "cumsum", "squares"],
)
def test_flops(f, flops):
    assert ta.compile(f).trace(X).explain().flops == pytest.approx(flops, rel=1e-3)


PROGRAMS = {
    "elementwise": (lambda x: ta.tanh(x) * x, (X,)),
    "views and parts of arguments": (lambda x: (ta.tanh(x).T, x[:100]), (X,)),
    "the same twice": (lambda x: (ta.exp(x), ta.exp(x)), (X,)),
    "a chain": (lambda x: ta.sin(ta.cos(ta.exp(x))) * x + ta.sin(x), (X,)),
    "a view in between": (lambda x: ta.exp(ta.reshape(ta.exp(x), shape=(-1,))) + 1.0, (X,)),
    "a running sum": (lambda x: ta.cumsum(ta.exp(x), axis=0) * 2.0, (X,)),
    "a sum": (lambda x: ta.exp(x).sum(axis=0), (X,)),
    "a network": (ta.value_and_grad(lambda w, x: ta.sigmoid(x @ w).sum()), (W, X)),
}


@pytest.mark.parametrize("passes", [None, [x for x in PASSES if x != "memory"]], ids=["all", "no memory"])
@pytest.mark.parametrize("name", PROGRAMS)
def test_the_peak_is_what_python_measures(name, passes):
    f, args = PROGRAMS[name]
    ta.compile(f, passes=passes)(*args)
    program = ta.compile(f, passes=passes).trace(*args)
    assert program.explain().peak == pytest.approx(measured(lambda: program(*args)), rel=0.02, abs=4096)


@pytest.mark.parametrize("name", [name for name in PROGRAMS if name != "a network"])
def test_eagers_peak_is_what_python_measures(name):
    f, args = PROGRAMS[name]
    values = [ta.Value(x) for x in args]
    f(*values)
    said = ta.compile(f).trace(*args).explain().eager_peak
    assert said == pytest.approx(measured(lambda: f(*values)), rel=0.02, abs=4096)


@pytest.mark.parametrize("donate", [(), "params"])
def test_fifty_layers_take_at_most_six_tenths_of_eagers_memory(donate):
    params = [(RNG.normal(size=(32, 32)) / 6, np.zeros((1, 32))) for _ in range(50)]
    x, y = RNG.normal(size=(2, 256, 32))

    def loss(params, x, y):
        for w, b in params:
            x = ta.sigmoid(x @ w + b)
        return ((x - y) ** 2).mean()

    def step(params, x, y):
        value, gradient = ta.value_and_grad(loss)(params, x, y)
        return value, [(w - 0.1 * dw, b - 0.1 * db) for (w, b), (dw, db) in zip(params, gradient)]

    eager = measured(lambda: step(params, x, y))
    program = ta.compile(step, donate=donate).trace(params, x, y)
    costs = program.explain()
    first, again = (measured(lambda: program(params, x, y)) for _ in range(2))
    assert costs.peak <= 0.6 * costs.eager_peak
    assert first <= 0.6 * eager
    assert costs.peak == pytest.approx(first, rel=0.02)
    assert costs.eager_peak == pytest.approx(eager, rel=0.06)
    assert again <= first - sum(costs.rooms) * 0.95, "the second call has made room again"
