"""The parts of the layout: numbers spread in order, clusters cut into pieces, crossings counted, large graphs."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tinygrad_act.show.graph.layout import Box, Link, place
from tinygrad_act.show.graph.layout.crossings import crossings, positions, transpose
from tinygrad_act.show.graph.layout.isotonic import median, spread, spread_straight
from tinygrad_act.show.graph.layout.pieces import pieces
from tinygrad_act.show.graph.layout.walks import inputs_first, neighbours, strong_parts

from ..layout_graphs import network

rows = st.lists(st.tuples(st.integers(-20, 20), st.integers(1, 5), st.integers(0, 4)), min_size=1, max_size=6)


def cost(places, pulls, power):
    return sum(w * abs(place - end) ** power for place, row in zip(places, pulls) for end, w in row)


@given(rows, st.integers(0, 5), st.sampled_from([-1.0, -0.25, 0.25, 1.0]))
@settings(max_examples=200, deadline=None)
def test_what_is_spread_has_room_and_no_step_of_its_own_makes_it_better(row, which, step):
    wishes, weights, rooms = zip(*row)
    pulls = [[(wish, weight)] for wish, weight in zip(wishes, weights)]
    for places, power in ((spread(wishes, weights, rooms), 2), (spread_straight(pulls, rooms), 1)):
        assert has_room(places, rooms)
        for start, end in itertools.combinations(range(len(row) + 1), 2):  # any run of neighbours, moved as one
            moved = [place + step * (start <= i < end) for i, place in enumerate(places)]
            if has_room(moved, rooms):
                assert cost(moved, pulls, power) >= cost(places, pulls, power) - 1e-6


def has_room(places, rooms):
    pairs = itertools.pairwise(zip(places, rooms))
    return all(b - a >= room + other - 1e-9 for (a, room), (b, other) in pairs)


def test_the_median_is_where_half_of_the_weight_is():
    assert median([(1.0, 1.0), (2.0, 5.0), (9.0, 1.0)]) == 2.0
    assert median([(1.0, 1.0), (3.0, 1.0)]) == 2.0
    assert median([(4.0, 0.1)]) == 4.0


def test_a_cluster_in_one_go_is_one_piece():
    assert pieces([None, "a", "a", "b"], [(0, 1), (1, 2), (2, 3)]) == [("a", [1, 2]), ("b", [3])]


def test_a_cluster_that_a_path_comes_back_to_is_cut_and_a_weight_goes_with_its_user():
    names = ["a", None, "a", "a"]  # 3 is a weight that only 2 uses
    assert pieces(names, [(0, 1), (1, 2), (3, 2)]) == [("a", [0]), ("a", [2, 3])]


def test_a_cluster_between_others_that_alternate_stays_whole():
    names = ["a", "b", "a", "c", "c"]
    assert pieces(names, [(0, 1), (1, 2), (2, 3), (3, 4), (0, 4)]) == [
        ("a", [0]), ("b", [1]), ("a", [2]), ("c", [3, 4])
    ]  # fmt: skip


def test_nodes_that_reach_each_other_are_one_part():
    part = strong_parts(*neighbours(5, [(0, 1), (1, 2), (2, 0), (2, 3), (4, 3)]))
    assert part[0] == part[1] == part[2]
    assert len({part[0], part[3], part[4]}) == 3


def test_inputs_come_first_and_cycles_are_left_out():
    assert inputs_first(*neighbours(3, [(2, 1), (1, 0)])) == [2, 1, 0]
    assert inputs_first(*neighbours(4, [(0, 1), (1, 2), (2, 1), (2, 3)])) == [0]


def test_crossings_are_counted_and_swapped_away():
    layers = [[0, 1, 2], [3, 4, 5]]
    ends = {0: [5, 4], 1: [4], 2: [3]}
    downs = [[(w, 0.0) for w in ends.get(v, [])] for v in range(6)]
    ups = [[(u, 0.0) for u in range(3) if v in ends.get(u, [])] for v in range(6)]
    place = positions(layers, 6)
    by_pairs = sum(
        (a - b) * (place[x] - place[y]) < 0
        for (a, x), (b, y) in itertools.combinations([(u, w) for u in ends for w in ends[u]], 2)
    )
    assert crossings(layers, downs, place) == by_pairs == 4
    transpose(layers, ups, downs, place, 10)
    assert crossings(layers, downs, place) == 0
    assert place == positions(layers, 6)


def test_a_network_has_few_crossings():
    boxes, links = network(3, [8, 8, 1])
    lines = [(r.points[0], r.points[-1]) for r in place(boxes, links).routes]
    crossed = 0
    for (one, a), (other, b) in itertools.combinations(zip(lines, links), 2):
        if a.source != b.source and a.target != b.target:
            crossed += sides(one, other) and sides(other, one)
    assert crossed <= 700  # Graphviz's dot: 385 without pills, 507 with them


def sides(line, other):
    """Whether the ends of `other` lie on different sides of `line`."""
    (x0, y0), (x1, y1) = line
    first, second = ((x1 - x0) * (y - y0) - (y1 - y0) * (x - x0) for x, y in other)
    return first * second < 0


@pytest.mark.parametrize("clusters", [(), ("deep",)])
def test_a_deep_chain_does_not_recurse(clusters):
    boxes = [Box(60, 40, clusters)] * 5_000
    placement = place(boxes, [Link(i, i + 1, (30, 16)) for i in range(4_999)])
    xs = [x for x, _ in placement.corners]
    assert xs == sorted(xs)
    assert len({y for _, y in placement.corners}) == 1


def test_deeply_nested_clusters_do_not_recurse():
    boxes = [Box(10, 10, ("c",) * depth) for depth in range(300)]
    frames = place(boxes, [Link(i, i + 1) for i in range(299)]).frames
    assert [len(frame.path) for frame in frames] == list(range(1, 300))
