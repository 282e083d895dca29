"""Random programs over the whole registry: compiled against eager, on the data of the recording and on others.

With no passes every bit is the same. With passes the distance is at most `LIMIT` times what a unit of
the last place in every eager result does to the outputs (`compile_truth`); in 6,000 programs on four
sets of data each it was 1.0, so 8 leaves room for one more order of summation, not for a bug.
"""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import tinygrad_act as ta
from tinygrad_act.compiler import PASSES
from tinygrad_act.core.trees import flatten, leaves_with_paths

from ..compile_programs import KINDS, NAMES, OPS, Drawing, others
from ..compile_truth import LIMIT, Rounding, distance

pytestmark = pytest.mark.filterwarnings("ignore:.*depends on no input:RuntimeWarning")  # a random program may
DEFAULT = settings(
    derandomize=True, deadline=None, database=None, suppress_health_check=list(HealthCheck), print_blob=False
)
MANY = settings(DEFAULT, max_examples=2500)
DATA = [(0, False), (1, False), (2, True), (3, True)]
"""(seed, special) of the data that a program runs on after it was recorded; seed 0: the same once more."""


@st.composite
def programs(draw):
    return Drawing(lambda options: draw(st.sampled_from(options))).whole(NAMES)


def random_program(seed, names=NAMES):
    rng = np.random.default_rng(seed)
    return Drawing(lambda options: options[int(rng.integers(len(options)))]).whole(names)


def same_bits(a, b):
    """Same type, shape, dtype and numbers; NaN equals NaN, and 0.0 is not -0.0."""
    if type(a) is not type(b) or np.shape(a) != np.shape(b):
        return False
    x, y = np.asarray(a), np.asarray(b)
    if x.dtype.kind != "f" or x.dtype != y.dtype:
        return x.dtype == y.dtype and np.array_equal(x, y)
    number = ~np.isnan(x)
    return (
        np.array_equal(np.isnan(x), np.isnan(y))
        and np.array_equal(x[number], y[number])
        and np.array_equal(np.signbit(x[number]), np.signbit(y[number]))
    )


def same_form(a, b):
    """Same structure; every leaf of the same type, shape and dtype."""
    if [path for path, _ in leaves_with_paths(a)] != [path for path, _ in leaves_with_paths(b)]:
        return False
    pairs = zip(flatten(a), flatten(b))
    return all(type(x) is type(y) and np.shape(x) == np.shape(y) and _dtype(x) == _dtype(y) for x, y in pairs)


def _dtype(x):
    return getattr(x, "dtype", None)


def eager(f, data):
    with np.errstate(all="ignore"):
        return f(*data)


def sets_of(program, data):
    return [data if seed == 0 else others(program, seed, special) for seed, special in DATA]


def check_exactly(program, data):
    """Bit for bit with no passes."""
    f = program.function()
    compiled = ta.compile(f, passes=())
    compiled(*data)
    for given_data in sets_of(program, data):
        expected, found = eager(f, given_data), compiled(*given_data)
        assert same_form(expected, found), f"{program}\n{given_data}\n{expected}\n{found}"
        for x, y in zip(flatten(expected), flatten(found)):
            assert same_bits(x, y), f"{program}\n{given_data}\n{expected}\n{found}"


def check_closely(program, data, passes):
    """Within rounding with passes."""
    f = program.function()
    compiled = ta.compile(f, passes=passes)
    compiled(*data)
    rounding = Rounding(f, data)
    for given_data in sets_of(program, data):
        kept = [np.copy(x) for x in given_data]
        expected, found = eager(f, given_data), compiled(*given_data)
        assert same_form(expected, found), f"{program}\n{given_data}\n{expected}\n{found}"
        far = distance(rounding, given_data, expected, found)
        assert far <= LIMIT, f"{far:.3g} times too far, passes={passes}\n{program}\n{given_data}\n{expected}\n{found}"
        for x, before in zip(given_data, kept):
            assert same_bits(np.asarray(x), np.asarray(before)), f"an argument was changed\n{program}"


def without(name):
    return tuple(x for x in PASSES if x != name)


@settings(DEFAULT, max_examples=100)
@given(programs())
def test_bit_for_bit_without_passes(drawn):
    check_exactly(*drawn)


