"""Random arithmetic over the whole range of floats: compiled is finite and not zero where eager is.

Programs are recorded on ordinary numbers and run on others, from the smallest to the largest that leave
squares out of it. Each entry counts by itself: an entry of 1e-200 that has become 0 is a loss beside one of 1e200.
"""

from __future__ import annotations

import numpy as np
import pytest

import tinygrad_act as ta
from tinygrad_act.program import PASSES
from tinygrad_act.program.calls import CONSTANT, INPUT
from tinygrad_act.tree import flatten

from .compile_truth import LIMIT, RUNS, Rounding

RANGE = {np.float64: 300.0, np.float32: 37.0}
"""Powers of ten up to which, and down to whose negative, data and constants go."""

CONSTANTS = (
    lambda x, c: x * c, lambda x, c: c * x, lambda x, c: x / c, lambda x, c: c / x, lambda x, c: x + c,
    lambda x, c: c - x, lambda x, c: x - c, lambda x, c: ta.where(x > c, x * c, x / c), lambda x, c: ta.maximum(x, c),
    lambda x, c: c * x + c * abs(x), lambda x, c: x / c / c,
)  # fmt: skip
ALONE = (
    lambda x: -x, abs, ta.square, lambda x: ta.sqrt(abs(x)), lambda x: x**3.0, lambda x: abs(x) ** 0.5,
    lambda x: 1 / x, lambda x: x**-1.0, lambda x: x.sum(axis=0, keepdims=True) if x.ndim else x, ta.squareplus,
    ta.soft_sign, ta.tanh, lambda x: ta.mean(x) + x, ta.relu, lambda x: x + x,
)  # fmt: skip
PAIRS = (
    lambda x, y: x * y, lambda x, y: x + y, lambda x, y: x - y, lambda x, y: x / y, ta.maximum,
    lambda x, y: ta.where(x > y, x, -y), lambda x, y: (x @ y.T) @ y if x.ndim == 2 else x * y, ta.minimum,
    lambda x, y: 0.5 * x + 0.5 * y, lambda x, y: x / 2 + y / 2,
)  # fmt: skip


class Drawn:
    """A program of a few steps on two arrays. Its constants bring results to a size, as likely as any other, at
    `extreme`, so that it has something to lose there."""

    def __init__(self, seed):
        rng = self.rng = np.random.default_rng(seed)
        self.dtype = (np.float64, np.float32)[int(rng.integers(2))]
        self.shape = ((3,), (2, 3), ())[int(rng.integers(3))]
        self.mode = ("forward", "gradient", "step", "second")[int(rng.choice(4, p=[0.5, 0.25, 0.15, 0.1]))]
        self.rate = float(10.0 ** rng.uniform(-4, 0))
        self.extreme, self.steps = self.data(1.0), []
        known = list(self.extreme)
        for _ in range(int(rng.integers(2, 8))):
            kind = int(rng.choice(3, p=[0.7, 0.15, 0.15]))
            which = int(rng.integers(len((CONSTANTS, ALONE, PAIRS)[kind])))
            which = which if kind or rng.random() < 0.3 else int(rng.integers(4))
            back = [max(0, len(known) - int(rng.geometric(0.85))) for _ in range(2)]
            step = kind, which, back, self.constant(known[back[0]])
            with np.errstate(all="ignore"):
                a = self.run(step, known)
            size = np.abs(np.asarray(a))
            if np.isfinite(size).all() and (size > 10.0 ** -RANGE[self.dtype]).all():
                self.steps.append(step)
                known.append(a)

    def constant(self, u):
        """A number by which `u`, multiplied or divided, gets some size or other."""
        reach, here = RANGE[self.dtype], float(np.mean(np.log10(np.abs(u))))
        power = self.rng.uniform(-reach, reach) - here
        power = power * self.rng.choice([-1, 1]) if self.rng.random() < 0.8 else 0.5
        return float(self.rng.choice([-1.0, 1.0]) * 10.0 ** np.clip(power, -reach, reach))

    def data(self, reach):
        """Entries near each other, of a size that is as likely as any other."""
        power = reach * RANGE[self.dtype]
        powers = [self.rng.uniform(-power, power) + self.rng.uniform(-1, 1, self.shape) for _ in range(2)]
        return [np.asarray(self.rng.choice([-1.0, 1.0], self.shape) * 10.0**p).astype(self.dtype) for p in powers]

    def run(self, step, known):
        kind, which, back, c = step
        u, v = (known[i] for i in back)
        return CONSTANTS[which](u, c) if kind == 0 else ALONE[which](u) if kind == 1 else PAIRS[which](u, v)

    def forward(self, x, y):
        known = [x, y]
        for step in self.steps:
            known.append(self.run(step, known))
        return known[-1], known[-2]

    def loss(self, x, y):
        return sum(ta.sum(a) for a in self.forward(x, y))

    def step(self, x, y):
        slopes = ta.grad(self.loss, (0, 1))(x, y)
        return [p - self.rate * g for p, g in zip((x, y), slopes)], [self.rate * g for g in slopes]

    def function(self):
        if self.mode == "second":
            return ta.grad(lambda x, y: sum(ta.sum(g * 0.5) for g in ta.grad(self.loss, (0, 1))(x, y)), (0, 1))
        return {"forward": self.forward, "gradient": ta.grad(self.loss, (0, 1)), "step": self.step}[self.mode]


