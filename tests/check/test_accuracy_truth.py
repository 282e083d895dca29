"""The truth that accuracy is measured against, held to truths written another way."""

from __future__ import annotations

import math

import numpy as np
import pytest

import tinygrad_act as ta
from tinygrad_act.check.accuracy import measured_ops
from tinygrad_act.check.accuracy.grid import grid, kept
from tinygrad_act.check.accuracy.measuring import _static
from tinygrad_act.check.accuracy.truth import Exact, Truth
from tinygrad_act.check.accuracy.words import context, number, words
from tinygrad_act.check.samples import kink_places
from tinygrad_act.engine.jet import Jet

from ..accuracy_bounds import title
from ..each import each

mpmath = pytest.importorskip("mpmath")
mp = mpmath.mp.clone()
mp.prec = 6000
FAR = (
    -1e300,
    -1e200,
    -700.0,
    -300.0,
    -36.0,
    -24.5948,
    -1e-9,
    -1e-150,
    -5e-324,
    5e-324,
    1e-100,
    0.3,
    24.0,
    300.0,
    700.0,
    1e200,
)


def s(z):
    return 1 / (1 + mp.exp(-z))


def cdf(z):
    return mp.erfc(-z / mp.sqrt(2)) / 2 if abs(z) < 1e6 else mp.mpf(z > 0)  # further out mpmath overflows


def pdf(z):
    return mp.exp(-z * z / 2) / mp.sqrt(2 * mp.pi)


CLOSED = {  # name: the function, its slope, both written for numbers that cancel nothing
    "sigmoid": (s, lambda z: s(z) * s(-z)),
    "tanh": (mp.tanh, lambda z: 4 * mp.exp(-2 * abs(z)) / (1 + mp.exp(-2 * abs(z))) ** 2),
    "softplus": (lambda z: mp.log1p(mp.exp(z)), s),
    "log_sigmoid": (lambda z: -mp.log1p(mp.exp(-z)), lambda z: s(-z)),
    "silu": (lambda z: z * s(z), lambda z: s(z) * (1 + z * s(-z))),
    "gelu": (lambda z: z * cdf(z), lambda z: cdf(z) + z * pdf(z)),
    "soft_sign": (lambda z: z / (1 + abs(z)), lambda z: 1 / (1 + abs(z)) ** 2),
    "squareplus": (lambda z: 2 / (mp.sqrt(z * z + 4) - z), lambda z: 2 / (mp.sqrt(z * z + 4) - z) / mp.sqrt(z * z + 4)),
    "tanh_shrink": (lambda z: z - mp.tanh(z), lambda z: mp.tanh(z) ** 2),
    "relu6": (lambda z: mp.mpf(sorted((0, z, 6))[1]), lambda z: mp.mpf(0 < z < 6)),
    "leaky_relu": (lambda z: z if z > 0 else mp.mpf(0.01) * z, lambda z: mp.one if z > 0 else mp.mpf(0.01)),
    "elu": (lambda z: z if z > 0 else mp.expm1(z), lambda z: mp.one if z > 0 else mp.exp(z)),
}


def same(found, exact):
    """Equal to 30 digits, or both below every float."""
    if abs(exact) < mp.ldexp(1, -1074):
        return abs(found) <= mp.ldexp(1, -1074)
    return abs(mp.mpf(found) - exact) <= abs(exact) * mp.mpf("1e-30")


@each("name", CLOSED)
def test_values_and_slopes_are_those_of_closed_forms_over_the_whole_range(name):
    truth = Truth(ta.ops[name], dict(ta.ops[name].defaults))
    for z in FAR:
        value, slope = truth.at(z)
        exact, exact_slope = (f(mp.mpf(z)) for f in CLOSED[name])
        assert value is not None and same(value, exact), z  # noqa: PT018
        assert slope is not None and same(slope, exact_slope), z  # noqa: PT018


@each(("op", "static"), [pytest.param(o, st, id=title(o, st)) for o, st in measured_ops()])
def test_slopes_are_those_of_a_difference_quotient_of_the_formula(op, static):
    truth = Truth(op, _static(op, static))
    for z in kept(op, _static(op, static), np.array([-30.0, -6.3, -0.71, -1e-5, 1e-3, 0.31, 2.9, 25.0])):
        _, slope = truth.at(float(z))
        truth._mp.prec = 1600
        h = truth._mp.ldexp(1, -400)
        high, low = (truth._at(truth._mp.mpf(float(z)) + step)[0] for step in (h, -h))
        assert same(slope, mp.mpf((high - low) / (2 * h))), z


TWO = {"minimum", "maximum", "clip", "where", "logical_and", "logical_or", "_power"}


