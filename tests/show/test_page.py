"""The interactive page without a browser: its steps, and what stands in the file."""

from __future__ import annotations

import base64
import hashlib
import html.parser
import re

import numpy as np
import pytest

import tinygrad_act as ta
from tinygrad_act import Value, draw
from tinygrad_act.core.graph import topological_order
from tinygrad_act.show.graph.page import write_frame, write_page
from tinygrad_act.show.graph.page.steps import NO_BACKWARD_PASS, steps_of
from tinygrad_act.show.graph.snapshot import Node, Snapshot
from tinygrad_act.show.graph.summary import summarise

from ..each import each
from ..pages import data_of, neuron, number, scalar_mlp, shared, tensor_mlp


def lines(step):
    return [f"{line.formula}   ({line.remark})" if line.remark else line.formula for line in step.lines]


def said(drawing):
    return [lines(step) for step in steps_of(drawing.snapshot)]


def test_a_neuron_goes_forward_and_then_backward():
    a, _ = neuron()
    steps = steps_of(draw(a, names={}).snapshot)
    assert [step.phase for step in steps] == ["forward"] * 4 + ["backward"] * 4 + ["end"]
    assert [lines(step) for step in steps] == [
        ["w = 0.5", "x = 3", "b = −0.5"],
        ["v1 = w × x = 0.5 × 3 = 1.5"],
        ["z = v1 + b = 1.5 + (−0.5) = 1"],
        ["a = sigmoid(z) = sigmoid(1) = 0.7311"],
        ["a.grad = 1"],
        ["z.grad += 1 × 0.1966 = 0.1966   (a(1 − a) at a = 0.7311)"],
        ["v1.grad += 0.1966 × 1 = 0.1966", "b.grad += 0.1966 × 1 = 0.1966"],
        ["w.grad += 0.1966 × 3 = 0.5898   (∂/∂w = x)", "x.grad += 0.1966 × 0.5 ≈ 0.09831   (∂/∂x = w)"],
        ["w.grad = 0.5898", "x.grad = 0.09831", "b.grad = 0.1966"],
    ]


def test_a_value_with_several_uses_shows_the_sum_so_far():
    y, leaves = shared()
    steps = steps_of(draw(y, names={}).snapshot)
    arrivals = [arrival for step in steps for arrival in step.arrivals if arrival.node == "n0"]
    assert arrivals[-1].state == "drawn"
    assert {arrival.state for arrival in arrivals[:-1]} == {"partial"}
    written = "\n".join(line for step in steps for line in lines(step))
    sums = re.findall(r"^x\.grad \+= .* = (\S+)   \(.*now (\S+), (\d) of 4 uses\)$", written, re.MULTILINE)
    assert [int(use) for _, _, use in sums] == [1, 2, 3, 4]
    assert np.allclose(np.cumsum([number(sent) for sent, _, _ in sums]), [number(total) for _, total, _ in sums])
    assert number(sums[-1][1]) == leaves["x"].grad == 14.0


def test_every_operation_is_written_as_people_write_it():
    x = Value(4.0, "x")
    for y, written in [
        (2 * x, "2 × x = 2 × 4 = 8"),
        (x - 1.5, "x − 1.5 = 4 − 1.5 = 2.5"),
        (x + -2, "x + (−2) = 4 + (−2) = 2"),
        (1 / x, "1 / x = 1 / 4 = 0.25"),
        (x**2, "x ^ 2 = 4 ^ 2 = 16"),
        (-x, "−x = −4 = −4"),
        (ta.maximum(x, 5.0), "maximum(x, 5) = maximum(4, 5) = 5"),
        (ta.leaky_relu(x, slope=0.2), "leaky_relu(x, slope=0.2) = leaky_relu(4, slope=0.2) = 4"),
    ]:
        y.label = "y"
        assert said(draw(y, names={}))[1] == [f"y = {written}"]


def test_arrays_have_shapes_and_rules():
    loss, _ = tensor_mlp()
    written = "\n".join(line for step in said(draw(loss, names={}, collapse="none")) for line in step)
    assert re.search(r"W1   \(shape 4×16, .*mean .* ± ", written)
    assert re.search(r"W2\.grad \+= v\d+ᵀ @ G   \(rms \S+\)", written)
    assert re.search(r"b1\.grad \+= ΣG   \(rms \S+\)", written)
    assert re.search(r"grad \+= G × \[z ≥ 0\]   \(rms \S+; local derivative: on for \d+ %\)", written)
    assert re.search(r"W1\.grad \+= .*; now rms \S+, 2 of 2 uses\)", written)


def test_constants_get_no_gradient_line():
    w = Value(np.ones((2, 2)), "w")
    y = ta.sum(np.ones((2, 2)) @ w)
    y.backward()
    backward = [step for step in steps_of(draw(y, names={}).snapshot) if step.phase == "backward"]
    assert [len(step.lines) for step in backward] == [1, 1, 1]


def test_without_a_backward_pass_there_are_only_forward_steps_and_a_reason():
    y = ta.sigmoid(Value(1.0, "x") * 2.0)
    steps = steps_of(draw(y, names={}).snapshot)
    assert [step.phase for step in steps] == ["forward", "forward", "forward", "end"]
    assert NO_BACKWARD_PASS in steps[-1].said
    assert y._grad is None


def test_the_last_step_says_what_came_from_earlier_passes():
    x = Value(3.0, "x")
    (5 * x).backward()
    y = x * x
    y.backward()
    assert said(draw(y, names={}))[-1] == ["x.grad = 11   (6 from this pass, 5 from earlier ones)"]
    states = [arrival.state for step in steps_of(draw(y).snapshot) for arrival in step.arrivals if arrival.node == "n0"]
    assert states == ["brought"]


