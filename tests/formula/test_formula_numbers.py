"""Every formula that is printed gives the number of the rule itself: in Python, as plain text and in LaTeX."""

from __future__ import annotations

import zlib

import numpy as np
import pytest

import tinygrad_act as ta
from tinygrad_act.check import samples
from tinygrad_act.core.op import REQUIRED
from tinygrad_act.formula import latex, python, unicode

from ..formula_reader import evaluate

STYLES = {"python": python, "unicode": unicode, "latex": latex}
UNKNOWN = {("sum_apart", "x"), ("sum_apart", "ones")}
SAID_IN_WORDS = {
    "g[the part of xs[i]]": lambda g, i, xs, axis, **_: np.split(
        g if axis is not None else g.ravel(), np.cumsum([x.shape[axis] if axis is not None else x.size for x in xs])[:-1],
        axis or 0)[i],
    "g[i along axis]": lambda g, i, axis, **_: np.take(g, i, axis),
    "einsum(g, the other inputs)": lambda g, i, xs, op, **static: by_entry(op, g, xs, i, static),
    "g times y, summed over the axes of y alone": lambda g, x, y, op, **static: by_entry(op, g, [x, y], 0, static),
    "x times g, summed over the axes of x alone": lambda g, x, y, op, **static: by_entry(op, g, [x, y], 1, static),
    "g * product of the other entries": lambda g, x, axis, keepdims, **_: ta.ops["spread"].call(
        g, x, axis=axis, keepdims=keepdims) * np.prod(x, axis=axis, keepdims=True) / x,
    "g / number of ties, where x == a": lambda g, x, a, axis, keepdims, **_: (
        lambda wide, at: wide(g) * at / np.sum(at, axis=axis, keepdims=True))(
            lambda part: ta.ops["spread"].call(part, x, axis=axis, keepdims=keepdims),
            x == ta.ops["spread"].call(a, x, axis=axis, keepdims=keepdims)),
    "g[the part that was not padded]": lambda g, x, op, **static: by_entry(op, g, [x], 0, static),
    "sum of g over the copies": lambda g, x, op, **static: by_entry(op, g, [x], 0, static),
}  # fmt: skip
"""What is said in words and no formula, and how it is meant."""


def by_entry(op, g, inputs, i, static):
    """g times what each entry alone of the input number i, in which the operation is linear, brings forth."""
    static = {key: value for key, value in static.items() if key in op.defaults}
    found = np.zeros(inputs[i].size)
    for k in range(found.size):
        unit = np.zeros(inputs[i].size)
        unit[k] = 1.0
        moved = [unit.reshape(x.shape) if j == i else x for j, x in enumerate(inputs)]
        rest = [np.zeros_like(unit).reshape(x.shape) if j == i else x for j, x in enumerate(inputs)]
        found[k] = np.sum(g * (op.call(*moved, **static) - op.call(*rest, **static)))
    return found


UNFIT = ({"axes": (0, -1, 1)}, {"shift": (1, 2), "axis": (0, 1)})
"""Static parameters with which a formula would need more than a sign: axes from the end, tuples."""
NEEDS_MATRICES = ("matmul",)
"""Formulas for matrices; vectors count as columns or rows."""


def rules():
    for op in ta.ops.values():
        named = [*zip(op.inputs, op.rules), *((form, rule) for form, rule in op.forms.items())]
        for position, (what, rule) in enumerate(named):
            if callable(rule) and (op.name, what) not in UNKNOWN:
                yield pytest.param(op, 0 if what in op.forms else position, rule, id=f"{op.name}-{what}")


def drawn(op, rng, case):
    """Inputs like those of the case, drawn anew within the domain."""
    return [x if not isinstance(shape, tuple) else x * rng.uniform(0.97, 1.0, x.shape) if (x.dtype.kind == "f") else x
            for shape, x in zip(case.inputs, samples.sample(op, case))]  # fmt: skip


def meanings(op, inputs, static, a, g):
    full = {**op.defaults, **static}
    named = {op.inputs[0]: inputs} if op.variadic else dict(zip(op.inputs, inputs))
    own = {"a" if "a" not in op.inputs else "output": a, "g" if "g" not in op.inputs else "G": g}
    return {**{k: v for k, v in full.items() if v is not REQUIRED}, **own, **named}


def like(found, x):
    """What the engine makes of a cotangent: of the shape of its input."""
    found = np.asarray(found, float)
    if found.size == np.size(x):
        return found.reshape(np.shape(x))
    if found.ndim < np.ndim(x) or found.size < np.size(x):
        return np.broadcast_to(found, np.shape(x))
    while found.ndim > np.ndim(x):
        found = found.sum(axis=0)
    axes = tuple(i for i in range(found.ndim) if np.shape(x)[i] == 1)
    return found.sum(axis=axes, keepdims=True)


@pytest.mark.parametrize(("op", "position", "rule"), list(rules()))
def test_what_is_printed_of_a_rule_is_the_number_of_the_rule(op, position, rule):
    tree = op.tree_of(rule)
    meant = SAID_IN_WORDS[python(tree)] if tree.kind == "words" else None
    texts = {} if meant else {style: spell(tree) for style, spell in STYLES.items()}
    rng = np.random.default_rng(zlib.crc32(op.name.encode()))
    checked = 0
    for case in samples.cases(op):
        if not all(np.size(x) for x in samples.sample(op, case)) or case.static in UNFIT:
            continue
        for _ in range(5):
            inputs, static = drawn(op, rng, case), {**op.defaults, **case.static}
            a = np.asarray(op.call(*inputs, **case.static))
            g = rng.uniform(0.5, 1.5, a.shape)
            first = [] if op.elementwise else [g]
            index = [position] if op.variadic else []
            truth = rule(*index, *first, a, *inputs, **static)
            names = {"i": position, **meanings(op, inputs, case.static, a, g)}
            x = a if op.elementwise else inputs[position]
            if meant:
                found = meant(**{"op": op, **names})
                np.testing.assert_allclose(like(found, x), like(truth, x), rtol=1e-9, atol=1e-12)
            if op.name in NEEDS_MATRICES and min(np.ndim(x) for x in inputs) < 2:
                continue
            for style, text in texts.items():
                try:
                    found = evaluate(text, names, style)
                except Exception as error:
                    raise AssertionError(f"{style}: {text}\n{case} {[np.shape(x) for x in inputs]}") from error
                np.testing.assert_allclose(like(found, x), like(truth, x), rtol=1e-9, atol=1e-12, err_msg=f"{style}: {text}")
            checked += 1
    assert checked


@pytest.mark.parametrize("op", [pytest.param(op, id=op.name) for op in ta.ops.values() if op.definition is not None])
def test_what_is_printed_of_a_definition_is_the_number_of_the_formula(op):
    from tinygrad_act.check.gradient.formula import Unreadable, by_formula

    texts = {style: spell(op.definition) for style, spell in STYLES.items()}
    for case in samples.cases(op):
        inputs = samples.sample(op, case)
        try:
            truth = by_formula(op, inputs, {**op.defaults, **case.static})
        except Unreadable:
            continue
        for style, text in texts.items():
            found = evaluate(text, meanings(op, inputs, case.static, None, None), style)
            np.testing.assert_allclose(np.asarray(found, float), np.asarray(truth, float), rtol=1e-9, atol=1e-12, err_msg=text)
