"""What is said of a mistake: what was given, what was expected, what to do next; others' names are understood."""

from __future__ import annotations

import subprocess
import sys
import traceback

import numpy as np
import pytest

import tinygrad_act as ta
from tinygrad_act import Value
from tinygrad_act.__main__ import main
from tinygrad_act.core.op import REQUIRED

from ..each import each

MASKED = np.ma.array([1.0, 2.0], mask=[False, True])
Z = np.ones((2, 3))
OF = {kind: [(op, name) for op in ta.ops.values() for name, its in op.kinds.items() if its == kind]
      for kind in ("float", "int", "bool", "str")}  # fmt: skip
MAKES = (lambda x: x, Value)


def _ids(case):
    return f"{case[0].name}-{case[1]}"


_NEEDED = {
    "rng": 0, "rate": 0.5, "classes": 3, "size": 3, "axis1": 0, "axis2": 1, "threshold": 0.5, "value": 0.5,
    "subscripts": "...->...",
}  # fmt: skip


def _needed(op):
    """A value for every static parameter that has no default."""
    return {name: _NEEDED[name] for name, default in op.defaults.items() if default is REQUIRED}


def _called(op, **static):
    return op.call(*[np.ones((2, 3))] * len(op.inputs), **{**_needed(op), **static})


_NO_NUMBERS = (
    "a", None, np.ones(2), np.ones((1, 1)), [1.0], (1.0,), 1j, True, object(), np.array("a"), MASKED, {},
)  # fmt: skip


@each("case", OF["float"], ids=_ids)
@each("value", _NO_NUMBERS, ids=lambda value: type(value).__name__ + str(np.shape(value)))
def test_a_number_is_asked_for(case, value):
    op, name = case
    with pytest.raises(TypeError, match=rf"^{op.name}: {name}.*(one real number|masked arrays)"):
        _called(op, **{name: value})


@each("case", OF["float"], ids=_ids)
def test_nan_is_no_parameter_whoever_made_it(case):
    op, name = case
    for nan in (float("nan"), np.float64("nan"), np.float32("nan"), np.float16("nan"), np.array(np.nan)):
        with pytest.raises(ValueError, match=rf"^{op.name}: {name}=nan is not allowed; it must be "):
            _called(op, **{name: nan})


@each("case", OF["float"], ids=_ids)
def test_numbers_of_numpy_are_pythons_and_promote_nothing(case):
    op, name = case
    default = op.defaults[name] if isinstance(op.defaults[name], float) and op.defaults[name] != np.inf else 0.5
    for make in (np.float64, np.array, np.longdouble, float):
        x = np.full((2, 3), 0.25, np.float32)
        static = {**_needed(op), name: make(default)}
        a = op.call(*[x] * len(op.inputs), **static)
        assert a.dtype == np.float32
        assert np.array_equal(a, op.call(*[x] * len(op.inputs), **{**static, name: float(default)}))


@each("case", OF["int"], ids=_ids)
@each("value", [1.5, "a", None, (1, 2), True, np.ones(2), MASKED], ids=lambda v: type(v).__name__)
def test_a_whole_number_is_asked_for(case, value):
    op, name = case
    with pytest.raises(TypeError, match=rf"^{op.name}: {name}.*(must be a whole number|is no axis|masked arrays)"):
        _called(op, **{name: value})


@each("case", OF["bool"], ids=_ids)
@each("value", ["yes", None, 2, 1.0, (True,), np.ones(2)], ids=repr)
def test_a_flag_is_asked_for(case, value):
    op, name = case
    with pytest.raises(TypeError, match=rf"^{op.name}: {name}=.*must be True or False$"):
        _called(op, **{name: value})


