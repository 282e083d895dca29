"""Whole training steps as programs: loss, gradients and update, made by `ta.compile` with the parameters donated.

Beside them the same step by hand in NumPy (loss returned, update in place), `jax.jit` and PyTorch eager. The line
"matrix products alone" is the limit: the products of the step, written into memory that is there, and nothing else.
Then the time to make a program, and activations (`bench_compile_activations`).
"""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

import tinygrad_act as ta

from . import bench_compile_activations, bench_step_241, runner, steps
from .peers import find
from .runner import Contender, Effort, Target, at_most, compare, faster

__all__ = ["run"]

NETWORKS: tuple[tuple[tuple[int, ...], int, float | None, bool], ...] = (
    ((64, 32, 10), 32, 0.9, False),
    ((784, 128, 64, 10), 128, 0.95, True),
    ((784, 1024, 1024, 10), 256, None, True),
)
"""Sizes, batch, the target beside NumPy by hand, and whether the best of JAX and PyTorch is a target."""
HAND, PRODUCTS = "NumPy by hand", "matrix products alone"
TOLERANCE = 5e-3
"""Of gradients that are read from float32 parameters before and after a small step."""
MAKE_SECONDS = 0.05
LAYERS = 10

Arrays = list[np.ndarray]


def run(effort: Effort) -> None:
    """Compare the steps, time the making of a program, compare the activations."""
    compare("2-4-1 step compiled, 400 points, float32, logits loss", list(_small()),
            {HAND: at_most(0.75), "jax.jit": faster()}, effort, tolerance=TOLERANCE)  # fmt: skip
    for sizes, batch, hand, best in NETWORKS:
        title = f"{'-'.join(map(str, sizes))} step compiled, batch {batch}, float32"
        peers: dict[str, Target] = {"jax.jit": at_most(1), "PyTorch": at_most(1)} if best else {}
        targets = peers | ({HAND: at_most(hand)} if hand else {})
        compare(title, list(_contenders(sizes, batch)), targets, effort, tolerance=TOLERANCE)
    _making()
    bench_compile_activations.run(effort)


def _compiled(step: Callable[..., Any], start: Arrays, *data: Any) -> Contender:
    """A step compiled; it is checked by the parameters after it."""
    params = [p.copy() for p in start]
    program = ta.compile(step, donate=0)
    return Contender("tinygrad_act, compiled", lambda: program(params, *data), _moved(start, params))


def _moved(start: Arrays, params: Any) -> Callable[[Any], Arrays]:
    """Reads how far a first step has moved the parameters, which is the gradients but for the rate."""
    return lambda _: [(np.asarray(p, np.float64) - s) / -steps.RATE for p, s in zip(params, start)]


def _step(loss: Callable[..., Any]) -> Callable[..., Any]:
    """A whole step as a function of the parameters and the data."""

    def step(params: Any, *data: Any) -> Any:
        value, gradients = ta.value_and_grad(lambda ps: loss(ps, *data))(params)
        return value, [p - steps.RATE * g for p, g in zip(params, gradients)]

    return step


# -- 2-4-1, as in bench_step_241 ----------------------------------------------------------------------


def _small() -> Iterator[Contender]:
    X, y, start = bench_step_241.problem("float32")

    def loss(params: Any, X: Any, y: Any) -> Any:
        W1, b1, W2, b2 = params
        return bench_step_241.logits(ta, ta.tanh(X @ W1 + b1) @ W2 + b2, y)

    yield _compiled(_step(loss), start, X, y)
    yield _by_hand(bench_step_241.by_hand_logits(X, y), start)
    yield _products(start, X)
    for name in ("PyTorch", "jax.jit"):
        if find(name):
            yield _peer(name, bench_step_241.DIALECTS[name](X, y, "logits"), start)


def _by_hand(loss_and_gradients: Callable[..., tuple[Any, Arrays]], start: Arrays) -> Contender:
    params = [p.copy() for p in start]

    def step() -> Any:
        loss, gradients = loss_and_gradients(*params)
        for p, g in zip(params, gradients):
            p -= steps.RATE * g
        return loss

    return Contender(HAND, step, _moved(start, params))


def _peer(name: str, loss: Any, start: Arrays) -> Contender:
    """A peer's step, checked by its gradients."""
    return steps.PEER_STEPS[name](loss, start)


# -- larger networks: relu, log-softmax, mean cross-entropy --------------------------------------------


