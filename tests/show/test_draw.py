"""`draw`: what the boxes and edges of a picture say."""

from __future__ import annotations

import itertools
import os
import shutil

import numpy as np
import pytest

import tinygrad_act as ta
from tinygrad_act import Value, draw
from tinygrad_act.show.svg import LIGHT

from ..dot_reader import neuron, read
from ..each import each

needs_dot = pytest.mark.skipif(shutil.which("dot") is None, reason="Graphviz's program `dot` is not on PATH")
needs_scripts = pytest.mark.skipif(os.name == "nt", reason="a shell script plays `dot`")

NONE_YET = "grad –"


def test_a_neuron_before_backward():
    picture = read(draw(neuron()))
    assert picture.boxes == [
        ["w", "0.5", NONE_YET],
        ["x", "3", NONE_YET],
        ["×", "v1", "1.5", NONE_YET],
        ["b", "-0.5", NONE_YET],
        ["+", "z", "1", NONE_YET],
        ["σ", "v2", "0.7311", NONE_YET],
    ]
    assert picture.edges == [
        ("n0", "n2", "1"), ("n1", "n2", "2"), ("n2", "n4", "1"), ("n3", "n4", "2"), ("n4", "n5", ""),
    ]  # fmt: skip
    assert picture.graph["rankdir"] == "LR"


def test_a_neuron_after_backward():
    y = neuron()
    y.backward()
    picture = read(draw(y))
    assert picture.box("w") == ["w", "0.5", "grad 0.5898"]
    assert picture.box("x") == ["x", "3", "grad 0.09831"]
    assert picture.box("+") == ["+", "z", "1", "grad 0.1966"]
    assert picture.box("σ") == ["σ", "y", "0.7311", "grad 1"]


def test_x_times_x_has_two_edges():
    x = Value(2.0, "x")
    picture = read(draw(x * x))
    assert picture.edges == [("n0", "n1", "1"), ("n0", "n1", "2")]
    assert len(picture.nodes) == 2


def test_very_many_edges_between_two_boxes_become_one_with_their_number():
    x = Value([1.0], "x")
    assert read(draw(ta.concatenate([x] * 4))).edges == [("n0", "n1", str(i)) for i in (1, 2, 3, 4)]
    assert read(draw(ta.concatenate([x] * 5000))).edges == [("n0", "n1", "×5,000")]


def test_a_value_used_by_several_operations_has_one_box():
    x = Value(2.0, "x")
    y = x + 1
    picture = read(draw(y.sin() * y.cos()))
    assert sum(rows[0] == "+ 1" for rows in picture.boxes) == 1


def test_operands_are_numbered_in_order_whatever_the_order_of_creation():
    x, y = Value(1.0, "x"), Value(2.0, "y")
    picture = read(draw((x * 2) - (y - x)))
    names = {name: rows[0] for name, rows in zip(picture.nodes, picture.boxes)}
    spelled = [(names[source], names[target], label) for source, target, label in picture.edges]
    assert ("× 2", "−", "1") in spelled
    assert ("−", "−", "2") in spelled
    assert ("y", "−", "1") in spelled
    assert ("x", "−", "2") in spelled


def test_the_kinds_of_boxes_differ_in_colour_and_outputs_in_border():
    leaf, fixed = Value(1.0, "w"), Value(2.0, "c", requires_grad=False)
    picture = read(draw(ta.tanh(leaf * fixed) * leaf))
    colour = {rows[0]: picture.nodes[name]["color"] for name, rows in zip(picture.nodes, picture.boxes)}
    assert colour["w"] == LIGHT["parameter"]
    assert colour["c"] == LIGHT["constant"]
    assert colour["tanh"] == LIGHT["activation"]
    assert sorted(node["color"] for node in picture.nodes.values()) == sorted(
        LIGHT[role] for role in ("parameter", "constant", "operation", "activation", "output")
    )
    assert [name for name in picture.nodes if "penwidth" in picture.nodes[name]] == ["n4"]


