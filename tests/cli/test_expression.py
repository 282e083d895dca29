"""Formulas that a user types: what they compute, and that nothing hostile gets past the reader."""

from __future__ import annotations

import ast
import builtins
import contextlib
import itertools
import keyword
import math
import time
import unicodedata

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import tinygrad_act as ta
from tinygrad_act.cli.expression import (
    ExpressionError,
    evaluate_expression,
    limits,
    parse,
    parse_assignment,
    reader,
    visitor,
)
from tinygrad_act.core.graph import topological_order

from ..each import each


def refusal(text, values=None):
    """The message, without the lines that show the place; and the column of the caret."""
    with pytest.raises(ExpressionError) as caught:
        evaluate_expression(text, values)
    message, shown, caret = str(caught.value).rsplit("\n", 2)
    assert shown.startswith("    ")
    assert caret.endswith("^")
    return message, len(caret) - 5


# -- what a formula computes ----------------------------------------------------------------------


@each(("text", "expected"), [
    ("1 + 2 * 3", 7), ("(1 + 2) * 3", 9), ("-2 ** 2", -4), ("2 ** -1", 0.5), ("2 ** 3 ** 2", 512), ("- -3", 3),
    ("7 - 4 - 1", 2), ("1 / 4", 0.25), ("+5", 5), ("1_000 + .5 + 1. + 1e-3", 1001.501), ("1 / 0", math.inf),
    ("-inf", -math.inf), ("1e999", math.inf), ("cos(pi)", -1), ("9**9**9", math.inf), ("1 < 2", True),
    ("2 != 2", False),
    ("where(2 >= 2, 5, 6)", 5), ("swish(0)", 0), ("leaky_relu(-1, slope=0.5)", -0.5), ("[1, -2, 3] @ [4, 5, 6]", 12),
    ("sum([[1, 2], [3, 4]])", 10), ("max([[1, 2], [3, 4]], axis=None, keepdims=False)", 4), ("(sigmoid)(0)", 0.5),
    ("z = 3 * 4; z + z", 24), ("a = 2\nb = a * (\n a + 1)\n\n b * a\n", 12), (";2;", 2), ("\t1\r\n", 1),
    ("(2\n* 3)", 6),
    ("sum(pad([1], pad_width=(2, 1)))", 1), ("hard_tanh(5, min=-2, max=inf)", 5),
])  # fmt: skip
def test_numbers_and_precedence_are_those_of_python(text, expected):
    value = evaluate_expression(text)
    assert isinstance(value, ta.Value)
    assert value.item() == pytest.approx(expected)
    assert not value.requires_grad


def test_the_graph_is_the_one_that_python_would_have_made():
    a = evaluate_expression("z = w*x + b; a = sigmoid(z)", {"w": 0.5, "x": 3, "b": -0.5})
    w, x, b = ta.Value(0.5, "w"), ta.Value(3.0, "x"), ta.Value(-0.5, "b")
    z = w * x + b
    expected = ta.sigmoid(z)
    z.label, expected.label = "z", "a"
    for root in (a, expected):
        root.backward()
    ours, theirs = (topological_order([root], ta.Value) for root in (a, expected))
    assert [(v.label, v.op, v.data, v.grad) for v in ours] == [(v.label, v.op, v.data, v.grad) for v in theirs]
    assert [v.label for v in ours if v.op is None] == ["w", "x", "b"]


def test_matrices_and_parameters():
    value = evaluate_expression("softmax(X @ W, axis=0)", {"X": [[1, 2], [3, 4]], "W": np.eye(2, dtype=np.float32)})
    assert value.data == pytest.approx(ta.softmax(np.array([[1.0, 2.0], [3.0, 4.0]]), axis=0))
    assert evaluate_expression("concatenate(x, [5, 6], axis=-1)", {"x": [1.0]}).data.tolist() == [1, 5, 6]
    assert evaluate_expression("transpose(X, axes=(1, 0))", {"X": [[1, 2]]}).shape == (2, 1)


