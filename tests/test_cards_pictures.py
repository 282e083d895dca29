"""Activations as pictures: cards, the sheet, plots of a few, a network's pre-activations."""

from __future__ import annotations

import subprocess
import sys
import types
import xml.etree.ElementTree as ET

import numpy as np
import pytest

import tinygrad_act as ta
from tinygrad_act import Value
from tinygrad_act.__main__ import main
from tinygrad_act.cards.listing import lines
from tinygrad_act.cards.pictures.curves import breaks, marks, read, span, subject
from tinygrad_act.cards.pictures.formula import pretty
from tinygrad_act.cards.pictures.numerical import LIMIT, check
from tinygrad_act.draw import png
from tinygrad_act.svg import DARK, LIGHT

from .picture_reader import boxes, circles, dashes, faults, titles

GIVEN = {"threshold": {"threshold": 0.5, "value": -1.0}, "gumbel_softmax": {"rng": np.random.default_rng(0)}}
CATALOGUE = [line.name for line in lines()]
CURVED = [name for name in CATALOGUE if ta.ops[name].elementwise]
HONEST = [name for name in CURVED if not ta.ops[name].estimator]
RING, DOT = "f-background", "f-curve-2"


def card(name, **static):
    return ta.card(name, **GIVEN.get(name, {}), **static)


def texts(svg):
    return [box.text for box in boxes(svg)]


def declared(body, dz, doc="a = f(z)", name="trial", **facts):
    """An operation that is not checked, whatever it is."""
    body.__name__ = body.__qualname__ = name
    body.__doc__ = doc
    ta.elementwise(dz=dz, reference=facts.pop("reference", "nobody"), **facts)(body)
    return ta.card(name)


# The card


@pytest.mark.parametrize("name", CATALOGUE)
def test_every_activation_has_a_picture_with_no_text_cut_or_overlapping(name):
    svg = card(name).svg()
    assert faults(svg) == []
    assert texts(svg)[0].startswith(name)
    assert svg == card(name).svg(), "the same bytes every time"


@pytest.mark.parametrize("name", CURVED)
def test_every_kink_is_marked_and_the_side_taken_is_written_out(name):
    found = card(name)
    one = subject(found)
    kinks = marks(one, found)
    places = {one.op.bound(place, one.static) for place in one.op.kinks}
    smooth = {0.0} if name in ("elu", "celu") else set()  # which their default parameters have smoothed
    assert {kink.at for kink in kinks} == {at for at in places if np.isfinite(at)} - smooth
    svg = found.svg()
    assert len(circles(svg, RING)) == 2 * len(kinks), "one on the curve, one before the words"
    assert len(circles(svg, DOT)) == len(kinks)
    assert not any("…" in text for text in texts(svg) if "kink" in text or "jump" in text)
    for kink in kinks:
        assert any("kink at" in text or "jump at" in text for text in titles(svg) if f"{kink.at:g}".strip("-") in text)


def test_the_kink_says_which_slope_is_taken():
    assert "kink at 0: slope 0 | 1; g′(0) = 1, the right side’s" in texts(ta.card("relu").svg())
    assert "kink at max = 1: slope 1 | 0; g′(1) = 1, the steeper side’s" in texts(
        ta.card("hard_tanh").svg()
    )
    assert "jump at 0: nothing flows there, g′(0) = 0" in texts(ta.card("step").svg())


def test_the_ring_lies_on_the_curve_and_the_dot_at_the_slope_taken():
    (ring, _), (dot,) = circles(ta.card("relu").svg(), RING), circles(ta.card("relu").svg(), DOT)
    assert ring[0] == dot[0] == 56 + (560 - 56 - 18) / 2, "at 0, the middle"
    assert dot[1] < ring[1], "slope 1 is above value 0"


@pytest.mark.parametrize("name", HONEST)
def test_the_numerical_check_agrees_with_every_slope_of_the_catalogue(name):
    found = card(name)
    one = subject(found)
    result = check(one.value, one.slope, *span(one, marks(one, found)), breaks(one), one.domain)
    assert result.z.size >= 95
    assert result.worst < 1e-9
    assert "numerical check: g′ agrees" in " ".join(texts(found.svg()))


@pytest.mark.parametrize("factor", [2.0, -1.0, 1 + 1e-5])
def test_the_strip_says_so_if_a_derivative_is_wrong(scratch, factor):
    svg = declared(lambda z: ta.exp(z), lambda a, z: factor * a).svg()
    assert any(text.startswith("numerical check: g′ DIFFERS") for text in texts(svg))
    alarmed = len(circles(svg, "f-alarm"))
    assert alarmed == 100 or (alarmed > 70 and factor < 1.1), "a small fault hides where exp is tiny"


