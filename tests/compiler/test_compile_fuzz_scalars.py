"""Random networks of Python floats, compiled against eager: neurons alike, so that scalars become vectors, or not."""

from __future__ import annotations

import functools
import inspect
import operator

import numpy as np
import pytest

import tinygrad_act as ta
from tinygrad_act.compiler import PASSES
from tinygrad_act.core.trees import flatten

from ..compile_programs import SPECIAL
from ..compile_truth import LIMIT, Rounding, distance
from .test_compile_fuzz import eager, same_bits, same_form

ONE = [
    op
    for op in ta.ops.values()
    if op.elementwise and len(op.inputs) == 1 and inspect.Parameter.empty not in op.defaults.values()
    and op.name not in ("rrelu", "logical_not")
]  # fmt: skip
TWO = [ta.ops[x] for x in ("add", "sub", "mul", "mul", "div", "maximum", "minimum", "pow", "prelu", "swish_beta")]


def pick(rng, options):
    return options[int(rng.integers(len(options)))]


def network(rng):
    """A function of a list of floats: layers of neurons, each one(two(x, y) * c)."""
    layers = []
    for _ in range(int(rng.integers(2, 6))):
        alike = (pick(rng, ONE), pick(rng, TWO)) if rng.integers(3) else None
        width = range(int(rng.integers(2, 8)))
        ways = [(*(alike or (pick(rng, ONE), pick(rng, TWO))), *rng.integers(0, 99, 2), rng.normal()) for _ in width]
        layers.append([(one, two, int(i), int(j), float(c)) for one, two, i, j, c in ways])

    def f(xs):
        for layer in layers:
            xs = [one.call(two.call(xs[i % len(xs)], xs[j % len(xs)]) * c) for one, two, i, j, c in layer]
        return added(xs)

    squares = lambda xs: added([d * d for d in ta.grad(f)(xs)])
    return pick(rng, [f, ta.value_and_grad(f), ta.value_and_grad(squares)])


def added(xs):
    """Their sum, one after the other: from Python 3.12 on, sum() of floats (but not of Values) compensates."""
    return functools.reduce(operator.add, xs)


def numbers(rng, count, special):
    x = rng.uniform(-2, 2, count)
    return [float(x) for x in (np.where(rng.random(count) < 0.5, rng.choice(SPECIAL, count), x) if special else x)]


def check(seed):
    rng = np.random.default_rng(seed)
    f, data = network(rng), [float(x) for x in rng.uniform(0.1, 2, int(rng.integers(2, 6)))]
    exact, fast, rounding = ta.compile(f, passes=()), ta.compile(f, passes=PASSES), Rounding(f, [data])
    for given in (data, numbers(rng, len(data), False), numbers(rng, len(data), True), numbers(rng, len(data), True)):
        exact.trace(data)
        fast.trace(data)
        expected = eager(f, [given])
        for found in (exact(given), fast(given)):
            assert same_form(expected, found), f"{seed}: {expected} {found}"
        assert all(map(same_bits, flatten(expected), flatten(exact(given)))), seed
        far = distance(rounding, given, expected, fast(given))
        assert far <= LIMIT, f"{seed}: {far:.3g} times too far on {given}: {expected} {fast(given)}"


@pytest.mark.parametrize("first", range(0, 24, 8))
def test_networks_of_floats(first):
    for seed in range(first, first + 8):
        check([7, seed])


@pytest.mark.slow
@pytest.mark.parametrize("first", range(0, 1500, 100))
def test_a_thousand_networks_of_floats(first):
    for seed in range(first, first + 100):
        check([8, seed])
