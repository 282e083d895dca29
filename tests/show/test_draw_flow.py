"""What flows along the edges, against what the engine itself computed."""

from __future__ import annotations

import random

import numpy as np
import pytest

import tinygrad_act as ta
from tinygrad_act import Value, draw
from tinygrad_act.check import samples
from tinygrad_act.core.graph import topological_order
from tinygrad_act.show.graph.flow import flows

from ..conftest import differentiable, every_case, one_of_each_kind
from ..drawn import Attention, Network, Residual, loss_of, neuron, scalar_network
from ..each import each

UNARY = (ta.sin, ta.tanh, ta.sigmoid, ta.relu, ta.exp, ta.abs, ta.gelu)
BINARY = (lambda x, y: x + y, lambda x, y: x * y, lambda x, y: x - y, ta.maximum, lambda x, y: x / (2.0 + y * y))


def random_graph(seed, shape=()):
    """Values with many uses, some of them as both operands, raw numbers and arrays in between."""
    rng = random.Random(seed)
    arrays = np.random.default_rng(seed)
    values = [Value(arrays.uniform(-1, 1, shape) if shape else rng.uniform(-1, 1)) for _ in range(3)]
    if shape:
        values.append(Value(arrays.uniform(-1, 1, shape[-1:])))  # stretched, so its gradient is summed
    for _ in range(25):
        x, y = rng.choice(values), rng.choice(values)
        kind = rng.randrange(4)
        made = rng.choice(UNARY)(x) if kind == 0 else x * rng.uniform(-1, 1) if kind == 1 else rng.choice(BINARY)(x, y)
        values.append(made)
    root = values[-1] + values[-2] * values[-3]
    return ta.sum(root) if shape else root


def arrived(order):
    """The last total and the sum of everything that was sent, by id."""
    totals, sums, seen = {}, {}, []
    for flow in flows(order):
        x = flow.node.inputs[flow.position]
        sums[id(x)] = sums.get(id(x), 0.0) + flow.sent
        totals[id(x)] = flow.total
        seen.append((flow.node, x))
    return totals, sums, seen


def assert_right(root):
    order = topological_order([root], Value)
    totals, sums, seen = arrived(order)
    leaving = {id(root)}
    for node, x in seen:
        assert id(node) in leaving, "a node sends only after everything has arrived at it"
        if x.op is not None and np.array_equal(totals[id(x)], x._grad, equal_nan=True):
            leaving.add(id(x))
    for value in order:
        if value is not root and value._grad is not None:
            assert np.array_equal(totals[id(value)], value._grad, equal_nan=True), "bit by bit"
            assert np.allclose(sums[id(value)], value._grad, rtol=1e-12, atol=0, equal_nan=True)
            assert np.shape(totals[id(value)]) == np.shape(value._grad)


@pytest.mark.parametrize("shape", [(), (3,), (2, 3)], ids=str)
@pytest.mark.parametrize("seed", range(8))
def test_what_edges_bring_adds_up_to_the_gradient(seed, shape):
    root = random_graph(seed, shape)
    root.backward()
    assert_right(root)


@pytest.mark.parametrize("make", [
    neuron, scalar_network, lambda: loss_of(Network()), lambda: loss_of(Residual()), lambda: loss_of(Attention()),
], ids=["neuron", "scalar network", "network", "residual", "attention"])  # fmt: skip
def test_the_same_for_networks(make):
    assert_right(make())


@each(("op", "which"), one_of_each_kind(differentiable(every_case())))
def test_the_same_for_every_operation(op, which):
    args = samples.sample(op, which)
    values = [Value(x) if isinstance(x, np.ndarray) and op.rule(i) is not None else x for i, x in enumerate(args)]
    y = op.call(*values, **which.static)
    y = y[0] if isinstance(y, tuple) else y
    if not isinstance(y, Value) or not y.level or y.data.dtype.kind != "f":
        return
    y.backward(np.ones_like(y.data))
    totals, _, _ = arrived(topological_order([y], Value))
    for x in values:
        if isinstance(x, Value) and x._grad is not None:
            assert np.array_equal(totals[id(x)], x._grad, equal_nan=True)


