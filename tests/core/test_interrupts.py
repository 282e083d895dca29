"""A Ctrl-C at any line of the package: gradients are as before or complete, no switch stays on, no lock is held.

Python delivers a KeyboardInterrupt between two instructions. Here a trace function raises it when a
function of the package is called, at each of its lines, and when it returns, one after the other.
"""

from __future__ import annotations

import pathlib
import sys
import threading
import traceback

import numpy as np
import pytest

import tinygrad_act as ta
from tinygrad_act import Value
from tinygrad_act.core.mode import current, special
from tinygrad_act.engine.backprop_scalar import _walks
from tinygrad_act.engine.leaves import grad_lock
from tinygrad_act.engine.lending import lent

PACKAGE = str(pathlib.Path(ta.__file__).parent)


SWALLOWED = {"<genexpr>", "__del__"}
"""Where Python swallows an exception: at the end of a generator, and when an object goes."""


ERRORS = np.geterr()


class Events:
    """Counts what happens in the package, and raises at number `at`."""

    def __init__(self, at):
        self.at, self.count = at, 0

    def __call__(self, frame, event, _):
        code = frame.f_code
        if not code.co_filename.startswith(PACKAGE) or code.co_name in SWALLOWED:
            return None
        self.count += 1
        if self.count == self.at:
            sys.settrace(None)
            raise KeyboardInterrupt
        return self


def events_of(work):
    """How many there are while it runs undisturbed."""
    return watched(work, 0)[1].count


def watched(work, at):
    """(whether `work()` was interrupted at event number `at`, the events)."""
    events, before = Events(at), sys.gettrace()
    _walks[:] = filter(None, _walks)  # else it depends on the passes before when the next one does so
    sys.settrace(events)
    try:
        work()
    except KeyboardInterrupt:
        return True, events
    finally:
        sys.settrace(before)
    return False, events


