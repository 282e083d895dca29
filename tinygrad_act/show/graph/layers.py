"""The layers of a graph that knows no modules, found by their weights.

A layer is a product with a weight, and what follows it alone: a bias, an activation, a pooling.
"""

from __future__ import annotations

from ...core.registry import ops
from .alike import is_leaf, neighbours
from .snapshot import Node, Snapshot

__all__ = ["role", "with_layers"]


def role(node: Node) -> str:
    """What the operation of a box does in a layer; see `tinygrad_act.core.op.LAYER`."""
    op = ops.find(node.op) if node.op else None
    return op.layer if op is not None else ""


def with_layers(snapshot: Snapshot) -> Snapshot:
    """The same snapshot with every layer as a cluster."""
    nodes = {node.id: node for node in snapshot.nodes}
    inputs, uses = neighbours(snapshot)
    layer: dict[str, int] = {}
    count = 0
    for name, node in nodes.items():
        sources = [nodes[x] for x, _ in inputs[name]]
        weighted = any(source.kind == "parameter" and not source.output for source in sources)
        before = [source for source in sources if not is_leaf(source)]
        if role(node) == "begins" and weighted:
            count += 1
            layer[name] = count
        elif len(before) == 1 and len(uses[before[0].id]) == 1 and (weighted or _follows(node)):
            layer[name] = layer.get(before[0].id, 0)
    for name, node in nodes.items():
        around = {layer.get(user, 0) for user, _ in uses[name]}
        if node.kind == "parameter" and len(around) == 1 and min(around):
            layer[name] = min(around)
    grouped = (node._replace(cluster=(f"layer {layer[name]}",)) if layer.get(name) else node
               for name, node in nodes.items())  # fmt: skip
    return snapshot._replace(nodes=tuple(grouped))


def _follows(node: Node) -> bool:
    return bool(node.shape) and (node.activation or role(node) == "continues")
