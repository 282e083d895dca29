"""Arrays in a user's hands: `.data` lends a leaf's own array, and a write into it must not pass unnoticed.

A graph keeps, beside every input, the very object that the input's `_held` was. So a leaf whose
data is another object now was changed after the graph was recorded. An assignment makes another
object at once; a write into the array (`v.data[0] = 7`, `np.copyto`, `out=`, through a view that is
kept) can only be told from its bytes. Their fingerprint is taken while somebody could write and a
live graph would suffer, and at no other time:

- when `.data` hands the array out, if a graph holds it that `backward()` has not walked;
- when an operation records the leaf, if a view that was handed out is still alive.

A training loop that updates parameters after `backward()` therefore pays for a look at reference
counts, whatever the size. The users' views hang on an array of their own (`Loan.array`, which
shares memory with `_held` by way of a buffer), so that they are told from the graphs' views.
"""

from __future__ import annotations

import sys
import weakref
from collections.abc import Callable
from typing import Any

import numpy as np

from ..core.errors import shape_of
from ..core.graph import topological_order
from ..core.locks import lock
from .debugging import fingerprint

__all__ = ["changed", "Loan", "lend", "lent", "renew", "settle", "shared", "shown", "unchanged", "walked"]

lent: dict[int, None] = {}
"""The id of every loan that is out: operations look at their inputs only while there are any."""

_lock = lock()
"""Held while a leaf gets its loan: two threads may ask for its data at once."""

_references: Callable[[Any], int] = getattr(sys, "getrefcount", lambda x: sys.maxsize)
"""Without counts (on PyPy), everything is taken to be held: slower, and as safe."""


class Loan:
    """What is known of a leaf's array since `.data` handed it out for the first time."""

    __slots__ = ("array", "earlier", "key", "mark", "out")

    def __init__(self, data: np.ndarray) -> None:
        self.array = np.asarray(memoryview(data.view()))  # type: ignore[arg-type]
        """What the user gets. Views of it refer to it and not to `data`, as a view of `data` would."""
        self.key = id(self)
        self.out = False
        """Whether somebody may write to it."""
        self.mark: Any = None
        """The fingerprint of what live graphs hold; None if there are none."""
        self.earlier: tuple[tuple[weakref.ref[np.ndarray], Any], ...] = ()
        """What `_held` was in graphs from before, each with its fingerprint: they may be walked while it fits.
        None if there is none: `backward()` has walked them."""

    def __del__(self) -> None:
        lent.pop(id(self), None)  # not by `key`, which it has not got if a Ctrl-C stopped its making


class _Probe:
    """A leaf in miniature, to learn how Python counts."""

    def __init__(self) -> None:
        self.loan, self.count = Loan(np.zeros(1)), 0

    @property
    def data(self) -> np.ndarray:
        return self.loan.array

    @data.setter
    def data(self, new: np.ndarray) -> None:
        self.count = _references(self.loan.array)


def _counts() -> tuple[int, int]:
    """The count of what one attribute refers to and nothing else; and that during `leaf.data -= u`, or 0 if
    there it can't be told from one of an array that is kept."""
    probe = _Probe()
    probe.data -= 1.0
    setting = probe.count
    kept = probe.data
    probe.data = kept
    told = probe.count > setting
    del kept
    return _references(probe.loan.array), setting if told else 0


_ALONE, _WHILE_SET = _counts()


def lend(value: Any) -> Any:
    """The data of a Value for its user: a leaf's own array, or what can't be written to."""
    loan = value._loan if value.op is None else None
    if loan is None:
        loan = _first(value)
        if loan is None:
            return _shown(value._held)
    if not loan.out:
        if _references(value._held) > _ALONE:
            loan.mark = fingerprint(value._held)
        lent[loan.key] = None  # first: a Ctrl-C between the two must not leave a loan that nobody knows of
        loan.out = True
    return loan.array


def _first(value: Any) -> Loan | None:
    """A loan for a leaf whose array nobody asked for yet; None for what is not lent."""
    if value.op is not None or type(value._held) is not np.ndarray or not value._held.flags.writeable:
        return None
    with _lock: value._loan = value._loan or Loan(value._held)  # noqa: E701  (see leaves.pull_numbers)
    return value._loan  # type: ignore[no-any-return]


