"""The one gate for data: what is no real number is refused by name, wherever it comes in.

`REFUSED` is what comes, `WAYS` is where: every pair. What is let in has NumPy's `asarray` for its truth.
"""

from __future__ import annotations

import array
import collections
import datetime
import decimal
import enum
import fractions
import math

import numpy as np
import pytest

import tinygrad_act as ta
from tinygrad_act import Value
from tinygrad_act.check import samples

from ..each import each


class Offers:
    """What gives NumPy an array, as a Series does."""

    def __init__(self, data):
        self.data = data

    def __array__(self, dtype=None, copy=None):
        return np.array(self.data, dtype)


class Refuses:
    def __array__(self, *args, **kwargs):
        raise RuntimeError("needs detach()")


class Nameless:
    def __repr__(self):
        raise RuntimeError("no name")


class Sparse:
    def toarray(self):
        return np.eye(2)


class Masked(np.ma.MaskedArray):
    """A user's own."""


class Kind(enum.IntEnum):
    TWO = 2


ENDLESS = [1.0]
ENDLESS.append(ENDLESS)
MASKED = np.ma.array([1.0, 2.0], mask=[False, True])

REFUSED = {
    "text": ("1.5", "got str '1.5'.*write float"),
    "np.str_": (np.str_("1.5"), "got an array of <U3.*astype"),
    "bytes": (b"1", "got bytes b'1'"),
    "bytearray": (bytearray(b"1"), "got bytearray"),
    "memory of bytes": (memoryview(b"1"), "got memoryview"),
    "None": (None, "got NoneType None"),
    "complex": (1j, "got complex 1j; complex numbers are not differentiated"),
    "np.complex64": (np.complex64(1), "got an array of complex64; complex numbers"),
    "np.clongdouble": (np.clongdouble(1), "complex numbers"),
    "complex array": (np.array([1j, 2]), "got an array of complex128; complex numbers"),
    "complex list": ([1j, 2.0], "got list .*real numbers"),
    "texts": (["1", "2"], r"got list \['1', '2'\]"),
    "text array": (np.array(["1", "2"]), "got an array of <U1.*astype"),
    "bytes array": (np.array([b"1", b"2"]), "got an array of .S1.*astype"),
    "text among numbers": ([1.0, "2"], "got list"),
    "date": (datetime.date(2020, 1, 1), "got date"),
    "datetime64": (np.datetime64("2020"), "got an array of datetime64.*timedelta64"),
    "datetimes": (np.array(["2020", "2021"], "M8[D]"), "got an array of datetime64.*start"),
    "timedelta64": (np.timedelta64(3, "s"), "got an array of timedelta64.*divide it by a unit"),
    "timedeltas": (np.array([1, 2], "m8[s]"), "got an array of timedelta64.*divide"),
    "list of timedeltas": ([np.timedelta64(1, "s")] * 2, "got list"),
    "objects": (np.array([None, 1.0]), "got an array of object.*rectangular"),
    "floats as objects": (np.array([1.0, 2.0], object), "got an array of object"),
    "structure": (np.zeros(2, [("a", float)]), "got an array of .*fields"),
    "void": (np.void(b"abc"), "got an array of .*V3"),
    "ragged": ([[1.0], [1.0, 2.0]], "got list .*rectangular"),
    "ragged tuple": (((1.0,), (1.0, 2.0)), "got tuple .*rectangular"),
    "endless": (ENDLESS, "got list"),
    "None among numbers": ([1.0, None], "got list"),
    "deep inside": ([[[["a"]]]], "got list"),
    "Decimal": (decimal.Decimal("1.5"), "got Decimal .*write float"),
    "Fraction": (fractions.Fraction(1, 2), "got Fraction .*write float"),
    "Fractions": ([fractions.Fraction(1, 2)] * 2, "got list"),
    "set": ({1.0, 2.0}, "got set .*write it as a list"),
    "generator": ((x for x in [1.0]), "got generator .*write it as a list"),
    "function": (len, "got builtin_function_or_method .*call it first"),
    "type": (np.float64, "got type .*call it first"),
    "dict": ({"a": 1.0}, "got dict|dict"),
    "masked": (MASKED, "masked arrays are not supported; fill it first"),
    "masked, nothing hidden": (np.ma.array([1.0, 2.0]), "masked arrays are not supported"),
    "own masked": (Masked([1.0, 2.0]), "masked arrays are not supported"),
    "np.ma.masked": (np.ma.masked, "masked arrays are not supported"),
    "masked in a list": ([MASKED, MASKED], "masked arrays are not supported"),
    "np.ma.masked in a list": ([1.0, np.ma.masked], "masked arrays are not supported"),
    "sparse": (Sparse(), "got Sparse .*write x.toarray"),
    "array of texts on offer": (Offers(["a", "b"]), "got an array of <U1"),
    "offer withdrawn": (Refuses(), "got Refuses .*which says: needs detach"),
    "no repr": (Nameless(), r"got Nameless \(no repr\)"),
    "texts in a deque": (collections.deque(["a"]), "got an array of <U1|got deque"),
    "bytearrays in a list": ([bytearray(b"ab")], "got list"),
    "too large": (10**400, "too large|does not fit"),
    "too large in a list": ([10**400, 1], "too large"),
    "slice": (slice(2), "got slice"),
}  # fmt: skip


