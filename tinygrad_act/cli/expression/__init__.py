"""Formulas that a user types: `sigmoid(w*x + b)`, read and computed without ever running them as Python.

    a = evaluate_expression("z = w*x + b; sigmoid(z)", {"w": 0.5, "x": 3.0, "b": -0.5})
    a.backward()

Three walls, one behind the other: `limits` lets through only the characters and words that a formula has, and no
more of them than Python's parser can take; `visitor` only the few kinds of nodes of its tree that a formula has, and
operations of `ta.ops`; `growth` only results that fit the memory.
"""

from .assignment import parse_assignment
from .evaluate import evaluate_expression
from .message import ExpressionError
from .reader import Expression, parse

__all__ = ["Expression", "ExpressionError", "evaluate_expression", "parse", "parse_assignment"]
