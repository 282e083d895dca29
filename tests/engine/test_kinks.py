"""The slope at kinks, by framework: a table of what each takes, reproduced by switching conventions.

The numbers are those that were measured with torch 2.13 and jax 0.10.2, and read in TensorFlow's
kernels; Keras' are those on TensorFlow. `test_parity.py` measures the first two again where they
are installed.
"""

from __future__ import annotations

import math
import threading

import numpy as np
import pytest

import tinygrad_act as ta
from tinygrad_act.core.errors import KinkError
from tinygrad_act.core.mode import special
from tinygrad_act.core.op import REQUIRED
from tinygrad_act.operations.slope import kinks_of

from ..each import each

SCALE, LEFT = 1.0507009873554805, 1.7580993408473766  # of selu
SIXTH = 1 / 6
# the function, its points, and what each takes there: (slopes, the policy that gives them)
TABLE = [
    ("relu", {}, [0.0], {
        "ours": ([1], "right"), "torch": ([0], "left"), "jax": ([0], "left"), "tensorflow": ([0], "left"),
        "keras": ([0], "left")}),
    ("leaky_relu", {}, [0.0], {
        "ours": ([1], "right"), "torch": ([0.01], "left"), "jax": ([1], "right"), "tensorflow": ([0.2], "left"),
        "keras": ([0.2], "left")}),
    ("rrelu", {}, [0.0], {"ours": ([1], "right"), "torch": ([11 / 48], "left")}),
    ("relu6", {}, [0.0, 6.0], {
        "ours": ([1, 1], "inside"), "torch": ([0, 0], "min_norm"), "jax": ([0, 0], "min_norm"),
        "tensorflow": ([0, 0], "min_norm"), "keras": ([0, 0], "min_norm")}),
    ("general_relu", {"max_value": 6.0}, [0.0, 6.0], {"ours": ([1, 1], "inside"), "keras": ([0, 0], "min_norm")}),
    ("hard_tanh", {}, [-1.0, 1.0], {
        "ours": ([1, 1], "inside"), "torch": ([0, 0], "min_norm"), "jax": ([1, 1], "inside"),
        "keras": ([1, 1], "inside")}),
    ("hard_sigmoid", {}, [-3.0, 3.0], {
        "ours": ([SIXTH, SIXTH], "inside"), "torch": ([0, 0], "min_norm"), "jax": ([0, 0], "min_norm"),
        "keras": ([0, 0], "min_norm")}),
    ("hard_swish", {}, [-3.0, 3.0], {
        "ours": ([-0.5, 1.5], "inside"), "torch": ([0, 1], "min_norm"), "jax": ([0, 1], "min_norm"),
        "keras": ([0, 1], "min_norm")}),
    ("hard_shrink", {}, [-0.5, 0.5], {"ours": ([0, 0], None), "torch": ([0, 0], None), "keras": ([0, 0], None)}),
    ("soft_shrink", {}, [-0.5, 0.5], {
        "ours": ([1, 1], "inside"), "torch": ([0, 0], "min_norm"), "keras": ([0, 0], "min_norm")}),
    ("threshold", {"threshold": 0.5, "value": -1.0}, [0.5], {
        "ours": ([0], None), "torch": ([0], None), "keras": ([0], None)}),
    ("elu", {}, [0.0], {
        "ours": ([1], "right"), "torch": ([1], "left"), "jax": ([1], "left"), "tensorflow": ([1], "right"),
        "keras": ([1], "left")}),
    ("elu", {"alpha": 0.5}, [0.0], {
        "ours": ([1], "right"), "torch": ([0.5], "left"), "jax": ([0.5], "left"), "keras": ([0.5], "left")}),
    ("elu", {"alpha": 2.0}, [0.0], {
        "ours": ([1], "right"), "torch": ([2], "left"), "jax": ([2], "left"), "keras": ([2], "left")}),
    ("celu", {"alpha": 2.0}, [0.0], {"ours": ([1], None), "torch": ([1], None), "jax": ([1], None)}),
    ("selu", {}, [0.0], {
        "ours": ([SCALE], "right"), "torch": ([LEFT], "left"), "jax": ([LEFT], "left"),
        "tensorflow": ([SCALE], "right"), "keras": ([SCALE], "right")}),
    ("soft_sign", {}, [0.0], {
        "ours": ([1], None), "torch": ([1], None), "jax": ([1], None), "tensorflow": ([1], None)}),
    ("sparse_sigmoid", {}, [-1.0, 1.0], {
        "ours": ([0.5, 0.5], "inside"), "jax": ([0.25, 0.25], "mean"), "keras": ([0, 0], "min_norm")}),
    ("sparse_plus", {}, [-1.0, 1.0], {"ours": ([0, 1], None), "jax": ([0, 1], None), "keras": ([0, 1], None)}),
    ("abs", {}, [0.0], {
        "ours": ([0], "mean"), "torch": ([0], "mean"), "jax": ([1], "right"), "tensorflow": ([0], "mean")}),
    ("clip", {"min": -1.0, "max": 1.0}, [-1.0, 1.0], {
        "ours": ([1, 1], "inside"), "torch": ([1, 1], "inside"), "jax": ([0.5, 0.5], "mean"),
        "tensorflow": ([1, 1], "inside")}),
]  # fmt: skip
ROWS = [
    pytest.param(name, static, points, who, *facts, id=f"{name}{static or ''}-{who}")
    for name, static, points, by in TABLE
    for who, facts in by.items()
]


