"""`@ta.activation`: the decorator."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from ...core.dispatch import elementwise
from ...core.facts import Case, Theirs
from ...core.frames import boundary
from ...core.op import REQUIRED, Intervals, Op, Place
from ...core.registry import ops
from ...core.rules import Rule, Unknown, is_constant, slope_by
from ...operations.arithmetic import where
from ...operations.comparison import equal
from .formula import derive, read_formula, read_input
from .kinks import declared_but_absent, undeclared
from .manners import body_faults, int_note, nan_faults, range_notes, rule_faults
from .report import Refused, Report, slope_at
from .slopes import compare, compare_at_kinks, compare_formula

__all__ = ["activation"]

Function = Callable[..., Any]
_SHOWN = 4


@boundary
def activation(
    body: Function | None = None,
    *,
    dz: Rule = REQUIRED,
    output: Rule = None,
    input: Rule = None,
    kinks: Mapping[Place, str] | None = None,
    domain: Intervals | None = None,
    label: str | None = None,
    aliases: tuple[str, ...] = (),
    reference: str = "",
    cases: tuple[Case, ...] = (),
    elsewhere: Mapping[str, Theirs] | None = None,
    check: bool = True,
) -> Any:
    """Declare an activation of your own, and prove it in the same moment.

        @ta.activation
        def bent(z, *, beta=1.5):
            '''a = z * tanh(beta * z)'''
            return z * ta.tanh(beta * z)

    The function takes one input and keyword-only parameters with defaults, and is written in the
    operations of `ta.ops` or NumPy's functions. The docstring's first line is the formula; without
    one, the body spells it. `dz`: the derivative, `f(a, z, *, parameters)`; without it, it is
    derived through the operations of the body. All else is as in `elementwise`.

    The derivative is compared with numerical ones, to second order, in every form, the formula with the body;
    kinks and jumps are found and entered; shapes, dtypes, NaN are looked at. `check=False` skips that.

    Returns the function; its `.report` says what was found. Raises `Refused`, a `ValueError` with a
    `.report`, if anything is wrong: then nothing was registered. `TypeError` for a wrong signature.
    """
    facts = {"kinks": kinks, "domain": domain, "label": label, "aliases": aliases, "reference": reference,
             "cases": cases, "elsewhere": elsewhere, "output": output, "input": input}  # fmt: skip

    def register(f: Function) -> Function:
        return _declare(f, dz, facts, check)

    return boundary(register) if body is None else register(body)


def _declare(body: Function, dz: Any, facts: dict[str, Any], check: bool) -> Function:
    name = read_input(body)
    read_formula(body, name)
    if isinstance(dz, Unknown):
        raise TypeError(
            f"{body.__name__}: an activation is proven, and an unknown derivative can't be: leave d{name}= out to "
            f"derive it from the body, or declare it with @ta.elementwise(d{name}=ta.unknown)"
        )
    derived = dz is REQUIRED
    rule = derive(body, name) if derived else dz
    before = ops.get(body.__name__)
    again = functools.partial(_register, body, name, facts)
    op = again(rule)
    report = Report(op, derived, check)
    try:
        if check:
            with np.errstate(all="ignore"):
                _examine(op, report, again, rule)
        if report.faults:
            raise Refused(report)
    except BaseException:
        del ops[op.name]
        if before is not None:  # an earlier definition of the same function stays what it was
            ops.enter(before)
            ops.announce(before)
        raise
    call: Any = ops[op.name].call
    call.report = report
    return call  # type: ignore[no-any-return]


def _examine(op: Op, report: Report, again: Function, rule: Any) -> None:
    """Look at everything, what is most basic first; what fails there would only confuse what follows."""
    report.faults += body_faults(op)
    for which, what in ((op.rules[0], "the derivative"), *((r, f"the derivative {f}=") for f, r in op.forms.items())):
        report.faults += [] if report.faults else rule_faults(op, which, what)
    if report.faults:
        return
    report.spelled = True
    report.faults += declared_but_absent(op)
    found = undeclared(op, report)
    if found:
        rule = _zero_at_jumps(op, rule, found) if report.derived and not is_constant(rule) else rule
        op = again(rule, {**op.kinks, **found})
        report.op, report.found = op, [op.place_text(place) for place in found]
    report.faults += nan_faults(op)  # where a slope is a mask, the engine minds NaN if there is a kink
    if not report.faults:
        compare(op, report)
    if not report.faults:
        report.faults += compare_at_kinks(op)
        report.notes += range_notes(op) + int_note(op)
    report.faults += report.invented[:_SHOWN]
    if not report.faults:
        compare_formula(op, report)


def _register(body: Function, name: str, facts: dict[str, Any], rule: Any, kinks: Any = None) -> Op:
    """Declare the operation; with `kinks`, once more in place of the same one."""

    def scalar(z: Any, **static: Any) -> Any:
        a = body(z, **static)  # np.where and the like give an array for a number
        return a.item() if isinstance(a, (np.ndarray, np.generic)) and a.ndim == 0 else a

    given = facts if kinks is None else {**facts, "kinks": kinks}
    elementwise(**given, **{f"d{name}": rule}, scalar=scalar)(body)
    return ops[body.__name__]


def _zero_at_jumps(op: Op, rule: Any, found: Mapping[Place, str]) -> Any:
    """A derived rule that gives 0 at jumps, where nothing flows, whatever the operations inside it give."""
    jumps = [place for place, side in found.items() if side == "none" and slope_at(op, float(op.bound(place, {})))]
    if not jumps:
        return rule

    def with_jumps(a: Any, z: Any, **static: Any) -> Any:
        d = slope_by(op, rule, 0, a, (z,), static)
        for place in jumps:
            d = where(equal(z, op.bound(place, static)), 0.0, d)
        return d

    with_jumps.__doc__ = rule.__doc__
    return with_jumps
