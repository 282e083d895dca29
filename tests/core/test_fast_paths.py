"""Every short way runs where it should, and is right by itself.

A short way that raises, or is never taken, costs nothing but time: the long way steps in, and tests of
results stay green. So here the long way is taken away, or the short one is called directly.
"""

from __future__ import annotations

import inspect
import math
import pathlib
import subprocess
import sys

import numpy as np
import pytest

import tinygrad_act as ta
from tinygrad_act import Value
from tinygrad_act.check import samples
from tinygrad_act.core import blocks
from tinygrad_act.core.graph import topological_order
from tinygrad_act.engine import backprop, recording, value
from tinygrad_act.engine.backprop_scalar import pull_scalars
from tinygrad_act.operations import local
from tinygrad_act.operations.arithmetic import chain

from ..each import each
from ..engine.test_backprop import random_expression
from .test_blocks import points


def never(*_, **__):
    raise AssertionError("the long way was taken")


# -- graphs of Python floats ----------------------------------------------------------------------------


def cotangents(root, g=1.0):
    """Those of all nodes by the general pass."""
    uses, _ = backprop.count_uses(root, Value, 1)
    return dict(backprop.pull(root, g, uses, Value, 1, False))


@each("g", [1.0, -2.5])
@each("seed", range(25))
def test_the_scalar_pass_gives_every_node_what_the_general_pass_gives(seed, g):
    start = np.random.default_rng(seed).uniform(-1, 1, 4)
    leaves = [Value(float(x)) for x in start]
    root = random_expression(np.random.default_rng(seed), leaves, 40)
    expected = cotangents(root, g)
    reached = pull_scalars(root, g, Value)
    assert reached is not None, "it gave up on ordinary numbers"
    assert set(map(id, reached)) == {id(x) for x in expected if x.op is None}
    for node in topological_order([root], Value):
        assert node.pending == 0
        if node in expected:
            assert type(node.grad) is float
            np.testing.assert_allclose(node.grad, expected[node], rtol=1e-12, atol=1e-13)


def takes_the_scalar_pass(seed):
    value.deliver = never
    leaves = [Value(float(x)) for x in np.random.default_rng(seed).uniform(-1, 1, 4)]
    root = random_expression(np.random.default_rng(seed), leaves, 40)
    expected = cotangents(root)
    root.backward()
    root.backward()
    for leaf in leaves:
        np.testing.assert_allclose(leaf.grad, 2 * expected[leaf], rtol=1e-12, atol=1e-13)


def test_backward_of_a_float_takes_the_scalar_pass():
    """In a process of its own: a subclass of Value, which other tests have, ends it."""
    code = "from tests.core.test_fast_paths import takes_the_scalar_pass as run\nfor seed in range(5): run(seed)"
    root = pathlib.Path(__file__).parents[2]
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=root, check=False)
    assert ended.returncode == 0, ended.stderr


@pytest.mark.parametrize("start", [math.inf, math.nan, 0.0])
def test_the_scalar_pass_leaves_what_is_not_finite_to_the_general_one_and_no_trace(start):
    x, w = Value(start), Value(2.0)
    (w * 3.0).backward()
    root = (x.sqrt() * w if start == 0.0 else x + w) * 1.0
    if start == 0.0:  # 1 / sqrt(0): the result is finite, its slope is not
        assert root.data == 0.0
    assert pull_scalars(root, 1.0, Value) is None
    assert w.grad == 3.0
    assert x.grad == 0.0
    assert all(node.pending == 0 for node in topological_order([root], Value))


BY_NAME = ("add", "sub", "mul", "pow", "matmul", "neg", "abs")
OPERATORS = {"div": "__truediv__"} | {name: f"__{name}__" for name in BY_NAME}
PLAIN = [op for op in ta.ops.public() if op.plain and (len(op.inputs) == 1 or op.name in OPERATORS)]


@each("dtype", [float, np.float64, np.float32])
@each("op", PLAIN, ids=lambda op: op.name)
def test_ordinary_floats_and_arrays_are_recorded_without_a_question(op, dtype, monkeypatch):
    """`record` asks about everything; the methods of Value do not, where there is nothing to ask."""
    if dtype is float and not op.elementwise:
        pytest.skip("not on numbers")
    case = next(case for case in samples.cases(op) if dtype is not float or not any(case.inputs))
    arrays = [np.atleast_1d(x).astype(dtype) for x in samples.sample(op, case)]
    values = [Value(float(x[0])) if dtype is float else Value(x) for x in arrays]
    expected = op.call(*[x.data for x in values])
    monkeypatch.setattr(recording, "evaluate", never)
    monkeypatch.setattr(recording, "_settle", never)
    node = getattr(values[0], OPERATORS.get(op.name, op.name))(*values[1:])
    assert node.op is op
    assert node.inputs == tuple(values)
    assert np.array_equal(node.data, expected)


# -- shorter formulas for large arrays --------------------------------------------------------------------

FUSED = [op for op in ta.ops.values() if op.fused is not None]
WITH_FORWARD = [op for op in FUSED if op.fused.forward is not None and op.elementwise and len(op.inputs) == 1]
WITH_PULL = [
    pytest.param(op, form, id=f"{op.name}-{form}")
    for op in FUSED
    for form in ("pull", "accurate")
    if getattr(op.fused, form) is not None and op.elementwise and len(op.inputs) == 1
]
FLOATS = [np.float64, np.float32]


