"""Results of an operation, numbers or arrays, as short text."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..graph.numbers import root_mean_square
from ..texts import number_text

__all__ = ["ROUGHLY", "array_text", "extent_text", "result_text", "shape_text"]

_FEW = 6
ROUGHLY = 4
"""Significant digits of what describes an array."""


def array_text(x: np.ndarray, digits: int) -> str:
    """All entries of a small array; of a large one its shape and the size of its entries."""
    if x.size <= _FEW:
        return _nested(x.tolist(), digits)
    size = number_text(root_mean_square(x), min(digits, ROUGHLY))
    return f"{extent_text(x.shape)}, rms {size}, from {number_text(x.min(), digits)} to {number_text(x.max(), digits)}"


def result_text(x: Any, digits: int) -> str:
    """A number, or an array."""
    return array_text(x, digits) if isinstance(x, np.ndarray) and x.ndim else number_text(x, digits)


def extent_text(shape: tuple[int, ...]) -> str:
    """`4×3`; `4 entries` if there is one axis."""
    return f"{shape_text(shape)} entries" if len(shape) == 1 and shape != (1,) else shape_text(shape)


def shape_text(shape: tuple[int, ...]) -> str:
    """`4×3`; `1` for a single number."""
    return "×".join(map(str, shape)) or "1"


def _nested(x: Any, digits: int) -> str:
    return f"[{', '.join(_nested(item, digits) for item in x)}]" if isinstance(x, list) else number_text(x, digits)
