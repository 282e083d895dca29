"""Declaring operations: what a declaration gives, and how a wrong one is refused."""

from __future__ import annotations

import pickle
import re

import numpy as np
import pytest

import tinygrad_act as ta
from tinygrad_act.cli import table

from ..each import each

pytestmark = pytest.mark.usefixtures("scratch")


def test_five_lines_give_everything():
    @ta.elementwise(dz=lambda a, z, *, slope: slope / (1 + abs(z)) ** 2, kinks={0.0: "right"}, label="ss")
    def soft_slope(z, *, slope=1.0):
        """a = slope * z / (1 + absolute(z))"""
        return slope * z / (1 + abs(z))

    op = ta.ops["soft_slope"]
    assert op.formula == "a = slope * z / (1 + absolute(z))"
    assert op.derivative == "slope / (1 + abs(z)) ** 2"
    assert (op.label, op.kinks, op.inputs, dict(op.defaults)) == ("ss", {0.0: "right"}, ("z",), {"slope": 1.0})
    assert ta.gradcheck(lambda z: z.soft_slope(slope=2.0), np.array([-1.0, 0.5]), order=2).ok
    assert ta.soft_slope(1.0) == 0.5
    assert "soft_slope" in repr(op)


def declared(rules, body="lambda x, y: x * y", **facts):
    """Declare an operation whose body is `body`, with a docstring."""
    function = eval(body)
    function.__name__, function.__doc__ = "trial", "a = x * y"
    return ta.elementwise(**rules, **facts)(function)


def declared_whole(**facts):
    """Declare an operation that is not elementwise."""

    def trial(x, y):
        """a = x * y"""
        return x * y

    return ta.op(dx=lambda g, _, x, y: g * y, dy=lambda g, _, x, y: g * x, **facts)(trial)


@each(
    ("rules", "facts", "message"),
    [
        ({"dx": 1}, {}, r"^trial: no derivative for input 'y'; write dy=None if nothing flows through it$"),
        ({"dx": 1, "dy": 1, "dz": 1}, {}, "'dz' is the derivative of no input; the inputs ask for dx=, dy="),
        ({"dx": 1, "dy": 1, "zz": 1}, {}, "'zz' is the derivative of no input"),
        ({"dx": lambda a, x: x, "dy": 1}, {}, r"dx takes \(a, x\), but .* called as \(a, x, y\); write dx=lambda a, x"),
        ({"dx": lambda g, a, x, y: x, "dy": 1}, {}, r"dx takes \(g, a, x, y\), but it is called as \(a, x, y\)"),
        ({"dx": "y", "dy": 1}, {}, "dx must be a function, a number or None, not 'y'"),
        ({"dx": True, "dy": 1}, {}, "dx must be a function, a number or None, not True"),
        ({"dx": ta.Value(2.0), "dy": 1}, {}, r"dx must be a function, a number or None, not Value\(2\)"),
        ({"dx": np.ones(2), "dy": 1}, {}, r"dx must be a function, a number or None, not array\(\[1., 1.\]\)"),
        ({"dx": 1, "dy": 1}, {"body": "lambda x, y, *, k=1: x"}, None),
        ({"dx": lambda a, x, y: y, "dy": 1}, {"body": "lambda x, y, *, k=1: x"}, r"called as \(a, x, y, \*, k\)"),
        ({"dx": 1, "dy": 1}, {"body": "lambda x, y=2: x"}, r"'y' has a default.*static parameter: def trial\("),
        ({"dx": 1, "dy": 1}, {"body": "lambda x, y, **rest: x"}, r"name every static parameter instead of \*\*rest"),
        ({}, {"body": "lambda *, k=1: k"}, "needs at least one input"),
    ],
)
def test_a_bad_declaration_fails_at_once_and_says_how_to_mend_it(rules, facts, message):
    if message is None:
        declared(rules, **facts)
        return
    with pytest.raises(TypeError, match=message):
        declared(rules, **facts)
    assert "trial" not in ta.ops


