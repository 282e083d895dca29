"""One training step of a 784-128-64-10 network on a batch of 128, in float32.

Two hidden layers of relu, softmax and the mean cross-entropy on ten classes: the classical network
for handwritten digits, here on random pixels. It is matrix products that cost, so this shows whether
a framework leaves the work to them: extra passes over arrays, copies, gradients nobody asked for.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

import tinygrad_act as ta

from . import steps
from .peers import find
from .runner import Contender, Effort, at_most, compare

__all__ = ["run"]

SIZES = (784, 128, 64, 10)
BATCH = 128
TARGETS = {"NumPy by hand": at_most(1.25)}


def run(effort: Effort) -> None:
    """Compare in float32."""
    compare("784-128-64-10 step, batch 128, float32", list(_contenders()), TARGETS, effort, tolerance=1e-4)


def _contenders() -> Iterator[Contender]:
    X, labels, start = _problem()
    onehot = np.eye(SIZES[-1], dtype=X.dtype)[labels]
    loss = _network(X, ta.relu, lambda z: -(onehot * ta.log_softmax(z)).sum() / BATCH)
    yield steps.ours(loss, start)
    yield steps.by_hand(lambda *params: _by_hand(X, onehot, *params), start)
    yield steps.loss_only(_network(X, _relu, lambda z: _softmax_loss(z, onehot)[0]), start)
    for name, dialect in _DIALECTS.items():
        if find(name):
            yield steps.PEER_STEPS[name](dialect(X, labels, onehot), start)


def _problem() -> tuple[np.ndarray, np.ndarray, list[np.ndarray]]:
    """Pixels, labels, and the parameters' start in He's scale: W1, b1, W2, b2, W3, b3."""
    rng = np.random.default_rng(0)
    X = rng.random(size=(BATCH, SIZES[0]), dtype=np.float32)
    labels = rng.integers(SIZES[-1], size=BATCH)
    start: list[np.ndarray] = []
    for n, m in itertools.pairwise(SIZES):
        start += [rng.normal(scale=(2 / n) ** 0.5, size=(n, m)), np.zeros(m)]
    return X, labels, [p.astype(X.dtype) for p in start]


def _network(X: Any, relu: Callable[[Any], Any], loss: Callable[[Any], Any]) -> Callable[..., Any]:
    """The loss as a function of the parameters."""
    return lambda W1, b1, W2, b2, W3, b3: loss(relu(relu(X @ W1 + b1) @ W2 + b2) @ W3 + b3)


# -- by hand -----------------------------------------------------------------------------------------


def _relu(z: np.ndarray) -> np.ndarray:
    return np.maximum(z, 0)


def _softmax_loss(z: np.ndarray, onehot: np.ndarray) -> tuple[Any, np.ndarray]:
    """The mean cross-entropy and the softmax."""
    shifted = z - z.max(axis=1, keepdims=True)
    e = np.exp(shifted)
    total = e.sum(axis=1, keepdims=True)
    return np.sum(onehot * (np.log(total) - shifted)) / BATCH, e / total


def _by_hand(X: Any, onehot: Any, W1: Any, b1: Any, W2: Any, b2: Any, W3: Any, b3: Any) -> tuple[Any, list[np.ndarray]]:
    """The loss and the gradients of the six parameters."""
    a1 = _relu(X @ W1 + b1)
    a2 = _relu(a1 @ W2 + b2)
    loss, p = _softmax_loss(a2 @ W3 + b3, onehot)
    dz3 = (p - onehot) / BATCH
    dz2 = (dz3 @ W3.T) * (a2 > 0)
    dz1 = (dz2 @ W2.T) * (a1 > 0)
    return loss, [X.T @ dz1, dz1.sum(axis=0), a1.T @ dz2, dz2.sum(axis=0), a2.T @ dz3, dz3.sum(axis=0)]


# -- the peers: X as their array, their relu, their cross-entropy -------------------------------------


def _hips_autograd(X: Any, labels: Any, onehot: Any) -> Callable[..., Any]:
    import autograd.numpy as anp  # noqa: PLC0415

    def loss(z: Any) -> Any:
        shifted = z - anp.max(z, axis=1, keepdims=True)
        return anp.sum(onehot * (anp.log(anp.sum(anp.exp(shifted), axis=1, keepdims=True)) - shifted)) / BATCH

    return _network(X, lambda z: anp.maximum(z, 0), loss)


def _mygrad(X: Any, labels: Any, onehot: Any) -> Callable[..., Any]:
    from mygrad import nnet  # noqa: PLC0415

    return _network(X, nnet.relu, lambda z: nnet.softmax_crossentropy(z, labels))


def _pytorch(X: Any, labels: Any, onehot: Any) -> Callable[..., Any]:
    import torch  # noqa: PLC0415

    target = torch.from_numpy(labels)
    return _network(torch.from_numpy(X), torch.relu, lambda z: torch.nn.functional.cross_entropy(z, target))


def _jax(X: Any, labels: Any, onehot: Any) -> Callable[..., Any]:
    import jax  # noqa: PLC0415

    target = jax.numpy.asarray(onehot)
    return _network(jax.numpy.asarray(X), jax.nn.relu, lambda z: -(target * jax.nn.log_softmax(z)).sum() / BATCH)


_DIALECTS = {"HIPS autograd": _hips_autograd, "MyGrad": _mygrad, "PyTorch": _pytorch, "jax.jit": _jax}