@pytest.mark.parametrize("seed", range(4))
def test_the_picture_knows_the_order_and_the_partial_sums(seed):
    root = random_graph(seed)
    root.backward()
    snapshot = draw(root, names={}, collapse="none").snapshot
    assert sorted(snapshot.backward) == [i for i, edge in enumerate(snapshot.edges) if edge.flow is not None]
    left = {}
    for edge in snapshot.edges:
        left[edge.source] = left.get(edge.source, 0) + (edge.flow is not None)
    sums = {}
    for index in snapshot.backward:
        edge = snapshot.edges[index]
        assert not left.get(edge.target), "what comes later than its own results is not ready"
        left[edge.source] -= 1
        sums[edge.source] = sums.get(edge.source, 0.0) + edge.sent.data
        assert edge.total.data == sums[edge.source]
        assert abs(edge.sent.data) == edge.flow
    for node in snapshot.nodes:
        totals = [snapshot.edges[i].total for i in snapshot.backward if snapshot.edges[i].source == node.id]
        if totals:
            assert totals[-1].data == node.grad.data
        assert node.earlier is None


def test_without_a_backward_pass_nothing_flows():
    root = random_graph(0)
    assert list(flows(topological_order([root], Value))) == []
    snapshot = draw(root).snapshot
    assert snapshot.backward == ()
    assert all(edge.flow is None and not edge.sent and not edge.total for edge in snapshot.edges)
    leaf = Value(1.0)
    leaf.grad = 2.0
    assert draw(leaf * 3.0).snapshot.backward == (), "a gradient at a leaf says nothing about this graph"


def test_of_two_backward_passes_the_last_one_is_seen():
    x = Value(2.0, "x")
    y = ta.sin(x * x)
    y.backward()
    y.backward(3.0)
    assert x.grad == 4.0 * np.cos(4.0) * 4.0, "leaves add up, results do not"
    assert [edge.flow for edge in draw(y).snapshot.edges] == pytest.approx([abs(6.0 * np.cos(4.0))] * 2 + [
        abs(3.0 * np.cos(4.0))])  # fmt: skip


def test_an_old_pass_over_a_part_flows_in_that_part_alone():
    x = Value(2.0, "x")
    h = x * x
    (5.0 * h).backward()
    y = ta.sin(h) + x
    order = topological_order([y], Value)
    assert [(flow.node.op.name, flow.sent) for flow in flows(order)] == [("mul", 10.0), ("mul", 10.0)]
    y.backward()
    totals, _, _ = arrived(topological_order([y], Value))
    assert totals[id(x)] + 20.0 == pytest.approx(x.grad)


def test_what_stops_does_not_send():
    x = Value([1.0, -2.0], "x")
    y = ta.sum(ta.where(x > 0, x, 0.0))
    y.backward()
    assert [flow.node.op.name for flow in flows(topological_order([y], Value))] == ["sum", "where"]


def test_drawing_leaves_every_gradient_as_it_is():
    root = random_graph(2, (2, 3))
    root.backward()
    before = [(value, value._grad, np.array(value._grad)) for value in topological_order([root], Value)]
    drawing = draw(root)
    drawing.svg(), drawing.html(), drawing.text()
    for value, grad, numbers in before:
        assert value._grad is grad
        assert np.array_equal(numbers, grad) if grad is not None else True


@pytest.mark.parametrize("data", [0.0, np.array([0.0, 1.0, 0.0])], ids=["number", "array"])
def test_a_kink_that_forbids_a_gradient_leaves_the_edge_plain(data):
    y = ta.relu(Value(data, "x"))
    y.backward(np.ones_like(data))
    with ta.at_kink("raise"):
        (edge,) = draw(y, names={}).snapshot.edges
    assert (edge.flow, edge.local, edge.kink) == (None, None, 'on a kink, and at_kink("raise") is on')


@pytest.mark.usefixtures("scratch")
@pytest.mark.parametrize("data", [2.0, [1.0, 2.0]], ids=["number", "array"])
@pytest.mark.parametrize("error", [AttributeError, TypeError, ValueError, ZeroDivisionError])
def test_a_rule_that_fails_leaves_its_edge_plain(error, data):
    def fails(a, z):
        raise error("this rule is wrong")

    @ta.elementwise(dz=fails)
    def odd(z):
        """a = z"""
        return z * 1.0

    x = Value(data, "x")
    y = ta.sum(odd(x))
    for value in (y, *(z for z in y.inputs if isinstance(z, Value))):
        value._grad = np.ones(value.shape)  # backward() would say what is wrong, and stop
    for snapshot in (draw(odd(x)).snapshot, draw(y).snapshot):
        (edge,) = [edge for edge in snapshot.edges if edge.source == "n0"]
        assert (edge.local, edge.flow) == (None, None)
