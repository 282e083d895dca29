"""Comparing the derivative of an activation with numerical ones, where it is most likely to be wrong."""

from __future__ import annotations

import inspect
import itertools
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from ...core.columns import columns
from ...core.conventions import derivative_form
from ...core.op import Op
from ...operations.slope import kinks_of
from ..gradient import Entry, gradcheck
from ..gradient.formula import Unreadable, formula_fault
from ..samples import at_kinks, off
from .breaks import fine_grid
from .points import Static, interval, statics
from .report import Report, curves

__all__ = ["compare", "compare_at_kinks", "compare_formula"]

_NAMED, _NEAR, _BESIDE = 6, 1e-3, 0.02
_EVEN, _WORST, _SECOND = 36, 12, 16
"""How many points: evenly spread, where value and slope fit worst, and how many to second order."""
_FAR = np.array([-60.0, -25.0, -14.0, -11.0, 11.0, 14.0, 25.0, 60.0])
_SHOWN = 5
_AGREES, _WRONG = "agrees", "wrong"


def compare(op: Op, report: Report) -> None:
    """Check the derivative to second order, in every form and for other parameters. Stops at the first fault."""
    word = "derived" if report.derived else "declared"
    z = _points(op, {})
    smooth = z[z != 0.0]  # a second derivative need not exist there
    second = np.sort(np.concatenate([smooth[:_WORST][::2], smooth[_WORST::6]]))[:_SECOND]
    _run(op, report, {}, z, 1, f"the {word} derivative")
    _run(op, report, {}, second, 2, f"the {word} derivative")
    for form in op.forms:
        with derivative_form(form):
            _run(op, report, {}, z[::2], 1, f"the derivative in the {form}, {form}=,")
            _run(op, report, {}, second[::3], 2, f"the derivative in the {form}, {form}=,")
    for static in statics(op)[1:]:
        given = ", ".join(f"{name}={value:g}" for name, value in static.items() if isinstance(value, (int, float)))
        _run(op, report, static, _points(op, static)[::3], 1, f"with {given} the {word} derivative")


def compare_formula(op: Op, report: Report) -> None:
    """Compare the docstring's formula with the body, with these parameters and others."""
    try:
        for static in statics(op):
            fault = formula_fault(op, [_points(op, static)], static)
            if fault:
                given = f" ({', '.join(f'{name}={value}' for name, value in static.items())})" if static else ""
                report.faults.append(f"{fault}{given}; write what it computes, or nothing: then the body spells it")
                return
    except Unreadable as error:
        report.notes.append(f"the formula is not compared with the body: {error}")


def _points(op: Op, static: Static) -> np.ndarray:
    """Points off the kinks: first those where slope and differences of the value fit worst, then others."""
    kinks = [kink.at for kink in kinks_of(op, static)]
    low, high = interval(op, 8.0)
    even = low + (high - low) * (np.arange(_EVEN) + 0.4142) / _EVEN
    start, end = op.domain_of()
    z = off(np.concatenate([_suspects(op, static, kinks), even, _FAR[(start < _FAR) & (end > _FAR)]]), kinks, _BESIDE)
    z = np.concatenate([z, [x for x in [0.0, *_beside_constants(op, low, high)] if x not in kinks and start < x < end]])
    a, d = curves(op, z, static)
    kept: np.ndarray = z[np.isfinite(a) & (np.abs(a) < 1e100) & ~np.isinf(d)]
    return kept


def _beside_constants(op: Op, low: float, high: float) -> list[float]:
    """Points between and beside the numbers that the body and the rule name: a branch may be as narrow as
    what lies between two of them."""
    named = {float(x) for f in (op.forward, *op.rules, *op.forms.values()) for x in _numbers(f) if low < x < high}
    bounds = sorted(named)[:_NAMED]
    between = [(x + y) / 2 for x, y in itertools.pairwise(bounds)]
    return [*between, *(x + by for x in bounds for by in (-_NEAR, _NEAR) if x)]


def _numbers(function: Any) -> Iterator[float]:
    code = getattr(inspect.unwrap(function) if callable(function) else function, "__code__", None)
    yield from (x for x in getattr(code, "co_consts", ()) if isinstance(x, (int, float)) and not isinstance(x, bool))


