"""The part of a graph that lies between an output and one of the values it depends on.

Reads the graph and writes nothing: the gradient is pulled back beside it, and no `.grad` changes.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from ...core.errors import describe
from ...core.graph import topological_order
from ...core.mode import mode, special
from ...engine.backprop import count_uses, pull
from ...engine.leaves import seed
from ...engine.tracing import refuse_look
from ...engine.value import Value

__all__ = ["Between", "Link", "between"]


class Link(NamedTuple):
    """An edge that a gradient flows by, from a node to one of its inputs."""

    position: int
    """Which input it is."""
    source: int
    """Where that input stands in `Between.nodes`."""


class Between(NamedTuple):
    """Every node on a way from the output back to the one asked for, and the edges among them."""

    nodes: tuple[Value, ...]
    """Inputs first: the one asked for is at the start, the output at the end."""
    links: tuple[tuple[Link, ...], ...]
    """The edges of each node, in the order of its inputs; none at the one asked for."""
    cotangents: tuple[Any, ...]
    """The gradient of the output by each node, as backward would bring it."""
    paths: int
    """How many paths there are, exactly."""


def between(value: Any, wrt: Any) -> Between:
    """What lies between `value`, a single number, and `wrt`, which it depends on.

    Linear in the nodes and edges of the graph. Raises `TypeError` and `ValueError` as `explain` does,
    `RuntimeError` where the data of a leaf was changed since.
    """
    _refuse_others(value, wrt)
    uses, _ = count_uses(value, Value, 1)
    order = topological_order([value], Value)
    if wrt not in uses:
        raise _no_way(value, wrt, wrt in set(order))
    flowing = {node: None for node in order if node in uses}
    arrived = dict(pull(value, seed(value, None), uses, Value, 1, False))
    places: dict[Value, int] = {}
    links: list[tuple[Link, ...]] = []
    counts: list[int] = []
    for node in flowing:
        found = () if node is wrt else tuple(_links(node, places))
        if found or node is wrt:
            places[node] = len(links)
            links.append(found)
            counts.append(sum(counts[link.source] for link in found) if found else 1)
    return Between(tuple(places), tuple(links), tuple(arrived[node] for node in places), counts[places[value]])


def _links(node: Value, places: dict[Value, int]) -> list[Link]:
    """The edges of `node` to nodes that have a place, by which a gradient flows."""
    if node.op is None or node.inputs is None:
        return []
    return [
        Link(position, places[x])
        for position, (x, rule) in enumerate(zip(node.inputs, node.op.each))
        if rule is not None and isinstance(x, Value) and x in places
    ]


def _refuse_others(value: Any, wrt: Any) -> None:
    if not isinstance(value, Value):
        raise TypeError(f"explain: the first argument is {describe(value)}; expected the Value to explain, as in "
                        f"ta.explain(loss, wrt=w)")  # fmt: skip
    if not isinstance(wrt, Value):
        advice = "; call it once for each Value" if isinstance(wrt, (list, tuple, dict)) else ""
        raise TypeError(f"explain: wrt is {describe(wrt)}; expected a Value that the first one depends on{advice}")
    if special and mode.tracing:
        refuse_look(value, "explain()")
    if not value.level:
        raise ValueError(
            f"explain: no gradient flows from {_name(value)}: it depends on no Value that requires one "
            f"(constants, detach(), no_grad(), comparisons, floor, ceil and sign stop it)"
        )
    if value.size != 1:
        raise ValueError(
            f"explain: a Value of shape {value.shape} is not a single number; reduce it first, as in "
            f"ta.explain(value.sum(), wrt=w), or explain one entry, value[0, 0]"
        )


def _no_way(value: Value, wrt: Value, used: bool) -> ValueError:
    if not wrt.level:
        return ValueError(
            f"explain: {_name(wrt)} is a constant, so no gradient flows to it; wrt must be a Value made with "
            f"requires_grad, or computed from one"
        )
    if used:
        return ValueError(
            f"explain: {_name(value)} is computed from {_name(wrt)}, but no gradient flows between them: what lies "
            f"between has none (comparisons, floor, ceil, sign and the condition of where stop it)"
        )
    return ValueError(
        f"explain: {_name(value)} does not depend on {_name(wrt)}: no operation between them was recorded; "
        f"pass the very Value that was used (detach() and no_grad() make new ones without a graph)"
    )


def _name(value: Value) -> str:
    return (
        f"{value.label!r:.60}"
        if value.label
        else f"the Value of shape {value.shape}"
        if value.shape
        else (f"the Value {value.data:.6g}")
    )
