"""The largest error of an activation and of its slope, in units of the last place."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np

from ...core.blocks import BLOCK
from ...core.conventions import derivative_form
from ...core.op import REQUIRED, Op
from ...core.registry import ops
from ...engine.value import Value
from ..samples import kink_places
from .grid import around, before, grid, kept
from .truth import Exact, Truth

__all__ = ["FULL", "QUICK", "Row", "measure", "measured_ops"]

QUICK, FULL = 1500, 20_000
"""How many points: for a look, and for the published table."""
_NEAR_ROOT = 0.02


class Row(NamedTuple):
    """How accurate one thing is in one dtype. Errors are in ulp, the spacing of the dtype at the truth."""

    op: str
    dtype: str
    what: str
    """`value`, `slope` (as it is by default), `slope (input)`, `slope (output)`."""
    median: float
    near: float
    """The largest error for |z| up to 30."""
    largest: float
    """The largest error of all."""
    worst: float
    """The input that has it."""
    points: int
    """At how many points: those at which the truth is a normal number."""
    unknown: int
    """At how many points not even the highest precision settles the truth. They are left out."""
    at_root: float
    """The largest error within 0.02 of a root other than 0, where no relative error is small: absolute,
    in eps."""


def measure(op: Op | str, *, points: int = QUICK, static: Mapping[str, Any] | None = None) -> list[Row]:
    """How accurate an elementwise operation of one input is, against its own formula in high precision.

    The engine itself is measured: the values that calling `op` gives, and the slopes that `backward`
    gives, by default and in each form (`derivative_form`) that it has, for float64 and float32, at about
    `points` numbers of the whole finite range. A largest error of inf says that something finite came
    out as infinite or NaN, or that something came out where there is nothing.

    `static` sets static parameters; one without a default has that of the operation's first case.

    Raises `ValueError` for an operation of several inputs, that is not elementwise, or whose formula
    cannot be evaluated; `KeyError` for a name that there is not; `RuntimeError` without mpmath.
    """
    op = ops[op] if isinstance(op, str) else op
    if not op.elementwise or len(op.inputs) != 1 or op.variadic:
        raise ValueError(f"accuracy: {op.name}({', '.join(op.inputs)}) is not elementwise in one input; "
                         "only such operations are measured, e.g. measure('sigmoid')")  # fmt: skip
    if points < 8:
        raise ValueError(f"accuracy: {op.name}: points={points} is too few; write 8 or more, e.g. points={QUICK}")
    own = _static(op, static or {})
    title = ", ".join(f"{name}={x:g}" for name, x in (static or {}).items())
    return [row for dtype in (np.float64, np.float32)
            for row in _rows(op, f"{op.name}({title})" if title else op.name, own, dtype, points)]  # fmt: skip


def measured_ops() -> list[tuple[Op, dict[str, Any]]]:
    """Every activation of one input, then what else asks for it, with the static parameters of each measurement."""
    activations = [op for op in ops.activations() if op.elementwise and len(op.inputs) == 1]
    others = [op for op in ops.values() if op not in activations]
    asked = [(op, ({}, *op.measured)) for op in activations] + [(op, op.measured) for op in others]
    return [(op, dict(static)) for op, several in asked for static in several]


def _static(op: Op, given: Mapping[str, Any]) -> dict[str, Any]:
    example = op.cases[0].static if op.cases else {}
    missing = [name for name, x in op.defaults.items() if x is REQUIRED and name not in given and name not in example]
    if missing:
        raise ValueError(f"accuracy: {op.name} has no default for {', '.join(missing)}; "
                         f"write measure({op.name!r}, static={{{missing[0]!r}: ...}})")  # fmt: skip
    return {name: given.get(name, example.get(name) if x is REQUIRED else x) for name, x in op.defaults.items()}


def _rows(op: Op, title: str, static: dict[str, Any], dtype: Any, points: int) -> list[Row]:
    info = np.finfo(dtype)
    truth = Truth(op, static, smallest=int(math.log2(float(info.smallest_subnormal))))
    z = grid(op, static, dtype, points)
    value, slope = truth(z)
    corners = kink_places(op, static)
    roots = [*_roots(truth, z, value, 0, [])], [*_roots(truth, z, slope, 1, corners)]
    rng = np.random.default_rng(7)
    edges = [*_edges(truth, z, value, 0, float(info.tiny)), *_edges(truth, z, slope, 1, float(info.tiny))]
    extra = [*(around(at, dtype, rng) for at in {*roots[0], *roots[1]}), *(before(at, dtype, rng) for at in edges)]
    more = kept(op, static, np.concatenate(extra or [z[:0]]))
    exact = [Exact(*map(np.concatenate, zip(*pair))) for pair in zip((value, slope), truth(more))]
    z = np.concatenate([z, more])
    found = _engine(op, z, static)
    return [
        _row(title, what, z, numbers, exact[what != "value"], roots[what != "value"]) for what, numbers in found.items()
    ]


def _engine(op: Op, z: np.ndarray, static: dict[str, Any]) -> dict[str, list[np.ndarray]]:
    """What the engine gives: the values, and the slopes in every form; for small arrays, and for large
    ones, on which shorter formulas run."""
    found: dict[str, list[np.ndarray]] = {}
    for results in (_run(op, z, static), _run_large(op, z, static)):
        for what, numbers in results.items():
            found.setdefault(what, []).append(numbers)
    return found


def _run(op: Op, z: np.ndarray, static: dict[str, Any]) -> dict[str, np.ndarray]:
    with np.errstate(all="ignore"):
        found = {"value": op.call(Value(z), **static).data}
        if op.estimator or op.known(0) is None:
            return found
        for form in ("auto", *(form for form in ("input", "output") if form in op.forms)):
            leaf = Value(z)
            with derivative_form(form):
                op.call(leaf, **static).backward(np.ones_like(z))
            found["slope" if form == "auto" else f"slope ({form})"] = leaf.grad
    return found


def _run_large(op: Op, z: np.ndarray, static: dict[str, Any]) -> dict[str, np.ndarray]:
    """The same for every point inside of a large array of points of similar size: one that overflows in
    a shorter formula would leave all of its neighbours to the operation itself."""
    found: dict[str, np.ndarray] = {}
    edges = np.searchsorted([5.0, 40.0, 80.0, 700.0], np.abs(z))
    for group in np.unique(edges):
        places = np.flatnonzero(edges == group)
        tiled = _run(op, np.resize(z[places], 4 * BLOCK // z.itemsize), static)
        for what, numbers in tiled.items():
            found.setdefault(what, np.empty(z.shape, numbers.dtype))[places] = numbers[: len(places)]
    return found


def _row(title: str, what: str, z: np.ndarray, several: list[np.ndarray], exact: Exact, roots: list[float]) -> Row:
    info = np.finfo(z.dtype)
    found = _worse(several, exact)
    size = np.abs(exact.high)
    with np.errstate(all="ignore"):
        off = np.abs((found.astype(np.float64) - exact.high) - exact.low)
        ulp = np.exp2(np.floor(np.log2(size)) - info.nmant)
        ulp = np.where(np.exp2(np.floor(np.log2(size))) > size, ulp / 2, ulp)
        errors = np.where(np.isfinite(found), off / ulp, math.inf)
    at_root = np.zeros(z.shape, bool)
    for root in roots:
        at_root |= np.abs(z - root) <= _NEAR_ROOT
    normal = (size >= float(info.tiny)) & (size <= float(info.max) * (1 - 4 * float(info.eps)))
    counted = normal & ~at_root
    gone = (size < float(info.tiny)) & ~(np.abs(found) <= 4 * info.tiny)  # something where there is nothing
    errors = np.where(gone, math.inf, np.where(counted, errors, 0.0))
    worst = int(np.argmax(errors))
    scale = float(info.eps) * np.maximum(size, 1.0)
    return Row(
        title, z.dtype.name, what,
        float(np.median(errors[counted])) if counted.any() else 0.0,
        float(np.max(errors[np.abs(z) <= 30], initial=0.0)), float(errors[worst]),
        float(z[worst]), int(counted.sum()),
        int(np.isnan(exact.high).sum()), float(np.max((off / scale)[normal & at_root], initial=0.0)),
    )  # fmt: skip


def _worse(several: list[np.ndarray], exact: Exact) -> np.ndarray:
    """At every point the number that is further off; NaN is furthest."""
    with np.errstate(all="ignore"):
        off = [np.nan_to_num(np.abs((x.astype(np.float64) - exact.high) - exact.low), nan=np.inf) for x in several]
    return np.where(off[1] > off[0], several[1], several[0])


def _edges(truth: Truth, z: np.ndarray, exact: Exact, which: int, tiny: float) -> list[float]:
    """Where the truth leaves the normal numbers as |z| grows, by halving: the edge of underflow."""
    normal, known, found = np.abs(exact.high) >= tiny, ~np.isnan(exact.high), []
    for i in np.flatnonzero((normal[1:] != normal[:-1]) & known[1:] & known[:-1]):
        inside, outside = (float(z[i + k]) for k in ((1, 0) if normal[i + 1] else (0, 1)))
        if not 1 < abs(inside) < abs(outside) < 1e4:
            continue
        for _ in range(30):
            middle = (inside + outside) / 2
            number = truth.at(middle)[which]
            inside, outside = (middle, outside) if number is not None and abs(number) >= tiny else (inside, middle)
        found.append(inside)
    return found


def _roots(truth: Truth, z: np.ndarray, exact: Exact, which: int, corners: list[float]) -> list[float]:
    """Where the truth changes its sign, or leaves 0, by halving; not at 0, and not by a jump."""
    signs = np.sign(exact.high)
    found = []
    for i in np.flatnonzero((signs[1:] != signs[:-1]) & ~np.isnan(signs[1:] + signs[:-1])):
        left, right = float(z[i]), float(z[i + 1])
        if any(left < corner < right for corner in corners) or not 0.05 < abs(left) < 100:
            continue
        for _ in range(60):
            middle = (left + right) / 2
            number = truth.at(middle)[which]
            if not left < middle < right or number is None:
                break
            sign = (number > 0) - (number < 0)
            left, right = (middle, right) if sign == signs[i] else (left, middle)
        found.append(left)
    return found
