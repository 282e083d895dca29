"""Nested lists, tuples and dicts of arrays: take them apart, put them together.

A *tree* is a leaf (a number, an array, a Value) or a list, tuple, named tuple or dict of trees.
`grad` and `gradcheck` accept trees as arguments, and give gradients back in the same structure.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from typing import Any

__all__ = ["flatten", "leaves_with_paths", "map_leaves", "unflatten"]


def leaves_with_paths(tree: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Yield `(path, leaf)` in a fixed order; a path reads like Python: `['layers'][0]`."""
    if isinstance(tree, dict):
        for key, branch in tree.items():
            yield from leaves_with_paths(branch, f"{path}[{key!r}]")
    elif isinstance(tree, (list, tuple)):
        for position, branch in enumerate(tree):
            yield from leaves_with_paths(branch, f"{path}[{position}]")
    else:
        yield path, tree


def flatten(tree: Any) -> list[Any]:
    """The leaves of `tree`, in the order of `leaves_with_paths`."""
    if isinstance(tree, (dict, list, tuple)):
        return [leaf for branch in (tree.values() if isinstance(tree, dict) else tree) for leaf in flatten(branch)]
    return [tree]


def unflatten(tree: Any, leaves: list[Any]) -> Any:
    """A tree of the structure of `tree` that holds `leaves`, in the order of `flatten`."""
    supply = iter(leaves)
    return map_leaves(lambda _: next(supply), tree)


def map_leaves(function: Callable[[Any], Any], tree: Any) -> Any:
    """The same structure with `function(leaf)` in place of every leaf."""
    if type(tree) is dict:
        return {key: map_leaves(function, branch) for key, branch in tree.items()}
    if isinstance(tree, dict):  # a defaultdict is not made from its items alone
        new = copy.copy(tree)
        for key, branch in tree.items():
            new[key] = map_leaves(function, branch)
        return new
    if isinstance(tree, tuple) and hasattr(tree, "_fields"):  # a named tuple takes its fields one by one
        return type(tree)(*(map_leaves(function, branch) for branch in tree))
    if isinstance(tree, (list, tuple)):
        return type(tree)(map_leaves(function, branch) for branch in tree)
    return function(tree)
