"""What `ta.compile` refuses, each with a message that says what was given, what was expected and what to do."""

from __future__ import annotations

import math

import numpy as np
import pytest

import tinygrad_act as ta
from tinygrad_act.engine.tracing import TracingError

from ..each import each

X = np.array([1.0, 2.0])
GENERATOR = np.random.default_rng(0)


class Counter:
    calls = 0


def refused(error, match, f, *args, **options):
    """`ta.compile(f, **options)(*args)` raises."""
    with pytest.raises(error, match=match):
        ta.compile(f, **options)(*args)


# -- what it returns ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("result", "what"),
    [
        (None, "nothing (None)"), ("text", "str 'text'"), ({1, 2}, "set {1, 2}"), (1j, "complex 1j"),
        (np.array(["a"]), "ndarray"), ([X, {"a": None}], "nothing (None) at [1]['a']"), (object(), "object"),
    ],
)  # fmt: skip
def test_a_function_that_returns_something_else(result, what):
    with pytest.raises(TypeError, match="return Values, arrays, numbers, or nested lists, tuples and dicts") as caught:
        ta.compile(lambda x: result)(X)
    assert f"the function returned {what}" in str(caught.value)


@pytest.mark.parametrize("empty", [[], (), {}, {"a": [(), {}]}])
def test_a_function_that_returns_an_empty_structure(empty):
    refused(ValueError, "empty structure: there is nothing to compute", lambda x: empty, X)


def test_an_empty_program():
    assert ta.compile(lambda: 3.0)() == 3.0
    assert np.array_equal(ta.compile(lambda: np.ones(2))(), np.ones(2))
    f = ta.compile(lambda x: {"a": 2.0, "b": np.arange(3.0), "c": 4, "d": ()})
    for _ in range(2):
        result = f(X)
        assert type(result["a"]) is float
        assert type(result["c"]) is int
        assert np.array_equal(result["b"], [0.0, 1.0, 2.0])
        result["b"][:] = 7
    with pytest.warns(RuntimeWarning, match="depends on no input"):
        assert ta.compile(ta.grad(lambda x: 3.0))(2.0) == 0.0
    with pytest.warns(RuntimeWarning, match="depends on no input"):
        assert np.array_equal(ta.compile(ta.grad(lambda x: 3.0))(X), np.zeros(2))


# -- what it does -------------------------------------------------------------------------------------


def append(parts):
    parts.append(parts[0])
    return parts[0]


def replace(params):
    params["w"] = params["w"] * 2
    return params["w"]


@pytest.mark.parametrize(("f", "argument"), [(append, [X]), (replace, {"w": X})])
def test_a_function_that_changes_a_list_or_dict(f, argument):
    refused(TracingError, "changes a list or dict among its arguments in place.*build a new one and return it", f,
            argument)  # fmt: skip
    assert len(argument) == 1, "the caller's is as it was"


def test_a_function_that_writes_into_an_array():
    def f(x):
        x[0] = 5.0
        return x

    refused(TypeError, r"can't be changed in place.*ta\.where", f, X.copy())


def test_a_function_that_changes_the_data_of_a_value():
    w = ta.Value(1.0, label="w")

    def f(x):
        w.data = 2.0
        return x * w

    refused(TracingError, r"changes the data of 'w'.*return the new data instead.*donate=", f, X)
    assert w.data == 1.0


def test_adding_in_place_makes_a_new_value_and_leaves_the_argument():
    def f(x):
        x += 1.0
        return x

    x = X.copy()
    assert np.array_equal(ta.compile(f)(x), X + 1)
    assert np.array_equal(x, X)


def compile_often(f):
    """An index of two may be the same twice: some call of many says so."""
    for _ in range(30):
        ta.compile(f)(X)


def count(x):
    Counter.calls += 1
    return x * Counter.calls


