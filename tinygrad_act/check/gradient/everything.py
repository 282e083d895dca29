"""Every operation checked from its own declaration: what `python -m tinygrad_act check` prints."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np

from ...core.columns import spaced
from ...core.op import Op
from ...core.rules import is_unknown
from ...show.texts import json_text
from ..samples import at_kinks, cases, movable, sample
from .formula import fault_or_none
from .gradcheck import gradcheck
from .report import Entry, Note, Report
from .verdict import AGREES, UNSURE, WRONG, overall

__all__ = ["ESTIMATOR", "NOTHING", "UNKNOWN", "Line", "as_json", "check_op", "details", "head", "row"]

ESTIMATOR = "straight-through"
"""The verdict on a rule that is meant not to be the derivative."""
UNKNOWN = "derivative unknown"
"""The verdict on an operation whose derivative nobody wrote."""
NOTHING = "no derivative"
"""The verdict on an operation through which nothing flows."""

_VERDICTS = (AGREES, UNSURE, WRONG, ESTIMATOR, UNKNOWN, NOTHING)
_HEAD = ("operation", "1st order", "2nd order", "verdict", "at its kinks")


class Line(NamedTuple):
    """What was found about one operation."""

    name: str
    first: float | None
    """Digits of agreement of the worst entry, first order; None if it has no derivative."""
    second: float | None
    kinks: tuple[str, ...]
    """What the rule gives at each declared kink."""
    verdict: str
    reports: tuple[Report, ...] = ()
    """Those that do not agree."""


def check_op(op: Op) -> Line:
    """Check an operation on all of its cases, to second order, and at its kinks; and its docstring's formula."""
    if op.estimator:
        return Line(op.name, None, None, (), ESTIMATOR)
    if any(is_unknown(rule) for rule in op.rules):
        return Line(op.name, None, None, (), WRONG if _said(op) else UNKNOWN)
    reports = [gradcheck(f, *arrays, order=2) for f, arrays in (movable(op, c) for c in cases(op))
               if any(rule is not None for rule in op.rules) and any(np.size(x) for x in arrays)]  # fmt: skip
    kinked = [gradcheck(lambda *xs, static=static: op.call(*xs, **static), *arrays) for arrays, static in at_kinks(op)]
    said = [Report([], [Note(WRONG, fault)]) for fault in _said(op)]
    found = [*reports, *kinked, *said]
    verdict = overall(report.verdict for report in found) if found else NOTHING
    entries = [entry for report in reports for entry in report.entries]
    return Line(op.name, _least(entries, 1), _least(entries, 2), tuple(_notes(kinked)), verdict,
                tuple(report for report in found if not report.ok))  # fmt: skip


def _said(op: Op) -> list[str]:
    """What the docstring's formula says that the body does not do, on all of its cases."""
    faults = (fault_or_none(op, sample(op, case), case.static) for case in cases(op))
    return [fault for fault in faults if fault][:1]


def _least(entries: Sequence[Entry], order: int) -> float | None:
    return min((entry.digits for entry in entries if entry.order == order), default=None)


def _notes(reports: Iterable[Report]) -> list[str]:
    """The slopes at each kind of kink, once."""
    notes = [entry.note.removeprefix("kink: ") for report in reports for entry in report.entries if entry.at_kink]
    return list(dict.fromkeys(notes))


def head(ops: Sequence[Op]) -> str:
    """The first line of the table about these operations."""
    return spaced(_HEAD, _widths(ops))


def row(line: Line, ops: Sequence[Op]) -> str:
    """One line of it, which needs none of the others: it can be printed as soon as it is known."""
    digits = ["-" if x is None else f"{x:.1f} digits" for x in (line.first, line.second)]
    kinks = f"{line.kinks[0]}{f' ... and {len(line.kinks) - 1} more' * (len(line.kinks) > 1)}" if line.kinks else ""
    return spaced((line.name, *digits, line.verdict, kinks), _widths(ops))


def details(lines: Sequence[Line]) -> str:
    """What stands below the table: the reports of those that do not agree."""
    return "".join(f"\n{line.name}: {report}\n" for line in lines for report in line.reports)


def _widths(ops: Sequence[Op]) -> tuple[int, ...]:
    names = max(map(len, [_HEAD[0], *(op.name for op in ops)]))
    return names, len("16.0 digits"), len("16.0 digits"), max(map(len, _VERDICTS)), 0


def as_json(lines: Sequence[Line]) -> str:
    """The same as JSON."""
    rows = [{"operation": line.name, "first": line.first, "second": line.second, "kinks": list(line.kinks),
             "verdict": line.verdict} for line in lines]  # fmt: skip
    return json_text(rows)
