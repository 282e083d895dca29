"""The finished picture: no text leaves its box, nothing lies over anything else, nothing is cut off."""

from __future__ import annotations

import numpy as np
import pytest

import tinygrad_act as ta
from tinygrad_act import Value, draw

from ..drawn import (
    LONG,
    Attention,
    Dense,
    Network,
    Residual,
    batch,
    chain,
    geometry_faults,
    hostile,
    loss_of,
    neuron,
    read,
    scalar_network,
)
from ..each import each


def awkward():
    """Arrays whose texts are as long as they get."""
    large = np.array([[-1.234e-300, 1.234e300] * 5, [np.nan, np.inf] * 5])
    parts = [Value(large, "w" * 40), Value(np.full((1,) * 30, -1.234e-5)),
             Value(np.arange(9) - 2**62, requires_grad=False),
             Value(np.zeros((0, 3)), LONG), Value(np.float32([np.nan, -np.inf, 1e-30]))]  # fmt: skip
    y = ta.sum(parts[0] * 1.2345678e-100) + ta.sum(parts[1] * 1e200) + ta.sum(parts[3]) + ta.sum(parts[4] * parts[4])
    y.backward()
    parts[0].data = large + 1
    return [y, parts[2]]


def joined():
    """An operation with more operands than its box has room for."""
    y = ta.sum(ta.concatenate([Value([1.0, 2.0], f"part{i}") for i in range(30)]))
    y.backward()
    return y


def stacked():
    """Sixteen equal results that one operation takes."""
    y = ta.sum(ta.stack([Value(0.5, "x") * Value(1.0, f"w{i}") for i in range(16)]))
    y.backward()
    return y


ZOO = {
    "neuron": lambda **k: draw(neuron(), **k),
    "one leaf": lambda **k: draw(Value(1.0, "x"), **k),
    "summary of one": lambda **k: draw(Value(1.0) * 2, max_nodes=1, **k),
    "scalar network": lambda **k: draw(scalar_network(), collapse="none", **k),
    "scalar network folded": lambda **k: draw(scalar_network(), collapse="repeats", **k),
    "tensor network": lambda **k: draw(loss_of(Network()), collapse="none", **k),
    "network in modules": lambda **k: draw(Network(), batch(), collapse="none", **k),
    "network collapsed": lambda **k: draw(Network(), batch(), collapse="modules", **k),
    "residual": lambda **k: draw(Residual(), batch(), collapse="none", **k),
    "attention": lambda **k: draw(Attention(), batch(), **k),
    "equal steps": lambda **k: draw(chain(12), collapse="repeats", **k),
    "deep network": lambda **k: draw(Network([4] * 21), batch(), **k),
    "summary with loops": lambda **k: draw([chain(300), chain(300, 1)], max_nodes=5, **k),
    "hostile": lambda **k: draw(hostile(), collapse="none", **k),
    "awkward": lambda **k: draw(awkward(), **k),
    "many equal operands": lambda **k: draw(stacked(), collapse="repeats", **k),
    "many operands": lambda **k: draw(joined(), collapse="none", **k),
    "a module that is one operation": lambda **k: draw(Dense(4, 300), batch(), collapse="modules", **k),
}


@each("direction", ["right", "down"])
@each("name", ZOO)
def test_nothing_overlaps_or_leaves_its_place(name, direction):
    found = read(ZOO[name](direction=direction).svg())
    assert list(geometry_faults(found)) == []


@pytest.mark.parametrize("name", ["neuron", "network in modules", "hostile"])
def test_the_heading_of_a_frame_stays_inside_it_and_clear_of_boxes(name):
    found = read(ZOO[name]().svg())
    headings = [text for text in found.rest if text.role == "faint"]
    for frame in found.frames:
        left, top, width, _ = frame.rectangle
        inside = [t for t in headings if left <= t.rectangle[0] <= left + 20 and top <= t.rectangle[1] <= top + 20]
        assert len(inside) == 1, "each frame has a heading in its corner"
        assert inside[0].rectangle[0] + inside[0].rectangle[2] <= left + width
        for box in found.boxes.values():
            x, y, w, h = box.rectangle
            tx, ty, tw, th = inside[0].rectangle
            assert x >= tx + tw or x + w <= tx or y >= ty + th or y + h <= ty


def test_the_reader_sees_faults():
    svg = draw(neuron(), names={}).svg()
    assert list(geometry_faults(read(svg.replace(">0.7311<", ">0.7311731173117311<"))))
    moved = read(svg)
    first, second, *_ = moved.boxes.values()
    moved.boxes[second.id] = second._replace(rectangle=first.rectangle)
    assert list(geometry_faults(moved))