def _suspects(op: Op, static: Static, kinks: list[float]) -> np.ndarray:
    """The middles of those intervals of a fine grid over which the integral of the slope is furthest
    from the change of the value. (Simpson's rule.)"""
    z = fine_grid(*interval(op, 10.0))
    middle, width = (z[:-1] + z[1:]) / 2, z[1] - z[0]
    (a, d), (_, d_middle) = curves(op, z, static), curves(op, middle, static)
    size = np.abs(d_middle) + np.abs(np.diff(a)) / width + 1e-12 * (1 + np.abs(a[1:])) / width
    gap = np.abs(np.diff(a) / width - (d[:-1] + 4 * d_middle + d[1:]) / 6) / size
    for at in kinks:
        gap[np.abs(middle - at) < width] = 0
    order = np.argsort(np.where(np.isfinite(gap), gap, 0.0))[::-1]
    suspects: np.ndarray = middle[order[:_WORST]]
    return suspects


def _run(op: Op, report: Report, static: Static, z: np.ndarray, order: int, what: str) -> None:
    if report.faults or not z.size:
        return
    try:
        with np.errstate(all="ignore"):
            found = gradcheck(lambda x: op.call(x, **static), z, order=order)
    except (ValueError, TypeError, ArithmeticError) as error:
        report.faults.append(f"{what} can't be checked: {error}")
        return
    if not found.entries:
        report.faults.append(f"{what} can't be checked: {found}")
    for n in (1, 2):
        _read(report, [entry for entry in found.entries if entry.order == n], z, n, what)


def _read(report: Report, entries: Sequence[Entry], z: np.ndarray, order: int, what: str) -> None:
    """Digits, faults and notes from the entries of one order."""
    wrong = [entry for entry in entries if entry.verdict == _WRONG]
    agree = [entry.digits for entry in entries if entry.verdict == _AGREES]
    if wrong:
        second = " (the derivative of the derivative)" if order == 2 else ""
        report.faults.append(_table(f"{what}{second}", wrong, len(entries), z))
    elif agree:
        report.digits[order] = min(agree + [report.digits.get(order, 16.0)])
        report.points[order] = report.points.get(order, 0) + len(agree)
    unsure = [entry for entry in entries if entry.verdict not in (_AGREES, _WRONG)]
    note = f"{what} can't be told at some points"
    if unsure and not wrong and not any(known.startswith(note) for known in report.notes):
        report.notes.append(f"{note}, as at {z[unsure[0].index]:.6g} ({unsure[0].note})")


def _table(what: str, wrong: list[Entry], count: int, z: np.ndarray) -> str:
    """`the declared derivative is WRONG at 30 of 60 points`, and the worst of them below it."""
    worst = sorted(wrong, key=lambda entry: (round(entry.digits, 1), -abs(entry.analytic - entry.numeric)))[:_SHOWN]
    rows = [("z", "derivative", "numerical", "± error", "digits")]
    rows += [(f"{z[e.index]:.6g}", f"{e.analytic:.9g}", f"{e.numeric:.9g}", f"{e.error:.0e}", f"{e.digits:.1f}")
             for e in worst]  # fmt: skip
    lines = [f"{what} is WRONG at {len(wrong)} of {count} points, worst first:", *columns(rows)]
    ratios = np.array([entry.ratio for entry in wrong])
    if len(wrong) > 3 and np.isfinite(ratios).all() and np.ptp(ratios) < 1e-6 * abs(ratios[0]):
        lines.append(f"it is {ratios[0]:.6g} times the numerical one at all of them")
    return "\n    ".join(lines)


def compare_at_kinks(op: Op) -> list[str]:
    """A sentence for every kink at which the rule does not take the declared side."""
    faults: list[Any] = []
    for arrays, static in at_kinks(op):
        with np.errstate(all="ignore"):
            found = gradcheck(lambda x, static=static: op.call(x, **static), *arrays)
        faults += [f"at {arrays[0][entry.index]:g}: {entry.note or _apart(entry)}" for entry in found.wrong]
    return faults


def _apart(entry: Entry) -> str:
    return f"the derivative is {entry.analytic:.9g}, the numerical one {entry.numeric:.9g}"
