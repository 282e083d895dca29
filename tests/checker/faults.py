"""Gradients that are wrong, each in one of the ways in which gradients go wrong."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

import tinygrad_act as ta
from tinygrad_act.check.activation import Refused
from tinygrad_act.check.activation import Report as Declared

from .case import Case, case, elementwise

Z = np.array([-1.7, -0.4, 0.3, 1.9])
X = np.random.default_rng(0).normal(size=(4, 3))
S = np.random.default_rng(1).normal(size=(3, 3))
W = np.random.default_rng(2).normal(size=(3, 2))
LONG = np.random.default_rng(3).uniform(0.5, 1.5, 100_000)


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def dsigmoid(z):
    return sigmoid(z) * (1 - sigmoid(z))


def softmax(x):
    e = np.exp(x - x.max(-1, keepdims=True))
    return e / e.sum(-1, keepdims=True)


def relu(x):
    return np.maximum(x, 0)


def leaky(x):
    return np.where(x > 0, x, 0.01 * x)


def squares(x):
    return np.sum(x * x)


def at_one(size, place, factor):
    """Ones, but for `factor` at one place."""
    return np.where(np.arange(size) == place, factor, 1.0)


def rules_off() -> list[Case]:
    elu = lambda x: np.where(x > 0, x, np.expm1(np.minimum(x, 0)))
    silu = lambda x: x * sigmoid(x)
    return [
        elementwise("sigmoid's rule is off by 1e-3", sigmoid, lambda z: dsigmoid(z) * 1.001, Z),
        elementwise("sigmoid's rule is off by 1e-5", sigmoid, lambda z: dsigmoid(z) * 1.00001, Z),
        elementwise("tanh's rule is off by 1e-6", np.tanh, lambda z: (1 - np.tanh(z) ** 2) * (1 - 1e-6), Z),
        elementwise("exp's rule is off by 1e-7", np.exp, lambda z: np.exp(z) * (1 + 1e-7), Z),
        elementwise("sin's rule is off by 1e-8, added", np.sin, lambda z: np.cos(z) + 1e-8, Z),
        elementwise("wrong sign on the negative branch", elu, lambda z: np.where(z > 0, 1.0, -np.exp(z)), Z),
        elementwise("wrong slope on the negative branch", leaky, lambda z: np.where(z > 0, 1.0, 0.02), Z),
        elementwise("inner factor forgotten: sin(3x)", lambda x: np.sin(3 * x), lambda x: np.cos(3 * x), Z),
        elementwise("factor 2 forgotten: x**2", np.square, lambda x: x, Z),
        elementwise("a term forgotten: silu", silu, sigmoid, Z),
        elementwise("1/(x + 1e-5) for 1/x", np.log, lambda x: 1 / (x + 1e-5), np.abs(Z)),
        elementwise("sqrt's rule uses x for sqrt(x)", np.sqrt, lambda x: 0.5 / x, np.abs(Z)),
        elementwise("exponent off by one: x**3", lambda x: x**3, lambda x: 3 * x, Z),
        elementwise("tanh with sigmoid's rule a(1-a)", np.tanh, lambda z: np.tanh(z) * (1 - np.tanh(z)), Z),
        elementwise("sign of everything", np.cos, np.sin, Z),
        elementwise("zero where the truth is 1e-6", sigmoid, lambda z: 0.0 * z, np.array([-14.0, -13.0])),
        elementwise("zero where the truth is 1e-11", sigmoid, lambda z: 0.0 * z, -25.0),
        elementwise("rounded to four places", np.sin, lambda z: np.round(np.cos(z), 4), Z),
        elementwise("computed in float32", sigmoid, lambda z: dsigmoid(z.astype(np.float32)).astype(np.float64), Z),
        elementwise("NaN for NaN", lambda x: np.sqrt(x), lambda x: 0.5 / np.sqrt(x), np.array([-1.0])),
        elementwise("clip passes outside of its bounds", lambda x: np.clip(x, -1, 1), np.ones_like, Z),
        elementwise(
            "gelu (tanh) without its inner slope",
            lambda x: 0.5 * x * (1 + np.tanh(0.79788456 * (x + 0.044715 * x**3))),
            lambda x: 0.5 * (1 + np.tanh(0.79788456 * (x + 0.044715 * x**3))),
            Z,
        ),
    ]


def shapes_and_sums() -> list[Case]:
    s = softmax
    norm = lambda x: (x - x.mean(-1, keepdims=True)) / x.std(-1, keepdims=True)
    jac = lambda g, x: s(x) * (g - (g * s(x)).sum(-1, keepdims=True))
    kernel, picks = np.array([1.0, -2.0, 0.5]), np.array([0, 2, 2, 3])
    onehot = np.eye(3)[[0, 2, 1, 1]]
    lse = lambda x: np.log(np.exp(x).sum())
    return [
        case("softmax: factor 2 on the diagonal", s, lambda g, x: jac(g, x) + s(x) * (1 - s(x)) * g, X),
        case("softmax: only the diagonal", s, lambda g, x: s(x) * (1 - s(x)) * g, X),
        case("softmax: wrong axis", s, lambda g, x: s(x) * (g - (g * s(x)).sum(0, keepdims=True)), S),
        case("matmul: not transposed", lambda x: x @ S, lambda g, x: g @ S, X),
        case("matmul: no sum over the batch", lambda w: X @ w, lambda g, w: X[:1].T @ g[:1], W),
        case("bias: sum over the wrong axis", lambda b: S + b, lambda g, b: g.sum(1), np.ones(3)),
        case("bias: broadcast sum missing", lambda b: np.sum((X + b) ** 2), lambda g, b: g * 2 * (X + b), np.ones(3)),
        case("mean without 1/N", np.mean, lambda g, x: g * np.ones_like(x), X),
        case("variance with N - 1", np.var, lambda g, x: g * 2 * (x - x.mean()) / (x.size - 1), X),
        case(
            "norm without the spread's share",
            norm,
            lambda g, x: (g - g.mean(-1, keepdims=True)) / x.std(-1, keepdims=True),
            X,
        ),
        case("max to every entry", np.max, lambda g, x: g * np.ones_like(x), Z),
        case("max to the first entry", np.max, lambda g, x: g * at_one(4, 0, 2.0) - g, Z),
        case("logsumexp not normalised", lse, lambda g, x: g * np.exp(x), Z),
        case("a stale mask", relu, lambda g, x: g * np.array([1.0, 0.0, 0.0, 1.0]), Z),
        case("sort: cotangent not put back", np.sort, lambda g, x: g, Z[::-1]),
        case("cumsum: not reversed", np.cumsum, lambda g, x: np.cumsum(g), Z),
        case(
            "convolution: kernel not flipped",
            lambda x: np.convolve(x, kernel, "same"),
            lambda g, x: np.convolve(g, kernel, "same"),
            Z,
        ),
        case(
            "gather: repeated index not added up", lambda x: x[picks], lambda g, x: np.array([g[0], 0.0, g[2], g[3]]), Z
        ),
        case(
            "cross entropy: mean forgotten",
            lambda x: -(onehot * np.log(s(x))).sum(-1).mean(),
            lambda g, x: g * (s(x) - onehot),
            X,
        ),
        case(
            "determinant: inverse not transposed",
            np.linalg.det,
            lambda g, x: g * np.linalg.det(x) * np.linalg.inv(x),
            S,
        ),
        case(
            "cross term's sign: x0 x1",
            lambda x: x[0] * x[1] + x[2] ** 2,
            lambda g, x: g * np.array([x[1], -x[0], 2 * x[2]]),
            Z[:3],
        ),
    ]


def few_among_many() -> list[Case]:
    return [
        case("one entry of 200 by 1 %", squares, lambda g, x: 2 * g * x * at_one(200, 137, 1.01), LONG[:200]),
        case("one entry of 200 by 100 %", squares, lambda g, x: 2 * g * x * at_one(200, 137, 0.0), LONG[:200]),
        case("one entry of 1e5 by 100 %", squares, lambda g, x: 2 * g * x * at_one(x.size, 77_777, 0.0), LONG),
        case("one entry of 1e5 by 1e-3", squares, lambda g, x: 2 * g * x * at_one(x.size, 4, 1.001), LONG),
        case("all of 1e5 by 1e-5", squares, lambda g, x: 2 * g * x * 1.00001, LONG),
        case("two of 1e5 exchanged", squares, lambda g, x: 2 * g * x[np.r_[1, 0, 2 : x.size]], LONG),
    ]


def kinks() -> list[Case]:
    at = np.array([-1.0, 0.0, 1.0])
    hard = lambda x: np.clip(x, -1, 1)
    return [
        elementwise(
            "relu: the side at 0 that is not declared", relu, lambda z: 1.0 * (z > 0), at, kinks={0.0: "right"}
        ),
        elementwise("leaky relu at 0: outside of the interval", leaky, lambda z: (z > 0) + 0.01 * (z < 0), at),
        elementwise("abs at 0: outside of the interval", np.abs, lambda z: np.where(z == 0, 2.0, np.sign(z)), at),
        elementwise("relu at 0 with slope -0.5", relu, lambda z: np.where(z == 0, -0.5, z > 0), at),
        elementwise(
            "hard tanh at 1 with slope 1.5", hard, lambda z: np.where(z == 1, 1.5, np.abs(z) < 1), np.array([0.5, 1.0])
        ),
        elementwise("relu at 1e-7 with slope 0", relu, lambda z: 1.0 * (z > 1e-6), 1e-7),
    ]


def planted_sine(factor: float):
    """An operation, sin(z), with a right first derivative and a second one that is `factor` times the right one."""

    @ta.elementwise(dz=lambda _, z: factor * -ta.sin(z))
    def planted_cos(z):
        """a = cos(z)"""
        return np.cos(z)

    @ta.elementwise(dz=lambda _, z: planted_cos(z))
    def planted_sin(z):
        """a = sin(z)"""
        return np.sin(z)

    return planted_sin


def second_of_sine(factor: float):
    """Our check of it, to second order."""

    def check() -> ta.Report:
        try:
            return ta.gradcheck(planted_sine(factor), Z, order=2)
        finally:
            del ta.ops["planted_sin"], ta.ops["planted_cos"]

    return check


def accumulating():
    """The gradient of a sum of squares that adds to what it returned before."""
    total = np.zeros(4)

    def gradient(x):
        nonlocal total
        total = total + 2 * x
        return total

    return gradient


def orders_and_state() -> list[Case]:
    sine = (np.sin, lambda g, x: g * np.cos(x), Z)
    factors = {"off by 1e-3": 1.001, "off by 1e-5": 1.00001, "of the wrong sign": -1.0, "zero": 0.0}
    return [
        *(
            case(f"second derivative {what} (order 2)", *sine, check=second_of_sine(factor), second=factor)
            for what, factor in factors.items()
        ),
        case(
            "a gradient that adds up between calls",
            squares,
            None,
            Z,
            check=lambda: ta.gradcheck(squares, Z, gradient=accumulating()),
        ),
    ]


def hidden_by_rounding() -> list[Case]:
    sawtooth = lambda z: (1 - np.cos(z)) / z
    logs, roots = lambda z: np.log(1 + z * z), lambda z: np.sqrt(1 + z * z) - 1
    none = lambda z: 0.0 * z
    return [
        elementwise("zero for log(1 + z**2) at 1e-6", logs, none, 1e-6),
        elementwise("twice for log(1 + z**2) at 1e-7", logs, lambda z: 4 * z / (1 + z * z), 1e-7),
        elementwise("zero for 1 - cos(z) at 3e-8", lambda z: 1 - np.cos(z), none, 3e-8),
        elementwise("zero for log(cosh(z)) at 4e-7", lambda z: np.log(np.cosh(z)), none, 4e-7),
        elementwise("zero for sqrt(1 + z**2) - 1 at 2e-6", roots, none, 2e-6),
        elementwise("-0.5 for (1 - cos(z)) / z at 1e-7", sawtooth, lambda z: -0.5 + 0 * z, 1e-7),
        elementwise("1 for multiples of 1/128 at 0.3", lambda w: np.round(w * 128) / 128, np.ones_like, 0.3),
        elementwise("1 for floor at 0.3", np.floor, np.ones_like, 0.3),
    ]


def not_linear_in_the_cotangent() -> list[Case]:
    """With a result of one number the cotangent is 1, with which all of these are right."""
    number = lambda name, pullback: case(f"{name} (of one number)", np.square, pullback, 1.5, by_rule=True)
    return [
        number("the cotangent forgotten: 2 z", lambda g, z: 2 * z),
        number("abs(g)", lambda g, z: np.abs(g) * 2 * z),
        number("clip(g, -1, 1)", lambda g, z: np.clip(g, -1, 1) * 2 * z),
        number("clip(g, -1000, 1000)", lambda g, z: np.clip(g, -1000, 1000) * 2 * z),
        number("max(g, 0)", lambda g, z: np.maximum(g, 0) * 2 * z),
        number("g * g", lambda g, z: g * g * 2 * z),
        number("sign(g)", lambda g, z: np.sign(g) * 2 * z),
        case("abs(g) for g", np.sin, lambda g, z: np.abs(g) * np.cos(z), Z),
        case("max(g, 0) for g", np.sin, lambda g, z: np.maximum(g, 0) * np.cos(z), Z),
        case("g clipped to 10", np.sin, lambda g, z: np.clip(g, -10, 10) * np.cos(z), Z),
        case("g scaled to a norm of 2", np.sin, lambda g, z: g * min(1, 2 / np.linalg.norm(g)) * np.cos(z), Z),
    ]


class Outcome(NamedTuple):
    """Of declaring an activation: what a report of `gradcheck` would be asked."""

    verdict: str
    report: Declared


def declaring(rule, formula="a = z * sigmoid(z)", **facts):
    """Our check of an activation, silu in its body, whose rule (or formula) is wrong."""

    def check():
        def planted(z):
            return z * ta.sigmoid(z)

        planted.__doc__ = formula
        try:
            return Outcome("agrees", ta.activation(dz=rule, **facts)(planted).report)
        except Refused as refused:
            return Outcome("wrong", refused.report)
        finally:
            if "planted" in ta.ops:
                del ta.ops["planted"]

    return check


def silu_slope(z):
    return ta.sigmoid(z) * (1 + z * (1 - ta.sigmoid(z)))


def inside(z, low, high, wrong):
    """silu's slope, but for `wrong` from `low` to `high`."""
    return ta.where(ta.logical_and(z > low, z < high), wrong, silu_slope(z))


