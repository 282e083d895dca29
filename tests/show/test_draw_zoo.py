"""Pictures of networks as people draw them: they fit a screen by default, repeat nothing, and speak plainly."""

from __future__ import annotations

import re
from itertools import pairwise

import numpy as np
import pytest

import tinygrad_act as ta
from tinygrad_act import Value, draw
from tinygrad_act.show.graph.layout import Box, Link, place, wrapped

from ..each import each
from ..layout_graphs import NAMED, overlapping, rectangles, within

SCREEN = (1800.0, 1250.0)


def random():
    return np.random.default_rng(0)


def weights(rng, rows, columns):
    return Value(rng.standard_normal((rows, columns)) / rows**0.5), Value(np.zeros(columns))


def mlp(sizes, activation=ta.tanh):
    """The loss of a network of plain functions, whose parameters have no names but those of the last layer."""
    rng = random()
    h = rng.standard_normal((32, sizes[0]))
    for rows, columns in pairwise(sizes):
        W, b = weights(rng, rows, columns)
        h = activation(h @ W + b)
    return ta.mean((h - 1.0) ** 2)


def convolution(x, K, b):
    """A 3x3 convolution with a frame of zeros: the patches by indexing, then their products with the kernels."""
    x = ta.pad(x, ((0, 0), (0, 0), (1, 1), (1, 1)))
    i, j = (np.arange(x.shape[axis] - 2).reshape(shape) for axis, shape in ((2, (-1, 1, 1, 1)), (3, (-1, 1, 1))))
    rows, columns = np.broadcast_arrays(i + np.arange(3)[:, None], j + np.arange(3))
    return ta.einsum("nchwij,ocij->nohw", x[:, :, rows, columns], K) + b


