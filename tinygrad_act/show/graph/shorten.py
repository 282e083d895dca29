"""How much of a graph is drawn: all of it, or a shorter form that fits a screen and says so."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Literal, TypeAlias

from .arrange import Arranged
from .layers import with_layers
from .modules import collapse_modules, deepest
from .repeats import fold_repeats
from .snapshot import Snapshot

__all__ = ["COLLAPSE", "Collapse", "shortened"]

Collapse: TypeAlias = Literal["auto", "none", "repeats", "modules"]
"""`none`: every value has a box. `repeats`: repeated structure is drawn once. `modules`: every module
is one box. `auto`: as little of it as makes the picture fit a screen."""

COLLAPSE = ("auto", "none", "repeats", "modules")

_MOST = 2000
"""More boxes fit no screen, and are not arranged to find that out."""
_LAYERS = "layers, found by their weights, are one box each"
_FEW = 24
"""So few boxes are never shortened, however large their picture."""

_ALL_DRAWN = "a module would depend on itself if it were one box: all values are drawn"


def shortened(
    full: Snapshot, collapse: Collapse, max_nodes: int, arrange: Callable[[Snapshot], Arranged]
) -> Arranged | Snapshot | None:
    """`full` in the form asked for, arranged if the choice needed it; None if no form of it has as few as
    `max_nodes` boxes."""
    best: Arranged | Snapshot | None = None
    for snapshot in _forms(full, collapse):
        if collapse == "none":
            return snapshot
        if len(snapshot.nodes) > max_nodes:
            continue
        if collapse != "auto":
            return _with_note(full, snapshot)
        if len(snapshot.nodes) > _MOST:
            best = best or _with_note(full, snapshot)
            continue
        arranged = arrange(_with_note(full, snapshot))
        if arranged.screens <= 1 or (snapshot is full and len(full.nodes) <= _FEW):
            return arranged
        if not isinstance(best, Arranged) or arranged.screens < best.screens:
            best = arranged
    return best


def _forms(full: Snapshot, collapse: Collapse) -> Iterator[Snapshot]:
    """From the longest to the shortest."""
    if collapse in ("auto", "none"):
        yield full
    if collapse in ("auto", "repeats"):
        folded = _folded(full)
        yield folded
    if collapse == "auto":
        yield _without_histograms(folded)
    if collapse in ("auto", "modules"):
        grouped, note = (full, "modules are one box each") if deepest(full) else (with_layers(full), _LAYERS)
        depth = deepest(grouped)
        smallest: Snapshot | None = None
        for level in range(depth if collapse == "auto" else min(1, depth), 0, -1):
            short = collapse_modules(grouped, level, note)
            smallest = None
            if short is not None:
                yield short
                smallest = _folded(short)
                yield smallest
        if collapse == "auto" and smallest is not None:
            yield _without_histograms(smallest)
    if collapse == "modules":
        yield full._replace(note=_ALL_DRAWN) if deepest(full) else full


def _folded(snapshot: Snapshot) -> Snapshot:
    """With repeated structure drawn once."""
    folded = fold_repeats(snapshot)
    if folded is snapshot or not snapshot.note:
        return folded
    return folded._replace(note=f"{snapshot.note}, {folded.note}")


def _without_histograms(snapshot: Snapshot) -> Snapshot:
    """Of every larger array the mean alone, of a long list the range: boxes are a third less high."""
    note = f"{snapshot.note}, no histograms" if snapshot.note else "without histograms"
    return snapshot._replace(short=True, note=note)


def _with_note(full: Snapshot, snapshot: Snapshot) -> Snapshot:
    if snapshot is full or not snapshot.note:
        return full
    if snapshot.note == _ALL_DRAWN:
        return snapshot
    found = f"{len(full.nodes):,} values: {snapshot.note}"
    return snapshot._replace(note=f"{found}; collapse='none' draws all of them")
