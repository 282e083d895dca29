"""What the SVG of a graph says: in every box, on every edge, in the legend."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

import tinygrad_act as ta
from tinygrad_act import Value, draw
from tinygrad_act.show.svg.colours import HEAT

from ..drawn import Attention, batch, loss_of, neuron, picture, read


def heat(edge):
    """The step of the heat scale; None off the scale."""
    return int(edge.stroke.removeprefix("heat-")) if edge.stroke.startswith("heat-") else None


def test_the_neuron_of_the_readme():
    found = picture(neuron())
    assert [box.lines for box in found.boxes.values()] == [
        ["w", "value", "0.5", "grad", "0.5898"],
        ["x", "value", "3", "grad", "0.09831"],
        ["×", "v1", "value", "1.5", "grad", "0.1966"],
        ["b", "value", "−0.5", "grad", "0.1966"],
        ["+", "z", "value", "1", "grad", "0.1966"],
        ["σ", "a", "value", "0.7311", "grad", "1"],
    ]
    assert found.pills() == ["∂/∂w = x = 3", "∂/∂x = w = 0.5", "1", "1", "a(1 − a) = 0.1966"]
    assert found.edges[-1].title == (
        "z → a; local derivative a(1 − a) = 0.1966; at a = 0.7311; gradient that flows: 0.1966"
    )
    assert found.boxes["n0"].title == "w; parameter; value 0.5; gradient 0.5898"
    assert [text.role for text in found.boxes["n0"].texts] == ["on-header", "faint", "value", "faint", "gradient"]
    legend = ["parameter", "operation", "output", "gradient (rms) 0.09831 … 0.5898, log scale"]
    assert [text.text for text in found.rest] == legend


def test_before_any_backward_pass_rows_say_so_and_nothing_is_computed():
    x = Value(3.0, "x")
    y = ta.sin(x) * 2.0
    found = picture(y)
    assert [box.lines[-2:] for box in found.boxes.values()] == [["grad", "–"]] * 3
    assert all("no gradient yet" in box.title for box in found.boxes.values())
    assert [(edge.stroke, edge.dashes) for edge in found.edges] == [("axis", "")] * 2
    assert found.pills() == ["cos(z) = −0.99", "∂/∂v1 = 2"]
    assert not any("gradient" in text.text for text in found.rest)
    assert x._grad is None
    assert y._grad is None


def test_a_raw_number_as_local_derivative_is_said_once():
    x = Value(3.0, "x")
    y = 1.5 - x * 20
    assert picture(y).pills() == ["∂/∂x = 20", "−1"]
    assert [edge.title.partition("; ")[2] for edge in picture(y).edges] == [
        "local derivative ∂/∂x = 20", "local derivative −1",
    ]  # fmt: skip
    text = draw(y, names={}).text()
    assert "← x: ∂/∂x = 20\n" in text
    assert text.endswith("← v1: −1")


def test_both_edges_of_a_square_are_drawn_apart():
    x = Value(3.0, "x")
    y = x * x
    y.backward()
    one, two = picture(y).edges
    assert one.pill.text == two.pill.text == "∂/∂x = x = 3"
    assert abs(one.pill_rectangle[1] - two.pill_rectangle[1]) >= one.pill_rectangle[3]


def test_a_large_array_has_statistics_and_a_histogram():
    W = Value(np.linspace(-2.0, 6.0, 24).reshape(4, 6), "W")
    (W * W).sum().backward()
    drawing = draw(W, names={})
    assert read(drawing.svg()).boxes["n0"].lines == [
        "W", "4×6", "value", "mean 2 ± 2.41", "−2", "6", "grad", "mean 4 ± 4.82", "−4", "12",
    ]  # fmt: skip
    assert drawing.snapshot.nodes[0].value.histogram == (2, 1, 2, 1, 2, 1, 2, 1, 1, 2, 1, 2, 1, 2, 1, 2)
    assert drawing.svg().count('class="f-value-bar"') == drawing.svg().count('class="f-gradient-bar"') == 1


@pytest.mark.parametrize(("data", "lines"), [
    (np.array([1.0, 2.5]), ["2", "value", "[1, 2.5]"]),
    (np.array([[1, 2], [3, 4]], np.int8), ["2×2 int8", "value", "[[1, 2], [3, 4]]"]),
    (np.zeros((0, 3)), ["0×3", "value", "empty"]),
    (np.array(2.5), ["value", "2.5"]),
    (np.arange(8) % 2 == 0, ["8 bool", "value", "4 of 8 true"]),
    (np.full((2, 9), 0.5), ["2×9", "value", "all 0.5"]),
    (True, ["value", "True"]),
    (10**5000, ["value", "an integer of 16,610 bits"]),
    (np.array([2**62, 2**62 + 1] * 5), ["10 int64", "value", "4.612e+18 to 4.612e+18", "mean 4.61e+18 ± 0"]),
], ids=itertools.count())  # fmt: skip
def test_other_data(data, lines):
    assert picture(Value(data, "x", requires_grad=False)).boxes["n0"].lines == ["x", *lines]


@pytest.mark.parametrize(("data", "alarms"), [
    (float("nan"), ["nan"]),
    (np.array([1.0, np.nan, -np.inf]), ["! 1 nan, 1 −inf"]),
    (np.array([1.0, 2.0, np.nan, np.inf, np.inf, 3.0, 4.0]), ["! 1 nan, 2 inf"]),
    (np.full(1200, np.nan), ["1,200 nan"]),
])  # fmt: skip
def test_what_is_not_finite_is_counted_and_stands_out(data, alarms):
    (box,) = picture(Value(data, "x", requires_grad=False)).boxes.values()
    assert [text.text for text in box.texts if text.role == "alarm"] == alarms
    assert "nan" in box.title


def test_the_head_of_an_array_with_many_short_axes_is_short():
    for shape in ((2,) * 16, (6, 6, 6, 6), (1000, 3)):
        (node,) = draw(Value(np.ones(shape))).snapshot.nodes
        assert len(node.value.head) < 400


def test_nan_and_infinity_that_flow_are_thick_and_named():
    x, n, i = Value(2.0, "x"), Value(np.nan, "n"), Value(np.inf, "i")
    y = x * n + x * i
    y.backward()
    found = picture(y)
    thick = {edge.title.split(" → ")[0] + edge.pill.text: edge for edge in found.edges if edge.width == 5}
    assert list(thick) == ["x∂/∂x = n: nan · gradient NaN", "x∂/∂x = i: inf · gradient ∞"]
    assert all(edge.stroke == edge.pill.role == "alarm" for edge in thick.values())


def test_exact_zeros_are_dotted_and_where_nothing_can_flow_is_dashed():
    x = Value(-1.0, "x")
    y = ta.where(x > -2.0, ta.relu(x), 0.0)
    y.backward()
    found = picture(y)
    looks = {(edge.title.split(";")[0]): (edge.stroke, edge.dashes) for edge in found.edges}
    assert looks == {
        "x → v1": ("axis", "5 3"), "x → v2": ("axis", "0.1 4.5"), "v1 → v3": ("axis", "5 3"), "v2 → v3": ("heat-7", ""),
    }  # fmt: skip
    assert [edge.pill is None for edge in found.edges] == [True, False, True, False]
    assert [text.text for text in found.rest][-2:] == ["exactly 0", "nothing flows"]
    assert found.boxes["n1"].lines == ["> −2", "v1", "value", "True"], "no gradient row where none can flow"


def test_share_saturated_and_share_on():
    z = Value(np.array([0.0, 0.5, 10.0, -10.0] * 25), "z")
    y = ta.sum(ta.sigmoid(z)) + ta.sum(ta.relu(z + 1.0)) + ta.sum(ta.tanh(z * 100.0))
    y.backward()
    pills = picture(y).pills()
    assert "a(1 − a): mean 0.121, 50 % saturated" in pills
    assert "[v3 ≥ 0]: on for 75 %" in pills, "another box is called z"
    z = Value(np.array([1.0] * 48 + [-1.0] * 52), "z")
    assert picture(ta.relu(z)).pills() == ["[z ≥ 0]: on for 48 %"]


def test_what_is_not_elementwise_shows_its_rule():
    x, W = Value(np.ones((2, 3)), "x"), Value(np.ones((3, 4)), "W")
    assert picture(x @ W).pills() == ["G @ Wᵀ", "xᵀ @ G"]
    assert picture(ta.sum(x)).pills() == ["G"]


@pytest.mark.parametrize(("make", "kinks"), [
    (lambda: ta.relu(Value(0.0, "x")), ["kink at 0: slope 1"]),
    (lambda: ta.relu(Value([[0.0]], "x")), ["kink at 0: slope 1"]),
    (lambda: ta.relu(Value([0.0, 1.0, 0.0], "x")), ["2 of 3 on the kink at 0"]),
    (lambda: ta.maximum(Value(1.0, "x"), Value(1.0, "y")), ["a tie: slope 0.5"] * 2),
    (lambda: ta.maximum(Value([1.0, 2.0], "x"), Value([1.0, 3.0], "y")), ["1 of 2 on a tie"] * 2),
])  # fmt: skip
def test_a_value_on_a_kink_is_marked_in_words(make, kinks):
    found = picture(make())
    assert [edge.title.split("; ")[-1] for edge in found.edges] == kinks
    assert all(edge.pill.text.endswith(" · kink") and edge.pill.role == "alarm" for edge in found.edges)


def test_a_long_formula_does_not_push_out_the_kink():
    (edge,) = picture(ta.leaky_relu(Value([-3.0, 0.0, 3.0, 6.0], "z"))).edges
    assert edge.pill.text.startswith("1 if z ≥ 0, else 0.01: mean")
    assert edge.pill.text.endswith("… · kink")
    assert edge.pill_rectangle[2] <= 275


def test_a_value_off_the_kink_is_not_marked():
    assert "kink" not in draw(ta.relu(Value([1e-300, -1.0]))).svg()


def test_the_side_taken_at_a_kink_is_the_one_in_force():
    with ta.at_kink("left"):
        assert "kink at 0: slope 0" in picture(ta.relu(Value(0.0))).edges[0].title


@pytest.mark.parametrize("scale", [1.0, 1e-250, 1e200])
def test_wider_and_darker_edges_carry_more(scale):
    x = Value(1.0, "x")
    y = sum((ta.sin(x) * (scale * 10.0**-k) for k in range(1, 7)), x * scale)
    y.backward()
    edges = sorted((edge for edge in draw(y, names={}).snapshot.edges if edge.flow), key=lambda edge: edge.flow)
    drawn = {(edge.source, edge.target, edge.title): edge for edge in picture(y).edges}
    looks = [(edge.flow, look) for edge in edges for key, look in drawn.items()
             if key[:2] == (edge.source, edge.target)]  # fmt: skip
    steps = [heat(look) for _, look in looks]
    assert steps == sorted(steps)
    assert [look.width for _, look in looks] == sorted(look.width for _, look in looks)
    assert steps[0] == 0
    assert steps[-1] == HEAT - 1


def test_the_legend_names_the_smallest_gradient_below_the_scale():
    x = Value(1.0, "x")
    y = ta.sin(x) * 1e-9 + x
    y.backward()
    low = draw(y).snapshot
    smallest = min(edge.flow for edge in low.edges)
    legend = [text.text for text in picture(y).rest]
    assert legend[-1] == f"gradient (rms) 0.0001 … 1 (smallest {smallest:.4g}), log scale"


def test_constants_stand_in_the_operation_and_arrays_in_boxes_of_their_own():
    w = Value(np.ones(2), "w")
    found = picture(ta.maximum((w * 2.5 - 1) / np.array([2.0, 4.0]), 0.25))
    assert [box.lines[0] for box in found.boxes.values()] == ["w", "× 2.5", "− 1", "v3", "/", "maximum(·, 0.25)"]
    assert found.boxes["n3"].title == "v3; constant; shape 2; value [2, 4]"
    assert found.edges[2].pill is not None
    assert found.edges[3].pill is None


def test_data_that_changed_since_says_so_in_the_box_and_in_words():
    x = Value(3.0, "x")
    y = x * x
    x.data = 4.0
    box = picture(y).box("x")
    assert "data changed since it was used" in box.lines
    assert box.title.endswith("data changed since it was used")


def test_a_gradient_that_is_itself_a_value():
    x = Value([1.0, 2.0], "x")
    ta.sum(x * x * x).backward(create_graph=True)
    assert isinstance(x.grad, Value)
    y = ta.sum(x.grad)
    assert picture(x).box("x").lines[-1] == "[3, 12]"
    assert picture(y).box("x").lines[-1] == "[3, 12]"


def test_every_output_is_marked():
    x = Value(1.0, "x")
    y, z = ta.sin(x), ta.cos(x)
    svg = draw([y, z, x], names={}).svg()
    assert svg.count('stroke-width="2.5"') == 3
    assert {box.lines[0] for box in read(svg).boxes.values()} == {"x", "sin", "cos"}


def test_a_gradient_from_a_part_drawn_with_the_rest():
    x = Value(2.0, "x")
    h = x * x
    h.backward()
    found = picture(ta.sin(h))
    assert [box.lines[-1] for box in found.boxes.values()] == ["4", "1", "–"]
    flow = [edge.title.partition("gradient that flows: ")[2] for edge in found.edges]
    assert flow == ["2", "2", ""]


def test_attention_says_its_rules():
    edges = picture(loss_of(Attention()), collapse="none").edges
    assert [edge.pill.text for edge in edges if edge.title.startswith(("W1 → ", "W2 → ", "W3 → "))] == ["v1ᵀ @ G"] * 3
    assert "Gᵀ" in [edge.pill and edge.pill.text for edge in edges]


def test_dark_and_light_differ_only_in_colours():
    y = neuron()
    light, dark, both = (read(draw(y, names={}, theme=theme).svg()) for theme in ("light", "dark", "auto"))
    assert light == dark == both
    assert "prefers-color-scheme:dark" in draw(y).svg()
    assert "prefers-color-scheme" not in draw(y, theme="dark").svg()


def test_title_and_description_are_in_the_file():
    svg = draw(neuron(), names={}, title="One <neuron>").svg()
    assert "<title id=" in svg
    assert "One &lt;neuron&gt;" in svg
    assert "brings 0.5898" in svg, "the text alternative is the table"


def test_a_batch_of_numbers_stays_short():
    assert len(draw(Value(batch(1000, 1000))).svg()) < 5000


def test_data_that_did_not_change_says_nothing():
    w = Value(np.ones((2, 2)), "w")
    y = ta.tanh(w @ w).sum()
    for _ in range(2):
        assert "data changed" not in draw(y).svg()
        y.backward()
        assert w.data.shape == (2, 2)
    w.data[0, 0] = 3.0
    z = (w @ w).sum()
    w.data[0, 1] = 4.0
    assert draw(z).svg().count("data changed") == 2, "in the box and in words"