@pytest.fixture(autouse=True)
def _switches_are_back():
    assert not special
    yield
    assert not special


def slopes(name, static, points):
    """At these points, as an array and one by one."""
    f = ta.ops[name].call
    on_array = ta.grad(lambda z: f(z, **static).sum())(np.array(points))
    one_by_one = [ta.grad(f)(point, **static) for point in points]
    assert on_array.tolist() == one_by_one
    return one_by_one


@each(("name", "static", "points", "who", "expected", "policy"), ROWS)
def test_the_table_by_dialect(name, static, points, who, expected, policy):
    if who == "ours":
        assert slopes(name, static, points) == expected
        return
    with ta.dialect(who):
        assert slopes(name, static, points) == expected
    assert slopes(name, static, points) == next(row[3]["ours"][0] for row in TABLE if row[:3] == (name, static, points))


@each(("name", "static", "points", "who", "expected", "policy"), ROWS)
def test_the_table_by_switching_at_kink(name, static, points, who, expected, policy):
    given = {**(ta.ops[name].elsewhere[who].defaults if who != "ours" else {}), **static}
    if policy is None:  # smooth, or a jump through which nothing flows: no policy is needed
        assert slopes(name, given, points) == expected
        return
    with ta.at_kink(policy):
        assert slopes(name, given, points) == expected
    with ta.at_kink(**{name: policy}):
        assert slopes(name, given, points) == expected


def test_prelu_and_ties_of_maximum_by_dialect():
    z = np.array([0.0, 0.0])
    expected = {"torch": 0.25, "keras": 0.0, "jax": 1.0, None: 1.0}
    for framework, slope in expected.items():
        with ta.dialect(framework) if framework else ta.at_kink(relu=0):
            dz, dslope = ta.grad(lambda z, s: ta.prelu(z, s).sum(), argnums=(0, 1))(z, 0.25)
            assert dz.tolist() == [slope, slope]
            assert dslope == 0.0
    for framework, slope in {"torch": 0.5, "jax": 0.5, "tensorflow": 1.0, "keras": 1.0}.items():
        with ta.dialect(framework):
            assert ta.grad(lambda x: ta.maximum(x, 0.0))(0.0) == slope
            assert ta.grad(lambda x: ta.minimum(0.0, x))(0.0) == slope


def single_kinks():
    for op in ta.ops.values():
        static = next((case.static for case in op.cases if REQUIRED in op.defaults.values()), {})
        for kink in kinks_of(op, static) if op.kinks and op.elementwise else ():
            yield pytest.param(op, static, kink, id=f"{op.name}-{kink.place}")


