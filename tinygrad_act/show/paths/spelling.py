"""The derivative on one edge, spelled by the rule that runs with the names of the values at hand."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, NamedTuple

import numpy as np

from ...engine.value import Value
from ...formula import inlined, renamed
from ..graph.formulas import OUTPUT, operand, rule_of
from ..graph.text import quoted
from ..texts import CUT
from .barred import Barred
from .numerals import array_text, shape_text

__all__ = ["Spelling", "operand_names", "spell"]

_SMALL = 3
_DIGITS = 4


class Spelling(NamedTuple):
    """A derivative as text and as LaTeX."""

    text: str
    where: str
    """What letters of its own mean in the text: `s = σ(z)`."""
    latex: tuple[str, ...]
    """In pieces: between them stands the gradient that arrives."""
    mentioned: tuple[int, ...]
    """Which of the operands stand in it by name; -1 for the output."""
    form: Literal["name", "number", "sum", "factor"]
    """A single name or number, or a sum, which falls apart if it is multiplied by something."""
    is_sum: bool
    """Whether the LaTeX falls apart so, or begins with a minus: a fraction does not."""
    rounded: bool
    """Whether a constant in it has more digits than are shown."""


def operand_names(node: Value, names: Mapping[int, str]) -> list[str]:
    """What each operand is called: by its name, or, a constant without any, by its value or shape."""
    return [_operand(x, primal, names) for x, primal in zip(node.inputs or (), node.primals or ())]


def spell(node: Value, position: int, names: Mapping[int, str]) -> Spelling:
    """The derivative of `node` by its input number `position`."""
    op, inputs, primals = node.op, node.inputs or (), node.primals or ()
    if op is None:
        return Spelling("", "", ("",), (), "name", False, False)
    several = op.elementwise and len(inputs) > 1
    numbers = [_constant(x, primal, names) if several else None for x, primal in zip(inputs, primals)]
    rule = rule_of(node, position, numbers)
    called = {operand(i): name for i, name in enumerate(operand_names(node, names))} | {OUTPUT: names[id(node)]}
    nameless = {operand(i) for i, x in enumerate(inputs) if not _is_named(x, names)}
    formula = rule.spelled({x: name if x in nameless else quoted(name) for x, name in called.items()})
    mentioned = [*(i for i in range(len(inputs)) if operand(i) in rule.places), *[-1] * (OUTPUT in rule.places)]
    form: Any = rule.tree.kind if rule.tree.kind in ("name", "number") else formula.form
    latex = Barred(renamed(inlined(rule.beside(called.values())), called), CUT)
    is_sum = formula.form == "sum" and latex.is_sum and rule.tree.kind != "words"
    return Spelling(formula.text, formula.where, latex.around, tuple(mentioned), form, is_sum, formula.rounded)


def _constant(x: Any, primal: Any, names: Mapping[int, str]) -> Any:
    """A single number that has no name, which stands for itself."""
    return None if _is_named(x, names) or np.size(primal) != 1 else np.asarray(primal).item()


def _is_named(x: Any, names: Mapping[int, str]) -> bool:
    return id(x) in names and isinstance(x, (Value, np.ndarray))  # a number has no identity


def _operand(x: Any, primal: Any, names: Mapping[int, str]) -> str:
    if _is_named(x, names):
        return names[id(x)]
    data = np.asarray(primal)
    if data.size == 1 or (data.ndim == 1 and data.size <= _SMALL):
        return array_text(data, _DIGITS)
    return f"⟨{shape_text(data.shape)}⟩"
