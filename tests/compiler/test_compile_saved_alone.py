"""What saved programs hold in place of this package: the same numbers, called directly."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pytest

import tinygrad_act as ta
from tinygrad_act.check import samples
from tinygrad_act.compiler.saved.alone import operation, pulled
from tinygrad_act.compiler.saved.definitions import Definitions
from tinygrad_act.core.evaluate import evaluate
from tinygrad_act.core.op import REQUIRED
from tinygrad_act.engine.backprop import pull_one
from tinygrad_act.engine.tracing import Pull
from tinygrad_act.operations import local
from tinygrad_act.operations.idle import may_be_idle, settle

from ..conftest import differentiable, every_case, one_of_each_kind
from ..each import each
from ..saved_programs import bits, run_all, same_numbers
from .test_compile_fuzz import same_bits

CASES = every_case()
ELEMENTWISE = [op for op in ta.ops.values() if op.elementwise]
NUMBERS = [0.5, -0.5, 0.0, -1.0, 3.0, 800.0, -800.0, np.inf, -np.inf, np.nan]


def alone(op):
    """`op` as a saved module has it."""
    return operation(op)


@each("dtype", [np.float64, np.float32])
@each(("op", "case"), CASES)
def test_arrays(op, case, dtype):
    arrays = samples.sample(op, case, dtype)
    expected = evaluate(op, tuple(arrays), {**op.defaults, **case.static})
    found = alone(op)(*arrays, **case.static)
    assert same_bits(found, expected), f"{found} for {expected}"
    if op.variadic:
        assert same_bits(alone(op)(arrays, **case.static), expected), "as one list"
    by_position = [case.static.get(name, op.defaults[name]) for name in op.defaults]
    if not op.variadic and not any(value is REQUIRED for value in by_position):
        assert same_bits(alone(op)(*arrays, *by_position), expected), "parameters by position"


@each("op", ELEMENTWISE, ids=lambda op: op.name)
def test_numbers_of_every_kind(op):
    static = {**op.defaults, **next((case.static for case in samples.cases(op)), {})}
    for first in (*NUMBERS, 2):
        for second in NUMBERS[:6] if len(op.inputs) > 1 else [0.0]:
            args = (first, second, 0.25)[: len(op.inputs)]
            with np.errstate(all="ignore"):  # one operation may warn, both of them then
                expected = evaluate(op, args, static)
                found = alone(op)(*args, **static)
            assert same_bits(found, expected), f"{args}: {found!r} for {expected!r}"


@each("op", [op for op in ta.ops.values() if not op.elementwise and not op.variadic],
                         ids=lambda op: op.name)  # fmt: skip
def test_lists_and_numbers_beside_arrays(op):
    case = samples.cases(op)[0]
    arrays = samples.sample(op, case)
    expected = evaluate(op, tuple(arrays), {**op.defaults, **case.static})
    lists = [x.tolist() if isinstance(x, np.ndarray) and x.size and x.dtype.kind == "f" else x for x in arrays]
    found = alone(op)(*lists, **case.static)
    assert np.array_equal(np.asarray(found), np.asarray(expected), equal_nan=True)


# -- one step of backpropagation --------------------------------------------------------------------------


def pulled_alone(op, position):
    """The same for the cotangent of one input."""
    return pulled(op, op.rule(position), position, local.pull_by, settle if may_be_idle(op) else None)


def steps(op, args):
    """The positions that a cotangent flows to."""
    rules = op.rules * len(args) if op.variadic else op.rules
    return [i for i, rule in enumerate(rules) if rule is not None]


@each("dtype", [np.float64, np.float32])
@each(("op", "case"), differentiable(CASES))
def test_the_cotangents_of_arrays(op, case, dtype):
    arrays, static = samples.sample(op, case, dtype), {**op.defaults, **case.static}
    a = evaluate(op, tuple(arrays), static)
    g = np.random.default_rng(0).normal(size=a.shape).astype(a.dtype)
    for position in steps(op, arrays):
        expected = pull_one(op, position, g, a, tuple(arrays), static)
        found = pulled_alone(op, position)(g, a, *arrays, **static)
        assert same_bits(found, np.asarray(expected)), f"input {position}: {found} for {expected}"


@each("op", [op for op in ELEMENTWISE if any(op.rules)], ids=lambda op: op.name)
def test_the_cotangents_of_numbers(op):
    static = {**op.defaults, **next((case.static for case in samples.cases(op)), {})}
    for first in NUMBERS:
        for g in (1.0, -2.5, 0.0):
            args = (first, 1.5, 0.25)[: len(op.inputs)]
            with np.errstate(all="ignore"):
                a = evaluate(op, args, static)
                for position in steps(op, args):
                    expected = pull_one(op, position, g, a, args, static)
                    found = pulled_alone(op, position)(g, a, *args, **static)
                    assert same_bits(found, expected), f"{args}, input {position}: {found!r} for {expected!r}"


def written(op, position, conventions=None):
    """The step as a saved module defines it, run with NumPy alone."""
    module = Definitions({"step"})
    module.define("step", "step", Pull(op, position, pull_one, conventions))
    text = "\n".join([f"import {x}" for x in sorted(module.imports)] + ["import numpy as np", *module.parts])
    assert "tinygrad_act" not in text
    space = {}
    exec(f"from __future__ import annotations\n{text}", space)
    return space["step"]


def odd(x):
    """The same with what meets zeros badly."""
    if not isinstance(x, np.ndarray) or x.dtype.kind != "f":
        return x
    y = x.copy()
    y.flat[::3], y.flat[1::3] = np.inf, np.nan
    return y


ALWAYS_LINES = ("glu", "reglu", "geglu", "swiglu", "crelu")
"""Their rules pull through other operations, and no program calls them as they are."""
WRITTEN = [case for case in one_of_each_kind(differentiable(CASES)) if case.values[0].name not in ALWAYS_LINES]


@each(("op", "case"), WRITTEN, parts=4)
def test_every_step_that_is_written_gives_the_packages_bits(op, case):
    """Of zeros that meet infinities, too."""
    arrays, static = samples.sample(op, case, np.float64), {**op.defaults, **case.static}
    a = evaluate(op, tuple(arrays), static)
    g = np.random.default_rng(0).normal(size=a.shape).astype(a.dtype)
    some, odds = g * (np.arange(g.size).reshape(g.shape) % 2), [odd(x) for x in arrays]
    for position in steps(op, arrays):
        step = written(op, position)
        for cotangent, args, out in [(g, arrays, a), (some, odds, odd(a)), (0 * g, odds, odd(a))]:
            expected = pull_one(op, position, cotangent, out, tuple(args), static)
            found = step(cotangent, out, *args, **static)
            assert same_bits(found, expected), f"input {position}: {found} for {expected}"


ONE_INPUT = [op for op in ELEMENTWISE if op.fused.pull and len(op.inputs) == 1]


@each("op", ONE_INPUT, ids=lambda op: op.name)
def test_the_cotangents_of_large_arrays_go_by_pieces(op, monkeypatch):
    z = np.random.default_rng(0).normal(size=50_000)
    a = op.call(z)
    taken, pieces = [], local.by_pieces
    monkeypatch.setattr(local, "by_pieces", lambda *args: taken.append(len(args)) or pieces(*args))
    found = pulled_alone(op, 0)(z, a, z, **op.defaults)
    assert taken
    taken.clear()
    assert same_bits(found, pull_one(op, 0, z, a, (z,), op.defaults))


@pytest.mark.usefixtures("scratch")
def test_a_body_may_pass_parameters_without_a_default_by_position(tmp_path):
    @ta.elementwise(dz=lambda _, z: ta.threshold(z, 0.1, 0.25) + 0 * z, label="low")
    def lowered(z):
        """a = threshold(z, 0.1, 0.25) ** 2 / 2"""
        return _halved(ta.threshold(z, 0.1, 0.25))

    program = ta.compile(lambda z: ta.sum(lowered(z)))
    z = np.array([-1.0, 0.05, 0.2, 3.0])
    program(z)
    same_numbers(tmp_path, program.program, (z,), (z * 2,))


def _halved(z):
    return np.vectorize(_half_of_square)(z)  # what no line of a program spells


def _half_of_square(z):
    return z * z / 2


def looking(target, static):
    """An own operation whose body looks at a number, so that a program calls it as it is, and calls `target`."""

    @ta.op(dxs=None)
    def looked(*xs):
        """a = looked(*xs)"""
        if float(np.sum(np.asarray(xs[0]))) > 1e300:
            return xs[0]
        return target(*xs, **static)

    return looked


def test_every_operation_can_be_called_by_a_body_that_is_saved(tmp_path):
    calls, expected = [], []
    for op in ta.ops.values():
        for i, case in enumerate(samples.cases(op)[:2]):
            arrays = tuple(np.asarray(x) for x in samples.sample(op, case, np.float64))
            looked = looking(op.call, dict(case.static))
            try:
                program = ta.compile(lambda *xs, looked=looked: looked(*xs)).trace(*arrays)
                path = tmp_path / f"{op.name}_{i}.py"
                program.save(path)
                calls.append((str(path), program.name, [arrays]))
                expected.append(bits(program(*arrays)))
            finally:
                del ta.ops["looked"]
    found = run_all(tmp_path, calls)
    for (path, *_), ((result, _),), right in zip(calls, found, expected, strict=True):
        assert bits(result) == right, path


class Pair(NamedTuple):
    x: object
    y: object


class Shown(NamedTuple):
    x: object

    def __str__(self):
        return "a class of its own"


def test_a_named_tuple_is_returned_as_one_of_the_same_fields(tmp_path):
    program = ta.compile(lambda p: Pair(y=p.x * 2.0, x=p.y))
    program(Pair(1.0, 2.0)), program.save(tmp_path / "pairs.py")
    space = {}
    exec((tmp_path / "pairs.py").read_text(), space)
    found = space[program.program.name](Pair(3.0, 4.0))
    assert (type(found).__name__, found._fields, found.x, found.y) == ("Pair", ("x", "y"), 4.0, 6.0)
    program = ta.compile(lambda x: Shown(x * 2.0))
    program(1.0)
    with pytest.raises(TypeError, match="it uses the class Shown"):
        program.save(tmp_path / "shown.py")
