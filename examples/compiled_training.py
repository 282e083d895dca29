"""Teaches: a training step that runs as a program. Compile it, read it, look at its costs, save it.

The network is the smallest of the course, 2-4-1: two inputs, four tanh neurons, one sigmoid neuron
inside the loss. It learns the planar flower of `course_data.py`, in float32.

Run it: `python examples/compiled_training.py`
"""

import runpy
import time
from pathlib import Path

import numpy as np
from course_data import flower_data

import tinygrad_act as ta

LEARNING_RATE = 1.2


def logits(params, x):
    """Pre-activation of the output neuron: positive means class 1."""
    a1 = ta.tanh(x @ params["w1"] + params["b1"])
    return a1 @ params["w2"] + params["b2"]


def loss_of(params, x, y):
    return ta.bce_with_logits(logits(params, x), y).mean()


def step(params, x, y):
    """The loss, and the parameters after one step downhill."""
    loss, gradient = ta.value_and_grad(loss_of)(params, x, y)
    return loss, {name: p - LEARNING_RATE * gradient[name] for name, p in params.items()}


def start(rng):
    shapes = {"w1": (2, 4), "b1": (1, 4), "w2": (4, 1), "b2": (1, 1)}
    return {name: (rng.normal(size=n) * (name[0] == "w")).astype(np.float32) for name, n in shapes.items()}


def graph():
    """The loss of four points before training: `python -m tinygrad_act draw --model examples/compiled_training.py`."""
    data = flower_data(np.random.default_rng(0))
    params = {name: ta.Value(p, name) for name, p in start(np.random.default_rng(0)).items()}
    x, y = (ta.Value(part[::100], name, requires_grad=False) for name, part in (("x", data.X), ("y", data.Y)))
    return loss_of(params, x, y)


def main(steps=5000, seed=0):
    data = flower_data(np.random.default_rng(seed))
    x, y, x_test = (part.astype(np.float32) for part in (data.X, data.Y, data.X_test))
    params, compiled = start(np.random.default_rng(seed)), ta.compile(step, donate="params")

    compiled.trace(params, x, y)  # the first call would do it
    began = time.perf_counter()
    for i in range(1, steps + 1):
        loss, params = compiled(params, x, y)  # in place: params was donated
        if i == 1 or i % 1000 == 0:
            print(f"step {i:>5}  loss {loss:.4f}")
    took = time.perf_counter() - began
    right = np.mean((logits(params, x_test) > 0) == data.Y_test)
    print(f"right on the test set: {right:.1%}; one step took {1e6 * took / steps:.0f} µs")
    print(f"\n{compiled.explain()}\n\nThe backward pass, as the program has it:")
    lines = compiled.source.split("\n\n")[0].splitlines()
    print("\n".join(line for line in lines if line.strip().startswith(("da1 =", "dz1 =", "dw1 =", "dw2 ="))))

    path = Path("out") / "compiled_training_step.py"
    path.parent.mkdir(exist_ok=True)
    compiled.save(path)
    saved = runpy.run_path(str(path))["step"]  # imports NumPy, and nothing of this package
    mine, theirs = ({name: p.copy() for name, p in params.items()} for _ in range(2))
    same = np.array_equal(compiled(mine, x, y)[0], saved(theirs, x, y)[0])
    print(f"\nsaved as {path}: it gives the same loss: {same}")
    return params


if __name__ == "__main__":
    main()
