"""Random programs for `ta.compile`, drawn from the registry: a list of steps, and what comes out.

A program is valid by construction: a step that eager mode refuses on the drawn data is left out.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np

import tinygrad_act as ta
from tinygrad_act.check import samples
from tinygrad_act.core.rules import Unknown

SPECIAL = [
    math.nan, math.inf, -math.inf, 1e5, -1e5, 88.0, -90.0, 720.0, -750.0, 0.0, -0.0, 1e-40, -1e-40, 5e-324, 0.5, -1.0,
    1.0, 6.0, -3.0,
]  # fmt: skip
"""Numbers off the path that a program was recorded on: not finite, near overflow, denormal, zeros, kinks."""
SHAPES: list = [(), (3,), (2, 3), (2, 1), (1, 3), (4, 2, 3), (3, 2), (1,), (2, 0), (0,), None]
DTYPES = [np.float64, np.float32]
MODES = ["forward", "value_and_grad", "second"]
CONVENTIONS = [
    None, None, None, None, ("derivative_form", "input"), ("at_kink", "left"), ("at_kink", "mean"),
    ("dialect", "torch"), ("no_grad",),
]  # fmt: skip
OPS = [op for op in ta.ops.values() if not any(isinstance(rule, Unknown) for rule in op.rules)]
KINDS = {op.name: ("usual", "case") if op.elementwise else ("case",) for op in OPS}
NAMES = list(KINDS)
WIDE = ("swish_beta", "bce_with_logits", "chain")
"""Of a Python number and a float32 array these make a float64 with the rounding of a float32."""
MOST = 4000
"""Entries of the largest result: programs stay small."""


class Input(NamedTuple):
    """An argument: how to draw data for it."""

    shape: Any
    """None: a Python float."""
    dtype: Any
    low: float
    high: float

    def data(self, rng, special=False):
        if self.shape is None:
            return float(rng.choice(SPECIAL)) if special else float(rng.uniform(self.low, self.high))
        x = rng.uniform(self.low, self.high, self.shape)
        if special and x.size:
            x = np.where(rng.random(x.shape) < 0.4, rng.choice(SPECIAL, x.shape), x)
        with np.errstate(all="ignore"):
            return np.asarray(x, self.dtype)


class Step(NamedTuple):
    """`names[i] = op(*args, **static)`; an argument is the number of an earlier result, or a constant."""

    op: Any
    args: tuple
    static: dict
    convention: Any = None


@dataclass
class Program:
    """Inputs, steps, and the results that count."""

    inputs: list = field(default_factory=list)
    steps: list = field(default_factory=list)
    outputs: list = field(default_factory=list)
    mode: str = "forward"

    def results(self, args):
        known = list(args)
        for step in self.steps:
            known.append(run(step, known))
        return known

    def forward(self, *args):
        """A structure of results."""
        known = self.results(args)
        outputs = [known[i] for i in self.outputs]
        return {"first": outputs[0], "rest": outputs[1:], "both": (outputs[-1], outputs[0])}

    def loss(self, *args):
        known = self.results(args)
        total = 0.0
        for number, i in enumerate(self.outputs):
            total = total + ta.sum(known[i] * (1.0 + 0.25 * number))
        return total

    @property
    def places(self):
        return tuple(range(len(self.inputs)))

    def function(self):
        """What is compiled, and what eager mode runs."""
        if self.mode == "forward":
            return self.forward
        if self.mode == "value_and_grad":
            return ta.value_and_grad(self.loss, self.places)

        def squares(*args):
            return sum([ta.sum(g * g) for g in ta.grad(self.loss, self.places)(*args)])

        return ta.value_and_grad(squares, self.places)

    def __repr__(self):
        lines = [f"x{i}: {'float' if x.shape is None else f'{np.dtype(x.dtype)} {x.shape}'}, [{x.low:g}, {x.high:g}]"
                 for i, x in enumerate(self.inputs)]  # fmt: skip
        for i, step in enumerate(self.steps, len(self.inputs)):
            args = ", ".join(f"x{x.number}" if isinstance(x, Ref) else repr(x) for x in step.args)
            static = "".join(f", {key}={value!r}" for key, value in step.static.items())
            lines.append(f"x{i} = {step.op.name}({args}{static})  {step.convention or ''}")
        return "\n".join([*lines, f"{self.mode} of {self.outputs}"])


class Ref(NamedTuple):
    """An earlier result."""

    number: int


def run(step, known):
    args = [known[x.number] if isinstance(x, Ref) else x for x in step.args]
    if step.convention is None:
        return step.op.call(*args, **step.static)
    name, *rest = step.convention
    with getattr(ta, name)(*rest):
        return step.op.call(*args, **step.static)


class Drawing:
    """A program while it is drawn, with what each result is on the data of the first run.

    `choose(options)` takes one of a sequence: Hypothesis does, or a random generator.
    """

    def __init__(self, choose):
        self.choose = choose
        self.wild = choose([False, False, False, False, True])
        self.program = Program()
        self.rng = np.random.default_rng(choose(range(1 << 16)))
        self.known = []
        self.data = []

    def whole(self, names, steps=6):
        """(the program, data to record it on). `names`: operations, one of which comes first."""
        first = self.choose(DTYPES)
        for _ in range(self.choose(range(1, 5))):
            self.add_input(self.choose(SHAPES), self.choose([first, first, first, *DTYPES]))
        for number in range(self.choose(range(1, steps + 1))):
            name = self.choose(names if number == 0 else NAMES)
            self.apply(ta.ops[name], self.choose(KINDS[name]))
        program = self.program
        program.mode = self.choose(MODES)
        wanted = [x.number for x in self.floats()]
        if program.mode == "forward":
            wanted = list(range(len(self.known)))[::-1]
        used = {x.number for step in program.steps for x in step.args if isinstance(x, Ref)}
        program.outputs = [i for i in wanted if i not in used] or wanted[:1]
        for _ in range(self.choose(range(3))):
            program.outputs.append(self.choose(wanted))
        return program, self.data

    def add_input(self, shape, dtype):
        self.program.inputs.append(Input(shape, dtype, -2.5, 2.5))
        self.data.append(self.program.inputs[-1].data(self.rng))
        self.known.append(self.data[-1])

    def step(self, op, args, static, convention=None):
        """The new result; None if eager mode refuses it."""
        new = Step(op, tuple(args), static, convention)
        try:
            with np.errstate(all="ignore"):
                a = run(new, self.known)
        except (ValueError, TypeError, IndexError):
            return None
        if np.size(a) > MOST:
            return None
        self.program.steps.append(new)
        self.known.append(a)
        return Ref(len(self.known) - 1)

    def floats(self, shape=None):
        """Results of floats, of this shape if one is given; the latest first."""
        found = [i for i, x in enumerate(self.known) if type(x) is float or np.asarray(x).dtype.kind == "f"]
        return [Ref(i) for i in reversed(found) if shape is None or np.shape(self.known[i]) == shape]

    def pick(self, shape=None):
        return self.choose(self.floats(shape)[:6])

    def of_shape(self, shape):
        """Some result in this shape, brought there if need be; None if that can't be done."""
        if self.floats(shape):
            return self.pick(shape)
        x = self.pick()
        here = np.size(self.known[x.number])
        if not here:
            return None
        flat = self.step(ta.ops["reshape"], [x], {"shape": (here,)})
        size = math.prod(shape)
        index = slice(0, size) if size <= here else np.arange(size) % here
        return self.step(
            ta.ops["reshape"], [self.step(ta.ops["getitem"], [flat], {"index": index})], {"shape": shape}
        )  # fmt: skip

    def into(self, x, op, name):
        """`x` brought into the domain of an input of `op`, and to a modest size."""
        low, high = op.domain.get(name, (-math.inf, math.inf))
        a = np.asarray(self.known[x.number])
        fits = a.size == 0 or (np.isfinite(a).all() and (a > low).all() and (a < high).all() and np.abs(a).max() < 20)
        if fits or self.wild:
            return x
        low, high = (low, high) if math.isfinite(high) else (low, low + 3) if math.isfinite(low) else (-2, 2)
        squashed = self.step(ta.ops["sigmoid"], [x], {})
        scaled = self.step(ta.ops["mul"], [squashed, 0.9 * (high - low)], {})
        return self.step(ta.ops["add"], [scaled, low + 0.05 * (high - low)], {})

    def apply(self, op, kind):
        """A step with `op`: on results of any shapes ("usual"), or of those that it declares ("case")."""
        case = self.choose(samples.cases(op))
        args = []
        for name, given in zip(op.names(len(case.inputs)), case.inputs):
            if kind == "usual" and isinstance(given, tuple):
                plain = len(case.inputs) > 1 and op.name not in WIDE and self.choose([False] * 7 + [True])
                args.append(self.choose([2.0, -0.5, 3, 1]) if plain else self.into(self.pick(), op, name))
            elif isinstance(given, tuple):
                x = self.of_shape(given)
                args.append(x and self.into(x, op, name))
            else:
                args.append(given)
        if all(x is not None for x in args):
            self.step(op, args, case.static, self.choose(CONVENTIONS))


def others(program, seed, special):
    """Other data of the same signature."""
    rng = np.random.default_rng(seed)
    return [x.data(rng, special) for x in program.inputs]