def _shown(data: Any) -> Any:
    """`data`, read-only for good: where another array owns the memory, a buffer stands between them."""
    if type(data) is not np.ndarray:
        return data
    if not data.ndim:
        data = data.copy()  # a loss that is kept for a plot should not hold the node's own array; see `shared`
    data.setflags(write=False)
    return data.view() if data.base is None else np.asarray(memoryview(data))


def shown(data: Any) -> Any:
    """What a node holds of an input, read-only: it may be a leaf's array, and nobody would see a write to it."""
    if type(data) is not np.ndarray:
        return data
    view = data.view()
    view.setflags(write=False)
    return view


def renew(value: Any) -> None:
    """Note, in the setter, that a leaf's array holds other numbers: no graph from before may use it."""
    loan = value._loan
    value._held = value._held.view()
    loan.mark, loan.earlier = None, ()
    if loan.out and _references(loan.array) <= _WHILE_SET:
        loan.out = False
        lent.pop(loan.key, None)


def settle(args: tuple[Any, ...], kind: Any) -> bool:
    """Before an operation records `args`: look at the leaves (Values of class `kind`) that are lent.

    Returns whether one was written to, so that its `_held` is another object now.
    """
    written = False
    for x in args:
        if isinstance(x, kind) and x.op is None and x._loan is not None and x._loan.out:
            written |= _settle(x, x._loan)
    return written


def _settle(x: Any, loan: Loan) -> bool:
    written, taken = False, _references(loan.array) > _ALONE
    if taken or loan.mark is not None:
        mark = fingerprint(x._held)
        if loan.mark is not None and loan.mark != mark:
            loan.earlier = tuple([(before, known) for before, known in loan.earlier if known is not None])
            _succeed(x, loan)
            written = True
        loan.mark = mark
    if not taken:  # nobody has the array any more
        loan.out, loan.mark = False, None
        lent.pop(loan.key, None)
    return written


def unchanged(x: Any, primal: Any, seen: dict[Any, int]) -> bool:
    """Whether `x` still holds what it held as the `primal` of a node.

    `seen`: the leaves that a walk met, each with the number of edges that hold its `_held`. Only a
    leaf's first edge costs a fingerprint.
    """
    loan = x._loan if x.op is None else None
    if loan is None or primal is not x._held:
        return primal is x._held or (loan is not None and _fits(loan, primal))
    if x not in seen and loan.mark is not None and fingerprint(primal) != loan.mark:
        return False
    seen[x] = seen.get(x, 0) + 1
    return True


def _fits(loan: Loan, primal: Any) -> bool:
    """Whether `primal`, which a graph from before holds, is as it was."""
    for before, mark in loan.earlier:
        if before() is primal:
            return mark is None or fingerprint(primal) == mark
    return False


def _succeed(x: Any, loan: Loan) -> None:
    """Graphs from now on hold another object than those before."""
    alive = [pair for pair in loan.earlier if pair[0]() is not None] if loan.earlier else ()
    loan.earlier = (*alive, (weakref.ref(x._held), loan.mark))
    x._held, loan.mark = x._held.view(), None


def shared(root: Any, uses: dict[Any, int], kind: Any) -> bool:
    """Whether anything else was computed from a node that `root` depends on: a graph that was not walked with it.

    `uses`: how many edges bring a gradient to each. As each edge holds its input's `_held`, they are counted.
    """
    for node, count in uses.items():
        if node.op is not None and _references(node._held) > _ALONE + count - (node is root):
            break
    else:
        return False
    edges = {root: 0}  # some of its own edges may bring no gradient, as to a mask
    for node in topological_order([root], kind):
        for x in node.inputs or ():
            if isinstance(x, kind):
                edges[x] = edges.get(x, 0) + 1
    return any(_references(x._held) > _ALONE + count for x, count in edges.items() if x.op is not None)


def walked(seen: dict[Any, int]) -> None:
    """After a backward pass that met `seen`: a leaf that no other graph holds is free to be changed."""
    for x, count in seen.items():
        if count and _references(x._held) == _ALONE + count:
            _succeed(x, x._loan)


def changed(node: Any, x: Any) -> RuntimeError:
    """The error for a graph whose input `x` of `node` was changed."""
    name = f"'{x.label}'" if x.label else f"of shape {shape_of(x)}"
    return RuntimeError(
        f"{node.op.name}: its input {name} was given new data after it was used: it was changed by `.data = ...`, "
        f"`.data -= ...` or a write into its array, so the gradient of this graph would be wrong; call backward() "
        f"before the update, or compute the graph again"
    )
