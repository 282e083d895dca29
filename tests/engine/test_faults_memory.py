"""The faults that a small autograd must survive: memory and aliasing (1 to 7).

The checklist is 3.4 of reference/accuracy.md, and the numbers in the names are its numbers. What must
hold for every operation (6, 16 to 18, 30, 32 to 34) is in test_ops.py as well.
"""

from __future__ import annotations

import itertools

import numpy as np
import pytest

import tinygrad_act as ta
from tinygrad_act import Value


def test_01_data_the_user_still_holds_is_changed():
    n = np.array([3.0])
    x = Value(n)
    y = (x * x).sum()
    n[0] = 100
    y.backward()
    assert x.grad[0] == 6.0


@pytest.mark.parametrize("change", ["assign", "subtract", "multiply"])
@pytest.mark.parametrize("start", [3.0, np.array([3.0])])
def test_01_leaf_changed_through_data_is_noticed(start, change):
    x = Value(start, label="w")
    y = (x * x * 1.0).sum()
    if change == "assign":
        x.data = x.data * 0 + 100.0
    elif change == "subtract":
        x.data -= 1.0
    else:
        x.data *= 2.0
    with pytest.raises(RuntimeError, match=r"mul: its input 'w' was given new data.*call backward\(\) before"):
        y.backward()
    assert not np.any(x.grad)
    (x * x).sum().backward()
    assert np.all(x.grad == 2 * x.data)


def test_01_array_operand_changed_in_place_is_caught_by_debug():
    X, w = np.ones((2, 2)), Value(np.ones(2))
    with ta.debug():
        loss = (X @ w).sum()
        X[0, 0] = 100.0
        with pytest.raises(RuntimeError, match=r"matmul: its input 0 of shape \(2, 2\) was changed in place"):
            loss.backward()


def test_02_saved_output_cannot_be_changed():
    a = Value([0.5, 1.0]).sigmoid()
    with pytest.raises(ValueError, match="read-only"):
        a.data[0] = 9.0
    with ta.no_grad():
        constant = Value([0.5, 1.0]) * 2
    with pytest.raises(ValueError, match="read-only"):
        constant.data[0] = 9.0
    out, _ = ta.vjp(ta.exp, np.ones(2))
    with pytest.raises(ValueError, match="read-only"):
        out[0] = 9.0
    view = a.reshape(2, 1)
    with pytest.raises(ValueError, match="read-only"):
        view.data += 1


def test_03_gradients_share_memory_with_nothing():
    a, b, c, g = Value([1.0, 2.0]), Value([3.0, 4.0]), Value([[5.0], [6.0]]), np.ones(2)
    r = c.reshape(2)
    s = a + b + r
    y = (s.reshape(2, 1).reshape(2) * 2.0) * 1.0
    t = a + b
    (t * 3.0 + y).backward(g)
    arrays = [a.grad, b.grad, c.grad, g, a.data, b.data, r.grad]
    for one, other in itertools.combinations(arrays, 2):
        assert not np.shares_memory(one, other)
    assert a.grad.flags.writeable
    with pytest.raises(ValueError, match="read-only"):
        r.grad[0] = 5.0


def test_03_a_leaf_does_not_share_its_gradient_with_the_result_it_went_into():
    a, b = Value([1.0, 2.0]), Value([3.0, 4.0])
    s = a + b
    (s * 2.0).sum().backward()
    assert not np.shares_memory(a.grad, s.grad)
    assert not np.shares_memory(b.grad, s.grad)
    a.grad += 1.0
    assert s.grad.tolist() == b.grad.tolist() == [2.0, 2.0]


def test_03_functional_gradients_share_memory_with_nothing():
    x, y = np.ones(2), np.ones(2)
    c, d = ta.grad(lambda x, y: (x + y).sum(), argnums=(0, 1))(x, y)
    for one, other in itertools.combinations([x, y, c, d], 2):
        assert not np.shares_memory(one, other)
    c += 1


def test_04_changing_one_gradient_leaves_the_other():
    a, b = Value([1.0]), Value([1.0])
    (a + b).backward(np.ones(1))
    a.grad += 1
    assert b.grad[0] == 1.0


def test_05_accumulating_into_a_stretched_gradient():
    x = Value(np.ones((2, 3)))
    x.sum().backward()
    (2 * x.mean(axis=0)).sum().backward()
    x.sum().backward()
    assert np.array_equal(x.grad, np.full((2, 3), 3.0))


def test_07_update_between_two_backward_calls_is_noticed():
    p = Value([1.0, 2.0])
    loss = (p * p).sum()
    loss.backward()
    p.data -= 0.1 * p.grad
    with pytest.raises(RuntimeError, match="was given new data"):
        loss.backward()
