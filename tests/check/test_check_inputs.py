"""What `gradcheck` accepts and what it refuses; float32, random directions, gradients by hand, state."""

from __future__ import annotations

import re

import numpy as np
import pytest

import tinygrad_act as ta

from ..checker.case import declared
from ..checker.faults import accumulating, squares
from ..each import each

Z = np.array([-1.7, -0.4, 0.3, 1.9])
X = np.random.default_rng(0).normal(size=(4, 3))


# -- gradients and Jacobians by hand --------------------------------------------------------------


def test_a_gradient_by_hand_of_nested_arguments():
    f = lambda p, s: s * np.sum(p["w"] ** 2) + p["b"]
    right = lambda p, s: ({"w": 2 * s * p["w"], "b": 1.0}, np.sum(p["w"] ** 2))
    wrong = lambda p, s: ({"w": 2 * s * p["w"], "b": 1.0}, np.sum(p["w"]))
    args = {"w": Z, "b": 0.5}, 2.0
    assert ta.gradcheck(f, *args, gradient=right).digits > 10
    report = ta.gradcheck(f, *args, gradient=wrong)
    assert [entry.name for entry in report.wrong] == ["argument 1"]


def test_a_jacobian_by_hand():
    f = lambda x, y: np.outer(np.sin(x), y)
    full = lambda x, y: (
        np.cos(x)[:, None, None] * np.eye(4)[:, None, :] * y[None, :, None],
        np.sin(x)[:, None, None] * np.eye(2)[None, :, :],
    )
    y = np.array([0.5, -2.0])
    assert ta.gradcheck(f, Z, y, jacobian=full).digits > 10
    assert ta.gradcheck(f, Z, y, jacobian=lambda x, y: (full(x, y)[0], 1.001 * full(x, y)[1])).verdict == "wrong"


def test_an_ignored_argument_has_gradient_zero():
    report = ta.gradcheck(lambda x, y: x * x, 1.5, np.ones(3))
    assert report.ok
    assert [entry.numeric for entry in report.entries] == [3.0, 0.0, 0.0, 0.0]
    assert not ta.gradcheck(lambda x, y: x * x, 1.5, 2.0, gradient=lambda x, y: (2 * x, 1e-3)).ok


# -- bad input ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: ta.gradcheck(ta.sin, 1j), TypeError, "argument 0.*complex numbers are not differentiated"),
        (
            lambda: ta.gradcheck(lambda x: x * 1j, 1.0, gradient=np.cos),
            TypeError,
            "returned complex numbers; only real",
        ),
        (lambda: ta.gradcheck(lambda x: "a", 1.0, gradient=np.cos), TypeError, "result: got str 'a'; expected real"),
        (
            lambda: ta.gradcheck(lambda p: p["a"], {"a": np.array([1, np.nan])}),
            ValueError,
            r"argument 0\['a'\]\[1\] is nan",
        ),
        (lambda: ta.gradcheck(ta.sin, np.inf), ValueError, "argument 0 is inf"),
        (lambda: ta.gradcheck(np.sin, Z, gradient=np.cos), ValueError, r"returns shape \(4,\).*give jacobian= instead"),
        (lambda: ta.gradcheck(squares, Z, gradient=np.cos, jacobian=np.cos), ValueError, "not both"),
        (lambda: ta.gradcheck(squares, Z, gradient=np.cos, order=2), ValueError, "check the gradient function itself"),
        (
            lambda: ta.gradcheck(squares, Z, directions=0),
            ValueError,
            "directions must be a positive whole number, not 0",
        ),
        (lambda: ta.gradcheck(squares, [], {}), ValueError, "nothing to check"),
    ],
)
def test_bad_input_gets_a_clear_error(call, error, message):
    with pytest.raises(error, match=message):
        call()


@pytest.mark.parametrize(
    ("gradient", "message"),
    [
        (lambda x: np.ones(3), r"the gradient of argument 0 has shape \(3,\), expected \(4,\)"),
        (lambda x: (x, x), "gradient returned 2 arrays for 1 arguments' arrays"),
    ],
)
def test_a_gradient_of_the_wrong_shape_is_wrong(gradient, message):
    report = ta.gradcheck(squares, Z, gradient=gradient)
    assert report.verdict == "wrong"
    with pytest.raises(AssertionError, match=message):
        ta.testing.assert_gradients(squares, Z, gradient=gradient)
    with pytest.raises(ValueError, match="compared nothing"):
        _ = report.worst


