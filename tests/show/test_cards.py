"""Cards: facts about activations, declared and computed, against what is known of them."""

from __future__ import annotations

import json
import math

import numpy as np
import pytest

import tinygrad_act as ta
from tinygrad_act.core.op import REQUIRED

from ..each import each

CARDS = {op.name: ta.card(op.name) for op in ta.ops.values() if op.reference is not None
         and not any(d is REQUIRED for d in op.defaults.values())}  # fmt: skip


@each("name", CARDS)
def test_every_activation_has_a_card_as_text_markdown_and_json(name):
    card = CARDS[name]
    assert card.formula in card.text()
    for shown in (card.text(), card.markdown()):
        assert shown.splitlines()[0].lstrip("# ").startswith(name)
        assert "nan" not in shown.split("about")[0].replace("NaN", "")
    data = json.loads(card.json())
    assert data["name"] == name
    assert data["formula"] == ta.ops[name].formula


@each("name", CARDS)
def test_printed_rules_are_those_that_run(name):
    op = ta.ops[name]
    texts = {d.form: d.text for d in CARDS[name].derivatives if d.of == op.inputs[0]}
    assert texts["default"] == op.spell(op.rules[0])
    assert {form: op.spell(rule) for form, rule in op.forms.items()}.items() <= texts.items()


@pytest.mark.parametrize(
    ("name", "static", "gain"),
    [
        ("tanh", {}, 5 / 3),
        ("relu", {}, math.sqrt(2)),
        ("identity", {}, 1.0),
        ("leaky_relu", {}, math.sqrt(2 / (1 + 0.01**2))),
        ("leaky_relu", {"slope": 0.3}, math.sqrt(2 / (1 + 0.3**2))),
    ],
)
def test_the_gain_is_computed_and_equal_to_the_known_one(name, static, gain):
    assert ta.card(name, **static).gain == pytest.approx(gain, rel=2e-6)


def test_the_gain_to_unit_size_is_an_expectation_over_normal_inputs():
    z = np.random.default_rng(0).normal(size=2_000_000)
    for name in ("tanh", "relu", "gelu", "elu", "soft_sign", "hard_swish", "sigmoid"):
        sampled = 1 / math.sqrt(np.mean(ta.ops[name].call(z) ** 2))
        assert CARDS[name].unit_gain == pytest.approx(sampled, rel=5e-3)
    assert CARDS["tanh"].unit_gain == pytest.approx(1.5925374197228, rel=1e-9)
    assert CARDS["relu"].unit_gain == pytest.approx(math.sqrt(2), rel=1e-12)


def test_where_no_gain_reaches_the_level_there_is_none():
    assert CARDS["step"].gain is None or CARDS["step"].gain > 0
    assert CARDS["logit"].gain is None if "logit" in CARDS else True


@each(
    ("name", "lipschitz"),
    [("sigmoid", 0.25), ("tanh", 1.0), ("relu", 1.0), ("elu", 1.0), ("hard_swish", 1.5), ("soft_sign", 1.0),
     ("selu", 1.7580993408473766), ("silu", 1.0998394), ("gelu", 1.1289041), ("exp", math.inf),
     ("hard_sigmoid", 1 / 6), ("step", math.inf), ("hard_shrink", math.inf)],
)  # fmt: skip
def test_lipschitz_constants(name, lipschitz):
    assert CARDS[name].lipschitz == pytest.approx(lipschitz, rel=1e-7)


def test_shapes():
    facts = {name: (card.parity, card.monotone, card.curvature) for name, card in CARDS.items()}
    assert facts["tanh"] == ("odd", "strictly increasing", "neither")
    assert facts["relu"] == ("none", "increasing", "convex")
    assert facts["softplus"] == ("none", "strictly increasing", "convex")
    assert facts["log_sigmoid"] == ("none", "strictly increasing", "concave")
    assert facts["gelu"] == ("none", "no", "neither")
    assert facts["identity"] == ("odd", "strictly increasing", "affine")
    assert facts["hard_tanh"] == ("odd", "increasing", "neither")
    assert facts["tanh_shrink"][0] == facts["soft_shrink"][0] == facts["soft_sign"][0] == "odd"


