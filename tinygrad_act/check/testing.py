"""For your own test suites: `assert_gradients`.

    from tinygrad_act.testing import assert_gradients

    def test_my_loss():
        assert_gradients(my_loss, params, digits=8)

With `pytest_plugins = ["tinygrad_act.pytest_plugin"]` in a conftest.py it is a fixture as well, and
the run ends with one line that tells the least agreement seen.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..core.frames import boundary
from .gradient import Report, gradcheck

__all__ = ["assert_gradients"]


@boundary
def assert_gradients(f: Callable[..., Any], *args: Any, digits: float = 8, **options: Any) -> Report:
    """Check the gradient of `f` at `args` with `gradcheck` and return its report.

    `digits`: the agreement that every entry must show. `options`: those of `gradcheck`, such as
    `order=2` or `gradient=g`. Raises `AssertionError` with the whole report if an entry is wrong,
    if the check cannot tell, or if it agrees to fewer digits; otherwise what `gradcheck` raises.
    """
    report = gradcheck(f, *args, **options)
    if not report.ok:
        raise AssertionError(str(report))
    if report.digits < digits:
        only = f"the gradient agrees to {report.digits:.1f} digits only, {digits:g} are asked for"
        raise AssertionError(f"{only}\n{report}")
    return report
