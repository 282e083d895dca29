"""Every formula in a picture, read back, gives the number that stands beside it, whatever things are called."""

from __future__ import annotations

import math
import re

import numpy as np
import pytest

import tinygrad_act as ta
from tinygrad_act import Value, draw
from tinygrad_act.show.graph.edges import label_text
from tinygrad_act.show.graph.local import local_derivative, names_around
from tinygrad_act.show.graph.page.contents import contents
from tinygrad_act.show.graph.page.steps import steps_of
from tinygrad_act.show.graph.wording import slope_text

from ..each import each
from ..formula_reader import evaluate
from ..printed import (
    LETTERS,
    called,
    edges_of,
    hold,
    in_text,
    is_cut,
    labels_for,
    meanings,
    node_of,
    point,
    scalar_ops,
    turns,
)
from ..random_rules import ARGUMENTS, declared, random_rule, scalar_value

PARTS = 2
"""Of 500 rules each; 20 have been tried."""
OPS = [pytest.param(op, static, id=f"{op.name}-{number}") for number, (op, static) in enumerate(scalar_ops())]


def check_picture(node):
    """The table, the JSON, the pills and the page of one operation on numbers."""
    node.backward()
    drawing = draw(node, names={}, collapse="none")
    names = meanings(node, called([node]))
    by = {edge["source"]: edge for edge in edges_of(drawing)}
    for edge, equation, at in in_text(drawing):
        if edge["symbol"] and edge["local"] and not is_cut(equation):
            hold(equation, names, edge["numbers"]["local"]["low"])
        for letter, shown in at.items():
            hold(f"{letter} = {shown}", names)
    for edge in drawing.snapshot.edges:
        pill = label_text(edge).removesuffix(" · kink")
        pill = pill.removeprefix(f"{edge.formula.by} = ") if edge.formula.by else pill
        if " = " in pill and "…" not in pill:
            hold(pill, names, by[edge.source]["numbers"]["local"]["low"])
    for _, _, text in contents(drawing.snapshot)["edges"]:
        derivative = re.split(r" at (?!a tie)|, kink", text)[0].partition(" = ")[2]
        if derivative and not is_cut(text):
            hold(derivative, names)
    for step in steps_of(drawing.snapshot):
        check_step(step, names)


def check_step(step, names):
    """The lines of one step of the page: `z = w × x = 0.5 × 3 = 1.5`, `x.grad += 1 × 0.1966 = 0.1966`."""
    for line in step.lines:
        text = line.formula.replace(" × ", " · ").replace(" ^ ", "^")
        if "grad +=" in text:
            hold(text.partition(" += ")[2], names)
        elif ".grad" not in text and not re.search(r" [<>≤≥≠] ", text) and "" not in text.split(" = "):
            hold(text, names)


@each(("op", "static"), OPS)
def test_every_operation_with_labels_that_collide_with_its_letters(op, static):
    for turn in turns(op):
        node = node_of(op, static, point(op, static, turn), labels_for(len(op.inputs), turn))
        if math.isfinite(node.data):
            check_picture(node)


# -- rules of your own ------------------------------------------------------------------------


@pytest.mark.usefixtures("scratch")
@pytest.mark.parametrize("part", range(PARTS))
def test_rules_of_your_own(part):
    read = 0
    for seed in range(500 * part, 500 * (part + 1)):
        count = 1 + seed % 2
        source = random_rule(seed, ("a", *ARGUMENTS[:count]))
        op = declared(source, count)
        for turn in range(5 if seed % 25 == 0 else 1):
            numbers = point(op, {}, seed + turn)
            node = node_of(op, {}, numbers, labels_for(count, seed + turn))
            if not math.isfinite(scalar_value(source, ("a", *ARGUMENTS[:count]), (node.data, *numbers))):
                continue
            names = meanings(node, called([node]))
            taken = {name.strip("⟨⟩") for name in names}
            around = names_around(node, [x.label for x in node.inputs], node.label or "v1", taken & {*LETTERS, "v1"})
            found = local_derivative(node, 0, around, around)
            equation = found.formula._replace(by="").equation(slope_text(found.slopes).replace("-", "−"))
            if not is_cut(equation):
                hold(equation, names, found.slopes.low)
                read += 1
            if seed % 25 == 0:
                check_picture(node)
    assert read > 300


# -- arrays -----------------------------------------------------------------------------------


@pytest.mark.parametrize("names", [("x", "W"), ("G", "a"), ("g", "G"), ("W", "x")], ids=str)
@pytest.mark.parametrize(("make", "count"), [
    (lambda x, y: x @ y, 2),
    (lambda x, y: x @ ta.transpose(y), 2),
    (lambda x, y: x * y + y, 2),
    (lambda x, y: ta.transpose(x), 1),
    (lambda x, y: ta.exp(x) * 2.0, 1),
])  # fmt: skip
def test_rules_on_arrays_bring_what_their_edges_bring(make, count, names):
    rng = np.random.default_rng(0)
    x, y = (Value(rng.normal(size=(2, 2)), name) for name in names)
    out = make(x, y)
    out.backward(rng.normal(size=out.shape))
    drawing = draw(out, names={}, collapse="none")
    values = called([out])
    grads = {value: node for node in drawing.snapshot.nodes for value in [node.called]}
    known = {(f"⟨{name}⟩" if name == "G" else name): value for name, value in values.items()}
    read = 0
    for edge, drawn in zip(edges_of(drawing), drawing.snapshot.edges):
        if drawn.sent is None or drawn.sent.data is None or "reshape" in edge["symbol"] or "index" in edge["symbol"]:
            continue
        arriving = np.asarray(grads[edge["of"]].grad.data)
        symbol = edge["symbol"].removeprefix(f"{drawn.formula.by} = ")
        own = {"a": values[edge["of"]], "z": values[edge["by"]]}
        found = evaluate(symbol, {**own, **known, "G": arriving}, "unicode")
        brought = np.asarray(found) if drawn.formula.form == "whole" else arriving * found
        assert np.allclose(brought, drawn.sent.data, rtol=1e-12), (symbol, names)
        read += 1
    assert read >= 1


