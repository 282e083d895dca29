"""The docstring's formula against the body: two ways to the same numbers, and a card shows the first.

The formula is read by Python's parser and computed here from the few kinds of syntax that formulas
are made of, with operations of `ta.ops` and NumPy's ufuncs as its words. It is never run as Python.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from ...core.frames import is_ours
from ...core.op import Op
from ...core.registry import ops
from ...formula.operators import OF_NODE

__all__ = ["Unreadable", "by_formula", "fault_or_none", "formula_fault", "formulas"]

_MOST = 50

_CLOSE = 1e-6
"""Digits that a formula may lose which the body keeps: of the result, and beside numbers of size 1."""
_LONGEST = 10_000
_NUMPY = ("all", "any", "arange", "argmax", "argmin", "argsort", "array_equal", "array_equiv", "count_nonzero", "eye",
          "full_like", "isclose", "isin", "ones_like", "searchsorted", "sort", "split", "take_along_axis",
          "zeros_like")  # fmt: skip
"""Functions of NumPy's, beside its ufuncs, that formulas may use."""
_CONSTANTS = {"pi": np.pi, "e": np.e, "inf": np.inf, "nan": np.nan}
_SIGNS: dict[type, Callable[..., Any]] = {
    **{node: one.compute for node, one in OF_NODE.items()}, ast.Not: np.logical_not,
}  # fmt: skip


class Unreadable(ValueError):
    """A formula that can't be computed: prose, or words that are no operations."""


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
    if not text or len(text) > _LONGEST:
        raise Unreadable("there is none" if not text else "it is too long")
    names = {op.inputs[0]: tuple(inputs)} if op.variadic else dict(zip(op.inputs, inputs))
    try:
        tree = ast.parse(text, mode="eval").body
        return _Reader(op, {**_CONSTANTS, **given, **names}).compute(tree)
    except Unreadable:
        raise
    except Exception as error:  # whatever a formula of other words does here
        raise Unreadable(f"it can't be computed ({error})") from error


class _Reader:
    """Computes one formula: what its names mean, and which words it may use."""

    def __init__(self, op: Op, names: Mapping[str, Any]) -> None:
        self._op, self._names = op, names

    def compute(self, node: ast.AST) -> Any:
        """The value of one piece of the formula."""
        kind = _KINDS.get(type(node))
        if kind is None:
            raise Unreadable(f"`{ast.unparse(node):.40}` is no part of a formula")
        return kind(self, node)

    def _constant(self, node: Any) -> Any:
        if isinstance(node.value, (str, bytes, complex)):
            raise Unreadable(f"{node.value!r:.40} is no number")
        return node.value

    def _name(self, node: Any) -> Any:
        if node.id not in self._names:
            raise Unreadable(f"it uses '{node.id}', which is no input and no parameter")
        return self._names[node.id]

    def _binary(self, node: Any) -> Any:
        x, y = self.compute(node.left), self.compute(node.right)
        if isinstance(node.op, ast.Pow):
            x, y = _real(x), _real(y)
        return _SIGNS[type(node.op)](x, y)

    def _unary(self, node: Any) -> Any:
        return _SIGNS[type(node.op)](self.compute(node.operand))

    def _comparison(self, node: Any) -> Any:
        terms = [self.compute(node.left), *map(self.compute, node.comparators)]
        found = [_SIGNS[type(how)](x, y) for how, x, y in zip(node.ops, terms, terms[1:])]
        return np.logical_and.reduce(found) if len(found) > 1 else found[0]

    def _choice(self, node: Any) -> Any:
        return np.where(self.compute(node.test), self.compute(node.body), self.compute(node.orelse))

    def _tuple(self, node: Any) -> Any:
        return tuple(map(self.compute, node.elts))

    def _slice(self, node: Any) -> Any:
        return slice(*(None if end is None else self.compute(end) for end in (node.lower, node.upper, node.step)))

    def _item(self, node: Any) -> Any:
        found = self.compute(node.value)
        return (found if isinstance(found, (tuple, list)) else np.asarray(found))[self.compute(node.slice)]

    def _attribute(self, node: Any) -> Any:
        if node.attr not in ("shape", "ndim", "size", "T"):
            raise Unreadable(f"`.{node.attr:.40}` is no part of a formula")
        return getattr(np.asarray(self.compute(node.value)), node.attr)

    def _call(self, node: Any) -> Any:
        if not isinstance(node.func, ast.Name):
            raise Unreadable(f"`{ast.unparse(node.func):.40}` is no operation")
        function = self._word(node.func.id)
        words = {word.arg: self.compute(word.value) for word in node.keywords if word.arg}
        return function(*map(self.compute, node.args), **words)

    def _word(self, name: str) -> Callable[..., Any]:
        """The function of this name; not the operation itself, which would only agree with itself."""
        found = ops.find(name)
        if found is not None and found is not self._op:
            return found.call
        function: Any = getattr(np, name, None)
        if isinstance(function, np.ufunc) or name in _NUMPY:
            return function  # type: ignore[no-any-return]
        raise Unreadable(f"it uses '{name}', which is {'itself' if found is self._op else 'no operation'}")


def _real(x: Any) -> Any:
    """A whole number as a float: no tower of powers takes for ever."""
    return float(x) if type(x) is int else x


_KINDS: dict[type, Callable[[_Reader, Any], Any]] = {
    ast.Constant: _Reader._constant, ast.Name: _Reader._name, ast.BinOp: _Reader._binary,
    ast.UnaryOp: _Reader._unary, ast.Compare: _Reader._comparison, ast.IfExp: _Reader._choice,
    ast.Tuple: _Reader._tuple, ast.List: _Reader._tuple, ast.Attribute: _Reader._attribute, ast.Call: _Reader._call,
    ast.Subscript: _Reader._item, ast.Slice: _Reader._slice,
}  # fmt: skip


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
