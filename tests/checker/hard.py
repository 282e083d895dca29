"""Right gradients of functions that are hard to difference: none of them may be called wrong."""

from __future__ import annotations

import numpy as np

import tinygrad_act as ta

from .case import Case, case, elementwise
from .faults import LONG, Z, dsigmoid, leaky, relu, second_of_sine, sigmoid, softmax

MANY = np.random.default_rng(5).normal(size=1_000_000)
SCALES = 10.0 ** np.arange(-12, 13, 3)


def steep_and_flat() -> list[Case]:
    bump = lambda x: np.exp(-1 / x**2)
    return [
        elementwise("steep: exp(20 x) at 1", lambda x: np.exp(20 * x), lambda x: 20 * np.exp(20 * x), 1.0),
        elementwise(
            "steep: tanh(1000 x) at 1e-4", lambda x: np.tanh(1e3 * x), lambda x: 1e3 / np.cosh(1e3 * x) ** 2, 1e-4
        ),
        elementwise(
            "steep: sigmoid(1e6 x) at 1e-7", lambda x: sigmoid(1e6 * x), lambda x: 1e6 * dsigmoid(1e6 * x), 1e-7
        ),
        elementwise("steep: x**50 at 1.1", lambda x: x**50, lambda x: 50 * x**49, 1.1),
        elementwise("steep: exp(exp(x)) at 2", lambda x: np.exp(np.exp(x)), lambda x: np.exp(x + np.exp(x)), 2.0),
        elementwise("flat: sigmoid at -30", sigmoid, dsigmoid, -30.0),
        elementwise("flat: sigmoid at 15", sigmoid, lambda x: dsigmoid(-x), 15.0),
        elementwise("flat: exp(-x**2) at 6", lambda x: np.exp(-x * x), lambda x: -2 * x * np.exp(-x * x), 6.0),
        elementwise("flat: exp(-1/x**2) at 0.1", bump, lambda x: 2 / x**3 * bump(x), 0.1),
        elementwise("flat: x**10 at 0.01", lambda x: x**10, lambda x: 10 * x**9, 0.01),
        elementwise("slope 0: cos at 0", np.cos, lambda x: -np.sin(x), 0.0),
        elementwise("slope 0: x**2 at 0", np.square, lambda x: 2 * x, 0.0),
        elementwise("slope 0: x**4 at 0, next to 1", lambda x: 1 + x**4, lambda x: 4 * x**3, 0.0),
    ]


def oscillating() -> list[Case]:
    inverse = lambda x: np.sin(1 / x)
    return [
        elementwise("oscillating: sin(1000 x)", lambda x: np.sin(1e3 * x), lambda x: 1e3 * np.cos(1e3 * x), Z),
        elementwise("oscillating: sin(1e7 x) at 0.3", lambda x: np.sin(1e7 * x), lambda x: 1e7 * np.cos(1e7 * x), 0.3),
        elementwise("oscillating: sin(1/x) at 0.01", inverse, lambda x: -np.cos(1 / x) / x**2, 0.01),
        elementwise("oscillating: sin(x**2) at 50", lambda x: np.sin(x * x), lambda x: 2 * x * np.cos(x * x), 50.0),
        elementwise(
            "oscillating: x + 1e-3 sin(1e4 x)",
            lambda x: x + 1e-3 * np.sin(1e4 * x),
            lambda x: 1 + 10 * np.cos(1e4 * x),
            0.7,
        ),
    ]