def scalar():
    return Value(1.5)


def vector():
    return Value([1.0, 2.0])


def put(value, **attributes):
    for name, x in attributes.items():
        setattr(value, name, x)


def square(x):
    return ta.sum(x * x)


WAYS = {
    "leaf": Value,
    "constant": lambda x: Value(x, requires_grad=False),
    "scalar * x": lambda x: scalar() * x,
    "x * scalar": lambda x: x * scalar(),
    "vector * x": lambda x: vector() * x,
    "x * vector": lambda x: x * vector(),
    "constant + x": lambda x: Value([1.0, 2.0], requires_grad=False) + x,
    "scalar == x": lambda x: scalar() == x,
    "vector != x": lambda x: vector() != x,
    "scalar < x": lambda x: scalar() < x,
    "vector @ x": lambda x: vector() @ x,
    "ta.add": lambda x: ta.add(scalar(), x),
    "np.add": lambda x: np.add(vector(), x),
    "np.multiply": lambda x: np.multiply(x, scalar()),
    "where": lambda x: ta.where(vector() > 0, vector(), x),
    "condition": lambda x: ta.where(x, vector(), 0.0),
    "np.where": lambda x: np.where(vector() > 0, vector(), x),
    "stack": lambda x: ta.stack([vector(), x]),
    "concatenate": lambda x: ta.concatenate([vector(), x]),
    "method": lambda x: vector().maximum(x),
    "data of a scalar": lambda x: put(scalar(), data=x),
    "data": lambda x: put(vector(), data=x),
    "data of a constant": lambda x: put(Value(3, requires_grad=False), data=x),
    "grad of a scalar": lambda x: put(scalar(), grad=x),
    "grad": lambda x: put(vector(), grad=x),
    "backward of a scalar": lambda x: (scalar() * 2).backward(x),
    "backward": lambda x: (vector() * 2).backward(x),
    "ta.grad": lambda x: ta.grad(square)(x),
    "ta.grad in a tree": lambda x: ta.grad(lambda p: square(p["w"][0]))({"w": [x]}),
    "ta.vjp": lambda x: ta.vjp(square, x),
    "pullback": lambda x: ta.vjp(lambda y: y * y, np.ones(2))[1](x),
    "jacobian": lambda x: ta.jacobian(square)(x),
    "hessian": lambda x: ta.hessian(square)(x),
    "hvp at": lambda x: ta.hvp(square, x, x),
    "hvp along": lambda x: ta.hvp(square, np.ones(2), x),
    "gradcheck": lambda x: ta.gradcheck(square, x),
    "gradient by hand": lambda x: ta.gradcheck(lambda y: y * y, 1.5, gradient=lambda y: x),
    "result of grad": lambda x: ta.grad(lambda y: x)(1.5),
    "result of gradcheck": lambda x: ta.gradcheck(lambda y: x, 1.5, gradient=lambda y: 0.0),
    "closure of compile": lambda x: ta.compile(lambda y: y * x)(np.ones(2)),
    "closure of a compiled gradient": lambda x: ta.compile(ta.grad(lambda y: square(y * x)))(np.ones(2)),
    "result of compile": lambda x: ta.compile(lambda y: [y, x])(np.ones(2)),
    "sigmoid": lambda x: ta.sigmoid(x),
    "abs": lambda x: ta.abs(x),
    "softmax": lambda x: ta.softmax(x),
    "reshape": lambda x: ta.reshape(x, shape=(-1,)),
    "add of arrays": lambda x: ta.add(np.ones(2), x),
    "sum": lambda x: ta.sum(x),
}  # fmt: skip