def underflows(rounding, data):
    """Whether eager may have lost digits on the way that a program which merges constants keeps."""
    known = dict(zip(rounding.graph.inputs, data))
    for node in rounding.order:
        if node.call is not CONSTANT and node.call is not INPUT:
            with np.errstate(all="ignore"):
                known[node] = node.call.run(*[known.get(x, x.value) for x in node.args], **node.static)
        a = np.asarray(known.get(node, node.value))
        if a.dtype.kind == "f" and (np.abs(a) < np.finfo(a.dtype).smallest_normal).any():
            return True
    return False


def lost(rounding, data, eager, compiled):
    """What compiled has lost: entries that are finite, or not 0, or close to what rounding allows, in eager only."""
    runs = [rounding.outputs(data, run)[0] for run in range(RUNS)]
    found, blurred = [], underflows(rounding, data)
    for i, (a, b) in enumerate(zip(flatten(eager), flatten(compiled), strict=True)):
        a, b = np.asarray(a), np.asarray(b)
        others = np.array([np.asarray(outputs[i]) for outputs in runs])
        steady = np.isfinite(a) & np.isfinite(others).all(axis=0)
        if (steady & ~np.isfinite(b)).any():
            found.append("finite")
        kind = np.finfo(a.dtype)
        with np.errstate(all="ignore"):
            spread = np.max(np.abs(others - a), axis=0, initial=0.0)
            unit = np.maximum(spread, 4 * kind.eps * np.abs(a)) + 4 * float(kind.smallest_subnormal)
            if (steady & (b == 0) & (np.abs(a) > 4 * LIMIT * unit)).any():
                found.append("nonzero")
            fine = steady & np.isfinite(b)
            if not blurred and (fine & (np.abs(a - b) > 4 * LIMIT * unit)).any():
                found.append("digits")
    return found


def check(seed, passes=None):
    program = Drawn(seed)
    f = program.function()
    data = program.data(0.01)
    compiled = ta.compile(f, passes=passes)
    compiled(*data)
    rounding = Rounding(f, data)
    for given in (program.extreme, [0.1 * x for x in program.extreme], [-2 * x for x in program.extreme], data):
        with np.errstate(all="ignore"):
            eager = f(*given)
        found = lost(rounding, given, eager, compiled(*given))
        assert not found, f"seed {seed}: {found}\n{given}\n{eager}\n{compiled(*given)}\n{compiled.source}"


if __name__ == "__main__":
    import sys
    bad = 0
    for seed in range(int(sys.argv[1]), int(sys.argv[2])):
        try:
            check(seed)
        except AssertionError as e:
            bad += 1
            print(str(e)[:int(sys.argv[3])]); print("-----")
    print(bad, "bad")