@settings(DEFAULT, max_examples=100)
@given(programs())
def test_within_rounding_with_all_passes(drawn):
    check_closely(*drawn, PASSES)


@settings(DEFAULT, max_examples=100)
@given(programs(), st.sampled_from(PASSES))
def test_within_rounding_without_one_of_the_passes(drawn, left_out):
    check_closely(*drawn, without(left_out))


@pytest.mark.parametrize("number", range(0, len(NAMES), 20))
def test_every_operation_first_in_a_program(number):
    """Twenty operations of the registry at a time, each at the head of a program that all passes work on."""
    for seed, name in enumerate(NAMES[number : number + 20], number):
        for attempt in range(20):
            program, data = random_program([seed, attempt], [name])
            if any(step.op.name == name for step in program.steps):
                break
        else:
            pytest.fail(f"{name}: the generator makes no program with it")
        check_closely(program, data, PASSES)
        check_exactly(program, data)


def test_the_generator_draws_from_the_whole_registry():
    """All that have a rule, and comparisons and all others, too; new operations join by being declared."""
    assert set(NAMES) == {op.name for op in OPS} == {op.name for op in ta.ops.values()} - {"sum_apart"}, "never derived"
    assert all(("usual" in KINDS[op.name]) == op.elementwise for op in OPS)
    assert {"less", "equal", "where", "matmul", "getitem", "concatenate", "softmax"} <= set(NAMES)


@pytest.mark.slow
@MANY
@given(programs())
def test_thousands_bit_for_bit_without_passes(drawn):
    check_exactly(*drawn)


@pytest.mark.slow
@MANY
@given(programs())
def test_thousands_within_rounding_with_all_passes(drawn):
    check_closely(*drawn, PASSES)


@pytest.mark.slow
@pytest.mark.parametrize("left_out", PASSES)
def test_hundreds_within_rounding_without_each_pass(left_out):
    for seed in range(600):
        check_closely(*random_program([PASSES.index(left_out), seed]), without(left_out))


def near(x, y, passes):
    """Equal, or with the short formulas (which look at other results for NaN, and so fall back at other times)
    within a few units of the last place of the largest entry."""
    if "trust" not in passes or np.asarray(x).dtype.kind != "f":
        return same_bits(x, y)
    kind = np.finfo(np.asarray(x).dtype)
    largest = np.max(np.abs(x), where=np.isfinite(x), initial=0.0)
    with np.errstate(invalid="ignore"):
        return np.allclose(x, y, rtol=0, atol=8 * kind.eps * largest + float(kind.smallest_normal), equal_nan=True)


def check_donated(program, data, donate, passes):
    """A training step with some of its arguments donated gives what the step gives without, and touches no other."""
    gradient = ta.value_and_grad(program.loss, program.places)

    def step(*args):
        value, slopes = gradient(*args)
        new = [x - 0.1 * g for x, g in zip(args, slopes)]
        return {"new": new, "loss": value, "old": args[0], "moved": new[-1] * 2, "slope": slopes[-1]}

    free, owner = ta.compile(step, passes=passes), ta.compile(step, passes=passes, donate=donate)
    owner.trace(*data)
    for given_data in sets_of(program, data):
        given_data = [np.array(x) if np.ndim(x) else x for x in given_data]
        kept = [np.copy(x) for x in given_data]
        expected, found = free(*given_data), owner(*given_data)
        assert same_form(expected, found)
        for x, y in zip(flatten(expected), flatten(found)):
            assert near(x, y, passes), f"{program}\ndonated {donate}, passes={passes}\n{expected}\n{found}"
        for i, (x, before) in enumerate(zip(given_data, kept)):
            if i in donate and np.ndim(x):
                assert found["new"][i] is x
            else:
                assert same_bits(np.asarray(x), before), f"argument {i} was changed\n{program}"


def donations(number, seeds):
    for seed in seeds:
        program, data = random_program([number, seed])
        rng = np.random.default_rng(seed)
        donate = [i for i in program.places if rng.integers(2)]
        check_donated(program, data, donate, PASSES if seed % 4 else ())


def test_donated_arguments():
    donations(100, range(60))


@pytest.mark.slow
def test_thousands_of_donated_arguments():
    donations(101, range(2000))
