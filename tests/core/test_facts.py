"""What a declaration says is read from the operation, so one of yours is treated as those of the package are."""

from __future__ import annotations

import numpy as np
import pytest

import tinygrad_act as ta
from tinygrad_act.check.accuracy.measuring import measured_ops
from tinygrad_act.operations.linalg import matmul_dx, matmul_dy

from ..saved_programs import same_numbers

pytestmark = pytest.mark.usefixtures("scratch")


# -- told=: a mask without a kink ----------------------------------------------------------------------


def passing(x, t):
    """a = where(x >= 0, x, 0) + 0 * t"""
    return np.where(x >= 0, x, 0.0) + 0.0 * t


def declare_passing(**facts):
    return ta.elementwise(dx=lambda _, x, t: x >= 0, dt=None, **facts)(passing)


def slopes(f, *args):
    """The gradient by the first input, eager and compiled; compiled for data without NaN, too."""
    slope = ta.grad(lambda *args: f(*args).sum())
    yield "eager", slope(*args)
    for passes in (None, ()):
        compiled = ta.compile(slope, passes=passes)
        yield f"compiled, passes={passes}", compiled(*args)
        compiled = ta.compile(slope, passes=passes)
        compiled(*map(np.ones_like, args))
        yield f"compiled for ones, passes={passes}", compiled(*args)


@pytest.mark.parametrize("size", [3, 200_000])
def test_a_mask_swallows_no_nan_of_the_input_that_tells(size):
    x, t = np.full(size, -1.0), np.zeros(size)
    x[1], t[0] = 2.0, np.nan
    for told, expected in (({}, 0.0), ({"x": "t"}, np.nan)):
        for way, slope in slopes(declare_passing(told=told), x, t):
            np.testing.assert_array_equal(slope[:3], [expected, 1.0, 0.0], way)


def test_a_single_number_tells_a_large_array():
    for way, slope in slopes(declare_passing(told={"x": "t"}), np.full(200_000, -1.0), np.array(np.nan)):
        assert np.isnan(slope).all(), way


def test_a_saved_program_is_told_as_well(tmp_path):
    call = declare_passing(told={"x": "t"})
    x, t = np.array([-1.0, 2.0, -1.0]), np.array([np.nan, 0.0, 0.0])
    program = ta.compile(ta.grad(lambda x, t: call(x, t).sum())).trace(x, t)
    assert np.isnan(program(x, t)[0])
    same_numbers(tmp_path, program, (x, t), (x, 0 * x))


# -- idle=: zeros that meet infinities, entry by entry -------------------------------------------------


def product(x, y):
    """a = x @ y"""
    return np.matmul(x, y)


def settled_by_rows(c, g, a, x, y):
    """Of x @ y: no row of the cotangent of x where g has none."""
    return np.where(np.any(g != 0, axis=-1, keepdims=True), c, 0.0)


def test_an_operation_of_yours_says_what_zeros_leave_out():
    x, y = np.ones((2, 2)), np.array([[np.inf], [1.0]])
    taken = np.array([[False], [True]])
    for idle, expected in (((), np.nan), ((settled_by_rows, None), 0.0)):
        call = ta.op(dx=matmul_dx, dy=matmul_dy, idle=idle)(product)
        with np.errstate(all="ignore"):
            for way, slope in slopes(lambda x, y, call=call: ta.where(taken, call(x, y), 0.0), x, y):
                assert np.array_equal(slope, [[expected, 0.0], [np.inf, 1.0]], equal_nan=True), way


# -- layer=, measured=, keywords= ----------------------------------------------------------------------


def test_pictures_find_layers_of_an_operation_of_yours():
    weights = [ta.Value(np.full((2, 2), 0.1 * i), label=f"w{i}") for i in range(1, 60)]

    def drawn(layer):
        call = ta.op(dx=matmul_dx, dy=matmul_dy, layer=layer)(product)
        z = ta.Value(np.ones((2, 2)), label="x")
        for i, w in enumerate(weights):
            z = ta.tanh(call(z, w)) if i % 2 else ta.relu(call(z, w) + 1.0)
        return ta.draw(z, collapse="modules").text()

    assert "layer 1" not in drawn("")
    assert "layer 1" in drawn("begins")


def test_what_is_measured():
    def half(z, *, k=2.0):
        """a = z / k"""
        return z / k

    ta.elementwise(dz=lambda _, z, *, k: 1 / k, measured=({}, {"k": 3.0}))(half)
    assert [static for op, static in measured_ops() if op.name == "half"] == [{}, {"k": 3.0}]
    ta.elementwise(dz=lambda _, z, *, k: 1 / k, measured=({"k": 3.0},), reference="")(half)
    assert [static for op, static in measured_ops() if op.name == "half"] == [{}, {"k": 3.0}]


def test_a_keyword_of_another_framework():
    def bump(z):
        """a = z * z"""
        return z * z

    call = ta.elementwise(dz=lambda _, z: 2 * z, keywords={"steep": "bump_squared"})(bump)
    with pytest.raises(TypeError, match="unknown keyword 'steep'; .*that is bump_squared here"):
        call(1.0, steep=True)
    with pytest.raises(TypeError, match="unknown keyword 'approximate'; .*that is gelu_tanh here"):
        ta.gelu(1.0, approximate="tanh")
