"""`@ta.activation`: what a declaration gives, what is found by itself, and what is refused."""

from __future__ import annotations

import time

import numpy as np
import pytest

import tinygrad_act as ta
from tinygrad_act.check.activation import Refused

from ..each import each

pytestmark = pytest.mark.usefixtures("scratch")


def silu_slope(z):
    return ta.sigmoid(z) * (1 + z * (1 - ta.sigmoid(z)))


def declared(body="z * ta.sigmoid(z)", head="z", doc="", **facts):
    """Declare `trial`, whose body is the expression `body`, and its formula the same if no other is given."""
    doc = f"a = {body.replace('ta.', '').replace('np.', '')}" if doc == "" else doc
    function = eval(f"lambda {head}: {body}", {"ta": ta, "np": np})
    function.__name__, function.__doc__ = "trial", doc
    return ta.activation(**facts)(function)


def refused(message, *args, **facts):
    with pytest.raises(Refused, match=message) as caught:
        declared(*args, **facts)
    assert "trial" not in ta.ops
    assert not hasattr(ta, "trial")
    assert not hasattr(ta.Value, "trial")
    assert not caught.value.report
    return caught.value.report


def test_a_bare_function_becomes_an_activation():
    @ta.activation
    def swoosh(z, *, beta=1.5):
        """Bends a little."""
        return z * np.tanh(beta * np.exp(-z * z))

    op = ta.ops["swoosh"]
    assert op.call is swoosh is ta.swoosh
    assert op.reference == ""
    assert op.formula == "a = z * tanh(beta * exp(-z * z))"
    assert swoosh.__doc__.endswith("Bends a little.")
    assert op.derivative.startswith("tanh(beta * exp(-z * z)) + z * ")
    assert swoosh.report
    assert min(swoosh.report.digits.values()) > 8
    assert "derived from the body" in str(swoosh.report)
    assert ta.gradcheck(lambda z: z.swoosh(beta=0.7), np.array([-1.2, 0.3]), order=2).ok
    assert type(swoosh(0.5)) is float


@pytest.mark.slow
def test_declaring_is_quick():
    best = []
    for _ in range(3):
        start = time.process_time()
        declared(dz=lambda a, z: silu_slope(z))
        best.append(time.process_time() - start)
    assert min(best) < 1.0  # 0.25 s on a quiet machine


def test_integers_empty_arrays_and_float32():
    f = declared()
    assert np.array_equal(f(np.array([0, 1])), f(np.array([0.0, 1.0])))
    assert f(np.zeros((0, 3))).shape == (0, 3)
    v = ta.Value(np.ones((2, 2), np.float32))
    a = f(v)
    a.sum().backward()
    assert a.dtype == v.grad.dtype == np.float32
    empty = ta.Value(np.zeros((0, 3)))
    f(empty).sum().backward()
    assert empty.grad.shape == (0, 3)


KINKED = [
    ("np.maximum(z, 0.0)", "z", {}, {0.0: "mean"}),
    ("ta.where(z < 0, 0.1 * z, z)", "z", {}, {0.0: "right"}),
    ("ta.where(z <= 0.3, z, 2 * z - 0.3)", "z", {}, {0.3: "left"}),
    ("ta.maximum(width - abs(z), 0.0)", "z, *, width=2.0", {},
     {"-width": "mean", 0.0: "mean", "width": "mean"}),
    ("ta.where(z <= low, 0.0 * z, z)", "z, *, low=0.5", {}, {"low": "none"}),
    ("ta.where(z < low, 0.0 * z, z)", "z, *, low=0.5", {}, {"low": "none"}),
    ("ta.where(z > 0, 1.0 + 0 * z, 0 * z)", "z", {}, {0.0: "none"}),
    ("ta.relu(z)", "z", {"dz": lambda a, z: z >= 0}, {0.0: "right"}),
    ("np.tanh(50 * z)", "z", {}, {}),
    ("z * np.tanh(1000 * z)", "z", {}, {}),
    ("ta.where(z < 0, 0.0 * z, z * ta.sqrt(abs(z)))", "z",
     {"dz": lambda a, z: ta.where(z < 0, 0.0 * z, 1.5 * ta.sqrt(abs(z)))}, {}),
    ("ta.where(z < 0, ta.expm1(ta.minimum(z, 0.0)), z)", "z", {}, {}),
]  # fmt: skip


