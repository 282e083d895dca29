"""What saved programs hold in place of this package: the same numbers, called directly."""

from __future__ import annotations

import numpy as np
import pytest

import tinygrad_act as ta
from tinygrad_act import samples
from tinygrad_act.evaluate import evaluate
from tinygrad_act.op import REQUIRED
from tinygrad_act.program.standalone import operation

from .conftest import every_case
from .saved_programs import same_numbers
from .test_compile_fuzz import same_bits

CASES = every_case()
NUMBERS = [0.5, -0.5, 0.0, -1.0, 3.0, 800.0, -800.0, np.inf, -np.inf, np.nan]


def alone(op):
    """`op` as a saved module has it: by its body and its facts."""
    defaults = {name: ... if default is REQUIRED else default for name, default in op.defaults.items()}
    return operation(op.forward, op.scalar, op.elementwise, -1 if op.variadic else len(op.inputs), defaults)


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize(("op", "case"), CASES)
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


@pytest.mark.parametrize("op", [op for op in ta.ops.values() if op.elementwise], ids=lambda op: op.name)
def test_numbers_of_every_kind(op):
    static = {**op.defaults, **next((case.static for case in samples.cases(op)), {})}
    for first in (*NUMBERS, 2):
        for second in NUMBERS[:6] if len(op.inputs) > 1 else [0.0]:
            args = (first, second, 0.25)[: len(op.inputs)]
            with np.errstate(all="ignore"):  # one operation may warn, both of them then
                expected = evaluate(op, args, static)
                found = alone(op)(*args, **static)
            assert same_bits(found, expected), f"{args}: {found!r} for {expected!r}"


@pytest.mark.parametrize("op", [op for op in ta.ops.values() if not op.elementwise and not op.variadic],
                         ids=lambda op: op.name)  # fmt: skip
def test_lists_and_numbers_beside_arrays(op):
    case = samples.cases(op)[0]
    arrays = samples.sample(op, case)
    expected = evaluate(op, tuple(arrays), {**op.defaults, **case.static})
    lists = [x.tolist() if isinstance(x, np.ndarray) and x.size and x.dtype.kind == "f" else x for x in arrays]
    found = alone(op)(*lists, **case.static)
    assert np.array_equal(np.asarray(found), np.asarray(expected), equal_nan=True)


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
