"""Every attribute and protocol of a Value while a program is recorded: none gives a number of the first call away.

The list is made from `dir(Value)`: a new attribute must be decided here. Each is traced (the program computes it anew),
the same for all numbers, or refused with what to do instead.
"""

from __future__ import annotations

import copy
import dataclasses
import json
import math
import operator
import pickle

import numpy as np
import pytest

import tinygrad_act as ta
from tinygrad_act import Value
from tinygrad_act.check import samples
from tinygrad_act.engine.tracing import TracingError

from ..each import each

FIRST, THEN = np.array([[0.5, -1.5], [2.0, 0.25]]), np.array([[-0.75, 3.0], [1.25, -0.5]])
ADVICE = r"ta\.|\.detach|return the new|call it outside"
KINDS = {
    "an input": lambda x: x,
    "a result": lambda x: x * 2.0,
    "a view": lambda x: x.T,
    "a mask": lambda x: x > 0.0,
    "a gradient": lambda x: ta.grad(lambda x: (x**3).sum())(x),
    "what no_grad() computes": lambda x: ta.no_grad()(ta.tanh)(x),
}

OPERATIONS = {name for op in ta.ops.values() for name in (op.name, *op.aliases)}
"""Methods that are operations: `test_methods`."""

TRACED = {
    "T": lambda v: v.T,
    "inputs": lambda v: (3.0 * v).inputs[1],
    "detach": lambda v: v.detach(),
    "reshape": lambda v: v.reshape(-1),
    "transpose": lambda v: v.transpose(1, 0),
    "ravel": lambda v: v.ravel(),
    "flatten": lambda v: v.flatten("F"),
    "__round__": lambda v: [round(v * 1.3, 1), round(v[0, 1] * 1.3)],
    "__floor__": lambda v: math.floor(v[0, 1] * 1.3),
    "__ceil__": lambda v: math.ceil(v[0, 1] * 1.3),
    "__trunc__": lambda v: math.trunc(v[0, 1] * 1.3),
    "__divmod__": lambda v: list(divmod(v, 0.7)),
    "__rdivmod__": lambda v: list(divmod(7.0, v + 9.0)),
    "__pos__": lambda v: +(v * 1.0),
    "__getitem__": lambda v: v[0, 1:],
    "__iter__": lambda v: list(v),
    "__copy__": copy.copy,
    "__deepcopy__": lambda v: copy.deepcopy({"w": [v]})["w"][0],
    "__array_ufunc__": np.exp,
    "__array_function__": lambda v: np.sum(v, axis=0),
    **{
        f"__{reflected}{name}__": f
        for name, f in {
            "add": lambda v: v + 2.0, "sub": lambda v: v - 2.0, "mul": lambda v: v * 2.0, "truediv": lambda v: v / 2.0,
            "pow": lambda v: v**2.0, "matmul": lambda v: v @ v, "and": lambda v: (v > 0) & (v < 1),
            "or": lambda v: (v > 0) | (v < 1), "mod": lambda v: v % 0.7, "floordiv": lambda v: v // 0.7,
        }.items()
        for reflected in ("", "r")
    },
    "__radd__": lambda v: 2.0 + v, "__rsub__": lambda v: 2.0 - v, "__rmul__": lambda v: FIRST * v,
    "__rtruediv__": lambda v: 2.0 / (v + 9.0), "__rpow__": lambda v: 2.0**v, "__rmatmul__": lambda v: FIRST @ v,
    "__rmod__": lambda v: 7.0 % (v + 9.0), "__rfloordiv__": lambda v: FIRST // (v + 9.0),
    "__rand__": lambda v: True & (v > 0), "__ror__": lambda v: False | (v > 0),
    "__lt__": lambda v: v < 0.1, "__le__": lambda v: v <= 0.1, "__gt__": lambda v: v > 0.1,
    "__ge__": lambda v: v >= 0.1,
    "__eq__": lambda v: v == 0.5, "__ne__": lambda v: v != 0.5, "__neg__": lambda v: -(v * 1.0), "__abs__": abs,
    "__invert__": lambda v: ~(v > 0),
}  # fmt: skip

THE_SAME = {
    **{name: operator.attrgetter(name) for name in (
        "shape", "ndim", "size", "dtype", "itemsize", "nbytes", "op", "level", "label", "static", "requires_grad",
        "pending",
    )},
    "note": lambda v: repr(v.note),
    "__len__": len, "__repr__": repr, "__str__": str, "__format__": lambda v: f"{v}",
    "__sizeof__": lambda v: v.__sizeof__(), "__getstate__": lambda v: v.__getstate__(),
    "__class__": type, "__dir__": dir, "__hash__": lambda v: hash(v) == hash(v),
}  # fmt: skip

