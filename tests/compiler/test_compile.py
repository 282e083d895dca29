"""`ta.compile(f)`: what goes in and out, what is recorded anew, what it composes with, and training steps."""

from __future__ import annotations

import collections
import warnings

import numpy as np
import pytest

import tinygrad_act as ta
from tinygrad_act.engine.tracing import TracingError

from ..each import each

X = np.array([-1.0, 0.0, 2.0])
Pair = collections.namedtuple("Pair", "a b")


def cube(x):
    return ta.sum(ta.tanh(x) ** 3)


def equal(a, b):
    """Same structure, types and bits."""
    if isinstance(a, dict):
        return type(a) is type(b) and list(a) == list(b) and all(equal(a[key], b[key]) for key in a)
    if isinstance(a, (list, tuple)):
        return type(a) is type(b) and len(a) == len(b) and all(map(equal, a, b))
    return type(a) is type(b) and np.asarray(a).dtype == np.asarray(b).dtype and np.array_equal(a, b)


def test_as_a_call_and_as_a_decorator_with_and_without_options():
    @ta.compile
    def twice(x):
        """The doc."""
        return 2 * x

    @ta.compile(passes=())
    def thrice(x):
        return 3 * x

    assert np.array_equal(twice(X), 2 * X)
    assert np.array_equal(thrice(X), 3 * X)
    assert np.array_equal(ta.compile(np.tanh)(X), np.tanh(X))
    assert (twice.__name__, twice.__doc__) == ("twice", "The doc.")
    assert "def twice(x)" in twice.source
    assert repr(twice) == "<compiled twice: 1 programs>"


def test_the_program_can_be_made_without_a_call():
    f = ta.compile(cube)
    with pytest.raises(RuntimeError, match="no program yet"):
        _ = f.source
    assert f.trace(X) is f.program
    assert f(X) == pytest.approx(cube(X))
    assert len(f.programs) == 1


@each(
    "tree",
    [
        (X, [X, {"a": 1.5, "b": (X,)}]),
        Pair(X, [1.0]),
        {"p": Pair(1.0, X), 2: [X]},
        collections.OrderedDict(z=X, a=2.0),
        collections.defaultdict(list, k=X),
        [[[X]], (), {"deep": [(X,)]}],
    ],
)
@each("passes", [None, ()])
def test_structures_come_in_and_go_out(tree, passes):
    assert equal(ta.compile(lambda t: t, passes=passes)(tree), tree)
    doubled = ta.compile(lambda t: {"out": [t, t]}, passes=passes)(tree)
    assert equal(doubled, {"out": [tree, tree]})


def test_a_gradient_has_the_structure_of_its_argument():
    params = {"w": np.ones((3, 2)), "b": [np.zeros(2), 1.0]}
    f = ta.value_and_grad(lambda p, x: ta.sum(ta.tanh(x @ p["w"] + p["b"][0])) * p["b"][1])
    expected, found = f(params, np.ones((4, 3))), ta.compile(f)(params, np.ones((4, 3)))
    assert found[0] == pytest.approx(expected[0])
    assert list(found[1]) == ["w", "b"]
    np.testing.assert_allclose(found[1]["w"], expected[1]["w"])
    np.testing.assert_allclose(found[1]["b"][0], expected[1]["b"][0])
    assert type(found[1]["b"][1]) is float


def test_static_arguments_make_a_program_each():
    @ta.compile
    def f(x, n, how, reduce=None):
        for _ in range(n):
            x = ta.tanh(x) if how == "tanh" else x * x
        return x if reduce is None else reduce(x)

    assert np.array_equal(f(X, 2, "square"), X**4)
    assert np.array_equal(f(X, 1, how="tanh"), np.tanh(X))
    assert f(X, 1, "square", reduce=ta.sum) == 5.0
    assert f(X, True, "square").dtype == float
    assert len(f.programs) == 4
    f(X + 1, 2, "square")
    assert len(f.programs) == 4


def test_one_and_true_and_one_point_zero_are_different_arguments():
    f = ta.compile(lambda x, n: x * n)
    assert type(f(2, 1)) is type(2 * 1)
    assert f(X, 1).dtype == f(X, True).dtype == f(X, 1.0).dtype == float
    assert len(f.programs) == 4


def test_a_new_signature_records_again_and_says_so_when_that_is_often():
    f = ta.compile(lambda x: x * 2)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        for n in range(1, 17):
            assert np.array_equal(f(np.ones(n)), np.full(n, 2.0))
    assert len(f.programs) == 16
    assert len(caught) == 2
    assert "8 kinds of arguments" in str(caught[0].message)
    assert "x was float64 (7,) and is float64 (8,)" in str(caught[0].message)
    assert caught[0].filename == __file__, "it points at the call"


def test_python_may_look_at_shapes_and_dtypes():
    @ta.compile
    def f(x):
        if x.ndim == 2 and len(x) > 1:
            x = x[0]
        return x.sum() / x.size if x.dtype == np.float32 else x

    assert f(np.ones((2, 4), np.float32)) == 1
    assert f(np.ones((2, 4))).shape == (4,)
    assert f(X).shape == (3,)


