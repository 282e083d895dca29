"""Random graphs of scalars, with loops that a network has and without any, as functions of a list of leaves."""

from __future__ import annotations

import tinygrad_act as ta

UNARY = [
    ta.tanh,
    ta.relu,
    ta.sigmoid,
    lambda v: -v,
    lambda v: v * v,
    lambda v: v**2,
    ta.abs,
    lambda v: ta.leaky_relu(v, slope=0.1),
    ta.softplus,
    ta.gelu,
]
BINARY = [
    lambda x, y: x + y,
    lambda x, y: x * y,
    lambda x, y: x - y,
    ta.maximum,
    lambda x, y: x / (1 + y * y),
    lambda x, y: ta.where(x > y, x, 0.5 * y),
]
LEAVES = 600


def network(choose, leaves):
    """Layers of neurons over points, micrograd's way; what differs from seed to seed is what `choose` draws."""
    take = iter(leaves)
    points, width = choose.choice([16, 20, 33]), choose.choice([1, 2, 3])
    draw = (lambda: next(take)) if choose.random() < 0.5 else (lambda: choose.choice([0.0, -0.0, 1.5, choose.random()]))
    rows = [[draw() for _ in range(width)] for _ in range(points)]
    for _ in range(choose.choice([1, 2, 3])):
        rows, weights = _layer(choose, take, rows)
    squared = choose.random() < 0.5
    out = sum((v - 0.3) ** 2 if squared else v for row in rows for v in row)
    if choose.random() < 0.5:
        out = out * (1.0 / points) + 0.01 * sum(w * w for row in weights for w in row)
    return out


def _layer(choose, take, rows):
    units, act = choose.choice([1, 2, 4, 5]), choose.choice(UNARY)
    weights = [[next(take) for _ in rows[0]] for _ in range(units)]
    biases = [next(take) for _ in range(units)]
    swapped, late, more = choose.random() < 0.3, choose.random() < 0.3, choose.choice([[], [], [1.0], [2.0, 0.5, 2.0]])

    def neuron(row, w, b):
        terms = [*more, *(x * y if swapped else y * x for x, y in zip(row, w))]
        return act(sum(terms) + b if late else sum(terms, b))

    return [[neuron(row, w, b) for w, b in zip(weights, biases)] for row in rows], weights


def tangle(choose, leaves):
    """Levels of operations on whatever was computed before, in no order; tamed, so that nothing overflows."""
    pool = list(leaves[: choose.choice([3, 10, 40])])
    acts, pairs = choose.sample(UNARY, 2), choose.sample(BINARY, 2)
    for _ in range(choose.choice([2, 4])):
        pool += [_anything(choose, pool, acts, pairs) for _ in range(choose.choice([30, 70]))]
    return sum(pool[-choose.choice([1, 20, 60]) :])


def _anything(choose, pool, acts, pairs):
    if choose.random() < 0.4:
        return ta.tanh(choose.choice(acts)(choose.choice(pool)))
    other = choose.choice(pool) if choose.random() < 0.8 else choose.choice([0.0, 1.0, -1.5, 2])
    return ta.tanh(choose.choice(pairs)(choose.choice(pool), other) + choose.choice(pool))
