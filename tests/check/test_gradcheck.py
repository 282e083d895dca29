"""The checker is checked: planted faults are caught, right gradients pass, reports say what is wrong."""

from __future__ import annotations

import numpy as np
import pytest

import tinygrad_act as ta

from ..checker.faults import planted_sine

Z = np.array([-1.7, -0.4, 0.3, 1.9])


@pytest.mark.parametrize("factor", [1.001, 0.999, 1.00001, -1.0, 0.0, 2.0])
def test_a_wrong_rule_is_caught_at_first_order(scratch, factor):
    @ta.elementwise(dz=lambda a, _: factor * a * (1 - a))
    def planted(z):
        """a = 1 / (1 + exp(-z))"""
        return ta.sigmoid(z)

    report = ta.gradcheck(ta.planted, Z)
    assert not report
    assert len(report.wrong) == len(Z)


@pytest.mark.parametrize("factor", [1.001, 0.999, 0.0])
def test_a_right_first_and_wrong_second_derivative_is_caught_at_second_order(scratch, factor):
    planted_sin = planted_sine(factor)
    assert ta.gradcheck(planted_sin, Z).ok
    report = ta.gradcheck(planted_sin, Z, order=2)
    assert not report.ok
    assert {entry.order for entry in report.wrong} == {2}
    assert "second derivative is WRONG in 4 of 4" in str(report)


@pytest.mark.parametrize(
    ("name", "rule"),
    [
        ("forgotten sum over the batch", lambda g, a, x, y: ta.matmul(ta.transpose(x)[:, :1], g[:1])),
        ("transposed twice", lambda g, a, x, y: ta.matmul(ta.transpose(x), g) * np.array([[1.0, 1.001]])),
        ("zero", lambda g, a, x, y: 0.0 * y),
    ],
)
def test_wrong_matrix_rules_are_caught(scratch, name, rule):
    @ta.op(dx=lambda g, a, x, y: g @ ta.transpose(y), dy=rule)
    def planted_matmul(x, y):
        """a = x @ y"""
        return x @ y

    X = np.random.default_rng(0).normal(size=(4, 3))
    assert ta.gradcheck(lambda x: planted_matmul(x, np.ones((3, 2))), X).ok, name
    assert not ta.gradcheck(lambda y: planted_matmul(X, y), np.ones((3, 2))).ok, name


def test_a_tiny_gradient_that_is_reported_as_zero_is_caught(scratch):
    @ta.elementwise(dz=lambda a, z: 0.0 * z)
    def flat(z):
        """a = sigmoid(z)"""
        return ta.sigmoid(z)

    assert not ta.gradcheck(flat, np.array([-14.0, -12.0])).ok
    assert ta.gradcheck(ta.sigmoid, np.array([-14.0, -12.0])).ok


def test_one_wrong_entry_among_many_is_named(scratch):
    @ta.op(dx=lambda g, a, x: 2 * g * x * np.where(np.arange(200) == 137, 1.01, 1.0))
    def one_off(x):
        """a = x ** 2"""
        return x**2

    report = ta.gradcheck(lambda p: one_off(p["weights"][1]), {"weights": [0.5, np.linspace(0.1, 1, 200)]})
    assert len(report.wrong) == 1
    assert report.worst.name == "argument 0['weights'][1][137]"
    assert "\n  argument 0['weights'][1][137]  1.4535" in str(report)
    assert "ratio 1.01" in str(report)


def test_a_right_gradient_reads_as_a_sentence_with_digits():
    report = ta.gradcheck(lambda w: (w.tanh() ** 2).sum(), Z)
    assert report
    assert str(report).startswith("gradient agrees in all 4 entries, to 1")
    assert report.digits > 9
    assert "4 entries, agrees" in repr(report)


@pytest.mark.parametrize(
    ("slope", "right"), [(0.0, False), (0.5, False), (1.0, True), (0.01, False), (2.0, False), (-1.0, False)]
)
def test_the_declared_side_of_a_kink_is_held_to(scratch, slope, right):
    @ta.elementwise(dz=lambda _, z: ta.where(z == 0, slope, ta.where(z > 0, 1.0, 0.01)), kinks={0.0: "right"})
    def kinked(z):
        """a = maximum(z, 0.01 * z)"""
        return ta.maximum(z, 0.01 * z)

    report = ta.gradcheck(kinked, np.array([-1.0, 0.0, 1.0]))
    assert report.ok is right, report
    assert "left 0.01, right 1, rule gives" in str(report)


def test_the_report_shows_the_slopes_of_a_single_number_as_they_are():
    said = "kink: relu at 0: left 0, right 1, rule gives 1: the declared side"
    assert said in str(ta.gradcheck(ta.relu, 0.0))
    assert ta.gradcheck(ta.relu, 0.0).worst.numeric == 1


def test_a_kink_inside_a_function_may_have_any_slope_between_its_sides(scratch):
    inside = lambda f: ta.gradcheck(lambda z: f(-3.0 * z) + z, np.array([0.0, 1.0]))
    report = inside(ta.relu)
    assert report.ok
    assert "lies between" in str(report)

    @ta.elementwise(dz=lambda _, z: ta.where(z == 0, -0.5, z > 0))
    def outside(z):
        """a = maximum(z, 0)"""
        return ta.maximum(z, 0.0)

    assert not inside(outside).ok


def test_it_runs_in_float64_whatever_it_is_given():
    report = ta.gradcheck(lambda x: ta.exp(x).sum(), np.float32([0.1, 0.2]))
    assert report.digits > 9
    assert ta.gradcheck(lambda x: x * x, 3).ok


def test_a_network_loss_with_nested_parameters_to_second_order():
    rng = np.random.default_rng(1)
    X, y = rng.normal(size=(6, 3)), rng.integers(0, 2, (6, 1))
    params = {"w": [rng.normal(size=(3, 4)), rng.normal(size=(4, 1))], "b": (rng.normal(size=4), 0.1)}

    def loss(p):
        z = ta.tanh(X @ p["w"][0] + p["b"][0]) @ p["w"][1] + p["b"][1]
        return (ta.softplus(z) - y * z).mean()

    report = ta.gradcheck(loss, params, order=2)
    assert report.ok, report
    assert len(report.entries) == 2 * 21


def test_arguments_are_not_changed():
    x = Z.copy()
    ta.gradcheck(lambda x: (x * x).sum(), x)
    assert np.array_equal(x, Z)


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: ta.gradcheck(ta.sin, Z, order=3), ValueError, "order must be 1 or 2, not 3"),
        (lambda: ta.gradcheck(ta.sin), ValueError, "nothing to check"),
        (lambda: ta.gradcheck(ta.sin, np.zeros((0, 3))), ValueError, "nothing to check"),
        (lambda: ta.gradcheck(ta.sin, "abc"), TypeError, r"argument \[0\].*'abc'"),
        (lambda: ta.gradcheck(lambda x: [x], 1.0), TypeError, "returned a list"),
    ],
)
def test_bad_input(call, error, message):
    with pytest.raises(error, match=message):
        call()


def test_nan_never_agrees_with_nan():
    with np.errstate(all="ignore"):
        report = ta.gradcheck(ta.sqrt, np.array([-1.0]))
    assert not report.ok
    assert "not finite" in str(report)
