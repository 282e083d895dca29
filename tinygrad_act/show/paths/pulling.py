"""Numbers along paths: the local derivative on every edge, and what a path brings to its end.

Both come from the rules that backward runs, in the order in which it multiplies: a single path's product
is the gradient to the last digit.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ...engine.backprop import pull_one
from ...engine.value import Value
from ..graph.numbers import root_mean_square
from .between import Between, Link
from .heaviest import Route, weight

__all__ = ["local_number", "ones", "pull_along", "pull_by", "weights"]


def pull_by(node: Value, link: Link, g: Any) -> Any:
    """What an edge of `node` brings to its input, if `g` arrives at `node`."""
    op, primals = node.op, node.primals
    return g if op is None or primals is None else pull_one(op, link.position, g, node._held, primals, node.static)


def pull_along(inside: Between, route: Route, g: Any) -> list[Any]:
    """The cotangent `g` that arrives at the output, and what is left of it after each step of a path."""
    brought = [g]
    for place, link in route:
        brought.append(pull_by(inside.nodes[place], link, brought[-1]))
    return brought


def local_number(inside: Between, place: int, link: Link) -> float | None:
    """The local derivative on an edge between two single numbers; None where there are more."""
    node = inside.nodes[place]
    if node.size != 1 or inside.nodes[link.source].size != 1:
        return None
    return float(np.asarray(pull_by(node, link, ones(node))).item())


def weights(inside: Between) -> list[list[int]]:
    """What each edge weighs: by its local derivative, if both of its ends are single numbers.

    Else an estimate: by how much it stretches the gradient that arrives there.
    """
    return [_weights(inside, place) for place in range(len(inside.nodes))]


def _weights(inside: Between, place: int) -> list[int]:
    node, g = inside.nodes[place], inside.cotangents[place]
    size = _norm(g)
    if node.size == 1 or not 0 < size < math.inf:
        g, size = ones(node), math.sqrt(node.size)
    return [weight(_norm(pull_by(node, link, g)) / size) for link in inside.links[place]]


def ones(value: Value) -> Any:
    """A cotangent of 1 for every entry."""
    return 1.0 if type(value._held) is float else np.ones(value.shape, value.dtype)


def _norm(x: Any) -> float:
    """The square root of the sum of squares."""
    return root_mean_square(x) * math.sqrt(np.size(x))
