"""Functions whose answers have no gradient by nature: NumPy's own numbers, as constants, in every mode.

Every function × every kind of data × eager, inside of gradients, compiled and no_grad; NumPy on arrays is the oracle.
"""

from __future__ import annotations

import math
import warnings

import numpy as np
import pytest

import tinygrad_act as ta

from ..each import each

FUNCTIONS = {
    "argmax": lambda x: np.argmax(x),
    "argmax 0": lambda x: np.argmax(x, axis=0),
    "argmax keepdims": lambda x: np.argmax(x, axis=-1, keepdims=True),
    "argmin": lambda x: np.argmin(x),
    "argmin -1": lambda x: np.argmin(x, -1),
    "argsort": lambda x: np.argsort(x),
    "argsort 0": lambda x: np.argsort(x, 0),
    "argsort flat": lambda x: np.argsort(x, axis=None, kind="stable"),
    "isnan": lambda x: np.isnan(x),
    "isinf": lambda x: np.isinf(x),
    "isfinite": lambda x: np.isfinite(x),
    "signbit": lambda x: np.signbit(x),
    "isposinf": lambda x: np.isposinf(x),
    "isneginf": lambda x: np.isneginf(x),
    "isreal": lambda x: np.isreal(x),
    "iscomplex": lambda x: np.iscomplex(x),
    "any": lambda x: np.any(x),
    "any 0": lambda x: np.any(x, axis=0),
    "any keepdims": lambda x: np.any(x, axis=-1, keepdims=True),
    "all": lambda x: np.all(x),
    "all 0": lambda x: np.all(x, 0),
    "count_nonzero": lambda x: np.count_nonzero(x, keepdims=True),
    "count_nonzero 0": lambda x: np.count_nonzero(x, axis=0),
    "allclose": lambda x: np.allclose(x, 1.5),
    "allclose nan": lambda x: np.allclose(x, x, equal_nan=True),
    "isclose": lambda x: np.isclose(x, 1.5, atol=0.5),
    "array_equal": lambda x: np.array_equal(x, x),
    "array_equal other": lambda x: np.array_equal(x, [1.0, 2.0]),
    "array_equiv": lambda x: np.array_equiv(x, 1.0),
    "isin": lambda x: np.isin(x, [1.5, 0.0]),
    "searchsorted": lambda x: np.searchsorted([-1.0, 0.5, 1.5], x, side="right"),
    "round": lambda x: np.round(x),
    "round 1": lambda x: np.round(x, 1),
    "round -1": lambda x: np.round(x, decimals=-1),
    "around": lambda x: np.around(x, 2),
    "rint": lambda x: np.rint(x),
    "trunc": lambda x: np.trunc(x),
    "fix": lambda x: np.fix(x),
    "floor": lambda x: np.floor(x),
    "ceil": lambda x: np.ceil(x),
    "sign": lambda x: np.sign(x),
    "zeros_like": lambda x: np.zeros_like(x),
    "zeros_like int": lambda x: np.zeros_like(x, dtype=int),
    "ones_like": lambda x: np.ones_like(x),
    "ones_like float32": lambda x: np.ones_like(x, dtype=np.float32),
    "full_like": lambda x: np.full_like(x, 2.5),
    "imag": lambda x: np.imag(x),
    "//": lambda x: x // 0.75,
    "r//": lambda x: 7.5 // (x + 20),
    "floor_divide": lambda x: np.floor_divide(x, 2),
    "divmod": lambda x: np.divmod(x, 0.75)[0],
    "Python's divmod": lambda x: divmod(x, 2)[0],
    "heaviside": lambda x: np.heaviside(x, 0.5),
}
METHODS = {
    "argmax": lambda x: x.argmax(),
    "argmax 0": lambda x: x.argmax(axis=0),
    "argmin": lambda x: x.argmin(-1),
    "argsort": lambda x: x.argsort(),
    "any": lambda x: x.any(),
    "any 0": lambda x: x.any(axis=0, keepdims=True),
    "all": lambda x: x.all(),
    "round": lambda x: x.round(1),
    "round 0": lambda x: x.round(),
    "astype": lambda x: x.astype(int),
    "ravel": lambda x: (x > 0).ravel(),
    "flatten": lambda x: (x > 0).flatten("F"),
    "copy": lambda x: (x > 0).copy(),
    "reshape": lambda x: (x > 0).reshape(-1),
}
NUMBERS = {
    "float": 1.5,
    "negative": -0.5,
    "0-d": np.array(1.5),
    "(3,)": np.array([1.5, -0.5, 2.5]),
    "(2, 3)": np.array([[1.25, -2.5, 0.0], [0.5, 12.5, -0.05]]),
    "(0,)": np.zeros(0),
    "(2, 0)": np.zeros((2, 0)),
    "float32": np.array([1.5, -0.5, 0.35], np.float32),
    "float16": np.array([[1.5], [-0.5]], np.float16),
    "wild": np.array([np.nan, np.inf, -np.inf, -0.0, 2.5]),
}
WHOLE = {
    "int": np.array([3, -1, 0]),
    "int32": np.array([[3], [-4]], np.int32),
    "bool": np.array([True, False, True]),
    "0-d int": np.array(3),
}
CASES = [
    pytest.param(f, data, id=f"{kind} {name}-{what}")
    for kind, functions in (("np", FUNCTIONS), ("method", METHODS))
    for name, f in functions.items()
    for what, data in {**NUMBERS, **WHOLE}.items()
    if kind == "np" or isinstance(data, np.ndarray)
]
MOVING = [case for case in CASES if np.asarray(case.values[1]).dtype.kind == "f"]


