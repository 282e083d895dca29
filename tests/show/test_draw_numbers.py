"""Numbers in snapshots: they are compared as numbers, however they are spelled."""

from __future__ import annotations

import math
import random

import numpy as np
import pytest

import tinygrad_act as ta
from tinygrad_act import Value, draw
from tinygrad_act.show.graph.numbers import beyond, in_brief, numbers_of, ranged, slopes_of, together
from tinygrad_act.show.graph.page.steps import steps_of
from tinygrad_act.show.graph.wording import bad_text, brief_text, lines_of, slope_text
from tinygrad_act.show.texts import percent, plain

from ..each import each

NAN, INF = math.nan, math.inf
PAIRS = [(1000.0, 0.001), (1.0, 1e-9), (1.0, 2.0**-52), (1.0, 1e-300), (-3.0, 3.0), (0.0, 5e-324), (5e-324, 5e-324),
         (1e300, 1e284), (0.0, -0.0), (-0.0, 0.0), (2.0, NAN), (NAN, 2.0), (INF, 1.0), (1.0, INF),
         (2.0, 2.0)]  # fmt: skip
SHAPES = {"number": lambda x: x, "one entry": lambda x: np.array([x]), "few": lambda x: np.full(3, x),
          "many": lambda x: np.full(40, x), "matrix": lambda x: np.full((5, 9), x)}  # fmt: skip


def last_line(*outputs):
    steps = steps_of(draw(list(outputs), names={}).snapshot)
    return steps[-1].lines[0], [a.state for step in steps for a in step.arrivals if a.node == "n0"]


def differs(one, other):
    return not (one == other or (one != one and other != other))


@each("shape", SHAPES)
@each(("now", "before"), PAIRS)
def test_a_page_tells_every_earlier_gradient_that_the_sum_holds(shape, now, before):
    x = Value(SHAPES[shape](0.5), "x")
    ta.sum(x * before).backward()
    y = ta.sum(x * now)
    y.backward()
    line, states = last_line(y)
    told = "from this pass" in line.remark and "from earlier ones" in line.remark
    assert told == differs(before + now, now), (line, "the sum of both, beside what this pass brings")
    assert states[-1] == ("brought" if told else "drawn")


@pytest.mark.parametrize("shape", ["few", "many"])
def test_an_earlier_gradient_of_a_single_entry_is_told(shape):
    x = Value(SHAPES[shape](2.0), "x")
    (x[-1:] * 1e-9).sum().backward()
    y = (x * 1000.0).sum()
    y.backward()
    assert "from earlier ones" in last_line(y)[0].remark


def test_what_earlier_passes_brought_is_said_as_a_number():
    x = Value(3.0, "x")
    (0.001 * x).backward()
    y = 1000.0 * x
    y.backward()
    assert last_line(y)[0] == ("x.grad = 1000", "1000 from this pass, 0.001 from earlier ones")


def test_a_folded_box_says_that_a_part_is_older():
    xs = [Value(float(i), f"x{i}") for i in range(3)]
    (xs[1] * 1e-9).backward()
    y = ta.sum(ta.stack([ta.tanh(x) for x in xs]))
    y.backward()
    snapshot = draw(y, names={}, collapse="repeats").snapshot
    assert snapshot.nodes[0].times == 3
    assert steps_of(snapshot)[-1].lines[0].remark == "a part of it from earlier passes"


@each("dtype", [float, np.float32, np.float16])
@each("seed", range(20))
def test_another_order_of_the_same_terms_is_no_earlier_gradient(seed, dtype):
    """Two outputs: each pass adds its own part, in an order that is not that of the picture."""
    rng = random.Random(seed)
    terms = [np.array([rng.gauss(0, 10.0 ** rng.randint(-3, 3)) for _ in range(5)], dtype) for _ in range(12)]
    whole, shuffled = np.zeros(5, dtype), rng.sample(terms, len(terms))
    for term in terms:
        whole = whole + term
    part = np.zeros(5, dtype)
    for term in shuffled:
        part = part + term
    size = sum(np.abs(term).astype(float) for term in terms)
    assert beyond(whole, part, size, len(terms)) is None
    assert beyond(float(whole[0]), float(part[0]), float(size[0]), len(terms)) is None or dtype is not float
    grain = np.finfo(dtype).eps * size.max()
    assert beyond(whole + np.asarray(40 * grain, dtype), part, size, len(terms)) is not None


def test_two_outputs_that_share_an_input_claim_nothing_of_earlier_passes():
    x = Value(0.1, "x")
    one = x * 0.3 + x * 0.7 + x * 1.1
    other = x * 1.3 + x * 1e5
    other.backward()
    one.backward()
    assert last_line(one, other)[0].remark == ""


# -- several numbers in one box -------------------------------------------------------------------


def random_data(rng):
    return rng.choice([0.0, -0.0, 1.0, 1.0 + 1e-12, NAN, float("nan"), INF, -INF, 5e-324, rng.gauss(0, 1)])


