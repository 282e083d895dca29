"""Curves cut where lines of a picture end, and lines with round corners: against the curves themselves."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tinygrad_act.show.graph.layout.bends import bent, crossing, cut

coordinate = st.integers(-200, 200).map(float)


def bezier(points, share):
    """The place on one cubic curve, by Bernstein's polynomials."""
    p, t = np.array(points, float), np.asarray(share)[:, None]
    return (1 - t) ** 3 * p[0] + 3 * (1 - t) ** 2 * t * p[1] + 3 * (1 - t) * t**2 * p[2] + t**3 * p[3]


@st.composite
def routes(draw):
    """One to three curves in a row, none of which runs backwards along the first coordinate."""
    along = sorted(draw(st.lists(st.integers(0, 400), min_size=4, max_size=10, unique=True)))
    along = along[: 3 * ((len(along) - 1) // 3) + 1]
    return [(float(x), draw(coordinate)) for x in along]


def curve_of(points, pieces=300):
    """Many places along a route."""
    share = np.linspace(0, 1, pieces)
    return np.concatenate([bezier(points[i : i + 4], share) for i in range(0, len(points) - 1, 3)])


def across(points, along):
    """How far across the route is at `along`, by a fine polygon."""
    curve = curve_of(points, 1500)
    return float(np.interp(along, curve[:, 0], curve[:, 1]))


@given(routes(), st.floats(0.05, 0.95))
@settings(max_examples=30, deadline=None)
def test_a_route_passes_where_its_curve_does(points, share):
    along = points[0][0] + share * (points[-1][0] - points[0][0])
    assert crossing(points, along) == pytest.approx(across(points, along), abs=0.3)


def test_a_straight_route_is_level_to_the_last_digit():
    points = [(0.0, 0.1 + 0.2), (10.0, 0.1 + 0.2), (20.0, 0.1 + 0.2), (30.0, 0.1 + 0.2)]
    assert crossing(points, 12.0) == 0.3


@given(routes(), st.lists(st.floats(-0.2, 1.2), max_size=3))
@settings(max_examples=30, deadline=None)
def test_the_pieces_of_a_cut_route_are_the_route(points, shares):
    start, end = points[0][0], points[-1][0]
    places = sorted(start + share * (end - start) for share in shares)
    inside = [place for place in dict.fromkeys(places) if start < place < end]
    found = cut(points, list(dict.fromkeys(places)))
    assert len(found) == 1 + len(inside)
    assert found[0][0] == points[0]
    assert found[-1][-1] == points[-1]
    for before, after, place in zip(found, found[1:], inside):
        assert before[-1] == after[0]
        assert before[-1][0] == place
    for piece in found:
        assert len(piece) % 3 == 1
        for x, y in curve_of(piece, 20):
            assert y == pytest.approx(across(points, x), abs=0.5)


def corner_route(*corners):
    return bent([(float(x), float(y)) for x, y in corners])


def test_a_bent_line_starts_and_ends_at_its_corners_and_rounds_those_between():
    points = corner_route((0, 0), (100, 0), (100, 60), (200, 60))
    assert points[0] == (0, 0)
    assert points[-1] == (200, 60)
    assert len(points) % 3 == 1
    curve = curve_of(points)
    for corner in ((100, 0), (100, 60)):
        nearest = np.min(np.hypot(*(curve - corner).T))
        assert 1 < nearest < 8, "rounded, and not by more than its radius"
    on_a_line = (np.abs(curve[:, 1]) < 1e-9) | (np.abs(curve[:, 0] - 100) < 1e-9) | (np.abs(curve[:, 1] - 60) < 1e-9)
    near = np.min([np.max(np.abs(curve - corner), axis=1) for corner in ((100, 0), (100, 60))], axis=0) <= 8
    assert (on_a_line | near).all()
    assert not (on_a_line | ~near).all(), "some of it is a curve"


def test_what_is_round_is_smooth():
    points = corner_route((0, 0), (100, 0), (100, 60), (200, 60))
    for i in range(3, len(points) - 1, 3):
        (x0, y0), (x1, y1), (x2, y2) = points[i - 1 : i + 2]
        assert (x1 - x0) * (y2 - y1) == pytest.approx((y1 - y0) * (x2 - x1), abs=1e-9), "the direction goes on"
        assert (x1 - x0) * (x2 - x1) + (y1 - y0) * (y2 - y1) > 0, "and does not turn back"


def test_short_lines_between_corners_are_shared_by_both():
    points = corner_route((0, 0), (100, 0), (100, 6), (200, 6))
    curve = curve_of(points)
    assert curve[:, 1].min() >= -1e-9
    assert curve[:, 1].max() <= 6 + 1e-9
    assert points[6] == (100, 3), "the two corners meet in the middle"


def test_two_corners_are_a_straight_line_in_thirds():
    assert corner_route((0, 0), (90, 30)) == [(0, 0), (30, 10), (60, 20), (90, 30)]
    assert corner_route((5, 5), (5, 5), (5, 5))[-1] == (5, 5)
