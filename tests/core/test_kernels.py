"""Formulas that are written out: the numbers of the formula itself, step by step over arrays that are there."""

from __future__ import annotations

import threading

import numpy as np
import pytest

import tinygrad_act as ta
from tinygrad_act.core.kernels import Written, written
from tinygrad_act.operations import local

FLOATS = [np.float64, np.float32]
FORMULAS = [
    pytest.param(x, op.defaults, count, id=f"{op.name}-{form}")
    for op in ta.ops.values()
    for form, count in (("forward", 1), ("pull", 3), ("accurate", 3))
    if isinstance(x := getattr(op.fused, form), Written)
]
RULES = [op for op in ta.ops.values() if op.elementwise and len(op.inputs) == 1 and op.reference is not None
         and callable(op.rules[0]) and not op.fused.pull]  # fmt: skip
MADE = {
    "a choice whose second is computed last": lambda g, a, z: np.where(z > 0, g, np.exp(a) * z),
    "a choice of itself": lambda g, a, z: np.where(z > 0, z, z),
    "a choice within a choice": lambda g, a, z: np.where(z > 1, g * a, np.where(z < -1, g + a, a - g)),
    "a choice of numbers": lambda g, a, z: g * np.where(z < 0, np.exp(z), 1.0),
    "an input twice": lambda g, a, z: z * z,
    "a step that nobody needs": lambda g, a, z: (np.exp(z), g + a)[1],
    "many at a time": lambda g, a, z: (g + a) * (a + z) * (g - z) - (g * a) * (z - a) + (g + a),
    "wide and back": lambda g, a, z: g * np.exp(np.negative(z, dtype=np.float64)).astype(z.dtype),
    "wide to the end": lambda g, a, z: np.square(z, dtype=np.float64) + a,
    "a mask": lambda g, a, z: g * (np.absolute(z) <= 1.0),
    "infinite numbers": lambda g, a, z: np.minimum(z, np.inf) + g,
    "numbers of its own kind": lambda g, a, z: g * z.dtype.type(0.1),
}


def arrays(count, dtype):
    rng = np.random.default_rng(0)
    return [rng.uniform(0.25, 3.0, 1001).astype(dtype) * rng.choice([-1.0, 1.0], 1001).astype(dtype)
            for _ in range(count)]  # fmt: skip


def assert_same(formula, inputs, static):
    before = [x.copy() for x in inputs]
    kernel = formula.kernel(tuple(x.dtype for x in inputs), static)
    assert kernel is not None
    out = np.full_like(inputs[-1], np.nan)
    with np.errstate(all="ignore"):
        kernel(*inputs, out)
        expected = formula.formula(*inputs, **static).astype(out.dtype)
    np.testing.assert_array_equal(out, expected, kernel.source)
    for x, y in zip(inputs, before):
        np.testing.assert_array_equal(x, y, "an input was written over")


def test_while_a_kernel_is_made_another_thread_makes_its_own():
    """What is half made is no kernel, and no answer that there is none."""
    dtypes, found = (np.dtype(float), np.dtype(float)), []

    def formula(z, y):
        if not found:
            found.append(None)
            other = threading.Thread(target=lambda: found.append(slow.kernel(dtypes, {})))
            other.start()
            other.join()
        return z * y

    slow = Written(formula)
    out = np.empty(3)
    for kernel in (slow.kernel(dtypes, {}), found[1]):
        assert kernel is not None
        kernel(np.arange(3.0), np.ones(3) * 2.0, out)
        assert out.tolist() == [0.0, 2.0, 4.0]


@pytest.mark.parametrize("dtype", FLOATS)
@pytest.mark.parametrize(("formula", "static", "count"), FORMULAS)
def test_the_formulas_of_the_operations(formula, static, count, dtype):
    assert_same(formula, arrays(count, dtype), dict(static))


@pytest.mark.parametrize("dtype", FLOATS)
@pytest.mark.parametrize("formula", MADE.values(), ids=MADE)
def test_whatever_is_needed_last(formula, dtype):
    assert_same(written(formula), arrays(3, dtype), {})


