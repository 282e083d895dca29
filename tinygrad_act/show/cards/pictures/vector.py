"""The picture of what is no curve: an example, and its Jacobian as numbers with bars."""

from __future__ import annotations

from typing import Any

import numpy as np

from ....core.op import REQUIRED
from ....core.registry import ops
from ....engine.derivatives import jacobian
from ...svg import fit, rectangle, text
from ...texts import tick_text
from ..facts import Facts

__all__ = ["vector_part"]

_EXAMPLE = np.array([-1.0, -0.5, 0.0, 0.5, 1.0, 1.5])
_CELL, _HEAD = 22, 92


def vector_part(card: Facts, left: float, top: float, width: float) -> tuple[list[str], float]:
    """An example row through the operation and the Jacobian there; and where it ends."""
    found = _example(card)
    if found is None:
        return [text(left, top + 16, "no curve: it is not elementwise", "faint")], top + 40
    a, rates = found
    size = (width - _HEAD) / len(_EXAMPLE)
    y = top + 16
    parts = [text(left, y, "An example, and ∂a/∂z there: a row for every output, a column for every input", "faint")]
    y += 22
    for column, z in enumerate(_EXAMPLE.tolist()):
        parts.append(text(left + _HEAD + (column + 0.5) * size, y, f"z = {tick_text(z)}", anchor="middle"))
    largest = float(np.max(np.abs(rates), initial=0.0)) or 1.0
    y += 8
    for row, (output, slopes) in enumerate(zip(a.tolist(), rates.tolist())):
        base = y + row * _CELL + 15
        parts.append(text(left, base, fit(f"a = {tick_text(output, 3)}", 12, _HEAD - 8)))
        for column, rate in enumerate(slopes):
            parts += _cell(left + _HEAD + column * size, base, size, rate, largest)
    return parts, y + len(a) * _CELL + 22


def _cell(x: float, base: float, size: float, rate: float, largest: float) -> list[str]:
    """A number, and below it a bar as long as it is large."""
    bar = rectangle(x, base + 3, (size - 2) * abs(rate) / largest, 2, "value-bar" if rate > 0 else "gradient-bar")
    shown = text(x + size / 2 - 1, base - 1, tick_text(rate, 3), "text" if rate else "faint", size=11, anchor="middle")
    return [rectangle(x, base - 15, size - 2, _CELL - 2, "track"), *[bar] * (rate != 0), shown]


def _example(card: Facts) -> tuple[Any, Any] | None:
    """Output and Jacobian at the example row; None where it takes more than a row."""
    op = ops[card.name]
    static = {p.name: p.value for p in card.parameters}
    if len(op.inputs) != 1 or op.variadic or any(default is REQUIRED for default in op.defaults.values()):
        return None
    try:
        with np.errstate(all="ignore"):
            a = np.atleast_1d(np.asarray(op.call(_EXAMPLE, **static), np.float64))
            rates = np.asarray(jacobian(lambda z: op.call(z, **static))(_EXAMPLE), np.float64)
    except Exception:  # a matrix is asked for, or the like: then there is no example
        return None
    return (a, rates.reshape(len(a), -1)) if a.ndim == 1 and rates.size == a.size * _EXAMPLE.size else None
