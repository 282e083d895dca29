"""The local derivative of one operand: as a formula with the operands' names, and as a number.

The formula is spelled by the very rule that runs, and the number computed by it.
"""

from __future__ import annotations

import itertools
from collections.abc import Container, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from ...core.errors import KinkError
from ...core.evaluate import NOT_IEEE
from ...core.op import Op
from ...core.rules import is_constant
from ...engine.backprop import pull_one
from ...engine.value import Value
from ...operations.slope import on_kinks, slope
from ..texts import number_text
from .formulas import OUTPUT, Rule, operand, rule_of
from .numbers import slopes_of
from .snapshot import Formula, Slopes
from .text import quoted

__all__ = ["Local", "Named", "local_derivative", "names_around", "slope_of"]

_NAME = 12
"""Longer names give way to those that the operation has for its inputs: `x`, `y`."""
_AS_ARRAYS = (*NOT_IEEE, TypeError)


class Named(NamedTuple):
    """What a formula calls the output and the operands of one operation."""

    shown: Mapping[str, str]
    """A name for each of the places in a rule."""
    telling: frozenset[str]
    """Those of them whose values the picture has to tell: no box is called so."""
    taken: Container[str] = ()
    """All names in the picture."""


class Local(NamedTuple):
    """∂(output)/∂(one operand). What is empty says that there is nothing to say."""

    formula: Formula = Formula()
    """`a(1 − a)`; with several operands `∂/∂w = x`; for what is not elementwise the rule, `G @ Wᵀ`."""
    general: Formula = Formula()
    """The same with other names."""
    slopes: Slopes | None = None
    """The numbers; None for what is not elementwise."""
    at: tuple[tuple[str, Any], ...] = ()
    """Where the formula was evaluated, if it names the operation's own `a` or input: these, and their values."""
    kink: str = ""
    """`kink at 0: slope 1`; for arrays how many entries sit on one."""


def local_derivative(node: Value, position: int, names: Named, in_general: Named) -> Local:
    """The local derivative of a result `node` by its operand number `position`, with two sets of names.

    Everything is empty where the rule is None: nothing flows.
    """
    op = node.op
    if op is None or op.rule(position) is None:
        return Local()
    rule = rule_of(node, position)
    formula = _formula(op, rule, position, names)
    found = Local(formula, formula if names is in_general else _formula(op, rule, position, in_general))
    try:
        value = slope_of(node, position)
    except KinkError:  # at_kink("raise") is on; a picture shows where that would be
        return found._replace(kink='on a kink, and at_kink("raise") is on')
    except Exception:  # a rule of your own may fail in any way: backward() says how, and the picture shows where
        return found
    if value is None:
        return found
    kinks = on_kinks(op, position, node.primals or (), node.static) if op.kinks else []
    slopes = slopes_of(value, activation=op.reference is not None)
    return Local(*found[:2], slopes, _at(node, rule, names), _kink(kinks, value))


def _formula(op: Op, rule: Rule, position: int, names: Named) -> Formula:
    several = op.elementwise and len(names.shown) > 2 and not is_constant(op.rule(position))
    return rule.spelled(names.shown, f"∂/∂{names.shown[operand(position)]}" if several else "", names.taken)


def names_around(
    node: Value, operands: Sequence[str], output: str, taken: Container[str], boxes: Container[str] = ()
) -> Named:
    """A name for every place of a rule: no two values have the same, and none has that of another box.

    `operands`, `output`: what their boxes are called; empty for no name. `taken`: all names in the picture, and their
    last parts, which stand for them: `W` for `layer.W`; `boxes`: the names alone. The letters that the operation has
    for its one input and its output come first; of several operands and their output the names do.
    """
    op: Any = node.op  # of a result: a leaf has no derivative
    inputs = node.inputs or ()
    if op.variadic:  # their rules name one of their operands at most
        names = {operand(i): quoted(x or f"{op.inputs[0]}[{i}]") for i, x in enumerate(operands)}
        return Named({**names, OUTPUT: quoted(output or "a")}, frozenset(), taken)
    alone = len(inputs) == 1 and op.elementwise
    shown: dict[str, str] = {}
    telling = set()
    given: dict[str, int] = {}
    ends = [(operand(i), *end) for i, end in enumerate(zip(inputs, operands, op.inputs))]
    for place, x, called, letter in [*ends, (OUTPUT, node, output, "a")]:
        short = called.rpartition(".")[2]
        is_free = letter in (short, called) or letter not in taken
        wanted = [short] if 0 < len(short) <= _NAME and (short == called or short not in boxes) else []
        if is_free:
            wanted.insert(0 if alone or (x is node and not op.elementwise) else 1, letter)
        free = [name for name in wanted if given.get(name, id(x)) == id(x)]
        name = free[0] if free else _numbered(letter, taken, given)
        given[name] = id(x)
        shown[place] = quoted(name)
        if alone or name != short:
            telling.add(place)
    return Named(shown, frozenset(telling), taken)


def _numbered(letter: str, *taken: Container[str]) -> str:
    """The letter with a number that nothing else has."""
    names = (f"{letter}_{i}" for i in itertools.count(2))
    return next(name for name in names if not any(name in some for some in taken))


def _at(node: Value, rule: Rule, names: Named) -> tuple[tuple[str, Any], ...]:
    """The numbers that the letters in a formula stand for."""
    op = node.op
    if op is None or not op.elementwise or np.size(node._held) != 1 or names.telling.isdisjoint(rule.places):
        return ()
    values = {OUTPUT: node._held, **{operand(i): x for i, x in enumerate(node.primals or ())}}
    places = [place for place in values if place in names.telling and place in rule.places]
    return tuple((names.shown[x], np.asarray(values[x]).item()) for x in places)


def slope_of(node: Value, position: int) -> Any:
    """The local derivative, by the conventions in force; None if it is no elementwise number."""
    op, a = node.op, node._held
    if op is None or not (op.elementwise or np.size(a) == 1):  # of very many operands not all are looked at for each
        return None
    primals = node.primals or ()
    with np.errstate(all="ignore"):
        if op.elementwise:
            try:
                d = slope(op, position, a, primals, node.static)
            except _AS_ARRAYS:  # Python's floats raise where IEEE has an answer
                d = slope(op, position, np.float64(a), tuple(map(np.float64, primals)), node.static)
            return np.asarray(np.multiply(d, 1.0)) if isinstance(d, (np.ndarray, np.generic)) else d * 1.0
        if np.size(primals[position]) == 1:
            g = 1.0 if type(a) is float else np.ones_like(a, dtype=np.result_type(a, np.float32))
            return pull_one(op, position, g, a, primals, node.static)
    return None


def _kink(kinks: list[tuple[str, Any]], d: Any) -> str:
    texts = []
    for place, on_it in kinks:
        count, where = int(np.count_nonzero(on_it)), "a tie" if place == "ties" else f"the kink at {place}"
        if not count:
            continue
        if np.size(on_it) == 1:
            texts.append(f"{where.removeprefix('the ')}: slope {number_text(np.asarray(d).item())}")
        else:
            texts.append(f"{count:,} of {np.size(on_it):,} on {where}")
    return ", ".join(texts)
