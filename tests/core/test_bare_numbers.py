"""A Value that carries a gradient never becomes a bare number without a word."""

from __future__ import annotations

import array
import cmath
import math
import operator
import pickle
import statistics
import struct
import warnings

import numpy as np
import pytest

import tinygrad_act as ta
from tinygrad_act import Value
from tinygrad_act.core.errors import BareNumberError
from tinygrad_act.core.mode import mode

from ..each import each


def put(v):
    c = np.zeros(2)
    c[0] = v
    return c


def put_in_a_row(v):
    c = np.zeros((2, 2))
    c[1][0] = v
    return c


def put_in_a_record(v):
    c = np.zeros(1, [("a", float)])
    c[0] = (v,)
    return c


def fill(v):
    c = np.zeros(2)
    c.fill(v)
    return c


def put_slice(v):
    c = np.zeros(2)
    c[:] = v
    return c


def put_by_mask(v):
    c = np.zeros(2)
    c[c == 0] = v
    return c


SILENT = {
    "float": float, "int": int, "complex": complex, "math.exp": math.exp, "math.pow": lambda v: math.pow(v, 2),
    "math.fsum": lambda v: math.fsum([v, 1.0]), "math.hypot": lambda v: math.hypot(v, 1.0),
    "math.isclose": lambda v: math.isclose(v, 1.0), "cmath.exp": cmath.exp, "c[0] = v": put,
    "c[1][0] = v": put_in_a_row, "a record": put_in_a_record, "fill": fill,
    "fromiter": lambda v: np.fromiter([v, v], float),
    "fromiter of a generator": lambda v: np.fromiter((v for _ in range(2)), float, count=2),
    "array.array": lambda v: array.array("d", [v]), "fmean": lambda v: statistics.fmean([v, v]),
    "%": "%.3f".__mod__,
}  # fmt: skip
"""What took the bare number of a Value and said nothing."""

REFUSED = {
    "np.float64": np.float64, "np.float32": np.float32, "np.int64": np.int64, "np.array": np.array,
    "np.asarray": np.asarray, "np.array of Values": lambda v: np.array([v, v]),
    "np.array of Values, float": lambda v: np.array([[v, 1.0], [2.0, v]], dtype=float),
    "np.array of Values, object": lambda v: np.array([v, v], dtype=object), "np.full": lambda v: np.full(3, v),
    "np.arange": np.arange, "c[:] = v": put_slice, "c[mask] = v": put_by_mask, "put": lambda v: np.zeros(2).put(0, v),
    "arr[v]": lambda v: np.arange(3)[v], "np.vectorize": lambda v: np.vectorize(math.exp)(v),
    "rng.normal": lambda v: np.random.default_rng(0).normal(v, 1.0), "np.r_": lambda v: np.r_[v, 1.0],
    "dot": lambda v: np.ones(()).dot(v), "np.bincount": lambda v: np.bincount([0], [v]),
}  # fmt: skip
"""What asks for its bare array."""

BY_NAME = {
    "index": operator.index, "range": range, "list[v]": lambda v: [1, 2, 3][v], "list[v:]": lambda v: [1, 2, 3][v:],
    "np.zeros": np.zeros, "flat": lambda v: np.zeros(2).flat.__setitem__(0, v),
    "np.full, float": lambda v: np.full(3, v, dtype=float), "np.linspace": lambda v: np.linspace(0, v),
    "np.full_like": lambda v: np.full_like(np.ones(2), v), "np.copyto": lambda v: np.copyto(np.zeros(2), v),
    "np.put": lambda v: np.put(np.zeros(2), 0, v), "np.insert": lambda v: np.insert(np.zeros(2), 0, v),
    "mean": lambda v: statistics.mean([v, v]), "struct": lambda v: struct.pack("d", v),
    "out=": lambda v: np.exp(v, out=np.zeros(())), "+=": lambda v: operator.iadd(np.zeros(()), v),
}  # fmt: skip
"""What Python, NumPy or we refuse for other reasons."""

X = np.array([0.5, 1.5])


