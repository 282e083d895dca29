"""The numbers of a snapshot as text: what every format says in the end."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ..texts import minus, number_text, percent
from .snapshot import Edge, Node, Numbers, Slopes
from .text import inline_text, operator_text

__all__ = [
    "at_text", "bad_text", "bare_text", "brief_text", "full_text", "is_exact", "is_number", "lines_of", "mean_text",
    "one_line", "operation_text", "range_text", "slope_text",
]  # fmt: skip


def bare_text(numbers: Numbers) -> str:
    """The number; up to six numbers, `[1, 2.5]`; else lines: `-3 to 3`, `mean 0.1 ± 1.2`, `2 nan`."""
    return "\n".join(lines_of(numbers))


def lines_of(numbers: Numbers) -> list[str]:
    """What stands in a box, line by line. Of several boxes in one the range, or how many of them are not finite."""
    if numbers.boxes > 1:
        return [range_text(numbers) or bad_text(numbers)]
    if not numbers.size:
        return ["empty"]
    if numbers.data is not None:
        return [_nested(numbers.data)]
    if numbers.true is not None:
        return [f"{numbers.true} of {numbers.size:,} true"]
    return [*_statistics(numbers), *_faults(numbers)]


def full_text(numbers: Numbers) -> str:
    """All of it in lines, with how many entries are not finite where the numbers do not say it by themselves."""
    return minus("\n".join(_with_bad(numbers)))


def one_line(numbers: Numbers | None, *, bad: bool = False) -> str:
    """A number, or what is said about an array, in one line; nothing for none."""
    if numbers is None:
        return ""
    return ", ".join(_with_bad(numbers) if bad else lines_of(numbers))


def _with_bad(numbers: Numbers) -> list[str]:
    lines, bad = lines_of(numbers), "" if is_number(numbers) else bad_text(numbers)
    return lines if bad in ", ".join(lines) else [*lines, bad]


def range_text(numbers: Numbers) -> str:
    """`-3 to 3`, each end as the number that it is; nothing if there is no finite entry."""
    if numbers.low is None:
        return ""
    return f"{number_text(numbers.low)} to {number_text(numbers.high)}"


def mean_text(numbers: Numbers) -> str:
    """`mean 0.1 ± 1.2`; nothing where there is no mean to speak of."""
    if numbers.mean is None:
        return ""
    return f"mean {_rounded(numbers.mean)} ± {_rounded(numbers.deviation)}"


def bad_text(numbers: Numbers) -> str:
    """What is not finite: `2 nan, 1 inf`; a single number itself; nothing if all is well."""
    if numbers.boxes > 1:
        return f"{numbers.faulty} of {numbers.boxes} with nan or inf" if numbers.faulty else ""
    if is_number(numbers):
        return number_text(numbers.data) if any(numbers.faults) else ""
    return ", ".join(_faults(numbers))


def brief_text(numbers: Numbers | None) -> str:
    """In one short line: the number, a few numbers, or of a larger array its root mean square."""
    if numbers is None or numbers.boxes > 1:
        return ""
    if numbers.rms is None:
        return one_line(numbers)
    return ", ".join([f"rms {number_text(numbers.rms)}", *_faults(numbers)])


def is_number(numbers: Numbers | None) -> bool:
    """Whether it is a single number, which can stand in a formula."""
    return numbers is not None and numbers.data is not None and not isinstance(numbers.data, tuple)


def is_exact(numbers: Numbers | None) -> bool:
    """Whether a number is shown with all of its digits; a truth is."""
    if numbers is None or not is_number(numbers):
        return False
    data = numbers.data
    return isinstance(data, (bool, np.bool_)) or float(number_text(data)) == data


def slope_text(slopes: Slopes | None) -> str:
    """A local derivative: `0.1966`; of arrays `mean 0.21, 3 % saturated` or `on for 48 %`; of several edges `1 … 4`."""
    if slopes is None:
        return ""
    if not slopes.size:
        return "empty"
    if slopes.edges > 1:
        ends = dict.fromkeys([number_text(slopes.low), number_text(slopes.high)])
        return " … ".join(ends) + (f", {slopes.nans} of {slopes.edges} nan" if slopes.nans else "")
    if slopes.on is not None:
        return f"on for {percent(slopes.on)}"
    if slopes.mean is None:
        return number_text(slopes.low)
    flat = "" if slopes.saturated is None else f", {percent(slopes.saturated)} saturated"
    return f"mean {slopes.mean:.3g}{flat}"


def at_text(edge: Edge) -> str:
    """Where the local derivative was evaluated: `a = 0.7311`; nothing where the formula says it."""
    return ", ".join(f"{name} = {number_text(x)}" for name, x in edge.at)


def operation_text(node: Node) -> str:
    """The operation with the raw numbers among its operands: `σ`, `× 2`, `1 /`, `maximum(·, 0)`."""
    return inline_text(node.title, node.operands) or operator_text(node.title)


def _nested(data: Any) -> str:
    return f"[{', '.join(map(_nested, data))}]" if isinstance(data, tuple) else number_text(data)


def _statistics(numbers: Numbers) -> Sequence[str]:
    if numbers.low is None:
        return ()
    if numbers.mean is None:
        return (f"all {number_text(numbers.low)}",)
    return f"{_rounded(numbers.low)} to {_rounded(numbers.high)}", mean_text(numbers)


def _rounded(x: Any) -> str:
    return number_text(x) if isinstance(x, int) else f"{x + 0:.3g}"  # -0 is 0 here


def _faults(numbers: Numbers) -> list[str]:
    return [f"{count:,} {name}" for count, name in zip(numbers.faults, ("nan", "inf", "-inf")) if count]
