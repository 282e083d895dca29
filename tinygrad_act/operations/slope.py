"""The local derivative of an elementwise operation, as the conventions in force have it.

`slope` runs the operation's rule in the chosen form and, at kinks, puts the slope there that
`at_kink` or a dialect asks for. Like a rule it works on numbers, arrays and nodes alike.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import numpy as np

from ..core.errors import KinkError
from ..core.evaluate import held
from ..core.mode import current, mode
from ..core.op import MANY, Op, Place
from ..core.rules import Rule, slope_by
from .arithmetic import abs, where
from .comparison import equal, less, less_equal

__all__ = ["SATURATED", "Kink", "asked_at_kink", "bent", "kinks_of", "on_kinks", "slope"]

SATURATED = 0.01
"""Where the slope is smaller than this, an activation counts as saturated."""

_NEAR_ZERO = 1e-30
"""How far from 0 a side's slope is read: its output is still a normal number, in float32 too."""


_HALVES = ("min_norm", "ties")
"""Of all (t, 1 - t) that two inputs may share, the halves are the shortest."""


class Kink(NamedTuple):
    """A point where the slope jumps, or the function itself."""

    at: float
    left: float
    right: float
    side: str
    """The side taken by default; see `tinygrad_act.core.op.SIDES`."""
    place: str
    """The point as the operation declares it: `0`, `-threshold`."""

    @property
    def taken(self) -> float:
        """The slope taken by default."""
        return 0.0 if self.side == "none" else float(_choose(self.side, self.left, self.right))


def slope(op: Op, position: int, a: Any, args: tuple[Any, ...], static: Mapping[str, Any]) -> Any:
    """∂a/∂(input number `position`) of an elementwise `op`, whose output at `args` is `a`.

    Raises `KinkError` at a kink if `at_kink("raise")` asks for that.
    """
    rule = op.rule(position, mode.form)
    d = slope_by(op, rule, position, a, args, static)
    policy = asked_at_kink(op)
    return d if policy is None else bent(op, position, rule, policy, d, args, static, bool(mode.tracing))


def bent(op: Any, position: int, rule: Any, policy: Any, d: Any, args: tuple[Any, ...], static: Mapping[str, Any],
         anyway: bool, times: Callable[[Any], Any] = lambda slope: slope) -> Any:  # fmt: skip
    """The slope `d` that `rule` gives, with what `policy` says in its place at kinks. `anyway`: whether entries may
    lie on them that are not there now. `times`: what is done with a slope, if `d` is not the slope itself."""
    for place in op.kinks:
        on_it, beside = _around(op, place, position, args, static)
        if on_it is None or not (anyway or np.any(held(on_it))):
            continue
        if isinstance(policy, float):
            d = where(on_it, times(policy), d)
            continue
        left, right = _two_sided(op, position, rule, beside, static)
        if policy != "raise":
            d = where(on_it, times(_choose("mean" if (policy, place) == _HALVES else policy, left, right)), d)
        elif np.any(held(on_it) & (held(left) != held(right))):
            raise _on_kink(op, place)
    return d


def kinks_of(op: Op, static: Mapping[str, Any] | None = None) -> list[Kink]:
    """The kinks of an elementwise operation of one input, with the slopes of both sides, by its own rule.

    Kinks that these static parameters smooth away (elu's, if alpha is 1) are left out. None are given
    for places that are no single point: ties, and all integers or the like.
    """
    given = {**op.defaults, **(static or {})}
    found = []
    for place, side in op.kinks.items():
        at = op.bound(place, given)
        if len(op.inputs) != 1 or not isinstance(at, (int, float)) or not np.isfinite(at) or op.known(0) is None:
            continue
        near = _near(float(at), None)
        with np.errstate(all="ignore"):
            left, right = (_side(op, 0, op.rules[0], (float(at),), near, given, s) for s in (-1.0, 1.0))
        if left != right or side == "none":
            found.append(Kink(float(at), float(left), float(right), side, op.place_text(place)))
    return found


