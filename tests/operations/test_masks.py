"""Derivative rules that contain a mask, at the points where it switches: to third order, in every direction.

A mask that is right at first order is differentiated at second. The truth comes from the formula in the
docstring, by mpmath, from either side: a derivative lies between the two limits, which are equal but at a kink.
"""

from __future__ import annotations

import functools
import itertools
import math
from fractions import Fraction

import numpy as np
import pytest

import tinygrad_act as ta
from tinygrad_act.check import samples
from tinygrad_act.operations.slope import kinks_of

from ..each import each

mp = pytest.importorskip("mpmath")
BESIDE = "1e-30"
POINTS = (-20.0, -6.0, -3.0, -1.25, -1.0, -0.5, 0.0, 0.5, 1.0, 1.25, 3.0, 6.0, 20.0)
EXACTLY_THERE = ("heaviside",)
"""Where y is the value at x = 0 and nowhere beside it."""
FUNCTIONS = [op for op in ta.ops.values() if op.elementwise and any(op.rules) and not op.estimator
             and op.name not in EXACTLY_THERE]  # fmt: skip


def _where(condition, x, y):
    return x if condition else y


def _clip(x, low, high):
    x = x if low is None else max(x, low)
    return x if high is None else min(x, high)


WORDS = {
    **{name: getattr(mp, name) for name in ("exp", "log", "log1p", "expm1", "sqrt", "erf", "sin", "cos", "tanh", "pi")},
    "arcsin": mp.asin, "arccos": mp.acos, "arctan": mp.atan, "absolute": abs, "sign": mp.sign, "maximum": max,
    "minimum": min, "where": _where, "clip": _clip, "log2": lambda x: mp.log(x, 2), "log10": mp.log10,
    "cosh": mp.cosh, "floor": mp.floor, "trunc": lambda x: mp.floor(x) if x >= 0 else mp.ceil(x),
    "square": lambda x: x * x,
    "hermite": lambda n, x: mp.mpf(2) ** (-mp.mpf(n) / 2) * mp.hermite(n, x / mp.sqrt(2)),
}  # fmt: skip


def exactly(x):
    """The number that is meant: 1/6 and 0.2, whose kinks lie at whole numbers."""
    if not isinstance(x, float) or not math.isfinite(x):
        return x
    meant = Fraction(x).limit_denominator(10**6)
    return mp.mpf(meant.numerator) / meant.denominator


def by_mpmath(op, static):
    """The formula in the docstring as a function of mpmath's numbers."""
    code = compile(op.formula.removeprefix("a = "), op.name, "eval")

    def f(*xs):
        parameters = {name: exactly(x) for name, x in {**op.defaults, **static}.items()}
        return eval(code, {**WORDS, **parameters, **dict(zip(op.inputs, xs))})

    return f


def limits(f, at, orders):
    """The derivative of these orders right beside a point, from every side."""
    found = []
    with mp.workdps(60):
        for sides in itertools.product((1, -1), repeat=len(at)):
            start = [mp.mpf(x) + side * mp.mpf(BESIDE) for x, side in zip(at, sides)]
            found.append(float(_one_sided(f, start, sides, list(orders))))
    return found


def _one_sided(f, start, sides, orders):
    """Differences to one side only, input by input."""
    place = next((i for i, order in enumerate(orders) if order), None)
    if place is None:
        return f(*start)
    rest = [0 if i == place else order for i, order in enumerate(orders)]
    along = lambda x: _one_sided(f, [x if i == place else y for i, y in enumerate(start)], sides, rest)
    return mp.diff(along, start[place], orders[place], direction=sides[place], h=mp.mpf("1e-12"))


def between(found, values, tolerance=1e-6):
    """Whether a number lies between the least and the largest of these."""
    room = tolerance * max(1.0, *map(abs, values))
    return min(values) - room <= found <= max(values) + room


def nth(f, at, orders):
    """Nested gradients by the inputs `orders`, one after the other, of a function of numbers."""
    for i in orders:
        f = ta.grad(f, argnums=i)
    return f(*at)


def nth_of_array(f, at, orders):
    """The same in an array whose other entries lie elsewhere."""
    f = functools.partial(lambda f, *xs: ta.sum(f(*xs)), f)
    for i in orders[:-1]:
        f = functools.partial(lambda f, i, *xs: ta.sum(ta.grad(f, argnums=i)(*xs)), f, i)
    return ta.grad(f, argnums=orders[-1])(*[np.array([0.7, x, 0.3]) for x in at])[1]


def inside(op, at):
    """Whether a point lies in the domain, and not on a pole."""
    lows = [op.domain.get(name, (-math.inf, math.inf)) for name in op.inputs]
    poles = [op.poles.get(name, ()) for name in op.inputs]
    return all(low < x < high and x not in bad for x, (low, high), bad in zip(at, lows, poles))


def one_input():
    """Every function of one number, with the static parameters of each of its cases."""
    for op in FUNCTIONS:
        if len(op.inputs) == 1:
            for static in {str(c.static): c.static for c in samples.cases(op)}.values():
                yield pytest.param(op, static, id=f"{op.name}-{static or ''}")


