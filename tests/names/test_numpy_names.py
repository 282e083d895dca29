"""NumPy's and SciPy's functions are matched by what they are: in programs, saved ones too, and applied to Values."""

from __future__ import annotations

import functools
import importlib
import importlib.util
import math
import pickle
import subprocess
import sys

import numpy as np
import pytest

import tinygrad_act as ta
from tinygrad_act.check import samples
from tinygrad_act.compiler import calls
from tinygrad_act.engine.numpy_names import implementation_of, public_name

from ..each import each

pytestmark = pytest.mark.optional  # SciPy's functions, where it is installed
MODULES = [
    "numpy", "numpy.linalg", "numpy.fft", "numpy.lib.scimath", "numpy.strings", "numpy.lib.stride_tricks",
    "numpy.polynomial.polynomial", "scipy.special",
]  # fmt: skip
X, Y = np.array([1.5, 0.5, 2.0]), np.array([2.0, 3.0, 0.25])
M = np.array([[2.0, 1.0], [0.5, 3.0]])
WILD = np.array([[np.nan, 1.0], [np.inf, 2.0]])
T = np.arange(12.0).reshape(3, 2, 2)


def callables():
    for module in MODULES:
        if importlib.util.find_spec(module.partition(".")[0]):
            for name, f in vars(importlib.import_module(module)).items():
                if callable(f) and not name.startswith("_") and not isinstance(f, type):
                    yield pytest.param(f, id=f"{module}.{name}")


@each("f", list(callables()))
def test_a_program_spells_a_function_by_a_name_only_where_that_is_the_function(f):
    made = [calls.ufunc(f), calls.reduction(f)] if isinstance(f, np.ufunc) else [calls.function(f)]
    for call in made:
        found = call.helper if call.helper is not None else eval(call.name, {"np": np})
        if call.name.startswith("np.ndarray."):
            assert found is getattr(np.ndarray, f.__name__)
        elif call.run is f:
            assert found is f
        else:
            assert found.__self__ is f, "a ufunc's own reduce"
            assert found.__name__ == "reduce"


def declared(body):
    """An operation with this body."""
    names = body.__code__.co_varnames[: body.__code__.co_argcount]
    body.__name__, body.__doc__ = f"own_{len(ta.ops)}", "a = x"
    return ta.op(**{f"d{name}": None for name in names})(body)


def filled(x):
    y = x.astype(x.dtype)  # a program makes no copy here
    np.fill_diagonal(y, val=0.0)
    return y


def chosen(x):
    y = x.copy()
    np.copyto(y, 0.0, where=x < 1.0)
    return y


def written_where(x):
    y = x.copy()
    np.exp(x, out=y, where=[True, False, True])
    return y


