"""`w=0.5` on a command line: a name and its number, or nested lists of numbers."""

from __future__ import annotations

from typing import Any

import numpy as np

from ...core.frames import boundary
from .evaluate import compute
from .message import refuse
from .reader import names, parse

__all__ = ["parse_assignment"]

_FORM = "write NAME=NUMBER, as in w=0.5, or NAME=[NUMBERS], as in X=[[1, 2], [3, 4]]"


@boundary
def parse_assignment(text: str) -> tuple[str, Any]:
    """The name and the number or nested list of `w=0.5`, `x=-inf`, `x=1/3`, `X=[[1,2],[3,4]]`.

    Raises `ExpressionError`, a `ValueError`, for anything else.
    """
    name, equals, _ = text.partition("=")
    if not equals or not name.strip().isidentifier():
        raise refuse(text, 0, f"{name.strip()!r:.40} is no name; {_FORM}" if equals and name.strip() else _FORM)
    expression = parse(text)
    if len(expression.assigned) != 1:
        raise refuse(text, len(name), _FORM)
    for formula, tree in expression.trees:
        for node in names(tree):
            raise refuse(text, formula.place_of(node.col_offset), f"{node.id!r} is no number; {_FORM}")
    data = compute(expression, {}).data
    return expression.assigned[0], data.tolist() if isinstance(data, np.ndarray) else float(data)
