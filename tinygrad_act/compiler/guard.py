"""What a trusting program has to look at before it may be believed.

A trusting program multiplies where `chain` would look first: 0 times an infinite slope is NaN there
and 0 here, and where an output is NaN, a slope written as a mask must not swallow it. Both show
themselves as NaN, in the node itself and in all that is computed from it. So it is enough to look
at few results, the smallest that all doubtful nodes flow into.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from .node import Node

__all__ = ["has_nan", "watched"]


def watched(lines: list[Node]) -> list[Node]:
    """The nodes among `lines` to look at for NaN: the smallest ones that each doubtful node flows into."""
    doubtful = {x for x in lines if x.trusted and _is_float(x)}
    chosen: list[Node] = []
    users: set[Node] = set()
    for node in lines:
        if node.call.nan and _is_float(node):
            users.update(node.args)
    ends = [x for x in lines if x not in users and _is_float(x)]
    reached = {end: _flows_into(end) & doubtful for end in ends}
    while doubtful and reached:
        best = max(reached, key=lambda x: (len(reached[x] & doubtful), -x.nbytes))
        chosen.append(best)
        doubtful -= reached.pop(best)
    return chosen


def _is_float(x: Node) -> bool:
    return getattr(x.dtype, "kind", "f" if x.dtype is float else "") == "f"


def _flows_into(end: Node) -> set[Node]:
    """All nodes whose NaN would be one in `end`."""
    seen = {end}
    stack = [end]
    while stack:
        node = stack.pop()
        if node.call.nan and _is_float(node):  # a comparison with NaN is a plain False
            new = [x for x in node.args if x not in seen]
            seen.update(new)
            stack += new
    return seen


def has_nan(x: Any, y: Any = None) -> bool:
    """Whether any entry is NaN: the sum of their squares is NaN just then. Of two arrays, the sum of their products
    is, and of infinity times 0, too: whoever asks is careful once more than needed."""
    x = x.ravel()
    y = x if y is None else y.ravel()
    rest, total = 0, 0.0
    if x.size > 8192:  # OpenBLAS gives longer products to threads, which costs more than it saves
        rest = x.size // 4096 * 4096
        total = np.vecdot(x[:rest].reshape(-1, 4096), y[:rest].reshape(-1, 4096)).sum()
    total += np.dot(x[rest:], y[rest:])
    return bool(total != total)