BODIES = {
    "np.linalg.trace": (lambda x: np.linalg.trace(x), [T]),
    "np.trace": (lambda x: np.trace(x), [M]),
    "np.linalg.inv": (lambda x: np.linalg.inv(x), [M]),
    "np.linalg.norm of rows": (lambda x: np.linalg.norm(x, axis=1), [M]),
    "np.linalg.diagonal": (lambda x: np.linalg.diagonal(x), [T]),
    "np.linalg.outer": (lambda x, y: np.linalg.outer(x, y), [X, Y]),
    "np.linalg.cross": (lambda x, y: np.linalg.cross(x, y), [X, Y]),
    "np.linalg.eigh": (lambda x: np.linalg.eigh(x)[0], [M]),
    "np.linalg.multi_dot": (lambda x, y: np.linalg.multi_dot([x, y]), [M, M]),
    "np.fft.fft": (lambda x: np.abs(np.fft.fft(x)), [X]),
    "np.fft.fftshift": (lambda x: np.fft.fftshift(x), [X]),
    "np.emath.sqrt": (lambda x: np.real(np.emath.sqrt(-x)), [X]),
    "a partial": (lambda x: functools.partial(np.sum, axis=0)(x), [M]),
    "np.vectorize": (lambda x: np.vectorize(lambda t: t * 2)(x), [X]),
    "np.frompyfunc": (lambda x: np.frompyfunc(lambda t: t * 2, 1, 1)(x).astype(float), [X]),
    "its reduce": (lambda x: np.asarray(np.frompyfunc(max, 2, 1).reduce(x), float), [X]),
    "Python's sum": (lambda x: np.asarray(sum(x)), [X]),
    "Python's min": (lambda x: np.asarray(min(x)), [X]),
    "Python's abs": (lambda x: abs(-x), [X]),
    "math": (lambda x: np.asarray([math.exp(t) for t in x]), [X]),
    "a method": (lambda x: x.sum(), [X]),
    "a class's method": (lambda x: np.ndarray.sum(x), [X]),
    "what a mask takes": (lambda x: np.exp(x[x > 1.0] * 2.0) + 1.0, [np.linspace(0.0, 2.0, 100)]),
    "a list": (lambda x: x * [1.0, 2.0, 3.0], [X]),
    "np.take by a list": (lambda x: np.take(x, [2, 0]), [X]),
    "np.hstack": (lambda x, y: np.hstack([x, y]), [X, Y]),
    "np.block": (lambda x, y: np.block([x, y]), [X, Y]),
    "np.logaddexp.reduce": (lambda x: np.logaddexp.reduce(x), [X]),
    "np.add.accumulate": (lambda x: np.add.accumulate(x), [X]),
    "np.modf": (lambda x: np.modf(x)[0], [X]),
    "np.multiply with a dtype": (lambda x, y: np.multiply(x, y, dtype=np.float32), [X, Y]),
    "np.fill_diagonal": (filled, [M]),
    "np.nan_to_num": (lambda x: np.nan_to_num(x.astype(x.dtype), copy=False), [WILD]),
    "np.copyto where": (chosen, [X * 0.3]),
    "a ufunc where": (written_where, [X]),
}


@each(("body", "arguments"), BODIES.values(), ids=BODIES)
def test_a_body_means_the_same_in_a_program(body, arguments, scratch):
    """Also of what a program has computed, and reads once more afterwards."""
    f = declared(body)
    compiled, later = ta.compile(f), ta.compile(lambda *xs: (f(*(ys := [x * 2.0 for x in xs])), [y + 1.0 for y in ys]))
    for scale in (1.0, 3.0):
        args = [x * scale for x in arguments]
        kept = [x.copy() for x in args]
        found, expected = compiled(*args), f(*args)
        np.testing.assert_allclose(found, expected, rtol=1e-15)
        assert found.dtype == expected.dtype
        found, others = later(*args)
        np.testing.assert_allclose(found, f(*[x * 2 for x in args]), rtol=1e-15)
        for x, before, other in zip(args, kept, others):
            np.testing.assert_array_equal(x, before, "the program wrote to its argument")
            np.testing.assert_array_equal(other, x * 2 + 1, "the program wrote to a result")


def test_objects_get_no_room_among_the_lines(scratch):
    """Python objects in memory of a program's own would not be counted by Python."""
    double = np.frompyfunc(lambda t: t * 2, 1, 1)
    f = declared(lambda x: ((y := double(x)) * 2.0 + y * y).astype(float))
    compiled, x = ta.compile(f), np.linspace(0, 1, 50)
    np.testing.assert_array_equal(compiled(x), f(x))
    assert "np.multiply" not in compiled.source


@pytest.mark.parametrize("body", ["xlogy(x, y)", "special.xlogy(x, y)", "gammaln(x) + 0 * y", "expit(x) * y"])
def test_scipys_functions_are_called_as_they_are(body, scratch):
    """xlogy became np.arctan2."""
    special = pytest.importorskip("scipy.special")
    scope = {**vars(special), "special": special}
    exec(f"def body(x, y): return {body}", scope)
    f = declared(scope["body"])
    compiled = ta.compile(f)
    for x in (X, 2 * X):
        np.testing.assert_array_equal(compiled(x, Y), f(x, Y))
    assert "arctan2" not in compiled.source
    np.testing.assert_array_equal(pickle.loads(pickle.dumps(compiled.program))(X, Y), f(X, Y))


