"""What all tests share: one list of (operation, case), made from the registry."""

from __future__ import annotations

import math

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


def one_of_each_kind(params):
    """Of those, one for every set of static parameters and number of axes of an operation; of an elementwise one, for
    every set of static parameters: that where most broadcasts. `python -m tests.planted` says what it is enough for."""
    kinds = {}
    for param in params:
        op, case = param.values
        axes = () if op.elementwise else tuple(len(x) if isinstance(x, tuple) else None for x in case.inputs)
        kinds.setdefault((op, *sorted(case.static), axes), []).append(param)
    return [max(alike, key=_says) for alike in kinds.values()]


def _says(param):
    """How much a case says: one of a single number or two may leave out a branch; then, how many shapes meet."""
    shapes = [x for x in param.values[1].inputs if isinstance(x, tuple)]
    return sum(math.prod(x) for x in shapes) >= 3 * len(shapes), len(set(shapes))


def flows(op):
    """Whether a gradient flows through some input, by a rule that somebody wrote."""
    return any(op.known(i) is not None for i in range(len(op.rules)))


@pytest.fixture
def scratch():
    """Operations declared inside a test are removed from the registry after it, and so is what they implement."""
    with alone():
        yield
