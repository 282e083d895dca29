"""Values, slopes and second derivatives to the last digits, where the usual formulas lose them, on every path.

At the points below something underflows, cancels, saturates or has its rounding magnified. The bounds hold for
every activation alike; what cannot be had is named, with the reason.
"""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np
import pytest

import tinygrad_act as ta
from tinygrad_act.check.accuracy import measured_ops
from tinygrad_act.check.accuracy.grid import kept
from tinygrad_act.check.accuracy.measuring import _roots, _static
from tinygrad_act.check.accuracy.truth import Exact, Truth
from tinygrad_act.check.samples import kink_places
from tinygrad_act.core.blocks import BLOCK

from ..accuracy_bounds import title
from ..each import each

mp = pytest.importorskip("mpmath")

FIRST, SECOND = 4.0, 8.0
"""Units of the last place: values and slopes; second derivatives."""
PAINFUL = [
    714.2047637855287, 709.9, 700.0, 420.7, 389.4988923383771, 362.0, 354.9, 283.3, 103.2, 90.5, 59.57,
    49.49591064453125, 41.0, 37.613249544169726, 37.0, 26.54, 22.0, 21.1, 18.04, 13.30000114440918, 13.0,
    10.218095779418945, 9.446345329284668, 9.25, 6.6316624124021555, 3.0000000000000004, 2.9999999999999996, 2.9,
    2.3993572, 2.2564,
    1.4907, 1.4186, 1.4142, 1.25, 1.2784, 1.1925, 1.0001, 0.7518, 0.7525, 0.5000000001, 0.49999, 0.25, 0.0227,
    1e-5, 1.7e-9, 1e12, 3e18, 1e120, 1.9651262732921e-07, 1e-100, 3.3e-308,
]  # fmt: skip
FEW = [37.613249544169726, 26.54, 13.30000114440918, 9.446345329284668, 3.0, 1.4142, 0.7518, 0.0227, 1.7e-9, 3.3e-308]
"""For erf and its kin, whose truth takes long."""
ROUNDED = {"exp": "its condition number is z", "affine": "next to its root alpha * z + beta cancels"}
"""What can't be had: an error in the input's last digit, or in alpha's, is magnified without bound."""


def points(op, static, dtype):
    several = FEW if "erf" in op.formula else PAINFUL
    with np.errstate(over="ignore"):
        z = np.array([*several, *(-x for x in several)], dtype)
    at = np.asarray(kink_places(op, static), dtype)
    return kept(op, static, np.concatenate([z, np.nextafter(at, dtype(-np.inf)), np.nextafter(at, dtype(np.inf))]))


def ulps(found, exact):
    """The errors in units of the last place, where the truth is a normal number."""
    info = np.finfo(found.dtype)
    size = np.abs(exact.high)
    with np.errstate(all="ignore"):
        unit = np.spacing(size.astype(found.dtype)).astype(float)
        off = np.abs((found.astype(float) - exact.high) - exact.low) / unit
    counted = (size >= float(info.tiny)) & (size <= float(info.max) * (1 - 4 * float(info.eps)))
    return np.where(counted, np.where(np.isfinite(found), off, np.inf), 0.0)


def within(found, exact, bound, z, what):
    errors = ulps(found, exact)
    worst = int(np.argmax(errors))
    assert errors[worst] <= bound, f"{what}: {errors[worst]:.3g} ulp at {float(z[worst])!r}: {found[worst]!r}"


def with_roots(op, static, truth, z):
    """`z`, and the neighbours of every root of the slope that lies between."""
    _, slope = truth(z)
    roots = np.array(_roots(truth, z, slope, 1, kink_places(op, static)), z.dtype)
    more = kept(op, static, np.concatenate([np.nextafter(roots, z.dtype.type(x)) for x in (-np.inf, np.inf)]))
    return np.concatenate([z, more])


def of(op, static):
    return lambda z: op.call(z, **static)


def slope_of(op, static):
    return lambda z: ta.grad(lambda x: op.call(x, **static).sum())(z)


