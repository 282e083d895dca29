"""Recording: operations on nodes compute on their data and note in the result how it was made.

`recorder` is the interpreter for any operation. `install_operators` gives a node class Python's
operators and one method an operation; for Python floats these take a shorter way to the same node,
since a scalar network is millions of them.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from ..core.calls import OtherName
from ..core.errors import REAL_KINDS, refuse_kind
from ..core.evaluate import by_ieee, compute, evaluate
from ..core.gate import NUMPY_NUMBERS, admit, among_numbers, with_operand
from ..core.mode import Mode, current, special
from ..core.op import Op
from ..core.registry import ops
from ..formula.operators import COMPARISON, INFIX, PREFIX
from .debugging import check_forward, note_scope
from .keeping import apart, keep_static, with_choice
from .lending import lent, settle
from .shortcuts import binary_method, constant, new_node, reflected_method, unary_method

__all__ = ["REFLECTED", "constant", "install_operators", "new_node", "recorder"]

REFLECTED: dict[np.ufunc, Callable[[Any, Any], Any]] = {}
"""What `array @ value` and the like call: NumPy asks with its ufunc, and this answers at once."""

_ndarray = np.ndarray
_FLOAT64, _FLOAT32 = np.dtype(np.float64), np.dtype(np.float32)

_BINARY = {one.method: one.word for one in INFIX.values()}
_REFLECTED = {one.method: one.word for one in INFIX.values() if one.tightness != COMPARISON}
_UNARY = {**{one.method: one.word for one in PREFIX.values()}, "abs": "abs"}


def recorder(cls: Any) -> Callable[[Op, tuple[Any, ...], dict[str, Any]], Any]:
    """The interpreter of nodes of class `cls`. `ieee`: Python's own arithmetic made an exception of these numbers."""

    def record(op: Op, args: tuple[Any, ...], static: dict[str, Any], ieee: bool = False) -> Any:
        if lent:
            settle(args, cls)
        primals: list[Any] = []
        level, tracked, arrays, scalars = 0, False, True, False
        for x, rule in zip(args, op.each):
            if isinstance(x, cls):
                primal, here = x._held, x.level
                tracked = tracked or here > 0 or x.op is not None
                if here > level and rule is not None:
                    level = here
            elif type(x) is float or (type(x) is _ndarray and (x.dtype is _FLOAT64 or x.dtype.kind in REAL_KINDS)):
                primal = x
            else:
                primal = admit(op.name, x)
                args = with_operand(args, len(primals), primal)
                scalars = scalars or type(x) in NUMPY_NUMBERS
            arrays = arrays and type(primal) is _ndarray
            primals.append(primal)
        if scalars:
            args, primals, arrays = among_numbers(args, primals, arrays)
        a = (compute if arrays else by_ieee if ieee else evaluate)(op, tuple(primals), static)
        if type(a) is not float:
            a, level = _settle(op, a, primals, level)
        now = current() if special else None
        if now is not None and tracked and now.tracing and not now.recording:
            level = 0  # no_grad() in a program: computed anew in every call, and nothing flows back
        elif not tracked or (now is not None and not now.recording):
            return constant(cls, apart(a)) if now is None else _special_constant(now, cls, a, args)
        elif None in op.rules:
            args, primals = with_choice(args, primals, op.each)
        if now is not None:
            return _special_node(now, cls, op, a, level, static, args, primals)
        return new_node(cls, op, a, level, static and keep_static(static, None, type(a) is float), (*args, *primals))

    return record


def _special_constant(now: Mode, cls: Any, a: Any, args: tuple[Any, ...]) -> Any:
    """A result through which nothing flows, while a switch is on: a program takes the numbers of its operands."""
    if now.met is not None:
        now.met.look_at([x for x in args if isinstance(x, cls)])
    return constant(cls, apart(a))


def _special_node(
    now: Mode, cls: Any, op: Op, a: Any, level: int, static: dict[str, Any], args: tuple[Any, ...], primals: list[Any]
) -> Any:
    """A node while a switch is on: a program has copies of its constants, others are checked or noted."""
    if now.met is not None:
        args, primals = now.met.of_operands(args, primals)
    static = keep_static(static, now.met and now.met.copy_of, type(a) is float)
    node = new_node(cls, op, a, level, static, (*args, *primals))
    if now.debugging:
        check_forward(node)
    if now.scope:
        note_scope(node)
    return node


def _settle(op: Op, a: Any, primals: list[Any], level: int) -> tuple[Any, int]:
    """An operation's result as an object of its own, and its level: nothing flows through integers."""
    if type(a) is not _ndarray:
        return admit(op.name, a), 0
    for x in primals:
        if a is x:
            a = a.view()
    dtype = a.dtype
    if dtype is _FLOAT64 or dtype is _FLOAT32 or dtype.kind == "f":
        return a if level else apart(a), level
    if dtype.kind not in "iub":
        raise refuse_kind(op.name, a)
    return apart(a), 0


def install_operators(cls: Any, record: Callable[..., Any]) -> None:
    """Give `cls` Python's operators, and a method for every operation that has one first input and is not internal.
    Under another name of an operation stands what says how it is called here."""
    for name, op_name in _BINARY.items():
        op = ops[op_name]
        setattr(cls, f"__{name}__", _named(binary_method(op, cls, record), cls, f"__{name}__", op))
    for name, op_name in _REFLECTED.items():
        op = ops[op_name]
        reflected = _named(reflected_method(op, cls, record), cls, f"__r{name}__", op)
        setattr(cls, f"__r{name}__", reflected)
        for known in (op_name, *op.aliases):
            if isinstance(getattr(np, known, None), np.ufunc):
                REFLECTED[getattr(np, known)] = reflected
    for name, op_name in _UNARY.items():
        op = ops[op_name]
        setattr(cls, f"__{name}__", _named(unary_method(op, cls, record), cls, f"__{name}__", op))

    def install(op: Op) -> None:
        fast = op.plain and len(op.inputs) == 1
        if is_method(op):
            setattr(cls, op.name, _named(unary_method(op, cls, record), cls, op.name, op) if fast else op.call)
        for alias in op.aliases:
            if "." not in alias and not hasattr(cls, alias):
                setattr(cls, alias, OtherName(op, alias))

    def remove(op: Op) -> None:
        if is_method(op):
            delattr(cls, op.name)
        for alias in op.aliases:
            if isinstance(vars(cls).get(alias), OtherName):
                delattr(cls, alias)

    def is_method(op: Op) -> bool:
        return not (op.variadic or op.internal or op.name in taken)

    taken = set(dir(cls))
    ops.watch(install, remove)


def _named(method: Callable[..., Any], cls: Any, name: str, op: Op) -> Callable[..., Any]:
    """`method` under the name that messages and help() show and that pickle finds it by, with the body's docstring."""
    method.__name__, method.__qualname__, method.__module__ = name, f"{cls.__name__}.{name}", cls.__module__
    method.__doc__ = op.forward.__doc__
    return method
