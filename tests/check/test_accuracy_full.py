"""Every activation within its bound of ulp, against its own formula in high precision: `pytest -m accuracy`."""

from __future__ import annotations

import numpy as np
import pytest

import tinygrad_act as ta
from tinygrad_act.check.accuracy import measure, measured_ops
from tinygrad_act.check.accuracy.truth import Truth

from ..accuracy_bounds import POINTS, accurate, bounds, title

pytest.importorskip("mpmath")
MEASURED = [pytest.param(op, static, id=title(op, static)) for op, static in measured_ops()]


@pytest.mark.accuracy
@pytest.mark.parametrize(("op", "static"), MEASURED)
def test_value_and_slope_stay_within_their_bounds(op, static):
    name = title(op, static)
    assert name in bounds(), f"{name} has no bound yet: python -m tests.accuracy_bounds"
    rows = accurate(measure(op, static=static, points=POINTS))
    for row, bound in zip(rows, bounds()[name]):
        if row is not None:
            assert row.largest <= bound, f"{row.dtype} {row.what}: {row.largest:.2f} ulp at {row.worst:.17g}"
            assert row.unknown == 0
            assert row.at_root <= 2, f"{row.dtype} {row.what}: {row.at_root:.2f} eps next to a root"


@pytest.mark.usefixtures("scratch")
def test_a_regression_of_a_few_ulp_is_measured():
    @ta.elementwise(dz=lambda a, z: a * ta.sigmoid(-z) * (1 + 2e-15))
    def worse_sigmoid(z):
        """a = 1 / (1 + exp(-z))"""
        return ta.sigmoid(z) * (1 + 1e-15)

    value, slope = accurate(measure("worse_sigmoid", points=200))[:2]
    assert 4.5 < value.largest < 12
    assert 13 < slope.largest < 31
    fine = accurate(measure("sigmoid", points=200))
    assert fine[0].largest <= bounds()["sigmoid"][0]
    assert fine[1].largest <= bounds()["sigmoid"][1]


def test_slopes_where_the_formula_cancels_are_not_settled_too_early():
    """gelu's 1 + erf is 0 in any low precision, and the rest of its slope looks settled then."""
    mp = pytest.importorskip("mpmath")
    for z in (-10.0, -24.5948, -36.0):
        _, slope = Truth(ta.ops["gelu"], {}).at(z)
        with mp.workdps(60):
            x = mp.mpf(z)
            exact = mp.erfc(-x / mp.sqrt(2)) / 2 + x * mp.exp(-x * x / 2) / mp.sqrt(2 * mp.pi)
            assert abs(mp.mpf(slope) / exact - 1) < 1e-30


@pytest.mark.parametrize(("op", "message"), [("softmax", "is not elementwise"), ("mul", r"mul\(x, y\)")])
def test_what_cannot_be_measured_is_refused(op, message):
    with pytest.raises(ValueError, match=message):
        measure(op)


def test_too_few_points_are_refused():
    with pytest.raises(ValueError, match="points=3 is too few"):
        measure("tanh", points=3)
    with pytest.raises(KeyError, match="did you mean 'tanh'"):
        measure("tanhh")


def test_the_worst_input_really_is_as_bad_as_it_says():
    row = next(r for r in measure("quick_gelu", points=100) if r.what == "value" and r.dtype == "float64")
    mp = pytest.importorskip("mpmath")
    sizes = (1, 1 << 17)  # arrays, small and large: NumPy's exp of a single number rounds otherwise
    found = {float(ta.quick_gelu(np.full(size, row.worst))[0]) for size in sizes}
    with mp.workdps(50):
        z = mp.mpf(row.worst)
        exact = z / (1 + mp.exp(-mp.mpf("1.702") * z))  # the decimal number that the formula shows
        off = max(abs(mp.mpf(value) - exact) / float(np.spacing(abs(float(exact)))) for value in found)
    assert row.largest == pytest.approx(float(off), rel=1e-3)


@pytest.mark.usefixtures("scratch")
def test_the_edge_of_underflow_is_looked_at_wherever_it_lies():
    @ta.elementwise(dz=lambda _, z: ta.sigmoid(3 * z) * (1 + 3 * z * ta.sigmoid(-3 * z)))
    def subnormal_factor(z):
        """a = z / (1 + exp(-3 * z))"""
        return ta.maximum(z, -800.0) * ta.sigmoid(3 * z)

    row = measure("subnormal_factor", points=64)[0]
    assert row.largest > 30
    assert -238.0 < row.worst < -236.0  # exp(3 * z) is subnormal, z * exp(3 * z) is not
