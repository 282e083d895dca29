"""Names for the values of an explanation: their labels, made safe and unlike one another, or v1, v2, ..."""

from __future__ import annotations

import itertools
from collections.abc import Iterable

from ..draw.text import printable
from ..value import Value

__all__ = ["name_values"]

_LONGEST = 24
_OUTPUT = "out"


def name_values(values: Iterable[Value], output: Value) -> dict[Value, str]:
    """A name for each of `values`, which have inputs first.

    A label that several have is numbered from the second on: `h`, `h_2`. The output is `out` if it has
    no label and no other has this one.
    """
    listed = list(dict.fromkeys(values))
    names: dict[Value, str] = {}
    taken: dict[str, int] = {}
    for value in listed:
        if value.label:
            label = printable(str(value.label), _LONGEST).strip() or "·"
            names[value] = _free(label, taken)
    numbers = itertools.count(1)
    for value in listed:
        if value not in names:
            number = (f"v{n}" for n in numbers)
            unlike = _OUTPUT if value is output and _OUTPUT not in taken else next(n for n in number if n not in taken)
            names[value] = _free(unlike, taken)
    return {value: names[value] for value in listed}


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
