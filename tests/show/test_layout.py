"""`place`: nothing overlaps, frames hold their clusters, edges run on, and the numbers are always the same."""

from __future__ import annotations

import itertools
import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tinygrad_act.show.graph.layout import Box, Link, Placement, place

from ..each import each
from ..layout_graphs import NAMED, network, overlapping, rectangles, within

DIRECTIONS = ("right", "down")
SLACK = 0.11
"""Numbers are rounded to 0.1, so two may be nearer by that."""

sizes = st.floats(1.0, 160.0)
paths = st.lists(st.sampled_from("abc"), max_size=3).map(tuple)
pills = st.one_of(st.just((0.0, 0.0)), st.tuples(st.floats(10.0, 90.0), st.floats(8.0, 24.0)))


@st.composite
def graphs(draw):
    """Boxes in clusters that paths may leave and come back to, in an order that is not the edges' order."""
    boxes = draw(st.lists(st.builds(Box, sizes, sizes, paths), min_size=1, max_size=16))
    order = draw(st.permutations(range(len(boxes))))
    pairs = st.tuples(st.integers(0, len(boxes) - 1), st.integers(0, len(boxes) - 1)).filter(lambda p: p[0] != p[1])
    found = draw(st.lists(st.tuples(pairs, pills), max_size=30))
    return boxes, [Link(*sorted(pair, key=order.index), label) for pair, label in found]


@given(graphs(), st.sampled_from(DIRECTIONS))
@settings(max_examples=300, deadline=None)
def test_any_graph_has_a_valid_picture(graph, direction):
    check(*graph, place(*graph, direction), direction)


@each("direction", DIRECTIONS)
@each("name", NAMED)
def test_known_graphs_have_valid_pictures(name, direction):
    graph = NAMED[name]()
    check(*graph, place(*graph, direction), direction)


def check(boxes, links, placement, direction):
    """All that must hold of every placement of ours."""
    bodies = check_room(boxes, links, placement)
    check_frames(boxes, bodies, placement)
    for link, route in zip(links, placement.routes):
        check_route(link, route, bodies, direction)


def check_room(boxes, links, placement):
    """Boxes and pills lie in the picture and apart; the rectangles of the boxes."""
    assert len(placement.corners) == len(boxes)
    assert len(placement.routes) == len(links)
    bodies, labels = rectangles(boxes, links, placement)
    everything = [*bodies, *labels, *[frame[1:] for frame in placement.frames]]
    assert all(within(rectangle, (0.0, 0.0, placement.width, placement.height), SLACK) for rectangle in everything)
    assert overlapping([*bodies, *labels], SLACK) == []
    return bodies


def check_frames(boxes, bodies, placement):
    """A frame holds boxes of its own cluster alone, and every box stands in a frame of each of its clusters."""
    for frame in placement.frames:
        inside = [i for i, body in enumerate(bodies) if overlapping([body, frame[1:]], SLACK)]
        assert inside, "a frame without boxes"
        for i in inside:
            assert boxes[i].cluster[: len(frame.path)] == frame.path
            assert within(bodies[i], (frame.x + 14, frame.y + 34, frame.width - 28, frame.height - 48), 2 * SLACK)
    for box, body in zip(boxes, bodies):
        for depth in range(1, len(box.cluster) + 1):
            around = [f for f in placement.frames if f.path == box.cluster[:depth] and within(body, f[1:], SLACK)]
            assert len(around) == 1
    for one, other in itertools.combinations(placement.frames, 2):
        if len(one.path) == len(other.path):
            assert not overlapping([one[1:], other[1:]], SLACK)


def check_route(link, route, bodies, direction):
    """From side to side, always on, and not through a box."""
    check_ends(link, route, bodies, direction)
    on_the_way = [point[0 if direction == "right" else 1] for point in route.points]
    assert all(b >= a - SLACK for a, b in itertools.pairwise(on_the_way))
    curve = points_on(route)
    (left, top), (right, bottom) = map(min, zip(*curve)), map(max, zip(*curve))
    around = (left, top, right - left + 0.1, bottom - top + 0.1)
    for body in [body for body in bodies if overlapping([body, around], 0.0)]:
        inner = (body[0] + 0.5, body[1] + 0.5, body[2] - 1, body[3] - 1)
        assert not any(within((*point, 0.0, 0.0), inner, 0.0) for point in curve)


def check_ends(link, route, bodies, direction, slack=SLACK):
    """From the middle of the source's side to the target's side, in whole curves, through the pill."""
    x, y, width, height = bodies[link.source]
    start = (x + width, y + height / 2) if direction == "right" else (x + width / 2, y + height)
    assert math.dist(route.points[0], start) <= 2 * slack
    x, y, width, height = bodies[link.target]
    along, across = (0, 1) if direction == "right" else (1, 0)
    end = route.points[-1]
    assert abs(end[along] - (x, y)[along]) <= slack
    assert (x, y)[across] < end[across] + slack
    assert end[across] < (x, y)[across] + (width, height)[across] + slack
    assert len(route.points) % 3 == 1
    curve = points_on(route)
    assert min(math.dist(point, route.label) for point in curve) < 3 + max(map(math.dist, curve, curve[1:]))


