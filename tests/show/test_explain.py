"""`explain`: what it says, in every format, and what it refuses."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import types

import numpy as np
import pytest

import tinygrad_act as ta
from tinygrad_act import Value
from tinygrad_act.engine.tracing import TracingError

from ..each import each

HOSTILE = [
    "a\nb", "$x$", "w_1", "a|b", "`code`", "<script>alert(1)</script>", "\u202eRTL\u202c", "x" * 10_000,
    "🙂👩‍🚀", "\\frac{1}{2}",
    "{", "}}", "100%", "a&b", "#1", "G", "out", "v1", "", "  ", "**bold**", "[link](http://x)", "x + y", "\ud800",
    "w", "w", "Qaaaaq", "_Qaaaaq_", "<!--", "$$", "\\begin{x}", "~", "^",
]  # fmt: skip


def explain(*args, **kwargs):
    """With labels alone: no variable of a test gives a name."""
    return ta.explain(*args, **kwargs, names={})


def neuron():
    """The README's neuron: a = sigmoid(z), z = w * x + b."""
    w, x, b = Value(0.5, "w"), Value(3.0, "x"), Value(-0.5, "b")
    z = w * x + b
    z.label = "z"
    a = ta.sigmoid(z)
    a.label = "a"
    return a, w


def layer(rows=4):
    """A small layer of arrays that `W` reaches by two paths."""
    rng = np.random.default_rng(0)
    X, W = Value(rng.normal(size=(rows, 3)), "X", requires_grad=False), Value(rng.normal(size=(3, 2)), "W")
    p = ta.tanh(X @ W)
    p.label = "p"
    loss = ((p - 1) ** 2).mean() + 0.01 * (W**2).sum()
    loss.label = "L"
    return loss, W


# -- what it says -----------------------------------------------------------------------------


def test_one_path_of_a_neuron():
    a, w = neuron()
    assert explain(a, wrt=w).text() == (
        "d a / d w = 0.589836   (1 path)\n"
        "\n"
        "path 1   a ← z ← v1 ← w\n"
        "  ∂a/∂z = a(1 − a) = 0.196612  sigmoid, at a = 0.731059\n"
        "  ∂z/∂v1 = 1                   +\n"
        "  ∂v1/∂w = x = 3               ×\n"
        "  product  0.196612 × 1 × 3 = 0.589836\n"
        "\n"
        "sum over 1 path = 0.589836"
    )


def test_markdown_of_a_neuron():
    a, w = neuron()
    assert explain(a, w).markdown().split("\n") == [
        "### d a / d w = 0.589836",
        "",
        "1 path.",
        "",
        "**Path 1**: a ← z ← v1 ← w",
        "",
        "| step | derivative | number | operation |",
        "|---|---|---|---|",
        "| ∂a/∂z | a(1 − a) | 0.196612 | sigmoid, at a = 0.731059 |",
        "| ∂z/∂v1 | 1 | 1 | + |",
        "| ∂v1/∂w | x | 3 | × |",
        "| product | | **0.196612 × 1 × 3 = 0.589836** | |",
        "",
        "- sum over 1 path = 0.589836",
    ]


def test_latex_of_a_neuron():
    a, w = neuron()
    assert explain(a, w).latex().split("\n") == [
        r"\begin{aligned}",
        r"\frac{\partial a}{\partial w} &= \frac{\partial a}{\partial z} \cdot \frac{\partial z}{\partial v_{1}} "
        r"\cdot \frac{\partial v_{1}}{\partial w} \\",
        r"&= a \, \left(1 - a\right) \cdot 1 \cdot x \\",
        r"&= 0.196612 \cdot 1 \cdot 3 \\",
        r"&= 0.589836",
        r"\end{aligned}",
    ]


