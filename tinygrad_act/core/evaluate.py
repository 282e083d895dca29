"""Running an operation on numbers and arrays, and which types bring an interpreter of their own."""

from __future__ import annotations

from typing import Any

import numpy as np

from .calls import explain
from .errors import REAL_KINDS, refuse_kind
from .float_warnings import in_a_spare, is_taken, report, silently
from .frames import own_cause
from .gate import INTERPRETERS, admit, as_float, python_static
from .op import Op

__all__ = [
    "EXPLAINED", "FAILS", "INTERPRETERS", "NOT_IEEE", "PLAIN", "as_arrays", "as_number", "by_ieee", "compute",
    "compute_one", "compute_two", "evaluate", "explain_unless_ieee", "held", "of_numbers", "plainly",
]  # fmt: skip

NOT_IEEE = (ZeroDivisionError, OverflowError, ValueError)
"""What Python's floats raise where IEEE has an answer."""

EXPLAINED = (ValueError, TypeError, IndexError, OverflowError)
"""What bodies raise for operands that do not fit: it is said again with the operation and the shapes."""

FAILS = (*EXPLAINED, *NOT_IEEE)
"""All that the body for Python numbers may raise: `explain_unless_ieee` tells which of both it is."""

PLAIN = (int, float, np.ndarray, np.generic)
"""What is a number or an array itself, and not something that holds one: a node, a formula, ..."""

_ndarray = np.ndarray
_LARGE = 2.0**1000
_FLOAT64 = np.dtype(np.float64)
_INT64 = 1 << 63
"""Integers from here on NumPy holds as objects."""


def held(x: Any) -> Any:
    """The number or array that a node holds; anything else is what it is. (Nothing else has the slot `_held`, and a
    saved module, where there are no nodes, can carry this function.)"""
    return x if isinstance(x, PLAIN) else getattr(x, "_held", x)


def evaluate(op: Op, args: tuple[Any, ...], static: dict[str, Any]) -> Any:
    """Run `op` on numbers and arrays. Python numbers in, Python number out; else an array.

    A Python float obeys IEEE like an array does, without a warning: 1 / 0 is inf, not an exception.
    Raises `ValueError`, `TypeError` or `IndexError` that names the operation and the shapes.
    """
    numbers = True
    for x in args:
        if type(x) is not float:
            if type(x) is _ndarray or isinstance(x, np.generic):  # an array's scalar is as good as an array
                numbers = False
                if x.dtype is not _FLOAT64 and x.dtype.kind not in REAL_KINDS:
                    raise refuse_kind(op.name, x)
            elif type(x) is not int and type(x) is not bool:
                args = tuple([admit(op.name, x) for x in args])
                numbers = not any(type(x) is _ndarray for x in args)
                break
    if numbers:
        static = static and python_static(static)
        if op.elementwise:
            try:
                return of_numbers(op, args, static)
            except EXPLAINED as error:
                raise explain(op, args, static, error) from own_cause(error)
    a = compute(op, args if op.elementwise else _as_arrays(op.name, args), static)
    return a.item() if numbers and a.ndim == 0 else a


def compute(op: Op, args: tuple[Any, ...], static: dict[str, Any]) -> Any:
    """The body of `op` on arrays, and numbers among them if it is elementwise: an array.

    What NumPy warns about comes from the user's line; see `float_warnings`. Raises as `evaluate` does.
    """
    if not static:
        if len(args) == 2:
            return compute_two(op, args[0], args[1])
        if len(args) == 1:
            return compute_one(op, args[0])
    run, a = op.run, None
    try:
        a = op.forward(*args, **static) if run is None else run(op.forward, *args, **static)
    except BaseException as error:
        _refuse(op, args, static, error)
    if type(a) is _ndarray and not op.said:
        return a
    return _said(op, a, args, static)


def compute_one(op: Op, z: Any) -> Any:
    """`compute(op, (z,), {})`: to hand on a tuple and a dict costs as much as all else in there."""
    run, a = op.run, None
    try:
        a = op.kernel(z) if run is None else run(op.kernel, z)
    except BaseException as error:
        _refuse(op, (z,), {}, error)
    if type(a) is _ndarray and not op.said:
        return a
    return _said(op, a, (z,), {})


def compute_two(op: Op, x: Any, y: Any) -> Any:
    """`compute(op, (x, y), {})`, likewise."""
    run, a = op.run, None
    try:
        a = op.kernel(x, y) if run is None else run(op.kernel, x, y)
    except BaseException as error:
        _refuse(op, (x, y), {}, error)
    if type(a) is _ndarray and not op.said:
        return a
    return _said(op, a, (x, y), {})


