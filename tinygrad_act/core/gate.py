"""The one gate for data: whatever enters as a leaf, an operand, a setter's number, a cotangent or a result.

Real numbers pass, by their kind: Python's, NumPy's, arrays of them, lists of them, and what offers an
array of them. Text, dates, complex numbers, objects and masked arrays are refused by name, because NumPy
would parse them, count them, drop a part of them or show what is hidden. `cast` does the same for the
step to a dtype: a number that does not fit is refused, where NumPy makes infinity of it or cuts it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np

from .errors import REAL_KINDS, BareNumberError, is_masked, refuse_kind, refuse_masked
from .op import Op

__all__ = [
    "INTERPRETERS", "NUMPY_NUMBERS", "admit", "among_numbers", "as_float", "cast", "cast_number", "python_number",
    "python_static", "with_operand",
]  # fmt: skip

INTERPRETERS: dict[type, Callable[[Op, tuple[Any, ...], dict[str, Any]], Any]] = {}
"""Type of an argument → what runs an operation on such arguments. Filled at import."""

NUMPY_NUMBERS = frozenset(np.dtype(code).type for code in "?bhilqBHILQd")
"""NumPy's float64, integers and bool, which are Python's numbers in all but their type; float32 and the like are not.
(A timedelta64 calls itself an integer, so what counts is the very type.)"""

_ndarray = np.ndarray
_TEXT = (str, bytes, bytearray)
_PYTHON_NUMBERS = frozenset((float, int, bool))
_NUMBERS = _PYTHON_NUMBERS | NUMPY_NUMBERS
_DEEPEST = 64
"""NumPy makes no more axes of nested lists; one that holds itself has no end."""


def python_number(x: Any) -> Any:
    """A Python number in place of NumPy's float64, integer or bool; anything else as it is."""
    return x.item() if type(x) in NUMPY_NUMBERS else x


def python_static(static: dict[str, Any]) -> dict[str, Any]:
    """The same for static parameters: beside nothing but numbers a np.float64 would warn where a float raises."""
    for x in static.values():
        if type(x) in NUMPY_NUMBERS:
            return {name: python_number(x) for name, x in static.items()}
    return static


def admit(where: str, x: Any) -> Any:
    """`x` as a Python number or a plain array of real numbers; NumPy's own numbers become 0-d arrays.

    Raises `TypeError`, beginning with `where`, for what is not made of real numbers.
    """
    kind = type(x)
    if kind in _PYTHON_NUMBERS:
        return x
    if kind is list and x and _NUMBERS.issuperset(map(type, x)):
        array = np.asarray(x)
        return array if array.dtype.kind != "O" else _large(where, x)
    if isinstance(x, (_ndarray, np.generic)):
        if x.dtype.kind not in REAL_KINDS:
            raise refuse_kind(where, x)
        refuse_masked(where, x)
        return x if kind is _ndarray else np.asarray(x)
    if isinstance(x, (float, int)):  # an IntEnum, say
        return float(x) if isinstance(x, float) else int(x)
    array, kinds = _converted(where, x)
    if array.dtype.kind == "O" and kinds and kinds <= _NUMBERS:
        return _large(where, x)
    if array.dtype.kind not in REAL_KINDS:
        raise refuse_kind(where, x if array.dtype.kind == "O" or isinstance(x, (list, tuple)) else array)
    return array


def with_operand(args: tuple[Any, ...], position: int, primal: Any) -> tuple[Any, ...]:
    """The arguments with a plain array in place of a list, a tuple or an np.matrix: rules and programs, which take
    them as they are recorded, would compare a list itself with 0, and multiply matrices by `*`."""
    x = args[position]
    if primal is x or isinstance(x, np.generic):
        return args
    return (*args[:position], primal, *args[position + 1 :])


def among_numbers(args: tuple[Any, ...], primals: list[Any], arrays: bool) -> tuple[tuple[Any, ...], list[Any], bool]:
    """With Python numbers in place of NumPy's float64, integers and booleans, if nothing but numbers stands beside
    them; beside an array they are as wide as NumPy has them."""
    for x, primal in zip(args, primals):
        if type(primal) is _ndarray and type(x) not in NUMPY_NUMBERS:
            return args, primals, arrays
    primals = [python_number(x) if type(primal) is _ndarray else primal for x, primal in zip(args, primals)]
    return tuple(map(python_number, args)), primals, False


