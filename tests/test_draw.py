"""`draw`: what the boxes and edges of a picture say, and what happens without Graphviz.

The DOT text is read back by a small parser of its own, so that a quote or bracket that is not
escaped shows as a wrong picture.
"""

from __future__ import annotations

import itertools
import os
import re
import shutil
import subprocess
import sys
import threading
import time
import xml.etree.ElementTree as ET
from typing import NamedTuple

import numpy as np
import pytest

import tinygrad_act as ta
from tinygrad_act import Value, draw
from tinygrad_act.draw import palette, render
from tinygrad_act.draw.capture import NO_GRADIENT_YET

needs_dot = pytest.mark.skipif(shutil.which("dot") is None, reason="Graphviz's program `dot` is not on PATH")
needs_scripts = pytest.mark.skipif(os.name == "nt", reason="a shell script plays `dot`")

NONE_YET = f"grad {NO_GRADIENT_YET}"


# -- reading DOT ------------------------------------------------------------------------------


class Picture(NamedTuple):
    graph: dict[str, str]
    nodes: dict[str, dict[str, str]]
    edges: list[tuple[str, str, str]]
    """Source, target, label."""

    def rows(self, name):
        """The lines of text in one box."""
        return [line for line in "".join(_spelled(_label(self.nodes[name]))).split("\n") if line]

    @property
    def boxes(self):
        return [self.rows(name) for name in self.nodes]

    def box(self, first_row):
        """The one box with this first row."""
        (found,) = [rows for rows in self.boxes if rows[0] == first_row]
        return found

    def colours(self, name):
        """Text → its colour, in one box."""
        return {font.text: font.get("COLOR") for font in _label(self.nodes[name]).iter("FONT")}


def read(drawing):
    """The picture that Graphviz would see in the DOT text."""
    tokens = list(_tokens(drawing.dot()))
    assert tokens[0] == "digraph"
    assert tokens[2] == "{"
    assert tokens[-1] == "}"
    picture, statement = Picture({}, {}, []), []
    for token in tokens[3:]:
        if token in ("graph", "node", "edge", "}") or (re.fullmatch(r"n\d+", token) and statement[-1:] != ["->"]):
            _enter(picture, statement)
            statement = []
        statement.append(token)
    return picture


def _tokens(dot):
    """DOT's words: names, strings without their quotes, HTML-like strings with their brackets."""
    at = 0
    while at < len(dot):
        if dot[at].isspace():
            at += 1
        elif dot[at] == '"':
            word = re.compile(r'"((?:[^"\\]|\\.)*)"', re.DOTALL).match(dot, at)
            yield re.sub(r"\\(.)", r"\1", word[1])
            at = word.end()
        elif dot[at] == "<":
            depth, start = 0, at
            while at == start or depth:
                depth += {"<": 1, ">": -1}.get(dot[at], 0)
                at += 1
            yield dot[start:at]
        else:
            word = re.compile(r"->|-?[\w.]+|[{}\[\]=,]").match(dot, at)
            assert word, f"not DOT: {dot[at : at + 40]!r}"
            yield word[0]
            at = word.end()


def _enter(picture, statement):
    if not statement:
        return
    attributes = {}
    if "[" in statement:
        assert statement[-1] == "]"
        inside = statement[statement.index("[") + 1 : -1]
        assert all(word == "=" for word in inside[1::4])
        assert all(word == "," for word in inside[3::4])
        attributes = dict(zip(inside[::4], inside[2::4]))
    if statement[0] == "graph":
        picture.graph.update(attributes)
    elif statement[1:2] == ["->"]:
        picture.edges.append((statement[0], statement[2], attributes.get("label", attributes.get("headlabel", ""))))
    elif statement[0] not in ("node", "edge"):
        picture.nodes[statement[0]] = attributes


def _label(attributes):
    assert attributes["label"][0] == "<"
    return ET.fromstring(f"<label>{attributes['label'][1:-1]}</label>")


def _spelled(element):
    """Its text as Graphviz draws it: of two backslashes one, `\\N` as the node's name, a line as a space."""
    yield "\n" if element.tag == "BR" else _drawn(element.text)
    for child in element:
        yield from _spelled(child)
        yield _drawn(child.tail)


def _drawn(text):
    return re.sub(r"\\(.)", _substituted, (text or "").replace("\n", " "))


