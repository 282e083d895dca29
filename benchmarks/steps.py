"""One step of gradient descent on a list of parameters, in each library's own idiom.

Every function takes the loss as a function of the parameters, and the parameters' start as arrays,
and makes a contender: a step computes the loss and all gradients and updates the parameters. The
step returns the gradients; `jax.jit` works on new arrays, all others update in place.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

import tinygrad_act as ta

from .peers import find
from .runner import Contender

__all__ = ["PEER_STEPS", "RATE", "by_hand", "loss_only", "ours"]

RATE = 1e-3
"""The learning rate: small, so that the numbers stay ordinary however often a step is repeated."""

Arrays = list[np.ndarray]
Loss = Callable[..., Any]


def ours(loss: Loss, start: Arrays) -> Contender:
    """The framework that is measured."""
    params = [ta.Value(p) for p in start]

    def step() -> list[Any]:
        for p in params:
            p.zero_grad()
        loss(*params).backward()
        for p in params:
            p.data -= RATE * p.grad
        return [p.grad for p in params]

    return Contender("tinygrad_act", step)


def by_hand(loss_and_gradients: Callable[..., tuple[Any, Arrays]], start: Arrays) -> Contender:
    """Control: the same step written by hand in NumPy."""
    params = [p.copy() for p in start]

    def step() -> Arrays:
        _, gradients = loss_and_gradients(*params)
        for p, g in zip(params, gradients):
            p -= RATE * g
        return gradients

    return Contender("NumPy by hand", step)


def loss_only(loss: Loss, start: Arrays) -> Contender:
    """Control: a loop without autograd, the loss alone in NumPy. It shows when the machine is slow."""
    return Contender("NumPy, loss only", lambda: loss(*start), read=None)


def _hips_autograd(loss: Loss, start: Arrays) -> Contender:
    """HIPS autograd: a function that returns the gradients."""
    params = [p.copy() for p in start]
    value_and_gradients = find("HIPS autograd").value_and_grad(lambda ps: loss(*ps))

    def step() -> Arrays:
        _, gradients = value_and_gradients(params)
        for p, g in zip(params, gradients):
            p -= RATE * g
        return gradients  # type: ignore[no-any-return]

    return Contender("HIPS autograd", step)


def _mygrad(loss: Loss, start: Arrays) -> Contender:
    """MyGrad: tensors with `.grad`."""
    params = [find("MyGrad").tensor(p) for p in start]

    def step() -> list[Any]:
        for p in params:
            p.null_grad()
        loss(*params).backward()
        for p in params:
            p.data -= RATE * p.grad
        return [p.grad for p in params]

    return Contender("MyGrad", step)


def _pytorch(loss: Loss, start: Arrays) -> Contender:
    """PyTorch, eager."""
    torch = find("PyTorch")
    params = [torch.tensor(p, requires_grad=True) for p in start]

    def step() -> list[Any]:
        for p in params:
            p.grad = None
        loss(*params).backward()
        with torch.no_grad():
            for p in params:
                p -= RATE * p.grad
        return [p.grad for p in params]

    return Contender("PyTorch", step)


def _jax_jit(loss: Loss, start: Arrays) -> Contender:
    """JAX, the whole step compiled: not eager, shown for context."""
    jax = find("jax.jit")
    params = [jax.numpy.array(p) for p in start]

    @jax.jit
    def update(params: list[Any]) -> tuple[Any, ...]:
        value, gradients = jax.value_and_grad(lambda ps: loss(*ps))(params)
        return [p - RATE * g for p, g in zip(params, gradients)], gradients, value

    def step() -> list[Any]:
        nonlocal params
        params, gradients, _ = jax.block_until_ready(update(params))
        return gradients  # type: ignore[no-any-return]

    return Contender("jax.jit", step)


PEER_STEPS = {"HIPS autograd": _hips_autograd, "MyGrad": _mygrad, "PyTorch": _pytorch, "jax.jit": _jax_jit}
"""By the peer's name: the function above that makes its contender."""
