"""The chain rule for one elementwise operation: a cotangent times the local derivative.

Large arrays go in pieces that fit the cache, and by the operation's shorter formula where it has one:
the same numbers as `chain` gives, in fewer passes over memory.
"""

from __future__ import annotations

import functools
from typing import Any

import numpy as np

from ..core.blocks import BLOCK, CAREFUL, is_large, kernel_of, pieces
from ..core.evaluate import INTERPRETERS
from ..core.frames import is_ours
from ..core.kernels import Traced, Written, written
from ..core.mode import current, special
from ..core.op import Op
from ..core.rules import Rule, is_constant, scaled, slope_by
from .arithmetic import chain
from .slope import asked_at_kink, bent

__all__ = ["fused_pull", "marker", "of_rule", "pull_bent", "pull_by", "pull_local"]

_chain: Any = chain.__wrapped__  # type: ignore[attr-defined]  # the body: no need to ask for an interpreter
_ndarray = np.ndarray


def pull_local(
    op: Op, rule: Rule, position: int, g: Any, a: Any, args: tuple[Any, ...], static: dict[str, Any]
) -> Any:
    """`g` times ∂a/∂(input number `position`) of an elementwise `op`, whose output at `args` is `a`.

    `rule`: the default one of that input. On numbers, arrays and nodes. Of the conventions of `derivative_form`,
    `at_kink` and `dialect`.
    """
    now = current() if special else None
    if now is not None and (now.form != "auto" or now.kinks or now.dialect):
        rule, policy = op.rule(position, now.form), asked_at_kink(op)
        if policy is not None:
            return pull_bent(policy, bool(now.tracing), op, rule, position, g, a, args, static)
    return pull_by(op, rule, position, g, a, args, static)


def pull_by(op: Op, rule: Any, position: int, g: Any, a: Any, args: tuple[Any, ...], static: dict[str, Any]) -> Any:
    """The same by this rule, without a look at conventions. (A saved program holds this, and what it calls.)"""
    arrays = type(g) is _ndarray and type(a) is _ndarray
    if arrays and g.nbytes > 2 * BLOCK and not is_constant(rule) and not op.told and worth_pieces(g, a, args):
        return by_pieces(op, rule, position, g, a, args, static)
    # `slope_by`, written out: to call it makes the gradient of a small function 2 to 3 % slower. A test compares.
    if type(rule) is float:
        return scaled(g, rule)
    d = slope_by(op, rule, position, a, args, static) if op.variadic else rule(a, *args, **static)
    return (_chain if arrays else chain)(g, d, marker(op, position, a, args))


def pull_bent(policy: Any, anyway: bool, op: Op, rule: Rule, position: int, g: Any, a: Any, args: tuple[Any, ...],
              static: dict[str, Any]) -> Any:  # fmt: skip
    """The same with the slope that `policy` asks for at kinks; see `slope.bent`."""

    def times(d: Any) -> Any:
        return chain(g, d, a)

    c = times(slope_by(op, rule, position, a, args, static))
    return bent(op, position, rule, policy, c, args, static, anyway, times)


def marker(op: Op, position: int, a: Any, args: tuple[Any, ...]) -> Any:
    """What tells `chain` where a slope has to be NaN although it may be a mask: the output `a` of an operation with
    kinks; else the input that the operation declares, as `chain` does, whose slope in the cotangent is the mask once
    more. Else 0.0."""
    if op.kinks:
        return a
    teller = op.told.get(op.inputs[position]) if op.told else None
    return 0.0 if teller is None else args[op.inputs.index(teller)]


def worth_pieces(g: Any, a: Any, args: tuple[Any, ...]) -> bool:
    """Whether the first input is a large array of the output's shape, and any other a single number."""
    z = args[0]
    if not (is_large(z) and is_large(a) and is_large(g) and z.shape == a.shape == g.shape):
        return False
    return z.dtype is a.dtype is g.dtype and all(np.size(x) == 1 for x in args[1:])


def fused_pull(op: Op, rule: Any) -> Any:
    """The shorter formula of a rule by the first input; None if it has none."""
    return op.fused.pull if rule is op.rules[0] else op.fused.accurate if rule is op.forms.get("input") else None


@functools.lru_cache(maxsize=1024)
def _by_rule(rule: Any) -> Written:
    return written(lambda g, a, z, **static: g * rule(a, z, **static))


def of_rule(rule: Any) -> Written | None:
    """`g` times the slope by the rule itself, to be written out, if the rule is of this package: one of yours may look
    at what changes from call to call, and so do operations inside of a dialect."""
    return _by_rule(rule) if is_ours(rule) and not (special and current().dialect) else None


def by_pieces(
    op: Op, rule: Rule, position: int, g: Any, a: Any, args: tuple[Any, ...], static: dict[str, Any]
) -> Any:
    """`g` times the slope, on one piece after the other."""
    shorter = fused_pull(op, rule) or of_rule(rule)
    dtypes = (g.dtype, a.dtype, args[0].dtype)
    kernel = None if shorter is None or len(args) > 1 else kernel_of(shorter, dtypes, static)
    z, rest = args[0].reshape(-1), args[1:]
    c = np.empty(a.shape, a.dtype)
    into, g, a = c.reshape(-1), g.reshape(-1), a.reshape(-1)
    for piece in pieces(c) if kernel is None else _left_by(kernel, op, g, a, z, into):
        _piece(op, rule, position, g[piece], a[piece], z[piece], rest, static, into[piece])
    return c


def _left_by(kernel: Any, op: Op, g: Any, a: Any, z: Any, into: Any) -> list[slice]:
    """The pieces that the shorter way is not good enough for; it computes the others."""
    left = []
    with np.errstate(**CAREFUL):
        for piece in pieces(into):
            out, part = into[piece], z[piece]
            try:
                kernel(g[piece], a[piece], part, out)
                good = not _has_nan(out, part if op.kinks else out)
            except FloatingPointError:
                good = False
            left += [] if good else [piece]
    return left


def _piece(op: Op, rule: Rule, position: int, g: Any, a: Any, z: Any, rest: Any, static: dict[str, Any],
           out: Any) -> None:  # fmt: skip
    d = slope_by(op, rule, position, a, (z, *rest), static)
    np.multiply(g, d, out=out, casting="same_kind")
    if _has_nan(out, (a if op.domain else z) if op.kinks else out):  # a is NaN where z is, and z is in the cache
        out[...] = _chain(g, d, a if op.kinks else 0.0)


def _has_nan(x: Any, y: Any) -> bool:
    """Whether either holds a NaN (or, now and then, without one): the sum of their products is NaN then,
    and costs next to nothing."""
    total = np.dot(x, y)
    return bool(total != total)


def _note(op: Op, args: tuple[Any, ...], static: dict[str, Any]) -> Any:
    """The interpreter of formulas that are written out: what NumPy computes."""
    return op.kernel(*args) if op.ufunc else op.forward(*args, **static)


INTERPRETERS[Traced] = _note
