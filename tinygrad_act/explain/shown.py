"""What every format shows of an explanation: the rows of a path, long ones shortened, and the sums in words."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

import numpy as np

from .numerals import ROUGHLY, number_text, percent, plural, result_text, shape_text
from .path import Factor, Path

if TYPE_CHECKING:
    from .explanation import Explanation

__all__ = ["Row", "arrows", "closing", "headline", "legend", "middle", "outcome", "product_line", "rows"]

_HEAD, _TAIL = 8, 4
"""How many steps of a long path are shown at either end."""
_ADDENDS = 6
T = TypeVar("T")


class Row(NamedTuple):
    """One step as text."""

    what: str
    """`∂a/∂z`; empty for the row that stands for what is left out."""
    symbol: str
    number: str
    note: str


def headline(explained: Explanation) -> str:
    """`d a / d w = 0.589836`"""
    return f"d {explained.of} / d {explained.wrt} = {result_text(explained.total, explained.digits)}"


def legend(explained: Explanation) -> list[str]:
    """What `G` is, where it stands for an array."""
    numbers = all(factor.number is not None for path in explained.paths for factor in path.factors)
    return [] if numbers else [f"G is the gradient that arrives at a step: 1 at {explained.of}."]


def arrows(path: Path) -> str:
    """`a ← z ← w`, with `…` for the middle of a long path."""
    start, left_out, end = _parts(path.names, _HEAD + 1, _TAIL + 1)
    return " ← ".join([*start, *["…"] * bool(left_out), *end])


def middle(path: Path) -> tuple[Sequence[Factor], Sequence[Factor], Sequence[Factor]]:
    """The factors at the start, those that are left out, and those at the end."""
    return _parts(path.factors, _HEAD, _TAIL)


def rows(path: Path, digits: int) -> list[Row]:
    """The steps of a path, the middle of a long one as a single row."""
    start, left_out, end = middle(path)
    found = [_row(factor, digits) for factor in start]
    if left_out:
        found.append(Row("", f"… {plural(len(left_out), 'more factor')}", _inner(left_out, digits), ""))
    return found + [_row(factor, digits) for factor in end]


def _factor_numbers(path: Path, digits: int) -> list[str]:
    """The numbers that are multiplied, with `…` for the middle; none where steps are no numbers."""
    start, left_out, end = middle(path)
    if any(factor.number is None for factor in path.factors):
        return []
    shown = [[number_text(factor.number, digits) for factor in part] for part in (start, end)]
    return [*shown[0], *["…"] * bool(left_out), *shown[1]]


def outcome(path: Path) -> str:
    """What to call what a path comes to."""
    return "product" if all(factor.number is not None for factor in path.factors) else "brings"


def product_line(path: Path, digits: int) -> str:
    """`0.196612 × 1 × 3 = 0.589836`, and why it is 0 if it is."""
    numbers = [f"({text})" if text.startswith("-") and i else text
               for i, text in enumerate(_factor_numbers(path, digits))]  # fmt: skip
    result = result_text(path.product, digits)
    shown = f"{' × '.join(numbers)} = {result}" if len(numbers) > 1 else result
    return shown + _why(path)


def closing(explained: Explanation) -> list[str]:
    """The sum over paths; if not all are shown, what those shown and the others add up to."""
    digits, shown, count = explained.digits, explained.paths, explained.count
    total = result_text(explained.total, digits)
    if len(shown) < count:
        rest = result_text(explained.total - explained.shown, digits)
        estimated = "; which are the heaviest was estimated from how much each step stretches the gradient"
        return [
            f"the {plural(len(shown), 'path')} shown: {result_text(explained.shown, digits)}{_share(explained)}"
            + estimated * explained.estimated,
            f"the other {plural(count - len(shown), 'path')}: {rest}",
            f"sum over {plural(count, 'path')} = {total}",
        ]
    added = result_text(explained.shown, digits)
    addends = [f"({text})" if text.startswith("-") and i else text
               for i, text in enumerate(result_text(path.product, digits) for path in shown)]  # fmt: skip
    several = 1 < len(addends) <= _ADDENDS and np.ndim(explained.total) == 0
    equation = f" = {' + '.join(addends)}" if several else ""
    differs = "" if added == total else f"; backward, which adds in another order, has {total}"
    return [f"sum over {plural(count, 'path')}{equation} = {added}{differs}"]


def _parts(items: Sequence[T], head: int, tail: int) -> tuple[Sequence[T], Sequence[T], Sequence[T]]:
    """Start, middle and end; no middle where hardly anything would be left out."""
    if len(items) <= head + tail + 2:
        return items, (), ()
    return items[:head], items[head:-tail], items[-tail:]


def _row(factor: Factor, digits: int) -> Row:
    if factor.number is not None:
        return Row(f"∂{factor.of}/∂{factor.by}", factor.symbol, number_text(factor.number, digits), factor.note)
    number = f"{shape_text(factor.shape)}, rms {number_text(factor.size, min(digits, ROUGHLY))}"
    return Row(f"∂{factor.of}/∂{factor.by}", f"G → {factor.symbol}", number, factor.note)


def _inner(factors: Sequence[Factor], digits: int) -> str:
    numbers = [factor.number for factor in factors]
    if None in numbers:
        return ""
    product = 1.0
    for number in numbers:
        product *= number or 0.0
    return f"product {number_text(product, digits)}"


def _why(path: Path) -> str:
    """The first factor that makes a product vanish, or no number."""
    size = float(np.max(np.abs(path.product), initial=0.0))
    for factor in path.factors:
        what = f"∂{factor.of}/∂{factor.by}"
        if size == 0 and factor.number == 0:
            return f", because {what} is 0 ({factor.op})"
        if size == 0 and factor.number is None and factor.size == 0:
            return f", because nothing is left after {what} ({factor.op})"
        if not math.isfinite(size) and not math.isfinite(factor.size):
            return f", because of {what} ({factor.op})"
    return ", by underflow" if size == 0 and path.factors else ""


def _share(explained: Explanation) -> str:
    """How much of the total the shown paths bring: along it, if it is an array."""
    total, shown = (np.asarray(x, np.float64).ravel() for x in (explained.total, explained.shown))
    scale: Any = np.max(np.abs(total), initial=0.0)
    if not 0 < scale < math.inf:
        return ""
    unit = total / scale
    share = float(unit @ (shown / scale)) / float(unit @ unit)
    return f", {percent(share)} of the sum" if 0 <= share <= 1 else ""
