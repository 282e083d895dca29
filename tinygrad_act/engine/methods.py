"""Methods that Values have as NumPy's arrays have them, or as Python's numbers, made of operations.

The operations themselves are methods, too: `recording.install_operators` makes those.
"""

from __future__ import annotations

import operator
from typing import TYPE_CHECKING, Any, Self

import numpy as np

from ..core.frames import boundary, trim
from ..core.mode import mode
from ..operations.attributes import ravel
from ..operations.elementary import ceil, floor
from ..operations.rounding import floor_divide, mod, round, trunc
from ..operations.shape import astype, reshape, transpose

__all__ = ["Methods"]


class Methods:
    """What is a method of arrays or of numbers, and no operation by itself."""

    __slots__ = ()

    if TYPE_CHECKING:
        _held: Any

        @property
        def shape(self) -> tuple[int, ...]: ...

        @property
        def size(self) -> int: ...

        @property
        def dtype(self) -> np.dtype[Any]: ...

    def reshape(self, *new: Any, shape: Any = None) -> Self:
        """`x.reshape(2, 3)`, `x.reshape((2, 3))` or `x.reshape(shape=(2, 3))`."""
        try:
            if (shape is None) == (not new):
                raise TypeError("reshape: give the new shape once: x.reshape(2, 3), x.reshape((2, 3)) or shape=(2, 3)")
            return reshape(self, shape=_one_tuple(new) if new else shape)  # type: ignore[no-any-return]
        except Exception as error:
            if type(error) is not RecursionError:  # there is no room for a call
                trim(error)
            raise

    @boundary
    def transpose(self, *axes: Any) -> Self:
        """`x.transpose()`, `x.transpose(1, 0)` or `x.transpose((1, 0))`."""
        return transpose(self, axes=_one_tuple(axes) if axes else None)  # type: ignore[no-any-return]

    @boundary
    def ravel(self, order: str = "C") -> Self:
        """All entries in a row; see `ta.ravel`."""
        return ravel(self, order)  # type: ignore[no-any-return]

    @boundary
    def flatten(self, order: str = "C") -> Self:
        """All entries in a row; see `ta.ravel`. (Nothing can write to either, so both may share memory.)"""
        return ravel(self, order)  # type: ignore[no-any-return]

    @boundary
    def nonzero(self) -> tuple[np.ndarray, ...]:
        """`np.nonzero(x)`: the places of the entries that are not 0, an array of whole numbers for each axis."""
        return np.nonzero(self)  # type: ignore[arg-type]

    @property
    def itemsize(self) -> int:
        """Bytes of one entry."""
        return self.dtype.itemsize

    @property
    def nbytes(self) -> int:
        """Bytes of all entries."""
        return self.size * self.dtype.itemsize

    # -- Python's numbers -------------------------------------------------------------------------

    @boundary
    def __divmod__(self, other: Any) -> tuple[Self, Self]:
        return floor_divide(self, other), mod(self, other)

    @boundary
    def __rdivmod__(self, other: Any) -> tuple[Self, Self]:
        return floor_divide(other, self), mod(other, self)

    @boundary
    def __round__(self, ndigits: Any = None) -> Self:
        """`round(x, 2)` is `ta.round(x, decimals=2)`. `round(x)` of a single number is a whole number, a constant."""
        if ndigits is None and not self.shape:
            return _whole(self)  # type: ignore[no-any-return]
        return round(self, decimals=0 if ndigits is None else operator.index(ndigits))  # type: ignore[no-any-return]

    @boundary
    def __floor__(self) -> Self:
        """`math.floor(x)` of a single number: a whole number, a constant."""
        return _whole(self, floor)  # type: ignore[no-any-return]

    @boundary
    def __ceil__(self) -> Self:
        """`math.ceil(x)`, likewise."""
        return _whole(self, ceil)  # type: ignore[no-any-return]

    @boundary
    def __trunc__(self) -> Self:
        """`math.trunc(x)`, likewise."""
        return _whole(self, trunc)  # type: ignore[no-any-return]


def _whole(x: Any, rounded: Any = round) -> Any:
    """One number, rounded, as a constant whole number: it counts, and picks from lists."""
    if x.size != 1 or (not mode.tracing and not np.all(np.abs(x._held) < 2.0**63)):
        int(x.item())  # raises as Python does: ValueError of NaN or of many, OverflowError of infinity
        too_large = f"{x.item():.6g} is too large for a whole number of 64 bits"
        raise OverflowError(f"{rounded.__name__}: {too_large}; {rounded.__name__}(value.item()) is exact")
    return astype(reshape(rounded(x), shape=()) if x.shape else rounded(x), dtype=int)


def _one_tuple(parts: tuple[Any, ...]) -> Any:
    """`*parts` of a method that takes them one by one or as one tuple: `x.reshape(2, 3)`, `x.reshape((2, 3))`."""
    return parts[0] if len(parts) == 1 else parts
