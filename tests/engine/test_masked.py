"""NumPy's masked arrays look for `_data` and `_mask` on whatever stands beside them: a Value is not taken for one.

Every function of numpy.ma either refuses a Value or gives what is right: never a number that has lost its gradient."""

from __future__ import annotations

import types

import numpy as np
import pytest

import tinygrad_act as ta

from ..each import each

FIRST, SECOND = np.array([[1.0, 2.0], [3.0, 4.0]]), np.array([[0.5, -2.0], [7.0, 1.25]])
FUNCTIONS = sorted(
    name for name in np.ma.__all__ if callable(getattr(np.ma, name)) and not isinstance(getattr(np.ma, name), type)
)
WAYS = [lambda v: (v,), lambda v: (v, v), lambda v: (v, 1), lambda v: (1, v), lambda v: (v, 1, 2)]
BESIDE = [lambda v: (v, masked()), lambda v: (masked(), v)]
UNFILLED = {"empty", "empty_like", "masked_all", "masked_all_like"}
"""What they give holds whatever the memory held."""


def masked():
    return np.ma.array(FIRST.copy(), mask=FIRST > 3)


def outcome(name, args):
    """What the function gives, all of it; or the error."""
    try:
        found = getattr(np.ma, name)(*args)
        return list(found) if isinstance(found, (types.GeneratorType, tuple)) else found
    except Exception as error:
        return error


def floats_in(x):
    """The bare floats in a result."""
    if isinstance(x, (list, tuple)):
        return [part for item in x for part in floats_in(item)]
    if isinstance(x, (float, np.floating, np.ndarray)):
        data = np.ma.getdata(x)
        return data.ravel().tolist() if data.dtype.kind == "f" else []
    return []


@each("name", [name for name in FUNCTIONS if name not in UNFILLED])
def test_no_function_of_masked_arrays_takes_the_bare_array(name):
    """What it makes of two Values may differ only by what carries a gradient, or is no float."""
    for way in WAYS + BESIDE:
        one, other = (outcome(name, way(ta.Value(data))) for data in (FIRST, SECOND))
        if not isinstance(one, Exception):
            np.testing.assert_array_equal(floats_in(one), floats_in(other), "floats of the Value, without a gradient")


@each("name", [name for name in FUNCTIONS if name not in UNFILLED])
def test_of_a_constant_it_gives_what_it_gives_of_the_array(name):
    for way in WAYS + BESIDE:
        found = outcome(name, way(ta.Value(FIRST, requires_grad=False)))
        expected = outcome(name, way(FIRST.copy()))
        if isinstance(found, Exception) or isinstance(expected, Exception):
            continue  # np.ma.ones(1, x) takes x for a dtype: a Value has one
        bare = found.data if isinstance(found, ta.Value) else found
        np.testing.assert_array_equal(floats_in(bare), floats_in(expected))


@pytest.mark.parametrize("f", [np.ma.getdata, np.ma.median, np.ma.filled, np.ma.array], ids=lambda f: f.__name__)
def test_what_would_lose_the_gradient_is_refused(f):
    with pytest.raises(TypeError, match="masked arrays are not supported|would lose its gradient"):
        f(ta.Value(FIRST))


def test_masked_arrays_among_themselves_are_as_they_were():
    assert np.ma.getdata(masked()).tolist() == FIRST.tolist()
    assert np.ma.median(masked()) == 2.0