@each(("op", "static", "kink"), list(single_kinks()))
def test_every_policy_at_every_declared_kink(op, static, kink):
    left, right = kink.left, kink.right
    low, high = sorted((left, right), key=abs)
    expected = {
        "left": left, "right": right, "mean": (left + right) / 2, "inside": high if abs(low) != abs(high) else None,
        "min_norm": 0.0 if left * right <= 0 else low, 0.125: 0.125, -3: -3.0,
    }  # fmt: skip
    f = lambda z: op.call(z, **static)
    default = ta.grad(f)(kink.at)
    assert default == (kink.taken if not op.estimator else default)
    for policy, slope in expected.items():
        with ta.at_kink(policy):
            assert slope is None or ta.grad(f)(kink.at) == pytest.approx(slope, rel=1e-12, abs=1e-15)
            beside = kink.at + 0.25
            found = ta.grad(f)(beside)
        assert found == ta.grad(f)(beside), "only the kink itself is touched"
    with ta.at_kink("raise"), pytest.raises(KinkError, match=rf"^{op.name}: an entry lies on its kink at"):
        ta.grad(f)(kink.at)
    assert ta.grad(f)(kink.at) == default


def test_at_kink_for_one_operation_leaves_the_others():
    f = lambda z: ta.relu(z) + 10 * ta.leaky_relu(z) + 100 * ta.abs(z)
    assert ta.grad(f)(0.0) == 11.0
    with ta.at_kink(relu=0.0, absolute="right"):  # an alias will do
        assert ta.grad(f)(0.0) == 110.0
    with ta.at_kink("left", relu="right"):
        assert ta.grad(f)(0.0) == pytest.approx(1 + 0.1 - 100)


def test_blocks_nest_and_the_inner_one_wins():
    with ta.at_kink("left"):
        with ta.at_kink(relu=0.25):
            assert ta.grad(ta.relu)(0.0) == 0.25
            assert ta.grad(ta.leaky_relu)(0.0) == 0.01
            with ta.at_kink("mean"):
                assert ta.grad(ta.relu)(0.0) == 0.5
            assert ta.grad(ta.relu)(0.0) == 0.25
        assert ta.grad(ta.relu)(0.0) == 0.0
    assert ta.grad(ta.relu)(0.0) == 1.0


def test_at_kink_wins_over_the_dialect_around_it_and_a_dialect_over_the_block_around_that():
    with ta.dialect("torch"):
        with ta.at_kink("mean"):
            assert ta.grad(ta.relu)(0.0) == 0.5
        with ta.at_kink(relu="right"):
            assert ta.grad(ta.relu)(0.0) == 1.0
            assert ta.grad(ta.relu6)(0.0) == 0.0
    with ta.at_kink("mean"), ta.dialect("torch"):
        assert ta.grad(ta.relu)(0.0) == 0.0


def test_it_is_restored_after_an_exception_and_decorates():
    with pytest.raises(KeyError), ta.at_kink("left"):
        raise KeyError
    assert ta.grad(ta.relu)(0.0) == 1.0
    assert ta.at_kink(0.5)(lambda: ta.grad(ta.relu)(0.0))() == 0.5


def test_another_thread_does_not_see_it():
    found = []
    with ta.at_kink("left"):
        thread = threading.Thread(target=lambda: found.append(ta.grad(ta.relu)(0.0)))
        thread.start()
        thread.join()
        assert ta.grad(ta.relu)(0.0) == 0.0
    assert found == [1.0]


def test_a_gradient_taken_after_the_block_follows_the_convention_that_then_holds():
    x = ta.Value(0.0)
    with ta.at_kink("left"):
        y = ta.relu(x)
    y.backward()
    assert x.grad == 1.0