@each(("body", "head", "facts", "kinks"), KINKED)
def test_kinks_and_jumps_are_found_and_entered_and_steep_is_not_a_kink(body, head, facts, kinks):
    report = declared(body, head, **facts).report
    assert ta.ops["trial"].kinks == kinks
    assert str(report).count("(found)") == len(kinks)
    with ta.at_kink(0.25):
        for kink in report.kinks:
            assert ta.grad(ta.trial)(kink.at) == 0.25


def test_a_kink_that_moves_with_parameters_in_its_own_way_is_noted():
    f = declared("ta.where(z < low + high, 0.1 * (z - low - high), z - low - high)", "z, *, low=0.5, high=1.0")
    assert ta.ops["trial"].kinks == {}
    assert "kink at 1.5: left 0.1, right 1: it moves with the parameters" in str(f.report)


def test_declared_kinks_stay_as_they_are_and_every_form_is_checked():
    rule = lambda a, _: -ta.expm1(-a)
    assert declared("ta.softplus(z)", dz=rule, output=rule, input=lambda _, z: ta.sigmoid(z)).report.ok
    del ta.ops["trial"]
    refused("derivative in the input, input=, is WRONG", "ta.softplus(z)", input=lambda _, z: 0.5 * ta.sigmoid(z))
    refused("derivative in the output, output=, is WRONG", "ta.softplus(z)", output=lambda a, _: ta.exp(-a))


@each(
    ("dz", "message"),
    [
        (lambda a, z: 2 * silu_slope(z), "it is 2 times the numerical one at all"),
        (lambda a, z: ta.where(z < 0, -1.0, 1.0) * silu_slope(z), "it is -1 times the numerical"),
        (lambda a, z: silu_slope(z) + ta.where(z > 9.5, 1e-3, 0.0), r"WRONG at \d+ of \d+ points[^-]*\n +9\.[5-9]"),
        (lambda a, z: silu_slope(z) + ta.where(z < -9.9, 1e-3, 0.0), r"\n +-9\.9"),
        (lambda a, z: silu_slope(z) + 0.01 * ta.exp(-1e4 * (z - 3.21) ** 2), r"\n +3\.2"),
        (lambda a, z: ta.sum(z), r"returns shape \(\) for an input of shape \(2, 3\)"),
        (lambda a, z: ta.reshape(z, shape=-1), r"returns shape \(6,\) for an input of shape \(2, 3\)"),
        (lambda a, z: 1j * z, "returns complex128 for float64"),
        (lambda a, z: np.full(z.shape, "x"), "returns <U1 for float64"),
        (lambda a, z: z.astype(object), "returns object for float64"),
        (lambda a, z: [1.0], "returns list for an input"),
        (lambda a, z: np.sqrt(z.copy()), "works on arrays but not on a number .*operations of ta.ops"),
        (lambda a, z: silu_slope(z) if z > 0 else 0.0, r"branches on its input .* use where"),
        (None, "WRONG"),
        (1, "WRONG"),
    ],
)
@pytest.mark.filterwarnings("ignore:invalid value")
def test_a_wrong_derivative_is_refused_with_a_report(dz, message):
    report = refused(message, dz=dz)
    assert str(report).startswith("trial: refused")


def test_a_rule_that_drops_its_graph_has_a_wrong_second_derivative():
    def rule(a, z):
        """in plain NumPy"""
        x = np.asarray(getattr(z, "data", z)) if isinstance(z, ta.Value) else np.asarray(z)
        return silu_slope(x)

    refused("derivative of the derivative. is WRONG", dz=rule)


