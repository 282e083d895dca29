"""The one way to run a rule: every kind of rule, every interpreter, and no second spelling anywhere."""

from __future__ import annotations

import ast
import math
import pathlib
from types import SimpleNamespace

import numpy as np
import pytest

import tinygrad_act as ta
from tinygrad_act.core.errors import UnknownDerivative
from tinygrad_act.core.rules import (
    cotangent_by,
    in_words,
    is_constant,
    is_unknown,
    run_rule,
    scaled,
    slope_by,
)
from tinygrad_act.formula import name, python
from tinygrad_act.operations.local import pull_local

from ..each import each

PACKAGE = pathlib.Path(ta.__file__).parent
ASKS = {"isinstance", "callable", "type"}
DECLARING = {"core/rules.py", "core/declare.py", "core/fitting.py"}
"""Where rules are run, and where it is checked what one is."""
INLINED = {"engine/backprop_scalar.py", "operations/local.py"}
"""Where a call an edge would cost too much; see `test_the_written_out_pass_takes_the_same_slopes`."""
REWRITING = {"compiler/node.py", "formula/mathematics.py", "show/graph/short_rules.py"}
"""What is called a rule there rewrites a program's graph, or a formula."""


def likeness(elementwise, variadic):
    return SimpleNamespace(elementwise=elementwise, variadic=variadic)


def test_a_slope_by_every_kind_of_rule():
    one, many = likeness(True, False), likeness(True, True)
    assert slope_by(one, None, 0, 5.0, (3.0,), {}) == 0.0
    assert slope_by(one, 2.0, 0, 5.0, (3.0,), {}) == 2.0
    assert slope_by(one, lambda a, z, *, k: (a, z, k), 0, 5.0, (3.0,), {"k": 1}) == (5.0, 3.0, 1)
    assert slope_by(many, lambda i, a, *xs: (i, a, xs), 1, 5.0, (3.0, 4.0), {}) == (1, 5.0, (3.0, 4.0))
    with pytest.raises(UnknownDerivative):
        slope_by(one, ta.unknown.of("f", "z"), 0, 5.0, (3.0,), {})


def test_a_cotangent_by_every_kind_of_rule():
    one, many = likeness(False, False), likeness(False, True)
    assert cotangent_by(one, 2.0, 0, 7.0, 5.0, (3.0,), {}) == 14.0
    assert cotangent_by(one, lambda g, a, x, *, k: (g, a, x, k), 0, 7.0, 5.0, (3.0,), {"k": 1}) == (7.0, 5.0, 3.0, 1)
    assert cotangent_by(many, lambda i, g, a, *xs: (i, g, a, xs), 1, 7.0, 5.0, (3.0,), {}) == (1, 7.0, 5.0, (3.0,))
    assert run_rule(one, 2.0, 0, 7.0, 5.0, (3.0,), {}) == 14.0
    assert run_rule(likeness(True, False), 2.0, 0, 7.0, 5.0, (3.0,), {}) == 2.0


def test_what_is_asked_of_a_rule():
    def worded(a, z):
        """slope in words
        and more"""

    assert [is_constant(x) for x in (None, 1.0, worded, ta.unknown)] == [True, True, False, False]
    assert [is_unknown(x) for x in (None, 1.0, worded, ta.unknown)] == [False, False, False, True]
    assert [in_words(x) for x in (None, 1.0, worded, ta.unknown, lambda a, z: a)] == ["", "", "slope in words", "", ""]
    (joined,), several = ta.ops["concatenate"].rules, ta.ops["where"]
    assert [rule for _, rule in zip("abc", ta.ops["concatenate"].each)] == [joined] * 3
    assert tuple(several.each) == several.rules
    assert [scaled(3.0, k) for k in (1.0, -1.0, 2.0)] == [3.0, -3.0, 6.0]
    g = np.ones(2)
    assert scaled(g, 1.0) is g


@pytest.fixture
def declared():
    before = set(ta.ops)
    yield
    for made in set(ta.ops) - before:
        del ta.ops[made]


def test_an_elementwise_operation_of_any_number_of_inputs(declared):
    """d/dx of the sum of squares of all inputs is 2x, in every interpreter."""

    @ta.elementwise(dxs=lambda i, _, *xs: 2 * xs[i])
    def squares(*xs):
        """a = xs[0] ** 2 + ..."""
        return sum(x * x for x in xs)

    for data in (1.5, np.array([1.0, -2.0, 0.5])):
        x, y, z = ta.Value(data), ta.Value(3.0), ta.Value(-0.25)
        squares(x, y, z).sum().backward()
        count = np.size(data)
        np.testing.assert_allclose(x.grad, 2 * np.asarray(data), rtol=1e-15)
        np.testing.assert_allclose((y.grad, z.grad), (6.0 * count, -0.5 * count), rtol=1e-15)
    assert ta.grad(lambda x: squares(x))(0.75) == 1.5
    large = np.linspace(-1.0, 1.0, 1 << 18)
    np.testing.assert_array_equal(ta.grad(lambda x: squares(x, 2.0).sum())(large), 2 * large)
    second = ta.grad(ta.grad(lambda x: squares(x, x * x)))(0.5)  # of x**2 + x**4: 2 + 12 x**2
    assert second == pytest.approx(5.0, rel=1e-14)
    program = ta.compile(ta.grad(lambda x, y: squares(x, y, x).sum(), argnums=(0, 1)))
    dx, dy = program(np.array([1.0, -2.0]), np.array([0.5, 4.0]))
    np.testing.assert_array_equal((dx, dy), ([4.0, -8.0], [1.0, 8.0]))
    assert ta.gradcheck(squares, 0.3, 1.2, -0.7).ok


