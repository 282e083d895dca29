"""What the tests of drawn graphs share: graphs of many kinds, and a reader of the SVG that `draw` writes."""

from __future__ import annotations

import random
import re
import xml.etree.ElementTree as ET
from itertools import pairwise
from typing import NamedTuple

import numpy as np

import tinygrad_act as ta
from tinygrad_act import Value, draw
from tinygrad_act.show.svg import text_width

from .layout_graphs import overlapping

SVG = "{http://www.w3.org/2000/svg}"
LONG = "long " * 2000
EMOJI, RIGHT_TO_LEFT = "👩\u200d💻 😀🎉 重み", "שלום مرحبا"
HOSTILE = ["<script>alert(1)</script>", 'a "b" & c', "two\nlines", "{a|b}", "\u202eevil", "half \ud83d", LONG, EMOJI,
           RIGHT_TO_LEFT, "-- ]] -->", "\x00"]  # fmt: skip


class Text(NamedTuple):
    """A line of text and its rectangle."""

    text: str
    role: str
    rectangle: tuple[float, float, float, float]


class Box(NamedTuple):
    """A rectangle of the picture with what stands in it."""

    id: str
    title: str
    rectangle: tuple[float, float, float, float]
    texts: list[Text]

    @property
    def lines(self):
        """All texts in it, top to bottom."""
        return [text.text for text in self.texts]


class Edge(NamedTuple):
    """One edge: its ends, what it says, its look."""

    source: str
    target: str
    title: str
    pill: Text | None
    pill_rectangle: tuple[float, float, float, float] | None
    stroke: str
    width: float
    dashes: str


class Picture(NamedTuple):
    """All of an SVG."""

    width: float
    height: float
    boxes: dict[str, Box]
    edges: list[Edge]
    frames: list[Box]
    rest: list[Text]
    """The note and the legend."""

    def box(self, name):
        """The one box in whose header this stands."""
        (found,) = [box for box in self.boxes.values() if name in box.lines[:2]]
        return found

    def pills(self):
        """What the edges say, in order; None for those that say nothing."""
        return [edge.pill and edge.pill.text for edge in self.edges]


def picture(y, **options):
    """The SVG of `draw(y)`, read. No names are looked for unless `names` are given."""
    return read(draw(y, **{"names": {}, **options}).svg())


def read(svg):
    """The picture in SVG text."""
    root = ET.fromstring(svg)
    boxes, edges, frames, rest = {}, [], [], []
    for element, x, y in _placed(root, 0.0, 0.0):
        kind = element.get("class", "")
        if kind == "node":
            box = _box(element, x, y, element.get("data-node"))
            boxes[box.id] = box
        elif kind == "edge":
            edges.append(_edge(element, x, y))
        elif kind == "cluster":
            frames.append(_box(element, x, y, ""))
        elif element.tag == f"{SVG}text":
            rest.append(_text(element, x, y))
    return Picture(float(root.get("width")), float(root.get("height")), boxes, edges, frames, rest)


def _placed(element, x, y):
    """The groups of boxes, edges and frames, and the texts outside of them, with their offset."""
    for child in element:
        moved = re.fullmatch(r"translate\((\S+) (\S+)\)", child.get("transform", ""))
        left, top = (x + float(moved[1]), y + float(moved[2])) if moved else (x, y)
        yield child, left, top
        if child.get("class", "") not in ("node", "edge", "cluster"):
            yield from _placed(child, left, top)


def _box(element, x, y, name):
    shapes = [_rectangle(rect, x, y) for rect in element.iter(f"{SVG}rect")]
    title = element.findtext(f"{SVG}title", "")
    return Box(name, title, shapes[-1], [_text(text, x, y) for text in element.iter(f"{SVG}text")])


def _edge(element, x, y):
    line = element.find(f"{SVG}path")
    pill = element.find(f"{SVG}g")
    return Edge(
        element.get("data-source"), element.get("data-target"), element.findtext(f"{SVG}title"),
        None if pill is None else _text(pill.find(f"{SVG}text"), x, y),
        None if pill is None else _rectangle(pill.find(f"{SVG}rect"), x, y),
        line.get("class").removeprefix("s-"), float(line.get("stroke-width")), line.get("stroke-dasharray", ""),
    )  # fmt: skip


def _rectangle(rect, x, y):
    left, top, width, height = (float(rect.get(name)) for name in ("x", "y", "width", "height"))
    return left + x, top + y, width, height


def _text(element, x, y):
    size, words, classes = float(element.get("font-size", 12)), element.text or "", element.get("class").split()
    wide = text_width(words, size, bold="b" in classes, mono="m" in classes)
    left = float(element.get("x")) - wide * {"start": 0, "middle": 0.5, "end": 1}[element.get("text-anchor", "start")]
    base = float(element.get("y"))
    return Text(words, classes[0].removeprefix("f-"), (left + x, base - 0.75 * size + y, wide, 0.95 * size))