def test_the_check_knows_a_slope_that_is_wrong_only_somewhere(scratch):
    svg = declared(lambda z: ta.tanh(z), lambda a, z: ta.where(z > 5, 0.0, 1 - a * a)).svg()
    assert 0 < len(circles(svg, "f-alarm")) < 30


def test_a_slope_of_zero_that_is_not_true_is_wrong():
    z = lambda x: np.asarray(x)
    assert check(z, lambda x: 0 * x, -1, 1, [], (-np.inf, np.inf)).worst > LIMIT
    assert check(lambda x: 0 * x, lambda x: 0 * x, -1, 1, [], (-np.inf, np.inf)).worst == 0


def test_curves_can_be_told_apart_without_colour():
    svg = ta.card("gelu").svg()
    assert dashes(svg) == ["", "7 4", "2 3"]
    assert {"g", "g′", "g″"} <= set(texts(svg))


def test_curves_are_broken_at_jumps_declared_or_not(scratch):
    assert dashes(ta.card("step").svg()).count("") == 2
    assert dashes(ta.card("straight_through_sign").svg()).count("") == 4, "at 0, and at both kinks of its slope"
    found = declared(lambda z: z + 0.2 * (np.asarray(z) > 0.7), lambda a, z: 1.0)
    assert dashes(found.svg()).count("") == 2
    assert breaks(subject(found)) == pytest.approx([0.7])
    assert breaks(subject(ta.card("sigmoid"))) == []


@pytest.mark.parametrize(("name", "count"), [("sigmoid", 2), ("relu", 1), ("gelu", 1), ("soft_shrink", 0), ("silu", 0)])
def test_only_runs_to_the_end_of_the_axis_count_as_saturated(name, count):
    rectangles = [e for e in ET.fromstring(ta.card(name).svg()).iter() if e.get("class") == "f-band"]
    assert len(rectangles) == count + (count > 0), "and one in the legend"


def test_parameters_change_the_picture_and_its_name():
    assert texts(ta.card("elu", alpha=0.5).svg())[0] == "elu(alpha=0.5)"
    assert "drawn with slope = 0.25" in texts(ta.card("prelu").svg())
    low, high = span(subject(card("threshold")), [])
    assert (low, high) == (-6, 6)
    wide = ta.card("threshold", threshold=20.0, value=3.0)
    assert span(subject(wide), marks(subject(wide), wide))[1] == pytest.approx(26)
    assert faults(wide.svg()) == []


@pytest.mark.parametrize(
    ("name", "axis"), [("logit", (0, 1)), ("log", (0, 6)), ("arccosh", (1, 6)), ("arcsin", (-1, 1))]
)
def test_the_axis_is_what_the_domain_has_of_it(name, axis):
    one = subject(ta.card(name))
    assert span(one, []) == axis
    z = read(one, *axis, []).z
    assert one.domain[0] < z[0] < z[-1] < one.domain[1] + 1e-300 or z[-1] == axis[1]


@pytest.mark.parametrize("name", ["reciprocal", "tan", "log", "floor", "abs", "square", "matmul", "add", "where"])
def test_operations_that_are_no_activations_have_pictures_too(name):
    assert faults(ta.card(name).svg()) == []


def test_what_is_not_elementwise_shows_an_example_and_its_jacobian():
    found = texts(ta.card("softmax").svg())
    assert "z = −0.5" in found
    a = ta.softmax(np.array([-1.0, -0.5, 0.0, 0.5, 1.0, 1.5]))
    assert f"{a[5] * (1 - a[5]):.3g}" in found
    assert f"{-a[5] * a[4]:.3g}".replace("-", "−") in found
    assert "no curve: it is not elementwise" in texts(card("gumbel_softmax").svg())


def test_an_estimator_says_that_its_slope_is_not_the_derivative():
    svg = ta.card("straight_through_step").svg()
    assert "not compared: g′ is a straight-through estimate, not the derivative" in texts(svg)
    assert not any("saturated" in text for text in texts(svg))


def test_random_activations_are_drawn_without_random_numbers():
    rng = np.random.default_rng(1)
    svg = ta.card("rrelu", rng=rng).svg()
    assert svg == ta.card("rrelu", rng=rng).svg()
    assert "drawn as in evaluation" in " ".join(texts(svg))
    assert rng.bit_generator.state == np.random.default_rng(1).bit_generator.state