@pytest.mark.parametrize("policy", ["rigth", math.nan, math.inf, None, True, [0.5], ""])
def test_a_value_that_is_no_policy_is_refused(policy):
    with pytest.raises(ValueError, match=r"at_kink: .*(is no policy; write a finite number or one of left|say which)"):
        ta.at_kink(policy)
    if policy is not None:
        with pytest.raises(ValueError, match=r"is no policy"):
            ta.at_kink(relu=policy)


def test_an_operation_that_there_is_not_is_refused_with_the_nearest():
    with pytest.raises(KeyError, match="no operation named 'leakyrelu'; did you mean 'leaky_relu'"):
        ta.at_kink(leakyrelu=0.0)


def test_raise_is_quiet_where_a_parameter_smooths_the_kink():
    with ta.at_kink("raise"):
        assert ta.grad(ta.elu)(0.0) == 1.0
        with pytest.raises(KinkError, match="elu: an entry lies on its kink at 0"):
            ta.grad(lambda z: ta.elu(z, alpha=2.0))(0.0)


def test_raise_is_quiet_away_from_kinks():
    z = np.array([-1.0, 0.5, 2.0])
    with ta.at_kink("raise"):
        assert ta.grad(lambda x: ta.relu(x).sum())(z).tolist() == [0, 1, 1]
        with pytest.raises(KinkError, match="maximum: an entry lies on a tie of its inputs"):
            ta.grad(lambda x: ta.maximum(x, 2.0).sum())(z)


def test_second_derivatives_under_another_convention():
    with ta.at_kink("left"):
        assert ta.grad(ta.grad(lambda z: ta.relu(z) ** 2))(0.0) == 0.0
        assert ta.grad(ta.grad(lambda z: ta.hard_swish(z)))(1.0) == pytest.approx(1 / 3)
        assert ta.grad(ta.grad(ta.selu))(-1.0) == pytest.approx(LEFT * math.exp(-1))
    with ta.at_kink("mean"):  # 2 (relu'(0))**2
        assert ta.grad(ta.grad(lambda z: ta.relu(z) ** 2))(0.0) == 0.5
    assert ta.grad(ta.grad(lambda z: ta.relu(z) ** 2))(0.0) == 2.0


def test_float32_stays_float32_under_another_convention():
    z = np.array([0.0, -1.0, 1.0], np.float32)
    for policy in ("left", "mean", 0.25):
        with ta.at_kink(policy):
            assert ta.grad(lambda x: ta.leaky_relu(x).sum())(z).dtype == np.float32


def test_crelu_and_reglu_follow_relu():
    z = np.array([0.0, 0.0])
    for policy, slope in ((None, 1.0), ("left", 0.0), (0.25, 0.25)):
        with ta.at_kink(policy) if policy is not None else ta.derivative_form("auto"):
            g = np.array([3.0, 0.0, 1.0, 0.0])
            assert ta.vjp(ta.crelu, z)[1](g)[0].tolist() == [2 * slope, 0.0]
            assert ta.vjp(ta.reglu, np.array([2.0, 0.0]))[1](np.ones(1))[0].tolist() == [0.0, 2 * slope]


def test_a_bound_at_infinity_is_no_kink():
    with ta.at_kink("left"):
        assert ta.grad(lambda z: ta.clip(z, min=-1.0, max=np.inf))(np.inf) == 1.0
        assert ta.grad(lambda z: ta.clip(z, min=-1.0, max=np.inf))(-1.0) == 0.0


@pytest.mark.parametrize("policy", ["left", "right", "mean", "inside", "min_norm", 0.25])
def test_the_gradient_check_follows_the_convention_in_force(policy):
    with ta.at_kink(policy):
        for f in (ta.relu, ta.leaky_relu, ta.selu):
            report = ta.gradcheck(f, np.array([-1.0, 0.0, 1.0]))
            assert report.ok or (f is ta.selu and policy == 0.25), report
    with ta.at_kink(2.0):
        assert not ta.gradcheck(ta.relu, 0.0).ok, "2 is no slope between 0 and 1"
    with ta.dialect("torch"):
        assert ta.gradcheck(ta.relu, 0.0).ok