_NUMBERS = (2, 2.0, np.float64(2.0), np.float32(2.0), np.int64(2))


@pytest.mark.parametrize("number", _NUMBERS, ids=lambda x: type(x).__name__)
def test_a_number_of_any_type_is_a_rule(declared, number):
    @ta.elementwise(dz=number, output=number, input=number)
    def twice(z):
        """a = 2 * z"""
        return 2 * z

    for form in ("auto", "output", "input"):
        with ta.derivative_form(form):
            for data in (1.5, np.ones(3)):
                x = ta.Value(data)
                twice(x).sum().backward()
                np.testing.assert_array_equal(x.grad, np.full(np.shape(data), 2.0))
    assert [ta.derivative("twice", order)(0.5) for order in (1, 2)] == [2.0, 0.0]
    assert ta.ops["twice"].derivative == "2"


def plain_ops():
    return [op for op in ta.ops.values() if op.plain]


@each("op", plain_ops(), ids=lambda op: op.name)
def test_the_written_out_pass_takes_the_same_slopes(op):
    """`backprop_scalar` runs rules without a call of `slope_by`: the same floats must come, to the last bit."""
    count = 0
    for numbers in ((0.37, 0.81), (0.81, 0.37), (1.9, 2.6), (-0.4, 0.7), (-1.3, -2.2)):
        values = [ta.Value(x) for x in numbers[: len(op.inputs)]]
        a = op.call(*values)
        if not math.isfinite(a.data):
            continue
        primals = tuple(x.data for x in values)
        slopes = [slope_by(op, rule, i, a.data, primals, {}) for i, rule in enumerate(op.each)]
        if not all(map(math.isfinite, slopes)):
            continue
        a.backward()
        assert [x.grad for x in values] == [0.0 + 1.0 * d for d in slopes]
        count += 1
    assert count, "no point at which it is finite"


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
@each("op", plain_ops(), ids=lambda op: op.name)
def test_the_written_out_chain_rule_takes_the_same_slopes(op):
    """`pull_local` does not call it either."""
    for numbers in ((0.37, 0.81), (-1.3, -2.2)):
        for convert in (float, lambda x: np.array([x, x])):
            primals = tuple(map(convert, numbers[: len(op.inputs)]))
            a, g = op.call(*primals), convert(3.0)
            if not np.all(np.isfinite(a)):
                continue
            for i, rule in enumerate(op.each):
                expected = np.multiply(g, slope_by(op, rule, i, a, primals, {}))
                np.testing.assert_array_equal(pull_local(op, rule, i, g, a, primals, {}), expected)


def rule_like(node):
    """Whether an expression names a rule: `rule`, `dz_rule`, `op.rules[0]`, `node.op.rule(i)`."""
    return any(
        "rule" in name.split("_") or "rules" in name.split("_")
        for part in ast.walk(node)
        for name in [part.id if isinstance(part, ast.Name) else part.attr if isinstance(part, ast.Attribute) else ""]
    )


def spellings(source):
    """Lines that ask what kind of rule one is, call one, or repeat one for variadic inputs."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and node.args and isinstance(node.func, ast.Name):
            if node.func.id in ASKS and rule_like(node.args[0]):
                yield node.lineno, ast.unparse(node)
            if node.func.id == "rule":
                yield node.lineno, ast.unparse(node)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Subscript) and rule_like(node.func.value):
            yield node.lineno, ast.unparse(node)
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mult) and ast.unparse(node.left).endswith(".rules"):
            yield node.lineno, ast.unparse(node)


@pytest.mark.parametrize(
    "text",
    [
        "d = rule if isinstance(rule, float) else rule(a, *args, **static)",
        "d = rule(a, z) if callable(rule) else rule or 0.0",
        "if type(op.rules[0]) is float: pass",
        "rules = op.rules * count if op.variadic else op.rules",
        "d = op.rules[0](a, z)",
    ],
)
def test_the_scan_sees_a_second_spelling(text):
    assert list(spellings(text))


def test_rules_are_run_in_one_way():
    found = []
    for path in sorted(PACKAGE.rglob("*.py")):
        name = path.relative_to(PACKAGE).as_posix()
        if name not in DECLARING | INLINED | REWRITING:
            found += [f"{name}:{line}: {text}" for line, text in spellings(path.read_text(encoding="utf-8"))]
    assert not found, "run rules by core/rules.py: " + "; ".join(found)


def test_formulas_see_which_input_is_meant():
    op = likeness(False, True)
    spelled = run_rule(op, lambda i, g, a, *xs: g * xs[0], name("i"), name("g"), name("a"), [name("x")], {})
    assert python(spelled) == "g * x"
