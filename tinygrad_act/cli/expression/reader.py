"""From text to steps: Python's own parser makes a tree, and this reads the few kinds of nodes it knows.

Nothing is compiled or run. The steps are for a machine with a stack, so however long a formula is,
no function calls itself.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence
from typing import Any, Literal, NamedTuple, TypeAlias

from ...core.dispatch import bind
from ...core.frames import boundary
from ...core.op import Op
from ...core.registry import ops
from .message import ExpressionError, foreign, refuse
from .scan import CONSTANTS, Statement, statements

__all__ = ["Expression", "Step", "parse"]

_BINARY = {ast.Add: "add", ast.Sub: "sub", ast.Mult: "mul", ast.Div: "div", ast.Pow: "pow", ast.MatMult: "matmul"}
_COMPARISONS = {ast.Lt: "less", ast.LtE: "less_equal", ast.Gt: "greater", ast.GtE: "greater_equal",
                ast.Eq: "equal", ast.NotEq: "not_equal"}  # fmt: skip


class Step(NamedTuple):
    """One step of the machine."""

    kind: Literal["number", "name", "list", "call", "end"]
    """Put a number, or what a name means, on the stack; make a list or call an operation of the
    uppermost ones; or take the result of a formula off."""
    place: int
    """Where it stands in the text."""
    name: str = ""
    number: float = 0.0
    takes: int = 0
    """How many it takes from the stack."""
    op: Op | None = None
    static: tuple[tuple[str, Any], ...] = ()


class Expression(NamedTuple):
    """Formulas that were read and found harmless."""

    text: str
    steps: tuple[Step, ...]
    variables: tuple[str, ...]
    """The names that need a value, in the order of their first use."""
    assigned: tuple[str, ...]
    """The names that the formulas give to results."""


_Found: TypeAlias = "tuple[Step | None, Sequence[ast.expr]]"
"""A node's own step, and the operands that come before it."""


@boundary
def parse(text: str) -> Expression:
    """Read one formula, `sigmoid(w*x + b)`, or several: `z = w*x + b; sigmoid(z)`; the last is the result.

    Numbers, names, `+ - * / ** @`, comparisons, lists of numbers, and calls of operations of
    `ta.ops` with parameters by name: `softmax(x, axis=0)`. `inf`, `nan` and `pi` are numbers.
    Raises `ExpressionError`, a `ValueError`, for all else, with the place.
    """
    reader = _Reader(text)
    for statement in statements(text):
        reader.read(statement)
    return reader.finish()