def test_large_arrays_are_known_to_be_complete():
    loss, _ = tensor_mlp()
    snapshot = draw(loss, names={}, collapse="none").snapshot
    assert all(not line.remark for line in steps_of(snapshot)[-1].lines)


def test_a_summary_has_one_step_that_says_why():
    y, _ = shared()
    (step,) = steps_of(summarise(topological_order([y], Value), [y]))
    assert "there is no step for what is not known" in step.said
    assert "summarised" in step.said


def test_folded_pictures_step_through_both_passes_as_far_as_their_numbers_are_known():
    inputs = [Value(float(i), f"x{i}") for i in range(3)]
    y = ta.tanh(sum((0.5 * x for x in inputs), Value(0.1, "b")))
    y.label = "y"
    y.backward()
    folded = draw(y, names={}, collapse="repeats").snapshot
    assert len(folded.nodes) < len(draw(y, names={}, collapse="none").snapshot.nodes)
    steps = steps_of(folded)
    assert [step.phase for step in steps].count("backward") > 2
    written = [line for step in steps for line in lines(step)]
    assert "x*   (3 values, 0 to 2)" in written
    assert any(re.fullmatch(r"x\*\.grad \+= G × 0\.5   \(rms \S+\)", line) for line in written)
    arrived = {arrival.node for step in steps for arrival in step.arrivals}
    assert arrived == {node.id for node in folded.nodes if node.grad}


def test_gradients_of_an_older_pass_are_told_from_those_of_this_graph():
    x = Value(3.0, "x")
    (5 * x).backward()
    assert "the gradients were there before" in steps_of(draw(x * x, names={}).snapshot)[-1].said


def test_an_empty_snapshot_makes_a_page():
    assert data_of(write_page(Snapshot((), ()), "<svg></svg>", title="nothing"))["steps"][0]["phase"] == "end"


class Text(html.parser.HTMLParser):
    """What a browser would make of a page: its elements, and the text of each kind."""

    def __init__(self, page):
        super().__init__()
        self.elements, self.inside, self.texts = [], "", {}
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))
        self.inside = tag

    def handle_data(self, data):
        self.texts.setdefault(self.inside, []).append(data)


HOSTILE = [
    "</script><script>alert(1)</script>", "</title></svg><img src=x onerror=alert(1)>", "<!--", "]]>",
    "\"'` onload=alert(1) ", "a\nb\tc\0d", "\u202eevil\u202c", "👩‍🔬 émoji", "x" * 10_000,
    "{braces} %s \\u003c \\", "\ud800", "&lt;&amp;",
]  # fmt: skip


@each("label", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_labels_stay_text(label):
    x = Value(2.0, label)
    y = x * x
    y.backward()
    page = draw(y, names={}, title=label).html()
    page.encode()
    plain = Text(draw(shared()[0], names={}, title="x").html())
    assert {tag for tag, _ in Text(page).elements} <= {tag for tag, _ in plain.elements}
    assert page.count("<script") == page.count("</script") == 2
    assert not any(name.startswith("on") for _, attributes in Text(page).elements for name in attributes)
    assert len(page) < 120_000
    assert data_of(page)["nodes"][0]["kind"] == "parameter"


def test_the_policy_names_the_hashes_of_the_styles_and_the_script_and_nothing_else():
    page = draw(neuron()[0]).html()
    policy = re.search(r'http-equiv="Content-Security-Policy" content="([^"]+)"', page)[1]
    rules = dict(rule.strip().split(" ", 1) for rule in policy.split(";"))

    def hashes(pattern):
        contents = re.findall(pattern, page, re.DOTALL)
        return [f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'" for text in contents]

    assert rules["default-src"] == rules["base-uri"] == rules["form-action"] == "'none'"
    assert rules["style-src"].split() == hashes(r"<style>(.*?)</style>")
    assert rules["script-src"].split() == hashes(r"<script>(.*?)</script>")
    assert len(hashes(r"<style>(.*?)</style>")) == 2
    assert not re.search(r"<[^>]* style=", page)


def test_the_page_needs_nothing_from_anywhere():
    page = draw(tensor_mlp()[0]).html()
    assert set(re.findall(r"\w+://[^\s\"'<)]*", page)) <= {"http://www.w3.org/2000/svg"}
    assert not re.search(r"\b(src|href)=|@import|url\(|fetch\(|XMLHttpRequest|innerHTML|eval\(", page)


def test_the_same_graph_gives_the_same_bytes():
    assert draw(scalar_mlp()[0], names={}).html() == draw(scalar_mlp()[0], names={}).html()


@pytest.mark.parametrize("graph", [scalar_mlp, tensor_mlp], ids=["scalars", "tensors"])
def test_the_page_of_an_mlp_has_less_than_100_kilobytes(graph):
    assert len(draw(graph()[0], names={}, collapse="none").html().encode()) < 100_000


def test_a_frame_holds_the_whole_page_and_lets_it_do_nothing_else():
    page = draw(neuron()[0]).html()
    ((tag, attributes),) = Text(write_frame(page)).elements
    assert tag == "iframe"
    assert attributes["srcdoc"] == page
    assert attributes["sandbox"] == "allow-scripts"


def test_what_folded_boxes_stand_for_is_said():
    node = Node("n0", "result", title="tanh", op="tanh", called="h", times=16)
    (step,) = steps_of(Snapshot((node,), (), "16 repeats drawn once"))
    assert step.said == (
        "1 box stands for values whose numbers are not in this picture: there is no step for what is not known. "
        "About the picture: 16 repeats drawn once."
    )
