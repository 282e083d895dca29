"""Recording: operations on nodes compute on their data and note in the result how it was made.

`recorder` is the interpreter for any operation. `install_operators` gives a node class Python's
operators and one method an operation; for Python floats these take a shorter way to the same node,
since a scalar network is millions of them.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from .debugging import check_forward, note_scope
from .errors import REAL_KINDS, refuse_kind
from .evaluate import NOT_IEEE, evaluate
from .gate import NUMPY_NUMBERS, admit, among_numbers, python_number, with_operand
from .keeping import apart, keep_static, with_choice
from .lending import lent, settle
from .mode import mode, special
from .op import Op
from .registry import ops

__all__ = ["REFLECTED", "constant", "install_operators", "new_node", "recorder"]

REFLECTED: dict[np.ufunc, Callable[[Any, Any], Any]] = {}
"""What `array @ value` and the like call: NumPy asks with its ufunc, and this answers at once."""

_NO_STATIC: dict[str, Any] = {}
_new: Any = object.__new__
_ndarray = np.ndarray
_FLOAT64, _FLOAT32 = np.dtype(np.float64), np.dtype(np.float32)

_BINARY = {
    "add": "add", "sub": "sub", "mul": "mul", "truediv": "div", "pow": "pow", "matmul": "matmul",
    "lt": "less", "le": "less_equal", "gt": "greater", "ge": "greater_equal", "eq": "equal",
    "ne": "not_equal", "and": "logical_and", "or": "logical_or",
}  # fmt: skip
_REFLECTED = ("add", "sub", "mul", "truediv", "pow", "matmul", "and", "or")
_UNARY = {"neg": "neg", "abs": "abs", "invert": "logical_not"}


def recorder(cls: Any) -> Callable[[Op, tuple[Any, ...], dict[str, Any]], Any]:
    """The interpreter of nodes of class `cls`."""

    def record(op: Op, args: tuple[Any, ...], static: dict[str, Any]) -> Any:
        if lent:
            settle(args, cls)
        rules = op.rules * len(args) if op.variadic else op.rules
        primals: list[Any] = []
        level, tracked, arrays, scalars = 0, False, True, False
        for x, rule in zip(args, rules):
            if isinstance(x, cls):
                primal, here = x._data, x.level
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
        a = _run(op, primals, static) if arrays else evaluate(op, tuple(primals), static)
        if type(a) is not float:
            a, level = _settle(op, a, primals, level)
        if special and tracked and mode.tracing and not mode.recording:
            level = 0  # no_grad() in a program: computed anew in every call, and nothing flows back
        elif not tracked or (special and not mode.recording):
            return constant(cls, apart(a))
        elif None in rules:
            args, primals = with_choice(args, primals, rules)
        if special:
            return _special_node(cls, op, a, level, static, args, primals)
        return new_node(cls, op, a, level, static and keep_static(static, None, type(a) is float), (*args, *primals))

    return record


def _special_node(
    cls: Any, op: Op, a: Any, level: int, static: dict[str, Any], args: tuple[Any, ...], primals: list[Any]
) -> Any:
    """A node while a switch is on: a program has copies of its constants, others are checked or noted."""
    if mode.met is not None:
        args, primals = mode.met.of_operands(args, primals)
    static = keep_static(static, mode.met and mode.met.copy_of, type(a) is float)
    node = new_node(cls, op, a, level, static, (*args, *primals))
    if mode.debugging:
        check_forward(node)
    if mode.scope:
        note_scope(node)
    return node


def _run(op: Op, primals: list[Any], static: dict[str, Any]) -> Any:
    """The body on arrays alone; what goes wrong is left to `evaluate`, which explains it."""
    try:
        a = op.forward(*primals, **static)
        return a if type(a) is _ndarray else np.asarray(a)
    except (ValueError, TypeError, IndexError, OverflowError):
        return evaluate(op, tuple(primals), static)


def new_node(cls: Any, op: Op, a: Any, level: int, static: dict[str, Any], edges: tuple[Any, ...]) -> Any:
    """A node of class `cls`: the result `a` of `op`. (The scalar methods below write it out.)"""
    node = _new(cls)
    node._data, node.level, node.static = a, level, static
    node.op, node._edges = op, edges
    node._grad = node.label = node.note = None
    node.pending = 0
    return node


def constant(cls: Any, data: Any) -> Any:
    """A node of class `cls` without history, through which no gradient flows."""
    node = _new(cls)
    node._data, node.level, node.static = data, 0, _NO_STATIC
    node.op = node._edges = node._grad = node.label = node.note = node._loan = None
    node.pending = 0
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
    """Give `cls` Python's operators, and a method for every operation that has one first input."""
    for name, op_name in _BINARY.items():
        setattr(cls, f"__{name}__", _binary_method(ops[op_name], cls, record))
    for name in _REFLECTED:
        reflected = _reflected_method(ops[_BINARY[name]], cls, record)
        setattr(cls, f"__r{name}__", reflected)
        for known in (_BINARY[name], *ops[_BINARY[name]].aliases):
            if isinstance(getattr(np, known, None), np.ufunc):
                REFLECTED[getattr(np, known)] = reflected
    for name, op_name in _UNARY.items():
        setattr(cls, f"__{name}__", _unary_method(ops[op_name], cls, record))

    def install(op: Op) -> None:
        if op.variadic or op.name in taken:
            return
        fast = op.plain and len(op.inputs) == 1
        setattr(cls, op.name, _named(_unary_method(op, cls, record), cls, op.name) if fast else op.call)

    def remove(op: Op) -> None:
        if not op.variadic and op.name not in taken:
            delattr(cls, op.name)

    taken = set(dir(cls))
    ops.watch(install, remove)


