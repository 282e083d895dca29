"""Calling an operation: the types of its arguments decide which interpreter runs.

Numbers and arrays are computed. Any other type brings its own interpreter: `Value` records a
graph, `Expr` builds a formula. Operations know none of these classes, so there is no import
cycle, and a new interpreter needs no change to any operation.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

import numpy as np

from ..formula import Expr
from .calls import missing_input, sorted_out, unfit
from .declare import declare
from .errors import REAL_KINDS
from .evaluate import FAILS, INTERPRETERS, as_number, compute_one, compute_two, evaluate, explain_unless_ieee
from .facts import Case, Fused, Theirs
from .frames import boundary, trim
from .mode import current, special
from .op import REQUIRED, Intervals, Op, Place
from .parameters import WHOLE, checked, straight
from .registry import ops
from .rule_trees import tree_of_call
from .rules import Rule

__all__ = ["bind", "elementwise", "op"]

Function: TypeAlias = Callable[..., Any]

_ndarray = np.ndarray
_FLOAT64, _FLOAT32 = np.dtype(np.float64), np.dtype(np.float32)


def elementwise(
    *,
    label: str | None = None,
    scalar: Function | None = None,
    output: Rule = None,
    input: Rule = None,
    kinks: Mapping[Place, str] | None = None,
    domain: Intervals | None = None,
    at_least: Mapping[str, str] | None = None,
    poles: Mapping[str, tuple[float, ...]] | None = None,
    cases: tuple[Case, ...] = (),
    aliases: tuple[str, ...] = (),
    reference: str | None = None,
    elsewhere: Mapping[str, Theirs] | None = None,
    keywords: Mapping[str, str] | None = None,
    estimator: bool = False,
    linear: bool = False,
    internal: bool = False,
    fused: Fused | None = None,
    told: Mapping[str, str] | None = None,
    measured: tuple[Mapping[str, Any], ...] = (),
    **rules: Rule,
) -> Callable[[Function], Function]:
    """Declare an operation that acts on each entry by itself, with NumPy's broadcasting.

    `d<input>=`: its local derivative ∂a/∂input, a function `f(a, *inputs)` in the operations themselves, a
    number, None, or `unknown`. `_` names an argument that the rule does not need. The docstring begins with
    the formula; `gradcheck` and `check NAME` compare it with the body. `output=`, `input=`: the same
    derivative in another form, for `derivative_form`: in the output `a`, or accurate in `z`. `scalar`: a faster
    body for Python floats. `internal`: for other operations only. `elsewhere`: see `theirs`. What else may be
    said stands at the fields of `Op`. Raises `TypeError` for a missing or superfluous derivative."""
    forms = {form: rule for form, rule in (("output", output), ("input", input)) if rule is not None}
    return _register(True, rules, label=label, scalar=scalar, forms=forms, kinks=kinks, domain=domain,
                     at_least=at_least, poles=poles, cases=cases, aliases=aliases, reference=reference,
                     elsewhere=elsewhere, keywords=keywords, estimator=estimator, linear=linear, internal=internal,
                     fused=fused, told=told, measured=measured)  # fmt: skip


def op(
    *,
    label: str | None = None,
    kinks: Mapping[Place, str] | None = None,
    domain: Intervals | None = None,
    poles: Mapping[str, tuple[float, ...]] | None = None,
    cases: tuple[Case, ...] = (),
    aliases: tuple[str, ...] = (),
    reference: str | None = None,
    elsewhere: Mapping[str, Theirs] | None = None,
    keywords: Mapping[str, str] | None = None,
    estimator: bool = False,
    linear: bool = False,
    internal: bool = False,
    fused: Fused | None = None,
    grows: Callable[..., int] | bool | None = None,
    idle: tuple[Function | None, ...] = (),
    layer: str = "",
    **rules: Rule,
) -> Callable[[Function], Function]:
    """Declare any other operation. `d<input>=`: the cotangent of that input, `f(g, a, *inputs)`.

    The engine gives it its input's shape and dtype afterwards: a rule may return it broadcast, or
    with axes of length 1 where the input is longer. A variadic body (`*xs`) has one rule for all
    inputs, `f(i, g, a, *xs)`, that gives the cotangent of input number `i`. `grows`: how many entries the
    result has, `f(*shapes of the inputs, **static)`, or False if never more than all inputs together; a formula
    that somebody types calls an operation that says nothing with small inputs only. Only compiled programs use
    `fused`. Other arguments: see `elementwise` and the fields of `Op`. Raises as `elementwise` does."""
    return _register(False, rules, label=label, kinks=kinks, domain=domain, poles=poles, cases=cases, aliases=aliases,
                     reference=reference, elsewhere=elsewhere, keywords=keywords, estimator=estimator, linear=linear,
                     internal=internal, fused=fused, grows=grows, idle=idle, layer=layer)  # fmt: skip


def _register(elementwise: bool, rules: dict[str, Rule], **facts: Any) -> Callable[[Function], Function]:
    return boundary(lambda body: _function(declare(body, rules, elementwise, **facts)))


def _function(op: Op) -> Function:
    """The public function of `op`, with the body's name, signature and docstring."""
    simple = not op.defaults and not op.variadic
    if simple and op.elementwise and len(op.inputs) == 1:
        call = _unary(op)
    elif simple and len(op.inputs) == 2:
        call = _binary(op)
    else:
        call = _general(op)
    call = functools.wraps(op.forward)(call)
    object.__setattr__(op, "call", call)
    ops.announce(op)
    return call