def test_calls_of_one_body_are_made_once(scratch):
    f = declared(lambda x: np.asarray(sorted(x)))
    program = ta.compile(lambda x: f(x) + f(x) * 2).trace(X)
    with_care = program.source.index("_with_care")
    assert program.source[:with_care].count(f"{f.__name__}(") == 1


# -- saved programs -----------------------------------------------------------------------------------

SAVED = """
import functools
import math
import numpy as np
import tinygrad_act as ta
from numpy.lib.stride_tricks import sliding_window_view
from numpy.linalg import inv, norm
from numpy.polynomial.polynomial import polyval

total = functools.partial(np.sum, axis=0)
twice = np.vectorize(lambda t: t * 2)
thrice = np.frompyfunc(lambda t: t * 3, 1, 1)

class Thing:
    def method(self, x):
        return x * 2

method = Thing().method

def own(body):
    body.__doc__ = "a = x"
    return ta.op(dx=None)(body)

@own
def by_inverse(x):
    return inv(x.reshape(1, -1)[:, :1]) + norm(x) + np.emath.sqrt(x) if x.sum() < 1e99 else x

@own
def by_partial(x):
    return total(x) + 0 * x if x.sum() < 1e99 else x

@own
def by_python(x):
    return np.array([math.exp(t) for t in x]) + sum(x) + min(x) + abs(x)

@own
def by_parts_of_numpy(x):
    return sliding_window_view(x, 2).sum() + polyval(x, np.array([1.0, 2.0])) if x.sum() < 1e99 else x

@own
def by_itself(x):
    return np.concatenate([by_itself(x[:1]), by_itself(x[1:])]) if x.size > 1 and x.sum() < 1e99 else x * 2

@own
def by_fft(x):
    return np.abs(np.fft.fft(x))

@own
def by_vectorize(x):
    return twice(x)

@own
def by_frompyfunc(x):
    return thrice(x).astype(float)

@own
def by_method(x):
    return method(x) if x.sum() < 1e99 else x
"""
SCIPYS = """
import scipy
import scipy.special
import scipy.special as sc
import numpy as np
from scipy import special
from scipy.special import logsumexp, xlogy
from operations_saved import own

@own
def by_xlogy(x):
    return xlogy(x, 2.0)

@own
def by_alias(x):
    return sc.gammaln(x) if x.size else x

@own
def by_module(x):
    return scipy.special.gammaln(x) + special.erf(x) if x.sum() < 1e99 else x

@own
def by_python_function(x):
    return logsumexp(x) + xlogy.reduce(np.stack([x, x])) if x.sum() < 1e99 else x
"""


@pytest.fixture(scope="module")
def own(tmp_path_factory):
    """The module with these operations."""
    folder = tmp_path_factory.mktemp("own")
    (folder / "operations_saved.py").write_text(SAVED)
    (folder / "operations_scipy.py").write_text(SCIPYS)
    before = set(ta.ops)
    sys.path.insert(0, str(folder))
    names = dict(vars(importlib.import_module("operations_saved")))
    if importlib.util.find_spec("scipy"):
        names.update(vars(importlib.import_module("operations_scipy")))
    sys.path.remove(str(folder))
    yield names
    for name in set(ta.ops) - before:
        del ta.ops[name]


