"""Names for the values of an explanation: those that a picture gives them, short and unlike one another.

By `id()`: safe while the graph is alive, and no text shows one.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import numpy as np

from ...engine.value import Value
from ..graph.names import find_names
from ..graph.variables import Variable

__all__ = ["name_values"]

_OUTPUT = "out"


def name_values(
    nodes: Sequence[Value], given: Iterable[tuple[str, Any]], variables: Iterable[Variable]
) -> dict[int, str]:
    """A name for each of `nodes`, which have inputs first and the output last, and for their inputs.

    It is the label, or the name that was `given`, or that of a variable or of what leads there from one; a name
    that several have is numbered from the second on: `h`, `h_2`. Values without any are v1, v2, ..., the output is
    `out`; constants and arrays without any have none: their numbers stand for them.
    """
    found = find_names(nodes, given, variables=variables).shown
    listed = list(dict.fromkeys(_in_order(nodes, found)))
    names: dict[int, str] = {}
    taken: dict[str, int] = {}
    for key in listed:
        if key in found:
            names[key] = _free(found[key].strip() or "·", taken)
    numbers = itertools.count(1)
    for key in listed:
        if key not in names:
            made = _OUTPUT if key == id(nodes[-1]) and _OUTPUT not in taken else ""
            names[key] = _free(made or next(f"v{n}" for n in numbers if f"v{n}" not in taken), taken)
    return names


def _in_order(nodes: Sequence[Value], found: dict[int, str]) -> Iterator[int]:
    for node in nodes:
        for x in node.inputs or ():
            result = isinstance(x, Value) and (x.level or x.op is not None)
            if result or (isinstance(x, (Value, np.ndarray)) and id(x) in found):
                yield id(x)
        yield id(node)


def _free(name: str, taken: dict[str, int]) -> str:
    """`name`, or `name_2` and so on if it is taken."""
    count = taken.get(name, 0) + 1
    unlike = name if count == 1 else f"{name}_{count}"
    while count > 1 and unlike in taken:
        count += 1
        unlike = f"{name}_{count}"
    taken[name] = count
    taken.setdefault(unlike, 1)
    return unlike