def quiet(f, *args):
    """f(*args), or the type of what it raised. NumPy warns of what it casts and divides."""
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        try:
            return f(*args)
        except (TypeError, ValueError) as error:
            return TypeError if isinstance(error, TypeError) else ValueError


def same(found, expected, data):
    """The same numbers, shape and dtype; Python numbers for Python numbers."""
    if isinstance(expected, type):
        assert found is expected
        return
    found = found._held if isinstance(found, ta.Value) else found
    np.testing.assert_array_equal(found, expected, strict=isinstance(data, np.ndarray))


@each(("f", "data"), CASES)
def test_eager_it_is_a_constant_with_numpys_numbers(f, data):
    expected = quiet(f, data)
    integers = isinstance(data, np.ndarray) and data.dtype.kind in "iub"
    leaves = [ta.Value(data, requires_grad=False)] if integers else [ta.Value(data), ta.Value(data).detach()]
    for leaf in leaves:
        found = quiet(f, leaf)
        same(found, expected, data)
        if not isinstance(found, type):
            assert isinstance(found, ta.Value), "never a bare array: a program would keep it"
            assert not found.requires_grad
    with ta.no_grad():
        same(quiet(f, leaves[0]), expected, data)


@each(("f", "data"), MOVING)
def test_inside_of_gradients_it_is_a_constant(f, data):
    """In one, in two that are nested (by the inner and by the outer variable), and in a Hessian."""
    expected = quiet(f, data)
    seen = []

    def note(x):
        seen.append(quiet(f, x))
        return ta.sum(x) * 2.0

    np.testing.assert_array_equal(ta.grad(note)(data), 2.0 * np.ones_like(data))
    ta.grad(lambda y: ta.grad(lambda x: note(y) * x)(1.0))(data)
    ta.grad(lambda y: ta.sum(ta.grad(note)(y) * y))(data)
    assert len(seen) == 3
    for found in seen:
        same(found, expected, data)
        assert isinstance(found, type) or not found.requires_grad


@each(("f", "data"), CASES)
def test_compiled_it_is_asked_again_in_every_call(f, data):
    """Of other numbers the same program gives other answers."""
    expected = quiet(f, data)
    compiled = ta.compile(f)
    same(quiet(compiled, data), expected, data)
    other = (
        (not data if isinstance(data, bool) else -data)
        if not isinstance(data, np.ndarray)
        else np.asarray(~data if data.dtype == bool else np.flip(-data))
    )
    same(quiet(compiled, other), quiet(f, other), data)


@each(("f", "data"), MOVING)
def test_as_a_factor_it_is_a_constant_eager_and_compiled(f, data):
    expected = quiet(f, data)
    if isinstance(expected, type) or not np.all(np.isfinite(data)):
        return
    g = ta.grad(lambda x: ta.sum(x) * ta.sum(f(x) * 1.0))
    for run in (g, ta.compile(g)):
        found = quiet(run, data)
        total = np.sum(np.asarray(expected) * 1.0)
        np.testing.assert_allclose(found, total * np.ones_like(data), rtol=1e-3 if data_is_half(data) else 1e-6)
        assert np.asarray(found).dtype == np.asarray(data).dtype
    second = ta.grad(lambda x: ta.sum(g(x) * x))
    np.testing.assert_allclose(quiet(second, data), quiet(g, data), rtol=1e-6)


def data_is_half(data):
    return isinstance(data, np.ndarray) and data.dtype == np.float16


