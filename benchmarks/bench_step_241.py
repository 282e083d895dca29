"""One training step of the course's 2-4-1 network: 2 inputs, 4 tanh units, 1 sigmoid, 400 points.

The loss is the mean binary cross-entropy, in two spellings that are measured apart, each the same
for all contenders: `course`, from the output a, -(y log a + (1 - y) log(1 - a)); and `logits`, from
the pre-activation z, softplus(z) - y z, which cannot overflow. With so little data it is not the
arithmetic that costs but the calls: what a framework adds to them is what this shows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any

import numpy as np

import tinygrad_act as ta

from . import steps
from .peers import find
from .runner import Contender, Effort, at_most, compare, faster

__all__ = ["DIALECTS", "by_hand_logits", "logits", "problem", "run"]

TARGETS = {"NumPy by hand": at_most(2), "PyTorch": faster(), "HIPS autograd": faster(), "MyGrad": faster()}
TOLERANCE = {"float32": 1e-4, "float64": 1e-6}


def run(effort: Effort) -> None:
    """Compare in float32 and float64, with both spellings of the loss."""
    for dtype, tolerance in TOLERANCE.items():
        for spelling in ("course", "logits"):
            title = f"2-4-1 step, 400 points, {dtype}, {spelling} loss"
            compare(title, list(_contenders(dtype, spelling)), TARGETS, effort, tolerance=tolerance)


def _contenders(dtype: str, spelling: str) -> Iterator[Contender]:
    X, y, start = problem(dtype)
    cross_entropy = _CROSS_ENTROPIES[spelling]
    yield steps.ours(_network(ta, X, lambda z: cross_entropy(ta, z, y)), start)
    hand = _course_by_hand if spelling == "course" else _logits_by_hand
    yield steps.by_hand(lambda *params: _by_hand(hand, X, y, *params), start)
    yield steps.loss_only(_network(np, X, lambda z: hand(z, y)[0]), start)
    for name, dialect in DIALECTS.items():
        if find(name):
            yield steps.PEER_STEPS[name](dialect(X, y, spelling), start)


def problem(dtype: str) -> tuple[np.ndarray, np.ndarray, list[np.ndarray]]:
    """Points, the label 1 for those outside of a circle, and the parameters' start."""
    rng = np.random.default_rng(0)
    X = rng.normal(size=(400, 2))
    y = np.hypot(*X.T)[:, None] > 1.2
    start = [rng.normal(size=(2, 4)), rng.normal(size=4), rng.normal(size=(4, 1)), rng.normal(size=1)]
    return X.astype(dtype), y.astype(dtype), [p.astype(dtype) for p in start]


def _network(library: Any, X: Any, loss: Callable[[Any], Any]) -> Callable[..., Any]:
    """The loss as a function of the parameters, in any library with NumPy's names."""
    return lambda W1, b1, W2, b2: loss(library.tanh(X @ W1 + b1) @ W2 + b2)


# -- the loss from the last pre-activation, in a library that has sigmoid and softplus ---------------


def _course(library: Any, z: Any, y: Any) -> Any:
    a = library.sigmoid(z)
    return -(y * library.log(a) + (1 - y) * library.log(1 - a)).mean()


def logits(library: Any, z: Any, y: Any) -> Any:
    """The mean cross-entropy of labels y and logits z."""
    return (library.softplus(z) - y * z).mean()


_CROSS_ENTROPIES = {"course": _course, "logits": logits}


# -- by hand -----------------------------------------------------------------------------------------


def _by_hand(hand: Any, X: Any, y: Any, W1: Any, b1: Any, W2: Any, b2: Any) -> tuple[Any, list[Any]]:
    """The loss and the gradients of the four parameters, as a good student writes it."""
    a1 = np.tanh(X @ W1 + b1)
    loss, a2 = hand(a1 @ W2 + b2, y)
    dz2 = (a2 - y) / len(y)
    dz1 = (dz2 @ W2.T) * (1 - a1 * a1)
    return loss, [X.T @ dz1, dz1.sum(axis=0), a1.T @ dz2, dz2.sum(axis=0)]


def by_hand_logits(X: Any, y: Any) -> Callable[..., tuple[Any, list[Any]]]:
    """The loss on logits and its gradients, as a function of the parameters."""
    return lambda *params: _by_hand(_logits_by_hand, X, y, *params)


def _course_by_hand(z: Any, y: Any) -> tuple[Any, Any]:
    """The loss and the output."""
    a = 1 / (1 + np.exp(-z))
    return -np.mean(y * np.log(a) + (1 - y) * np.log(1 - a)), a


def _logits_by_hand(z: Any, y: Any) -> tuple[Any, Any]:
    """The same without overflow: exp of what is at most 0 serves loss and output."""
    e = np.exp(-np.abs(z))
    return np.mean(np.maximum(z, 0) - y * z + np.log1p(e)), np.where(z >= 0, 1, e) / (1 + e)


# -- the peers: their names for tanh, log, sigmoid and softplus ---------------------------------------


def _hips_autograd(X: Any, y: Any, spelling: str) -> Callable[..., Any]:
    import autograd.numpy as anp  # noqa: PLC0415

    names = SimpleNamespace(tanh=anp.tanh, log=anp.log)
    names.sigmoid = lambda z: 1 / (1 + anp.exp(-z))
    names.softplus = lambda z: anp.logaddexp(0.0, z)
    return _network(names, X, lambda z: _CROSS_ENTROPIES[spelling](names, z, y))


def _mygrad(X: Any, y: Any, spelling: str) -> Callable[..., Any]:
    import mygrad as mg  # noqa: PLC0415

    names = SimpleNamespace(tanh=mg.tanh, log=mg.log, sigmoid=mg.nnet.sigmoid)
    names.softplus = lambda z: mg.logaddexp(0.0, z)
    return _network(names, X, lambda z: _CROSS_ENTROPIES[spelling](names, z, y))


def _pytorch(X: Any, y: Any, spelling: str) -> Callable[..., Any]:
    """With PyTorch's own fused losses, which are its idiom and its fastest way."""
    import torch  # noqa: PLC0415
    from torch.nn import functional  # noqa: PLC0415

    X, y = torch.from_numpy(X), torch.from_numpy(y)
    if spelling == "logits":
        return _network(torch, X, lambda z: functional.binary_cross_entropy_with_logits(z, y))
    return _network(torch, X, lambda z: functional.binary_cross_entropy(torch.sigmoid(z), y))


def _jax(X: Any, y: Any, spelling: str) -> Callable[..., Any]:
    import jax  # noqa: PLC0415

    X, y = jax.numpy.asarray(X), jax.numpy.asarray(y)
    names = SimpleNamespace(tanh=jax.numpy.tanh, log=jax.numpy.log)
    names.sigmoid, names.softplus = jax.nn.sigmoid, jax.nn.softplus
    return _network(names, X, lambda z: _CROSS_ENTROPIES[spelling](names, z, y))


DIALECTS = {"HIPS autograd": _hips_autograd, "MyGrad": _mygrad, "PyTorch": _pytorch, "jax.jit": _jax}