def test_assigned_names_become_labels_but_a_leaf_keeps_its_own():
    value = evaluate_expression("y = x; z = 2 * 3; y * z", {"x": 2.0})
    assert [v.label for v in value.inputs] == ["x", "z"]
    assert [v.requires_grad for v in value.inputs] == [True, False]
    given = ta.Value(2.0) * 3
    assert evaluate_expression("y = v; y * 2", {"v": given}).inputs[0] is given
    assert given.label is None


def test_a_value_is_taken_as_it_is_and_text_is_read_only_once():
    w = ta.Value(2.0, "weight")
    read = parse("w * v")
    assert read.variables == ("w", "v")
    assert evaluate_expression(read, {"w": w, "v": 3.0}).inputs[0] is w
    assert evaluate_expression(read, {"w": 1.0, "v": 3.0}).item() == 3.0


def test_variables_may_have_the_name_of_an_operation_and_letters_of_any_alphabet():
    assert evaluate_expression("sigmoid(sigmoid) + relu", {"sigmoid": 0.0, "relu": 1.0}).item() == 1.5
    assert evaluate_expression("θ * 重", {"θ": 2.0, "重": 4.0}).item() == 8.0


def test_an_operation_of_the_users_own_can_be_called(scratch):
    @ta.elementwise(dz=lambda a, z: 2 * z)
    def squared(z):
        """a = z * z"""
        return z * z

    assert evaluate_expression("squared(x)", {"x": 3.0}).item() == 9.0


# -- what gets no further -------------------------------------------------------------------------

