"""What stands in pictures and explanations, with what the names in it mean: for the tests that read formulas back."""

from __future__ import annotations

import json
import math
import re
from itertools import pairwise

import numpy as np

import tinygrad_act as ta
from tinygrad_act import Value
from tinygrad_act.check import samples
from tinygrad_act.core.graph import topological_order
from tinygrad_act.show.graph.names import find_names

from .formula_reader import evaluate

LETTERS = ("a", "g", "z", "x", "y", "G", "sigma", "exp", "sum", "s", "t", "σ", "x y", "n")
"""Labels that collide with the letters of rules and with the names of functions, and some that are no words."""
_CUT = 240
"""A longer formula is cut, and nobody can read it back."""


# -- numbers ----------------------------------------------------------------------------------


def agrees(shown, exact, slack=0.0):
    """Whether a number, as it is shown, is `exact` to its last digit, give or take `slack`."""
    text, exact = shown.replace("−", "-").replace("∞", "inf"), float(exact)
    number, cut = float(text.replace("…", "")), "…" in text
    if not (math.isfinite(exact) and math.isfinite(number)):
        return str(number) == str(exact)
    mantissa, _, exponent = text.replace("…", "").partition("e")
    digits = len(mantissa.partition(".")[2])
    last = 10.0 ** (int(exponent or 0) - digits)
    if not digits and abs(number) >= 1e4:  # zeros at the end may stand for digits
        last *= 10.0 ** (len(mantissa) - len(mantissa.rstrip("0")))
    return abs(number - exact) <= (1.0 if cut else 0.5) * last * (1 + 1e-9) + 1e-11 * abs(exact) + slack


def is_number(text):
    """Whether a text is a number and no formula; one in brackets is, too."""
    return bool(re.fullmatch(r"\(?[-−]?(\d[\d.]*…?(e[-−+]?\d+)?|inf|nan|∞)\)?", text))


# -- chains of equations ----------------------------------------------------------------------


def parts_of(line):
    """`x = y ≈ z, s = σ(x)` as `[("", x), ("=", y), ("≈", z)]` and the definitions `, s = σ(x)`."""
    cuts, depth, asked, end = [], 0, False, len(line)
    for found in re.finditer(r"[(\[⟨]|[)\]⟩]| if |, else | [=≈] |, (?=\w+ = )", line):
        sign = found[0]
        depth += (sign in "([⟨") - (sign in ")]⟩")
        asked = sign == " if " or (asked and sign != ", else ")
        if depth == 0 and not asked and sign == ", ":
            end = found.start()
            break
        if depth == 0 and not asked and sign in (" = ", " ≈ "):
            cuts.append(found)
    starts = [0, *(cut.end() for cut in cuts)]
    stops = [*(cut.start() for cut in cuts), end]
    signs = ["", *(cut[0].strip() for cut in cuts)]
    return [(sign, line[start:stop]) for sign, start, stop in zip(signs, starts, stops)], line[end:]


def compute(text, names, where=""):
    """What a formula gives where its names mean this; `[x > y], 0.5 at a tie` included."""
    if text.endswith(", 0.5 at a tie"):
        sides = [evaluate(side, names) for side in re.split(" [<>] ", text.removesuffix("], 0.5 at a tie")[1:])]
        return 0.5 if sides[0] == sides[1] else float((sides[0] > sides[1]) == (" > " in text))
    return evaluate(text.strip("()") if is_number(text) else text + where, names, "unicode")


def doubt(text, names, where):
    """How far a formula is from what it means: by digits of its constants that are cut, and by rounding of sums."""
    rounding = 1e-14 if " − " in text or " + " in text else 0.0
    if "…" not in text:
        return rounding
    further = re.sub(r"\d…", lambda found: f"{int(found[0][0]) + 1}…" if found[0][0] != "9" else "99…", text)
    low, high = (np.asarray(compute(x, names, where), float).item() for x in (text, further))
    return rounding + 3 * abs(high - low)


