"""Large arrays run in pieces, some by shorter formulas: the same numbers, NaN and infinities as small arrays."""

from __future__ import annotations

import numpy as np
import pytest

import tinygrad_act as ta
from tinygrad_act.check import samples
from tinygrad_act.core import blocks
from tinygrad_act.core.facts import Fused
from tinygrad_act.operations.slope import kinks_of

from ..each import each

SMALL = 10_000
"""Entries that are not cut."""
UNARY = [
    pytest.param(op, static, id=f"{op.name}-{number}")
    for op in ta.ops.values()
    if op.elementwise and len(op.inputs) == 1 and op.rules[0] is not None
    for number, static in enumerate({str(c.static): c.static for c in samples.cases(op)}.values())
    if static.get("rng") is None
]


def points(op, static, dtype, wild):
    """Numbers of every kind, the kinks among them, in random order. If not wild, then without those that
    make a shorter formula leave its piece to the operation."""
    rng = np.random.default_rng(0)
    special = [0.0, -0.0, 1e-25, -1e-25, *(k.at for k in kinks_of(op, static))]
    if wild:
        special += [np.inf, -np.inf, np.nan, 90.0, -90.0, 720.0, -720.0, 1e30, -1e30]
    ordinary = rng.normal(size=100_000) * rng.choice([0.1, 2.0, 20.0 if wild else 7.0], 100_000)
    return np.concatenate([ordinary, np.tile(special, 20)]).astype(dtype)[rng.permutation(100_000 + 20 * len(special))]


def both(op, static, z, g):
    """Values and cotangents."""
    with np.errstate(all="ignore"):
        a, pullback = ta.vjp(lambda x: op.call(x, **static), z)
        return a, pullback(g)[0]


@each("wild", [False, True])
@each("dtype", [np.float64, np.float32])
@each(("op", "static"), UNARY)
def test_a_large_array_gives_what_its_parts_give(op, static, dtype, wild):
    z = points(op, static, dtype, wild)
    assert blocks.is_large(z)
    g = np.random.default_rng(1).choice(np.array([0.0, 1.0, -2.5, 1e10], dtype), z.size)
    a, c = both(op, static, z, g)
    parts = [both(op, static, z[i : i + SMALL], g[i : i + SMALL]) for i in range(0, z.size, SMALL)]
    eps = float(np.finfo(dtype).eps)
    tiny = float(np.finfo(dtype).tiny)
    for found, expected in ((a, np.concatenate([p[0] for p in parts])), (c, np.concatenate([p[1] for p in parts]))):
        assert found.dtype == expected.dtype
        bound = 40 * eps * np.maximum(np.abs(expected), tiny / eps)
        if found is c:  # a slope's own root is no place for relative errors
            bound = np.maximum(bound, 8 * eps * np.abs(g))
        with np.errstate(invalid="ignore"):
            near = np.abs(found - expected) <= bound
        same = (found == expected) | (np.isnan(found) & np.isnan(expected)) | near
        assert same.all(), f"{z[~same][:5]} gives {found[~same][:5]}, in parts {expected[~same][:5]}"


@pytest.mark.parametrize("wild", [False, True])
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("op", [op for op in ta.ops.values() if op.fused.accurate], ids=lambda op: op.name)
def test_so_it_does_in_the_accurate_form(op, dtype, wild):
    z = points(op, {}, dtype, wild)
    g = np.random.default_rng(1).choice(np.array([0.0, 1.0, -2.5], dtype), z.size)
    with ta.derivative_form("input"):
        _, c = both(op, {}, z, g)
        parts = [both(op, {}, z[i : i + SMALL], g[i : i + SMALL])[1] for i in range(0, z.size, SMALL)]
    info = np.finfo(dtype)
    np.testing.assert_allclose(c, np.concatenate(parts), rtol=12 * float(info.eps), atol=float(info.tiny))


