"""What stands in pictures and explanations, with what the names in it mean: for the tests that read formulas back."""

from __future__ import annotations

import json
import math
import re
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np

import tinygrad_act as ta
from tinygrad_act import Value
from tinygrad_act.check import samples
from tinygrad_act.core.graph import topological_order
from tinygrad_act.core.op import Case
from tinygrad_act.show.graph.names import find_names

from .unicode_reader import read_chain

LETTERS = ("a", "g", "z", "x", "y", "G", "sigma", "exp", "sum", "s", "h", "σ")
"""Labels that collide with the letters of rules and the names of functions."""


def _functions():
    """What a reader takes the names of functions for."""
    known = {name: op.call for op in ta.ops.values() for name in (op.name, *op.aliases)}
    known.update({"σ": ta.sigmoid, "Φ": ta.normal_cdf, "φ": ta.normal_pdf, "max": np.maximum, "min": np.minimum})
    return known


class Printed(NamedTuple):
    """A line, and the values of what it names."""

    text: str
    names: dict[str, Any]
    functions: dict[str, Any]

    def parts(self):
        """Every part of the chain of equations with its value."""
        return [
            (sign, text, compute(self.names)) for sign, text, compute in read_chain(self.text, self.names, self.functions)
        ]


def agrees(shown: str, exact: Any, roughly: bool = False) -> bool:
    """Whether a number as it is shown is `exact` to its last digit; `roughly`: to three digits."""
    text, exact = shown.replace("−", "-").replace("∞", "inf"), float(exact)
    number = float(text)
    if math.isnan(exact) or math.isinf(exact) or math.isnan(number) or math.isinf(number):
        return str(number) == str(exact)
    if roughly:
        return abs(number - exact) <= 2e-3 * abs(exact) + 1e-300
    mantissa, _, exponent = text.partition("e")
    last = 10.0 ** (int(exponent or 0) - len(mantissa.partition(".")[2]))
    if "." not in mantissa and "e" not in text:
        last = 10.0 ** (len(mantissa) - len(mantissa.rstrip("0"))) if abs(number) >= 1e4 else 1.0
    return abs(number - exact) <= 0.5 * last * (1 + 1e-9) + 1e-12 * abs(exact)


def called(outputs, names=()):
    """The exact value of everything that a picture of `outputs` names, if only labels name it."""
    order = topological_order(list(outputs), Value)
    found = find_names(order, names).called
    kept = {id(x): x for value in order for x in (*(value.inputs or ()), value) if isinstance(x, (Value, np.ndarray))}
    return {name: np.asarray(x.data if isinstance(x, Value) else x)[()] for key, name in found.items()
            for x in [kept[key]]}  # fmt: skip


def own_letters(node, taken):
    """What the operation's own letters mean where nothing in the picture is called by them."""
    op = node.op
    meant = dict(zip(op.names(len(node.inputs)), node.primals))
    meant["a"] = node._data
    return {name: x for name, x in meant.items() if name not in taken}


def functions(op, static):
    """The functions that formulas of one operation call: `sum(G · a)` is along its axes."""
    known = _functions()
    axis = static.get("axis", op.defaults.get("axis"))
    if not op.elementwise and "axis" in op.defaults:
        known["sum"] = lambda x: np.sum(x, axis=axis, keepdims=True)
    return known


def points(op, static, seed):
    """Numbers for the inputs of an elementwise operation, away from its kinks and inside its domain."""
    rng = np.random.default_rng(seed)
    return [float(samples._into_domain(op, name, rng.uniform(0.02, 0.98, 1), static)[0]) for name in op.inputs]


def statics(op):
    """The static parameters that `op` is tried with."""
    seen = []
    for which in samples.cases(op):
        if which.static not in seen:
            seen.append(which.static)
    return seen


def scalar_ops():
    """Every elementwise operation that a gradient flows through, with each of its static parameters."""
    return [(op, static) for op in ta.ops.values() if op.elementwise and any(op.known(i) is not None for i in range(
        len(op.inputs))) for static in statics(op)]  # fmt: skip


def node_of(op, static, numbers, labels):
    """The operation on numbers with these labels; the last one is the result's."""
    inputs = [Value(x, label) for x, label in zip(numbers, labels)]
    node = op.call(*inputs, **static)
    node = node[0] if isinstance(node, tuple) else node
    node.label = labels[len(numbers)]
    return node


# -- what pictures say ------------------------------------------------------------------------


def edges_of(drawing):
    """Every edge of a picture as its JSON has it, with the names that sentences call its ends by."""
    found = json.loads(drawing.json())
    names = {node["id"]: node["called"] for node in found["nodes"]}
    return [{**edge, "of": names[edge["target"]], "by": names[edge["source"]]} for edge in found["edges"]]


def derivatives_in_text(drawing):
    """From `.text()`, for every operand: the equation (without what is on its left), where, and what it brings."""
    lines = [line for line in drawing.text().split("\n") if line.startswith("    ← ")]
    for line, edge in zip(lines, edges_of(drawing), strict=True):
        said = line.removeprefix(f"    ← {edge['by']}").removeprefix(": ").split("; ")
        at = [part.removeprefix("at ") for part in said if part.startswith("at ")]
        brings = [part.removeprefix("brings ") for part in said if part.startswith("brings ")]
        yield edge, bare(said[0], edge["by"]), at, brings


def bare(equation, by):
    """An equation without the `∂/∂w =` that it may begin with."""
    return re.sub(r"^∂(?:[^/]*)/∂.*? [=≈] ", "", equation) if equation.startswith("∂") else equation


def equations_hold(printed, exact):
    """Whether every sign of a chain of equations is right, and its last part is `exact` as far as it is shown."""
    parts = printed.parts()
    for (_, text, left), (sign, shown, right) in pairwise(parts):
        if is_number(shown):
            assert agrees(shown, left, roughly=sign == "≈"), (printed.text, text, left)
        elif sign == "=":
            assert math.isclose(left, right, rel_tol=1e-9, abs_tol=1e-300), (printed.text, left, right)
        else:
            assert agrees(f"{right:.17g}", left, roughly=True), (printed.text, left, right)
    assert agrees(parts[-1][1], exact) or not is_number(parts[-1][1]), (printed.text, exact)


def is_number(text):
    """Whether a text is a number and no formula."""
    try:
        float(text.replace("−", "-").strip("()"))
    except ValueError:
        return False
    return True
