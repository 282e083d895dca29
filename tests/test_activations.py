"""The course's activations: their derivatives in the course's form, and the numbers they must give."""

from __future__ import annotations

import math

import numpy as np
import pytest

import tinygrad_act as ta
from tinygrad_act import Value

Z = np.array([-3.0, -0.5, 0.0, 0.5, 3.0])


def slopes(f, z=Z):
    value = Value(z)
    f(value).sum().backward()
    return value.grad


def test_the_rules_are_the_courses():
    assert ta.ops["sigmoid"].derivative == "a * (1 - a)"
    assert ta.ops["tanh"].derivative == "1 - a * a"
    assert ta.ops["relu"].derivative == "z >= 0"
    assert ta.ops["leaky_relu"].derivative == "where(z >= 0, 1, slope)"
    assert ta.ops["relu"].kinks == ta.ops["leaky_relu"].kinks == {0.0: "right"}


def test_the_numbers_are_the_courses():
    a, t = ta.sigmoid(Z), np.tanh(Z)
    assert np.array_equal(slopes(ta.sigmoid), a * (1 - a))
    assert np.array_equal(slopes(ta.tanh), 1 - t * t)
    assert slopes(ta.relu).tolist() == [0, 0, 1, 1, 1]
    assert slopes(ta.leaky_relu).tolist() == [0.01, 0.01, 1, 1, 1]
    assert slopes(lambda z: ta.leaky_relu(z, slope=0.3)).tolist() == [0.3, 0.3, 1, 1, 1]
    assert [ta.grad(ta.relu)(float(z)) for z in Z] == [0, 0, 1, 1, 1]
    assert [ta.grad(ta.leaky_relu)(float(z)) for z in Z] == [0.01, 0.01, 1, 1, 1]
    assert slopes(ta.identity).tolist() == [1] * 5


@pytest.mark.parametrize("zero", [0.0, -0.0])
def test_both_zeros_are_at_the_kink(zero):
    for f in (ta.relu, ta.leaky_relu):
        x = Value(zero)
        f(x).backward()
        assert x.grad == 1.0


def test_relu_is_zero_below_and_keeps_nan():
    assert ta.relu(np.array([-np.inf, -1.0, np.nan, 2.0])).tolist()[:2] == [0.0, 0.0]
    assert math.isnan(ta.relu(math.nan))
    assert math.isnan(ta.relu(np.array(math.nan)))


def test_softplus_slope_is_sigmoid_to_the_last_digits_in_both_tails():
    z = np.array([-700.0, -40.0, -20.0, 20.0, 40.0])
    np.testing.assert_allclose(slopes(ta.softplus, z), ta.sigmoid(z), rtol=1e-15)


def test_softmax_rows_add_up_to_one_and_large_entries_do_not_overflow():
    z = np.array([[1000.0, 0.0, -1000.0], [1.0, 2.0, 3.0]])
    np.testing.assert_allclose(ta.softmax(z).sum(axis=-1), 1.0, rtol=1e-15)
    np.testing.assert_allclose(np.exp(ta.log_softmax(z)), ta.softmax(z), rtol=1e-14)
    assert ta.logsumexp(np.array([1000.0, 1000.0])) == pytest.approx(1000 + math.log(2))
    assert ta.logsumexp(np.array([-np.inf, -np.inf])) == -np.inf


def test_erf_to_full_precision():
    z = np.concatenate([np.linspace(-7, 7, 20_001), 10.0 ** np.arange(-300, 1, 7.0)])
    exact = np.array([math.erf(x) for x in z])
    assert (np.abs(ta.erf(z) - exact) <= 2 * np.spacing(np.abs(exact))).all()
    assert ta.erf(np.array([-0.0, np.inf])).tolist() == [-0.0, 1.0]
    assert ta.grad(ta.erf)(0.0) == 2 / math.sqrt(math.pi)


def test_gated_pairs_want_an_axis_of_even_size():
    for f in (ta.glu, ta.reglu, ta.geglu, ta.swiglu):
        with pytest.raises(ValueError, match=rf"{f.__name__}: axis -1 of shape \(2, 3\) can't be halved"):
            f(np.ones((2, 3)))
        with pytest.raises(ValueError, match="a single number can't be halved"):
            f(1.0)


def test_gated_pairs_are_their_halves_multiplied():
    z = np.random.default_rng(0).normal(size=(3, 8))
    for f, gate in ((ta.glu, ta.sigmoid), (ta.reglu, ta.relu), (ta.geglu, ta.gelu), (ta.swiglu, ta.silu)):
        assert np.array_equal(f(z), z[:, :4] * gate(z[:, 4:]))
        assert f(z, axis=-1).shape == (3, 4)


def test_softmin_is_softmax_upside_down():
    z = np.array([[1000.0, 0.0, -1000.0], [1.0, 2.0, 3.0]])
    np.testing.assert_allclose(ta.softmin(z), ta.softmax(-z), rtol=1e-15)
