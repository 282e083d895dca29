"""Kinks, jumps, vertical slopes and edges: told from each other, named, judged."""

from __future__ import annotations

import numpy as np
import pytest

import tinygrad_act as ta

from ..each import each

RELU = lambda x: np.maximum(x, 0)


def by_hand(f, slope, x):
    return ta.gradcheck(f, x, gradient=slope)


@pytest.mark.parametrize("slope", [0.0, 0.3, 1.0])
def test_any_slope_between_the_sides_is_accepted_where_nothing_is_declared(slope):
    report = by_hand(RELU, lambda x: slope, 0.0)
    assert report.ok
    assert f"kink: left 0, right 1, rule gives {slope:g}: it lies between" in str(report)


@pytest.mark.parametrize("slope", [-1e-3, 1.001, 2.0, np.nan])
def test_a_slope_outside_of_the_interval_is_wrong(slope):
    assert by_hand(RELU, lambda x: slope, 0.0).verdict == "wrong"


def test_mygrads_leaky_relu_is_called_wrong_at_zero():
    leaky = lambda x: np.where(x > 0, x, 0.01 * x)
    report = by_hand(leaky, lambda x: (x > 0) + 0.01 * (x < 0), 0.0)
    assert report.verdict == "wrong"
    assert "left 0.01, right 1, rule gives 0: outside of the interval" in str(report)


@each("distance", [1e-2, 1e-4, 1e-6, 1e-7, -1e-7, -1e-3])
@each("wrong", [False, True])
def test_next_to_a_kink_only_the_slope_of_that_piece_is_right(distance, wrong):
    report = by_hand(RELU, lambda x: float((x > 0) != wrong), distance)
    assert report.verdict == ("wrong" if wrong else "agrees"), report


@pytest.mark.parametrize(
    ("f", "rule", "word"),
    [
        (lambda x: np.floor(x), 0.0, "no derivative: a jump by 1"),
        (lambda x: np.where(x < 0, 5.0, 7.0) + x, 1.0, "no derivative: a jump by 2"),
        (lambda x: np.sqrt(np.abs(x)), 0.0, "no derivative: the slope grows without bound"),
        (np.cbrt, 0.0, "no derivative: the slope grows without bound"),
    ],
)
def test_where_there_is_no_derivative_the_report_says_so(f, rule, word):
    report = by_hand(f, lambda x: rule, 0.0)
    assert report.verdict == "cannot tell"
    assert word in str(report)
    assert np.isnan(report.worst.numeric)


def test_a_declared_jump_lets_nothing_flow(scratch):
    assert "sign at 0: a jump by 2, declared none" in str(ta.gradcheck(ta.sign, 0.0))
    assert ta.gradcheck(ta.floor, np.array([-2.0, 0.5, 3.0])).ok

    @ta.elementwise(dz=1.0, kinks={0.0: "none"})
    def passes_on(z):
        """a = z >= 0"""
        return np.asarray(z >= 0, float)

    report = ta.gradcheck(passes_on, 0.0)
    assert report.verdict == "wrong"
    assert "passes_on at 0: a jump by 1, declared none" in str(report)


def test_a_vertical_slope_for_which_the_rule_gives_infinity():
    report = by_hand(np.sqrt, lambda x: np.inf, 0.0)
    assert report.ok
    assert "the slope grows without bound, and the rule says so" in str(report)


def test_steps_stay_inside_a_declared_domain(scratch):
    seen = []

    @ta.elementwise(dz=lambda _, z: 1 / z, domain=(0.0, 4.0))
    def fussy_log(z):
        """a = log(z)"""
        seen.append(float(np.min(z)))
        if np.any(np.asarray(z) <= 0) or np.any(np.asarray(z) >= 4):
            raise RuntimeError("outside of the domain")
        return np.log(z)

    assert ta.gradcheck(fussy_log, np.array([0.1, 3.99])).ok
    assert min(seen) > 0


def test_where_the_function_raises_on_one_side_the_other_decides():
    def f(x):
        if x < 0:
            raise ValueError("negative")
        return 3 * x + x * x

    report = by_hand(f, lambda x: 3 + 2 * x, 0.0)
    assert report.ok
    assert "one-sided: to the left the function raised ValueError: negative" in str(report)
    assert by_hand(f, lambda x: 2.9, 0.0).verdict == "wrong"


def test_where_the_function_is_not_finite_on_one_side_the_other_decides():
    f = lambda x: np.where(x > 0, np.nan, x * x - x)
    assert "one-sided: to the right the function is not finite" in str(by_hand(f, lambda x: 2 * x - 1, 0.0))
    assert by_hand(f, lambda x: 2 * x - 1, 0.0).ok
    assert by_hand(f, lambda x: 2 * x, 0.0).verdict == "wrong"
    nowhere = by_hand(lambda x: np.where(x == 0, 0.0, np.inf), lambda x: 0.0, 0.0)
    assert nowhere.verdict == "cannot tell"
    assert "argument 0 " in str(nowhere)


def test_kinks_inside_a_function_are_named():
    report = ta.gradcheck(lambda x: ta.relu(ta.tanh(x) * 2.0) + x, np.array([0.0, 0.5]))
    assert report.ok
    assert "kink: relu at 0 (inside): left 1, right 3, rule gives 3: it lies between" in str(report)
    assert "max at a tie (inside): left 0, right 1" in str(ta.gradcheck(ta.max, np.array([1.0, 2.0, 2.0])))
    assert "clip at min=0.5: left 0, right 1, rule gives 1" in str(ta.gradcheck(lambda x: ta.clip(x, min=0.5), 0.5))


@pytest.mark.parametrize(
    "f",
    [
        lambda x: ta.relu(x) + ta.abs(x),  # two kinks on one entry, with a side of its own each
        lambda x: ta.relu(x) + ta.relu(-x),
        lambda x: ta.relu(x) - 3 * ta.relu(x * 2),
        lambda x: ta.maximum(x, -x) * ta.relu(x) + x,
    ],
)
def test_several_kinks_at_one_place(f):
    assert ta.gradcheck(f, np.array([0.0, 1.0])).ok, ta.gradcheck(f, np.array([0.0, 1.0]))


def test_a_smooth_function_of_a_kinked_one_has_no_kink():
    report = by_hand(lambda x: x * np.abs(x), lambda x: 2 * np.abs(x), 0.0)
    assert report.ok
    assert "kink" not in str(report)
