"""Labels, keys and names are anybody's text: none becomes code, whatever it holds, in any form that leaves here."""

from __future__ import annotations

import ast
import copy
import importlib.util
import io
import itertools
import keyword
import os
import re
import tokenize
import unicodedata
from collections import namedtuple

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import tinygrad_act as ta
from tinygrad_act.compiler.identifiers import BUILTINS, RESERVED, distinct, function_name, identifier
from tinygrad_act.core.registry import is_name

CANARY = "TINYGRAD_ACT_CANARY"
RUN = f"__import__('os').environ.__setitem__('{CANARY}', 'ran')"
KNOWN = [
    "hidden weights", "x[print('RAN')]", RUN, f"a{RUN}", f"x[{RUN}]", f"x={RUN}", f"x: {RUN}", f"*_, x={RUN}",
    f'"""\n{RUN}\n"""', f'a"""; {RUN}; """', f"'''\n{RUN}\n'''", f"a\n    {RUN}", f"a\r{RUN}", f"a\x0c{RUN}",
    f"a\u2028{RUN}", f"a\u2029{RUN}", f"a\x85{RUN}", f"#\n{RUN}", f"']\n{RUN}\n['", f"\\']; {RUN} #",
    f"a'] or {RUN} or ['", "\\", '"', "'", "a\\", "\\N{BULLET}", "{a}", "{", "}", "%s", "%(a)s", "$x$", "ﬁ", "fi",
    "ﬁrst", "first", "ª", "a", "ⅷ", "viii", "①", "é", "e\u0301", "𝐱", "x", "class", "lambda", "None", "True",
    "match", "case", "type", "_", "__", "__debug__", "__import__", "__builtins__", "__name__", "np", "memory",
    "variables", "print", "exec", "float", "range", "slice", "min", "FloatingPointError", "IndexError", "has_nan",
    "total", "step", "i", "part", "size", "m1", "t1", "k1", "z1", "a1", "loss", "self", "results", "operation",
    "base64", "builtins", "", " ", "1x", "x y", "x-y", "x" * 5000, "\x00", "a\x00b", "\x1b[31m", "\x7f", "\ud800",
    "a\udfff", "\ufffe", "\u202eevil", "\u200bx", "\u2066x", "\ufeff", "ᅠ", "ㅤ", "<script>alert(1)</script>",
    "</script>", "<!--", "-->", "]]>", "&", "<", "&amp;", "a|b", "`", "``", "[x](javascript:alert(1))",
    "<img src=x onerror=alert(1)>", "|", "\n\n# head", "$$", "\\end{align}", "}{", "_{", "^", "digraph {}", "\\N",
    "]];", "</text>", "' onload='x", '" onload="x', "ſ", "s", "K", "k", "变量", "переменная",
]  # fmt: skip
PIECES = [
    "\\", '"', '"""', "'", "\n", "\r", "\x0c", "\x00", "\x85", "\u2028", "\u202e", "\ud800", "ﬁ", "fi", "ª", " ",
    "(", ")", "[", "]", "{", "}", "=", ":", ";", ",", "#", "<", ">", "&", "|", "$", "`", "%", "_", "__", "a", "x",
    "1", "é", "</script>", "]]>", "-->", RUN, "\ufffe", "\x1b", "😀", "e\u0301",
]  # fmt: skip
texts = st.sampled_from(KNOWN) | st.lists(st.sampled_from(PIECES), max_size=8).map("".join) | st.text(max_size=12)
keys = texts | st.integers(-3, 3) | st.binary(max_size=4) | st.floats(allow_nan=False) | st.none() | st.booleans()
hostile = settings(max_examples=25, deadline=None)


@pytest.fixture(autouse=True)
def no_code_runs():
    os.environ.pop(CANARY, None)
    yield
    assert CANARY not in os.environ, "text became code and ran"


def named(name, function):
    """The function under any name."""

    def call(*args, **kwargs):
        return function(*args, **kwargs)

    call.__name__ = call.__qualname__ = name
    return call


