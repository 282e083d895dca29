"""A saved program imports NumPy alone, and gives the same numbers as the program, to the last bit."""

from __future__ import annotations

import ast
import itertools
import sys
import threading
import types

import numpy as np
import pytest

import tinygrad_act as ta
from tinygrad_act.check import samples
from tinygrad_act.core.trees import flatten

from ..saved_programs import bits, run_all, same_numbers

ACTIVATIONS = [op for op in ta.ops.values() if op.reference is not None]


def network(rng, sizes, dtype=np.float32):
    layers = list(itertools.pairwise(sizes))
    weights = {f"w{i + 1}": rng.normal(size=shape).astype(dtype) for i, shape in enumerate(layers)}
    return {**weights, **{f"b{i + 1}": np.zeros((1, n), dtype) for i, (_, n) in enumerate(layers)}}


def binary_loss(params, x, y):
    a1 = ta.tanh(x @ params["w1"] + params["b1"])
    return ta.bce_with_logits(a1 @ params["w2"] + params["b2"], y).mean()


def softmax_loss(params, x, y):
    a1 = ta.leaky_relu(x @ params["w1"] + params["b1"])
    a2 = ta.sigmoid(a1 @ params["w2"] + params["b2"])
    return -(y * ta.log_softmax(a2 @ params["w3"] + params["b3"])).sum() / len(x) + ta.softmax(a2).max() * 0.01


def step_of(loss, donate=()):
    @ta.compile(donate=donate)
    def step(params, x, y):
        value, gradient = ta.value_and_grad(loss)(params, x, y)
        return value, {name: p - 0.5 * gradient[name] for name, p in params.items()}

    return step


def flower(dtype=np.float32):
    rng = np.random.default_rng(0)
    x = rng.normal(size=(400, 2)).astype(dtype)
    return network(rng, (2, 4, 1), dtype), x, (x[:, :1] * x[:, 1:] > 0).astype(dtype)


def spoiled(x):
    """The same with NaN and infinities among it."""
    y = x.copy()
    y.flat[::3], y.flat[1::3] = np.nan, np.inf
    return y


@pytest.mark.parametrize("donate", [(), "params"])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_a_training_step_and_its_update_in_place(donate, dtype, tmp_path):
    params, x, y = flower(dtype)
    step = step_of(binary_loss, donate)
    program = step.trace(params, x, y)
    many = [({name: p * scale for name, p in params.items()}, x, y) for scale in (1, 0.5, 1e30)]
    many += [({**params, "w1": spoiled(params["w1"])}, x, y), (params, spoiled(x), y)]
    text = same_numbers(tmp_path, program, *many)
    assert "def step(params, x, y):" in text
    assert "intermediate results: what an earlier call has left, if no other is using it" in text
    names = [x for x in ast.walk(ast.parse(text)) if isinstance(x, (ast.Import, ast.ImportFrom))]
    assert {x.module if isinstance(x, ast.ImportFrom) else x.names[0].name for x in names} == {"__future__", "numpy"}


def test_a_deeper_network_with_softmax(tmp_path):
    rng = np.random.default_rng(1)
    params, x = network(rng, (8, 6, 5, 3)), rng.normal(size=(20, 8)).astype(np.float32)
    y = ta.one_hot(rng.integers(0, 3, 20), 3).astype(np.float32)
    program = step_of(softmax_loss).trace(params, x, y)
    text = same_numbers(tmp_path, program, (params, x, y), (params, spoiled(x), y), (params, 1e20 * x, y))
    assert "def softmax(" in text or "np.exp(" in text


@pytest.fixture(scope="module")
def activations(tmp_path_factory):
    """For every activation, case and dtype: what its saved value and gradient gave, and what the program does."""
    folder = tmp_path_factory.mktemp("saved")
    calls, expected, keys = [], [], []
    for op in ACTIVATIONS:
        for i, case in enumerate(samples.cases(op)):
            for dtype in (np.float64, np.float32):
                f, arrays = samples.movable(op, case)
                arrays = [x.astype(dtype) for x in arrays]
                program = _value_and_gradient(f, len(arrays)).trace(*arrays)
                path = folder / f"a{len(calls)}.py"
                program.save(path)
                many = [arrays, [spoiled(x) for x in arrays], [1e6 * x for x in arrays]]
                expected.append([bits(program(*args)) for args in many])
                calls.append((str(path), program.name, many))
                keys.append((op.name, i, np.dtype(dtype).name))
    got = run_all(folder, calls)
    return {key: (x, [bits(result) for result, _ in y]) for key, x, y in zip(keys, expected, got, strict=True)}