class _Reader:
    """Reads statements one by one, and knows the names so far."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._steps: list[Step] = []
        self._variables: dict[str, None] = {}
        self._assigned: dict[str, int] = {}
        self._unused: dict[str, int] = {}
        self._statement = Statement("", 0, "", 0)

    def read(self, statement: Statement) -> None:
        """Add the steps of one formula."""
        if self._steps and not self._statement.name:
            raise refuse(self._text, self._statement.place, "its result is used nowhere: give it a name, z = ...")
        self._statement = statement
        pending: list[ast.expr | Step] = [self._tree(statement)]
        while pending:
            item = pending.pop()
            if isinstance(item, Step):
                self._steps.append(item)
                continue
            step, operands = _KINDS.get(type(item), _Reader._refused)(self, item)
            pending += [step] if step else []
            pending += reversed(operands)
        self._assign(statement)

    def finish(self) -> Expression:
        """All that was read. Raises `ExpressionError` for nothing, and for a result that is used nowhere."""
        if not self._steps:
            raise refuse(self._text, 0, "there is no formula; write one, such as sigmoid(w*x + b)")
        self._unused.pop(self._statement.name, None)
        for name, place in self._unused.items():
            raise refuse(self._text, place, f"{name!r} is computed and used nowhere; use it or leave it out")
        return Expression(self._text, tuple(self._steps), tuple(self._variables), tuple(self._assigned))

    def _tree(self, statement: Statement) -> ast.expr:
        try:
            return ast.parse(statement.source, mode="eval").body
        except SyntaxError as error:  # what it says is about programs
            place, why = (error.offset or 1) - 1, "something is missing here, or too much"
        except (MemoryError, RecursionError, ValueError):  # the limits of `scan` come first, but Pythons differ
            place, why = 0, "it is too long for one; name a part: z = ...; f(z)"
        raise refuse(self._text, statement.start + place, f"this can't be read as a formula: {why}")

    def _assign(self, statement: Statement) -> None:
        name = statement.name
        if name in self._variables:
            raise refuse(self._text, statement.place, f"{name!r} is a variable already; choose another name")
        if name in self._assigned:
            raise refuse(self._text, statement.place, f"{name!r} is assigned twice; choose another name")
        if name:
            self._assigned[name] = self._unused[name] = statement.place
        self._steps.append(Step("end", statement.place, name))

    # -- one kind of node each ----------------------------------------------------------------

    def _constant(self, node: Any) -> _Found:
        if type(node.value) not in (int, float):
            raise self._error(node, f"{node.value!r:.40} is no real number; True, False and None are for parameters")
        return Step("number", self._place(node), number=self._number(node, node.value)), ()

    def _name(self, node: Any) -> _Found:
        name = node.id
        if name in CONSTANTS:
            return Step("number", self._place(node), number=CONSTANTS[name]), ()
        if name not in self._assigned:
            self._variables[name] = None
        self._unused.pop(name, None)
        return Step("name", self._place(node), name), ()

    def _list(self, node: Any) -> _Found:
        return Step("list", self._place(node), takes=len(node.elts)), node.elts

    def _unary(self, node: Any) -> _Found:
        if isinstance(node.op, ast.UAdd):
            return None, [node.operand]
        if not isinstance(node.op, ast.USub):
            raise self._error(node, "this sign is not known; there are + and -, and logical_not(x)")
        return Step("call", self._place(node), takes=1, op=ops["neg"]), [node.operand]

    def _binary(self, node: Any) -> _Found:
        place = self._after(node.left)
        if type(node.op) not in _BINARY:
            raise refuse(self._text, place, "this operator is not known; there are + - * / ** and @")
        return Step("call", place, takes=2, op=ops[_BINARY[type(node.op)]]), [node.left, node.right]

    def _comparison(self, node: Any) -> _Found:
        if len(node.ops) > 1 or type(node.ops[0]) not in _COMPARISONS:
            raise self._error(node, "one comparison at a time: write logical_and(a < b, b < c)")
        place = self._after(node.left)
        return Step("call", place, takes=2, op=ops[_COMPARISONS[type(node.ops[0])]]), [node.left, *node.comparators]

    def _call(self, node: Any) -> _Found:
        if not isinstance(node.func, ast.Name):
            raise self._error(node, "only operations can be called, by their name; write * for a product")
        return self._calling(node.func.id, node, node.args, node.keywords)

    def _refused(self, node: Any) -> _Found:
        raise self._error(node, _REFUSED.get(type(node), f"{type(node).__name__} is not allowed in a formula"))

    # -- details ------------------------------------------------------------------------------

    def _calling(
        self, name: str, node: Any, operands: Sequence[ast.expr], keywords: Sequence[ast.keyword] = ()
    ) -> _Found:
        op = self._operation(name, node)
        if not op.variadic and len(operands) != len(op.inputs):
            takes = f"takes {len(op.inputs)} input{'s' * (len(op.inputs) != 1)} ({', '.join(op.inputs)})"
            hint = f"; parameters by name: {', '.join(f'{key}=...' for key in op.defaults)}" if op.defaults else ""
            raise self._error(node, f"{name}: {takes}, not {len(operands)}, and without names{hint}")
        static = {word.arg or "": self._literal(word.value) for word in keywords}
        try:
            bind(op, (0.0,) * len(operands), dict(static))
        except (TypeError, ValueError) as error:
            raise self._error(node, str(error)) from None
        return Step("call", self._place(node), takes=len(operands), op=op, static=tuple(static.items())), operands

    def _operation(self, name: str, node: Any) -> Op:
        if (name in self._variables or name in self._assigned) and ops.find(name) is None:
            raise self._error(node, f"{name!r} is a value and can't be called; write {name} * (...) for a product")
        try:
            return ops[name]
        except KeyError as error:
            hint = foreign(name) or "only operations can be called: sigmoid, tanh, sum, ...; write * for a product"
            raise self._error(node, f"{error.args[0]} ({hint})") from None

    def _literal(self, node: Any) -> Any:
        """A parameter's value. Brackets nest no deeper than `scan` lets them, so this may call itself."""
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

    def _number(self, node: Any, value: float) -> float:
        try:
            return float(value)
        except OverflowError:
            raise self._error(node, "the number is too large for a float") from None

    def _place(self, node: Any) -> int:
        return self._offset(node.col_offset)

    def _offset(self, column: int) -> int:
        """The place in the text of a node's column, which counts bytes."""
        before = self._statement.source.encode()[:column]
        return self._statement.start + len(before.decode(errors="ignore"))

    def _after(self, node: Any) -> int:
        """The place of the operator that follows a node."""
        place = self._offset(node.end_col_offset)
        while self._text[place : place + 1] in (" ", ")", "\t", "\n", "\r"):
            place += 1
        return place

    def _error(self, node: Any, message: str) -> ExpressionError:
        return refuse(self._text, self._place(node), message)


_SIGNED = (ast.Constant, ast.Name)
_KINDS: dict[type, Callable[[_Reader, Any], _Found]] = {
    ast.Constant: _Reader._constant, ast.Name: _Reader._name, ast.List: _Reader._list, ast.UnaryOp: _Reader._unary,
    ast.BinOp: _Reader._binary, ast.Compare: _Reader._comparison, ast.Call: _Reader._call,
}  # fmt: skip
_REFUSED: dict[type, str] = {
    ast.Subscript: "indexing is not allowed: write getitem(x, index=0)",
    ast.Attribute: "attributes are not allowed: write sum(x) in place of x.sum()",
    ast.Starred: "`*` is not allowed here; write the inputs one by one",
    ast.Tuple: "a tuple is only allowed as a parameter; write [1, 2] for a list of numbers",
}