def scales() -> list[Case]:
    small, large = 1e-12, 1e12
    return [
        elementwise("scale: 1e12 sin(x)", lambda x: large * np.sin(x), lambda x: large * np.cos(x), Z),
        elementwise("scale: 1e-12 sin(x)", lambda x: small * np.sin(x), lambda x: small * np.cos(x), Z),
        elementwise(
            "scale: sin(1e12 x) at 1e-12", lambda x: np.sin(large * x), lambda x: large * np.cos(large * x), 1e-12
        ),
        elementwise(
            "scale: sin(1e-12 x) at 1e12", lambda x: np.sin(small * x), lambda x: small * np.cos(small * x), 1e12
        ),
        elementwise("scale: x**2 from 1e-12 to 1e12", np.square, lambda x: 2 * x, SCALES),
        elementwise("scale: 1/x from 1e-12 to 1e12", np.reciprocal, lambda x: -1 / x**2, SCALES),
        elementwise("scale: log from 1e-12 to 1e12", np.log, lambda x: 1 / x, SCALES),
        elementwise("scale: sqrt from 1e-12 to 1e12", np.sqrt, lambda x: 0.5 / np.sqrt(x), SCALES),
        elementwise("scale: 1 + 1e-9 x", lambda x: 1 + 1e-9 * x, lambda x: 1e-9 + 0 * x, 0.3),
        elementwise(
            "scale: 1 + 1e-12 x",
            lambda x: 1 + 1e-12 * x,
            lambda x: 1e-12 + 0 * x,
            0.3,
            check=lambda: ta.gradcheck(lambda x: 1 + 1e-12 * x, 0.3),  # without a complex step
        ),
        case(
            "scale: outputs of 1e12 beside 1e-12",
            lambda x: np.array([large * x[0], small * np.sin(x[1])]),
            lambda g, x: np.array([large * g[0], small * np.cos(x[1]) * g[1]]),
            Z[:2],
        ),
    ]


def cancelling() -> list[Case]:
    return [
        elementwise("cancelling: 1 - cos(x) at 1e-3", lambda x: 1 - np.cos(x), np.sin, 1e-3),
        elementwise(
            "cancelling: sqrt(x**2 + 1) - x at 1000",
            lambda x: np.sqrt(x * x + 1) - x,
            lambda x: -1 / (np.sqrt(x * x + 1) * (np.sqrt(x * x + 1) + x)),
            1000.0,
        ),
        elementwise("cancelling: (x + 1e8) - 1e8", lambda x: (x + 1e8) - 1e8, np.ones_like, 0.3),
        elementwise("cancelling: exp(x) - 1 - x at 0.01", lambda x: np.exp(x) - 1 - x, np.expm1, 0.01),
        elementwise(
            "cancelling: (x - 1)**7 multiplied out, at 1.1",
            np.poly1d(np.poly([1.0] * 7)),
            lambda x: 7 * (x - 1) ** 6,
            1.1,
        ),
        elementwise("noisy: 1e6 added and taken away", lambda x: (1e6 + np.sin(x)) - 1e6, np.cos, Z),
    ]


def kinks_and_edges() -> list[Case]:
    hard = lambda x: np.clip(x, -1, 1)
    step = lambda z: 1.0 * (z > 0)
    return [
        *(elementwise(f"close to a kink: relu at {x:g}", relu, step, x) for x in (1e-2, 1e-4, 1e-7, -1e-7)),
        elementwise("close to a kink: 1 + relu(x) at 1e-5", lambda x: 1 + relu(x), step, 1e-5),
        elementwise("close to a kink: leaky relu at -1e-7", leaky, lambda z: np.where(z > 0, 1.0, 0.01), -1e-7),
        elementwise("close to a kink: hard tanh at 1 - 1e-6", hard, lambda z: 1.0 * (np.abs(z) < 1), 1 - 1e-6),
        case("close to a tie: max of 1 and 1 + 1e-6", np.max, lambda g, x: g * (x == x.max()), np.array([1, 1 + 1e-6])),
        elementwise("on a kink: relu at 0 with slope 1", relu, lambda z: 1.0 * (z >= 0), 0.0),
        elementwise("on a kink: relu at 0 with slope 0", relu, step, 0.0),
        elementwise("on a kink: relu at 0 with slope 0.5", relu, lambda z: np.heaviside(z, 0.5), 0.0),
        elementwise(
            "on a kink: relu at 0, declared right", relu, lambda z: 1.0 * (z >= 0), np.zeros(2), kinks={0.0: "right"}
        ),
        elementwise("on a kink: leaky relu at 0 with slope 1", leaky, lambda z: np.where(z >= 0, 1.0, 0.01), 0.0),
        elementwise(
            "on a kink: hard tanh at 1 with slope 1", hard, lambda z: 1.0 * (np.abs(z) <= 1), np.array([1.0, -1.0])
        ),
        elementwise("on a kink: abs at 0 with slope 0", np.abs, np.sign, 0.0),
        elementwise("no kink: x |x| at 0", lambda x: x * np.abs(x), lambda x: 2 * np.abs(x), 0.0),
        elementwise("edge: log at 1e-8", np.log, lambda x: 1 / x, 1e-8),
        elementwise("edge: sqrt at 1e-10", np.sqrt, lambda x: 0.5 / np.sqrt(x), 1e-10),
        elementwise("edge: arcsin at 1 - 1e-6", np.arcsin, lambda x: 1 / np.sqrt((1 - x) * (1 + x)), 1 - 1e-6),
        elementwise("edge: arctanh at 0.999999", np.arctanh, lambda x: 1 / ((1 - x) * (1 + x)), 0.999999),
        elementwise("edge: x**1.5 at 0", lambda x: x**1.5, lambda x: 1.5 * np.sqrt(x), 0.0),
    ]