def _value_and_gradient(f, count):
    def loss(*arrays):
        a = f(*arrays)
        return (a * a).sum() if isinstance(a, ta.Value) else float(np.sum(a * a))

    return ta.compile(ta.value_and_grad(loss, tuple(range(count))))


@pytest.mark.parametrize("op", ACTIVATIONS, ids=lambda op: op.name)
def test_every_activation_and_its_gradient(op, activations):
    mine = {key: pair for key, pair in activations.items() if key[0] == op.name}
    assert mine
    for key, (expected, got) in mine.items():
        assert got == expected, key


def test_large_arrays_that_go_in_pieces(tmp_path):
    x = np.random.default_rng(2).normal(size=(40, 5000))
    f = _value_and_gradient(lambda x: ta.softmax(x) * ta.gelu(x) + ta.softmin(x), 1)
    same_numbers(tmp_path, f.trace(x), (x,), (spoiled(x),))


def test_steps_of_backpropagation_that_are_called_as_they_are(tmp_path):
    """Of Python floats, of single entries, and of parameters that are data."""
    single = lambda x, n: ta.softplus(x[1] * n) + ta.reshape(ta.sigmoid(n), shape=(1,)).sum() + ta.leaky_relu(n) * x[0]
    x = np.array([0.5, -1.5, 3.0])
    for f in (single, lambda x, n: ta.hard_sigmoid(single(x, n)) * x, lambda x, n: n * ta.reshape(x[2], shape=(1,))):
        program = ta.compile(ta.value_and_grad(lambda x, n, f=f: (f(x, n) * f(x, n)).sum(), (0, 1))).trace(x, 0.7)
        same_numbers(tmp_path, program, (x, 0.7), (-x, -0.3), (x * 1e200, 1e200), (x * np.nan, 0.0), (x, np.inf))


def test_a_compiled_value(tmp_path):
    w, x = ta.Value(np.array([0.5, -1.5]), label="w"), ta.Value(np.array([2.0, 3.0]), label="x")
    program = ta.compile(ta.sigmoid(w * x).sum()).program
    same_numbers(tmp_path, program, ({"w": w.data, "x": x.data}, {}), ({"w": w.data * np.nan, "x": x.data}, {}))


def test_a_graph_of_scalars(tmp_path):
    numbers = [0.1 * i for i in range(20)]
    f = ta.compile(ta.value_and_grad(lambda xs: sum(ta.tanh(x * y) for x in xs for y in xs)))
    same_numbers(tmp_path, f.trace(numbers), (numbers,), ([x + 1 for x in numbers],))


def test_nested_structures_constants_of_all_kinds_and_static_arguments(tmp_path):
    table = np.random.default_rng(3).normal(size=(7, 11))
    odd = np.array([np.nan, np.inf, -np.inf, -0.0, 5e-324])
    negative_nan = np.copysign(np.array([np.nan, 1.0]), -1)
    rows, mask = [2, 0, 2], np.arange(7) % 2 == 0

    def f(tree, n, *, scale=2.0):
        a = tree["a"][0] * odd + tree["a"][1] * np.float32(0.1)
        b = (table @ tree["b"])[rows].sum() + ta.where(mask, table.T[0], 1.0).sum() + np.asfortranarray(table)[3, 2]
        return {"first": (a, [b]), "n": n, "second": {"c": tree["b"] * scale, "d": negative_nan * tree["b"][:2]}}

    tree = {"a": [np.ones(5), 3.0], "b": np.arange(11.0)}
    compiled = ta.compile(f)
    same_numbers(tmp_path, compiled.trace(tree, 4), (tree, 4), ({"a": [np.zeros(5), -1.0], "b": tree["b"] * 1e200}, 4))


