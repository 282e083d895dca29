"""The checker is checked: every planted fault is called wrong, no right gradient is, however hard."""

from __future__ import annotations

import numpy as np
import pytest

from .checker.faults import FAULTS
from .checker.hard import HARD


@pytest.mark.parametrize("case", [pytest.param(case, id=case.name) for case in FAULTS])
def test_a_planted_fault_is_called_wrong(case):
    with np.errstate(all="ignore"):
        report = case.report()
    assert report.verdict == "wrong", report


@pytest.mark.parametrize("case", [pytest.param(case, id=case.name) for case in HARD])
def test_a_right_gradient_agrees_however_hard_the_function(case):
    with np.errstate(all="ignore"):
        report = case.report()
    assert report.verdict == "agrees", report


def test_there_are_as_many_cases_as_the_documentation_says():
    assert len({case.name for case in FAULTS}) == len(FAULTS) >= 40
    assert len({case.name for case in HARD}) == len(HARD) >= 40
