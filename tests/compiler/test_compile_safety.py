"""Programs are safe: pickled, copied, called from many threads; no result is overwritten by a later call."""

from __future__ import annotations

import contextvars
import copy
import pickle
import sys
import threading

import numpy as np
import pytest

import tinygrad_act as ta
from tinygrad_act.compiler import PASSES
from tinygrad_act.core.trees import flatten

from ..each import each

X = np.linspace(-2.0, 2.0, 12).reshape(3, 4)
W = np.linspace(-1.0, 1.0, 20).reshape(4, 5)
B = np.linspace(0.0, 1.0, 5)
SOME = {"all": PASSES, "none": (), "memory": ("lower", "memory")}
ALL_PASSES = [pytest.param(passes, id=name) for name, passes in SOME.items()]


def network(w, b, x):
    a = ta.tanh(ta.sigmoid(x @ w + b) * 2 - ta.gelu(x @ w))
    return ta.sum(ta.softmax(a) * a) + ta.mean(ta.relu(a) ** 2)


step = ta.value_and_grad(network, (0, 1))


def plain_step(w, b, x):
    return step(w, b, x)


@ta.compile
def decorated(x):
    return ta.softplus(x) * x


def same(a, b):
    return all(type(x) is type(y) and np.array_equal(x, y) for x, y in zip(flatten(a), flatten(b), strict=True))


def no_two_share(arrays):
    arrays = [x for x in arrays if isinstance(x, np.ndarray)]
    return not any(np.shares_memory(x, y) for i, x in enumerate(arrays) for y in arrays[:i])


@pytest.mark.parametrize("passes", ALL_PASSES)
@pytest.mark.parametrize("copied", [lambda x: pickle.loads(pickle.dumps(x)), copy.deepcopy], ids=["pickle", "deepcopy"])
def test_pickled_and_copied_programs_give_the_same_numbers(passes, copied):
    f = ta.compile(plain_step, passes=passes)
    expected = f(W, B, X)
    bad = X.copy()
    bad[1, 1] = np.nan
    for twin in (copied(f), copied(f.program), copied(copied(f.program))):
        assert same(twin(W, B, X), expected)
        assert same(twin(W, B, X + 1), f(W, B, X + 1))
        with_nan = twin(W, B, bad)
        np.testing.assert_array_equal(with_nan[1][0], f(W, B, bad)[1][0])
        assert no_two_share([*flatten(twin(W, B, X)), *flatten(f(W, B, X))])


def test_a_decorated_function_is_pickled_by_its_name():
    assert pickle.loads(pickle.dumps(decorated)) is decorated
    assert np.array_equal(pickle.loads(pickle.dumps(decorated))(X), decorated(X))


def test_a_program_with_donated_arguments_survives_pickling():
    f = ta.compile(lambda p, g: (p - 0.1 * g, p * 2), donate=0)
    f(np.ones(3), np.ones(3))
    twin = pickle.loads(pickle.dumps(f.program))
    p = np.ones(3)
    new, old = twin(p, np.ones(3))
    assert new is p
    assert np.array_equal(old, np.full(3, 2.0))


