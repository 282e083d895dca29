"""Which module every value was computed in: from the scopes that were noted, or from its parameters."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ...engine.value import Value
from ..texts import printable

__all__ = ["clusters_of"]

_Path = tuple[str, ...]


def clusters_of(order: Sequence[Value], owners: Mapping[int, _Path]) -> dict[int, _Path]:
    """The path of modules of every Value in `order`, by `id()`; outside of all modules it has none.

    Where scopes were noted, they decide. Where none was, a result belongs to the module whose
    parameter it uses (`owners`), and an activation or a sum to the module that its operands belong
    to. A parameter stands where its uses are; what is no parameter of the model stands outside.
    """
    found = _by_scope(order)
    if not found:
        found = _by_owner(order, owners) if owners else {}
    if not found:
        return {}
    leaves = _of_leaves(order, found)
    return {**found, **{key: path for key, path in leaves.items() if key in owners or not owners}}


def _by_scope(order: Sequence[Value]) -> dict[int, _Path]:
    """Two runs of a module have the same name and different numbers; `cell #2` is the second."""
    spelled: dict[_Scope, _Path] = {(): ()}
    counts: dict[_Path, int] = {}
    scopes = {id(value): value.note.scope for value in order if value.note is not None and value.note.scope}
    for scope in sorted(set(scopes.values())):  # their numbers are in the order of time
        for depth in range(1, len(scope) + 1):
            if scope[:depth] not in spelled:
                path = (*spelled[scope[: depth - 1]], printable(scope[depth - 1][0]))
                counts[path] = counts.get(path, 0) + 1
                again = f" #{counts[path]}" if counts[path] > 1 else ""
                spelled[scope[:depth]] = (*path[:-1], path[-1] + again)
    return {key: spelled[scope] for key, scope in scopes.items()}


_Scope = tuple[tuple[str, int], ...]


def _by_owner(order: Sequence[Value], owners: Mapping[int, _Path]) -> dict[int, _Path]:
    found: dict[int, _Path] = {}
    for value in order:
        inputs = [x for x in value.inputs or () if isinstance(x, Value)]
        own = [owners[id(x)] for x in inputs if id(x) in owners]
        around = [found.get(id(x), ()) for x in inputs if x.op is not None]
        if own:
            found[id(value)] = _common(own)
        elif around and value.op is not None and (value.op.reference is not None or len(around) > 1):
            found[id(value)] = around[0] if len(set(around)) == 1 else ()
    return {key: path for key, path in found.items() if path}


def _of_leaves(order: Sequence[Value], found: Mapping[int, _Path]) -> dict[int, _Path]:
    uses: dict[int, list[_Path]] = {}
    for value in order:
        for x in value.inputs or ():
            if isinstance(x, Value) and x.op is None and x.level:
                uses.setdefault(id(x), []).append(found.get(id(value), ()))
    return {key: _common(paths) for key, paths in uses.items()}


def _common(paths: Sequence[Any]) -> _Path:
    """The longest beginning that all paths share."""
    first, last = min(paths), max(paths)
    size = next((i for i, (x, y) in enumerate(zip(first, last)) if x != y), min(len(first), len(last)))
    return tuple(first[:size])