def test_print_and_notebooks_show_it():
    explained = explain(*neuron())
    assert str(explained) == explained.text()
    assert explained._repr_markdown_() == explained.markdown()
    printed = []
    explained._repr_pretty_(types.SimpleNamespace(text=printed.append), False)
    assert printed == [explained.text()], "IPython in a terminal"
    assert repr(explained) == "<Explanation of d a / d w: 1 of 1 path>"


def test_the_data_behind_the_text():
    (path,) = explain(*neuron()).paths
    assert path.names == ("a", "z", "v1", "w")
    assert [(f.of, f.by, f.op, f.position, f.symbol) for f in path.factors] == [
        ("a", "z", "sigmoid", 0, "a(1 − a)"), ("z", "v1", "add", 0, "1"), ("v1", "w", "mul", 0, "x"),
    ]  # fmt: skip
    assert [f.number for f in path.factors] == [0.19661193324148185, 1.0, 3.0]


def test_several_paths_the_heaviest_first_and_their_sum():
    w = Value(2.0, "w")
    y = 10 * w + w * w * w
    lines = explain(y, w).text().split("\n")
    assert lines[0] == "d out / d w = 22   (4 paths)"
    assert [line for line in lines if "product" in line] == [
        "  product  1 × 10 = 10",
        "  product  1 × 2 × 2 = 4",
        "  product  1 × 2 × 2 = 4",
        "  product  1 × 4 = 4",
    ]
    assert lines[-1] == "sum over 4 paths = 10 + 4 + 4 + 4 = 22"


def test_of_equally_heavy_paths_the_longest_comes_first():
    w = Value(2.0, "w")
    lengths = [len(path.factors) for path in explain(w + (w + (w + 0.0)), w).paths]
    assert lengths == [3, 2, 1]


def test_runs_of_factors_of_one_are_shown_as_one():
    w = Value(2.0, "w")
    y = w * 3
    for i in range(20):
        y = y + i
    explained = explain(y, w)
    assert len(explained.paths[0].factors) == 21
    assert explained.text().split("\n")[2:-2] == [
        "path 1   out ← … ← v1 ← w", "  … 20 factors of 1 …", "  ∂v1/∂w = 3           ×", "  product  1 × 3 = 3",
    ]  # fmt: skip
    assert "| … | 20 factors of 1 |  |  |" in explained.markdown()
    assert r"\cdots \cdot \frac{\partial v_{1}}{\partial w}" in explained.latex()
    assert "&= 1 \\cdot 3" in explained.latex()


def test_runs_of_steps_that_hand_an_array_on_are_shown_as_one():
    x = Value(np.ones((2, 3)), "x")
    y = x * 3
    for i in range(20):
        y = y + i
    explained = explain(y.sum(), x)
    assert "  …          20 steps that change nothing …\n" in explained.text()
    assert r"\overline{v_{1}} &= \overline{v_{21}} \\" in explained.latex()


def test_both_operands_of_x_times_x_are_told_apart():
    x = Value(3.0, "x")
    explained = explain(x * x, x)
    assert [path.factors[0].note for path in explained.paths] == ["×, operand 1 of 2", "×, operand 2 of 2"]
    assert explained.total == 6.0


def test_more_paths_than_shown_are_counted_and_summed():
    x = Value(1.0, "x")
    y = x
    for _ in range(4):
        y = 0.75 * y + 0.25 * y
    explained = explain(y, x, max_paths=2)
    assert (explained.count, len(explained.paths), explained.total) == (16, 2, 1.0)
    assert explained.text().split("\n")[-3:] == [
        "the 2 paths shown: 0.421875, 42 % of the sum",
        "the other 14 paths: 0.578125",
        "sum over 16 paths = 1",
    ]
    assert "\nthe other path: 0" in explain(y, x, max_paths=15).text()
    assert "\\cdots" in explained.latex()
    assert "the other 14 paths: 0.578125" in explained.markdown()