def test_both_themes_and_an_unknown_one():
    light, dark, both = (ta.card("relu").svg(theme) for theme in ("light", "dark", "auto"))
    assert DARK["curve-1"] not in light
    assert LIGHT["curve-1"] not in dark
    assert DARK["curve-1"] in both
    with pytest.raises(ValueError, match="theme: got 'blue'"):
        ta.card("relu").svg("blue")


def test_formulas_are_made_to_be_read():
    assert pretty("z * (1 + erf(z / sqrt(2))) / 2") == "z · (1 + erf(z / √2)) / 2"
    assert pretty("z ** 2 - alpha * normal_cdf(-z)") == "z² − α · Φ(−z)"
    assert pretty("z >= 0", slope=True) == "1 if z ≥ 0, else 0"
    assert pretty("logical_and(z >= 0, z <= 6)", slope=True) == "1 if z ≥ 0 and z ≤ 6, else 0"
    assert pretty("where(z >= 0, 1, slope)", slope=True) == "where(z ≥ 0, 1, slope)"
    assert pretty("f(a == 0) * 2", slope=True) == "f(a = 0) · 2"
    assert pretty("none", slope=True) == "none: nothing flows through it"
    assert pretty("s * (1 + y), y = beta * z, z <= 3", slope=True).startswith("s · (1 + y), y = β · z")


# Strange functions


STRANGE = {
    "NaN everywhere": (lambda z: z * np.nan, lambda a, z: a),
    "infinite everywhere": (lambda z: z * 0 + np.inf, lambda a, z: a),
    "constant": (lambda z: z * 0 + 3.0, lambda a, z: 0 * z),
    "zero": (lambda z: z * 0, lambda a, z: 0 * z),
    "tiny": (lambda z: 1e-9 * ta.tanh(z), lambda a, z: 1e-9 - 1e9 * a * a),
    "huge": (lambda z: 1e12 * ta.tanh(z), lambda a, z: 1e12 - a * a / 1e12),
    "overflowing": (lambda z: ta.exp(ta.exp(3 * z)), lambda a, z: 3 * a * ta.exp(3 * z)),
    "fast": (lambda z: ta.sin(30 * z), lambda a, z: 30 * ta.cos(30 * z)),
    "half NaN": (lambda z: np.where(np.asarray(z) > 0, z, np.nan), lambda a, z: 1.0),
    "its rule fails": (lambda z: z, lambda a, z: np.asarray(z).item()),
}


@pytest.mark.parametrize("what", [what for what in STRANGE if what != "its rule fails"])
def test_strange_functions_have_pictures(scratch, what):
    body, rule = STRANGE[what]
    assert faults(declared(body, rule).svg()) == []


def test_nothing_finite_is_said(scratch):
    found = declared(*STRANGE["NaN everywhere"])
    assert "numerical check: nothing could be compared, no differences of g are finite" in texts(found.svg())
    assert found.range is None


def test_hostile_formulas_labels_and_references_stay_text(scratch):
    evil = '<script>alert("x")</script> \'&]]> \n\n <b>'
    found = declared(lambda z: ta.exp(z), lambda a, z: a, f"a = {evil}", reference=evil, label=evil)
    for written in (found.svg(), found.html(), ta.sheet([found]).html(), ta.plot(found).svg()):
        assert "<script" not in written
        assert "<b>" not in written
    assert any("<script>" in text for text in texts(found.svg())), "it is shown as it is"


@pytest.mark.parametrize("word", ["exp(z) + " * 60, "exp(z)+" * 60, "W" * 10_000, "漢字 " * 100])
def test_long_formulas_names_and_references_are_cut_with_an_ellipsis(scratch, word):
    found = declared(lambda z: ta.exp(z), lambda a, z: a, f"a = {word}", name="long_" + "x" * 90, reference=word)
    svg = found.svg()
    assert faults(svg) == []
    assert any(text.endswith("…") for text in texts(svg))
    assert any(word.strip() in title for title in titles(svg) if title), "whole when pointed at"
    assert faults(ta.sheet([found, "relu"]).svg()) == faults(ta.plot(found, "relu").svg()) == []


# Files and notebooks


@pytest.mark.parametrize("extension", [".svg", ".html", ".md", ".json", ".txt"])
def test_a_card_is_saved_in_the_format_of_the_extension(tmp_path, extension):
    found = ta.card("gelu")
    written = found.save(tmp_path / f"gelu{extension}").read_text(encoding="utf-8")
    forms = {".svg": found.svg(), ".html": found.html(), ".md": f"{found.markdown()}\n", ".json": f"{found.json()}\n"}
    assert written == forms.get(extension, f"{found}\n")