def _named(method: Callable[..., Any], cls: Any, name: str) -> Callable[..., Any]:
    """`method` under the name that messages and help() show."""
    method.__name__, method.__qualname__ = name, f"{cls.__name__}.{name}"
    return method


def _on_arrays(op: Op, cls: Any, record: Callable[..., Any]) -> Callable[..., Any]:
    """The short way for arrays: `primals` are float arrays, and nothing else has to be asked."""
    forward = op.forward

    def compute(args: tuple[Any, ...], primals: tuple[Any, ...], level: int) -> Any:
        if lent and settle(args, cls):
            return record(op, args, _NO_STATIC)
        try:
            a = forward(*primals)
        except (ValueError, TypeError, OverflowError):
            return record(op, args, _NO_STATIC)
        if type(a) is not _ndarray or (a.dtype is not _FLOAT64 and a.dtype is not _FLOAT32) or a is primals[0]:
            return record(op, args, _NO_STATIC)
        return new_node(cls, op, a, level, _NO_STATIC, args + primals)

    return compute


def _unary_method(op: Op, cls: Any, record: Callable[..., Any]) -> Callable[[Any], Any]:
    scalar, on_arrays = op.scalar, _on_arrays(op, cls, record)

    def method(self: Any) -> Any:
        z, level = self._data, self.level
        if type(z) is not float or special or not level:
            if type(z) is _ndarray and level and not special:
                return on_arrays((self,), (z,), level)
            if special and mode.dialect in op.elsewhere:
                return op.call(self)
            return record(op, (self,), _NO_STATIC)
        try:
            a = scalar(z)
        except NOT_IEEE:
            return record(op, (self,), _NO_STATIC)
        if type(a) is not float:
            return record(op, (self,), _NO_STATIC)
        node = _new(cls)
        node._data, node.level, node.static = a, level, _NO_STATIC
        node.op, node._edges = op, (self, z)
        node._grad = node.label = node.note = None
        node.pending = 0
        return node

    return method


def _binary_method(op: Op, cls: Any, record: Callable[..., Any]) -> Callable[[Any, Any], Any]:
    if None in op.rules:
        return lambda self, other: record(op, (self, other), _NO_STATIC)
    if not op.elementwise:
        return _matrix_method(op, cls, record)
    scalar, on_arrays = op.scalar, _on_arrays(op, cls, record)

    def method(self: Any, other: Any) -> Any:
        x, level = self._data, self.level
        y = other
        if type(other) is cls:
            y = other._data
            if other.level > level:
                level = other.level
        elif type(other) is int:
            try:
                y = float(other)
            except OverflowError:
                y = other  # for the gate to refuse
        elif type(other) is not float and type(x) is float:
            other = python_number(other)
            y = float(other) if type(other) is int else other
        if type(x) is not float or type(y) is not float or special or not level:
            if type(x) is type(y) is _ndarray and level and not special:
                return on_arrays((self, other), (x, y), level)
            return record(op, (self, other), _NO_STATIC)
        try:
            a = scalar(x, y)
        except NOT_IEEE:
            return record(op, (self, other), _NO_STATIC)
        node = _new(cls)
        node._data, node.level, node.static = a, level, _NO_STATIC
        node.op, node._edges = op, (self, other, x, y)
        node._grad = node.label = node.note = None
        node.pending = 0
        return node

    return method


def _matrix_method(op: Op, cls: Any, record: Callable[..., Any]) -> Callable[[Any, Any], Any]:
    on_arrays = _on_arrays(op, cls, record)

    def method(self: Any, other: Any) -> Any:
        x, level = self._data, self.level
        if type(other) is cls and type(x) is type(other._data) is _ndarray and level and not special:
            return on_arrays((self, other), (x, other._data), max(level, other.level))
        return record(op, (self, other), _NO_STATIC)

    return method


def _reflected_method(op: Op, cls: Any, record: Callable[..., Any]) -> Callable[[Any, Any], Any]:
    """`other` comes first: 1 - value, array @ value."""
    if None in op.rules:
        return lambda self, other: record(op, (other, self), _NO_STATIC)
    scalar, on_arrays, elementwise = op.scalar, _on_arrays(op, cls, record), op.elementwise

    def method(self: Any, other: Any) -> Any:
        y, level = self._data, self.level
        if special or not level:
            return record(op, (other, self), _NO_STATIC)
        if type(other) is type(y) is _ndarray:
            return on_arrays((other, self), (other, y), level)
        if type(y) is not float or not elementwise:
            return record(op, (other, self), _NO_STATIC)
        number = type(other) is float or type(other) is int
        if not number and type(other := python_number(other)) not in (float, int):
            return record(op, (other, self), _NO_STATIC)
        try:
            x = float(other)
            a = scalar(x, y)
        except NOT_IEEE:
            return record(op, (other, self), _NO_STATIC)
        return new_node(cls, op, a, level, _NO_STATIC, (other, self, x, y))

    return method
