"""Which way a picture goes: right, down, or in lines; and edges that a layout does not know."""

from __future__ import annotations

import pytest

import tinygrad_act as ta
from tinygrad_act import Value, draw
from tinygrad_act.show.graph.arrange import arrange

from ..drawn import chain, neuron


def whole(value):
    return draw(value, collapse="none").snapshot


def wide(count):
    """One operation of many operands: high if drawn to the right, broad if drawn downwards."""
    return whole(ta.sum(ta.stack([Value(float(i), f"w{i}") * 2.0 for i in range(count)])))


def runs(placement):
    """How far boxes lie apart along x and along y."""
    xs, ys = zip(*placement.corners)
    return max(xs) - min(xs), max(ys) - min(ys)


def test_what_fits_a_screen_to_the_right_goes_right():
    snapshot = whole(neuron())
    found = arrange(snapshot)
    assert found.screens <= 1
    assert found.placement == arrange(snapshot, "right").placement
    across, down = runs(found.placement)
    assert across > down


def test_of_two_directions_that_one_is_taken_that_fits_better():
    for snapshot in (wide(24), wide(40)):
        right, down, auto = (arrange(snapshot, direction) for direction in ("right", "down", "auto"))
        assert right.screens > 1
        assert auto.screens == min(right.screens, down.screens, auto.screens)
        assert auto.screens < right.screens


def test_a_chain_too_long_for_a_screen_is_broken_into_lines():
    snapshot = whole(chain(60))
    right, down, auto = (arrange(snapshot, direction) for direction in ("right", "down", "auto"))
    assert min(right.screens, down.screens) > 1
    assert auto.screens < min(right.screens, down.screens)
    assert auto.placement.width < right.placement.width / 2
    assert auto.placement.height < down.placement.height / 2


def test_very_many_boxes_go_right_without_a_second_try():
    snapshot = whole(chain(600))
    assert len(snapshot.nodes) > 1000
    assert arrange(snapshot).placement == arrange(snapshot, "right").placement


@pytest.fixture(scope="module")
def summary():
    """A summary by operation, in which an operation may lead to itself and to what came before."""
    x, w = Value(0.5, "x"), Value(0.3, "w")
    y = x
    for _ in range(30):
        y = ta.tanh(y * w + y * y) * ta.sigmoid(y)
    snapshot = draw(y, max_nodes=5).snapshot
    assert any(edge.source == edge.target for edge in snapshot.edges)
    return snapshot


@pytest.mark.parametrize("direction", ["right", "down"])
def test_an_edge_to_itself_is_a_loop_above_its_box_and_others_join_their_boxes(summary, direction):
    found = arrange(summary, direction)
    places = {node.id: i for i, node in enumerate(summary.nodes)}
    backwards = 0
    for edge, route in zip(summary.edges, found.placement.routes, strict=True):
        (x, y), box = found.placement.corners[places[edge.source]], found.boxes[places[edge.source]]
        start, end = route.points[0], route.points[-1]
        if edge.source == edge.target:
            assert start[1] == end[1] == y, "both ends on the box"
            assert x < end[0] < start[0] < x + box.width
            rise = 0.75 * (y - min(py for _, py in route.points))  # of the curve between its control points
            assert 20 < rise < 34, "in the room above the box that it was given"
            assert 20 < y - route.label[1] < 34, "its label, too"
        else:
            target = places[edge.target]
            backwards += target < places[edge.source]
            assert touches(start, found, places[edge.source])
            assert touches(end, found, target)
    assert backwards, "no edge leads back in this summary"


def touches(point, found, i):
    looped = {edge.source for edge in found.snapshot.edges if edge.source == edge.target}
    (x, y), box = found.placement.corners[i], found.boxes[i]
    room = 34 if found.snapshot.nodes[i].id in looped else 0  # above the box, for an edge to itself
    return x - 1 <= point[0] <= x + box.width + 1 and y - room - 1 <= point[1] <= y + box.height + 1
