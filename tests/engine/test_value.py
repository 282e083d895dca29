"""`Value`: what it holds, how it prints, Python's and NumPy's protocols, and micrograd's API."""

from __future__ import annotations

import copy
import pickle
import sys

import numpy as np
import pytest

import tinygrad_act as ta
from tinygrad_act import Value
from tinygrad_act.core.evaluate import INTERPRETERS

from ..each import each


def test_micrograds_own_example_gives_micrograds_numbers():
    a, b = Value(-4.0), Value(2.0)
    c = a + b
    d = a * b + b**3
    c += c + 1
    c += 1 + c + (-a)
    d += d * 2 + (b + a).relu()
    d += 3 * d + (b - a).relu()
    e = c - d
    f = e**2
    g = f / 2.0
    g += 10.0 / f
    assert f"{g.data:.4f}" == "24.7041"
    g.backward()
    assert f"{a.grad:.4f}" == "138.8338"
    assert f"{b.grad:.4f}" == "645.5773"


def test_a_micrograd_training_loop_runs_unchanged():
    w, b = Value(0.5), Value(0.0)
    for _ in range(50):
        loss = sum(((w * x + b).tanh() - y) ** 2 for x, y in [(1.0, 0.5), (-1.0, -0.5), (0.5, 0.3)])
        for p in (w, b):
            p.grad = 0.0
        loss.backward()
        for p in (w, b):
            p.data += -0.1 * p.grad
    assert loss.data < 0.01


@pytest.mark.parametrize("name", ["relu", "tanh", "exp"])
def test_micrograds_methods_on_floats_keep_floats(name):
    x = Value(0.7)
    y = getattr(x, name)()
    y.backward()
    assert type(y.data) is float
    assert type(x.grad) is float


def test_python_floats_stay_floats_through_every_operator():
    x, y = Value(3.0), Value(2.0)
    for z in (x + y, x - y, x * y, x / y, x**y, -x, abs(x), 1 + x, 1 - x, 2 * x, 1 / x, 2**x, x + 1, x**2):
        assert type(z.data) is float
    assert (2**x).item() == 8.0
    assert (1 - x).item() == -2.0


def test_operators_both_ways_round_with_arrays():
    X, W = np.arange(6.0).reshape(2, 3), Value(np.ones((3, 2)))
    for z in (X @ W, X.T + W, X.T - W, X.T * W, X.T / W, np.float64(2) * W, np.array(2.0) * W, X.T**W):
        assert isinstance(z, Value)
        assert z.requires_grad
    (X @ W).sum().backward()
    assert np.array_equal(W.grad, X.T @ np.ones((2, 2)))


def test_numpy_functions_are_operations():
    v, w = Value(np.array([0.5, -1.0])), Value(np.array([1.0, 2.0]))
    assert np.tanh(v).op is ta.ops["tanh"]
    assert np.sum(v, axis=0).op is ta.ops["sum"]
    assert np.concatenate([v, w]).shape == (4,)
    assert np.stack((v, w), axis=1).shape == (2, 2)
    assert np.where(v > 0, v, w).op is ta.ops["where"]
    assert np.clip(v, 0, 1).op is np.clip(v, a_min=0, a_max=1).op is ta.ops["clip"]
    assert np.multiply(np.ones(2), w).op is ta.ops["mul"]
    assert np.absolute(v).op is ta.ops["abs"]
    assert np.einsum("i,i->", v, w).op is ta.ops["einsum"]
    assert np.reshape(v, (2, 1)).shape == (2, 1)
    assert np.amax(v).op is ta.ops["max"]
    assert (np.shape(v), np.ndim(v), np.size(v)) == ((2,), 1, 2)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda v: np.linalg.norm(v), r"np\.linalg\.norm: there is no operation"),
        (lambda v: np.hypot(v, v), r"np\.hypot: there is no operation"),
        (lambda v: np.add.reduce(v), "np.add.reduce"),
        (lambda v: np.array(v), "value.numpy()"),
        (lambda v: np.asarray([v, v]), "value.numpy()"),
        (lambda v: np.tanh(v, out=np.zeros(2)), "out="),
    ],
)
def test_numpy_functions_without_an_operation_are_refused_by_name(call, message):
    with pytest.raises(TypeError, match=message.replace("(", r"\(").replace(")", r"\)")):
        call(Value(np.array([1.0, 2.0])))


def test_adding_a_value_into_an_array_in_place_is_refused():
    total = np.zeros(2)
    with pytest.raises(TypeError, match="gradient would be lost"):
        total += Value(np.ones(2))


