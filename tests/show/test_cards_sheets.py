"""Pictures of many activations: the sheet, and plots of a few over one another."""

from __future__ import annotations

import pytest

import tinygrad_act as ta

from ..picture_reader import boxes, dashes, faults, texts

CATALOGUE = [line.name for line in ta.catalogue()]
CURVED = [name for name in CATALOGUE if ta.ops[name].elementwise]


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
