"""Formulas as trees: built by rules and read from source, renamed by structure, spelled in three styles."""

from __future__ import annotations

import math
import time

import numpy as np
import pytest

import tinygrad_act as ta
from tinygrad_act.formula import (
    Expr,
    TooLarge,
    Unreadable,
    arriving,
    guard,
    inlined,
    latex,
    lift,
    mathematics,
    name,
    names_in,
    python,
    read,
    read_or_words,
    renamed,
    same,
    substituted,
    unicode,
)

from ..formula_reader import evaluate

A, G, X, Y, Z = map(name, "agxyz")
STYLES = {"python": python, "unicode": unicode, "latex": latex}


@pytest.mark.parametrize(
    ("tree", "text"),
    [
        (X * (1 - X), "x * (1 - x)"),
        (X - (Y - X), "x - (y - x)"),
        ((X - Y) - X, "x - y - x"),
        (-X * Y, "-x * y"),
        ((-X) ** 2, "(-x) ** 2"),
        (-(X**2), "-x ** 2"),
        ((X**Y) ** 2, "(x ** y) ** 2"),
        (X ** (Y**2), "x ** y ** 2"),
        (2.0 / (X + Y), "2 / (x + y)"),
        (ta.where(X >= 0, 1.0, ta.exp(Y)), "where(x >= 0, 1, exp(y))"),
        (ta.sum(X, axis=Y), "sum(x, axis=y)"),
        (X[0].shape, "x[0].shape"),
        (X[1:, None], "x[1:, None]"),
        (~(X == Y), "~(x == y)"),
        (-1 / X, "-1 / x"),
        (X - (-1), "x - (-1)"),
        (-(X // Y), "-(x // y)"),
        ((X == Y) == Z, "(x == y) == z"),
        ((X > 0) & (Y < 1) | (X == Y), "(x > 0) & (y < 1) | (x == y)"),
        ((G * X).sum(axis=0), "(g * x).sum(axis=0)"),
        (np.exp(Z) * np.add(X, Y), "exp(z) * (x + y)"),
        (np.where(Z > 0, X, 0.0), "where(z > 0, x, 0)"),
        (np.concatenate([X, Y], axis=0), "concatenate([x, y], axis=0)"),
        (1.0001 * X, "1.0001 * x"),
        (np.float32(0.1) * X, "0.1 * x"),
        (abs(X) + round(Y), "abs(x) + round(y)"),
        (np.add.reduce(X), "add.reduce(x)"),
        (lift(X.ndim), "2"),
    ],
)
def test_brackets_stand_where_they_are_needed_and_nowhere_else(tree, text):
    assert python(tree) == text


@pytest.mark.parametrize(
    ("tree", "text"),
    [
        (Z * Z**0.5, "z · z^0.5"),
        (X / 1 * A, "x · a"),
        (X - (-1), "x − (−1)"),
        (X + (-Y) * Z, "x − y · z"),
        (1.0001 * X, "1.0001x"),
        (2 * X**2, "2x²"),
        (X * X * X, "x³"),
        (-Z * Z, "−z²"),
        (A * (1 - A), "a(1 − a)"),
        (G @ Y.T, "g @ yᵀ"),
        (np.sqrt(2 * X) / np.sqrt(X), "√(2x) / √x"),
        (np.sqrt(X) ** 2, "(√x)²"),
        (X**-2, "x⁻²"),
        (2 * (X > 0), "2 · [x > 0]"),
        (np.where(Z > 0, 1.0, name("alpha") * Z), "1 if z > 0, else α · z"),
        (read("-expm1(-beta * a)"), "1 − exp(−β · a)"),
        (read("logical_and(z >= 0, z <= 6)"), "[z ≥ 0 and z ≤ 6]"),
        (abs(abs(X) - 1), "abs(|x| − 1)"),
        (name("my w") * name("G"), "⟨my w⟩ · ⟨G⟩"),
        (arriving("z") @ name("G"), "G @ ⟨G⟩"),
        (name("alpha") + name("α"), "alpha + α"),
        (ta.exp(X) * math.log(2), "exp(x) · log(2)"),
        (read("where(z >= 0, 1, alpha * exp(minimum(z, 0)))"), "1 if z ≥ 0, else α · exp(z)"),
        (guard(ta.clip(Z, min=-40.0, max=40.0), Z) * Y, "z · y"),
        (ta.clip(Z, min=-40.0, max=40.0) * Y, "clip(z, −40, 40) · y"),
        (name("f") * (1 + X) - ta.ops["sigmoid"].call(X), "f(1 + x) − σ(x)"),
    ],
)
def test_what_a_book_would_write(tree, text):
    assert unicode(tree) == text


def test_latex():
    assert latex(A * (1 - A)) == r"a \, \left(1 - a\right)"
    assert latex(read("s * (1 - s), s = sigmoid(z)")) == (r"s \, \left(1 - s\right),\quad s = \sigma\left(z\right)")
    assert latex(name("e") * ta.exp(X)) == r"e \, \exp\left(x\right)"
    assert latex(Z > 0) == r"\mathbf{1}\left[z > 0\right]"
    assert latex(1e-7 * X) == r"10^{-7} \, x"


def test_numbers_are_printed_as_typed_or_cut_with_dots():
    assert unicode(X * 1.0001, digits=4) == "x · 1.0001"
    assert unicode(X * 1.0507009873554805, digits=4) == "x · 1.050…"
    assert unicode(X + 123456.789012345, digits=3) == "x + 123456…"
    assert unicode(X + 0.00123456789012, digits=3) == "x + 0.00123…"
    assert unicode(X * 1e300 + 10**30, digits=3) == f"x · 1e+300 + {10**30}"
    assert unicode(lift(10**5000)) == "an integer of 16,610 bits"


def test_names_are_changed_by_structure():
    rule = read("s * (1 + z * sigmoid(-z)), s = sigmoid(z)")
    assert python(renamed(rule, {"z": "s"})) == "t * (1 + s * sigmoid(-s)), t = sigmoid(s)"
    assert names_in(rule) == {"z"}
    assert python(renamed(A * name("alpha"), {"a": "alpha", "alpha": "a"})) == "alpha * a"
    assert unicode(substituted(Y * X ** (Y - 1), {"y": 2})) == "2x"
    assert python(inlined(read("s * y, s = sigmoid(y), y = 2 * z"))) == "sigmoid(2 * z) * (2 * z)"
    words = read_or_words("`g`[the part of `xs[i]`]")
    assert python(words) == "g[the part of xs[i]]"
    assert unicode(substituted(words, {"g": arriving(), "i": 1, "xs": lift([X, Y])})) == "G[the part of y]"


def test_reading_refuses_what_is_no_formula():
    refused = (
        "the sum of g",
        "lambda: 1",
        "x := 2",
        "[x for x in y]",
        "f(**x)",
        "x, y",
        "",
        "'" * 3,
        "(" * 5000,
        "x +",
    )
    for text in refused:
        with pytest.raises(Unreadable):
            read(text)
    assert python(read("a < b < c")) == "(a < b) & (b < c)"
    assert python(read("x if c else y")) == "where(c, x, y)"
    assert same(read("pi * e", names=("e",)), read("pi * e", names=("e",)))
    assert names_in(read("pi * e", names=("e",))) == {"e"}


def test_a_formula_is_neither_true_nor_false_nor_a_function_nor_a_list():
    with pytest.raises(TypeError, match="use where"):
        bool(X)
    with pytest.raises(TypeError, match="not iterable"):
        list(X.shape)
    with pytest.raises(TypeError, match="no function"):
        (X + 1)(2)


@pytest.mark.parametrize("grow", [lambda t: t + X, lambda t: -t, lambda t: ta.where(X > 0, 1.0, t), lambda t: t.sum()])
def test_a_formula_as_deep_as_it_is_long_says_so(grow):
    tree = X
    for _ in range(30_000):
        tree = grow(tree)
    for spell in STYLES.values():
        assert "at most 10,000 are" in spell(tree)
    with pytest.raises(TooLarge, match="pieces"):
        mathematics(tree)
    assert same(tree, tree)
    assert names_in(renamed(tree, {"x": "y"})) == {"y"}


def test_a_formula_that_doubles_is_not_spelled_for_ever():
    tree = X
    for _ in range(5_000):
        tree = tree * tree + 1
    for spell in STYLES.values():
        assert "pieces" in spell(tree)


def test_large_ones_are_spelled():
    tree = X
    for _ in range(4_990):
        tree = tree + X
    for spell in STYLES.values():
        assert spell(tree).count("x") == 4_991


@pytest.mark.slow
def test_so_they_are_on_a_clock():
    start = time.process_time()
    test_large_ones_are_spelled()
    assert time.process_time() - start < 5


# --- read back ---


def value_of(e, names):
    """What the tree gives, by its structure alone; None if a part of it is not finite: -0 and 0 are alike else."""
    stack, values = [(e, False)], {}
    while stack:
        node, ready = stack.pop()
        if not ready:
            stack.append((node, True))
            stack += [(x, False) for x in node.args]
        elif node.kind == "name":
            values[id(node)] = names[node.head]
        elif node.kind == "number":
            values[id(node)] = node.head
        else:
            args = [values[id(x)] for x in node.args]
            values[id(node)] = COMPUTED[node.head if node.kind != "prefix" else f"u{node.head}"](*args)
            if not np.all(np.isfinite(values[id(node)])):
                return None
    return values[id(e)]


COMPUTED = {
    "+": np.add, "-": np.subtract, "*": np.multiply, "/": np.divide,
    "**": lambda x, y: np.power(np.asarray(x, float), y), "u-": np.negative, "exp": np.exp,
    "sigmoid": lambda x: ta.sigmoid(np.asarray(x, float)), "tanh": np.tanh, "abs": np.absolute,
    "maximum": np.maximum, "minimum": np.minimum, "where": np.where, "<": np.less, ">=": np.greater_equal,
    "==": np.equal, "expm1": np.expm1, "log1p": np.log1p, "square": np.square, "sqrt": np.sqrt,
    "normal_cdf": lambda x: ta.ops["normal_cdf"].call(np.asarray(x, float)),
    "logical_and": np.logical_and, "logical_not": np.logical_not,
}  # fmt: skip
LABELS = [
    ("a", "g", "z", "x", "y"), ("G", "a", "e", "alpha", "w"), ("s", "t", "f", "sigma", "π"),
    ("pi", "my w", "v[3]", "i", "j"), ("W1", "x²", "2", "a b·c", "layer.w"), ("if", "else", "σ", "exp", "max"),
    ("beta", "β", "E", "d", "not"),
]  # fmt: skip
NUMBERS = (1, 2, -1, 0.5, 3, 1.0001, -2.5, 1e-7, 12.0, math.log(2), math.pi, 1, 10)


def drawn(rng, labels, depth):
    """A random tree over some names."""
    kind = rng.integers(0, 12) if depth else rng.integers(0, 3)
    if kind < 2:
        return name(labels[rng.integers(len(labels))])
    if kind == 2:
        return lift(NUMBERS[rng.integers(len(NUMBERS))])
    one = lambda: drawn(rng, labels, depth - 1)
    if kind < 8:
        sign = ("+", "-", "*", "/", "**")[rng.integers(5)]
        x, y = one(), one()
        y = lift((1, 2, -1, 0.5, 3)[rng.integers(5)]) if sign == "**" else y
        return Expr("infix", sign, (x, y))
    if kind == 8:
        return -one()
    if kind == 9:
        word = ("exp", "sigmoid", "tanh", "abs", "expm1", "square", "sqrt", "normal_cdf", "log1p")[rng.integers(9)]
        return Expr("call", word, (one(),))
    if kind == 10:
        return Expr("call", ("maximum", "minimum")[rng.integers(2)], (one(), one()))
    x, y = one(), one()
    condition = {0: x < y, 1: x >= y, 2: Expr("call", "logical_and", (x < y, y >= 0)), 3: x == y}[int(rng.integers(4))]
    if rng.integers(4) == 0:
        condition = Expr("call", "logical_not", (condition,))
    return Expr("call", "where", (condition, one(), y)) if rng.integers(3) else x * condition


def agree(found, truth):
    """Alike to many digits, or not finite: what is rewritten overflows elsewhere."""
    found, truth = np.asarray(found, float), np.asarray(truth, float)
    fine = np.isfinite(found) & np.isfinite(truth)
    size = np.maximum(np.abs(truth), 1e-3)
    return bool(np.all(~fine | (np.abs(found - truth) <= 1e-5 * size)))


@pytest.mark.parametrize("seed", range(8))
def test_random_formulas_are_read_back(seed):
    """10,000 of them, with names that collide with the letters of rules, in one style after the other."""
    rng = np.random.default_rng(seed)
    for turn in range(1250):
        labels = LABELS[rng.integers(len(LABELS))]
        tree = drawn(rng, labels, int(rng.integers(1, 4)))
        names = {label: rng.uniform(0.2, 2.0, 5) for label in sorted(names_in(tree))}
        with np.errstate(all="ignore"):
            truth = value_of(tree, names)
        if truth is None or not np.all(np.abs(np.asarray(truth, float)) < 1e6):
            continue
        identifiers = all(label.isidentifier() and label not in ("if", "else", "not", "exp", "max") for label in names)
        style = ("unicode", "latex", "python" if identifiers else "unicode")[turn % 3]
        text = STYLES[style](tree)
        found = evaluate(text, names, style)
        assert agree(found, truth), f"{style}: {text}\n{python(tree)}\n{found}\n{truth}"
