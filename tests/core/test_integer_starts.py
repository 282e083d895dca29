"""Every transform starts from floats: integers and booleans as the point of differentiation."""

from __future__ import annotations

import numpy as np
import pytest

import tinygrad_act as ta

from ..each import each

ARRAYS = {
    "int64": np.array([0, 1, 2]),
    "int32": np.array([0, -1, 2], np.int32),
    "int8": np.array([3, 1, -2], np.int8),
    "uint8": np.array([0, 1, 200], np.uint8),
    "uint64": np.array([4, 1, 2], np.uint64),
    "bool": np.array([False, True, True]),
    "one number": np.array(3),
    "one truth": np.array(True),
    "np.int64": np.int64(3),
    "np.uint8": np.uint8(3),
    "np.bool": np.True_,
    "int": 3,
    "negative int": -2,
    "True": True,
    "False": False,
    "no numbers": np.zeros(0, int),
}


def f(x):
    """Its gradient by hand: sin(x) + x cos(x); its Hessian's diagonal: 2 cos(x) - x sin(x)."""
    assert x.dtype == np.float64, "the function sees floats"
    return (ta.sin(x) * x).sum()


def entrywise(x):
    return ta.sin(x) * x


def slope(x):
    x = np.asarray(x, np.float64)
    return np.sin(x) + x * np.cos(x)


def curve(x):
    x = np.asarray(x, np.float64)
    return 2 * np.cos(x) - x * np.sin(x)


def diagonal(entries):
    """The array of shape (*shape, *shape) with these entries on its diagonal."""
    return np.diag(entries.ravel()).reshape(entries.shape * 2)


TRANSFORMS = {
    "grad": (lambda x: ta.grad(f)(x), slope),
    "value_and_grad": (lambda x: ta.value_and_grad(f)(x)[1], slope),
    "vjp": (lambda x: ta.vjp(f, x)[1](1)[0], slope),
    "vjp of an array": (lambda x: ta.vjp(entrywise, x)[1](np.full(np.shape(x), 2))[0], lambda x: 2 * slope(x)),
    "jacobian": (lambda x: ta.jacobian(entrywise)(x), lambda x: diagonal(slope(x))),
    "jacobian of a number": (lambda x: ta.jacobian(f)(x), slope),
    "hessian": (lambda x: ta.hessian(f)(x), lambda x: diagonal(curve(x))),
    "hvp": (lambda x: ta.hvp(f, x, np.full(np.shape(x), 3)), lambda x: 3 * curve(x)),
    "nested": (lambda x: ta.grad(lambda y: ta.grad(f)(y).sum())(x), curve),
    "second argument": (lambda x: ta.grad(lambda y, z: y * f(z), argnums=1)(2, x), lambda x: 2 * slope(x)),
}


def check(found, expected, x):
    assert np.asarray(found).dtype == np.float64
    assert np.shape(found) == np.shape(expected)
    np.testing.assert_allclose(found, expected, rtol=1e-13, atol=1e-13)
    if type(x) in (int, bool):
        assert type(found) is float


@each("how", ["eager", "compiled", "compiled without passes"])
@each("transform", TRANSFORMS)
@each("x", ARRAYS.values(), ids=ARRAYS)
def test_a_transform_starts_from_floats(x, transform, how):
    run, truth = TRANSFORMS[transform]
    if how != "eager":
        run = ta.compile(run, passes=() if "without" in how else None)
    for _ in range(2):
        check(run(x), truth(x), x if how == "eager" else None)


@each("how", ["eager", "compiled"])
@each("transform", TRANSFORMS)
def test_so_it_does_at_a_computed_mask_and_at_whole_numbers_that_were_computed(transform, how):
    run, truth = TRANSFORMS[transform]
    for computed in (lambda v: v > 1, lambda v: ~(v > 1), lambda v: ta.floor(v), lambda v: v.astype(np.int64)):
        program = lambda v: run(computed(v))
        x, y = np.array([0.5, 1.5, 2.5]), np.array([3.5, 0.5, 2.5])
        if how == "compiled":
            program = ta.compile(program)
            program(x)
        for data in (y, x):
            found = program(data if how == "compiled" else ta.Value(data))
            found = found.data if isinstance(found, ta.Value) else found
            check(found, truth(computed(ta.Value(data, requires_grad=False)).numpy()), None)


