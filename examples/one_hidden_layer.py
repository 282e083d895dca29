"""The course's network: inputs, one hidden layer, a sigmoid or softmax output; trained by gradient descent.

    z1 = X @ W1 + b1            pre-activations of the hidden layer
    a1 = f(z1)                  its outputs; f is sigmoid, tanh, relu, leaky_relu or another of `ta.ops`
    z2 = a1 @ W2 + b2           pre-activations of the output layer
    a2 = sigmoid(z2)            two classes: how likely class 1 is
    a2 = softmax(z2)            more classes: how likely each is

The loss is computed from z2 and not from a2, which is the same in mathematics and safe in floating
point: log(sigmoid(z)) of a very negative z would be the logarithm of 0. No derivative is written
here: `loss.backward()` finds them, and the gradient check compares them with numerical ones.

Run it: `python examples/one_hidden_layer.py` (after `pip install -e .`); `--help` explains every
option. It downloads nothing.
"""

import argparse
import os
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from course_data import Data, digits_data, flower_data
from terminal import Progress, activation_name, at_least, positive, usable_activations

import tinygrad_act as ta

COMPARED = ("sigmoid", "tanh", "relu", "leaky_relu")


# -- the network ----------------------------------------------------------------------------------


def parameters(rng: np.random.Generator, inputs: int, hidden: int, outputs: int) -> dict[str, ta.Value]:
    """Random weights, small enough that z keeps the size of what comes in, and zero biases."""
    return {
        "W1": ta.Value(rng.standard_normal((inputs, hidden)) / inputs**0.5, "W1"),
        "b1": ta.Value(np.zeros(hidden), "b1"),
        "W2": ta.Value(rng.standard_normal((hidden, outputs)) / hidden**0.5, "W2"),
        "b2": ta.Value(np.zeros(outputs), "b2"),
    }


def forward(p: dict[str, Any], X: Any, f: Callable[[Any], Any]) -> tuple[Any, Any, Any]:
    """z1, a1 and z2 for the inputs X, one example a row."""
    z1 = X @ p["W1"] + p["b1"]
    a1 = f(z1)
    z2 = a1 @ p["W2"] + p["b2"]
    return z1, a1, z2


def binary_cross_entropy(z: Any, y: Any) -> Any:
    """-log(sigmoid(z)) where y is 1, -log(1 - sigmoid(z)) where y is 0; the mean over all examples."""
    return ta.mean(ta.softplus(z) - y * z)


def cross_entropy(z: Any, y: Any) -> Any:
    """-log(softmax(z)) of the right class, where y is 1; the mean over all examples."""
    return -ta.mean(ta.sum(y * ta.log_softmax(z), axis=1))


def classes(a: np.ndarray) -> np.ndarray:
    """The most likely class of every row of outputs (or of targets)."""
    return a.argmax(axis=1) if a.shape[1] > 1 else (a[:, 0] >= 0.5).astype(int)


@dataclass(frozen=True)
class Task:
    """A data set, what the output layer does with it, and settings that train it well."""

    name: str
    title: str
    load: Callable[[np.random.Generator], Data]
    loss: Callable[[Any, Any], Any]
    output: Callable[[Any], Any]
    hidden: int
    epochs: int
    learning_rate: float
    batch_size: int


TASKS = {
    "flower": Task("flower", "planar flower: 2 inputs, sigmoid output", flower_data, binary_cross_entropy, ta.sigmoid,
                   hidden=16, epochs=4000, learning_rate=0.2, batch_size=400),
    "digits": Task("digits", "handwritten digits: 64 inputs, softmax output", digits_data, cross_entropy, ta.softmax,
                   hidden=128, epochs=60, learning_rate=1.0, batch_size=64),
}  # fmt: skip


# -- training -------------------------------------------------------------------------------------


@dataclass
class Result:
    """What became of one network."""

    activation: str
    params: dict[str, ta.Value]
    train_loss: float
    test_accuracy: float
    seconds: float
    digits: float = float("nan")
    """To how many digits its gradient agrees with a numerical one."""
    checked: bool = True
    """Whether the gradient check passed."""

    @property
    def finite(self) -> bool:
        """Whether training went well."""
        return bool(np.isfinite(self.train_loss))