def test_unknown_extensions_and_unwritable_paths(tmp_path):
    with pytest.raises(ValueError, match=r"unknown extension '.pdf'; .* one of .svg, .html, .png, .md, .json, .txt"):
        ta.card("gelu").save(tmp_path / "gelu.pdf")
    with pytest.raises(ValueError, match=r"unknown extension '.pdf'; .* one of .svg, .html, .png, .txt"):
        ta.sheet(["gelu"]).save(tmp_path / "gelu.pdf")
    with pytest.raises(OSError, match="nowhere"):
        ta.card("gelu").save(tmp_path / "nowhere" / "gelu.svg")


def test_png_by_resvg_py_or_a_word_on_how_to_get_it(tmp_path, monkeypatch):
    drawn = []
    renderer = types.SimpleNamespace(svg_to_bytes=lambda **given: drawn.append(given) or b"\x89PNG")
    monkeypatch.setitem(sys.modules, "resvg_py", renderer)
    monkeypatch.setattr(png, "_fonts", lambda: [True])
    assert ta.card("gelu").save(tmp_path / "gelu.png").read_bytes() == b"\x89PNG"
    assert ta.sheet(["gelu"]).png(scale=1) == b"\x89PNG"
    assert [given["zoom"] for given in drawn] == [2.0, 1]
    assert drawn[0]["svg_string"] == ta.card("gelu").svg("light"), "it knows no @media"
    monkeypatch.setitem(sys.modules, "resvg_py", None)
    with pytest.raises(RuntimeError, match="needs the package resvg-py: pip install"):
        ta.card("gelu").save(tmp_path / "other.png")
    assert not (tmp_path / "other.png").exists()
    for scale in (0, -1, 21, "2", True):
        with pytest.raises(ValueError, match="png: scale is .*; expected a number above 0, at most 20"):
            ta.card("gelu").png(scale)


def test_in_a_notebook_cards_and_pictures_show_themselves(monkeypatch):
    found = ta.card("gelu")
    shown = found._repr_mimebundle_()
    assert shown == {"image/svg+xml": found.svg(), "text/markdown": found.markdown(), "text/plain": found.text()}
    assert ta.sheet(["gelu"])._repr_mimebundle_()["image/svg+xml"] == ta.sheet(["gelu"]).svg()
    monkeypatch.setattr(ta.Card, "svg", lambda self: 1 / 0)
    assert "no picture: division by zero" in found._repr_mimebundle_()["text/plain"], "never a traceback"


# z below the curve


def test_the_histogram_of_z_and_what_becomes_of_it():
    svg = ta.card("relu").svg(z=[-2.0, -1.0, 1.0, 3.0])
    assert "4 numbers z: 0.25 ± 1.92 · 50 % saturated · 50 % with g′ = 0 · mean |g′| 0.5" in texts(svg)
    bars = [e for e in ET.fromstring(svg).iter() if e.get("class") == "f-value-bar"]
    assert len(bars) == 4 + 1
    assert svg == ta.card("relu").svg(z=Value([[-2.0, -1.0], [1.0, 3.0]])), "a Value is as good"


def test_numbers_that_are_not_finite_are_counted_and_not_drawn():
    found = " ".join(texts(ta.card("tanh").svg(z=[1.0, np.nan, np.nan, np.inf])))
    assert "4 numbers z: 1 ± 0" in found
    assert "2 NaN · 1 infinite" in found
    assert "3 numbers z · 3 NaN" in texts(ta.card("tanh").svg(z=[np.nan] * 3))


def test_the_axis_grows_with_z_but_not_for_a_few_that_exploded():
    one = subject(ta.card("tanh"))
    assert span(one, [], np.array([-20.0, 3.0])) == (-20, 6)
    assert span(one, [], np.array([0.0, 1.0, 1e30])) == (-6, 100)
    assert span(subject(ta.card("logit")), [], np.array([-5.0, 5.0])) == (0, 1)
    assert faults(ta.card("tanh").svg(z=np.geomspace(1, 1e300, 500))) == []


