"""How accurate every activation and its derivative are: `measure("sigmoid")`, measured against the
formula in its own docstring, evaluated in high precision. Needs mpmath.
"""

from __future__ import annotations

from .measuring import FULL, QUICK, Row, measure, measured_ops
from .report import END, START, as_json, head, line, markdown

__all__ = [
    "END", "FULL", "QUICK", "START", "Row", "as_json", "head", "line", "markdown", "measure", "measured_ops",
]  # fmt: skip