@pytest.mark.parametrize(
    "name",
    ["by_inverse", "by_partial", "by_python", "by_fft", "by_parts_of_numpy", "by_itself", "by_xlogy", "by_alias",
     "by_module", "by_python_function"],
)  # fmt: skip
def test_a_saved_program_imports_what_the_body_calls(name, own, tmp_path):
    if name not in own:
        pytest.skip("SciPy is not installed")
    f = ta.compile(own[name])
    expected = f(X)
    f.save(tmp_path / "saved.py")
    code = (
        f"import runpy, sys, numpy as np; f = runpy.run_path({str(tmp_path / 'saved.py')!r})[{name!r}]; "
        f"print(f(np.array({X.tolist()})).tobytes().hex(), 'tinygrad_act' in sys.modules, 'scipy' in sys.modules)"
    )
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    by_scipy = name in ("by_xlogy", "by_alias", "by_module", "by_python_function")
    assert out == [expected.tobytes().hex(), "False", str(by_scipy)]
    needs = "It needs NumPy and SciPy." if by_scipy else "It needs NumPy only."
    assert needs in (tmp_path / "saved.py").read_text()


@pytest.mark.parametrize(
    ("name", "text"),
    [("by_vectorize", "class vectorize"), ("by_frompyfunc", "class ufunc"), ("by_method", "'method', .*class method")],
)
def test_what_a_saved_program_can_not_spell_is_refused_by_name(name, text, own, tmp_path):
    f = ta.compile(own[name])
    f(X)
    with pytest.raises(TypeError, match=f"the operation {name}, which {name} calls, can't be written.*{text}"):
        f.save(tmp_path / "saved.py")
    assert not (tmp_path / "saved.py").exists()


# -- applied to Values --------------------------------------------------------------------------------


def test_numpys_functions_are_operations_by_what_they_are():
    v = ta.Value(X)
    for f in (np.emath.arccos, np.linalg.inv, np.spacing, np.linalg.det):
        name = public_name(f)
        with pytest.raises(TypeError, match=rf"{name}: there is no operation.*@ta\.implements\({name}\)"):
            f(ta.Value(M) if "linalg" in name else v)
    said = r"np\.strings\.multiply: there is no operation|np\.multiply asked for"  # which NumPy 2.0 calls in there
    with pytest.raises(TypeError, match=said):
        np.strings.multiply(v, 2)
    with pytest.raises(TypeError, match=r"np\.identity: there is no operation"):
        np.identity(3, like=v)


OF_CALL = {op.call: op for op in ta.ops.values()}
FUNCTIONS = [f.values[0] for f in callables() if f.values[0].__hash__ is not None]
BY_FUNCTION = {f: OF_CALL[run] for f in FUNCTIONS if (run := implementation_of(f)) in OF_CALL}
"""Where the arguments are the same, too: np.imag is ta.zeros_like without `dtype`."""
for other in (np.imag, np.real, np.conjugate, np.empty_like):
    del BY_FUNCTION[other]


def entered():
    """(operation, NumPy's or SciPy's function that it is)."""
    for module in MODULES:
        if importlib.util.find_spec(module.partition(".")[0]):
            for name, f in vars(importlib.import_module(module)).items():
                if callable(f) and not name.startswith("_") and not isinstance(f, type) and f in BY_FUNCTION:
                    yield pytest.param(BY_FUNCTION[f], f, id=f"{module}.{name}")


@each(("op", "function"), list(entered()))
@pytest.mark.filterwarnings("ignore:numpy.fix is deprecated:DeprecationWarning")
def test_an_operation_is_the_function_whose_name_it_bears(op, function):
    """NumPy's own numbers are the oracle."""
    for case in samples.cases(op):
        if function is np.linalg.outer and [len(x) for x in case.inputs] != [1, 1]:
            continue  # ours takes any shape
        arrays = samples.sample(op, case)
        values = [ta.Value(x, requires_grad=isinstance(c, tuple)) for x, c in zip(arrays, case.inputs)]
        if op.variadic and op.name != "einsum":
            arrays, values = [arrays], [values]
        static = case.static
        if op.name == "einsum":
            arrays, values, static = [static["subscripts"], *arrays], [static["subscripts"], *values], {}
        if function is np.astype:  # takes it by position alone
            arrays, values, static = [*arrays, static["dtype"]], [*values, static["dtype"]], {}
        found = function(*values, **static)
        assert found.op is op or not any(isinstance(c, tuple) for c in case.inputs)
        np.testing.assert_allclose(found.data, function(*arrays, **static), rtol=1e-14)