def test_a_factor_at_a_kink_says_which_side_was_taken():
    z = Value(0.0, "z")
    assert explain(ta.relu(z), z).paths[0].factors[0].note == "relu, at the kink z = 0: slope 1, the right side's"
    assert explain(ta.abs(z), z).paths[0].factors[0].note == "abs, at the kink z = 0: slope 0, the mean of both sides'"
    assert "at a tie: slope 0.5" in explain(ta.maximum(z, 0.0), z).paths[0].factors[0].note
    assert "kink" not in explain(ta.relu(z + 1), z).text()
    many = Value([0.0, -1.0, 0.0, 2.0], "x")
    note = explain(ta.relu(many).sum(), many).paths[0].factors[-1].note
    assert note == "relu, slope on for 75 %, 2 of 4 entries at the kink x = 0"


def test_the_conventions_in_force_are_those_of_backward():
    z = Value(0.0, "z")
    with ta.at_kink("left"):
        explained = explain(ta.relu(z), z)
    assert explained.total == explained.paths[0].product == 0.0
    assert explained.paths[0].factors[0].note == "relu, at the kink z = 0: slope 0, as asked"
    with ta.derivative_form("input"):
        assert explain(ta.sigmoid(z), z).paths[0].factors[0].symbol != "out · (1 − out)"


def test_a_product_of_zero_says_why_and_is_listed_last():
    z = Value(-1.0, "z")
    explained = explain(ta.relu(z) * 5 + z, z)
    assert [path.product for path in explained.paths] == [1.0, 0.0]
    assert "product  1 × 5 × 0 = 0, because ∂v1/∂z is 0 (relu)" in explained.text()


def test_an_infinite_factor_is_named_and_listed_first():
    z = Value(0.0, "z")
    explained = explain(ta.log(z * z + 1) + ta.sqrt(z), z)
    assert explained.paths[0].product == float("inf")
    assert "= inf, because of ∂v4/∂z (sqrt)" in explained.text()
    assert json.loads(explained.json())["total"] == str(explained.total)


@pytest.mark.parametrize("data", [
    [1.0, np.inf, -np.inf], [np.nan, 1.0, 2.0], [1e300, -1e300, 1e-300], np.full(9, 1e200), np.full((0, 3), 1.0),
    [0.0, 0.0],
], ids=range(6))  # fmt: skip
def test_arrays_that_are_not_finite_huge_or_empty_raise_and_warn_of_nothing(data):
    x = Value(data, "x")
    with np.errstate(all="ignore"):  # computing it may warn, explaining it may not
        y = x * 1e200 - x * x + ta.sqrt(x) * ta.log(x)
        losses = [y.sum(), (y * y + y).mean() if y.size else y.sum()]
    for loss in losses:
        explained = explain(loss, x, max_paths=2)
        json.loads(explained.json())
        for text in (explained.text(), explained.markdown(), explained.latex()):
            assert "x" in text
        loss.backward()
        assert np.array_equal(explained.total, x.grad, equal_nan=True)
        x.zero_grad()


def test_an_intermediate_value_and_the_value_itself():
    a, _ = neuron()
    z = a.inputs[0]
    assert explain(a, z).paths[0].names == ("a", "z")
    whole = explain(z, z)
    assert (whole.count, whole.total, whole.paths[0].factors) == (1, 1.0, ())
    assert "d z / d z = 1" in whole.text()
    assert r"\frac{\partial z}{\partial z} &= 1" in whole.latex()


def test_names_of_values_without_a_label_are_short_and_those_of_equal_labels_differ():
    x = Value(2.0)
    hidden = [Value(3.0, "h"), Value(4.0, "h")]
    out = (x * hidden[0]) * hidden[1]
    explained = explain(out, x)
    assert explained.paths[0].names == ("out", "v2", "v1")
    assert [f.symbol for f in explained.paths[0].factors] == ["h_2", "h"]
    y = Value(2.0, "v1")
    assert explain((y * 2) * 3, y).paths[0].names == ("out", "v2", "v1")
    y.label = "out"
    assert explain(y * 2 * 3, y).paths[0].names == ("v2", "v1", "out")