def test_integers_and_empty_arrays_are_taken_as_they_come():
    assert ta.gradcheck(lambda x: x * x, 3).worst.numeric == 6
    assert ta.gradcheck(lambda x: (x * x).sum(), np.arange(3)).ok
    report = ta.gradcheck(lambda x, empty: (x * x).sum() + empty.sum(), Z, np.zeros((0, 2)))
    assert report.ok
    assert len(report.entries) == 4


def test_a_function_that_is_not_finite_at_the_point_names_the_argument():
    report = ta.gradcheck(lambda p: ta.log(p["x"]).sum(), {"x": np.array([0.5, -1.0])})
    assert not report.ok
    assert "log gives nan from argument 0['x'][1] = -1" in str(report)
    report = ta.gradcheck(lambda x: x * np.inf, 0.5, gradient=lambda x: 1.0)
    assert report.verdict == "cannot tell"
    assert "the function is inf at the point" in str(report)


def test_what_a_function_raises_at_the_point_itself_comes_out():
    def f(x):
        raise KeyError("no such thing")

    with pytest.raises(KeyError, match="no such thing"):
        ta.gradcheck(f, 1.0)


# -- state ----------------------------------------------------------------------------------------


def test_a_function_of_the_global_random_state_is_noticed():
    f = lambda x: (x * x).sum() * np.random.rand()
    report = ta.gradcheck(f, Z)
    assert report.verdict == "cannot tell"
    assert "not deterministic" in str(report)
    assert "it draws from NumPy's global random state" in str(report)


def test_a_function_that_keeps_state_is_noticed():
    calls = []

    def f(x):
        calls.append(0)
        return (x * x).sum() + 1e-9 * len(calls)

    assert "not deterministic" in str(ta.gradcheck(f, Z))
    assert "it keeps state" in str(ta.gradcheck(f, Z))


def test_a_gradient_that_keeps_state_is_wrong():
    assert "differs when it is computed a second time" in str(ta.gradcheck(squares, Z, gradient=accumulating()))


def test_a_function_that_writes_to_its_arguments_is_noticed():
    def f(x):
        x[1] = 5.0
        return np.sum(x)

    before = Z.copy()
    assert "the function changed argument 0 in place" in str(ta.gradcheck(f, Z, gradient=np.ones_like))
    assert np.array_equal(Z, before)
    assert "the structure of its arguments" in str(ta.gradcheck(lambda p: p.pop("a"), {"a": 1.0, "b": 2.0}))


# -- what differences cannot resolve -------------------------------------------------------------


def test_a_complex_step_confirms_what_differences_cannot_resolve():
    sigmoid = lambda x: 1 / (1 + np.exp(-x))
    right = lambda x: np.exp(-x) / (1 + np.exp(-x)) ** 2
    report = ta.gradcheck(sigmoid, 40.0, gradient=right)
    assert report.ok
    assert report.worst.note == "by a complex step"
    assert report.worst.numeric == pytest.approx(4.248354255291589e-18, rel=1e-13)
    assert not ta.gradcheck(sigmoid, 30.0, gradient=lambda x: 2 * right(x))  # 9e-14, no dust
    for factor in (0.0, 1.001):  # 4e-18 is dust beside it: what sigmoid's own rule a * (1 - a) gives is 0
        report = ta.gradcheck(sigmoid, 40.0, gradient=lambda x, factor=factor: factor * right(x))
        assert report.verdict == "agrees"
        assert "a complex step gives 4.24835e-18, which rounding hides" in str(report)


def test_without_it_the_report_says_that_it_cannot_tell():
    report = ta.gradcheck(lambda x: ta.exp(-x) / (1 + ta.exp(-x)) - 1.0, 33.0)  # at 40 it is dust beside 1
    assert report.verdict == "cannot tell"
    assert "differences resolve no more than" in str(report)
    assert not report


@pytest.mark.parametrize("count", [40, pytest.param(150, marks=pytest.mark.slow)])
def test_noise_that_a_functions_size_does_not_show_is_no_fault(count):
    """x - tanh(x) near 0 is a few roundings of x: differences of it are noise, or 0."""
    shrink = lambda x: float(x) - float(np.tanh(float(x)))
    for x in 10.0 ** np.random.default_rng(0).uniform(-8, -3, count):
        report = ta.gradcheck(shrink, x, gradient=lambda x: np.tanh(x) ** 2)
        assert report.verdict != "wrong", report
        assert ta.gradcheck(shrink, x, gradient=lambda x: 1.0).verdict == "wrong"


