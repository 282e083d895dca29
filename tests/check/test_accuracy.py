"""Activations and their slopes against numbers of 50 digits: the largest error in units of the last place."""

from __future__ import annotations

import numpy as np
import pytest

import tinygrad_act as ta

from ..each import each

mp = pytest.importorskip("mpmath")

_RNG = np.random.default_rng(0)
Z = np.concatenate(
    [
        _RNG.uniform(-30, 30, 300),
        _RNG.uniform(-2, 2, 200),
        _RNG.choice([-1, 1], 100) * 10.0 ** _RNG.uniform(-12, 2.5, 100),
        [-700.0, -100.0, -40.0, -37.0, -22.0, 22.0, 37.0, 40.0, 100.0, 700.0],
    ]
)


def s(z):
    return 1 / (1 + mp.exp(-z))


def cdf(z):
    return mp.erfc(-z / mp.sqrt(2)) / 2


def pdf(z):
    return mp.exp(-z * z / 2) / mp.sqrt(2 * mp.pi)


def bend(z):
    return 2 * mp.sqrt(2 / mp.pi) * (z + mp.mpf("0.044715") * z**3)


def dbend(z):
    return 2 * mp.sqrt(2 / mp.pi) * (1 + mp.mpf("0.134145") * z * z)


def th(z):
    return mp.tanh(mp.log1p(mp.exp(z)))


SCALE, ALPHA = mp.mpf("1.0507009873554804934193349852946"), mp.mpf("1.6732632423543772848170429916717")
# name: the function, its slope, how many ulp either may be off: as measured for the formulas, plus 1
CASES = {
    "sigmoid": (s, None, 3, 0),
    "log_sigmoid": (lambda z: -mp.log1p(mp.exp(-z)), lambda z: s(-z), 3, 4),
    "softplus": (lambda z: mp.log1p(mp.exp(z)), s, 3, 3),
    "tanh": (mp.tanh, None, 3, 0),
    "elu": (lambda z: z if z > 0 else mp.expm1(z), lambda z: 1 if z > 0 else mp.exp(z), 2, 2),
    "celu": (lambda z: z if z > 0 else mp.expm1(z), lambda z: 1 if z > 0 else mp.exp(z), 3, 3),
    "selu": (
        lambda z: SCALE * (z if z > 0 else ALPHA * mp.expm1(z)),
        lambda z: SCALE * (1 if z > 0 else ALPHA * mp.exp(z)),
        4,
        4,
    ),
    "squareplus": (
        lambda z: (z + mp.sqrt(z * z + 4)) / 2,
        lambda z: (1 + z / mp.sqrt(z * z + 4)) / 2,
        4,
        6,
    ),
    "hard_swish": (
        lambda z: z * min(max(z / 6 + mp.mpf(1) / 2, 0), 1),
        lambda z: (2 * z + 3) / 6 if abs(z) <= 3 else 1 if z > 0 else 0,
        3,
        2,
    ),
    "soft_sign": (lambda z: z / (1 + abs(z)), lambda z: 1 / (1 + abs(z)) ** 2, 3, 5),
    "tanh_shrink": (lambda z: z - mp.tanh(z), lambda z: mp.tanh(z) ** 2, 5, 6),
    "silu": (lambda z: z * s(z), lambda z: s(z) * (1 + z * s(-z)), 4, 45),
    "quick_gelu": (
        lambda z: z * s(mp.mpf(1.702) * z),
        lambda z: s(mp.mpf(1.702) * z) * (1 + mp.mpf(1.702) * z * s(-mp.mpf(1.702) * z)),
        400,
        400,
    ),
    "gelu": (lambda z: z * cdf(z), lambda z: cdf(z) + z * pdf(z), 11, 38),
    "gelu_tanh": (
        lambda z: z * s(bend(z)),
        lambda z: s(bend(z)) * (1 + z * s(-bend(z)) * dbend(z)),
        1471,
        1411,
    ),
    "mish": (
        lambda z: z * th(z),
        lambda z: th(z) + z * s(z) * (1 - th(z) ** 2),
        5,
        80,
    ),
    "normal_cdf": (cdf, pdf, 10, 10),
    "normal_pdf": (pdf, lambda z: -z * pdf(z), 10, 10),
}
SMALLEST = 1e-290  # below it numbers lose their digits one by one
ROOTS = {"silu": -1.2784645427610738, "gelu": -0.7517915246935645, "gelu_tanh": -0.7524614,
         "mish": -1.1924060, "quick_gelu": -0.7511}  # fmt: skip


