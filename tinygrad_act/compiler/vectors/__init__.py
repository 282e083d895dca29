"""Scalars become vectors: a graph of Python floats as a function of one array, in few operations.

`units` reads the graph and merges chains of additions, `groups` gathers what is alike, `regular`
finds slices and matrices in lists of places, and `replay` runs the groups, one operation each. `graph` makes the
graph of a program of them.
"""

from __future__ import annotations

from .graph import all_finite, vector_graph
from .groups import Groups, gathered
from .replay import apply, replay

__all__ = ["Groups", "all_finite", "apply", "gathered", "replay", "vector_graph"]
