"""How large results are, is part of an operation's declaration; a formula that somebody types is held to it."""

from __future__ import annotations

import math

import numpy as np
import pytest

import tinygrad_act as ta
from tinygrad_act.cli.expression import ExpressionError, evaluate_expression, growth
from tinygrad_act.operations import sizes

from ..each import each

TOO_MANY = "more than 10,000,000 entries together"


def given(case):
    """The inputs of a case: shapes stand for arrays of ones."""
    return [np.ones(x) if isinstance(x, tuple) else x for x in case.inputs]


def stretched(case, factor):
    """The case with longer axes, where there is one: a rule that is right for 2 and 3 may be wrong for 7."""
    return [np.ones([n * factor for n in x]) if isinstance(x, tuple) else x for x in case.inputs]


CASES = [(op, case) for op in ta.ops.values() for case in op.cases]


@each(("op", "case"), CASES, ids=lambda x: getattr(x, "name", "case"))
def test_no_result_is_larger_than_the_declaration_says(op, case):
    seen = 0
    for inputs in (given(case), stretched(case, 3), stretched(case, 0)):
        try:
            with np.errstate(all="ignore"):
                a = op.call(*inputs, **case.static)
        except (TypeError, ValueError, IndexError):  # these parameters fit other shapes
            continue
        seen += 1
        assert np.size(a) <= growth.entries(op, inputs, case.static), [np.shape(x) for x in inputs]
    assert seen, "no inputs fit"


@each("op", [op for op in ta.ops.values() if not op.elementwise], ids=lambda op: op.name)
def test_every_operation_of_the_package_says_how_large_its_result_is(op):
    assert op.grows is not None
    assert op.cases, "nothing shows that it says so rightly"
    if op.grows is False:  # then all that is asked for is in the test above: the inputs are as large together
        full = [case for case in op.cases if all(map(np.size, given(case)))]
        assert all(growth.entries(op, given(case), case.static) == sum(map(np.size, given(case))) for case in full)


EXACT = {
    "repeat": [((), {"repeats": 7}), ((3,), {"repeats": 4}), ((2, 3), {"repeats": (1, 5), "axis": 0}),
               ((0, 3), {"repeats": 9})],
    "tile": [((), {"reps": 7}), ((3,), {"reps": (2, 5)}), ((0,), {"reps": 5})],
    "broadcast_to": [((), {"shape": (7, 5)}), ((1, 3), {"shape": (4, 3)}), ((), {"shape": 7})],
    "pad": [((3,), {"pad_width": 4}), ((2, 3), {"pad_width": 5}), ((), {"pad_width": 5})],
    "one_hot": [((4,), {"classes": 9})],
    "getitem": [((3, 50), {"index": ((0,) * 40,)}), ((3,), {"index": (None, slice(1, None))}), ((4, 5), {"index": ...}),
                ((50, 3), {"index": (slice(None), [0, 1] * 9)}), ((4, 3), {"index": np.zeros((5, 6), int)}),
                ((4, 3, 2), {"index": (1, ..., None)})],
    "scatter_add": [((), {"shape": (70, 3), "index": (0, 0)})],
    "crelu": [((5, 4), {})],
}  # fmt: skip
PAIRS = {
    "outer": [((3,), (5,)), ((2, 3), (7,)), ((), (5,))],
    "matmul": [((3, 4), (4, 5)), ((9, 0), (0, 9)), ((4, 1, 2, 3), (5, 3, 2)), ((3,), (3,)), ((3,), (4, 3, 2)),
               ((2, 3), (3,))],
    "dot": [((3, 4), (4, 5)), ((9, 0), (0, 9)), ((2, 3), (4, 3, 7)), ((), (5,)), ((3,), (3,)), ((6, 3), (3,))],
}  # fmt: skip


@pytest.mark.parametrize("name", [*EXACT, *PAIRS])
def test_the_rules_give_the_very_number(name):
    """Too large a number would refuse what is harmless."""
    op = ta.ops[name]
    for one, two in EXACT.get(name, PAIRS.get(name)):
        shapes, static = ((one, two), {}) if name in PAIRS else ((one,), two)
        inputs = [np.ones(shape, int if name == "one_hot" else float) for shape in shapes]
        a = op.call(*inputs, **static)
        assert growth.entries(op, inputs, static) == np.size(a), (shapes, static)


