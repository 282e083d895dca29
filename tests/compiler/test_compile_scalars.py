"""Graphs of scalars: vectors and matrix products in their place give the same numbers."""

from __future__ import annotations

import random

import numpy as np
import pytest

import tinygrad_act as ta
from tinygrad_act.compiler.vectors.regular import common_lengths, loops_of, split, view
from tinygrad_act.core.trees import flatten

from ..scalar_programs import LEAVES, network, tangle

ULPS = 2000 * np.finfo(float).eps
"""Sums of hundreds of terms are added in another order: so many units in the last place of the largest gradient, or
of the root, are allowed; of 1, the size of the leaves, where what they add up to nearly cancels."""


def numbers(seed):
    choose = random.Random(seed)
    return [choose.uniform(-2, 2) for _ in range(LEAVES)]


def close(mine, theirs):
    mine, theirs = np.array(flatten(mine), float), np.array(flatten(theirs), float)
    return np.abs(mine - theirs).max() <= ULPS * max(1.0, np.abs(theirs).max())


def check(kind, seed):
    """Compiled on some numbers and run on others, both by value and by function. Whether vectors were made."""
    first, then = numbers(seed), numbers(seed + 10**6)
    leaves = [ta.Value(x) for x in first]
    program = ta.compile(kind(random.Random(seed), leaves))
    for leaf, x in zip(leaves, then):
        leaf.data = x
    program.backward()
    value, gradients = ta.value_and_grad(lambda xs: kind(random.Random(seed), xs))(then)
    assert close(program.root.data, value)
    assert close([leaf.grad for leaf in leaves], gradients)
    step = ta.compile(ta.value_and_grad(lambda xs: kind(random.Random(seed), xs)))
    step(first)
    again, others = step(then)
    assert type(again) is float
    assert close(again, value)
    assert close(others, gradients)
    return "v1" in program.source


def check_gradients(root, leaves):
    """A graph whose scalars become vectors brings the leaves the gradients that eager mode does."""
    found = []
    program = ta.compile(root)
    assert "v1" in program.source
    for backward in (root.backward, program.backward):
        for leaf in leaves:
            leaf.zero_grad()
        backward()
        found.append([leaf.grad for leaf in leaves])
    expected, mine = found
    assert close(mine, expected)


@pytest.mark.parametrize(("kind", "seeds"), [(network, range(12)), (tangle, range(6)), (tangle, range(6, 12))])
def test_random_graphs_of_scalars_as_vectors(kind, seeds):
    made = [check(kind, seed) for seed in seeds]
    assert all(made) if kind is network else any(made)


@pytest.mark.slow
@pytest.mark.parametrize("kind", [network, tangle])
@pytest.mark.parametrize("block", range(10))
def test_many_random_graphs_of_scalars_as_vectors(kind, block):
    for seed in range(1000 + 100 * block, 1100 + 100 * block):
        check(kind, seed)


def test_without_the_pass_everything_is_equal_to_the_last_bit():
    for kind in (network, tangle):
        leaves = [ta.Value(x) for x in numbers(3)]
        root = kind(random.Random(3), leaves)
        root.backward()
        expected = [leaf.grad for leaf in leaves]
        program = ta.compile(root, passes=())
        for leaf in leaves:
            leaf.zero_grad()
        before = root.data
        program.backward()
        assert root.data == before
        assert [leaf.grad for leaf in leaves] == expected


def test_lists_of_places_by_loops_and_slices():
    rng = np.random.default_rng(0)
    seen = 0
    for _ in range(300):
        lengths = rng.integers(1, 5, size=rng.integers(1, 4))
        steps = rng.integers(0, 7, size=len(lengths))
        places = np.full(1, rng.integers(0, 3))
        for length, step in zip(lengths, steps):
            places = (places[:, None] + step * np.arange(length)).ravel()
        x = rng.normal(size=places.max() + 1 + rng.integers(0, 3))
        found = loops_of(places)
        if found is None:
            continue
        start, loops = found
        part = view(x, x.size, start, loops)
        if part is not None:
            seen += 1
            shape = [n for n, _ in loops]
            index = tuple(slice(None) if step else None for _, step in loops)
            assert np.array_equal(np.broadcast_to(part[index], shape).ravel(), x[places])
    assert seen > 100
    assert loops_of(np.array([0, 1, 3, 4, 5])) is None
    assert loops_of(np.array([2, 1, 0])) is None


def test_loops_are_split_so_that_all_fit():
    assert common_lengths([(6, 4), (2, 12), (24,)]) == (2, 3, 4)
    assert common_lengths([(4,), (2, 2), ()]) == (2, 2)
    assert common_lengths([(2, 3), (3, 2)]) is None
    assert split(((24, 5),), (2, 3, 4)) == ((2, 60), (3, 20), (4, 5))
    assert split(((6, 0), (4, 1)), (2, 3, 4)) == ((2, 0), (3, 0), (4, 1))


def test_constants_that_repeat_are_told_from_those_that_do_not():
    x = [ta.Value(1.0 + i) for i in range(40)]
    twice = ta.compile(sum(ta.tanh(v + c + c) for v, c in zip(x, np.linspace(-3, 1, 40).tolist())))
    assert twice.forward() == pytest.approx(sum(np.tanh(v.data + 2 * c) for v, c in zip(x, np.linspace(-3, 1, 40))))
    signs = ta.compile(sum(ta.tanh(v / zero) * w for v in x for zero, w in ((0.0, 1.0), (-0.0, 2.0))))
    assert signs.forward() == 40.0 - 80.0


def test_sums_of_different_things_in_one_group():
    x = [ta.Value(i / 10) for i in range(6)]
    first = [ta.tanh(v) for v in x]
    second = [ta.sigmoid(v) for v in x]
    sums = [ta.exp(a + v) for a, v in zip(first, x)] + [ta.exp(v + a) for a, v in zip(second, x)]
    root = sum(s * s for s in sums) + sum(ta.tanh(s) for s in sums) + sum(s * 0.5 for s in sums)
    check_gradients(root, x)


def test_products_that_are_no_matrix_product_stay_sums_of_products():
    draw = random.Random(0)
    x = [[[ta.Value(draw.random()) for _ in range(5)] for _ in range(4)] for _ in range(3)]
    y = [[ta.Value(draw.random()) for _ in range(5)] for _ in range(6)]
    z = [[[ta.Value(draw.random()) for _ in range(5)] for _ in range(4)] for _ in range(3)]

    def dot(a, b):
        return ta.tanh(sum(p * q for p, q in zip(a, b)))

    row_by_row = sum(dot(x[i][j], z[i][j]) for i in range(3) for j in range(4))
    backwards = sum(dot(x[i][j], x[i][3 - j]) for i in range(3) for j in range(4))
    between = sum(dot(x[i][k], y[j]) * ta.sigmoid(x[i][k][0]) for i in range(3) for j in range(6) for k in range(4))
    for root in (row_by_row, backwards, between):
        leaves = [v for rows in (*x, y, *z) for row in rows for v in row]
        check_gradients(root, leaves)


def test_a_gradient_that_is_the_same_in_every_call():
    def f(x, y):
        return sum(ta.tanh(v) * v for v in x) + sum(y)

    x, y = [i / 9 for i in range(30)], [1.0, 2.0]
    step = ta.compile(ta.value_and_grad(f, argnums=(0, 1)))
    step(x, y)
    value, (dx, dy) = step(x[::-1], y)
    assert dy == [1.0, 1.0]
    assert value == pytest.approx(f(x, y))
    assert dx[29] == 0.0