@pytest.mark.parametrize("passes", ALL_PASSES)
def test_eight_threads_with_data_of_their_own(passes):
    """Sizes at which intermediate results live in room that stays from call to call."""
    f, donating = ta.compile(plain_step, passes=passes), ta.compile(_update, passes=passes, donate=(0, 1))
    rng = np.random.default_rng(0)
    data = [(rng.normal(size=(20, 30)), rng.normal(size=30), rng.normal(size=(40, 20))) for _ in range(8)]
    serial = ta.compile(plain_step, passes=passes)
    expected = [serial(*d) for d in data]
    updated = [_fresh_update(serial, d) for d in data]
    wrong, barrier, interval = [], threading.Barrier(8), sys.getswitchinterval()

    def work(i):
        w, b, x = data[i]
        barrier.wait()
        for _ in range(40):
            if not same(f(w, b, x), expected[i]):
                wrong.append(i)
            mine = w.copy(), b.copy()
            result = donating(*mine, x)
            if result[0] is not mine[0] or not np.allclose(result[0], updated[i], rtol=1e-13, atol=1e-15):
                wrong.append(-i)

    sys.setswitchinterval(1e-6)
    try:
        threads = [threading.Thread(target=work, args=(i,)) for i in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    finally:
        sys.setswitchinterval(interval)
    assert wrong == []
    assert len(f.programs) == 1


def _update(w, b, x):
    _, (dw, db) = step(w, b, x)
    return w - 0.1 * (dw * dw + dw), b - 0.1 * (db * db + db)


def _fresh_update(compiled, data):
    _, (dw, _) = compiled(*data)
    return data[0] - 0.1 * (dw * dw + dw)


def test_threads_that_meet_at_the_first_call_record_once():
    f, barrier, results = ta.compile(plain_step), threading.Barrier(8), []

    def work():
        barrier.wait()
        results.append(f(W, B, X))

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(f.programs) == 1
    assert all(same(x, results[0]) for x in results)


def test_conventions_of_one_thread_are_not_those_of_another():
    f = ta.compile(ta.grad(lambda x: ta.sum(ta.relu(x))))
    zeros, found = np.zeros(3), {}

    def work(name, block):
        with block:
            for _ in range(100):
                found.setdefault(name, []).append(f(zeros)[0])

    threads = [threading.Thread(target=work, args=(side, ta.at_kink(side))) for side in ("left", "right", "mean")]
    for thread in threads:
        thread.start()
    usual = [f(zeros)[0] for _ in range(100)]
    for thread in threads:
        thread.join()
    assert {name: set(x) for name, x in found.items()} == {"left": {0.0}, "right": {1.0}, "mean": {0.5}}
    assert set(usual) == {1.0}


OUTPUTS = {
    "twice the same": lambda w, b, x: ((y := ta.tanh(x @ w)), y, [y]),
    "views": lambda w, b, x: ((y := ta.tanh(x @ w)), y.T, y[1:], y.reshape((15,)), y[::-1, 0]),
    "inputs": lambda w, b, x: (x, x, x.T, w[0], b + 0.0, b * 1.0),
    "stretched": lambda w, b, x: (ta.broadcast_to(b, shape=(3, 5)), ta.broadcast_to(ta.sum(x), shape=(4,)), b),
    "constants": lambda w, b, x: (np.ones(3), np.ones(3), ta.ops["add"].call(np.zeros(5), 1.0), x * 0.0, 2.0),
    "intermediate": lambda w, b, x: ((y := x @ w), (z := ta.exp(y)), ta.sum(z), z / ta.sum(z)),
    "reductions": lambda w, b, x: (ta.sum(x), ta.sum(x, axis=0), ta.max(x, axis=1, keepdims=True), ta.sum(x)),
    "gradients": lambda w, b, x: step(w, b, x),
    "the same gradient": lambda w, b, x: ta.grad(lambda p, q: ta.sum(ta.tanh(p + q)), (0, 1))(x, x),
    "slopes that are the seed": lambda w, b, x: ta.grad(lambda p, q: ta.sum(p) + ta.sum(q), (0, 1))(x, x.T),
    "joined": lambda w, b, x: ((y := ta.concatenate([x, x])), ta.stack([y, y]), ta.ops["flip"].call(y)),
}


@each("passes", ALL_PASSES)
@each("f", OUTPUTS.values(), ids=OUTPUTS)
def test_results_belong_to_the_caller(f, passes):
    """Not overwritten by later calls, writable, and in memory of nothing else."""
    compiled = ta.compile(f, passes=passes)
    args = W.copy(), B.copy(), X.copy()
    first = compiled(*args)
    kept = copy.deepcopy(first)
    np.testing.assert_allclose(flatten(first)[0], flatten(f(*args))[0], rtol=1e-12)
    second = compiled(W + 1, B - 2, X * 3)
    third = compiled(*args)
    assert same(first, kept), "a later call overwrote a result"
    assert same(first, third)
    results = [*flatten(first), *flatten(second), *flatten(third)]
    inside = [x for x in compiled.program.objects.values() if isinstance(x, np.ndarray)]
    assert no_two_share([*results, *args])
    assert not any(np.shares_memory(x, y) for x in results for y in inside if isinstance(x, np.ndarray))
    for x in flatten(first):
        if isinstance(x, np.ndarray):
            assert x.flags.writeable
            x[...] = 77.0
    assert same(compiled(*args), kept), "a constant of the program was handed out"
    assert same(args, (W, B, X))


@pytest.mark.parametrize("passes", ALL_PASSES)
def test_a_stretched_number_may_be_written_to(passes):
    f = ta.compile(lambda s: (ta.broadcast_to(s, shape=(4,)), ta.broadcast_to(s * 2, shape=(2, 2))), passes=passes)
    for x in f(3.0):
        x[0] = 1.0
    assert np.array_equal(f(3.0)[0], np.full(4, 3.0))


def test_a_program_inside_a_program():
    """A function that is declared as an operation may call a program while that program runs."""
    inner = ta.compile(lambda x: ta.sum(ta.tanh(x) * x, axis=1))
    expected = inner(X)

    def body(z):
        """a = z"""
        return z + inner(np.asarray(z)).sum() * 0.0

    body.__name__ = "calls_a_program"
    before = set(ta.ops)
    try:
        call = ta.elementwise(dz=1.0)(body)
        outer = ta.compile(lambda x: call(x) + call(x * 2))
        assert np.array_equal(outer(X), X + X * 2)
        assert np.array_equal(outer(X + 1), (X + 1) * 3)
        assert np.array_equal(inner(X), expected)
    finally:
        for name in set(ta.ops) - before:
            del ta.ops[name]


def test_recursion_into_the_same_program():
    """Each running call has room of its own."""
    f = ta.compile(plain_step)
    expected = f(W, B, X)
    program = f.program
    first = program.memory.free.pop()
    try:
        assert same(f(W, B, X), expected)
    finally:
        program.memory.free.append(first)
    assert len(program.memory.free) == 2


def test_an_error_in_a_call_leaves_the_program_as_it_was():
    f = ta.compile(plain_step)
    expected = f(W, B, X)
    for _ in range(3):
        with pytest.raises(TypeError):
            f.program(W, B)
    assert same(f(W, B, X), expected)
    assert len(f.program.memory.free) == 1


HERE = contextvars.ContextVar("here")


@pytest.mark.parametrize("passes", ALL_PASSES)
def test_a_body_of_the_users_sees_the_context_of_each_call(passes):
    def scaled(z):
        """a = z"""
        return np.array([float(entry) * HERE.get() for entry in z.ravel()]).reshape(z.shape)

    def slope(a, _):
        return np.array([HERE.get() for _ in np.ravel(a)]).reshape(np.shape(a))

    op = ta.elementwise(dz=slope)(scaled)
    try:
        f, g = (ta.compile(h, passes=passes) for h in (lambda x: op(x) + ta.exp(x), ta.grad(lambda x: ta.sum(op(x)))))
        for factor in (3.0, 5.0):
            HERE.set(factor)
            assert np.allclose(f(B), factor * B + np.exp(B), rtol=1e-14)
            assert np.array_equal(g(B), np.full(5, factor))
            with np.errstate(all="raise"):
                assert not np.isfinite(f(B * 1e4)).all(), "its own settings are not the user's"
        assert HERE.get() == 5.0
    finally:
        del ta.ops["scaled"]


@each("passes", ALL_PASSES)
@each("dialect", ["torch", "jax", "tensorflow", "keras"])
@each("name", ["glu", "reglu", "geglu", "swiglu", "crelu", "gelu"])
def test_a_body_that_calls_operations_means_those_of_the_dialect(name, dialect, passes):
    with ta.dialect(dialect):
        f = ta.compile(ta.ops[name].call, passes=passes)
        for x in (X, X + 0.5):
            assert np.allclose(f(x), ta.ops[name].call(x), rtol=1e-12)


def test_nothing_warns_and_the_error_settings_of_the_caller_stay():
    f = ta.compile(lambda p, x: (p - 1e308 * ta.exp(x), ta.log(x), x / x, ta.sqrt(x)), donate=0)
    with np.errstate(all="warn"):
        for x in ([0.0, -1.0], [1e308, 800.0], [np.nan, np.inf], [1.0, 2.0], [5e-324, 1e-310]):
            f(np.array([-1e308, 1.0]), np.array(x))
        assert np.geterr() == dict.fromkeys(("divide", "over", "under", "invalid"), "warn")
    with np.errstate(all="raise"):
        f(np.array([-1e308, 1.0]), np.array([0.0, 800.0]))


# -- bodies that hand out what they were given --------------------------------------------------------


def own(body, elementwise):
    """An operation of the user's with this body, whose derivative is 1 or g."""
    names = body.__code__.co_varnames[: body.__code__.co_argcount]
    body.__name__, body.__doc__ = f"handed_out_{len(ta.ops)}", "a = x"
    if elementwise:
        return ta.elementwise(**{f"d{name}": 1.0 for name in names})(body)
    return ta.op(**{f"d{name}": lambda g, *_: g for name in names})(body)


HAND_OUT = {
    "its argument": lambda x, y: x if x.size else x + y,
    "the second": lambda x, y: y if x.size else x + y,
    "one or the other": lambda x, y: x if x[0] > 0 else y if x[1] > 0 else x + y,
    "a view": lambda x, y: x[:] if x[0] > 0 else y.reshape(-1) if x[1] > 0 else x + y,
    "by the layout": lambda x, y: np.ascontiguousarray(x if x[0] > 0 else y),
}


@pytest.mark.parametrize("elementwise", [True, False])
@pytest.mark.parametrize("body", HAND_OUT.values(), ids=HAND_OUT)
def test_a_body_that_hands_out_an_argument(body, elementwise, scratch):
    """Its memory is not written to while it is needed, and the caller's is not handed out; also where the body made
    a new array when the program was recorded."""
    f = own(body, elementwise)

    def program(x, y):
        p, q = x * 3, y * 5
        a = f(p, q)
        b = (a * 2 + 1) * 7
        c = ta.tanh(b + 1) * 3
        d = f(x * 11, y * 13)  # nobody else reads these: their memory is free for what follows
        e = ta.tanh((x * 7 + y) * (x + 2)) + 1
        return f(x, y), (a + c) * q, p, b, a, d * e, d + e

    compiled = ta.compile(program)
    many = [np.concatenate([first, np.linspace(1.0, 2.0, 30)]) for first in ([-1.0, -1.0], [-1.0, 1.0], [1.0, 1.0])]
    for x in (*many, *many):
        y = x[::-1].copy() + 3
        kept = x.copy(), y.copy()
        expected = [np.array(r) for r in program(x, y)]
        found = compiled(x, y)
        for r, e in zip(found, expected):
            np.testing.assert_allclose(r, e, rtol=1e-14)
            assert not any(np.shares_memory(r, z) for z in (x, y))
        assert not any(np.shares_memory(r, s) for i, r in enumerate(found) for s in found[:i])
        np.testing.assert_array_equal((x, y), kept)


def test_a_rule_that_hands_out_its_cotangent(scratch):
    """The same backwards."""

    def hand_out(g, *_):
        return g if g.sum() > -1e9 else -g

    @ta.op(dx=hand_out, dy=hand_out)
    def handed_out(x, y):
        """a = x + y"""
        return x + y

    def g(x, y):
        a = handed_out(ta.tanh(x), y) * (x + 1)
        return (ta.sin(a) * ta.cos(handed_out(a * x, ta.tanh(y)))).sum()

    x, y = np.linspace(0.1, 1.0, 40), np.linspace(1.0, 2.0, 40)
    for f in (g, lambda x, y: ta.sin(handed_out(x, y)).sum()):
        both = ta.compile(ta.grad(f, (0, 1)))(x, y)
        assert not np.shares_memory(*both)
        for found, expected in zip(both, ta.grad(f, (0, 1))(x, y)):
            np.testing.assert_allclose(found, expected, rtol=1e-13)
