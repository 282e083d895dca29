"""`ta.compile(value)`: the graph that was recorded to make a Value, as a program that reads its leaves anew."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..core.frames import boundary
from ..core.graph import topological_order
from ..core.mode import mode, special
from ..engine.backprop_scalar import write_gradients
from ..engine.leaves import grad_lock, seed
from ..engine.tracing import refuse_look
from ..engine.transforms import value_and_grad, vjp
from ..engine.value import Value
from .compiled import Compiled
from .program import WithProgram
from .rerun import Block, Rerun, as_nodes, as_vectors
from .vectors import all_finite

__all__ = ["CompiledValue"]


class CompiledValue(WithProgram):
    """A graph that runs as a program: `forward()` in place of computing the Value again, `backward()` in place of
    that and `value.backward()`. Made by `ta.compile(value)`.

    Numbers and arrays that operations met are constants of the program, and so is what was computed
    from constants alone. The root and the leaves are refreshed; the nodes between them keep the
    numbers that they were recorded with.
    """

    def __init__(self, root: Value, passes: tuple[str, ...]) -> None:
        if root.op is None:
            raise ValueError(
                f"compile: {root!r} has no graph, so the program would be empty: no operation made it, or none that "
                f"was recorded (on constants, inside no_grad()); compile the result of operations on Values, or a "
                f"function"
            )
        _refuse_inside(root, "compile()")
        self.root = root
        order = topological_order([root], Value)
        vectors = as_vectors(order) if "vectors" in passes else None
        rerun = vectors or as_nodes(order)
        self._order, self._vectors = order, vectors is not None
        self._blocks, self._fixed = _sorted(rerun.blocks)
        self._forward, self._gradient, self._pullback = (Compiled(f, (), passes, True) for f in _functions(rerun))
        self._last = self._gradient if root.level and root.size == 1 else self._forward
        self._last.trace(*self._read())

    def _read(self) -> tuple[dict[str, Any], dict[str, Any]]:
        return {x.name: x.read() for x in self._blocks}, {x.name: x.read() for x in self._fixed}

    @boundary
    def forward(self) -> Any:
        """Compute the root for what the leaves hold now, and return its data."""
        _refuse_inside(self.root, "forward()")
        self._last = self._forward
        a = self._forward(*self._read())
        if self._vectors and not all_finite((a,)):
            rerun = as_nodes(self._order)
            a = rerun({x.name: x.read() for x in rerun.blocks})
        with grad_lock: self._refresh(a)  # noqa: E701
        return self.root.data

    @boundary
    def backward(self, g: Any = None) -> None:
        """Compute the root for what the leaves hold now, and add to the `.grad` of each leaf its part of the
        gradient, as `backward(g)` of a graph recorded anew would.

        Raises `ValueError` as `Value.backward` does: for a `g` of another shape, or none where one is
        needed, and where no gradient flows.
        """
        root = self.root
        _refuse_inside(root, "backward()")
        if not root.level:
            raise ValueError("backward: no gradient flows from this program's root to any of its leaves")
        self._last = self._gradient if g is None and root.size == 1 else self._pullback
        more = () if self._last is self._gradient else (np.asarray(seed(root, g)),)
        leaves, fixed = self._read()
        a, gradients = self._last(leaves, fixed, *more)
        blocks = self._blocks
        if self._vectors and not all_finite((a, *gradients.values())):
            blocks, a, gradients = self._one_by_one(*more)
        with grad_lock: self._hand_out(a, seed(root, g), blocks, gradients)  # noqa: E701  (see leaves.pull_numbers)

    def _hand_out(self, a: Any, g: Any, blocks: list[Block], gradients: dict[str, Any]) -> None:
        self._refresh(a)
        new = [(self.root, g), *(pair for block in blocks for pair in block.added(gradients[block.name]))]
        write_gradients(Value, *zip(*new))

    def _one_by_one(self, *g: Any) -> tuple[list[Block], Any, dict[str, Any]]:
        """The root and the gradients, number by number: a vector's sum of products makes a NaN of 0 times infinity
        where the chain rule of scalars stops at the 0."""
        rerun = as_nodes(self._order)
        blocks, rest = _sorted(rerun.blocks)
        _, backward, pullback = _functions(rerun)
        given = {x.name: x.read() for x in blocks}, {x.name: x.read() for x in rest}
        a, gradients = pullback(*given, *g) if g else backward(*given)
        return blocks, a, gradients

    def _refresh(self, a: Any) -> None:
        root = self.root
        root._held = float(a) if type(root._held) is float else np.asarray(a, root.dtype)

    def __reduce__(self) -> Any:
        raise TypeError(
            "a compiled graph can't be copied or pickled with its Values; pickle .program, which takes the leaves' data"
        )

    def __repr__(self) -> str:
        count = sum(len(x.leaves) for x in (*self._blocks, *self._fixed))
        return f"<compiled {self.root!r} of {count} leaves: {self.explain().headline}>"


def _refuse_inside(root: Value, how: str) -> None:
    """Raises `TracingError` while another program is recorded, which this one's numbers would become part of."""
    if special and mode.tracing:
        refuse_look(root, how)


def _sorted(blocks: list[Block]) -> tuple[list[Block], list[Block]]:
    """Those that a gradient flows to, and the others."""
    return [x for x in blocks if not x.fixed], [x for x in blocks if x.fixed]


def _functions(rerun: Rerun) -> tuple[Any, Any, Any]:
    """The root; with the gradient; with what a cotangent of the root brings. Functions of the leaves that a
    gradient flows to, and of the others."""

    def forward(leaves: dict[str, Any], fixed: dict[str, Any]) -> Any:
        return rerun({**leaves, **fixed})

    def backward(leaves: dict[str, Any], fixed: dict[str, Any]) -> Any:
        return value_and_grad(forward)(leaves, fixed)

    def pullback(leaves: dict[str, Any], fixed: dict[str, Any], g: Any) -> Any:
        a, pull = vjp(lambda x: forward(x, fixed), leaves)
        return a, pull(g)[0]

    return forward, backward, pullback
