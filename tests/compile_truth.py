"""How far compiled may be from eager: a bound that comes from the program and its data, not from trial.

Eager rounds once after every operation. `Rounding` runs the same operations with each result moved by
one unit of the last place, a few times over (all up, all down, all away from zero, all towards it, and
at random): what comes out differs by what rounding alone does to this program on these data. A
program that reorders sums and shortens formulas rounds differently in the same places, so its results
lie within a small multiple of that; see `LIMIT`.
"""

from __future__ import annotations

import numpy as np

from tinygrad_act.compiler.build import build
from tinygrad_act.compiler.calls import CONSTANT, INPUT
from tinygrad_act.compiler.trace import trace
from tinygrad_act.core.trees import flatten

RUNS = 9
ULPS = 4
LIMIT = 8


class Rounding:
    """The recorded operations of a function, to be run with other roundings."""

    def __init__(self, f, data):
        recorded = trace(f, tuple(data), {})
        inputs = [*recorded.inputs, *recorded.variables]
        self.graph = build(recorded.order, inputs, recorded.outputs, ["x"] * len(inputs))
        self.order = self.graph.order()

    def outputs(self, data, run):
        """The outputs with one more rounding after every operation, and the largest finite entry met."""
        known = dict(zip(self.graph.inputs, data))
        largest, rng = 0.0, np.random.default_rng(run)
        with np.errstate(all="ignore"):
            for node in self.order:
                if node.call is CONSTANT:
                    known[node] = node.value
                elif node.call is not INPUT:
                    known[node] = moved(node.call.run(*[known[x] for x in node.args], **node.static), run, rng)
                largest = max(largest, share_of_range(known[node]))
        return [known.get(x, x.value) for x in self.graph.outputs], largest


def moved(x, run, rng):
    """`x` with each entry one unit of the last place away; what is not finite stays, and zeros do (a whole result
    of zeros changes its sign once: passes may write 0 - x as -x)."""
    if not isinstance(x, (float, np.floating)) and getattr(x, "dtype", np.dtype(int)).kind != "f":
        return x
    a = np.asarray(x)
    ways = {0: np.inf, 1: -np.inf, 2: np.copysign(np.inf, a), 3: 0.0}
    up = np.asarray(ways.get(run, np.where(rng.integers(0, 2, a.shape), np.inf, -np.inf))).astype(a.dtype)
    b = np.where(np.isfinite(a) & (a != 0), np.nextafter(a, up), -a if run == 4 and not a.any() else a).astype(a.dtype)
    return float(b) if type(x) is float else b


def share_of_range(x):
    """The largest finite entry in terms of the largest number of its dtype."""
    a = np.asarray(x)
    if a.dtype.kind != "f" or not a.size:
        return 0.0
    return float(np.max(np.abs(a), where=np.isfinite(a), initial=0.0)) / float(np.finfo(a.dtype).max)


def distance(rounding, data, eager, compiled):
    """How many times further compiled is from eager than rounding explains: at most `LIMIT` where it is right."""
    runs = [rounding.outputs(data, run) for run in range(RUNS)]
    overflow = max(largest for _, largest in runs) > 1e-3
    worst = 0.0
    for i, (a, b) in enumerate(zip(flatten(eager), flatten(compiled))):
        worst = max(worst, _distance(a, b, [outputs[i] for outputs, _ in runs], overflow))
    return worst


def _distance(a, b, others, overflow):
    a, b = np.asarray(a), np.asarray(b)
    others = np.array([np.asarray(x) for x in others])
    if a.dtype.kind != "f":
        steady = (others == a).all(axis=0)
        return float(np.inf) if (steady & (a != b)).any() else 0.0
    with np.errstate(all="ignore"):
        alike = (others == a) | (np.isnan(others) & np.isnan(a)) | (np.isfinite(others) & np.isfinite(a))
        steady = alike.all(axis=0)
        odd = np.isfinite(a) != np.isfinite(b)
        odd |= ~np.isfinite(a) & ~np.isfinite(b) & ~((a == b) | (np.isnan(a) & np.isnan(b)))
        if (odd & steady).any() and not overflow:
            return float(np.inf)
        fine = np.isfinite(a) & np.isfinite(b) & np.isfinite(others).all(axis=0)
        if not fine.any():
            return 0.0
        kind = np.finfo(a.dtype)
        largest = np.max(np.abs(a), where=fine, initial=0.0)
        rounding = np.max(np.abs(others - a), where=fine, initial=0.0)
        unit = max(rounding, ULPS * kind.eps * largest, 4 * kind.smallest_normal * kind.eps)
        return float(np.max(np.abs(a - b), where=fine, initial=0.0) / unit)
