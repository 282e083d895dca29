"""NumPy's float64, integers and bool are Python's numbers where they meet nothing but numbers.

Beside an array NumPy's promotion holds, to which a np.float64 is wider than a float: there the truth is
NumPy's own result. Everywhere else it is the same program written with Python's numbers.
"""

from __future__ import annotations

import math
import operator
import random
import warnings

import numpy as np
import pytest

import tinygrad_act as ta
from tinygrad_act import Value
from tinygrad_act.core.graph import topological_order
from tinygrad_act.engine.backprop_scalar import pull_scalars

from ..each import each

NUMBERS = {
    "float64": np.float64(1.5),
    "int64": np.int64(3),
    "int8": np.int8(-3),
    "uint8": np.uint8(200),
    "uint64": np.uint64(2**63),
    "longlong": np.longlong(7),
    "bool": np.True_,
    "zero": np.float64(0.0),
    "int zero": np.int32(0),
    "nan": np.float64(math.nan),
    "inf": np.float64(-math.inf),
}
KEPT = {"float32": np.float32(1.5), "float16": np.float16(1.5), "0-d": np.array(1.5), "0-d int": np.array(3)}
OPERATORS = {
    "+": operator.add, "-": operator.sub, "*": operator.mul, "/": operator.truediv, "**": operator.pow,
    "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge, "==": operator.eq, "!=": operator.ne,
    "ta.maximum": ta.maximum, "np.minimum": np.minimum, "np.multiply": np.multiply,
    "&": lambda x, y: (x > 0) & (y > 0), "|": lambda x, y: (x > 0) | (y > 0),
}  # fmt: skip
SCALARS = {"float": 2.0, "negative": -2.0, "zero": 0.0, "int": 2, "True": True}
ARRAYS = {
    "float64": np.array([1.0, 2.0]), "float32": np.array([1, 2], np.float32), "float16": np.array([1, 2], np.float16),
    "0-d": np.array(2.0), "0-d float32": np.array(2, np.float32), "one entry": np.ones((1, 1), np.float32),
    "empty": np.zeros((0, 2), np.float32),
}  # fmt: skip
WHOLE = {"int64": np.array([1, 2]), "uint8": np.array([1, 200], np.uint8), "bool": np.array([True, False])}


def same(found, expected):
    """Whether two results are the same number of the same type."""
    mine, other = getattr(found, "_held", found), getattr(expected, "_held", expected)
    assert type(mine) is type(other)
    np.testing.assert_array_equal(mine, other)


def outcome(f, *args):
    """What it gives, or what is said."""
    try:
        return f(*args), ""
    except (TypeError, ValueError, RuntimeWarning) as error:
        return None, str(error)


@each("gradient", [True, False], ids=["leaf", "constant"])
@each("start", SCALARS.values(), ids=SCALARS)
@each("f", OPERATORS.values(), ids=OPERATORS)
def test_beside_a_scalar_value_it_is_a_python_number(f, start, gradient):
    for number in NUMBERS.values():
        check_beside(number, f, start, gradient)


def check_beside(number, f, start, gradient):
    v, w = Value(start, requires_grad=gradient), Value(start, requires_grad=gradient)
    for x, y, p, q in ((v, number, w, number.item()), (number, v, number.item(), w)):
        found, said = outcome(f, x, y)
        expected, also = outcome(f, p, q)
        assert said == also
        if said:
            continue
        same(found, expected)
        assert not any(isinstance(part, (np.generic, np.ndarray)) for part in (*(found.inputs or ()), v._held))
        if found.requires_grad:
            v.zero_grad(), w.zero_grad()
            found.backward(), expected.backward()
            same(v.grad, w.grad)
            assert type(v.grad) is float


@each("gradient", [True, False], ids=["leaf", "constant"])
@each("f", OPERATORS.values(), ids=OPERATORS)
@each("number", (NUMBERS | KEPT).values(), ids=NUMBERS | KEPT)
def test_beside_an_array_numpys_promotion_holds(number, f, gradient):
    """Compiled beside single precision, where a float64 widens and a float does not, with an axis and without; beside
    all arrays if slow."""
    beside_arrays(number, f, gradient, ("float32", "0-d float32"))


