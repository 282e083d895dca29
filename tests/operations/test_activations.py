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


def test_prelu_learns_its_slope_and_broadcasts_it():
    z, slope = np.array([[-2.0, -1.0, 3.0], [-4.0, 0.0, -0.5]]), np.array([0.25, 0.5, 0.1])
    out, pullback = ta.vjp(ta.prelu, z, slope)
    assert out.tolist() == [[-0.5, -0.5, 3.0], [-1.0, 0.0, -0.05]]
    dz, dslope = pullback(np.ones(z.shape))
    assert dz.tolist() == [[0.25, 0.5, 1.0], [0.25, 1.0, 0.1]]
    assert dslope.tolist() == [-6.0, -1.0, -0.5]
    assert ta.prelu(-2.0, 0.25) == -0.5


def test_swish_beta_is_silu_half_and_relu_and_has_its_limits():
    np.testing.assert_allclose(ta.swish_beta(Z, 1.0), ta.silu(Z), rtol=4e-16)
    assert np.array_equal(ta.swish_beta(Z, 0.0), Z / 2)
    np.testing.assert_allclose(ta.swish_beta(Z, 1e4), ta.relu(Z), atol=1e-300)
    far = np.array([-np.inf, np.inf, -1e308, 1e308])
    out, pullback = ta.vjp(lambda z: ta.swish_beta(z, 1.0), far)
    assert out.tolist() == [0, np.inf, 0, 1e308]
    assert pullback(np.ones(4))[0].tolist() == [0, 1, 0, 1]
    assert ta.grad(lambda b: ta.swish_beta(far, b).sum())(1.0) == 0.0


def test_rrelu_in_evaluation_is_leaky_relu_with_the_mean_slope():
    assert np.array_equal(ta.rrelu(Z), ta.leaky_relu(Z, slope=11 / 48))
    assert slopes(ta.rrelu).tolist() == [11 / 48, 11 / 48, 1, 1, 1]
    assert ta.rrelu(-np.inf) == -np.inf


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_rrelu_in_training_draws_a_slope_for_every_entry_and_uses_it_backward(dtype):
    z = np.random.default_rng(1).normal(size=2000).astype(dtype)
    x = ta.Value(z)
    a = ta.rrelu(x, rng=np.random.default_rng(7))
    assert a.dtype == dtype
    a.sum().backward()
    below = z < 0
    assert np.array_equal(a.data[~below], z[~below])
    assert (x.grad[~below] == 1).all()
    drawn = x.grad[below].astype(float)
    np.testing.assert_allclose(drawn * z[below], a.data[below], rtol=1e-6 if dtype == np.float32 else 1e-15)
    assert len(np.unique(drawn)) > 0.99 * below.sum()
    assert 1 / 8 - 1e-7 <= drawn.min() < 0.13
    assert 0.32 < drawn.max() <= 1 / 3 + 1e-7
    again = ta.rrelu(z, rng=np.random.default_rng(7))
    assert np.array_equal(again, a.data)
    assert not np.array_equal(ta.rrelu(z, rng=np.random.default_rng(8)), again)


def test_rrelu_in_training_at_zero_infinity_nan_and_subnormal_numbers():
    z = np.array([0.0, -0.0, -np.inf, np.inf, np.nan, -5e-324])
    out, pullback = ta.vjp(lambda x: ta.rrelu(x, rng=np.random.default_rng(0)), z)
    assert out[:4].tolist() == [0.0, 0.0, -np.inf, np.inf]
    (slope,) = pullback(np.ones(6))
    assert slope[[0, 1, 3]].tolist() == [1, 1, 1]
    assert slope[2] == 11 / 48
    assert np.isnan(slope[4])
    assert 1 / 8 <= slope[5] <= 1 / 3
    second = ta.grad(ta.grad(lambda x: ta.rrelu(x, rng=np.random.default_rng(0))))
    assert second(-1.3) == second(-1e-200) == second(2.0) == 0.0
    assert type(ta.rrelu(-1.0, rng=np.random.default_rng(0))) is float


def test_rrelu_in_training_draws_for_integers_too():
    assert -2 / 3 <= ta.rrelu(np.array([-2, 3]), rng=np.random.default_rng(0))[0] <= -0.25


@pytest.mark.parametrize("rng", [0, np.random, "seed", np.random.RandomState(0)])
def test_rrelu_wants_a_generator(rng):
    with pytest.raises(TypeError, match=r"rrelu: rng=.* is no numpy.random.Generator; write rng=numpy.random.default"):
        ta.rrelu(Z, rng=rng)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: ta.rrelu(Z, lower=0.5, upper=0.25), "rrelu: lower=0.5 is above upper=0.25"),
        (lambda: ta.celu(Z, alpha=0.0), "celu: alpha=0.0 is not allowed; it must be above 0"),
        (lambda: ta.squareplus(Z, b=0.0), "squareplus: b=0.0 is not allowed; it must be above 0"),
        (lambda: ta.softplus(Z, beta=-1.0), "softplus: beta=-1.0 is not allowed; it must be above 0"),
        (lambda: ta.soft_shrink(Z, threshold=-0.1), "soft_shrink: threshold=-0.1 is not allowed"),
        (lambda: ta.hard_shrink(Z, threshold=-0.1), "hard_shrink: threshold=-0.1 is not allowed"),
        (lambda: ta.hard_sigmoid(Z, alpha=0.0), "hard_sigmoid: alpha=0.0 is not allowed; it must be above 0"),
        (lambda: ta.leaky_relu(Z, slope=math.nan), "leaky_relu: slope=nan is not allowed; it must be a number"),
        (lambda: ta.general_relu(Z, max_value=math.nan), "general_relu: max_value=nan is not allowed"),
        (lambda: ta.crelu(1.0), "crelu: a single number has no axis"),
    ],
)
def test_parameters_out_of_range_are_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call()


