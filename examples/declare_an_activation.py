"""Teaches: how to publish an activation of your own in a few lines, proven as you declare it.

The new one is a bent line, z + sin(z)² / 2 times a gate. No derivative is written: it is derived through
the operations of the body and compared with numerical ones before anything is registered. A wrong
derivative is refused, with a report that says where. Then it trains beside ReLU and GELU.

Run it: `python examples/declare_an_activation.py`
"""

import time
from typing import Any

import numpy as np
from course_data import flower_data

import tinygrad_act as ta


@ta.activation
def ripple(z: Any, *, beta: float = 1.0) -> Any:
    """a = (z + sin(z) ** 2 / 2) / (1 + exp(-beta * z))"""
    return (z + ta.sin(z) ** 2 / 2) * ta.sigmoid(beta * z)


def get_the_derivative_wrong() -> str:
    """The gate's own slope is forgotten. The declaration is refused, and nothing is registered."""
    try:

        @ta.activation(dz=lambda _, z: ta.sigmoid(z))
        def wrong_silu(z: Any) -> Any:
            """a = z / (1 + exp(-z))"""
            return z * ta.sigmoid(z)

    except ValueError as error:
        return str(error)
    raise RuntimeError("a wrong derivative was accepted")


def train(f: Any, steps: int = 800, hidden: int = 16) -> tuple[float, float, float]:
    """Train a network with one hidden layer on the flower: its loss, test accuracy and seconds."""
    rng, start = np.random.default_rng(0), time.perf_counter()
    data = flower_data(rng)
    W1, b1 = ta.Value(rng.standard_normal((2, hidden)) / 2**0.5), ta.Value(np.zeros(hidden))
    W2, b2 = ta.Value(rng.standard_normal((hidden, 1)) / hidden**0.5), ta.Value(np.zeros(1))
    for _ in range(steps):
        z2 = f(data.X @ W1 + b1) @ W2 + b2
        loss = ta.mean(ta.softplus(z2) - data.Y * z2)
        loss.backward()
        for p in (W1, b1, W2, b2):
            p.data -= 0.2 * p.grad
            p.zero_grad()
    right = (f(data.X_test @ W1.data + b1.data) @ W2.data + b2.data > 0) == data.Y_test
    return loss.item(), float(np.mean(right)), time.perf_counter() - start


if __name__ == "__main__":
    print(f"{ripple.report}\n")
    print(f"{ta.card(ripple)}\n")
    print(f"{get_the_derivative_wrong()}\n")
    print("activation   train loss   test accuracy   seconds")
    for f in (ta.ripple, ta.relu, ta.gelu):
        print("{:<12} {:>10.4f} {:>15.1%} {:>9.1f}".format(f.__name__, *train(f)))