def test_rules_of_several_inputs():
    x, i = np.ones((4, 5, 6)), np.zeros((2, 3), int)
    for axis in (0, 1, -1):
        assert growth.entries(ta.ops["take_axis"], [x, i], {"axis": axis}) == np.take(x, i, axis).size
    put = ta.ops["put_add"]
    for axis in (0, 1, -1):
        y = np.take(x, i, axis)
        assert growth.entries(put, [y, i], {"size": 99, "axis": axis}) == put.call(y, i, size=99, axis=axis).size
    assert sizes.broadcast((3, 1), (4,)) == 12
    rules = [("ij,jk->ik", [(3, 4), (4, 5)]), ("...i,...i->...", [(4, 1, 3), (5, 3)]), ("i,j", [(3,), (7,)])]
    for rule, shapes in rules:
        inputs = [np.ones(shape) for shape in shapes]
        assert growth.entries(ta.ops["einsum"], inputs, {"subscripts": rule}) == np.einsum(rule, *inputs).size


@each("text", [
    "repeat(0, repeats=1e8)", "repeat(0, repeats=100000000)", "repeat([0], repeats=1e8)",
    "repeat([1, 2], repeats=(1e8, 1))",
    "tile(0, reps=1e9)", "tile(0, reps=1000000000)", "tile([1], reps=(1e5, 1e5))", "tile(0, reps=(1000000, 1000000))",
    "broadcast_to(0, shape=(100000000,))", "broadcast_to(0, shape=100000000)", "broadcast_to(0, shape=(1e5, 1e5))",
    "pad([0], pad_width=100000000)", "pad([0], pad_width=1e8)", "pad([[0]], pad_width=((100000, 0), (0, 100000)))",
    "scatter_add(0, shape=(100000000,), index=0)", "scatter_add(0, shape=100000000, index=0)",
    "a = tile([1], reps=4000); outer(a, a)", "a = tile([[1]], reps=(4000, 1)); a @ transpose(a)",
    "a = tile([[1]], reps=(4000, 1)); dot(a, transpose(a))",
    "a = tile([[1]], reps=(1, 1000000)); getitem(a, index=((0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0),))",
    "a = tile([1], reps=4000000); crelu(a)", "a = tile([1], reps=4000000); stack(a, a)",
    "a = tile([1], reps=4000000); concatenate(a, a)", "a = tile([1], reps=4000000); roll(a, shift=1) + a",
    f"repeat(0, repeats={'9' * 99})", f"tile(0, reps=({'9' * 99}, {'9' * 99}))",
    "a = reshape(tile([1], reps=0), shape=(4000, 0)); a @ transpose(a)",
    "a = reshape(tile([1], reps=0), shape=(0, 20000000)); sum(a, axis=0)",
])  # fmt: skip
def test_a_short_formula_does_not_fill_the_memory(text):
    with pytest.raises(ExpressionError, match=TOO_MANY):
        evaluate_expression(text)


@pytest.mark.parametrize(("text", "size"), [
    ("repeat(0, repeats=1000)", 1000), ("tile(0, reps=(30, 30))", 900), ("pad([[0]], pad_width=10)", 441),
    ("softmax(tile([0], reps=100000))", 100_000), ("reshape(tile([0], reps=4096), shape=(8, 8, 8, 8))", 4096),
    ("sum(tile([0], reps=1000000))", 1), ("transpose(tile([0], reps=(1000, 1000)))", 1_000_000),
    ("a = tile([[1]], reps=(1000, 1)); a @ transpose(a)", 1_000_000),
])  # fmt: skip
def test_what_is_small_enough_is_computed(text, size):
    assert evaluate_expression(text).size == size


@pytest.mark.parametrize("text", ["9**9**9", "9**9**9**9", "2**99999", "9e999", "(-9)**(9**9)", "1e308*10", "9" * 100])
def test_powers_of_whole_numbers_are_floats(text):
    assert type(evaluate_expression(text).item()) is float


@pytest.mark.parametrize("text", ["9" * 101, "(" * 51 + "1" + ")" * 51, "1" + "+1" * 1001, "x" * 101, "1" * 100_001,
                                  "-" * 100_001 + "1", "'a' * 99999999", "1 << 99"])  # fmt: skip
def test_the_limits_of_the_reader(text):
    with pytest.raises(ExpressionError):
        evaluate_expression(text)


# -- operations that others declare -----------------------------------------------------------


