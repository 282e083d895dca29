"""Switches belong to a task: asyncio tasks, threads, generators and contexts that interleave in any order."""

from __future__ import annotations

import asyncio
import contextlib
import contextvars
import gc
import inspect
import random
import threading
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

import tinygrad_act as ta
from tinygrad_act import Value
from tinygrad_act.core.mode import current, special

from ..each import each


@pytest.fixture(autouse=True)
def everything_is_off_again():
    yield
    gc.collect()  # tasks and their contexts are in cycles
    assert not current().entries
    assert not special
    assert recorded()


def recorded():
    return (Value(1.0) * 2).op is not None


def seen():
    """What is on, by what it does."""
    x = Value(0.0)
    with contextlib.suppress(ValueError):
        x.relu().backward()
    with ta.derivative_form("auto"):  # entered and left in between
        pass
    leaky = ta.leaky_relu(-1.0)
    exact = ta.grad(ta.sigmoid)(40.0) > 0
    return recorded(), x.grad, ta.grad(ta.relu)(0.0), leaky, exact, len(current().scope)


KINDS = {
    "no_grad": ta.no_grad,
    "left": lambda: ta.at_kink("left"),
    "half": lambda: ta.at_kink(relu=0.5),
    "input": lambda: ta.derivative_form("input"),
    "output": lambda: ta.derivative_form("output"),
    "jax": lambda: ta.dialect("jax"),
    "keras": lambda: ta.dialect("keras"),
    "scope": lambda: ta.scope("part"),
}


def expected(on):
    """The same, of a list of the kinds that are on, outermost first."""
    grad, kink, form, dialect, parts = True, {}, "auto", None, 0
    for kind in on:
        if kind == "no_grad":
            grad = False
        elif kind == "left":
            kink = {"": 0.0}
        elif kind == "half":
            kink = {**kink, "relu": 0.5}
        elif kind in ("jax", "keras"):
            dialect, kink = kind, {}
        elif kind == "scope":
            parts += 1
        else:
            form = kind
    slope = kink.get("relu", kink.get("", 1.0 if dialect is None else 0.0))
    leaky = ta.ops["leaky_relu"].elsewhere[dialect].defaults.get("slope", 0.01) if dialect else 0.01
    return grad, slope if grad else 0.0, slope, -leaky, form == "input", parts


def test_the_model_of_the_property_test_is_right_for_plain_nesting():
    for kind, make in KINDS.items():
        with make():
            assert seen() == expected([kind])
    with ta.at_kink("left"), ta.at_kink(relu=0.5):
        assert seen() == expected(["left", "half"])
    assert seen() == expected([])


def test_two_tasks_that_share_one_switch_leave_it_in_the_order_in_which_they_came():
    switch = ta.no_grad()

    async def one(name, mine, other):
        with switch, ta.at_kink(relu=0.25 if name == "a" else 0.75):
            mine.set()
            await other.wait()
            assert not recorded()
            assert ta.grad(ta.relu)(0.0) == (0.25 if name == "a" else 0.75)
        assert recorded()
        await asyncio.sleep(0)
        assert recorded()

    async def main():
        a, b = asyncio.Event(), asyncio.Event()
        await asyncio.gather(one("a", a, b), one("b", b, a))

    asyncio.run(main())


def test_eight_threads_share_one_switch_object():
    switch, barrier, wrong = ta.at_kink(relu=0.5), threading.Barrier(8), []

    def work():
        barrier.wait()
        for _ in range(200):
            before = ta.grad(ta.relu)(0.0)
            with switch:
                inside = ta.grad(ta.relu)(0.0)
                with switch, ta.at_kink("right"):
                    nested = ta.grad(ta.relu)(0.0)
                again = ta.grad(ta.relu)(0.0)
            if (before, inside, nested, again, ta.grad(ta.relu)(0.0)) != (1.0, 0.5, 1.0, 0.5, 1.0):
                wrong.append((before, inside, nested, again))

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong


@each("shared", [False, True], ids=["own switches", "shared switches"])
@each("seed", range(12))
def test_generators_that_pause_inside_of_blocks_take_out_their_own(seed, shared):
    rng = random.Random(seed)
    switches = {kind: make() for kind, make in KINDS.items()}

    def block(kind):
        with switches[kind] if shared else KINDS[kind]():
            yield

    on: list = []
    for _ in range(40):
        if on and rng.random() < 0.5:
            kind, generator = on.pop(rng.randrange(len(on)))
            rng.choice([generator.close, lambda g=generator: next(g, None)])()
        else:
            kind = rng.choice(list(KINDS))
            generator = block(kind)
            next(generator)
            on.append((kind, generator))
        assert seen() == expected([kind for kind, _ in on])
    while on:
        on.pop(rng.randrange(len(on)))[1].close()
    assert seen() == expected([])


@pytest.mark.parametrize("seed", range(6))
def test_tasks_and_generators_interleave_at_random(seed):
    rng = random.Random(seed)
    switches = {kind: make() for kind, make in KINDS.items()}

    async def task(inherited, depth):
        on = list(inherited)
        assert seen() == expected(on)
        children = []
        stacks = []
        for _ in range(6):
            choice = rng.random()
            if choice < 0.4:
                kind = rng.choice(list(KINDS))
                stack = contextlib.ExitStack()
                stack.enter_context(switches[kind] if rng.random() < 0.5 else KINDS[kind]())
                stacks.append(stack)
                on.append(kind)
            elif choice < 0.6 and stacks:
                stacks.pop().close()
                on.pop()
            elif choice < 0.7 and depth < 2:
                children.append(asyncio.create_task(task(on, depth + 1)))
            elif choice < 0.75:
                assert await asyncio.to_thread(seen) == expected(on)
            await asyncio.sleep(0)
            assert seen() == expected(on)
        while stacks:
            stacks.pop().close()
            on.pop()
            await asyncio.sleep(0)
            assert seen() == expected(on)
        await asyncio.gather(*children)

    async def main():
        await asyncio.gather(*(task([], 0) for _ in range(5)))
        assert seen() == expected([])

    asyncio.run(main())