@each("form", ["auto", "output", "input"])
@each(("op", "static"), list(one_input()))
def test_every_function_of_one_number_at_every_switch(op, static, form):
    if form != "auto" and form not in op.forms:
        return
    kinks = kinks_of(op, static)
    jumps = {kink.at for kink in kinks if kink.side == "none"}
    given = {sign * x for x in static.values() if isinstance(x, float) for sign in (1, -1)}
    exact = by_mpmath(op, static)
    f = lambda z: op.call(z, **static)
    for z in sorted({*POINTS, *given, *(kink.at for kink in kinks)} - jumps):
        if not inside(op, [z]):
            continue
        for order in (1, 2, 3):
            with ta.derivative_form(form), np.errstate(all="ignore"):
                found, of_array = nth(f, [z], [0] * order), nth_of_array(f, [z], [0] * order)
            truth = limits(exact, [z], [order])
            assert between(found, truth), f"{op.name}, order {order} at {z}: {found}, not between {truth}"
            assert found == pytest.approx(of_array, rel=1e-9, abs=1e-12)


PAIRS = [(0.0, 0.0), (0.0, 1.0), (1.0, 1.0), (-1.0, -1.0), (1.0, 0.0), (-2.0, 0.0), (0.0, -0.5), (2.0, 2.0), (2.0, 0.5)]
TWO = [pytest.param(op, id=op.name) for op in FUNCTIONS if len(op.inputs) == 2 and op.name != "pow_derivative"]


@each("op", TWO)
def test_every_function_of_two_numbers_at_every_switch(op):
    exact = by_mpmath(op, {})
    for at in PAIRS:
        if not inside(op, at):
            continue
        for count in (1, 2, 3):
            for orders in itertools.product((0, 1), repeat=count):
                with np.errstate(all="ignore"):
                    found, of_array = nth(op.call, at, orders), nth_of_array(op.call, at, orders)
                truth = limits(exact, at, [orders.count(0), orders.count(1)])
                assert between(found, truth), f"{op.name}, by {orders} at {at}: {found}, not between {truth}"
                assert found == pytest.approx(of_array, rel=1e-9, abs=1e-12)


def power_truth(x, y, by_x, by_y):
    """∂x^by_x ∂y^by_y of x ** y; at x = 0 the limit from the right, and 0 where the docstring says so."""
    if x == 0 and y >= 0 and by_x == 0 and by_y:
        return 0.0
    values = [_power_terms(mp.mpf(x), mp.mpf(y), by_x, by_y)] if x else []
    with mp.workdps(40):
        values = values or [_power_terms(mp.mpf(10) ** -n, mp.mpf(y), by_x, by_y) for n in (200, 20000)]
    size = [abs(v) for v in values]
    if x or (size[0] == size[1]):
        return float(values[-1])
    return 0.0 if size[1] < size[0] else math.copysign(math.inf, values[1])


def _horner(factors, y):
    """A polynomial, by its coefficients with the lowest last."""
    return functools.reduce(lambda total, c: total * y + c, factors, mp.mpf(0))


def _power_terms(x, y, by_x, by_y):
    """By Leibniz, of y * (y - 1) * ... * x ** (y - by_x)."""
    factors = [mp.mpf(1)]
    for j in range(by_x):  # coefficients of the polynomial, the lowest last
        factors = [a - j * b for a, b in zip([*factors, 0], [0, *factors])]
    total = mp.mpf(0)
    for k in range(by_y + 1):
        total += mp.binomial(by_y, k) * _horner(factors, y) * mp.log(x) ** (by_y - k)
        factors = [c * (len(factors) - 1 - i) for i, c in enumerate(factors[:-1])] or [mp.mpf(0)]
    return total * x ** (y - by_x)


BASES, EXPONENTS = (0.0, 0.5, 1.0, 2.0), (-1.0, 0.0, 0.5, 1.0, 1.5, 2.0, 3.0)


@each("orders", [o for n in (1, 2, 3) for o in itertools.product((0, 1), repeat=n)])
@each("how", ["numbers", "arrays", "compiled", "compiled arrays"])
def test_powers(orders, how):
    pow = lambda x, y: x**y
    pairs = list(itertools.product(BASES, EXPONENTS))
    truth = [power_truth(x, y, orders.count(0), orders.count(1)) for x, y in pairs]
    if "arrays" in how:
        f = functools.partial(lambda f, *xs: ta.sum(f(*xs)), pow)
        for i in orders[:-1]:
            f = functools.partial(lambda f, i, *xs: ta.sum(ta.grad(f, argnums=i)(*xs)), f, i)
        f = ta.grad(f, argnums=orders[-1])
        with np.errstate(all="ignore"):
            found = (ta.compile(f) if "compiled" in how else f)(*map(np.array, zip(*pairs)))
    else:
        f = pow
        for i in orders:
            f = ta.grad(f, argnums=i)
        f = ta.compile(f) if how == "compiled" else f
        with np.errstate(all="ignore"):
            found = [f(x, y) for x, y in pairs if (x, y) != (0.0, -1.0)]
        truth = [t for t, pair in zip(truth, pairs) if pair != (0.0, -1.0)]  # Python's 0.0 ** -1 raises
    np.testing.assert_allclose(found, truth, rtol=1e-12, atol=1e-14)


