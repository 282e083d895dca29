"""What an operation is: one decorated function that carries everything known about it.

    @elementwise(dz=lambda a, _: a * (1 - a), label="σ")
    def sigmoid(z):
        '''a = 1 / (1 + exp(-z))'''
        ...

How to read a rule: under `@elementwise`, `d<input>` is the local derivative ∂a/∂input, a function
`f(a, *inputs)` or a number; under `@op`, `d<input>` is the cotangent of that input, a function
`f(g, a, *inputs)`; `None` means that nothing flows, `unknown` that nobody wrote it; `_` marks an
argument that the rule does not need. Positional arguments of the function are differentiable
inputs, keyword-only arguments are static parameters, and every rule takes the same keywords.
"""

from __future__ import annotations

import inspect
import itertools
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from ..formula import Expr, lift, name, python, words
from .facts import Case, Fused, Theirs
from .float_warnings import Said
from .rule_trees import DROPPED, Arguments, named, tree_of_definition, tree_of_rule
from .rules import Rule, is_constant, is_unknown

__all__ = [
    "DROPPED", "FORMS", "LAYER", "MANY", "REQUIRED", "SIDES", "Intervals", "Op", "Place",
]  # fmt: skip

Place: TypeAlias = "float | str | Callable[..., float]"
"""Where a kink is; see `Op.kinks`."""
Intervals: TypeAlias = "tuple[float, float] | Mapping[str, tuple[float, float]]"
"""An open interval of the first input, or one for each of several inputs and parameters."""

SIDES = ("left", "right", "mean", "inside", "none")
"""What a kink's convention may be. `left`, `right`, `mean`: the slope taken there. `inside`: the
slope of the side that passes the gradient. `none`: a jump, and nothing flows."""

MANY = ("integers", "halves", "multiples")
"""Places of kinks without number: inputs that are whole numbers; that lie halfway between two (of 10 ** -decimals,
where there is such a parameter); first inputs that are multiples of the second."""

LAYER = ("begins", "continues")
"""What an operation may do in a layer: begin it, as a product with weights does, or move and choose its entries."""

FORMS = ("output", "input")
"""What a local derivative may be written in: the output `a`, or the input `z`."""

REQUIRED = inspect.Parameter.empty
"""The default of a static parameter that has none."""