TRANSFORMS = {
    "grad": lambda f: ta.grad(f)(X),
    "grad of a float": lambda f: ta.grad(lambda t: f([t]))(0.5),
    "value_and_grad": lambda f: ta.value_and_grad(f)(X),
    "vjp": lambda f: ta.vjp(f, X)[1](1.0),
    "jacobian": lambda f: ta.jacobian(f)(X),
    "hessian": lambda f: ta.hessian(f)(X),
    "hvp": lambda f: ta.hvp(f, X, X),
    "nested": lambda f: ta.grad(lambda y: ta.grad(f)(y).sum())(X),
    "grad in grad": lambda f: ta.grad(lambda y: ta.grad(lambda x: f(x) * y)(X).sum())(2.0),
    "vjp in hvp": lambda f: ta.hvp(lambda y: ta.vjp(lambda x: f(x) * y, X)[0], 2.0, 1.0),
    "compile": lambda f: ta.compile(f)(X),
    "compiled grad": lambda f: ta.compile(ta.grad(f))(X),
    "compiled hessian": lambda f: ta.compile(ta.hessian(f))(X),
    "grad of compiled": lambda f: ta.grad(ta.compile(f))(X),
}


def of_one(take):
    """A function that takes the number of an entry by the way, and has a gradient all the same."""

    def f(x):
        take(x[0] * 1.0)
        return sum(part * part for part in x)

    return f


@each("transform", TRANSFORMS)
@each("take", [*SILENT, *REFUSED])
def test_inside_a_transform_the_bare_number_is_refused_with_the_way_out(take, transform):
    taken = {**SILENT, **REFUSED}[take]
    with pytest.raises(BareNumberError, match=r"(?s)ta\.stack\(\[\.\.\.\]\).*ta\.") as caught:
        TRANSFORMS[transform](of_one(taken))
    assert f"{__file__}:" in str(caught.value), "the user's line"
    assert mode.depth == 1
    assert not mode.tracing


@each("transform", TRANSFORMS)
@each("take", BY_NAME)
def test_inside_a_transform_nothing_else_takes_it_without_a_word(take, transform):
    with pytest.raises((TypeError, ValueError, struct.error)):
        TRANSFORMS[transform](of_one(BY_NAME[take]))


@each("transform", [name for name in TRANSFORMS if "compile" not in name])
@each(
    "look", [lambda v: v.item(), lambda v: f"{v:.3f}", lambda v: f"{v}", repr, str, bool, "{:.2f}".format, "%s".__mod__]
)
def test_the_silent_ways_stay_silent(look, transform):
    TRANSFORMS[transform](of_one(look))


def test_the_number_of_an_outer_gradient_is_refused_in_an_inner_one_that_has_nothing_to_do_with_it():
    with pytest.raises(BareNumberError, match=r"float\(\) of a Value drops its gradient"):
        ta.grad(lambda x: ta.grad(lambda y: y * float(x))(1.0))(2.0)
    w = Value(3.0, label="w")
    for _ in range(2):
        with pytest.raises(BareNumberError, match="Value 'w' drops its gradient"):
            ta.grad(lambda x: x * float(w))(2.0)
        (w * w).backward()  # an earlier backward() says nothing about this gradient


def test_the_newcomers_program():
    def fills(x):
        c = np.zeros(3)
        for i in range(3):
            c[i] = x[i] ** 2
        return c.sum()

    def stacks(x):
        return ta.stack([x[i] ** 2 for i in range(3)]).sum()

    for how in (ta.grad(fills), ta.compile(fills), ta.compile(ta.grad(fills))):
        with pytest.raises(TypeError, match=r"ta\.stack\(\[\.\.\.\]\)") as caught:
            how(np.array([1.0, 2.0, 3.0]))
        assert caught.value.__cause__ is None
        assert caught.value.__suppress_context__, "NumPy's own message is not shown"
        assert str(caught.traceback[-1].statement).strip() == "c[i] = x[i] ** 2"
    assert ta.grad(stacks)(np.array([1.0, 2.0, 3.0])).tolist() == [2.0, 4.0, 6.0]