@each(
    "name",
    [
        "argmax",
        "argmin",
        "argsort",
        "isnan",
        "isinf",
        "isfinite",
        "any",
        "all",
        "allclose",
        "array_equal",
        "count_nonzero",
        "round",
        "zeros_like",
        "ones_like",
        "full_like",
        "shape",
        "ndim",
        "size",
        "isclose",
        "signbit",
        "isin",
        "trunc",
        "array_equiv",
        "searchsorted",
        "heaviside",
        "floor_divide",
        "copy",
        "ravel",
        "positive",
    ],
)
def test_it_is_a_function_here_and_what_numpys_does(name):
    x, more = np.array([[1.5, -2.0]]), {"full_like": (3.0,), "heaviside": (0.5,), "floor_divide": (2.0,)}
    rest = more.get(
        name, (np.array([[1.5, 7.0]]),) if name in ("allclose", "array_equal", "isclose", "isin", "array_equiv") else ()
    )
    if name == "searchsorted":
        x, rest = np.array([0.0, 1.0]), (np.array([0.5, 2.0]),)
    expected = getattr(np, name)(x, *rest)
    for found in (
        getattr(ta, name)(x, *rest),
        getattr(ta, name)(ta.Value(x), *rest),
        getattr(np, name)(ta.Value(x), *rest),
    ):
        np.testing.assert_array_equal(found, expected) if not isinstance(found, ta.Value) else (
            np.testing.assert_array_equal(found.numpy(), expected)
        )
    if name in ("shape", "ndim", "size"):
        assert getattr(ta, name)(ta.Value(2.5)) == getattr(np, name)(2.5)
        found = ta.compile(lambda v: v * np.prod(getattr(ta, name)(v)))(x)
        np.testing.assert_array_equal(found, x * 2)
        assert ta.size(ta.Value(x), 1) == 2
    assert name in ta.ops or name in ta.__all__


def test_what_the_numbers_decide_the_shape_of_is_asked_eagerly_and_refused_in_a_program():
    x = np.array([[1.5, 0.0], [0.0, -2.0]])
    v = ta.Value(x)
    for f in (np.nonzero, np.argwhere, np.flatnonzero, np.where, lambda m: m.nonzero()):
        for found, expected in zip(f(v), f(x), strict=True):
            np.testing.assert_array_equal(found, expected)
        seen = []
        ta.grad(lambda y, f=f, seen=seen: seen.append(f(y > 1)) or y.sum())(x)
        np.testing.assert_array_equal(seen[0], f(x > 1))
        with pytest.raises(TypeError, match=r"of a Value while ta.compile records"):
            ta.compile(lambda y, f=f: (f(y), y)[1])(x)
    assert np.array2string(v) == np.array2string(x)
    assert np.linalg.matrix_rank(v) == 2
    for f in (np.nanargmax, np.nanargmin, lambda m: np.digitize(m, [0.0, 1.0]), lambda m: np.argpartition(m, 1)):
        np.testing.assert_array_equal(f(v), f(x))
    assert np.result_type(v, np.float32) == np.float64
    assert not np.iscomplexobj(v)
    assert np.isrealobj(v)
    assert ta.compile(lambda y: y * (np.result_type(y, 1) == np.float32))(x.astype(np.float32)).dtype == np.float32


# -- Python's numbers --------------------------------------------------------------------------------------

SIGNED = [5.3, -5.3, 7.0, -7.0, 0.0, -0.0, 0.1, math.inf, -math.inf, math.nan, 1e300, 5]


