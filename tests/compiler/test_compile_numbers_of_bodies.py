"""A body that gives a Python number, where a body gives arrays: in a program as outside of one."""

from __future__ import annotations

import numpy as np
import pytest

import tinygrad_act as ta

from ..each import each

X = np.arange(3.0)


@pytest.fixture(autouse=True, scope="module")
def bodies():
    """Operations of a user's."""

    @ta.op(dx=None)
    def a_bool(x):
        """a = any(x > 1)"""
        return bool((x > 1).any())

    @ta.op(dx=None)
    def an_int(x):
        """a = how many different entries x has"""
        return len(np.unique(x))

    @ta.op(dx=lambda g, a, x: g * np.ones_like(x))
    def a_float(x):
        """a = sum(x)"""
        return float(np.sum(x))

    yield
    for name in ("a_bool", "an_int", "a_float"):
        del ta.ops[name]


MADE = {
    **{name: lambda x, name=name: ta.ops[name].call(x) for name in ("a_bool", "an_int", "a_float")},
    "array_equal": lambda x: ta.array_equal(x, X),
    "array_equiv": lambda x: ta.array_equiv(x, X),
    "allclose": lambda x: ta.allclose(x, X),
    "any": ta.any,
    "argmax": ta.argmax,
}
USED = {
    "astype": lambda a, x: ta.astype(a, dtype=np.float32) * x,
    "reshape": lambda a, x: ta.reshape(a, (1, 1)),
    "an axis": lambda a, x: a[None] * x,
    "twice": lambda a, x: a + a,
    "times": lambda a, x: a * x,
    "where": lambda a, x: ta.where(a, x, -x),
    "a sum": lambda a, x: ta.sum(a),
    "itself": lambda a, x: a,
}


@each("passes", ["all", "none"])
@each("use", USED.values(), ids=USED)
@each("make", MADE.values(), ids=MADE)
def test_a_program_gives_what_eager_mode_gives(make, use, passes):
    program = ta.compile(lambda x: use(make(x), x), **({} if passes == "all" else {"passes": ()}))
    for x in (X, X + 1, X * 0):
        got, expected = program(x), use(make(ta.Value(x)), ta.Value(x)).numpy()
        assert type(got) is np.ndarray
        assert got.dtype == expected.dtype
        np.testing.assert_array_equal(got, expected)
