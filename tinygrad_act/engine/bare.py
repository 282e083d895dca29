"""A Value as a bare number or array: who may take it, and what is said where its gradient would be lost.

What Python and NumPy take out of a Value has no graph, so no gradient flows back through it:
`array[i] = value` and `math.exp(value)` call `float(value)`, and neither says so. Nothing is lost where
no gradient flows anyhow (constants, comparisons, whole numbers, `no_grad`), where a `backward()` has
been through already, and in a gradient that is over.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import numpy as np

from ..core.errors import KEEP_THE_GRAPH, BareNumberError
from ..core.frames import boundary, user_line, warn_user
from ..core.mode import mode, special
from ..core.op import Op
from .debugging import WALKED
from .numpy_names import called_function
from .tracing import refuse_look
from .ways_out import bare_way_out

__all__ = ["Bare", "is_free"]

_NEAR = 64
"""How many nodes are looked at for one that a backward() has visited: a log computes little from them."""


class Bare:
    """What a Value holds, as a number or an array without a graph."""

    __slots__ = ()

    if TYPE_CHECKING:
        _held: Any
        level: int
        op: Op | None

        @property
        def shape(self) -> tuple[int, ...]: ...

        @property
        def size(self) -> int: ...

    @boundary
    def item(self) -> Any:
        """The one entry as a Python number. Raises `ValueError` if there are more."""
        if special and mode.tracing:
            refuse_look(self, "float(), int() or .item()")
        if self.size != 1:
            raise _several("item", self)
        return self._held.item() if isinstance(self._held, np.ndarray) else self._held

    def numpy(self) -> np.ndarray:
        """A copy of the data as an array, yours to change."""
        if special and mode.tracing:
            refuse_look(self, ".numpy()")
        return np.array(self._held)

    @boundary
    def tolist(self) -> Any:
        """The data as nested lists of Python numbers; one number where there are no axes."""
        if special and mode.tracing:
            refuse_look(self, ".tolist()")
        return np.asarray(self._held).tolist()

    @boundary
    def __format__(self, spec: str) -> str:
        if spec and self.size != 1:
            raise _several(f"format {spec!r}", self)
        return format(self.item(), spec) if spec else repr(self)

    @boundary
    def __bool__(self) -> bool:
        if special and mode.tracing:
            refuse_look(self, "if, while, and, or, not or bool()")
        if self.size != 1:
            raise ValueError(f"the truth of a Value of shape {self.shape} is ambiguous; reduce it to one entry first")
        return bool(self._held)

    @boundary
    def __float__(self) -> float:
        return float(_number(self, "float()"))

    @boundary
    def __int__(self) -> int:
        return int(_number(self, "int()"))

    @boundary
    def __complex__(self) -> complex:
        return complex(_number(self, "complex()"))

    @boundary
    def __index__(self) -> int:
        """A constant of one whole number counts, and picks from lists. (A boolean does not: to NumPy it is a mask.)"""
        if special and mode.tracing:
            refuse_look(self, "an index, a length or a count")
        data = np.asarray(self._held)
        if data.shape or data.dtype.kind not in "iu":
            raise TypeError(
                f"an index, a length or a count is one whole number, and this Value is {data.dtype} of shape "
                f"{data.shape}; use int(value.item()) where the number alone counts"
            )
        return int(data)

    @property
    def _mask(self) -> Any:
        """Not there. NumPy's masked arrays take `_data` and `_mask` of what stands beside them, and the gradient is
        lost: so they are refused here, except beside constants."""
        if is_free(self) or not sys._getframe(1).f_globals.get("__name__", "").startswith("numpy.ma"):
            raise AttributeError("no masked array")
        raise TypeError(
            "masked arrays are not supported; fill it first, then use where(), as in "
            "ta.where(masked.mask, 0.0, value * masked.filled(0.0)): beside one, a Value would lose its gradient"
        )

    _data = _mask

    @boundary
    def __array__(self, dtype: Any = None, copy: bool | None = None) -> np.ndarray:
        """A copy, where no gradient flows. Raises `BareNumberError` where one does."""
        if special and mode.tracing:
            refuse_look(self, "NumPy takes the array")
        if _carries(self):
            name = called_function()
            raise BareNumberError(
                f"{name or 'NumPy'} asked for the bare array of a Value at {user_line()}, which would lose its "
                f"gradient; {bare_way_out(name)}, or value.numpy() (a copy) where no gradient is needed"
            )
        if copy is False:
            raise ValueError("a Value gives NumPy a copy of its array; leave out copy=False, or use value.data")
        return np.array(self._held, dtype)


def is_free(value: Any) -> bool:
    """Whether a Value may become a bare array and nothing is lost: no gradient, and no place in a program."""
    return not _carries(value) and not (mode.tracing and (value.level or value.op is not None))


def _several(how: str, value: Any) -> ValueError:
    return ValueError(
        f"{how}: a Value of shape {value.shape} has {value.size} entries, not one; pick one by an index, reduce it "
        f"(value.sum()), or use value.numpy() for the array"
    )


def _number(value: Any, how: str) -> Any:
    """The one entry of a Value that Python takes by `how`, where nothing is lost, or after a warning.

    Raises `BareNumberError` inside a gradient that is being taken.
    """
    if type(value._held) is not float and value.size != 1 and not (special and mode.tracing):
        raise _several(how, value)
    number = value.item()
    if _carries(value) and not (mode.depth == 1 and _is_walked(value)):
        name = f"Value '{value.label}'" if value.label else "a Value"
        text = (
            f"{how} of {name} drops its gradient, and so do array[i] = value and math.exp(value), which call it: "
            f"{KEEP_THE_GRAPH}; if a bare number is meant, write value.item() or f'{{value:.3f}}'"
        )
        if mode.depth > 1:
            raise BareNumberError(f"{text} (at {user_line()})")
        warn_user(text)
    return number


def _carries(value: Any) -> bool:
    """Whether a gradient may still flow back through `value`: one is recorded, and not of a gradient that is over."""
    return bool(value.level) and mode.recording and not value.level > mode.depth == 1


def _is_walked(value: Any) -> bool:
    """Whether a `backward()` has been there: at a leaf, at a result, or near by at what it was computed from."""
    near = [value]
    for node in near:
        if node._grad is not None or node.note is WALKED:
            return True
        if node.op is not None and len(near) < _NEAR:  # but a leaf's gradient may be an earlier graph's
            near += [x for x in node.inputs if isinstance(x, Bare) and x.level and x.op is not None]
    return False
