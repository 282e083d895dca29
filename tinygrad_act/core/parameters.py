"""Static parameters as they are given: of which kind they must be, in which range, and what to say of others.

An operation declares them by its body's signature: `slope: float` is one number, `axis: int | None` one axis or
all, `axis: Axes` one, several or all, `keepdims: bool` a flag; of one without such an annotation nothing is asked.
Its range is the operation's `domain`.
"""

from __future__ import annotations

import math
import numbers
from collections.abc import Callable
from typing import Any, TypeAlias

import numpy as np

from ..formula import Expr
from .axes import is_integer
from .errors import REAL_KINDS, refuse_masked
from .evaluate import INTERPRETERS
from .op import Op

__all__ = ["AXES", "WHOLE", "Axes", "AxisList", "Bound", "checked", "range_text", "straight"]

Axes: TypeAlias = "int | tuple[int, ...] | None"
"""One axis, several of them, or (None) all."""

AxisList: TypeAlias = Any
"""The same for NumPy's functions that move entries, which take a list as well (NumPy's stubs forbid None)."""

Bound: TypeAlias = Any
"""A real number, an array of them, or None (which NumPy's stubs do not take everywhere)."""

WHOLE = frozenset((int,))
"""What a tuple may hold and need not be `checked`."""

AXES = frozenset({"axis", "axis1", "axis2", "axes", "source", "destination"})
"""What parameters are called that name axes."""


def checked(op: Op, given: dict[str, Any]) -> dict[str, Any]:
    """All static parameters of `op`, the `given` ones and the defaults of the others: NumPy's numbers as Python's.

    Raises `TypeError` for one of another kind, `ValueError` for one out of its range.
    """
    static = {**op.defaults, **given}
    kinds = op.kinds
    for name, value in given.items():
        if type(value) in INTERPRETERS:
            if type(value) is Expr:
                continue
            static[name] = value = _plain(op, name, value)
        elif type(value) not in _SIMPLE:
            for part in value if isinstance(value, (tuple, list)) else (value,):
                if type(part) not in _SIMPLE:
                    refuse_masked(f"{op.name}: {name}", part)
        read = _READERS.get(kinds.get(name, ""))
        if read is not None:
            static[name] = value = read(op, name, value)
        if type(value) is float or name in op.domain:
            low, high = op.domain.get(name, _EVERYWHERE)
            if not (low < value < high or (value in (low, high) and name not in op.domain)):
                raise ValueError(f"{op.name}: {name}={value!r} is not allowed; it must be {range_text(low, high)}")
    for name, other in op.at_least.items():
        if static[name] < static[other]:
            raise ValueError(
                f"{op.name}: {other}={static[other]!r} is above {name}={static[name]!r}; "
                f"{name} must be at least {other}"
            )
    return static


def straight(op: Op) -> dict[str, frozenset[type]]:
    """Types of every static parameter whose values, but for NaN, what is out of range and tuples of anything but whole
    numbers, need not be `checked`."""
    if op.at_least:
        return dict.fromkeys(op.defaults, frozenset())
    return {name: _STRAIGHT.get(op.kinds.get(name, ""), _SIMPLE | {tuple}) for name in op.defaults}


_SIMPLE: frozenset[type] = frozenset((int, float, bool, str, type(None), type, type(...), slice))
"""Common types of static parameters that hold no array."""
_STRAIGHT: dict[str, frozenset[type]] = {
    "float": frozenset((int, float)), "int": frozenset((int,)), "int | None": frozenset((int, type(None))),
    "Axes": frozenset((int, type(None), tuple)), "AxisList": frozenset((int, type(None), tuple)),
    "bool": frozenset((bool,)),
    "Bound": frozenset((int, float, type(None))), "str": frozenset((str,)),
}  # fmt: skip
_EVERYWHERE = (-math.inf, math.inf)


def range_text(low: float, high: float) -> str:
    """An open interval in words; what is open at the last number below 0 begins with 0."""
    above = "at least 0" if low == -math.ulp(0.0) else f"above {low:g}" if math.isfinite(low) else ""
    below = f"below {high:g}" if math.isfinite(high) else ""
    return " and ".join(filter(None, (above, below))) or "a number"