def test_methods_have_the_names_of_the_operations():
    x = Value(np.array([[0.5, -1.0, 2.0]]))
    assert x.sigmoid().op.name == "sigmoid"
    assert x.sum(axis=1).shape == (1,)
    assert x.leaky_relu(slope=0.2).data[0, 1] == -0.2
    assert x.leaky_relu(0.2).data[0, 1] == -0.2
    assert x.reshape(3, 1).shape == x.reshape((3, 1)).shape == x.T.shape == x.transpose(1, 0).shape == (3, 1)
    assert x.astype(np.float32).dtype == np.float32


def test_an_operation_declared_later_becomes_a_method_and_a_function(scratch):
    @ta.elementwise(dz=lambda _, z: 2 * z)
    def squared_later(z):
        """a = z ** 2"""
        return z * z

    assert Value(3.0).squared_later().data == ta.squared_later(3.0) == 9.0


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (Value(2.0), "Value(2)"),
        (Value(2.0, label="w"), "Value(2, label='w')"),
        (Value([1.0, 2.0]), "Value([1., 2.])"),
        (Value(np.zeros((300, 400), np.float32)), "Value(300×400 from 0 to 0, float32)"),
        (Value(np.zeros((0, 3))), "Value(empty 0×3)"),
        (Value([[1, 2], [3, 4]], requires_grad=False), "Value([[1, 2], [3, 4]], int64, constant)"),
        (Value(0.0).sigmoid(), "Value(0.5, op=sigmoid)"),
    ],
)
def test_repr_is_short(value, text):
    assert repr(value) == text


def test_repr_shows_the_gradient_once_there_is_one():
    x = Value(3.0)
    (x * x).backward()
    assert repr(x) == "Value(3, grad=6)"


def test_item_numpy_float_format_len_iteration_truth():
    x, v = Value(2.5), Value([1.0, 2.0])
    with pytest.warns(RuntimeWarning, match="drops its gradient"):
        assert x.item() == float(x) == 2.5
    with pytest.warns(RuntimeWarning, match="drops its gradient"):
        assert int(x) == 2
    assert f"{x:.2f}" == "2.50"
    assert len(v) == 2
    assert [part.item() for part in v] == [float(part) for part in v.detach()] == [1.0, 2.0]
    assert v.numpy() is not v.data
    assert bool(x > 2)
    assert not x < 2
    with pytest.raises(ValueError, match=r"shape \(2,\).*ambiguous"):
        bool(v > 0)
    with pytest.raises(ValueError, match=r"shape \(2,\) has 2 entries"):
        v.item()
    for attempt in (len, iter):
        with pytest.raises(TypeError, match="scalar Value"):
            attempt(x)


def test_equality_is_an_operation_and_hash_is_identity():
    x, y = Value(2.0), Value(2.0)
    assert isinstance(x == y, Value)
    assert bool(x == y)
    assert bool(x != 3)
    assert len({x, y}) == 2


def test_masks_combine():
    v = Value([-1.0, 0.5, 2.0])
    assert ((v > 0) & (v < 1)).data.tolist() == [False, True, False]
    assert (~(v > 0) | (v > 1)).data.tolist() == [True, False, True]
    assert v[v > 0].data.tolist() == [0.5, 2.0]


def test_item_assignment_names_the_functional_way():
    with pytest.raises(TypeError, match=r"ta\.where\(mask, new, x\)"):
        Value([1.0, 2.0])[0] = 3.0


def test_detach_is_a_constant_and_safe_from_updates():
    p = Value([1.0, 2.0])
    constant = p.detach()
    p.data -= 1.0
    assert constant.data.tolist() == [1.0, 2.0]
    assert not constant.requires_grad
    assert not (constant * 2).requires_grad
    assert (constant * 2).op is None, "a chain of constants must not keep its history"


def test_copies_and_pickles_of_leaves_and_refusal_for_results():
    p = Value([1.0, 2.0], label="p")
    (p * p).sum().backward()
    for twin in (copy.deepcopy(p), copy.copy(p), pickle.loads(pickle.dumps(p))):
        assert (twin.label, twin.data.tolist(), twin.grad.tolist()) == ("p", [1.0, 2.0], [2.0, 4.0])
        assert not np.shares_memory(twin.data, p.data)
        assert not np.shares_memory(twin.grad, p.grad)
    with pytest.raises(TypeError, match=r"result of mul.*detach"):
        copy.deepcopy(p * p)


