"""Reading a declaration: is it complete, and does it fit its function? A bad one fails at import."""

from __future__ import annotations

import dis
import functools
import inspect
import numbers
from collections.abc import Callable, Mapping
from types import FunctionType, NoneType
from typing import Any

import numpy as np

from .blocks import has_steps, in_blocks
from .docstrings import keep_docstring, read_formula
from .facts import ELSEWHERE, Fused, Theirs
from .fitting import check_declaration
from .float_warnings import Said, context_for, in_a_copy, silent
from .frames import is_ours
from .op import REQUIRED, Intervals, Op
from .registry import ops
from .rules import Rule, Unknown

__all__ = ["declare"]

_STAR, _STARSTAR = inspect.CO_VARARGS, inspect.CO_VARKEYWORDS
_ONE_STEP = 12
"""Bytes of code that do no more than return an argument: worth a trial call."""


def declare(
    body: Callable[..., Any],
    rules: dict[str, Rule],
    elementwise: bool, *,
    label: str | None = None, scalar: Callable[..., Any] | None = None,
    domain: Intervals | None = None, **facts: Any,
) -> Op:  # fmt: skip
    """Check a declaration, enter it into the registry and return it. `facts`: other fields of `Op`.

    Raises `TypeError` or `ValueError` that says how to mend the declaration.
    """
    facts["forms"] = {form: _as_float(rule) for form, rule in (facts.get("forms") or {}).items()}
    for function in (body, *rules.values(), *facts["forms"].values()):
        keep_docstring(function)
    name = _name_of(body)
    inputs, variadic, defaults = _read_signature(name, body)
    matched = _match_rules(name, inputs, rules)
    op = Op(
        name=name,
        inputs=inputs,
        rules=matched,
        forward=_for_arrays(body, matched, elementwise, facts),
        formula=read_formula(name, body),
        label=label or name,
        elementwise=elementwise,
        variadic=variadic,
        defaults=defaults,
        kinds=_read_kinds(body, defaults),
        domain={inputs[0]: domain} if isinstance(domain, tuple) else dict(domain or {}),
        scalar_rules=tuple(_handed_on(rule, len(inputs)) for rule in matched) if elementwise else matched,
        plain=elementwise and not defaults and not variadic and NoneType not in map(type, matched) and len(inputs) <= 2,
        elsewhere=_names_elsewhere(name, body, facts.pop("elsewhere", None)),
        **_how_it_runs(body, scalar),
        **{fact: given for fact, given in facts.items() if given is not None},
    )
    check_declaration(op)
    ops.enter(op)
    return op


def _names_elsewhere(name: str, body: Callable[..., Any], given: Any) -> Mapping[str, Theirs]:
    """Its names in other frameworks: those of this package stand in a table."""
    return given or (ELSEWHERE.get(name, {}) if is_ours(body) else {})


def _name_of(body: Callable[..., Any]) -> str:
    """The operation's name, under which Values have it as a method."""
    name: str = body.__name__
    if name.startswith("__"):
        raise ValueError(f"{name!r:.60} is no name for an operation: names with two underscores are Python's own")
    return name


def _for_arrays(
    body: Callable[..., Any], rules: tuple[Rule, ...], elementwise: bool, facts: dict[str, Any]
) -> Callable[..., Any]:
    """The body as it runs on arrays: activations piece by piece on large ones."""
    if not elementwise or len(rules) > 2:
        return body
    if len(rules) == 2 and NoneType not in map(type, rules) and has_steps(body):
        body = _in_one_dtype(body)
    if facts.get("reference") is None or facts.get("linear"):
        return body
    fused = facts.get("fused") or Fused()
    return in_blocks(body, fused.quick or fused.forward)


def _how_it_runs(body: Callable[..., Any], scalar: Callable[..., Any] | None) -> dict[str, Any]:
    """The fields of an operation that say what runs on numbers and on arrays. Of the user's bodies the lines are the
    user's, so NumPy may warn there."""
    if not is_ours(body):
        return {"scalar": scalar or body}
    said = Said()
    run = None if _only_moves(body) else _runner(body, said)
    of_operations = all(ops.find(name) for name in inspect.unwrap(body).__code__.co_names)  # silent of Python numbers
    number = scalar or (body if of_operations else silent(body))
    return {"scalar": number, "run": run, "said": said, "ufunc": _ufunc_of(body)}