# -- single cures -----------------------------------------------------------------------------


def symbols(y):
    return [edge["symbol"] for edge in edges_of(draw(y, names={}))]


def test_the_output_of_a_rule_is_not_the_box_that_has_its_letter():
    a, b = Value(6.0, "a"), Value(2.0, "b")
    assert "∂/∂b = −v1 / b = −1.5" in draw(a / b, names={}).text()
    c = a / b
    c.label = "c"
    assert "∂/∂b = −c / b = −1.5" in draw(c, names={}).text()
    assert symbols(ta.tanh(Value(0.5, "a"))) == ["1 − v1²"]
    assert symbols(ta.sigmoid(Value(0.5, "z"))) == ["a(1 − a)"], "nothing else is called so"


def test_the_gradient_that_arrives_is_no_box():
    X, G = Value(np.ones((2, 2)), "X"), Value(np.ones((2, 2)), "G")
    assert symbols(X @ G) == ["G @ ⟨G⟩ᵀ", "Xᵀ @ G"]


@pytest.mark.usefixtures("scratch")
def test_powers_and_quotients_are_those_of_the_rule():
    power = ta.elementwise(dz=lambda _, z: z * z**0.5)(_body("odd_power"))
    assert symbols(power(Value(2.0, "w"))) == ["z · z^0.5"]

    @ta.elementwise(dz=lambda a, z, *, n: z / n * a)
    def quotient(z, *, n=1):
        """a = tanh(z)"""
        return ta.tanh(z)

    assert symbols(quotient(Value(2.0, "w"))) == ["z · a"]
    assert symbols(quotient(Value(2.0, "w"), n=3)) == ["z / 3 · a"]


def _body(name):
    scope = {"tanh": ta.tanh}
    exec(f"def {name}(z):\n    'a = tanh(z)'\n    return tanh(z)", scope)
    return scope[name]


@pytest.mark.parametrize(("make", "title", "symbol"), [
    (lambda x: x * 1.0001, "× 1.0001", "∂/∂x = 1.0001"),
    (lambda x: x * 0.999999, "× 0.999999", "∂/∂x = 0.999999"),
    (lambda x: x * (1 / 3), "× 0.3333…", "∂/∂x = 0.3333…"),
    (lambda x: x - (-1), "− (−1)", "1"),
    (lambda x: x + -2.5, "+ (−2.5)", "1"),
    (lambda x: -2 * x, "−2 ×", "∂/∂x = −2"),
    (lambda x: x**-2.0, "^ (−2)", "∂/∂x = −2 · x⁻³"),
    (lambda x: (-2.0) ** x, "(−2) ^", None),
    (lambda x: x > -2, "> −2", ""),
    (lambda x: ta.maximum(x, -1.5), "maximum(·, −1.5)", None),
    (lambda x: x * np.float32(0.1), "× 0.1", "∂/∂x = 0.1"),
])  # fmt: skip
def test_constants_are_printed_as_they_were_typed(make, title, symbol):
    with np.errstate(all="ignore"):
        y = make(Value(3.0, "x"))
    drawing = draw(y, names={})
    assert drawing.text().split("\n")[2].split("  ")[1].strip() == title or title in drawing.text()
    if symbol is not None:
        assert symbols(y) == [symbol]


def test_numbers_that_are_cut_are_near_and_not_equal():
    y = ta.scaled_tanh(Value(0.3, "w"), alpha=1.7159, beta=2 / 3)
    assert re.search(r"0\.6666… · \(1\.7159 − a² / 1\.7159\) ≈ ", draw(y, names={}).text())
    y = Value(1 / 3, "x") * Value(2.0, "w")
    y.backward()
    lines = [line.formula for step in steps_of(draw(y, names={}).snapshot) for line in step.lines]
    assert "v1 = x × w ≈ 0.3333 × 2 ≈ 0.6667" in lines
    assert "w.grad += 1 × 0.3333 = 0.3333" in lines


def test_guards_against_overflow_are_no_mathematics_but_a_clip_of_your_own_is():
    assert symbols(ta.gelu(Value(0.5, "w"))) == ["Φ(z) + z · φ(z)"]
    assert symbols(ta.silu(Value(0.5, "w"))) == ["σ(z) · (1 + z · σ(−z))"]
    assert symbols(ta.softmax(Value([0.5, 1.0], "w"))) == ["a(G − sum(G · a))"]
    assert symbols(ta.square(ta.clip(Value(0.5, "w"), min=-40, max=40)))[0] == "[a = x]"
