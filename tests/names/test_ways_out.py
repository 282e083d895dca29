"""A refusal names what the user wrote and the way out: each way is run here, and gives NumPy's numbers."""

from __future__ import annotations

import importlib.util
import re

import numpy as np
import pytest

import tinygrad_act as ta
from tinygrad_act.core.errors import BareNumberError
from tinygrad_act.engine.numpy_names import implementation_of
from tinygrad_act.engine.ways_out import TAKES_NUMBERS, WAYS_OUT, way_out

NUMBERS = {
    "x": np.array([1.5, -0.5, 0.75]),
    "y": np.array([2.0, 0.25, 3.0]),
    "A": np.array([[1.0, -2.0, 0.5], [0.3, 4.0, -1.5]]),
    "B": np.array([[0.7, 1.2, -0.4], [2.5, -3.0, 1.1]]),
    "S": np.array([[2.0, 0.5, -1.0], [1.5, 3.0, 0.2], [0.1, -0.6, 1.0]]),
    "k": np.array(1.25),
    "z": np.array([0.5, 2.0, -1.0]),
    "Z": np.array([[1.0, 2.0, 3.0]] * 3),
}
I = np.array([[2, 0], [1, 1]])  # noqa: E741  (the name in the messages)
LINES = [
    pytest.param(name, call, way, id=call, marks=[pytest.mark.optional] * name.startswith("scipy."))
    for name, ways in WAYS_OUT.items()
    for call, way in ways
]


def exists(name):
    """Whether this NumPy, or a SciPy that is installed, has it."""
    if name.startswith("scipy."):
        if not importlib.util.find_spec("scipy"):
            return False
        importlib.import_module("scipy.stats"), importlib.import_module("scipy.linalg")
    thing = {"np": np, "scipy": importlib.import_module("scipy")}[name.split(".")[0]] if "scipy" in name else np
    for part in name.split(".")[1:]:
        thing = getattr(thing, part, None)
    return thing is not None


def run(code, numbers):
    """What the code gives with these names; of a statement or a call that writes, the array that it changes."""
    names = {"np": np, "ta": ta, "I": I, **numbers}
    if "scipy" in code:
        names["scipy"] = importlib.import_module("scipy")
    written = re.match(r"(z|Z) = |np\.(?:copyto|putmask|put|fill_diagonal|add\.at)\((z|Z)", code)
    if not written:
        return eval(code, names)
    exec(code, names)
    return names[written[1] or written[2]]


def as_list(x):
    return list(x) if isinstance(x, (list, tuple)) else [x]


def of_values(code):
    """The numbers that stand in the code, as Values; what is written to stays an array."""
    used = [name for name in NUMBERS if re.search(rf"\b{name}\b", code) and name not in ("z", "Z")]
    return used, {name: ta.Value(NUMBERS[name], label=name) for name in used}


@pytest.mark.parametrize(("name", "call", "way"), LINES)
def test_the_way_out_is_what_numpy_computes_and_has_its_gradient(name, call, way):
    if not exists(name):
        pytest.skip(f"{name} is not here")
    copies = {name: x.copy() for name, x in NUMBERS.items()}
    expected = as_list(run(call, copies))
    used, values = of_values(way)
    found = as_list(run(way, {**{n: x.copy() for n, x in NUMBERS.items()}, **values}))
    assert len(found) == len(expected)
    for mine, its in zip(found, expected):
        assert isinstance(mine, ta.Value)
        np.testing.assert_allclose(mine.data, its, rtol=1e-13, atol=1e-15)
        assert mine.shape == np.shape(its)

    def total(*moving):
        parts = as_list(run(way, {**{n: x.copy() for n, x in NUMBERS.items()}, **dict(zip(used, moving))}))
        return sum(ta.sum(part * part * (i + 1.5)) for i, part in enumerate(parts))

    report = ta.gradcheck(total, *(NUMBERS[name] for name in used))
    assert report.ok, str(report)


@pytest.mark.parametrize(("name", "call", "way"), LINES)
def test_the_refusal_names_what_was_called_and_the_way_out(name, call, way):
    """Not np.norm for np.linalg.norm, and nothing is to be declared."""
    if not exists(name):
        pytest.skip(f"{name} is not here")
    _, values = of_values(call)
    with pytest.raises(TypeError) as caught:
        run(call, {**{n: x.copy() for n, x in NUMBERS.items()}, **values})
    message = str(caught.value)
    assert message.startswith(name), message
    assert f"for {call} write {way}" in message
    assert "@ta" not in message
    assert ".numpy()" in message


