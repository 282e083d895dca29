"""Long paths made short: runs of steps that change nothing, and the middle of what is still long."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from typing import NamedTuple, TypeAlias

from .path import Factor, Path

__all__ = ["Gap", "Step", "fold"]

_HEAD, _TAIL = 8, 4
"""How many steps of a long path are shown at either end."""
_RUN = 4
"""So many steps that change nothing are shown as one."""


class Gap(NamedTuple):
    """Steps of a path that are shown as one."""

    factors: tuple[Factor, ...]
    plain: bool
    """Whether every one of them is a factor of 1, or hands the gradient on as it is."""


Step: TypeAlias = "Factor | Gap"


def fold(path: Path) -> list[Step]:
    """The steps of a path as they are shown."""
    steps = list(_folded_runs(path))
    if len(steps) <= _HEAD + _TAIL + 2:
        return steps
    left_out: list[Factor] = []
    for step in steps[_HEAD:-_TAIL]:
        left_out += step.factors if isinstance(step, Gap) else [step]
    return [*steps[:_HEAD], Gap(tuple(left_out), False), *steps[-_TAIL:]]


def _folded_runs(path: Path) -> Iterator[Step]:
    for plain, run in groupby(path.factors, _is_plain):
        factors = tuple(run)
        if plain and len(factors) >= _RUN:
            yield Gap(factors, True)
        else:
            yield from factors


def _is_plain(factor: Factor) -> bool:
    """Whether nothing but the operation is to be said: a note has more than its name after a comma."""
    return factor.symbol in ("1", "G") and "," not in factor.note
