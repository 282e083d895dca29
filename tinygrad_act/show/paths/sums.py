"""The derivative of one Value by another as plain data: what every form of an explanation is made from."""

from __future__ import annotations

from typing import Any

from .path import Path

__all__ = ["Sums"]


class Sums:
    """A derivative, the heaviest paths of which it is the sum, and what the others bring."""

    __slots__ = ("count", "digits", "estimated", "of", "paths", "rest", "shown", "total", "wrt")

    of: str
    """The name of the output."""
    wrt: str
    """The name of the Value that it is differentiated by."""
    total: Any
    """The derivative, as backward computes it: a float, or an array in the shape of that Value."""
    count: int
    """How many paths there are, exactly."""
    paths: tuple[Path, ...]
    """The heaviest of them, the heaviest first; of equal ones the longer first."""
    shown: Any
    """What `paths` add up to: the total up to rounding, if these are all."""
    rest: Any
    """What all the others bring: the total without `shown`."""
    digits: int
    """How many significant digits the texts have; the numbers have all."""
    estimated: bool
    """Whether `paths` were chosen among too many to look at each, by an estimate of what they bring."""
