"""The pass `scale`: factors move to the start of a chain, and none is lost on the way."""

from __future__ import annotations

import numpy as np

import tinygrad_act as ta


def test_a_factor_that_can_not_move_all_the_way_is_not_lost():
    def f(x, y):
        parts = []
        for z in (x, y):
            t = ta.floor(z * 16.0) * 0.0625
            parts.append(ta.exp((-t) * t * 0.5) + t)
        return parts

    x, y = np.linspace(-1, 1, 50), np.linspace(0, 2, 50)
    step = ta.compile(f)
    for mine, theirs in zip(step(x, y), f(x, y)):
        np.testing.assert_allclose(mine, theirs, rtol=1e-14)