def test_keyword_only_arguments(tmp_path):
    @ta.compile
    def f(x, *, scale, shift=1.0):
        return ta.tanh(x * scale) + shift

    x = np.arange(600.0)
    program = f.trace(x, scale=2.0, shift=0.5)
    program.save(tmp_path / "f.py")
    space = {}
    exec((tmp_path / "f.py").read_text(), space)
    assert "memory" in program.source.splitlines()[0]
    assert bits(space["f"](x, scale=3.0, shift=-0.5)) == bits(f(x, scale=3.0, shift=-0.5))
    assert bits(space["f"](x, 3.0, -0.5)) == bits(f(x, scale=3.0, shift=-0.5))


def test_zero_size(tmp_path):
    x = np.empty((0, 3))
    same_numbers(tmp_path, _value_and_gradient(lambda x: ta.tanh(x) @ np.ones((3, 2)), 1).trace(x), (x,))


@pytest.mark.parametrize(
    "name", ["chain", "operation", "softmax", "k1", "zero", "exp", "t1", "sum", "is_large", "np", "memory", "has_nan"]
)
def test_names_that_clash_with_helpers(name, tmp_path):
    space = {"ta": ta}
    exec(f"def {name}(m1, {name}, results=1.0): return (ta.softmax({name}) * ta.gelu(m1) * results).sum()", space)
    f = ta.compile(ta.value_and_grad(space[name], (0, 1)))
    x = np.random.default_rng(4).normal(size=(3, 40))
    same_numbers(tmp_path, f.trace(x, x + 1, 2.0), (x, x + 1, 2.0), (spoiled(x), x, 1.0), (x * 1e300, x, 1.0))


OPERATIONS = '''
import math
from fractions import Fraction
from functools import cache
import numpy as np
import tinygrad_act as ta
from tinygrad_act.operations.special import erf

SHIFT, _LIMITS = 0.25, {"low": -1.0, "high": [1.0, np.inf]}

@cache
def factor(n):
    return math.factorial(n) / 2

def folded(x, by=SHIFT, *, low=_LIMITS["low"]):
    if x.size > 3:  # a comment
        return np.concatenate([folded(x[:3]), folded(x[3:])])
    return np.where(x > low, x - by, min(_LIMITS["high"])) * float(Fraction(1, 3)) * (lambda y: y + SHIFT)(factor(3))

@ta.op(dx=lambda g, a, x: g * scaled(x))
def bent_rows(x):
    """a = bent_rows(x)"""
    if x.sum() > 1e9:
        return x
    return folded(x.reshape(-1)).reshape(x.shape) + ta.sum(erf(x), -1, keepdims=True)

@ta.elementwise(dx=1.0)
def scaled(x):
    """a = 3 * x"""
    return 3 * x

def steep(z):
    return np.where(z == 0, np.inf, 2 * z) if (z == 0).any() else 2 * z

@ta.elementwise(dz=lambda a, z: steep(z))
def squared(z):
    """a = z * z"""
    return z * z
'''


def test_an_operation_of_the_users_own_with_all_it_refers_to(tmp_path, scratch, monkeypatch):
    (tmp_path / "operations_of_a_user.py").write_text(OPERATIONS)
    monkeypatch.syspath_prepend(tmp_path)
    module = __import__("operations_of_a_user")
    f = _value_and_gradient(module.bent_rows, 1)
    x = np.random.default_rng(5).normal(size=(3, 4))
    text = same_numbers(tmp_path, f.trace(x), (x,), (spoiled(x),))
    squared = _value_and_gradient(module.squared, 1)
    program = squared.trace(x)
    assert "squared_dz(" in program.source
    same_numbers(tmp_path, program, (x,), (np.zeros((3, 4)),), (spoiled(x),))
    assert "# a comment" in text
    assert "import math" in text


