"""`draw`: it changes nothing, gives the same bytes, takes any text for a label, and large graphs."""

from __future__ import annotations

import itertools
import os
import re
import shutil
import subprocess
import sys
import time

import numpy as np
import pytest

import tinygrad_act as ta
from tinygrad_act import Value, draw
from tinygrad_act.core.graph import topological_order

from ..dot_reader import HOSTILE, SPELLED, chain, read
from ..each import each

needs_dot = pytest.mark.skipif(shutil.which("dot") is None, reason="Graphviz's program `dot` is not on PATH")
needs_scripts = pytest.mark.skipif(os.name == "nt", reason="a shell script plays `dot`")

NONE_YET = "grad –"


def test_no_gradient_changes_and_backward_does_not_run():
    x = Value([1.0, 2.0], "x")
    y = (x * x).sum()
    graph = topological_order([y], Value)
    draw(y).dot()
    assert [value._grad for value in graph] == [None, None, None]
    y.backward()
    before = [(value._grad, np.array(value._grad), value._held) for value in graph]
    draw(y).dot()
    for value, (grad, numbers, data) in zip(graph, before):
        assert value._grad is grad
        assert np.array_equal(grad, numbers)
        assert value._held is data
    y.backward()
    assert np.array_equal(x.grad, [4.0, 8.0])


def test_a_drawing_is_a_snapshot():
    x = Value(3.0, "x")
    y = x * x
    drawing = draw(y)
    before = drawing.dot()
    y.backward()
    x.data = 9.0
    assert drawing.dot() == before
    assert draw(y).dot() != before


# -- hostile texts ----------------------------------------------------------------------------


@each(("label", "shown"), [*zip(HOSTILE, HOSTILE), *SPELLED.items()], ids=itertools.count())
def test_hostile_labels_are_escaped(label, shown):
    x = Value(1.0, label)
    y = x.sin()
    y.label = label
    picture = read(draw(y))
    assert picture.boxes == [[shown, "1", NONE_YET], ["sin", shown, "0.8415", NONE_YET]]
    assert picture.edges == [("n0", "n1", "")]
    draw(y).dot().encode()  # no lone surrogate


@pytest.mark.usefixtures("scratch")
@each(("label", "shown"), [*zip(HOSTILE[:9], HOSTILE[:9]), *SPELLED.items()], ids=itertools.count())
def test_hostile_operation_labels_and_static_parameters_are_escaped(label, shown):
    @ta.elementwise(dz=lambda _, __, *, how: 1.0, label=label)
    def odd(z, *, how):
        """a = z"""
        return z

    rows = read(draw(odd(Value(1.0), how=label))).boxes[-1]
    assert rows[0] == f"{shown} how={label!r}"
    y = Value(1.0)
    for _ in range(500):
        y = odd(y, how=1)
    assert [rows[0] for rows in read(draw(y, max_nodes=1)).boxes] == ["parameter", shown]


def test_a_long_label_is_shortened():
    for length in (40, 41, 10_000, 1_000_000):
        (rows,) = read(draw(Value(1.0, "x" * length))).boxes
        assert rows[0] == ("x" * 40 if length == 40 else "x" * 39 + "…")


def test_a_label_that_is_no_string_does_not_hurt():
    assert read(draw(Value(1.0, 7))).boxes[0][0] == "7"


# -- the same graph, the same bytes -----------------------------------------------------------

BUILD = """
import numpy as np, tinygrad_act as ta
X, W, b = np.arange(6.0).reshape(2, 3), ta.Value(np.ones((3, 4)), "W"), ta.Value(np.zeros(4), "b")
h = ta.tanh(X @ W + b)
loss = ta.softmax(h * h, axis=1)[:, 0].mean() + 2 * h.sum()
loss.backward()
small, large = ta.draw([loss, h]).dot(), ta.draw([loss, h], max_nodes=3).dot()
"""


def built():
    space = {}
    exec(BUILD, space)
    return space["small"] + space["large"]


def test_two_builds_give_the_same_bytes():
    keep = [object() for _ in range(1000)]  # the next build gets other addresses
    assert built() == built()
    assert keep
    assert not re.search(r"0x[0-9a-f]{4}|\d{12}", built())


def test_another_process_with_another_hash_seed_gives_the_same_bytes():
    for seed in ("1", "2"):
        environment = {**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": os.pathsep.join(sys.path)}
        code = BUILD + "import sys; sys.stdout.buffer.write((small + large).encode())"
        done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, check=True)
        assert done.stdout.decode() == built()


# -- large graphs -----------------------------------------------------------------------------


def test_a_deep_graph_is_summarised_and_says_so():
    y = chain(50_000)
    drawing = draw(y)
    picture = read(drawing)
    note = "50,001 values: summarised by operation; draw a part of it, or pass max_nodes=50001"
    assert picture.graph["label"] == note
    assert note in repr(drawing)
    assert picture.boxes == [["parameter", "×1"], ["+", "×25,000"], ["tanh", "×25,000"]]
    assert sorted(picture.edges) == [("n0", "n1", "×25,001"), ("n1", "n2", "×25,000"), ("n2", "n1", "×24,999")]
    assert [name for name, node in picture.nodes.items() if "penwidth" in node] == ["n2"]


def test_a_deep_graph_can_be_drawn_in_full_without_recursion():
    """Deeper than Python's calls may be."""
    dot = draw(chain(6_000), collapse="none").dot()
    assert dot.count("->") == 9_000
    assert "summarised" not in dot


@pytest.mark.slow
def test_a_very_deep_graph_is_summarised_and_drawn_in_time():
    y = chain(50_000)
    start = time.process_time()
    read(draw(y))
    assert time.process_time() - start < 5
    assert draw(y, collapse="none").dot().count("->") == 75_000
    assert time.process_time() - start < 20


def test_a_wide_shared_graph_takes_linear_time():
    y = Value(1.0, "y")
    for _ in range(200):
        y = y + y  # 2 ** 200 paths
    assert len(read(draw(y, collapse="none")).edges) == 400


@pytest.mark.slow
def test_an_operation_with_very_many_unnamed_operands_is_drawn_in_time():
    x = Value(0.5, "x")
    y = ta.stack([ta.sin(x * float(i)) for i in range(1_500)]).sum()
    y.backward()
    start = time.process_time()
    assert len(draw(y, names={}, collapse="none").snapshot.edges) == 4_501
    assert time.process_time() - start < 4, "of time that grows with the cube it would take 20 s"


def test_max_nodes_counts_arrays_and_not_raw_numbers():
    x = Value([1.0, 1.0], "x")
    y = (x + np.ones(2)).sin() * 2.0
    assert "label" not in read(draw(y, max_nodes=5)).graph
    picture = read(draw(y, max_nodes=4))
    assert picture.graph["label"].startswith("4 values and 1 array: summarised by operation")
    assert picture.graph["label"].endswith("max_nodes=5")
    assert picture.boxes == [["parameter", "×1"], ["constant", "×1"], ["+", "×1"], ["sin", "×1"], ["×", "×1"]]
    X = np.ones(2)
    assert len(read(draw(X * (X * Value([1.0, 1.0])), max_nodes=4)).nodes) == 4


def irregular(boxes):
    """A chain in which nothing repeats."""
    y = Value(0.5, "x")
    for i in range(boxes - 1):
        y = ta.leaky_relu(y, slope=0.5 + i)
    return y


def test_400_boxes_are_drawn_and_401_are_not_by_default():
    assert len(read(draw(irregular(400))).nodes) == 400
    assert [rows[0] for rows in read(draw(irregular(401))).boxes] == ["parameter", "leaky relu"]
