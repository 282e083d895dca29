"""Numbers and counts as short text."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ..graph.numbers import root_mean_square

__all__ = [
    "ROUGHLY", "array_text", "count_text", "extent_text", "number_text", "percent", "plural", "result_text",
    "shape_text",
]  # fmt: skip

_IN_FULL = 10**15
_FEW = 6
ROUGHLY = 4
"""Significant digits of what describes an array."""


def number_text(x: Any, digits: int) -> str:
    """`0.589836`, `-3`, `1.5e-09`, `nan`."""
    return f"{float(x):.{digits}g}"


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


def count_text(count: int) -> str:
    """`1,024`; of an astronomical number its power of ten."""
    if count < _IN_FULL:
        return f"{count:,}"
    exponent = math.floor(math.log10(count))
    return f"about 10^{exponent:,}"


def plural(count: int, word: str) -> str:
    """`1 path`, `1,024 paths`."""
    return f"{count_text(count)} {word}{'s' * (count != 1)}"


def percent(share: float) -> str:
    """`98 %`, `99.97 %`, `less than 0.01 %`: rounded so that all and nothing stay apart from nearly so."""
    for digits in (0, 1, 2):
        text = f"{100 * share:.{digits}f}"
        if float(text) not in (0, 100) or share in (0, 1):
            return f"{text} %"
    return "less than 0.01 %" if share < 0.5 else "more than 99.99 %"


def _nested(x: Any, digits: int) -> str:
    return f"[{', '.join(_nested(item, digits) for item in x)}]" if isinstance(x, list) else number_text(x, digits)