def large(f):
    """`f` inside of an array on which the shorter formulas run."""

    def run(z):
        inside = np.where(np.abs(z) < 30, z, z.dtype.type(0.5))
        many = np.resize(inside, 4 * BLOCK // z.itemsize // len(z) * len(z))
        return np.where(np.abs(z) < 30, f(many)[: len(z)], f(z))

    return run


SMOOTH = [pytest.param(op, _static(op, static), id=title(op, static)) for op, static in [
    *measured_ops(), (ta.ops["softplus"], {"beta": 2.5}), (ta.ops["softplus"], {"beta": 0.3}),
    (ta.ops["squareplus"], {"b": 0.5}), (ta.ops["scaled_tanh"], {"alpha": 1.7159, "beta": 2 / 3}),
    (ta.ops["hard_sigmoid"], {"alpha": 0.2}), (ta.ops["logit"], {}),
] if op.name not in ROUNDED and not op.estimator and op.rules[0] is not None]  # fmt: skip


@each("dtype", [np.float64, np.float32])
@each(("op", "static"), SMOOTH)
def test_every_path_keeps_the_digits(op, static, dtype):
    truth = Truth(op, static)
    if static.get("alpha") == 0.2:  # meant as one fifth, as the default 1/6 as one sixth
        truth._static["alpha"] = Fraction(1, 5)
    z = with_roots(op, static, truth, points(op, static, dtype))
    value, slope = truth(z)
    value_of, grad_of = of(op, static), slope_of(op, static)
    for f, path in ((value_of, "array"), (large(value_of), "large"), (ta.compile(value_of), "compiled")):
        within(np.asarray(f(z)), value, FIRST, z, f"value, {path}")
    if dtype is np.float64:
        within(np.array([op.call(float(x), **static) for x in z]), value, FIRST, z, "value, float")
    with ta.derivative_form("input"):
        for f, path in ((grad_of, "array"), (large(grad_of), "large"), (ta.compile(grad_of), "compiled")):
            within(np.asarray(f(z)), slope, FIRST, z, f"slope, {path}")
        if dtype is np.float64:
            within(np.array([ta.grad(value_of)(float(x)) for x in z]), slope, FIRST, z, "slope, float")


@each("dtype", [np.float64, np.float32])
@each(("op", "static"), SMOOTH)
def test_second_derivatives_keep_theirs(op, static, dtype):
    """In the tails, too, where sigmoid's, tanh's and mish's would be 0 from the rounded output."""
    z = points(op, static, dtype)
    exact = Truth(op, static).second(z)
    second = lambda x: ta.grad(lambda y: slope_of(op, static)(y).sum())(x)
    with ta.derivative_form("input"):
        within(np.asarray(second(z)), exact, SECOND, z, "second derivative")
        if dtype is np.float32:  # a program may make a constant float32: 1.702, 2/3 and 0.3 must not lose by it
            within(np.asarray(ta.compile(second)(z)), exact, SECOND, z, "second derivative, compiled")


@pytest.mark.parametrize("beta", [1.375, -0.3, 7.1])
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_swish_beta_keeps_them_in_both_inputs(dtype, beta):
    b = dtype(beta)
    z = points(ta.ops["silu"], {}, dtype)
    with mp.workdps(400):
        s = lambda y: 1 / (1 + mp.exp(-y))
        pairs = [(mp.mpf(float(x)), mp.mpf(float(x)) * mp.mpf(float(b))) for x in z]
        exact = [[f(x, y) for x, y in pairs] for f in (
            lambda x, y: x * s(y),
            lambda x, y: s(y) * (1 + y * s(-y)),
            lambda x, y: x * x * s(y) * s(-y),
        )]  # fmt: skip
        from_mp = [both_halves(numbers) for numbers in exact]
    weights = np.full(z.shape, b)
    within(ta.swish_beta(z, b), from_mp[0], FIRST, z, "value")
    for position, truth in ((0, from_mp[1]), (1, from_mp[2])):
        found = ta.grad(lambda x, y: ta.swish_beta(x, y).sum(), position)(z, weights)
        within(np.asarray(found), truth, FIRST, z, f"slope {position}")


def both_halves(numbers):
    high = np.array([float(x) for x in numbers])
    return Exact(high, np.array([float(x - mp.mpf(float(h))) for x, h in zip(numbers, high)]))


@pytest.mark.parametrize(("alpha", "steps"), [(1 / 6, 6), (0.2, 5)])
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_hard_sigmoid_beside_its_foot_is_a_sixth_of_the_distance(dtype, alpha, steps):
    foot = dtype(-steps / 2)
    for z in (np.nextafter(foot, dtype(0)), foot + dtype(1e-6), foot + dtype(0.1)):
        exact = (Fraction(float(z)) + Fraction(steps, 2)) / steps
        for x in (np.array([z]), np.full(70_000, z)):
            found = float(ta.hard_sigmoid(x, alpha=alpha)[0])
            assert abs(Fraction(found) - exact) <= 2 * Fraction(float(np.spacing(dtype(found))))


@each("rate", [0.5, 1.0])
@each("order", range(6))
def test_derivatives_of_the_bell_of_any_order(order, rate):
    z = np.array([-37.9 / math.sqrt(2 * rate), -5.3, -1.0001, -1e-9, 0.3, 0.70711, 1.7320509, 2.33, 12.1])
    with mp.workdps(60):
        f = lambda x: mp.sqrt(mp.mpf(rate) / mp.pi) * mp.exp(-mp.mpf(rate) * x * x)
        exact = [mp.diff(f, mp.mpf(float(x)), order) if order else f(mp.mpf(float(x))) for x in z]
    found = ta.ops["bell"].call(z, rate=rate, order=order)
    size = np.maximum(np.abs(np.array([float(x) for x in exact])), 1e-307)
    far = 8 if order < 4 else 5000  # from the fourth on, roots are single floats
    assert (np.abs(found - np.array([float(x) for x in exact])) <= far * np.spacing(size)).all()


FUSED = [pytest.param(op, id=op.name) for op in ta.ops.values()
         if op.elementwise and len(op.inputs) == 1 and op.fused.forward and not op.kinks]  # fmt: skip


@each("dtype", [np.float64, np.float32])
@each("op", FUSED)
def test_shorter_formulas_keep_them_by_themselves(op, dtype):
    """Called directly: a formula that raised, and left its piece to the body, would hide behind it."""
    z = np.array([-18.04, -10.1, -6.63, -3.7, -2.256, -1.19, -0.75, -0.02, 1e-7, 0.5, 1.0, 4.4, 19.0], dtype)
    static = _static(op, {})
    out = np.empty_like(z)
    with np.errstate(over="raise", invalid="raise", divide="raise"):
        op.fused.forward(z, out, **static)
    within(out, Truth(op, static)(z)[0], FIRST, z, "value")


QUICK = [pytest.param(op, id=op.name) for op in ta.ops.values() if op.fused and op.fused.quick]


@pytest.mark.parametrize("op", QUICK)
def test_the_quickest_formulas_keep_them_and_leave_the_few_others_to_the_body(op):
    rng = np.random.default_rng(0)
    inside = np.concatenate([np.linspace(-12.0, 4.0, 3001), 10.0 ** rng.uniform(-300, 0, 300)])
    out, left = np.empty_like(inside), np.array([], int)
    for piece in (inside[inside > x] for x in (-12.0, -6.0, -2.6)):  # the longest of them that is not too far out
        out = np.empty_like(piece)
        with np.errstate(over="raise", invalid="raise", divide="raise"):
            left = op.fused.quick(piece, out)
        if left is not None:
            break
    assert left is not None
    out[left] = op.forward(piece[left])
    within(out, Truth(op, {})(piece)[0], FIRST, piece, "value")
    far = np.array([-19.7, -13.3, -9.45, -8.04, -6.8, -5.5, -3.4, -2.9])
    many = np.resize(rng.normal(size=997), 3 * BLOCK // 8)
    at = np.arange(len(far)) * 5001 + 17
    many[at] = far
    left = op.fused.quick(many[: BLOCK // 8].copy(), np.empty(BLOCK // 8))
    assert left is not None
    assert len(left)
    few = np.concatenate([at, np.arange(997)])
    within(op.forward(many)[few], Truth(op, {})(many[few])[0], FIRST, many[few], "value, large")


@pytest.mark.parametrize("beta", [1.375, -0.3, 7.1])
def test_swish_beta_of_floats_has_the_digits_of_arrays(beta):
    z = points(ta.ops["silu"], {}, np.float64)
    b = np.full(z.shape, beta)
    one_by_one = lambda f: np.array([f(float(x), beta) for x in z])
    value = Exact(ta.swish_beta(z, b), np.zeros(z.shape))
    within(one_by_one(ta.swish_beta), value, FIRST, z, "value")
    for position in (0, 1):
        slope = ta.grad(lambda x, y: ta.swish_beta(x, y).sum(), position)(z, b)
        found = one_by_one(ta.grad(ta.swish_beta, position))
        within(found, Exact(slope, np.zeros(z.shape)), 2 * FIRST, z, f"slope {position}")
