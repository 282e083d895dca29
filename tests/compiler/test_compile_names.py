"""What a program calls its results: as the course writes backpropagation down by hand."""

from __future__ import annotations

import keyword
import re

import numpy as np
import pytest

import tinygrad_act as ta
from tinygrad_act.compiler.names import RESERVED, input_names, parameter_names

RNG = np.random.default_rng(0)
X, Y = RNG.normal(size=(5, 2)), RNG.normal(size=(5, 1))
W1, B1, W2, B2 = RNG.normal(size=(2, 4)), np.zeros(4), RNG.normal(size=(4, 1)), np.zeros(1)


def names_in(program):
    """The names given in its first function, in order, without t1, t2, ... and what is read from the arguments."""
    text = program.source.split("def ")[1]
    given = dict.fromkeys(re.findall(r"^    (\w+) = (?!\w+\[)", text, re.M))
    return [name for name in given if not re.fullmatch(r"[tm]\d+", name)]


def test_two_layers_with_biases():
    @ta.compile
    def step(params, x, y):
        def loss(p):
            a1 = ta.tanh(x @ p["w1"] + p["b1"])
            return ((a1 @ p["w2"] + p["b2"] - y) ** 2).mean()

        return ta.value_and_grad(loss)(params)

    step({"w1": W1, "b1": B1, "w2": W2, "b2": B2}, X, Y)
    assert names_in(step) == ["z1", "a1", "z2", "loss", "dz2", "da1", "dz1", "dw1", "db1", "dw2", "db2"]
    assert re.search(r"z1 = np\.add\(t\d+, b1", step.source), "with its bias"
    assert re.search(r"z2 = t\d+ \+ b2", step.source), "with its bias"


def test_without_biases_the_product_is_the_pre_activation():
    @ta.compile
    def step(w1, w2, x):
        return ta.value_and_grad(lambda w1, w2: (ta.sigmoid(x @ w1) @ w2).sum(), argnums=(0, 1))(w1, w2)

    step(W1, W2, X)
    names = names_in(step)
    assert names[:2] == ["z1", "a1"]
    assert {"z2", "dz1", "dw1", "dw2"} <= set(names)
    assert len(re.findall(r"z1 = np\.dot\(x, w1", step.source)) == 2


def test_an_activation_of_an_argument_leaves_the_arguments_name():
    program = ta.compile(lambda x, w: (ta.sigmoid(x), ta.tanh(x @ w) @ w))
    square = RNG.normal(size=(3, 3))
    program(square, square)
    assert names_in(program) == ["a1", "z2", "a2", "z3"]


def test_a_weight_that_is_used_twice_has_one_cotangent_of_its_name():
    @ta.compile
    def step(w, x):
        return ta.grad(lambda w: (ta.tanh(x @ w) @ w).sum())(w)

    step(RNG.normal(size=(3, 3)), RNG.normal(size=(5, 3)))
    text = step.source.split("def ")[1]
    assert len(re.findall(r"^    dw\w* = np\.dot\(", text, re.M)) == 2
    assert re.search(r"^    (dw\w*) = dw\w* \+ dw\w*\n(?:.*\n)*    return \1$", text, re.M), text


@pytest.mark.parametrize(
    ("paths", "names"),
    [
        (("[0][0]", "[0][1]"), ["a", "b"]),
        (("[0][0]['w']", "[0][1]['v']"), ["w", "v"]),
        (("[0][0]['w']", "[0][1]['w']"), ["a_w", "b_w"]),
        (("[0][0][0]", "[0][0][1]"), ["a_0", "a_1"]),
        (("[0][0]['w'][0]", "[0][0]['v'][0]"), ["w_0", "v_0"]),
        (("[0][0]['lambda']", "[0][1]['a b']", "[0][2]['1x']"), ["lambda_", "a_b", "x1x"]),
        (("[0][0]['np']", "[0][1]['memory']", "[0][2]['step']"), ["np_", "memory_", "step_"]),
        (("[0][0]['x y']", "[0][1]['x-y']"), ["x_y_0", "x_y_1"]),
        (("[0][0]", "[1]['rate']"), ["a", "rate"]),
    ],
)
def test_names_of_arguments(paths, names):
    assert input_names(paths, ["a", "b", "c"]) == names
    for name in names:
        assert name.isidentifier()
        assert not keyword.iskeyword(name)
        assert name not in RESERVED


def test_names_of_parameters():
    assert parameter_names(lambda p, q, *, rate: 0, 2) == ["p", "q"]
    assert parameter_names(lambda p, *rest: 0, 3) == ["p", "x1", "x2"]
    assert parameter_names(5, 2) == ["x0", "x1"]
