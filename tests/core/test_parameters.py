"""Static parameters and names that will not do: refused by name, with what to write instead."""

from __future__ import annotations

import math

import numpy as np
import pytest

import tinygrad_act as ta

from ..each import each

Z = np.array([-1.0, 0.5])


@each("z", [0.5, Z, ta.Value(0.5), ta.Value(Z)], ids=["float", "array", "Value", "Value of array"])
@each(
    ("name", "static", "message"),
    [
        ("leaky_relu", {"slope": math.nan}, r"^leaky_relu: slope=nan is not allowed; it must be a number$"),
        ("celu", {"alpha": 0.0}, r"^celu: alpha=0.0 is not allowed; it must be above 0$"),
        ("celu", {"alpha": -1}, r"^celu: alpha=-1 is not allowed; it must be above 0$"),
        ("softplus", {"beta": 0}, r"^softplus: beta=0 is not allowed; it must be above 0$"),
        ("softplus", {"beta": -2.0}, r"^softplus: beta=-2.0 is not allowed"),
        ("squareplus", {"b": -4.0}, r"^squareplus: b=-4.0 is not allowed"),
        ("elu", {"alpha": math.nan}, r"^elu: alpha=nan is not allowed; it must be a number$"),
    ],
)
def test_a_parameter_out_of_its_range_is_refused(name, static, message, z):
    with pytest.raises(ValueError, match=message):
        ta.ops[name].call(z, **static)


def test_an_unknown_parameter_names_the_known_ones():
    with pytest.raises(TypeError, match=r"^leaky_relu: unknown keyword 'alpha'; .* slope=0.01$"):
        ta.leaky_relu(0.5, alpha=0.2)
    with pytest.raises(TypeError, match=r"^relu: unknown keyword 'slope'; it takes no static parameters"):
        ta.relu(Z, slope=0.2)


def test_a_learned_parameter_is_an_input_and_a_static_one_is_no_value():
    with pytest.raises(TypeError, match=r"^leaky_relu: 'slope' is a static parameter and can't be a Value"):
        ta.leaky_relu(Z, slope=ta.Value(0.1))
    z, slope = ta.Value(Z), ta.Value(0.25)
    ta.prelu(z, slope).sum().backward()
    assert slope.grad == -1.0
    beta = ta.Value(2.0)
    ta.swish_beta(z, beta).sum().backward()
    assert beta.grad == pytest.approx(float(np.sum(Z**2 * np.exp(-2 * Z) / (1 + np.exp(-2 * Z)) ** 2)), rel=1e-14)


def test_an_unknown_name_suggests_the_nearest():
    with pytest.raises(KeyError, match=r"no operation named 'leaky_rele'; did you mean 'leaky_relu'\?"):
        ta.ops["leaky_rele"]
    with pytest.raises(KeyError, match="did you mean 'swish'"):
        ta.ops["swsh"]


FLOATING = (ta.softmax, ta.softmin, ta.log_softmax, ta.logsumexp, ta.sparsemax, ta.hardmax, ta.sigmoid, ta.gelu, ta.elu)


@pytest.mark.parametrize("f", FLOATING, ids=lambda f: f.__name__)
def test_plain_arrays_of_integers_give_floats(f):
    whole = np.array([[3, 1, 2], [0, 5, 5]])
    np.testing.assert_allclose(f(whole), f(whole.astype(float)), rtol=1e-15)
    assert f(whole).dtype == np.float64


@each("op", [op for op in ta.ops.values() if op.reference is not None and len(op.inputs) == 1])
def test_integers_become_floats_where_a_gradient_is_asked_for(op):
    static = next((c.static for c in op.cases), {})
    if op.rules[0] is None:
        return
    shape = (1, 2, 2, 2) if op.name in ("softmax2d",) else (2, 2)
    whole = -np.arange(1, math.prod(shape) + 1).reshape(shape) if op.domain.get("z", (0, 0))[1] == 0 else None
    whole = np.arange(math.prod(shape)).reshape(shape) if whole is None else whole
    with np.errstate(all="ignore"):
        f = lambda z: op.call(z, **static)
        out, pullback = ta.vjp(f, whole)
        expected, same_pullback = ta.vjp(f, whole.astype(float))
        g = np.ones(np.shape(out))
        assert out.dtype == np.float64
        np.testing.assert_allclose(op.call(whole, **static), op.call(whole.astype(float), **static), rtol=1e-15)
        if "rng" not in static:
            np.testing.assert_array_equal(out, expected)
            np.testing.assert_array_equal(pullback(g)[0], same_pullback(g)[0])


def whole_numbers(numbers):
    """The ways to give them: NumPy's, constants, and one by one."""
    array = np.array(numbers)
    constant = ta.Value(array, requires_grad=False)
    return [list(numbers), array, array.astype(np.int8), list(array), constant, tuple(constant)]


@each("compiled", [False, True], ids=["eager", "compiled"])
@each(
    ("name", "numbers", "others"),
    [
        ("tile:reps", (2, 1), {}),
        ("tile:reps", (), {}),
        ("repeat:repeats", (2, 1), {"axis": 0}),
        ("reshape:shape", (3, 2), {}),
        ("broadcast_to:shape", (2, 2, 3), {}),
        ("transpose:axes", (1, 0), {}),
        ("moveaxis:source", (1, 0), {"destination": (0, 1)}),
        ("expand_dims:axis", (0, 2), {}),
        ("flip:axis", (0, 1), {}),
        ("roll:shift", (1, 2), {"axis": (0, 1)}),
    ],
)
def test_several_whole_numbers_may_come_as_a_list_an_array_or_a_constant(name, numbers, others, compiled):
    name, _, parameter = name.partition(":")
    x = np.arange(6.0).reshape(2, 3)

    def both(z, given):
        def f(z):
            return ta.sum(ta.ops[name].call(z, **{parameter: given}, **others) * 2.0)

        return ta.ops[name].call(z, **{parameter: given}, **others), ta.grad(f)(z)

    a, slope = both(x, numbers)
    for given in whole_numbers(numbers) if numbers else [[], np.array([], int)]:
        run = ta.compile(lambda z, given=given: both(z, given)) if compiled else both
        for got, expected in zip(run(x) if compiled else run(x, given), (a, slope)):
            np.testing.assert_array_equal(got, expected)


@pytest.mark.parametrize("axes", [1, np.int8(1), np.array(1), ta.Value(1, requires_grad=False)], ids=repr)
def test_how_many_axes_tensordot_sums_over(axes):
    x, y = np.arange(6.0).reshape(2, 3), np.arange(6.0).reshape(3, 2)
    np.testing.assert_array_equal(ta.tensordot(x, y, axes=axes), x @ y)
    slope = ta.grad(lambda z: ta.sum(ta.tensordot(z, y, axes=axes)))(x)
    np.testing.assert_array_equal(slope, np.ones((2, 2)) @ y.T)
    with pytest.raises(TypeError, match="expected how many axes to sum over, or a pair"):
        ta.tensordot(x, y, axes=np.array(1.0))