def hold(line, names, exact=None):
    """Every sign of a chain of equations is right, and its last number is `exact` as far as it is shown.

    What stands before `≈` has fewer digits than it should: the last number must then be that of the first formula, as
    far as the digits that are cut allow.
    """
    parts, where = parts_of(line)
    values = [np.asarray(compute(text, names, where), float).item() for _, text in parts]
    for (left, (_, before)), (right, (sign, shown)) in pairwise(zip(values, parts)):
        assert sign == "≈" or "…" not in before, f"{line!r}: cut digits are equal to nothing"
        if sign == "=" and is_number(shown):
            assert agrees(shown.strip("()"), left, doubt(before, names, where)), (line, left, names)
        elif sign == "=":
            assert math.isclose(left, right, rel_tol=1e-9, abs_tol=1e-300), (line, left, right, names)
    last = parts[-1][1]
    if len(parts) > 1 and is_number(last):
        assert agrees(last.strip("()"), values[0], doubt(parts[0][1], names, where)), (line, values[0], names)
    if exact is not None:
        close = math.isclose(values[-1], exact, rel_tol=1e-9, abs_tol=1e-300)
        assert agrees(last, exact) if is_number(last) else close, (line, values[-1], exact)


# -- what is printed --------------------------------------------------------------------------


def edges_of(drawing):
    """Every edge of a picture as its JSON has it, with what sentences call its ends."""
    found = json.loads(drawing.json())
    names = {node["id"]: node["called"] for node in found["nodes"]}
    return [{**edge, "of": names[edge["target"]], "by": names[edge["source"]]} for edge in found["edges"]]


def in_text(drawing):
    """Of every edge what `.text()` says: the equation, and where."""
    lines = [line for line in drawing.text().split("\n") if line.startswith("    ← ")]
    for line, edge in zip(lines, edges_of(drawing), strict=True):
        equation, *more = line.removeprefix(f"    ← {edge['by']}").removeprefix(": ").split("; ")
        at = [text.removeprefix("at ") for text in more if text.startswith("at ")]
        yield edge, without_by(equation), dict(part.split(" = ") for text in at for part in text.split(", "))


def without_by(equation):
    """`x = 3` of `∂/∂w = x = 3`."""
    return equation.split(" = ", 1)[1] if equation.startswith("∂") else equation


def is_cut(equation):
    """Whether the formula was too long to be shown."""
    return len(equation) >= _CUT


def called(outputs, names=()):
    """The exact value of everything that a picture of `outputs` names, if only labels name it."""
    order = topological_order(list(outputs), Value)
    found = find_names(order, names).called
    kept = {id(x): x for value in order for x in (*(value.inputs or ()), value) if isinstance(x, (Value, np.ndarray))}
    return {name: np.asarray(kept[key].data if isinstance(kept[key], Value) else kept[key])[()]
            for key, name in found.items()}  # fmt: skip


def meanings(node, names):
    """What the names in the formulas of one operation mean: boxes by their names, and its own letters where no box has
    them. The gradient that arrives is 1."""
    own = dict(zip(node.op.names(len(node.inputs)), node.primals)) | {"a": node._held}
    for i in range(2, 4):
        own |= {f"{letter}_{i}": x for letter, x in own.items() if "_" not in letter}
    return {**own, **{name: x for name, x in names.items() if name != "G"}, "⟨G⟩": names.get("G", math.nan), "G": 1.0}


# -- what is tried ----------------------------------------------------------------------------


def scalar_ops():
    """Every elementwise operation that a gradient flows through, with each of its static parameters."""
    for op in ta.ops.values():
        if op.elementwise and any(op.known(i) is not None for i in range(len(op.inputs))):
            seen = []
            for which in samples.cases(op):
                if which.static not in seen:
                    seen.append(which.static)
                    yield op, which.static


def point(op, static, seed):
    """Numbers for its inputs, away from kinks and inside its domain."""
    rng = np.random.default_rng(seed)
    return [float(samples._into_domain(op, name, rng.uniform(0.02, 0.98, 1), static)[0]) for name in op.inputs]


def node_of(op, static, numbers, labels):
    """The operation on numbers with these labels; the last one is the result's."""
    inputs = [Value(x, label) for x, label in zip(numbers, labels)]
    node = op.call(*inputs, **static)
    node.label = labels[len(numbers)]
    return node


def labels_for(count, turn):
    """Labels for so many operands and their result, others at every turn; now and then the result has none."""
    labels = [LETTERS[(turn + i) % len(LETTERS)] for i in range(count + 1)]
    return [*labels[:-1], labels[-1] if turn % 3 else None]