def test_data_of_a_leaf_can_be_replaced_and_keeps_shape_and_dtype():
    p = Value(np.zeros(2, np.float32))
    p.data = np.array([1.0, 2.0])
    assert p.data.dtype == np.float32
    p.data -= 1.0
    assert p.data.tolist() == [0.0, 1.0]
    with pytest.raises(ValueError, match=r"shape \(3,\) is not the old one, \(2,\)"):
        p.data = np.zeros(3)
    with pytest.raises(TypeError, match="result of mul"):
        (p * 2).data = np.zeros(2)


def test_grad_reads_as_zero_before_any_arrives_and_is_checked_when_set():
    x, v = Value(1.0), Value(np.ones(2, np.float32))
    assert x.grad == 0.0
    assert (v.grad.dtype, v.grad.tolist()) == (np.float32, [0.0, 0.0])
    assert v.detach().grad is None
    with pytest.raises(ValueError, match=r"shape \(3,\)"):
        v.grad = np.ones(3)
    v.grad = np.ones(2)
    v.zero_grad()
    assert not v.grad.any()


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ("abc", "got str 'abc'"),
        (np.array(["a"]), "array of <U1"),
        (np.array([object()]), "array of object"),
        (1j, "complex numbers are not differentiated"),
        (np.array([1j]), "complex numbers are not differentiated"),
        (None, "got"),
        ([[1.0], [1.0, 2.0]], "rectangular array"),
        (Value(1.0), "got a Value"),
    ],
)
def test_data_that_is_no_real_number_is_refused(data, message):
    with pytest.raises(TypeError, match=message):
        Value(data)


@pytest.mark.parametrize("bad", ["abc", None, np.array([1j, 2j]), np.array(["a", "b"]), np.array([None, None]), 1j])
def test_operands_that_are_no_real_numbers_are_refused(bad):
    with pytest.raises(TypeError, match=r"^(mul|add|complex)"):
        Value([1.0, 2.0]) * bad + bad


def test_integers_become_floats_when_a_gradient_is_asked_for():
    assert type(Value(3).data) is float
    assert Value([1, 2]).dtype == np.float64
    assert Value(True).data == 1.0
    assert Value([1, 2], requires_grad=False).dtype.kind == "i"
    assert type(ta.grad(lambda x: x * x)(3)) is float


class Tagged(np.ndarray):
    """Has attributes by the names of a node's, and is none."""

    op = _held = level = 7


def test_a_node_is_known_by_what_it_is_and_not_by_its_attributes():
    tagged = np.array([1.0, 2.0]).view(Tagged)
    assert Value(tagged).data.tolist() == [1.0, 2.0]
    assert ta.grad(lambda x: (x * x).sum())(tagged).tolist() == [2.0, 4.0]
    v = Value([1.0, 2.0])
    (v * v).backward(tagged)
    assert v.grad.tolist() == [2.0, 8.0]
    assert ta.compile(lambda x: x * 2)(tagged).tolist() == [2.0, 4.0]


def test_a_rule_may_return_an_array_with_such_attributes(scratch):
    @ta.op(dz=lambda g, a, z: np.asarray(3.0).view(Tagged))
    def thrice(z):
        """a = 3 * z"""
        return z * 3

    assert type(ta.grad(thrice)(1.0)) is float
    assert ta.grad(lambda x: thrice(x).sum())(np.ones(2)).tolist() == [3.0, 3.0]


@pytest.mark.parametrize(
    "use",
    [
        Value, ta.grad(lambda x: x.sum()), lambda m: ta.vjp(lambda x: x * 2, np.ones(2))[1](m), ta.exp,
        lambda m: (Value([1.0, 2.0]) * 2).backward(m), lambda m: Value([1.0, 2.0]) * m, ta.compile(lambda x: x),
    ],
)  # fmt: skip
def test_masked_arrays_are_refused_and_not_unmasked(use):
    with pytest.raises(TypeError, match="masked arrays are not supported; fill it first"):
        use(np.ma.array([1.0, 2.0], mask=[True, False]))


def test_subclasses_of_value_record_too():
    class Parameter(Value):
        pass

    p = Parameter([1.0, 2.0])
    (p.tanh() * p).sum().backward()
    assert p.grad.shape == (2,)
    scalar, plain = Parameter(2.0), Value(3.0)
    (scalar * scalar + plain).backward()
    assert scalar.grad == 4.0
    assert plain.grad == 1.0
    del INTERPRETERS[Parameter]  # where there is a subclass, graphs of floats take the general pass


@each("name", [op.name for op in ta.ops.values() if not (op.variadic or op.internal)])
def test_a_method_that_is_an_operation_has_its_docstring_and_is_pickled_by_its_name(name):
    method = getattr(ta.Value, name)
    assert pickle.loads(pickle.dumps(method)) is method
    if sys.flags.optimize < 2:
        assert method.__doc__
        assert method.__doc__.strip()