def test_an_operation_of_the_users_answers_the_function_that_it_says_it_implements(scratch):
    @ta.implements(np.hypot)
    @ta.elementwise(dx=lambda a, x, y: x / a, dy=lambda a, x, y: y / a)
    def hypot(x, y):
        """a = sqrt(x * x + y * y)"""
        return np.sqrt(x * x + y * y)

    v = ta.Value(X)
    assert np.hypot(v, 2.0).op is ta.ops["hypot"]
    assert np.hypot(X, v).op is ta.ops["hypot"]
    np.testing.assert_allclose(ta.grad(lambda x: np.hypot(x, 2.0).sum())(X), X / np.hypot(X, 2.0))
    np.testing.assert_allclose(ta.compile(lambda x: np.hypot(x, 2.0))(X), np.hypot(X, 2.0))
    del ta.ops["hypot"]
    with pytest.raises(TypeError, match=r"np\.hypot: there is no operation"):
        np.hypot(v, 2.0)


@pytest.mark.parametrize("name", ["remainder", "hypot", "sinc", "cbrt", "trace", "vstack"])
def test_an_operation_of_the_users_changes_no_function_of_its_name(name, scratch):
    """An own op named `remainder` changed np.mod, which is np.remainder; np.sinc is sin(pi x) / (pi x)."""
    v = ta.Value(X)
    f = getattr(np, name)

    def outcome():
        try:
            return f(v, 0.75).numpy() if name == "remainder" else f(v)
        except TypeError as error:
            return str(error)

    before = outcome()
    ta.elementwise(dz=0.5)(named(name))
    np.testing.assert_array_equal(outcome(), before)
    assert getattr(ta, name)(v).numpy().tolist() == (X / 2).tolist()


def named(name):
    """A body of this name."""

    def body(z):
        """a = z / 2"""
        return z / 2

    body.__name__ = body.__qualname__ = name
    return body


def test_a_function_composed_of_operations_implements_numpys(scratch):
    @ta.implements(np.fliplr)
    def fliplr(m):
        return ta.flip(m, axis=1)

    check = lambda x: (np.fliplr(x) * M).sum()
    for run in (ta.grad(check), ta.compile(ta.grad(check))):
        np.testing.assert_array_equal(run(M), np.fliplr(M))
    with pytest.raises(ValueError, match=r"np\.fliplr is implemented already, by .*fliplr"):
        ta.implements(np.fliplr)(lambda m: m)
    assert ta.implements(np.fliplr)(fliplr) is fliplr, "a cell of a notebook that is run twice"


def test_implements_refuses_what_never_asks():
    for f in (np.asarray, np.array, math.sin, np.random.default_rng, sorted):
        with pytest.raises(TypeError, match="never asks Values"):
            ta.implements(f)(lambda x: x)
    for f in (np.sum, np.mod, np.shape, np.linalg.outer):
        with pytest.raises(ValueError, match="is implemented already, by tinygrad_act"):
            ta.implements(f)(lambda x: x)
    with pytest.raises(ValueError, match="is implemented already"):
        ta.implements("scipy.special.erf")(lambda x: x)


def test_a_function_of_a_module_that_is_not_loaded_is_found_once_it_is():
    code = """
import sys, numpy as np, tinygrad_act as ta
@ta.implements("scipy.special.xlogy")
def xlogy(x, y):
    return ta.where(x == 0, 0.0, x * ta.log(ta.where(x == 0, 1.0, y)))
assert "scipy" not in sys.modules
from scipy import special
v = ta.Value([0.0, 2.0])
print(special.xlogy(v, 3.0).numpy().tolist() == special.xlogy([0.0, 2.0], 3.0).tolist(), special.erf(v).op.name)
print(special.expit(v).op.name, special.log_expit(v).op.name)
"""
    pytest.importorskip("scipy")
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert out == ["True", "erf", "sigmoid", "log_sigmoid"]


