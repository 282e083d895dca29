"""Units that are alike, gathered: one kind, one depth, used alike, with sources that are alike.

The order inside a group is that of the graph, which is that of the loops that made it: so places in
a group are regular where the loops were, and slices stand for lists of places (see `regular`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from ...engine.value import Value
from .units import SUM, Units, read

__all__ = ["CONSTANT", "Group", "Groups", "gathered"]

CONSTANT = -1
"""Stands for the group of a constant."""
WORTH_VECTORS = 64
"""Nodes from which it is worth looking for vectors."""
CROWD = 4
"""How many units a group must have on average, so that a line for each group is worth it."""
WORTH_A_GROUP = 8
"""Units from which a group of its own is worth its lines; smaller ones of one kind and depth go together."""


@dataclass
class Group:
    """Units that are computed at once."""

    kind: Any
    members: list[int]
    alike: bool
    """Whether, argument by argument, all sources lie in one group."""


@dataclass
class Groups:
    """All groups, each after those that it needs; first those of the leaves, whose kind is None."""

    units: Units
    groups: list[Group] = field(default_factory=list)
    home: list[int] = field(default_factory=list)
    """For every node the number of its group."""
    offset: list[int] = field(default_factory=list)
    """For every node its place in it."""

    @property
    def leaves(self) -> list[Group]:
        """The groups of the leaves."""
        return [group for group in self.groups if group.kind is None]


def gathered(order: Sequence[Value], roots: Sequence[Value]) -> Groups | None:
    """The graph of `roots`, whose nodes are `order`, in groups; None if it holds other things than scalars, or too
    few that are alike. Linear in nodes and edges."""
    units = read(order, roots) if len(order) >= WORTH_VECTORS else None
    groups = _grouped(units) if units is not None else None
    if groups is None or len(groups.units.units) < CROWD * (len(groups.groups) - len(groups.leaves)):
        return None
    return groups


def _grouped(units: Units) -> Groups:
    count = len(units.kinds)
    made = Groups(units, [], [CONSTANT] * count, [0] * count)
    contexts = _contexts(units)
    alike: dict[int, list[int]] = {}
    for i in units.leaves:
        alike.setdefault(contexts[i], []).append(i)
    few = [i for members in alike.values() if len(members) < WORTH_A_GROUP for i in members]
    for members in (*(x for x in alike.values() if len(x) >= WORTH_A_GROUP), few):
        if members:
            _enter(made, Group(None, members, True))
    for level in _levels(units):
        _gather_level(made, level, contexts)
    return made


def _enter(made: Groups, group: Group) -> None:
    number = len(made.groups)
    made.groups.append(group)
    for place, i in enumerate(group.members):
        made.home[i], made.offset[i] = number, place


def _levels(units: Units) -> list[list[int]]:
    """The units by depth: each after all that it needs."""
    depth = [0] * len(units.kinds)
    levels: list[list[int]] = []
    for i in units.units:
        deepest = 0
        for source in units.sources[i]:
            if source >= 0 and depth[source] > deepest:
                deepest = depth[source]
        depth[i] = deepest + 1
        if deepest == len(levels):
            levels.append([])
        levels[deepest].append(i)
    return levels


def _contexts(units: Units) -> list[int]:
    """A number for each node that says how it is used, by what, and so on up to the root."""
    users: list[Any] = [None] * len(units.kinds)
    """None, one user (a number), or a set of them."""
    known: dict[Any, int] = {}
    contexts = [0] * len(units.kinds)

    def context(i: int) -> int:
        mine = users[i]
        key = (units.kinds[i], frozenset(mine) if type(mine) is set else mine)
        return known.setdefault(key, len(known))

    for i in reversed(units.units):
        contexts[i] = number = context(i)
        summed = units.kinds[i] == SUM
        for slot, source in enumerate(units.sources[i]):
            if source >= 0:
                _add(users, source, number * 8 + (7 if summed else slot))
    for i in units.leaves:
        contexts[i] = context(i)
    return contexts


def _add(users: list[Any], i: int, user: int) -> None:
    mine = users[i]
    if mine is None:
        users[i] = user
    elif type(mine) is set:
        mine.add(user)
    elif mine != user:
        users[i] = {mine, user}


def _gather_level(made: Groups, level: list[int], contexts: list[int]) -> None:
    """Enter the groups of one depth."""
    units, home = made.units, made.home
    exact: dict[Any, list[int]] = {}
    for i in level:
        sources = units.sources[i]
        if units.kinds[i] == SUM:
            units.sources[i] = sources = tuple(sorted(sources, key=lambda s: home[s] if s >= 0 else CONSTANT))
        homes = tuple([home[source] if source >= 0 else CONSTANT for source in sources])
        exact.setdefault((units.kinds[i], contexts[i], homes), []).append(i)
    rest: dict[Any, list[int]] = {}
    parts: dict[Any, int] = {}
    for (kind, _, homes), members in exact.items():
        if len(members) >= WORTH_A_GROUP:
            _enter(made, Group(kind, members, True))
        else:
            key = kind, len(homes)
            rest.setdefault(key, []).extend(members)
            parts[key] = parts.get(key, 0) + 1
    for key, members in rest.items():
        _enter(made, Group(key[0], members, parts[key] == 1))
