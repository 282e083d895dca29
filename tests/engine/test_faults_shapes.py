"""The faults that a small autograd must survive: shapes and dtypes (16 to 24).

The checklist is 3.4 of reference/accuracy.md, and the numbers in the names are its numbers. What must
hold for every operation (6, 16 to 18, 30, 32 to 34) is in test_ops.py as well.
"""

from __future__ import annotations

import numpy as np
import pytest

import tinygrad_act as ta
from tinygrad_act import Value

from ..each import each


@each("seed", range(40))
def test_16_gradients_have_their_inputs_shapes_under_broadcasting(seed):
    rng = np.random.default_rng(seed)
    full = rng.integers(0 if seed % 5 == 0 else 1, 4, size=rng.integers(0, 5))
    shapes = []
    for _ in range(3):
        shape = np.where(rng.random(full.size) < 0.3, 1, full)[rng.integers(0, full.size + 1) :]
        shapes.append(tuple(map(int, shape)))
    values = [Value(rng.uniform(0.5, 2, shape)) for shape in shapes]
    x, y, z = values
    for out in (x + y * z, x / y - z, (x**y) * z, ta.where(x > y, y, z), ta.maximum(x, ta.minimum(y, z))):
        for value in values:
            value.zero_grad()
        out.backward(np.ones(out.shape))
        assert [value.grad.shape for value in values] == shapes


def test_17_zero_d_stays_an_array():
    x = Value(np.array(2.0))
    chosen = ta.where(x > 0, x, 0.0)
    for y in (x * x, x.exp(), x.sum(), x.mean(), x[()], chosen, Value([1.0, 2.0])[0], x.softmax(axis=None)):
        assert type(y.data) is np.ndarray
        assert y.shape == ()
    for f in (lambda: x * x, x.exp, lambda: x * 2.0):
        x.zero_grad()
        f().backward()
        assert type(x.grad) is np.ndarray
    assert type(ta.exp(np.array(1.0))) is np.ndarray


def test_18_float32_stays_float32():
    x = Value(np.ones((2, 3), np.float32))
    for y in (x * 2.0, x * Value(2.0), x + 1, x * x.mean(), x - x.var(), x.std() * x, x**2, 2 / x, x > 0, x.softmax()):
        if y.dtype != bool:
            assert y.dtype == np.float32
            x.zero_grad()
            y.sum().backward()
        assert x.grad.dtype == np.float32


def test_18_promotion_is_numpys_and_the_gradient_keeps_its_dtype():
    x = Value(np.ones(3, np.float32))
    for other in (np.float64(2), np.array(2.0), np.arange(3)):
        y = x * other
        assert y.dtype == (np.ones(3, np.float32) * other).dtype
        x.zero_grad()
        y.sum().backward()
        assert x.grad.dtype == np.float32
    half = Value(np.ones(3, np.float16))
    (half * 2).tanh().sum().backward()
    assert half.grad.dtype == np.float16


def test_21_seeds_are_checked():
    y = Value([1.0, 2.0, 3.0]) * 2
    with pytest.raises(ValueError, match=r"shape \(3,\) is not a single number.*sum\(\)\.backward\(\).*backward\(g\)"):
        y.backward()
    for g in (np.ones(1), np.ones(2), np.ones((1, 3))):
        with pytest.raises(ValueError, match=r"g has shape .* but the Value has shape \(3,\)"):
            y.backward(g)
    for g in ("abc", np.array([1j, 1, 1]), object()):
        with pytest.raises(TypeError, match="backward: g: got"):
            y.backward(g)
    y.backward([1, 2, 3])
    _, pullback = ta.vjp(lambda x: x * 2, np.ones(3))
    with pytest.raises(ValueError, match=r"vjp: g has shape \(2,\)"):
        pullback(np.ones(2))


def test_22_empty_arrays():
    x = Value(np.zeros((0, 3)))
    y = x.sum()
    assert y.data == 0.0
    y.backward()
    assert x.grad.shape == (0, 3)
    assert x.prod().data == 1.0
    for reduce in (ta.mean, ta.max, ta.min, ta.var):
        with pytest.raises(ValueError, match=rf"^{reduce.__name__}: .*\(0, 3\)"):
            reduce(x, axis=0)
    assert x.mean(axis=1).shape == (0,)
    for axis in (0, 1, None):
        assert x.softmax(axis=axis).shape == (0, 3)  # of nothing nothing is to be weighed: no number is missing
    assert x.logsumexp(axis=0).data.tolist() == [-np.inf] * 3


def test_23_no_way_round_gives_an_object_array_or_loses_the_gradient():
    v, arr = Value([1.0, 2.0]), np.array([3.0, 4.0])
    for z in (arr * v, arr + v, arr @ v, np.float64(2) * v, np.add(arr, v), np.exp(v), np.float32(1) - v, arr > v):
        assert isinstance(z, Value)
        assert z.op is not None
