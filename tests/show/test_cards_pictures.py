"""The picture of one activation: curves, kinks, the numerical check, formulas; strange functions."""

from __future__ import annotations

import xml.etree.ElementTree as ET

import numpy as np
import pytest

import tinygrad_act as ta
from tinygrad_act.show.cards.pictures.curves import breaks, marks, read, span, subject
from tinygrad_act.show.cards.pictures.numerical import LIMIT, check
from tinygrad_act.show.svg import DARK, LIGHT

from ..each import each
from ..picture_reader import circles, dashes, declared, faults, texts, titles

GIVEN = {"threshold": {"threshold": 0.5, "value": -1.0}, "gumbel_softmax": {"rng": np.random.default_rng(0)}}
CATALOGUE = [line.name for line in ta.catalogue()]
CURVED = [name for name in CATALOGUE if ta.ops[name].elementwise]
HONEST = [name for name in CURVED if not ta.ops[name].estimator]
RING, DOT = "f-background", "f-curve-2"


def card(name, **static):
    return ta.card(name, **GIVEN.get(name, {}), **static)


@each("name", CATALOGUE)
def test_every_activation_has_a_picture_with_no_text_cut_or_overlapping(name):
    svg = card(name).svg()
    assert faults(svg) == []
    assert texts(svg)[0].startswith(name)
    assert svg == card(name).svg(), "the same bytes every time"


@each("name", CURVED)
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
    assert "kink at max = 1: slope 1 | 0; g′(1) = 1, the steeper side’s" in texts(ta.card("hard_tanh").svg())
    assert "jump at 0: nothing flows there, g′(0) = 0" in texts(ta.card("step").svg())


def test_the_ring_lies_on_the_curve_and_the_dot_at_the_slope_taken():
    (ring, _), (dot,) = circles(ta.card("relu").svg(), RING), circles(ta.card("relu").svg(), DOT)
    assert ring[0] == dot[0] == 56 + (560 - 56 - 18) / 2, "at 0, the middle"
    assert dot[1] < ring[1], "slope 1 is above value 0"


@each("name", HONEST)
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
    gelu, relu6, leaky, selu = (ta.card(name) for name in ("gelu", "relu6", "leaky_relu", "selu"))
    assert gelu.formula_shown == "z(1 + erf(z / √2)) / 2"
    assert gelu.derivatives[0].shown == "Φ(z) + z · φ(z)"
    assert relu6.derivatives[0].shown == "1 if z ≥ 0 and z ≤ 6, else 0"
    assert leaky.derivatives[0].shown == "1 if z ≥ 0, else slope"
    assert selu.derivatives[0].shown == "1.0507… if z ≥ 0, else 1.7580… · exp(z)"
    assert "none: nothing flows through it" in ta.card("step").svg()


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
