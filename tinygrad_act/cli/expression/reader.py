"""Reading a text of formulas: their syntax trees, and which names need a value."""

from __future__ import annotations

import ast
from collections.abc import Container, Iterator
from typing import NamedTuple

from ...core.frames import boundary
from .limits import CONSTANTS, Formula, formulas
from .message import refuse

__all__ = ["Expression", "names", "parse"]


class Expression(NamedTuple):
    """A text of formulas that was read."""

    text: str
    trees: tuple[tuple[Formula, ast.expr], ...]
    """The formulas, each with its syntax tree."""
    variables: tuple[str, ...]
    """The names that need a value, in the order of their first use."""
    assigned: tuple[str, ...]
    """The names that the formulas give to results."""


@boundary
def parse(text: str) -> Expression:
    """Read one formula, `sigmoid(w*x + b)`, or several: `z = w*x + b; sigmoid(z)`; the last is the result.

    Numbers, names, `+ - * / ** @`, comparisons, lists of numbers, and calls of operations of
    `ta.ops` with parameters by name: `softmax(x, axis=0)`. `inf`, `nan` and `pi` are numbers.
    Raises `ExpressionError`, a `ValueError`, with the place, for text of other characters or words, that is too long
    or too deep or no formula, and for names used twice or never. Calls are looked at when they are computed.
    """
    trees: list[tuple[Formula, ast.expr]] = []
    variables: dict[str, None] = {}
    assigned: dict[str, None] = {}
    unused: dict[str, int] = {}
    for formula in formulas(text):
        if trees and not trees[-1][0].name:
            raise refuse(text, trees[-1][0].place, "its result is used nowhere: give it a name, z = ...")
        tree = _tree(text, formula)
        trees.append((formula, tree))
        for node in names(tree):
            unused.pop(node.id, None)
            if node.id not in assigned:
                variables[node.id] = None
        if formula.name:
            _check_new(text, formula, variables, assigned)
            assigned[formula.name] = None
            unused[formula.name] = formula.place
    if not trees:
        raise refuse(text, 0, "there is no formula; write one, such as sigmoid(w*x + b)")
    unused.pop(trees[-1][0].name, None)
    for name, place in unused.items():
        raise refuse(text, place, f"{name!r} is computed and used nowhere; use it or leave it out")
    return Expression(text, tuple(trees), tuple(variables), tuple(assigned))


def _tree(text: str, formula: Formula) -> ast.expr:
    try:
        return ast.parse(formula.source, mode="eval").body
    except SyntaxError as error:  # what it says is about programs
        place, why = (error.offset or 1) - 1, "something is missing here, or too much"
    except (MemoryError, RecursionError, ValueError):  # the limits come first, but Pythons differ
        place, why = 0, "it is too long for one; name a part: z = ...; f(z)"
    raise refuse(text, formula.start + place, f"this can't be read as a formula: {why}")


def names(tree: ast.expr) -> Iterator[ast.Name]:
    """The names that mean values, in the order in which they stand."""
    waiting: list[ast.AST] = [tree]
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.Name) and node.id not in CONSTANTS:
            yield node
        called = isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
        waiting += reversed([*ast.iter_child_nodes(node)][called:])


def _check_new(text: str, formula: Formula, variables: Container[str], assigned: Container[str]) -> None:
    """Raise `ExpressionError` if the formula's name means something already."""
    if formula.name in variables:
        raise refuse(text, formula.place, f"{formula.name!r} is a variable already; choose another name")
    if formula.name in assigned:
        raise refuse(text, formula.place, f"{formula.name!r} is assigned twice; choose another name")
