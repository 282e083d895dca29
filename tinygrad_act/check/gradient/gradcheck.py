"""`gradcheck`: is the gradient right? Compared with numerical derivatives, with a verdict in digits.

    report = gradcheck(lambda p: loss(p, X, y), params)
    print(report)                # gradient agrees in all 21 entries, to 10.2 digits or more

Everything runs in float64 (and in float32 besides, if the arguments are float32). At a kink the
rule must give the slope of the side that the operation declares, if it acts on the argument
itself; else a number between the slopes of both sides.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from ...core.calls import refuse_uncallable
from ...core.frames import boundary
from ...core.mode import mode, special
from ...core.trees import flatten
from ...engine.tracing import refuse_here
from ...engine.transforms import pullback_of
from .blame import blame
from .cotangent import crooked
from .entries import Comparison, along_directions, entry_by_entry, weights_for
from .formula import formulas
from .manners import forward_against_reverse, in_float32, manners, wants_float32
from .places import Places, find
from .problem import Problem, WrongShape
from .report import Entry, Note, Report
from .verdict import UNSURE, WRONG

__all__ = ["gradcheck"]

_MANY = 1000
_DIRECTIONS = 8
_LEAST = 0.5
"""Random weights are no smaller than this."""


@boundary
def gradcheck(
    f: Callable[..., Any],
    *args: Any,
    gradient: Callable[..., Any] | None = None,
    jacobian: Callable[..., Any] | None = None,
    order: int = 1,
    directions: int | None = None,
    seed: int = 0,
) -> Report:
    """Compare the gradient of `f` at `args` with numerical derivatives, for every entry.

    `f` takes and gives numbers and arrays, or takes nested lists, tuples and dicts of them; an array
    that it returns is contracted with fixed random weights. `gradient=g`: `f` is plain NumPy and
    `g(*args)` returns the gradient that somebody wrote by hand, structured like the arguments;
    `jacobian=` the same for arrays, of shape (*output, *argument). `order=2` checks the gradient of
    the gradient as well. `directions`: so many random directions of signs for every array instead
    of entry by entry (8 if there are more than 1,000 entries); see `along_directions` for what
    they catch. `seed`: of random weights and directions. A pullback must be linear in its cotangent,
    and the docstring's formula of an operation of yours be what its body computes.

    Returns a `Report`: print it, test its truth, `.save("report.svg")`. Raises `ValueError` for an
    `order` other than 1 and 2, for a point that is not finite or if there is nothing to check;
    `TypeError` for arguments or results that are not real numbers.
    """
    if special and mode.tracing:
        raise refuse_here("gradcheck()")
    _refuse(f, args, order, directions, gradient, jacobian)
    problem = Problem(f, args, gradient, jacobian)
    if not any(leaf.size for leaf in problem.leaves):
        raise ValueError("gradcheck: there is nothing to check: the arguments hold no numbers")
    with np.errstate(all="ignore"):
        notes = manners(problem)
        if notes:
            return Report([], notes)
        entries, found = _one_order(problem, 1, directions, seed)
        if order == 2 and entries:
            second = Problem(_contracted_gradient(problem, seed), args)
            more, notes = _one_order(second, 2, directions, seed + 1)
            entries, found = entries + more, found + notes
    return Report(entries, found)


def _refuse(
    f: Any, args: tuple[Any, ...], order: int, directions: int | None, gradient: Any, jacobian: Any
) -> None:
    refuse_uncallable("gradcheck", f)
    if not args:
        name = getattr(f, "__name__", "f").replace("<lambda>", "f")
        raise ValueError(f"gradcheck: there is nothing to check: an argument is missing; write ta.gradcheck({name}, x)")
    if order not in (1, 2):
        raise ValueError(f"gradcheck: order must be 1 or 2, not {order!r}")
    if directions is not None and (not isinstance(directions, int) or directions < 1):
        raise ValueError(f"gradcheck: directions must be a positive whole number, not {directions!r}")
    if gradient is not None and jacobian is not None:
        raise ValueError("gradcheck: give gradient= or jacobian=, not both")
    if order == 2 and (gradient is not None or jacobian is not None):
        raise ValueError(
            "gradcheck: order=2 differentiates the gradient, which a gradient by hand does not allow; "
            "check the gradient function itself: gradcheck(g, *args, jacobian=hessian)"
        )


def _one_order(problem: Problem, order: int, directions: int | None, seed: int) -> tuple[list[Entry], list[Note]]:
    rng = np.random.default_rng(seed)
    out = problem.value(problem.leaves)
    weights = weights_for(out, rng)
    try:
        analytic, again = problem.pull(weights), problem.pull(weights)
    except WrongShape as error:
        return [], [Note(WRONG, str(error)), *(blame(problem) if not problem.by_hand else [])]
    if not all(np.array_equal(first, second, equal_nan=True) for first, second in zip(analytic, again)):
        return [], [Note(WRONG, "the gradient is not deterministic: it differs when it is computed a second time")]
    places = find(problem) if order == 1 else Places({}, [], {}, [])
    size = sum(leaf.size for leaf in problem.leaves)
    least = float(np.min(np.abs(weights), initial=1.0)) * (_LEAST**2 if order == 2 else 1.0)
    ours = Comparison(problem, weights, analytic, places, order, least)
    if directions is None and size <= _MANY:
        entries = list(entry_by_entry(ours))
    else:
        entries = list(along_directions(ours, directions or _DIRECTIONS, rng))
    notes = _not_finite(out, places)
    if not problem.by_hand:
        bent = crooked(problem, weights, analytic, rng)
        if bent:
            notes.append(Note(WRONG, f"the gradient is WRONG for other cotangents: it is not linear in g; {bent}"))
        wrong = bool(bent) or any(entry.verdict == WRONG for entry in entries)
        notes += blame(problem) if wrong else forward_against_reverse(problem, weights, analytic, rng)
        if order == 1:
            notes += [Note(WRONG, fault) for fault in formulas(problem.graph()[1])]
    if order == 1 and wants_float32(problem.args):
        notes += in_float32(problem, weights, analytic)
    return entries, notes


def _not_finite(out: np.ndarray, places: Places) -> list[Note]:
    bad = out[~np.isfinite(out)]
    if not bad.size:
        return []
    why = f": {places.not_finite[0]}" if places.not_finite else ""
    return [Note(UNSURE, f"the function is {bad[0]} at the point{why}")]


def _contracted_gradient(problem: Problem, seed: int) -> Callable[..., Any]:
    """sum(weights * gradient of f): a function of one number whose gradient is of second order."""
    rng = np.random.default_rng(seed)
    weights = [rng.uniform(_LEAST, 1.5, leaf.shape) for leaf in problem.leaves]
    g = rng.uniform(_LEAST, 1.5, problem.value(problem.leaves).shape)

    def contracted(*args: Any) -> Any:
        _, pullback = pullback_of("gradcheck", problem.f, args, warn=False)
        total: Any = 0.0
        for weight, c in zip(weights, flatten(list(pullback(g)))):
            total = total + (weight * c).sum()
        return total

    return contracted
