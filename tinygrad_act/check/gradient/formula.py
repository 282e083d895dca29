"""The docstring's formula against the body: two ways to the same numbers, and a card shows the first.

The formula is read as a tree and computed here from the few kinds of pieces that formulas are made of,
with operations of `ta.ops` and NumPy's ufuncs as its words. It is never run as Python.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from ...core.frames import is_ours
from ...core.op import Op
from ...core.registry import ops
from ...formula import CONSTANTS, INFIX, PREFIX, Expr, Unreadable, fold, inlined, parts_of, python, read

__all__ = ["Unreadable", "by_formula", "fault_or_none", "formula_fault", "formulas"]

_MOST = 50

_CLOSE = 1e-6
"""Digits that a formula may lose which the body keeps: of the result, and beside numbers of size 1."""
_NUMPY = ("all", "any", "arange", "argmax", "argmin", "argsort", "array_equal", "array_equiv", "count_nonzero", "eye",
          "full_like", "isclose", "isin", "ones_like", "searchsorted", "sort", "split", "take_along_axis",
          "zeros_like")  # fmt: skip
"""Functions of NumPy's, beside its ufuncs, that formulas may use."""


def formula_fault(op: Op, inputs: Sequence[Any], static: Mapping[str, Any]) -> str:
    """Where the formula of `op` and its body part at these inputs, in words; empty if nowhere.

    Only numbers that are finite by both are compared: a formula may overflow where the body does not.
    Raises `Unreadable` where there is nothing to compare.
    """
    with np.errstate(all="ignore"):
        return _fault(op, inputs, static)


def _fault(op: Op, inputs: Sequence[Any], static: Mapping[str, Any]) -> str:
    said = np.asarray(by_formula(op, inputs, {**op.defaults, **static}))
    done = np.asarray(op.call(*inputs, **static))
    try:
        said, done = np.broadcast_arrays(said.astype(np.float64), done.astype(np.float64))
    except (TypeError, ValueError) as error:
        if said.size == 1 or said.dtype.kind not in "fiub":
            raise Unreadable(f"it gives {said.dtype} of shape {said.shape}") from error
        return f"{_says(op)} gives shape {said.shape}; the body gives {done.shape}"
    size = max([1.0, *(float(np.max(np.abs(x), initial=0.0, where=np.isfinite(x))) for x in map(_numbers, inputs))])
    gap = np.where(np.isfinite(said) & np.isfinite(done), np.abs(said - done), 0.0)
    off = np.argwhere(gap > _CLOSE * np.maximum(np.maximum(np.abs(said), np.abs(done)), 1e-3 * size))
    if not len(off):
        return ""
    index = tuple(int(i) for i in off[0])
    return f"{_says(op)} gives {said[index]:.9g}{_at(op, inputs, done.shape, index)}; the body gives {done[index]:.9g}"


def _says(op: Op) -> str:
    return f"the docstring of {op.name} is wrong: its formula `{op.formula}`"


def _numbers(x: Any) -> np.ndarray:
    array = np.asarray(x)
    return array.astype(np.float64) if array.dtype.kind in "fiub" else np.zeros(0)


def _at(op: Op, inputs: Sequence[Any], shape: tuple[int, ...], index: tuple[int, ...]) -> str:
    """` at z = 0.5`, if the inputs stand entry by entry beside the result."""
    if not op.elementwise:
        return f" for entry {list(index)}" if index else ""
    values = [np.broadcast_to(np.asarray(x), shape)[index] for x in inputs]
    return " at " + ", ".join(f"{name} = {x:.9g}" for name, x in zip(op.names(len(values)), values))