def test_an_alias_names_a_function_of_a_part_of_numpy_or_scipy(scratch):
    @ta.op(dx=lambda g, a, x: g * x / a, aliases=("np.linalg.norm",))
    def length(x):
        """a = sqrt(sum(x * x))"""
        return np.sqrt(np.sum(x * x))

    v = ta.Value(X)
    assert np.linalg.norm(v).op is ta.ops["length"]
    assert implementation_of(np.linalg.vector_norm) is None
    del ta.ops["length"]
    assert implementation_of(np.linalg.norm) is None


ROWS = np.arange(6.0).reshape(3, 2)


JOINS = {
    "concatenate": np.concatenate,
    "stack": np.stack,
    "in columns": lambda x: np.stack(x, axis=1),
    "by name": lambda x: np.stack(arrays=x),
}


@pytest.mark.parametrize("grad", [True, False])
@pytest.mark.parametrize("join", JOINS.values(), ids=JOINS)
def test_of_one_array_the_rows_are_joined(join, grad):
    got = join(ta.Value(ROWS, requires_grad=grad))
    np.testing.assert_array_equal(got.numpy(), join(ROWS))
    weights = np.arange(6.0).reshape(got.shape) + 1
    slope = ta.grad(lambda x: ta.sum(join(x) * weights))(ROWS)
    np.testing.assert_array_equal(np.sum(join(slope * 1.0) * weights), np.sum(weights * weights))
    np.testing.assert_array_equal(ta.compile(join)(ROWS), join(ROWS))


@pytest.mark.parametrize(
    "call",
    [
        lambda x: np.flip(m=x),
        lambda x: np.flip(m=x, axis=0),
        lambda x: np.stack(arrays=[x, x]),
        lambda x: np.tile(A=x, reps=2),
        lambda x: np.pad(array=x, pad_width=1),
        lambda x: np.broadcast_to(array=x, shape=(1, 3, 2)),
        lambda x: np.isclose(a=x, b=x + 1),
        lambda x: np.isclose(x, b=x, rtol=1),
        lambda x: np.array_equal(a1=x, a2=x),
        lambda x: np.outer(a=x[0], b=x[1]),
        pytest.param(
            lambda x: np.dot(a=x, b=x.T),
            marks=pytest.mark.skipif(
                np.lib.NumpyVersion(np.__version__) < "2.4.0", reason="its arguments have no names there"
            ),
        ),
        lambda x: np.tensordot(a=x, b=x.T, axes=1),
        lambda x: np.full_like(a=x, fill_value=2.0),
        lambda x: np.isin(element=x, test_elements=[1.0]),
        lambda x: np.clip(a=x, a_min=1, a_max=2),
        lambda x: np.std(a=x, axis=0, ddof=1),
        lambda x: np.sum(a=x, axis=0, keepdims=True),
        lambda x: np.ravel(a=x, order="F"),
        lambda x: np.real(val=x),
    ],
)
def test_an_input_may_be_given_by_the_name_that_numpy_has_for_it(call):
    got, expected = call(ta.Value(ROWS)), call(ROWS)
    assert isinstance(got, ta.Value)
    np.testing.assert_array_equal(got.numpy(), expected)


def test_what_only_asks_about_memory_sees_the_array_itself():
    x, y = ta.Value(ROWS), ta.Value(ROWS)
    assert np.shares_memory(x, x)
    assert not np.shares_memory(x, y)
    assert np.may_share_memory(x, x.T)


@pytest.mark.parametrize(
    "call", [np.hypot.reduce, np.power.accumulate, np.frompyfunc(abs, 1, 1)], ids=["reduce", "accumulate", "own"]
)
def test_a_declaration_is_advised_only_where_one_can_stand_for_it(call):
    with pytest.raises(TypeError, match=r"build it from the operations in ta\.ops; value\.numpy"):
        call(ta.Value(ROWS))
    with pytest.raises(TypeError, match=r"@ta\.implements\(np\.interp\)"):
        np.interp(ta.Value(1.5), [1, 2], [3.0, 4.0])