OTHER_WORDS = {"result of gradcheck", "result of compile"}
"""These say what the function returned."""
FLAT = {"ta.grad", "ta.vjp", "ta.grad in a tree", "hvp at", "hvp along", "gradcheck", "jacobian", "hessian",
        "gradient by hand", "result of grad", "result of gradcheck", "result of compile", "stack",
        "concatenate"}  # fmt: skip
"""These take a list, tuple or dict apart, or refuse it before they look inside."""
NUMBERS_OF_THEIR_OWN = {"constant", "scalar == x", "scalar < x", "condition", "sum", "abs", "reshape",
                        "data of a constant", "result of compile"}  # fmt: skip
"""Python's whole numbers have no end here."""


@each("way", WAYS)
@each("what", REFUSED)
def test_what_is_no_real_number_is_refused_everywhere(what, way):
    x, words = REFUSED[what]
    inside = isinstance(x, (list, tuple, dict))
    if x is None and way in ("grad of a scalar", "grad", "backward of a scalar", "backward", "pullback"):
        return  # None is the default
    if "too large" in what and way in NUMBERS_OF_THEIR_OWN:
        return
    if inside and way == "gradient by hand":
        return  # a gradient of another structure is a finding of the report
    if way == "result of compile" and what in ("ragged", "ragged tuple", "dict"):
        return  # a structure
    if what == "too large" and way in ("data", "grad", "hvp along", "stack", "concatenate", "vector @ x"):
        words = "shape|dimension|too large"
    if what == "endless" and way in FLAT:
        return  # a tree without an end
    if what == "generator":
        x = (y for y in [1.0])
    if what == "None" and way == "result of grad":
        words = r"nothing \(None\)"
    if what == "Fractions" and way == "result of gradcheck":
        words = "returned"
    with pytest.raises((TypeError, ValueError)) as caught:
        WAYS[way](x)
    text = str(caught.value)
    if way not in OTHER_WORDS and not (inside and way in FLAT):
        caught.match(words)
    assert "\n" not in text
    assert len(text) < 400
    assert not isinstance(caught.value, np.exceptions.DTypePromotionError)


DTYPES = {
    "complex": lambda x: np.asarray(x).astype(complex),
    "complex64": lambda x: np.asarray(x).astype(np.complex64),
    "text": lambda x: np.asarray(x).astype(str),
    "bytes": lambda x: np.asarray(x).astype("S8"),
    "object": lambda x: np.asarray(x).astype(object),
    "datetime": lambda x: np.asarray(x).astype("i8").astype("M8[s]"),
    "timedelta": lambda x: np.asarray(x).astype("i8").astype("m8[s]"),
    "structure": lambda x: np.zeros(np.shape(x), [("a", float)]),
    "void": lambda x: np.zeros(np.shape(x), "V8"),
    "masked": lambda x: np.ma.array(x),
}


@each("dtype", DTYPES.values(), ids=DTYPES)
@each("op", ta.ops.values(), ids=lambda op: op.name)
def test_every_operation_refuses_it_at_every_input(op, dtype):
    which = samples.cases(op)[0]
    given = samples.sample(op, which)
    for position in range(len(given)):
        for others in (lambda x: x, lambda x: Value(x) if np.asarray(x).dtype.kind == "f" else x):
            args = [dtype(x) if i == position else others(x) for i, x in enumerate(given)]
            with pytest.raises(TypeError, match=rf"^{op.name}: (got an array of|masked arrays)"):
                op.call(*args, **which.static)


LET_IN = {
    "float": 1.5,
    "int": 3,
    "bool": True,
    "list": [1.0, 2],
    "tuple": (1, 2.0),
    "nested": [[1.0], (2,)],
    "range": range(2),
    "array.array": array.array("d", [1.0, 2.0]),
    "memory": memoryview(np.array([1.0, 2.0])),
    "on offer": Offers([1.0, 2.0]),
    "deque": collections.deque([1.0, 2.0]),
    "matrix": np.array([[1.0, 2.0]]).view(np.matrix),
    "enum": Kind.TWO,
    "enums": [Kind.TWO, 1.0],
    "longdouble": np.longdouble(1.5),
    "float16": np.float16(1.5),
    "bools": np.array([True, False]),
    "uint8": np.array([1, 200], "u1"),
    "arrays in a list": [np.array([1.0, 2.0]), np.array([3, 4])],
    "NumPy's in a list": [np.float64(1.0), np.int8(2)],
    "empty": [],
    "empty matrix": np.zeros((0, 3)),
    "nan": math.nan,
    "nans": [math.nan, math.inf],
    "swapped": np.array([1.0, 2.0], ">f8"),
    "strided": np.arange(8.0)[::4],
    "read-only": np.broadcast_to(1.5, (2,)),
    "constants in a list": [Value(1.0).detach(), 2.0],
}


