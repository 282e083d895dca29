"""A process that forks while another thread holds a lock of the package: the child can do everything."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap

import pytest

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")

START = """
import os, sys, threading, time, warnings
warnings.filterwarnings("ignore", category=DeprecationWarning)  # Python 3.12 and later warn of what is tried here
import numpy as np
import tinygrad_act as ta
from tinygrad_act import Value
from tinygrad_act.engine import leaves, lending

inside, go_on = threading.Event(), threading.Event()

def everything(x, w):
    x.zero_grad(); w.zero_grad()
    (x * x + x).backward()
    assert x.grad == 7.0, x.grad
    (w * w).sum().backward()
    w.data -= 0.1 * w.grad
    assert np.allclose(w.data, [0.8, 1.6])
    assert ta.grad(ta.sigmoid)(0.0) == 0.25
    assert ta.compile(lambda z: z * z)(3.0) == 9.0
    assert "<svg" in ta.draw(x * x).svg()

def child_is_well(check):
    pid = os.fork()
    if not pid:
        try:
            check()
            os._exit(0)
        except BaseException:
            import traceback
            traceback.print_exc()
            os._exit(1)
    for _ in range(600):
        done, status = os.waitpid(pid, os.WNOHANG)
        if done:
            return status == 0
        time.sleep(0.05)
    os.kill(pid, 9)
    os.waitpid(pid, 0)
    return False

x, w = Value(3.0), Value(np.array([1.0, 2.0]))
"""

LOCKS = {
    "the lock of gradients": "leaves.grad_lock",
    "the lock of loans": "lending._lock",
    "the lock of a compiled function": "compiled._lock",
}


def run(code):
    source = textwrap.dedent(START) + textwrap.dedent(code)
    done = subprocess.run([sys.executable, "-c", source], check=False, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_that_another_thread_holds_is_free_in_the_child(lock):
    run(f"""
    compiled = ta.compile(lambda z: z + 1)

    def hold():
        with {LOCKS[lock]}:
            inside.set()
            go_on.wait(60)

    thread = threading.Thread(target=hold)
    thread.start()
    inside.wait()
    def check():
        everything(x, w)
        assert compiled(1.0) == 2.0
    well = child_is_well(check)
    assert not {LOCKS[lock]}.acquire(blocking=False), "the parent's is still held"
    go_on.set()
    thread.join()
    everything(x, w)
    assert compiled(1.0) == 2.0
    sys.exit(not well)
    """)


def test_what_a_backward_pass_had_done_by_half_is_taken_back_in_the_child():
    """The other thread waits in the middle of the pass: in the rule of an operation, as another thread may run then."""
    run("""
    @ta.elementwise(dz=lambda a, z: slow())
    def halt(z):
        "a = z"
        return z

    def slow():
        if threading.current_thread() is not threading.main_thread():
            inside.set()
            go_on.wait(60)
        return 1.0

    (x * 2).backward()  # an earlier gradient
    y = x * x
    out = halt(y) * y + x
    thread = threading.Thread(target=out.backward)
    thread.start()
    inside.wait()

    def check():
        assert x.grad == 2.0, ("as before", x.grad)
        assert x.pending == y.pending == 0
        out.backward()
        assert x.grad == 2.0 + 4 * 27.0 + 1.0, x.grad
        everything(x, w)

    well = child_is_well(check)
    go_on.set()
    thread.join()
    assert x.grad == 2.0 + 4 * 27.0 + 1.0, "the parent's pass is not disturbed"
    sys.exit(not well)
    """)


def test_a_fork_inside_of_a_backward_pass_goes_on_in_both():
    run("""
    @ta.elementwise(dz=lambda a, z: fork())
    def splits(z):
        "a = z"
        return z

    def fork():
        global pid
        pid = os.fork()
        return 1.0

    (splits(x) * x).backward()
    assert x.grad == 6.0
    everything(x, w)
    if not pid:
        os._exit(0)
    sys.exit(os.waitpid(pid, 0)[1] != 0)
    """)


def test_a_pool_of_forked_processes_works_while_threads_train():
    run("""
    import multiprocessing
    stop = threading.Event()

    def train():
        p, q = Value(1.5), Value(np.ones(3))
        while not stop.is_set():
            (p * p.tanh()).backward()
            (q * q).sum().backward()
            q.data -= 0.01

    def work(n):
        v = Value(float(n))
        (v * v).backward()
        return v.grad, ta.grad(ta.sigmoid)(0.0), ta.compile(lambda z: z * z)(3.0)

    threads = [threading.Thread(target=train) for _ in range(3)]
    for thread in threads:
        thread.start()
    try:
        for _ in range(5):
            with multiprocessing.get_context("fork").Pool(2) as pool:
                results = pool.map_async(work, range(8)).get(timeout=60)
            assert results == [(2.0 * n, 0.25, 9.0) for n in range(8)]
    finally:
        stop.set()
    """)