def test_an_error_of_the_users_own_is_left_alone():
    class Mine(Exception):
        pass

    def f(x):
        try:
            put(x)
        except ValueError as error:
            raise Mine("own words") from error

    def g(x):
        try:
            float(x)
        except TypeError as error:
            raise ValueError("other words") from error

    with pytest.raises(Mine, match="own words"):
        ta.grad(f)(1.0)
    with pytest.raises(ValueError, match="other words"):
        ta.grad(g)(1.0)
    with pytest.raises(ValueError, match="setting an array element with a sequence"):
        ta.grad(lambda x: put([1.0, 2.0]))(1.0)
    assert ta.grad(lambda x: x * 2 if raises(lambda: float(x)) else x)(1.0) == 2.0, "it can be caught"


def raises(f):
    try:
        f()
    except BareNumberError:
        return True
    return False


# -- outside of transforms ------------------------------------------------------------------------------


def said(f):
    """The warnings of f()."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        f()
    return caught


@each("take", SILENT)
@each("data", [0.5, np.array(0.5), np.array([0.5], np.float32)], ids=["float", "0-d", "one entry"])
def test_outside_it_warns_at_the_users_line(take, data):
    v = Value(data) * 2
    warned = said(lambda: SILENT[take](v))
    assert len({(w.filename, w.lineno) for w in warned}) == 1
    assert warned[0].filename == __file__
    assert warned[0].category is RuntimeWarning
    for word in ("drops its gradient", "ta.stack([...])", "ta.exp", "value.item()"):
        assert word in str(warned[0].message)


@each("take", REFUSED)
def test_outside_an_array_is_refused(take):
    with pytest.raises(BareNumberError, match=r"ta\.stack\(\[\.\.\.\]\)"):
        REFUSED[take](Value(np.array(0.5)) * 2)


def test_it_warns_once_for_a_line():
    v = Value(2.0) * 3
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("default")
        for _ in range(5):
            math.exp(v)
        math.exp(v)
    assert len(caught) == 2
    with pytest.raises(RuntimeWarning, match="drops its gradient"):  # pytest makes errors of warnings
        math.exp(v)


@pytest.mark.parametrize("create_graph", [False, True])
@pytest.mark.parametrize("data", [0.5, np.array(0.5), np.array([0.5, 1.5])], ids=["float", "0-d", "array"])
def test_logging_after_backward_says_nothing(data, create_graph):
    w = Value(data)
    hidden = (w * 3).tanh()
    loss = hidden.sum() if np.ndim(data) else hidden * 1.0
    assert said(lambda: float(loss))
    loss.backward(create_graph=create_graph)
    assert not said(lambda: [float(loss), float(loss / 10), float((loss * 2 + 1) * 3), float(hidden.sum())])
    loss.zero_grad()
    assert not said(lambda: float(loss))
    assert said(lambda: float((w * 2).sum())), "another graph, that no backward() has walked"


def test_logging_after_the_backward_of_a_compiled_graph_says_nothing():
    loss = (Value(0.5) * 3).tanh()
    program = ta.compile(loss)
    assert said(lambda: float(loss))
    program.backward()
    assert not said(lambda: float(loss))
    assert loss.grad == 1.0


def test_a_leaf_says_nothing_once_a_gradient_has_reached_it():
    """math.exp(w) in a loss is seen in the first step; a log of float(w) in a training loop is not in the way."""
    for forget in (lambda w: None, lambda w: w.zero_grad(), lambda w: setattr(w, "grad", 0.0)):
        for w in (Value(0.5), Value(np.array([0.5]))):
            assert said(lambda: math.exp(w))
            for _ in range(2):
                forget(w)
                (w * w).sum().backward()
                forget(w)
                assert not said(lambda: float(w))


def test_nothing_is_lost_where_no_gradient_flows():
    w = Value(0.5)
    quiet = [Value(2.0, requires_grad=False), w.detach(), w > 0, ta.floor(w), ta.sign(w), (w > 0) & (w < 1)]
    assert not said(lambda: [float(v) for v in quiet])
    with ta.no_grad():
        assert not said(lambda: [float(w), float(w * 2), put(w), np.asarray(w * 2)])
    seen = []
    ta.grad(lambda x: seen.append(x * 2) or x * x)(3.0)
    assert not said(lambda: float(seen[0])), "a gradient that is over"

    def f(x):
        with ta.no_grad():
            seen.append(float(x * x))
        return x * x + float(x > 1) + float(x.detach())

    assert ta.grad(f)(3.0) == 6.0
    assert seen[-1] == 9.0


def test_a_log_near_a_walked_graph_costs_little():
    """It looks at few nodes, however large the graph is."""
    v = Value(1.0)
    for _ in range(5000):
        v = v * 1.0
    visited = []

    class Watched(tuple):
        def __len__(self):
            visited.append(1)
            return super().__len__()

    node = v
    while node.op is not None:
        node._edges = Watched(node._edges)
        node = node.inputs[0]
    visited.clear()
    assert said(lambda: float(v))
    assert 0 < len(visited) < 300


# -- constants ------------------------------------------------------------------------------------------


def test_constants_go_where_numpy_takes_arrays():
    v = Value([-1.0, 0.5, 2.0])
    table = np.arange(3.0) * 10
    assert table[v > 0].tolist() == [10.0, 20.0]
    assert table[ta.floor(Value([0.0, 2.5], requires_grad=False)).astype(int)].tolist() == [0.0, 20.0]
    assert np.asarray(v > 0).tolist() == [False, True, True]
    assert np.asarray(v > 0, dtype=np.float32).dtype == np.float32
    assert np.array([v > 0, v < 0]).shape == (2, 3)
    two = Value(2, requires_grad=False)
    assert (["a", "b", "c"][two], list(range(two)), "abc"[:two], np.zeros(two).shape) == ("c", [0, 1], "ab", (2,))
    assert np.arange(3)[Value(np.array(2), requires_grad=False)] == 2


def test_the_array_of_a_constant_is_a_copy():
    c = Value([1.0, 2.0], requires_grad=False)
    taken = np.asarray(c)
    taken[0] = 7.0
    assert c.data.tolist() == [1.0, 2.0]
    assert not np.shares_memory(np.array(c, copy=True), c.data)
    with pytest.raises(ValueError, match="a copy of its array"):
        np.asarray(c, copy=False)


def test_one_whole_number_is_an_index_and_nothing_else_is():
    assert operator.index(Value(np.array(3, np.uint8), requires_grad=False)) == 3
    for other in (Value(2.0, requires_grad=False), Value([1], requires_grad=False), Value(1.0) > 0, Value(2.0)):
        with pytest.raises(TypeError, match="one whole number, and this Value is"):
            operator.index(other)
    assert np.arange(3)[Value(1.0) > 0].shape == (1, 3), "a truth is a mask to NumPy"


def test_constants_of_outside_are_numbers_in_a_program_and_what_comes_from_its_inputs_is_not():
    c, k = Value([2.0, 3.0], requires_grad=False), Value(1, requires_grad=False)
    run = ta.compile(lambda x: x * np.asarray(c) + [5.0, 7.0][k])
    assert run(np.ones(2)).tolist() == [9.0, 10.0]
    table = np.arange(3)
    for f in (lambda x: np.asarray(x > 0), lambda x: table[ta.floor(x).astype(int)], lambda x: [1, 2][x.astype(int)]):
        with pytest.raises(TypeError, match="runs on other numbers later"):
            ta.compile(f)(np.array(1.0))


# -- a result that depends on nothing -------------------------------------------------------------------

CUT_OFF = {
    "a number": lambda x: 1.0,
    "numpy()": lambda x: np.sum(x.numpy() ** 2),
    "item()": lambda x: x[0].item() * 2,
    "data": lambda x: (x.data * 2).sum(),
    "detach()": lambda x: (x.detach() ** 2).sum(),
    "another Value": lambda x: Value(2.0) * 3,
}

SIBLINGS = {
    "grad": lambda f: ta.grad(f)(X), "value_and_grad": lambda f: ta.value_and_grad(f)(X),
    "vjp": lambda f: ta.vjp(f, X)[1](1.0),
    "jacobian": lambda f: ta.jacobian(f)(X), "hessian": lambda f: ta.hessian(f)(X), "hvp": lambda f: ta.hvp(f, X, X),
}  # fmt: skip


@each("transform", SIBLINGS)
@each("cut", CUT_OFF)
def test_a_result_that_depends_on_no_input_warns(cut, transform):
    warned = said(lambda: SIBLINGS[transform](CUT_OFF[cut]))
    assert len(warned) == 1
    assert warned[0].filename == __file__
    assert str(warned[0].message).startswith(f"ta.{transform}: what <lambda> returns depends on no input")


def no_slope(x):
    return ta.floor(x).sum() + (x > 0).sum() * 2.0


@each("transform", SIBLINGS)
@each(
    "f", [no_slope, lambda x: x.sum(), lambda x: x[0], lambda x: ta.stop_gradient(x).sum(), lambda x: (x * 0.0).sum()]
)
def test_one_that_depends_on_them_without_a_slope_does_not(f, transform):
    SIBLINGS[transform](f)
    ta.compile(lambda: SIBLINGS[transform](f))()


def test_a_constant_derivative_of_a_derivative_is_no_reason_to_warn():
    assert ta.grad(ta.grad(lambda x: 3 * x))(1.0) == 0.0
    assert ta.grad(lambda x: ta.vjp(lambda y: 3 * y, x)[1](1.0)[0])(1.0) == 0.0
    assert ta.compile(ta.grad(ta.grad(lambda x: 3 * x)))(1.0) == 0.0
    assert ta.gradcheck(lambda x: (3 * x).sum(), np.ones(2), order=2).ok
    assert said(lambda: ta.grad(lambda x: ta.grad(lambda y: y * y)(1.0))(2.0)), "that one has nothing to do with x"
    assert said(lambda: ta.compile(ta.grad(lambda x: 1.0))(2.0))
    assert ta.grad(lambda p, x: x * 2, argnums=(0, 1))(1.0, 2.0) == (0.0, 2.0)
    assert ta.grad(lambda p: 1.0)({}) == {}, "without inputs there is nothing to depend on"
    ta.grad(lambda x: x * x)(Value(1.0))

    def two(x):
        ta.grad(lambda y: y * y)(x)
        ta.grad(lambda y: 2.0)(x)
        return x

    assert [w.lineno for w in said(lambda: ta.grad(two)(1.0))] == [two.__code__.co_firstlineno + 2]
    assert said(lambda: ta.grad(lambda x: 1.0)(2.0)), "what ran before has no say"
    assert ta.gradcheck(lambda x: 3.0, 1.0).ok, "the checker finds out for itself"


g = ta.grad
CONSTANT_BY_CLOSURE = {
    "mixed": lambda: g(lambda x: g(lambda y: x + y)(1.0))(2.0),
    "of a sum": lambda: g(lambda x: g(lambda y: x * x + y * y)(1.0))(2.0),
    "u_xx of a line": lambda: g(lambda w: g(g(lambda x: w * x))(1.0))(2.0),
    "u_xx of a kinked line": lambda: g(lambda w: g(g(lambda x: ta.relu(w * x)))(1.0) ** 2)(2.0),
    "third order": lambda: g(lambda w: g(g(g(lambda x: w * x)))(1.0))(2.0),
    "jacobian": lambda: g(lambda w: ta.jacobian(ta.jacobian(lambda x: w * x))(X).sum())(2.0),
    "hvp": lambda: g(lambda w: ta.hvp(lambda x: (w * x).sum(), X, X).sum())(2.0),
    "vjp": lambda: g(lambda w: ta.vjp(lambda x: w + x, 1.0)[1](1.0)[0])(2.0),
}


@each("compiled", [False, True])
@each("derivative", CONSTANT_BY_CLOSURE)
def test_a_constant_derivative_of_what_came_by_closure_is_no_reason_to_warn(derivative, compiled):
    call = CONSTANT_BY_CLOSURE[derivative]
    assert said(lambda: ta.compile(call)() if compiled else call()) == []


def test_pickling_loses_no_gradient():
    with pytest.raises(TypeError, match="that a gradient is taken by can't be pickled"):
        g(lambda x: (pickle.loads(pickle.dumps(x)) * x).sum())(X)
    w = Value(X)
    assert g(lambda x: (pickle.loads(pickle.dumps(w)) * x).sum())(X).data.tolist() == X.tolist(), "w is not x"


def test_a_gradient_inside_hides_no_lost_graph():
    """Only one that was taken through an input of the outer gradient explains a result without a graph."""
    c = Value(3.0)
    assert len(said(lambda: g(lambda w: g(g(lambda x: x * x * x))(w.item()))(2.0))) == 1
    assert len(said(lambda: g(lambda w: g(lambda x: c * x)(1.0) * w.item())(2.0))) == 1
    assert len(said(lambda: g(lambda w: ta.vjp(lambda x: x * w.item(), c)[1](c)[0])(2.0))) == 1


# -- one way in, one way out ----------------------------------------------------------------------------


def test_results_belong_to_the_gradient_outside():
    """Else the next one inside would go on through this one's graph: a chain of gradients took quadratic time."""
    depths = []

    def outer(x):
        for _ in range(3):
            value, slope = ta.value_and_grad(lambda y: (y * y * y).sum())(x)
            out, pullback = ta.vjp(lambda y: y * y, x)
            (c,) = pullback(x)
            x = x - 0.1 * slope + 0.1 * c * value + out
            depths.extend((mode.depth, v.level) for v in (value, slope, out, c, ta.jacobian(lambda y: y * y)(x)))
        return x.sum()

    ta.grad(outer)(np.array([0.1, 0.2]))
    assert set(depths) == {(2, 2)}
    depths.clear()
    ta.compile(ta.grad(outer))(np.array([0.1, 0.2]))
    assert set(depths) == {(3, 3)}


