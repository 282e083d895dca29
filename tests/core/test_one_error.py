"""One mistake, one traceback: short, without this package's frames, and no body runs again for the message."""

from __future__ import annotations

import asyncio
import concurrent.futures
import dataclasses
import pathlib
import pickle
import subprocess
import sys
import threading
import traceback
import weakref

import numpy as np
import pytest

import tinygrad_act as ta
from tinygrad_act.core import frames

from .. import mistakes
from ..each import each

FOUND = mistakes.measured()
OWN = {name for name in FOUND if name not in mistakes.MISTAKES}
PACKAGE = str(pathlib.Path(ta.__file__).parent)


@each("name", FOUND)
def test_a_mistake_prints_one_short_traceback_that_ends_at_the_script(name):
    found = FOUND[name]
    assert found["text"], "it is no mistake"
    lines = [line for line in found["text"].splitlines() if line.strip(" ~^")]  # newer Pythons mark more places
    assert found["mine"], found["text"]
    assert PACKAGE not in found["text"]
    assert "During handling" not in found["text"]
    if name not in mistakes.REPORTS:
        assert len(lines) <= 12, found["text"]


@each("name", sorted(set(FOUND) - OWN))
def test_a_mistake_has_one_cause(name):
    assert FOUND[name]["text"].count("Traceback") == 1, FOUND[name]["text"]


@each("name", sorted(OWN))
def test_what_the_user_wrote_is_shown_with_its_line(name):
    text = FOUND[name]["text"]
    written = (
        "ta.add(x, np.ones((2, 7)))" if "operation" in name else "raise" if "rule raises:" not in name else "['mine']"
    )
    assert any(written in line for line in text.splitlines()), text
    assert ("mine" in text) or ("do not broadcast" in text)


@each("name", sorted(name for name in FOUND if name.startswith(("shapes", "axis", "index", "own"))))
def test_no_body_runs_again_to_explain_an_error(name):
    numbers = name.startswith("own body") and name.endswith(("number", ": Value"))  # of a method, too
    assert FOUND[name]["runs"] <= (2 if numbers else 1), "on numbers, once more as NumPy has it"


def test_all_frames_are_there_for_who_wants_them(tmp_path):
    script = tmp_path / "script.py"
    script.write_text(mistakes.HEAD + "x + y\n")

    def lines(**more):
        env = {"PYTHONPATH": str(pathlib.Path(PACKAGE).parent), **more}
        done = subprocess.run([sys.executable, str(script)], capture_output=True, text=True, env=env, check=False)
        return done.stderr.splitlines()

    assert len(lines()) <= 7
    assert len(lines(**{frames.VARIABLE: "full"})) > len(lines())
    assert any(PACKAGE in line for line in lines(**{frames.VARIABLE: "full"}))
    assert not any("Traceback" in line for line in lines(**{frames.VARIABLE: "full"})[1:])


def frames_of(call):
    with pytest.raises(Exception) as caught:
        call()
    found = traceback.extract_tb(caught.value.__traceback__)
    return [frame.name for frame in found if "/pytest" not in frame.filename][1:], caught.value


def f_of(x):
    return x + np.ones(7)


@pytest.mark.parametrize("transform", [
    lambda f: ta.grad(f)(np.ones(3)), lambda f: ta.value_and_grad(f)(np.ones(3)), lambda f: ta.vjp(f, np.ones(3)),
    lambda f: ta.jacobian(f)(np.ones(3)), lambda f: ta.hessian(f)(np.ones(3)),
    lambda f: ta.hvp(f, np.ones(3), np.ones(3)), lambda f: ta.compile(f)(np.ones(3)),
    lambda f: ta.compile(ta.grad(f))(np.ones(3)), lambda f: ta.grad(ta.grad(f))(np.ones(3)),
    lambda f: ta.gradcheck(f, np.ones(3)), lambda f: ta.no_grad()(f)(np.ones(3)),
])  # fmt: skip
def test_only_the_users_frames_are_left_of_a_function_that_a_transform_runs(transform):
    names, error = frames_of(lambda: transform(f_of))
    assert names == ["<lambda>", "<lambda>", "f_of"]
    assert error.__cause__ is None
    assert error.__suppress_context__ or error.__context__ is None


def test_a_library_that_the_user_calls_keeps_its_frames_and_one_that_we_call_does_not():
    names, _ = frames_of(lambda: ta.grad(lambda x: np.linalg.inv(np.ones((2, 3))).sum() * x)(1.0))
    assert names[1] == "<lambda>"
    assert names[-1] != "<lambda>", "numpy.linalg's own"
    ours = frames.boundary(np.linalg.inv)
    names, error = frames_of(lambda: ours(np.ones((2, 3))))
    assert isinstance(error, np.linalg.LinAlgError)
    assert names == ["<lambda>"]