def with_formula(formula):
    """Our check of an operation whose rule is right, and whose docstring says something else."""

    def check():
        def planted(z):
            return z * np.tanh(z)

        planted.__doc__ = formula
        op = ta.elementwise(dz=lambda a, z: ta.tanh(z) + z * (1 - ta.tanh(z) ** 2))(planted)
        try:
            return ta.gradcheck(op, Z)
        finally:
            del ta.ops["planted"]

    return check


def declarations() -> list[Case]:
    ours = lambda name, check: case(name, None, None, Z, check=check)
    sides = {1.5: "right", 2.5: "left"}
    return [
        ours("an activation wrong from 1.5 to 2.5", declaring(lambda a, z: inside(z, 1.5, 2.5, 0.3))),
        ours("the same, declared as kinks", declaring(lambda a, z: inside(z, 1.5, 2.5, 0.3), kinks=sides)),
        ours("an activation wrong from 1.234 to 1.2341", declaring(lambda a, z: inside(z, 1.234, 1.2341, 0.3))),
        ours("an activation wrong from 0 to 0.01", declaring(lambda a, z: inside(z, 0, 0.01, 3.0))),
        ours("an activation wrong at 0 only", declaring(lambda a, z: ta.where(z == 0, 3.0, silu_slope(z)))),
        ours("an activation's formula is another one", declaring(lambda a, z: silu_slope(z), "a = z * tanh(z)")),
        ours("an operation's formula is another one", with_formula("a = z * sigmoid(z)")),
    ]


FAULTS = [
    *rules_off(),
    *shapes_and_sums(),
    *few_among_many(),
    *kinks(),
    *orders_and_state(),
    *hidden_by_rounding(),
    *not_linear_in_the_cotangent(),
    *declarations(),
]
