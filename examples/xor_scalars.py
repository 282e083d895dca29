"""Teaches: a network made of single numbers, as in micrograd: every weight is one scalar `Value`.

XOR is 1 if just one of its two inputs is. No single neuron can learn it; a hidden layer of four can.
For speed, put the numbers of a layer into one matrix, as `one_hidden_layer.py` does.

Run it: `python examples/xor_scalars.py`
"""

import random
from collections.abc import Sequence

import tinygrad_act as ta

POINTS = [((0.0, 0.0), 0.0), ((0.0, 1.0), 1.0), ((1.0, 0.0), 1.0), ((1.0, 1.0), 0.0)]


class Neuron:
    """a = activation(w · x + b)"""

    def __init__(self, inputs: int, activation: str, rng: random.Random) -> None:
        self.w = [ta.Value(rng.uniform(-1, 1)) for _ in range(inputs)]
        self.b = ta.Value(0.0)
        self.activation = ta.ops[activation].call

    def __call__(self, x: Sequence[float | ta.Value]) -> ta.Value:
        z = sum((w * xi for w, xi in zip(self.w, x)), self.b)  # pre-activation
        return self.activation(z)

    def parameters(self) -> list[ta.Value]:
        return [*self.w, self.b]


class Layer:
    """Neurons that all see the same inputs."""

    def __init__(self, inputs: int, outputs: int, activation: str, rng: random.Random) -> None:
        self.neurons = [Neuron(inputs, activation, rng) for _ in range(outputs)]

    def __call__(self, x: Sequence[float | ta.Value]) -> list[ta.Value]:
        return [neuron(x) for neuron in self.neurons]

    def parameters(self) -> list[ta.Value]:
        return [p for neuron in self.neurons for p in neuron.parameters()]


class MLP:
    """A hidden layer of tanh neurons and one sigmoid neuron that reads it."""

    def __init__(self, inputs: int, hidden: int, rng: random.Random) -> None:
        self.layers = [Layer(inputs, hidden, "tanh", rng), Layer(hidden, 1, "sigmoid", rng)]

    def __call__(self, x: Sequence[float | ta.Value]) -> ta.Value:
        for layer in self.layers:
            x = layer(x)
        return x[0]

    def parameters(self) -> list[ta.Value]:
        return [p for layer in self.layers for p in layer.parameters()]


def main(seed: int = 0, steps: int = 500, learning_rate: float = 1.0) -> list[float]:
    """Learn XOR by gradient descent; the four outputs at the end."""
    network = MLP(2, 4, random.Random(seed))
    for step in range(1, steps + 1):
        loss = sum((network(x) - y) ** 2 for x, y in POINTS)
        loss.backward()
        for p in network.parameters():
            p.data -= learning_rate * p.grad
            p.zero_grad()
        if step == 1 or step % 100 == 0:
            print(f"step {step:>4}  loss {loss.data:.5f}")
    outputs = [network(x).data for x, _ in POINTS]
    for (x, y), a in zip(POINTS, outputs):
        print(f"{x[0]:.0f} xor {x[1]:.0f} = {y:.0f}   the network says {a:.3f}")
    return outputs


if __name__ == "__main__":
    main()