@each("x", LET_IN.values(), ids=LET_IN)
def test_real_numbers_come_in_by_every_way(x):
    expected = np.asarray(x)
    leaf, held = Value(x), Value(x, requires_grad=False)
    np.testing.assert_array_equal(leaf.numpy(), expected)
    np.testing.assert_array_equal(held.numpy(), expected)
    assert leaf.dtype.kind == "f"
    assert type(leaf._held) in (float, np.ndarray)
    assert not isinstance(leaf._held, np.matrix)
    ones = Value(np.ones(expected.shape, expected.dtype if expected.dtype.kind == "f" else np.float64))
    np.testing.assert_array_equal((ones * x).numpy(), np.multiply(ones.numpy(), expected))
    assert not any(isinstance(part, (list, tuple, np.matrix)) for part in (ones * x).inputs)
    ones.data = x
    np.testing.assert_array_equal(ones.numpy(), expected)
    ones.grad = x
    np.testing.assert_array_equal(ones.grad, expected)
    assert np.asarray(ones.grad).dtype == ones.dtype
    ones.zero_grad()
    if not np.ndim(x) or not isinstance(x, (list, tuple)) or np.ndim(x[:1]):
        (ones * 1.0).backward(x)
        np.testing.assert_array_equal(np.broadcast_to(ones.grad, expected.shape), expected)


@pytest.mark.parametrize("dtype", [np.float32, np.float16])
def test_a_number_that_would_become_infinite_is_refused(dtype):
    for shape, big in [((), 1e300), ((2,), np.array([1.0, 1e300])), ((2,), [1.0, -1e300]), ((2,), np.float64(1e300)),
                       ((), 10**50), ((2,), np.array([2**60, 1]) * (2.0**100))]:  # fmt: skip
        v = Value(np.ones(shape, dtype))
        given = big if np.shape(big) == shape else np.full(shape, big)
        for use in (lambda g, v=v: put(v, data=g), lambda g, v=v: put(v, grad=g)):
            with pytest.raises(ValueError, match=rf"does not fit into {np.dtype(dtype)}.*it would be infinite"):
                use(given)
        for use in ((v * 1).backward, ta.vjp(lambda x: x * 1, v._held)[1]):
            with pytest.raises(ValueError, match="g: .* does not fit into"):
                use(big)
        assert v.numpy().tolist() == np.ones(shape).tolist()
        assert np.all(v.grad == 0)
        v.data = np.full(shape, np.inf)
        assert np.isinf(v.numpy()).all()
        v.grad = np.full(shape, np.nan)
        assert np.isnan(v.grad).all()
        v.data = np.full(shape, 1e-300)
        assert np.all(v.numpy() == 0)


def test_a_constant_of_whole_numbers_is_not_cut():
    c = Value(np.array([1, 2], np.uint8), requires_grad=False)
    for new in ([1.5, 2.0], [300, 1], [-1, 1], [math.nan, 1.0], np.array([256, 1]), [math.inf, 1.0], [2**70, 1]):
        with pytest.raises(ValueError, match="does not fit into uint8"):
            c.data = new
        assert c.numpy().tolist() == [1, 2]
    c.data = [3.0, 255.0]
    assert c.numpy().tolist() == [3, 255]
    assert c.dtype == np.uint8
    mask = Value(np.array([True, False]), requires_grad=False)
    mask.data = [0, 1.0]
    assert mask.numpy().tolist() == [False, True]
    with pytest.raises(ValueError, match="does not fit into bool"):
        mask.data = [2, 0]
    for start, bad in ((3, 2.5), (3, math.nan), (3, math.inf), (True, 2), (True, 0.5)):
        n = Value(start, requires_grad=False)
        with pytest.raises(ValueError, match="does not fit into"):
            n.data = bad
        n.data = np.float64(0)
        assert type(n.data) is type(start)
        assert n.data == 0


def test_setters_name_both_shapes_whatever_holds_the_numbers():
    for new in ([1.0, 2.0, 3.0], (1.0,), 1.0, np.ones((2, 1)), [[1.0, 2.0]]):
        shape = np.shape(new)
        with pytest.raises(ValueError, match=rf"data: the new shape {shape}".replace("(", r"\(").replace(")", r"\)")):
            vector().data = new
        with pytest.raises(ValueError, match=rf"grad: the new shape {shape}".replace("(", r"\(").replace(")", r"\)")):
            vector().grad = new


