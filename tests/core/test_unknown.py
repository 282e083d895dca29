"""`ta.unknown`: an operation without a rule computes, and raises by name where a gradient goes through it."""

from __future__ import annotations

import pickle

import numpy as np
import pytest

import tinygrad_act as ta
from tinygrad_act.__main__ import main
from tinygrad_act.check import samples
from tinygrad_act.core.errors import UnknownDerivative

from ..conftest import every_case
from ..each import each

pytestmark = pytest.mark.usefixtures("scratch")

X = np.array([0.5, 1.5, -2.0])


@pytest.fixture
def median(scratch):
    @ta.op(dx=ta.unknown)
    def median(x):
        """a = median(x)"""
        return np.asarray(np.median(x))

    return median


@pytest.fixture
def cube(scratch):
    @ta.elementwise(dz=ta.unknown, reference="", kinks={0.0: "right"})
    def cube(z):
        """a = z ** 3"""
        return z**3

    return cube


@pytest.fixture
def half(scratch):
    @ta.elementwise(dx=ta.unknown, dy=lambda a, x, y: x)
    def half(x, y):
        """a = x * y"""
        return x * y

    return half


def test_it_computes_everywhere(median, cube):
    assert median(X) == median(ta.Value(X)).item() == 0.5
    assert cube(2.0) == cube(ta.Value(2.0)).item() == 8.0
    assert ta.compile(lambda x: median(x))(X) == 0.5
    with ta.no_grad():
        assert cube(ta.Value(X)).shape == (3,)
    assert pickle.loads(pickle.dumps(ta.ops["cube"])) is ta.ops["cube"]


WAYS = {
    "backward of a number": lambda f, x: (f(ta.Value(x[0]) * 2.0) + 1.0).backward(),
    "backward of an array": lambda f, x: f(ta.Value(x)).sum().backward(),
    "grad": lambda f, x: ta.grad(lambda x: f(x * x).sum())(x),
    "value_and_grad": lambda f, x: ta.value_and_grad(lambda x: f(x).sum())(x),
    "vjp": lambda f, x: ta.vjp(lambda x: f(x).sum(), x)[1](1.0),
    "jacobian": lambda f, x: ta.jacobian(f)(x),
    "hessian": lambda f, x: ta.hessian(lambda x: (f(x) * x).sum())(x),
    "hvp": lambda f, x: ta.hvp(lambda x: f(x).sum(), x, x),
    "compile": lambda f, x: ta.compile(ta.grad(lambda x: f(x).sum()))(x),
    "gradcheck": lambda f, x: ta.gradcheck(f, x),
    "at_kink": lambda f, x: ta.at_kink(0.5)(ta.grad(lambda x: f(x).sum()))(x),
    "derivative_form": lambda f, x: ta.derivative_form("input")(ta.grad(lambda x: f(x).sum()))(x),
    "debug": lambda f, x: ta.debug()(ta.grad(lambda x: f(x).sum()))(x),
}


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize(("which", "said"), [("median", "median: .*input 'x'.*dx=ta.unknown"), ("cube", "cube: .*'z'")])
def test_a_gradient_through_it_raises_by_name(request, way, which, said):
    f = request.getfixturevalue(which)
    with pytest.raises(UnknownDerivative, match=said):
        WAYS[way](f, X)


def test_only_the_input_that_is_unknown_raises(half):
    assert np.array_equal(ta.grad(lambda y: half(X, y).sum())(X), X)
    with pytest.raises(UnknownDerivative, match="half: .*input 'x'"):
        ta.grad(lambda x: half(x, X).sum())(X)
    assert np.array_equal(ta.grad(lambda x: (half(ta.stop_gradient(x), X) * x).sum())(X), X * X)


def test_it_raises_in_a_second_derivative_only_where_it_is_needed(half):
    assert ta.grad(lambda x: ta.grad(lambda y: half(x, y))(3.0))(2.0) == 1.0  # the rule of y is x: it knows
    with pytest.raises(UnknownDerivative):
        ta.hessian(lambda p: half(p[0], p[1]) * p[1])(X[:2])


def test_a_pass_that_failed_leaves_no_trace(cube):
    v = ta.Value(2.0)
    with pytest.raises(UnknownDerivative):
        (cube(v) + v).backward()
    v.zero_grad()
    (v * v).backward()
    assert v.grad == 4.0


def test_a_variadic_operation_and_a_rule_that_is_derived():
    @ta.op(dxs=ta.unknown)
    def all_of(*xs):
        """a = concatenate(xs, 0)"""
        return np.concatenate(xs)

    with pytest.raises(UnknownDerivative, match="all_of: .*input 'xs'"):
        ta.grad(lambda x: all_of(x, x).sum())(X)

    @ta.elementwise(dz=ta.unknown)
    def odd(z):
        """a = z ** 3"""
        return z**3

    with pytest.raises(TypeError, match="none can be derived through the body: odd: a gradient was asked for"):
        ta.activation(lambda_named("bent", lambda z: z * odd(z)))


def lambda_named(name, f):
    f.__name__, f.__doc__ = name, "a = z ** 4"
    return f


def test_where_it_says_nothing_it_is_refused():
    with pytest.raises(TypeError, match="bent: an activation is proven, and an unknown derivative can't be"):
        ta.activation(dz=ta.unknown)(lambda_named("bent", lambda z: z**4))
    with pytest.raises(ValueError, match="bent: input=ta.unknown says nothing"):
        ta.elementwise(dz=1.0, input=ta.unknown)(lambda_named("bent", lambda z: z))


def test_it_is_shown_as_what_it_is(cube, median, capsys):
    assert ta.ops["cube"].derivative == ta.ops["median"].derivative == "unknown"
    assert repr(ta.unknown) == "ta.unknown"
    card = ta.card("cube")
    assert card.derivatives[0].text == "unknown"
    assert card.svg().startswith("<svg")
    assert ta.plot("cube").svg().startswith("<svg")
    assert "unknown" in ta.draw(cube(ta.Value(2.0, label="z"))).text()
    assert main(["check", "cube", "median", "sum_apart"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert all("derivative unknown" in line for line in lines[1:4])


def test_internal_operations_that_nobody_differentiates_say_so():
    x, ones = ta.Value(np.ones((2, 3))), np.ones((3, 1))
    with pytest.raises(UnknownDerivative, match="sum_apart"):
        ta.ops["sum_apart"].call(x, np.array([0, 4]), ones).sum().backward()
    assert ta.gradcheck(lambda x: ta.log_softmax(x), x.data + np.arange(3.0), order=2).ok


@each(("op", "case"), every_case())
def test_none_is_declared_only_where_nothing_flows(op, case):
    """A result that moves with an input has a rule for it, or says that nobody wrote one."""
    arrays = samples.sample(op, case)
    rules = op.rules * len(arrays) if op.variadic else op.rules
    for i, rule in enumerate(rules):
        if rule is None and getattr(arrays[i], "dtype", np.dtype(int)).kind == "f" and op.name != "stop_gradient":
            moved = [x * (1 + 1e-7) + 1e-9 if j == i else x for j, x in enumerate(arrays)]
            before, after = op.call(*arrays, **case.static), op.call(*moved, **case.static)
            assert np.array_equal(before, after), f"{op.name} moves with {op.names(len(arrays))[i]}"