def by_formula(op: Op, inputs: Sequence[Any], given: Mapping[str, Any]) -> Any:
    """What the right-hand side of the formula gives. `given`: all static parameters. Raises `Unreadable`."""
    text = op.formula.removeprefix("a = ")
    if not text:
        raise Unreadable("there is none")
    names = {**given, **({op.inputs[0]: tuple(inputs)} if op.variadic else dict(zip(op.inputs, inputs)))}
    tree = inlined(read(text, names))
    try:
        return fold(tree, parts_of, lambda node, parts: _computed(op, names, node, parts))
    except Unreadable:
        raise
    except Exception as error:  # whatever a formula of other words does here
        raise Unreadable(f"it can't be computed ({error})") from error


def _computed(op: Op, names: Mapping[str, Any], e: Expr, parts: list[Any]) -> Any:
    """The value of one piece of the formula of `op` from those of its parts."""
    compute = _KINDS.get(e.kind)
    if compute is not None:
        return compute(e, parts)
    if e.kind == "name" and e.head in names:
        return names[e.head]
    if e.kind == "call":
        count = len(e.args)
        return _word(op, e.head)(*parts[:count], **dict(zip((key for key, _ in e.keywords), parts[count:])))
    raise Unreadable(f"it uses `{python(e):.40}`, which is no input, no parameter and no operation")


def _infix(e: Expr, parts: list[Any]) -> Any:
    x, y = parts
    if e.head == "**":  # a whole number as a float: no tower of powers takes for ever
        x, y = (float(z) if type(z) is int else z for z in (x, y))
    return INFIX[e.head].compute(x, y)


def _prefix(e: Expr, parts: list[Any]) -> Any:
    if e.head not in PREFIX:
        raise Unreadable("it takes many arguments from one name")
    return PREFIX[e.head].compute(*parts)


def _constant(e: Expr, _: list[Any]) -> Any:
    if isinstance(e.head, (str, bytes, complex)):
        raise Unreadable(f"{e.head!r:.40} is no number")
    return e.head


def _item(_: Expr, parts: list[Any]) -> Any:
    found, index = parts
    return (found if isinstance(found, (tuple, list)) else np.asarray(found))[index]


def _attribute(e: Expr, parts: list[Any]) -> Any:
    if e.head not in ("shape", "ndim", "size", "T"):
        raise Unreadable(f"`.{e.head:.40}` is no part of a formula")
    return getattr(np.asarray(parts[0]), e.head)


_KINDS: dict[str, Callable[[Expr, list[Any]], Any]] = {
    "number": lambda e, _: e.head, "given": lambda e, _: CONSTANTS[e.head], "constant": _constant, "infix": _infix,
    "prefix": _prefix, "item": _item, "attribute": _attribute, "slice": lambda _, parts: slice(*parts),
    "tuple": lambda _, parts: tuple(parts), "list": lambda _, parts: tuple(parts),
}  # fmt: skip


def _word(op: Op, name: str) -> Callable[..., Any]:
    """The function of this name; not the operation itself, which would only agree with itself."""
    found = ops.find(name)
    if found is not None and found is not op:
        return found.call
    function: Any = getattr(np, name, None)
    if isinstance(function, np.ufunc) or name in _NUMPY:
        return function  # type: ignore[no-any-return]
    raise Unreadable(f"it uses '{name}', which is {'itself' if found is op else 'no operation'}")


def formulas(nodes: Iterable[Any]) -> list[str]:
    """A sentence for every operation among these nodes of a graph whose formula is not what its body computes.
    Those of the package itself are left out: its tests and `python -m tinygrad_act check` compare them."""
    seen: set[str] = set()
    faults = []
    for node in nodes:
        op: Op = node.op
        if op.name in seen or len(seen) >= _MOST or is_ours(op.forward):
            continue
        seen.add(op.name)
        fault = fault_or_none(op, node.primals, dict(node.static or {}))
        faults += [fault] * bool(fault)
    return faults


def fault_or_none(op: Op, inputs: Sequence[Any], static: Mapping[str, Any]) -> str:
    """`formula_fault`, empty where nothing can be compared, too."""
    try:
        return formula_fault(op, inputs, static)
    except Unreadable:
        return ""