def test_other_bad_declarations():
    with pytest.raises(ValueError, match="kink at 0.0: 'middle' is no side; write one of left, right"):
        declared({"dx": 1, "dy": 1}, kinks={0.0: "middle"})
    with pytest.raises(ValueError, match="trial: told= names inputs of an operation without kinks, not 'z'; .* x, y"):
        declared({"dx": 1, "dy": 1}, told={"x": "z"})
    with pytest.raises(ValueError, match="trial: told= names inputs of an operation without kinks"):
        declared({"dx": 1, "dy": 1}, told={"x": "y"}, kinks={0.0: "left"})
    with pytest.raises(ValueError, match="trial: idle= is one function .*, or None, for each of .*x, y.*, not 1"):
        declared_whole(idle=(None,))
    for told in (("x", "y"), ["x"], "x"):
        with pytest.raises(TypeError, match="trial: told= is a dict, the name of an input to the name of another"):
            declared({"dx": 1, "dy": 1}, told=told)
    for idle in ((1, None), [None, None], (None, "y"), len):
        with pytest.raises(TypeError, match=r"trial: idle= is a tuple of functions f\(c, g, a, \*inputs\), or None"):
            declared_whole(idle=idle)
    with pytest.raises(ValueError, match="trial: layer='middle' says nothing known; write one of begins, continues"):
        declared_whole(layer="middle")
    with pytest.raises(ValueError, match=r"first line must be the formula, as code: 'a = \.\.\.'"):

        @ta.elementwise(dz=1)
        def wordy(z):
            """Returns z."""
            return z

    with pytest.raises(ValueError, match="'sigmoid' is taken by <op sigmoid"):

        @ta.elementwise(dz=1)
        def sigmoid(z):
            """a = z"""
            return z


def test_the_same_definition_again_replaces_itself():
    for _ in range(2):
        declared({"dx": lambda a, x, y: y, "dy": lambda a, x, y: x})
    assert ta.trial(2.0, 3.0) == 6.0


def test_a_removed_operation_is_gone_everywhere():
    declared({"dx": 1, "dy": 1}, aliases=("attempt",))
    assert ta.ops["attempt"].name == "trial"
    del ta.ops["trial"]
    assert not hasattr(ta, "trial")
    assert not hasattr(ta.Value, "trial")
    with pytest.raises(KeyError):
        ta.ops["attempt"]


def shown_everywhere():
    """What a user sees of the operations, as one text each."""
    yield "dir", " ".join(dir(ta))
    yield "a Value", " ".join(dir(ta.Value))
    yield "the table", table.text()
    yield "JSON", table.as_json()
    yield "the catalogue", str(ta.catalogue())
    yield "the sheet", ta.sheet().svg()


def has_word(name, text):
    return re.search(rf"(?<![\w.]){name}(?![\w(])", text) is not None


def test_an_internal_operation_is_seen_by_no_user_and_by_every_interpreter():
    def steep(z):
        """a = z * z"""
        return z * z

    facts = {"dz": lambda _, z: 2 * z, "reference": "", "aliases": ("np_steep",)}
    ta.elementwise(**facts)(steep)
    assert all(has_word("steep", text) for _, text in shown_everywhere())
    call = ta.elementwise(**facts, internal=True)(steep)
    for what, text in shown_everywhere():
        assert not has_word("steep", text), what
    assert not hasattr(ta, "steep")
    assert not hasattr(ta.Value, "steep")
    assert "steep" not in ta.ops.hint("steeep")
    with pytest.raises(AttributeError, match=r"'steep' is a part of other operations.* ta.ops\['steep'\] has it"):
        _ = ta.steep
    x = ta.Value(np.array([1.5, -2.0]), label="x")
    assert ta.grad(lambda v: call(v).sum())(x.data).tolist() == [3.0, -4.0]
    assert ta.compile(ta.grad(lambda v: call(v).sum()))(x.data).tolist() == [3.0, -4.0]
    assert "steep" in ta.draw(call(x)).text()
    assert ta.ops["steep"].call is pickle.loads(pickle.dumps(ta.ops["steep"])).call is call
    assert ta.card("steep").formula == "a = z * z"


def test_internal_operations_of_the_package():
    internal = [op.name for op in ta.ops.values() if op.internal]
    assert {"chain", "softmax_rest", "at_largest", "sum_to"} <= set(internal)
    for what, text in shown_everywhere():
        assert not [name for name in internal if has_word(name, text)], what


def test_removing_an_internal_operation_removes_nothing_else():
    declared({"dx": 1, "dy": 1}, internal=True)
    ta.trial = "of the user"
    del ta.ops["trial"]
    assert ta.trial == "of the user"
    del ta.trial


@pytest.mark.parametrize("elementwise", [True, False])
def test_a_body_may_return_its_input_itself(elementwise):
    def same(z):
        """a = z"""
        return z

    (ta.elementwise if elementwise else ta.op)(dz=1)(same)
    p = ta.Value([1.0, 2.0])
    y = p.same()
    y.sum().backward()
    with pytest.raises(ValueError, match="read-only"):
        y.data[0] = 5.0
    p.data -= 1.0
    assert p.data.tolist() == [0.0, 1.0]
    assert p.grad.tolist() == [1.0, 1.0]