def on_kinks(op: Op, position: int, args: tuple[Any, ...], static: Mapping[str, Any]) -> list[tuple[str, Any]]:
    """Every kink that any entry of the inputs `args` sits on: its place as text, and which entries do."""
    found = []
    for place in op.kinks if op.elementwise else ():
        on_it, _ = _around(op, place, position, args, {**op.defaults, **static})
        if on_it is not None and np.any(on_it):
            found.append((op.place_text(place), on_it))
    return found


def asked_at_kink(op: Op) -> Any:
    """What `at_kink` or a dialect wants at the kinks of `op`; None for what it declares, or without kinks."""
    if not op.kinks:
        return None
    now = current()
    chosen = now.kinks.get(op.name, now.kinks.get(""))
    if chosen is None and now.dialect in op.elsewhere and "" not in now.kinks:
        chosen = op.elsewhere[now.dialect or ""].at_kink
    return chosen


def _around(op: Op, place: Place, position: int, args: tuple[Any, ...], static: Mapping[str, Any]) -> tuple[Any, Any]:
    """Which entries lie on the kink, and (which input to move, the inputs, how far) to look beside it."""
    if place in MANY:
        return None, None
    if place == "ties":
        x, y = args
        return equal(x, y), (position, args, _near(args[position], args[position]))
    bound = op.bound(place, static)
    if bound is None or (isinstance(bound, float) and not math.isfinite(bound)):  # clip with max=inf
        return None, None
    on_it = equal(args[0], bound)
    return on_it, (0, (where(on_it, bound, args[0]), *args[1:]), _near(bound, args[0]))


def _two_sided(op: Op, position: int, rule: Any, beside: Any, static: Mapping[str, Any]) -> tuple[Any, Any]:
    """The slopes on the left and on the right."""
    moved, args, near = beside
    quiet = {**static, "rng": None} if "rng" in static else static  # a side's slope draws no new numbers
    left, right = (_side(op, position, rule, args, near, quiet, s, moved) for s in (-1.0, 1.0))
    return left, right


def _side(op: Op, position: int, rule: Any, args: tuple[Any, ...], near: Any, static: Mapping[str, Any],
          sign: float, moved: int = 0) -> Any:  # fmt: skip
    """The slope right beside a kink. Read at two distances and continued to the kink, so that a
    polynomial's slope there is right to the last digit."""
    once, twice = (_at(op, rule, position, args, moved, sign * near * n, static) for n in (1.0, 2.0))
    return 2.0 * once - twice


def _at(op: Op, rule: Rule, position: int, args: tuple[Any, ...], moved: int, step: Any,
        static: Mapping[str, Any]) -> Any:  # fmt: skip
    there = tuple(x + step if i == moved else x for i, x in enumerate(args))
    return slope_by(op, rule, position, op.call(*there, **static), there, static) * 1.0  # a mask counts as a number


def _choose(policy: str, left: Any, right: Any) -> Any:
    chosen: Callable[[], Any] = {
        "left": lambda: left,
        "right": lambda: right,
        "mean": lambda: (left + right) / 2,
        "inside": lambda: where(less(abs(left), abs(right)), right, left),
        "min_norm": lambda: where(less_equal(left * right, 0.0), 0.0, where(less(abs(left), abs(right)), left, right)),
    }[policy]
    return chosen()


def _near(bound: Any, x: Any) -> Any:
    """How far from a kink at `bound` the slope is read: a few units of the last place of `x`."""
    eps = float(np.finfo(getattr(x, "dtype", np.float64)).eps)
    data = np.abs(held(bound))
    near = np.where(data == 0, _NEAR_ZERO, 4 * eps * data)
    return float(near) if isinstance(near, (np.ndarray, np.generic)) and not near.ndim else near


def _on_kink(op: Op, place: Place) -> KinkError:
    where_ = {"ties": "a tie of its inputs"}.get(str(place), f"its kink at {op.place_text(place)}")
    return KinkError(
        f'{op.name}: an entry lies on {where_}, and at_kink("raise") is on; move it, or choose a slope: '
        f'at_kink("left"), at_kink("right"), at_kink(0.5)'
    )
