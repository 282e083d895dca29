"""A small pytest plugin: the fixture `assert_gradients`, and one line at the end of the run.

Switch it on with `pytest_plugins = ["tinygrad_act.pytest_plugin"]` in the top conftest.py. It is not
switched on by being installed: the test runs of other projects do not pay for importing it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from .gradient import Report
from .testing import assert_gradients as check_gradients

__all__ = ["assert_gradients", "pytest_terminal_summary"]

_seen = pytest.StashKey[list[tuple[float, str]]]()


@pytest.fixture
def assert_gradients(request: pytest.FixtureRequest) -> Callable[..., Report]:
    """`tinygrad_act.testing.assert_gradients`, whose results are counted."""
    found = request.config.stash.setdefault(_seen, [])

    def counted(*args: Any, **options: Any) -> Report:
        report = check_gradients(*args, **options)
        found.append((report.digits, request.node.nodeid))
        return report

    return counted


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    """How many gradients were checked, and which agreed least."""
    found = config.stash.get(_seen, [])
    if found:
        digits, where = min(found)
        least = f"all to {digits:.1f} digits or more (least: {where})"
        terminalreporter.write_line(f"gradients: {len(found)} checked, {least}")