@pytest.mark.parametrize(
    "f",
    [
        lambda x: x + GENERATOR.normal(size=2), lambda x: x * GENERATOR.normal(), count,
        lambda x: sum([x] * int(GENERATOR.integers(1, 10**6) % 997)), lambda x: (x, GENERATOR.normal(size=3)),
        lambda x: x[int(GENERATOR.integers(0, 2**40)) % 2 :] if GENERATOR.normal() else x,
    ],
)  # fmt: skip
def test_a_function_that_depends_on_random_state(f):
    with pytest.raises(TracingError, match="runs a second time on the same data.*pass these as arguments"):
        compile_often(f)


def test_a_generator_as_a_parameter():
    refused(TracingError, "drawn once and for all; draw outside and pass the noise as an argument",
            lambda x: ta.gumbel_softmax(x, rng=np.random.default_rng(0)), X)  # fmt: skip
    assert ta.compile(lambda x: ta.gumbel_softmax(x, rng=3))(X) == pytest.approx(ta.gumbel_softmax(X, rng=3))


LOOKS = {
    "float": lambda x: x * float(x[0]),
    "int": lambda x: x * int(x[0]),
    "bool": lambda x: x if x[0] else -x,
    "compare": lambda x: x if (x > 0).sum() == 2 else -x,
    "in": lambda x: x * (1.0 in x),
    "max": lambda x: max(x),
    "math": lambda x: x * math.exp(x[0]),
    "item": lambda x: x * x[0].item(),
    "data": lambda x: x * x.data,
    "numpy": lambda x: x * x.numpy(),
    "index": lambda x: x[x > 1],
    "index in a tuple": lambda x: x[(x > 1,)],
    "format": lambda x: x * len(f"{x[0]:.2f}"),
    "asarray": lambda x: np.asarray(x),
    "array": lambda x: np.array([x, x]),
    "NumPy's index": lambda x: np.arange(3)[x],
}


@each("f", LOOKS.values(), ids=LOOKS)
def test_a_function_that_looks_at_numbers(f):
    line = f.__code__.co_firstlineno
    refused(TracingError, rf"test_compile_inputs.py:{line}: the program runs on other numbers later.*(use|pass)", f, X)


def test_looking_at_numbers_that_are_the_same_in_every_call_is_fine():
    w = ta.Value(2.0, requires_grad=False)
    assert np.array_equal(ta.compile(lambda x: x * float(w) if w > 1 else x)(X), 2 * X)


def test_backward_inside():
    refused(TracingError, r"\.backward\(\).*use ta\.value_and_grad", lambda x: ta.sum(x).backward(), X)


# -- arguments ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("new", "text"),
    [
        ((np.ones(3), 1.0), r"argument w was float64 \(2,\) and is float64 \(3,\)"),
        ((X.astype(np.float32), 1.0), r"argument w was float64 \(2,\) and is float32 \(2,\)"),
        ((np.array([1, 2]), 1.0), r"argument w was float64 \(2,\) and is int64 \(2,\)"),
        ((X, np.array(1.0)), r"argument s was a Python float and is float64 \(\)"),
        ((X, 2), "argument s is static, as it is of type int: it was a Python float and is 2"),
        ((X, True), "argument s is static, as it is of type bool: it was a Python float and is True"),
        (([X], 1.0), r"argument w was float64 \(2,\) and is a list of 1"),
        ((X,), "the positional arguments were a tuple of 2 and are a tuple of 1"),
    ],
)
def test_another_signature_with_retracing_off(new, text):
    f = ta.compile(lambda w, s: w * s if not isinstance(w, list) else w[0], retrace=False)
    f(X, 1.0)
    f(X + 1, 3.0)
    with pytest.raises(ValueError, match=f"{text}.*pass arguments like the first call's, or leave out retrace=False"):
        f(*new)


def test_another_convention_with_retracing_off():
    f = ta.compile(ta.grad(ta.relu), retrace=False)
    assert f(0.0) == 1.0
    with ta.at_kink("left"), pytest.raises(ValueError, match="at_kink, derivative_form or dialect asks for something"):
        f(0.0)


