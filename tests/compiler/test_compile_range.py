"""Over the whole range of floats: compiled is finite and not zero where eager is, and has its infinities.

Programs are recorded on ordinary numbers and run on others, from the smallest to the largest that leave
squares out of it. Each entry counts by itself: an entry of 1e-200 that has become 0 is a loss beside one of 1e200.
"""

from __future__ import annotations

import numpy as np
import pytest

import tinygrad_act as ta
from tinygrad_act.compiler import PASSES
from tinygrad_act.compiler.calls import CONSTANT, INPUT
from tinygrad_act.core.trees import flatten

from ..compile_truth import LIMIT, RUNS, Rounding
from ..each import each

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


@pytest.mark.parametrize("start", range(0, 500, 100))
def test_nothing_is_lost_that_eager_has(start):
    for seed in range(start, start + 100):
        check(seed)


@pytest.mark.slow
def test_nothing_is_lost_in_thousands():
    for seed in range(500, 6000):
        check(seed)


@pytest.mark.parametrize("passes", [[name for name in PASSES if name != "trust"], ["lower", "algebra", "sums"]])
def test_nothing_is_lost_where_nothing_is_looked_at(passes):
    for seed in range(100):
        check(seed, passes)


def both(f, *args):
    """What eager gives, and the program; it was recorded on ones."""
    compiled = ta.compile(f)
    compiled(*(np.ones_like(x) if isinstance(x, np.ndarray) else 1.0 for x in args))
    with np.errstate(all="ignore"):
        eager = f(ta.Value(*args)).data if type(args[0]) is float else f(*args)  # Python's own 1 / 0 is no number
        return eager, compiled(*args), compiled.program.with_care(*args)


def full(number, dtype=np.float64, size=4):
    return np.full(size, number, dtype)


REGROUPED = {
    "two factors": (lambda x: x * 1e-25 * 1e-25, full(1e20, "f"), 1e-30),
    "a factor and a divisor": (lambda x: (x / 1e30) * 1e-30, full(1e38, "f"), 1e-22),
    "two divisors": (lambda x: x / 1e-200 / 1e-200, full(1e-300), 1e100),
    "an inverse that is infinite": (lambda x: x / 1e-39, full(1e-38, "f"), 10.0),
    "an inverse that is not normal": (lambda x: x / 3e307, full(1.5e307), 0.5),
    "a common factor": (lambda x: x / 2 + ta.abs(x) / 2, full(1.7e308), 1.7e308),
    "factors that add up": (lambda x: 1.5e308 * x + 1.5e308 * x, full(1e-300), 3e8),
    "constants that add up": (lambda x: x + 1.5e308 + 1.5e308, full(-1.7e308), 1.3e308),
    "a factor that is 0 in float32": (lambda x: 1e-50 * x + 1e-50 * x + x, full(3.0, "f"), 3.0),
    "squareplus": (ta.squareplus, full(1.8e38, "f"), 1.8e38),
    "many entries": (lambda x: x * 1e-25 * 1e-25, full(1e20, "f", 500_000), 1e-30),
    "a small share of a slope": (lambda x: ta.where(x > 0, 1e-30, 1.0) * x, full(1e25, "f", 200_000), 1e-5),
}


@each(("f", "x", "right"), REGROUPED.values(), ids=REGROUPED)
def test_what_is_regrouped_stays_in_range(f, x, right):
    for result in both(f, x):
        np.testing.assert_allclose(result, np.full_like(x, right), rtol=1e-6)


def test_a_rate_is_moved_only_if_it_is_near_one():
    """The pass `scale`: dz times a small rate, before it meets the matrices, underflows there."""
    w, v, x = full(1e-25, "f", (3, 4)), full(1e-10, "f", (4, 1)), full(1e25, "f", (5, 3))
    y = np.linspace(1e-10, 2e-10, 5, dtype="f").reshape(5, 1)
    for rate in (1e-26, 0.1):

        def step(w, v, x, y, rate=rate):
            slopes = ta.grad(lambda w, v: (((x @ w) @ v - y) ** 2).mean(), (0, 1))(w, v)
            return [rate * g for g in slopes]

        for result in both(step, w, v, x, y)[1:]:
            for mine, theirs in zip(result, step(w, v, x, y), strict=True):
                assert (theirs != 0).all()
                np.testing.assert_allclose(mine, theirs, rtol=1e-5)
        lines = ta.compile(step, passes=PASSES).trace(w, v, x, y).source.partition("_with_care(")[0]
        products = lines.count("np.multiply(k") + lines.count(" = k")
        assert products == (3 if rate == 1e-26 else 1), lines  # a rate near one is part of the constant beside dz


# -- constants of 0 and infinity in a branch that is not taken ----------------------------------------------------

