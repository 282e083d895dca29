"""Every formula of an explanation, as text, Markdown and LaTeX, read back, gives the number that stands beside it."""

from __future__ import annotations

import html
import math
import re

import pytest

import tinygrad_act as ta

from ..each import each
from ..formula_reader import evaluate
from ..printed import agrees, doubt, hold, is_cut, is_number, labels_for, meanings, node_of, point, scalar_ops, turns
from ..random_rules import ARGUMENTS, declared, random_rule, scalar_value

OPS = [pytest.param(op, static, id=f"{op.name}-{number}") for number, (op, static) in enumerate(scalar_ops())]
DIGITS = 6


def check_explanation(node, x):
    """Text, Markdown and LaTeX of the one step from `node` to `x`."""
    explained = ta.explain(node, x, names={}, digits=DIGITS)
    names = meanings(node, {value.label: value.data for value in node.inputs} | {node.label or "out": node.data})
    for path in explained.paths:
        (factor,) = path.factors
        if abs(factor.number) < 1e200 and not is_cut(factor.symbol):
            check_row(explained, factor, names)


def check_row(explained, factor, names):
    where = re.search(r"where (.*?)(, at |, operand|$)", factor.note)
    definitions = f", {where[1]}" if where else ""
    rows = [line.split("  ")[1] for line in explained.text().split("\n") if line.startswith("  ∂")]
    hold(next(row for row in rows if factor.symbol in row).split(" = ", 1)[1] + definitions, names, factor.number)
    cells = [re.split(r"(?<!\\) \| ", line) for line in explained.markdown().split("\n") if line.startswith("| ∂")]
    symbols = [html.unescape(re.sub(r"\\(.)", r"\1", row[1])) for row in cells]
    assert factor.symbol in symbols
    number = cells[symbols.index(factor.symbol)][2]
    assert agrees(number.removeprefix("≈ "), factor.number)
    assert number.startswith("≈") == factor.rounded
    if is_number(factor.symbol):
        return
    bare = names if math.isnan(names["⟨G⟩"]) else {**names, "G": names["⟨G⟩"]}  # in LaTeX the gradient has a bar
    found = float(evaluate(factor.latex, bare, "latex"))
    slack = doubt(factor.symbol, names, definitions) + 1e-9 * abs(factor.number) + 1e-300
    assert abs(found - factor.number) <= slack or str(found) == str(factor.number), (factor.latex, names)


@each(("op", "static"), OPS)
def test_every_operation_with_labels_that_collide_with_its_letters(op, static):
    for turn in turns(op):
        node = node_of(op, static, point(op, static, turn), labels_for(len(op.inputs), turn))
        for position, x in enumerate(node.inputs):
            if op.known(position) is not None and math.isfinite(node.data):
                check_explanation(node, x)


@pytest.mark.usefixtures("scratch")
@pytest.mark.parametrize("seed", range(0, 400, 20))
def test_rules_of_your_own(seed):
    for number in range(seed, seed + 20):
        count = 1 + number % 2
        source = random_rule(number, ("a", *ARGUMENTS[:count]))
        op = declared(source, count)
        numbers = point(op, {}, number)
        node = node_of(op, {}, numbers, labels_for(count, number))
        if math.isfinite(scalar_value(source, ("a", *ARGUMENTS[:count]), (node.data, *numbers))):
            check_explanation(node, node.inputs[0])
