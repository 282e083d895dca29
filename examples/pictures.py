"""Teaches: pictures of a graph. A neuron, a network with its modules, and the card of an activation.

The three files are those of the README. `neuron.html` beside them steps through both passes.

Run it: `python examples/pictures.py [FOLDER]`
"""

import sys
from pathlib import Path

import numpy as np

import tinygrad_act as ta


def neuron():
    """One neuron, after its backward pass."""
    w, x, b = ta.Value(0.5, "w"), ta.Value(3.0, "x"), ta.Value(-0.5, "b")
    z = w * x + b
    a = ta.sigmoid(z)
    a.backward()
    return ta.draw(a, title="One neuron: a = sigmoid(w * x + b)")


class Layer:
    """A layer of a network is any object that can be called; its Values are its parameters."""

    def __init__(self, rows, columns, activation):
        grid = np.arange(rows * columns, dtype=float).reshape(rows, columns)
        self.W = ta.Value(np.sin(3.0 * grid) / rows**0.5)
        self.b = ta.Value(np.zeros(columns))
        self.activation = activation

    def __call__(self, x):
        return self.activation(x @ self.W + self.b)


class Network:
    def __init__(self):
        self.hidden = Layer(4, 8, ta.tanh)
        self.output = Layer(8, 1, lambda z: z)

    def __call__(self, x):
        return self.output(self.hidden(x))


def network():
    """A network, its loss, and how much gradient flows along every edge."""
    X = np.cos(np.arange(64.0)).reshape(16, 4)
    y = (X[:, :1] > 0).astype(float)
    net = Network()
    loss = ta.mean(ta.bce_with_logits(net(X), y))
    loss.backward()
    return ta.draw(loss, model=net, direction="down", title="A network with one hidden layer and its loss")


def main(folder):
    for name, drawing in {"neuron": neuron(), "network": network(), "hard_swish": ta.card("hard_swish")}.items():
        print(f"written: {drawing.save(folder / f'{name}.svg')}")
    print(f"written: {neuron().save(folder / 'neuron.html')}")


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "."))
