"""The local derivative of one operand: as a formula with the operands' names, and as a number.

The formula is spelled by the very rule that runs, and the number computed by it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from ...core.errors import KinkError
from ...core.evaluate import NOT_IEEE
from ...core.mode import mode
from ...engine.backprop import pull_one
from ...engine.value import Value
from ...formula import name as name_of
from ...formula import python
from ...operations.slope import SATURATED, on_kinks, slope
from .spelling import in_short
from .text import number_text, printable

__all__ = ["SQUARE", "Local", "formula_of", "in_general", "local_derivative", "pretty", "short_numbers", "symbol_of"]

_LONGEST = 60
_NAME = 12
"""Longer names give way to those that the operation has for its inputs: `x`, `y`."""

SQUARE = r"(?<![/*.\w] )\b(\w+) \* \1\b(?!\.)"
"""What stands in a formula for a square, as a regular expression: `a * a`."""
_SUPERSCRIPT = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")
_SPELLED: tuple[tuple[str, str], ...] = (
    (r"(?:swapaxes\(([\w.\[\]]+), -1, -2\)|transpose\(([\w.\[\]]+)\))", r"\1\2ᵀ"),
    (SQUARE, r"\1²"),
    (r" \*\* 1\b(?!\.)", ""),
    (r"(?<![\w.] )(?<![\w./])1 \* ", ""),
    (r"(?<!/ )\b(\d+(?:\.\d+)?|\)|[A-Za-z]) \* \(", r"\1("),
    (r"(?<![\w.])(\d+(?:\.\d+)?) \* (?=[A-Za-z]\b)", r"\1"),
    (r" \* ", " · "),
    (r" - ", " − "),
    (r"(?<![\w.)])-(?=[\w(.])", "−"),
    (r">=", "≥"),
    (r"<=", "≤"),
    (r"!=", "≠"),
    (r"==", "="),
    (r" \*\* ", "^"),
)
_BRACKETS = re.compile(r"\([^()]*\)")
_MADE = re.compile(r"(?<![\w.])[A-Za-z_][A-Za-z_0-9]*(?![A-Za-z_0-9(\[.])")
_COMPARISON = re.compile(r">=|<=|==|!=|[<>]")
_AS_ARRAYS = (*NOT_IEEE, TypeError)


class Local(NamedTuple):
    """∂(output)/∂(one operand). Empty texts say that there is nothing to say."""

    symbol: str
    """`a(1 − a)`; with several operands `∂/∂w = x`; for what is not elementwise the rule, `G @ Wᵀ`."""
    number: str
    """`0.1966`; for arrays `mean 0.21, 3% saturated` or `on for 48%`; empty for what is not elementwise."""
    at: str
    """Where the formula was evaluated, if it names the operation's own `a` or input: `a = 0.7311`."""
    kink: str
    """`kink at 0: slope 1`; for arrays how many entries sit on one."""

def local_derivative(node: Value, position: int, names: Sequence[str]) -> Local:
    """The local derivative of a result `node` by its operand number `position`.

    `names`: what every operand is called. Everything is empty where the rule is None: nothing flows.
    """
    op, primals = node.op, node.primals
    if op is None or primals is None or op.rule(position) is None:
        return Local("", "", "", "")
    symbol = symbol_of(node, position, names)
    try:
        value = _number(node, position)
    except KinkError:  # at_kink("raise") is on; a picture shows where that would be
        return Local(symbol, "", "", 'on a kink, and at_kink("raise") is on')
    except Exception:  # a rule of your own may fail in any way: backward() says how, and the picture shows where
        return Local(symbol, "", "", "")
    if value is None:
        return Local(symbol, "", "", "")
    kinks = on_kinks(op, position, primals, node.static)
    return Local(symbol, number_of(value, activation=op.reference is not None), _at(node, symbol),
                 _kink(kinks, value))  # fmt: skip


def symbol_of(node: Value, position: int, names: Sequence[str]) -> str:
    """The rule of one operand as a formula, with the operands' names where they are short."""
    op = node.op
    declared = op.names(len(names))  # type: ignore[union-attr]
    rule = op.rule(position)  # type: ignore[union-attr]
    nameless = len(names) == 1 if op.elementwise else op.variadic and rule.__doc__  # type: ignore[union-attr]
    text = formula_of(node, position, declared if nameless else list(map(_short, names, declared)))
    text = printable(in_short(pretty(text)), _LONGEST)
    if op.elementwise and len(names) > 1 and text != pretty(_plain(rule)):  # type: ignore[union-attr]
        return f"∂/∂{_short(names[position], declared[position])} = {text}"
    return text


def in_general(node: Value, symbol: str, names: Sequence[str], made: frozenset[str]) -> str:
    """A symbol with the operation's own names for its inputs in place of those that nobody gave, `made`: `v7`."""
    if node.op is None or made.isdisjoint(_MADE.findall(symbol)):
        return symbol
    own = {name: declared for name, declared in zip(names, node.op.names(len(names))) if name in made}
    return _MADE.sub(lambda found: own.get(found[0], found[0]), symbol)