HOSTILE = {
    "__import__('os')": "begin with __", "__builtins__": "begin with __", "().__class__": "attributes",
    "x.__class__": "attributes", "x.data": "attributes", "sigmoid.__globals__": "attributes", "...": "attributes",
    "1..real": "attributes", "1 .real": "attributes", "x[0]": "indexing", "x[sigmoid]": "indexing",
    "open('f')": "quotes", "eval('1')": "quotes", "exec(\"1\")": "quotes", "f\"{x}\"": "quotes", "b'x'": "quotes",
    "\"a\"*10**9": "quotes", "getattr(x, 'data')": "quotes", "exec(x)": "no operation named 'exec'",
    "open(x)": "no operation named 'open'", "print(1)": "no operation named 'print'", "ops(1)": "no operation named",
    "Value(1)": "no operation named", "lambda: 1": "`lambda` is not allowed",
    "[x for x in y]": "`for` is not allowed",
    "(x for x in y)": "`for` is not allowed", "x := 1": "`:` is not allowed", "(x := 1)": "`:` is not allowed",
    "1 if x else 2": "write where", "x and y": "write logical_and", "x or y": "write logical_or",
    "not x": "write logical_not", "x is y": "`is` is not allowed", "x in y": "`in` is not allowed",
    "import os": "`import` is not allowed", "del x": "`del` is not allowed", "await x": "`await` is not allowed",
    "yield x": "`yield` is not allowed", "*x": "a value is missing before '*'", "sigmoid(*x)": "a value is missing",
    "sigmoid(**x)": "a value is missing", "[*x]": "a value is missing", "{x}": "braces", "{1: 2}": "braces",
    "{**x}": "braces", "x % 2": "`%` is not allowed", "x // 2": "write floor", "x ^ 2": "write **",
    "x & y": "logical_and",
    "x | y": "logical_or", "~x": "logical_not", "x << 2": "a value is missing before '<'", "x # y": "comments",
    "x \\\n + 1": "backslashes", "x\0": "'\\x00' is not allowed", "x\x0c": "is not allowed",
    "@x": "a value is missing",
    "x\u202e": "RIGHT-TO-LEFT OVERRIDE", "\ud800": "no character", "x\u2028y": "LINE SEPARATOR",
    "$x": "'$' is not allowed",
    "x!": "`!` is not allowed", "`x`": "'`' is not allowed", "x?": "'?' is not allowed", "e\u0301": "COMBINING ACUTE",
    "x − 1": "plain minus sign", "2 × x": "write * for a product", "🎉": "PARTY POPPER",
    "ｓigmoid(1)": "only looks like",
    "x²": "only looks like 'x2'", "ﬁ": "only looks like 'fi'", "ѕigmoid(1)": "CYRILLIC SMALL LETTER DZE",
    "1j": "an operator is missing before 'j'", "True": "no real number", "None": "no real number",
    "x, y": "a tuple", "(1, 2)": "a tuple", "()": "a tuple", "x y": "operator is missing before 'y'",
    "2x": "operator is missing before 'x'", "0x1F": "operator is missing", "3(4)": "only operations can be called",
    "sigmoid(1)(2)": "only operations can be called", "[sigmoid][0](1)": "only operations can be called",
    "(1)(2)": "only operations can be called", "(x=1)": "can't be read", "x = 1 = 2": "before =",
    "(x) = 1": "before =",
    "x[0] = 1": "before =", "x += 1": "before =", "= 1": "before =", "x =": "a value is missing after '='",
    "x +": "missing after '+'", "(x +)": "missing after '+'", "x * * y": "missing before '*'",
    "sum(,)": "missing before ','",
    "sigmoid(x": "'(' is never closed", "sigmoid(x]": "no bracket is open", "x)": "no bracket is open",
    "[1; 2]": "inside of brackets", "a < b < c": "one comparison", "007": "can't be read", "1__0": "can't be read",
    "sum(x, 0)": "sum: takes 1 input (x), not 2", "add(x)": "add: takes 2 inputs (x, y), not 1",
    "sigmoid(z=x)": "takes 1 input (z), not 0", "sum(x, axes=0)": "unknown keyword 'axes'",
    "softmax(x, axis=y)": "a parameter is a number", "softmax(x, axis=--1)": "a parameter is a number",
    "softmax(x, axis=sum(1))": "a parameter is a number", "softmax(x, axis=-None)": "a parameter",
    "softplus(x, beta=-1)": "softplus: beta=-1 is not allowed", "threshold(x)": "'threshold' is missing",
    "getitem(x, index=lambda: 0)": "`lambda` is not allowed", "einsum(x)": "'subscripts' is missing",
    "gumbel_softmax(x)": "'rng' is missing", "pi = 3": "'pi' is a number here", "__x = 1; __x": "begin with __",
    "tanhh(x)": "did you mean 'tanh'?", "": "there is no formula", " ;\n; ": "there is no formula",
    "f'{x}'": "quotes", "f'{f\"{x}\"}'": "quotes", "rb'x'": "quotes", "'''x'''": "quotes", "x.__dict__": "attributes",
    "x.\u200b__class__": "attributes", "lambda x: x": "`lambda` is not allowed", "(lambda: x)()": "`lambda`",
    "async x": "`async` is not allowed", "{y: x for y in x}": "braces", "sum(y for y in x)": "`for` is not allowed",
    "x[1:2]": "`:` is not allowed", "x[...]": "attributes", "x not in y": "`not`", "x is not y": "`is` is not allowed",
    "1 == x != y": "one comparison", "x <= y >= 1": "one comparison", "x <> y": "a value is missing before '>'",
    "softmax(x, axis=0, axis=1)": "'axis' is given twice", "sum(x, axis=0, axis=0)": "'axis' is given twice",
    "sum(x, axis=0, y)": "can't be read", "sum(axis=0, *x)": "a value is missing", "sum(x, **y)": "a value is missing",
    "softmax(x, __class__=1)": "begin with __", "softmax(x, axis=0x1)": "operator is missing before 'x1'",
    "softmax(x, axis=1j)": "operator is missing before 'j'", "softmax(x, axis='0')": "quotes",
    "softmax(x, axis=[y, 1])": "a parameter is a number", "softmax(x, axis=-(1, 2))": "a parameter is a number",
    "softmax(x, axis=not 1)": "`not` is not allowed", "softmax(x, axis=1 if x else 2)": "`if` is not allowed",
    "0b11": "operator is missing before 'b11'", "0o17": "operator is missing before 'o17'", "1_": "can't be read",
    "1.5j": "operator is missing before 'j'", "1e5e5": "operator is missing before 'e5'",
    "1if x": "`if` is not allowed",
    "True = 1; x": "'True' is a word of Python's", "None = 1; x": "'None' is a word", "lambda = 1": "`lambda`",
    "class = 1": "`class` is not allowed", "x: y = 1": "`:` is not allowed", "x, y = 1": "before =",
    "[x] = 1": "before =", "sum(x) = 1": "before =", "x **= 2": "before =", "x @= 2": "before =",
    "x = y = 1": "before =", "１ + 1": "only looks like '1'", "٣ + 1": "can't be read",
    "x\u200dy": "ZERO WIDTH JOINER", "x\xady": "SOFT HYPHEN",
    "\ufeffx": "ZERO WIDTH NO-BREAK SPACE", "x\u00a0+ y": "NO-BREAK SPACE", "ᵉxec(x)": "only looks like 'exec'",
    "＿_import__(x)": "FULLWIDTH LOW LINE", "𝐱": "only looks like 'x'", "ſum(x)": "only looks like 'sum'",
    "\u212a": "looks like 'K'", "x\x1b[2J": "is not allowed", "x\r\ny": "its result is used nowhere",
    "(x": "'(' is never closed", "[x)": "no bracket is open", "x\nif y:\n  z": "`if` is not allowed",
    "import os; x": "`import` is not allowed", "from os import x": "`from`", "global x": "`global`",
    "assert x": "`assert`", "raise x": "`raise`", "return x": "`return`", "pass": "`pass`",
    "match x": "operator is missing before 'x'", "type x = 1": "operator is missing before 'x'",
    "print x": "operator is missing before 'x'",
}  # fmt: skip


