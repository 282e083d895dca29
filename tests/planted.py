"""Whether the generated derivative tests see a wrong rule: every rule of the registry, in every form, off by a
thousandth and of the wrong sign, one at a time.

    python -m tests.planted             what the default suite catches
    python -m tests.planted sigmoid     of these operations alone

A fault is caught if the derivative test of the default suite fails for one of the operation's cases, or the test
that stands in for it (`BY_HAND`). Prints the faults
that are not, and how many are; the exit status is 1 if one is not.
"""

from __future__ import annotations

import contextlib
import functools
import sys
import warnings

import numpy as np

import tinygrad_act as ta
from tinygrad_act.core.rules import is_constant, is_unknown

from .conftest import differentiable, every_case, one_of_each_kind
from .core import test_forms
from .each import FAILURES
from .operations import test_derivatives, test_ops

BY_HAND = {"heaviside": test_derivatives.test_heaviside_is_its_second_input_where_the_first_is_zero}
"""Of operations whose slope no generated case shows."""
FACTORS = {"times 1.001": 1.001, "of the wrong sign": -1.0}


def faults():
    """(operation, the fields that are wrong, in words) of every fault."""
    for op in dict.fromkeys(ta.ops.values()):
        if op.estimator:  # whose rule is meant not to be the derivative
            continue
        for words, factor in FACTORS.items():
            for i, rule in enumerate(op.rules):
                if can_be_wrong(rule):
                    yield op, in_place(op, i, times(rule, factor)), f"{op.name}, d{op.inputs[i]} {words}", None
            for form, rule in op.forms.items():
                wrong = {"forms": {**op.forms, form: times(rule, factor)}}
                yield op, wrong, f"{op.name}, form {form} {words}", form


def can_be_wrong(rule):
    """Whether it is a rule, and not one that says 0."""
    return rule is not None and not is_unknown(rule) and not (is_constant(rule) and rule == 0)


def times(rule, factor):
    if is_constant(rule):
        return rule * factor

    @functools.wraps(rule)
    def wrong(*args, **static):
        return rule(*args, **static) * factor

    return wrong


def in_place(op, i, wrong):
    """The rules with this one wrong, for arrays and for numbers."""
    rules, scalar = list(op.rules), list(op.scalar_rules)
    rules[i] = wrong
    if scalar:
        scalar[i] = wrong
    return {"rules": tuple(rules), "scalar_rules": tuple(scalar)}


@contextlib.contextmanager
def planted(op, wrong):
    """Inside, these fields of the operation are others."""
    before = {name: getattr(op, name) for name in (*wrong, "each", "kernel")}
    try:
        for name, value in wrong.items():
            object.__setattr__(op, name, value)
        op.__post_init__()
        yield
    finally:
        for name, value in before.items():
            object.__setattr__(op, name, value)


def caught(op, form, cases):
    """Whether a test of the default suite fails. Of a form: the test of forms."""
    derivative = test_ops.test_derivative_first_and_second_order.__wrapped__
    checks = [functools.partial(derivative, op, case) for case in cases]
    checks += [BY_HAND[op.name]] if op.name in BY_HAND else []
    if form is not None:
        checks = [functools.partial(test_forms.test_every_form_is_the_derivative_to_second_order.__wrapped__, op, form)]
    return any(fails(check) for check in checks)


def fails(check):
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        try:
            check()
        except FAILURES:
            return True
    return False


def main(names=()):
    cases = {}
    for param in one_of_each_kind(differentiable(every_case())):
        cases.setdefault(param.values[0], []).append(param.values[1])
    missed, count = [], 0
    for op, wrong, words, form in faults():
        if names and op.name not in names:
            continue
        count += 1
        with planted(op, wrong):
            if not caught(op, form, cases.get(op, ())):
                missed.append(words)
    print(*(f"not caught: {words}" for words in missed), sep="\n", end="\n" if missed else "")
    print(f"{count - len(missed)} of {count} planted faults are caught")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