def descend(params: dict[str, ta.Value], loss: ta.Value, learning_rate: float) -> None:
    """One step of gradient descent: every parameter goes a little way against its gradient."""
    loss.backward()
    for p in params.values():
        p.data -= learning_rate * p.grad
        p.zero_grad()


def epochs(
    task: Task, params: dict[str, ta.Value], f: Callable[[Any], Any], data: Data, rng: np.random.Generator
) -> Iterator[float]:
    """Train, giving the mean loss after every epoch: a pass over the data in random batches."""
    n = len(data.X)
    for _ in range(task.epochs):
        order, total = rng.permutation(n), 0.0
        for start in range(0, n, task.batch_size):
            batch = order[start : start + task.batch_size]
            loss = task.loss(forward(params, data.X[batch], f)[2], data.Y[batch])
            descend(params, loss, task.learning_rate)
            total += loss.item() * len(batch)
        yield total / n


@ta.no_grad()
def accuracy(task: Task, params: dict[str, ta.Value], f: Callable[[Any], Any], X: np.ndarray, Y: np.ndarray) -> float:
    """The part of the examples whose most likely class is the right one."""
    a2 = task.output(forward(params, X, f)[2])
    return float(np.mean(classes(a2.data) == classes(Y)))


def train(task: Task, activation: str, data: Data, seed: int, quiet: bool = False) -> Result:
    """Train one network, showing how far it is."""
    f = ta.ops[activation].call
    rng = np.random.default_rng(seed)
    params = parameters(rng, data.X.shape[1], task.hidden, data.Y.shape[1])
    line, start = Progress(quiet, task.epochs), time.perf_counter()
    loss = test = float("nan")
    with np.errstate(over="ignore", invalid="ignore"):  # a learning rate that is too large is reported below
        for epoch, loss in enumerate(epochs(task, params, f, data, rng), 1):
            if not np.isfinite(loss):
                line.end(f"  {activation:<11} the loss is {loss} after epoch {epoch}: try a smaller --learning-rate")
                return Result(activation, params, loss, float("nan"), time.perf_counter() - start)
            if line.due(epoch) or epoch == task.epochs:
                test = accuracy(task, params, f, data.X_test, data.Y_test)
                where = f"epoch {epoch:>{len(str(task.epochs))}} of {task.epochs}"
                line.show(f"  {activation:<11} {where}   loss {loss:.4f}   test accuracy {test:6.1%}")
    line.end()
    return Result(activation, params, loss, test, time.perf_counter() - start)


# -- after training -------------------------------------------------------------------------------


def check_gradient(task: Task, result: Result, data: Data, examples: int = 8) -> Any:
    """Compare the gradient of the loss, by all parameters as trained, with numerical derivatives.

    Every derivative takes some runs of the network, so a few examples will do; where there are
    many parameters, `gradcheck` takes random directions.
    """
    X, Y, f = data.X[:examples], data.Y[:examples], ta.ops[result.activation].call
    return ta.gradcheck(lambda p: task.loss(forward(p, X, f)[2], Y), result.params)


def save_graph(task: Task, result: Result, data: Data, folder: Path) -> Path:
    """Write the graph of the network's output and its loss on four examples: a picture, and a page to step through."""
    X = ta.Value(data.X[:4], "X", requires_grad=False)
    Y = ta.Value(data.Y[:4], "Y", requires_grad=False)
    z1, a1, z2 = forward(result.params, X, ta.ops[result.activation].call)
    a2, loss = task.output(z2), task.loss(z2, Y)
    z1.label, a1.label, z2.label, a2.label, loss.label = "z1", "a1", "z2", "a2", "loss"
    loss.backward()
    drawing, path = ta.draw([a2, loss]), folder / f"one_hidden_layer_{task.name}.html"
    for p in result.params.values():
        p.zero_grad()
    print(f"computation graph ({result.activation}) written to {drawing.save(path.with_suffix('.svg'))}")
    print(f"and as a page to step through, forward and backward, to {drawing.save(path)}")
    return path


def table(results: Sequence[Result]) -> str:
    """One row for every activation."""
    rows = ["  activation    train loss   test accuracy   seconds", "  " + "-" * 50]
    for r in results:
        rows.append(f"  {r.activation:<11} {r.train_loss:>12.5f} {r.test_accuracy:>15.2%} {r.seconds:>9.1f}")
    return "\n".join(rows)