def test_names_come_from_labels_then_from_the_callers_variables_then_from_names():
    w, x, offset = Value(0.5), Value(3.0), Value(1.0, "b")
    data = np.array([[1.0, 2.0]])
    z = w * x + offset
    loss = (ta.tanh(z) * data).sum()
    explained = ta.explain(loss, w)
    assert explained.paths[0].names == ("loss", "v3", "v2", "z", "v1", "w")
    assert [f.symbol for f in explained.paths[0].factors] == ["G", "G · data", "1 − v2²", "1", "x"]
    layers = [{"W": Value(2.0)}]
    assert ta.explain(x * layers[0]["W"], x).paths[0].factors[0].symbol == "layers[0].W"
    named = ta.explain(w * x * w, x, names={"speed": x, "gain": w})
    assert named.paths[0].names == ("out", "v1", "speed")
    assert [f.symbol for f in named.paths[0].factors] == ["gain", "gain"]
    assert explain(loss, w).paths[0].names[0] == "out"
    with pytest.raises(TypeError, match=r"explain: names\['x'\] is float; expected names of Values and arrays"):
        ta.explain(loss, w, names={"x": 3.0})


def test_constants_in_a_formula_are_numbers():
    x = Value(2.0, "x")
    assert [f.symbol for f in explain((x**3) * 4, x).paths[0].factors] == ["4", "3x²"]
    assert explain(x * Value(0.123456789, requires_grad=False), x).paths[0].factors[0].symbol == "0.123457"
    assert "∂out/∂x = 0.999999 " in explain(x * 0.999999, x).text()


def test_digits():
    a, w = neuron()
    assert explain(a, w, digits=3).text().startswith("d a / d w = 0.59 ")
    assert explain(a, w, digits=17).text().startswith("d a / d w = 0.58983579972444555 ")


def test_arrays_show_the_rule_the_shape_and_the_size_of_the_gradient():
    text = explain(*layer()).text()
    assert "path 1   L ← v4 ← v3 ← v2 ← p ← v1 ← W\n" in text
    for line in [
        "  ∂L/∂v4   1                 1                +",
        "  ∂v4/∂v3  G → G / n         4×2, rms 0.125   mean",
        "  ∂v3/∂v2  G → G · 2 · v2    4×2, rms 0.2979  ^, slope mean -2.03",
        "  ∂p/∂v1   G → G · (1 − p²)  4×2, rms 0.19    tanh, slope mean 0.611, 25 % saturated",
        "  ∂v1/∂W   G → Xᵀ @ G        3×2, rms 0.1738  @",
    ]:
        assert line in text.split("\n")
    assert "G is the gradient that arrives at a step: 1 at L." in text
    latex = explain(*layer()).latex()
    assert r"\overline{W}^{(1)} &= X^{\top} \; \overline{v_{1}}^{(1)} && 3 \times 2" in latex
    assert r"\overline{v_{1}}^{(1)} &= \overline{p}^{(1)} \odot \left(1 - p^{2}\right)" in latex
    assert r"\begin{bmatrix} -0.103549 & -0.298992 \\" in latex


def test_large_arrays_are_described():
    loss, W = layer()
    big = Value(np.ones((30, 20)), "B")
    explained = explain(loss + (big * 2).sum(), big)
    assert explained.text().startswith("d out / d B = 30×20, rms 2, from 2 to 2 ")
    assert np.array_equal(json.loads(explained.json())["total"], np.full((30, 20), 2.0))
    assert explain(loss, W).paths[0].product.shape == (3, 2)


def test_a_joined_array_names_the_part_that_belongs_to_the_operand():
    p, q = Value([1.0, 2.0], "p"), Value([3.0], "q")
    factor = explain((ta.concatenate([p, q]) * [1.0, 2.0, 3.0]).sum(), q).paths[0].factors[-1]
    assert factor.symbol == "G[the part of q]"


