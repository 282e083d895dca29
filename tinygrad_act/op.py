"""What an operation is: one decorated function that carries everything known about it.

    @elementwise(dz=lambda a, _: a * (1 - a), label="σ")
    def sigmoid(z):
        '''a = 1 / (1 + exp(-z))'''
        ...

How to read a rule: under `@elementwise`, `d<input>` is the local derivative ∂a/∂input, a function
`f(a, *inputs)` or a number; under `@op`, `d<input>` is the cotangent of that input, a function
`f(g, a, *inputs)`; `None` means that nothing flows; `_` marks an argument that the rule does not
need. Positional arguments of the function are differentiable inputs, keyword-only arguments are
static parameters, and every rule takes the same keywords.
"""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import FunctionType
from typing import Any, TypeAlias

from .registry import ops
from .symbol import Symbol

__all__ = ["REQUIRED", "SIDES", "Case", "Op", "Rule", "case", "declare"]

Rule: TypeAlias = Callable[..., Any] | float | None

SIDES = ("left", "right", "mean", "inside", "none")
"""What a kink's convention may be. `left`, `right`, `mean`: the slope taken there. `inside`: the
slope of the side that passes the gradient. `none`: a jump, and nothing flows."""

_STAR, _STARSTAR = inspect.CO_VARARGS, inspect.CO_VARKEYWORDS
_ONE_STEP = 12
"""Bytes of code that do no more than return an argument: worth a trial call."""

REQUIRED = inspect.Parameter.empty
"""The default of a static parameter that has none."""


@dataclass(frozen=True)
class Case:
    """Inputs for the generated tests: a shape for every input (or the input itself), and statics."""

    inputs: tuple[Any, ...]
    static: dict[str, Any]


def case(*inputs: Any, **static: Any) -> Case:
    """`case((2, 3), (3,), axis=0)`: inputs of these shapes, called with these static parameters.

    An input that is not a tuple (a mask, an index) is used as it is.
    """
    return Case(inputs, static)


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
    kinks: Mapping[float | str, str] = field(default_factory=dict)
    """Where the slope jumps, and the side taken there (see `SIDES`). A number is a value of the
    input; the name of a static parameter, or `"-name"`, means "where the input equals it";
    `"integers"` and `"ties"` mean what they say."""
    domain: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    """An open interval for every input that has one; elsewhere the result is NaN or infinite."""
    poles: Mapping[str, tuple[float, ...]] = field(default_factory=dict)
    """Values of an input near 0 at which the result is infinite."""
    cases: tuple[Case, ...] = ()
    """What the generated tests run it on, where shapes alone do not say."""
    aliases: tuple[str, ...] = ()
    """Other names for it, NumPy's among them."""
    scalar_rules: tuple[Rule, ...] = ()
    """The rules with an int in place of one that only hands on an argument: 0 for the output, 1 for
    the first input, ... A scalar network is spared the call."""
    plain: bool = False
    """One or two inputs, all with a rule, and no static parameter."""
    call: Callable[..., Any] = field(init=False)
    """The public function: `ops["sigmoid"].call` is `sigmoid`."""

    def __repr__(self) -> str:
        return f"<op {self.name}({', '.join(self.inputs)}): {self.formula}>"

    def bound(self, place: float | str, static: Mapping[str, Any]) -> Any:
        """The value of the input that the `place` of a kink means with these static parameters; None
        for `"ties"`, `"integers"` and a parameter that is not given."""
        if not isinstance(place, str):
            return place
        name = place.removeprefix("-")
        value = static.get(name, self.defaults.get(name))
        if value is None or value is REQUIRED:
            return None
        return -value if place.startswith("-") else value

    def names(self, count: int) -> tuple[str, ...]:
        """The name of each of `count` inputs."""
        return self.inputs * count if self.variadic else self.inputs

    def rule(self, position: int) -> Rule:
        """The derivative rule of the input at `position`."""
        return self.rules[0] if self.variadic else self.rules[position]

    @property
    def derivatives(self) -> dict[str, str]:
        """The rule of every input as text, spelled by the very rule that runs."""
        return {name: self._spell(rule) for name, rule in zip(self.inputs, self.rules)}

    @property
    def derivative(self) -> str:
        """The derivative rules as one line: `a * (1 - a)`, or `x: y, y: x` for several inputs."""
        texts = self.derivatives
        if len(texts) == 1:
            return next(iter(texts.values()))
        return ", ".join(f"{name}: {text}" for name, text in texts.items())

    def _spell(self, rule: Rule) -> str:
        if rule is None:
            return "none"
        if isinstance(rule, (int, float)):
            return f"{rule:g}"
        if rule.__doc__:  # a rule that needs more than a formula says in words what it is
            return rule.__doc__.strip().split("\n")[0]
        first = [Symbol("a")] if self.elementwise else [Symbol("g"), Symbol("a")]
        if self.variadic:
            first.insert(0, Symbol("i"))
        static = {name: Symbol(name) for name in self.defaults}
        return repr(rule(*first, *map(Symbol, self.inputs), **static))


