"""What compiling costs in memory: about eager's, and nothing of it stays that is not needed any more."""

from __future__ import annotations

import tracemalloc

import numpy as np
import pytest

import tinygrad_act as ta
from tinygrad_act.compiler.build import build
from tinygrad_act.compiler.compared import Numbers, is_fixed
from tinygrad_act.compiler.facts import Facts, facts_of
from tinygrad_act.compiler.lower import lower
from tinygrad_act.compiler.passes import PASSES, simplified
from tinygrad_act.compiler.trace import trace
from tinygrad_act.core.rules import Unknown

from ..each import each

N = 120_000


def chain(x):
    for _ in range(4):
        x = ta.exp(ta.tanh(x * 1.1 + 0.3)) * 0.2
    return ta.mean(x)


def network(w, x):
    for _ in range(4):
        x = ta.gelu(x @ w)
    return ta.sum(ta.softmax(x, axis=-1) ** 2)


def shapes(x):
    x = ta.where(x > 0.1, x, -x).reshape(-1, 100)
    return ta.sum(ta.concatenate([x, x * 2.0], axis=0).T ** 3)


def peak(f, *args):
    """The most bytes at a time while `f` runs, apart from what was there before."""
    tracemalloc.start()
    try:
        f(*args)
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


FUNCTIONS = {
    "a chain": (ta.value_and_grad(chain), (N,)),
    "a forward pass": (chain, (N,)),
    "a network": (ta.value_and_grad(network), (100, 100), (1200, 100)),
    "shapes": (ta.grad(shapes), (N,)),
    "second order": (ta.grad(lambda x: ta.sum(ta.grad(chain)(x) ** 2)), (N,)),
    "a pullback": (lambda x: ta.vjp(ta.tanh, x)[1](x)[0], (N,)),
}


@pytest.mark.parametrize(("f", "shapes"), [(f, shapes) for f, *shapes in FUNCTIONS.values()], ids=FUNCTIONS)
def test_the_first_call_needs_what_eager_needs(f, shapes):
    """Nodes of a program know shape and dtype of what was recorded, and not the numbers."""
    args = [np.random.default_rng(0).uniform(0.1, 0.9, shape) for shape in shapes]
    largest = max(x.nbytes for x in args)
    eager = peak(lambda *xs: [ta.Value(0.0), f(*(map(ta.Value, xs) if f is chain else xs))], *args)
    first = peak(ta.compile(f), *args)
    objects = 2 << 20  # nodes and source take some of it, whatever the size
    assert first <= 1.3 * eager + 6 * largest + objects, f"{first / largest:.1f} arrays, eager {eager / largest:.1f}"


CASES = [
    pytest.param(op, case, id=f"{op.name}-{i}")
    for op in map(ta.ops.__getitem__, ta.ops)
    if not any(isinstance(rule, Unknown) for rule in op.rules)
    for i, case in enumerate(op.cases[:2])
]


def recorded(op, case):
    """The graph of the gradient of an operation, or of the operation itself."""
    rng = np.random.default_rng(0)
    args = [rng.uniform(0.2, 0.8, x) if isinstance(x, tuple) else x for x in case.inputs]
    floats = tuple(i for i, x in enumerate(case.inputs) if isinstance(x, tuple) and op.rules[0 if op.variadic else i])

    def f(*xs):
        return ta.sum(op.call(*xs, **case.static) * 1.5)

    found = trace(ta.value_and_grad(f, floats) if floats else f, tuple(args), {})
    inputs = [*found.inputs, *found.variables]
    return build(found.order, inputs, found.outputs, [f"x{i}" for i in range(len(inputs))])


@each(("op", "case"), CASES)
def test_no_node_keeps_the_numbers_of_what_depends_on_an_argument(op, case):
    graph = recorded(op, case)
    lowered = lower(graph, True)
    for one in (graph, lowered, simplified(lowered, PASSES, True)):
        known = {}
        for node in one.order():
            if not is_fixed(node, known):
                assert isinstance(node.value, Facts), node


@each(("op", "case"), CASES)
def test_what_is_known_of_a_node_is_what_it_gives(op, case):
    """Run anew, node by node: type, shape, dtype, layout, and whose memory it lies in."""
    start = recorded(op, case)
    graph = lower(start, False)
    found = dict(zip(start.inputs, start.given))
    for node in graph.order():
        if node in found:
            continue
        if node.is_constant:
            found[node] = node.value
            continue
        args = [found[x] for x in node.args]
        with np.errstate(all="ignore"):
            found[node] = node.call.run(*args, **node.static)
        x, kind = found[node], node.facts.kind
        numbers = {kind, type(x)} == {np.ndarray, np.float64}  # NumPy makes one of an array without axes
        assert node.facts == facts_of(np.asarray(x) if numbers else x, args), node
        if isinstance(x, np.ndarray):
            assert node.facts.in_rows == x.flags.c_contiguous
            zeros = node.facts.zeros()
            assert (zeros.shape, zeros.dtype, zeros.strides) == (x.shape, x.dtype, x.strides) or not x.size


@each(
    "x",
    [np.ones((3, 4)).T, np.ones((3, 4))[::-1, ::2], np.broadcast_to(np.ones(4), (3, 4)), np.ones((2, 0, 3)),
     np.ones((), np.float32), np.float32(2), np.int64(3), True, 2, 0.5, np.ones((1, 3, 1), bool), np.ones(5)[::-1]],
)  # fmt: skip
def test_zeros_of_the_same_kind(x):
    facts = facts_of(x, [])
    zeros = facts.zeros()
    assert type(zeros) is type(x)
    assert facts_of(zeros, []) == facts or not facts.size
    if isinstance(x, np.ndarray):
        assert not zeros.any()
        assert facts.in_rows == x.flags.c_contiguous
        assert facts.nbytes == x.nbytes
        zeros += zeros.dtype.type(0)  # all of it lies inside of its memory


def test_a_body_is_compared_on_numbers_that_are_then_forgotten(monkeypatch):
    """Of a long chain two results are there at a time: the one that is read, and the one that is made."""
    held, done = [], Numbers.done

    def noted(self, *given):
        result = done(self, *given)
        held.append(len(self._data))
        return result

    def f(x):
        for _ in range(30):
            x = ta.tanh(x * 1.1)
        return x

    monkeypatch.setattr(Numbers, "done", noted)
    ta.compile(f).trace(np.ones(5))
    assert len(held) >= 60
    assert max(held) <= 2