def refused_unrun(read):
    """The message of `read()`, which fails the test if it runs code, imports or opens a file; "" if it passes."""

    def forbidden(*args, **kwargs):
        if args[0] == "unicodedata":  # Python's own parser asks for it where a name is not ASCII
            return unicodedata
        pytest.fail(f"something was run: {args[0]!r:.80}")

    with pytest.MonkeyPatch.context() as monkeypatch:
        for name in ("open", "eval", "exec", "input", "print", "__import__"):
            monkeypatch.setattr(builtins, name, forbidden)
        try:
            read()
        except ExpressionError as error:
            return error.args[0]
    return ""


@each(("text", "said"), HOSTILE.items())
def test_what_is_no_formula_is_refused_and_never_run(text, said):
    message = refused_unrun(lambda: evaluate_expression(text, {"x": 1.0, "y": 2.0}))
    assert said in message
    assert message.count("\n") in (0, 2)
    assert all(len(line) < 200 for line in message.split("\n"))


@each("text", [
    "x.data", "().__class__", "x[0]", "x[1:2]", "lambda: 1", "[y for y in x]", "{y: 1 for y in x}", "(y for y in x)",
    "f'{x}'", "'text'", "b'x'", "(y := x)", "1 if x else 2", "x and 1", "not x", "*x", "sigmoid(*x)", "sigmoid(**x)",
    "{x}", "{}", "await x", "(yield x)", "x is 1", "x in x", "x % 2", "x // 2", "x & 1", "~x", "sigmoid.call(x)", "...",
    "1j", "True", "sigmoid(x)(x)", "(lambda: 1)()", "__import__('os')", "open(x)", "softmax(x, axis=open(x))",
    "softmax(x, axis=x.ndim)", "softmax(x, axis='0')", "softmax(x, axis=[y for y in x])", "sum([x for x in x])",
    "x" * 10 + "\0", "x; x", "x = 1", "f'{x!r:{x}}'", "x if x else x", "x or x", "x is not x", "x not in x", "x ^ x",
    "x >> x", "x << x", "x | x", "+(lambda: 1)", "-x.real", "[x.real]", "sum(*[x])", "sum(**{})", "[*x]", "x[:]",
    "x[::2]", "sum(x for x in x)", "1 < x < 2", "softmax(x, axis=lambda: 1)", "softmax(x, axis=-x)",
    "softmax(x, axis=0, axis=1)", "softmax(x, axis=(y := 1))", "b'x'[0]", "None", "Ellipsis.__class__", "True + 1",
    "(x)(x)", "[sum][0](x)", "sum(x)(x)", "{*x}", "{**x}", "u'x'", "'a' 'b'", "x @ 'a'", "(x, x)", "()",
    "[y async for y in x]", "(yield)", "(yield from x)",
])  # fmt: skip
def test_the_second_wall_holds_without_the_first(monkeypatch, text):
    monkeypatch.setattr(reader, "formulas", lambda text: [limits.Formula("", 0, text, 0)])
    assert refused_unrun(lambda: evaluate_expression(text, {"x": 1.0}))


