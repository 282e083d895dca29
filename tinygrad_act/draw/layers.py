"""The layers of a graph that knows no modules, found by their weights.

A layer is a product with a weight, and what follows it alone: a bias, an activation, a pooling.
"""

from __future__ import annotations

from .repeats import is_leaf, neighbours
from .snapshot import Node, Snapshot

__all__ = ["with_layers"]

_PRODUCTS = frozenset(["matmul", "einsum", "dot", "tensordot"])
_SHAPING = frozenset(["reshape", "transpose", "swapaxes", "moveaxis", "pad", "getitem", "max", "squeeze", "broadcast_to"])


def with_layers(snapshot: Snapshot) -> Snapshot:
    """The same snapshot with every layer as a cluster."""
    nodes = {node.id: node for node in snapshot.nodes}
    inputs, uses = neighbours(snapshot)
    layer: dict[str, int] = {}
    count = 0
    for node in snapshot.nodes:
        if is_leaf(node):
            continue
        sources = [nodes[x] for x, _ in inputs[node.id]]
        weighted = any(source.kind == "parameter" and not source.output for source in sources)
        before = [source for source in sources if not is_leaf(source)]
        if node.op in _PRODUCTS and weighted:
            count += 1
            layer[node.id] = count
        elif (weighted or _follows(node)) and len(before) == 1 and len(uses[before[0].id]) == 1:
            if before[0].id in layer and not before[0].output:
                layer[node.id] = layer[before[0].id]
    for node in snapshot.nodes:
        around = {layer.get(user, 0) for user, _ in uses[node.id]}
        if node.kind == "parameter" and len(around) == 1 and min(around):
            layer[node.id] = min(around)
    return snapshot._replace(
        nodes=tuple(
            node._replace(cluster=(f"layer {layer[node.id]}",)) if node.id in layer else node
            for node in snapshot.nodes
        )
    )


def _follows(node: Node) -> bool:
    return bool(node.shape) and (node.activation or node.op in _SHAPING)
