"""Python's floats raise where IEEE has an answer; in a graph they obey IEEE, at every order of derivative.

The oracle is the same computation with arrays in place of all numbers: there NumPy divides.
"""

from __future__ import annotations

import itertools
import math
import re

import numpy as np
import pytest

import tinygrad_act as ta
from tinygrad_act.core.op import REQUIRED

from ..each import each

pytestmark = pytest.mark.filterwarnings("ignore::RuntimeWarning")  # NumPy's, at a pole
_PLACES = (0.0, -0.0, 1.0, -1.0, math.inf, 5e-324, 0, -1, 1e308)
_STARTS = {
    "float": float, "np": np.float64,
    "0-d": lambda x: np.array(float(x)), "array": lambda x: np.array([float(x)]),
}  # fmt: skip
ELEMENTWISE = [op for op in ta.ops.values() if op.elementwise and len(op.inputs) < 3]
ids = lambda op: op.name


def _nested(f, order):
    for _ in range(order):
        f = lambda x, f=f: ta.sum(ta.grad(f)(x))
    return f


def _same(found, expected):
    if math.isnan(expected):
        return math.isnan(found)
    return found == expected or math.isclose(found, expected, rel_tol=1e-9, abs_tol=1e-300)


def _number(x):
    return float(np.ravel(x)[0])


@each("op", ELEMENTWISE, ids=ids, parts=3)
def test_numbers_beside_arrays_obey_ieee_to_third_order(op):
    static = {name: 0.5 for name, default in op.defaults.items() if default is REQUIRED}
    for args in itertools.product(_PLACES, repeat=len(op.inputs)):
        if op.name.startswith("pow") and args[1] == 1e308:
            continue  # y - 1 is y there: which of 0 and infinity wins is a matter of rounding
        for position, rule in enumerate(op.rules):
            if type(args[position]) is int:
                continue  # where it starts it is a float: 0 is 0.0 once more
            for order in (0, 1, 2, 3) if rule is not None else ():
                assert_like_arrays(op, args, position, order, static)


def assert_like_arrays(op, args, position, order, static):
    def f(x, constant=lambda c: c):
        given = [constant(arg) for arg in args]
        given[position] = x
        return ta.sum(op.call(*given, **static))

    every = _nested(lambda x: f(x, _STARTS["array"]), order)(_STARTS["array"](args[position]))
    for name, start in _STARTS.items():
        if name == "array" and (len(args) == 1 or op.name == "bce_with_logits"):
            continue  # the same once more; a loss does not broadcast
        found = _nested(f, order)(start(args[position]))
        assert _same(_number(found), _number(every)), f"{op.name}{args} by {position}, order {order}: {name}"


WITH_NUMBERS = [op for op in ta.ops.values() if "float" in op.kinds.values() and len(op.inputs) == 1]


@each("op", WITH_NUMBERS, ids=ids)
def test_static_parameters_at_their_ends_obey_ieee(op):
    """They are refused by name, or computed with: no division by zero, no overflow comes out of a rule."""
    required = {name: 0.5 for name, default in op.defaults.items() if default is REQUIRED} | (
        {"rng": 0} if op.defaults.get("rng") is REQUIRED else {}
    )
    for name, value in itertools.product(op.kinds, (0.0, -0.0, 0, 5e-324, 1e308, math.inf, -1.0)):
        if op.kinds[name] != "float":
            continue
        for x, order in itertools.product((0.0, 1.0, -2.0, math.inf), (0, 1, 2, 3)):
            for start in _STARTS.values():
                f = _nested(lambda x, p={**required, name: value}: ta.sum(op.call(x, **p)), order)
                refused = ""
                try:
                    f(start(x))
                except ValueError as error:
                    refused = str(error)
                assert not refused or re.search(f"{op.name}: .*(is not allowed|is above)", refused)


@pytest.mark.parametrize("way", [lambda f: f, ta.compile], ids=["eager", "compiled"])
@pytest.mark.parametrize("f", [lambda x: ta.var(x, ddof=1), lambda x: ta.std(x, ddof=2), lambda x: x / (x - x)])
def test_of_no_degrees_of_freedom_nothing_is_known(f, way):
    for order in (1, 2):
        for start in (0.5, np.array(0.5)):
            assert math.isnan(_number(way(_nested(f, order))(start)))


def test_a_rule_of_any_operation_may_divide_a_number_by_zero():
    @ta.op(dx=lambda g, _, x, *, by: g / by)
    def slice_of(x, *, by):
        """a = x / by"""
        return np.divide(x, by)

    try:
        f = lambda x: ta.sum(slice_of(x, by=0.0)) * x
        assert ta.grad(f)(0.5) == math.inf
        assert ta.grad(ta.grad(f))(0.5) == math.inf
    finally:
        del ta.ops["slice_of"]


def test_whole_numbers_of_python_are_numbers():
    assert ta.pow(0, -1) == math.inf
    assert ta.pow(2, -1) == 0.5
    assert ta.div(1, 0) == math.inf
    assert math.isnan(ta.div(0, 0))
    assert ta.log(0) == -math.inf


@pytest.mark.parametrize("value", [0.0, -0.0, 0, np.float64(0)])
def test_an_array_over_zero_to_third_order(value):
    x = np.array([1.0, -2.0, 0.0])
    for f, at in ((lambda x: x / value, x), (lambda y: x / y, np.zeros(3)), (lambda y: 1.0 / y, 0.0)):
        for order in (1, 2, 3):
            for way in (lambda f: f, ta.compile):
                assert np.shape(way(_nested(lambda x, f=f: ta.sum(f(x)), order))(at)) == ()
    assert ta.grad(lambda x: ta.sum(x / value))(x).tolist() == (1 / np.full(3, float(value))).tolist()
    assert ta.grad(lambda y: ta.sum(1.0 / y))(0.0) == -math.inf
    assert ta.grad(ta.grad(lambda y: y**-1))(0.0) == math.inf
    assert ta.grad(ta.grad(lambda y: 1 / y))(-0.0) == -math.inf
    assert ta.grad(lambda y: y**-1)(0) == -math.inf
