"""`ta.derivative`: of any order, to the last digits. Truth: Taylor coefficients by mpmath."""

from __future__ import annotations

import math

import numpy as np
import pytest

import tinygrad_act as ta

from ..each import each

mp = pytest.importorskip("mpmath")
Z = np.array([0.0, *(np.linspace(-4, 4, 17) + 0.0123)])


def cdf(z):
    return (1 + mp.erf(z / mp.sqrt(2))) / 2


FUNCTIONS = {
    "tanh": mp.tanh,
    "sigmoid": lambda z: 1 / (1 + mp.exp(-z)),
    "softplus": lambda z: mp.log(1 + mp.exp(z)),
    "log_sigmoid": lambda z: -mp.log(1 + mp.exp(-z)),
    "silu": lambda z: z / (1 + mp.exp(-z)),
    "quick_gelu": lambda z: z / (1 + mp.exp(-mp.mpf(1.702) * z)),
    "gelu": lambda z: z * cdf(z),
    "gelu_tanh": lambda z: z * (1 + mp.tanh(mp.sqrt(2 / mp.pi) * (z + mp.mpf(0.044715) * z**3))) / 2,
    "mish": lambda z: z * mp.tanh(mp.log(1 + mp.exp(z))),
    "squareplus": lambda z: (z + mp.sqrt(z * z + 4)) / 2,
    "tanh_shrink": lambda z: z - mp.tanh(z),
    "erf": mp.erf,
    "exp": mp.exp,
    "arctan": mp.atan,
}


@each("name", FUNCTIONS)
def test_orders_one_to_six_are_right_to_1e_12_where_they_are_not_tiny(name):
    with mp.workdps(60):
        exact = np.array([[float(c * math.factorial(n)) for n, c in enumerate(mp.taylor(FUNCTIONS[name], mp.mpf(z), 6))]
                          for z in Z])  # fmt: skip
    for order in range(7):
        found, truth = ta.derivative(name, order)(Z), exact[:, order]
        tiny = np.abs(truth) < 1e-2 * np.max(np.abs(truth))
        assert np.max(np.abs(found - truth)[~tiny] / np.abs(truth[~tiny])) < 1e-12, f"order {order}"
        assert np.max(np.abs(found - truth)[tiny], initial=0.0) < 1e-12 * np.max(np.abs(truth)), f"order {order}"


def test_numbers_arrays_values_and_float32():
    third = ta.derivative("tanh", 3)
    assert type(third(0.3)) is float
    assert third(0.0) == -2.0
    assert third(np.float32([0.3])).dtype == np.float32
    v = ta.Value(0.3)
    third(v).backward()
    assert v.grad == pytest.approx(ta.derivative("tanh", 4)(0.3), rel=1e-13)
    assert np.isnan(third(math.nan))


def test_parameters_functions_and_kinks():
    assert ta.derivative("elu", 2, alpha=0.5)(-1.0) == pytest.approx(0.5 * math.exp(-1), rel=1e-14)
    assert ta.derivative(ta.relu, 1)(np.array([-1.0, 0.0, 2.0])).tolist() == [0, 1, 1]
    assert ta.derivative("relu", 2)(np.array([-1.0, 2.0])).tolist() == [0, 0]
    assert ta.derivative("tanh", 0)(0.5) == math.tanh(0.5)
    with ta.at_kink(0.5):
        assert ta.derivative("relu")(0.0) == 0.5


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        (("tanhh", 1), KeyError, "did you mean 'tanh'"),
        (("tanh", -1), ValueError, "the order must be 0, 1, 2, ..., not -1"),
        (("tanh", 1.5), TypeError, "the order must be a whole number"),
        (("softmax", 1), TypeError, "softmax is not elementwise"),
        (("prelu", 1), TypeError, "prelu takes z, slope"),
        (("step", 1), ValueError, "step has no derivative"),
    ],
)
def test_what_has_no_derivative_is_refused(arguments, error, message):
    with pytest.raises(error, match=message):
        ta.derivative(*arguments)