def test_a_function_that_is_a_stair_to_the_last_digit_is_no_fault():
    """gelu (tanh) at -6: 1 + tanh(u) has lost all but a few digits, and rises in steps of one rounding."""
    u = lambda x: 0.7978845608 * (x + 0.044715 * x**3)
    du = lambda x: 0.7978845608 * (1 + 3 * 0.044715 * x * x)
    gelu = lambda x: 0.5 * float(x) * (1 + float(np.tanh(u(float(x)))))
    slope = lambda x: 1 / (1 + np.exp(-2 * u(x))) + 0.5 * x / np.cosh(u(x)) ** 2 * du(x)
    for x in np.random.default_rng(1).uniform(-6.5, -5, 60):
        assert ta.gradcheck(gelu, x, gradient=slope).verdict != "wrong"
        assert ta.gradcheck(gelu, x, gradient=lambda x: 2 * slope(x)).verdict != "agrees"
    report = ta.gradcheck(gelu, -13.8, gradient=slope)
    assert report.verdict == "cannot tell"
    assert "the function is constant here to the last digit" in str(report)


def test_a_function_that_computes_in_float32_inside_is_told_so():
    report = ta.gradcheck(lambda x: np.tanh(x.astype(np.float32)), Z, jacobian=lambda x: np.diag(1 - np.tanh(x) ** 2))
    assert report.verdict == "cannot tell"
    assert "does it compute in float32?" in str(report)


def test_a_slope_that_does_not_settle():
    report = ta.gradcheck(lambda x: x * np.log(x) if x > 0 else 0.0, 0.0, gradient=lambda x: 0.0)
    assert report.verdict == "cannot tell"
    assert "the slope of one side does not settle" in str(report)
    assert ta.gradcheck(lambda x: x * np.log(x) if x > 0 else 0.0, 0.0, gradient=lambda x: 1e4).verdict == "wrong"


# -- float32 --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "f", [ta.tanh, ta.sigmoid, ta.softplus, ta.exp, lambda x: ta.softmax(x), lambda x: (x @ X).sum()]
)
def test_float32_passes_when_it_is_right(f):
    report = ta.gradcheck(f, np.float32([-3.0, 0.9388, 0.1, 2.0]))
    assert report.ok, report
    assert "float32: agrees within its own rounding" in str(report)


def test_a_rule_that_is_wrong_in_float32_only_is_caught(scratch):
    @ta.elementwise(dz=lambda a, _: (1 - a * a) * (1.001 if getattr(a, "dtype", None) == np.float32 else 1.0))
    def coarse(z):
        """a = tanh(z)"""
        return np.tanh(z)

    assert ta.gradcheck(coarse, Z).ok
    report = ta.gradcheck(coarse, Z.astype(np.float32))
    assert report.verdict == "wrong"
    assert "float32: WRONG by" in str(report)
    many = np.linspace(0, 3, 5000, dtype=np.float32)
    for f in (lambda z: coarse(z).sum(), lambda z: coarse(z).mean()):
        assert "float32: WRONG by" in str(ta.gradcheck(f, many))
    for f in (lambda z: ta.tanh(z).sum(), lambda z: ta.tanh(3 * z).mean()):
        assert "float32: agrees" in str(ta.gradcheck(f, many))


# -- many entries, orders -------------------------------------------------------------------------


def test_large_inputs_are_checked_along_directions_whose_number_does_not_grow():
    for size in (2_000, 50_000):
        x = np.random.default_rng(1).normal(size=size)
        report = ta.gradcheck(lambda x: (ta.tanh(x) * x).sum(), x)
        assert report.ok
        assert len(report.entries) == 8
        assert "gradient agrees in all 8 random directions" in str(report)
        bound = float(re.search(r"a fault larger than (\S+) in any single entry", str(report))[1])
        assert bound < 1e-5


@pytest.mark.parametrize(
    "f",
    [
        lambda x: (ta.relu(x) * x).sum(),
        lambda x: ta.abs(ta.tanh(x)).sum(),
        lambda x: ta.max(x.reshape((300, 100)), axis=1).sum(),
    ],
)
def test_directions_that_cross_thousands_of_kinks_raise_no_false_alarm(f):
    for seed in range(4):
        report = ta.gradcheck(f, np.random.default_rng(seed).normal(size=30_000), seed=seed)
        assert report.ok, report


@pytest.mark.parametrize("place", [0, 31_999, 77_777])
def test_a_fault_in_one_of_many_entries_is_found_and_named(place):
    x = np.random.default_rng(2).uniform(0.5, 1.5, (100_000,))
    gradient = lambda x: 2 * x * np.where(np.arange(x.size) == place, 1.001, 1.0)
    report = ta.gradcheck(squares, x, gradient=gradient)
    assert report.verdict == "wrong"
    assert str(report).startswith(f"gradient is WRONG along 1 of 1 random directions, traced to argument 0[{place}]\n")