def test_values_are_green_and_gradients_red():
    picture = read(draw(Value(2.5, "x")))
    assert picture.colours("n0") == {"2.5": LIGHT["value"], NONE_YET: LIGHT["gradient"]}


# -- values, gradients, shapes ----------------------------------------------------------------


@each(("data", "rows"), [
    (2, ["2"]),
    (1 / 3, ["0.3333"]),
    (float("nan"), ["nan"]),
    (float("-inf"), ["-inf"]),
    (-0.0, ["-0"]),
    (123456789, ["123456789"]),
    (10**30, ["1e+30"]),
    (10**5000, ["an integer of 16,610 bits"]),
    (True, ["True"]),
    (np.array(2.5), ["0-d", "2.5"]),
    (np.array(7), ["0-d int64", "7"]),
    (np.array([1.0, np.nan, -np.inf]), ["shape 3", "[1, nan, -inf]"]),
    (np.zeros((0, 3)), ["shape 0×3", "empty"]),
    (np.array([], np.int32), ["shape 0 int32", "empty"]),
    (np.array([[1, 2], [3, 4]], np.int8), ["shape 2×2 int8", "[[1, 2], [3, 4]]"]),
    (np.array([True, False]), ["shape 2 bool", "[True, False]"]),
    (np.arange(7), ["shape 7 int64", "0 to 6", "mean 3 ± 2"]),
    (np.arange(8) % 2 == 0, ["shape 8 bool", "4 of 8 true"]),
    (np.full((3, 4), 0.1, np.float32), ["shape 3×4 float32", "all 0.1"]),
    (np.array([1, 2, 3, np.nan, np.inf, np.inf, -np.inf]),
     ["shape 7", "1 to 3", "mean 2 ± 0.816", "1 nan", "2 inf", "1 -inf"]),
    (np.full(1200, np.nan), ["shape 1200", "1,200 nan"]),
    (np.array([1e308, -1e308] * 4), ["shape 8", "-1e+308 to 1e+308", "mean 0 ± 1e+308"]),
    (np.array([1e-310, -1e-310] * 4), ["shape 8", "-1e-310 to 1e-310", "mean 0 ± 1e-310"]),
    (np.array([60000.0] * 6 + [0], np.float16), ["shape 7 float16", "0 to 6e+04", "mean 5.14e+04 ± 2.1e+04"]),
    (np.array([-128] * 7 + [0], np.int8), ["shape 8 int8", "-128 to 0", "mean -112 ± 42.3"]),
    (np.array([2**62, -(2**62)] * 4), ["shape 8 int64", "-4.612e+18 to 4.612e+18", "mean 0 ± 4.61e+18"]),
], ids=itertools.count())  # fmt: skip
def test_data_as_text(data, rows):
    assert read(draw(Value(data, requires_grad=False))).boxes == [["v1", *rows]]


def test_shape_and_dtype_of_a_float32_parameter_and_its_gradient():
    W = Value(np.arange(12, dtype=np.float32).reshape(3, 4), "W")
    (W * 2).sum().backward()
    assert read(draw(W)).boxes == [["W", "shape 3×4 float32", "0 to 11", "mean 5.5 ± 3.45", "grad all 2"]]


def test_a_gradient_that_is_itself_a_graph_is_shown_as_its_number():
    x = Value(3.0, "x")
    (x * x).backward(create_graph=True)
    assert isinstance(x.grad, Value)
    assert read(draw(x)).boxes == [["x", "3", "grad 6"]]
    x = Value([1.0, 2.0], "x")
    (x * x).sum().backward(create_graph=True)
    assert read(draw(x)).boxes == [["x", "shape 2", "[1, 2]", "grad [2, 4]"]]


def test_a_gradient_of_zero_differs_from_none_yet():
    x = Value(-1.0, "x")
    assert read(draw(x)).boxes == [["x", "-1", NONE_YET]]
    ta.relu(x).backward()
    assert read(draw(x)).boxes == [["x", "-1", "grad 0"]]