def test_unknown_names_suggest_the_nearest():
    with pytest.raises(KeyError, match="no operation named 'sigmoyd'; did you mean 'sigmoid'"):
        ta.ops["sigmoyd"]
    with pytest.raises(AttributeError):
        ta.sigmoyd  # noqa: B018


@each(
    ("call", "message"),
    [
        (lambda v: ta.leaky_relu(v, slop=0.1), "leaky_relu: unknown keyword 'slop'; .*slope=0.01"),
        (lambda v: ta.relu(v, slope=0.1), "relu: unknown keyword 'slope'; it takes no static parameters"),
        (lambda v: ta.sum(v, 0, False, 3), "sum: got 3 more arguments after its inputs"),
        (lambda v: ta.sum(v, 0, axis=1), "sum: got 1 more argument after its inputs"),
        (lambda v: ta.matmul(v), r"matmul: takes 2 inputs \(x, y\), got 1"),
        (lambda v: ta.reshape(v), "reshape: static parameter 'shape' is missing"),
        (lambda v: ta.leaky_relu(v, slope=v), "leaky_relu: 'slope' is a static parameter and can't be a Value"),
        (lambda v: ta.sigmoid("abc"), "sigmoid: got str 'abc'"),
        (lambda v: ta.sigmoid(np.ma.array([1.0], mask=[True])), "sigmoid: masked arrays are not supported"),
        (lambda v: ta.sigmoid([[1.0], [1.0, 2.0]]), "sigmoid: got list"),
        (lambda v: v.relu(3), r"Value\.relu\(\) takes 1 positional argument"),
        (lambda v: ta.stack([v, "a"]), "stack: got str 'a'"),
        (lambda v: ta.sin([v, v]), r"sin: got a list of Values; join them with ta\.stack"),
    ],
)
def test_bad_calls(call, message):
    with pytest.raises(TypeError, match=message):
        call(ta.Value([1.0, 2.0]))


@each(
    ("call", "message"),
    [
        (lambda: ta.matmul(np.ones((2, 3)), ta.Value(np.ones((4, 2)))),
         r"^matmul: cannot multiply \(2, 3\) by \(4, 2\): axis 1 of the first has 3, axis 0 of the second has 4"),
        (lambda: np.ones((5, 2, 3)) @ ta.Value(np.ones((5, 4, 2))), r"axis 2 of the first has 3, axis 1 of the second"),
        (lambda: ta.Value(np.ones(3)) @ np.ones((4, 2)), r"cannot multiply \(3,\) by \(4, 2\): axis 0 of the first"),
        (lambda: ta.Value(2.0) @ np.ones(2), r"cannot multiply \(\) by \(2,\).*use \*"),
        (lambda: ta.Value(np.ones((2, 3))) + np.ones((4, 3)),
         r"^add: shapes \(2, 3\) and \(4, 3\) do not broadcast: axis -2 has 2 and 4"),
        (lambda: ta.where(np.ones((2,)) > 0, ta.Value(np.ones(3)), 0.0), r"where: shapes \(2,\) and \(3,\) and \(\)"),
        (lambda: ta.concatenate([ta.Value(np.ones((2, 3))), np.ones((2, 4))]), r"^concatenate: .*\(2, 3\) and \("),
        (lambda: ta.sum(ta.Value(np.ones((2, 3))), axis=5), r"^sum: axis 5 is out of bounds.*\(2, 3\), axis=5"),
        (lambda: ta.reshape(ta.Value(np.ones(6)), (4, 2)), r"^reshape: .*\(6,\), shape=\(4, 2\)"),
        (lambda: ta.log_softmax(ta.Value(np.ones(3)), axis=2), r"^log_softmax: axis 2 is out of .*\(3,\), axis=2"),
        (lambda: ta.pad(ta.Value(np.ones(3)), 1, mode="edge"), "pad: mode 'edge' has no derivative here"),
        (lambda: ta.einsum("ij,jk->ik", ta.Value(np.ones((2, 3))), np.ones((4, 2))), r"^einsum: "),
        (lambda: ta.mean(ta.Value(np.zeros(0))), r"^mean: nothing to reduce.*\(0,\)"),
    ],
)  # fmt: skip
def test_shapes_that_do_not_fit_are_named(call, message):
    with pytest.raises(ValueError, match=message):
        call()
