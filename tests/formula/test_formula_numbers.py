"""Every formula that is printed gives the number of the rule itself: in Python, as plain text and in LaTeX."""

from __future__ import annotations

import zlib

import numpy as np
import pytest

import tinygrad_act as ta
from tinygrad_act.check import samples
from tinygrad_act.check.gradient.formula import Unreadable, by_formula
from tinygrad_act.cli import table
from tinygrad_act.core.op import REQUIRED
from tinygrad_act.formula import latex, name, names_in, python, unicode

from ..each import each
from ..formula_reader import evaluate

STYLES = {"python": python, "unicode": unicode, "latex": latex}
UNKNOWN = {("sum_apart", "x"), ("sum_apart", "ones")}
SAID_IN_WORDS = {
    "g[the part of xs[i]]": lambda g, i, xs, axis, **_: np.split(
        g if axis is not None else g.ravel(),
        np.cumsum([x.shape[axis] if axis is not None else x.size for x in xs])[:-1], axis or 0)[i],
    "g[i along axis]": lambda g, i, axis, **_: np.take(g, i, axis),
    "einsum(g, the other inputs)": lambda g, i, xs, op, **static: by_entry(op, g, xs, i, static),
    "g times y, summed over the axes of y alone": lambda g, x, y, op, **static: by_entry(op, g, [x, y], 0, static),
    "x times g, summed over the axes of x alone": lambda g, x, y, op, **static: by_entry(op, g, [x, y], 1, static),
    "g * product of the other entries": lambda g, x, axis, keepdims, **_: ta.ops["spread"].call(
        g, x, axis=axis, keepdims=keepdims) * np.prod(x, axis=axis, keepdims=True) / x,
    "g / number of ties, where x == a": lambda g, x, a, axis, keepdims, **_: shared(
        g, x, x == ta.ops["spread"].call(a, x, axis=axis, keepdims=keepdims), axis, keepdims),
    "g[the part that was not padded]": lambda g, x, op, **static: by_entry(op, g, [x], 0, static),
    "sum of g over the copies": lambda g, x, op, **static: by_entry(op, g, [x], 0, static),
}  # fmt: skip
"""What is said in words and no formula, and how it is meant."""


def shared(g, x, at, axis, keepdims):
    return ta.ops["spread"].call(g, x, axis=axis, keepdims=keepdims) * at / np.sum(at, axis=axis, keepdims=True)


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


@each(("op", "position", "rule"), list(rules()))
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
                np.testing.assert_allclose(like(found, x), like(truth, x), rtol=1e-9, atol=1e-12, err_msg=text)
            checked += 1
    assert checked


@each("op", [pytest.param(op, id=op.name) for op in ta.ops.values() if op.definition is not None])
def test_what_is_printed_of_a_definition_is_the_number_of_the_formula(op):
    texts = {style: spell(op.definition) for style, spell in STYLES.items()}
    for case in samples.cases(op):
        inputs = samples.sample(op, case)
        try:
            truth = by_formula(op, inputs, {**op.defaults, **case.static})
        except Unreadable:
            continue
        for style, text in texts.items():
            found = evaluate(text, meanings(op, inputs, case.static, None, None), style)
            found, truth = np.asarray(found, float), np.asarray(truth, float)
            np.testing.assert_allclose(found, truth, rtol=1e-9, atol=1e-12, err_msg=text)


COLLIDING = ("a", "g", "z", "x", "y", "G", "axis", "s", "alpha", "beta", "e", "n")


@each(("op", "position", "rule"), list(rules()))
def test_labels_that_are_called_like_the_letters_of_a_rule_stay_apart(op, position, rule):
    """In place of the inputs, the output and the gradient stand names that mean something else in the rule."""
    rng = np.random.default_rng(zlib.crc32(f"{op.name} {position}".encode()))
    for case in samples.cases(op):
        if case.static in UNFIT or not all(np.size(x) for x in samples.sample(op, case)):
            continue
        inputs, static = drawn(op, rng, case), {**op.defaults, **case.static}
        if op.name in NEEDS_MATRICES and min(np.ndim(x) for x in inputs) < 2:
            continue
        a = np.asarray(op.call(*inputs, **case.static))
        g = rng.uniform(0.5, 1.5, a.shape)
        labels = [str(x) for x in rng.permutation(COLLIDING)]
        own, (output, gradient) = labels[: len(inputs)], labels[len(inputs) : len(inputs) + 2]
        simple = {k: v for k, v in static.items() if "array" not in repr(v)}
        tree = op.tree_of(rule, own, position=position, output=output, arriving=name(gradient), static=simple)
        if tree.kind == "words":
            return
        first = [position] * op.variadic + [g] * (not op.elementwise)
        truth = rule(*first, a, *inputs, **static)
        names = {**static, **dict(zip(own, inputs)), output: a, gradient: g}
        names = {word: names[word] for word in names_in(tree)}
        for style in ("unicode", "latex"):
            found = evaluate(STYLES[style](tree), names, style)
            x = a if op.elementwise else inputs[position]
            message = STYLES[style](tree)
            np.testing.assert_allclose(like(found, x), like(truth, x), rtol=1e-7, atol=1e-9, err_msg=message)