def pretty(formula: str) -> str:
    """A formula in Python as it stands in a book: `2 * x ** 1 - a` as `2x − a`, `x > 0`, a 1 or 0, as `[x > 0]`."""
    formula = f"[{formula}]" if _is_condition(formula) else formula
    formula = short_numbers(formula)
    formula = re.sub(r"(\w|\)) ?\*\* ?(\d+)\b(?!\.)", _power, formula)
    for pattern, spelled in _SPELLED:
        formula = re.sub(pattern, spelled, formula)
    return formula


def short_numbers(formula: str) -> str:
    """The formula with four significant digits where it has long decimal fractions."""
    return re.sub(r"\d+\.\d{5,}", lambda found: f"{float(found[0]):.4g}", formula)


def number_of(d: Any, *, activation: bool = False) -> str:
    """A local derivative as a number: of an array the mean, and of an activation the share that is flat."""
    if not isinstance(d, np.ndarray) or d.size == 1:
        return number_text(np.asarray(d).item())
    if d.size == 0:
        return "empty"
    low, high = d.min(), d.max()
    if low == high:
        return number_text(float(low))
    if activation and low == 0 and high == 1 and np.all((d == 0) | (d == 1)):
        return f"on for {_share(d == 1)}"
    with np.errstate(all="ignore"):
        mean = f"mean {np.mean(d, dtype=np.float64):.3g}"
    return f"{mean}, {_share(np.abs(d) < SATURATED)} saturated" if activation else mean


def _share(where: Any) -> str:
    share = 100 * np.count_nonzero(where) / where.size
    return f"{share:.0f}%" if share in (0, 100) or 1 <= share <= 99 else "<1%" if share < 1 else ">99%"


def _is_condition(formula: str) -> bool:
    """Whether it is a comparison, outside of all brackets: it then counts as 1 or 0."""
    flat, inner = formula, ""
    while flat != inner:
        flat, inner = _BRACKETS.sub("", flat), flat
    return bool(_COMPARISON.search(flat)) and not re.search("[,;]", flat)


def _power(found: re.Match[str]) -> str:
    return found[1] if found[2] == "1" else found[1] + found[2].translate(_SUPERSCRIPT)


def _plain(rule: Any) -> str:
    return f"{rule:g}" if isinstance(rule, (int, float)) else ""


def _short(name: str, otherwise: str) -> str:
    return name if name and len(name) <= _NAME else otherwise


def formula_of(node: Value, position: int, operands: Sequence[str], output: str = "a") -> str:
    """The rule of one operand in Python, with these names for the operands and the output; `G` is what arrives."""
    op = node.op
    if op is None:
        return ""
    rule: Any = op.rule(position, mode.form)
    if not callable(rule):
        return op.spell(rule)
    pieces: list[Any] = list(operands)
    if op.elementwise and len(operands) > 1:  # raw numbers stand for themselves: the derivative of x ** 2 is 2x
        pieces = [x if type(x) in (int, float) else own for x, own in zip(node.inputs or (), pieces)]
    if rule.__doc__:
        known = {} if op.variadic else dict(zip(op.inputs, operands))
        return _renamed(op.spell(rule), {"g": "G", "a": output, **known})
    found = op.tree_of(rule, pieces, position=position, output=output, arriving="G", static=_shown(node.static))
    return f"the rule of {op.name}" if found.kind == "words" else python(found)


def _shown(static: Mapping[str, Any]) -> dict[str, Any]:
    """Static parameters as a formula shows them: a number or a shape, and the name of anything longer."""
    plain = (int, float, str, type(None))
    parts = {name: x if isinstance(x, tuple) else (x,) for name, x in static.items()}
    return {name: x if all(isinstance(part, plain) for part in parts[name]) else name_of(name)
            for name, x in static.items()}  # fmt: skip


def _renamed(rule: str, known: Mapping[str, str]) -> str:
    """A rule that says in words what it is, with other names."""
    return re.sub(r"(?<![\w.])[a-z]\w*(?!\w|\()", lambda found: known.get(found[0], found[0]), rule)


def _number(node: Value, position: int) -> Any:
    """The local derivative, by the conventions in force; None if it is no elementwise number."""
    op, primals, a = node.op, node.primals, node._data
    if op is None or primals is None:
        return None
    with np.errstate(all="ignore"):
        if op.elementwise:
            try:
                d = slope(op, position, a, primals, node.static)
            except _AS_ARRAYS:  # Python's floats raise where IEEE has an answer
                d = slope(op, position, np.float64(a), tuple(map(np.float64, primals)), node.static)
            return np.asarray(np.multiply(d, 1.0)) if isinstance(d, (np.ndarray, np.generic)) else d * 1.0
        if np.size(a) == 1 and np.size(primals[position]) == 1:
            g = 1.0 if type(a) is float else np.ones_like(a, dtype=np.result_type(a, np.float32))
            return pull_one(op, position, g, a, primals, node.static)
    return None


def _at(node: Value, symbol: str) -> str:
    """The values of `a` and of a single input, as far as the formula names them and they are numbers."""
    op, primals = node.op, node.primals
    if op is None or not primals or np.size(node._data) != 1 or not op.elementwise:
        return ""
    own = {"a": node._data, **({op.inputs[0]: primals[0]} if len(primals) == 1 else {})}
    named = [name for name in own if re.search(rf"(?<![\w.]){name}(?![\w.])", symbol)]
    return ", ".join(f"{name} = {number_text(np.asarray(own[name]).item())}" for name in named)


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