def test_ranges_and_where_they_are_flat():
    assert str(CARDS["tanh"].range) == "(-1, 1)"
    assert str(CARDS["relu6"].range) == "[0, 6]"
    assert str(CARDS["sigmoid"].range) == "(0, 1)"
    low = CARDS["gelu"].range.low
    assert low == pytest.approx(-0.16997120747990369, rel=1e-9)
    flat = CARDS["tanh"].flat
    assert [(round(i.low, 4), round(i.high, 4)) for i in flat] == [(-math.inf, -2.9932), (2.9932, math.inf)]


def test_kinks_are_data():
    (kink,) = CARDS["leaky_relu"].kinks
    assert (kink.at, kink.left, kink.right, kink.side, kink.taken) == (0.0, 0.01, 1.0, "right", 1.0)
    assert [(k.at, k.taken) for k in CARDS["hard_swish"].kinks] == [(-3.0, -0.5), (3.0, 1.5)]
    assert CARDS["elu"].kinks == ()
    assert ta.card("elu", alpha=0.5).kinks[0].left == 0.5


def test_a_card_of_your_own(scratch):
    @ta.elementwise(dz=lambda a, z: 2 * z * ta.exp(-z * z), reference="here")
    def dent(z):
        """a = 1 - exp(-z * z)

        A dent at 0.
        """
        return 1 - ta.exp(-z * z)

    card = ta.card(dent)
    assert (card.parity, card.monotone, str(card.range)) == ("even", "no", "[0, 1)")
    assert card.lipschitz == pytest.approx(math.sqrt(2 / math.e), rel=1e-8)
    assert "A dent at 0." in card.text()
    assert r"e^{" in card.markdown()


def test_a_range_without_a_value_at_infinity(scratch):
    @ta.elementwise(dz=lambda _, z: ta.sigmoid(z) * (1 + z * ta.sigmoid(-z)), reference="")
    def plain_silu(z):
        """a = z / (1 + exp(-z))"""
        return z * ta.sigmoid(z)  # NaN at -inf

    assert str(ta.card("plain_silu").range) == str(ta.card("silu").range)


def test_latex_reads_like_mathematics():
    assert CARDS["sigmoid"].derivatives[0].latex == r"a \, \left(1 - a\right)"
    assert r"\frac{" in CARDS["soft_sign"].formula_latex
    assert r"\begin{cases}" in CARDS["leaky_relu"].derivatives[0].latex


def test_aliases_functions_and_wrong_names():
    assert ta.card("swish").name == ta.card(ta.silu).name == "silu"
    with pytest.raises(KeyError, match="did you mean 'gelu'"):
        ta.card("gelo")
    with pytest.raises(TypeError, match="is no operation; pass a name"):
        ta.card(np.tanh)
    with pytest.raises(TypeError, match="threshold: static parameter 'threshold' is missing"):
        ta.card("threshold")
    with pytest.raises(ValueError, match="celu: alpha=-1.0 is not allowed"):
        ta.card("celu", alpha=-1.0)
    assert ta.card("threshold", threshold=0.0, value=0.0).kinks


def test_compare_says_who_differs():
    out = str(ta.compare("hard_tanh"))
    assert "differs: torch (slope 0 at -1, slope 0 at 1)" in out
    assert "agrees: jax" in out
    assert "is gelu_tanh" in str(ta.compare("gelu"))
    assert "no other framework is known" in str(ta.compare("quick_gelu"))
    with pytest.raises(KeyError, match="did you mean"):
        ta.compare("hard_tan")


def test_compare_leaves_no_dialect_behind():
    before = ta.leaky_relu(-1.0)
    str(ta.compare("leaky_relu"))
    assert ta.leaky_relu(-1.0) == before == -0.01


def test_the_catalogue_lists_every_activation_once(scratch):
    @ta.elementwise(dz=2.0, reference="")
    def twice(z):
        """a = 2 * z"""
        return 2 * z

    lines = str(ta.catalogue()).splitlines()
    names = [line.split()[0] for line in lines[1:]]
    assert len(names) == len(set(names))
    assert {"relu", "gelu", "softmax", "twice", "prelu"} <= set(names)
    assert "mul" not in names