KINDS = {ast.Constant, ast.Name, ast.List, ast.UnaryOp, ast.BinOp, ast.Compare, ast.Call}


def test_no_other_kind_of_expression_is_known():
    """Whatever a later Python adds."""
    others = set(ast.expr.__subclasses__()) - KINDS
    assert others >= {ast.Lambda, ast.Attribute, ast.Subscript, ast.NamedExpr, ast.JoinedStr, ast.Await, ast.Starred}
    for kind in others:
        tree = kind()
        tree.lineno, tree.col_offset, tree.end_lineno, tree.end_col_offset = 1, 0, 1, 1
        with pytest.raises(ExpressionError, match="not allowed|only allowed|missing"):
            visitor.Visitor("x", {}).result(limits.Formula("", 0, "x", 0), tree)


def test_a_bracket_around_a_parameter_is_harmless():
    assert evaluate_expression("softmax(x, axis=-(1))", {"x": [1.0]}).item() == 1.0


@pytest.mark.parametrize("text", ["exec(1)", "sigmoid.real", "x[0]", "sigmoid(x, f=print)", "lambda: x"])
def test_assignments_are_no_way_out_either(text):
    for spelled in (f"w={text}", f"w=[{text}]", f"w=(1)+{text}"):
        assert refused_unrun(lambda: parse_assignment(spelled))


LONG = [
    "(" * 100_000, "(" * 40_000 + "1" + ")" * 40_000, "[" * 300 + "]" * 300, "sigmoid(" * 60 + "1" + ")" * 60,
    "+".join(["1"] * 50_000), "+".join(["1"] * 2_000), "**".join(["2"] * 2_000),
    "-" * 90_000 + "1", "<".join("1" * 2_000),
    "9" * 5_000, "0." + "1" * 5_000, "x" * 10_000, "1" + " " * 200_000, "x." * 10_000, ";" * 99_000, "1," * 49_000,
    "sum(" + "1," * 40_000 + ")", "\0" * 10_000, "=" * 10_000, "a=" * 10_000, "é" * 10_000, "ｘ" * 10_000,
    "'" * 10_000,
    "((-" * 25 + "-" * 2_000 + "1" + "))" * 25,
]  # fmt: skip


@each("text", LONG, ids=lambda text: f"{text[:9]}... of {len(text)}")
def test_long_and_deep_text_is_refused(text):
    with pytest.raises(ExpressionError) as caught:
        evaluate_expression(text)
    assert len(str(caught.value)) < 600


@pytest.mark.slow
@each("text", LONG, ids=lambda text: f"{text[:9]}... of {len(text)}")
def test_it_is_refused_at_once(text):
    start = time.process_time()
    test_long_and_deep_text_is_refused.__wrapped__(text)
    assert time.process_time() - start < 5