ODD = {
    "divided by 0": (lambda a: a / np.array([0.0, 2.0]), 0.5),
    "times infinity": (lambda a: a * np.array([np.inf, 2.0]), 2.0),
    "times NaN": (lambda a: a * np.array([np.nan, 2.0]), 2.0),
    "minus infinity": (lambda a: ta.exp(a - np.array([np.inf, 0.0])) * np.array([np.inf, 1.0]), np.exp(0.7)),
    "to the power of -1 of 0": (lambda a: (a * np.array([0.0, 1.0])) ** np.array([-1.0, 2.0]), 1.4),
    "logarithm of 0": (lambda a: ta.log(a * np.array([0.0, 1.0])), 1 / 0.7),
    "root of a negative number": (lambda a: ta.sqrt(a * np.array([-1.0, 1.0])), 0.5 / np.sqrt(0.7)),
    "a factor twice": (lambda a: a * np.array([np.inf, 2.0]) * np.array([0.0, 3.0]), 6.0),
    "a sum of products": (lambda a: np.array([np.inf, 2.0]) * a + np.array([-np.inf, 1.0]) * a, 3.0),
    "one number": (lambda a: a / 0.0 + 0.5 * a * np.inf, None),
}


@each("dtype", [np.float64, np.float32])
@each(("branch", "slope"), ODD.values(), ids=ODD)
def test_a_constant_that_is_not_finite_stays_in_the_branch_that_is_not_taken(branch, slope, dtype):
    taken = np.array([False, slope is not None])
    x = np.array([0.7, 0.7], dtype)
    first = ta.grad(lambda a: ta.where(taken, branch(a), 1.0).sum())
    product = ta.grad(lambda a: ta.where(taken, branch(a) * a, a).sum())
    for f in (first, product, ta.grad(lambda a: (first(a) * a).sum())):
        eager, compiled, careful = both(f, x)
        assert np.isfinite(eager).all()
        np.testing.assert_allclose(compiled, eager, rtol=1e-5)
        np.testing.assert_allclose(careful, eager, rtol=1e-5)
    np.testing.assert_allclose(both(first, x)[1], [0.0, slope or 0.0], rtol=1e-6)


def test_a_slope_of_constants_is_computed_with_care_once():
    """Not in every call: the program has no line for it that must be looked at."""
    f = ta.compile(ta.grad(lambda a: ta.where(np.array([False, True]), a / np.array([0.0, 2.0]), 1.0).sum()))
    np.testing.assert_array_equal(f(np.array([0.7, 0.7])), [0.0, 0.5])
    calls = []
    f.program.with_care = lambda *args: calls.append(args)
    f(np.array([0.7, 0.7]))
    assert not calls


# -- signs of zeros and infinities --------------------------------------------------------------------------------

SIGNS = {
    "0 - x": lambda x: 1 / (0 - x), "0.0 - x": lambda x: 1 / (0.0 - x), "-x": lambda x: 1 / -x,
    "-(-x)": lambda x: 1 / ta.neg(-x), "x + 0": lambda x: 1 / (x + 0), "0 + x": lambda x: 1 / (0 + x),
    "x - 0": lambda x: 1 / (x - 0.0), "x - -0.0": lambda x: 1 / (x - -0.0), "x * 1": lambda x: 1 / (x * 1),
    "x * -1": lambda x: 1 / (x * -1.0), "x * 0": lambda x: 1 / (x * 0.0), "x * -0.0": lambda x: 1 / (x * -0.0),
    "-(x - x)": lambda x: 1 / -(x - x), "-(x - 1) - 1": lambda x: 1 / (-(x - 1.0) - 1.0),
    "a root": lambda x: 1 / x**0.5, "a power": lambda x: x**0.5, "sum": lambda x: 1 / sum([x, x]),
    "a chain": lambda x: 1 / (x + 0.0 + x), "an inverse": lambda x: x**-1.0, "a cube": lambda x: 1 / x**3.0,
    "a quotient": lambda x: 1 / (x / -4.0), "abs": lambda x: 1 / abs(-x),
}  # fmt: skip


@each("f", SIGNS.values(), ids=SIGNS)
def test_infinities_have_eagers_sign(f):
    """Whatever a pass does to the sign of a zero: what is divided by it shows, and the careful program runs."""
    numbers = [0.0, -0.0, np.inf, -np.inf, 1.0, 5e-324, -5e-324]
    for x in (*numbers, np.array(numbers), np.array(numbers, np.float32)):
        eager, compiled, careful = both(f, x)
        np.testing.assert_array_equal(compiled, eager)
        np.testing.assert_array_equal(careful, eager)
        zero = np.asarray(eager) == 0
        np.testing.assert_array_equal(np.signbit(careful)[zero], np.signbit(eager)[zero])
