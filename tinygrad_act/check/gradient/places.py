"""Which operations have a kink or an end of their domain at, or next to, the point that is checked."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import numpy as np

from ...core.op import MANY, SIDES, Op
from ...operations.slope import asked_at_kink
from .problem import Problem, data_of, name_of

__all__ = ["Place", "Places", "find"]

Entry = tuple[int, tuple[int, ...]]


class Place(NamedTuple):
    """An operation at one of its kinks: `relu at 0`."""

    op: str
    where: str
    side: str
    """What the operation declares to take there; see `tinygrad_act.core.op.SIDES`."""

    def __str__(self) -> str:
        return f"{self.op} at {self.where}"


class Places(NamedTuple):
    """What was found in the graph of one call."""

    direct: dict[Entry, Place]
    """Entries of the arguments that lie on a kink of an operation that acts on them directly."""
    inside: list[Place]
    """Kinks that numbers computed on the way lie on."""
    limits: dict[Entry, tuple[float, float]]
    """Steps that an operation's declared domain leaves to an entry: below and above."""
    not_finite: list[str]
    """Operations that turn finite numbers into NaN or infinity, in words."""


def find(problem: Problem) -> Places:
    """Run the function once and look at every operation in its graph."""
    places = Places({}, [], {}, [])
    if problem.by_hand:
        return places
    starts, nodes = problem.graph()
    number_of = {id(start): number for number, start in enumerate(starts)}
    for node in nodes:
        places.not_finite.extend(_first_not_finite(problem, node, number_of))
        for name, x in zip(node.op.names(len(node.inputs)), node.inputs):
            number = number_of.get(id(x), -1)
            if number >= 0:
                _limit(places.limits, number, problem.leaves[number], node.op.domain.get(name))
            for mask, place in _at_kinks(node.op, node, data_of(x)):
                if number >= 0 and node.op.elementwise and mask.shape == problem.leaves[number].shape:
                    several = [(number, i) for i in _indices(mask) if places.direct.get((number, i), place) != place]
                    places.direct.update({(number, i): place for i in _indices(mask)})
                    inner = [places.direct.pop(entry) for entry in several]
                else:
                    inner = [place] * bool(mask.any())
                places.inside.extend(one for one in inner if one not in places.inside)
    return places


def _first_not_finite(problem: Problem, node: Any, number_of: dict[int, int]) -> Iterator[str]:
    """What an operation made that is not finite, and of what, if its inputs are finite."""
    out, inputs = np.asarray(node._held), [data_of(x) for x in node.inputs]
    if np.isfinite(out).all() or not all(np.isfinite(x).all() for x in inputs if x.dtype.kind == "f"):
        return
    index = tuple(int(i) for i in np.argwhere(~np.isfinite(out))[0])
    named = []
    for name, x, given in zip(node.op.names(len(inputs)), inputs, node.inputs):
        number = number_of.get(id(given), -1)
        at = index if x.shape == out.shape else ()
        where = name_of(problem.paths[number], at) if number >= 0 else name
        named.append(f"{where} = {x[at]:.6g}" if x[at].ndim == 0 else f"{where} of shape {x.shape}")
    yield f"{node.op.name} gives {out[index]} from {', '.join(named)}"


def _indices(mask: np.ndarray) -> Iterator[tuple[int, ...]]:
    if mask.ndim == 0:
        return iter([()] if mask else [])
    return (tuple(map(int, i)) for i in np.argwhere(mask))


def _limit(limits: dict[Entry, tuple[float, float]], number: int, x: np.ndarray, domain: Any) -> None:
    """How far every entry may move to stay inside an open interval."""
    if domain is None:
        return
    low, high = domain
    for index in np.ndindex(x.shape):
        below, above = limits.get((number, index), (-math.inf, math.inf))
        if low < x[index] < high:
            limits[number, index] = (max(below, low - float(x[index])), min(above, high - float(x[index])))


def _at_kinks(op: Op, node: Any, x: np.ndarray) -> Iterator[tuple[np.ndarray, Place]]:
    """For each kink of `op`, which entries of its input `x` lie on it; with the side that `at_kink` or a
    dialect asks for, if one is on. Where that is no side but a number, any slope in between will do."""
    if not op.elementwise and "ties" not in op.kinks:
        return
    asked = asked_at_kink(op) if op.elementwise else None
    if asked is not None and asked not in SIDES:
        return
    for place, declared in op.kinks.items():
        side = asked or declared
        if place in MANY:
            yield _MANY[place](node, x), Place(op.name, _NAMES[place], side)
        elif place == "ties":
            yield _ties(op, node, x), Place(op.name, "a tie", side)
        elif (bound := op.bound(place, node.static)) is not None:
            value = f"{bound:g}" if np.ndim(bound) == 0 else ""
            named = value if isinstance(place, float) else f"{op.place_text(place)}={value}".removesuffix("=")
            yield np.asarray(x == bound), Place(op.name, named, side)


def _multiples(node: Any, x: np.ndarray) -> np.ndarray:
    """Where the first input is a multiple of the second: both lie on the jump."""
    with np.errstate(all="ignore"):
        on_it = np.asarray(np.fmod(*node.primals) == 0)
    return on_it if x.shape == on_it.shape else np.broadcast_to(on_it.any(), x.shape)


def _halves(node: Any, x: np.ndarray) -> np.ndarray:
    """Where x lies halfway between the numbers that it is rounded to."""
    twice = 2 * x * 10.0 ** node.static.get("decimals", 0)
    odd: np.ndarray = np.asarray(np.fmod(np.abs(twice), 2.0) == 1)
    return odd


_MANY: dict[Any, Callable[[Any, np.ndarray], np.ndarray]] = {
    "integers": lambda _, x: x == np.round(x), "halves": _halves, "multiples": _multiples,
}  # fmt: skip
_NAMES: dict[Any, str] = {"integers": "an integer", "halves": "a half", "multiples": "a multiple"}


def _ties(op: Op, node: Any, x: np.ndarray) -> np.ndarray:
    """Where the two inputs are equal; in a reduction, where several entries are the extreme."""
    if len(node.inputs) == 2:
        first, second = (np.broadcast_to(primal, node.shape) for primal in node.primals)
        return first == second if x.shape == node.shape else np.zeros(x.shape, bool)
    axis = node.static.get("axis")
    out = np.asarray(node._held)
    shared = x == (np.expand_dims(out, axis) if axis is not None and out.ndim < x.ndim else out)
    several: np.ndarray = shared & (shared.sum(axis=axis, keepdims=True) > 1)
    return several