@pytest.mark.parametrize(
    ("argument", "text"),
    [
        (np.array([None, 1.0]), "argument 0: got an array of object; expected a rectangular array of real numbers"),
        (np.array(["a"]), "argument 0: got an array of <U1; expected real numbers"),
        (np.array([1j]), "got an array of complex128; complex numbers are not differentiated"),
        ({1, 2}, "is of type set, which is neither data .* nor static"),
        (np.ma.array([1.0]), "masked arrays are not supported; fill it first"),
        ([X, np.array(["a"])], r"argument 0\[1\]: got an array of <U1"),
    ],
)
def test_data_that_are_no_numbers(argument, text):
    refused(TypeError, text, lambda x: x, argument)


def test_strings_none_and_functions_are_static():
    f = ta.compile(lambda x, how, f=None: (x if f is None else f(x)) * len(how))
    assert np.array_equal(f(X, "ab"), 2 * X)
    assert np.array_equal(f(X, "abc", ta.square), 3 * X**2)
    assert np.array_equal(f(X + 1, "ab"), 2 * X + 2)
    assert len(f.programs) == 2


class Matrix(np.ndarray):
    """A subclass whose `*` means something else."""

    def __mul__(self, other):
        raise AssertionError("programs run on plain arrays")


def test_numpy_numbers_and_subclasses_of_arrays_count_as_arrays():
    f = ta.compile(lambda x: x * 2.0)
    assert type(f(X.view(Matrix))) is np.ndarray
    assert np.array_equal(f(X.view(Matrix)), 2 * X)
    result = f(np.float32(1.5))
    assert type(result) is np.ndarray
    assert result.dtype == np.float32
    assert len(f.programs) == 2


def test_keyword_arguments():
    f = ta.compile(lambda x, y=1.0, *, scale, **more: x * y * scale + more.get("shift", 0.0))
    assert np.array_equal(f(X, scale=2), 2 * X)
    assert np.array_equal(f(x=X, scale=np.array(3.0), y=2.0), 6 * X)
    assert np.array_equal(f(X, scale=2, shift=X), 3 * X)
    assert np.array_equal(f(X, scale=2, shift=X + 1), 3 * X + 1)
    with pytest.raises(TypeError, match="scale"):
        f(X)
    with pytest.raises(TypeError, match="positional"):
        ta.compile(lambda x: x)(X, X)


def test_any_number_of_arguments():
    f = ta.compile(lambda *xs: sum(xs[1:], xs[0]))
    assert np.array_equal(f(X, X, X), 3 * X)
    assert np.array_equal(f(X), X)


class Model:
    def __init__(self, slope):
        self.slope = slope

    def __call__(self, x):
        return x * self.slope

    @ta.compile
    def method(self, x):
        return x * (self.slope + 1)


def test_methods_and_objects_that_are_called():
    two, three = Model(2.0), Model(3.0)
    assert np.array_equal(ta.compile(two)(X), 2 * X)
    assert np.array_equal(ta.compile(two.__call__)(X), 2 * X)
    for _ in range(2):
        assert np.array_equal(two.method(X), 3 * X)
        assert np.array_equal(three.method(X), 4 * X)
    assert len(Model.method.programs) == 2


# -- numbers ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("passes", [None, ()])
def test_nan_and_infinite_data(passes):
    f = ta.value_and_grad(lambda x, y: ta.sum(ta.relu(x) * ta.sigmoid(y) + ta.where(x > 0, ta.log(x), 0.0)), (0, 1))
    g = ta.compile(f, passes=passes)
    g(X, X)
    bad = np.array([math.nan, math.inf, -math.inf, 0.0, -0.0, 1e308, 5e-324, 800.0])
    for x in bad:
        for y in bad:
            with np.errstate(all="ignore"):
                expected = f(np.array([x, 1.0]), np.array([y, -1.0]))
            found = g(np.array([x, 1.0]), np.array([y, -1.0]))
            np.testing.assert_allclose(found[0], expected[0], rtol=1e-13)
            for a, b in zip(found[1], expected[1]):
                np.testing.assert_allclose(a, b, rtol=1e-13, atol=1e-300)