def chosen(count, most=250):
    """Event numbers: all of few, else the first and the last and some of all others."""
    if count <= most:
        return range(1, count + 1)
    third = most // 3
    return sorted({*range(1, third), *range(count - third, count + 1), *range(third, count - third, count // third)})


def nothing_is_left():
    """Asserts that a thread which comes now finds everything as if there had been no interrupt."""
    assert (Value(1.0) * 2).op is not None
    now = current()
    assert (now.recording, now.debugging, now.depth, now.form, now.tracing) == (True, False, 1, "auto", 0)
    assert (now.kinks, now.dialect, now.scope, now.nested, now.met) == ({}, None, (), (), None)
    del now
    assert not special
    free = []
    thread = threading.Thread(target=lambda: free.append(grad_lock.acquire(blocking=False) and not grad_lock.release()))
    thread.start()
    thread.join()
    assert free == [True]
    assert not any(_walks)
    assert np.geterr() == ERRORS, "NumPy is silent during a pass"


def scalars():
    x, y = Value(0.5, label="x"), Value(-1.5, label="y")
    return (x, y), ((x * y + x).tanh() * y - x / y).relu() + x * x * x


def scalars_with_statics():
    x, y = Value(0.5), Value(-1.5)
    return (x, y), (x * y).leaky_relu(slope=0.1) + ta.maximum(x, y)


def scalars_that_overflow():  # the fast pass gives up, and the careful one does it again
    x, y = Value(0.0), Value(2.0)
    return (x, y), (x**0.5 * y) * 2 + y


def arrays():
    x, w = Value(np.arange(6.0).reshape(2, 3)), Value(np.linspace(-1, 1, 12).reshape(3, 4))
    return (x, w), ((x @ w).tanh() * x.sum()).mean()


GRAPHS = [scalars, scalars_with_statics, scalars_that_overflow, arrays]


def held(leaves):
    return [np.array(x.grad) for x in leaves]


def same(a, b):
    return all(np.array_equal(x, y, equal_nan=True) for x, y in zip(a, b))


@pytest.mark.parametrize("earlier", [False, True], ids=["first", "added"])
@pytest.mark.parametrize("make", GRAPHS)
def test_gradients_are_as_before_or_complete(make, earlier):
    def fresh():
        leaves, out = make()
        if earlier:
            out.backward()
        return leaves, out

    leaves, out = fresh()
    before = held(leaves)
    out.backward()
    complete = held(leaves)
    assert not same(before, complete)
    leaves, out = fresh()
    count = events_of(out.backward)
    assert count > 20
    seen = set()
    for at in chosen(count, 300):
        leaves, out = fresh()
        stopped, _ = watched(out.backward, at)
        assert stopped
        found = held(leaves)
        assert same(found, before) or same(found, complete), at
        seen.add(same(found, complete))
        nothing_is_left()
        for x in leaves:
            x.zero_grad()
        out.backward()
        assert same(held(leaves), before if earlier else complete), "the next one is right"
    assert seen == {False, True}


def test_a_graph_of_a_gradient_is_as_before_or_complete():
    def fresh():
        leaves, out = arrays()
        return leaves, lambda: out.backward(create_graph=True)

    leaves, work = fresh()
    work()
    complete = [x.grad.numpy() for x in leaves]
    for at in chosen(events_of(fresh()[1]), 120):
        leaves, work = fresh()
        assert watched(work, at)[0]
        grads = [x.grad for x in leaves]
        assert [isinstance(g, Value) for g in grads] in ([True] * 2, [False] * 2)
        if isinstance(grads[0], Value):
            assert same([g.numpy() for g in grads], complete)
        nothing_is_left()


@pytest.mark.parametrize("make", [scalars, arrays])
def test_a_compiled_graph_adds_all_gradients_or_none(make):
    leaves, out = make()
    program = ta.compile(out)
    program.backward()
    once = held(leaves)
    seen = set()
    for at in chosen(events_of(program.backward), 200):
        for x in leaves:
            x.zero_grad()
        stopped, _ = watched(program.backward, at)  # a later call may be done sooner
        found = held(leaves)
        assert same(found, once) or (stopped and not any(g.any() for g in found))
        seen.add((stopped, same(found, once)))
        nothing_is_left()
    assert seen >= {(True, False), (True, True)}


SWITCHES = {
    "no_grad": ta.no_grad, "debug": ta.debug, "scope": lambda: ta.scope("a"), "at_kink": lambda: ta.at_kink("left"),
    "one kink": lambda: ta.at_kink(relu=0.0), "form": lambda: ta.derivative_form("input"),
    "dialect": lambda: ta.dialect("torch"),
}  # fmt: skip


@pytest.mark.parametrize("name", SWITCHES)
def test_a_switch_is_off_after_an_interrupt_at_any_line_of_its_own(name):
    def plain():
        with SWITCHES[name]():
            pass

    def nested():
        with SWITCHES[name](), ta.no_grad(), SWITCHES[name]():
            pass

    def decorated():
        SWITCHES[name]()(lambda: None)()

    def generator():
        for _ in SWITCHES[name]()(lambda: (yield 1))():
            pass

    for work in (plain, nested, decorated, generator):
        work()  # what is used for the first time is loaded
        count = events_of(work)
        assert count > 10
        for at in range(1, count + 1):
            assert watched(work, at)[0]
            nothing_is_left()


@pytest.mark.parametrize("name", SWITCHES)
def test_what_was_on_outside_stays_on(name):
    def inner():
        with SWITCHES[name]():
            pass

    for at in range(1, events_of(inner) + 1):
        with ta.no_grad(), ta.scope("outer"):
            assert watched(inner, at)[0]
            now = current()
            assert not now.recording
            assert [part for part, _ in now.scope] == ["outer"]
            assert (now.form, now.kinks, now.dialect, now.debugging) == ("auto", {}, None, False)
            del now
        nothing_is_left()


def test_while_the_handler_of_an_interrupted_exit_runs_the_switch_is_off_already():
    def work():
        with ta.no_grad():
            pass

    recorded = []
    for at in range(1, events_of(work) + 1):
        events = Events(at)
        sys.settrace(events)
        try:
            work()
        except KeyboardInterrupt as error:  # whose traceback holds the frames
            on = (Value(1.0) * 2).op is not None
            if not any(frame.name == "__enter__" for frame in traceback.extract_tb(error.__traceback__)):
                recorded.append(on)
        finally:
            sys.settrace(None)
    assert all(recorded)
    assert len(recorded) > 20


def test_a_switch_that_has_a_name_is_off_but_for_the_first_moment_of_its_exit():
    """Nothing can see that its exit was on the way; who leaves it once more is out."""
    stuck = 0

    def work():
        with switch:
            pass

    switch = ta.no_grad()
    for at in range(1, events_of(work) + 1):
        switch = ta.no_grad()
        assert watched(work, at)[0]
        stuck += (Value(1.0) * 2).op is None
        if not current().recording:
            switch.__exit__(None, None, None)  # the way out, once more
    nothing_is_left()
    assert stuck <= 15, "from the last line of the way in to the first lines of the way out"


def cubic(x):
    return (x * x * x).sum() + ta.sigmoid(x).sum()


TRANSFORMS = {
    "grad": lambda: ta.grad(cubic)(np.ones(2)),
    "grad of grad": lambda: ta.grad(lambda x: ta.grad(lambda y: y * y * y)(x) * x)(2.0),
    "vjp": lambda: ta.vjp(lambda x: x * x, np.ones(2))[1](np.ones(2)),
    "jacobian": lambda: ta.jacobian(lambda x: x * x)(np.ones(2)),
    "hvp": lambda: ta.hvp(cubic, np.ones(2), np.ones(2)),
}


@pytest.mark.parametrize("name", TRANSFORMS)
def test_transforms_leave_nothing(name):
    work = TRANSFORMS[name]
    expected = np.array(work())
    for at in chosen(events_of(work), 150):
        assert watched(work, at)[0]
        nothing_is_left()
    assert np.array_equal(np.array(work()), expected)


def test_compile_leaves_nothing_and_works_afterwards():
    x = np.linspace(-1, 1, 4)
    expected = ta.grad(cubic)(x)

    def first():
        step = ta.compile(ta.grad(cubic))
        made.append(step)
        step(x)

    made: list = []
    count, stopped = events_of(first), 0
    for at in range(1, count, count // 25):
        made.clear()
        stopped += watched(first, at)[0]  # a later call may be done sooner
        nothing_is_left()
        for step in made:  # whatever of it was made
            assert np.allclose(step(x), expected, rtol=1e-12)
    assert stopped > 10
    step = ta.compile(ta.grad(cubic))
    step(x)
    for at in range(1, events_of(lambda: step(x)) + 1):
        assert watched(lambda: step(x), at)[0]
        nothing_is_left()
        assert np.allclose(step(x), expected, rtol=1e-12)


def test_a_write_into_a_lent_array_is_noticed_after_an_interrupt_anywhere():
    """Handing out `.data`, recording what was handed out, and the setter."""

    def fresh():
        return Value(np.array([1.0, 2.0]))

    def steps(x):
        (x * x).sum()
        x.data  # noqa: B018
        (x * x).sum()
        x.data -= 0.5
        x.data = np.array([3.0, 4.0])
        x.data  # noqa: B018

    for at in range(1, events_of(lambda: steps(fresh())) + 1):
        x = fresh()
        out = (x * x * x).sum()
        watched(lambda x=x: steps(x), at)
        data = x.data
        y = (x * x).sum()
        assert np.array_equal(data, x.numpy()), "what is handed out is what the leaf holds"
        data[0] = 7.0
        with pytest.raises(RuntimeError, match="was given new data"):
            y.backward()
        with pytest.raises(RuntimeError, match="was given new data"):
            out.backward()
        again = (x * x).sum()
        x.zero_grad()
        again.backward()
        assert np.array_equal(x.grad, 2 * x.numpy())
        del x, data, y, out, again
    assert not lent
