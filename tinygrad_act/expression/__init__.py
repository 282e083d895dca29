"""Formulas that a user types: `sigmoid(w*x + b)`, read and computed without ever running them as Python.

    a = evaluate_expression("z = w*x + b; sigmoid(z)", {"w": 0.5, "x": 3.0, "b": -0.5})
    a.backward()

Three walls, one behind the other: `scan` lets through only the characters and words that a formula
has, `parse` only the few kinds of syntax that it knows, `run` only operations of `ta.ops`.
"""

from .assignment import parse_assignment
from .message import ExpressionError
from .parse import Expression, parse
from .run import evaluate_expression

__all__ = ["Expression", "ExpressionError", "evaluate_expression", "parse", "parse_assignment"]
