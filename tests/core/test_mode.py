"""`no_grad` and `debug`: per thread, nested, restored, as decorators."""

from __future__ import annotations

import threading

import numpy as np
import pytest

import tinygrad_act as ta
from tinygrad_act import Value
from tinygrad_act.core.mode import special


@pytest.fixture(autouse=True)
def _switches_are_back():
    assert not special
    yield
    assert not special
    assert (Value(1.0) * 2).requires_grad


@pytest.mark.parametrize("start", [1.0, np.array([1.0])])
def test_no_grad_records_nothing(start):
    x = Value(start)
    with ta.no_grad():
        y = x * 2 + x.tanh() @ np.ones(1) if np.ndim(start) else x * 2 + x.tanh()
        assert not y.requires_grad
        assert y.op is None
        with ta.no_grad():
            pass
        assert (x + 1).op is None
    assert (x + 1).op is not None


def test_no_grad_is_restored_after_an_exception():
    with pytest.raises(KeyError), ta.no_grad():
        raise KeyError


def test_one_object_nests_in_itself():
    switch = ta.no_grad()
    with switch, switch:
        assert (Value(1.0) * 2).op is None


def test_no_grad_decorates_functions_and_generators():
    x = Value(1.0)

    @ta.no_grad()
    def f():
        return x * 2

    @ta.no_grad()
    def g():
        yield x * 2
        yield x * 3

    assert f().op is None
    assert f.__name__ == "f"
    for item in g():
        assert item.op is None
        assert (x * 2).op is not None, "the consumer of a generator must not be switched off"


def test_no_grad_in_one_thread_is_invisible_in_another():
    inside, done = threading.Event(), threading.Event()
    recorded = []

    def pause():
        with ta.no_grad():
            inside.set()
            done.wait(5)

    thread = threading.Thread(target=pause)
    thread.start()
    inside.wait(5)
    recorded = [(Value(2.0) * 3).op, (Value([2.0]) * 3).op, Value(2.0).tanh().op]
    done.set()
    thread.join()
    assert None not in recorded


def test_debug_names_the_first_nan_or_infinity_with_op_shape_and_line():
    x = Value([[-1.0, 4.0]])
    with ta.debug(), np.errstate(all="ignore"):
        message = r"^sqrt: the result of shape \(1, 2\) holds NaN.*finite.*test_mode\.py"
        with pytest.raises(FloatingPointError, match=message):
            (x * 2).sqrt().sum()
        with pytest.raises(FloatingPointError, match=r"^log: .*holds infinity"):
            Value(0.0).log()
        with pytest.raises(FloatingPointError, match=r"^mul: .*input 0 already held one"):
            Value([np.nan]) * 2
    assert np.isnan((x * 2).data.sum()) == np.False_


def test_debug_names_the_first_bad_gradient():
    x = Value([0.0, 1.0], label="x")
    with ta.debug():
        y = x.sqrt().sum()
        with pytest.raises(FloatingPointError, match=r"leaf x: the gradient of shape \(2,\) .* holds infinity"):
            y.backward()


def test_debug_lets_right_graphs_through():
    x, w = Value(2.0), Value([1.0, 2.0])
    with ta.debug():
        y = (w * x).sum() + x * x
        y.backward()
    assert x.grad == 7.0