def _converted(where: str, x: Any) -> tuple[np.ndarray, set[type]]:
    """What NumPy makes of an object, and the types of the numbers in a list."""
    kinds: set[type] = set()
    if isinstance(x, _TEXT) or type(x) in INTERPRETERS or (isinstance(x, memoryview) and isinstance(x.obj, _TEXT)):
        raise refuse_kind(where, x)
    if isinstance(x, (list, tuple)):
        kinds = _kinds_in(where, x)
    elif not _offers_array(x):
        if not isinstance(x, Sequence):
            raise refuse_kind(where, x)
        kinds = _kinds_in(where, x)
    try:
        array = np.asarray(x)
    except BareNumberError as error:  # Values that carry a gradient
        what = f"a {type(x).__name__}"
        raise type(error)(
            f"{where}: got {what} of Values; join them with ta.stack([...]), or start from an array instead of {what}"
        ) from None
    except Exception as error:  # ragged, or an object's own refusal: each library has its errors
        raise refuse_kind(where, x, "" if kinds else str(error)) from None
    refuse_masked(where, array)
    return (array if type(array) is _ndarray else np.asarray(array)), kinds


def _offers_array(x: Any) -> bool:
    """Whether it gives NumPy its array or its memory, as a Series, a tensor and an array.array do."""
    kind = type(x)
    if hasattr(kind, "__array__") or hasattr(kind, "__array_interface__") or isinstance(x, range):
        return True
    try:
        memoryview(x)
    except (TypeError, ValueError, BufferError):
        return False
    return True


def _kinds_in(where: str, items: Iterable[Any], depth: int = 0) -> set[type]:
    """The types of what nested sequences hold. Raises `TypeError` for a masked array among them, whose mask NumPy
    would drop, and for a list that holds itself."""
    found: set[type] = set()
    for kind in set(map(type, items)):
        if kind in _NUMBERS:
            found.add(kind)
        elif issubclass(kind, Sequence) and not issubclass(kind, _TEXT):
            if depth == _DEEPEST:
                raise refuse_kind(where, items)
            for item in items:
                if type(item) is kind:
                    found |= _kinds_in(where, item, depth + 1)
        elif is_masked(kind):
            refuse_masked(where, next(item for item in items if type(item) is kind))
        elif issubclass(kind, (bytearray, memoryview)):  # NumPy makes numbers of bytes
            raise refuse_kind(where, items)
        else:
            found.add(kind)
    return found


def _large(where: str, x: Any) -> np.ndarray:
    """A list of whole numbers that no integer dtype holds."""
    try:
        return np.asarray(x, np.float64)
    except OverflowError:
        raise _too_large(where) from None


def as_float(where: str, x: Any) -> float:
    """A Python number as a float. Raises `ValueError` for a whole number that no float holds."""
    try:
        return float(x)
    except OverflowError:
        raise _too_large(where) from None


def _too_large(where: str) -> ValueError:
    return ValueError(
        f"{where}: got a whole number too large for a float; the largest is about 1.8e308: scale it, or take its log"
    )


def cast(where: str, x: Any, dtype: np.dtype[Any], copy: bool = True) -> np.ndarray:
    """A number or an array that `admit` let through as a new array of `dtype` (`copy=False`: `x` if it is one).

    Raises `ValueError` for a number that would become infinite in it, or would be cut to a whole one.
    """
    if type(x) is _ndarray and x.dtype == dtype:
        return np.array(x) if copy else x
    try:
        with np.errstate(all="ignore"):
            array = np.array(x, dtype)
            lost = np.isinf(array) & np.isfinite(x) if dtype.kind == "f" else array != x
    except (OverflowError, TypeError):  # a Python int outside of dtype, or of all dtypes
        raise _does_not_fit(where, x, dtype) from None
    if lost.any():
        raise _does_not_fit(where, np.broadcast_to(x, lost.shape)[lost].flat[0], dtype)
    return array


def cast_number(where: str, x: Any, kind: type) -> Any:
    """A number that `admit` let through as a Python number of the type `kind`; raises as `cast` does."""
    x = x.item() if isinstance(x, _ndarray) else x
    if kind is float:
        return as_float(where, x)
    number = kind(x) if x - x == 0 else None
    if number is None or number != x:
        raise _does_not_fit(where, x, np.dtype(kind))
    return number


def _does_not_fit(where: str, x: Any, dtype: np.dtype[Any]) -> ValueError:
    what = f"{x:.6g}" if isinstance(x, (float, np.floating)) else f"{x}" if abs(x) < 1 << 70 else "a whole number"
    became = "be infinite" if dtype.kind == "f" else "be cut to a number of that dtype"
    return ValueError(
        f"{where}: {what} does not fit into {dtype}, the dtype here: it would {became}; give numbers that fit, or make "
        f"a new Value of a wider dtype"
    )