def test_errors_in_threads_and_tasks_end_at_the_users_line():
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        done = [pool.submit(f_of, ta.Value(np.ones(3))) for _ in range(32)]
    for one in done:
        assert traceback.extract_tb(one.exception().__traceback__)[-1].name == "f_of"

    async def task():
        return f_of(ta.Value(np.ones(3)))

    async def both():
        return await asyncio.gather(task(), task(), return_exceptions=True)

    for error in asyncio.run(both()):
        assert traceback.extract_tb(error.__traceback__)[-1].name == "f_of"


def test_the_same_error_raised_anew_in_each_call_holds_no_frame_of_ours():
    seen = []

    def hook(args):
        seen.append(traceback.extract_tb(args.exc_traceback)[-1].name)

    before, threading.excepthook = threading.excepthook, hook
    try:
        thread = threading.Thread(target=lambda: f_of(ta.Value(np.ones(3))))
        thread.start()
        thread.join()
    finally:
        threading.excepthook = before
    assert seen == ["f_of"]


def test_an_error_in_an_except_of_the_users_still_shows_what_he_was_handling():
    def retry():
        try:
            return {}["key"]
        except KeyError:
            return f_of(ta.Value(np.ones(3)))

    _, error = frames_of(retry)
    assert error.__cause__ is None


@dataclasses.dataclass(frozen=True)
class Frozen(Exception):
    numbers: object


@dataclasses.dataclass
class Compared(Exception):
    numbers: object

    def __eq__(self, other):
        return self.numbers == other.numbers  # an array, of which `in` can't tell the truth

    __hash__ = Exception.__hash__


@pytest.mark.parametrize("kind", [Frozen, Compared])
@pytest.mark.parametrize("transform", [
    lambda f: ta.grad(f)(1.0), lambda f: ta.compile(f)(1.0), lambda f: ta.vjp(f, 1.0), lambda f: ta.no_grad()(f)(1.0),
    lambda f: ta.gradcheck(f, 1.0),
])  # fmt: skip
def test_an_error_of_the_users_comes_out_as_it_is_whatever_its_class_refuses(kind, transform):
    raised = [kind(np.ones(3)), kind(np.zeros(3)), kind(np.ones(3))]

    def fails(x):
        try:
            try:
                raise raised[0]
            except kind:
                raise raised[1]  # noqa: B904
        except kind as error:
            raise raised[2] from error

    with pytest.raises(kind) as caught:
        transform(fails)
    assert caught.value is raised[2]
    assert caught.value.__cause__ is raised[1]
    assert raised[1].__context__ is raised[0]


def test_a_name_that_the_package_has_not_ends_at_the_users_line():
    names, error = frames_of(lambda: ta.sigmoidd)
    assert isinstance(error, AttributeError)
    assert names == ["<lambda>"]
    with pytest.raises(ImportError):
        from tinygrad_act import sigmoidd  # noqa: F401, PLC0415


def test_a_body_that_fails_in_a_program_is_not_told_beside_an_overflow_before_it():
    @ta.elementwise(dz=1.0)
    def refuses(z):
        """a = z"""
        if not np.isfinite(np.asarray(z)).all():
            raise KeyError("not finite")
        return np.array(z) + 0.0

    try:
        f = ta.compile(lambda x: refuses(ta.exp(x) * 1e300))
        f(np.zeros(3))
        _, error = frames_of(lambda: f(np.full(3, 700.0)))
        assert isinstance(error, KeyError)
        assert error.__context__ is None
    finally:
        del ta.ops["refuses"]


def test_a_user_who_goes_too_deep_gets_one_recursion_error():
    def deep(x):
        return deep(x + 1.0)

    names, error = frames_of(lambda: deep(ta.Value(1.0)))
    assert isinstance(error, RecursionError)
    assert names.count("deep") > 20
    assert error.__context__ is None


def test_python_s_own_arithmetic_leaves_no_trace_in_what_follows():
    @ta.elementwise(dz=1.0, scalar=lambda z: 1 / 0)
    def divides(z):
        """a = z"""
        raise KeyError("from the body")

    try:
        for x in (0.5, ta.Value(0.5)):
            _, error = frames_of(lambda x=x: divides(x))
            assert isinstance(error, KeyError)
            assert error.__context__ is None
    finally:
        del ta.ops["divides"]


def test_an_error_that_is_kept_keeps_no_arrays_of_ours():
    x = ta.Value(np.ones((2, 3)))
    with pytest.raises(ValueError, match="matmul") as caught:
        x @ x
    there = weakref.ref(x)
    error = caught.value
    del x, caught
    assert there() is None
    assert "matmul" in str(pickle.loads(pickle.dumps(error)))


def test_a_message_names_the_operation_that_was_called_and_not_what_its_body_calls():
    text = FOUND["own body calls an operation that fails"]["text"].splitlines()[-1]
    assert text.startswith("ValueError: own: ")
    assert "add" not in text
