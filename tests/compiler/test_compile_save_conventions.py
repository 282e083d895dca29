"""Programs recorded under a convention, and of derivatives that were derived from a body: saved and pickled, they
give the same bits."""

from __future__ import annotations

import pickle

import numpy as np
import pytest

import tinygrad_act as ta
from tinygrad_act.check import samples
from tinygrad_act.core.trees import flatten
from tinygrad_act.engine.tracing import Pull

from ..conftest import flows
from ..each import each
from ..saved_programs import bits, run_all

CONVENTIONS = {
    "output": ta.derivative_form("output"), "input": ta.derivative_form("input"), "left": ta.at_kink("left"),
    "shortest": ta.at_kink("min_norm"), "quarter": ta.at_kink(0.25), "torch": ta.dialect("torch"),
    "keras": ta.dialect("keras"),
}  # fmt: skip


def asked(op):
    """The conventions that change anything for `op`; for all others one."""
    if op.forms:
        yield from ("output", "input")
    if op.kinks:
        yield from ("left", "shortest", "quarter")
    yield from [name for name in ("torch", "keras") if name in op.elsewhere][:1] or ["input"]


def exactly(tree):
    """All that two results must have in common: every bit, but for those of a NaN."""
    return bits([type(x)(np.nan) if type(x) is float and x != x else np.where(np.isnan(x), np.nan, x).astype(x.dtype)
                 if isinstance(x, np.ndarray) else x for x in flatten(tree)])  # fmt: skip


def gradient(f, count):
    def loss(*xs):
        a = f(*xs)
        return ta.sum(a * a)

    return ta.value_and_grad(loss, tuple(range(count)))


def on_kinks(op, arrays):
    """The arrays with some entries where the operation has a kink."""
    places = [place for place in op.kinks if isinstance(place, float)] or [0.0]
    moved = [np.array(x) for x in arrays]
    for x in moved:
        x.flat[::2] = places[0]
    return moved


PARTS = 3


def recorded(part):
    """(key, the function, arguments to record it on, arguments to run it on) for a part of the registry."""
    for op in list(filter(flows, ta.ops.values()))[part::PARTS]:
        for number, case in enumerate(samples.cases(op)[:2]):
            f, arrays = samples.movable(op, case)
            if not arrays:
                continue
            for name in dict.fromkeys(asked(op)):
                g = gradient(f, len(arrays))
                yield (op.name, name, number), g, arrays, [arrays, on_kinks(op, arrays)]
                if not any(np.ndim(x) for x in arrays):
                    numbers = [float(x) for x in arrays]
                    yield (op.name, name, "float"), g, numbers, [numbers, [0.0 * x for x in numbers]]


@pytest.fixture(scope="module", params=range(PARTS))  # whole, two workers would make all of it twice
def saved(tmp_path_factory, request):
    """By key: what eager gave under the convention, the program, the saved one, and the pickled one. Also what was
    called as it is."""
    folder = tmp_path_factory.mktemp("saved")
    calls, known, opaque = [], [], set()
    for key, f, first, many in recorded(request.param):
        with CONVENTIONS[key[1]], np.errstate(all="ignore"):
            program = ta.compile(f).trace(*first)
            expected = [f(*args) for args in many]
        path = folder / f"p{len(calls)}.py"
        program.save(path)
        calls.append((str(path), program.name, many))
        again = pickle.loads(pickle.dumps(program))
        known.append((key, expected, [program(*args) for args in many], [again(*args) for args in many]))
        if key[2] != "float" and any(isinstance(x, Pull) for x in program.objects.values()):
            opaque.add(key[0])
    there = [[result for result, _ in results] for results in run_all(folder, calls)]
    return {key: (*rest, mine) for (key, *rest), mine in zip(known, there, strict=True)}, opaque


def test_all_are_saved_and_pickled_with_the_same_bits(saved):
    programs, _ = saved
    assert len({key[0] for key in programs}) > 100 / PARTS
    for key, (_, mine, pickled, there) in programs.items():
        for a, b, c in zip(mine, pickled, there, strict=True):
            assert exactly(a) == exactly(b) == exactly(c), key


def test_programs_do_what_the_convention_says(saved):
    programs, _ = saved
    for key, (expected, mine, _, _) in programs.items():
        for (value, slopes), (found, theirs) in zip(expected, mine, strict=True):
            np.testing.assert_allclose(found, value, rtol=1e-12, atol=1e-14, err_msg=str(key))
            for x, y in zip(slopes, theirs, strict=True):
                np.testing.assert_allclose(y, x, rtol=1e-10, atol=1e-12, err_msg=str(key))


def test_conventions_become_lines(saved):
    """A program under a convention is as fast as one without: no elementwise step is called as it is."""
    _, opaque = saved
    assert not [name for name in opaque if ta.ops[name].elementwise]
    with ta.derivative_form("input"):
        f = ta.compile(ta.grad(lambda x: ta.sum(ta.sigmoid(x))))
        f(np.ones(5))
    assert "sigmoid_dz" not in f.source


@each("name", ["left", "shortest", "quarter", "torch"])
@each("op", [ta.relu, ta.hard_tanh, lambda z: ta.clip(z, min=-0.5, max=0.5)])
def test_an_infinite_cotangent_stops_at_a_mask_beside_a_kink_that_was_asked_for(op, name):
    g = ta.grad(lambda z: ta.sum(op(z) * z))
    x = np.array([0.3, np.inf, -np.inf, -0.2, np.nan])
    with CONVENTIONS[name], np.errstate(all="ignore"):
        np.testing.assert_array_equal(ta.compile(g)(x), g(x))
        more = np.append(x, [0.0, 1.0, -1.0, 0.5, -0.5])  # some lie on the kinks: the others' slopes stay
        np.testing.assert_array_equal(g(more)[:5], g(x))
        np.testing.assert_array_equal(ta.compile(g)(more), g(more))