def test_there_are_enough_of_them():
    assert sum(exists(name) for name in WAYS_OUT) >= 90
    for name in ("np.vstack", "np.hstack", "np.linalg.norm", "np.diag", "np.arctan2", "np.sort", "np.append"):
        assert name in WAYS_OUT
    stale = [n for n in WAYS_OUT if n.startswith("np.") and implementation_of(thing_of(n))]
    assert stale == ["np.full_like"], "which asks its first argument only"


def thing_of(name):
    thing = np
    for part in name.split(".")[1:]:
        thing = getattr(thing, part, None)
    return thing


def test_vstack_says_concatenate():
    v = ta.Value([1.0, 2.0])
    with pytest.raises(TypeError, match=r"np\.vstack: .*ta\.concatenate\(\[A, B\], axis=0\)"):
        np.vstack([v, v])


@pytest.mark.parametrize("f", [np.linalg.inv, np.linalg.svd, np.linalg.det, np.corrcoef, np.interp, np.unwrap])
def test_what_has_no_way_out_yet_says_how_to_declare_it(f):
    name = f"np.linalg.{f.__name__}" if "linalg" in f.__module__ else f"np.{f.__name__}"
    for wrap in (
        lambda g: g(ta.Value(np.eye(3))),
        lambda g: ta.grad(lambda x: (g(x), x.sum())[1])(np.eye(3)),
        lambda g: ta.compile(lambda x: (g(x), x)[1])(np.eye(3)),
    ):
        with pytest.raises(TypeError, match=rf"^{name}: there is no operation.*@ta\.implements\({name}\)"):
            wrap(f if f is not np.interp else lambda x: np.interp(x, [0.0, 1.0], [0.0, 1.0]))


def test_the_advice_to_declare_works(scratch):
    """As the message has it: @ta.implements(np.linalg.inv) above an @ta.op."""

    @ta.implements(np.linalg.inv)
    @ta.op(dx=lambda g, a, x: -(ta.transpose(a) @ g @ ta.transpose(a)))
    def inverse(x):
        """a = inv(x)"""
        return np.linalg.inv(x)

    m = NUMBERS["S"]
    f = lambda x: np.linalg.inv(x).sum()
    expected = -np.outer(np.linalg.inv(m).sum(0), np.linalg.inv(m).sum(1))
    for how in (ta.grad(f), ta.compile(ta.grad(f))):
        np.testing.assert_allclose(how(m), expected)
    assert ta.gradcheck(f, m, order=2).ok


@pytest.mark.optional
def test_scipys_functions_that_take_the_array_themselves_are_named():
    special = pytest.importorskip("scipy.special")
    linalg = pytest.importorskip("scipy.linalg")
    v = ta.Value(NUMBERS["S"])
    with pytest.raises(BareNumberError, match=r"^scipy\.special\.logsumexp asked .*write ta\.logsumexp"):
        special.logsumexp(v)
    with pytest.raises(BareNumberError, match=r"^scipy\.linalg\.inv asked for the bare array.*ta\.ops"):
        linalg.inv(v)
    np.testing.assert_allclose(special.logsumexp(v.detach()), special.logsumexp(NUMBERS["S"]))


def test_writing_into_an_array_is_refused_by_the_name_that_was_written():
    v, w = ta.Value(2.0), ta.Value(np.ones(3))
    for f, name in (
        (lambda: np.full(3, v, dtype=float), "np.full"),
        (lambda: np.full_like(np.ones(3), v), "np.full_like"),
        (lambda: np.add(w, 1, out=np.zeros(3)), "np.add"),
        (lambda: np.ones(3).__iadd__(w), "np.add"),
        (lambda: np.median(w, out=np.zeros(())), "np.median"),
        (lambda: np.sum(w, out=np.zeros(())), "np.sum"),
    ):
        with pytest.raises(TypeError, match=rf"^{name}[: ]"):
            f()
    with pytest.raises(TypeError, match=r"a Value can't be written into an array"):
        np.add(1.0, 2.0, out=w.detach())


def test_the_fourier_transform_says_how_its_parts_are_written():
    x, n = NUMBERS["x"], np.arange(3)
    w = 2 * np.pi * np.outer(n, n) / len(x)
    np.testing.assert_allclose(x @ np.cos(w) - 1j * (x @ np.sin(w)), np.fft.fft(x))
    with pytest.raises(TypeError, match=r"^np\.fft\.rfft: complex numbers are not differentiated.*x @ np\.cos\(w\)"):
        np.fft.rfft(ta.Value(x))


def test_what_counts_or_writes_is_not_to_be_declared():
    for name in TAKES_NUMBERS:
        assert name not in WAYS_OUT
        assert thing_of(name) is not None
        assert "declare" not in way_out(name)
    with pytest.raises(TypeError, match=r"^np\.histogram: .*value\.numpy\(\)"):
        np.histogram(ta.Value(NUMBERS["x"]))
