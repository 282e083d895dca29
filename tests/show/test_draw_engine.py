"""`engine="dot"`: coordinates from Graphviz, in the same form as the built-in layout's."""

from __future__ import annotations

import shutil

import pytest

from tinygrad_act.show.graph.engine import place_with_dot
from tinygrad_act.show.graph.layout import Box, Link, Placement

from ..layout_graphs import NAMED
from .test_layout import DIRECTIONS, check_ends, check_frames, check_room

needs_dot = pytest.mark.skipif(shutil.which("dot") is None, reason="Graphviz's program `dot` is not on PATH")


@needs_dot
@pytest.mark.parametrize("direction", DIRECTIONS)
@pytest.mark.parametrize("name", [name for name in NAMED if name != "larger network"])
def test_places_by_dot_are_as_valid_as_our_own(name, direction):
    boxes, links = NAMED[name]()
    placement = place_with_dot(boxes, links, direction)
    bodies = check_room(boxes, links, placement)
    check_frames(boxes, bodies, placement)
    for link, route in zip(links, placement.routes):
        check_ends(link, route, bodies, direction)


def test_nothing_needs_no_dot(monkeypatch):
    monkeypatch.setenv("PATH", "")
    assert place_with_dot([], []) == Placement(0.0, 0.0, (), (), ())


def test_what_is_no_graph_is_refused_before_dot_is_asked(monkeypatch):
    monkeypatch.setenv("PATH", "")
    with pytest.raises(ValueError, match="the links form a cycle"):
        place_with_dot([Box(10, 10), Box(10, 10)], [Link(0, 1), Link(1, 0)])


def test_a_missing_dot_is_told_with_what_to_do(monkeypatch):
    monkeypatch.setenv("PATH", "")
    with pytest.raises(RuntimeError, match=r"engine='dot' needs Graphviz's `dot` program.*install it.*engine='auto'"):
        place_with_dot([Box(10, 10)], [])


@needs_dot
def test_parallel_links_without_pills_keep_their_ports():
    placement = place_with_dot([Box(60, 40), Box(60, 40)], [Link(0, 1), Link(0, 1), Link(0, 1)])
    ends = [route.points[-1][1] for route in placement.routes]
    assert ends == sorted(ends)
    assert len(set(ends)) == 3


@needs_dot
def test_a_box_with_more_inputs_than_room_for_ports_is_placed():
    boxes = [Box(60, 40)] * 41
    placement = place_with_dot(boxes, [Link(i, 40, (30, 12)) for i in range(40)])
    assert len(placement.routes) == 40