def declare(
    body: Callable[..., Any],
    rules: dict[str, Rule],
    elementwise: bool,
    *,
    label: str | None = None,
    scalar: Callable[..., Any] | None = None,
    domain: tuple[float, float] | Mapping[str, tuple[float, float]] | None = None,
    **facts: Any,
) -> Op:
    """Check a declaration, enter it into the registry and return it. `facts`: other fields of `Op`.

    Raises `TypeError` or `ValueError` that says how to mend the declaration.
    """
    name = body.__name__
    inputs, variadic, defaults = _read_signature(name, body)
    matched = _match_rules(name, inputs, rules)
    op = Op(
        name=name,
        inputs=inputs,
        rules=matched,
        forward=body,
        scalar=scalar or body,
        formula=_read_formula(name, body),
        label=label or name,
        elementwise=elementwise,
        variadic=variadic,
        defaults=defaults,
        domain={inputs[0]: domain} if isinstance(domain, tuple) else dict(domain or {}),
        scalar_rules=tuple(_handed_on(rule, len(inputs)) for rule in matched) if elementwise else matched,
        plain=elementwise and not defaults and None not in matched and len(inputs) <= 2,
        **{fact: given for fact, given in facts.items() if given is not None},
    )
    for input_name, rule in zip(inputs, matched):
        _check_rule(op, input_name, rule)
    for place, side in op.kinks.items():
        if side not in SIDES:
            raise ValueError(f"{name}: kink at {place}: {side!r} is no side; write one of {', '.join(SIDES)}")
    ops.enter(op)
    return op


def _read_signature(name: str, body: Callable[..., Any]) -> tuple[tuple[str, ...], bool, dict[str, Any]]:
    """Inputs, whether they are variadic, and static parameters; from the code object, because
    inspect.signature of a hundred operations would make up half of the time of the import."""
    if not isinstance(body, FunctionType):
        raise TypeError(f"{name}: an operation's body must be a function, not {body!r}")
    code = body.__code__
    count, static = code.co_argcount, code.co_kwonlyargcount
    inputs, keywords = code.co_varnames[:count], code.co_varnames[count : count + static]
    variadic = bool(code.co_flags & _STAR)
    rest = code.co_varnames[count + static :]
    if variadic:
        inputs += rest[:1]
    if code.co_flags & _STARSTAR:
        raise TypeError(f"{name}: name every static parameter instead of **{rest[variadic]}")
    if body.__defaults__:
        last = inputs[count - 1]
        raise TypeError(
            f"{name}: '{last}' has a default, but positional arguments are differentiable inputs; "
            f"make it a static parameter: def {name}(..., *, {last}=...)"
        )
    if not inputs:
        raise TypeError(f"{name}: an operation needs at least one input")
    given = body.__kwdefaults__ or {}
    return inputs, variadic, {keyword: given.get(keyword, REQUIRED) for keyword in keywords}


def _match_rules(name: str, inputs: tuple[str, ...], rules: dict[str, Rule]) -> tuple[Rule, ...]:
    for x in inputs:
        if f"d{x}" not in rules:
            raise TypeError(f"{name}: no derivative for input '{x}'; write d{x}=None if nothing flows through it")
    for key in rules:
        if key[:1] != "d" or key[1:] not in inputs:
            expected = ", ".join(f"d{x}=" for x in inputs)
            raise TypeError(f"{name}: '{key}' is the derivative of no input; the inputs ask for {expected}")
    return tuple(_as_float(rules[f"d{x}"]) for x in inputs)


def _as_float(rule: Rule) -> Rule:
    return float(rule) if isinstance(rule, int) and not isinstance(rule, bool) else rule


def _handed_on(rule: Rule, inputs: int) -> Rule:
    """The number of the argument that an elementwise `rule` always returns, or the rule itself."""
    if not isinstance(rule, FunctionType) or rule.__code__.co_names or len(rule.__code__.co_code) > _ONE_STEP:
        return rule
    markers = [object() for _ in range(1 + inputs)]
    try:
        result = rule(*markers)
    except Exception:  # it computes something, which these markers cannot
        return rule
    return next((i for i, marker in enumerate(markers) if result is marker), rule)


def _check_rule(op: Op, input_name: str, rule: Rule) -> None:
    """A rule takes the output, the inputs and the static parameters, no more and no less."""
    if rule is None or isinstance(rule, float):
        return
    if not callable(rule):
        raise TypeError(f"{op.name}: d{input_name} must be a function, a number or None, not {rule!r}")
    first = ("a",) if op.elementwise else ("g", "a")
    positional = ("i",) * op.variadic + first + ("*" * op.variadic + op.inputs[0],) + op.inputs[1:]
    expected = ", ".join(positional + (("*", *op.defaults) if op.defaults else ()))
    if isinstance(rule, FunctionType) and _fits(rule, len(positional), op):
        return
    signature = inspect.signature(rule)
    try:
        signature.bind(*positional, **dict(op.defaults))
    except TypeError as error:
        raise TypeError(
            f"{op.name}: d{input_name} takes {signature}, but it is called as ({expected}); "
            f"write d{input_name}=lambda {expected}: ..."
        ) from error


def _fits(rule: FunctionType, positional: int, op: Op) -> bool:
    """Whether the plain function `rule` takes just these arguments; False leaves it to inspect."""
    code, count = rule.__code__, rule.__code__.co_argcount
    keywords = code.co_varnames[count : count + code.co_kwonlyargcount]
    plain = not code.co_flags & (_STAR | _STARSTAR) and not rule.__defaults__
    return plain and count == positional and set(keywords) == set(op.defaults)


def _read_formula(name: str, body: Callable[..., Any]) -> str:
    first_line = (body.__doc__ or "").strip().split("\n")[0].strip()
    if not first_line.startswith("a = ") and sys.flags.optimize < 2:  # -OO strips docstrings
        raise ValueError(
            f"{name}: the docstring's first line must be the formula, as code: "
            f"'a = ...' (it is {first_line!r}); documentation and tests read it"
        )
    return first_line