REFUSED = {
    "data": lambda v: v.data,
    "grad": lambda v: v.grad,
    "primals": lambda v: v.primals,
    "item": lambda v: v[0, 0].item(),
    "numpy": lambda v: v.numpy(),
    "tolist": lambda v: v.tolist(),
    "nonzero": lambda v: v.nonzero(),
    "backward": lambda v: v.sum().backward(),
    "zero_grad": lambda v: v.zero_grad(),
    "__bool__": lambda v: bool(v[0, 0]),
    "__float__": lambda v: float(v[0, 0]),
    "__int__": lambda v: int(v[0, 0]),
    "__complex__": lambda v: complex(v[0, 0]),
    "__index__": lambda v: range(3)[v.astype(int)[0, 0]],
    "__array__": np.asarray,
    "__reduce__": pickle.dumps,
    "__reduce_ex__": lambda v: v.__reduce_ex__(5),
    "__setattr__": lambda v: setattr(v, "grad", 0.0),
}

NOT_A_WAY_OUT = {
    # how Python makes and handles classes
    "__new__", "__init__", "__init_subclass__", "__subclasshook__", "__getattribute__", "__delattr__", "__module__",
    "__doc__", "__slots__", "__weakref__", "__static_attributes__", "__firstlineno__", "__annotations__", "__dict__",
    "__setitem__",  # raises always
    "__getstate__",  # what a subclass added, no number
    # the engine's own
    "_data", "_held", "_edges", "_grad", "_loan", "_mask",
}  # fmt: skip

MORE = {
    "str.format": lambda v: f"{v[0, 0]:.3f}",
    "percent": lambda v: "%f" % v[0, 0],  # noqa: UP031
    "complex": lambda v: complex(v[0, 0]),
    "math": lambda v: math.sqrt(v[0, 0]),
    "index": lambda v: FIRST[v[0, 0]],
    "in": lambda v: 0.5 in v.reshape(-1),
    "max": lambda v: max(v.reshape(-1)),
    "sorted": lambda v: sorted(v.reshape(-1)),
    "into an array": lambda v: np.zeros(1).__setitem__(0, v[0, 0]),
    "copyto": lambda v: np.copyto(np.zeros((2, 2)), v),
    "array of them": lambda v: np.array([v, v]),
    "fromiter": lambda v: np.fromiter(v.reshape(-1), float),
    "float64": lambda v: np.float64(v[0, 0]),
    "a Value of it": lambda v: Value(v),
    "a Value of many": lambda v: Value([v[0, 0], v[0, 1]]),
    "memoryview": memoryview,
    "json": lambda v: json.dumps([v[0, 0]]),
    "a new data": lambda v: setattr(v, "data", FIRST),
    "in place": lambda v: setattr(v, "data", v.data - 1.0),
    "draw": lambda v: ta.draw(v + 1.0),
    "explain": lambda v: ta.explain((v + 1.0).sum(), v),
    "preactivations": lambda v: ta.preactivations(ta.tanh(v)),
    "gradcheck": lambda v: ta.gradcheck(ta.tanh, v),
    "gradcheck by closure": lambda v: ta.gradcheck(lambda x: x * v, 1.0),
    "assert_gradients": lambda v: ta.testing.assert_gradients(ta.tanh, v),
    "compile": lambda v: ta.compile(v.sum() + 1.0),
    "seed": lambda v: ta.leaky_relu(v, slope=v[0, 0]),
    "astype": lambda v: np.asarray(v, np.float32),
}


def _refused(f):
    with pytest.raises((TypeError, ValueError, AttributeError)):
        f()


def test_every_attribute_is_decided():
    decided = {*TRACED, *THE_SAME, *REFUSED, *NOT_A_WAY_OUT, *OPERATIONS}
    assert set(dir(Value)) - decided == set(), "a new attribute: may a program that is being recorded look at it?"
    assert not {*TRACED} & {*THE_SAME} | {*TRACED} & {*REFUSED}


@each("kind", KINDS.values(), ids=KINDS)
@each("use", TRACED.values(), ids=TRACED)
def test_what_is_traced_is_computed_anew(use, kind):
    def f(x):
        return use(kind(x))

    program = ta.compile(f)
    program(FIRST)
    if use in (TRACED["__copy__"], TRACED["__deepcopy__"], TRACED["inputs"]):
        f = kind  # elsewhere, a result is not copied, and a constant has no inputs
    for mine, right in zip(_leaves(program(THEN)), _leaves(_eager(f, THEN)), strict=True):
        np.testing.assert_allclose(mine, right, rtol=1e-12)


def _leaves(tree):
    return tree if isinstance(tree, list) else [tree]


def _eager(f, x):
    found = f(Value(x))
    return [y.numpy() if isinstance(y, Value) else y for y in _leaves(found)]


@each("kind", KINDS.values(), ids=KINDS)
@each("use", THE_SAME.values(), ids=THE_SAME)
@each("debugging", [False, True])
def test_what_is_the_same_for_all_numbers(use, kind, debugging):
    seen = []

    def f(x):
        v = kind(x)
        seen.append(str(use(v)))
        return v

    for x in (FIRST, THEN, FIRST * 1e6):
        program = ta.compile(f)
        if debugging:
            with ta.debug():
                program(x)
        else:
            program(x)
    assert len(set(seen)) == 1, seen
    assert not any(number in seen[0] for number in ("0.5", "-1.5", "0.75"))