NESTED = {
    "(": ")", "[": "]", "{": "}", "sigmoid(": ")", "sum([": "])", "softmax(x, axis=(": ",))", "x[": "]", "-": "",
    "+": "", "- + ": "", "~": "", "not ": "", "await ": "", "lambda: ": "", "lambda x=": ": 1", "1 if 1 else ": "",
    "1 if ": " else 1", "1 ** ": "", "1 + ": "", "1 @ ": "", "1 < ": "", "1 == ": "", "1 and ": "", "*": "", "**": "",
    "(y := ": ")", "(yield ": ")", "f'{": "}'", "[x for x in ": "]", "{1: ": "}", "": ".x", " ": "[0]", "  ": "(x)",
    "   ": "**2", "-(": ")", "1 + (": ")", "1 ** -": "", "(-": ")", "((": "))", "[(": ")]", "1,": "", "y = ": "",
    "x;": "", "\n": "", "[-": "]", "sum(x, axis=-": ")", "1e-1 - ": "", "1 < -": "",
}  # fmt: skip
"""What nests in Python, one inside of the other."""


@pytest.mark.parametrize(("opens", "closes"), NESTED.items())
def test_nothing_nests_deeper_than_the_parser_can_take(monkeypatch, opens, closes):
    """Python's own parser is never given what ends its stack, which in C is a crash."""
    parsed = []
    parse = ast.parse
    monkeypatch.setattr(reader.ast, "parse", lambda source, **more: parsed.append(source) or parse(source, **more))
    for count in (60, 1_100, 9_000):
        many, rest = opens * count, closes * count
        for text in (f"{many}x{rest}", many, f"x{rest}", f"a = {many}x{rest}; a"):
            with contextlib.suppress(ExpressionError):
                evaluate_expression(text, {"x": 1.0})
    for source in parsed:
        assert max(itertools.accumulate((c in "([") - (c in ")]") for c in source)) <= 50
        assert sum(map(source.count, "-+*/@<>.")) <= 2 * 1_000 + 50
        assert not set(source) & set("{}:~'")
        assert not set(source.split()) & set(keyword.kwlist)


@pytest.mark.parametrize("count", [1_000, 1_001])
@pytest.mark.parametrize("operator", ["+", "-", "*", "/", "**", "@", "<", "=="])
def test_operators_are_counted_one_by_one(operator, count):
    text = operator.join(["1"] * (count + 1))
    if count > 1_000:
        assert "more than 1,000 operators" in refusal(text)[0]
    elif operator in ("@", "<", "=="):  # for which other reasons are found
        assert "operators" not in refusal(text)[0]
    else:
        assert isinstance(evaluate_expression(text), ta.Value)


@pytest.mark.parametrize("text", [
    "+".join(["1"] * 1001), "-" * 1000 + "1", "**".join(["1"] * 1001), "(" * 50 + "1" + ")" * 50,
    "(-" * 49 + "-" * 900 + "1" + ")" * 49, "sum([" + "-1," * 20_000 + "1])", "sum(" + "[" * 49 + "1" + "]" * 49 + ")",
    "a = tile([[1]], reps=(2000, 1000)); sum(transpose(a) @ a)",
    "a0 = 1" + "".join(f"; a{i} = a{i - 1} + 1" for i in range(1, 4_000)) + "; a3999",
])  # fmt: skip
def test_what_is_within_the_limits_is_computed(text):
    assert math.isfinite(evaluate_expression(text).item())


@pytest.mark.parametrize("error", [MemoryError, RecursionError])
def test_what_is_too_much_for_pythons_parser_is_such_an_error_too(monkeypatch, error):
    def overwhelmed(*args, **kwargs):
        raise error

    monkeypatch.setattr(reader.ast, "parse", overwhelmed)
    message = "this can't be read as a formula: it is too long for one; name a part: z = ...; f(z)"
    assert refusal("z = 1; 2 * z") == (message, 4)


