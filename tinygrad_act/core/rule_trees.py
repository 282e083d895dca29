"""Derivative rules and definitions as trees: a rule is called with formulas for its arguments and gives a formula."""

from __future__ import annotations

import functools
import sys
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from ..formula import (
    CALLED,
    OF_WORD,
    Expr,
    Unreadable,
    call,
    infix,
    lift,
    name,
    prefix,
    read,
    read_or_words,
    substituted,
    words,
)
from .rules import run_rule

__all__ = [
    "DROPPED", "UNSPELLED", "Arguments", "first_line", "named", "tree_of_call", "tree_of_definition", "tree_of_rule",
]  # fmt: skip

DROPPED = "(dropped by python -OO)"
"""In place of a formula that stood in a docstring, where the source is not there to read it from."""
UNSPELLED = words("(it does not spell itself)")
"""In place of the formula of a rule that looks at its arguments in ways that no formula can answer."""


class Arguments(NamedTuple):
    """What an operation's rules are called with, in their order: formulas, numbers and plain objects."""

    position: Any
    """Of which input; for variadic operations only, else None."""
    arriving: Any
    """The gradient that arrives; for operations that are not elementwise only, else None."""
    output: Any
    inputs: Sequence[Any]
    static: Mapping[str, Any]


def named(x: Any, otherwise: str = "") -> Any:
    """A text as a name; anything else as it is."""
    return name(x) if isinstance(x, str) else name(otherwise) if x is None else x


def tree_of_rule(op: Any, rule: Any, given: Arguments) -> Expr:
    """The formula of a rule of `op`, in words where it is none.

    A rule without a docstring is called with what is `given`, if that is every operand. Of one that has any the first
    line is read, and what is `given` put in place of the names in it: `i`, `g`, `a`, the inputs and the static
    parameters. Never raises.
    """
    if (rule.__doc__ or "").strip():
        return _documented(first_line(rule.__doc__), given, op.inputs)
    if given.position is not None and _is_itself(op.inputs[0], given.inputs[0]):
        return UNSPELLED  # one name for all of them: what it says of `xs[0]` or of their number would be wrong
    try:
        return lift(run_rule(op, rule, *given))
    except Exception:  # anybody's code; with -OO its docstring would have said it, and there was no source either
        return words(DROPPED) if sys.flags.optimize >= 2 else UNSPELLED


def tree_of_definition(text: str, names: Sequence[str]) -> Expr | None:
    """`a * b` of a docstring that begins `a = a * b`; None where that is no formula."""
    try:
        return read(text.removeprefix("a = "), names) if text else None
    except Unreadable:
        return None


def tree_of_call(op: str, args: Sequence[Any], static: Mapping[str, Any], defaults: Mapping[str, Any]) -> Expr:
    """A call of an operation with formulas among its arguments, without what is default."""
    sign = OF_WORD.get(op)
    if sign is not None and op not in CALLED:
        return infix(sign.sign, *args) if len(args) == 2 else prefix(sign.sign, *args)
    if op == "pow_derivative" and {*map(type, static.values())} == {int} and static["by_x"] + static["by_y"] == 1:
        x, y = args
        power = infix("**", x, infix("-", y, 1) if static["by_x"] else y)
        return infix("*", y, power) if static["by_x"] else infix("*", power, call("log", (x,)))
    return call(op, args, {word: value for word, value in static.items() if value is not defaults[word]})


def first_line(docstring: str) -> str:
    """What a docstring says at once: its first line, and those after it as long as a comma says that it goes on."""
    lines = [line.strip() for line in docstring.strip().split("\n")]
    end = next((i for i, line in enumerate(lines, 1) if not line.endswith(",")), len(lines))
    return " ".join(lines[:end])


def _documented(text: str, given: Arguments, inputs: Sequence[str]) -> Expr:
    variadic, arrives = given.position is not None, given.arriving is not None
    meanings = {"a": given.output, **given.static}
    meanings |= {"i": given.position} if variadic else {}
    meanings |= {"g": given.arriving} if arrives else {}
    meanings |= {inputs[0]: _all(given.inputs, inputs[0])} if variadic else dict(zip(inputs, given.inputs))
    found = _read(text, tuple(meanings))
    return substituted(found, {word: x for word, x in meanings.items() if not _is_itself(word, x)})


def _all(operands: Sequence[Any], name_of_all: str) -> Any:
    """The operands of a variadic operation as one: what they are called together where nobody named each."""
    alone = len(operands) == 1 and _is_itself(name_of_all, operands[0])
    return operands[0] if alone else tuple(operands)


def _is_itself(word: str, x: Any) -> bool:
    return isinstance(x, Expr) and x.kind == "name" and x.head == word


@functools.lru_cache(maxsize=1024)
def _read(text: str, names: tuple[str, ...]) -> Expr:
    return read_or_words(text, names)