def _runner(body: Callable[..., Any], said: Said) -> Callable[..., Any]:
    """What runs `body` so that `said` hears of it: in a context of its own, which is free of what is switched on
    around it, or in a copy of the caller's, if `body` calls an operation that is another one, or has other defaults,
    in another framework's dialect."""
    plain = inspect.unwrap(body)
    called = [ops.find(name) for name in plain.__code__.co_names if name in plain.__globals__]
    theirs = [other for op in called if op is not None for other in op.elsewhere.values()]
    return in_a_copy if any(other.instead or other.defaults for other in theirs) else context_for(said)


def _only_moves(body: Callable[..., Any]) -> bool:
    """Whether `body` computes nothing that NumPy could warn about."""
    code = inspect.unwrap(body).__code__
    return _MOVES.issuperset(code.co_names) and _ARITHMETIC.isdisjoint(code.co_code[::2])


_MOVES = frozenset({
    "np", "isinstance", "tuple", "list", "asarray",
    "reshape", "transpose", "moveaxis", "swapaxes", "expand_dims", "squeeze", "broadcast_to", "flip", "roll",
    "concatenate", "stack", "where", "take", "maximum", "minimum", "abs", "negative", "sign", "floor", "ceil",
    "less", "less_equal", "greater", "greater_equal", "equal", "not_equal", "logical_and", "logical_or", "logical_not",
})  # fmt: skip
_ARITHMETIC = frozenset(
    number for name, number in dis.opmap.items() if name.startswith(("BINARY_", "INPLACE_")) and "SUBSCR" not in name
)


def _ufunc_of(body: Callable[..., Any]) -> Any:
    """The ufunc that `body` calls on its arguments, if it does nothing else; else None."""
    code = getattr(body, "__code__", None)
    if code is None or len(code.co_names) != 2 or code.co_names[0] != "np" or body.__globals__.get("np") is not np:
        return None
    ufunc = getattr(np, code.co_names[1], None)
    inputs = code.co_argcount if not code.co_kwonlyargcount else 0
    same = inputs in _CALLS and code.co_code == _CALLS[inputs].__code__.co_code
    return ufunc if same and isinstance(ufunc, np.ufunc) else None


_CALLS: dict[int, Any] = {1: lambda x: np.exp(x), 2: lambda x, y: np.add(x, y)}
"""What the code of such a body looks like, whatever the name of the ufunc."""


def _in_one_dtype(body: Callable[..., Any]) -> Callable[..., Any]:
    """`body` of several steps on inputs of their common dtype: a step on one of them alone, np.exp of a Python
    number, would else be float64 whatever the other is."""

    @functools.wraps(body)
    def forward(x: Any, y: Any, **static: Any) -> Any:
        if type(x) is type(y) is np.ndarray and x.dtype is y.dtype:
            return body(x, y, **static)
        if type(x) in _DATA and type(y) in _DATA and (type(x) is np.ndarray or type(y) is np.ndarray):
            dtype = np.result_type(x, y)
            if dtype.kind == "f":
                x, y = (z.astype(dtype, copy=False) if type(z) is np.ndarray else dtype.type(z) for z in (x, y))
        return body(x, y, **static)

    return forward


_DATA = (np.ndarray, float, int, bool)


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


def _read_kinds(body: Callable[..., Any], defaults: dict[str, Any]) -> dict[str, str]:
    """The annotations of the static parameters, as text."""
    if not defaults:
        return {}
    try:
        written = body.__annotations__
    except NameError:  # from Python 3.14 on they are computed when they are asked for
        return {}
    found = ((name, written[name]) for name in defaults if name in written)
    return {name: x if isinstance(x, str) else x.__name__ if isinstance(x, type) else str(x) for name, x in found}


def _match_rules(name: str, inputs: tuple[str, ...], rules: dict[str, Rule]) -> tuple[Rule, ...]:
    for x in inputs:
        if f"d{x}" not in rules:
            raise TypeError(f"{name}: no derivative for input '{x}'; write d{x}=None if nothing flows through it")
    for key in rules:
        if key[:1] != "d" or key[1:] not in inputs:
            expected = ", ".join(f"d{x}=" for x in inputs)
            raise TypeError(f"{name}: '{key}' is the derivative of no input; the inputs ask for {expected}")
    found = (rules[f"d{x}"] for x in inputs)
    return tuple(rule.of(name, x) if isinstance(rule, Unknown) else _as_float(rule) for x, rule in zip(inputs, found))


def _as_float(rule: Rule) -> Rule:
    """A rule that is a number as the float that `is_constant` knows: 1, np.float32(1) and np.int64(1) as well."""
    return float(rule) if isinstance(rule, numbers.Real) and not isinstance(rule, bool) else rule


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
