"""Forward and backward of every activation on a million entries, compiled together, beside PyTorch eager.

Ours is one program, (z, g) -> (a, dz), made by `ta.compile` of `ta.vjp` and its pullback. The pairs are
those of `bench_activations`; a star marks what PyTorch's users must write themselves.
"""

from __future__ import annotations

import math
import statistics
from collections.abc import Callable
from typing import Any

import numpy as np

import tinygrad_act as ta

from . import runner
from .bench_activations import EXACT_GELU, SHAPE, agree, pairs, problem, pytorch
from .peers import find
from .runner import Contender, Effort

__all__ = ["run"]

LIMIT = 0.9


def run(effort: Effort) -> None:
    """Print the table; without PyTorch, a line that says so."""
    torch = find("PyTorch")
    if torch is None:
        print("  compiled activations: nothing to compare with; pip install torch")
        return
    print(f"\nforward and backward compiled together, {math.prod(SHAPE):,} entries, ms")
    print(f"  {'activation':<20}{'dtype':<9}{'compiled':>12}{'PyTorch':>12}{'ours/theirs':>12}")
    for dtype in (np.float32, np.float64):
        name = np.dtype(dtype).name
        ratios = [(x, _ratio(x, theirs, dtype, torch, effort)) for x, theirs in pairs(torch)]
        median = statistics.median(ratio for x, ratio in ratios if x.rstrip("*") not in EXACT_GELU)
        verdict = "reached" if median <= LIMIT else "MISSED"
        verdict = f"median over {len(ratios)} at most {LIMIT}x PyTorch's time: {verdict}, {median:.2f}"
        print(verdict)
        runner.verdicts.append(f"{verdict} | activations compiled, {name}")


def _ratio(starred: str, theirs: Callable[..., Any], dtype: Any, torch: Any, effort: Effort) -> float:
    """Our time in units of theirs; prints a line."""
    name = starred.rstrip("*")
    f, inputs, g = problem(name, dtype)

    @ta.compile
    def step(inputs: Any, g: Any) -> Any:
        a, pullback = ta.vjp(f, *inputs)
        return a, pullback(g)

    ours = Contender("ours", lambda: step(inputs, g)[1])
    contenders = [ours, pytorch(theirs, inputs, g, torch)]
    agree(name, contenders, dtype)
    times = runner.race(contenders, effort, True)
    ratio = statistics.median(t / u for t, u in zip(times["ours"], times["PyTorch"]))
    best = "".join(f"{min(times[key]) * 1e3:12.2f}" for key in ("ours", "PyTorch"))
    print(f"  {starred:<20}{np.dtype(dtype).name:<9}{best}{ratio:12.2f}", flush=True)
    return ratio