def test_thresholds_of_zero_are_allowed():
    assert np.array_equal(ta.soft_shrink(Z, threshold=0.0), Z)
    assert np.array_equal(ta.hard_shrink(Z, threshold=0.0), Z)


def test_threshold_wants_both_of_its_parameters():
    with pytest.raises(TypeError, match="threshold: static parameter 'threshold' is missing"):
        ta.threshold(Z)
    assert ta.threshold(Z, threshold=0.0, value=-7).tolist() == [-7, -7, -7, 0.5, 3]
    assert ta.threshold(Z, 0.0, -7.0).tolist() == [-7, -7, -7, 0.5, 3]


def test_general_relu_is_its_relatives():
    assert np.array_equal(ta.general_relu(Z), ta.relu(Z))
    assert np.array_equal(ta.general_relu(3 * Z, max_value=6.0), ta.relu6(3 * Z))
    assert np.array_equal(ta.general_relu(Z, negative_slope=0.2), ta.leaky_relu(Z, slope=0.2))
    assert ta.general_relu(Z, threshold=1.0, negative_slope=0.5).tolist() == [-2.0, -0.75, -0.5, -0.25, 3.0]
    assert slopes(ta.general_relu).tolist() == [0, 0, 1, 1, 1]
    assert ta.grad(lambda z: ta.general_relu(z, threshold=1.0))(1.0) == 0.0
    assert ta.general_relu(np.array([-np.inf, np.inf]), max_value=6.0).tolist() == [0.0, 6.0]


def test_crelu_doubles_its_axis():
    z = np.array([[1.0, -2.0], [0.0, 3.0]])
    assert ta.crelu(z).tolist() == [[1, 0, 0, 2], [0, 3, 0, 0]]
    assert ta.crelu(z, axis=0).shape == (4, 2)
    g = np.array([[1.0, 2.0, 3.0, 4.0], [5.0, 6.0, 7.0, 8.0]])
    assert ta.vjp(ta.crelu, z)[1](g)[0].tolist() == [[1, -4], [5 - 7, 6]]


def test_affine_and_scaled_tanh():
    assert ta.affine(Z, alpha=2.0, beta=1.0).tolist() == [-5, 0, 1, 2, 7]
    assert slopes(lambda z: ta.affine(z, alpha=2.0, beta=1.0)).tolist() == [2] * 5
    np.testing.assert_allclose(ta.scaled_tanh(Z, alpha=2.0, beta=0.5), 2 * np.tanh(Z / 2), rtol=1e-15)


def test_softplus_takes_a_beta_and_a_threshold():
    np.testing.assert_allclose(ta.softplus(Z, beta=3.0), np.log1p(np.exp(3 * Z)) / 3, rtol=1e-14)
    np.testing.assert_allclose(slopes(lambda z: ta.softplus(z, beta=3.0)), ta.sigmoid(3 * Z), rtol=1e-14)
    assert ta.softplus(800.0, beta=2.0) == 800.0
    assert ta.softplus(3.0, threshold=2.0) == 3.0


def test_steps_stop_the_gradient_and_straight_through_ones_hand_it_on():
    z = np.array([-2.0, -1.0, -0.5, 0.0, 0.5, 1.0, 2.0])
    assert ta.step(z).tolist() == ta.straight_through_step(z).tolist() == [0, 0, 0, 1, 1, 1, 1]
    assert ta.straight_through_sign(z).tolist() == [-1, -1, -1, 0, 1, 1, 1]
    assert ta.grad(lambda x: (ta.step(x) * x).sum())(z).tolist() == ta.step(z).tolist()
    assert slopes(ta.straight_through_step, z).tolist() == [1] * 7
    assert slopes(ta.straight_through_sign, z).tolist() == [0, 1, 1, 1, 1, 1, 0]
    assert ta.step(0.0) == ta.step(-0.0) == 1.0
    assert math.isnan(ta.step(math.nan))
    assert math.isnan(ta.straight_through_sign(np.array([math.nan]))[0])
    assert {op.name for op in ta.ops.values() if op.estimator} >= {"straight_through_step", "straight_through_sign"}


def test_stop_gradient_is_a_constant():
    assert ta.grad(lambda z: ta.stop_gradient(z) * z)(3.0) == 3.0
    assert ta.stop_gradient(Z).tolist() == Z.tolist()


def test_exp_quotient_is_right_however_division_rounds():
    z = np.array([-700.0, -1.0, 0.0, 2.5, 600.0])
    exact = [2.1342327429859674e-203, 0.5134171190325920, 1.0, 5.294490050470029, 5.221469689764144e173]
    np.testing.assert_allclose(ta.ops["exp_quotient"].call(z, alpha=1.5), exact, rtol=4e-16)
    assert np.array_equal(ta.ops["exp_quotient"].call(z), np.exp(z))
    assert ta.ops["exp_quotient"].call(np.array([-np.inf]), alpha=1.5).tolist() == [0.0]


def test_activations_say_where_they_were_published():
    assert ta.ops["gelu"].reference == "Hendrycks and Gimpel 2016"
    assert ta.ops["mul"].reference is None
    families = ("activations", "rectifiers", "squashers", "gates", "shrinks", "gated_pairs", "parametric")
    helpers = {"logit", "exp_quotient"}
    for op in ta.ops.values():
        if op.forward.__module__.removeprefix("tinygrad_act.operations.") in families and op.name not in helpers:
            assert op.reference is not None, op.name