def check_source(source):
    """Python reads every name as it stands there, no docstring lets anything out, and names are not made twice."""
    tree = ast.parse(source)
    words = {x.string for x in tokenize.generate_tokens(io.StringIO(source).readline) if x.type == tokenize.NAME}
    for word in words:
        assert unicodedata.normalize("NFKC", word) == word
        assert len(word) < 120
    made = [x.name for x in tree.body if isinstance(x, ast.FunctionDef)]
    made += [x.id for y in tree.body if isinstance(y, ast.Assign) for x in y.targets]
    assert len(set(made)) == len(made), f"two of one name: {made}"
    for line in source.split("\n"):
        assert line.isprintable(), repr(line)
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef):
            arguments = [x.arg for x in (*node.args.args, *node.args.kwonlyargs)]
            assert len(set(arguments)) == len(arguments)
    assert all(isinstance(x.value, ast.Constant) for x in tree.body if isinstance(x, ast.Expr))


def check_program(compiled, args, expected, folder):
    """The program and its saved module give what the function gives."""
    copied = copy.deepcopy(args)  # the first call may be given what it may overwrite
    found = compiled(*args)
    same(found, expected)
    check_source(compiled.source)
    path = folder / "saved.py"
    compiled.save(path)
    check_source(path.read_text(encoding="utf-8"))
    spec = importlib.util.spec_from_file_location("saved", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    same(getattr(module, compiled.program.name)(*copied), found)


def same(found, expected):
    if isinstance(expected, dict):
        assert list(found) == list(expected)
        found, expected = list(found.values()), list(expected.values())
    if isinstance(expected, (list, tuple)):
        assert len(found) == len(expected)
        for x, y in zip(found, expected):
            same(x, y)
        return
    expected = expected.numpy() if isinstance(expected, ta.Value) else expected
    np.testing.assert_allclose(found, expected, rtol=1e-12)


X = np.linspace(-1.0, 1.0, 6).reshape(2, 3)


@hostile
@given(texts, st.lists(texts, min_size=4, max_size=4), st.lists(keys, min_size=3, max_size=3, unique=True))
def test_compiled_functions(tmp_path_factory, name, labels, chosen):
    outside, constant = ta.Value(X * 2, labels[0]), ta.Value(X + 1, labels[1], requires_grad=False)
    other = ta.Value(X * 3, labels[2])

    def f(tree):
        z = tree[chosen[0]] * outside + constant
        z.label = labels[3]
        a = ta.tanh(z) + other * tree[chosen[1]]
        return {chosen[2]: a, chosen[0]: (a * a).sum(), chosen[1]: [z]}

    tree = {key: X + i for i, key in enumerate(chosen)}
    check_program_of_variables(named(name, f), tree)
    pure = named(name, lambda tree: {key: ta.sigmoid(x) * constant.numpy() for key, x in tree.items()})
    check_program(ta.compile(pure), (tree,), pure(tree), tmp_path_factory.mktemp("saved"))
    slopes = named(name, lambda tree: ta.value_and_grad(lambda t: sum(ta.tanh(x).sum() for x in t.values()))(tree))
    check_program(ta.compile(slopes, donate=0), ({k: x.copy() for k, x in tree.items()},), slopes(tree),
                  tmp_path_factory.mktemp("saved"))  # fmt: skip


def check_program_of_variables(f, tree):
    compiled = ta.compile(f)
    same(compiled(tree), f(tree))
    same(compiled(tree), f(tree))
    check_source(compiled.source)


@hostile
@given(labels=st.lists(texts, min_size=5, max_size=5))
def test_compiled_graphs(labels):
    leaves = [ta.Value(X + i, label) for i, label in enumerate(labels[:4])]
    z = leaves[0] * leaves[1] + leaves[2]
    z.label = labels[4]
    root = (ta.tanh(z) * leaves[3] * z).sum()
    root.backward()
    expected = [x.grad.copy() for x in leaves]
    program = ta.compile(root)
    for x in leaves:
        x.zero_grad()
    program.backward()
    for x, slope in zip(leaves, expected):
        np.testing.assert_allclose(x.grad, slope, rtol=1e-12)
    check_source(program.source)
    numbers = [ta.Value(0.1 * i, labels[i % 5]) for i in range(40)]
    total = sum(ta.tanh(x * y) for x, y in itertools.pairwise(numbers))
    assert ta.compile(total).forward() == pytest.approx(total.item(), rel=1e-12)


@pytest.mark.parametrize("pair", [("ﬁ", "fi"), ("K", "K"), ("ª", "a"), ("x y", "x-y"), ("", " "), ("class", "class_"),
                                  ("x_2", "x"), ("x" * 100 + "a", "x" * 100 + "b"), ("\ud800", "\udfff")])  # fmt: skip
def test_two_keys_never_become_one_name(pair, tmp_path):
    tree = {pair[0]: X, pair[1]: X * 10}
    f = lambda t: t[pair[0]] - ta.tanh(t[pair[1]])
    check_program(ta.compile(f), (tree,), f(tree), tmp_path)
    graph = ta.Value(X, pair[0]) - ta.tanh(ta.Value(X * 10, pair[1]))
    np.testing.assert_allclose(ta.compile(graph).forward(), X - np.tanh(X * 10))


@pytest.mark.parametrize("key", [np.inf, -np.inf, (np.inf, 1), -0.0, 1e300, np.float32(np.inf), np.float64(0.1),
                                 np.int64(-3), (), ((),), ("a",), b"\x00'", "\ud800", None, True])  # fmt: skip
def test_keys_that_are_no_text(key, tmp_path):
    f = lambda t: {key: t[key] * 2.0, "other": ta.exp(t[key])}
    check_program(ta.compile(f), ({key: X},), f({key: X}), tmp_path)


def test_a_key_that_finds_nothing_is_refused():
    with pytest.raises(TypeError, match="has the key nan"):
        ta.compile(lambda t: t["a"])({"a": X, np.nan: X})


class Loud(str):
    """Text that spells itself as code."""

    __slots__ = ()

    def __repr__(self):
        return RUN


class LoudNumber(int):
    def __repr__(self):
        return RUN


@pytest.mark.parametrize("key", [Loud("a"), LoudNumber(3), (Loud("a"),)])
def test_keys_that_spell_themselves_are_refused(key):
    with pytest.raises(TypeError, match="a program spells its keys"):
        ta.compile(lambda t: t[key] * 2.0)({key: X})
    made = ta.compile(lambda x: {key: x * 2.0})
    np.testing.assert_array_equal(made(X)[key], X * 2)


def test_parameters_that_spell_themselves_are_not_asked(scratch):
    @ta.op(dx=None)
    def chosen(x, *, how="a", axis=0):
        """a = chosen(x)"""
        if type(how) is not Loud or x.sum() > 1e9:
            raise TypeError(how)
        return np.sum(x, axis)

    f = ta.compile(lambda x: ta.sum(x, axis=LoudNumber(1)) + chosen(x, how=Loud("a"), axis=LoudNumber(1)))
    np.testing.assert_array_equal(f(X), 2 * X.sum(1))
    np.testing.assert_array_equal(f(X), 2 * X.sum(1))


@pytest.mark.parametrize("kind", [str, np.str_, Loud])
def test_subscripts_are_text_of_any_kind(kind):
    np.testing.assert_allclose(ta.compile(lambda x: ta.einsum(kind("ij->i"), x))(X), X.sum(1))


@hostile
@given(name=texts)
def test_keyword_arguments(name):
    name = name[:100]
    f = lambda x, **more: x * more[name] if name in more else x
    if name in ("x", *RESERVED) or not is_name(name):
        with pytest.raises(TypeError):
            ta.compile(f)(X, **{name: 2.0})
    else:
        compiled = ta.compile(f)
        np.testing.assert_array_equal(compiled(X, **{name: 2.0}), X * 2)
        np.testing.assert_array_equal(compiled(X, **{name: X}), X * X)
        check_source(compiled.source)


PARAMETERS = sorted({*BUILTINS, *RESERVED, "has_nan", "IndexError", "match", "_", "__x", "results", "type", "total",
                     "k1", "float_2", "builtins", "base64", "x" * 90})  # fmt: skip


@pytest.mark.parametrize("name", PARAMETERS)
def test_parameters_called_like_what_programs_use(name, tmp_path):
    """`float` of a number, loops over slices, and the error that a NaN raises."""
    space = {"ta": ta}
    exec(f"def f({name}, other): return ta.sum(ta.tanh({name} * 2.0) * ta.sigmoid(other)), other * {name}", space)
    f = space["f"]
    for x, y in [(0.5, 2.0), (np.linspace(-3, 3, 70_001), 1.5)]:
        check_program(ta.compile(f), (x, y), f(x, y), tmp_path)
        slopes = f"def f({name}, other): return value_and_grad(lambda x, y: f(x, y)[0], (0, 1))({name}, other)"
        made = {"value_and_grad": ta.value_and_grad, "f": f}
        exec(slopes.replace("def f(", "def slopes("), made)
        check_program(ta.compile(made["slopes"]), (x, y), made["slopes"](x, y), tmp_path)
    bad = np.full(70_001, np.nan)
    np.testing.assert_array_equal(ta.compile(f)(bad, 1.5)[1], bad)


def test_donated_arrays_under_any_name():
    for name in ("_", "tree", "args", *PARAMETERS):
        space = {}
        exec(f"def f({name}, x, **more): return {name} - x - more['y'] * 0.5, x", space)
        step = ta.compile(space["f"], donate=0)
        w = np.ones(100)
        assert step(w, np.ones(100), y=np.ones(100))[0] is w
        np.testing.assert_array_equal(w, np.full(100, -0.5))


@pytest.mark.parametrize("name", KNOWN)
def test_names_of_functions(name, tmp_path):
    f = named(name, lambda x: (ta.tanh(x) * 2.0, 1.5))
    compiled = ta.compile(f)
    check_program(compiled, (X,), f(X), tmp_path)
    assert repr(compiled)
    assert compiled.explain()
    wide = np.ones(70_001)
    check_program(ta.compile(named(name, lambda x: ta.tanh(x * 2.0))), (wide,), np.tanh(wide * 2.0), tmp_path)


@pytest.mark.parametrize("name", KNOWN)
def test_names_of_classes(name, tmp_path):
    pair = namedtuple("Pair", "x y")
    table = type("Table", (dict,), {})
    pair.__name__ = table.__name__ = name.replace("\0", "").encode("utf-8", "replace").decode()
    f = lambda p, t: (pair(p.x * 2.0, t["a"]), table(b=p.y))
    x, y = ta.compile(f)(pair(X, X), table(a=X))
    assert type(x) is pair
    assert type(y) is table
    np.testing.assert_array_equal(x.x, X * 2)


@pytest.mark.usefixtures("scratch")
@pytest.mark.parametrize("name", [x for x in KNOWN if x not in ta.ops])
def test_names_of_operations(name, tmp_path):
    """An operation whose body a program calls as it is."""

    def body(x):
        """a = 2 * x"""
        return x * 2.0 if x.sum() < 1e9 else x

    body.__name__ = name
    declare = ta.op(dx=lambda g, _, x: g * 2.0 if g.sum() < 1e9 else g)
    if name.startswith("__"):
        with pytest.raises(ValueError, match="is no name for an operation"):
            declare(body)
        assert name not in ta.ops
        return
    double = declare(body)
    f = lambda x: ta.value_and_grad(lambda x: double(ta.tanh(x)).sum())(x)
    compiled = ta.compile(f)
    same(compiled(X), f(X))
    check_source(compiled.source)


def test_the_gate():
    assert [identifier(x) for x in ("hidden weights", "ﬁ", "class", "match", "__x", "1", "", "é", "e\u0301")] == [
        "hidden_weights", "fi", "class_", "match_", "x__x", "x1", "x", "é", "é",
    ]  # fmt: skip
    assert distinct(["a", "a", "a_2", "ª"], {"a"}) == ["a_2", "a_3", "a_2_2", "a_4"]
    assert [function_name(x) for x in ("f", "ﬁ", "class", "float", "np", "a b", 3, "<lambda>", "__x__")] == [
        "f", "fi", "step", "step", "step", "step", "step", "step", "step",
    ]  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(text=texts)
def test_every_text_has_a_name(text):
    name = identifier(text)
    assert is_name(name)
    assert identifier(name) == name
    assert len(name) <= 62
    assert not name.startswith("__")
    assert not keyword.issoftkeyword(name)
    space = {}
    exec(f"{name} = 1", space)
    assert space[name] == 1
    assert function_name(text).isidentifier()
    assert re.fullmatch(r"\w+", name)
