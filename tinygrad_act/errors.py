"""Messages for what a user did wrong: what was given, what was expected, what to do next."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from .op import Op

__all__ = [
    "KEEP_THE_GRAPH", "BareNumberError", "KinkError", "ShapesDiffer", "UnknownDerivative", "describe", "explain",
    "is_masked", "is_real", "refuse_kind", "refuse_masked", "shape_of", "unmasked",
]  # fmt: skip

_REAL_KINDS = "fiub"

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


def refuse_kind(where: str, x: Any) -> TypeError:
    """The error for data that is no real number: strings, objects, complex numbers."""
    what = f"an array of {x.dtype}" if isinstance(x, (np.ndarray, np.generic)) else f"{type(x).__name__} {x!r:.40}"
    advice = "expected real numbers: a float, an array of floats or integers, or a Value"
    if isinstance(x, complex) or getattr(getattr(x, "dtype", None), "kind", "") == "c":
        advice = "complex numbers are not differentiated here; split it into real and imaginary parts"
    elif isinstance(x, (list, tuple)) or getattr(getattr(x, "dtype", None), "kind", "") == "O":
        advice = "expected a rectangular array of real numbers; to join Values use ta.stack([...])"
    return TypeError(f"{where}: got {what}; {advice}")


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


def explain(op: Op, args: tuple[Any, ...], static: dict[str, Any], error: Exception) -> Exception:
    """What went wrong inside `op`, with its name, the operands' shapes and the way out."""
    text = getattr(error, "bare", str(error))  # an inner operation's message names the inner one
    explained = _explained(op, args, static, error, text)
    explained.bare = text  # type: ignore[attr-defined]
    return explained


def _explained(op: Op, args: tuple[Any, ...], static: dict[str, Any], error: Exception, text: str) -> Exception:
    for name, x in zip(op.names(len(args)), args):
        if not is_real(x):
            return refuse_kind(f"{op.name}: input '{name}'", x)
    if isinstance(error, ShapesDiffer):
        return ShapesDiffer(f"{op.name}: {text}")
    shapes = [shape_of(x) for x in args]
    if op.elementwise and not _broadcast(shapes):
        return ValueError(f"{op.name}: {_mismatch(shapes)}")
    given = {name: value for name, value in static.items() if value is not op.defaults.get(name)}
    settings = "".join(f", {name}={value!r}" for name, value in given.items())
    operands = " and ".join(map(str, shapes))
    kind: type[Exception] = IndexError if type(error) is IndexError else ValueError  # NumPy's AxisError is both
    if isinstance(error, TypeError):
        kind = TypeError
    return kind(f"{op.name}: {text} (input shape {operands}{settings})")


def is_real(x: Any) -> bool:
    """Whether `x` is a real number or an array of real numbers."""
    if isinstance(x, (np.ndarray, np.generic)):
        return x.dtype.kind in _REAL_KINDS
    return isinstance(x, (int, float))


def _broadcast(shapes: list[tuple[int, ...]]) -> bool:
    try:
        np.broadcast_shapes(*shapes)
    except ValueError:
        return False
    return True


def _mismatch(shapes: list[tuple[int, ...]]) -> str:
    depth = max(map(len, shapes))
    for axis in range(-1, -depth - 1, -1):
        sizes = [shape[axis] for shape in shapes if len(shape) >= -axis]
        if len({size for size in sizes if size != 1}) > 1:
            break
    listed = " and ".join(map(str, shapes))
    found = " and ".join(map(str, sizes))
    return f"shapes {listed} do not broadcast: axis {axis} has {found}; sizes must be equal, or 1"
