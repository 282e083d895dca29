"""The source of a formula, as it stands in a docstring, as a tree: read by Python's own parser, never run."""

from __future__ import annotations

import ast
import itertools
import math
import re
from collections.abc import Callable, Collection, Sequence
from typing import Any

from .expression import Expr, call, constant, given, infix, item, name, number, prefix, words
from .operators import OF_NODE
from .walking import fold

__all__ = ["CONSTANTS", "LONGEST", "Unreadable", "read", "read_or_words"]

CONSTANTS = {"pi": math.pi, "e": math.e, "inf": math.inf, "nan": math.nan}
"""Names that mean a number, where nothing else is called so."""
LONGEST = 10_000
"""A longer text is no formula that anybody wrote."""
_QUOTED = re.compile("`([^`]*)`")


class Unreadable(ValueError):
    """Text that is no formula."""


def read(text: str, names: Collection[str] = ()) -> Expr:
    """`a * (1 - a)`, or with definitions: `s * (1 - s), s = sigmoid(z)`.

    `names`: what the formula is about; `pi`, `e`, `inf` and `nan` among them are names, else numbers. Raises
    `Unreadable` for text that is no formula: nothing of it is run.
    """
    if len(text) > LONGEST:
        raise Unreadable(f"it has {len(text):,} characters; a formula has at most {LONGEST:,}")
    try:
        source = ast.parse(f"_({text})", mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise Unreadable(f"`{text:.40}` is no formula: {error}") from error
    if not isinstance(source, ast.Call) or len(source.args) != 1 or any(word.arg is None for word in source.keywords):
        raise Unreadable(f"`{text:.40}` is no single formula")
    own = tuple(word.arg for word in source.keywords if word.arg)
    known = {*names, *own}
    body, *values = (_tree(x, known) for x in (source.args[0], *(word.value for word in source.keywords)))
    return Expr("let", own, (body, *values)) if own else body


def read_or_words(text: str, names: Collection[str] = ()) -> Expr:
    """The same; text that is no formula stays words, in which formulas stand in backticks: "the sum of `g`"."""
    try:
        return read(text.replace("`", ""), names)
    except Unreadable:
        texts = _QUOTED.split(text)
        return words(*(_quoted(x, names) if i % 2 else x for i, x in enumerate(texts) if x))


def _quoted(text: str, names: Collection[str]) -> Expr:
    try:
        return read(text, names)
    except Unreadable:
        return constant(text)


def _tree(source: ast.AST, known: Collection[str]) -> Expr:
    def build(node: ast.AST, parts: list[Expr]) -> Expr:
        if isinstance(node, ast.Name):
            return given(node.id) if node.id in CONSTANTS and node.id not in known else name(node.id)
        return _BUILT[type(node)](node, parts)

    return fold(source, _below, build)


def _below(node: ast.AST) -> Sequence[ast.AST]:
    """The parts of a node that are formulas themselves. Raises `Unreadable` for what stands in none."""
    below = _PARTS.get(type(node))
    if below is None:
        raise Unreadable(f"`{ast.unparse(node):.40}` is no part of a formula")
    return below(node)


def _of_call(node: Any) -> list[ast.AST]:
    function = node.func
    if not isinstance(function, (ast.Name, ast.Attribute)) or any(word.arg is None for word in node.keywords):
        raise Unreadable(f"`{ast.unparse(node):.40}` calls what has no name")
    owner = [function.value] if isinstance(function, ast.Attribute) else []
    return [*owner, *node.args, *(word.value for word in node.keywords)]


def _call(node: Any, parts: list[Expr]) -> Expr:
    count = len(parts) - len(node.keywords)
    keywords = list(zip((word.arg for word in node.keywords), parts[count:]))
    is_method = isinstance(node.func, ast.Attribute)
    word = node.func.attr if is_method else node.func.id
    return Expr("method" if is_method else "call", word, parts[:count], keywords)


def _constant(node: Any, _: list[Expr]) -> Expr:
    value = node.value
    return number(value) if isinstance(value, (int, float)) and not isinstance(value, bool) else constant(value)


def _compared(node: Any, parts: list[Expr]) -> Expr:
    """`low <= z <= high` means both."""
    if not all(type(how) in OF_NODE for how in node.ops):  # `in` and `is`
        raise Unreadable(f"`{ast.unparse(node):.40}` is no part of a formula")
    pairs = [infix(OF_NODE[type(how)].sign, x, y) for how, (x, y) in zip(node.ops, itertools.pairwise(parts))]
    return _all("&", pairs)


def _all(sign: str, parts: Sequence[Expr]) -> Expr:
    found = parts[0]
    for part in parts[1:]:
        found = infix(sign, found, part)
    return found


def _slice(node: Any, parts: list[Expr]) -> Expr:
    found, ends = iter(parts), (node.lower, node.upper, node.step)
    return Expr("slice", "", [constant(None) if x is None else next(found) for x in ends])


_PARTS: dict[type[ast.AST], Callable[[Any], Sequence[ast.AST]]] = {
    ast.Constant: lambda node: (),
    ast.Name: lambda node: (),
    ast.BinOp: lambda node: (node.left, node.right),
    ast.BoolOp: lambda node: node.values,
    ast.UnaryOp: lambda node: (node.operand,),
    ast.Compare: lambda node: (node.left, *node.comparators),
    ast.IfExp: lambda node: (node.test, node.body, node.orelse),
    ast.Call: _of_call,
    ast.Attribute: lambda node: (node.value,),
    ast.Subscript: lambda node: (node.value, node.slice),
    ast.Slice: lambda node: [x for x in (node.lower, node.upper, node.step) if x is not None],
    ast.Starred: lambda node: (node.value,),
    ast.Tuple: lambda node: node.elts,
    ast.List: lambda node: node.elts,
}


def _binary(node: Any, parts: list[Expr]) -> Expr:
    found = OF_NODE.get(type(node.op))
    if found is None:
        raise Unreadable(f"`{ast.unparse(node):.40}` is no part of a formula")
    return infix(found.sign, *parts)


def _unary(node: Any, parts: list[Expr]) -> Expr:
    return prefix("~" if isinstance(node.op, ast.Not) else OF_NODE[type(node.op)].sign, *parts)


_BUILT: dict[type[ast.AST], Callable[[Any, list[Expr]], Expr]] = {
    ast.Constant: _constant,
    ast.BinOp: _binary,
    ast.BoolOp: lambda node, parts: _all("&" if isinstance(node.op, ast.And) else "|", parts),
    ast.UnaryOp: _unary,
    ast.Compare: _compared,
    ast.IfExp: lambda node, parts: call("where", parts),
    ast.Call: _call,
    ast.Attribute: lambda node, parts: Expr("attribute", node.attr, parts),
    ast.Subscript: lambda node, parts: item(*parts),
    ast.Slice: _slice,
    ast.Starred: lambda node, parts: Expr("prefix", "*", parts),
    ast.Tuple: lambda node, parts: Expr("tuple", "", parts),
    ast.List: lambda node, parts: Expr("list", "", parts),
}
