"""A NaN in a constant: what a program does not look at while it runs has to be right when it is made."""

from __future__ import annotations

import math

import numpy as np
import pytest

import tinygrad_act as ta
from tinygrad_act.compiler.calls import INPUT, ufunc
from tinygrad_act.compiler.node import Graph, Node, constant, make
from tinygrad_act.compiler.passes.algebra import algebra
from tinygrad_act.compiler.passes.sums import sums
from tinygrad_act.core.op import REQUIRED

from ..each import each

ODD = np.array([math.nan, 0.7, math.inf, -math.inf, 0.0, -2.0])
FINITE = np.linspace(0.1, 0.6, ODD.size)
KINKED = [
    pytest.param(op, position, id=f"{op.name}-{op.inputs[position]}")
    for op in ta.ops.values()
    if op.elementwise and op.kinks and op.name != "rrelu"
    for position, rule in enumerate(op.rules)
    if rule is not None
]


def function(op, position, size):
    """`op` of one input; the others are constants with a NaN in another place."""
    given = REQUIRED in op.defaults.values() or op.name == "clip"
    static = next((c.static for c in op.cases), {}) if given else {}
    others = [np.resize(np.roll(ODD, 1 + i), size) for i in range(len(op.inputs))]
    return lambda z: op.call(*(z if i == position else x for i, x in enumerate(others)), **static)


def the_same(f, x, least):
    """Compiled as eager; at least so many are NaN."""
    expected = f(x)
    np.testing.assert_allclose(ta.compile(f)(x), expected, rtol=1e-12)
    assert np.isnan(expected).sum() >= least


@pytest.mark.filterwarnings("ignore:.*encountered in")
@each("size", [ODD.size, 4096])
@each(("op", "position"), KINKED)
def test_slopes_of_constants(op, position, size):
    f, g, z = function(op, position, size), np.resize(FINITE, size), np.resize(ODD, size)
    if np.isnan(ta.grad(lambda z: f(z).sum())(z)[0]):
        the_same(lambda g: ta.vjp(f, z)[1](g)[0], g, 1)
        the_same(lambda g: ta.grad(lambda g: ta.vjp(f, z)[1](g)[0].sum())(g), g, 1)
    the_same(ta.grad(lambda z: f(z).sum()), g, op.name in ("maximum", "minimum"))


@pytest.mark.filterwarnings("ignore:.*encountered in")
def test_it_is_seen_in_what_constants_are_computed_to():
    z = np.array([1.0, -1.0, 0.5])
    the_same(lambda g: ta.vjp(lambda x: ta.relu(ta.log(x)), z)[1](g)[0], np.ones(3), 1)
    the_same(lambda g: ta.vjp(ta.relu, np.sqrt(ta.sub(z, 0.5)))[1](g)[0], np.ones(3), 1)
    the_same(lambda g: ta.vjp(lambda x: ta.prelu(x, 0.0), -math.inf)[1](g)[0], 0.4, 1)


def step_of(ufunc_, *args, trusted=False):
    node = make(ufunc(ufunc_), args)
    node.trusted = trusted
    return node


@pytest.mark.parametrize("doubtful", ["a product", "a sum"])
def test_a_sum_that_gathers_doubtful_terms_is_doubtful(doubtful):
    x, y = (Node(INPUT, (), {}, np.ones(3), name) for name in "xy")
    product = step_of(np.multiply, constant(2.0), x, trusted=doubtful == "a product")
    inner = step_of(np.add, product, y, trusted=doubtful == "a sum")
    (total,) = sums(Graph([x, y], [step_of(np.add, inner, x)])).outputs
    assert total.call is ufunc(np.add)
    assert product not in total.args, "2 x + y + x is gathered"
    assert total.trusted


def test_a_step_that_takes_over_a_doubtful_one_is_doubtful():
    x = Node(INPUT, (), {}, np.ones(3), "x")
    doubtful = step_of(np.negative, x, trusted=True)
    (total,) = algebra(Graph([x], [step_of(np.absolute, doubtful)])).outputs
    assert total.args == (x,), "|-x| is |x|"
    assert total.trusted