def test_python_may_not_look_at_numbers():
    def f(x):
        if x[0] > 0:
            return x
        return -x

    with pytest.raises(TracingError, match=r"test_compile.py:\d+.*ta\.where") as caught:
        ta.compile(f)(X)
    assert f":{f.__code__.co_firstlineno + 1}:" in str(caught.value), "the line of the if"
    g = ta.compile(lambda x: ta.where(x[0] > 0, x, -x))
    assert np.array_equal(g(X), -X)
    assert np.array_equal(g(X + 5), X + 5)


CHANGES = {
    "its data": lambda box: box["w"].__setitem__(0, 7.0),
    "the name": lambda box: box.__setitem__("w", np.zeros(3)),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_arrays_from_outside_are_constants_and_a_change_is_noticed(change):
    box = {"w": np.ones(3)}
    plain, inner = ta.compile(lambda x: x * box["w"]), ta.compile(ta.grad(lambda x: ta.sum(x * (2 * box["w"]))))
    for f in (plain, inner):
        f(X)
        f(X + 1)
    change(box)
    for f in (plain, inner):
        with pytest.raises(RuntimeError, match=r"'box'.*Pass it as an argument, or compile the function again"):
            f(X)


def test_an_array_under_a_closure_is_noticed_when_the_name_gets_another():
    def make():
        w = np.ones(3)

        def f(x):
            return ta.grad(lambda y: ta.sum(y * w))(x)

        def replace():
            nonlocal w
            w = np.zeros(3)

        return f, replace

    f, replace = make()
    f = ta.compile(f)
    assert np.array_equal(f(X), np.ones(3))
    replace()
    with pytest.raises(RuntimeError, match="'w' that f uses from outside was replaced"):
        f(X)


def test_an_attribute_of_the_same_name_as_an_outside_array_is_none_of_its_business(monkeypatch):
    monkeypatch.setitem(globals(), "shape", np.ones(2))
    f = ta.compile(lambda x: x * x.shape[0])
    f(X)
    monkeypatch.setitem(globals(), "shape", np.zeros(2))
    assert np.array_equal(f(X), 3 * X)


def test_values_from_outside_are_read_anew():
    w, v = ta.Value(np.ones(3)), ta.Value(2.0, label="v")
    f = ta.compile(lambda x: x * w * v)
    assert np.array_equal(f(X), 2 * X)
    w.data = w.data * 3
    v.data = 5.0
    assert np.array_equal(f(X), 15 * X)
    g = ta.compile(lambda x: ta.grad(lambda y: ta.sum(y * w))(x))
    assert np.array_equal(g(X), np.full(3, 3.0))
    w.data -= 1
    assert np.array_equal(g(X), np.full(3, 2.0))


def test_gradients_inside_outside_and_through_compiled_functions():
    h = ta.compile(cube)
    slope = ta.grad(cube)(X)
    for g in (ta.compile(ta.grad(cube)), ta.grad(h), ta.compile(ta.grad(h)), ta.grad(ta.compile(h))):
        np.testing.assert_allclose(g(X), slope, rtol=1e-14)
    value, gradient = ta.compile(ta.value_and_grad(h))(X)
    assert value == pytest.approx(cube(X))
    np.testing.assert_allclose(gradient, slope, rtol=1e-14)
    assert h(ta.Value(X)).op is not None, "on Values it records, as the function does"
    assert ta.gradcheck(h, X + 0.1).ok


def test_higher_orders():
    f = lambda x: x**3 * ta.sin(x)
    third = ta.grad(ta.grad(ta.grad(f)))
    compiled = ta.compile(ta.grad(ta.compile(ta.grad(ta.compile(ta.grad(f))))))
    for x in (0.3, -1.7, 2.2):
        assert compiled(x) == pytest.approx(third(x), rel=1e-13)
        assert type(compiled(x)) is float


def test_vjp_inside():
    f = lambda x, g: ta.vjp(lambda y: y * y, x)[1](g)[0]
    assert np.array_equal(ta.compile(f)(X, np.ones(3)), 2 * X)


@pytest.mark.parametrize("passes", [None, ()])
@pytest.mark.parametrize("block", [ta.at_kink("left"), ta.at_kink("mean"), ta.dialect("torch")])
def test_conventions_inside_and_outside(passes, block):
    f = lambda x: ta.grad(lambda y: ta.sum(ta.relu(y)))(x)
    usual = f(X)
    with block:
        other = f(X)
        inside = ta.compile(lambda x: block(f)(x), passes=passes)
        first = ta.compile(f, passes=passes)
        assert np.array_equal(first(X), other)
    later = ta.compile(f, passes=passes)
    assert not np.array_equal(other, usual)
    assert np.array_equal(inside(X), other)
    assert np.array_equal(later(X), usual)
    with block:
        assert np.array_equal(later(X), other), "the same function under another convention is another program"
    assert np.array_equal(later(X), usual)
    assert np.array_equal(first(X), usual)


def test_the_accurate_form_of_a_derivative():
    f = ta.grad(ta.tanh)
    with ta.derivative_form("input"):
        expected = f(20.0)
        assert ta.compile(f)(20.0) == pytest.approx(expected, rel=1e-14)
    g = ta.compile(lambda x: ta.derivative_form("input")(f)(x))
    assert g(1.0) == pytest.approx(f(1.0))
    assert g(20.0) == pytest.approx(expected, rel=1e-14)
    assert f(20.0) == ta.compile(f)(20.0) != expected


def test_at_kink_raise_looks_at_every_call():
    f = ta.compile(lambda x: ta.at_kink("raise")(ta.grad(lambda y: ta.sum(ta.relu(y))))(x))
    f(np.array([1.0, 2.0]))
    with pytest.raises(ValueError, match="kink"):
        f(np.array([0.0, 2.0]))


def test_no_grad_inside():
    def f(x):
        with ta.no_grad():
            y = x * x
        return ta.sum(x * y)

    g = ta.compile(ta.grad(f))
    assert np.array_equal(g(X), X * X)
    assert np.array_equal(g(X + 1), (X + 1) ** 2), "computed anew in every call"
    with ta.no_grad():
        assert ta.compile(f)(X) == 7.0


def test_debug_names_the_operation_in_every_call():
    f = ta.compile(lambda x: ta.log(x) * 2)
    f(np.ones(2))
    assert np.isnan(f(-np.ones(2))).all()
    with ta.debug(), pytest.raises(FloatingPointError, match=r"^log: .*NaN.*test_compile.py"):
        f(-np.ones(2))
    with ta.debug():
        assert np.array_equal(f(np.ones(2)), np.zeros(2))


def busy(a, b):
    """Enough steps for room that stays from call to call."""
    return ta.sum(ta.tanh(ta.exp(a * b) + ta.sin(a - b)) * ta.sigmoid(a)), ta.tanh(a) * ta.exp(b) * b


NAMES = {
    "rooms": lambda m1, m2: busy(m1, m2),
    "memory": lambda memory, variables: busy(memory, variables),
    "NumPy": lambda np, float: busy(np, float),
    "results": lambda t1, k1: busy(t1, k1),
    "helpers": lambda has_nan, step: busy(has_nan, step),
}


@pytest.mark.parametrize("f", NAMES.values(), ids=NAMES)
def test_parameters_may_be_called_what_a_program_calls_its_own(f):
    x = np.linspace(-1, 1, 40).reshape(8, 5)
    compiled = ta.compile(f)
    for a, b in zip(compiled(x, x * 0.5), f(x, x * 0.5)):
        np.testing.assert_allclose(a, b, rtol=1e-14)
    assert compiled.program.memory.views, "it has room of its own"
    first, second = f.__code__.co_varnames[:2]
    tree = {first: x, second: x * 0.5}
    in_a_dict = ta.compile(lambda d: busy(d[first], d[second]))(tree)
    np.testing.assert_allclose(in_a_dict[1], f(x, x * 0.5)[1], rtol=1e-14)
    v = ta.Value(x, label=first)
    np.testing.assert_allclose(ta.compile(lambda x: busy(x, v))(x)[1], busy(x, x)[1], rtol=1e-14)


def test_keywords_beside_room_and_outside_values():
    x = np.linspace(-1, 1, 40).reshape(8, 5)
    v = ta.Value(x)
    f = ta.compile(lambda a, *, m1, scale=2: busy(a * v, m1 * scale))
    np.testing.assert_allclose(f(x, m1=x, scale=1)[1], busy(x * x, x)[1], rtol=1e-14)
    with pytest.raises(TypeError, match="names of programs' own"):
        ta.compile(lambda *, memory: memory * 2)(memory=x)


def test_keys_of_dicts():
    f = ta.compile(lambda d: {key: d[key] * 2 for key in d})
    tree = {"it's]": X, ("a", 1): X, 3: X, np.int64(4): X, "not a name": X, True: X, None: X}
    assert equal(f(tree), {key: 2 * x for key, x in tree.items()})
    with pytest.raises(TypeError, match="has the key .*use str or int"):
        f({frozenset(): X})


def test_a_read_only_constant_is_not_compared_but_has_to_stay_read_only():
    data = np.arange(4.0)
    view = data[1:]
    view.setflags(write=False)
    f = ta.compile(lambda x: x + view)
    f(np.ones(3))
    data[2] = 7.0  # a read-only view of what can be written to is compared
    with pytest.raises(RuntimeError, match="was changed"):
        f(np.ones(3))
    fixed = np.arange(3.0)
    fixed.setflags(write=False)
    g = ta.compile(lambda x: x + fixed)
    assert g(np.ones(3)).tolist() == [1.0, 2.0, 3.0]
    assert g(np.ones(3)).tolist() == [1.0, 2.0, 3.0]
    fixed.setflags(write=True)
    with pytest.raises(RuntimeError, match="was made writeable"):
        g(np.ones(3))