def _refuse(op: Op, args: tuple[Any, ...], static: dict[str, Any], error: BaseException) -> None:
    """Raises what a body raised, and explains what it can; nothing for a context that is taken. Also where a Ctrl-C
    stopped the body: the next call would tell what this one brought."""
    if is_taken(error):
        return
    op.said.mine()  # of a body that did not end, nobody wants to know
    if isinstance(error, EXPLAINED):
        raise explain(op, args, static, error) from own_cause(error)
    try:
        raise error
    finally:
        del error  # it would hold this frame, which holds it, and all that is switched on, for long


def _said(op: Op, a: Any, args: tuple[Any, ...], static: dict[str, Any]) -> Any:
    """The result `a` of a body as an array, once what NumPy said is reported; None: it has not run yet."""
    if a is None and op.run is not None:
        try:
            a = in_a_spare(op.forward, args, static)
        except EXPLAINED as error:
            raise explain(op, args, static, error) from own_cause(error)
    if op.said:
        report(op.said)
    return a if type(a) is _ndarray else np.asarray(a)


def of_numbers(op: Op, args: tuple[Any, ...], static: dict[str, Any]) -> Any:
    """What an elementwise `op` gives for Python numbers: a Python number, by IEEE where Python's own arithmetic raises.

    A saved program holds this and what it calls, so none of it asks for more than NumPy.
    """
    try:
        a = op.scalar(*args, **static)
    except NOT_IEEE:
        pass  # the way out is below: an error that is raised in here would show this one, too
    else:
        return _in_kind(op, args, a)
    return silently(_by_body, op, args, static)


def _in_kind(op: Op, args: tuple[Any, ...], a: Any) -> Any:
    """The result `a` of a body for Python numbers as one of them."""
    if (type(a) is int or type(a) is bool) and _is_float(op, args):
        return as_float(op.name, a)  # maximum(0.5, 2): as in NumPy a float, whichever of the two is larger
    return a.item() if isinstance(a, np.generic) else a


def explain_unless_ieee(op: Op, args: tuple[Any, ...], static: dict[str, Any], error: Exception) -> None:
    """Raises the `error` of a body that was given Python numbers, explained; nothing where IEEE has an answer, which
    is then looked for outside of the `except`: an error that is raised in there would show this one, too."""
    if not isinstance(error, NOT_IEEE):
        raise explain(op, args, static, error) from own_cause(error)


def as_number(op: Op, args: tuple[Any, ...], static: dict[str, Any], a: Any) -> Any:
    """The same of a body that ran already; None: Python made an exception of it."""
    return by_ieee(op, args, static) if a is None else _in_kind(op, args, a)


def by_ieee(op: Op, args: tuple[Any, ...], static: dict[str, Any]) -> Any:
    """What `op` gives for Python numbers of which Python's own arithmetic makes an exception: 1 / 0 is inf."""
    try:
        return silently(_by_body, op, args, static)
    except EXPLAINED as error:
        raise explain(op, args, static, error) from own_cause(error)


def _by_body(op: Op, args: tuple[Any, ...], static: dict[str, Any]) -> Any:
    """The number that the body for arrays gives for numbers."""
    whole = tuple([float(x) if type(x) is int and abs(x) < _LARGE else x for x in args])  # 0 ** -1 is inf, too
    return np.asarray(op.forward(*_as_arrays(op.name, whole), **static)).item()


def plainly(op: Op, args: tuple[Any, ...], static: dict[str, Any]) -> Any:
    """What `evaluate` gives for numbers and arrays that fit, without a look at them: what a saved program calls."""
    numbers = not any(isinstance(x, (np.ndarray, np.generic)) for x in args)
    if numbers and op.elementwise:
        return of_numbers(op, args, static)
    a = np.asarray(op.forward(*(args if op.elementwise else _as_arrays(op.name, args)), **static))
    return a.item() if numbers and a.ndim == 0 else a


def _as_arrays(where: str, args: tuple[Any, ...]) -> tuple[Any, ...]:
    """`as_arrays`, with whole numbers that no integer dtype holds as floats. Raises `ValueError` for one that no float
    holds."""
    for x in args:
        if type(x) is int and abs(x) >= _INT64:
            return as_arrays(tuple([as_float(where, x) if type(x) is int else x for x in args]))
    return as_arrays(args)


def _is_float(op: Op, args: tuple[Any, ...]) -> bool:
    """Whether any number that the result is made of is a float: not a condition, nor what is compared."""
    return any(type(x) is float for x, rule in zip(args, op.rules) if rule is not None)


def as_arrays(args: tuple[Any, ...]) -> tuple[Any, ...]:
    """The same data with every Python number as a 0-d array: only elementwise bodies take numbers."""
    for x in args:
        if type(x) is not _ndarray:
            return tuple([np.asarray(x) for x in args])
    return args