def _problem(sizes: tuple[int, ...], batch: int) -> tuple[np.ndarray, np.ndarray, Arrays]:
    """Inputs, labels, and the parameters' start in He's scale: W1, b1, W2, b2, ..."""
    rng = np.random.default_rng(0)
    X = rng.random(size=(batch, sizes[0]), dtype=np.float32)
    labels = rng.integers(sizes[-1], size=batch)
    start: Arrays = []
    for n, m in itertools.pairwise(sizes):
        start += [rng.normal(scale=(2 / n) ** 0.5, size=(n, m)), np.zeros(m)]
    return X, labels, [p.astype(X.dtype) for p in start]


def _network(relu: Callable[[Any], Any], params: Any, X: Any) -> Any:
    """The last layer's logits."""
    *hidden, (W, b) = zip(params[::2], params[1::2])
    for W1, b1 in hidden:
        X = relu(X @ W1 + b1)
    return X @ W + b


def _loss(params: Any, X: Any, onehot: Any) -> Any:
    """The mean cross-entropy."""
    return -(onehot * ta.log_softmax(_network(ta.relu, params, X))).sum() / len(onehot)


def _contenders(sizes: tuple[int, ...], batch: int) -> Iterator[Contender]:
    X, labels, start = _problem(sizes, batch)
    onehot = np.eye(sizes[-1], dtype=X.dtype)[labels]

    yield _compiled(_step(_loss), start, X, onehot)
    yield _by_hand(lambda *params: _gradients_by_hand(params, X, onehot), start)
    yield _products(start, X)
    if find("PyTorch"):
        yield _peer("PyTorch", _pytorch(X, labels), start)
    if find("jax.jit"):
        yield _peer("jax.jit", _jax(X, onehot), start)


def _gradients_by_hand(params: Any, X: Any, onehot: Any) -> tuple[Any, Arrays]:
    """The loss and the gradients, as a good student writes them."""
    weights, outputs = params[::2], [X]
    for i, (W, b) in enumerate(zip(weights, params[1::2])):
        z = outputs[-1] @ W + b
        outputs.append(np.maximum(z, 0) if i < len(weights) - 1 else z)
    shifted = z - z.max(axis=1, keepdims=True)
    e = np.exp(shifted)
    total = e.sum(axis=1, keepdims=True)
    loss = np.sum(onehot * (np.log(total) - shifted)) / len(X)
    dz = (e / total - onehot) / len(X)
    gradients: Arrays = []
    for i in reversed(range(len(weights))):
        gradients[:0] = [outputs[i].T @ dz, dz.sum(axis=0)]
        if i:
            dz = (dz @ weights[i].T) * (outputs[i] > 0)
    return loss, gradients


def _products(start: Arrays, X: np.ndarray) -> Contender:
    """The step's matrix products, of matrices as they are, into memory that is there."""
    calls: list[tuple[Any, Any, Any]] = []
    x = X
    for i, W in enumerate(start[::2]):
        z = np.ones((len(x), W.shape[1]), X.dtype)
        calls += [(x, W, np.empty_like(z)), (x.T, z, np.empty_like(W))]
        calls += [(z, W.T, np.empty_like(x))] if i else []
        x = z

    def step() -> None:
        for a, b, out in calls:
            np.dot(a, b, out=out)

    return Contender(PRODUCTS, step, read=None)


def _pytorch(X: Any, labels: Any) -> Callable[..., Any]:
    import torch  # noqa: PLC0415

    X, target = torch.from_numpy(X), torch.from_numpy(labels)
    return lambda *params: torch.nn.functional.cross_entropy(_network(torch.relu, params, X), target)


def _jax(X: Any, onehot: Any) -> Callable[..., Any]:
    import jax  # noqa: PLC0415

    X, target = jax.numpy.asarray(X), jax.numpy.asarray(onehot)
    return lambda *params: -(target * jax.nn.log_softmax(_network(jax.nn.relu, params, X))).sum() / len(onehot)


# -- making a program ----------------------------------------------------------------------------------


def _making() -> None:
    """The best time of a few to trace a deep network's step and to write its program."""
    sizes = (64,) * LAYERS + (10,)
    X, labels, start = _problem(sizes, 32)
    onehot = np.eye(sizes[-1], dtype=X.dtype)[labels]

    seconds = []
    for _ in range(5):
        program, before = ta.compile(_step(_loss), donate=0), time.process_time()
        program.trace(start, X, onehot)
        seconds.append(time.process_time() - before)
    verdict = "reached" if min(seconds) <= MAKE_SECONDS else "MISSED"
    line = f"at most {MAKE_SECONDS * 1e3:g} ms: {verdict}, {min(seconds) * 1e3:.1f} ms"
    print(f"\ntracing and writing the step of {LAYERS} layers: {line}")
    runner.verdicts.append(f"{line} | tracing and writing the step of {LAYERS} layers")
