"""Does a declaration fit its function? What does not says how to mend it."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from types import FunctionType

from .op import FORMS, LAYER, SIDES, Op
from .rules import Rule, is_constant, is_unknown

__all__ = ["check_declaration"]

_STAR, _STARSTAR = inspect.CO_VARARGS, inspect.CO_VARKEYWORDS


def check_declaration(op: Op) -> None:
    """Raises `TypeError` or `ValueError` for a rule, or what else an operation says, that does not fit it."""
    for name, rule in zip(op.inputs, op.rules):
        _check_rule(op, name, rule)
    _check_facts(op)


def _check_facts(op: Op) -> None:
    for form, rule in op.forms.items():
        if form not in FORMS or len(op.inputs) != 1 or not op.elementwise:
            raise ValueError(
                f"{op.name}: {form!r} is no form of a derivative; elementwise operations of one input may have "
                f"a second form: {' or '.join(FORMS)}"
            )
        if is_unknown(rule):
            raise ValueError(f"{op.name}: {form}=ta.unknown says nothing; leave {form}= out, or write d{op.inputs[0]}=")
        _check_rule(op, op.inputs[0], rule)
    for place, side in op.kinks.items():
        if side not in SIDES:
            raise ValueError(f"{op.name}: kink at {place}: {side!r} is no side; write one of {', '.join(SIDES)}")
    if op.grows not in (None, False):
        _check_grows(op)
    for name in op.domain:
        if name not in (*op.inputs, *op.defaults):
            raise ValueError(f"{op.name}: a domain is given for {name!r}, which is no input and no parameter of it")
    _check_parts(op)


def _check_parts(op: Op) -> None:
    """What it says of single inputs, and of its place in a layer."""
    if not isinstance(op.told, Mapping):
        raise TypeError(f"{op.name}: told= is a dict, the name of an input to the name of another, not {op.told!r}")
    for name in (*op.told, *op.told.values()):
        if name not in op.inputs or op.kinks:
            raise ValueError(f"{op.name}: told= names inputs of an operation without kinks, not {name!r}; its inputs "
                             f"are {', '.join(op.inputs)}")  # fmt: skip
    if not isinstance(op.idle, tuple) or not all(f is None or callable(f) for f in op.idle):
        raise TypeError(f"{op.name}: idle= is a tuple of functions f(c, g, a, *inputs), or None, not {op.idle!r}")
    if op.idle and (op.variadic or len(op.idle) != len(op.inputs)):
        raise ValueError(f"{op.name}: idle= is one function f(c, g, a, *inputs), or None, for each of its inputs "
                         f"({', '.join(op.inputs)}), not {len(op.idle)}")  # fmt: skip
    if op.layer and op.layer not in LAYER:
        raise ValueError(f"{op.name}: layer={op.layer!r} says nothing known; write one of {', '.join(LAYER)}")


def _check_rule(op: Op, input_name: str, rule: Rule) -> None:
    """A rule takes the output, the inputs and the static parameters, no more and no less."""
    if is_constant(rule):
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
    except TypeError:
        raise TypeError(
            f"{op.name}: d{input_name} takes {signature}, but it is called as ({expected}); "
            f"write d{input_name}=lambda {expected}: ..."
        ) from None


def _check_grows(op: Op) -> None:
    """A rule for the size takes the shapes of the inputs and the static parameters."""
    names = ("*" * op.variadic + op.inputs[0], *op.inputs[1:], *(("*", *op.defaults) if op.defaults else ()))
    expected = f"{op.name}: grows= is False or a function, grows=lambda {', '.join(names)}: ..., of the inputs' shapes"
    if not callable(op.grows):
        raise TypeError(f"{expected}, not {op.grows!r}")
    if isinstance(op.grows, FunctionType) and _fits(op.grows, 0 if op.variadic else len(op.inputs), op):
        return
    signature = inspect.signature(op.grows)
    try:
        signature.bind(*op.inputs, **dict(op.defaults))
    except TypeError as error:
        raise TypeError(f"{expected}; it takes {signature}") from error


def _fits(rule: FunctionType, positional: int, op: Op) -> bool:
    """Whether the plain function `rule` takes just these arguments; False leaves it to inspect."""
    code, count = rule.__code__, rule.__code__.co_argcount
    keywords = code.co_varnames[count : count + code.co_kwonlyargcount]
    plain = not code.co_flags & (_STAR | _STARSTAR) and not rule.__defaults__
    return plain and count == positional and set(keywords) == set(op.defaults)
