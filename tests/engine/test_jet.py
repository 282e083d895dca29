"""Jets: truncated Taylor series of numbers of any kind, one class for dual numbers and for higher orders."""

from __future__ import annotations

import math

import numpy as np
import pytest

import tinygrad_act as ta
from tinygrad_act.engine.jet import Jet, composed, larger, smaller

mpmath = pytest.importorskip("mpmath")
mp = mpmath.mp.clone()
mp.prec = 300

FUNCTIONS = {
    "sum": lambda x: 3 + x + x - 1,
    "difference": lambda x: 2 - x - x * 3,
    "product": lambda x: x * x * 2 * x,
    "quotient": lambda x: (1 + x) / (x * x + 2) / 3,
    "reciprocal": lambda x: 1 / x,
    "negative": lambda x: -x * (2 - (-x)),
    "abs": lambda x: abs(x) * abs(1 - x),
}
NUMBERS = {
    "float": (float, 1e-14), "float64": (np.float64, 1e-14), "array": (lambda x: np.array([x, x]), 1e-14),
    "0-d": (np.asarray, 1e-14), "mpmath": (mp.mpf, 1e-80),
}  # fmt: skip


@pytest.mark.parametrize("kind", NUMBERS)
@pytest.mark.parametrize("name", FUNCTIONS)
def test_arithmetic_on_numbers_of_any_kind(name, kind):
    make, tolerance = NUMBERS[kind]
    f = FUNCTIONS[name]
    for z in (-1.25, 0.375, 2.5):
        exact = mp.taylor(f, mp.mpf(z), 3)
        for order in (1, 2, 3, 4):
            found = f(Jet([make(z), 1.0, 0.0, 0.0][:order])).terms
            assert len(found) == order
            for term, one in zip(found, exact):
                assert np.all(abs(term - one) <= tolerance * (1 + abs(one))), (z, order)


@pytest.mark.parametrize("kind", NUMBERS)
def test_the_first_coefficients_that_differ_decide(kind):
    make, _ = NUMBERS[kind]
    one, rising, falling, rising_more = (
        Jet([make(1.0), *rest]) for rest in ((0.0, 0.0), (1.0, 0.0), (-1.0, 0.0), (1.0, 2.0))
    )
    assert np.all(one < rising) and np.all(falling < one) and np.all(rising < rising_more)  # noqa: PT018
    assert np.all(one <= one) and np.all(one == one) and not np.any(one != one) and not np.any(one < one)  # noqa: PT018
    assert [float(np.max(t)) for t in larger(rising, rising_more).terms] == [1.0, 1.0, 2.0]
    assert [float(np.max(t)) for t in smaller(rising, falling).terms] == [1.0, -1.0, 0.0]
    nan = Jet([make(math.nan), 1.0, 0.0])
    for x, y in ((nan, one), (one, nan), (nan, nan)):
        assert not np.any(x < y) and not np.any(x >= y) and not np.any(x == y) and np.all(x != y)  # noqa: PT018
        for picked in (larger(x, y), smaller(x, y)):
            assert np.all(picked.terms[0] != picked.terms[0])
    infinite = Jet([make(math.inf), 1.0, 0.0])
    assert np.all(one < infinite) and np.all(infinite == infinite)  # noqa: PT018


def test_the_shorter_jet_decides_how_much_is_known():
    long, short = Jet([2.0, 1.0, 3.0]), Jet([2.0, 1.0])
    for x, y in ((long, short), (short, long)):
        assert [len((f(x, y)).terms) for f in (lambda x, y: x + y, lambda x, y: x * y, lambda x, y: x / y)] == [2, 2, 2]
        assert x == y, "as far as is known"


def test_what_is_known_to_be_zero_meets_no_infinity():
    assert (Jet([math.inf, 0.0]) * Jet([2.0, 0.0])).terms == [math.inf, 0.0]
    with np.errstate(invalid="ignore"):
        assert math.isnan((Jet([math.inf, 1.0]) * 0.0).terms[0]), "but 0 * inf of numbers is NaN, as ever"


def test_a_function_composed_of_its_slopes():
    """exp by its own output, log by its input, x ** y by both of its inputs."""
    order = 5
    z = Jet([mp.mpf(0.75), 1.0, 0.0, 0.0, 0.0])
    exp = lambda x: composed(mp.exp(x.terms[0]), [(x, lambda a, k: a)], len(x.terms))
    log = lambda x: composed(mp.log(x.terms[0]), [(x, lambda a, k: 1 / Jet(x.terms[:k]))], len(x.terms))
    power = lambda x, y: composed(
        x.terms[0] ** y.terms[0],
        [
            (x, lambda a, k: a * Jet(y.terms[:k]) / Jet(x.terms[:k])),
            (y, lambda a, k: a * log(Jet(x.terms[:k]))),
        ],
        order,
    )
    for found, f in (
        (exp(z), mp.exp),
        (exp(z * z), lambda x: mp.exp(x * x)),
        (log(z), mp.log),
        (power(z, z), lambda x: x**x),
        (power(z * z, 1 / z), lambda x: (x * x) ** (1 / x)),
    ):
        for term, exact in zip(found.terms, mp.taylor(f, mp.mpf(0.75), order - 1)):
            assert abs(term - exact) < 1e-60


def test_operations_run_on_jets_by_their_own_rules():
    z = Jet([np.array([0.5, -1.5]), 1.0, 0.0])
    with np.errstate(all="ignore"):
        found = (ta.tanh(z) * ta.exp(2 * z)).terms
    for i, x in enumerate((0.5, -1.5)):
        exact = mp.taylor(lambda t: mp.tanh(t) * mp.exp(2 * t), mp.mpf(x), 2)
        np.testing.assert_allclose([float(term[i]) for term in found], [float(x) for x in exact], rtol=1e-13)


def test_arrays_and_masks_beside_jets():
    z = Jet([np.array([0.5, -1.5]), 1.0])
    np.testing.assert_array_equal((np.array([2.0, 3.0]) * z).terms[1], [2.0, 3.0])
    np.testing.assert_array_equal(((z > 0) * z).terms[0], [0.5, 0.0])
    np.testing.assert_array_equal((z * (z > 0)).terms[1], [1.0, 0.0])
