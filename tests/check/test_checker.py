"""The checker is checked: every planted fault is called wrong, no right gradient is, however hard."""

from __future__ import annotations

import numpy as np
import pytest

import tinygrad_act as ta

from ..checker.case import declared
from ..checker.faults import FAULTS
from ..checker.hard import HARD
from ..checker.near import NEAR, ROUNDED
from ..each import each


@each("case", [pytest.param(case, id=case.name) for case in FAULTS], parts=6)
def test_a_planted_fault_is_called_wrong(case):
    with np.errstate(all="ignore"):
        report = case.report()
    assert report.verdict == "wrong", report


@each("case", [pytest.param(case, id=case.name) for case in HARD], parts=2)
def test_a_right_gradient_agrees_however_hard_the_function(case):
    with np.errstate(all="ignore"):
        report = case.report()
    assert report.verdict == "agrees", report


@each("case", [pytest.param(case, id=case.name) for case in NEAR])
def test_a_right_gradient_near_rounding_a_step_or_a_kink_is_never_called_wrong(case):
    with np.errstate(all="ignore"), declared(case.f, case.pullback) as op:
        for report in (case.report(), ta.gradcheck(op, case.x)):
            assert report.verdict != "wrong", report


@pytest.mark.parametrize("count", [4, pytest.param(12, marks=pytest.mark.slow)])
@pytest.mark.parametrize("name", ROUNDED)
def test_where_rounding_makes_a_function_constant_the_checker_is_not_upside_down(name, count):
    f, slope = ROUNDED[name]
    for x in 10.0 ** np.random.default_rng(sum(name.encode())).uniform(-9, -5, count):
        for factor in (1.0, 0.0, 2.0) if abs(slope(x)) > 1e-14 else (1.0,):  # below, 0 is as good
            report = ta.gradcheck(f, x, gradient=lambda z, factor=factor: factor * slope(z))
            assert report.verdict != ("wrong" if factor == 1 else "agrees"), (x, factor, report)


@each("low", [-45.0, -97.0, -700.0])
@each("f", [ta.softmax, lambda z: ta.softmax(z)[:2], ta.softmin, lambda z: ta.tanh(z * z).sum()])
def test_a_confident_row_whose_large_output_hides_what_moves_is_not_called_wrong(f, low):
    """The entry next to 1 would have to move by less than it can."""
    for z in ([0.0, low], [low, 3.0, low - 2], [0.0, -low, low / 2]):
        assert ta.gradcheck(f, np.array(z)).verdict != "wrong"


def test_there_are_as_many_cases_as_the_documentation_says():
    assert len({case.name for case in FAULTS}) == len(FAULTS) >= 40
    assert len({case.name for case in HARD}) == len(HARD) >= 40
    assert len({case.name for case in NEAR}) == len(NEAR) >= 60