def geometry_faults(found):
    """What lies over something else, or reaches out of what it belongs to; by a hair more than rounding does."""
    bodies = [box.rectangle for box in found.boxes.values()]
    pills = [edge.pill_rectangle for edge in found.edges if edge.pill]
    whole = (0.0, 0.0, found.width, found.height)
    yield from overlapping([*bodies, *pills], 0.3)
    for frame in found.frames:
        yield from _outside(whole, [frame.rectangle], "frame")
    for rectangle in (*bodies, *pills):
        yield from _outside(whole, [rectangle], "box or pill")
    for box in found.boxes.values():
        yield from _outside(box.rectangle, [text.rectangle for text in box.texts], box.lines)
        yield from overlapping([text.rectangle for text in box.texts], 0.3)
    for edge in found.edges:
        if edge.pill:
            yield from _outside(edge.pill_rectangle, [edge.pill.rectangle], edge.pill.text)
    yield from _outside(whole, [text.rectangle for text in found.rest], "note or legend")
    yield from overlapping([text.rectangle for text in found.rest], 0.3)


def _outside(outer, inner, what, slack=0.3):
    for one in inner:
        if any(one[k] < outer[k] - slack or one[k] + one[k + 2] > outer[k] + outer[k + 2] + slack for k in (0, 1)):
            yield what, one, "reaches out of", outer


# -- graphs -----------------------------------------------------------------------------------


class Dense:
    """One layer: tanh(x @ W + b)."""

    def __init__(self, inputs, outputs, seed=0):
        self.W = Value(np.random.default_rng(seed).normal(size=(inputs, outputs)) / inputs**0.5)
        self.b = Value(np.zeros(outputs))

    def __call__(self, x):
        return ta.tanh(x @ self.W + self.b)


class Network:
    """Layers one after another, the first alike in size."""

    def __init__(self, sizes=(4, 8, 8, 3)):
        self.layers = [Dense(m, n, seed) for seed, (m, n) in enumerate(pairwise(sizes))]

    def __call__(self, x):
        for layer in self.layers:
            x = layer(x)
        return x


class Residual:
    """Blocks with a way around them."""

    def __init__(self, blocks=3):
        self.blocks = [Dense(4, 4, seed) for seed in range(blocks)]

    def forward(self, x):
        for block in self.blocks:
            x = x + block(x)
        return x

    __call__ = forward


class Attention:
    """Softmax of queries times keys, times values."""

    def __init__(self):
        self.query, self.key, self.value = (Value(np.eye(4) * k, label=f"W{k}") for k in (1, 2, 3))

    def __call__(self, x):
        scores = (x @ self.query) @ ta.transpose(x @ self.key)
        return ta.softmax(scores / 2.0) @ (x @ self.value) + x


def batch(rows=5, columns=4):
    """The same rows every time."""
    return np.random.default_rng(7).normal(size=(rows, columns))


def neuron():
    """The neuron of the README, after its backward pass."""
    w, x, b = Value(0.5, "w"), Value(3.0, "x"), Value(-0.5, "b")
    z = w * x + b
    a = ta.sigmoid(z)
    z.label, a.label = "z", "a"
    a.backward()
    return a


def scalar_network(inputs=3, sizes=(4, 4, 1)):
    """micrograd's network, weight by weight, after its backward pass."""
    rng = random.Random(0)
    xs = [Value(rng.uniform(-1, 1), f"x{i}") for i in range(inputs)]
    for layer, size in enumerate(sizes):
        xs = [ta.tanh(sum((x * Value(rng.uniform(-1, 1), f"w{layer}_{unit}_{i}") for i, x in enumerate(xs)),
                          Value(0.1, f"b{layer}_{unit}"))) for unit in range(size)]  # fmt: skip
    xs[0].backward()
    return xs[0]


def chain(length, parts=2):
    """The same few operations over and over, after the backward pass."""
    y = Value(0.5, "x")
    for i in range(length):
        y = ta.tanh(y * Value(1.0 + i / length, f"w{i}") + Value(0.0, f"b{i}")) if parts == 2 else ta.sin(y)
    y.backward()
    return y


def loss_of(model, rows=5):
    """A mean square after its backward pass; the model has run without scopes."""
    loss = ta.mean(model(batch(rows)) ** 2)
    loss.backward()
    return loss


def hostile():
    """Labels and scopes that would do harm if they were not escaped or cut."""
    y = Value(1.0, HOSTILE[0])
    for label in HOSTILE:
        with ta.scope(label):
            y = ta.sin(y * Value(2.0, label))
            y.label = label
    y.backward()
    return y
