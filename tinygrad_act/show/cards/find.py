"""Which operation is meant: by its name, an alias, or its function."""

from __future__ import annotations

from typing import Any

from ...core.dispatch import bind
from ...core.op import Op
from ...core.registry import ops

__all__ = ["bound_statics", "find"]


def find(asker: str, which: Any) -> Op:
    """The operation of this name, alias or function.

    Raises `KeyError` with the nearest name for one that there is not, `TypeError` for anything else.
    """
    if isinstance(which, str):
        return ops[which]
    if isinstance(which, Op):
        return which
    op = ops.find(getattr(which, "__name__", ""))
    if op is None or op.call is not which:
        raise TypeError(
            f'{asker}: {which!r:.60} is no operation; pass a name, "tanh", or the function of an operation, ta.tanh'
        )
    return op


def bound_statics(op: Op, static: dict[str, Any]) -> dict[str, Any]:
    """All static parameters of `op`: these, and the defaults of the rest.

    Raises `TypeError` for one that is unknown or missing, `ValueError` for a value that is not allowed.
    """
    return bind(op, (0.0,) * len(op.inputs), dict(static))[1]
