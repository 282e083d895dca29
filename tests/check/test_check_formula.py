"""The docstring's formula against the body: read without running it, compared wherever it can be."""

from __future__ import annotations

import numpy as np
import pytest

import tinygrad_act as ta
from tinygrad_act.__main__ import main
from tinygrad_act.check import samples
from tinygrad_act.check.gradient.formula import Unreadable, by_formula, formula_fault
from tinygrad_act.core.op import REQUIRED

from ..each import each

pytestmark = pytest.mark.usefixtures("scratch")

Z = np.array([-1.7, -0.4, 0.3, 1.9])
UNARY = [op for op in ta.ops.values() if op.elementwise and len(op.inputs) == 1]


def planted(formula, body=lambda z: z * np.tanh(z), **facts):
    function = lambda z: body(z)
    function.__name__, function.__doc__ = "planted", formula
    return ta.elementwise(dz=lambda a, z: ta.tanh(z) + z * (1 - ta.tanh(z) ** 2), **facts)(function)


def compared(op, *inputs, **static):
    """Whether formula and body agree; None where there is nothing to compare."""
    try:
        return not formula_fault(op, inputs, static)
    except Unreadable:
        return None


def test_all_built_in_formulas_that_do_not_name_themselves_are_read_and_agree():
    found = {op.name: [compared(op, *samples.sample(op, case), **case.static) for case in samples.cases(op)]
             for op in ta.ops.values()}  # fmt: skip
    assert not [name for name, all_of in found.items() if False in all_of]
    unread = {name for name, all_of in found.items() if None in all_of}
    assert len(found) - len(unread) >= 100
    assert not {"gelu", "softmax", "softmax_cross_entropy", "elu", "glu", "logsumexp", "pow"} & unread


@each("op", [pytest.param(op, id=op.name) for op in UNARY])
def test_far_out_a_formula_that_loses_its_digits_is_no_fault(op):
    low, high = op.domain.get(op.inputs[0], (-np.inf, np.inf))
    z = np.concatenate([np.linspace(-60, 60, 241), [-1e-9, 1e-9, 1e-300, 1e6, -1e6, 1e300]])
    static = {name: 0.5 for name, default in op.defaults.items() if default is REQUIRED}
    assert compared(op, z[(low < z) & (z < high)], **static) is not False


@each("op", [pytest.param(op, id=op.name) for op in UNARY if op.formula])
def test_the_formula_of_another_operation_is_told_from_its_own(op):
    (z,) = samples.sample(op, ta.case((40,)))
    others = [other for other in UNARY if other is not op and not other.defaults and not op.defaults]
    for other in others:
        said = by_or_none(other, z)
        if said is None or not np.any(np.abs(said * 1.0 - op.call(z)) > 1e-3):
            continue
        assert formula_fault(_with(op, other.formula, other.inputs), [z], {}), (op.name, other.name)


def by_or_none(op, z):
    try:
        with np.errstate(all="ignore"):
            return by_formula(op, [z], {})
    except Unreadable:
        return None


def _with(op, formula, inputs):
    """The same operation with another docstring."""

    class Other:
        pass

    other = Other()
    for name in ("name", "elementwise", "variadic", "defaults", "names", "call"):
        setattr(other, name, getattr(op, name))
    other.formula, other.inputs = formula, inputs
    return other


@each(
    "text",
    [
        "a = __import__('os').getcwd()", "a = (lambda: z)()", "a = [z for z in z]", "a = z.__class__", "a = z.data",
        "a = open", "a = exec('1')", "a = 'z'", "a = z if", "a = something like tanh", "a = mystery(z)",
        "a = planted(z)", "a = z[", "a = y + z", "a = 9 ** 9 ** 9 ** 9", "a = " + "(" * 500 + "z" + ")" * 500,
        "a = z.tanh()",
        "a = σ(z)", "a = z · tanh(z)", "a = np.tanh(z)", "a = (z := 3)", "a = f'{z}'", "a = numpy", "a = eval(z)",
    ],
)  # fmt: skip
def test_what_is_no_formula_is_not_run_and_not_compared(text):
    op = ta.ops[planted(text).__name__]
    with pytest.raises(Unreadable):
        formula_fault(op, [Z], {})
    assert ta.gradcheck(op.call, Z).ok


@each(
    ("text", "right"),
    [
        ("a = z * tanh(z)", True), ("a = z * np_tanh(z)", None), ("a = z * sigmoid(z)", False),
        ("a = z * (1 - 2 / (exp(2 * z) + 1))", True), ("a = z * tanh(z) + 1e-3", False), ("a = -z * tanh(-z)", True),
        ("a = where(z > 0, z * tanh(z), abs(z) * tanh(abs(z)))", True), ("a = z * tanh(z) if z > 0 else 0", False),
        ("a = z ** 2 * tanh(z) / z", True), ("a = absolute(z * tanh(z))", True), ("a = 0.76", False),
        ("a = hypot(z, 0) * tanh(hypot(z, 0))", True), ("a = z * tanh(1.001 * z)", False),
        ("a = z * tanh(z) * (0 < z < 5) + z * tanh(z) * (z <= 0)", True),
    ],
)  # fmt: skip
def test_formulas_of_an_elementwise_operation(text, right):
    op = planted(text)
    assert compared(ta.ops["planted"], Z) is right
    report = ta.gradcheck(op, Z)
    assert report.verdict == ("wrong" if right is False else "agrees")
    if right is False:
        assert f"the docstring of planted is wrong: its formula `{text}` gives" in str(report)
        assert "at z = " in str(report)


def test_formulas_of_operations_with_axes_parameters_and_words_of_ones_own():
    def swished(z, *, beta=1.0):
        """a = z * sigmoid(beta * z)"""
        return z / (1 + np.exp(-beta * z))

    ta.elementwise(dz=ta.unknown)(swished)

    def pooled(x, *, axis=-1):
        """a = sum(swished(x, beta=2), axis=axis) / x.shape[axis]"""
        return np.mean(x / (1 + np.exp(-2 * x)), axis=axis)

    ta.op(dx=ta.unknown)(pooled)
    X = np.random.default_rng(0).normal(size=(3, 4))
    assert compared(ta.ops["pooled"], X) is compared(ta.ops["pooled"], X, axis=0) is True
    assert compared(ta.ops["swished"], X, beta=0.3) is True

    def halves(x):
        """a = x[..., :2] - x[..., 2:]"""
        return x[..., 2:] - x[..., :2]

    ta.op(dx=ta.unknown)(halves)
    assert compared(ta.ops["halves"], X) is False


@pytest.mark.parametrize("right", [True, False])
def test_check_on_the_command_line_compares_it(capsys, right):
    planted("a = z * tanh(z)" if right else "a = z * sigmoid(z)")
    assert main(["check", "planted"]) == (0 if right else 1)
    assert ("the docstring of planted is wrong" in capsys.readouterr().out) is not right


def test_inside_of_a_function_it_is_found_at_the_numbers_that_arrive():
    op = planted("a = where(z > 3, 0, z * tanh(z))")
    assert ta.gradcheck(lambda z: op(z).sum(), Z).ok
    assert "at z = 3.4; the body gives" in str(ta.gradcheck(lambda z: op(2.0 * z).sum(), Z + 0 * Z - 0.2))