def test_data_and_gradients_from_values():
    v = vector()
    v.data = Value([3.0, 4.0]).detach()
    assert v.numpy().tolist() == [3.0, 4.0]
    with pytest.raises(TypeError, match="data: got a Value that carries a gradient.*new.data"):
        v.data = Value([3.0, 4.0])
    with pytest.raises(TypeError, match="data: got a Value that carries a gradient"):
        scalar().data = Value(3.0)
    (v * 2).sum().backward(create_graph=True)
    kept = v.grad
    v.grad = kept
    assert v.grad is kept
    own = np.array([1.0, 2.0])
    v.grad = own
    assert v.grad is own, "as it was: `p.grad *= 0.5` and the like set the same array"
    v.grad *= 0.5
    assert v.grad.tolist() == [0.5, 1.0]
    for zero in (0, 0.0, np.float64(0), np.int64(0), False):
        v.grad = zero
        assert v._grad is None


def test_the_new_data_is_nobody_elses_memory():
    v, new = vector(), np.array([5.0, 6.0])
    for given in (new, memoryview(new), Offers(new)):
        v.data = given
        new[0] = 7.0
        assert v.numpy().tolist() == [5.0, 6.0]
        new[0] = 5.0
    for given in (new, memoryview(new), Offers(new), new.view(np.matrix)):
        leaf = Value(given)
        new[0] = 7.0
        assert leaf.numpy().ravel().tolist() == [5.0, 6.0]
        new[0] = 5.0


def test_lists_of_values():
    for use in (Value, lambda x: vector() * x, lambda x: ta.sum(x), lambda x: put(vector(), data=x),
                (vector() * 1).backward):  # fmt: skip
        with pytest.raises(TypeError, match=r"got a list of Values; join them with ta.stack"):
            use([Value(1.0), 2.0])


def test_numpy_ma_does_not_take_the_data_out_of_a_value():
    for use in (lambda m, v: m * v, lambda m, v: m == v, np.ma.multiply, lambda m, v: np.ma.add(v, m)):
        with pytest.raises(TypeError, match="masked arrays are not supported"):
            use(MASKED, vector())


def test_a_program_is_not_called_with_it():
    program = ta.compile(lambda x: x * 2.0)
    program(np.ones(2))
    for what in ("masked", "own masked", "complex array", "text array", "datetimes", "objects", "structure"):
        x, words = REFUSED[what]
        for use in (program, program.trace, lambda x: program({"x": [x]}), ta.compile(Value([1.0, 2.0]) * 2).backward):
            with pytest.raises(TypeError, match=words):
                use(x)
    assert len(program.programs) == 1


def test_a_masked_static_parameter_is_refused():
    for use in (lambda: vector()[np.ma.array([0, 1], mask=[False, True])],
                lambda: ta.getitem(np.ones(2), index=(np.ma.array([0, 1]),))):  # fmt: skip
        with pytest.raises(TypeError, match="getitem: index: masked arrays are not supported"):
            use()


@pytest.mark.optional
def test_pandas_and_torch_give_their_arrays():
    pandas = pytest.importorskip("pandas")
    series = pandas.Series([1.0, 2.0])
    assert (vector() * series).numpy().tolist() == [1.0, 4.0]
    with pytest.raises(TypeError):
        vector() * pandas.Series(["a", "b"])


@pytest.mark.optional
def test_tensors_of_torch():
    torch = pytest.importorskip("torch")
    assert (vector() * torch.tensor([1.0, 2.0])).numpy().tolist() == [1.0, 4.0]
    with pytest.raises(TypeError, match="mul: got Tensor .*which says: .*detach"):
        vector() * torch.tensor([1.0, 2.0], requires_grad=True)


@pytest.mark.parametrize("x", [1.5, np.array([1.0, 2.0]), np.array([1.0, 2.0], np.float32)], ids=str)
def test_a_result_that_is_no_real_number_is_refused(scratch, x):
    @ta.elementwise(dz=lambda a, z, *, k: k)
    def times_k(z, *, k):
        """a = z * k"""
        return z * k

    for k in (1j, np.complex64(1j), np.array(1j), np.timedelta64(1, "s")):
        with pytest.raises(TypeError, match=r"^times_k: "):
            times_k(Value(x), k=k)


def test_the_histogram_of_a_card_shows_no_hidden_numbers():
    with pytest.raises(TypeError, match="z: masked arrays are not supported"):
        ta.card("gelu").svg(z=MASKED)
