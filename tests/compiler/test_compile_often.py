"""Many programs of one function: the warning names the argument, shows its values, and what it says to do helps."""

from __future__ import annotations

import re
import warnings

import numpy as np
import pytest

import tinygrad_act as ta

X = np.ones(3)


def warned(f, calls):
    """What a function says that is called with each of these arguments and keywords."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        for args, kwargs in calls:
            f(*args, **kwargs)
    assert all(w.filename == __file__ for w in caught), "it points at the call"
    return [str(w.message) for w in caught]


COUNTS = {
    "an int": (lambda x, step: x * step, lambda i: ((X, i), {}), "step"),
    "a keyword": (lambda x, *, step: x * step, lambda i: ((X,), {"step": i}), "step"),
    "in a tree": (lambda p: p["x"] * p["opt"]["t"][1], lambda i: (({"x": X, "opt": {"t": (X, i)}},), {}),
                  "p['opt']['t'][1]"),
    "a default": (lambda x, step=0: x * step, lambda i: ((X, i) if i else (X, 0), {}), "step"),
}  # fmt: skip


@pytest.mark.parametrize(("f", "call", "name"), COUNTS.values(), ids=COUNTS)
def test_an_int_that_counts_is_named_with_its_values(f, call, name):
    (first, second) = warned(ta.compile(f), [call(i) for i in range(16)])
    assert f"argument {name} is static, as it is of type int: it was 0, 1, 2, 3, 4, 5, 6 and is 7." in first
    assert f"pass float({name}) or np.array({name})" in first
    assert "it was ..., 7, 8, 9, 10, 11, 12, 13, 14 and is 15." in second


@pytest.mark.parametrize("convert", [float, np.array, np.float64, np.int64, np.float32])
def test_what_it_says_to_do_helps(convert):
    """Adam's correction of its bias, for example, by the number of the step."""

    def step(x, t):
        return x / (1.0 - 0.9**t)

    f = ta.compile(step)
    assert not warned(f, [((X, convert(t)), {}) for t in range(1, 40)])
    assert len(f.programs) == 1
    for t in (1, 7, 39):
        np.testing.assert_allclose(f(X, convert(t)), X / (1.0 - 0.9**t), rtol=1e-6)


def test_a_bool_as_an_array_makes_one_program():
    f = ta.compile(lambda x, flag: ta.where(flag, x, -x))
    for flag in (True, False):
        np.testing.assert_array_equal(f(X, np.array(flag)), X if flag else -X)
    assert len(f.programs) == 1


DTYPES = ["f8", "f4", "f2", "i8", "i4", "i2", "u1", "u2"]
OTHERS = {
    "str": (
        lambda x, how: x,
        lambda i: ((X, f"n{i}"), {}),
        "argument how is static, as it is of .* str: it was 'n0', 'n1', 'n2', 'n3', 'n4', 'n5', 'n6' and is 'n7'. Pass",
    ),
    "bool": (
        lambda x, a, b, c: x,
        lambda i: ((X, bool(i & 1), bool(i & 2), bool(i & 4)), {}),
        "argument a is static, as it is of type bool: it was False and is True. Pass np.array(a)",
    ),
    "function": (
        lambda x, g: g(x),
        lambda i: ((X, lambda x: x), {}),
        "argument g is static, as it is of type function: it was ..., <function .* and is <function .*Make g once",
    ),
    "shape": (lambda x: x, lambda i: ((np.ones(i),), {}), "argument x was float64 (6,) and is float64 (7,). Pad x"),
    "dtype": (
        lambda x: x,
        lambda i: ((X.astype(DTYPES[i]),), {}),
        "argument x was uint8 (3,) and is uint16 (3,). Convert x to one dtype",
    ),
    "length": (
        lambda x: x[0],
        lambda i: (([X] * (i + 1),), {}),
        "argument x was a list of 7 and is a list of 8. Pass x with",
    ),
    "keys": (
        lambda p: p["k"],
        lambda i: (({"k": np.ones(i), f"n{i}": X},), {}),
        "argument p was a dict of 'k', 'n6' and is a dict of 'k', 'n7'. Pass p with",
    ),
    "number of arguments": (
        lambda *xs: xs[0],
        lambda i: ([X] * (i + 1), {}),
        "the positional arguments were a tuple of 7 and are a tuple of 8",
    ),
    "two at once": (
        lambda x, a, b: x,
        lambda i: ((X, i, i + 10), {}),
        "6 and is 7, and argument b is static.*16 and is 17",
    ),
    "int and shape": (
        lambda x, n: x * n,
        lambda i: ((np.ones(i + 1), i), {}),
        "argument x was float64 (7,) and is float64 (8,), and argument n is static",
    ),
}


@pytest.mark.parametrize(("f", "call", "text"), OTHERS.values(), ids=OTHERS)
def test_what_else_changes_in_each_call(f, call, text):
    (message,) = warned(ta.compile(f), [call(i) for i in range(8)])
    assert "8 kinds of arguments" in message
    pattern = re.escape(text).replace(r"\.\*", ".*")
    assert re.search(pattern, message), message