def _plain(op: Op, name: str, value: Any) -> Any:
    """What a constant holds that is a static parameter. Raises `TypeError` where a gradient would be lost."""
    try:
        data = np.asarray(value)
    except TypeError:
        raise TypeError(
            f"{op.name}: '{name}' is a static parameter and can't be a Value; pass a plain number"
        ) from None
    return data if data.ndim else data.item()


def _shown(value: Any) -> str:
    return f"{value!r:.60}".replace("\n", " ")


def _number(op: Op, name: str, value: Any) -> Any:
    """One real number; a number of NumPy's as Python's, which promotes no array."""
    if type(value) is float or type(value) is int:
        return value
    if isinstance(value, (np.ndarray, np.generic)):
        if value.ndim == 0 and value.dtype.kind in "fiu":
            return int(value) if value.dtype.kind in "iu" else float(value)
        what = f"an array of shape {value.shape}" if value.ndim else _shown(value)
    elif isinstance(value, numbers.Real) and not isinstance(value, bool):
        return float(value)
    else:
        what = _shown(value)
    raise TypeError(f"{op.name}: {name}={what} is not allowed; a static parameter is one real number{_instead(op)}")


def _instead(op: Op) -> str:
    """Where an array of them may stand."""
    other = {"leaky_relu": "prelu(z, slope)", "silu": "swish_beta(z, beta)"}.get(op.name)
    return f"; {other} takes an array" if other else ""


def _integer(op: Op, name: str, value: Any) -> Any:
    if type(value) is int:
        return value
    if is_integer(value):
        return int(value)
    if name in AXES:
        several = " (one axis at a time)" if isinstance(value, (tuple, list)) else ""
        raise _no_axis(op, name, value, f"an integer{several}")
    raise TypeError(f"{op.name}: {name}={_shown(value)} is not allowed; it must be a whole number")


def _integer_or_none(op: Op, name: str, value: Any) -> Any:
    if value is None or type(value) is int:
        return value
    if is_integer(value):
        return int(value)
    several = " (one axis at a time; logsumexp takes several)" if isinstance(value, (tuple, list)) else ""
    raise _no_axis(op, name, value, f"an integer or None{several}")


def _axes(op: Op, name: str, value: Any) -> Any:
    if value is None or type(value) is int:
        return value
    if isinstance(value, tuple) and all(map(is_integer, value)):
        return tuple(map(int, value))
    if is_integer(value):
        return int(value)
    raise _no_axis(op, name, value, "an integer, or several as a tuple")


def _axis_list(op: Op, name: str, value: Any) -> Any:
    several = isinstance(value, list) or (isinstance(value, np.ndarray) and value.ndim == 1)
    return list(_axes(op, name, tuple(value))) if several else _axes(op, name, value)


def _no_axis(op: Op, name: str, value: Any, expected: str) -> TypeError:
    return TypeError(f"{op.name}: {name}={_shown(value)} is no axis; write {expected}")


def _flag(op: Op, name: str, value: Any) -> bool:
    if isinstance(value, (bool, np.bool_)) or (type(value) is int and value in (0, 1)):
        return bool(value)
    raise TypeError(f"{op.name}: {name}={_shown(value)} is not allowed; it must be True or False")


def _bound(op: Op, name: str, value: Any) -> Any:
    kind = getattr(value, "dtype", None)
    if value is None or (isinstance(value, (int, float)) and kind is None):
        return value
    array = np.asarray(value)
    if array.dtype.kind in REAL_KINDS:
        return value
    raise TypeError(f"{op.name}: {name}={_shown(value)} is not allowed; a bound is a real number, an array or None")


def _text(op: Op, name: str, value: Any) -> Any:
    if isinstance(value, str):
        return value
    raise TypeError(f"{op.name}: {name}={_shown(value)} is not allowed; it must be a string")


_READERS: dict[str, Callable[[Op, str, Any], Any]] = {
    "float": _number, "int": _integer, "int | None": _integer_or_none, "Axes": _axes, "AxisList": _axis_list,
    "Bound": _bound, "bool": _flag, "str": _text,
}  # fmt: skip