def test_a_pullback_whose_result_is_an_input_of_its_own_may_be_called_again():
    """d(a b)/da is the very Value that b is inside of vjp."""

    def f(x, y):
        _, pullback = ta.vjp(lambda a, b: a * b, x, y)
        slope = ta.grad(lambda t: pullback(t)[0])(1.0)
        return slope * pullback(1.0)[0] + pullback(1.0)[1] * 0.0  # y * y

    assert ta.grad(f, (0, 1))(3.0, 5.0) == ta.compile(ta.grad(f, (0, 1)))(3.0, 5.0) == (0.0, 10.0)


def test_a_pullback_may_be_called_again_after_its_results_went_out():
    """Its results are Values that it still needs: they must not be changed."""

    def outer(x, y):
        product, pullback = ta.vjp(lambda a, b: a * b, x, y)
        first, second = pullback(1.0), pullback(product)
        return first[0] * second[1] + product  # y * (x * y) * x + x * y

    for run in (ta.grad(outer, (0, 1)), ta.compile(ta.grad(outer, (0, 1)))):
        assert run(3.0, 5.0) == pytest.approx((2 * 3 * 25 + 5, 2 * 9 * 5 + 3), rel=1e-14)
    hessian = ta.hessian(lambda p: outer(p[0], p[1]))
    expected = np.array([[2 * 25, 4 * 15 + 1], [4 * 15 + 1, 2 * 9]])
    for run in (hessian, ta.compile(hessian)):
        np.testing.assert_allclose(run(np.array([3.0, 5.0])), expected, rtol=1e-14)


def test_values_made_outside_keep_their_level():
    w = Value(2.0)
    out, pullback = ta.vjp(lambda x: x * w, 3.0)
    (c,) = pullback(1.0)
    assert (out.level, c.level, w.level) == (1, 1, 1)
    (out + c).backward()
    assert w.grad == 4.0
    assert not ta.vjp(lambda x: x * 2, X)[0].flags.writeable, "the pullback may need it"
    seen = []
    said(lambda: seen.extend(ta.value_and_grad(lambda x: w)(1.0)))
    assert seen == [w, 0.0]
    assert w.level == 1
