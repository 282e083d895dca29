"""Both forms of a derivative: from the output, and accurate from the input."""

from __future__ import annotations

import math
import threading

import numpy as np
import pytest

import tinygrad_act as ta
from tinygrad_act.check import samples
from tinygrad_act.core.mode import special

from ..each import each

mp = pytest.importorskip("mpmath")

FORMED = [pytest.param(op, form, id=f"{op.name}-{form}") for op in ta.ops.values() for form in op.forms]


@pytest.fixture(autouse=True)
def _switches_are_back():
    assert not special
    yield
    assert not special


def mp_sigmoid(z):
    return 1 / (1 + mp.exp(-z))


TAILS = [  # the operation, points where a slope from a rounded output keeps few digits or none, the slope
    ("sigmoid", (40.0, -40.0, 22.0, -700.0, 300.0), lambda z: mp_sigmoid(z) * mp_sigmoid(-z)),
    ("tanh", (22.0, -22.0, 1e-3, 300.0, -0.7), lambda z: 1 / mp.cosh(z) ** 2),
    ("gelu", (-10.0, -20.0, 3.0), lambda z: mp.erfc(-z / mp.sqrt(2)) / 2 + z * mp.npdf(z)),
    ("elu", (-40.0, -700.0, 2.0), lambda z: mp.exp(z) if z < 0 else mp.mpf(1)),
    ("selu", (-40.0, -300.0), lambda z: mp.mpf("1.75809934084737685994") * mp.exp(z)),
    ("softplus", (22.0, -40.0, 40.0, -700.0), mp_sigmoid),
    ("log_sigmoid", (-22.0, 40.0, -40.0, 700.0), lambda z: mp_sigmoid(-z)),
    ("soft_sign", (1e10, -3e4), lambda z: 1 / (1 + abs(z)) ** 2),
]

COURSES = {("sigmoid", "auto"), ("tanh", "auto")}  # a(1 - a) and 1 - a*a, which the next test shows


@each(("name", "points", "slope", "form"), [
    (*tail, form) for tail in TAILS for form in ("input", "auto") if (tail[0], form) not in COURSES
])  # fmt: skip
def test_the_accurate_form_is_right_to_four_ulp_in_the_tails(name, points, slope, form):
    z = np.array(points)
    with ta.derivative_form(form), mp.workdps(60):
        on_array = ta.grad(lambda x: ta.ops[name].call(x).sum())(z)
        for x, d in zip(points, on_array):
            exact = float(slope(mp.mpf(x)))
            assert abs(d - exact) <= 4 * math.ulp(exact), f"{name}'({x}) is {d}, not {exact}"
            assert abs(ta.grad(ta.ops[name].call)(x) - exact) <= 4 * math.ulp(exact)


TANH_AT_22 = 3.112452896453519e-19
"""1 / cosh(22)**2"""


def test_the_courses_form_gives_zero_there_and_the_accurate_one_does_not():
    for form in ("output", "auto"):
        with ta.derivative_form(form):
            assert ta.grad(ta.sigmoid)(40.0) == ta.grad(ta.tanh)(22.0) == ta.grad(ta.tanh)(-22.0) == 0.0
    with ta.derivative_form("input"):
        assert ta.grad(ta.sigmoid)(40.0) == pytest.approx(4.248354255291589e-18, rel=1e-15, abs=0)
        assert ta.grad(ta.tanh)(22.0) == ta.grad(ta.tanh)(-22.0) == pytest.approx(TANH_AT_22, rel=1e-15, abs=0)
        scaled = ta.grad(lambda z: ta.scaled_tanh(z, alpha=1.5, beta=2.0))
        assert scaled(11.0) == pytest.approx(3 * TANH_AT_22, rel=1e-15, abs=0)
    assert ta.grad(ta.sigmoid)(40.0) == 0.0


def test_from_the_output_elu_loses_what_the_input_keeps():
    with ta.derivative_form("output"):
        assert ta.grad(ta.elu)(-40.0) == 0.0
    assert ta.grad(ta.elu)(-40.0) == math.exp(-40.0)


@each(("op", "form"), FORMED)
def test_every_form_is_the_derivative_to_second_order(op, form):
    with ta.derivative_form(form):
        for case in samples.cases(op):
            f, arrays = samples.movable(op, case)
            report = ta.gradcheck(f, *arrays, order=2)
            assert report.ok, f"{op.name}\n{report}"
            assert report.digits >= 7, f"{op.name}\n{report}"


