"""One case for any gradient checker: a plain NumPy function, a hand-written pullback, a point."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

import tinygrad_act as ta


@dataclass(frozen=True)
class Case:
    name: str
    f: Callable[[Any], Any]
    pullback: Callable[[Any, Any], Any]
    """`pullback(g, x)`: the cotangent of x."""
    x: Any
    options: dict[str, Any]
    """For our declaration: `kinks=`, and `elementwise=True` if it is to be declared so."""
    check: Callable[[], ta.Report] | None = None
    """Our check, where it is not that of `f` and `pullback`: orders and declarations of our own."""
    second: float | None = None
    """For the sine checked to second order: what its second derivative is multiplied by."""
    by_rule: bool = False
    """Whether our check is that of an operation, with a cotangent, even if the result is one number."""

    def report(self) -> ta.Report:
        """What our checker says."""
        if self.check is not None:
            return self.check()
        out = self.f(self.x)
        if np.ndim(out) == 0 and not self.options and not self.by_rule:
            return ta.gradcheck(self.f, self.x, gradient=lambda x: self.pullback(1.0, x))
        with declared(self.f, self.pullback, **self.options) as op:
            return ta.gradcheck(op, self.x)


class declared:
    """`with declared(f, pullback) as op:` an operation of ours, forgotten at the end."""

    def __init__(self, f: Callable[[Any], Any], pullback: Callable[[Any, Any], Any], **options: Any) -> None:
        self.f, self.pullback, self.options = f, pullback, options

    def __enter__(self) -> Callable[..., Any]:
        def planted(x):
            """a = planted(x)"""
            return self.f(x)

        if self.options:
            return ta.elementwise(dx=lambda _, x: self.pullback(1.0, x), **self.options)(planted)
        return ta.op(dx=lambda g, a, x: self.pullback(g, x))(planted)

    def __exit__(self, *_: object) -> None:
        del ta.ops["planted"]


def case(
    name: str,
    f: Any,
    pullback: Any,
    x: Any,
    check: Any = None,
    second: Any = None,
    by_rule: bool = False,
    **options: Any,
) -> Case:
    point = np.float64(x) if np.ndim(x) == 0 else np.asarray(x, np.float64)
    return Case(name, f, pullback, point, options, check, second, by_rule)


def elementwise(name: str, f: Any, slope: Any, x: Any, **options: Any) -> Case:
    """A case whose pullback is g times the slope."""
    return case(name, f, lambda g, x: g * slope(x), x, **options)
