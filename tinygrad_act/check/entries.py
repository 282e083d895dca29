"""The comparison itself: entry by entry, or along random directions where there are too many entries."""

from __future__ import annotations

import functools
import math
from collections.abc import Iterator

import numpy as np

from .places import Place, Places
from .problem import Problem
from .report import Entry
from .slopes import measure
from .verdict import WRONG, Judgement, judge, second_opinion

__all__ = ["along_directions", "entry_by_entry", "weights_for"]


def weights_for(out: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """What an output of several numbers is contracted with: no two alike, none small."""
    return rng.uniform(0.5, 1.5, out.shape) if out.size > 1 else np.ones(out.shape)


def entry_by_entry(
    problem: Problem, weights: np.ndarray, analytic: list[np.ndarray], places: Places, order: int
) -> Iterator[Entry]:
    """Compare every entry of every leaf."""
    sizes = list(analytic)
    if order == 2:  # the function is the sum of all first derivatives, whose rounding it inherits
        sizes.append(problem.value(problem.leaves))
    largest = max((float(np.max(np.abs(c), initial=0.0, where=np.isfinite(c))) for c in sizes), default=0.0)
    for number, (path, leaf) in enumerate(zip(problem.paths, problem.leaves)):
        for index in np.ndindex(leaf.shape):
            with np.errstate(all="ignore"):
                slope, judgement = _one(problem, weights, analytic, places, largest, (number, index))
            estimate, digits, verdict, note = judgement
            yield Entry(order, path, index, slope, estimate.slope, estimate.error, digits, verdict, note)


def _one(
    problem: Problem,
    weights: np.ndarray,
    analytic: list[np.ndarray],
    places: Places,
    largest: float,
    entry: tuple[int, tuple[int, ...]],
) -> tuple[float, Judgement]:
    """What the rule gives for one entry, and the judgement on it."""
    number, index = entry
    slope, limits = float(analytic[number][index]), places.limits.get(entry, (-math.inf, math.inf))
    found = measure(problem.line(number, index, weights, limits), slope)
    unit = found.unit
    slope, found = slope / unit, found.without_weight()
    judgement = judge(slope, found, places.direct.get(entry), places.inside, largest)
    if problem.by_hand and found.kind == "smooth":
        other = functools.partial(problem.complex_slope, number, index, weights / unit)
        judgement = second_opinion(slope, judgement, other)
    return slope, judgement


def along_directions(
    problem: Problem,
    weights: np.ndarray,
    analytic: list[np.ndarray],
    inside: list[Place],
    order: int,
    count: int,
    rng: np.random.Generator,
) -> Iterator[Entry]:
    """Compare the derivative along `count` random directions of signs for every leaf.

    Each entry takes part in each direction with a weight of 1 or -1. So a fault in a single entry
    shows in every direction with certainty, if it is larger than the error that the report states;
    a fault e spread over many entries shows as |sum(±e)| >= 0.1 |e| with probability 0.32 or more in
    each (Paley and Zygmund), so that 8 directions miss it with one below 5 %. Where a fault shows,
    halving the direction finds the entry.
    """
    for number, path in enumerate(problem.paths):
        for turn in range(count if problem.leaves[number].size else 0):
            signs = rng.choice((-1.0, 1.0), problem.leaves[number].shape)
            name = f"argument {path[1:].replace(']', '', 1)} along random direction {turn}"
            entry = _along(problem, weights, analytic, inside, order, number, signs, name)
            yield entry
            if entry.verdict == WRONG:
                yield _bisect(problem, weights, analytic, inside, order, number, signs)
                break


def _along(
    problem: Problem,
    weights: np.ndarray,
    analytic: list[np.ndarray],
    inside: list[Place],
    order: int,
    number: int,
    signs: np.ndarray,
    name: str,
    index: tuple[int, ...] = (),
) -> Entry:
    terms = analytic[number] * signs
    slope = math.fsum(terms[signs != 0].ravel().tolist()) if np.isfinite(terms).all() else float(terms.sum())
    steps = [signs if i == number else np.zeros(leaf.shape) for i, leaf in enumerate(problem.leaves)]
    with np.errstate(all="ignore"):
        found = measure(problem.direction(steps, weights), slope)
    norm = float(np.linalg.norm(np.nan_to_num(terms)))  # what a sum of random signs comes to
    estimate, digits, verdict, note = judge(slope, found, None, inside, norm, norm)
    return Entry(order, name, index, slope, estimate.slope, estimate.error, digits, verdict, note)


def _bisect(
    problem: Problem,
    weights: np.ndarray,
    analytic: list[np.ndarray],
    inside: list[Place],
    order: int,
    number: int,
    signs: np.ndarray,
) -> Entry:
    """The entry with the largest fault on the way down: the half that is further off, again and again."""
    live = np.flatnonzero(signs)
    while len(live) > 1:
        halves = live[: len(live) // 2], live[len(live) // 2 :]
        masked = [np.where(np.isin(np.arange(signs.size), half), signs.ravel(), 0.0).reshape(signs.shape)
                  for half in halves]  # fmt: skip
        found = [_along(problem, weights, analytic, inside, order, number, mask, "half") for mask in masked]
        off = [abs(one.analytic - one.numeric) if one.verdict == WRONG else 0.0 for one in found]
        live = halves[int(np.argmax(np.nan_to_num(off, nan=np.inf)))]
    index = tuple(int(i) for i in np.unravel_index(live[0], signs.shape))
    only = np.zeros(signs.shape)
    only[index] = 1.0
    return _along(problem, weights, analytic, inside, order, number, only, problem.paths[number], index)
