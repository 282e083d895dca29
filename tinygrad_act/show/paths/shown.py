"""What every format shows of an explanation: the rows of a path, long ones shortened, and the sums in words."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from ..graph.text import quoted
from ..texts import count_text, number_text, percent, plural
from .folding import Gap, fold
from .numerals import ROUGHLY, extent_text, result_text
from .path import Factor, Path
from .sums import Sums

__all__ = ["Row", "arrows", "closing", "comes_to", "headline", "legend", "numeric", "outcome", "product_line", "rows"]

_ADDENDS = 6
_LEFT_OUT = "…"


class Row(NamedTuple):
    """One step as text."""

    what: str
    """`∂a/∂z`; empty for a row that stands for several steps."""
    symbol: str
    number: str
    note: str
    equals: str = "="
    """The sign between symbol and number: `≈` where digits of a constant are not shown."""


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
    numbers, result = _numbers(path, digits), result_text(path.product, digits)
    if len(numbers) < 2:
        return result + _why(path)
    equals = "=" if _LEFT_OUT in numbers or comes_to(math.prod(map(float, numbers)), result, digits) else "≈"
    return f"{' × '.join(_signed(numbers))} {equals} {result}{_why(path)}"


def _signed(numbers: Sequence[str]) -> list[str]:
    """Numbers that stand in a row: negative ones, but for the first, in brackets."""
    return [f"({text})" if i and text.startswith("-") else text for i, text in enumerate(numbers)]


def comes_to(found: float, shown: str, digits: int) -> bool:
    """Whether what numbers give, as they are shown, is the number that is shown for their result."""
    return number_text(found, digits) == shown or (found == 0 and shown in ("0", "-0"))


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
    addends = [result_text(path.product, digits) for path in shown]
    several = 1 < len(addends) <= _ADDENDS and np.ndim(explained.total) == 0
    equation = f" = {' + '.join(_signed(addends))}" if several else ""
    equals = "=" if not several or comes_to(math.fsum(map(float, addends)), added, digits) else "≈"
    differs = "" if added == total else f"; backward, which adds in another order, has {total}"
    return [f"sum over {plural(count, 'path')}{equation} {equals} {added}{differs}"]


def _row(factor: Factor, digits: int) -> Row:
    what = f"∂{quoted(factor.of)}/∂{quoted(factor.by)}"
    if factor.number is not None:
        equals = "≈" if factor.rounded else "="
        return Row(what, factor.symbol, number_text(factor.number, digits), factor.note, equals)
    number = f"{extent_text(factor.shape)}, rms {number_text(factor.size, min(digits, ROUGHLY))}"
    return Row(what, f"G → {factor.symbol}", number, factor.note)


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
        texts.append(number_text(step.number, digits) if isinstance(step, Factor) else "1" if step.plain else _LEFT_OUT)
    return texts


def _why(path: Path) -> str:
    """The first factor that makes a product vanish, or no number."""
    size = float(np.max(np.abs(path.product), initial=0.0))
    for factor in path.factors:
        what = f"∂{quoted(factor.of)}/∂{quoted(factor.by)}"
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
