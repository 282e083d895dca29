"""What the tests of the layout share: graphs to place, and rectangles to compare."""

from __future__ import annotations

import random

from tinygrad_act.show.graph.layout import Box, Link

PILL = (52.0, 16.0)


class Maker:
    """Boxes and links, made as an expression is computed."""

    def __init__(self):
        self.boxes, self.links = [], []

    def make(self, *inputs, cluster=(), size=(96.0, 54.0)):
        """A box with links from its inputs; its number."""
        self.boxes.append(Box(*size, tuple(cluster)))
        target = len(self.boxes) - 1
        self.links += [Link(source, target, PILL) for source in inputs]
        return target

    def linear(self, x, *cluster):
        """x @ W + b in a cluster."""
        product = self.make(x, self.make(cluster=cluster), cluster=cluster)
        return self.make(product, self.make(cluster=cluster), cluster=cluster)

    @property
    def graph(self):
        return self.boxes, self.links


def network(inputs, sizes, clusters=False):
    """micrograd's network of scalars: a product for every weight, added up one by one, then tanh."""
    maker = Maker()
    xs = [maker.make() for _ in range(inputs)]
    for depth, size in enumerate(sizes):
        ys = []
        for unit in range(size):
            cluster = (f"layer{depth}", f"neuron{unit}") if clusters else ()
            products = [maker.make(maker.make(cluster=cluster), x, cluster=cluster) for x in xs]
            total = maker.make(cluster=cluster)
            for product in products:
                total = maker.make(total, product, cluster=cluster)
            ys.append(maker.make(total, cluster=cluster))
        xs = ys
    return maker.graph


def residual(blocks=6):
    """Blocks of two layers each, with a path around them."""
    maker = Maker()
    x = maker.make()
    for block in range(blocks):
        cluster, h = ("net", f"block{block}"), x
        for layer in range(2):
            h = maker.make(maker.linear(h, *cluster, f"linear{layer}"), cluster=cluster)
        x = maker.make(x, h, cluster=cluster)
    maker.make(x)
    return maker.graph


def attention():
    """Queries, keys and values of the same input, and a path around them."""
    maker = Maker()
    x = maker.make(size=(130, 80))
    query, key, value = [maker.linear(x, "attention", name) for name in ("query", "key", "value")]
    scores = maker.make(query, maker.make(key, cluster=["attention"]), cluster=["attention"])
    mixed = maker.make(maker.make(scores, cluster=["attention"]), value, cluster=["attention"])
    maker.make(x, maker.linear(mixed, "attention", "out"))
    return maker.graph


def recurrent(steps=5):
    """The same cell at every step, with something outside of it between the steps."""
    maker = Maker()
    h, weight = maker.make(), maker.make(cluster=["cell"])
    for _ in range(steps):
        total = maker.make(maker.make(h, weight, cluster=["cell"]), maker.make(), cluster=["cell"])
        h = maker.make(maker.make(total, cluster=["cell"]))
    return maker.graph


def ladder(rungs=8):
    """Two rails that cross at every rung."""
    maker = Maker()
    a, b = maker.make(), maker.make()
    for _ in range(rungs):
        a, b = maker.make(a, b), maker.make(b, a)
    return maker.graph


def scattered(count=60, seed=0, clusters=False):
    """A random graph of boxes of many sizes, some of them alone, some edges parallel."""
    rng, maker = random.Random(seed), Maker()
    for v in range(count):
        cluster = [rng.choice("abc") for _ in range(rng.choice([0, 1, 1, 2]))] if clusters else ()
        inputs = [rng.randrange(max(0, v - 15), v) for _ in range(rng.choice([0, 1, 1, 2, 2]))] if v else []
        size = (rng.choice([60.0, 96.0, 150.0]), rng.choice([40.0, 54.0, 90.0]))
        maker.make(*inputs, cluster=cluster, size=size)
    return maker.graph


def fan(count=40):
    """One input used many times, one result of many inputs."""
    maker = Maker()
    x = maker.make()
    maker.make(*[maker.make(x, maker.make()) for _ in range(count)])
    return maker.graph


def neuron():
    """sigmoid(w * x + b), and its square."""
    maker = Maker()
    a = maker.make(maker.make(maker.make(maker.make(), maker.make()), maker.make()))
    maker.make(a, a)
    return maker.graph


NAMED = {
    "neuron": neuron,
    "network": lambda: network(2, [3, 1]),
    "network in clusters": lambda: network(2, [3, 1], clusters=True),
    "larger network": lambda: network(3, [8, 8, 1]),
    "residual": residual,
    "attention": attention,
    "recurrent": recurrent,
    "ladder": ladder,
    "random": scattered,
    "random in clusters": lambda: scattered(60, 3, clusters=True),
    "fan": fan,
}


def rectangles(boxes, links, placement):
    """The rectangles (x, y, width, height) of all boxes and of all pills."""
    bodies = [(*corner, box.width, box.height) for box, corner in zip(boxes, placement.corners)]
    pills = [
        (route.label[0] - link.label[0] / 2, route.label[1] - link.label[1] / 2, *link.label)
        for link, route in zip(links, placement.routes)
        if any(link.label)
    ]
    return bodies, pills


def overlapping(rectangles, slack):
    """The pairs of rectangles that share more than `slack`; sweeps from left to right."""
    found, active = [], []
    for one in sorted(rectangles):
        active = [other for other in active if other[0] + other[2] - slack > one[0]]
        found += [
            (other, one)
            for other in active
            if min(other[1] + other[3], one[1] + one[3]) - max(other[1], one[1]) > slack
            and min(other[0] + other[2], one[0] + one[2]) - max(other[0], one[0]) > slack
        ]
        active.append(one)
    return found


def within(inner, outer, slack):
    """Whether the first rectangle lies in the second."""
    return all(
        outer[k] - slack <= inner[k] and inner[k] + inner[k + 2] <= outer[k] + outer[k + 2] + slack for k in (0, 1)
    )