def _substituted(escape):
    return "\\" if escape[1] == "\\" else "SUBSTITUTED" if escape[1] in "NGLETH" else escape[0]


# -- what a picture shows ---------------------------------------------------------------------


def neuron():
    x, w, b = Value(3.0, "x"), Value(0.5, "w"), Value(-0.5, "b")
    z = w * x + b
    z.label = "z"
    return ta.sigmoid(z)


def test_a_neuron_before_backward():
    picture = read(draw(neuron()))
    assert picture.boxes == [
        ["w", "0.5", NONE_YET],
        ["x", "3", NONE_YET],
        ["*", "1.5", NONE_YET],
        ["b", "-0.5", NONE_YET],
        ["+", "z", "1", NONE_YET],
        ["σ", "0.7311", NONE_YET],
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
    assert picture.box("σ") == ["σ", "0.7311", "grad 1"]


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
    assert sum(rows[0] == "+" for rows in picture.boxes) == 1


def test_operands_are_numbered_in_order_whatever_the_order_of_creation():
    x, y = Value(1.0, "x"), Value(2.0, "y")
    picture = read(draw((x * 2) - (y - x)))
    names = {name: rows[0] for name, rows in zip(picture.nodes, picture.boxes)}
    spelled = [(names[source], names[target], label) for source, target, label in picture.edges]
    assert ("*", "-", "1") in spelled
    assert ("-", "-", "2") in spelled
    assert ("y", "-", "1") in spelled
    assert ("x", "-", "2") in spelled


def test_the_kinds_of_boxes_differ_in_colour_and_outputs_in_border():
    leaf, fixed = Value(1.0, "w"), Value(2.0, "c", requires_grad=False)
    picture = read(draw(leaf * fixed * 3.0))
    fill = {rows[0]: picture.nodes[name]["fillcolor"] for name, rows in zip(picture.nodes, picture.boxes)}
    assert len({fill["w"], fill["c"], fill["*"]}) == 3
    assert fill["3"] == fill["c"]
    assert [name for name in picture.nodes if "penwidth" in picture.nodes[name]] == ["n4"]


def test_values_are_green_and_gradients_red():
    picture = read(draw(Value(2.5, "x")))
    assert picture.colours("n0") == {"2.5": palette.VALUE, NONE_YET: palette.GRAD}


def test_every_text_has_enough_contrast():
    def luminance(colour):
        parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
        linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    behind = [palette.BACKGROUND, *(box.fill for box in palette.BOXES.values())]
    for text, back in itertools.product([palette.TEXT, palette.FAINT, palette.VALUE, palette.GRAD], behind):
        bright, dark = sorted([luminance(text), luminance(back)], reverse=True)
        assert (bright + 0.05) / (dark + 0.05) >= 4.5, (text, back)


# -- values, gradients, shapes ----------------------------------------------------------------


@pytest.mark.parametrize(("data", "rows"), [
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
    assert read(draw(Value(data, requires_grad=False))).boxes == [rows]


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
    assert picture.box(">") == [">", "shape 2 bool", "[False, True]"]
    assert picture.box("x")[-1] == NONE_YET


@pytest.mark.parametrize(("make", "heading"), [
    (lambda x: ta.softmax(x), "softmax"),
    (lambda x: ta.softmax(x, axis=0), "softmax axis=0"),
    (lambda x: x.sum(axis=(0, 1), keepdims=True), "Σ axis=(0, 1), keepdims=True"),
    (lambda x: x[1:, ..., None], "[ ] index=(1:, ..., None)"),
    (lambda x: x[::2], "[ ] index=::2"),
    (lambda x: x[:, np.array([0, 2])], "[ ] index=(:, [0, 2])"),
    (lambda x: x[x.data > 2], "[ ] index=[[False, False, False], [True, Tr…"),
    (lambda x: x[:, np.arange(9) % 3], "[ ] index=(:, 0 to 2, mean 1 ± 0.816)"),
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


def test_constants_have_small_boxes_and_an_array_used_twice_has_one():
    X, w = np.ones((2, 2)), Value([1.0, 2.0], "w")
    picture = read(draw((X @ w) * 2.0 + (X @ w) * 2.0 + [1.0, 5.0] + np.float32(3)))
    assert picture.boxes.count(["shape 2×2", "[[1, 1], [1, 1]]"]) == 1
    assert picture.boxes.count(["2"]) == 2
    assert ["shape 2", "[1, 5]"] in picture.boxes
    assert ["0-d float32", "3"] in picture.boxes


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


# -- drawing changes nothing ------------------------------------------------------------------


def test_no_gradient_changes_and_backward_does_not_run():
    x = Value([1.0, 2.0], "x")
    y = (x * x).sum()
    graph = ta.graph.topological_order([y], Value)
    draw(y).dot()
    assert [value._grad for value in graph] == [None, None, None]
    y.backward()
    before = [(value._grad, np.array(value._grad), value._data) for value in graph]
    draw(y).dot()
    for value, (grad, numbers, data) in zip(graph, before):
        assert value._grad is grad
        assert np.array_equal(grad, numbers)
        assert value._data is data
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

HOSTILE = ['a "quoted" b', '"', "a\\", "\\N \\G \\l", "\\", "{a|b}", "<b>bold</b>", "a & b &lt; &#92;", "]];", "-->",
           "<!-- x", "é ∂ σ ×", "👩\u200d💻 😀", "a;b", " ", "digraph {}"]  # fmt: skip
SPELLED = {"two\nlines": r"two\nlines", "nul \0 bell \a": r"nul \x00 bell \x07", "\r\t\x1b[0m": r"\r\t\x1b[0m",
           "half \ud83d": r"half \ud83d", "\u202eevil": r"\u202eevil", "\ufffe\uffff": r"\ufffe\uffff"}  # fmt: skip


@pytest.mark.parametrize(("label", "shown"), [*zip(HOSTILE, HOSTILE), *SPELLED.items()], ids=itertools.count())
def test_hostile_labels_are_escaped(label, shown):
    x = Value(1.0, label)
    y = x.sin()
    y.label = label
    picture = read(draw(y))
    assert picture.boxes == [[shown, "1", NONE_YET], ["sin", shown, "0.8415", NONE_YET]]
    assert picture.edges == [("n0", "n1", "")]
    draw(y).dot().encode()  # no lone surrogate


@pytest.mark.usefixtures("scratch")
@pytest.mark.parametrize(("label", "shown"), [*zip(HOSTILE[:9], HOSTILE[:9]), *SPELLED.items()], ids=itertools.count())
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
    assert [rows[0] for rows in read(draw(y)).boxes] == ["parameter", shown]


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


def chain(length):
    x = Value(0.5, "x")
    y = x
    for _ in range(length // 2):
        y = (y + x).tanh()
    return y


def test_a_deep_graph_is_summarised_and_says_so():
    y = chain(50_000)
    start = time.perf_counter()
    drawing = draw(y)
    picture = read(drawing)
    assert time.perf_counter() - start < 5
    note = "50,001 values: summarised by operation; draw a part of it, or pass max_nodes=50001"
    assert picture.graph["label"] == note
    assert note in repr(drawing)
    assert picture.boxes == [["parameter", "×1"], ["+", "×25,000"], ["tanh", "×25,000"]]
    assert sorted(picture.edges) == [("n0", "n1", "×25,001"), ("n1", "n2", "×25,000"), ("n2", "n1", "×24,999")]
    assert [name for name, node in picture.nodes.items() if "penwidth" in node] == ["n2"]


def test_a_deep_graph_can_be_drawn_in_full_without_recursion():
    y = chain(50_000)
    start = time.perf_counter()
    dot = draw(y, max_nodes=50_001).dot()
    assert time.perf_counter() - start < 15
    assert dot.count("->") == 75_000
    assert "summarised" not in dot


def test_a_wide_shared_graph_takes_linear_time():
    y = Value(1.0, "y")
    for _ in range(200):
        y = y + y  # 2 ** 200 paths
    assert len(read(draw(y)).edges) == 400


def test_max_nodes_counts_constants():
    x = Value(1.0, "x")
    y = x + 1.0 + 2.0
    assert "label" not in read(draw(y, max_nodes=5)).graph
    picture = read(draw(y, max_nodes=4))
    assert picture.graph["label"].startswith("3 values and 2 constants: summarised by operation")
    assert picture.graph["label"].endswith("max_nodes=5")
    assert picture.boxes == [["parameter", "×1"], ["constant", "×2"], ["+", "×2"]]
    X = np.ones(2)
    assert len(read(draw(X * (X * Value([1.0, 1.0])), max_nodes=4)).nodes) == 4


def test_400_boxes_are_drawn_and_401_are_not_by_default():
    assert len(read(draw(chain(398))).nodes) == 399
    y = chain(398).sin()
    assert len(read(draw(y)).nodes) == 400
    assert len(read(draw(y.sin())).nodes) < 10


# -- what is refused --------------------------------------------------------------------------


@pytest.mark.parametrize(("given", "error", "message"), [
    (3.0, TypeError, r"draw: got float; expected a Value, or a list or tuple of Values"),
    (np.ones((2, 3)), TypeError, r"draw: got float64 \(2, 3\); expected a Value"),
    (None, TypeError, "draw: got NoneType"),
    (lambda x: x, TypeError, "draw: got function"),
    ({"a": Value(1.0)}, TypeError, "draw: got dict"),
    ([Value(1.0), 2.0], TypeError, "draw: item 1 is float; expected only Values"),
    ([], ValueError, "draw: got an empty list"),
    ((), ValueError, "draw: got an empty tuple"),
])  # fmt: skip
def test_anything_but_values_is_refused(given, error, message):
    with pytest.raises(error, match=message):
        draw(given)


@pytest.mark.parametrize("limit", ["400", 4.0, None])
def test_max_nodes_is_an_integer(limit):
    with pytest.raises(TypeError, match="draw: max_nodes is a number of boxes, an int, not"):
        draw(Value(1.0), max_nodes=limit)


# -- files, and Graphviz where there is none --------------------------------------------------


@pytest.mark.parametrize("name", ["g.dot", "g.gv", "G.DOT"])
def test_dot_files_need_no_graphviz(tmp_path, no_dot, name):
    drawing = draw(neuron())
    path = tmp_path / name
    assert drawing.save(path) is path
    assert path.read_bytes() == drawing.dot().encode()
    assert drawing.save(str(path)) == str(path)


@pytest.mark.parametrize(("name", "what"), [
    ("g.pdf", "extension '.pdf'"), ("graph", "format of 'graph'"), (".svg", "format of '.svg'"),
])  # fmt: skip
def test_an_unknown_extension_lists_the_known_ones(tmp_path, name, what):
    with pytest.raises(ValueError, match=rf"save: unknown {what}.*one of \.dot, \.gv, \.svg, \.png"):
        draw(neuron()).save(tmp_path / name)
    assert not list(tmp_path.iterdir())


def test_a_path_that_cannot_be_written_is_named(tmp_path):
    path = tmp_path / "no" / "such" / "folder.dot"
    with pytest.raises(OSError, match=r"folder\.dot") as caught:
        draw(neuron()).save(path)
    assert str(caught.value.filename) == str(path)
    (tmp_path / "folder.dot").mkdir()
    with pytest.raises(OSError, match=r"folder\.dot"):
        draw(neuron()).save(tmp_path / "folder.dot")


@pytest.fixture
def no_dot(tmp_path, monkeypatch):
    """A PATH with nothing on it."""
    empty = tmp_path / "empty PATH"
    empty.mkdir()
    monkeypatch.setenv("PATH", str(empty))
    return empty


@pytest.mark.parametrize("format", ["svg", "png"])
def test_without_dot_the_error_says_what_to_install_and_what_works(tmp_path, no_dot, format):
    drawing = draw(neuron())
    old = tmp_path / f"g.{format}"
    old.write_text("old")
    for make in (getattr(drawing, format), lambda: drawing.save(old)):
        with pytest.raises(RuntimeError, match="`dot` program, which is not on PATH") as caught:
            make()
        for part in (f"drawing {format.upper()}", "apt install graphviz", "brew install graphviz",
                     "winget install graphviz", "conda install graphviz", ".dot() and .save('graph.dot')"):  # fmt: skip
            assert part in str(caught.value)
        assert type(caught.value.__cause__).__name__ == "ExecutableNotFound"
    assert old.read_text() == "old"
    assert drawing.dot()


def test_without_the_python_package_the_error_says_so(monkeypatch):
    monkeypatch.setitem(sys.modules, "graphviz.backend.dot_command", None)
    with pytest.raises(RuntimeError, match=r"needs the Python package graphviz: pip install graphviz.*\.dot\(\)"):
        draw(neuron()).svg()


def play_dot(folder, script):
    """A program `dot` that runs a shell script."""
    program = folder / "dot"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)


@needs_scripts
@pytest.mark.parametrize(("script", "message"), [
    ("echo 'Format: \"svg\" not recognized' >&2; exit 1", 'failed: Format: "svg" not recognized'),
    ("exit 3", "failed: .*returned non-zero exit status 3"),
    ("echo 'Warning: Not built with libexpat.' >&2; echo '<svg/>'", "failed: it was built without expat"),
])  # fmt: skip
def test_what_a_failing_dot_says_is_passed_on(no_dot, script, message):
    play_dot(no_dot, script)
    with pytest.raises(RuntimeError, match=rf"drawing SVG: Graphviz's `dot` {message}.*\.dot\(\) and"):
        draw(neuron()).svg()


@needs_scripts
def test_a_dot_that_does_not_finish_is_stopped(no_dot, monkeypatch):
    play_dot(no_dot, "exec /bin/sleep 20")
    monkeypatch.setattr(render, "_SECONDS", 0.2)
    start = time.perf_counter()
    with pytest.raises(RuntimeError, match=r"`dot` was stopped after 0\.2 s; draw a smaller part"):
        draw(neuron()).svg()
    assert time.perf_counter() - start < 10


@needs_scripts
def test_warnings_of_dot_are_not_printed(no_dot, capfd):
    play_dot(no_dot, "echo 'Warning: no font' >&2; echo '<svg/>'")
    assert draw(neuron()).svg() == "<svg/>\n"
    assert capfd.readouterr() == ("", "")


def test_importing_the_package_does_not_import_graphviz():
    code = "import sys, tinygrad_act; print('graphviz' in sys.modules)"
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, check=True)
    assert done.stdout.split() == [b"False"]


# -- Jupyter ----------------------------------------------------------------------------------


def test_jupyter_shows_why_there_is_no_picture_instead_of_a_traceback(no_dot):
    drawing = draw(neuron())
    shown = drawing._repr_mimebundle_(include=None, exclude=None)
    assert list(shown) == ["text/plain"]
    assert shown["text/plain"].startswith(repr(drawing))
    assert "apt install graphviz" in shown["text/plain"]


def test_jupyter_survives_anything(monkeypatch):
    monkeypatch.setattr(ta.Drawing, "svg", lambda self: 1 / 0)
    assert list(draw(neuron())._repr_mimebundle_()) == ["text/plain"]


def test_repr_is_short():
    assert repr(draw(neuron())) == "<Drawing of 6 boxes and 5 edges>"
    assert repr(draw(Value(1.0))) == "<Drawing of 1 box and 0 edges>"


def test_drawing_from_two_threads():
    y, texts = chain(300), []
    threads = [threading.Thread(target=lambda: texts.append(draw(y).dot())) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(texts) == 4
    assert len(set(texts)) == 1


# -- with Graphviz ----------------------------------------------------------------------------


@needs_dot
def test_svg_and_png(tmp_path):
    drawing = draw(neuron())
    svg = drawing.svg()
    root = ET.fromstring(svg)
    texts = [element.text for element in root.iter("{http://www.w3.org/2000/svg}text")]
    assert {"σ", "z", "0.7311", "-0.5", NONE_YET} <= set(texts)
    assert drawing.png()[:8] == b"\x89PNG\r\n\x1a\n"
    assert drawing._repr_mimebundle_() == {"image/svg+xml": svg, "text/plain": repr(drawing)}
    assert drawing.save(tmp_path / "g.svg").read_text(encoding="utf-8") == svg
    assert drawing.save(tmp_path / "g.PNG").read_bytes()[:4] == b"\x89PNG"


@needs_dot
def test_graphviz_reads_hostile_labels_as_this_files_parser_does():
    labels = {**dict(zip(HOSTILE, HOSTILE)), **SPELLED}
    root = ET.fromstring(draw([Value(1.0, label) for label in labels]).svg())
    texts = [element.text for element in root.iter("{http://www.w3.org/2000/svg}text")]
    missing = [shown for shown in labels.values() if shown not in texts]
    assert not missing


@needs_dot
def test_a_parameter_shared_along_a_chain_does_not_take_minutes():
    assert draw(chain(300)).svg()  # with a label in the middle of each edge it does not finish in time


@needs_dot
def test_graphviz_accepts_a_summary():
    assert "summarised by operation" in draw(chain(1000)).svg()