@pytest.mark.slow
@each("f", OPERATORS.values(), ids=OPERATORS)
@each("number", (NUMBERS | KEPT).values(), ids=NUMBERS | KEPT)
def test_beside_an_array_so_it_does_when_compiled(number, f):
    beside_arrays(number, f, True, ARRAYS)


def beside_arrays(number, f, gradient, compiled):
    for name, array in (ARRAYS if gradient else ARRAYS | WHOLE).items():
        v = Value(array, requires_grad=gradient)
        for x, y, plain in ((v, number, (array, number)), (number, v, (number, array))):
            with np.errstate(all="ignore"), warnings.catch_warnings():
                warnings.simplefilter("ignore")  # NumPy's, about float16
                expected, refused = outcome({ta.maximum: np.maximum}.get(f, f), *plain)
                found, said = outcome(f, x, y)
            assert bool(said) == bool(refused)
            if not said:
                assert found.dtype == np.asarray(expected).dtype
                np.testing.assert_allclose(found.numpy(), expected, rtol=2e-3 if array.dtype == np.float16 else 1e-6)
                # of the same arrays a constant's program is the same
                if gradient and name in compiled and np.isfinite(number):
                    recorded = ta.compile(lambda a, f=f, left=x is v, n=number: f(a, n) if left else f(n, a))
                    assert np.asarray(recorded(array)).dtype == found.dtype


@pytest.mark.parametrize("kept", KEPT.values(), ids=KEPT)
def test_what_is_no_python_number_keeps_its_dtype(kept):
    for y in (Value(kept, requires_grad=False), Value(kept), Value(2.0) * kept, kept * Value(2.0)):
        assert isinstance(y._held, np.ndarray)
        assert y.shape == ()
        assert y.dtype == (kept.dtype if kept.dtype.kind == "f" or (y.op is None and not y.level) else np.float64)


def at(op, number, form):
    """`op` at one number for every input, once for each: that one as `form` has it, the others Values; and all as
    leaves made from it. What is given, or said, and the gradient."""
    count = 2 if op.variadic else len(op.inputs)
    for position in range(count if count > 1 else 0, -1, -1):
        v = Value(form(number))
        try:
            a = op.call(*[form(number) if i == position and count > 1 else v for i in range(count)])
            flows = a.requires_grad and a.size == 1
            if flows:
                a.backward()
        except Exception as error:  # no operation for single numbers
            yield f"{type(error)}: {error}", None
            continue
        yield a._held, v.grad if flows else None


@each("op", ta.ops.values(), ids=lambda op: op.name)
def test_every_operation_takes_it_for_a_python_number(op):
    for number in (0.5, 0.0, -2.0, 700.0, math.inf, math.nan):
        with np.errstate(all="ignore"):
            found, expected = list(at(op, number, np.float64)), list(at(op, number, float))
        assert len(found) == len(expected)
        for mine, other in zip(found, expected):
            for a, b in zip(mine, other):
                assert type(a) is type(b)
                if isinstance(a, str):
                    assert a == b
                elif a is not None:
                    np.testing.assert_array_equal(a, b)


@each("op", [op for op in ta.ops.values() if op.defaults], ids=lambda op: op.name)
def test_a_static_parameter_of_a_scalar_is_a_python_number(op):
    given = {name: x for name, x in op.defaults.items() if type(x) is float and math.isfinite(x)}
    if not given or len(op.inputs) != 1 or op.variadic:
        return
    for number in (0.5, -800.0, 800.0):
        v, w = Value(number), Value(number)
        found, said = outcome(lambda x: op.call(x, **{name: np.float64(x) for name, x in given.items()}), v)
        expected, also = outcome(lambda x: op.call(x, **given), w)
        assert said == also
        if said or not isinstance(expected._held, float):
            continue
        same(found, expected)
        assert not any(isinstance(x, np.generic) for x in found.static.values())
        if found.requires_grad:
            found.backward(), expected.backward()
            same(v.grad, w.grad)


