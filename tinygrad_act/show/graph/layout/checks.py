"""What every layout asks of its input."""

from __future__ import annotations

from collections.abc import Sequence

from .shapes import Box, Link
from .walks import inputs_first, neighbours

__all__ = ["check"]


def check(boxes: Sequence[Box], links: Sequence[Link], direction: str) -> None:
    """Raises `ValueError` for what is no graph that runs one way, and for another direction."""
    if direction not in ("right", "down"):
        raise ValueError(f"place: direction is {direction!r}; expected 'right' or 'down'")
    for number, link in enumerate(links):
        if not (0 <= link.source < len(boxes) and 0 <= link.target < len(boxes)) or link.source == link.target:
            raise ValueError(
                f"place: link {number} goes from {link.source} to {link.target}; expected two different boxes, "
                f"given by numbers from 0 to {len(boxes) - 1}"
            )
    if len(inputs_first(*neighbours(len(boxes), [link[:2] for link in links]))) < len(boxes):
        raise ValueError("place: the links form a cycle; expected a graph in which no box is its own input")
