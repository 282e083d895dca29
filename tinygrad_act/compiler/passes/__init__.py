"""What makes a program faster: each pass turns a graph into one that computes the same."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from ..node import Graph
from .algebra import algebra, exact
from .large import chosen, large
from .numbers import bounds, constants
from .once import fold, share
from .scale import scale
from .sums import products, sums

__all__ = ["PASSES", "check_passes", "simplified"]

PASSES = (
    "vectors", "lower", "fold", "share", "algebra", "products", "scale", "sums", "constants", "bounds", "memory",
    "trust", "tiles",
)  # fmt: skip
"""All passes. `vectors`: scalars that are alike are computed at once; `lower`: operations become lines of NumPy;
`trust`: by their shorter formulas, with a look at the results; `memory`: results share memory; `tiles`: chains on
large arrays run on slices of them, see `tiles` and `large`. The others: `once` (fold, share), `algebra`,
`sums` (products, sums), `scale`, `numbers` (constants, bounds)."""

Pass = Callable[[Graph], Graph]
_ON_GRAPHS: tuple[tuple[str, Pass], ...] = (
    ("fold", fold), ("share", share), ("algebra", algebra), ("fold", fold), ("share", share), ("algebra", algebra),
    ("products", products), ("scale", scale), ("fold", fold), ("algebra", algebra), ("share", share),
    ("sums", sums), ("tiles", large), ("share", share), ("constants", constants), ("bounds", bounds),
)  # fmt: skip
_WITH_CARE: tuple[tuple[str, Pass], ...] = (
    ("fold", fold), ("share", share), ("algebra", exact), ("fold", fold), ("algebra", exact), ("share", share),
    ("tiles", chosen), ("share", share), ("constants", constants), ("bounds", bounds),
)  # fmt: skip
"""Nothing that regroups: NumPy lets pass what over- and underflows there, so each step is eager's."""


def simplified(graph: Graph, passes: Sequence[str], trusting: bool) -> Graph:
    """The graph after those of the passes that turn one graph into another. `trusting`: whether the program looks
    out for what overflows, so that steps may be regrouped."""
    for name, run in _ON_GRAPHS if trusting else _WITH_CARE:
        if name in passes:
            graph = run(graph)
    return graph


def check_passes(passes: Sequence[str] | None) -> tuple[str, ...]:
    """The passes by name, None for all. Raises `ValueError` for a name that is none."""
    if passes is None:
        return PASSES
    if isinstance(passes, str) or not isinstance(passes, Iterable):
        raise ValueError(f"compile: passes={passes!r}: expected a list of names; choose of {PASSES}")
    wrong = [name for name in passes if name not in PASSES]
    if wrong:
        raise ValueError(f"compile: passes={passes!r}: there is no pass {wrong[0]!r}; choose of {PASSES}")
    return tuple(passes)
