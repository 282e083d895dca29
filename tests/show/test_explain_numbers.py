"""`explain`: its numbers are those of backward, to the last digit, and its paths are the heaviest."""

from __future__ import annotations

import itertools
import math
import random

import numpy as np
import pytest

import tinygrad_act as ta
from tinygrad_act import Value
from tinygrad_act.check import samples
from tinygrad_act.core.op import REQUIRED
from tinygrad_act.show.paths.between import between
from tinygrad_act.show.paths.heaviest import heaviest, weight
from tinygrad_act.show.paths.pulling import weights

from ..conftest import differentiable, every_case, one_of_each_kind
from ..each import each
from ..scalar_programs import tangle


def explain(*args, **kwargs):
    """With labels alone: no variable of a test gives a name."""
    return ta.explain(*args, **kwargs, names={})


ACTIVATIONS = [
    op for op in ta.ops.values()
    if op.elementwise and len(op.inputs) == 1 and op.rules[0] is not None and op.reference is not None
    and REQUIRED not in op.defaults.values()
]  # fmt: skip
"""Every activation of one input that needs no parameters."""


def fresh_gradient(y, x):
    """What backward alone brings to `x`."""
    x.zero_grad()
    y.backward()
    return x.grad


def random_graph(seed, leaves=3, size=14):
    """Scalars combined by + - * / **, activations, kinks and constants, with shared parts; and the leaves."""
    choose = random.Random(seed)
    start = [Value(choose.choice([choose.uniform(0.3, 2.0), choose.uniform(-2.0, -0.3), 0.0, 1.0]), f"x{i}")
             for i in range(leaves)]  # fmt: skip
    pool = list(start)
    for _ in range(size):
        x, y, c = choose.choice(pool), choose.choice(pool[-6:]), choose.choice([0.0, -1.0, 0.5, 2.0, 1e-3])
        pool.append(choose.choice([
            lambda: x + y, lambda: x - y, lambda: x * y, lambda: x / (2.5 + ta.tanh(y)), lambda: ta.tanh(x) ** 2,
            lambda: (1.5 + ta.tanh(x)) ** ta.tanh(y), lambda: x * x, lambda: c * x, lambda: x + c, lambda: c - x,
            lambda: ta.maximum(x, y), lambda: ta.where(x > y, x, y * c), lambda: choose.choice(ACTIVATIONS).call(x),
        ])())  # fmt: skip
    return pool[-1] + pool[-2] * 0.5, start


# -- against backward -------------------------------------------------------------------------


@each("seed", range(150))
def test_random_graphs_add_up_to_the_gradient(seed):
    y, leaves = random_graph(seed)
    for x in leaves:
        try:
            explained = explain(y, x, max_paths=3000)
        except ValueError:
            assert not fresh_gradient(y, x)
            continue
        grad = fresh_gradient(y, x)
        assert explained.total == grad or (math.isnan(explained.total) and math.isnan(grad))
        assert explained.count == count_paths(y, x)
        products = [path.product for path in explained.paths]
        if len(products) == explained.count and math.isfinite(grad):
            assert abs(math.fsum(products) - grad) <= 1e-14 * math.fsum(map(abs, products))
            assert abs(explained.shown - grad) <= 1e-13 * math.fsum(map(abs, products))
        for path in explained.paths:
            assert path.product == in_order(path) or not math.isfinite(in_order(path))
        check_order(explained)
        explained.text(), explained.markdown(), explained.latex(), explained.json()


def in_order(path):
    """The factors multiplied from the output on."""
    product = 1.0
    for factor in path.factors:
        product *= factor.number
    return product


def check_order(explained):
    sizes = [abs(path.product) for path in explained.paths if not math.isnan(path.product)]
    assert sizes == sorted(sizes, reverse=True)


def count_paths(y, x):
    """By walking along each of them."""
    if y is x:
        return 1
    if y.op is None:
        return 0
    rules = y.op.rules * len(y.inputs) if y.op.variadic else y.op.rules
    return sum(count_paths(z, x) for z, rule in zip(y.inputs, rules) if isinstance(z, Value) and rule is not None)


@each("seed", range(12))
def test_tangled_graphs_of_hundreds_of_values(seed):
    choose = random.Random(seed)
    leaves = [Value(choose.uniform(-2, 2), f"x{i}") for i in range(40)]
    y = tangle(choose, leaves)
    for x in leaves[:2]:
        try:
            explained = explain(y, x)
        except ValueError:
            assert not fresh_gradient(y, x)
            continue
        assert explained.total == fresh_gradient(y, x)
        check_order(explained)
        assert explained.text().startswith(f"d out / d {x.label} = ")


