"""What every value is called: its label, its place in a model, the caller's variable, or a name made for it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from ...core.errors import describe
from ...engine.value import Value
from ..texts import printable
from .objects import walk
from .variables import Variable, names_among

__all__ = ["Names", "check_names", "find_names"]

_LONGEST = 40


class Names(NamedTuple):
    """Names by `id()` of Values and raw arrays: safe while the graph is alive."""

    shown: dict[int, str]
    """What a box is headed with; nothing for a value that nobody named."""
    called: dict[int, str]
    """What sentences call it: no two values have the same."""
    variables: frozenset[int] = frozenset()
    """Whose name is only that of a variable: in a loop the last value has one, and those before it have none."""


def check_names(names: Any, where: str = "draw") -> Mapping[str, Any] | None:
    """`names` as `draw` and `explain` take them. Raises `TypeError` for anything but a dict of Values and arrays."""
    if names is None:
        return None
    if not isinstance(names, Mapping):
        raise TypeError(f'{where}: names is {describe(names)}; expected a dict such as {{"w": w}}')
    for name, x in names.items():
        if not isinstance(name, str) or not isinstance(x, (Value, np.ndarray)):
            raise TypeError(f"{where}: names[{name!r:.40}] is {describe(x)}; expected names of Values and arrays")
    return names


def find_names(order: Sequence[Value], *roots: Iterable[tuple[str, Any]], variables: Iterable[Variable] = ()) -> Names:
    """Names for all Values in `order` and the raw arrays among their inputs.

    A label comes first, then what `walk` finds first: all that the first `roots` lead to goes before the
    next, and `variables` come last, as `names_among` has them.
    """
    wanted = {id(x): x for value in order for x in (*(value.inputs or ()), value) if isinstance(x, (Value, np.ndarray))}
    labels = {key: x.label for key, x in wanted.items() if isinstance(x, Value)}
    shown = {key: printable(str(label), _LONGEST) for key, label in labels.items() if label}
    for some in roots:
        shown.update(_found(wanted.keys() - shown.keys(), some))
    found = names_among(variables, wanted.keys() - shown.keys())
    loose = {key: printable(name, _LONGEST) for key, name in found.items()}
    shown.update(loose)
    return Names(shown, _called(wanted, shown), frozenset(loose))


def _found(missing: set[int], roots: Iterable[tuple[str, Any]]) -> dict[int, str]:
    """Names for those of the `missing` that can be reached from `roots`."""
    found: dict[int, str] = {}
    for path, thing in walk(roots):
        if not missing:
            break
        if id(thing) in missing and path:
            missing.discard(id(thing))
            found[id(thing)] = printable(".".join(path), _LONGEST)
    return found


def _called(wanted: Mapping[int, Any], shown: Mapping[int, str]) -> dict[int, str]:
    called: dict[int, str] = {}
    taken, made = set(shown.values()), 0  # a name that repeats is numbered past those that others have
    used: dict[str, int] = {}
    for key in wanted:
        name = shown.get(key, "")
        if not name:
            made += 1
            while f"v{made}" in taken:
                made += 1
            called[key] = f"v{made}"
            continue
        used[name] = count = used.get(name, 0) + 1
        while count > 1 and f"{name} ({count})" in taken:
            used[name] = count = count + 1
        called[key] = name if count == 1 else f"{name} ({count})"
        taken.add(called[key])
    return called
