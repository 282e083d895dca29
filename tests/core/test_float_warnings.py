"""NumPy's floating-point warnings: at the user's line, as the user's errstate and filters have them."""

from __future__ import annotations

import concurrent.futures
import contextlib
import contextvars
import inspect
import io
import pathlib
import subprocess
import sys
import threading
import traceback
import warnings

import numpy as np
import pytest

import tinygrad_act as ta
from tinygrad_act.core.float_warnings import Said, silently

from ..each import each

NASTY = np.array([0.0, -0.0, 1e308, -1e308, np.inf, -np.inf, np.nan, -1.0, -800.0, 800.0, 1e-320])
PACKAGE = str(pathlib.Path(ta.__file__).parent)


def said(f):
    """The warnings that `f` gives, and the lines of this file that they point at."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        with contextlib.suppress(Exception):
            f()
    assert all(w.filename == __file__ for w in caught), [f"{w.filename}:{w.lineno} {w.message}" for w in caught]
    return [(str(w.message), w.lineno) for w in caught]


def nasty_inputs(op, wrap):
    rng = np.random.default_rng(0)
    for case in op.cases or [ta.case(*[(11,)] * len(op.inputs))]:
        for _ in range(4):
            args = []
            for x in case.inputs:
                shape = isinstance(x, tuple) and all(isinstance(n, int) for n in x)
                args.append(wrap(rng.choice(NASTY, size=x)) if shape else x)
            yield args, case.static


@each("wrap", [lambda x: x, ta.Value, lambda x: ta.Value(x.astype(np.float32))], ids=["array", "Value", "float32"])
@each("name", list(ta.ops))
@pytest.mark.filterwarnings("ignore")
def test_no_operation_points_at_a_line_of_the_package(name, wrap):
    op = ta.ops[name]
    for args, static in nasty_inputs(op, wrap):
        said(lambda args=args, static=static: op.call(*args, **static))


@each("name", list(ta.ops))
def test_python_numbers_and_backward_say_nothing(name):
    op = ta.ops[name]
    for args, static in nasty_inputs(op, ta.Value):
        with np.errstate(all="ignore"), contextlib.suppress(Exception):
            out = op.call(*args, **static).sum()
            leaf = next(x for x in args if isinstance(x, ta.Value))
            leaf.grad = np.full(leaf.shape, 1e308)
        assert said(lambda out=out: out.backward()) == []
    if op.elementwise and not any(default is inspect.Parameter.empty for default in op.defaults.values()):
        for z in NASTY.tolist():
            assert said(lambda z=z: op.call(*[z] * len(op.inputs))) == []
            assert said(lambda z=z: op.call(*[ta.Value(z)] * len(op.inputs))) == []


def ends_here(error):
    """Whether the last line of its traceback is of this file."""
    return traceback.extract_tb(error.__traceback__)[-1].filename == __file__


def here():
    return inspect.currentframe().f_back.f_lineno


@each("z", [np.zeros(2), np.zeros(()), np.zeros((2, 3), np.float32), np.zeros(300_000)])
@each("call", [
    lambda z: ta.log(z), lambda z: ta.log(ta.Value(z)), lambda z: ta.Value(z).log(), lambda z: np.log(ta.Value(z)),
    lambda z: 1 / ta.Value(np.asarray(z + 1 - 1)), lambda z: np.ones(z.shape) / ta.Value(z),
    lambda z: ta.Value(z) ** -1.0,
    lambda z: ta.grad(lambda x: ta.sum(ta.log(x)))(z), lambda z: ta.sum(ta.log(ta.Value(z, requires_grad=False))),
    lambda z: ta.vjp(ta.log, z),
])  # fmt: skip
def test_the_line_is_the_users(call, z):
    found = said(lambda: call(z))
    assert {text.partition(" encountered in ")[0] for text, _ in found} == {"divide by zero"}
    assert {line for _, line in found} <= set(range(call.__code__.co_firstlineno, call.__code__.co_firstlineno + 1))


def test_the_text_is_numpys():
    z = np.array([0.0, -1.0, 1e308])
    for ours, theirs in [(ta.log, np.log), (ta.exp, np.exp), (lambda x: x * 1e300, None), (ta.sqrt, np.sqrt)]:

        def texts(f, x):
            return [text for text, _ in said(lambda: f(x))]

        assert texts(ours, ta.Value(z)) == texts(theirs or ours, z)


def test_the_line_of_a_body_of_the_users_is_the_users():
    @ta.elementwise(dz=lambda a, _: a)
    def grows(z):
        """a = exp(z)"""
        return np.exp(z)

    try:
        line = grows.__wrapped__.__code__.co_firstlineno + 3
        for x in (np.array([2000.0]), ta.Value([2000.0])):
            assert said(lambda x=x: grows(x)) == [("overflow encountered in exp", line)]
    finally:
        del ta.ops["grows"]


def test_a_number_too_large_for_the_dtype_of_an_operation_is_told_at_the_users_line():
    x = ta.Value(np.ones(2, np.float32))
    assert said(lambda: x.astype(np.float16) * 7e4) == [("overflow encountered in cast", here())]


def test_errstate_and_seterr_of_the_user_hold():
    x = ta.Value([0.0])
    with np.errstate(divide="ignore"):
        assert said(lambda: ta.log(x)) == []
    with (
        np.errstate(all="raise"),
        pytest.raises(FloatingPointError, match="^divide by zero encountered in log$") as caught,
    ):
        ta.log(x)
    assert ends_here(caught.value)
    with np.errstate(all="raise"), pytest.raises(FloatingPointError, match="underflow"):
        ta.exp(ta.Value([-800.0]))
    assert said(lambda: ta.exp(ta.Value([-800.0]))) == [], "as NumPy has it if nobody asks"
    calls = []
    with np.errstate(all="call", call=lambda kind, flag: calls.append((kind, flag))):
        ta.log(x)
        np.log(np.zeros(1))
    assert calls[0] == calls[1] == ("divide by zero", 1)

    class Log:
        def __init__(self):
            self.text = []

        def write(self, text):
            self.text.append(text)

    log = Log()
    with np.errstate(all="log", call=log):
        ta.log(x)
        np.log(np.zeros(1))
    assert log.text[0] == log.text[1]
    with np.errstate(all="print"), contextlib.redirect_stderr(io.StringIO()) as text:
        ta.log(x)
    assert text.getvalue() == "Warning: divide by zero encountered in log\n"
    before = np.seterr(all="raise")
    try:
        with pytest.raises(FloatingPointError):
            x * 1e308 / 0.0
    finally:
        np.seterr(**before)


def test_numpys_own_settings_are_as_they_were():
    before, call = np.geterr(), np.geterrcall()
    said(lambda: ta.log(ta.Value([0.0])))
    ta.Value([1.0]).sum().backward()
    assert (np.geterr(), np.geterrcall()) == (before, call)
    assert set(silently(np.geterr).values()) == {"ignore"}
    assert np.geterr() == before


def test_a_filter_that_makes_errors_ends_at_the_users_line():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with pytest.raises(RuntimeWarning, match="divide by zero") as caught:
            ta.log(ta.Value([0.0]))
    assert ends_here(caught.value)
    assert caught.value.__context__ is None
    assert said(lambda: ta.log(ta.Value([1.0]))) == [], "nothing is left over"


def test_each_line_is_told_once(tmp_path):
    script = tmp_path / "script.py"
    script.write_text(
        "import numpy as np, tinygrad_act as ta\n"
        "for _ in range(3):\n"
        "    ta.log(ta.Value([0.0]))\n"
        "    ta.log(ta.Value([0.0]))\n"
        "ta.log(np.zeros(1))\n"
    )
    line = [sys.executable, "-W", "default", str(script)]
    env = {"PYTHONPATH": str(pathlib.Path(PACKAGE).parent)}
    done = subprocess.run(line, capture_output=True, text=True, check=True, env=env)
    warned = [text.partition(": ")[0] for text in done.stderr.splitlines() if "RuntimeWarning" in text]
    assert warned == [f"{script}:{n}" for n in (3, 4, 5)]
    ignored = [sys.executable, "-W", "ignore::RuntimeWarning:__main__", str(script)]
    assert subprocess.run(ignored, capture_output=True, text=True, check=True, env=env).stderr == ""


def test_threads_have_their_own_settings_and_their_own_warnings():
    x, rounds = ta.Value(np.zeros(50_000)), 40
    together = threading.Barrier(4)

    def run(quiet):
        together.wait()
        raised = 0
        with np.errstate(divide="ignore" if quiet else "raise"):
            for _ in range(rounds):
                try:
                    ta.log(x)
                except FloatingPointError:
                    raised += 1
        return raised

    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        assert list(pool.map(run, [True, False, True, False])) == [0, rounds, 0, rounds]


def test_a_context_that_another_thread_is_in_is_not_waited_for():
    x, both, over = ta.Value([0.0]), threading.Barrier(3), threading.Event()

    def stay():
        both.wait(10)
        over.wait(10)

    threads = [threading.Thread(target=ta.ops[name].run, args=(stay,)) for name in ("log", "matmul")]
    for thread in threads:
        thread.start()
    both.wait(10)
    try:
        for f in (lambda: ta.log(x), lambda: ta.log(np.zeros(3)), lambda: x.log(), lambda: ta.log(x)):
            assert said(f) == [("divide by zero encountered in log", here() - 1)]
        with np.errstate(all="raise"), pytest.raises(FloatingPointError) as caught:
            ta.log(x)
        assert caught.value.__context__ is None
        assert np.array_equal(ta.log(np.ones(3)), np.zeros(3))
        with pytest.raises(ValueError, match=r"^matmul: ") as caught:
            ta.matmul(np.ones((2, 3)), np.ones((2, 3)))
        assert caught.value.__suppress_context__
    finally:
        over.set()
        for thread in threads:
            thread.join()


def test_an_operation_in_a_body_reports_through_the_outer_one():
    z = np.array([[1e308, 1e308, 1e10, 1e10]])
    assert said(lambda: ta.glu(ta.Value(z) * -1.0)) == []
    assert {line for _, line in said(lambda: ta.swiglu(ta.Value(z)))} == {here()}


def test_what_a_body_said_before_it_failed_is_nobodys():
    op = ta.ops["matmul"]
    op.said.write("Warning: overflow encountered in matmul\n")
    with pytest.raises(ValueError, match="matmul"):
        ta.matmul(np.ones((2, 3)), np.ones((2, 3)))
    assert said(lambda: ta.matmul(ta.Value(np.eye(2)), np.eye(2))) == []
    assert not any(op.said for op in ta.ops.values())


@each("name", ["log", "sigmoid", "softmax", "mul", "sum"])
@each("stop", [KeyboardInterrupt, SystemExit, TimeoutError, RuntimeError])
def test_a_body_that_a_signal_stops_leaves_no_warning_to_the_next_call(name, stop, monkeypatch):
    op = ta.ops[name]
    z = [np.ones(3)] * len(op.inputs)

    def body(*_, **__):
        np.log(np.zeros(1))
        raise stop

    before = op.kernel, op.forward
    for field in ("kernel", "forward"):
        object.__setattr__(op, field, body)
    try:
        with pytest.raises(stop):
            op.call(*z)
        with pytest.raises(stop):
            op.call(*map(ta.Value, z))
    finally:
        for field, function in zip(("kernel", "forward"), before):
            object.__setattr__(op, field, function)
    assert said(lambda: op.call(*z)) == []
    with np.errstate(all="raise"):
        op.call(*map(ta.Value, z))


def test_a_thread_takes_what_was_said_to_it_alone():
    heard = Said()
    threads = [threading.Thread(target=heard.write, args=(f"{n}",)) for n in range(3)]
    for thread in threads:
        thread.start()
        thread.join()
    heard.write("mine")
    with concurrent.futures.ThreadPoolExecutor(1) as pool:
        pool.submit(heard.write, "theirs").result()
        assert heard.mine() == ["mine"]
        assert "theirs" in pool.submit(heard.mine).result()


def test_a_dialect_is_seen_by_bodies_that_call_operations():
    z = np.linspace(-2, 2, 6).reshape(1, 6)
    with ta.dialect("jax"):
        ours, parts = ta.geglu(z), np.split(z, 2, -1)
        assert np.array_equal(ours, parts[0] * ta.gelu(parts[1]))
    assert not np.array_equal(ours, ta.geglu(z))
    around = contextvars.ContextVar("around", default=0)
    around.set(1)
    assert ta.ops["geglu"].run(around.get) == 1
    assert ta.ops["glu"].run(around.get) == 0


def test_compiled_programs_gradcheck_and_pictures_say_nothing():
    @ta.compile
    def f(x):
        return ta.log(x) * 1e308 * 1e308

    assert said(lambda: f(np.zeros(3))) == []
    assert said(lambda: f(np.zeros(3))) == []
    assert said(lambda: ta.gradcheck(lambda x: ta.log(x), np.array([1e-320]))) == []
    assert said(lambda: ta.compile(ta.grad(lambda x: ta.sum(ta.log(x))))(np.zeros(3))) == []


def test_operations_that_are_a_ufunc_run_it_without_a_frame_between():
    assert ta.ops["add"].kernel is np.add
    assert ta.ops["tanh"].kernel is np.tanh
    assert ta.ops["sigmoid"].kernel is ta.ops["sigmoid"].forward
    for op in ta.ops.values():
        if op.ufunc is not None:
            assert op.run is not None or op.name in MOVES, op.name
            args = [np.linspace(0.25, 0.75, 4)] * len(op.inputs)
            with np.errstate(all="ignore"):
                assert np.array_equal(op.ufunc(*args), op.forward(*args), equal_nan=True)


MOVES = {"neg", "sign", "maximum", "minimum", "abs", "floor", "ceil", "less", "less_equal", "greater", "greater_equal", "equal", "not_equal", "logical_and", "logical_or", "logical_not", "straight_through_sign"}  # fmt: skip  # noqa: E501
"""What NumPy never warns about."""


def test_all_warnings_of_the_package_go_through_one_door():
    for path in pathlib.Path(PACKAGE).rglob("*.py"):
        if path.name != "frames.py":
            assert "warnings.warn(" not in path.read_text(), path


def test_a_function_compiled_too_often_warns_at_the_users_line():
    f = ta.compile(lambda x: x * 2.0)
    found = said(lambda: [f(np.ones(n)) for n in range(1, 10)])
    assert [line for _, line in found] == [here() - 1]
