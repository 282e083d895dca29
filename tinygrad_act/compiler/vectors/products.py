"""Sums of products that are matrix products: places that say so.

The sum over k of x[i, k] * y[j, k] is x @ y.T. The loops tell: those that only x moves with are i,
those that only y moves with are j, and those inside of the sum are k.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from ...operations.contraction import shaped
from .operand import Operand

__all__ = ["as_product"]


def as_product(x: Operand, y: Operand, lengths: Sequence[int], rows: int) -> Any:
    """The sums of the products of x and y over the loops from `rows` on, in the order of the loops before; None
    if they are no matrix product."""
    steps, others = x.steps(lengths), y.steps(lengths)
    if steps is None or others is None or rows == len(lengths):
        return None
    if 0 in steps[rows:] or 0 in others[rows:]:
        return None
    moves = [(bool(s), bool(t)) for s, t in zip(steps[:rows], others[:rows])]
    if any(a == b for a, b in moves) or (moves != sorted(moves) and moves != sorted(moves, reverse=True)):
        return None
    first, second = (x, y) if not moves or moves[0][0] else (y, x)
    left, right = (a.moving(lengths) for a in (first, second))
    inner, shape = math.prod(lengths[rows:]), tuple(lengths[:rows])
    if not shape:
        return shaped(left, (inner,)) @ shaped(right, (inner,))
    left, right = (shaped(a, (a.size // inner, inner)) for a in (left, right))
    return shaped(left @ right.T, shape)
