"""The colours of every picture. Text on its background has a contrast of at least 4.5:1 (tested).

Values are green and gradients red, as in the circuits of CS231n; no meaning hangs on colour alone.
"""

from __future__ import annotations

from typing import NamedTuple

from .snapshot import Kind

__all__ = ["BACKGROUND", "BOXES", "EDGE", "FAINT", "GRAD", "TEXT", "VALUE", "Box"]


class Box(NamedTuple):
    """The colours of one kind of box."""

    fill: str
    border: str


BOXES: dict[Kind, Box] = {
    "parameter": Box("#fff3d6", "#b26a00"),
    "constant": Box("#eeeeee", "#757575"),
    "result": Box("#e8f1fb", "#1565c0"),
}
BACKGROUND = "#ffffff"
TEXT = "#1a1a1a"
FAINT = "#4d4d4d"
VALUE = "#14591d"
GRAD = "#a31515"
EDGE = "#616161"
