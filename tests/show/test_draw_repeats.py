"""Shorter forms of a graph: repeats drawn once, chains of equal steps, and which form is chosen."""

from __future__ import annotations

import math
import random
import time

import numpy as np
import pytest

import tinygrad_act as ta
from tinygrad_act import Value, draw
from tinygrad_act.show.graph.arrange import arrange
from tinygrad_act.show.graph.quotient import common_text, is_acyclic
from tinygrad_act.show.graph.repeats import fold_repeats
from tinygrad_act.show.graph.wording import slope_text

from ..drawn import Dense, Network, batch, chain, loss_of, picture, read, scalar_network
from ..each import each


def folded(y, **options):
    return draw(y, names={}, collapse="repeats", **options).snapshot


def siblings(count, make):
    """The sum, in one operation, of `count` results."""
    x = Value(0.5, "x")
    made = [make(x, i) for i in range(count)]
    y = ta.sum(ta.stack(made))
    y.backward()
    return y


def find(snapshot, op):
    (found,) = [node for node in snapshot.nodes if node.op == op]
    return found


def test_sixteen_neurons_are_one_with_its_range():
    values = [i / 8 - 1 for i in range(16)]
    y = siblings(16, lambda x, i: ta.tanh(x * Value(values[i], f"w{i}")))
    found = folded(y)
    tanh, weight = find(found, "tanh"), found.nodes[1]
    assert [(node.name, node.times) for node in found.nodes if node.kind == "parameter"] == [("x", 1), ("w*", 16)]
    assert (tanh.times, find(found, "stack").times) == (16, 1)
    assert (tanh.value.low, tanh.value.high) == pytest.approx((math.tanh(-0.5), math.tanh(0.5 * 0.875)))
    assert (weight.value.low, weight.value.high) == (-1.0, 0.875)
    assert weight.grad.low == pytest.approx(min(0.5 * (1 - math.tanh(0.5 * v) ** 2) for v in values))
    assert found.note == "51 values: repeated structure is drawn once, with ×; collapse='none' draws all of them"
    assert "×16" in read(draw(y, collapse="repeats").svg()).box("tanh").lines


def test_flows_of_folded_edges_are_the_root_mean_square():
    y = siblings(4, lambda x, i: x * Value(float(i + 1), f"w{i}"))
    found = folded(y)
    product = find(found, "mul")
    into = {edge.position: edge for edge in found.edges if edge.target == product.id}
    assert into[0].flow == pytest.approx(math.sqrt((1 + 4 + 9 + 16) / 4))
    assert into[1].flow == pytest.approx(0.5)
    assert (into[0].symbol, slope_text(into[0].local)) == ("∂/∂x = w*", "1 … 4")
    assert {edge.times for edge in into.values()} == {1}
    assert [edge.times for edge in found.edges if edge.source == product.id] == [1] * 4
    y = siblings(5, lambda x, i: x * Value(float(i + 1), f"w{i}"))
    (out,) = [edge for edge in folded(y).edges if edge.source == find(folded(y), "mul").id]
    assert (out.times, out.flow, out.symbol) == (5, 1.0, "G[* along axis]")


