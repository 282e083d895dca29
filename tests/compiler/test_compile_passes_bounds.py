"""The pass `bounds` and masks that come first: relu without a second array."""

from __future__ import annotations

import numpy as np
import pytest

import tinygrad_act as ta
from tinygrad_act.compiler import PASSES


def both(f, *args):
    """The results with and without the pass, and the two sources."""
    with_it, without = ta.compile(f), ta.compile(f, passes=[name for name in PASSES if name != "bounds"])
    return with_it(*args), without(*args), with_it.source, without.source


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("size", [8, 4000])
def test_bounds_give_the_same_numbers(dtype, size):
    z = np.linspace(-2, 2, size).astype(dtype)
    z[3], z[5], z[6] = np.nan, np.inf, -np.inf
    for f in (lambda z: ta.maximum(z, 0.5), lambda z: ta.minimum(0.5, z), lambda z: ta.clip(z, 0.0, 1.0)):
        mine, theirs, source, _ = both(f, z)
        np.testing.assert_array_equal(mine, theirs)
        assert ("np.ndarray.clip" in source) == (size > 1024)


def test_what_is_no_number_or_not_finite_is_left_alone():
    z = np.linspace(-2, 2, 3000)
    for f in (lambda z: ta.maximum(z, np.inf), lambda z: ta.maximum(z, np.nan), lambda z: ta.maximum(z, z[::-1])):
        mine, theirs, source, other = both(f, z)
        np.testing.assert_array_equal(mine, theirs)
        assert "np.ndarray.clip" not in source
        assert source == other


def test_the_mask_comes_first_and_relu_is_written_over_its_input():
    def step(w, x):
        return ta.grad(lambda w: (ta.relu(x @ w) ** 2).sum())(w)

    rng = np.random.default_rng(0)
    w, x = rng.normal(size=(20, 60)), rng.normal(size=(70, 20))
    compiled = ta.compile(step)
    np.testing.assert_allclose(compiled(w, x), step(w, x), rtol=1e-13)
    lines = [line.strip() for line in compiled.source.splitlines()]
    mask = next(i for i, line in enumerate(lines) if ">= zero" in line or "np.greater_equal" in line)
    relu = next(i for i, line in enumerate(lines) if "np.ndarray.clip" in line)
    assert mask < relu
    name = lines[relu].split("clip(")[1].split(",")[0]
    assert f"out={name})" in lines[relu]
