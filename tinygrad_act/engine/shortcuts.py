"""Nodes, and the short ways to them: Python's operators, and methods of one input, on floats and on arrays.

A scalar network is millions of floats, so the methods here write out what `record` does, and ask it only
where more is to be asked.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from ..core.evaluate import NOT_IEEE, compute_one, compute_two
from ..core.frames import trim
from ..core.gate import python_number
from ..core.mode import current, special
from ..core.op import Op
from .lending import lent, settle

__all__ = ["NO_STATIC", "binary_method", "constant", "new_node", "reflected_method", "unary_method"]

NO_STATIC: dict[str, Any] = {}
"""The static parameters of a call without any."""

_new: Any = object.__new__
_ndarray = np.ndarray
_FLOAT64, _FLOAT32 = np.dtype(np.float64), np.dtype(np.float32)


def new_node(cls: Any, op: Op, a: Any, level: int, static: dict[str, Any], edges: tuple[Any, ...]) -> Any:
    """A node of class `cls`: the result `a` of `op`. (The scalar methods below write it out.)"""
    node = _new(cls)
    node._held, node.level, node.static = a, level, static
    node.op, node._edges = op, edges
    node._grad = node.label = node.note = None
    node.pending = 0
    return node


def constant(cls: Any, data: Any) -> Any:
    """A node of class `cls` without history, through which no gradient flows."""
    node = _new(cls)
    node._held, node.level, node.static = data, 0, NO_STATIC
    node.op = node._edges = node._grad = node.label = node.note = node._loan = None
    node.pending = 0
    return node


def _on_array(op: Op, cls: Any, record: Callable[..., Any]) -> Callable[..., Any]:
    """The short way of one input that holds the array `z`, where nothing else has to be asked."""

    def short(value: Any, z: Any, level: int) -> Any:
        if lent and settle((value,), cls):
            return record(op, (value,), NO_STATIC)
        a = compute_one(op, z)
        if (a.dtype is not _FLOAT64 and a.dtype is not _FLOAT32) or a is z:
            return record(op, (value,), NO_STATIC)
        return new_node(cls, op, a, level, NO_STATIC, (value, z))

    return short


def _on_arrays(op: Op, cls: Any, record: Callable[..., Any]) -> Callable[..., Any]:
    """The same of two inputs that hold `x` and `y`."""

    def short(first: Any, second: Any, x: Any, y: Any, level: int) -> Any:
        if lent and settle((first, second), cls):
            return record(op, (first, second), NO_STATIC)
        a = compute_two(op, x, y)
        if (a.dtype is not _FLOAT64 and a.dtype is not _FLOAT32) or a is x:
            return record(op, (first, second), NO_STATIC)
        return new_node(cls, op, a, level, NO_STATIC, (first, second, x, y))

    return short


def unary_method(op: Op, cls: Any, record: Callable[..., Any]) -> Callable[[Any], Any]:
    scalar, on_array = op.scalar, _on_array(op, cls, record)

    def method(self: Any) -> Any:
        try:
            z, level = self._held, self.level
            if type(z) is not float or special or not level:
                if type(z) is _ndarray and level and not special:
                    return on_array(self, z, level)
                if special and current().dialect in op.elsewhere:
                    return op.call(self)
                return record(op, (self,), NO_STATIC)
            try:
                a = scalar(z)
            except NOT_IEEE:
                a = None
            if type(a) is not float:
                return record(op, (self,), NO_STATIC, a is None)
            node = _new(cls)
            node._held, node.level, node.static = a, level, NO_STATIC
            node.op, node._edges = op, (self, z)
            node._grad = node.label = node.note = None
            node.pending = 0
            return node
        except Exception as error:
            if type(error) is not RecursionError:  # there is no room for a call
                trim(error)
            raise

    return method


def binary_method(op: Op, cls: Any, record: Callable[..., Any]) -> Callable[[Any, Any], Any]:
    if None in op.rules:
        return _plain_method(op, record)
    return (_elementwise_method if op.elementwise else _matrix_method)(op, cls, record)


def _elementwise_method(op: Op, cls: Any, record: Callable[..., Any]) -> Callable[[Any, Any], Any]:
    scalar, on_arrays = op.scalar, _on_arrays(op, cls, record)

    def method(self: Any, other: Any) -> Any:
        try:
            x, level = self._held, self.level
            y = other
            if type(other) is cls:
                y, here = other._held, other.level
                level = here if here > level else level
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
                    return on_arrays(self, other, x, y, level)
                return record(op, (self, other), NO_STATIC)
            try:
                a = scalar(x, y)
            except NOT_IEEE:
                pass
            else:
                node = _new(cls)
                node._held, node.level, node.static = a, level, NO_STATIC
                node.op, node._edges = op, (self, other, x, y)
                node._grad = node.label = node.note = None
                node.pending = 0
                return node
            return record(op, (self, other), NO_STATIC, True)
        except Exception as error:
            if type(error) is not RecursionError:  # there is no room for a call
                trim(error)
            raise

    return method


def _plain_method(op: Op, record: Callable[..., Any], reflected: bool = False) -> Callable[[Any, Any], Any]:
    """A method of an operation through which nothing flows: of two Values, a constant."""

    def method(self: Any, other: Any) -> Any:
        try:
            return record(op, (other, self) if reflected else (self, other), NO_STATIC)
        except Exception as error:
            if type(error) is not RecursionError:  # there is no room for a call
                trim(error)
            raise

    return method


def _matrix_method(op: Op, cls: Any, record: Callable[..., Any]) -> Callable[[Any, Any], Any]:
    on_arrays = _on_arrays(op, cls, record)

    def method(self: Any, other: Any) -> Any:
        try:
            x, level = self._held, self.level
            if type(other) is cls and type(x) is type(other._held) is _ndarray and level and not special:
                return on_arrays(self, other, x, other._held, max(level, other.level))
            return record(op, (self, other), NO_STATIC)
        except Exception as error:
            if type(error) is not RecursionError:  # there is no room for a call
                trim(error)
            raise

    return method


def reflected_method(op: Op, cls: Any, record: Callable[..., Any]) -> Callable[[Any, Any], Any]:
    """`other` comes first: 1 - value, array @ value."""
    if None in op.rules:
        return _plain_method(op, record, True)
    scalar, on_arrays, elementwise = op.scalar, _on_arrays(op, cls, record), op.elementwise

    def method(self: Any, other: Any) -> Any:
        try:
            y, level = self._held, self.level
            if special or not level:
                return record(op, (other, self), NO_STATIC)
            if type(other) is type(y) is _ndarray:
                return on_arrays(other, self, other, y, level)
            if type(y) is not float or not elementwise:
                return record(op, (other, self), NO_STATIC)
            number = type(other) is float or type(other) is int
            if not number and type(other := python_number(other)) not in (float, int):
                return record(op, (other, self), NO_STATIC)
            try:
                x = float(other)
                a = scalar(x, y)
            except NOT_IEEE:
                pass
            else:
                return new_node(cls, op, a, level, NO_STATIC, (other, self, x, y))
            return record(op, (other, self), NO_STATIC, True)
        except Exception as error:
            if type(error) is not RecursionError:  # there is no room for a call
                trim(error)
            raise

    return method
