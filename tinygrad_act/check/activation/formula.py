"""Reading the declaration of an activation: its input and parameters, its formula, its derivative."""

from __future__ import annotations

import sys
from collections.abc import Callable
from types import FunctionType
from typing import Any

from ...core.docstrings import keep_docstring
from ...core.frames import own_cause
from ...core.registry import ops
from ...core.rules import Rule
from ...engine.forward import Dual, derived_rule
from ...engine.value import Value
from ...formula import name as name_of
from ...formula import python

__all__ = ["derive", "read_formula", "read_input"]


def read_input(body: Callable[..., Any]) -> str:
    """The name of the one input. Raises `TypeError` or `ValueError` that says how to mend the signature."""
    if not isinstance(body, FunctionType):
        raise TypeError(f"activation: write @ta.activation over a function, not over {body!r:.60}")
    name, code = body.__name__, body.__code__
    inputs = code.co_varnames[: code.co_argcount]
    if len(inputs) != 1:
        given = f"this one has {len(inputs)} ({', '.join(inputs)})" if inputs else "this one has none"
        rest = ", ".join(f"{x}=..." for x in inputs[1:]) or "alpha=..."
        raise TypeError(
            f"{name}: an activation has one positional input, the pre-activation z; {given}. Make everything else "
            f"a parameter: def {name}({inputs[0] if inputs else 'z'}, *, {rest})"
        )
    keywords = code.co_varnames[1 : 1 + code.co_kwonlyargcount]
    missing = [keyword for keyword in keywords if keyword not in (body.__kwdefaults__ or {})]
    if missing:
        raise TypeError(
            f"{name}: parameter '{missing[0]}' has no default; an activation can be called with its input alone: "
            f"def {name}({inputs[0]}, *, {missing[0]}=...)"
        )
    face = sys.modules[__package__.partition(".")[0]]  # what it offers, and what of the house is loaded
    if name not in ops and (hasattr(Value, name) or name in {*dir(face), *vars(face)}):
        raise ValueError(f"{name}: this name means something else in tinygrad_act; choose another name")
    return inputs[0]


def read_formula(body: Callable[..., Any], name: str) -> None:
    """See that the docstring begins with the formula; if not, put there what the body itself spells.

    Raises `ValueError` if it does not spell itself.
    """
    keep_docstring(body)
    doc = (body.__doc__ or "").strip()
    if doc.startswith("a = "):
        return
    try:
        spelled = _as_formula(body, name)
    except Exception as error:
        if sys.flags.optimize >= 2:  # -OO drops docstrings, and there was no source: nobody knows what it said
            return
        raise ValueError(
            f"{body.__name__}: the docstring's first line must be the formula, as code: 'a = ...' (it is "
            f"{doc.partition(chr(10))[0]!r}), and the body does not spell it: {_reason(error)}"
        ) from own_cause(error)
    body.__doc__ = f"a = {python(spelled.primal)}" + (f"\n\n{doc}" if doc else "")


def derive(body: Callable[..., Any], name: str) -> Rule:
    """The derivative, through the operations of the body; None if nothing flows.

    Raises `TypeError` if the body is not made of operations.
    """
    try:
        nothing = body(Dual(0.5, 1.0))
    except Exception as error:
        raise TypeError(
            f"{body.__name__}: no derivative was given, and none can be derived through the body: {_reason(error)}. "
            f"Write the body in the operations of ta.ops, or give d{name}="
        ) from own_cause(error)
    if type(nothing) is Dual and nothing.tangent is None:
        return None
    rule = derived_rule(body)
    try:
        _as_formula(body, name)
    except Exception:  # it computes all the same; it branches on a parameter, for example
        rule.__doc__ = "by the chain rule through the body"
    return rule


def _as_formula(body: Callable[..., Any], name: str) -> Dual:
    """The body's output for the names of its input and parameters."""
    static = {keyword: name_of(keyword) for keyword in body.__kwdefaults__ or {}}
    out = body(Dual(name_of(name), 1.0), **static)
    if type(out) is not Dual:
        raise TypeError(f"it returns {out!r:.40}, which does not depend on its input")
    return out


def _reason(error: BaseException) -> str:
    while error.__cause__ is not None:
        error = error.__cause__
    return str(error)
