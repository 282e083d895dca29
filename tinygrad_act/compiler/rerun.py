"""A recorded graph as a function of its leaves: node by node, or scalars as vectors."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np

from ..engine.backprop import total
from ..engine.value import Value
from .identifiers import distinct
from .vectors import Groups, apply, gathered, replay

__all__ = ["Block", "Rerun", "as_nodes", "as_vectors"]


class Block:
    """Leaves that a program takes as one argument: a single one as it is, or numbers as a vector."""

    def __init__(self, name: str, leaves: Sequence[Value], vector: bool) -> None:
        self.name, self.leaves, self.vector = name, leaves, vector
        self.fixed = not any(leaf.level for leaf in leaves)
        """Whether no gradient flows to it."""

    def read(self) -> Any:
        """What the leaves hold now."""
        if not self.vector:
            return self.leaves[0]._held
        return np.array([leaf._held for leaf in self.leaves], np.float64)

    def added(self, gradient: Any) -> Iterator[tuple[Value, Any]]:
        """The leaves, and their gradients with this one added."""
        if not self.vector:
            leaf = self.leaves[0]
            yield leaf, gradient if leaf._grad is None else total(leaf._grad, gradient)
            return
        for leaf, c in zip(self.leaves, gradient.tolist()):
            if leaf.level:
                before = leaf._grad
                c = c if before is None else before + c
                yield leaf, c if type(leaf._held) is float else np.asarray(c)


class Rerun:
    """Computes the root of a graph from other leaves: a function of a dict with what each block holds, by its name."""

    def __init__(self, blocks: list[Block], compute: Callable[[dict[str, Any]], Any]) -> None:
        self.blocks, self._compute = blocks, compute

    def __call__(self, leaves: dict[str, Any]) -> Any:
        return self._compute(leaves)


def as_nodes(order: Sequence[Value]) -> Rerun:
    """The graph node by node; the root is the last of `order`."""
    leaves = [x for x in order if x.op is None]
    labels = [str(x.label or "") for x in leaves]
    wishes = [label if label.isidentifier() else "" for label in labels]
    names = [name if name and wishes.count(name) == 1 else f"{name or 'x'}{i}" for i, name in enumerate(wishes)]
    names = distinct(names)
    blocks = [Block(name, [x], False) for name, x in zip(names, leaves)]
    return Rerun(blocks, functools.partial(_by_nodes, order, blocks))


def _by_nodes(order: Sequence[Value], blocks: Sequence[Block], leaves: dict[str, Any]) -> Any:
    known: dict[Value, Any] = {block.leaves[0]: leaves[block.name] for block in blocks}
    a: Any = None
    for node in order:
        if node.op is None:
            continue
        edges: Any = node._edges
        count = len(edges) // 2
        args = [known[x] if isinstance(x, Value) else primal for x, primal in zip(edges[:count], edges[count:])]
        known[node] = a = apply(node.op, tuple(args), node.static)
    return a


def as_vectors(order: Sequence[Value]) -> Rerun | None:
    """The graph with vectors in place of scalars; None if it holds other things, or too few that are alike."""
    groups = gathered(order, order[-1:])
    if groups is None:
        return None
    leaves = [[order[i] for i in group.members] for group in groups.leaves]
    blocks = [Block(f"v{i + 1}", members, True) for i, members in enumerate(leaves)]
    return Rerun(blocks, functools.partial(_by_vectors, groups, order[-1], blocks))


def _by_vectors(groups: Groups, root: Value, blocks: Sequence[Block], leaves: dict[str, Any]) -> Any:
    return replay(groups, [leaves[block.name] for block in blocks], [root]).at(root)