USERS = {
    "a root": (lambda _, z: 1.5 * z**0.5, "1.5 · z^0.5", "z * z ** 0.5"),
    "a quotient": (lambda _, z: 1 / 1 * z, "z", "z ** 2 / 2"),
    "a constant": (lambda _, z: 1.0001 + 0 * z, "1.0001 + 0z", "1.0001 * z"),
    "a minus": (lambda _, z: z - (-1), "z − (−1)", "z ** 2 / 2 + z"),
    "a mask": (lambda _, z: 2 * (z > 1), "2 · [z > 1]", "2 * maximum(z - 1, 0)"),
    "NumPy's names": (lambda _, z: np.where(z > 0, np.exp(z), 1.0), "exp(z) if z > 0, else 1", "z"),
}


@pytest.mark.usefixtures("scratch")
@pytest.mark.parametrize("which", USERS)
def test_a_rule_of_a_user_is_shown_as_written(which):
    rule, shown, formula = USERS[which]
    body = lambda z: z
    body.__name__, body.__doc__ = "odd", f"a = {formula}"
    ta.elementwise(dz=rule)(body)
    card = ta.card("odd")
    assert card.derivatives[0].shown == shown
    z = np.array([0.3, 1.7])
    for style, text in (("python", card.derivatives[0].text), ("unicode", shown), ("latex", card.derivatives[0].latex)):
        np.testing.assert_allclose(evaluate(text, {"z": z, "a": z}, style), rule(z, z) * 1.0)


@pytest.mark.usefixtures("scratch")
def test_one_rule_that_cannot_be_spelled_stops_no_card_and_no_table():
    @ta.op(dx=lambda g, a, x: (g * x).sum(axis=0))
    def by_method(x):
        """a = x"""
        return x

    @ta.op(dx=lambda g, a, x: g if x.shape[0] > 2 else 2 * g)
    def by_branch(x):
        """a = x, whatever it is"""
        return x

    def deep(g, a, x):
        for _ in range(20_000):
            x = x + g
        return x

    @ta.op(dx=deep)
    def by_depth(x):
        """a = x"""
        return x

    assert ta.ops["by_method"].derivative == "(g * x).sum(axis=0)"
    assert ta.ops["by_branch"].derivative == "(it does not spell itself)"
    assert "pieces" in ta.ops["by_depth"].derivative
    text = table.text()
    for op in ("by_method", "by_branch", "by_depth"):
        assert op in text
        card = ta.card(op)
        for shown in (card.text(), card.markdown(), card.json(), card.svg()):
            assert op in shown


@pytest.mark.parametrize(
    ("op", "text"),
    [
        ("gelu", r"\Phi\left(z\right) + z \, \varphi\left(z\right)"),
        ("silu", r"\sigma\left(z\right) \, \left(1 + z \, \sigma\left(-z\right)\right)"),
        ("normal_pdf", r"-z \, a"),
    ],
)
def test_guards_against_overflow_are_no_mathematics(op, text):
    rule = ta.ops[op].rules[0]
    assert latex(ta.ops[op].tree_of(rule)) == text
    assert "clip" in ta.ops[op].derivative, "in Python it is what runs"
    for z in (-1e200, -900.0, -39.9, 39.9, 900.0, 1e200):
        z = np.float64(z)
        found = evaluate(text, {"z": z, "a": ta.ops[op].call(z)}, "latex")
        assert found == pytest.approx(float(rule(ta.ops[op].call(z), z)), abs=1e-300)


@pytest.mark.usefixtures("scratch")
def test_a_clip_of_a_user_is_no_guard():
    body = lambda z: z
    body.__name__, body.__doc__ = "odd", "a = z"
    ta.elementwise(dz=lambda _, z: ta.clip(z, min=-40.0, max=40.0))(body)
    assert ta.card("odd").derivatives[0].shown == "clip(z, −40, 40)"