@each("op", ACTIVATIONS, ids=lambda op: op.name)
def test_one_path_through_an_activation_is_the_gradient_bit_for_bit(op):
    low, high = op.domain.get(op.inputs[0], (-3.0, 3.0))
    for at in (*np.linspace(max(low, -3.0), min(high, 3.0), 9), 0.0):
        w = Value(float(at), "w")
        y = ta.sin(op.call(w * 1.0)) * 0.7
        explained = explain(y, w)
        assert explained.count == 1
        grad = fresh_gradient(y, w)
        assert np.array_equal(explained.paths[0].product, grad, equal_nan=True)
        assert np.array_equal(explained.total, grad, equal_nan=True)


@each(("op", "case"), one_of_each_kind(differentiable(every_case())))
def test_every_operation_on_arrays(op, case):
    f, arrays = samples.movable(op, case)
    inputs = [Value(x if np.ndim(x) else float(x), f"x{i}") for i, x in enumerate(arrays)]
    out = f(*inputs)
    if not out.size or not out.level:
        return
    loss = (out * np.linspace(0.5, 1.5, out.size).reshape(out.shape)).sum()
    given = [name for name, shape in zip(op.names(len(case.inputs)), case.inputs) if isinstance(shape, tuple)]
    flows = dict(zip(op.inputs, op.rules))
    for x in [x for x, name in zip(inputs, given) if flows[name] is not None]:
        explained = explain(loss, x)
        grad = fresh_gradient(loss, x)
        assert (explained.count, len(explained.paths)) == (1, 1)
        for found in (explained.total, explained.paths[0].product, explained.shown):
            assert np.array_equal(found, grad, equal_nan=True)
            assert np.shape(found) == np.shape(grad)
        texts = explained.text() + explained.markdown() + explained.latex()
        assert " at 0x" not in texts
        assert "Qa" not in texts


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_paths_through_arrays_add_up_to_the_gradient(dtype):
    rng = np.random.default_rng(1)
    W, b = Value(rng.normal(size=(4, 4)).astype(dtype), "W"), Value(rng.normal(size=4).astype(dtype), "b")
    h = rng.normal(size=(5, 4)).astype(dtype)
    for _ in range(4):
        h = h + ta.relu(h @ W + b)
    loss = (h * h).mean()
    for x in (W, b):
        explained = explain(loss, x, max_paths=100)
        grad = fresh_gradient(loss, x)
        assert explained.count == len(explained.paths) == {W: 30, b: 30}[x]
        assert explained.total.dtype == explained.shown.dtype == dtype
        assert np.array_equal(explained.total, grad)
        scale = sum(np.abs(path.product) for path in explained.paths)
        assert np.all(np.abs(explained.shown - grad) <= 30 * np.finfo(dtype).eps * scale)
        sizes = [np.sqrt(np.mean(path.product.astype(float) ** 2)) for path in explained.paths]
        assert all(first >= second * (1 - 1e-12) for first, second in itertools.pairwise(sizes))
        assert [path.factors[-1].size for path in explained.paths] == pytest.approx(sizes)


def test_paths_through_arrays_beyond_counting_are_chosen_by_an_estimate():
    rng = np.random.default_rng(1)
    W, h = Value(rng.normal(size=(4, 4)), "W"), Value(rng.normal(size=(5, 4)), "X")
    for _ in range(9):
        h = h + ta.tanh(h @ W)
    loss = (h * h).mean()
    every, few = explain(loss, W, max_paths=2000), explain(loss, W, max_paths=3)
    assert (every.count, every.estimated, few.estimated) == (1022, False, True)
    best = [np.linalg.norm(path.product) for path in every.paths]
    assert np.linalg.norm(few.paths[0].product) >= best[10]
    assert np.array_equal(few.total, fresh_gradient(loss, W))
    assert "was estimated from how much each step stretches the gradient" in few.text()
    assert "was estimated" not in every.text()


def test_the_estimate_looks_at_the_entries_that_the_gradient_reaches():
    x = Value([1.0, 1.0], "x")
    h = x
    for _ in range(7):
        h = h * np.array([0.5, 0.5]) + h * np.array([1e3, 0.4])
    explained = explain(h[1], x, max_paths=1)
    assert (explained.count, explained.estimated) == (128, True)
    assert explained.paths[0].product.tolist() == [0.0, 0.5**7]