@each("kind", KINDS.values(), ids=KINDS)
@each("use", [*REFUSED.values(), *MORE.values()], ids=[*REFUSED, *MORE])
def test_what_is_refused(use, kind):
    def f(x):
        v = kind(x)
        use(v)
        return v

    _refused(lambda: ta.compile(f)(FIRST))


@each("use", REFUSED.values(), ids=REFUSED)
def test_it_says_what_to_do(use):
    def f(x):
        use(x * 2.0)
        return x

    with pytest.raises(TracingError, match=ADVICE):
        ta.compile(f)(FIRST)


@pytest.mark.parametrize("name", ["draw", "explain", "preactivations", "gradcheck", "gradcheck by closure", "compile"])
def test_what_shows_numbers_says_that_it_is_that(name):
    with pytest.raises(TracingError, match=rf"{name.split()[0]}\(\)"):
        ta.compile(MORE[name])(FIRST)


@each("use", [*REFUSED.values(), copy.deepcopy], ids=[*REFUSED, "deepcopy"])
def test_a_value_from_outside(use):
    """It is read anew in every call, so its numbers are no constant either."""
    w = Value(FIRST, label="w")

    def f(x):
        return x * use(w)

    if use is copy.deepcopy:
        program = ta.compile(f)
        program(FIRST)
        w.data = THEN
        np.testing.assert_array_equal(program(FIRST), FIRST * THEN)
    else:
        _refused(lambda: ta.compile(f)(FIRST))


def test_a_program_of_a_value_is_not_run_inside_another():
    w = Value(FIRST)
    inner = ta.compile((w * w).sum())
    for run in (inner.forward, inner.backward):
        _refused(lambda run=run: ta.compile(lambda x: x * (run() or 1.0))(FIRST))


def test_containers_of_values():
    @dataclasses.dataclass
    class Model:
        w: Value
        b: Value

    def f(w, b, x):
        model = Model(w, b)
        twin = dataclasses.replace(copy.deepcopy(model), b=model.b)
        other = copy.copy(twin)
        return (other.w * x + twin.b).sum()

    program = ta.compile(ta.grad(f, (0, 1)))
    for w, b, x in ((FIRST, 1.0, THEN), (THEN, 2.0, FIRST)):
        dw, db = program(w, b, x)
        np.testing.assert_array_equal(dw, x)
        assert db == 4.0


@pytest.mark.parametrize("copied", [copy.copy, copy.deepcopy])
def test_a_copy_inside_of_a_gradient_is_no_constant(copied):
    """Eager, too: a new leaf would lose the gradient without a word."""
    f = lambda x: (copied(x) ** 3).sum() + copied(x * 2.0).sum()
    np.testing.assert_allclose(ta.grad(f)(FIRST), 3 * FIRST**2 + 2)
    np.testing.assert_allclose(ta.compile(ta.grad(f))(THEN), 3 * THEN**2 + 2)
    np.testing.assert_allclose(ta.grad(lambda x: (ta.grad(f)(x) * copied(x)).sum())(FIRST), 9 * FIRST**2 + 2)
    assert ta.grad(lambda x: copied([x])[0] ** 2)(3.0) == 6.0


def test_a_copy_elsewhere_is_a_leaf_of_its_own():
    w = Value(FIRST, label="w")
    (w * w).sum().backward()
    for twin in (copy.copy(w), copy.deepcopy(w), pickle.loads(pickle.dumps(w))):
        assert twin is not w
        assert twin.label == "w"
        np.testing.assert_array_equal(twin.grad, w.grad)
        twin.data[0, 0] = 9.0
        twin.grad[0, 0] = 9.0
    assert w.data[0, 0] == 0.5
    assert w.grad[0, 0] == 1.0


METHODS = [
    pytest.param(op, which, id=op.name)
    for op in ta.ops.values()
    if not (op.variadic or op.internal) and op.name not in TRACED
    for which in samples.cases(op)[-1:]
    if all(isinstance(x, tuple) for x in which.inputs)
    and not any(isinstance(x, np.random.Generator) for x in which.static.values())
]


@each(("op", "which"), METHODS)
def test_methods(op, which):
    """Each is computed anew from other numbers."""
    first = samples.sample(op, which)
    then = [x[::-1].copy() if x.ndim else x * 0.875 for x in first]
    program = ta.compile(lambda *xs: getattr(xs[0], op.name)(*xs[1:], **which.static))
    program(*first)
    with np.errstate(all="ignore"):
        right = op.call(*map(np.asarray, then), **which.static)
    np.testing.assert_allclose(program(*then), right, rtol=1e-9, atol=1e-12)