@each("x", SIGNED, ids=repr)
@each("y", [*SIGNED, 3, -3], ids=repr)
def test_remainders_of_numbers_are_pythons_and_numpys(x, y):
    """Both have the sign of the divisor; where Python raises, NumPy's answer holds."""
    with np.errstate(all="ignore"):
        expected = np.divmod(np.float64(x), np.float64(y))
        if y and math.isfinite(x):
            for mine, its in zip(divmod(float(x), float(y)), expected):
                np.testing.assert_array_equal(mine, its)
        v, w = ta.Value(float(x)), ta.Value(float(y))
        for found in (
            divmod(v, w),
            divmod(v, y),
            divmod(x, w),
            (v // w, v % w),
            (v // y, v % y),
            (x // w, x % w),
            np.divmod(v, w),
            (np.floor_divide(v, y), np.mod(x, w)),
            ta.compile(lambda a, b: (a // b, a % b))(float(x), float(y)),
            ta.compile(lambda a, b: divmod(a, b))(np.array(float(x)), np.array(float(y))),
        ):
            for mine, its in zip(found, expected):
                number = np.float64(mine._held if isinstance(mine, ta.Value) else mine)
                np.testing.assert_array_equal(number, its)
                assert math.isnan(its) or np.signbit(number) == np.signbit(its)
        np.testing.assert_array_equal(ta.fmod(v, w).item(), np.fmod(float(x), float(y)))


@pytest.mark.parametrize("function", [np.mod, np.remainder, np.fmod, np.floor_divide])
def test_gradients_of_remainders(function):
    """x % y = x - floor(x / y) * y: 1 by x, -floor(x / y) by y, for all signs, broadcast; to second order."""
    x, y = np.array([[5.3, -5.3, 0.4], [7.1, -2.2, 1.9]]), np.array([2.0, 0.7, -0.9])
    loss = lambda a, b: (function(a, b) * np.array([1.0, 2.0, 3.0])).sum()
    quotient = np.trunc(x / y) if function is np.fmod else np.floor(x / y)
    weights = np.broadcast_to([1.0, 2.0, 3.0], x.shape) * (function is not np.floor_divide)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of a result that depends on nothing
        for run in (ta.grad(loss, (0, 1)), ta.compile(ta.grad(loss, (0, 1)))):
            dx, dy = run(x, y)
            np.testing.assert_array_equal(dx, weights)
            np.testing.assert_allclose(dy, -(quotient * weights).sum(axis=0))
        assert not np.any(ta.hessian(lambda b: loss(x, b))(y))
        twice = ta.grad(lambda b: loss(x, b * b) if function is not np.floor_divide else b.sum())(y)
    if function is not np.floor_divide:
        whole = np.trunc(x / y**2) if function is np.fmod else np.floor(x / y**2)
        np.testing.assert_allclose(twice, -(whole * weights).sum(axis=0) * 2 * y)


def test_where_a_remainder_jumps():
    report = ta.gradcheck(ta.mod, np.array([-2.0, 3.0]), np.array([1.0, 1.5]))
    assert report.ok
    assert all("at a multiple: a jump by" in entry.note for entry in report.entries)
    wrong = ta.elementwise(dx=1.5, kinks={"integers": "right"})(sawtooth)
    try:
        assert not ta.gradcheck(wrong, np.array([1.0])).ok, "the slope of neither side"
        assert ta.gradcheck(ta.round, np.array([0.5, 1.25, -2.5])).ok
    finally:
        del ta.ops["sawtooth"]


def sawtooth(x):
    """a = x - floor(x)"""
    return x - np.floor(x)


def test_rounding_of_pythons_kind():
    assert round(ta.Value(2.34567), 3).item() == 2.346
    assert not round(ta.Value(2.5), 1).requires_grad
    for x in (2.5, 3.5, -0.5, 2.7, np.array(2.5)):
        whole = round(ta.Value(x))
        assert (whole.item(), type(whole.item())) == (round(float(x)), int)
    assert [10, 20, 30][round(ta.Value(1.2))] == 20
    assert list(range(round(ta.Value(2.6)))) == [0, 1, 2]
    np.testing.assert_array_equal(round(ta.Value([1.25, -0.5]), 1).data, np.round([1.25, -0.5], 1))
    for bad, error in ((math.nan, ValueError), (math.inf, OverflowError)):
        with pytest.raises(error, match="cannot convert float"):
            round(ta.Value(bad))
    assert ta.compile(lambda x, table: table[round(x)])(1.2, np.array([3.0, 4.0])) == 4.0
    with pytest.raises(TypeError, match="integer"):
        round(ta.Value(1.5), 1.5)


def test_plus_is_the_same_number():
    v = ta.Value(np.array([1.5, -2.0]))
    np.testing.assert_array_equal((+v).data, [1.5, -2.0])
    assert ta.grad(lambda x: +x * +x)(3.0) == 6.0
    assert ta.compile(ta.grad(lambda x: (+x).copy() * np.positive(x)))(3.0) == 6.0
    kept = +v
    v.data[0] = 9.0
    assert kept.data[0] == 1.5


# -- methods of arrays -------------------------------------------------------------------------------------


@each(
    "data",
    [
        1.5,
        np.array(1.5),
        np.arange(6.0).reshape(2, 3),
        np.zeros((2, 0)),
        np.arange(24, dtype=np.float32).reshape(2, 3, 4),
    ],
    ids=["float", "0-d", "(2, 3)", "empty", "(2, 3, 4)"],
)
@each(
    "f",
    [
        lambda x: x.ravel(),
        lambda x: x.flatten(),
        lambda x: x.flatten("F"),
        lambda x: x.ravel(order="F"),
        lambda x: np.ravel(x),
        lambda x: x.copy(),
        lambda x: np.copy(x),
        lambda x: x.reshape(-1),
        lambda x: np.real(x),
        lambda x: x.reshape((1, -1)) if x.size else x,
        lambda x: np.positive(x),
        lambda x: x.transpose().ravel(),
    ],
)
def test_methods_that_hand_a_gradient_on(f, data):
    expected = f(np.asarray(data))
    np.testing.assert_array_equal(f(ta.Value(data)).data, expected)
    weights = np.arange(np.size(expected)) + 1.0
    loss = lambda x: ta.sum(f(x) * weights.reshape(np.shape(expected)) ** 2 * f(x))
    places = f(np.arange(np.size(data)).reshape(np.shape(data))).reshape(-1)
    gradient = np.zeros(np.size(data))
    gradient[places] = 2 * weights**2 * expected.reshape(-1)
    for run in (ta.grad(loss), ta.compile(ta.grad(loss))):
        np.testing.assert_allclose(run(data), gradient.reshape(np.shape(data)))


def test_other_methods():
    x = np.arange(6.0, dtype=np.float32).reshape(2, 3)
    v = ta.Value(x)
    assert v.tolist() == x.tolist()
    assert ta.Value(2.5).tolist() == 2.5
    assert (v.nbytes, v.itemsize, ta.Value(2.5).nbytes) == (x.nbytes, x.itemsize, 8)
    np.testing.assert_array_equal(v.reshape(shape=(3, 2)).data, x.reshape(3, 2))
    for wrong in (lambda: v.reshape(), lambda: v.reshape((3, 2), shape=(3, 2))):
        with pytest.raises(TypeError, match="give the new shape once"):
            wrong()
    with pytest.raises(ValueError, match='write "C" or "F"'):
        v.ravel("K")
    with pytest.raises(TypeError, match=r"\.tolist\(\) of a Value while ta\.compile records"):
        ta.compile(lambda y: y * len(y.tolist()))(x)
    changed = v.copy()
    v.data[0, 0] = 7.0
    assert changed.data[0, 0] == 0.0


NEAREST = (round, math.floor, math.ceil, math.trunc)


@pytest.mark.parametrize("whole", NEAREST, ids=lambda f: f.__name__)
class TestWholeNumbers:
    """What Python makes a whole number of: a constant that counts and picks, without a word and without a loss."""

    @pytest.mark.parametrize("x", [2.5, -2.5, 3.5, -0.0, np.float32(3.7), np.array(-1.2), 2.0**52 + 0.5], ids=repr)
    def test_it_is_pythons(self, whole, x):
        got = whole(ta.Value(x))
        assert isinstance(got, ta.Value)
        assert not got.requires_grad
        assert got.dtype.kind == "i"
        assert int(got) == whole(float(x))

    @pytest.mark.parametrize("x", [7, -3, True, np.int8(5), np.array(4)], ids=repr)
    def test_of_whole_numbers(self, whole, x):
        assert int(whole(ta.Value(x, requires_grad=False))) == int(x)

    def test_it_counts_and_picks(self, whole):
        x = ta.Value(2.2)
        assert len(range(whole(x))) == whole(2.2)
        assert [10, 20, 30, 40][whole(x)] == [10, 20, 30, 40][whole(2.2)]

    @pytest.mark.parametrize("x", [2.6, -2.6, np.array(2.6)], ids=repr)
    def test_no_gradient_comes_back(self, whole, x):
        f = ta.grad(lambda z: z * whole(z))
        assert f(x) == whole(float(x))
        assert ta.compile(f)(x) == whole(float(x))
        assert ta.compile(f)(x + 1.5) == whole(float(x) + 1.5)

    @pytest.mark.parametrize("x", [math.nan, math.inf, -math.inf])
    def test_what_is_no_whole_number_is_refused_as_python_does(self, whole, x):
        with pytest.raises(ValueError if math.isnan(x) else OverflowError, match="cannot convert float"):
            whole(ta.Value(x))

    @pytest.mark.parametrize("x", [1e30, -1e30, 2.0**63, np.float32(1e25)], ids=repr)
    def test_what_is_too_large_is_refused(self, whole, x):
        with pytest.raises(OverflowError, match=f"^{whole.__name__}: .* is too large for a whole number of 64 bits"):
            whole(ta.Value(x))