def _unary(op: Op) -> Function:
    """A function that takes a short way for a float and for an array."""
    general, scalar = _general(op), op.scalar

    def call(z: Any = REQUIRED, *rest: Any, **kwargs: Any) -> Any:
        try:
            kind = type(z)
            dialect = special and current().dialect is not None
            if rest or kwargs or dialect or (kind is not float and kind is not _ndarray):
                interpreter = INTERPRETERS.get(kind)
                if interpreter is None or rest or kwargs or dialect:
                    return general(*(() if z is REQUIRED else (z, *rest)), **kwargs)
                return interpreter(op, (z,), {})
            if kind is _ndarray:
                dtype = z.dtype
                if dtype is not _FLOAT64 and dtype is not _FLOAT32 and dtype.kind not in REAL_KINDS:
                    return evaluate(op, (z,), {})  # which refuses it
                return compute_one(op, z)
            a = None
            try:
                a = scalar(z)
            except FAILS as error:
                explain_unless_ieee(op, (z,), {}, error)
            return a if type(a) is float else as_number(op, (z,), {}, a)
        except Exception as error:
            if type(error) is not RecursionError:  # there is no room for a call
                trim(error)
            raise

    return call


def _binary(op: Op) -> Function:
    """A function that takes a short way for arrays and, if elementwise, for floats among them."""
    general, scalar, elementwise = _general(op), op.scalar, op.elementwise

    def call(x: Any = REQUIRED, y: Any = REQUIRED, *rest: Any, **kwargs: Any) -> Any:
        try:
            kind, other = type(x), type(y)
            arrays = kind is _ndarray and other is _ndarray
            numbers = kind is float and other is float
            mixed = (kind is float or kind is _ndarray) and (other is float or other is _ndarray)
            if rest or kwargs or not (arrays or (mixed and elementwise)):
                return general(*(z for z in (x, y, *rest) if z is not REQUIRED), **kwargs)
            if not numbers:
                dtype = _FLOAT64 if kind is float else x.dtype
                if dtype is not _FLOAT64 and dtype is not _FLOAT32 and dtype.kind not in REAL_KINDS:
                    return evaluate(op, (x, y), {})  # which refuses it
                if other is _ndarray and y.dtype is not dtype and y.dtype.kind not in REAL_KINDS:
                    return evaluate(op, (x, y), {})
                return compute_two(op, x, y)
            a = None
            try:
                a = scalar(x, y)
            except FAILS as error:
                explain_unless_ieee(op, (x, y), {}, error)
            return a if type(a) is float else as_number(op, (x, y), {}, a)
        except Exception as error:
            if type(error) is not RecursionError:  # there is no room for a call
                trim(error)
            raise

    return call


