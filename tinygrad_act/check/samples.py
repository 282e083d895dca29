"""Inputs to try an operation on, made from its own declaration: shapes, domain, kinks, poles.

All numbers of one sample differ from each other, so that nothing ties, and keep away from kinks,
poles and the ends of the domain, where a numerical derivative says nothing. `at_kinks` gives the
points that this leaves out.
"""

from __future__ import annotations

import math
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from ..core.facts import Case, case
from ..core.op import Op
from ..operations.slope import kinks_of

__all__ = ["at_kinks", "cases", "kink_places", "movable", "off", "sample"]

_UNARY = (case(()), case((3,)), case((2, 3)))
_BINARY = (
    case((), ()),
    case((3,), (3,)),
    case((2, 3), (3,)),
    case((2, 1), (1, 3)),
    case((), (2, 3)),
    case((3, 1, 2), (4, 1)),
)
_REACH = 2.5
_MARGIN = 0.12


def cases(op: Op) -> tuple[Case, ...]:
    """The cases that `op` declares, or the usual shapes with and without broadcasting."""
    if op.cases:
        return op.cases
    usual = _UNARY if len(op.inputs) == 1 else _BINARY
    return tuple(c for c in usual if len(c.inputs) == len(op.inputs))


def sample(op: Op, which: Case, dtype: Any = np.float64) -> list[Any]:
    """Arrays of the shapes of this case, the same ones every time."""
    rng = np.random.default_rng(zlib.crc32(f"{op.name} {which.inputs} {which.static}".encode()))
    shapes = [x if isinstance(x, tuple) else None for x in which.inputs]
    sizes = [math.prod(shape) if shape is not None else 0 for shape in shapes]
    places = rng.permutation((np.arange(sum(sizes)) + rng.uniform(0.3, 0.7)) / max(sum(sizes), 1))  # in (0, 1)
    arrays, start = [], 0
    for name, shape, size, given in zip(op.names(len(shapes)), shapes, sizes, which.inputs):
        if shape is None:
            arrays.append(given)
            continue
        points = _into_domain(op, name, places[start : start + size], which.static)
        arrays.append(points.reshape(shape).astype(dtype))
        start += size
    return arrays


def movable(op: Op, which: Case) -> tuple[Callable[..., Any], list[Any]]:
    """A function of the sampled arrays that can be differentiated, and these arrays; inputs that the
    case gives as they are (a mask, an index) stay what they are."""
    arrays = sample(op, which)
    free = [i for i, x in enumerate(which.inputs) if isinstance(x, tuple)]

    def f(*moving: Any) -> Any:
        full = list(arrays)
        for i, x in zip(free, moving):
            full[i] = x
        return op.call(*full, **which.static)

    return f, [arrays[i] for i in free]


def _into_domain(op: Op, name: str, places: np.ndarray, static: dict[str, Any]) -> np.ndarray:
    """Points of the input's domain for places between 0 and 1, none near a kink or a pole."""
    low, high = op.domain_of(name)
    low = low + _MARGIN if math.isfinite(low) else -_REACH
    high = high - _MARGIN if math.isfinite(high) else max(_REACH, low + 2 * _REACH)
    points = low + (high - low) * places
    if "halves" in op.kinks:
        unit = 10.0 ** -static.get("decimals", 0)
        return (np.floor(points / unit) + 0.4 * (points / unit - np.floor(points / unit) - 0.5)) * unit  # type: ignore[no-any-return]
    if "integers" in op.kinks:
        return np.floor(points) + 0.2 + 0.6 * (points - np.floor(points))
    return off(points, [*kink_places(op, static), *op.poles.get(name, ())], _MARGIN)


def kink_places(op: Op, static: Mapping[str, Any]) -> list[float]:
    """The values of the input at which the declared kinks lie with these static parameters; none for ties and the
    like, which are no single places."""
    found = [op.bound(place, static) for place in op.kinks]
    return [float(at) for at in found if isinstance(at, (int, float)) and math.isfinite(at)]


def off(points: np.ndarray, bounds: Sequence[float], margin: float) -> np.ndarray:
    """The points, with those nearer than `margin` to one of `bounds` moved away from it."""
    for at in bounds:
        points = np.where(np.abs(points - at) < margin, at + margin * np.where(points < at, -2.0, 2.0), points)
    return points


def at_kinks(op: Op) -> Iterator[tuple[list[Any], dict[str, Any]]]:
    """Arguments that lie exactly on the declared kinks of `op`, with its static parameters."""
    if "ties" in op.kinks and len(op.inputs) == 2:
        yield [np.array([-1.0, 0.0, 2.0])] * 2, {}
    elif "ties" in op.kinks:
        yield [np.array([[2.0, 2.0, 2.0], [-1.0, -1.0, 0.5], [0.5, -3.0, -3.0]])], {"axis": 1}
    if "multiples" in op.kinks:
        yield [np.array([-2.0, 3.0, 1.5]), np.array([1.0, 1.0, 0.5])], {}
    if "halves" in op.kinks:
        yield [np.array([-2.5, 0.5, 3.5])], {}
    if "integers" in op.kinks:
        yield [np.array([-2.0, 0.0, 3.0])], {}
    seen = []
    for which in cases(op) if len(op.inputs) == 1 else ():
        for kink in kinks_of(op, which.static):
            if (kink.place, which.static) not in seen:
                seen.append((kink.place, which.static))
                yield [np.array([kink.at - 1.0, kink.at, kink.at + 1.0])], which.static