@pytest.mark.parametrize("name", ["relu", "abs", "clip", "hard_sigmoid"])
def test_a_kink_that_raises_still_does_when_saved(name, tmp_path):
    static = {"min": -1.0, "max": 0.0} if name == "clip" else {}
    at = -3.0 if name == "hard_sigmoid" else 0.0
    with ta.at_kink("raise"):
        f = ta.compile(ta.grad(lambda x: ta.sum(ta.ops[name].call(x, **static))))
        expected = f(np.array([0.5, -0.5]))
        f.save(tmp_path / "f.py")
    space = {}
    exec((tmp_path / "f.py").read_text(), space)
    saved = space[f.program.name]
    np.testing.assert_array_equal(saved(np.array([0.5, -0.5])), expected)
    with pytest.raises(ValueError, match=rf'{name}: an entry lies on .*at_kink\("raise"\) is on'):
        saved(np.array([0.5, at]))


def test_what_only_this_package_can_look_for_is_named(tmp_path):
    with ta.at_kink("raise"):
        f = ta.compile(ta.grad(lambda x: ta.sum(ta.crelu(x))))
        f(np.array([0.5, -0.5]))
    with pytest.raises(TypeError, match=r'crelu_dz, which .*at_kink\("raise"\) was on'):
        f.save(tmp_path / "x.py")


# -- derivatives that were derived from a body ---------------------------------------------------------------------


@pytest.fixture
def declared(scratch):
    """Activations without a derivative of their own, and their second derivatives by hand; what a declaration checks is
    not what these tests are about."""

    @ta.activation(check=False)
    def wavy(z):
        """a = z * tanh(z)"""
        return z * ta.tanh(z)

    @ta.activation(check=False)
    def bent(z, *, steep=2.0):
        """a = where(z > 0, z + steep * square(z), exp(z) - 1)"""
        return ta.where(z > 0, z + steep * ta.square(z), ta.exp(z) - 1)

    @ta.activation(check=False)
    def gated(z):
        """a = z * sigmoid(z) + maximum(z, 0)"""
        return z * ta.sigmoid(z) + ta.maximum(z, 0.0)

    def gate(z):
        s = 1 / (1 + np.exp(-z))
        return s * (1 - s) * (2 + z * (1 - 2 * s))

    return {
        wavy: lambda z: 2 * (1 - np.tanh(z) ** 2) * (1 - z * np.tanh(z)),
        bent: lambda z: np.where(z > 0, 4.0, np.exp(z)),
        gated: gate,
    }


Z = np.array([-2.5, -0.3, 0.4, 1.7])


def test_derived_derivatives_are_saved_and_pickled(declared, tmp_path):
    calls, mine = [], []
    for f in declared:
        for x in (Z, Z.astype(np.float32), 0.7):
            many = [[x], [x * np.nan], [x * 1e30], [x * 0]] if x is not Z else [[x], [np.where(x > 0, np.nan, x)]]
            for g in (ta.value_and_grad(lambda z, f=f: ta.sum(f(z) * z)),
                      ta.grad(lambda z, f=f: ta.sum(ta.grad(lambda z: ta.sum(f(z) * z))(z)))):  # fmt: skip
                program = ta.compile(g).trace(x)
                assert "_dz(" not in program.source
                path = tmp_path / f"d{len(calls)}.py"
                program.save(path)
                calls.append((str(path), program.name, many))
                again = pickle.loads(pickle.dumps(program))
                mine.append([exactly(program(*args)) for args in many])
                assert [exactly(again(*args)) for args in many] == mine[-1]
                with np.errstate(all="ignore"):
                    for args in many:
                        for a, b in zip(flatten(g(*args)), flatten(program(*args)), strict=True):
                            np.testing.assert_allclose(b, a, rtol=1e-5 if np.asarray(x).dtype == "f" else 1e-12)
    there = run_all(tmp_path, calls)
    assert [[exactly(result) for result, _ in results] for results in there] == mine


def test_derived_derivatives_have_derivatives_of_their_own(declared):
    for f, second in declared.items():
        name = f.__name__
        np.testing.assert_allclose(ta.derivative(name, 2)(Z), second(Z), rtol=1e-13)
        np.testing.assert_allclose(ta.derivative(name, 2)(float(Z[0])), second(Z[0]), rtol=1e-13)
        third = (second(Z + 1e-6) - second(Z - 1e-6)) / 2e-6
        np.testing.assert_allclose(ta.derivative(name, 3)(Z), third, rtol=1e-8, atol=1e-8)
        np.testing.assert_allclose(ta.grad(lambda z, name=name: ta.sum(ta.derivative(name, 2)(z)))(Z), third,
                                   rtol=1e-8, atol=1e-8)  # fmt: skip
        assert np.isnan(ta.derivative(name, 2)(np.array([np.nan, 0.5]))).tolist() == [True, False]
        assert name in ta.card(name).text()
        assert name in repr(ta.ops[name])


def test_a_nan_is_not_swallowed_by_a_program_recorded_without_one(declared):
    """Of a second derivative, too: whether there is one was asked when the rule was recorded."""
    for f in declared:
        slope = ta.grad(lambda z, f=f: ta.sum(f(z)))
        for g in (slope, ta.grad(lambda z, slope=slope: ta.sum(slope(z)))):
            compiled = ta.compile(g)
            compiled(Z)
            assert np.isnan(compiled(np.where(Z > 0, np.nan, Z))).tolist() == [False, False, True, True]
