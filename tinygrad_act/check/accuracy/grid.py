"""The points that accuracy is measured at: the whole range, and densely where functions change."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from ...core.op import Op
from ..samples import kink_places

__all__ = ["around", "before", "grid", "kept"]

_LINEAR = (45.0, 110.0, 760.0, 2.0)
"""Points are spread evenly from minus these to these."""
_THRESHOLDS = (
    0.5, 1.0, 1.25, 3.0, 5.06, 5.51, 6.0, 7.15, 8.38, 9.01, 13.2, 16.64, 17.33, 18.02, 19.06, 20.0, 21.2, 36.74,
    37.43, 37.7, 40.0, 87.34, 88.72, 90.46, 91.83, 103.97, 354.9, 400.0, 708.4, 709.78, 715.0, 745.13, 800.0,
)  # fmt: skip
"""Where something saturates, overflows or underflows, or a formula changes."""


def grid(op: Op, static: Mapping[str, Any], dtype: Any, points: int) -> np.ndarray:
    """About `points` numbers of this dtype in the domain of `op`, in order, the same ones every time; no
    kink, nor 0, among them, but the neighbours of every kink and of every threshold."""
    rng = np.random.default_rng(20261124)
    info = np.finfo(dtype)
    low, high = math.log2(float(info.smallest_subnormal)), math.log2(float(info.max))

    def signed(exponents: np.ndarray) -> np.ndarray:
        return np.asarray(rng.choice([-1.0, 1.0], exponents.size) * np.exp2(exponents))

    parts: list[Any] = [
        signed(rng.uniform(low, high, points // 4)),
        signed(rng.uniform(math.log2(1e-20), math.log2(1e4), points // 4)),
        *(rng.uniform(-end, end, points // 8) for end in _LINEAR),
        [float(x) * s for x in (info.max, info.tiny, info.smallest_subnormal) for s in (1, -1)],
    ]
    with np.errstate(all="ignore"):
        z = np.concatenate(parts).astype(dtype)
        near = np.array([*_THRESHOLDS, *(-x for x in _THRESHOLDS)], dtype)
        near = np.concatenate([near, np.asarray(kink_places(op, static), dtype)])
        z = np.concatenate([z, near, np.nextafter(near, dtype(-np.inf)), np.nextafter(near, dtype(np.inf))])
        z = np.concatenate([z, *(around(at, dtype, rng) for at in kink_places(op, static))])
    return kept(op, static, z)


def around(at: float, dtype: Any, rng: np.random.Generator, count: int = 30) -> np.ndarray:
    """Points on both sides of `at`, at distances from 1e-1 down to a few units of the last place."""
    far = 10 ** rng.uniform(math.log10(float(np.finfo(dtype).eps)), -1, count) * max(1.0, abs(at))
    return np.asarray((at + rng.choice([-1, 1], count) * far).astype(dtype))


def before(edge: float, dtype: Any, rng: np.random.Generator, count: int = 40) -> np.ndarray:
    """Points from 3 % before `edge` up to it, seen from 0, ever denser, and some beyond."""
    far = np.concatenate([10 ** rng.uniform(-7, -1.5, count), -(10 ** rng.uniform(-7, -2, count // 8))])
    return np.asarray((edge * (1 - far)).astype(dtype))


def kept(op: Op, static: Mapping[str, Any], z: np.ndarray) -> np.ndarray:
    """Those of the points that lie in the domain and not on a kink, each once, in order."""
    z = np.unique(z[np.isfinite(z) & (z != 0)])
    low, high = op.domain_of()
    z = z[(z > low) & (z < high)]
    for at in [*kink_places(op, static), *op.poles.get(op.inputs[0], ())]:
        place = z.dtype.type(at)  # where the dtype does not have it, no one knows which side its neighbours are on
        z = z[np.abs(z - place) > (0.0 if float(place) == at else np.spacing(np.abs(place)))]
    return z[z != np.floor(z)] if "integers" in op.kinks else z