@pytest.mark.parametrize("how", ["eager", "compiled"])
@pytest.mark.parametrize("transform", ["grad", "value_and_grad", "vjp", "hvp", "nested"])
def test_a_tree_of_whole_numbers_and_truths(transform, how):
    tree = {"a": [np.array([1, 2], np.int32), True], "b": (np.uint8(3), 2, {"c": np.array([[True, False]])})}
    leaves = lambda p: (p["a"][0], p["a"][1], p["b"][0], p["b"][1], p["b"][2]["c"])
    loss = lambda p: sum(f(x) for x in leaves(p))
    two = {"a": [np.array([2, 2]), 2], "b": (2, 2, {"c": np.array([[2, 2]])})}
    run, truth = {
        "grad": (lambda p: ta.grad(loss)(p), slope),
        "value_and_grad": (lambda p: ta.value_and_grad(loss)(p)[1], slope),
        "vjp": (lambda p: ta.vjp(loss, p)[1](1.0)[0], slope),
        "hvp": (lambda p: ta.hvp(loss, p, two), lambda x: 2 * curve(x)),
        "nested": (lambda p: ta.grad(lambda q: sum(c.sum() for c in leaves(ta.grad(loss)(q))))(p), curve),
    }[transform]
    found = (ta.compile(run) if how == "compiled" else run)(tree)
    for x, c in zip(leaves(tree), leaves(found)):
        check(c, truth(x), None)


def test_a_value_of_whole_numbers_has_no_gradient_before_a_transform_gives_it_one():
    seen = []

    def look(k, x):
        seen.append((k.requires_grad, x.requires_grad, k.dtype, x.dtype))
        return k * x

    k, x = np.array([1, 2]), np.array([0.5, 0.25])
    np.testing.assert_array_equal(ta.compile(look)(k, x), k * x)
    np.testing.assert_array_equal(ta.compile(look)(np.array([True, False]), x), [0.5, 0])
    np.testing.assert_array_equal(ta.grad(lambda x, k: look(k, x).sum())(x, ta.Value(k, requires_grad=False)), k)
    assert {(a, b, c.kind, d.kind) for a, b, c, d in seen} == {(False, True, "i", "f"), (False, True, "b", "f")}


def test_whole_numbers_of_a_compiled_function_are_still_others_in_the_next_call():
    for program in (lambda k: k, lambda k: k + 1, lambda k: ta.where(k > 1, k, -k), lambda k, x=2.0: k * x):
        run = ta.compile(program)
        for k in (np.array([1, 2, 3]), np.array([3, 0, 1]), np.array([7, 7, 7])):
            expected = program(ta.Value(k, requires_grad=False)).data
            np.testing.assert_array_equal(run(k), expected)
            assert run(k).dtype == expected.dtype
        assert len(run.programs) == 1
    for look in (lambda k: k * float(k[0]), lambda k: k if k[0] else -k, lambda k: k * range(k[0])[-1],
                 lambda k: k * k.inputs[0].numpy()):  # fmt: skip
        with pytest.raises(TypeError, match=r"the program runs on other numbers later"):
            ta.compile(look)(np.array([1, 2]))


@each("transform", ["grad", "vjp", "jacobian", "hessian", "hvp"])
@each("bad", ["a", 1j, np.array([1j]), np.array(["a"]), np.array([None]), np.datetime64("2020-01-01")])
def test_what_is_no_real_number_is_refused_by_name(transform, bad):
    run = {
        "grad": lambda x: ta.grad(f)(x), "vjp": lambda x: ta.vjp(f, x), "jacobian": lambda x: ta.jacobian(f)(x),
        "hessian": lambda x: ta.hessian(f)(x), "hvp": lambda x: ta.hvp(f, x, x),
    }[transform]  # fmt: skip
    with pytest.raises(TypeError, match=f"^{transform}: (argument 0|v): .*real"):
        run(bad)
