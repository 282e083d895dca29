"""The comparison itself: entry by entry, or along random directions where there are too many entries."""

from __future__ import annotations

import functools
import math
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from .ladder import EPS, Estimate
from .places import Places
from .problem import Problem
from .report import Entry
from .slopes import Slopes, measure
from .verdict import WRONG, Judgement, judge, second_opinion

__all__ = ["Comparison", "along_directions", "entry_by_entry", "weights_for"]


def weights_for(out: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """What an output of several numbers is contracted with: no two alike, none small."""
    return rng.uniform(0.5, 1.5, out.shape) if out.size > 1 else np.ones(out.shape)


class Comparison(NamedTuple):
    """A rule's result and all that it takes to compare it."""

    problem: Problem
    weights: np.ndarray
    """What the output is contracted with."""
    analytic: list[np.ndarray]
    """What the rule gives: an array for every leaf."""
    places: Places
    order: int
    least: float = 1.0
    """A fault in a single derivative shows with this part of its size, or more."""


def entry_by_entry(ours: Comparison) -> Iterator[Entry]:
    """Compare every entry of every leaf."""
    problem, sizes = ours.problem, list(ours.analytic)
    if ours.order == 2:  # the function is the sum of all first derivatives, whose rounding it inherits
        sizes.append(problem.value(problem.leaves))
    largest = max((float(np.max(np.abs(c), initial=0.0, where=np.isfinite(c))) for c in sizes), default=0.0)
    for number, (path, leaf) in enumerate(zip(problem.paths, problem.leaves)):
        for index in np.ndindex(leaf.shape):
            with np.errstate(all="ignore"):
                slope, judgement = _one(ours, largest, number, index)
            estimate, digits, verdict, note = judgement
            yield Entry(ours.order, path, index, slope, estimate.slope, estimate.error, digits, verdict, note)


def _one(ours: Comparison, largest: float, number: int, index: tuple[int, ...]) -> tuple[float, Judgement]:
    """What the rule gives for one entry, and the judgement on it."""
    problem, weights, places = ours.problem, ours.weights, ours.places
    slope, limits = float(ours.analytic[number][index]), places.limits.get((number, index), (-math.inf, math.inf))
    found = measure(problem.line(number, index, weights, limits), slope)
    unit = found.unit
    slope, found = slope / unit, found.without_weight()
    judgement = judge(slope, found, places.direct.get((number, index)), places.inside, largest)
    if problem.by_hand and found.kind == "smooth":
        other = functools.partial(problem.complex_slope, number, index, weights / unit)
        judgement = second_opinion(slope, judgement, max(largest, found.size), other)
    return slope, judgement


def along_directions(ours: Comparison, count: int, rng: np.random.Generator) -> Iterator[Entry]:
    """Compare the derivative along `count` random directions of signs for every leaf.

    Each entry takes part in each direction with a weight of 1 or -1. So a fault in a single entry
    shows in every direction with certainty, if it is larger than the error that the report states;
    a fault e spread over many entries shows as |sum(±e)| >= 0.1 |e| with probability 0.32 or more in
    each (Paley and Zygmund), so that 8 directions miss it with one below 5 %. Where a fault shows,
    halving the direction finds the entry.
    """
    for number, (path, leaf) in enumerate(zip(ours.problem.paths, ours.problem.leaves)):
        for turn in range(count if leaf.size else 0):
            signs = rng.choice((-1.0, 1.0), leaf.shape)
            name = f"argument {path[1:].replace(']', '', 1)} along random direction {turn}"
            entry = _along(ours, number, signs, name, thorough=turn == 0)
            yield entry
            if entry.verdict == WRONG:
                yield _bisect(ours, number, signs)
                break


def _along(
    ours: Comparison, number: int, signs: np.ndarray, name: str, index: tuple[int, ...] = (), thorough: bool = False
) -> Entry:
    """Compare the derivative along one direction in one leaf. `thorough`: look as long as if it did not agree,
    to know what a fault would be measured by."""
    terms = ours.analytic[number] * signs
    slope = math.fsum(terms[signs != 0].ravel().tolist()) if np.isfinite(terms).all() else float(terms.sum())
    steps = [signs if i == number else np.zeros(leaf.shape) for i, leaf in enumerate(ours.problem.leaves)]
    with np.errstate(all="ignore"):
        found = measure(ours.problem.direction(steps, ours.weights), slope, thorough)
    norm = float(np.linalg.norm(np.nan_to_num(terms)))  # what a sum of random signs comes to
    estimate, digits, verdict, note = judge(slope, found, None, ours.places.inside, norm, norm)
    reach = _reach(slope, estimate, found, norm) / ours.least
    return Entry(ours.order, name, index, slope, estimate.slope, estimate.error, digits, verdict, note, reach)


def _reach(slope: float, estimate: Estimate, found: Slopes, norm: float) -> float:
    """What a sum of derivatives may be off by and still agree: what the judgement lets pass, and the
    estimate's own error; at a kink, any slope between those of both sides passes."""
    size = max(abs(slope), abs(estimate.slope), norm, found.size)
    between = abs(found.right.slope - found.left.slope) if found.kind == "kink" else 0.0
    return 7 * estimate.error + 16 * EPS * size + between


def _bisect(ours: Comparison, number: int, signs: np.ndarray) -> Entry:
    """The entry with the largest fault on the way down: the half that is further off, again and again."""
    live = np.flatnonzero(signs)
    while len(live) > 1:
        halves = live[: len(live) // 2], live[len(live) // 2 :]
        found = [_along(ours, number, _only(signs, half), "half") for half in halves]
        off = [abs(one.analytic - one.numeric) if one.verdict == WRONG else 0.0 for one in found]
        live = halves[int(np.argmax(np.nan_to_num(off, nan=np.inf)))]
    index = tuple(int(i) for i in np.unravel_index(live[0], signs.shape))
    return _along(ours, number, np.abs(_only(signs, live)), ours.problem.paths[number], index)


def _only(signs: np.ndarray, places: np.ndarray) -> np.ndarray:
    """The direction with all but some of its entries, counted flat, at rest."""
    kept = np.zeros(signs.shape)
    kept.flat[places] = signs.flat[places]
    return kept