@each("seed", range(200))
def test_several_numbers_have_the_range_of_the_finite_ones_and_count_the_others(seed):
    rng = random.Random(seed)
    data = [random_data(rng) for _ in range(rng.randint(1, 6))]
    found = together([numbers_of(x) for x in data])
    finite = [x for x in data if math.isfinite(x)]
    assert (found.low, found.high) == ((min(finite), max(finite)) if finite else (None, None))
    assert lines_of(found)
    if any(differs(x, data[0]) for x in data):
        assert (found.boxes, found.faulty) == (len(data), len(data) - len(finite))
        wanted = f"{len(data) - len(finite)} of {len(data)} with nan or inf" if len(finite) < len(data) else ""
        assert bad_text(found) == wanted
    else:
        assert found == numbers_of(data[0]), "equal numbers, NaN among them, are one number"


@each("seed", range(200))
def test_several_slopes_have_the_range_of_the_numbers_and_count_nan(seed):
    rng = random.Random(seed)
    data = [random_data(rng) for _ in range(rng.randint(1, 6))]
    found = ranged([slopes_of(x) for x in data])
    real = [x for x in data if x == x]
    if any(differs(x, data[0]) for x in data):
        assert (found.low, found.high, found.nans) == (min(real), max(real), len(data) - len(real))
    else:
        assert found == slopes_of(data[0])
    assert slope_text(found)


def test_slopes_that_read_alike_are_said_once_and_kept_apart():
    found = ranged([slopes_of(1.0), slopes_of(1.0 + 1e-9)])
    assert (found.low, found.high) == (1.0, 1.0 + 1e-9)
    assert slope_text(found) == "1"
    assert slope_text(ranged([slopes_of(1.0), slopes_of(NAN), slopes_of(2.0)])) == "1 … 2, 1 of 3 nan"
    assert ranged([slopes_of(1.0), None]) is None
    assert ranged([slopes_of(np.array([1.0, 2.0])), slopes_of(1.0)]) is None


@pytest.mark.parametrize("x", [
    0.5, -0.0, 7, 10**11, 10**13, 10**400, True, NAN, -INF, np.float32(0.1), np.float64(3.0), np.int8(-3),
    np.array(2.5), np.array(NAN), np.zeros((0, 3)), np.array([1.0, NAN]), np.arange(6), np.arange(7) * 10**9,
    np.arange(8) > 3, np.array([NAN, INF] * 5), np.linspace(0, 1, 9, dtype=np.float32), np.full((3, 4), -2.0),
    np.array([-1.7e308, 1.7e308] * 4), np.array([5e-324] * 8 + [0.0]),
], ids=repr)  # fmt: skip
def test_a_summary_keeps_numbers_and_is_spelled_from_them(x):
    found = numbers_of(x)
    hash(found)
    array = np.asarray(x) if not isinstance(x, int) else None
    if array is not None and array.dtype.kind == "f" and array.size:
        finite = array[np.isfinite(array)]
        assert found.low == (finite.min() if finite.size else None)
        assert found.high == (finite.max() if finite.size else None)
        assert sum(found.faults) == array.size - finite.size
    if found.rms is not None:
        parts = [float(y) / 16 for y in np.ravel(x)]
        wanted = math.hypot(*parts) / math.sqrt(len(parts)) * 16 if np.isfinite(x).all() else NAN
        assert found.rms == pytest.approx(wanted, rel=1e-12, abs=1e-300, nan_ok=True)
    assert all(lines_of(found))
    assert brief_text(in_brief(x)) == brief_text(found)
    assert plain(found)


# -- shares and JSON ------------------------------------------------------------------------------


@pytest.mark.parametrize("places", [0, 1, 2])
def test_a_share_is_never_rounded_to_all_or_nothing(places):
    rng = random.Random(5)
    small = [10.0 ** -rng.uniform(0, 9) for _ in range(300)]
    for share in [0.0, 1.0, *small, *(1 - share for share in small)]:
        text = percent(share, places)
        assert text.endswith(" %")
        if text[0].isdigit():
            number = float(text.removesuffix(" %")) / 100
            assert abs(number - share) <= 0.5 * 10.0 ** (-2 - places) + 1e-12
            assert (number in (0.0, 1.0)) == (share in (0.0, 1.0))
        else:
            assert text == ("less than 0.01 %" if share < 0.0001 else "more than 99.99 %")
            assert min(share, 1 - share) < 5.1e-5
    assert percent(NAN) == "-"


@pytest.mark.parametrize(("given", "wanted"), [
    ({"a": (1, NAN)}, {"a": [1, "nan"]}), (np.float64(INF), "inf"), (np.float32(0.5), 0.5), (np.bool_(True), True),
    (np.array([[1, 2]]), [[1, 2]]), ([np.int8(3), None, True, "x"], [3, None, True, "x"]),
    (np.longdouble(1.5), 1.5), ({1: {2: -INF}}, {"1": {"2": "-inf"}}), (max, str(max)),
])  # fmt: skip
def test_what_json_does_not_know_becomes_what_it_knows(given, wanted):
    assert plain(given) == wanted
    assert type(plain(given)) is type(wanted)