def test_where_a_gradient_is_summed_over_copies_it_says_so():
    b = Value([1.0, 2.0], "b")
    factor = explain((b + np.ones((3, 2))).sum(), b).paths[0].factors[-1]
    assert factor.note == "+, summed over the copies"


def test_letters_of_a_rule_that_are_names_of_other_values_give_way():
    y, out = Value(0.5, "y"), Value(2.0, "s")
    factor = explain(ta.swish_beta(y, out), y).paths[0].factors[0]
    assert factor.symbol == "u(1 + t · σ(−t))"
    assert factor.note == "swish_beta, where t = s · y, u = σ(t), at y = 0.5, s = 2"


def test_it_works_without_docstrings():
    code = (
        "import numpy as np, tinygrad_act as ta; x = ta.Value(np.ones((2, 3)), 'x'); "
        "print(ta.explain((ta.pad(x, pad_width=1) * 2).sum(), x).paths[0].factors[-1].symbol)"
    )
    said = [subprocess.run([sys.executable, *flags, "-c", code], capture_output=True, text=True, check=True).stdout
            for flags in ([], ["-OO"])]  # fmt: skip
    assert said[1] == said[0], "the source still has them"
    assert "padded" in said[0]


def test_json_holds_everything():
    explained = explain(*layer())
    record = json.loads(explained.json())
    assert (record["of"], record["wrt"], record["count"], record["estimated"]) == ("L", "W", 2, False)
    assert np.array_equal(record["paths"][0]["product"], explained.paths[0].product)
    assert record["paths"][0]["factors"][-1]["symbol"] == "Xᵀ @ G"


def test_the_same_graph_gives_the_same_text():
    for make in (neuron, layer):
        first, second = explain(*make()), explain(*make())
        assert [first.text(), first.markdown(), first.latex(), first.json()] == [
            second.text(), second.markdown(), second.latex(), second.json()
        ]  # fmt: skip


# -- what it leaves alone ---------------------------------------------------------------------


def test_no_gradient_is_read_or_changed():
    a, w = neuron()
    w.grad = 7.0
    explain(a, w).text()
    assert w.grad == 7.0
    assert all(x._grad is None for x in (a, *a.inputs))


def test_what_it_gives_is_nobody_elses_memory():
    x = Value([1.0, 2.0], "x")
    y = (x * 3).sum()
    explained = explain(y, x)
    explained.total[0] = explained.paths[0].product[0] = 99.0
    assert explain(y, x).total.tolist() == [3.0, 3.0]
    assert explained.shown.tolist() == [3.0, 3.0]
    large = Value(np.ones(100_000), "x")
    explained = explain(large.sum(), large)  # pulled back as a view of one number
    explained.total[0] = explained.paths[0].product[1] = 99.0
    assert (explained.total[1], explained.paths[0].product[0]) == (1.0, 1.0)


# -- hostile labels ---------------------------------------------------------------------------


def hostile():
    """A chain of products with every label there is."""
    y = x = Value(2.0, HOSTILE[0])
    for label in HOSTILE:
        y = ta.tanh(y) * Value(1.5, label)
        y.label = label
    return y, x


def test_hostile_labels_are_one_line_of_text():
    y, x = hostile()
    explained = explain(y, x)
    for text in (explained.text(), explained.markdown(), explained.latex(), explained.json()):
        text.encode("utf-8")
        assert "\u202e" not in text
        assert len(text) < 200_000
    assert len(explained.text().split("\n")) == 1 + 2 + 13 + 1 + 2
    assert "a\\nb" in explained.text()


