"""Messages for what a user did wrong: what was given, what was expected, what to do next."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

__all__ = [
    "KEEP_THE_GRAPH", "REAL_KINDS", "BareNumberError", "KinkError", "ShapesDiffer", "UnknownDerivative", "describe",
    "is_masked", "is_real", "refuse_kind", "refuse_masked", "shape_of", "shown", "unmasked",
]  # fmt: skip

REAL_KINDS = "fiub"
"""The kinds of dtypes that hold real numbers."""

_REAL_NUMBERS = "expected real numbers: a float, an array of floats or integers, or a Value"
_ADVICE = {
    "c": "complex numbers are not differentiated here; split it into real and imaginary parts",
    "O": "expected a rectangular array of real numbers; to join Values use ta.stack([...])",
    "M": f"{_REAL_NUMBERS}; of dates take what has passed: (x - start) / np.timedelta64(1, 's')",
    "m": f"{_REAL_NUMBERS}; divide it by a unit: x / np.timedelta64(1, 's')",
    "V": f"{_REAL_NUMBERS}; take one of its fields: x['name']",
    **dict.fromkeys("UST", f"{_REAL_NUMBERS}; where it spells numbers, write x.astype(float)"),
}
"""What to do with an array of another kind."""

KEEP_THE_GRAPH = "to fill an array, use ta.stack([...]) or ta.where(mask, new, x); for math.exp and its like, ta.exp"
"""What to write in place of whatever takes a bare number out of a Value."""


class BareNumberError(TypeError):
    """Something takes a Value's bare number or array where its gradient, or its place in a program, would be lost."""


class KinkError(ValueError):
    """A derivative was asked for at a kink while `at_kink("raise")` was on."""


class ShapesDiffer(ValueError):
    """Inputs that must have the same shape have not. The message names both, and `explain` adds nothing to it."""


class UnknownDerivative(NotImplementedError):
    """A gradient was asked for through an input of an operation whose derivative nobody wrote: `ta.unknown`."""


def shape_of(x: Any) -> tuple[int, ...]:
    """The shape of a number, an array or a Value; `()` for whatever has none."""
    return getattr(x, "shape", ())


def describe(x: Any) -> str:
    """`float32 (2, 3)` for an array, `float` for a number."""
    return f"{x.dtype} {x.shape}" if isinstance(x, np.ndarray) else type(x).__name__


def refuse_kind(where: str, x: Any, why: str = "") -> TypeError:
    """The error for data that is no real number: strings, dates, objects, complex numbers. `why`: what the object's own
    library says."""
    kind = getattr(getattr(x, "dtype", None), "kind", "")
    is_array = isinstance(x, (np.ndarray, np.generic))
    what = f"an array of {x.dtype}" if is_array else f"{type(x).__name__} {shown(x)}"
    if is_array:
        advice = _ADVICE.get(kind, _REAL_NUMBERS)
    elif isinstance(x, complex):
        advice = _ADVICE["c"]
    elif isinstance(x, (list, tuple)):
        advice = _ADVICE["O"]
    else:
        advice = f"{_REAL_NUMBERS}{_way_out(x)}"
    return TypeError(f"{where}: got {what}{f', which says: {why:.100}' if why else ''}; {advice}")


def _way_out(x: Any) -> str:
    """What to write in place of an object that is no number."""
    if isinstance(x, str):
        return "; where it spells a number, write float(x)"
    if hasattr(x, "toarray"):
        return "; write x.toarray()"
    if callable(x):
        return "; call it first"
    if hasattr(x, "__float__"):
        return "; write float(x)"
    return "; write it as a list" if isinstance(x, Iterable) and not isinstance(x, (bytes, bytearray, dict)) else ""


def shown(x: Any) -> str:
    """The beginning of its repr in one line. A repr may fail: an int of 5,000 digits has none."""
    try:
        return " ".join(repr(x).split())[:40]
    except Exception:  # the user's own __repr__
        return "(no repr)"


def is_masked(kind: type) -> bool:
    """Whether it is the type of masked arrays, of numpy.ma.masked, or made from them."""
    return any(base.__name__ == "MaskedArray" for base in kind.__mro__)  # issubclass would import numpy.ma


def refuse_masked(where: str, x: Any) -> None:
    """Raises `TypeError` for a masked array: as a plain one it would show what its mask hides."""
    if type(x) is not np.ndarray and is_masked(type(x)):
        raise TypeError(f"{where}: masked arrays are not supported; fill it first, then use where()")


def unmasked(error: BaseException) -> BareNumberError | None:
    """The error that NumPy hid behind one of its own: it answers whatever `array[i] = value` raises by "setting an
    array element with a sequence". None for any other error."""
    cause = error.__cause__ if isinstance(error, (ValueError, TypeError)) else None
    return cause if isinstance(cause, BareNumberError) and "setting an array element" in str(error) else None


def is_real(x: Any) -> bool:
    """Whether `x` is a real number or an array of real numbers."""
    if isinstance(x, (np.ndarray, np.generic)):
        return x.dtype.kind in REAL_KINDS
    return isinstance(x, (int, float))
