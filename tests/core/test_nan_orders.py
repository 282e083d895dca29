"""A NaN is swallowed at no order: where a slope at NaN is NaN, so is what is derived from it."""

from __future__ import annotations

import math

import numpy as np
import pytest

import tinygrad_act as ta
from tinygrad_act.core.op import REQUIRED

from ..each import each

NAN = math.nan


def static_of(op):
    return next((c.static for c in op.cases), {}) if REQUIRED in op.defaults.values() or op.name == "clip" else {}


def slope_is_nan(op):
    """Whether its slope at NaN is NaN; it is not where it is the same everywhere."""
    f = lambda z: op.call(z, *[0.25] * (len(op.inputs) - 1), **static_of(op))
    return math.isnan(ta.grad(f)(NAN))


OPS = [op for op in ta.ops.values() if op.elementwise and op.rules[0] is not None and op.name != "chain"]
POISONED = [pytest.param(op, id=op.name) for op in OPS if slope_is_nan(op)]
MASKED = [p for p in POISONED if p.values[0].kinks]
Z = np.array([NAN, 0.7])


def function(op):
    """It, as a function of its first input; arccosh's begins at 1."""
    shift = 1.0 if op.name == "arccosh" else 0.0
    return lambda z: op.call(z + shift, *[0.25] * (len(op.inputs) - 1), **static_of(op))


def pulled(f, z, g):
    return ta.vjp(f, z)[1](g)[0]


def test_there_are_masks_among_them():
    names = {p.values[0].name for p in MASKED}
    assert {"relu", "leaky_relu", "relu6", "hard_tanh", "hard_sigmoid", "hard_shrink", "clip", "prelu", "abs"} <= names
    assert "maximum" in names


@each("op", POISONED)
def test_by_the_cotangent_of_a_pullback(op):
    f = function(op)
    by_g = ta.grad(lambda g: pulled(f, NAN, g))
    assert math.isnan(by_g(1.0))
    assert math.isnan(by_g(0.0)), "the pullback is NaN wherever g is not 0"
    assert math.isnan(pulled(lambda g: pulled(f, NAN, g), 1.0, 2.0)), "a vjp of a vjp"
    of_array = ta.grad(lambda g: ta.sum(pulled(f, Z, g)))
    expected = ta.grad(lambda z: ta.sum(f(z)))(Z)
    np.testing.assert_array_equal(of_array(np.ones(2)), expected)
    assert np.isnan(expected[0])
    assert np.isfinite(expected[1])
    np.testing.assert_array_equal(ta.vjp(lambda g: pulled(f, Z, g), np.ones(2))[1](np.ones(2))[0], expected)


@each("op", POISONED)
def test_by_the_cotangent_in_a_program_that_was_recorded_without_nan(op):
    f = function(op)
    by_g = ta.compile(lambda z, g: ta.grad(lambda g: ta.sum(pulled(f, z, g)))(g))
    by_g(np.array([0.6, 0.7]), np.ones(2))
    found = by_g(Z, np.ones(2))
    np.testing.assert_allclose(found, ta.grad(lambda z: ta.sum(f(z)))(Z), rtol=1e-14)
    number = ta.compile(lambda z, g: ta.grad(lambda g: pulled(f, z, g))(g))
    number(0.6, 1.0)
    assert math.isnan(number(NAN, 1.0))


@each("op", POISONED)
@each("order", [1, 2])
@each("kind", [float, np.float64, lambda z: np.array([z, 0.7])])
def test_a_program_that_was_recorded_without_nan_has_the_nan_of_eager(op, order, kind):
    slope = function(op)
    for _ in range(order):
        slope = ta.grad(lambda z, f=slope: ta.sum(f(z)))
    program = ta.compile(slope)
    for start in (0.6, NAN):
        program(kind(start))
        np.testing.assert_array_equal(np.isnan(program(kind(NAN))), np.isnan(slope(kind(NAN))))


@each("op", POISONED)
def test_by_the_cotangent_of_a_pullback_of_a_derivative(op):
    """At second and third order, where that derivative is NaN (a mask's own derivative is 0)."""
    f = function(op)
    for _ in range(2):
        f = ta.grad(f)
        n_th = ta.grad(f)
        by_g = ta.grad(lambda g, f=f: pulled(f, NAN, g))(1.0)
        assert math.isnan(by_g) == math.isnan(n_th(NAN))


def test_by_the_slope_of_prelu():
    """Mixed derivatives, whose mask stands in the slope."""
    mixed = ta.grad(lambda s: ta.sum(ta.grad(lambda z: ta.sum(ta.prelu(z, s)))(Z)))
    assert math.isnan(mixed(0.25))
    assert mixed(0.25) != ta.compile(mixed)(0.25)  # both NaN
    program = ta.compile(lambda z, s: ta.grad(lambda s: ta.sum(ta.grad(lambda z: ta.sum(ta.prelu(z, s)))(z)))(s))
    assert program(np.array([-0.5, 0.7]), 0.25) == 1.0
    assert math.isnan(program(Z, 0.25))
    third = ta.grad(ta.grad(ta.grad(ta.elu)))
    assert math.isnan(third(NAN))
    assert math.isnan(ta.compile(third)(NAN))


@each("op", MASKED)
def test_a_branch_that_is_not_taken_still_sends_nothing(op):
    f = function(op)
    safe = lambda z: ta.sum(ta.where(np.array([False, True]), f(z), 3.0 * z) ** 2)
    for run in (ta.grad(safe), ta.grad(lambda z: ta.sum(ta.grad(safe)(z)))):
        assert np.isfinite(run(np.array([0.6, 0.7]))).all()
        assert np.isfinite(run(Z)[1])
        assert ta.grad(lambda z: ta.sum(ta.where(np.array([False, True]), f(z), 1.0)))(Z)[0] == 0
    second = ta.grad(lambda z: ta.sum(ta.grad(lambda z: ta.sum(ta.where(np.array([False, True]), f(z), 1.0)))(z)))
    assert second(Z)[0] == 0


def test_a_large_array_and_single_precision():
    z = np.full(200_000, 0.5, np.float32)
    z[123_456] = NAN
    for f in (ta.relu, ta.leaky_relu, ta.hard_swish):
        by_g = lambda z, g, f=f: ta.grad(lambda g: ta.sum(pulled(f, z, g)))(g)
        for run in (by_g, ta.compile(by_g)):
            found = run(z, np.ones_like(z))
            assert found.dtype == np.float32
            assert np.flatnonzero(np.isnan(found)).tolist() == [123_456]


@each("mask", [False, np.False_, np.array(False), True, np.True_, 0.0, np.float64(0.0)])
@each("told", [NAN, np.float64(NAN), np.array(NAN)])
def test_a_step_of_numbers_is_told_of_a_nan_whatever_holds_the_mask(mask, told):
    chain = ta.ops["chain"]
    for run in (chain.call, chain.forward):  # a program calls the body for numbers beside a NumPy mask
        assert math.isnan(run(2.0, mask, told))
        assert math.isnan(run(NAN, mask, told))
        assert run(0.0, mask, told) == 0