def test_an_async_generator_that_another_task_or_thread_finishes():
    async def paused():
        with ta.no_grad():
            yield 1
            yield 2

    async def main():
        for finish in ("task", "thread"):
            generator = paused()
            await generator.__anext__()
            assert not recorded(), "who goes on is inside of it, as Python has it"
            if finish == "task":
                await asyncio.create_task(generator.aclose())
            else:
                await asyncio.to_thread(lambda g=generator: asyncio.run(g.aclose()))
            assert recorded()

    asyncio.run(main())


@pytest.mark.parametrize("named", [False, True])
def test_a_generator_that_another_thread_closes(named):
    switch = ta.no_grad()

    def paused():
        with switch if named else ta.no_grad():
            yield

    generator = paused()
    next(generator)
    thread = threading.Thread(target=generator.close)
    thread.start()
    thread.join()
    assert recorded()


def test_new_threads_start_with_nothing_and_copied_contexts_with_all():
    with ThreadPoolExecutor(1) as pool, ta.no_grad():
        assert pool.submit(recorded).result()
        assert not pool.submit(contextvars.copy_context().run, recorded).result()
    context = contextvars.copy_context()
    switch = ta.no_grad()
    context.run(switch.__enter__)
    assert recorded()
    assert not context.run(recorded)
    context.run(switch.__exit__, None, None, None)
    assert context.run(recorded)


def test_a_task_that_was_started_inside_of_a_block_stays_in_it_but_not_in_a_gradient():
    async def late():
        await asyncio.sleep(0.01)
        return recorded(), current().depth

    async def main():
        with ta.no_grad():
            task = asyncio.create_task(late())
        assert recorded()
        assert await task == (False, 1)
        tasks = []

        def f(x):
            tasks.append(asyncio.get_running_loop().create_task(late()))
            return x * x

        assert ta.grad(f)(3.0) == 6.0
        assert await tasks[0] == (True, 1)

    asyncio.run(main())


def test_decorated_coroutines_and_generators_have_it_on_while_they_run():
    @ta.no_grad()
    async def coroutine():
        await asyncio.sleep(0)
        return recorded()

    @ta.no_grad()
    async def items():
        try:
            got = yield recorded()
            yield got, recorded()
        except KeyError:
            yield "caught", recorded()
        finally:
            await asyncio.sleep(0)
            ends.append(recorded())

    async def main():
        assert await asyncio.gather(coroutine(), asyncio.sleep(0, recorded())) == [False, True]
        assert [item async for item in items()] == [False, (None, False)]
        generator = items()
        assert await generator.__anext__() is False
        assert recorded()
        assert await generator.asend(5) == (5, False)
        await generator.aclose()
        generator = items()
        await generator.__anext__()
        assert await generator.athrow(KeyError()) == ("caught", False)
        assert recorded()
        await generator.aclose()

    ends: list = []
    asyncio.run(main())
    assert ends == [False, False, False]
    assert inspect.iscoroutinefunction(coroutine)
    assert inspect.isasyncgenfunction(items)


def test_a_decorated_generator_passes_on_what_is_sent_thrown_and_returned():
    @ta.scope("part")
    def steps():
        try:
            got = yield current().scope
            yield got, current().scope
        except KeyError:
            yield "caught"
        return "end"

    def outer():
        result = yield from steps()
        results.append(result)

    results: list = []
    generator = outer()
    first = next(generator)
    assert not current().scope
    assert generator.send(3) == (3, first), "one call is one part, as often as it pauses"
    assert next(generator, None) is None
    generator = outer()
    next(generator)
    assert generator.throw(KeyError()) == "caught"
    assert next(generator, None) is None
    assert results == ["end", "end"]


def test_a_program_does_not_keep_what_its_first_caller_had_switched_on():
    program = ta.compile(lambda x: ta.relu(x) * x)
    with ta.no_grad(), ta.at_kink("left"):
        assert program(2.0) == 4.0
        program.program(np.float64(2.0))
    gc.collect()
    assert not special


def test_gradients_in_tasks_that_wait_inside_of_them_are_right():
    """A function that is differentiated runs tasks to their end: what they compute belongs to the gradient."""

    def f(x):
        async def part(k):
            await asyncio.sleep(0)
            return x**k

        async def all_parts():
            return await asyncio.gather(*(part(k) for k in (1, 2, 3)))

        a, b, c = asyncio.run(all_parts())
        return a + b + c

    assert ta.grad(f)(2.0) == 1 + 4 + 12
    assert ta.grad(ta.grad(f))(2.0) == 2 + 12


def test_ten_thousand_blocks_leave_no_trace():
    switch = ta.no_grad()
    with ta.scope("outer"):
        for _ in range(10_000):
            with switch:
                pass
        assert len(special) == 1
        assert len(current().entries) == 1
    assert not switch._opened
