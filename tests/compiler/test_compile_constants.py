"""A constant Value outside of a compiled function: read anew in every call, or its change is noticed. Never stale."""

from __future__ import annotations

import gc
import types
import weakref

import numpy as np
import pytest

import tinygrad_act as ta

from ..each import each

X = np.array([1.0, -2.0, 3.0])
ARRAY, OTHER = np.array([0.5, 2.5, 1.0]), np.array([4.5, 0.5, 7.0])
FRESH = {
    "an operand": lambda x, k: x * k,
    "detached": lambda x, k: x * k.detach(),
    "an operand of a gradient": lambda x, k: ta.grad(lambda z: ta.sum(z * z * k))(x),
    "the output": lambda x, k: (x, k)[1] + 0 * x,
}
OF_NUMBERS = {
    "a static parameter": lambda x, k: ta.leaky_relu(x, slope=k),
    "in a gradient": lambda x, k: ta.grad(lambda z: ta.sum(ta.elu(z, alpha=k)))(x),
    "an exponent that is computed": lambda x, k: abs(x) ** ta.sqrt(k),
    "float": lambda x, k: x * float(k),
    "item": lambda x, k: x * k.item(),
    "data": lambda x, k: x * k.data,
    "if": lambda x, k: x if k > 1 else -x,
    "two steps": lambda x, k: x * (ta.exp(k) + 1),
    "round": lambda x, k: x * round(k),
    "a count": lambda x, k: x * len(range(round(k))),
}
OF_ARRAYS = {
    "a static parameter": lambda x, k: ta.clip(x, min=k),
    "numpy": lambda x, k: x * k.numpy(),
    "asarray": lambda x, k: x * np.asarray(k),
    "NumPy's own": lambda x, k: x * np.ptp(k),
    "asked": lambda x, k: x * np.argwhere(k > 1).sum(),
    "a question": lambda x, k: x + ta.argmax(k),
    "an index": lambda x, k: x[ta.argsort(k)],
    "tolist": lambda x, k: x * np.array(k.tolist()),
    "an operation": lambda x, k: x + ta.sqrt(k),
    "where": lambda x, k: ta.where(k > 1, x, -x),
    "entries": lambda x, k: x * ta.stack([k[0], k[1], 1.0]),
    "iteration": lambda x, k: x * sum(k),
}


def called_twice(f, k, change):
    """What the program gives once the constant was changed, and what it should give."""
    where = types.SimpleNamespace(k=k)  # not under a name of the function's
    program = ta.compile(lambda x: f(x, where.k))
    np.testing.assert_array_equal(program(X), bare(f(X, k)))
    np.testing.assert_array_equal(program(X), bare(f(X, k)))
    change(k)
    return program(X), bare(f(X, k))


def bare(x):
    return x.numpy() if isinstance(x, ta.Value) else x


def replaced(k):
    k.data = OTHER if k.shape else 2.5


def written(k):
    k.data[0] = 9.0


@pytest.mark.parametrize("start", [1.5, ARRAY], ids=["number", "array"])
@pytest.mark.parametrize("f", FRESH.values(), ids=FRESH)
def test_an_operand_is_read_anew(f, start):
    np.testing.assert_array_equal(*called_twice(f, ta.Value(start, requires_grad=False), replaced))


@pytest.mark.parametrize("f", OF_NUMBERS.values(), ids=OF_NUMBERS)
def test_a_changed_number_that_the_program_has_taken_is_noticed(f):
    k = ta.Value(1.5, requires_grad=False)
    with pytest.raises(RuntimeError, match=r"Value\(2\.5, constant\).* was changed after it was recorded"):
        called_twice(f, k, replaced)


@each("change", [replaced, written])
@each("f", OF_ARRAYS.values(), ids=OF_ARRAYS)
def test_a_changed_array_that_the_program_has_taken_is_noticed(f, change):
    k = ta.Value(ARRAY, requires_grad=False)
    with pytest.raises(RuntimeError, match="was changed after it was recorded"):
        called_twice(f, k, change)


@pytest.mark.parametrize("k", [1.5, float("nan"), 2, ARRAY], ids=repr)
def test_an_unchanged_one_is_no_fault(k):
    same = ta.Value(k, requires_grad=False)
    program = ta.compile(lambda x: x * np.asarray(same) + ta.sqrt(same))
    for _ in range(3):
        np.testing.assert_array_equal(program(X), X * k + np.sqrt(k))
        same.label = "another"
    if np.ndim(k) == 0:
        same.data = k
        np.testing.assert_array_equal(program(X), X * k + np.sqrt(k))


def test_constants_that_the_function_makes_itself_are_not_kept():
    made = []

    def f(x):
        k = ta.Value(ARRAY, requires_grad=False)
        made.append(weakref.ref(k))
        return x * ta.exp(k) * float(k[0])

    program = ta.compile(f)
    np.testing.assert_allclose(program(X), X * np.exp(ARRAY) * ARRAY[0])
    gc.collect()
    assert [k() for k in made] == [None, None]