@each(
    ("call", "kind", "said"),
    [
        (lambda v: ta.soft_shrink(v, threshold=-1), ValueError, "threshold=-1 is not allowed; it must be at least 0$"),
        (lambda v: ta.hard_shrink(v, threshold=-0.5), ValueError, "it must be at least 0$"),
        (lambda v: ta.hard_tanh(v, min=1, max=-1), ValueError, "min=1 is above max=-1; max must be at least min"),
        (lambda v: ta.hard_tanh(v, min=2), ValueError, "min=2 is above max=1.0"),
        (lambda v: ta.hard_tanh(v, 2.0), ValueError, "min=2.0 is above max=1.0"),
        (lambda v: ta.rrelu(v, lower=1.0, upper=0.5), ValueError, "lower=1.0 is above upper=0.5"),
        (lambda v: ta.clip(v, min="a"), TypeError, "clip: min='a' is not allowed; a bound is a real number, an array"),
        (lambda v: ta.einsum(v, subscripts=3), TypeError, "einsum: subscripts=3 is not allowed; it must be a string"),
        (lambda v: ta.relu(v, negative_slope=0.1), TypeError, "keyword 'negative_slope'; .*; leaky_relu has 'slope'"),
        (lambda v: ta.relu(v, slope=0.1), TypeError, "leaky_relu has 'slope', prelu has 'slope'"),
        (lambda v: ta.relu(v, max_value=6), TypeError, "that is relu6, or general_relu"),
        (lambda v: ta.gelu(v, approximate="tanh"), TypeError, "that is gelu_tanh here"),
        (lambda v: ta.silu(v, beta=2.0), TypeError, "swish_beta has 'beta'"),
        (lambda v: ta.leaky_relu(v, negative_slope=0.1), TypeError, "it is called 'slope' here"),
        (lambda v: ta.leaky_relu(v, slop=0.1), TypeError, "did you mean 'slope'; its static parameters are: slope"),
        (lambda v: ta.softmax(v, dim=1), TypeError, "it is called 'axis' here"),
        (lambda v: ta.sum(v, keepdim=True), TypeError, "it is called 'keepdims' here"),
        (lambda v: ta.soft_shrink(v, lambd=1.0), TypeError, "it is called 'threshold' here"),
        (lambda v: ta.exp(v, nonsense=1), TypeError, "exp: unknown keyword 'nonsense'; it takes no static parameters$"),
        (lambda v: ta.maximum(v), TypeError, r"maximum: takes 2 inputs \(x, y\), got 1; the input 'y' is missing$"),
        (lambda v: ta.relu(), TypeError, r"relu: takes 1 input \(z\), got 0; the input 'z' is missing$"),
        (lambda v: ta.softmax(), TypeError, r"softmax: takes 1 input \(z\), got 0; the input 'z' is missing$"),
        (lambda v: ta.where(), TypeError, "the inputs 'condition' and 'x' and 'y' are missing$"),
    ],
)
@each("make", MAKES)
def test_a_call_that_does_not_fit(call, kind, said, make):
    with pytest.raises(kind, match=said):
        call(make(Z))


def test_what_is_allowed_stays_so():
    assert ta.clip(3.0, min=-np.inf, max=np.inf) == 3.0
    assert ta.hard_tanh(-9.0, min=-np.inf) == -9.0
    assert ta.hard_tanh(3.0, min=1, max=1) == 1.0
    assert ta.soft_shrink(3.0, threshold=0.0) == ta.soft_shrink(3.0, threshold=-0.0) == 3.0
    assert ta.clip(Z, np.zeros(3), np.full(3, 0.5)).max() == 0.5
    assert ta.sum(Z, keepdims=np.True_).shape == (1, 1) == ta.sum(Z, keepdims=1).shape
    assert ta.clip(Z, min=Value(2.0, requires_grad=False)).max() == 2.0
    allowed = ta.card("soft_shrink").parameters[0].allowed
    assert (allowed.low, allowed.low_closed, str(allowed)[:3]) == (0.0, True, "[0,")


ALIASES = [(alias, op.name) for op in ta.ops.values() for alias in op.aliases if "." not in alias]


@each(("alias", "name"), ALIASES)
def test_an_alias_is_found_and_named(alias, name):
    assert ta.ops[alias] is ta.ops[name]
    for owner, way in ((ta, f"ta.{name}"), (Value(1.0), rf"\.{name}\(\)")):
        if hasattr(type(owner), alias) and owner is not ta:
            continue  # NumPy's name of a method
        with pytest.raises(AttributeError, match=f"it is called '{name}' here: {way}$") as caught:
            getattr(owner, alias)
        assert not hasattr(owner, alias)
        assert "Did you mean" not in "".join(traceback.format_exception(caught.value))


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ("swsh", r"did you mean 'swish' \(silu here\)\?"), ("SiLU", "did you mean 'silu'"),
        ("ReLU", "did you mean 'relu'"),
        ("LeakyReLU", "did you mean 'leaky_relu'"), ("hardshrink", "did you mean 'hard_shrink'"),
        ("Softsign", "did you mean 'soft_sign'"), ("softmaxx", "did you mean 'softmax'"),
    ],
)  # fmt: skip
def test_a_name_that_is_nearly_right(wrong, said, capsys):
    with pytest.raises(AttributeError, match=said):
        getattr(ta, wrong)
    for ask in (ta.ops.__getitem__, ta.card, ta.derivative, lambda name: ta.sheet([name])):
        with pytest.raises(KeyError, match=said):
            ask(wrong)
    for command in ("check", "card", "compare"):
        assert main([command, wrong]) == 2
        assert said.replace("\\", "") in capsys.readouterr().err


def test_names_of_the_package_are_proposed_too():
    for wrong, meant in (("Vale", "Value"), ("gradchek", "gradcheck"), ("no_gradd", "no_grad")):
        with pytest.raises(AttributeError, match=f"did you mean '{meant}'"):
            getattr(ta, wrong)
    with pytest.raises(AttributeError, match=r"no attribute 'qqqqqqqq'$"):
        _ = ta.qqqqqqqq
    with pytest.raises(ImportError):
        from tinygrad_act import swish  # noqa: F401, PLC0415


def test_the_traceback_of_an_alias_holds_no_other_guess(tmp_path):
    (tmp_path / "wrong.py").write_text("import tinygrad_act as ta\nta.swish(1.0)\n")
    done = subprocess.run([sys.executable, tmp_path / "wrong.py"], capture_output=True, text=True, check=False)
    assert "it is called 'silu' here" in done.stderr
    assert "mish" not in done.stderr