def test_a_fault_as_large_as_the_report_states_does_show():
    x = np.random.default_rng(2).uniform(0.5, 1.5, (3_000,))
    right = lambda x: 1 - np.tanh(x) ** 2
    f = lambda x: np.sum(np.tanh(x))
    report = ta.gradcheck(f, x, gradient=right)
    bound = float(re.search(r"a fault larger than (\S+) in any single entry", str(report))[1])
    for place in range(0, 3_000, 300):
        off = 1.1 * bound * (np.arange(x.size) == place)
        assert ta.gradcheck(f, x, gradient=lambda x, off=off: right(x) + off).verdict == "wrong"


REACHED = {
    "tanh": (np.tanh, lambda z: 1 - np.tanh(z) ** 2),
    "exp": (np.exp, np.exp),
    "1 + 1e-6 sin(z)": (lambda z: 1 + 1e-6 * np.sin(z), lambda z: 1e-6 * np.cos(z)),
    "a constant": (lambda z: 1 + 0 * z, lambda z: 0 * z),
    "sin(20 z)": (lambda z: np.sin(20 * z), lambda z: 20 * np.cos(20 * z)),
}


@pytest.mark.parametrize("name", REACHED)
def test_so_it_does_in_outputs_of_many_numbers(name):
    f, slope = REACHED[name]
    x = np.random.default_rng(2).normal(size=1200)

    def checked(off):
        with declared(f, lambda g, z: g * (slope(z) + off)) as op:
            return ta.gradcheck(op, x)

    bound = float(re.search(r"a fault larger than (\S+) in any single entry", str(checked(0.0 * x)))[1])
    for place in (3, 500, 1100):
        for sign in (1.0, -1.0):
            found = checked(sign * 1.001 * bound * (np.arange(x.size) == place)).entries
            assert found[0].verdict == "wrong"  # in the first direction, after which it is traced to its entry


ZEROS = {
    "cos at pi": (np.cos, np.pi),
    "tanh at 20": (np.tanh, 20.0),
    "sigmoid at 40": (lambda x: 1 / (1 + np.exp(-x)), 40.0),
    "a sum that is 1": (lambda x: np.exp(x) / (np.exp(x) + 1) + 1 / (np.exp(x) + 1), 0.3),
    "a constant": (lambda x: 3.0 + 0 * x, 0.7),
    "sin**2 at pi": (lambda x: np.sin(x) ** 2, np.pi),
    "what cancels": (lambda x: x * 1e3 - x * 1e3 + 1, 0.3),
    "1e-15 x": (lambda x: 1e-15 * x, 0.3),
}


@each("slope", [0.0, 3e-16, 1e-15, -1e-15, 1e-12])
@each("name", ZEROS)
def test_a_slope_of_zero_gets_one_answer_by_hand_and_by_rule(name, slope):
    f, x = ZEROS[name]
    with declared(f, lambda g, x: g * slope) as op:
        by_rule = ta.gradcheck(op, x)
    assert ta.gradcheck(f, np.float64(x), gradient=lambda x: slope).verdict == by_rule.verdict
    if name == "cos at pi":
        assert by_rule.verdict == ("wrong" if slope == 1e-12 else "agrees")


def test_batches_of_inputs_are_checked_like_any_array():
    X = np.random.default_rng(4).normal(size=(3, 2, 4))
    assert ta.gradcheck(lambda x: ta.softmax(x, axis=-1), X, order=2).digits > 9


def test_directions_of_second_order():
    x = np.random.default_rng(3).normal(size=(30, 2))
    assert ta.gradcheck(lambda x: ta.tanh(x).sum() ** 2, x, order=2, directions=3).ok


def test_the_operation_at_fault_is_named(scratch):
    @ta.elementwise(dz=lambda a, _: a * (1 + a))
    def bent(z):
        """a = sigmoid(z)"""
        return ta.sigmoid(z)

    report = ta.gradcheck(lambda w: (ta.tanh(bent(X @ w)) ** 2).sum(), np.ones(3))
    assert "the fault is in the rule of bent for input 'z': at z[" in str(report)


def test_a_rule_that_is_not_linear_in_its_cotangent_is_noticed(scratch):
    @ta.op(dx=lambda g, a, x: g * ta.abs(g) * 2 * x)
    def bent_square(x):
        """a = x ** 2"""
        return x**2

    report = ta.gradcheck(bent_square, 1.5)  # with a cotangent of 1 the rule is right
    assert report.verdict == "wrong"
    assert "it is not linear in g; for -4 * g it gives -48 for argument 0, not -12" in str(report)
    assert "the fault is in bent_square: a rule is not linear in its cotangent g" in str(report)
