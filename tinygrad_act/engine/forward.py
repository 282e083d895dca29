"""Forward mode, one entry at a time: a number and its derivative go through the operations together.

`derived_rule(body)` is the derivative of an activation from the operations that its body is built
of. Like any rule it runs on numbers and arrays, is recorded on Values, so that it has derivatives
itself, and is a formula on names.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from ..core.evaluate import INTERPRETERS, held
from ..core.mode import mode
from ..core.op import Op
from ..core.registry import ops
from ..core.rules import slope_by
from ..formula import COMPARISON, INFIX, PREFIX, Expr
from ..operations.arithmetic import add, chain, minimum, mul, neg, sub, where
from ..operations.comparison import equal
from ..operations.elementary import exp
from ..operations.slope import slope
from . import interop

__all__ = ["Dual", "derived_rule", "push"]

_NUMBERS = (float, int, np.ndarray, np.generic)


class Dual(Expr):
    """A primal (number, array, Value or formula) and its tangent; None where nothing flows.

    It is an `Expr` only so that Python asks it first when a parameter's name stands on its left.
    """

    __slots__ = ("primal", "tangent")

    def __init__(self, primal: Any, tangent: Any = None) -> None:
        self.primal, self.tangent = primal, tangent

    def __repr__(self) -> str:
        return f"Dual({self.primal!r}, {self.tangent!r})"

    def __getattr__(self, name: str) -> Any:
        raise AttributeError(
            f"a derivative is being taken through this function, and .{name} of its input has none; "
            f"use the operations in ta.ops on the whole input"
        )

    def __bool__(self) -> bool:
        raise TypeError("the body branches on its input with if, and, or, min() or max(); use where(condition, x, y)")

    def __getitem__(self, index: object) -> Any:
        raise TypeError("the body picks entries of its input; an activation acts on every entry by itself")

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **kwargs: Any) -> Any:
        return interop.call_ufunc(ufunc, method, inputs, kwargs)

    def __array_function__(self, function: Callable[..., Any], types: Any, args: Any, kwargs: Any) -> Any:
        return interop.call_function(function, args, kwargs)

    def __array__(self, *args: Any, **kwargs: Any) -> Any:
        raise TypeError("the body asks for the bare array of its input, which has no derivative; use ta.ops")

    __hash__ = object.__hash__


def derived_rule(body: Callable[..., Any]) -> Callable[..., Any]:
    """The derivative of `body`, an elementwise function of one input, as a rule `f(a, z, **static)`."""

    def rule(_: Any, z: Any, **static: Any) -> Any:
        out = body(Dual(z, 1.0), **static)
        d = 0.0 if type(out) is not Dual or out.tangent is None else out.tangent
        if isinstance(z, Expr) or not _may_hold_nan(z):
            return d
        swallowed = exp(minimum(z, 0.0))  # of NaN it is NaN, and so are all of its derivatives
        return where(equal(z, z), d, swallowed)  # no comparison holds for NaN: a branch may have swallowed it

    return rule


def push(op: Op, args: tuple[Any, ...], static: dict[str, Any]) -> Dual:
    """The interpreter of Duals: the output, and the sum of slope times tangent over all inputs.

    Raises `TypeError` for an operation that is not elementwise.
    """
    if not op.elementwise:
        raise TypeError(
            f"{op.name} is not elementwise: its outputs depend on several entries; "
            f"an activation is built from elementwise operations"
        )
    primals = tuple(x.primal if type(x) is Dual else x for x in args)
    tangents = [x.tangent if type(x) is Dual else None for x in args]
    a = op.call(*primals, **static)
    if op.name == "where":  # it chooses among tangents as among numbers: what is not taken has no effect
        _, tx, ty = tangents
        none = tx is None and ty is None
        return Dual(a, None if none else where(primals[0], 0.0 if tx is None else tx, 0.0 if ty is None else ty))
    total = None
    for i, tangent in enumerate(tangents):
        if tangent is not None and op.rule(i) not in (None, 0.0):
            total = _plus(total, _slope(op, i, a, primals, static), tangent, a)
    return Dual(a, total)


def _slope(op: Op, i: int, a: Any, primals: tuple[Any, ...], static: dict[str, Any]) -> Any:
    if op.name == "pow" and i == 0 and isinstance(primals[1], (int, float)) and primals[1] == 2:
        return mul(2.0, primals[0])  # as one writes it
    if any(isinstance(x, Expr) for x in primals):  # a formula can't tell whether it lies on a kink
        return slope_by(op, op.rule(i), i, a, primals, static)
    return slope(op, i, a, primals, static)


def _plus(total: Any, d: Any, tangent: Any, a: Any) -> Any:
    """`total + d * tangent`, without ones and minus signs that say nothing."""
    if total is not None and isinstance(d, float) and d == -1:
        return sub(_number(total), _number(tangent))
    term = _times(d, tangent, a)
    return term if total is None else add(_number(total), _number(term))


def _times(d: Any, tangent: Any, a: Any) -> Any:
    """`d * tangent`, as `chain` has it: a branch that was not taken stays without effect."""
    if type(tangent) is float and tangent == 1:
        return d
    if type(d) is float and abs(d) == 1:
        return tangent if d == 1 else neg(_number(tangent))
    if any(isinstance(x, Expr) for x in (d, tangent, a)):
        return mul(tangent, d) if type(tangent) is float else mul(d, tangent)
    with np.errstate(all="ignore"):  # a product with what was not taken may overflow
        return chain(_number(tangent), d, a)


def _number(x: Any) -> Any:
    """A mask as numbers: the sum of two masks would be a mask."""
    if isinstance(x, Expr):
        return x
    return mul(x, 1.0) if isinstance(x, (bool, np.bool_)) or getattr(x, "dtype", None) == np.dtype(bool) else x


def _may_hold_nan(z: Any) -> bool:
    """Whether a NaN is among the numbers, or others may follow: in a program, in a Taylor series."""
    data = held(z)
    return bool(mode.tracing) or not isinstance(data, _NUMBERS) or bool(np.isnan(np.sum(data)))


_grow = INTERPRETERS[Expr]


def _push_or_grow(op: Op, args: tuple[Any, ...], static: dict[str, Any]) -> Any:
    """The interpreter of formulas, which may be parameters of a function that Duals go through."""
    return (push if any(type(x) is Dual for x in args) else _grow)(op, args, static)


def _install_operators() -> None:
    def method(op: Op, reflected: bool) -> Any:
        if reflected:
            return lambda self, other: push(op, (other, self), {})
        return lambda self, other: push(op, (self, other), {})

    for one in INFIX.values():
        if one.word in ops:
            setattr(Dual, f"__{one.method}__", method(ops[one.word], False))
            if one.tightness != COMPARISON:
                setattr(Dual, f"__r{one.method}__", method(ops[one.word], True))
    for word, op in {"abs": ops["abs"], **{one.method: ops[one.word] for one in PREFIX.values()}}.items():
        setattr(Dual, f"__{word}__", lambda self, op=op: push(op, (self,), {}))
    INTERPRETERS[Dual] = push
    INTERPRETERS[Expr] = _push_or_grow


_install_operators()