@pytest.mark.parametrize("text", [
    "tile([1, 2], reps=1000000000)", "repeat([1], repeats=99999999999999999999)", "pad([[[1]]], pad_width=100000)",
    "broadcast_to([1], shape=(100000, 100000))", "scatter_add([1], index=0, shape=(1000000, 1000000))",
    "a = tile([1], reps=9000); outer(a, a)", "a = tile([[1]], reps=(9000, 1)); a @ transpose(a)",
    "a = tile([[1]], reps=(9000, 1)); a + transpose(a)", "a = tile([1], reps=6000000); a + a",
])  # fmt: skip
def test_a_short_formula_does_not_fill_the_memory(text):
    assert refusal(text)[0] == "the results would have more than 10,000,000 entries together"


@pytest.mark.parametrize("operation", ["v @ v", "dot(v, v)"])
def test_a_short_formula_does_not_take_forever(operation):
    """Products of long vectors are small."""
    part = " + ".join([operation] * 200)
    text = f"v = tile([1], reps=4000000); {part}"
    assert refusal(text)[0] == "the operations would read more than 1,000,000,000 entries together"


def test_running_out_of_memory_in_an_operation_is_such_an_error_too(scratch):
    @ta.op(dx=None)
    def hungry(x):
        """a = x, forever"""
        raise MemoryError("no more")

    assert refusal("1 + hungry(2)") == ("hungry: no more", 4)


@settings(max_examples=300, deadline=None)
@given(st.lists(st.sampled_from([
    "x", "sigmoid", "sum", "tile", "inf", "lambda", "True", "1", "2.5", "1e", "(", ")", "[", "]", ",", "=", ";",
    "\n", " ",
    "+", "-", "*", "**", "@", "/", "<", "==", ".", "axis", "'", "__x", "é", "\0", ":", "9" * 30, "if", "else",
]), max_size=25).map("".join) | st.text(max_size=30))  # fmt: skip
def test_any_text_gives_a_value_or_an_expression_error(text):
    with contextlib.suppress(ExpressionError):
        assert isinstance(evaluate_expression(text, {"x": [1.0, 2.0]}), ta.Value)


# -- what a message shows -------------------------------------------------------------------------


@pytest.mark.parametrize(("text", "column"), [
    ("w * tanhh(x)", 4), ("1 +\t[1, 2] + [1, 2, 3]", 11), ("θ + θ.T", 5), ("2 *  'a'", 5), ("(1)  % 2", 5),
    ("重 + $", 5), ("1 + sum(2, foo=1)", 4), ("((1)) < 2 < 3", 0), ("θ = 1; θ + tanhh(2)", 11), ("x +", 3),
])  # fmt: skip
def test_the_caret_stands_under_the_place(text, column):
    assert refusal(text, {name: 1.0 for name in "wx" if name in text})[1] == column


def test_a_long_line_is_cut_around_the_place_and_only_its_line_is_shown():
    text = "a = 1\n" + "a + " * 50 + "$" + " + a" * 50
    with pytest.raises(ExpressionError) as caught:
        parse(text)
    _, shown, caret = str(caught.value).split("\n")
    assert shown[len(caret) - 1] == "$"
    assert shown.startswith("    …")
    assert shown.endswith("…")
    assert len(shown) < 90


def test_missing_and_unused_variables_are_named():
    assert refusal("w * x + bias", {"w": 1.0}) == ("no value is given for 'x', 'bias'; write x=0.5 bias=0.5", 4)
    assert refusal("X", {"x": 1.0})[0] == "no value is given for 'X'; did you mean 'x'? (given, but not used: 'x')"
    assert refusal("weight", {"wieght": 1.0})[0].startswith("no value is given for 'weight'; did you mean 'wieght'?")
    assert "CYRILLIC SMALL LETTER A" in refusal("а", {})[0]
    assert refusal("tanh * x", {"x": 1.0})[0].startswith("'tanh' is an operation: call it, as in tanh(z)")
    with pytest.raises(ExpressionError, match="does not use 'b', 'c'; it uses w$"):
        evaluate_expression("w", {"w": 1, "b": 2, "c": 3})
    with pytest.raises(ExpressionError, match="does not use 'z'; 'z' is computed by the formula itself"):
        evaluate_expression("z = 1; z", {"z": 2})


