"""What a saved program holds beside the package's own functions: it needs NumPy alone.

How an operation runs on numbers and arrays, and how a rule is pulled, is written in `evaluate`, `core.rules` and
`ops.cotangent`, and their source goes into the module. Here is what calls it: the package's own way to it also looks
for other interpreters, checks, and explains.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from ...core.calls import sorted_out
from ...core.evaluate import NOT_IEEE, as_arrays, plainly
from ...core.float_warnings import silently
from ...core.gate import INTERPRETERS
from ...formula import Expr
from ...operations.arithmetic import guarded, within
from ...operations.cotangent import in_numpy, sent
from ...operations.local import of_rule

__all__ = ["STANDS_IN", "facts_of", "into", "operation", "pulled"]


def facts_of(**facts: Any) -> Any:
    """What is asked of an operation, as attributes."""
    return type("Facts", (), facts)


def operation(op: Any) -> Callable[..., Any]:
    """The public function of an operation. `op`: what is asked of it."""

    def call(*args: Any, **kwargs: Any) -> Any:
        inputs, rest, static = sorted_out(op, args, kwargs)
        inputs = tuple([np.asarray(x) if isinstance(x, (list, tuple)) else x for x in inputs])
        return plainly(op, inputs, {**op.defaults, **dict(zip(op.defaults, rest)), **static})

    return call


def pulled(op: Any, rule: Any, position: int, pull: Any, settle: Any) -> Callable[..., Any]:
    """One step of backpropagation: (g, a, *inputs) to the cotangent of the input at `position`."""

    def step(g: Any, a: Any, *args: Any, **static: Any) -> Any:
        like = args[position]
        if not op.elementwise:
            a, *args = as_arrays((a, *args))  # type: ignore[assignment]
        with np.errstate(all="ignore"):
            try:
                return sent(op, rule, position, g, a, args, static, like, pull, settle)
            except (*NOT_IEEE, TypeError):
                g, a, *args = in_numpy((g, a, *args))  # type: ignore[assignment]
                return sent(op, rule, position, g, a, args, static, like, pull, settle)

    return step


def _silently(function: Callable[..., Any], *args: Any) -> Any:
    """`function(*args)` while NumPy says nothing."""
    with np.errstate(all="ignore"):
        return function(*args)


def into(formula: Callable[..., Any]) -> Callable[..., None]:
    """A formula that is written out here, as what writes into its last argument: the same numbers in more steps."""

    def run(*args: Any, **static: Any) -> None:
        np.copyto(args[-1], formula(*args[:-1], **static), casting="same_kind")

    return run


def _not_written(rule: Any) -> None:
    """No rule is written out there: it runs as it is."""


STANDS_IN: tuple[tuple[Any, Any], ...] = (
    (silently, _silently), (INTERPRETERS, {}), (of_rule, _not_written), (guarded, within), (Expr, ()),
)  # fmt: skip
"""What only this package has, and what a saved module has in its place: nothing is a formula there, so `()` stands for
their class."""
