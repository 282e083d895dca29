"""Each pass where it has something to do: seen in the source, and the same numbers with and without it."""

from __future__ import annotations

import numpy as np
import pytest

import tinygrad_act as ta
from tinygrad_act.compiler import PASSES

from ..each import each

RNG = np.random.default_rng(0)
X, Y = RNG.normal(size=(30, 5)), RNG.normal(size=(30, 5))
W, B = RNG.normal(size=(5, 4)), RNG.normal(size=4)


def trusting(source):
    """The lines of the function that runs when all goes well."""
    head = source.split("def ")[1]
    return head.split('"""')[-1]


def with_and_without(name, f, *args):
    """(lines with the pass, lines without it), once the numbers are found to be the same."""
    on, off = ta.compile(f), ta.compile(f, passes=[x for x in PASSES if x != name])
    for mine, theirs in zip(np.atleast_1d(*[on(*args)]), np.atleast_1d(*[off(*args)])):
        np.testing.assert_allclose(mine, theirs, rtol=1e-13, atol=1e-15)
    return trusting(on.source), trusting(off.source)


def test_dead_code_is_never_there():
    def f(x):
        ta.exp(x)
        return ta.tanh(x) * 2.0

    for passes in (None, ()):
        compiled = ta.compile(f, passes=passes)
        compiled(X)
        assert "exp(" not in trusting(compiled.source)


def test_fold_computes_what_depends_on_no_input():
    def f(x):
        return ta.grad(lambda x: ta.softplus(x).mean())(x)

    on, off = with_and_without("fold", f, X)
    assert on.count("=") < off.count("=")


def test_share_computes_once_what_is_computed_twice():
    on, off = with_and_without("share", lambda x: ta.exp(x @ W) + ta.tanh(x @ W), X)
    assert (on.count("np.dot"), off.count("np.dot")) == (1, 2)


@pytest.mark.parametrize(
    ("f", "gone", "count"),
    [
        (lambda x: ta.neg(ta.neg(ta.exp(x))), "np.negative", 0),
        (lambda x: ta.exp(x) * 1.0 + 0.0, "np.multiply", 0),
        (lambda x: ta.exp(x) ** 2.0, "np.power", 0),
        (lambda x: ta.exp(x) / 4.0, "np.divide", 0),
        (lambda x: 2.0 * -ta.exp(x), "np.negative", 0),
        (lambda x: (-ta.exp(x).sum()) / 3.0, "np.negative", 0),
        (lambda x: ta.exp(x) + -ta.tanh(x), "np.negative", 0),
        (lambda x: ta.transpose(ta.transpose(ta.exp(x))), ".T", 0),
        (lambda x: ta.exp(ta.broadcast_to(ta.tanh(x[0]), shape=(30, 5))) * x, "np.broadcast_to", 0),
    ],
)
def test_algebra_leaves_out_what_changes_nothing_but_rounding(f, gone, count):
    on, off = with_and_without("algebra", f, X)
    assert on.count(gone) + on.count("**") == count
    assert on.count("=") <= off.count("=")


def test_algebra_takes_two_factors_as_one():
    on, off = with_and_without("algebra", lambda x: 2.0 * (3.0 * ta.exp(x)), X)
    assert on.count("=") < off.count("=")


def test_algebra_computes_on_what_is_smaller():
    program = ta.compile(lambda x: ta.exp(ta.broadcast_to(ta.tanh(x), shape=(1000, 30, 5))))
    assert program(X).shape == (1000, 30, 5)
    assert program.explain().flops <= 4 * X.size


def test_algebra_never_trades_digits():
    f = ta.compile(lambda x, y: (x + y) - x)
    assert f(np.full(3, 1e16), np.ones(3)).tolist() == [0.0, 0.0, 0.0]


def test_products_add_with_matrix_products():
    def gradients(p, x):
        return ta.grad(lambda p: (ta.tanh(x @ p[0] + p[1]) ** 2).sum())(p)

    on, off = with_and_without("products", lambda w, b, x: gradients((w, b), x)[1], W, B, X)
    assert "np.dot(k" in on or "np.dot(ones" in on
    assert "reduce" not in on
    assert "reduce" in off or "sum_to" in off or off.count("np.dot") <= on.count("np.dot")
    on, off = with_and_without("products", lambda x, y: (x * y).sum(), X, Y)
    assert "np.vdot" in on
    assert "np.multiply" not in on
    assert "reduce" in off


def test_products_leave_long_sums_to_numpy_which_keeps_more_digits():
    x = RNG.normal(size=100_000).astype("f") + 1000
    total = ta.compile(lambda x: x.sum())
    assert "np.vdot" not in (total(x), total.source)[1]