@pytest.mark.parametrize("dtype", FLOATS)
def test_random_formulas(dtype):
    rng = np.random.default_rng(3)
    for _ in range(200):
        choices = rng.integers(0, 1 << 30, 40)

        def formula(g, a, z, choices=choices):
            known = [g, a, z]
            for i, j, k, what in choices.reshape(10, 4):
                x, y, w = known[i % len(known)], known[j % len(known)], known[k % len(known)]
                known.append([lambda: x + y, lambda: x * y, lambda: np.where(w > 0.5, x, y), lambda: np.tanh(x) - 1.5,
                              lambda: np.clip(x, -2.0, 2.0)][what % 5]())  # fmt: skip
            return known[-1] * known[-2]

        assert_same(written(formula), arrays(3, dtype), {})


def test_every_step_writes_over_what_is_there():
    kernel = written(lambda g, a, z: g * (a * (1 - a))).kernel((np.dtype(float),) * 3, {})
    lines = kernel.source.split("\n")[1:-1]
    assert [line.strip() for line in lines] == [
        "np.subtract(1, x1, out=out)", "np.multiply(x1, out, out=out)", "np.multiply(x0, out, out=out)",
    ]  # fmt: skip


def test_what_looks_at_its_numbers_has_no_kernel():
    dtype = (np.dtype(float),)
    for formula in (lambda z: z + 1 if z[0] > 0 else -z, lambda z: z + 1 if z > 0 else -z, lambda z: z * float(z > 0),
                    lambda z: z * np.asarray(z), lambda z: z * np.ones(3), lambda z: np.sort(z), lambda z: z.sum(),
                    lambda z: sum(z), lambda z: z, lambda z: 1.0):  # fmt: skip
        assert written(formula).kernel(dtype, {}) is None
        with pytest.raises(FloatingPointError):
            written(formula)(np.ones(3), np.empty(3))


def test_parameters_that_only_look_alike_have_kernels_of_their_own():
    formula = written(lambda z, *, k: z * k)
    z = np.ones(3, np.float32) * 3
    for k in (0.1, np.float64(0.1), np.float32(0.1), -0.0, 0.0, 1, True):
        assert_same(formula, [z], {"k": k})
        assert np.signbit(k) == np.signbit(formula.formula(z, k=k)[0])


def test_no_more_kernels_are_kept_than_are_needed():
    formula = written(lambda z, *, k: z * k)
    for k in range(1000):
        formula.kernel((np.dtype(float),), {"k": float(k)})
    assert len(formula._kernels) <= 64


@pytest.mark.parametrize("dtype", FLOATS)
@pytest.mark.parametrize("op", RULES, ids=lambda op: op.name)
def test_rules_that_are_written_out_give_their_own_numbers(op, dtype):
    """Where no shorter formula is declared, the rule serves; not every rule can be written."""
    g, z = arrays(2, dtype)
    static = {**op.defaults, **(op.cases[0].static if op.cases else {})}
    formula = local.of_rule(op.rules[0])
    with np.errstate(all="ignore"):
        a = op.call(z, **static)
        kernel = formula.kernel((z.dtype,) * 3, static)
        if kernel is None:
            return
        out = np.empty_like(z)
        kernel(g, a, z, out)
        np.testing.assert_array_equal(out, (g * op.rules[0](a, z, **static)).astype(dtype))


def test_the_rules_of_the_course_are_written_out():
    for name in ("sigmoid", "tanh", "softplus", "log_sigmoid", "hard_shrink", "soft_shrink"):
        op = ta.ops[name]
        assert op.fused.pull is None
        assert local.of_rule(op.rules[0]).kernel((np.dtype(float),) * 3, dict(op.defaults)) is not None, name


@pytest.mark.usefixtures("scratch")
def test_a_rule_of_yours_may_look_at_what_changes():
    factor = [1.0]

    @ta.elementwise(dz=lambda a, z: factor[0] * z, reference="")
    def changing(z):
        """a = z * z"""
        return z * z

    z = np.ones(200_000)
    for factor[0] in (1.0, 3.0):
        assert ta.grad(lambda z: changing(z).sum())(z)[0] == factor[0]


def test_inside_of_a_dialect_a_rule_runs_as_it_is():
    assert local.of_rule(ta.ops["tanh"].rules[0]) is not None
    with ta.dialect("torch"):
        assert local.of_rule(ta.ops["tanh"].rules[0]) is None