@pytest.mark.parametrize("name", sorted(set(words({})) - TWO - {"pi", "number"}))
def test_every_word_has_the_derivatives_of_its_values(name):
    """By difference quotients of values alone, in 1,600 bits."""
    own = context()
    own.prec = 1600
    word, h = words({})[name], own.ldexp(1, -200)
    for z in (-0.71, 0.31, 0.999, 2.5):
        value, slope, half = word(Jet([own.mpf(z), 1.0, 0.0])).terms
        if not own.isfinite(value):
            assert not -1 < z < 1 or z < 0, "outside of its domain"
            continue
        below, here, above = (word(number(own.mpf(z) + step)).terms[0] for step in (-h, 0, h))
        assert value == here
        assert abs(slope - (above - below) / (2 * h)) <= 1e-40 * (1 + abs(slope)), z
        assert abs(half - (above - 2 * here + below) / (2 * h * h)) <= 1e-40 * (1 + abs(half)), z


@pytest.mark.parametrize("y", [0, 1, 2, 3, -1, -2, 0.5, 2.5])
def test_powers_have_the_derivatives_of_powers(y):
    context().prec = 400
    for z in (0.31, 2.5, -1.5) if y == int(y) else (0.31, 2.5):
        exact = mp.taylor(lambda x: x ** mp.mpf(y), mp.mpf(z), 2)
        found = words({})["_power"](Jet([context().mpf(z), 1.0, 0.0]), number(float(y))).terms
        assert all(abs(mp.mpf(term) - one) <= mp.mpf("1e-40") * (1 + abs(one)) for term, one in zip(found, exact)), z
    x = Jet([context().mpf(1.25), 1.0, 0.0])
    for term, one in zip(words({})["_power"](x, x * y).terms, mp.taylor(lambda x: x ** (x * y), mp.mpf(1.25), 2)):
        assert abs(mp.mpf(term) - one) <= mp.mpf("1e-40") * (1 + abs(one))


@pytest.mark.usefixtures("scratch")
def test_a_formula_may_say_erfc_at_any_number():
    @ta.elementwise(dz=lambda _, z: -2 * ta.normal_pdf(z * math.sqrt(2)) * math.sqrt(2))
    def complement(z):
        """a = erfc(z)"""
        return 1 - ta.erf(z)

    truth = Truth(ta.ops["complement"], {})
    for z in (-1e300, -30.0, 3.0, 20.0, 1e300):
        value, _ = truth.at(z)
        assert same(value, 2 * cdf(-mp.mpf(z) * mp.sqrt(2))), z


def test_numerals_are_decimal_and_static_parameters_are_floats():
    value, _ = Truth(ta.ops["quick_gelu"], {}).at(1.0)
    assert same(value, 1 / (1 + mp.exp(-mp.mpf("1.702"))))
    value, _ = Truth(ta.ops["leaky_relu"], {"slope": 0.1}).at(-1.0)
    assert value == -mp.mpf(0.1) != -mp.mpf("0.1")


def test_two_floats_hold_a_truth_to_31_digits():
    third = mp.mpf(1) / 3
    exact = Exact.of([third, None])
    assert same(mp.mpf(float(exact.high[0])) + mp.mpf(float(exact.low[0])), third)
    assert math.isnan(exact.high[1])


def test_a_default_that_is_a_simple_fraction_means_it():
    value, slope = Truth(ta.ops["hard_sigmoid"], ta.ops["hard_sigmoid"].defaults).at(-2.9999999999999996)
    assert same(value, mp.ldexp(1, -51) / 6)
    assert same(slope, mp.mpf(1) / 6)
    value, _ = Truth(ta.ops["hard_sigmoid"], {"alpha": 0.2, "beta": 0.5}).at(1.0)
    assert same(value, mp.mpf(0.2) + mp.mpf(0.5))


SECOND = {
    "sigmoid": lambda z: -s(z) * s(-z) * mp.tanh(z / 2),
    "tanh": lambda z: -2 * mp.tanh(z) * 4 * mp.exp(-2 * abs(z)) / (1 + mp.exp(-2 * abs(z))) ** 2,
    "gelu": lambda z: (2 - z * z) * pdf(z),
    "soft_sign": lambda z: -2 * mp.sign(z) / (1 + abs(z)) ** 3,
}


@pytest.mark.parametrize("name", SECOND)
def test_second_derivatives_are_those_of_closed_forms(name):
    z = np.array([-700.0, -36.0, -1.3, -1e-9, -1e-150, 5e-324, 0.3, 24.0, 300.0])
    found = Truth(ta.ops[name], {}).second(z)
    for x, high, low in zip(z, found.high, found.low):
        exact = SECOND[name](mp.mpf(float(x)))
        assert same(mp.mpf(float(high)) + mp.mpf(float(low)), exact) or abs(exact) < mp.mpf("1e-290"), x


@each("dtype", [np.float64, np.float32])
@each(("op", "static"), [pytest.param(o, st, id=title(o, st)) for o, st in measured_ops()])
def test_the_neighbours_of_every_kink_are_measured(op, static, dtype):
    static = _static(op, static)
    z = grid(op, static, dtype, 64)
    for at in kink_places(op, static):
        place = dtype(at)
        assert place not in z
        if float(place) == at:
            assert {np.nextafter(place, dtype(side)) for side in (-9e9, 9e9)} - {0} <= set(z)
