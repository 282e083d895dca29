"""What a trusting program has to look at before it may be believed.

A trusting program multiplies where `chain` would look first: 0 times an infinite slope is NaN there
and 0 here, and where an output is NaN, a slope written as a mask must not swallow it. Both show
themselves as NaN, in the node itself and in all that is computed from it. So it is enough to look
at few results, the smallest that all doubtful nodes flow into.
"""

from __future__ import annotations

from .node import Node

__all__ = ["watched"]


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