def test_a_static_nan_is_refused_whatever_type_it_has():
    for nan in (math.nan, np.float64(math.nan), np.float32(math.nan)):
        with pytest.raises(ValueError, match="leaky_relu: slope=.*nan.* is not allowed"):
            ta.leaky_relu(Value(1.0), slope=nan)


@pytest.mark.parametrize("number", NUMBERS.values(), ids=NUMBERS)
def test_every_way_into_a_scalar_value(number):
    v = Value(number)
    same(v._held, float(number))
    same(Value(number, requires_grad=False)._held, number.item())
    v = Value(1.0)
    v.data = number
    same(v.data, float(number))
    v.grad = number
    same(v.grad, float(number))
    y = Value(2.0)
    (y * 3).backward(number)
    same(y.grad, 3 * float(number))
    y = Value(2.0)
    ta.vjp(lambda y: y * 3, 2.0)
    same(ta.vjp(lambda y: y * 3.0, 2.0)[1](number)[0], 3 * float(number))


def cube(x):
    return x * x * x


STARTS = {
    "grad": lambda x: ta.grad(cube)(x),
    "value": lambda x: ta.value_and_grad(cube)(x)[0],
    "vjp": lambda x: ta.vjp(cube, x)[0],
    "pullback": lambda x: ta.vjp(cube, x)[1](np.float64(1.0))[0],
    "jacobian": lambda x: ta.jacobian(cube)(x),
    "hessian": lambda x: ta.hessian(cube)(x),
    "hvp": lambda x: ta.hvp(cube, x, np.int64(1)),
    "tree": lambda x: ta.grad(lambda p: cube(p["x"][0]))({"x": [x]})["x"][0],
    "result": lambda x: ta.value_and_grad(lambda y: 0 * y + x)(1.0)[0],
}


@each("start", STARTS.values(), ids=STARTS)
@each("number", NUMBERS.values(), ids=NUMBERS)
def test_the_start_of_a_transform(number, start):
    with np.errstate(all="ignore"):
        same(start(number), start(float(number)))


@pytest.mark.parametrize("start", [ta.grad(cube), cube, ta.hessian(cube)], ids=["grad", "cube", "hessian"])
def test_a_program_takes_a_float64_for_a_float(start):
    program = ta.compile(start)
    same(program(np.float64(1.5)), start(1.5))
    same(program(1.5), start(1.5))
    same(program(np.float64(2.5)), start(2.5))
    assert program.trace(np.float64(0.5)) is program.trace(0.5)
    assert len(program.programs) == 1
    assert isinstance(program(np.float32(1.5)), np.ndarray)


def test_a_program_has_a_float64_among_narrower_arrays_widen_them():
    for array in ARRAYS.values():
        f = ta.compile(lambda x, s: x * s)
        assert np.asarray(f(array, np.float64(2.0))).dtype == (array * np.float64(2.0)).dtype
        assert np.asarray(f(array, 2.0)).dtype == (array * 2.0).dtype


def test_whole_numbers_do_not_overflow():
    c = lambda x: Value(x, requires_grad=False)
    assert (c(200) + np.uint8(100)).item() == 300
    assert (np.uint8(200) * c(2)).item() == 400
    assert (c(2**62) * np.int64(2**62)).item() == 2**124
    assert (-c(np.int8(-128))).item() == 128
    assert (c(0) - np.uint64(1)).item() == -1
    assert (c(2) ** np.int64(-1)).item() == 0.5
    assert (Value(1.0) + np.uint64(2**64 - 1)).item() == 2.0**64


def test_division_by_zero_is_that_of_floats_and_does_not_warn():
    for zero in (np.float64(0.0), np.int64(0), np.False_):
        same(Value(1.0) / zero, Value(1.0) / 0.0)
        same(Value(-1.0) / zero, Value(-1.0) / 0.0)
        same(np.float64(1.0) / Value(0.0), 1.0 / Value(0.0))
        same(Value(0.0) ** -np.float64(1.0), Value(0.0) ** -1.0)
        same(Value(2, requires_grad=False) / zero, Value(2, requires_grad=False) / 0)
    assert (Value(1e300) * np.float64(1e300)).item() == math.inf