@pytest.mark.parametrize(
    "f",
    [
        lambda x, y, b: ta.exp(x) + y + ta.exp(x) + ta.exp(x),
        lambda x, y, b: x + 1.0 + y + 2.0,
        lambda x, y, b: 0.3 * x + ta.tanh(y) + 0.3 * y,
        lambda x, y, b: x + 2.0 * y + ta.tanh(x) + 3.0 * y,
    ],
)
def test_sums_gather_what_repeats(f):
    on, off = with_and_without("sums", f, X, Y, B)
    assert on.count("=") < off.count("=")


def test_sums_add_what_is_small_before_it_is_stretched():
    def f(x, b):
        return x @ W + b + ta.tanh(b) + ta.exp(b)

    on, off = ta.compile(f), ta.compile(f, passes=[name for name in PASSES if name != "sums"])
    np.testing.assert_allclose(on(X, B), off(X, B), rtol=1e-14)
    assert on.explain().flops <= off.explain().flops - 2 * 30 * 4 + 2 * 4


def test_sums_leave_shared_and_mixed_terms_alone():
    def f(x, y):
        s = x + y
        return s + s, s + x.astype(np.float32) if hasattr(x, "astype") else s, 0.5 * x + y, 0.5 * x

    compiled = ta.compile(f)
    for mine, theirs in zip(compiled(X, Y), f(ta.Value(X), ta.Value(Y))):
        np.testing.assert_allclose(mine, theirs.data, rtol=1e-14)


def test_constants_are_converted_once():
    on, off = with_and_without("constants", lambda x: ta.tanh(x) * 2.0, X)
    assert "two" in on
    assert "2.0" in off


def test_lower_says_in_numpy_what_operations_say():
    on, off = with_and_without("lower", lambda x: ta.sigmoid(x), X)
    assert "np.exp" in on
    assert "sigmoid(" in off


def test_memory_is_used_again():
    def f(x):
        for _ in range(20):
            x = ta.tanh(x) * 0.5
        return x

    on, off = with_and_without("memory", f, X)
    assert "out=m" in on
    assert "out=m" not in off
    program = ta.compile(f)
    program(X)
    assert program.explain().peak <= 3 * X.nbytes


def test_trust_multiplies_and_looks_at_the_result():
    def f(z):
        return ta.grad(lambda z: ta.tanh(z).sum())(z)

    on, off = with_and_without("trust", f, X)
    assert "chain(" not in on
    assert "raise FloatingPointError" in on
    assert "chain(" in off
    program = ta.compile(f)
    program(X)
    hostile = np.array(X)
    hostile[0, :3] = np.nan, np.inf, -np.inf
    np.testing.assert_array_equal(program(hostile), f(hostile))


def test_a_pass_that_is_unknown_is_named():
    with pytest.raises(ValueError, match="there is no pass 'inline'"):
        ta.compile(lambda x: x, passes=["inline"])


def test_algebra_keeps_what_converts():
    whole = ta.compile(lambda k, x: (k * 1.0, x * np.float64(1.0)))
    converted, wider = whole(np.arange(3), np.ones(3, np.float32))
    assert (converted.dtype, wider.dtype) == (np.float64, np.float64)
    slope = ta.compile(ta.grad(lambda x: x * 1.5), passes=[name for name in PASSES if name != "fold"])
    assert isinstance(slope(np.array(2.0)), np.ndarray)


def test_the_cotangent_of_a_body_is_stretched_before_it_meets_one_that_may_not_stretch_it():
    """Where an output has no NaN, `chain` does not look at its shape."""
    slope, x = np.array([[0.1, 0.2, 0.3]]), np.array([[-1.0], [2.0]])
    program = ta.compile(ta.grad(lambda slope, x: ta.prelu(x, slope).sum())).trace(slope, x)
    np.testing.assert_allclose(program.with_care(slope, x), [[-1.0, -1.0, -1.0]])


@pytest.mark.parametrize("f", [lambda x: -ta.clip(x, min=-0.25), lambda x: 0.0 - (x > 0.0), lambda x: (x > 0.0) * -1.0])
def test_masks_are_not_negated(f):
    x = np.array([0.1, -2.0, 3.0])
    value_and_gradient = ta.value_and_grad(lambda x: (f(x) + x).sum())
    for mine, theirs in zip(ta.compile(value_and_gradient)(x), value_and_gradient(x)):
        np.testing.assert_array_equal(mine, theirs)


@each("number", [np.uint8(3), np.int8(-128), np.int64(3), np.array(3, "H"), np.True_, True, 10**30])
@each("dtype", [np.float64, np.float32])
def test_constants_of_other_kinds_are_not_turned_round(number, dtype):
    """There is no -3 among unsigned numbers, and no third among whole ones."""
    x = np.array([0.5, -2.0, 3.0], dtype)
    for f in (lambda x: number * (-x), lambda x: (-x) / number, lambda x: x / number, lambda x: 2.0 * (number * x)):
        mine, theirs = ta.compile(f)(x), f(x)
        assert mine.dtype == theirs.dtype
        np.testing.assert_allclose(mine, theirs, rtol=1e-6)
