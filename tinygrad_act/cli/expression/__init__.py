"""Formulas that a user types: `sigmoid(w*x + b)`, read and computed without ever running them as Python.

    a = evaluate_expression("z = w*x + b; sigmoid(z)", {"w": 0.5, "x": 3.0, "b": -0.5})
    a.backward()

Three walls, one behind the other: `scan` lets through only the characters and words that a formula
has, `reader` only the few kinds of syntax that it knows, `machine` only operations of `ta.ops`.
"""

from .assignment import parse_assignment
from .machine import evaluate_expression
from .message import ExpressionError
from .reader import Expression, parse

__all__ = ["Expression", "ExpressionError", "evaluate_expression", "parse", "parse_assignment"]