def test_aliases_are_understood_where_a_name_is_asked_for(capsys):
    assert ta.card("swish").name == ta.card("silu").name == "silu"
    assert ta.derivative("swish")(0.5) == ta.derivative("silu")(0.5)
    for command in ("check", "card", "compare"):
        assert main([command, "swish"]) == 0
        assert "silu" in capsys.readouterr().out
    with ta.at_kink(absolute="right"):
        assert ta.grad(ta.abs)(0.0) == 1.0


@pytest.mark.parametrize(("take", "how"), [(float, r"float\(\)"), (int, r"int\(\)"), (complex, r"complex\(\)"),
                                          (lambda v: f"{v:.2f}", "format '.2f'"), (Value.item, "item")])  # fmt: skip
def test_one_number_of_several(take, how):
    with pytest.raises(ValueError, match=rf"^{how}: a Value of shape \(2,\) has 2 entries, not one; .*value.numpy\(\)"):
        take(Value([1.0, 2.0]))


NOTHING = {
    "grad": lambda f: ta.grad(f)(1.0), "value_and_grad": lambda f: ta.value_and_grad(f)(1.0),
    "vjp": lambda f: ta.vjp(f, 1.0), "jacobian": lambda f: ta.jacobian(f)(Z), "hessian": lambda f: ta.hessian(f)(Z),
    "hvp": lambda f: ta.hvp(f, Z, Z), "gradcheck": lambda f: ta.gradcheck(f, 1.0),
    "compile": lambda f: ta.compile(f)(1.0),
}  # fmt: skip


@pytest.mark.parametrize("name", NOTHING)
def test_a_function_that_returns_nothing(name):
    with pytest.raises(TypeError, match=rf"^{name}: the function.* nothing \(None\); is `return` missing\?"):
        NOTHING[name](lambda x: None)
    if name not in ("compile", "gradcheck"):
        with pytest.raises(TypeError, match=r"is `return` missing\?"):
            ta.compile(lambda x: NOTHING[name](lambda _: None))(1.0)


@each("name", [name for name in NOTHING if name != "compile"])
@each(("f", "said"), [("swish", "str 'swish'; write ta.silu"), ("what", "pass the function itself"),
                                        (3, "int 3; pass the function and its arguments apart"),
                                        (None, "`return` missing"), (Value(1.0), r"Value\(1\); pass")])  # fmt: skip
def test_what_is_no_function(name, f, said):
    with pytest.raises(TypeError, match=f"^{name}: expected a function, got .*{said}"):
        NOTHING[name](f)


@pytest.mark.parametrize("name", ["grad", "value_and_grad", "hvp"])
def test_an_array_result_names_jacobian(name):
    with pytest.raises(ValueError, match=rf"^{name}: the function returned shape \(2, 3\).*ta\.jacobian\(f\)"):
        NOTHING[name](lambda x: x * Z)


def test_gradcheck_without_a_point():
    with pytest.raises(ValueError, match=r"nothing to check: an argument is missing; .*gradcheck\(sigmoid, x\)"):
        ta.gradcheck(ta.sigmoid)
    with pytest.raises(ValueError, match=r"ta\.gradcheck\(f, x\)"):
        ta.gradcheck(lambda x: x)


class Cautious(np.ma.MaskedArray):
    """A subclass, as numpy.ma.mrecords has."""


@pytest.mark.parametrize("masked", [MASKED, MASKED.view(Cautious), np.ma.masked], ids=["array", "subclass", "constant"])
def test_masked_arrays_are_told_by_their_name(masked):
    f = lambda x: ta.sum(x * x)
    v = Value(np.ones(2))
    for use in (
        lambda: Value(masked), lambda: v + masked, lambda: masked + v, lambda: masked * v, lambda: np.ma.add(v, masked),
        lambda: np.ma.sqrt(v), lambda: np.add(v, masked), lambda: ta.relu(masked), lambda: ta.add(masked, 1.0),
        lambda: ta.sum(masked), lambda: ta.concatenate([v, masked]), lambda: (v * 2).backward(masked),
        lambda: ta.grad(f)(masked), lambda: ta.vjp(lambda x: x, np.ones(2))[1](masked), lambda: ta.jacobian(f)(masked),
        lambda: ta.hvp(f, masked, masked), lambda: ta.gradcheck(f, masked), lambda: ta.compile(f)(masked),
        lambda: ta.compile(lambda x: f(x * masked))(np.ones(2)), lambda: ta.clip(v, min=masked), lambda: v > masked,
        lambda: ta.where(masked, v, v), lambda: ta.grad(lambda x: ta.sum(x * masked))(np.ones(2)),
    ):  # fmt: skip
        with pytest.raises(TypeError, match="masked arrays are not supported"):
            use()


def test_a_value_has_no_mask_for_others():
    assert not hasattr(Value(1.0), "_mask")
    assert np.ma.add(MASKED, 1.0)[0] == 2.0