@each(("op", "form"), FORMED)
def test_every_form_takes_the_same_slopes_at_kinks_and_keeps_nan(op, form):
    for arrays, static in samples.at_kinks(op):
        f = lambda z, static=static: op.call(z, **static).sum()
        with ta.derivative_form(form):
            found = ta.grad(f)(*arrays)
        np.testing.assert_allclose(found, ta.grad(f)(*arrays), rtol=4e-16, atol=0)
    with ta.derivative_form(form):
        assert math.isnan(ta.grad(op.call)(math.nan))


@each(("op", "form"), FORMED)
def test_every_form_agrees_with_the_default_where_neither_loses_digits(op, form):
    static_of = [op.defaults, *(case.static for case in samples.cases(op))]
    z = np.array([-1.7, -0.6, -0.1, 0.1, 0.6, 1.7])
    for static in static_of:
        f = lambda x, static=static: op.call(x, **static).sum()
        with ta.derivative_form(form):
            found, found32 = ta.grad(f)(z), ta.grad(f)(z.astype(np.float32))
        np.testing.assert_allclose(found, ta.grad(f)(z), rtol=1e-14)
        np.testing.assert_allclose(found32, found, rtol=3e-6)
        assert found32.dtype == np.float32


@pytest.mark.parametrize("slope", [0.0, -0.5])
def test_leaky_relu_does_not_trust_an_output_that_says_nothing(slope):
    with ta.derivative_form("output"):
        assert ta.grad(lambda z: ta.leaky_relu(z, slope=slope))(-2.0) == slope
        assert ta.grad(lambda z: ta.elu(z, alpha=slope))(-2.0) == pytest.approx(slope * math.exp(-2.0))
        assert ta.grad(lambda z: ta.thresholded_relu(z, alpha=-1.0))(-2.0) == 0.0


def test_derivatives_of_tanh_are_right_at_zero_in_every_order():
    """tanh is odd: 1, 0, -2, 0, 16. (abs in the rule would give 0 for the third.)"""
    for form in ("input", "output"):
        f, found = ta.tanh, []
        with ta.derivative_form(form):
            for _ in range(5):
                f = ta.grad(f)
                found.append(f(0.0))
        assert found == pytest.approx([1, 0, -2, 0, 16], abs=1e-13)


def test_celu_is_right_for_an_alpha_by_which_division_rounds():
    z = -np.geomspace(1e-3, 1000, 200)
    for alpha in (1.5, 0.3, 7.1):
        found = ta.grad(lambda x: ta.celu(x, alpha=alpha).sum())(z)
        with mp.workdps(40):
            exact = np.array([float(mp.exp(mp.mpf(float(x)) / mp.mpf(alpha))) for x in z])
        normal = exact > 1e-300
        assert (np.abs(found - exact)[normal] <= 2.74 * np.spacing(exact[normal])).all()
        found32 = ta.grad(lambda x: ta.celu(x, alpha=alpha).sum())(z.astype(np.float32))
        with mp.workdps(40):
            points = [mp.mpf(float(np.float32(x))) / mp.mpf(float(np.float32(alpha))) for x in z]
            exact32 = np.array([mp.exp(x) for x in points], float)
        normal = exact32 > 1e-37
        assert (np.abs(found32 - exact32) <= 3.7 * np.spacing(exact32.astype(np.float32)))[normal].all()


def test_a_form_that_there_is_not_is_refused():
    with pytest.raises(ValueError, match="derivative_form: 'outptu' is no form; write one of output, input, auto"):
        ta.derivative_form("outptu")


def test_it_is_restored_after_the_block_nests_and_decorates():
    with ta.derivative_form("input"):
        with ta.derivative_form("output"):
            assert ta.grad(ta.sigmoid)(40.0) == 0.0
        assert ta.grad(ta.sigmoid)(40.0) > 0.0
    with pytest.raises(KeyError), ta.derivative_form("input"):
        raise KeyError
    assert ta.grad(ta.sigmoid)(40.0) == 0.0
    accurate = ta.derivative_form("input")(lambda z: ta.grad(ta.sigmoid)(z))
    assert accurate(40.0) > 0.0 == ta.grad(ta.sigmoid)(40.0)


def test_another_thread_does_not_see_it():
    found = []
    with ta.derivative_form("input"):
        thread = threading.Thread(target=lambda: found.append(ta.grad(ta.sigmoid)(40.0)))
        thread.start()
        thread.join()
        assert ta.grad(ta.sigmoid)(40.0) > 0.0
    assert found == [0.0]
