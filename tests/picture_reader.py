"""Reads pictures back: their texts with the boxes that these take, and what overlaps or sticks out."""

from __future__ import annotations

import itertools
import xml.etree.ElementTree as ET
from typing import NamedTuple

import tinygrad_act as ta
from tinygrad_act.show.svg import text_width

SVG = "{http://www.w3.org/2000/svg}"


class Box(NamedTuple):
    """A line of text and where it is."""

    text: str
    left: float
    right: float
    top: float
    bottom: float

    def overlaps(self, other):
        """Whether two texts lie over each other by more than a hair."""
        wide = min(self.right, other.right) - max(self.left, other.left)
        high = min(self.bottom, other.bottom) - max(self.top, other.top)
        return wide > 0.5 and high > 0.5


def boxes(svg):
    """Every text of a picture."""
    return [_box(element) for element in ET.fromstring(svg).iter(f"{SVG}text")]


def _box(element):
    size, words = float(element.get("font-size", 12)), element.text or ""
    classes = element.get("class", "").split()
    width = text_width(words, size, bold="b" in classes, mono="m" in classes)
    left = float(element.get("x")) - width * {"start": 0, "middle": 0.5, "end": 1}[element.get("text-anchor", "start")]
    base = float(element.get("y"))
    return Box(words, left, left + width, base - 0.75 * size, base + 0.2 * size)


def faults(svg):
    """Texts that lie over each other or reach out of the picture."""
    root, found = ET.fromstring(svg), boxes(svg)
    width, height = float(root.get("width")), float(root.get("height"))
    outside = [box for box in found if box.left < 0 or box.right > width or box.top < 0 or box.bottom > height]
    lying = []
    found.sort(key=lambda box: box.top)
    for position, box in enumerate(found):
        below = itertools.takewhile(lambda other, box=box: other.top < box.bottom, found[position + 1 :])
        lying += [(box, other) for other in below if box.overlaps(other)]
    return outside + lying


def titles(svg):
    """What shows when something is pointed at."""
    return [element.text for element in ET.fromstring(svg).iter(f"{SVG}title")]


def dashes(svg):
    """The dash patterns of the curves, in order; "" is a line without gaps."""
    return [element.get("stroke-dasharray", "") for element in ET.fromstring(svg).iter(f"{SVG}polyline")]


def circles(svg, role):
    """The middles of the circles of this role."""
    found = [element for element in ET.fromstring(svg).iter(f"{SVG}circle") if role in element.get("class").split()]
    return [(float(element.get("cx")), float(element.get("cy"))) for element in found]


def texts(svg):
    """What stands in a picture."""
    return [box.text for box in boxes(svg)]


def declared(body, dz, doc="a = f(z)", name="trial", **facts):
    """The card of an operation that is declared without any check, whatever it is."""
    body.__name__ = body.__qualname__ = name
    body.__doc__ = doc
    ta.elementwise(dz=dz, reference=facts.pop("reference", "nobody"), **facts)(body)
    return ta.card(name)