@pytest.mark.parametrize(("make", "count"), [
    (lambda x, i: (ta.sin if i % 2 else ta.cos)(x * Value(1.0, f"w{i}")), {"sin": 2, "cos": 2}),
    (lambda x, i: ta.leaky_relu(x * Value(1.0, f"w{i}"), slope=i / 10), {"leaky_relu": 1}),
    (lambda x, i: x * Value(np.ones(()) if i % 2 else 1.0, f"w{i}"), {"mul": 2}),
    (lambda x, i: ta.sin(x * float(i)), {"sin": 1}),
    (lambda x, i: ta.sin(x * (1 + i * 1e-6)), {"sin": 1}),
    (lambda x, i: ta.sin(x - i * 5e-324), {"sin": 1}),
    (lambda x, i: ta.sin(x * Value(1.0, "weight" if i % 2 else "bias")), {"sin": 2}),
    (lambda x, i: ta.sin(x * Value(1.0, f"w{i}", requires_grad=i % 2 == 0)), {"sin": 2}),
    (lambda x, i: ta.sin(x - Value(1.0, f"w{i}") if i % 2 else Value(1.0, f"w{i}") - x), {"sin": 2}),
], ids=[
    "operation", "static", "dtype", "raw number", "raw numbers that read alike", "tiny raw numbers", "name", "kind",
    "side",
])  # fmt: skip
def test_what_differs_is_not_folded(make, count):
    found = folded(siblings(4, make))
    for op, times in count.items():
        drawn = [node.times for node in found.nodes if node.op == op]
        assert drawn == [times] * (len(drawn))
        assert len(drawn) == (4 // times if len(count) == 1 else 1)


def test_a_long_and_a_short_name_fold_and_gradients_still_flow():
    y = siblings(12, lambda x, i: x * Value(1.0, f"a_long_nam_{i}"))
    found = folded(y)
    product = find(found, "mul")
    said = [edge.symbol or edge.local for edge in found.edges if edge.target == product.id]
    assert all(said), "an edge that says nothing would say that nothing flows"
    assert "nothing flows" not in draw(y, names={}, collapse="repeats").svg()


def test_nan_in_one_of_many_is_told():
    y = siblings(5, lambda x, i: ta.sin(x * Value(math.nan if i == 3 else float(i), f"w{i}")))
    found = find(folded(y), "sin").value
    assert (found.boxes, found.faulty) == (5, 1)
    assert "! 1 of 5 with nan or inf" in picture(y, collapse="repeats").box("sin").lines


def test_ten_equal_steps_are_one():
    y = Value(0.5, "x")
    for _ in range(10):
        y = ta.tanh(y)
    found = folded(y)
    assert [(node.op, node.times) for node in found.nodes] == [
        (None, 1), ("tanh", 1), ("tanh", 8), ("tanh", 1),
    ], "the first uses a leaf, the last is the output"  # fmt: skip
    step = found.nodes[2]
    assert step.cluster == ("8 equal steps in a row",)
    values = [0.5]
    for _ in range(9):
        values.append(math.tanh(values[-1]))
    assert (step.value.low, step.value.high) == pytest.approx((values[9], values[2]))
    assert len(found.edges) == 3


def test_steps_of_several_operations_with_parameters_of_their_own():
    found = folded(chain(10))
    inside = [node for node in found.nodes if node.cluster]
    assert {node.cluster for node in inside} == {("9 equal steps in a row",)}
    assert sorted(node.op or node.name for node in inside) == ["add", "b*", "mul", "tanh", "w*"]
    assert {node.times for node in inside} == {9}
    assert len(found.nodes) < 12


@pytest.mark.slow
def test_very_many_steps_that_share_their_weights_are_folded_in_time():
    y, w, b = Value(0.5, "x"), Value(1.0, "w"), Value(0.1, "b")
    for _ in range(3_000):
        y = ta.tanh(y * w + b)
    start = time.process_time()
    assert len(draw(y, names={}).snapshot.nodes) < 12
    assert time.process_time() - start < 4, "of time that grows with the square it would take 9 s"


def test_two_steps_are_not_worth_folding():
    x = Value(0.5, "x")
    y = ta.cos(ta.sin(ta.sin(x)))
    assert len(folded(y).nodes) == 4


def row_of(count, used_elsewhere):
    """Steps of `tanh`, and the sum of the last with those at the given places."""
    y, taken = Value(0.5, "x"), []
    for i in range(count):
        y = ta.tanh(y)
        taken += [y] * (i in used_elsewhere)
    return sum(taken, y)


def rows(snapshot):
    """How many steps every row has, and the boxes after it, by their operations."""
    ops = {node.id: node.op for node in snapshot.nodes}
    return [(node.times, sorted(ops[edge.target] for edge in snapshot.edges if edge.source == node.id))
            for node in snapshot.nodes if node.times > 1]  # fmt: skip


def test_a_step_that_is_used_elsewhere_ends_its_row():
    found = folded(row_of(12, [5]))
    assert rows(found) == [(5, ["add", "tanh"]), (6, ["add"])], "the first uses a leaf"
    assert rows(folded(row_of(6, [2]))) == [(3, ["add"])], "two steps before it are not worth folding"


def test_steps_that_are_all_used_elsewhere_stay_one_row():
    y, taken = Value(0.5, "x"), []
    for _ in range(10):
        y = ta.tanh(y)
        taken.append(y)
    found = folded(ta.stack(taken))
    assert rows(found) == [(9, ["stack"])]
    (out,) = [edge for edge in found.edges if edge.source == found.nodes[2].id]
    assert out.times == 9


def test_a_value_of_the_first_step_that_all_steps_use_is_not_hidden():
    y, ahead = ta.exp(Value(0.5, "x")), []
    for _ in range(8):
        ahead.append(ta.sin(y))
        y = ahead[0] * y
    found = folded(ta.stack([*ahead, y]))
    first = next(node for node in found.nodes if node.op == "sin")
    products = {node.id for node in found.nodes if node.op == "mul"}
    factors = {edge.source for edge in found.edges if edge.target in products and edge.position == 0}
    assert factors == {first.id}
    assert first.times == 1


def test_a_row_whose_steps_go_to_different_boxes_is_drawn_in_full():
    y, taken = Value(0.5, "x"), []
    for _ in range(6):
        y = ta.tanh(y)
        taken.append(ta.sin(y))
    found = folded(ta.stack([y, *taken]))
    sources = {edge.target: edge.source for edge in found.edges}
    of = {sources[node.id] for node in found.nodes if node.op == "sin"}
    assert len(of) == 6, "which of them belongs to which step can be seen"


def test_common_text():
    assert common_text(["w1", "w1"]) == "w1"
    assert common_text(["w1_2", "w1_3", "w1_40"]) == "w1_*"
    assert common_text(["a1", "b1"]) == ""
    assert common_text(["3", "4"]) == "*"


def random_repeats(seed):
    """Blocks that repeat, with shared and private parts, joined at random."""
    rng = random.Random(seed)
    values = [Value(rng.random(), f"x{i}") for i in range(3)]
    shared = Value(0.5, "shared")
    for step in range(rng.randrange(3, 9)):
        x, kind, count = rng.choice(values), rng.randrange(3), rng.randrange(2, 7)
        if kind == 0:
            values.append(sum((ta.sin(x * Value(rng.random(), f"w{step}_{i}")) for i in range(count)), shared))
        elif kind == 1:
            for i in range(count):
                x = ta.tanh(x * Value(rng.random(), f"v{step}_{i}") + shared)
            values.append(x)
        else:
            values.append(ta.sum(ta.stack([x * shared, *rng.sample(values, 2)])))
    y = values[-1] * values[-2] + values[0]
    y.backward()
    return y


@each("seed", range(40))
def test_folding_keeps_counts_order_and_flow(seed):
    full = draw(random_repeats(seed), names={}, collapse="none").snapshot
    short = fold_repeats(full)
    assert is_acyclic(short)
    assert len({node.id for node in short.nodes}) == len(short.nodes)
    assert sum(node.times for node in short.nodes) == len(full.nodes)
    assert [node.times for node in short.nodes if node.output] == [1]
    assert sorted(short.backward) == [i for i, edge in enumerate(short.edges) if edge.flow is not None]
    flows = [edge.flow for edge in full.edges if edge.flow is not None]
    assert all(min(flows) <= edge.flow * (1 + 1e-9) and edge.flow <= max(flows) * (1 + 1e-9)
               for edge in short.edges if edge.flow is not None)  # fmt: skip
    for numbers in ("value", "grad"):
        bounds = [getattr(node, numbers) for node in short.nodes if getattr(node, numbers)]
        whole = [getattr(node, numbers) for node in full.nodes if getattr(node, numbers)]
        assert min(one.low for one in bounds) == min(one.low for one in whole)
        assert max(one.high for one in bounds) == max(one.high for one in whole)
    ends = {node.id for node in short.nodes}
    assert all(edge.source in ends and edge.target in ends for edge in short.edges)


# -- which form is chosen ---------------------------------------------------------------------


class Convolution:
    """3×3, by taking windows, and pooling."""

    def __init__(self):
        self.kernels, self.offset = Value(np.random.default_rng(0).normal(size=(9, 8))), Value(np.zeros(8))

    def __call__(self, images):
        windows = ta.stack([images[:, i : i + 6, j : j + 6] for i in range(3) for j in range(3)], axis=-1)
        maps = ta.relu(windows @ self.kernels + self.offset)
        return ta.max(ta.reshape(maps, (-1, 3, 2, 3, 2, 8)), axis=(2, 4))


class Digits:
    """For 8×8 digits: a convolution and two layers."""

    def __init__(self):
        self.convolution, self.hidden, self.out = Convolution(), Dense(72, 32), Dense(32, 10)

    def __call__(self, images):
        flat = ta.reshape(self.convolution(images), (-1, 72))
        return ta.log_softmax(self.out(self.hidden(flat)))


@pytest.mark.parametrize(("make", "screens"), [
    (lambda: draw(Network([4] * 31), batch()), 1),
    (lambda: draw(loss_of(Network([4] * 13))), 1),
    (lambda: draw(Digits(), Value(np.ones((5, 8, 8)), "images")), 1),
    (lambda: draw(scalar_network(2, (16, 16, 1))), 1.5),
    (lambda: draw(chain(100)), 1),
], ids=["deep MLP", "MLP with a loss", "digits CNN", "scalar MLP", "chain"])  # fmt: skip
def test_a_larger_graph_fits_a_screen_by_default_and_says_what_was_done(make, screens):
    drawing = make()
    assert arrange(drawing.snapshot).screens <= screens
    assert drawing.snapshot.note.endswith("; collapse='none' draws all of them")
    assert read(drawing.svg()).rest[0].text == drawing.snapshot.note
    assert drawing.text().startswith(drawing.snapshot.note)


def test_a_small_graph_is_drawn_in_full():
    assert draw(loss_of(Network((4, 3)))).snapshot.note == ""
    y = Value(1.0, "x")
    for i in range(20):
        y = ta.leaky_relu(y, slope=i / 7)
    assert len(draw(y).snapshot.nodes) == 21


def test_none_draws_all_even_above_max_nodes():
    found = draw(chain(200), collapse="none", max_nodes=10).snapshot
    assert len(found.nodes) == 1001
    assert found.note == ""


def test_the_note_tells_the_truth():
    y = scalar_network()
    full = draw(y, collapse="none").snapshot
    short = draw(y, collapse="repeats").snapshot
    assert short.note.startswith(f"{len(full.nodes):,} values: ")
    assert draw(neuron_like(), collapse="repeats").snapshot.note == "", "nothing repeats"
    summary = draw(chain(500), max_nodes=3).snapshot
    assert summary.note.startswith("2,501 values: summarised by operation")
    assert sum(node.times for node in summary.nodes) == 2501
    asked = int(summary.note.rpartition("=")[2])
    assert "summarised" not in draw(chain(500), max_nodes=asked, collapse="repeats").snapshot.note


def neuron_like():
    return ta.sigmoid(Value(1.0, "w") * Value(2.0, "x") + Value(3.0, "b"))


def test_max_nodes_is_kept_by_folding_before_summarising():
    y = chain(1000)
    found = draw(y, max_nodes=20).snapshot
    assert len(found.nodes) <= 20
    assert "equal steps in a row" in found.nodes[3].cluster[0]
    assert "summarised" in draw(y, max_nodes=4).snapshot.note
