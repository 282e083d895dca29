"""What all tests share: one list of (operation, case), made from the registry."""

from __future__ import annotations

import pytest

import tinygrad_act as ta
from tinygrad_act.check import samples

from .each import CHOSEN, alone


def pytest_addoption(parser):
    parser.addoption(
        "--once", action="store_true", help="of every test function only its first case: is everything there?"
    )
    parser.addoption("--case", default="", help="of the cases that a test loops over, those whose names hold this text")


def pytest_configure(config):
    CHOSEN.update(once=config.getoption("once"), case=config.getoption("case"))


def pytest_collection_modifyitems(config, items):
    if not config.getoption("once"):
        return
    first = {item.nodeid.partition("[")[0]: item for item in reversed(items)}
    others = set(items).difference(first.values())
    config.hook.pytest_deselected(items=list(others))
    items[:] = [item for item in items if item not in others]


def every_case():
    """One pytest parameter for every case of every built-in operation."""
    return [
        pytest.param(op, case, id=f"{op.name}-{number}")
        for op in ta.ops.values()
        for number, case in enumerate(samples.cases(op))
    ]


def differentiable(params):
    """Of those, the ones whose operation has a derivative, and whose rule is meant to be it."""
    return [param for param in params if flows(param.values[0]) and not param.values[0].estimator]


def flows(op):
    """Whether a gradient flows through some input, by a rule that somebody wrote."""
    return any(op.known(i) is not None for i in range(len(op.rules)))


@pytest.fixture
def scratch():
    """Operations declared inside a test are removed from the registry after it, and so is what they implement."""
    with alone():
        yield