def test_the_hessian_of_a_power_is_symmetric_and_the_gradient_check_agrees():
    hessian = ta.hessian(lambda p: p[0] ** p[1])
    np.testing.assert_allclose(hessian(np.array([2.0, 0.0])), [[0, 0.5], [0.5, math.log(2) ** 2]], rtol=1e-15)
    with np.errstate(all="ignore"):
        for point in itertools.product((0.0, 0.5, 2.0), (0.0, 0.5, 1.0, 2.0, 3.0)):
            found = hessian(np.array(point))
            np.testing.assert_array_equal(found, found.T, err_msg=str(point))
            assert not np.isnan(found).any()
    assert ta.gradcheck(ta.pow, 2.0, 0.0, order=2).ok
    assert ta.gradcheck(ta.pow, np.array([2.0, 0.5]), np.array([0.0, 1.0]), order=2).ok


def test_a_negative_base_has_slopes_in_x_alone():
    for exponent in (-2, -1, 0, 1, 2, 3):
        factors = [math.prod(exponent - j for j in range(n)) for n in range(4)]
        for x in (-2.0, -0.5):
            f = lambda x, y=exponent: x**y
            for order in (1, 2, 3):
                f = ta.grad(f)
                assert f(x) == factors[order] * x ** (exponent - order)
                assert f(np.float32(x)) == np.float32(factors[order] * x ** (exponent - order))
            by_both = ta.grad(lambda x, y: ta.grad(lambda x: x**y)(x), argnums=(0, 1))(x, float(exponent))
            assert by_both[0] == factors[2] * x ** (exponent - 2)
            assert math.isnan(by_both[1]), "beside a whole exponent the power of a negative base is no real number"


def test_static_exponents_at_a_base_of_zero():
    root = (math.inf, -math.inf, math.inf)
    for exponent, slopes in {0: (0, 0, 0), 1: (1, 0, 0), 2: (0, 2, 0), 3: (0, 0, 6), 0.5: root}.items():
        f = g = lambda x, y=exponent: x**y
        h = lambda x, y=exponent: x ** np.array([y, 2.0])
        for slope in slopes:
            f, h = ta.grad(f), ta.grad(lambda x, h=h: ta.sum(h(x)))
            with np.errstate(all="ignore"):
                assert f(0.0) == ta.compile(f)(0.0) == slope
                assert h(np.array([0.0, 3.0]))[0] == slope
        assert g(0.0) == 0.0**exponent


@pytest.mark.parametrize("zeros", [0, 1, 2, 3])
def test_products_with_zeros(zeros):
    x = np.array([0.5, -2.0, 3.0, 1.5])
    x[:zeros] = 0
    n = len(x)
    rest = lambda *out: 0.0 if len(set(out)) < len(out) else math.prod(float(x[i]) for i in range(n) if i not in out)
    assert ta.grad(ta.prod)(x).tolist() == [rest(i) for i in range(n)]
    assert ta.hessian(ta.prod)(x).tolist() == [[rest(i, j) for j in range(n)] for i in range(n)]
    third = ta.jacobian(ta.hessian(ta.prod))(x)
    assert third.tolist() == [[[rest(i, j, k) for k in range(n)] for j in range(n)] for i in range(n)]


def test_further_derivatives_of_soft_sign_at_zero_are_those_from_the_right():
    """As `ta.derivative` has them; |z| with slope 0 at 0 would make them 0."""
    f = ta.soft_sign
    for order in (1, 2, 3, 4):
        f = ta.grad(f)
        assert f(0.0) == ta.derivative("soft_sign", order)(0.0) == (-1) ** (order + 1) * math.factorial(order)


def test_the_slope_of_a_power_in_the_exponent_with_and_without_the_power_at_hand():
    """Arrays take the power that was computed, a graph computes it again: the same numbers."""
    x, y = np.array([0.0, 0.0, 0.0, 0.5, 2.0, -2.0, math.inf]), np.array([0.0, 1.5, -1.0, 0.0, 3.0, 2.0, -1.0])
    rule = ta.ops["pow"].rules[1]
    with np.errstate(all="ignore"):
        by_array, by_graph = rule(x**y, x, y), ta.ops["pow_derivative"].call(x, y, by_y=1)
        by_number = [rule(float(a), float(u), float(v)) for a, u, v in zip(x**y, x, y)]
    expected = [0.0, 0.0, -math.inf, math.log(0.5), 8 * math.log(2), math.nan, 0.0]
    for found in (by_array, by_graph, by_number):
        np.testing.assert_allclose(found, expected, rtol=1e-15)
