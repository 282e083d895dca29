"""The faults that a small autograd must survive: values (25 to 34).

The checklist is 3.4 of reference/accuracy.md, and the numbers in the names are its numbers. What must
hold for every operation (6, 16 to 18, 30, 32 to 34) is in test_ops.py as well.
"""

from __future__ import annotations

import numpy as np
import pytest

import tinygrad_act as ta
from tinygrad_act import Value


def test_25_the_branch_not_taken_puts_no_nan_into_the_gradient():
    with np.errstate(all="ignore"):
        for f in (
            lambda x: ta.where(x > 0, ta.sqrt(x), x),
            lambda x: ta.where(x > 0, ta.log(x), x),
            lambda x: ta.where(x > 0, 1 / x, x),
            lambda x: ta.where(x > 0, x**0.5, x),
            lambda x: ta.where(x > -2, x, ta.exp(1000 * x * x)),
        ):
            x = Value([0.0, -1.0])
            f(x).sum().backward()
            assert x.grad.tolist() == [1.0, 1.0]
            second = ta.grad(lambda x, f=f: ta.grad(lambda x: f(x).sum())(x).sum())(np.array([0.0, -1.0]))
            assert second.tolist() == [0.0, 0.0]
            for start in (0.0, -1.0):
                scalar = Value(start)
                f(scalar).backward()
                assert scalar.grad == 1.0


def test_25_an_infinite_cotangent_does_not_pass_a_closed_relu():
    for f in (ta.relu, lambda x: ta.where(x > 0, x, 0.0), lambda x: ta.clip(x, min=0.0)):
        x = Value([-1.0, 4.0])
        f(x).sqrt().sum().backward()
        assert x.grad.tolist() == [0.0, 0.25]
        scalar = Value(-1.0)
        f(scalar).sqrt().backward()
        assert scalar.grad == 0.0


def test_26_slopes_at_zero_and_no_warning_from_backward():
    table = {
        "sqrt": (lambda x: ta.sqrt(x), np.inf),
        "x**0.5": (lambda x: x**0.5, np.inf),
        "x**0": (lambda x: x**0.0, 0.0),
        "x**1": (lambda x: x**1.0, 1.0),
        "x**2": (lambda x: x**2, 0.0),
        "0**y": (lambda y: 0.0**y, 0.0),
        "std": (lambda x: (x * np.zeros(3) + 1.0).std(), 0.0),
    }
    for name, (f, slope) in table.items():
        for start in (0.0, np.array(0.0)):
            x = Value(start)
            f(x).backward()
            assert x.grad == slope, name
    with np.errstate(divide="ignore"):
        for start in (0.0, np.array(0.0)):
            x = Value(start)
            ta.log(x).backward()
            assert x.grad == np.inf


def test_27_one_convention_at_the_kink_in_every_spelling():
    for f in (ta.relu, lambda z: ta.clip(z, min=0.0), lambda z: ta.leaky_relu(z, slope=0.0)):
        assert ta.grad(f)(0.0) == 1.0
        assert ta.grad(f)(np.array(0.0)) == 1.0
    assert ta.grad(ta.leaky_relu)(0.0) == 1.0
    assert ta.grad(lambda z: ta.maximum(z, 0.0))(0.0) == 0.5
    assert ta.grad(ta.abs)(0.0) == 0.0


def test_28_shares_at_ties_add_up_to_one():
    for f in (ta.max, ta.min):
        x = Value([1.0, 1.0, 1.0])
        f(x).backward()
        assert x.grad.tolist() == pytest.approx([1 / 3] * 3)
    for f in (ta.maximum, ta.minimum):
        for start in (1.0, np.array([1.0])):
            x, y = Value(start), Value(start)
            f(x, y).sum().backward()
            assert (x.grad, y.grad) == (0.5, 0.5)


def test_29_indexing():
    x = Value(np.arange(12.0).reshape(3, 4))
    for key, expected in [
        (([0, 0, 1],), np.array([[2.0] * 4, [1.0] * 4, [0.0] * 4])),
        ((-1, slice(None, None, -2)), np.array([[0] * 4, [0] * 4, [0, 1, 0, 1]])),
        ((slice(None), [1, 1]), np.array([[0, 2, 0, 0]] * 3)),
        ((None, ..., 0), np.array([[1, 0, 0, 0]] * 3)),
        ((np.array([True, False, True]), 1), np.array([[0, 1, 0, 0], [0] * 4, [0, 1, 0, 0]])),
    ]:
        x.zero_grad()
        x[key if len(key) > 1 else key[0]].sum().backward()
        assert np.array_equal(x.grad, expected)
    with pytest.raises(IndexError, match=r"getitem: index 5 is out of bounds.*\(3, 4\)"):
        x[5]
    with pytest.raises(IndexError, match="getitem: "):
        x["a"]


def test_31_infinities():
    with np.errstate(all="raise"):
        for name, low, high in [
            ("relu", 0.0, np.inf),
            ("leaky_relu", -np.inf, np.inf),
            ("sigmoid", 0.0, 1.0),
            ("tanh", -1.0, 1.0),
            ("softplus", 0.0, np.inf),
            ("erf", -1.0, 1.0),
        ]:
            f = ta.ops[name].call
            assert f(np.array([-np.inf, np.inf])).tolist() == [low, high]
            assert [f(-np.inf), f(np.inf)] == [low, high]
        assert ta.sigmoid(-1000.0) == 0.0
        assert ta.softplus(1000.0) == 1000.0