@pytest.mark.parametrize("layout", [np.asfortranarray, lambda z: z[::-1], lambda z: z[:, ::2]])
def test_other_layouts_and_shapes_are_kept(layout):
    z = layout(np.random.default_rng(0).normal(size=(400, 300)))
    g = np.ones(z.shape)
    a, c = both(ta.ops["silu"], {}, z, g)
    flat, flat_c = both(ta.ops["silu"], {}, z.ravel()[:SMALL], g.ravel()[:SMALL])
    assert a.shape == c.shape == z.shape
    np.testing.assert_allclose(a.ravel()[:SMALL], flat, rtol=1e-14)
    np.testing.assert_allclose(c.ravel()[:SMALL], flat_c, rtol=1e-13, atol=1e-15)


def test_integers_and_a_cotangent_of_another_layout():
    z = np.arange(-50_000, 50_000)
    assert np.array_equal(ta.relu(z), np.maximum(z, 0))
    x = np.random.default_rng(0).normal(size=(400, 300))
    _, pullback = ta.vjp(ta.tanh, x)
    np.testing.assert_allclose(pullback(np.ones((300, 400)).T)[0], 1 - np.tanh(x) ** 2, rtol=1e-15)


@pytest.mark.usefixtures("scratch")
def test_where_a_shorter_formula_overflows_the_operation_itself_takes_over():
    calls = []

    def forward(z, out):
        np.exp(z, out=out)  # overflows
        np.divide(out, out + 1, out=out)

    def pull(g, a, z, out):
        calls.append(z.size)
        np.multiply(g, a * (1 - a), out=out)
        np.divide(out, 0.0, out=out, where=z > 700)

    @ta.elementwise(dz=lambda a, _: a * (1 - a), reference="", fused=Fused(forward, pull))
    def trial(z):
        """a = 1 / (1 + exp(-z))"""
        return ta.sigmoid(z)

    z = np.linspace(-800, 800, 100_001)
    a, pullback = ta.vjp(trial, z)
    np.testing.assert_allclose(a, ta.sigmoid(z), rtol=1e-14)
    np.testing.assert_allclose(pullback(np.ones(z.size))[0], a * (1 - a), rtol=1e-12)
    assert len(calls) > 1, "the shorter rule was never tried"


def test_a_large_gradient_never_shares_memory_with_its_seed():
    rng = np.random.default_rng(0)
    z, g = rng.normal(size=100_000), rng.normal(size=100_000)  # neither is a view
    for f in (ta.identity, lambda x: x, lambda x: x + 0.0, lambda x: x.reshape(10, -1).reshape(-1)):
        _, pullback = ta.vjp(f, z)
        assert not np.shares_memory(pullback(g)[0], g)


BESIDE = {
    "float": 2.0,
    "int": 2,
    "bool": True,
    "NumPy number": np.float32(2.0),
    "0-d array": np.array(2.0),
    "array of one": np.array([2.0]),
    "row": np.linspace(1.0, 2.0, 400),
    "column": np.linspace(1.0, 2.0, 300)[:, None],
}
BINARY = ("add", "sub", "mul", "div", "pow", "maximum", "minimum", "prelu", "swish_beta")


@each("other", BESIDE.values(), ids=BESIDE)
@each("first", [True, False])
@each("name", BINARY)
def test_a_large_array_beside_anything(name, first, other):
    op, z = ta.ops[name], np.abs(np.random.default_rng(0).normal(size=(300, 400))) + 0.5
    f = (lambda x: op.call(x, other)) if first else (lambda x: op.call(other, x))
    part = other[:2] if np.shape(other) == (300, 1) else other
    g = (lambda x: op.call(x, part)) if first else (lambda x: op.call(part, x))
    out, pullback = ta.vjp(f, z)
    few, few_pullback = ta.vjp(g, z[:2])
    np.testing.assert_allclose(out[:2], few, rtol=1e-15)
    np.testing.assert_allclose(pullback(np.ones(out.shape))[0][:2], few_pullback(np.ones(few.shape))[0], rtol=1e-13)
    if isinstance(other, np.ndarray):
        both = (lambda x, y: op.call(x, y)) if first else (lambda x, y: op.call(y, x))
        _, pull_both = ta.vjp(both, z, other)
        eps = 1e-6
        moved = (np.sum(both(z, other + eps)) - np.sum(both(z, other - eps))) / (2 * eps)
        np.testing.assert_allclose(np.sum(pull_both(np.ones(out.shape))[1]), moved, rtol=1e-5)