def test_where_no_gradient_flows_there_is_no_gradient_row():
    picture = read(draw(Value([1.0, 2.0], "x") > 1.5))
    assert picture.box("> 1.5") == ["> 1.5", "v1", "shape 2 bool", "[False, True]"]
    assert picture.box("x")[-1] == NONE_YET


@each(("make", "heading"), [
    (lambda x: ta.softmax(x), "softmax"),
    (lambda x: ta.softmax(x, axis=0), "softmax axis=0"),
    (lambda x: x.sum(axis=(0, 1), keepdims=True), "Σ axis=(0, 1), keepdims=True"),
    (lambda x: x[1:, ..., None], "[ ] index=(1:, ..., None)"),
    (lambda x: x[::2], "[ ] index=::2"),
    (lambda x: x[:, np.array([0, 2])], "[ ] index=(:, [0, 2])"),
    (lambda x: x[x.data > 2], "[ ] index=[[False, False, False], [True, True, True]]"),
    (lambda x: x[:, np.arange(9) % 3], "[ ] index=(:, 9 int64)"),
    (lambda x: x.reshape(3, 2), "reshape shape=(3, 2)"),
    (lambda x: x.reshape((6,)), "reshape shape=(6,)"),
    (lambda x: x.sum(axis=np.int64(1)), "Σ axis=1"),
    (lambda x: x.astype(np.float32), "astype dtype=float32"),
    (lambda x: ta.einsum("ij,kj->ik", x, x), "Σ∏ subscripts='ij,kj->ik'"),
])  # fmt: skip
def test_static_parameters_that_are_not_default(make, heading):
    X = Value(np.arange(6.0).reshape(2, 3), "X")
    assert read(draw(make(X))).boxes[-1][0] == heading


@pytest.mark.usefixtures("scratch")
def test_a_static_object_is_shown_without_its_address():
    @ta.elementwise(dz=lambda _, __, *, how: 1.0)
    def odd(z, *, how):
        """a = z"""
        return z

    assert read(draw(odd(Value(1.0), how=object()))).boxes[-1][0] == "odd how=<object object>"
    assert read(draw(odd(Value(1.0), how=np.tanh))).boxes[-1][0] == "odd how=tanh"


def test_raw_numbers_stand_in_the_operation_and_an_array_used_twice_has_one_box():
    X, w = np.ones((2, 2)), Value([1.0, 2.0], "w")
    picture = read(draw((X @ w) * 2.0 + 0.5 / (X @ w) + [1.0, 5.0] + np.float32(3) + ta.maximum(w, 0)))
    assert picture.boxes.count(["X", "shape 2×2", "[[1, 1], [1, 1]]"]) == 1
    headings = [rows[0] for rows in picture.boxes]
    assert {"× 2", "0.5 /", "+ 3", "maximum(·, 0)"} <= set(headings)
    assert [rows[1:] for rows in picture.boxes if "[1, 5]" in rows] == [["shape 2", "[1, 5]"]]
    assert len(picture.boxes) == 12


def test_a_leaf_changed_after_the_graph_was_made_says_so():
    x = Value(3.0, "x")
    y = x * x
    assert "data changed since it was used" not in read(draw(y)).box("x")
    x.data = 5.0
    assert read(draw(y)).box("x") == ["x", "5", "data changed since it was used", NONE_YET]


def test_several_values_in_one_picture():
    x = Value(2.0, "x")
    y, z = x.sin(), x.cos()
    for outputs in ([y, z], (y, z), [y, z, y]):
        picture = read(draw(outputs))
        assert [rows[0] for rows in picture.boxes] == ["x", "sin", "cos"]
        assert ["penwidth" in node for node in picture.nodes.values()] == [False, True, True]


def test_a_kink_that_at_kink_raises_at_is_drawn_and_not_raised():
    y = ta.relu(Value(0.0, "z"))
    with ta.at_kink("raise"):
        drawing = draw(y)
    assert drawing.snapshot.edges[0].kink == 'on a kink, and at_kink("raise") is on'
    assert "kink" in drawing.svg()
