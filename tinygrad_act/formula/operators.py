"""Python's operators, once: the sign, the operation's name, the method, how tightly it binds, the node of Python's own
tree, and what computes it."""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

__all__ = [
    "ATOM", "CALLED", "CHOICE", "COMPARISON", "INFIX", "LET", "NOT", "OF_NODE", "OF_UFUNC", "OF_WORD", "POWER",
    "PREFIX", "PRODUCT", "SUM", "Operator",
]  # fmt: skip

LET, CHOICE, _OR, _AND, NOT, COMPARISON, _BIT_OR, _BIT_AND, SUM, PRODUCT, _INVERTED, POWER, ATOM = range(13)
"""How tightly things bind: definitions, `x if c, else y`, `or`, `and`, `not`, comparisons, `|`, `&`, sums, products,
`~`, powers, and what needs no brackets anywhere."""


class Operator(NamedTuple):
    """One of Python's operators."""

    sign: str
    word: str
    """The operation that it means."""
    method: str
    """`__add__` without its underscores."""
    tightness: int
    node: type[ast.AST]
    compute: Callable[..., Any]
    ufuncs: tuple[str, ...]
    """What NumPy calls it."""


_TWO = (
    Operator("==", "equal", "eq", COMPARISON, ast.Eq, operator.eq, ("equal",)),
    Operator("!=", "not_equal", "ne", COMPARISON, ast.NotEq, operator.ne, ("not_equal",)),
    Operator("<", "less", "lt", COMPARISON, ast.Lt, operator.lt, ("less",)),
    Operator("<=", "less_equal", "le", COMPARISON, ast.LtE, operator.le, ("less_equal",)),
    Operator(">", "greater", "gt", COMPARISON, ast.Gt, operator.gt, ("greater",)),
    Operator(">=", "greater_equal", "ge", COMPARISON, ast.GtE, operator.ge, ("greater_equal",)),
    Operator("|", "logical_or", "or", _BIT_OR, ast.BitOr, np.logical_or, ("bitwise_or",)),
    Operator("&", "logical_and", "and", _BIT_AND, ast.BitAnd, np.logical_and, ("bitwise_and",)),
    Operator("+", "add", "add", SUM, ast.Add, operator.add, ("add",)),
    Operator("-", "sub", "sub", SUM, ast.Sub, operator.sub, ("subtract",)),
    Operator("*", "mul", "mul", PRODUCT, ast.Mult, operator.mul, ("multiply",)),
    Operator("/", "div", "truediv", PRODUCT, ast.Div, operator.truediv, ("divide", "true_divide")),
    Operator("//", "floor_divide", "floordiv", PRODUCT, ast.FloorDiv, operator.floordiv, ("floor_divide",)),
    Operator("%", "mod", "mod", PRODUCT, ast.Mod, operator.mod, ("remainder", "mod")),
    Operator("@", "matmul", "matmul", PRODUCT, ast.MatMult, operator.matmul, ("matmul",)),
    Operator("**", "pow", "pow", POWER, ast.Pow, operator.pow, ("power", "float_power")),
)
_ONE = (
    Operator("-", "neg", "neg", PRODUCT, ast.USub, operator.neg, ("negative",)),
    Operator("+", "positive", "pos", PRODUCT, ast.UAdd, operator.pos, ("positive",)),
    Operator("~", "logical_not", "invert", _INVERTED, ast.Invert, np.logical_not, ("invert", "bitwise_not")),
)

INFIX = {one.sign: one for one in _TWO}
"""Operators that stand between their two operands, by sign."""
PREFIX = {one.sign: one for one in _ONE}
"""Operators before their one operand, by sign."""
OF_WORD = {one.word: one for one in (*_TWO, *_ONE)}
"""The same by the name of the operation."""
CALLED = frozenset(("positive", "floor_divide", "mod", "logical_and", "logical_or", "logical_not"))
"""Those that a formula names, though there is a sign for them, because whoever wrote the rule named them."""
OF_UFUNC = {name: one for one in (*_TWO, *_ONE) for name in one.ufuncs}
"""The same by the name of NumPy's function."""
OF_NODE = {one.node: one for one in (*_TWO, *_ONE)}
"""The same by the kind of node in Python's tree of a source."""