@pytest.mark.parametrize("passes", [None, ()])
def test_python_numbers_obey_ieee(passes):
    """Found here: a program divided Python's floats, which raise where an array gives infinity."""
    for f in (ta.value_and_grad(lambda x, y: x / y, (0, 1)), lambda x, y: ta.grad(ta.log)(x) + ta.reciprocal(y)):
        g = ta.compile(f, passes=passes)
        g(1.5, 2.5)
        for x, y in [(0.0, 0.0), (1.0, 0.0), (-1.0, 1e308), (math.nan, 0.0), (math.inf, math.inf)]:
            assert repr(g(x, y)) == repr(f(x, y))


@pytest.mark.parametrize("passes", [None, ()])
def test_zero_size_arrays(passes):
    f = ta.value_and_grad(lambda x, w: ta.sum(ta.tanh(x @ w)) + ta.sum(x) * 2, (0, 1))
    value, (dx, dw) = ta.compile(f, passes=passes)(np.zeros((0, 3)), np.ones((3, 2)))
    assert value == 0
    assert dx.shape == (0, 3)
    assert np.array_equal(dw, np.zeros((3, 2)))
    assert ta.compile(lambda x: x[:0], passes=passes)(X).shape == (0,)


# -- memory -------------------------------------------------------------------------------------------


def test_an_output_that_is_an_input_is_a_copy():
    for f in (lambda x: x, lambda x: x.reshape((1, 2)), lambda x: x[::-1], lambda x: x.T, ta.identity):
        x = X.copy()
        result = ta.compile(f)(x)
        assert not np.shares_memory(result, x)
        assert result.flags.writeable


BUFFER = np.ones(4)


@pytest.mark.parametrize(
    ("p", "g"), [(X, X), (BUFFER[:2], BUFFER[1:3]), (BUFFER[:2], BUFFER[1::-1]), (BUFFER[:2], BUFFER[:2])]
)
def test_an_array_passed_twice_and_donated_once(p, g):
    f = ta.compile(lambda p, g: p - g, donate=0)
    f(np.ones(2), np.ones(2))
    for call in (f, ta.compile(lambda p, g: p - g, donate=0)):
        with pytest.raises(ValueError, match="donated array is passed a second time, or shares memory.*pass a copy"):
            call(p, g)
        with pytest.raises(ValueError, match="donated array"):
            call(p=p, g=g)
    assert np.array_equal(BUFFER, np.ones(4))


def test_views_that_share_no_memory_may_be_donated():
    both = np.array([5.0, 6.0, 1.0, 2.0])
    f = ta.compile(lambda p, g: p - g, donate=0)
    p = both[:2]
    assert f(p, both[2:]) is p
    assert np.array_equal(both, [4.0, 4.0, 1.0, 2.0])


def test_a_read_only_array_that_is_donated():
    f = ta.compile(lambda p: p * 2, donate=0)
    f(X.copy())
    p = X.copy()
    p.setflags(write=False)
    with pytest.raises(ValueError, match=r"donated array of shape \(2,\) is read-only; pass a copy, or don't donate"):
        f(p)


# -- options ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("donate", [5, -1, "q", 1.5, True, None, [[0]], ("p", 2)])
def test_donating_what_is_no_argument(donate):
    with pytest.raises(ValueError, match=r"expected positions or names of arguments, of \['p', 'g'\]"):
        ta.compile(lambda p, g: p - g, donate=donate)


@pytest.mark.parametrize("passes", [("fuse",), "fold", 3, ["fold", "fold "]])
def test_a_pass_that_there_is_not(passes):
    with pytest.raises(ValueError, match=r"passes=.*choose of \('.*'lower', 'fold', "):
        ta.compile(lambda x: x, passes=passes)


def test_another_backend():
    with pytest.raises(ValueError, match="backend='jax': there is only 'numpy'; leave it out"):
        ta.compile(lambda x: x, backend="jax")
    with pytest.raises(ValueError, match="backend=None"):
        ta.compile(backend=None)


@pytest.mark.parametrize("thing", [3, X, "f", [ta.tanh]])
def test_something_that_is_neither_a_function_nor_a_value(thing):
    with pytest.raises(TypeError, match=rf"compile: got {type(thing).__name__} .*expected a function"):
        ta.compile(thing)
