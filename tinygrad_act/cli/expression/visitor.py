"""The second wall: the few kinds of nodes of Python's syntax tree that a formula has, computed one by one by operations
of `ta.ops`. Nothing is compiled or run as Python."""

from __future__ import annotations

import ast
import math
from collections.abc import Callable, Generator, Sequence
from types import GeneratorType
from typing import Any, TypeAlias

import numpy as np

from ...core.errors import shape_of
from ...core.op import Op
from ...core.registry import ops
from ...engine.value import Value
from ...formula.operators import INFIX
from .growth import entries, is_declared
from .limits import CONSTANTS, Formula
from .message import ExpressionError, foreign, refuse

__all__ = ["Visitor"]

_BINARY = {INFIX[sign].node: INFIX[sign].word for sign in ("+", "-", "*", "/", "**", "@")}
_COMPARISONS = {INFIX[sign].node: INFIX[sign].word for sign in ("<", "<=", ">", ">=", "==", "!=")}

_MOST_ENTRIES = 10_000_000
"""How many entries all results of a text may have together."""
_MOST_READ = 1_000_000_000
"""How many entries all operations of a text may read together: products are small, but take their time."""

_Visit: TypeAlias = Generator[ast.expr, Any, Any]
"""A visit that waits: it yields the nodes below, is sent what they come to, and returns what its own comes to."""


class Visitor:
    """Computes the trees of formulas, one by one: it knows what the names mean so far, and how many entries results
    may still have. However deep a tree is, no function calls itself."""

    def __init__(self, text: str, names: dict[str, Any]) -> None:
        """`names`: what names mean; the KeyError of one that means nothing says why. Results are added to it."""
        self._text = text
        self._names = names
        self._formula = Formula("", 0, "", 0)
        self._left, self._unread = _MOST_ENTRIES, _MOST_READ

    def result(self, formula: Formula, tree: ast.expr) -> Any:
        """The result of a formula: a Value, or a number or array if no Value came in and it has no name. A name becomes
        the label of a Value that was made here. Raises `ExpressionError` for what is not allowed or fails."""
        self._formula = formula
        found, name = self._visit(tree), formula.name
        if name and not isinstance(found, Value):
            found = Value(found, name, requires_grad=False)
        elif name and not _is_name(tree):
            found.label = name
        if name:
            self._names[name] = found
        return found

    def _visit(self, tree: ast.expr) -> Any:
        waiting: list[_Visit] = []
        found = self._begun(tree)
        while True:
            if isinstance(found, GeneratorType):
                waiting.append(found)
                found = None
            elif not waiting:
                return found
            try:
                node = waiting[-1].send(found)
            except StopIteration as ended:
                waiting.pop()
                found = ended.value
            else:
                found = self._begun(node)

    def _begun(self, node: ast.expr) -> Any:
        """What a node without nodes below it comes to, else a visit that waits for them."""
        return _KINDS.get(type(node), Visitor._refused)(self, node)

    # -- one kind of node each ------------------------------------------------------------------

    def _refused(self, node: Any) -> Any:
        raise self._error(node, _REFUSED.get(type(node), f"{type(node).__name__} is not allowed in a formula"))

    def _constant(self, node: Any) -> float:
        if type(node.value) not in (int, float):
            raise self._error(node, f"{node.value!r:.40} is no real number; True, False and None are for parameters")
        try:
            return float(node.value)
        except OverflowError:
            raise self._error(node, "the number is too large for a float") from None

    def _name(self, node: Any) -> Any:
        if node.id in CONSTANTS:
            return CONSTANTS[node.id]
        try:
            return self._names[node.id]
        except KeyError as error:
            raise self._error(node, error.args[0]) from None

    def _list(self, node: Any) -> _Visit:
        items = []
        for item in node.elts:
            items.append((yield item))
        if any(isinstance(x, Value) for x in items):
            raise self._error(node, "a list holds numbers only; to join Values write stack(x, y)")
        if len({np.shape(x) for x in items}) > 1:
            raise self._error(node, "the items of this list differ in shape; rows need one length")
        return np.array(items, np.float64)

    def _unary(self, node: Any) -> _Visit:
        if isinstance(node.op, ast.UAdd):
            return (yield node.operand)
        if not isinstance(node.op, ast.USub):
            raise self._error(node, "this sign is not known; there are + and -, and logical_not(x)")
        return (yield from self._calling(node, ops["neg"], [node.operand]))

    def _binary(self, node: Any) -> _Visit:
        if type(node.op) not in _BINARY:
            raise self._error_of_call(node, "this operator is not known; there are + - * / ** and @")
        return self._calling(node, ops[_BINARY[type(node.op)]], [node.left, node.right])

    def _comparison(self, node: Any) -> _Visit:
        if len(node.ops) > 1 or type(node.ops[0]) not in _COMPARISONS:
            raise self._error(node, "one comparison at a time: write logical_and(a < b, b < c)")
        return self._calling(node, ops[_COMPARISONS[type(node.ops[0])]], [node.left, *node.comparators])

    def _named_call(self, node: Any) -> _Visit:
        if not isinstance(node.func, ast.Name):
            raise self._error(node, "only operations can be called, by their name; write * for a product")
        op = self._operation(node, node.func.id)
        if not op.variadic and len(node.args) != len(op.inputs):
            takes = f"takes {len(op.inputs)} input{'s' * (len(op.inputs) != 1)} ({', '.join(op.inputs)})"
            hint = f"; parameters by name: {', '.join(f'{key}=...' for key in op.defaults)}" if op.defaults else ""
            raise self._error(node, f"{op.name}: {takes}, not {len(node.args)}, and without names{hint}")
        static: dict[str, Any] = {}
        for word in node.keywords:
            if word.arg is None:
                raise self._error(word.value, f"{op.name}: {_REFUSED[ast.Starred]}")
            if word.arg in static:  # Python says so only once it compiles
                raise self._error(word.value, f"{op.name}: {word.arg!r} is given twice")
            static[word.arg] = self._literal(word.value)
        return self._calling(node, op, node.args, static)

    def _calling(
        self, node: ast.expr, op: Op, operands: Sequence[ast.expr], static: dict[str, Any] | None = None
    ) -> _Visit:
        args, static = [], static or {}
        for operand in operands:
            args.append((yield operand))
        self._left -= entries(op, args, static)
        if self._left < 0:
            raise self._error_of_call(node, _too_many(op))
        self._unread -= sum(math.prod(shape_of(x)) for x in args)
        if self._unread < 0:
            raise self._error_of_call(node, f"the operations would read more than {_MOST_READ:,} entries together")
        try:
            return op.call(*args, **static)
        except (TypeError, ValueError, IndexError, ArithmeticError, MemoryError) as error:
            raise self._error_of_call(node, f"{op.name}: {str(error).removeprefix(f'{op.name}: ')}") from None

    def _operation(self, node: ast.expr, name: str) -> Op:
        if name in self._names and ops.find(name) is None:
            raise self._error(node, f"{name!r} is a value and can't be called; write {name} * (...) for a product")
        try:
            return ops[name]
        except KeyError as error:
            hint = foreign(name) or "only operations can be called: sigmoid, tanh, sum, ...; write * for a product"
            raise self._error(node, f"{error.args[0]} ({hint})") from None

    def _literal(self, node: ast.expr) -> Any:
        """A parameter's value. Brackets nest no deeper than `limits` lets them, so this may call itself."""
        if isinstance(node, ast.Constant) and (node.value is None or type(node.value) in (int, float, bool)):
            return node.value
        if isinstance(node, ast.Name) and node.id in CONSTANTS:
            return CONSTANTS[node.id]
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub) and type(node.operand) in _SIGNED:
            value = self._literal(node.operand)
            if type(value) in (int, float):
                return -value
        if isinstance(node, (ast.Tuple, ast.List)):
            return tuple([self._literal(item) for item in node.elts])
        raise self._error(node, "a parameter is a number, a tuple of numbers, True, False or None")

    # -- where things stand ---------------------------------------------------------------------

    def _error(self, node: ast.expr, message: str) -> ExpressionError:
        """What is wrong with a node, shown where it begins."""
        return refuse(self._text, self._formula.place_of(node.col_offset), message)

    def _error_of_call(self, node: ast.expr, message: str) -> ExpressionError:
        """What is wrong with a result, shown where the name or the sign of its operation stands."""
        if not isinstance(node, (ast.BinOp, ast.Compare)):
            return self._error(node, message)
        place = self._formula.place_of(node.left.end_col_offset or 0)
        while self._text[place : place + 1] in (" ", ")", "\t", "\n", "\r"):
            place += 1
        return refuse(self._text, place, message)