def test_masks_and_choices_stay_numbers():
    v = Value(1.5)
    for y in (ta.where(np.float64(1) < v, v, np.float64(0)), ta.where(np.True_, v, np.int64(3)),
              ta.where(np.bool_(True) & (v > 0), v, 0.0)):  # fmt: skip
        same(y, v)
        v.zero_grad()
        y.backward()
        assert v.grad == 1.0
    bits = np.array([True, False])
    assert (bits & (Value([1.0, 1.0]) > 0)).numpy().tolist() == [True, False]
    assert (bits | (Value([-1.0, -1.0]) > 0)).numpy().tolist() == [True, False]
    assert (np.array([1, 2]) & Value(np.array([1, 3]), requires_grad=False)).tolist() == [1, 2]  # NumPy's
    with pytest.raises(TypeError, match="bitwise_and"):
        np.array([1, 2]) & Value([1.0, 2.0])


def test_big_integers_are_numbers():
    assert Value(2**70).item() == 2.0**70
    assert Value([2**70, 1]).numpy().tolist() == [2.0**70, 1.0]
    assert (Value([1.0, 2.0]) * 2**80).numpy().tolist() == [2.0**80, 2.0**81]
    assert ta.stack([2**70, 1]).tolist() == [2.0**70, 1.0]
    for use in (Value, lambda x: Value([x, 1]), lambda x: Value(1.5) * x, lambda x: x - Value(1.5),
                lambda x: Value([1.5]) * x, lambda x: ta.stack([Value(1.0), x]), ta.grad(cube)):  # fmt: skip
        with pytest.raises(ValueError, match="too large"):
            use(10**400)
    assert not (Value(1.5) > 10**400).item()


def demo(number):
    """micrograd's demo, as in its notebook, for a smaller network: its loss and its parameters. `number`: the type of
    the points' coordinates."""
    rng = random.Random(1337)
    make = lambda n, m: [([Value(rng.uniform(-1, 1)) for _ in range(n)], Value(0)) for _ in range(m)]
    layers = [make(2, 4), make(4, 1)]
    X = np.array([[0.1, 0.9], [-0.8, 0.4], [1.2, -0.3], [0.6, 0.2]])
    y = np.array([1, 0, 1, 0]) * 2 - 1
    rows, labels = (X, y) if number is np.float64 else (X.tolist(), y.tolist())
    scores = []
    for xrow in rows:
        x = list(map(Value, xrow))
        for depth, layer in enumerate(layers):
            x = [sum((wi * xi for wi, xi in zip(w, x)), b) for w, b in layer]
            x = [z.relu() for z in x] if depth == 0 else x
        scores.append(x[0])
    losses = [(1 + -yi * scorei).relu() for yi, scorei in zip(labels, scores)]
    data_loss = sum(losses) * (1.0 / len(losses))
    parameters = [p for layer in layers for w, b in layer for p in [*w, b]]
    return data_loss + 1e-4 * sum(p * p for p in parameters), parameters


def test_the_demo_of_micrograd_as_published_is_a_graph_of_floats():
    loss, parameters = demo(np.float64)
    nodes = topological_order([loss], Value)
    assert len(nodes) > 150
    assert {type(node._held) for node in nodes} == {float}
    assert {type(primal) for node in nodes for primal in node.primals or ()} == {float}
    assert pull_scalars(loss, 1.0, Value) is not None, "the quick pass takes it"
    for p in parameters:
        p.grad = 0
    expected, theirs = demo(float)
    loss.backward(), expected.backward()
    assert loss.item() == expected.item()
    assert [p.grad for p in parameters] == [p.grad for p in theirs]
    assert {type(p.grad) for p in parameters} == {float}
    for p in parameters:
        p.data -= np.float64(0.1) * p.grad
    assert {type(p.data) for p in parameters} == {float}