@pytest.mark.parametrize(
    ("z", "error", "message"),
    [
        ([], ValueError, "z is empty, of shape \\(0,\\); pass at least one number"),
        (["a"], TypeError, "z has to be an array of real numbers or a Value"),
        (np.array([None, 1]), TypeError, "real numbers"),
        ([1j], TypeError, "real numbers"),
        ([[1.0], [1.0, 2.0]], TypeError, "an array of numbers"),
    ],
)
def test_a_z_that_will_not_do_is_refused(z, error, message):
    with pytest.raises(error, match=f"card.svg: .*{message}"):
        ta.card("relu").svg(z=z)


def test_z_needs_a_curve():
    with pytest.raises(ValueError, match="card.svg: softmax has no curve to draw z below; leave z out"):
        ta.card("softmax").svg(z=[1.0])


# The sheet and the plot


def test_the_sheet_has_the_whole_catalogue():
    made = ta.sheet()
    svg = made.svg()
    shown = " ".join(texts(svg))
    assert all(name in shown for name in CATALOGUE)
    assert f"{len(CURVED)} activations" in texts(svg)
    assert faults(svg) == []
    assert svg == ta.sheet().svg()
    assert "<script" not in made.html()
    assert "Content-Security-Policy" in made.html()
    assert len(made.html()) < 200_000


def test_a_sheet_of_a_few_in_columns():
    few = ta.sheet(["relu", ta.gelu, ta.card("elu", alpha=0.5)], columns=2)
    found = texts(few.svg())
    assert {"3 activations", "relu", "gelu", "elu(alpha=0.5)"} <= set(found)
    lefts = {box.left for box in boxes(few.svg()) if box.text in ("relu", "gelu", "elu(alpha=0.5)")}
    assert len(lefts) == 2
    assert few.text().splitlines()[1].startswith("relu")
    assert faults(ta.sheet(["softmax"]).svg()) == faults(ta.sheet(["relu"]).svg()) == []


def test_kinks_beyond_the_axis_are_named():
    assert "kink at 6" in texts(ta.sheet(["relu6"]).svg())


@pytest.mark.parametrize(
    ("make", "error", "message"),
    [
        (lambda: ta.sheet(["relux"]), KeyError, "did you mean 'relu'"),
        (lambda: ta.sheet("relu"), TypeError, 'sheet: expected a list of names, such as \\["relu", "gelu"\\], not'),
        (lambda: ta.sheet([]), ValueError, "sheet: the list of names is empty"),
        (lambda: ta.sheet([3]), TypeError, "3 is no operation"),
        (lambda: ta.sheet(["threshold"]), TypeError, "static parameter 'threshold' is missing"),
        (lambda: ta.sheet(columns=0), ValueError, "sheet: columns must be a whole number from 1 to 12, not 0"),
        (lambda: ta.sheet(columns=True), ValueError, "not True"),
        (lambda: ta.plot(), ValueError, "plot: the list of names is empty"),
        (lambda: ta.plot("gelux"), KeyError, "did you mean 'gelu'"),
        (lambda: ta.plot(*CURVED[:7]), ValueError, "plot: 7 activations are more than 6"),
        (lambda: ta.plot("relu", "softmax"), ValueError, "plot: softmax has no curve"),
    ],
)
def test_bad_arguments_are_refused_with_a_reason(make, error, message):
    with pytest.raises(error, match=message):
        make()


@pytest.mark.parametrize("names", [("relu",), ("relu", "gelu", "silu", "tanh", "elu", "leaky_relu"), ("logit", "exp")])
def test_a_plot_of_a_few_names_every_curve_and_dashes_each_differently(names):
    made = ta.plot(*names)
    svg = made.svg()
    assert faults(svg) == []
    assert all(texts(svg).count(name) == 2 for name in names), "once a panel"
    assert len(set(dashes(svg))) == len(names)
    assert made.text().count("\n") == len(names) - 1


# A network


def network():
    rng = np.random.default_rng(0)
    x = Value(rng.normal(size=(50, 4)), requires_grad=False)
    hidden = ta.tanh(x @ Value(rng.normal(size=(4, 6)) * 3))
    hidden.label = "hidden"
    return ta.relu(hidden @ Value(rng.normal(size=(6, 3)))).sum()


def test_the_preactivations_of_a_network():
    loss = network()
    found = ta.preactivations(loss)
    assert [(layer.name, layer.label, layer.size) for layer in found.layers] == [
        ("tanh", "hidden", "shape (50, 6)"), ("relu", "", "shape (50, 3)"),
    ]  # fmt: skip
    z = loss.inputs[0].primals[0]
    assert np.array_equal(found.layers[1].numbers.finite, z.ravel())
    assert found.layers[1].outcome.dead == np.mean(z < 0)
    saturated = np.mean(1 - np.tanh(found.layers[0].numbers.finite) ** 2 < 0.01)
    assert found.layers[0].outcome.saturated == pytest.approx(saturated)
    assert faults(found.svg()) == []
    assert found.svg() == ta.preactivations(network()).svg()
    assert "tanh · hidden · shape (50, 6)" in texts(found.svg())