def pooled(x):
    n, c, h, w = x.shape
    return ta.max(x.reshape(n, c, h // 2, 2, w // 2, 2), axis=(3, 5))


def digits_cnn():
    """The cross-entropy of a convolutional network for 8x8 digits."""
    rng = random()
    K1, c1 = Value(rng.standard_normal((8, 1, 3, 3)) / 3), Value(np.zeros((8, 1, 1)))
    K2, c2 = Value(rng.standard_normal((16, 8, 3, 3)) / 8), Value(np.zeros((16, 1, 1)))
    W, b = weights(rng, 64, 10)
    h = pooled(ta.relu(convolution(Value(rng.random((32, 1, 8, 8))), K1, c1)))
    h = pooled(ta.relu(convolution(h, K2, c2)))
    y = np.eye(10)[rng.integers(0, 10, 32)]
    return -ta.mean(ta.sum(y * ta.log_softmax(h.reshape(32, 64) @ W + b), axis=1))


def residual(blocks):
    rng = random()
    h = Value(rng.standard_normal((32, 16)), "x") * 1.0
    for _ in range(blocks):
        W, b = weights(rng, 16, 16)
        h = h + ta.relu(h @ W + b)
    return ta.sum(h)


def recurrent(steps, losses=False):
    rng = random()
    Wx, Wh, b = (Value(rng.standard_normal(shape) / 3) for shape in ((4, 8), (8, 8), (8,)))
    h, loss = Value(np.zeros((5, 8))), Value(0.0)
    for _ in range(steps):
        h = ta.tanh(Value(rng.standard_normal((5, 4))) @ Wx + h @ Wh + b)
        loss = loss + ta.mean(h * h) if losses else ta.mean(h * h)
    return loss


BIG = {
    "3 layers": lambda: mlp([8, 16, 16, 1]),
    "12 equal layers": lambda: mlp([8, *[16] * 11, 1]),
    "12 different layers": lambda: mlp([64, 256, 200, 128, 96, 64, 48, 32, 24, 16, 8, 4, 1], ta.gelu),
    "20 sigmoids": lambda: mlp([8, *[16] * 20], ta.sigmoid),
    "digits CNN": digits_cnn,
    "6 residual blocks": lambda: residual(6),
    "RNN of 10 steps": lambda: recurrent(10),
    "RNN with 10 losses": lambda: recurrent(10, losses=True),
}


@each("backward", [False, True])
@each("name", BIG)
def test_networks_of_plain_functions_fit_a_screen(name, backward):
    loss = BIG[name]()
    if backward:
        loss.backward()
    assert all(size <= most for size, most in zip(size_of(draw(loss)), SCREEN))


class Dense:
    def __init__(self, rng, rows, columns):
        self.W, self.b = weights(rng, rows, columns)

    def __call__(self, x):
        return ta.relu(x @ self.W + self.b)


class Network:
    def __init__(self, sizes):
        rng = random()
        self.layers = [Dense(rng, rows, columns) for rows, columns in pairwise(sizes)]

    def __call__(self, x):
        for layer in self.layers:
            x = layer(x)
        return x


@pytest.mark.parametrize("sizes", [[8, *[16] * 12, 1], [64, 256, 200, 128, 96, 64, 48, 32, 24, 16, 8, 4, 1]])
def test_networks_of_modules_fit_a_screen(sizes):
    drawing = draw(Network(sizes), random().standard_normal((32, sizes[0])))
    assert all(size <= most for size, most in zip(size_of(drawing), SCREEN))


def size_of(drawing):
    return tuple(map(float, re.search(r'viewBox="0 0 ([\d.]+) ([\d.]+)"', drawing.svg()).groups()))


# -- lines ------------------------------------------------------------------------------------


@each("direction", ["right", "down"])
@each("name", NAMED)
def test_a_picture_in_lines_keeps_everything_apart_and_every_wire_whole(name, direction):
    boxes, links = NAMED[name]()
    long = place(boxes, links, direction)
    broken = wrapped(long, boxes, links, direction, 900.0)
    if broken is None:
        return
    bodies, labels = rectangles(boxes, links, broken)
    assert overlapping([*bodies, *labels], 0.11) == []
    assert all(within(body, (0.0, 0.0, broken.width, broken.height), 0.11) for body in bodies)
    for link, route in zip(links, broken.routes):
        assert len(route.points) % 3 == 1
        for number, point in ((link.source, route.points[0]), (link.target, route.points[-1])):
            x, y, width, height = bodies[number]
            assert within((*point, 0.0, 0.0), (x, y, width, height), 0.11), "a wire ends at its box"
    for frame in broken.frames:
        assert within(frame[1:], (0.0, 0.0, broken.width, broken.height), 0.11)
        for box, body in zip(boxes, bodies):
            if overlapping([body, frame[1:]], 0.11):
                assert box.cluster[: len(frame.path)] == frame.path
    for box, body in zip(boxes, bodies):
        paths = [frame.path for frame in broken.frames if within(body, frame[1:], 0.11)]
        assert sorted(paths, key=len) == [box.cluster[:depth] for depth in range(1, len(box.cluster) + 1)]


@pytest.mark.parametrize("direction", ["right", "down"])
def test_a_chain_is_broken_into_lines_of_the_length_asked_for(direction):
    boxes = [Box(100.0, 50.0) for _ in range(40)]
    links = [Link(i, i + 1, (30.0, 16.0)) for i in range(39)]
    broken = wrapped(place(boxes, links, direction), boxes, links, direction, 900.0)
    assert (broken.width if direction == "right" else broken.height) <= 900.0
    bodies, _ = rectangles(boxes, links, broken)
    for point in (point for route in broken.routes for point in route.points):
        assert within((*point, 0.0, 0.0), (0.0, 0.0, broken.width, broken.height), 0.11)
        assert not any(within((*point, 0.0, 0.0), body, -0.5) for body in bodies), "wires run between the lines"
    assert wrapped(place(boxes[:3], links[:2], direction), boxes[:3], links[:2], direction, 900.0) is None


def test_a_direction_that_was_asked_for_is_one_line():
    assert size_of(draw(mlp([8, 16, 16, 1]), direction="right"))[0] > 2 * SCREEN[0]


# -- folding ----------------------------------------------------------------------------------


def folded(loss):
    return [(node.title, node.times) for node in draw(loss, collapse="repeats").snapshot.nodes if node.times > 1]


def test_residual_blocks_are_equal_steps_though_a_path_runs_around_each():
    found = folded(residual(6))
    assert {times for _, times in found} == {6}
    assert [title for title, _ in found if title] == ["@", "+", "relu", "+"]


def test_an_rnn_that_adds_up_its_losses_is_equal_steps():
    assert ("tanh", 8) in folded(recurrent(10, losses=True))


def test_siblings_that_do_not_use_each_other_are_no_steps_in_a_row():
    x = Value(np.ones((2, 4)), "x")
    different = [ta.sin(x), ta.cos(x), ta.exp(x)]
    equal = [ta.tanh(y) for y in different]
    drawing = draw([ta.stack(different), ta.stack(equal)], collapse="repeats")
    assert "in a row" not in drawing.svg()


def test_the_name_that_a_loop_leaves_behind_keeps_no_layer_apart():
    rng = random()
    h = Value(rng.standard_normal((32, 16)), "x")
    for _ in range(5):
        W = Value(rng.standard_normal((16, 16)))
        h = ta.relu(h @ W)
    drawing = draw(ta.sum(h), collapse="repeats")  # here W and h are variables
    relus = [node.times for node in drawing.snapshot.nodes if node.title == "relu"]
    assert sorted(relus) == [1, 4], "all but the first, whose input is the result of no step"


def test_a_step_begins_with_its_product():
    titles = [title for title, _ in folded(mlp([8, *[16] * 12])) if title]
    assert titles == ["@", "+", "tanh"]


def test_what_folded_boxes_are_called_is_no_made_up_name():
    svg = draw(residual(6), collapse="repeats").svg()
    visible = re.findall(r"<text[^>]*>([^<]*)</text>", svg)
    assert "G @ yᵀ" in visible
    assert not any("v*" in text for text in visible)


def test_layers_of_plain_functions_are_boxes_with_their_parameters():
    drawing = draw(BIG["12 different layers"]())
    boxes = [node for node in drawing.snapshot.nodes if node.kind == "module"]
    assert [node.name for node in boxes] == [f"layer {number}" for number in range(1, 13)]
    assert (boxes[0].parameters, boxes[0].title) == (64 * 256 + 256, "@, +, gelu")
    assert "layers, found by their weights, are one box each" in repr(drawing)


def test_what_only_a_module_uses_belongs_to_it():
    class Square:
        def __init__(self):
            self.a, self.b = Value(2.0), Value(3.0)

    model = Square()
    y = ta.exp(Value(1.0, "x") * model.a)
    z = (y * y.sum() + 1.0) * model.b
    short = draw(z, model={"part": model}, collapse="modules").snapshot
    assert [node.name for node in short.nodes if node.kind == "module"] == ["part"]


# -- words ------------------------------------------------------------------------------------


@each(("make", "symbol"), [
    (lambda x: ta.mean(x), "G / n"),
    (lambda x: ta.sum(x, axis=1), "G"),
    (lambda x: ta.softmax(x), "a(G − sum(G · a))"),
    (lambda x: ta.log_softmax(x), "G − exp(a) · sum(G)"),
    (lambda x: ta.logsumexp(x), "G · e / sum(e), e = exp(x)"),
    (lambda x: x.reshape(-1), "reshape(G)"),
    (lambda x: x[:, np.array([0, 0])], "G at the index, 0 elsewhere"),
    (lambda x: ta.max(x), "G / number of ties, where x = a"),
    (lambda x: ta.gelu(x), "Φ(z) + z · φ(z)"),
    (lambda x: ta.silu(x), "σ(z) · (1 + z · σ(−z))"),
    (lambda x: ta.leaky_relu(x), "1 if z ≥ 0, else 0.01"),
    (lambda x: ta.hard_sigmoid(x), "0.1666… if z ≥ −3 and z ≤ 3, else 0"),
    (lambda x: ta.maximum(x, Value(1.0, "y")), "∂/∂x = [x > y], 0.5 at a tie"),
    (lambda x: ta.bce_with_logits(x, np.ones((2, 3))), "∂/∂x = σ(x) − v1"),
])  # fmt: skip
def test_rules_on_edges_are_said_in_short(make, symbol):
    y = make(Value(np.arange(6.0).reshape(2, 3), "x"))
    assert draw(y, names={}).snapshot.edges[0].symbol.replace("v2", "v1") == symbol


def test_no_number_is_said_twice_on_an_edge():
    y = Value(3.0, "x") * 0.25
    y.backward()
    assert "∂/∂x = 0.25<" in draw(y).svg()


def test_parameters_are_called_on_edges_as_in_their_boxes():
    model = Network([4, 4, 1])
    y = ta.sum(model(Value(np.ones((8, 4)), "x")))
    assert "G @ Wᵀ" in [edge.symbol for edge in draw(y, model=model, collapse="none").snapshot.edges]


def test_a_list_of_numbers_is_shown_whole():
    x = Value([-0.12345678, -1234567.8, 1.2345e-7, -9.87654e20, 5.0, -0.00033333], "x")
    svg = draw(x).svg()
    shown = "".join(re.findall(r"<text[^>]*>([^<]*)</text>", svg)).replace("−", "-")
    assert all(f"{number:.4g}" in shown for number in x.data)
    assert "…" not in shown


def test_a_gradient_beyond_all_decades_is_drawn():
    a, b = Value(1e300, "a"), Value(-4.5e-310, "b")
    y = a * b
    y.backward()
    assert "1e+300" in draw(y).svg()


def test_the_legend_says_what_nan_looks_like():
    y = ta.sqrt(Value(0.0, "x"))
    y.backward()
    assert "NaN or ∞" in draw(y).svg()
    assert "NaN or ∞" not in draw(Value(1.0, "x") * 2.0).svg()


def test_the_page_of_the_cnn_shows_corners_of_its_arrays_and_not_a_book():
    loss = digits_cnn()
    loss.backward()
    assert len(draw(loss).html()) < 150_000


def test_the_share_that_is_saturated_is_not_cut():
    svg = draw(ta.silu(Value(np.linspace(-9.0, 9.0, 50), "x"))).svg()
    assert re.search(r">(?:σ\(z\) · \(1 \+ z · σ\(−z\)\): )?mean 0\.\d+, \d+ % saturated<", svg)
    svg = draw(ta.gelu(Value(np.linspace(-9.0, 9.0, 50), "x"))).svg()
    assert re.search(r">Φ\(z\) \+ z · φ\(z\): mean 0\.\d+, \d+ % saturated<", svg)
