"""The search for a jump, on functions whose jumps are known."""

from __future__ import annotations

import math

import numpy as np
import pytest

from tinygrad_act.operations.halving import halved

from ..each import each

RNG = np.random.default_rng(7)
PLACES = [0.0, 1.0, -3.0, 1 / 3, math.pi, -(2.0**-30), 1e9, *RNG.normal(size=20).tolist()]


@each("at", PLACES)
@each("height", [1.0, -2.5, 1e-12])
def test_what_is_left_of_an_interval_holds_the_jump_and_nothing_between_its_ends(at, height):
    low, high = np.array([at - 0.7]), np.array([at + 1.1])
    found = halved(lambda z: np.where(z >= at, height, 0.0), low, high, 1100)
    assert found.low[0] < at <= found.high[0]
    assert np.nextafter(found.low[0], math.inf) == found.high[0] == at
    assert found.change[0] == abs(height)


@pytest.mark.parametrize("steepness", [1.0, 1e3, 1e6])
def test_a_continuous_change_shrinks_with_the_interval(steepness):
    found = halved(lambda z: np.tanh(steepness * z), np.array([-0.9]), np.array([1.0]), 60)
    assert found.change[0] <= 1.001 * steepness * (found.high[0] - found.low[0]) < 1e-9


def test_many_intervals_are_narrowed_at_once_as_each_would_be_alone():
    low = np.arange(-5.0, 5.0) + 0.3
    f = lambda z: 100 * np.floor(z) + z * z
    together = halved(f, low, low + 1.0, 60)
    for i in range(len(low)):
        alone = halved(f, low[i : i + 1], low[i : i + 1] + 1.0, 60)
        assert [x[0] for x in alone] == [x[i] for x in together]
    assert together.high.tolist() == np.ceil(low).tolist()


def test_no_interval_asks_nothing():
    none = np.zeros(0)
    assert halved(lambda z: 1 / 0, none, none, 5).change.size == 0