def test_looking_at_preactivations_changes_no_gradient():
    loss = network()
    leaf = loss.inputs[0].inputs[0].inputs[1]
    ta.preactivations(loss).svg()
    assert leaf._grad is None
    loss.backward()
    before = leaf.grad.copy()
    ta.preactivations(loss).svg()
    assert np.array_equal(leaf.grad, before)


def test_scalar_neurons_of_one_depth_are_one_layer():
    x = [Value(0.3), Value(-0.2)]
    for layer in range(3):
        x = [(x[0] * (n + layer) + x[1]).tanh() for n in range(4)]
    found = ta.preactivations(sum(x, Value(0.0)))
    assert [layer.size for layer in found.layers] == ["2 scalars", "2 scalars", "4 scalars"], "those that are used"
    assert faults(found.svg()) == []


def test_parameters_of_an_activation_are_those_of_the_network():
    z = Value([-1.0, 2.0])
    found = ta.preactivations([ta.elu(z, alpha=0.5), ta.prelu(z, Value(0.1))])
    assert found.layers[0].name == "elu(alpha=0.5)"
    assert found.layers[1].outcome.slope == pytest.approx(0.55)


@pytest.mark.parametrize("data", [np.zeros((0, 3)), [np.nan, np.inf], [1e300, -1e300], 0.5])
def test_odd_numbers_in_a_network(data):
    out = ta.sigmoid(Value(data))
    out.label = 'an odd <script> "label" \n & more' + "x" * 500
    found = ta.preactivations(out)
    assert faults(found.svg()) == []
    assert "<script" not in found.html()
    assert len(found.layers) == 1


def test_a_graph_without_activations_and_one_with_very_many():
    assert str(ta.preactivations(Value(1.0) + 2)) == "no activation of z in this graph"
    assert faults(ta.preactivations(Value(1.0) + 2).svg()) == []
    x = Value([0.5])
    for _ in range(2000):
        x = ta.tanh(x)
    found = ta.preactivations(x)
    assert len(found.layers) == 2000
    assert "of which the first 24 are drawn" in " ".join(texts(found.svg()))


@pytest.mark.parametrize("wrong", [1.0, [1.0], "x", np.zeros(3)])
def test_only_values_have_preactivations(wrong):
    with pytest.raises(TypeError, match="preactivations: expected a Value, or a list or tuple of Values, not"):
        ta.preactivations(wrong)


# The command line


def test_cards_and_sheets_from_the_command_line(tmp_path, capsys):
    assert main(["card", "elu", "alpha=0.5", "-o", str(tmp_path / "elu.svg")]) == 0
    assert (tmp_path / "elu.svg").read_text(encoding="utf-8") == ta.card("elu", alpha=0.5).svg()
    assert main(["sheet", "relu", "gelu", "-o", str(tmp_path / "few.html")]) == 0
    assert (tmp_path / "few.html").read_text(encoding="utf-8") == ta.sheet(["relu", "gelu"]).html()
    assert main(["card", "elu", "alpha=0.5"]) == 0
    assert "alpha = 0.5, by default 1.0" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["card", "gelux", "-o", "x.svg"], "did you mean 'gelu'"),
        (["card", "gelu", "-o", "x.pdf"], "unknown extension '.pdf'"),
        (["card", "elu", "alpha=a"], "'alpha=a' is no parameter; write its name and a number"),
        (["card", "elu", "0.5"], "'0.5' is no parameter"),
        (["card", "elu", "beta=1"], "beta"),
        (["sheet", "relux", "-o", "x.svg"], "did you mean 'relu'"),
        (["sheet", "-o", "/nowhere/x.svg"], "/nowhere/x.svg"),
    ],
)
def test_wrong_words_on_the_command_line(words, message, capsys):
    assert main(words) == 2
    assert message in capsys.readouterr().err


def test_pictures_need_no_other_package():
    code = "import sys, tinygrad_act as ta; ta.card('gelu').svg(); ta.sheet(['relu']).html(); print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert not {"matplotlib", "graphviz", "html", "xml.etree", "xml"} & set(loaded)