def _general(op: Op) -> Function:
    """A function for any operation, that asks every argument's type for its interpreter."""
    arity = -1 if op.variadic else len(op.inputs)
    defaults = dict(op.defaults)
    known = defaults.keys()
    plain, limits = straight(op), {name: op.domain[name] for name in op.domain if name in defaults}
    required = {name for name, default in defaults.items() if default is REQUIRED}

    def call(*args: Any, **kwargs: Any) -> Any:
        try:
            static = defaults
            if special and current().dialect in op.elsewhere:
                instead, kwargs = _as_elsewhere(op, args, kwargs)
                if instead is not op:
                    return instead.call(*args, **kwargs)
            if len(args) != arity or (required and not kwargs):
                args, static = bind(op, args, kwargs)
            elif kwargs:
                if not required <= kwargs.keys() <= known:
                    bind(op, args, kwargs)  # raises, and says why
                static = {**defaults, **kwargs}
                for name, value in kwargs.items():
                    common = type(value) in plain[name] and value == value
                    if common and type(value) is tuple:
                        common = WHOLE.issuperset(map(type, value))
                    if not common or (limits and not _within(limits, name, value)):
                        static = checked(op, kwargs)
                        break
            for x in args:
                interpreter = INTERPRETERS.get(type(x))
                if interpreter is not None:
                    return interpreter(op, args, static)
            return evaluate(op, args, static)
        except Exception as error:
            if type(error) is not RecursionError:  # there is no room for a call
                trim(error)
            raise

    return call


def _within(limits: dict[str, tuple[float, float]], name: str, value: Any) -> bool:
    """Whether a static parameter lies in its range, if it has one."""
    return name not in limits or limits[name][0] < value < limits[name][1]


def _as_elsewhere(op: Op, args: tuple[Any, ...], kwargs: dict[str, Any]) -> tuple[Op, dict[str, Any]]:
    """What another framework, whose dialect is on, means by this call: its operation and its defaults."""
    other = op.elsewhere[current().dialect or ""]
    by_position = list(op.defaults)[: len(args) - len(op.inputs)] if len(args) > len(op.inputs) else []
    defaults = {name: value for name, value in other.defaults.items() if name not in by_position}
    return ops[other.instead] if other.instead else op, {**defaults, **kwargs}


def bind(op: Op, args: tuple[Any, ...], kwargs: dict[str, Any]) -> tuple[tuple[Any, ...], dict[str, Any]]:
    """Sort a call's arguments into differentiable inputs and static parameters.

    As NumPy has it, static parameters may follow the inputs by position (`sum(x, 0)`), and the
    inputs of a variadic operation may come as one list (`concatenate([x, y])`) or after a string
    (`einsum("ij,jk", x, y)`).
    Raises `TypeError` naming the operation for whatever does not fit.
    """
    inputs, rest, kwargs = sorted_out(op, args, kwargs)
    if len(inputs) < len(op.inputs) and not op.variadic:
        raise missing_input(op, len(inputs))
    static = {**op.defaults, **dict(zip(op.defaults, rest)), **kwargs}
    twice = set(list(op.defaults)[: len(rest)]) & kwargs.keys()  # by position and by keyword
    if len(rest) > len(op.defaults) or len(static) > len(op.defaults) or twice:
        raise unfit(op, rest, kwargs)
    for name, value in static.items():
        if value is REQUIRED:
            raise TypeError(f"{op.name}: static parameter '{name}' is missing; write {op.name}(..., {name}=...)")
    return inputs, checked(op, static)


INTERPRETERS[Expr] = lambda op, args, static: tree_of_call(op.name, args, static, op.defaults)