@pytest.fixture
def declared(scratch):
    """A user's operations that say nothing of their size."""

    @ta.op(dx=None, dy=None)
    def kron(x, y):
        """a = kron(x, y)"""
        return np.kron(x, y)

    @ta.op(dx=None)
    def vander(x):
        """a = vander(x)"""
        return np.vander(x)

    @ta.op(dx=None)
    def copies(x, *, times=1, scale=1.0):
        """a = copies of x"""
        return np.tile(x * scale, (int(times),) * max(x.ndim, 1))

    @ta.op(dxs=None)
    def all_pairs(*xs):
        """a = pairs"""
        return np.multiply.outer(np.concatenate(xs), np.concatenate(xs))

    @ta.elementwise(dz=None)
    def doubled(z):
        """a = 2 * z"""
        return 2 * z


LARGE = {"x": np.ones(4000), "y": np.ones(4000)}


@pytest.mark.usefixtures("declared")
@pytest.mark.parametrize(("text", "names"), [
    ("kron(x, y)", "xy"), ("vander(x)", "x"), ("all_pairs(x, y)", "xy"), ("copies(1, times=1e8)", ""),
    ("copies(1, times=100000000)", ""), ("copies([[1]], times=99999)", ""), (f"copies(1, times={'9' * 99})", ""),
])  # fmt: skip
def test_an_operation_that_says_nothing_is_refused_for_large_inputs_and_told_what_to_say(text, names):
    message = f"{text.split('(')[0]}: its declaration does not say how large"
    with pytest.raises(ExpressionError, match=message) as caught:
        evaluate_expression(text, {name: LARGE[name] for name in names})
    assert TOO_MANY in str(caught.value)
    assert "declare it with @ta.op(..., grows=...)" in str(caught.value)


@pytest.mark.usefixtures("declared")
@pytest.mark.parametrize(("text", "size"), [
    ("kron([1, 2], [3, 4])", 4), ("vander([1, 2, 3])", 9), ("copies([1, 2], times=3, scale=0.5)", 6),
    ("all_pairs([1], [2])", 4), ("doubled(tile([1], reps=1000000))", 1_000_000),
])  # fmt: skip
def test_and_computed_for_small_ones(text, size):
    assert evaluate_expression(text).size == size


@pytest.mark.usefixtures("scratch")
def test_a_declared_size_is_what_counts():
    @ta.op(dx=None, dy=None, grows=lambda x, y: math.prod(x) * math.prod(y))
    def kron(x, y):
        """a = kron(x, y)"""
        return np.kron(x, y)

    @ta.op(dx=None, grows=False)
    def median(x):
        """a = median(x)"""
        return np.median(x)

    assert evaluate_expression("kron(x, y)", {"x": np.ones(3000), "y": np.ones(3000)}).size == 9_000_000
    assert evaluate_expression("median(x)", {"x": np.ones(1_000_000)}).item() == 1.0
    with pytest.raises(ExpressionError, match=TOO_MANY) as caught:
        evaluate_expression("kron(x, y)", LARGE)
    assert "declaration" not in str(caught.value)


@pytest.mark.usefixtures("scratch")
@pytest.mark.parametrize(("grows", "message"), [
    (True, r"pairs: grows= is False or a function, grows=lambda x, y, \*, n: \.\.\., of the inputs' shapes, not True"),
    (3, "not 3"), (lambda x: 1, r"it takes \(x\)"), (lambda x, y: 1, r"it takes \(x, y\)"),
    (lambda x, y, z, *, n: 1, "it takes"), (np.prod, "it takes"),
])  # fmt: skip
def test_a_bad_rule_fails_at_import(grows, message):
    def pairs(x, y, *, n=1):
        """a = pairs"""
        return x

    with pytest.raises(TypeError, match=message):
        ta.op(dx=None, dy=None, grows=grows)(pairs)
    assert "pairs" not in ta.ops
    with pytest.raises(TypeError, match="'grows' is the derivative of no input"):
        ta.elementwise(dx=None, dy=None, grows=False)(pairs)


@pytest.mark.usefixtures("scratch")
def test_a_rule_that_fails_is_no_way_around():
    @ta.op(dx=None, grows=lambda x, *, times: [][times])
    def copied(x, *, times=1):
        """a = copies"""
        return np.tile(x, times)

    with pytest.raises(ExpressionError, match=TOO_MANY):
        evaluate_expression("copied(1, times=100000000)")
    assert evaluate_expression("copied(1, times=10)").size == 10