def _is_name(tree: ast.expr) -> bool:
    """Whether a formula is a name alone, +z at most."""
    while isinstance(tree, ast.UnaryOp) and isinstance(tree.op, ast.UAdd):
        tree = tree.operand
    return isinstance(tree, ast.Name)


def _too_many(op: Op) -> str:
    if is_declared(op):
        return f"the results would have more than {_MOST_ENTRIES:,} entries together"
    return (
        f"{op.name}: its declaration does not say how large its result is, and with these inputs the results might "
        f"have more than {_MOST_ENTRIES:,} entries together; declare it with @ta.op(..., grows=...)"
    )


_SIGNED = (ast.Constant, ast.Name)
_KINDS: dict[type, Callable[[Visitor, Any], Any]] = {
    ast.Constant: Visitor._constant, ast.Name: Visitor._name, ast.List: Visitor._list, ast.UnaryOp: Visitor._unary,
    ast.BinOp: Visitor._binary, ast.Compare: Visitor._comparison, ast.Call: Visitor._named_call,
}  # fmt: skip
_REFUSED: dict[type, str] = {
    ast.Subscript: "indexing is not allowed: write getitem(x, index=0)",
    ast.Attribute: "attributes are not allowed: write sum(x) in place of x.sum()",
    ast.Starred: "stars are not allowed here; write the inputs one by one",
    ast.Tuple: "a tuple is only allowed as a parameter; write [1, 2] for a list of numbers",
}