@each(
    ("body", "facts", "message"),
    [
        ("z * ta.sigmoid(z)", {"kinks": {0.0: "right"}}, "declared at 0, but there is none: the slope is 0.5 on both"),
        ("z * ta.sigmoid(z)", {"kinks": {1.0: "none"}}, "declared at 1, but there is none: the function does not jump"),
        ("np.maximum(z, 0.0)", {"kinks": {0.0: "none"}}, "it is a kink .left 0, right 1.: declare its side"),
        ("np.maximum(z, 0.0)", {"kinks": {0.0: "left"}}, "at 0: kink: .* but left is declared"),
        ("ta.maximum(ta.maximum(z, 0.0), 3 * z)", {}, "neither side's slope nor their mean"),
        ("ta.where(z < 1, 0.0 * z, z)", {"dz": lambda a, z: z >= 1}, "jump at 1 by 1: .* nothing flows at a jump"),
        ("ta.where(z > 0, z, 0.0)", {}, r"NaN is swallowed: trial\(NaN\) is 0.*where\(z <= 0"),
        ("z - z.mean() if isinstance(z, np.ndarray) else z", {"dz": 1}, "not elementwise"),
        ("z + np.random.default_rng().normal()", {"dz": 1}, "not deterministic"),
        ("np.add(z, 1.0, out=z) if isinstance(z, np.ndarray) else z + 1", {"dz": 1}, "changes its input in place"),
        ("z * np.float64(2.0)", {"dz": 2}, "float32 in gives float64 out"),
        ("z > 0", {"dz": None}, "returns bool for float64"),
        ("z if z > 0 else 0.1 * z", {"dz": 1}, r"the body branches|it branches on its input"),
        ("2 * z if isinstance(z, np.ndarray) else z", {"dz": 2}, "numbers and arrays give different results"),
        ("np.ravel(z)", {"dz": 1}, r"returns shape \(6,\)"),
        ("z * 1j", {"dz": 1}, "returns complex128"),
    ],
)
def test_other_faults_are_refused(body, facts, message):
    refused(message, body, **facts)


@pytest.mark.parametrize(
    ("head", "doc", "facts", "kind", "message"),
    [
        ("x, y", "a = x", {}, TypeError, r"one positional input.*has 2 \(x, y\).*def trial\(x, \*, y=\.\.\.\)"),
        ("*, k=1", "a = k", {}, TypeError, "one positional input.*has none"),
        ("z, *, k", "a = z", {}, TypeError, r"parameter 'k' has no default.*def trial\(z, \*, k=\.\.\.\)"),
        ("z", "a = z", {"kinks": {0.0: "middle"}}, ValueError, "'middle' is no side; write one of left, right"),
        ("z", "a = z", {"aliases": ("relu",)}, ValueError, "'relu' is taken"),
    ],
)
def test_wrong_declarations_are_refused(head, doc, facts, kind, message):
    with pytest.raises(kind, match=message):
        declared("0.5", head, doc, dz=0, **facts)
    assert "trial" not in ta.ops


def test_names_that_are_taken():
    for name, message in [("relu", "'relu' is taken"), ("grad", "means something else"), ("item", "something else")]:
        function = eval("lambda z: z")
        function.__name__, function.__doc__ = name, "a = z"
        with pytest.raises(ValueError, match=message):
            ta.activation(function)
    assert ta.relu(-1.0) == 0.0
    with pytest.raises(TypeError, match="over a function, not over"):
        ta.activation(np.tanh)


def test_no_formula_and_none_that_can_be_read_off():
    with pytest.raises(ValueError, match=r"first line must be the formula.*branches on its input"):
        declared("z if z > 0 else 0.0", doc=None, dz=1)
    with pytest.raises(TypeError, match=r"no derivative was given.*np\.spacing: there is no operation.*or give dz="):
        declared("z + np.spacing(z)")
    assert declared("z * ta.sigmoid(z)", doc=None).__doc__ == "a = z * sigmoid(z)"


def test_the_same_cell_again_and_a_refused_second_try():
    declared()
    again = declared("z * ta.sigmoid(2 * z)")
    assert ta.ops["trial"].call is again
    with pytest.raises(Refused):
        declared(dz=1)
    assert ta.ops["trial"].call is again is ta.trial
    assert ta.Value(1.0).trial().item() == again(1.0)


def test_without_the_check_and_with_notes():
    assert "not checked" in str(declared(dz=lambda a, z: 17.0 * z, check=False).report)
    report = declared("z * ta.exp(-z)").report
    assert "NumPy warns: overflow" in str(report)
    assert "at inf the value is nan" in str(declared("z * ta.exp(-abs(z))").report)
    assert "no bound near 0" in str(declared("z + 1.0 / z").report)


def test_domains_and_cases():
    domain = {"z": (0.0, np.inf), "scale": (0.0, np.inf)}
    f = declared("ta.log(z) * scale", "z, *, scale=1.0", domain=domain, cases=(ta.case((3,), scale=2.0),))
    assert f.report.ok
    with pytest.raises(ValueError, match="scale=-1.0 is not allowed; it must be above 0"):
        f(1.0, scale=-1.0)


