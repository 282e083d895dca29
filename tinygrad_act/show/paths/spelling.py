"""The derivative on one edge, spelled by the rule that runs with the names of the values at hand."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np

from ...core.mode import mode
from ...engine.value import Value
from ...formula import latex, read_or_words
from ..graph.local import SQUARE, formula_of, pretty, short_numbers
from ..graph.text import printable
from .notation import gradient_latex, name_latex, words_latex
from .numerals import array_text, shape_text

__all__ = ["Spelling", "operand_names", "spell"]

_LONGEST = 120
_PLACE = re.compile("_Q[a-z]{4}q_")
_HELD = re.compile(r"\\mathrm\{(Q[a-z]{4}q)\}|Q[a-z]{4}q")
_TRANSPOSED = re.compile(r"swapaxes\((\w+), -1, -2\)")
_SQUARE = re.compile(SQUARE)
_ONE = re.compile(r"(?<![\w.)] )(?<![\w.])1 \* |\ \*\* 1\b(?!\.)")
_TIMES = (
    (re.compile(r"(?<![\w/.])(?<!/ )([^\W\d_]) · \("), r"\1("),
    (re.compile(r"(?<![\w/.])(?<!/ )(\d+(?:\.\d+)?) · (?=[^\W\d_](?![A-Za-z0-9_]))"), r"\1"),
)
"""A single letter needs no sign of multiplication: `a(1 − a)`, `2x`."""
_ARRIVING = re.compile(r"\bG\b")
_GRADIENT = "Qzzzzq"
"""Holds the place of the gradient that arrives."""
_NUMBER = re.compile(r"-?\d[\d.e+-]*|-?inf|nan")
_SMALL = 3
_DIGITS = 4


class Spelling(NamedTuple):
    """A derivative as text and as LaTeX."""

    text: str
    latex: str
    alone: bool
    """Whether it is nothing but a name."""
    mentioned: tuple[int, ...]
    """Which of the operands stand in it by name; -1 for the output."""
    constant: bool
    """Whether it is a number and no formula."""
    note: str
    """What its own letters mean, where it keeps them."""


def operand_names(node: Value, names: Mapping[int, str]) -> list[str]:
    """What each operand is called: by its name, or, a constant without any, by its value or shape."""
    return [_operand(x, primal, names) for x, primal in zip(node.inputs or (), node.primals or ())]


def spell(node: Value, position: int, names: Mapping[int, str]) -> Spelling:
    """The derivative of `node` by its input number `position`.

    Places are held for the names while the formula is turned round, so that no name is taken for code.
    """
    op = node.op
    if op is None:
        return Spelling("", "", False, (), False, "")
    real = [*operand_names(node, names), names[id(node)]]
    places = [_place(i) for i in range(len(real))]
    known = dict(zip(places, real))
    formula = formula_of(node, position, places[:-1], places[-1])
    if op.variadic:
        formula = formula.replace(f"{op.inputs[0]}[i]", places[position]).replace("[i ", f"[{position} ")
    if _NUMBER.fullmatch(formula):
        return Spelling(pretty(formula), formula, False, (), True, "")
    words = set(re.findall(r"[^\W\d]\w*", _PLACE.sub(" ", formula))) - {"G"}
    note = ""
    if _documented(op.rule(position, mode.form)) and words & set(real):  # the rule's letters mean something else
        declared = [*op.names(len(real) - 1), "a"]
        formula = formula_of(node, position, declared[:-1], "a")
        note = ", ".join(f"{own} is {name}" for own, name in dict(zip(declared, real)).items()
                         if re.search(rf"\b{own}\b", formula))  # fmt: skip
    found = dict.fromkeys(_PLACE.findall(formula))
    mentioned = tuple(-1 if place == places[-1] else places.index(place) for place in found)
    text = _PLACE.sub(lambda found: _in_text(known.get(found[0], found[0])), printable(pretty(formula), 4 * _LONGEST))
    for pattern, new in _TIMES:
        text = pattern.sub(new, text)
    alone = text in map(_in_text, real)
    return Spelling(_cut(text), _as_latex(formula, known, names[id(node)]), alone, mentioned, False, note)


def _operand(x: Any, primal: Any, names: Mapping[int, str]) -> str:
    if id(x) in names and isinstance(x, (Value, np.ndarray)):  # a number has no identity
        return names[id(x)]
    data = np.asarray(primal)
    if data.size == 1 or (data.ndim == 1 and data.size <= _SMALL):
        return array_text(data, _DIGITS)
    return f"⟨{shape_text(data.shape)}⟩"


def _documented(rule: Any) -> bool:
    return callable(rule) and bool(rule.__doc__)


def _place(number: int) -> str:
    """A word that no formula has."""
    letters = ""
    for _ in range(4):
        number, letter = divmod(number, 26)
        letters += chr(ord("a") + letter)
    return f"_Q{letters}q_"


def _in_text(name: str) -> str:
    """A name inside a formula: brackets around what could be taken for one itself."""
    whole = re.fullmatch(r"[\w.′]+(\[\d+\][\w.]*)*|⟨.*⟩|\[.*\]|\d[\d.e+-]*", name)
    return name if whole and name != "G" else f"⟨{name}⟩"


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"


def _as_latex(formula: str, known: Mapping[str, str], of: str) -> str:
    """LaTeX with names put in at the end: in a formula as symbols, between words as text."""
    for pattern, new in ((_TRANSPOSED, r"transpose(\1)"), (_ONE, ""), (_SQUARE, r"\1 ** 2"), (_ARRIVING, _GRADIENT)):
        formula = pattern.sub(new, formula)
    held = {place.strip("_"): name for place, name in known.items()}
    symbols = {_GRADIENT: gradient_latex(of), **{place: name_latex(name) for place, name in held.items()}}
    words = {_GRADIENT: "G", **{place: words_latex(name) for place, name in held.items()}}
    formula = re.sub("_(Q[a-z]{4}q)_", r"\1", formula)
    spelled = latex(read_or_words(short_numbers(formula)))
    return _HELD.sub(lambda found: symbols.get(found[1], "") or words.get(found[0], found[0]), spelled)
