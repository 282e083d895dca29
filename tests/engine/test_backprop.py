"""The engine: order, cost, repair, what is computed and what is not."""

from __future__ import annotations

import math

import numpy as np
import pytest

import tinygrad_act as ta
from tinygrad_act import Value
from tinygrad_act.core.graph import topological_order

from ..each import each


def random_expression(rng, leaves, steps):
    """A random scalar graph with much sharing."""
    nodes = list(leaves)
    for _ in range(steps):
        x, y = nodes[rng.integers(len(nodes))], nodes[rng.integers(len(nodes))]
        nodes.append(
            [lambda: x * y, lambda: x + y, lambda: (x - y).tanh(), lambda: x / (y * y + 1.0), lambda: x.sigmoid(),
             lambda: ta.leaky_relu(x), lambda: ta.maximum(x, y), lambda: ta.where(x > y, x, y * 2.0),
             lambda: (x * x + 0.5) ** y.tanh(), lambda: 2.0 - x, lambda: ta.sum(x) + abs(y)][rng.integers(11)]()
        )  # fmt: skip
    return sum(nodes[len(leaves) :], leaves[0])


@each("seed", range(25))
def test_scalar_pass_and_general_pass_agree(seed):
    """The same random graph on Python floats and on 0-d arrays: two passes, one gradient."""
    start = np.random.default_rng(seed).uniform(-1, 1, 4)
    gradients = []
    for wrap in (float, np.array):
        leaves = [Value(wrap(x)) for x in start]
        random_expression(np.random.default_rng(seed), leaves, 40).backward()
        gradients.append([float(leaf.grad) for leaf in leaves])
    np.testing.assert_allclose(gradients[0], gradients[1], rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("seed", range(10))
def test_random_scalar_graphs_against_numerical_derivatives(seed):
    start = [float(x) for x in np.random.default_rng(seed).uniform(-1, 1, 3)]
    report = ta.gradcheck(lambda xs: random_expression(np.random.default_rng(seed), xs, 15), start)
    assert report.ok, report


def test_topological_order_puts_every_node_after_its_inputs_and_lists_it_once():
    rng = np.random.default_rng(0)
    root = random_expression(rng, [Value(0.1), Value(0.2)], 200)
    order = topological_order([root], Value)
    place = {node: i for i, node in enumerate(order)}
    assert len(place) == len(order)
    assert order[-1] is root
    for node in order:
        for x in node.inputs or ():
            assert not isinstance(x, Value) or place[x] < place[node]


@pytest.mark.parametrize("start", [1.0, np.array([1.0])])
def test_each_node_is_visited_once(start, scratch):
    """A ladder of 40 doublings has 2**40 paths; a rule that counts its calls is called 40 times."""
    calls = []

    @ta.elementwise(dz=lambda a, z: calls.append(1) or 1.0 + 0 * z)
    def counted(z):
        """a = z"""
        return z * 1.0

    calls.clear()
    x = Value(start)
    y = x
    for _ in range(40):
        y = counted(y)
        y = y + y
    y.sum().backward()
    assert len(calls) == 40
    assert np.all(x.grad == 2.0**40)


def test_nothing_is_computed_for_inputs_that_need_no_gradient(scratch):
    calls = []

    @ta.op(dx=lambda g, _, x, y: calls.append("x") or g * y, dy=lambda g, _, x, y: calls.append("y") or g * x)
    def product(x, y):
        """a = x * y"""
        return x * y

    product(np.ones(3), Value(np.ones(3))).sum().backward()
    assert calls == ["y"]
    product(Value(np.ones(3)), Value(np.ones(3), requires_grad=False)).sum().backward()
    assert calls == ["y", "x"]


def test_a_value_that_depends_on_nothing_has_no_backward():
    for dead in (Value([1.0]).detach() * 2, Value([1.0]) > 0, ta.floor(Value(2.5)), Value(1, requires_grad=False)):
        with pytest.raises(ValueError, match="no gradient flows from here"):
            dead.backward()


def test_what_has_no_rule_stops_the_gradient_but_stays_in_the_graph():
    x = Value([0.5, -0.5])
    mask = x > 0
    assert mask.op.name == "greater"
    assert not mask.requires_grad
    assert mask.inputs[0] is x
    assert (~mask).op.name == "logical_not", "what is made from a mask is recorded as well"
    (x * mask).sum().backward()
    assert x.grad.tolist() == [1.0, 0.0]
    with pytest.raises(ValueError, match="no gradient flows"):
        x.astype(int).sum().backward()


@pytest.mark.parametrize("start", [1.5, np.array(1.5)])
def test_an_input_without_a_rule_that_needs_a_gradient_elsewhere(start):
    x = Value(start)
    inner = x * 1.0
    for _ in range(2):
        x.zero_grad()
        ta.where(inner, inner * 2.0, 0.0).backward()
        ta.where(x, x * 2.0, 0.0).backward()
        assert x.grad == 4.0


def test_backward_of_a_leaf_is_its_seed():
    x, v = Value(2.0), Value([1.0, 2.0])
    x.backward()
    v.backward([3.0, 4.0])
    assert x.grad == 1.0
    assert v.grad.tolist() == [3.0, 4.0]


def test_a_scalar_rule_that_raises_gets_ieee_arithmetic_and_leaves_no_trace():
    x = Value(0.0)
    y = (x * 3.0).sqrt() + x
    y.backward()
    assert x.grad == math.inf
    x.zero_grad()
    (x * 2.0).backward()
    assert x.grad == 2.0


def test_scalars_that_overflow_become_infinite_like_arrays():
    with np.errstate(all="ignore"):
        assert ta.exp(1000.0) == math.inf
        assert (Value(1.0) / 0.0).data == math.inf
        assert math.isnan((Value(-1.0) ** 0.5).data)
        assert ta.log(0.0) == -math.inf


def test_create_graph_makes_gradients_that_can_be_differentiated():
    for start in (2.0, np.array(2.0)):
        x = Value(start)
        (x * x * x).backward(create_graph=True)
        first = x.grad
        x.zero_grad()
        first.backward()
        assert x.grad == 12.0


def test_gradients_of_a_deep_tensor_chain_do_not_recurse():
    x = Value(np.ones(2))
    y = x
    for _ in range(20_000):
        y = y + 1.0
    y.sum().backward()
    assert x.grad.tolist() == [1.0, 1.0]
    assert ta.grad(lambda x: sum((x for _ in range(5000)), x))(1.0) == 5001.0