def test_an_operation_without_source_is_named(scratch, tmp_path):
    space = {"ta": ta}
    code = "@ta.op(dx=lambda g, a, x: g)\ndef unwritten(x):\n    'a = x'\n    return x if x.sum() > 0 else x * 1\n"
    exec(code, space)
    f = ta.compile(space["unwritten"])
    f(np.ones(3))
    said = "operation unwritten, which unwritten calls, .* (define it in a file|its file holds another)"
    with pytest.raises(TypeError, match=said):
        f.save(tmp_path / "x.py")
    assert not (tmp_path / "x.py").exists()


def test_a_file_that_has_changed_since_is_noticed(tmp_path, scratch, monkeypatch):
    path = tmp_path / "changed_since.py"
    path.write_text(OPERATIONS)
    monkeypatch.syspath_prepend(tmp_path)
    module = __import__("changed_since")
    path.write_text(OPERATIONS.replace("1e9", "1e8"))
    f = ta.compile(module.bent_rows)
    f(np.ones((2, 2)))
    with pytest.raises(TypeError, match="bent_rows.*its file holds another function there now"):
        f.save(tmp_path / "x.py")


def test_programs_that_call_this_package_are_refused(tmp_path):
    f = ta.compile(ta.grad(lambda x: ta.tanh(x).sum()), passes=())
    f(np.ones(3))
    with pytest.raises(TypeError, match=r"without the pass 'lower'.*compile it with all passes"):
        f.save(tmp_path / "x.py")


def test_threads_may_call_a_saved_program_at_the_same_time(tmp_path):
    params, x, y = flower()
    step = step_of(binary_loss)
    step(params, x, y)
    step.save(tmp_path / "step.py")
    module = types.ModuleType("saved")
    exec(compile((tmp_path / "step.py").read_text(), "step.py", "exec"), module.__dict__)
    expected = [bits(step(params, x * i, y)) for i in range(8)]
    wrong = []

    def work(i):
        for _ in range(50):
            result = module.step(params, x * i, y)
            if bits(result) != expected[i]:
                wrong.append(i)

    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    threads = [threading.Thread(target=work, args=(i,)) for i in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    sys.setswitchinterval(interval)
    assert not wrong


def test_no_result_is_overwritten_by_a_later_call(tmp_path):
    params, x, y = flower()
    step = step_of(binary_loss)
    step(params, x, y)
    step.save(tmp_path / "step.py")
    space = {}
    exec((tmp_path / "step.py").read_text(), space)
    first = space["step"](params, x, y)
    before = bits(first)
    space["step"](params, 2 * x, y)
    assert bits(first) == before
    assert len(space["_step_free"]) == 1, "the second call did not use the first one's room"
    assert not any(np.may_share_memory(a, b) for a in flatten(first) for b in flatten((params, x, y)))


def test_lines_of_a_file_end_where_python_ends_them(tmp_path, scratch, monkeypatch):
    """Not at a form feed, nor at the characters that end lines of text elsewhere."""
    odd = "\x0c# a page\n\nNOTE = '\u2028 \x1c \x85 \x0b'\n\n\x0c\n"
    text = OPERATIONS.replace("# a comment", "# \u2028 comment \x0c")
    (tmp_path / "with_form_feeds.py").write_text(odd + text, "utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    module = __import__("with_form_feeds")
    x = np.random.default_rng(5).normal(size=(3, 4))
    same_numbers(tmp_path, _value_and_gradient(module.bent_rows, 1).trace(x), (x,), (spoiled(x),))


def test_modules_that_name_themselves_as_code_are_refused(tmp_path, scratch):
    fake = types.ModuleType("numpy.linalg; print('RAN')")
    fake.inv = np.linalg.inv
    (tmp_path / "uses_a_fake.py").write_text("import numpy as np\nfake = None\ndef body(x):\n    'a = x'\n"
                                             "    return fake.inv(x) if x.sum() > 1e9 else x * 1.0\n")  # fmt: skip
    sys.path.insert(0, str(tmp_path))
    module = __import__("uses_a_fake")
    sys.path.remove(str(tmp_path))
    module.fake = fake
    f = ta.compile(ta.op(dx=None)(module.body))
    f(np.ones((2, 2)))
    f.save(tmp_path / "x.py")
    assert "RAN" not in (tmp_path / "x.py").read_text()