def test_an_operand_without_a_rule_is_no_path_even_where_the_same_value_is_another():
    x = Value(2.0, "x")
    explained = explain(ta.where(x, x * 3, 0.0) + ta.where(x, x, 1.0), x)
    assert (explained.count, explained.total) == (2, 4.0)


def test_a_sum_that_cancels_says_what_backward_has():
    x = Value(1.0, "x")
    explained = explain((x * 1e16 + x) - x * 1e16, x)
    assert sorted(path.product for path in explained.paths) == [-1e16, 1.0, 1e16]
    assert explained.total == fresh_gradient((x * 1e16 + x) - x * 1e16, x)
    last = explained.text().split("\n")[-1]
    assert last.startswith("sum over 3 paths = 1e+16 + (-1e+16) + 1 = 1")
    assert ("backward, which adds in another order, has" in last) == (explained.total != 1.0)


# -- the heaviest -----------------------------------------------------------------------------


@each("seed", range(80))
def test_the_heaviest_paths_are_found_among_all(seed):
    choose = random.Random(seed)
    x = Value(1.0, "x")
    pool = [x]
    for _ in range(choose.choice([5, 9, 14])):
        first, second = choose.choice(pool[-4:]), choose.choice(pool[-4:])
        factor = choose.choice([0.0, -2.0, 0.5, 0.9, 3.0])
        pool.append(first * factor + second * choose.choice([1.0, -0.7]))
    y = pool[-1]
    try:
        every = explain(y, x, max_paths=10**6)
    except ValueError:
        return
    few = explain(y, x, max_paths=5)
    assert [abs(path.product) for path in few.paths] == pytest.approx([abs(path.product) for path in every.paths[:5]])
    inside = between(y, x)
    found = list(heaviest(inside.links, weights(inside), 10**6))
    assert len(set(found)) == len(found) == every.count == few.count


def test_a_weight_orders_by_what_spoils_then_zeros_then_product_then_length():
    def path(*sizes):
        return sum(map(weight, sizes))

    ordered = [
        path(math.inf), path(math.nan, 0.0, 0.0), path(1e308, 1e308, 1e308), path(2.0, 3.0, 1.0), path(3.0, 2.0),
        path(1e-308), path(1e-308, 1e-308), path(0.0, 1e308), path(0.0, 1.0, 1.0), path(0.0, 1.0), path(0.0, 1e-308),
        path(0.0, 0.0),
    ]  # fmt: skip
    assert ordered == sorted(ordered, reverse=True)
    assert len(set(ordered)) == len(ordered)
    assert path(2.0, 3.0, 0.1) == path(0.1, 2.0, 3.0)


# -- large graphs -----------------------------------------------------------------------------


def test_a_chain_of_five_thousand():
    x = Value(1.0, "x")
    y = x
    for i in range(5_000):  # five times what Python's recursion allows
        y = ta.sin(y) if i % 1000 == 0 else y * 0.99999 if i % 2 else y + 1e-6
    explained = explain(y, x)
    assert explained.total == explained.paths[0].product == fresh_gradient(y, x)
    assert len(explained.paths[0].factors) == 5_000
    text = explained.text()
    assert "  … 4,988 more factors, product " in text
    assert "0.99999 × 1 × … × 0.99999 × 1 × 0.99999 × 0.540302 = " in text
    assert len(text.split("\n")) < 20
    assert max(map(len, explained.latex().split("\n"))) < 1000
    assert len(explained.markdown().split("\n")) < 30


def test_a_ladder_of_astronomically_many_paths():
    x = Value(1.0, "x")
    y = x
    for _ in range(1000):
        y = ta.tanh(y) * 0.6 + y * 0.5
    explained = explain(y, x)
    assert explained.count == 2**1000
    assert explained.total == fresh_gradient(y, x)
    assert repr(explained) == "<Explanation of d out / d x: 10 of about 10^301 paths>"
    assert "the other about 10^301 paths: " in explained.text()
    check_order(explained)
    assert '"count": "about 10^301"' in explained.json()


def test_a_value_used_thousands_of_times():
    x, others = Value(0.5, "x"), [Value(float(i), "o") for i in range(2000)]
    y = ta.stack([x * o for o in others]).sum()
    explained = explain(y, x)
    assert explained.count == 2000
    assert [path.product for path in explained.paths] == [float(i) for i in range(1999, 1989, -1)]
    assert explained.total == fresh_gradient(y, x)