def test_each_name_has_one_meaning_and_each_result_a_use():
    assert refusal("a = 1; a = 2; a")[0].startswith("'a' is assigned twice")
    assert refusal("x * 2; 3")[0].startswith("its result is used nowhere")
    assert refusal("a = 1; 2")[0].startswith("'a' is computed and used nowhere")
    assert refusal("b = a; a = 1; a * b", {"a": 1.0}) == ("'a' is a variable already; choose another name", 7)
    assert refusal("x * x(3)", {"x": 1})[0] == "'x' is a value and can't be called; write x * (...) for a product"


def test_errors_of_operations_and_lists_show_the_place():
    assert refusal("1 + x @ [1, 2]", {"x": [1, 2, 3]})[1] == 6
    assert refusal("2 * [x, 1]", {"x": 1.0}) == ("a list holds numbers only; to join Values write stack(x, y)", 4)
    assert refusal("[[1], [2, 3]]")[0].startswith("the items of this list differ in shape")
    assert refusal("sum([1], axis=4)")[0].startswith("sum: axis 4 is out of bounds")


@pytest.mark.parametrize("data", ["abc", [[1], [2, 3]], None, 1j, {"a": 1}])
def test_values_that_are_no_numbers_are_named(data):
    with pytest.raises(ExpressionError, match="variable 'w': "):
        evaluate_expression("w", {"w": data})


def test_text_has_to_be_text():
    with pytest.raises(TypeError, match="got float; expected text"):
        parse(3.0)


# -- NAME=NUMBER ----------------------------------------------------------------------------------


@each(("text", "name", "data"), [
    ("w=0.5", "w", 0.5), ("x=3", "x", 3.0), ("b=-0.5", "b", -0.5), ("x=1e-3", "x", 0.001), ("x=-inf", "x", -math.inf),
    ("x = 1/3", "x", 1 / 3), ("X=[[1,2],[3,-4]]", "X", [[1.0, 2.0], [3.0, -4.0]]), ("v=[]", "v", []),
    ("θ=+1", "θ", 1.0),
    ("sigmoid=2", "sigmoid", 2.0), (" w = 2\n", "w", 2.0), ("w=[1]+2", "w", [3.0]), ("w=1<2", "w", 1.0),
])  # fmt: skip
def test_assignments(text, name, data):
    found = parse_assignment(text)
    assert found == (name, data)
    assert type(found[1]) is type(data)


def test_nan_is_a_number_that_can_be_given():
    name, data = parse_assignment("x=nan")
    assert name == "x"
    assert math.isnan(data)


@each(("text", "said"), [
    ("w", "write NAME=NUMBER"), ("=3", "write NAME=NUMBER"), ("", "write NAME=NUMBER"),
    ("w=abc", "'abc' is no number"),
    ("w=__import__('os')", "begin with __"), ("2w=1", "'2w' is no name; write NAME=NUMBER"),
    ("w=", "missing after '='"),
    ("X=[[1],[2,3]]", "differ in shape"), ("w==3", "write NAME=NUMBER"), ("lambda=3", "`lambda` is not allowed"),
    ("inf=3", "'inf' is a number here"), ("a=1;b=2", "used nowhere"), ("w=2;w", "'w' is no number"),
    ("a.b=1", "'a.b' is no name"),
    ("w=w", "'w' is a variable already"), ("w=1 x=2", "operator is missing before 'x'"), ("w='1'", "quotes"),
    ("__w=1", "begin with __"),
    ("w=1,2", "a tuple"), ("a=b=3", "before ="), ("x" * 10_000 + "=1", "10,000 characters"),
    ("w=[1,[2]]", "differ in shape"),
    ("w=True", "no real number"), ("ｗ=1", "only looks like 'w'"), ("w=" + "[" * 60, "brackets are open"),
])  # fmt: skip
def test_bad_assignments_say_what_is_expected(text, said):
    with pytest.raises(ExpressionError) as caught:
        parse_assignment(text)
    assert said in str(caught.value)
