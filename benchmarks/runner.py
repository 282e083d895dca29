"""Time contenders in turns, A B C A B C ..., and print how they compare with the first one.

A machine is slow for a second now and then. Contenders that are timed one after the other suffer
from it unequally, so every round times each of them for a short moment, and a ratio is taken within
a round. What is measured is the time that this process has the processor for; that another program
takes it away does not count. Printed are the best and the median time, and two ratios to the first
contender: the median of the rounds' ratios, by which targets are judged, and the ratio of the best
times. Where the two disagree, the machine was busy: run again.

A target that is missed is reported and raises nothing: timings never decide.
"""

from __future__ import annotations

import gc
import itertools
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

__all__ = ["Contender", "Effort", "Target", "at_most", "compare", "faster", "race", "verdicts"]


@dataclass(frozen=True)
class Contender:
    """One way to do the work."""

    name: str
    step: Callable[[], Any]
    """Does all of it, once."""
    read: Callable[[Any], Sequence[Any]] | None = list
    """Lists the gradients, given what `step` returned; not timed. None: a control without gradients."""
    nodes: int = 1
    """How many nodes a step makes; times are those of one node."""


@dataclass(frozen=True)
class Target:
    """What the first contender is to reach beside another."""

    text: str
    limit: float
    """The most that our time may be, in units of the other's time."""

    def verdict(self, ratio: float) -> str:
        """`ratio`: the other's time in units of ours."""
        return f"{self.text}: {'reached' if 1 / ratio <= self.limit else 'MISSED'}"


def at_most(limit: float) -> Target:
    """Our time is at most `limit` times the other's."""
    return Target(f"at most {limit:g}x its time", limit)


def faster(times: float = 1) -> Target:
    """We are at least `times` times as fast as the other."""
    return Target(f"at least {times:g}x as fast", 1 / times)


@dataclass(frozen=True)
class Effort:
    """How long to measure."""

    rounds: int = 40
    share: float = 0.01
    """The seconds that each contender gets in a round, if a step is not longer."""
    total: float = 10.0
    """About the most seconds for one table; slow contenders get fewer rounds, but at least 3."""
    deepest: int = 1_000_000
    """Nodes in the longest chain of `bench_depth`."""


verdicts: list[str] = []
"""One line for every target that was measured, for the summary at the end."""


def compare(
    title: str,
    contenders: Sequence[Contender],
    targets: dict[str, Target],
    effort: Effort,
    *,
    tolerance: float | None = 1e-6,
    collect: bool = True,
) -> dict[str, list[float]]:
    """Check the contenders against the first, time them and print the table.

    `targets`: by the name of the contender to compare with. `tolerance`: how far gradients may
    differ, None where they are of different things. `collect`: whether the garbage collector runs.
    Returns each contender's seconds, one entry a round.
    """
    title = f"{title}, garbage collector {'on' if collect else 'off'}"
    print(f"\n{title}\n{'':24}{'best':>11}{'median':>11}   its time / ours: in rounds, of the best")
    running = _running(contenders, tolerance)
    times = race(running, effort, collect)
    ours = times[running[0].name]
    for name, row in times.items():
        ratio = statistics.median(t / t0 for t, t0 in zip(row, ours))
        line = f"  {name:22}{_text(min(row))}{_text(statistics.median(row))}{ratio:10.2f}{min(row) / min(ours):10.2f}"
        if name in targets:
            verdict = targets[name].verdict(ratio)
            line += f"   {verdict}"
            verdicts.append(f"{verdict:32}{1 / ratio:6.2f}x its time, {ratio:6.2f}x as fast | {name} | {title}")
        print(line, flush=True)
    return times


def _running(contenders: Sequence[Contender], tolerance: float | None) -> list[Contender]:
    """The contenders that run, once their gradients are found equal to the first one's.

    One that raises is left out with a line that says so, except the first. Raises `AssertionError`
    for a gradient that differs by more than `tolerance` of its largest entry: it does other work.
    """
    running: list[Contender] = []
    expected: list[Any] = []
    for contender in contenders:
        try:
            result = contender.step()
        except Exception as error:
            if contender is contenders[0]:
                raise
            print(f"  {contender.name:22} fails: {type(error).__name__}: {error!s:.60}")
            continue
        running.append(contender)
        if contender.read is not None and tolerance is not None:
            gradients = [np.asarray(g, dtype=np.float64) for g in contender.read(result)]
            expected = expected or gradients
            _check_equal(contender.name, gradients, expected, tolerance)
    return running


def _check_equal(name: str, gradients: list[Any], expected: list[Any], tolerance: float) -> None:
    assert len(gradients) == len(expected), f"{name}: {len(gradients)} gradients, not {len(expected)}"
    for i, (g, e) in enumerate(zip(gradients, expected)):
        assert g.shape == e.shape, f"{name}: gradient {i} has shape {g.shape}, not {e.shape}"
        error = np.max(np.abs(g - e)) / np.max(np.abs(e))
        assert error <= tolerance, f"{name}: gradient {i} is off by {error:.1e} of its largest entry"


def race(contenders: Sequence[Contender], effort: Effort, collect: bool) -> dict[str, list[float]]:
    """The seconds of one node, for every contender a list with one entry a round."""
    gc.collect()
    gc.freeze()  # the collector passes over what the libraries keep: it does not matter which are loaded
    loops = [_loops(c.step, effort.share, collect) for c in contenders]
    times: dict[str, list[float]] = {c.name: [] for c in contenders}
    start = time.perf_counter()
    for i in range(effort.rounds):
        for c, n in zip(contenders, loops):
            times[c.name].append(_seconds(c.step, n, collect) / c.nodes)
        if i >= 2 and time.perf_counter() - start > effort.total:
            break
    gc.unfreeze()
    return times


def _loops(step: Callable[[], Any], share: float, collect: bool) -> int:
    """How many steps fill a share of time, at least 1."""
    loops = 1
    while loops < 1_000_000:
        duration = max(_seconds(step, loops, collect) * loops, 1e-9)
        if duration > share / 4:
            return max(1, round(loops * share / duration))
        loops *= 4
    return loops


def _seconds(step: Callable[[], Any], loops: int, collect: bool) -> float:
    """The mean processor seconds of a step over `loops`, with the garbage collector on or off.

    One step goes before them: it finds memory and caches as the previous contender has left them.
    """
    gc.collect()
    (gc.enable if collect else gc.disable)()
    step()
    start = time.process_time()
    for _ in itertools.repeat(None, loops):
        step()
    end = time.process_time()
    gc.enable()
    return (end - start) / loops


def _text(duration: float) -> str:
    """Four digits and a unit, 11 characters wide."""
    units = (("s", 1.0), ("ms", 1e3), ("µs", 1e6), ("ns", 1e9))
    unit, factor = next((u for u in units if duration * u[1] >= 1), units[-1])
    return f"{duration * factor:8.4g} {unit:2}"