@each("label", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_labels_in_markdown_and_latex(label):
    w, x, X = Value(0.5, label), Value(3.0, label), Value(np.ones((2, 3)), label)
    loss = ta.sigmoid(X @ X.T).sum()
    loss.label = label
    for explained in (explain(ta.tanh(w * x), w), explain(loss, X)):
        markdown, latex = explained.markdown(), explained.latex()
        assert not re.search(r"<\w|<!|(?<!\\)[`$]", markdown)
        for row in [line for line in markdown.split("\n") if line.startswith("| ")]:
            assert len(re.findall(r"(?<!\\)\|", row)) == 5, row
        check_latex(latex)


def check_latex(latex):
    """Braces, brackets and environments pair; nothing ends the formula, starts a comment or reads as a tag."""
    plain = re.sub(r"\\[\\{}$&#%_]", "", latex)
    assert not re.search(r"[$#%`~]|<\w|\\text\{[^{}]*[_^]", re.sub(r"\\[~^]\{\}", "", plain))
    depth = 0
    for brace in re.findall("[{}]", plain):
        depth += 1 if brace == "{" else -1
        assert depth >= 0
    assert depth == 0
    for opening, closing in ((r"\\left\b", r"\\right\b"), (r"\\begin\b", r"\\end\b")):
        assert len(re.findall(opening, plain)) == len(re.findall(closing, plain))


# -- what it refuses --------------------------------------------------------------------------


@each(("call", "kind", "message"), [
    (lambda x: explain(3.0, x), TypeError, r"the first argument is float; expected the Value to explain"),
    (lambda x: explain(x * 2, 3.0), TypeError, r"wrt is float; expected a Value that the first one depends on$"),
    (lambda x: explain(x * 2, [x]), TypeError, r"wrt is list; .*; call it once for each Value"),
    (lambda x: explain(x * [1.0, 2.0], x), ValueError, r"shape \(2,\) is not a single number; .*value.sum\(\)"),
    (lambda x: explain(x * 2, Value(1.0, "q")), ValueError, r"the Value 4 does not depend on 'q': no operation"),
    (lambda x: explain(x * 2, Value([1.0, 2.0])), ValueError, r"does not depend on the Value of shape \(2,\)"),
    (lambda x: explain(x.detach() * 2, x), ValueError, r"no gradient flows from the Value 4: it depends on no Value"),
    (lambda x: explain(x.detach() * Value(3.0), x), ValueError, r"does not depend on 'x'.*detach\(\) and no_grad"),
    (lambda x: explain(x > 1, x), ValueError, r"no gradient flows from the Value"),
    (lambda x: explain(ta.floor(x) + Value(1.0), x), ValueError, r"computed from 'x', but no gradient flows between"),
    (lambda x: explain(x * 2, Value(1.0, "c", requires_grad=False)), ValueError, r"'c' is a constant, so no gradient"),
    (lambda x: explain(x * 2, x, max_paths=0), ValueError, r"max_paths is 0; expected 1 or more: how many paths"),
    (lambda x: explain(x * 2, x, max_paths=2.0), TypeError, r"max_paths is float; expected an int, how many paths"),
    (lambda x: explain(x * 2, x, digits=18), ValueError, r"digits is 18; expected 1 to 17"),
    (lambda x: explain(x * 2, x, digits=True), TypeError, r"digits is bool; expected an int"),
])  # fmt: skip
def test_it_refuses_with_what_to_do(call, kind, message):
    with pytest.raises(kind, match=message):
        call(Value(2.0, "x"))


def test_a_leaf_that_was_changed_since_is_refused_as_backward_does():
    a, w = neuron()
    w.data = 3.0
    with pytest.raises(RuntimeError, match="'w' was given new data after it was used"):
        explain(a, w)


def test_a_program_that_is_being_recorded_has_nothing_to_explain():
    @ta.compile
    def step(x):
        y = x * x
        explain(y, x)
        return y

    with pytest.raises(TracingError, match=r"explain\(\) of a Value while ta.compile records a program"):
        step(2.0)


def test_a_kink_that_must_not_be_is_refused():
    z = Value(0.0, "z")
    with ta.at_kink("raise"), pytest.raises(ValueError, match="relu: an entry lies on its kink at 0"):
        explain(ta.relu(z), z)