def ulps(found, exact, kept):
    """The largest distance, in units of the last place of the exact number, rounded."""
    kept = kept & (np.abs(exact) > SMALLEST)
    return float(np.max(np.abs(found - exact)[kept] / np.spacing(np.abs(exact[kept])), initial=0.0))


@each("name", CASES)
def test_values_and_slopes_are_right_to_a_few_ulp(name):
    f, slope, off, slope_off = CASES[name]
    z = ta.Value(Z)
    a = ta.ops[name].call(z)
    a.backward(np.ones(Z.shape))
    with mp.workdps(50):
        points = [mp.mpf(float(x)) for x in Z]
        assert ulps(a.data, np.array([float(f(x)) for x in points]), np.full(Z.shape, True)) <= off
        if slope is not None:  # a slope's own root is no place for relative errors
            away = np.abs(Z - ROOTS.get(name, np.inf)) > 0.02
            assert ulps(z.grad, np.array([float(slope(x)) for x in points]), away) <= slope_off


SPECIAL = {  # at -inf and at inf: the value, the slope
    "sigmoid": (0, 0, 1, 0),
    "log_sigmoid": (-np.inf, 1, 0, 0),
    "softplus": (0, 0, np.inf, 1),
    "relu6": (0, 0, 6, 0),
    "elu": (-1, 0, np.inf, 1),
    "celu": (-1, 0, np.inf, 1),
    "squareplus": (0, 0, np.inf, 1),
    "sparse_plus": (0, 0, np.inf, 1),
    "hard_swish": (0, 0, np.inf, 1),
    "hard_sigmoid": (0, 0, 1, 0),
    "sparse_sigmoid": (0, 0, 1, 0),
    "hard_tanh": (-1, 0, 1, 0),
    "soft_sign": (-1, 0, 1, 0),
    "tanh_shrink": (-np.inf, 1, np.inf, 1),
    "silu": (0, 0, np.inf, 1),
    "quick_gelu": (0, 0, np.inf, 1),
    "gelu": (0, 0, np.inf, 1),
    "gelu_tanh": (0, 0, np.inf, 1),
    "mish": (0, 0, np.inf, 1),
    "normal_cdf": (0, 0, 1, 0),
}


@each("dtype", [np.float64, np.float32])
@each("name", SPECIAL)
def test_infinities_and_nan_have_the_values_of_the_limit_and_warn_of_nothing(name, dtype):
    largest = np.finfo(dtype).max
    z = ta.Value(np.array([-np.inf, np.inf, np.nan, -largest, largest], dtype))
    a = ta.ops[name].call(z)  # warnings are errors here
    a.backward(np.ones(5, dtype))
    assert [a.data[0], z.grad[0], a.data[1], z.grad[1]] == pytest.approx(SPECIAL[name], rel=4e-16, abs=0)
    assert np.isnan(a.data[2])
    assert np.isnan(z.grad[2])
    assert not np.isnan(z.grad[3:]).any()


def everywhere():
    """Activations of one input that are defined for every number, with the parameters of their first case."""
    for op in ta.ops.values():
        anywhere = not op.domain.keys() & set(op.inputs)
        if op.reference is not None and op.elementwise and len(op.inputs) == 1 and anywhere:
            yield pytest.param(op, op.cases[0].static if op.cases else {}, id=op.name)


@each("dtype", [np.float64, np.float32])
@each(("op", "static"), list(everywhere()))
def test_at_infinity_every_activation_is_what_it_is_far_out_and_nothing_warns(op, static, dtype):
    far = np.sqrt(np.finfo(dtype).max)
    if op.name == "exp":
        far = dtype(100.0) if dtype is np.float64 else dtype(80.0)
    z = np.array([-np.inf, np.inf, np.nan, -0.0, -far, far], dtype)
    value = ta.Value(z)
    a = op.call(value, **static)  # warnings are errors here
    assert np.isnan(a.data[2])
    for at_infinity, near in ((a.data[0], a.data[4]), (a.data[1], a.data[5])):
        if abs(near) > 1e15:
            assert at_infinity == np.copysign(np.inf, near)
        else:
            assert at_infinity == pytest.approx(float(near), rel=1e-6, abs=1e-15)
    if a.requires_grad and not op.estimator and op.name != "exp":
        a.backward(np.ones(z.shape, dtype))
        assert value.grad[:2] == pytest.approx(value.grad[4:], rel=1e-6, abs=1e-15)
    numbers = [op.call(float(x), **static) for x in z]
    np.testing.assert_allclose(numbers, a.data, rtol=1e-6, atol=1e-15)