def compare(task: Task, options: argparse.Namespace) -> list[Result]:
    """Train with every activation that was asked for; then the table, the checks and the graph."""
    data = task.load(np.random.default_rng(options.seed))
    print(f"{task.title}; {len(data.X)} examples to train, {len(data.X_test)} to test; seed {options.seed}")
    results = [train(task, activation, data, options.seed, options.quiet) for activation in options.activation]
    print(f"\n{table(results)}\n")
    finite = [r for r in results if r.finite]
    for r in finite:
        report = check_gradient(task, r, data)
        r.digits, r.checked = report.digits, report.ok
        agrees = f"agrees to {r.digits:.1f} digits" if r.checked else f"FAILED: {report}"
        print(f"gradient check of the loss ({r.activation}): {agrees}")
    if finite:
        best = max(finite, key=lambda r: r.test_accuracy)
        print(f"best on the test set: {best.activation}, {best.test_accuracy:.2%}")
        save_graph(task, best, data, options.out)
        print()
    return results


# -- the command line -----------------------------------------------------------------------------


def make_parser() -> argparse.ArgumentParser:
    """What the command line may say."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    add = parser.add_argument

    def usual(name: str) -> str:
        return ", ".join(f"{getattr(task, name)} for {task.name}" for task in TASKS.values())

    # fmt: off
    add("--data", choices=["flower", "digits", "both"], default="both", help="what to train on (default: both)")
    add("--activation", nargs="+", metavar="NAME", default=["all"], type=activation_name,
        help=f"one or more activations of the hidden layer to compare; all means {', '.join(COMPARED)}; "
             f"also: {', '.join(name for name in usable_activations() if name not in COMPARED)} (default: all)")
    add("--hidden", type=at_least(1), metavar="N", help=f"units in the hidden layer (default: {usual('hidden')})")
    add("--epochs", type=at_least(1), metavar="N", help=f"passes over the data (default: {usual('epochs')})")
    add("--learning-rate", type=positive, metavar="X",
        help=f"length of a step against the gradient (default: {usual('learning_rate')})")
    add("--batch-size", type=at_least(1), metavar="N",
        help=f"examples a step; 400 is all of the flower (default: {usual('batch_size')})")
    add("--seed", type=at_least(0), default=0, metavar="N",
        help="fixes the data and their split, the first weights and the order of the batches (default: 0)")
    add("--out", type=Path, default=Path("out"), metavar="DIR",
        help="folder for the computation graphs; made if need be (default: out)")
    add("--quiet", action="store_true", help="no progress, only the tables (default: show progress)")
    # fmt: on
    return parser


def read_options(argv: Sequence[str] | None) -> argparse.Namespace:
    """The command line, checked; it stops with a message if something is wrong with it."""
    parser = make_parser()
    options = parser.parse_args(argv)
    names = [name for given in options.activation for name in (COMPARED if given == "all" else [given])]
    options.activation = list(dict.fromkeys(names))
    try:
        options.out.mkdir(parents=True, exist_ok=True)
        probe = options.out / "one_hidden_layer.tmp"
        probe.touch()
        probe.unlink()
    except OSError as error:
        parser.error(f"argument --out: can't write to {options.out}: {error.strerror}")
    return options


def configured(task: Task, options: argparse.Namespace) -> Task:
    """The task with the settings that the command line gave in place of its own."""
    names = ("hidden", "epochs", "learning_rate", "batch_size")
    return replace(task, **{name: getattr(options, name) for name in names if getattr(options, name) is not None})


def main(argv: Sequence[str] | None = None) -> dict[str, list[Result]]:
    """Run the comparison that the command line asks for; the results by data set."""
    options = read_options(argv)
    chosen = list(TASKS) if options.data == "both" else [options.data]
    return {name: compare(configured(TASKS[name], options), options) for name in chosen}


if __name__ == "__main__":
    try:
        outcome = main()
    except KeyboardInterrupt:
        sys.exit("\nstopped")
    except BrokenPipeError:  # whoever read the output, `| head` perhaps, has enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
    except MemoryError as error:
        sys.exit(f"not enough memory, try a smaller --hidden: {error}")
    sys.exit(not all(result.finite and result.checked for results in outcome.values() for result in results))