def points_on(route, steps=12):
    """Points along the curves of a route."""
    found = [route.points[0]]
    for i in range(0, len(route.points) - 1, 3):
        for step in range(1, steps + 1):
            t = step / steps
            weights = ((1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t * t * (1 - t), t**3)
            found.append(tuple(sum(w * p[k] for w, p in zip(weights, route.points[i : i + 4])) for k in (0, 1)))
    return found


# -- what is drawn how --------------------------------------------------------------------------


def test_nothing_has_an_empty_picture():
    assert place([], []) == Placement(0.0, 0.0, (), (), ())


def test_the_same_graph_has_the_same_picture():
    graph = NAMED["random in clusters"]()
    assert place(*graph) == place(*graph)


def test_numbers_are_rounded_to_tenths():
    placement = place(*NAMED["random"]())
    numbers = [*itertools.chain(*placement.corners), *itertools.chain(*(r.points[1] for r in placement.routes))]
    assert all(round(number, 1) == number for number in numbers)


def test_down_is_right_turned():
    boxes, links = NAMED["random"]()
    right = place(boxes, links)
    turned = [Box(box.height, box.width) for box in boxes]
    down = place(turned, [link._replace(label=link.label[::-1]) for link in links], "down")
    assert [corner[::-1] for corner in down.corners] == list(right.corners)


def test_parallel_edges_are_drawn_apart_and_end_at_ports_in_the_order_of_operands():
    placement = place([Box(60, 40), Box(60, 40)], [Link(0, 1, (40, 16)), Link(0, 1, (40, 16))])
    first, second = placement.routes
    assert first.points[0] == second.points[0]
    assert first.points[-1][1] < second.points[-1][1]
    assert first.label[1] + 16 <= second.label[1]


def test_operands_arrive_in_their_order():
    placement = place([Box(60, 40), Box(60, 40), Box(60, 40)], [Link(1, 2), Link(0, 2)])
    assert placement.routes[0].points[-1][1] < placement.routes[1].points[-1][1]
    assert placement.corners[1][1] < placement.corners[0][1]


def test_a_chain_is_straight():
    boxes = [Box(60, 40 + 10 * (i % 3)) for i in range(9)]
    placement = place(boxes, [Link(i, i + 1, (30, 16)) for i in range(8)])
    assert len({y for route in placement.routes for _, y in route.points}) == 1


def test_a_leaf_stands_right_before_its_consumer():
    boxes, links = network(2, [3, 1])
    corners = place(boxes, links).corners
    consumers = {}
    for link in links:
        consumers.setdefault(link.source, []).append(link.target)
    leaves = set(consumers) - {link.target for link in links}
    columns = sorted({x for x, _ in corners})
    for leaf in leaves:
        if len(consumers[leaf]) == 1:
            assert columns.index(corners[consumers[leaf][0]][0]) == columns.index(corners[leaf][0]) + 1


def test_a_tree_has_no_crossings():
    boxes = [Box(60, 40)] * 31
    links = [Link(i, (i - 1) // 2) for i in range(1, 31)]
    placement = place(boxes, links)
    ends = [(r.points[0], r.points[-1]) for r in placement.routes]
    for (a, b), (c, d) in itertools.combinations(ends, 2):
        assert not (a[0] == c[0] and b[0] == d[0] and (a[1] - c[1]) * (b[1] - d[1]) < 0)


def test_an_input_used_often_sends_one_trunk():
    boxes = [Box(60, 40)] * 22
    chain = [Link(i, i + 1) for i in range(1, 21)]
    placement = place(boxes, [*chain, *[Link(0, i) for i in range(2, 22)]])
    assert placement.height < 250


def test_a_cluster_that_a_path_comes_back_to_has_several_frames():
    boxes, links = NAMED["recurrent"]()
    frames = place(boxes, links).frames
    assert [frame.path for frame in frames] == [("cell",)] * 5


def test_clusters_between_which_paths_run_one_way_have_one_frame_each():
    frames = place(*NAMED["attention"]()).frames
    assert len(frames) == len({frame.path for frame in frames}) == 5
    assert frames[0].path == ("attention",)


@pytest.mark.parametrize(
    ("links", "direction", "message"),
    [
        ([Link(0, 2)], "right", "link 0 goes from 0 to 2; expected two different boxes, given by numbers from 0 to 1"),
        ([Link(0, 1), Link(1, 1)], "right", "link 1 goes from 1 to 1"),
        ([Link(-1, 1)], "right", "link 0 goes from -1 to 1"),
        ([Link(0, 1), Link(1, 0)], "right", "the links form a cycle"),
        ([], "left", "direction is 'left'; expected 'right' or 'down'"),
    ],
)
def test_what_is_no_graph_is_refused(links, direction, message):
    with pytest.raises(ValueError, match=message):
        place([Box(10, 10), Box(10, 10)], links, direction)