@dataclass(frozen=True, eq=False, repr=False, slots=True)
class Op:
    """Everything known about one operation. Made by `@elementwise` and `@op`, never by hand."""

    name: str
    inputs: tuple[str, ...]
    """Names of the differentiable inputs; a variadic operation has one name for all."""
    rules: tuple[Rule, ...]
    """One derivative rule an input."""
    forward: Callable[..., Any]
    """The body, for arrays."""
    scalar: Callable[..., Any]
    """The body for Python floats: the same function, or a faster one that agrees with it."""
    formula: str
    """The docstring's first line: the definition as code, `a = ...`."""
    label: str
    elementwise: bool
    variadic: bool
    linear: bool = False
    """Linear in its inputs taken together: the derivative does not depend on them."""
    defaults: Mapping[str, Any] = field(default_factory=dict)
    """Static parameters and their defaults (`REQUIRED` where there is none)."""
    kinds: Mapping[str, str] = field(default_factory=dict)
    """The annotations of the static parameters that have one; see `parameters`."""
    at_least: Mapping[str, str] = field(default_factory=dict)
    """Static parameters that may not be below another one: `{"max": "min"}`."""
    forms: Mapping[str, Rule] = field(default_factory=dict)
    """The derivative of a single input once more: in the output `a` ("output"), or accurate to the
    last digits, in `z` ("input"). `derivative_form` chooses; `rules` holds the default."""
    fused: Fused = field(default_factory=Fused)
    """The body and the default rule once more for large arrays, in fewer steps."""
    kinks: Mapping[Place, str] = field(default_factory=dict)
    """Where the slope jumps, and the side taken there (see `SIDES`). A number is a value of the
    input; the name of a static parameter, or `"-name"`, means "where the input equals it"; so does
    a function of the static parameters; `"ties"` means equal inputs, and `MANY` are jumps without number."""
    domain: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    """An open interval for every input that has one; elsewhere the result is NaN or infinite. Also
    for static parameters, which are refused elsewhere."""
    poles: Mapping[str, tuple[float, ...]] = field(default_factory=dict)
    """Values of an input near 0 at which the result is infinite."""
    cases: tuple[Case, ...] = ()
    """What the generated tests run it on, where shapes alone do not say."""
    aliases: tuple[str, ...] = ()
    """Other names for it, NumPy's among them."""
    reference: str | None = None
    """Where it was first published. Activations have one, "" if unknown; other operations None."""
    elsewhere: Mapping[str, Theirs] = field(default_factory=dict)
    """Which other frameworks have it, and in what they differ."""
    keywords: Mapping[str, str] = field(default_factory=dict)
    """Parameters of other frameworks that are another operation here, and which: `{"approximate": "gelu_tanh"}`."""
    estimator: bool = False
    """The rule is meant not to be the derivative: a straight-through estimator."""
    internal: bool = False
    """A part of others, which they and their rules call: no public function, no method of Values, in no table. It
    stands in the registry, so that pictures, programs and checks know it."""
    scalar_rules: tuple[Rule, ...] = ()
    """The rules with an int in place of one that only hands on an argument: 0 for the output, 1 for
    the first input, ... A scalar network is spared the call."""
    run: Callable[..., Any] | None = None
    """What runs the body so that NumPy tells `said` what it would warn about, if the body is of this package and
    computes; see `float_warnings`."""
    said: Said = field(default_factory=Said)
    ufunc: Callable[..., Any] | None = None
    """NumPy's function, if the body is of this package and nothing but a call of it."""
    each: Iterable[Rule] = field(init=False)
    """The rule of each input, to be zipped with the inputs: the same one without end if the operation is variadic."""
    kernel: Callable[..., Any] = field(init=False)
    """What runs on arrays where there are no static parameters: `ufunc` or `forward`."""
    plain: bool = False
    """One or two inputs, all with a rule, and no static parameter."""
    grows: Callable[..., int] | bool | None = None
    """How many entries the result has: at most so many, a function of the inputs' shapes and the static parameters.
    False: never more than all inputs together, whose axes of length 0 count as 1. None: nobody said. An elementwise
    operation has the shape that its inputs broadcast to."""
    told: Mapping[str, str] = field(default_factory=dict)
    """An elementwise operation without kinks may have a slope that is a mask all the same: the input whose slope it
    is, and the input that tells where it has to be NaN. With kinks the output tells it."""
    idle: tuple[Callable[..., Any] | None, ...] = ()
    """For every input what leaves out of its cotangent `c` what zeros in `g` made of infinities, entry by entry, as
    a function `f(c, g, a, *inputs)`. Without it zeros count where `g` is 0 throughout."""
    layer: str = ""
    """What it does in a layer of a network (see `LAYER`): so pictures find layers where no modules are known."""
    measured: tuple[Mapping[str, Any], ...] = ()
    """Static parameters to measure its accuracy with; activations are measured with their defaults in any case."""
    call: Callable[..., Any] = field(init=False)
    """The public function: `ops["sigmoid"].call` is `sigmoid`."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "kernel", self.ufunc or self.forward)
        object.__setattr__(self, "each", itertools.repeat(self.rules[0]) if self.variadic else self.rules)

    def __repr__(self) -> str:
        return f"<op {self.name}({', '.join(self.inputs)}): {self.formula}>"

    def bound(self, place: Place, static: Mapping[str, Any]) -> Any:
        """The value of the input that the `place` of a kink means with these static parameters; None
        for `"ties"`, `MANY` and a parameter that is not given."""
        if callable(place):
            return place(**{**self.defaults, **static})
        if not isinstance(place, str):
            return place
        name = place.removeprefix("-")
        value = static.get(name, self.defaults.get(name))
        if value is None or value is REQUIRED:
            return None
        return -value if place.startswith("-") else value

    def domain_of(self, name: str = "") -> tuple[float, float]:
        """The open interval in which an input, the first one if none is named, has finite results."""
        return self.domain.get(name or self.inputs[0], (-math.inf, math.inf))

    def place_text(self, place: Place) -> str:
        """The place of a kink as text: `0`, `-threshold`, `ties`."""
        if callable(place):
            return python(lift(place(**{word: name(word) for word in self.defaults})))
        return place if isinstance(place, str) else f"{place:g}"

    def names(self, count: int) -> tuple[str, ...]:
        """The name of each of `count` inputs."""
        return self.inputs * count if self.variadic else self.inputs

    def rule(self, position: int, form: str = "auto") -> Rule:
        """The derivative rule of the input at `position`: the default one, or the one of this form if
        there is one."""
        if form in self.forms and position == 0:
            return self.forms[form]
        return self.rules[0] if self.variadic else self.rules[position]

    def known(self, position: int, form: str = "auto") -> Rule:
        """The same for those who only look: None if it is unknown."""
        rule = self.rule(position, form)
        return None if is_unknown(rule) else rule

    @property
    def derivatives(self) -> dict[str, str]:
        """The rule of every input as text, spelled by the very rule that runs."""
        return {name: self.spell(rule) for name, rule in zip(self.inputs, self.rules)}

    @property
    def derivative(self) -> str:
        """The derivative rules as one line: `a * (1 - a)`, or `x: y, y: x` for several inputs."""
        texts = self.derivatives
        return ", ".join(texts.values() if len(texts) == 1 else [f"{x}: {text}" for x, text in texts.items()])

    def spell(self, rule: Rule) -> str:
        """A rule of this operation as text, in Python."""
        return python(self.tree_of(rule))

    def tree_of(
        self, rule: Rule, operands: Sequence[Any] | None = None, *, position: int | None = None, output: Any = None,
        arriving: Any = None, static: Mapping[str, Any] | None = None,
    ) -> Expr:  # fmt: skip
        """A rule of this operation as a formula, in words where it is none.

        `operands`: a formula, a number or a name for each input, else the names in the declaration. `position`: for
        which of the inputs of a variadic operation. `output`, `arriving`: what stands for the output and for the
        gradient that arrives, else `a` and `g`. `static`: what stands for each static parameter, else its name.
        """
        if rule is None or is_unknown(rule):
            return words("none" if rule is None else "unknown")
        if is_constant(rule):
            return lift(rule)
        i = (name("i") if position is None else position) if self.variadic else None
        g = None if self.elementwise else named(arriving, "G" if "g" in self.inputs else "g")
        a = named(output, "output" if "a" in self.inputs else "a")
        inputs = [named(x) for x in (self.inputs if operands is None else operands)]
        known = {word: name(word) for word in self.defaults} | dict(static or {})
        return tree_of_rule(self, rule, Arguments(i, g, a, inputs, known))

    @property
    def definition(self) -> Expr | None:
        """What follows `a = ` in the formula; None if that is words, or nothing."""
        return tree_of_definition(self.formula, (*self.inputs, *self.defaults))