def test_other_parameters_are_checked_too():
    rule = lambda a, z, *, scale: 1.0 + 0.0 * z
    refused("with scale=.* the declared derivative is WRONG", "scale * z", "z, *, scale=1.0", dz=rule)


def window(low, high, wrong=0.3):
    """silu's slope, but for another number from `low` to `high`."""
    return lambda a, z: ta.where(ta.logical_and(z > low, z < high), wrong, silu_slope(z))


@pytest.mark.parametrize(
    ("low", "high"), [(1.5, 2.5), (1.234, 1.236), (1.2341, 1.2342), (0.0, 0.01), (-0.01, 0.0), (3.0, 1e9), (-1e9, -4.0)]
)
def test_a_rule_that_is_wrong_in_a_window_is_refused_and_its_ends_are_no_kinks(low, high):
    report = refused("WRONG|by the derivative; the function's own slope is", dz=window(low, high))
    assert not report.kinks
    assert "(found)" not in str(report)


@pytest.mark.parametrize("sides", [("left", "right"), ("right", "left"), ("mean", "mean")])
@pytest.mark.parametrize(("low", "high"), [(1.5, 2.5), (1.0, 1.03), (0.0, 0.02)])
def test_nor_are_they_if_they_are_declared(low, high, sides):
    message = "a kink is declared at .*: the derivative gives .* but the function's own slope is .* on both sides"
    refused(message, dz=window(low, high), kinks=dict(zip((low, high), sides)))


def test_beside_a_kink_that_is_there_the_rule_has_the_functions_own_slopes():
    beside = lambda a, z: ta.where(ta.logical_and(z < 0, z > -0.005), 0.5, z >= 0)
    for kinks in (None, {0.0: "right"}):
        refused("the function's own slopes are 0 and 1", "ta.maximum(z, 0.0)", dz=beside, kinks=kinks)


@pytest.mark.parametrize("at", [0.0, 1.0])
def test_zero_and_every_kink_are_among_the_points(at):
    refused(r"WRONG at 1 of \d+ points[^-]*\n +0 ", dz=lambda a, z: ta.where(z == 0, 5.0, silu_slope(z)))
    bent = lambda slope: lambda a, z: ta.where(z == at, slope, ta.where(z == z, z > at, z))
    refused("neither side's slope", f"ta.maximum(z, {at})", dz=bent(7.0))
    refused("but right is declared", f"ta.maximum(z, {at})", dz=bent(7.0), kinks={at: "right"})
    assert declared(f"ta.maximum(z, {at})", dz=bent(0.5)).report.ok


@pytest.mark.parametrize(
    ("doc", "head", "body"),
    [
        ("a = z * sigmoid(z)", "z", "z * np.tanh(z)"),
        ("a = z * tanh(z)", "z, *, beta=1.0", "z * np.tanh(beta * z)"),  # the same until the parameter moves
        ("a = maximum(z, 0) + beta", "z, *, beta=0.0", "ta.maximum(z, 0.0)"),
        ("a = z * sigmoid(1.7 * z)", "z", "z * ta.sigmoid(1.702 * z)"),
    ],
)
def test_a_docstring_with_another_formula_is_refused(doc, head, body):
    report = refused("the docstring of trial is wrong: its formula", body, head, doc)
    assert "write what it computes, or nothing: then the body spells it" in str(report)


@pytest.mark.parametrize("doc", ["a = mystery(z)", "a = trial(z)", "a = what the course says"])
def test_a_formula_that_can_not_be_read_is_no_fault_but_a_note(doc):
    assert "the formula is not compared with the body: " in str(declared(doc=doc).report)
    assert "not compared" not in str(declared().report)


def test_the_picture_is_drawn_and_saved(tmp_path):
    report = declared("ta.where(z < 0, -1.0, z)", dz=lambda a, z: z > 0).report
    svg = report.svg()
    assert svg.startswith("<svg")
    assert svg.endswith("</svg>\n")
    assert svg.count("<polyline") == 4, "both curves are cut at the jump"
    assert "<title>kink at 0</title>" in svg
    assert report.save(tmp_path / "trial.svg").read_text() == svg
    assert report.save(tmp_path / "trial.txt").read_text().strip() == str(report)
    with pytest.raises(ValueError, match=r"must be one of \.svg, \.txt"):
        report.save(tmp_path / "trial.pdf")