def ordinary(op, dtype):
    """Numbers that no shorter formula should leave to the operation, its kinks among them."""
    z = np.clip(points(op, op.defaults, dtype, wild=False), -5, 5)
    return z if op.kinks else np.where(z == 0, dtype(0.5), z)  # gelu's rule divides by z


def close(found, expected, g=1.0):
    """To roundings of the result, and of g times the slopes' size of 1: a root is no place for relative errors."""
    eps = float(np.finfo(expected.dtype).eps)
    far = np.abs(found - expected) > 40 * eps * np.abs(expected) + 8 * eps * np.abs(g)
    assert np.isfinite(found).all()
    assert not far.any(), f"{found[far][:5]} for {expected[far][:5]}"


@each("dtype", FLOATS)
@each("op", WITH_FORWARD, ids=lambda op: op.name)
def test_a_shorter_body_is_right_by_itself_on_ordinary_numbers(op, dtype):
    z = ordinary(op, dtype)[: blocks.BLOCK // np.dtype(dtype).itemsize]
    out = np.full_like(z, np.nan)
    with np.errstate(**blocks.CAREFUL):
        op.fused.forward(z, out, **op.defaults)
    close(out, by_body(op, z))


def by_body(op, z):
    """What the operation gives on pieces too small for any shorter formula."""
    return np.concatenate([op.call(z[i : i + 1000]) for i in range(0, z.size, 1000)])


@each("dtype", FLOATS)
@each("op", WITH_FORWARD, ids=lambda op: op.name)
def test_large_arrays_take_the_shorter_body(op, dtype, monkeypatch):
    z = ordinary(op, dtype)
    expected = by_body(op, z)
    run = blocks._run_fused
    monkeypatch.setattr(blocks, "_run_fused", lambda _, *rest: run(never, *rest))
    close(op.call(z), expected)


@each("dtype", FLOATS)
@each(("op", "form"), WITH_PULL)
def test_a_shorter_rule_is_right_by_itself_and_large_arrays_take_it(op, form, dtype, monkeypatch):
    z = ordinary(op, dtype)
    g = np.random.default_rng(1).choice(np.array([0.0, 1.0, -2.5], dtype), z.size)
    a = by_body(op, z)
    rule = op.rules[0] if form == "pull" else op.forms["input"]
    with np.errstate(all="ignore"):
        expected = chain(g, rule(a, z, **op.defaults), 0.0).astype(dtype)
    monkeypatch.setattr(local, "_piece", never)
    with ta.derivative_form("auto" if form == "pull" else "input"):
        found = local.pull_local(op, op.rules[0], 0, g, a, (z,), op.defaults)
    assert found.dtype == dtype
    close(found, expected, g)


# -- linear operations ------------------------------------------------------------------------------------


@each("op", [op for op in ta.ops.values() if any(rule is not None for rule in op.rules)],
                         ids=lambda op: op.name)  # fmt: skip
def test_linear_is_declared_where_numbers_say_so_and_nowhere_else(op):
    """f(2x - 3y) = 2 f(x) - 3 f(y), in all inputs that a gradient flows to, taken together."""
    found = [linear for case in samples.cases(op) if (linear := is_linear(op, case)) is not None]
    if op.linear:
        assert all(found), f"{op.name} is declared linear and is not: {found}"
    else:
        masked = ("where", "where_used")  # not linear in what they look at
        assert not all(found) or op.name in masked, f"{op.name} is linear: declare it"


def is_linear(op, case):
    f, arrays = samples.movable(op, case)
    if not any(np.size(x) for x in arrays):
        return None
    rng = np.random.default_rng(0)
    x, y = ([rng.normal(size=np.shape(array)) for array in arrays] for _ in range(2))
    with np.errstate(all="ignore"):
        mixed = f(*[2 * one - 3 * other for one, other in zip(x, y)])
        return np.allclose(mixed, 2 * f(*x) - 3 * f(*y), rtol=1e-12, atol=1e-12)


def test_a_tuple_of_whole_numbers_is_not_read_part_by_part(monkeypatch):
    def refuse(op, static):
        raise AssertionError("it was")

    monkeypatch.setattr("tinygrad_act.core.dispatch.checked", refuse)
    x = np.ones((2, 3))
    assert ta.reshape(x, shape=(3, 2)).shape == (3, 2)
    assert ta.sum(ta.Value(x), axis=(0, 1)).item() == 6.0
    for given in ((True, 1), (np.int64(0), 1), (ta.Value(0, requires_grad=False), 1)):
        with pytest.raises(AssertionError, match="it was"):
            ta.sum(x, axis=given)


def test_a_body_of_operations_alone_runs_bare_on_numbers():
    op = ta.ops["leaky_relu"]
    assert op.scalar.__code__ is inspect.unwrap(op.forward).__code__
    with np.errstate(all="raise"):
        assert ta.leaky_relu(1e308, slope=10.0) == 1e308
        assert ta.leaky_relu(-1e308, slope=10.0) == -np.inf