def _iterate(step, slope, times):
    """A function composed with itself many times, and its derivative by the chain rule."""

    def f(x):
        for _ in range(times):
            x = step(x)
        return x

    def derivative(x):
        product = 1.0
        for _ in range(times):
            product, x = product * slope(x), step(x)
        return product

    return f, derivative


def deep_and_long() -> list[Case]:
    logistic = (lambda x: 3.9 * x * (1 - x), lambda x: 3.9 * (1 - 2 * x))
    phases = np.linspace(0, 6, 1_000_000)
    rng = np.random.default_rng(6)
    M, A = rng.normal(size=(12, 12)) + 4 * np.eye(12), rng.normal(size=(6, 6)) / 3
    det = lambda x: np.linalg.det(x)
    weights = rng.normal(size=(30, 5, 5)) * 0.6
    return [
        elementwise("deep: sin of itself, 100 times", *_iterate(np.sin, np.cos, 100), Z),
        elementwise("deep: tanh of itself, 50 times", *_iterate(np.tanh, lambda x: 1 - np.tanh(x) ** 2, 50), Z),
        elementwise("deep: the logistic map, 12 times", *_iterate(*logistic, 12), 0.3),
        case(
            "sin, right to second order (order 2)",
            np.sin,
            lambda g, x: g * np.cos(x),
            Z,
            check=second_of_sine(1.0),
            second=1.0,
        ),
        case(
            "deep: a network of 30 layers",
            None,
            None,
            Z,
            check=lambda: ta.gradcheck(
                lambda x: sum((x := ta.tanh(w @ x)).sum() for w in weights), rng.normal(size=5), order=2
            ),
        ),
        case(
            "sum of 1e6 terms of one number",
            lambda x: np.sin(x + phases).sum(),
            lambda g, x: g * np.cos(x + phases).sum(),
            0.3,
        ),
        case("sum of 1e6 squares", lambda x: np.sum(x * x), lambda g, x: 2 * g * x, MANY),
        case(
            "logsumexp of 1e6 terms",
            lambda x: np.log(np.exp(x).sum()),
            lambda g, x: g * np.exp(x) / np.exp(x).sum(),
            MANY,
        ),
        case("sum of 5,000 sines near 1e6", lambda x: np.sin(x).sum(), lambda g, x: g * np.cos(x), 1e6 + LONG[:5000]),
        case("sum of 1e5 relus", lambda x: relu(x - 1).sum(), lambda g, x: g * (x > 1), LONG),
        case("product of 100 numbers", np.prod, lambda g, x: g * np.prod(x) / x, LONG[:100]),
        case("determinant of 12 x 12", det, lambda g, x: g * det(x) * np.linalg.inv(x).T, M),
        case(
            "inverse of 6 x 6", np.linalg.inv, lambda g, x: -np.linalg.inv(x).T @ g @ np.linalg.inv(x).T, A + np.eye(6)
        ),
        case(
            "softmax of 5 with a temperature of 0.01",
            lambda x: softmax(100 * x),
            lambda g, x: 100 * softmax(100 * x) * (g - (g * softmax(100 * x)).sum()),
            np.linspace(0, 0.05, 5),
        ),
    ]


HARD = [*steep_and_flat(), *oscillating(), *scales(), *cancelling(), *kinks_and_edges(), *deep_and_long()]
