"""Every result has the dtype that NumPy gives, on both sides of every size at which another path is taken.

The oracle is NumPy's function of the same name, or the formula in the docstring run by NumPy.
"""

from __future__ import annotations

import itertools

import numpy as np
import pytest

import tinygrad_act as ta
from tinygrad_act.check import samples
from tinygrad_act.core.blocks import BLOCK
from tinygrad_act.operations import arithmetic
from tinygrad_act.operations.cotangent import WORTH_A_VIEW

from ..conftest import differentiable, every_case, flows
from ..each import each
from ..oracle import by_formula

FLOATS = ("float16", "float32", "float64")
KINDS = (*FLOATS, "int64", "int8", "bool", "0-d float32", "0-d float64", "number")
SIZES = (3, arithmetic._FEW + 1, 2 * BLOCK // 8 + 1, max(2 * BLOCK // 4, WORTH_A_VIEW) + 1)
ELEMENTWISE = [op for op in ta.ops.values() if op.elementwise and not op.variadic and any(op.rules)]
ONE = [pytest.param(op, id=op.name) for op in ELEMENTWISE if len(op.inputs) == 1]
TWO = [pytest.param(op, id=op.name) for op in ELEMENTWISE if len(op.inputs) > 1]
OTHER_NAME = {"identity", "reciprocal"}  # NumPy's makes a matrix, or divides whole numbers without a rest


def operand(kind, size, start=0.3):
    """Numbers from `start` on, below 1 and in the domain of every operation (but for arccosh)."""
    if kind == "number":
        return 0.5
    shape = () if kind.startswith("0-d") else size
    places = np.linspace(start, 0.9, size)
    x = places if shape else np.asarray(0.5)
    dtype = np.dtype(kind.removeprefix("0-d "))
    return x.astype(dtype) if dtype.kind == "f" else (x > 0.6).astype(dtype)


def given(op, kinds, size):
    """Arguments of these kinds: where has a mask in front, chain a marker at the end."""
    args = [operand(kind, size, 0.3 + 0.1 * i) for i, kind in enumerate(kinds)]
    if op.name == "arccosh":
        args = [np.add(x, 1).astype(x.dtype) for x in args]
    if op.name == "where":
        return [np.arange(size) % 2 == 0, *args]
    return [*args, 0.0] if op.name == "chain" else args


def static_of(op):
    return next((case.static for case in op.cases), {})


def numpys(op, args):
    """The dtype of NumPy's function of this name; without one, that of the formula, of operands promoted first."""
    name = next((name for name in (op.name, *op.aliases) if hasattr(np, name) and op.name not in OTHER_NAME), None)
    with np.errstate(all="ignore"):
        if name:
            return np.asarray(getattr(np, name)(*args, **static_of(op))).dtype
        if len(args) > 1:
            dtype = np.result_type(*args)
            args = [np.asarray(x, dtype) for x in args]
        return np.asarray(by_formula(op, args, static_of(op))).dtype


def fits(op, args):
    """A loss does not broadcast: one logit has one target."""
    return op.name != "bce_with_logits" or np.shape(args[1]) in ((), np.shape(args[0]))


def same(op, kinds):
    """The dtype, which is NumPy's, at all sizes."""
    found = set()
    for size in SIZES:
        args = given(op, kinds, size)
        if not fits(op, args):
            return
        with np.errstate(all="ignore"):
            a = op.call(*args, **static_of(op))
        found.add(np.asarray(a).dtype)
        assert np.asarray(a).dtype == numpys(op, args), f"{op.name} of {kinds}, {size} entries"
    assert len(found) == 1


@each("op", ONE)
def test_of_one_input(op):
    for kind in FLOATS:
        same(op, (kind,))
    with np.errstate(all="ignore"):
        whole = {np.asarray(op.call(*given(op, ("int64",), size), **static_of(op))).dtype for size in SIZES}
    assert len(whole) == 1


@each("op", TWO)
def test_of_two_inputs(op):
    for kinds in itertools.product(KINDS, repeat=2):
        logits_are_a_mask = op.name == "bce_with_logits" and kinds[0] == "bool"
        if any("float" in kind for kind in kinds) and not logits_are_a_mask:
            same(op, kinds)


def gradients(f, args, at):
    """The gradients of a sum by the arguments at these places."""
    with np.errstate(over="ignore"):  # half precision counts to 65,504
        return ta.grad(lambda *args: ta.sum(f(*args)), argnums=at)(*args)


@each("op", [*ONE, *TWO])
def test_a_gradient_has_its_inputs_dtype_and_shape(op):
    f = lambda *args: op.call(*args, **static_of(op))
    inputs = 2 if len(op.inputs) > 1 else 1
    for kinds in itertools.product((*FLOATS, "0-d float32", "number")[: 3 if inputs == 1 else None], repeat=inputs):
        for size in SIZES:
            args = given(op, kinds, size)
            if not fits(op, args):
                continue
            at = tuple(i for i, x in enumerate(args) if i < len(op.inputs) and op.rules[i] is not None)
            for i, c in zip(at, gradients(f, args, at)):
                assert np.shape(c) == np.shape(args[i])
                if isinstance(args[i], float):
                    assert type(c) is float
                else:
                    assert type(c) is np.ndarray
                    assert c.dtype == args[i].dtype, f"{op.name} of {kinds}, {size} entries"


MIXED = [("float32", "float64"), ("float16", "float32"), ("float32", "number"), ("bool", "float32")]


@each("op", [*ONE, *TWO])
@each("size", [SIZES[0], SIZES[-1]])
def test_compiled_as_eager(op, size):
    f = lambda *args: op.call(*args, **static_of(op))
    for kinds in [("float16",), ("float32",)] if len(op.inputs) == 1 else MIXED:
        if op.name == "bce_with_logits" and kinds[0] == "bool":
            continue
        args = given(op, kinds, size)
        at = tuple(i for i, x in enumerate(args) if i < len(op.inputs) and op.rules[i] is not None
                   and np.asarray(x).dtype.kind == "f")  # fmt: skip
        both = lambda *args: (f(*args), ta.grad(lambda *args: ta.sum(f(*args)), argnums=at)(*args))
        with np.errstate(all="ignore"):
            (a, eager), (b, compiled) = both(*args), ta.compile(both)(*args)
        assert np.asarray(a).dtype == np.asarray(b).dtype, f"{op.name} of {kinds}"
        for c, d in zip(eager, compiled):
            assert (np.asarray(c).dtype, np.shape(c)) == (np.asarray(d).dtype, np.shape(d)), f"{op.name} of {kinds}"


NOT_ELEMENTWISE = [p for p in differentiable(every_case()) if not p.values[0].elementwise]


@each(("op", "case"), NOT_ELEMENTWISE)
@each("dtype", FLOATS)
def test_other_operations_keep_a_dtype(op, case, dtype):
    """By NumPy's function of that name, where the formula is one, the dtype stays; so does the gradient's."""
    arrays = samples.sample(op, case, np.dtype(dtype))
    free = tuple(i for i, x in enumerate(case.inputs) if isinstance(x, tuple) and op.rules[0 if op.variadic else i])
    a = op.call(*arrays, **case.static)
    assert np.asarray(a).dtype == case.static.get("dtype", dtype)
    for i, c in zip(free, gradients(lambda *args: op.call(*args, **case.static), arrays, free)):
        assert (np.shape(c), np.asarray(c).dtype) == (arrays[i].shape, arrays[i].dtype)


@each(("op", "case"), every_case())
def test_half_and_single_precision_give_the_same_numbers(op, case):
    """Up to 16 units of the last place of the largest: constants of a formula must fit into half precision, too."""
    moving = [isinstance(x, tuple) for x in case.inputs]
    free = tuple(i for i, here in enumerate(moving) if here and op.rules[0 if op.variadic else i] is not None)
    free = free if flows(op) else ()
    run = lambda *args: ta.sum(op.call(*args, **case.static))
    for dtype in (np.float16, np.float32):
        arrays = [x.astype(dtype) if here else x for x, here in zip(samples.sample(op, case), moving)]
        exact = [x.astype(np.float64) if here else x for x, here in zip(arrays, moving)]
        pairs = [(op.call(*arrays, **case.static), op.call(*exact, **case.static))]
        if free:
            pairs += zip(ta.grad(run, argnums=free)(*arrays), ta.grad(run, argnums=free)(*exact))
        for found, expected in pairs:
            size = max(1.0, float(np.max(np.abs(expected), initial=0.0)))
            np.testing.assert_allclose(
                np.float64(found), np.float64(expected), atol=16 * float(np.finfo(dtype).eps) * size
            )


def test_the_way_of_where_by_bits_is_taken_only_where_no_dtype_changes(monkeypatch):
    taken = []
    choose = arithmetic.choose
    monkeypatch.setattr(arithmetic, "choose", lambda *args: taken.append(args[3].dtype) or choose(*args))
    single, double, mask = np.ones(300, np.float32), np.full(300, 2.0), np.arange(300) % 3 == 0
    for x, y in ((single, single), (single, 0.5), (2, single), (single, True), (double, double), (0.0, double)):
        taken.clear()
        a = ta.where(mask, x, y)
        assert taken == [a.dtype]
        expected = np.where(mask, x, y)
        assert a.dtype == expected.dtype
        np.testing.assert_array_equal(a, expected)
    others = (double, np.arange(300), np.float64(0.1), mask, np.array(0.1))
    for x, y in (*((single, other) for other in others), (double, np.float16(2)), (double.astype(">f8"), double)):
        taken.clear()
        a = ta.where(mask, x, y)
        expected = np.where(mask, x, y)
        assert a.dtype == expected.dtype
        np.testing.assert_array_equal(a, expected)
        assert not taken
