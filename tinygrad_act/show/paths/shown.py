"""What every format shows of an explanation: the rows of a path, long ones shortened, and the sums in words."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np

from ..texts import count_text, number_text, percent, plural
from .folding import Gap, fold
from .numerals import ROUGHLY, extent_text, result_text
from .path import Factor, Path
from .sums import Sums

__all__ = ["Row", "arrows", "closing", "headline", "legend", "numeric", "outcome", "product_line", "rows"]

_ADDENDS = 6


class Row(NamedTuple):
    """One step as text."""

    what: str
    """`∂a/∂z`; empty for a row that stands for several steps."""
    symbol: str
    number: str
    note: str


def headline(explained: Sums) -> str:
    """`d a / d w = 0.589836`"""
    return f"d {explained.of} / d {explained.wrt} = {result_text(explained.total, explained.digits)}"


def legend(explained: Sums) -> list[str]:
    """What `G` is, where it stands for an array."""
    if all(map(numeric, explained.paths)):
        return []
    return [f"G is the gradient that arrives at a step: 1 at {explained.of}."]


def arrows(path: Path) -> str:
    """`a ← z ← w`, with `…` for steps that are shown as one."""
    names = [path.names[0]]
    for step in fold(path):
        names += ["…", step.factors[-1].by] if isinstance(step, Gap) else [step.by]
    return " ← ".join(names)


def rows(path: Path, digits: int) -> list[Row]:
    """The steps of a path, several of a long one as a single row."""
    return [_gap(step, digits) if isinstance(step, Gap) else _row(step, digits) for step in fold(path)]


def numeric(path: Path) -> bool:
    """Whether every step is a number."""
    return all(factor.number is not None for factor in path.factors)


def outcome(path: Path) -> str:
    """What to call what a path comes to."""
    return "product" if numeric(path) else "brings"


def product_line(path: Path, digits: int) -> str:
    """`0.196612 × 1 × 3 = 0.589836`, and why it is 0 if it is."""
    numbers = [f"({text})" if text.startswith("-") and i else text
               for i, text in enumerate(_numbers(path, digits))]  # fmt: skip
    result = result_text(path.product, digits)
    shown = f"{' × '.join(numbers)} = {result}" if len(numbers) > 1 else result
    return shown + _why(path)


def closing(explained: Sums) -> list[str]:
    """The sum over paths; if not all are shown, what those shown and the others add up to."""
    digits, shown, count = explained.digits, explained.paths, explained.count
    total = result_text(explained.total, digits)
    if len(shown) < count:
        rest = result_text(explained.rest, digits)
        estimated = "; which are the heaviest was estimated from how much each step stretches the gradient"
        return [
            f"the {plural(len(shown), 'path')} shown: {result_text(explained.shown, digits)}{_share(explained)}"
            + estimated * explained.estimated,
            f"the other {plural(count - len(shown), 'path').removeprefix('1 ')}: {rest}",
            f"sum over {plural(count, 'path')} = {total}",
        ]
    added = result_text(explained.shown, digits)
    addends = [f"({text})" if text.startswith("-") and i else text
               for i, text in enumerate(result_text(path.product, digits) for path in shown)]  # fmt: skip
    several = 1 < len(addends) <= _ADDENDS and np.ndim(explained.total) == 0
    equation = f" = {' + '.join(addends)}" if several else ""
    differs = "" if added == total else f"; backward, which adds in another order, has {total}"
    return [f"sum over {plural(count, 'path')}{equation} = {added}{differs}"]


def _row(factor: Factor, digits: int) -> Row:
    if factor.number is not None:
        return Row(f"∂{factor.of}/∂{factor.by}", factor.symbol, number_text(factor.number, digits), factor.note)
    number = f"{extent_text(factor.shape)}, rms {number_text(factor.size, min(digits, ROUGHLY))}"
    return Row(f"∂{factor.of}/∂{factor.by}", f"G → {factor.symbol}", number, factor.note)


def _gap(gap: Gap, digits: int) -> Row:
    count, numbers = len(gap.factors), [factor.number for factor in gap.factors]
    if gap.plain:
        return Row("", f"{count:,} {'steps that change nothing' if None in numbers else 'factors of 1'}", "", "")
    if None in numbers:
        return Row("", f"{count_text(count)} more steps", "", "")
    return Row("", f"{count_text(count)} more factors", f"product {number_text(_multiplied(gap), digits)}", "")


def _multiplied(gap: Gap) -> float:
    product = 1.0
    for factor in gap.factors:
        product *= factor.number or 0.0
    return product


def _numbers(path: Path, digits: int) -> list[str]:
    """The numbers that are multiplied, with `…` for those that are not shown; none where steps are no numbers."""
    if not numeric(path):
        return []
    texts = []
    for step in fold(path):
        texts.append(number_text(step.number, digits) if isinstance(step, Factor) else "1" if step.plain else "…")
    return texts


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


def _share(explained: Sums) -> str:
    """How much of the total the shown paths bring: along it, if it is an array."""
    total, shown = (np.asarray(x, np.float64).ravel() for x in (explained.total, explained.shown))
    scale: Any = np.max(np.abs(total), initial=0.0)
    if not 0 < scale < math.inf:
        return ""
    with np.errstate(all="ignore"):
        unit = total / scale
        share = float(unit @ (shown / scale)) / float(unit @ unit)
    return f", {percent(share)} of the sum" if 0 <= share <= 1 else ""
