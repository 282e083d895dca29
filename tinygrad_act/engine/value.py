"""`Value`: a scalar or a tensor that remembers which operation made it.

    x = Value(2.0, label="x")
    y = x * x + 1
    y.backward()
    x.grad                       # 4.0

A Python float stays a Python float (fast for scalar networks), and NumPy's float64 and integers become one; anything
else is a NumPy array.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from ..core.errors import shape_of
from ..core.evaluate import INTERPRETERS
from ..core.frames import boundary, trim
from ..core.mode import mode, special
from ..core.op import Op
from ..operations import shape
from ..operations.steps import stop_gradient
from . import leaves
from .bare import Bare
from .debugging import WALKED
from .indexing import indexed
from .leaves import deliver, describe, leaf_data, pull_numbers, rebuild, seed
from .lending import Loan, lend, renew, shown
from .methods import Methods
from .operators import Operators
from .recording import constant, install_operators, recorder
from .registered import Registered
from .tracing import refuse_backward, refuse_look, refuse_write

__all__ = ["Value", "record"]


class Value(Bare, Methods, Operators, Registered):
    """A scalar or tensor in a computation graph.

    `data`: a number, an array, or nested lists of numbers. Arrays are copied; integers become
    floats, because a gradient is asked for, and NumPy's float64, integers and bool Python's numbers.
    `label`: a name for pictures and messages.
    `requires_grad=False` makes a constant, which keeps its dtype and gets no gradient.

    Raises `TypeError` for anything that is not made of real numbers, `ValueError` for one that no float holds.
    """

    __slots__ = (
        "__weakref__", "_held", "_edges", "_grad", "_loan", "label", "level", "note", "op", "pending", "static",
    )  # fmt: skip

    _held: Any
    _grad: Any
    op: Op | None
    """The operation that made it; None at a leaf."""
    _edges: tuple[Any, ...] | None
    """The inputs and, after them, the number or array that each of them held: one tuple, because
    the garbage collector visits every one. None at a leaf."""
    static: dict[str, Any]
    """The static parameters of `op`."""
    level: int
    """0 for a constant; else how deep the nested gradients are that it belongs to, from 1."""
    pending: int
    """Edges still to deliver a gradient, while `backprop_scalar` runs; else 0."""
    _loan: Any
    """Who may write to the array of a leaf: a `Loan`, or None if `data` never handed it out."""
    note: Any
    """What `debug()` and `scope()` note about it, or that a gradient was there and is forgotten: a `Note`, or None."""
    label: str | None

    def __init__(self, data: Any, label: str | None = None, *, requires_grad: bool = True) -> None:
        try:
            self._held = leaf_data(data, requires_grad)
        except Exception as error:
            if type(error) is not RecursionError:  # there is no room for a call
                trim(error)
            raise
        self.op = self._edges = self._grad = self.note = self._loan = None
        self.static = {}
        self.label = label
        self.level = int(requires_grad)
        self.pending = 0

    def __init_subclass__(cls) -> None:
        INTERPRETERS[cls] = record

    # -- what it holds ------------------------------------------------------------------------

    @property
    def data(self) -> Any:
        """The number or array itself. An operation's result is read-only; a leaf's may be replaced or
        changed, as by `p.data -= ...` and `p.data[0] = ...`, and `backward()` notices it.

        Setting it keeps shape and dtype. Raises `ValueError` for another shape, or a number that would become infinite
        or be cut in this dtype; `TypeError` for what is not made of real numbers, and at an operation's result."""
        if special and mode.tracing:
            refuse_look(self, ".data")
        return self._held if type(self._held) is float else lend(self)

    @data.setter
    def data(self, new: Any) -> None:
        try:
            if special and mode.tracing:
                raise refuse_write(self, "data")
            if self.op is not None:
                raise TypeError(
                    f"data: this Value is the result of {self.op.name}, not a leaf; make a new Value instead"
                )
            if self._loan is not None and new is self._loan.array:
                renew(self)  # `p.data -= u`: the same memory
            elif type(self._held) is float and isinstance(new, float):
                self._held = float(new)
            else:
                data = leaves.new_data(self, new)
                loan = self._loan and Loan(data)
                self._held, self._loan = data, loan  # at once: no Ctrl-C may come between
        except Exception as error:
            if type(error) is not RecursionError:  # there is no room for a call
                trim(error)
            raise

    @property
    def inputs(self) -> tuple[Any, ...] | None:
        """What it was made from, Values and constants, in the order of the operation; None at a leaf."""
        return None if self._edges is None else self._edges[: len(self._edges) // 2]

    @property
    def primals(self) -> tuple[Any, ...] | None:
        """The number or (read-only) array that each input held when this was computed; None at a leaf."""
        if special and mode.tracing:
            refuse_look(self, ".primals")
        return None if self._edges is None else tuple(map(shown, self._edges[len(self._edges) // 2 :]))

    @property
    def grad(self) -> Any:
        """The gradient, in the shape and dtype of `data`; zero before any has arrived.

        A leaf adds up what every `backward()` brings; any other Value shows what the last one
        brought. None for a constant.
        """
        if special and mode.tracing:
            refuse_look(self, ".grad")
        return self._grad if self._grad is not None and self.op is None else leaves.shown_grad(self)

    @grad.setter
    @boundary
    def grad(self, new: Any) -> None:
        if special and mode.tracing:
            raise refuse_write(self, "gradient")
        if type(self._held) is float and isinstance(new, float) and new:
            self._grad = float(new)
        elif new is None or leaves.is_zero(new):
            self.zero_grad()
        else:
            self._grad = leaves.kept_grad(self, new)

    @property
    def requires_grad(self) -> bool:
        """Whether a gradient flows to it."""
        return self.level > 0

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape of the data; `()` for a scalar."""
        return shape_of(self._held)

    @property
    def ndim(self) -> int:
        """The number of axes."""
        return len(self.shape)

    @property
    def size(self) -> int:
        """The number of entries."""
        return self._held.size if isinstance(self._held, np.ndarray) else 1

    @property
    def dtype(self) -> np.dtype[Any]:
        """The dtype of the data; float64 for a Python float."""
        return self._held.dtype if isinstance(self._held, np.ndarray) else np.dtype(type(self._held))

    @property
    def T(self) -> Value:  # noqa: N802  (NumPy's name)
        """The transpose."""
        return shape.transpose(self)  # type: ignore[no-any-return]

    def detach(self) -> Value:
        """The same numbers as a constant: no gradient flows through it."""
        if special and mode.tracing:  # a constant's numbers are read anew in every call
            return self if not self.level and self.op is None else stop_gradient(self)
        return constant(type(self), leaf_data(self._held, False))  # type: ignore[no-any-return]

    def zero_grad(self) -> None:
        """Forget the gradient: it reads as zero again."""
        if special and mode.tracing:
            raise refuse_write(self, "gradient")
        if self._grad is not None and self.note is None:
            self.note = WALKED
        self._grad = None

    # -- backward -----------------------------------------------------------------------------

    def backward(self, g: Any = None, *, create_graph: bool = False) -> None:
        """Add to the `grad` of every leaf its part of the gradient of this Value.

        `g`: the cotangent of this Value, of its shape or one number for all entries; 1 for a single
        number. A second call adds the same once more. `create_graph=True` makes every leaf's `grad` a
        Value with a graph of its own, for second derivatives; leaf and graph then refer to each other
        until the leaf's `zero_grad()`, so prefer nesting `ta.grad`. After a Ctrl-C the gradients of all leaves
        are as before, or complete; those of other Values may read as zero.

        Raises `ValueError` for a `g` of another shape, one that the dtype can't hold, or none where one is needed;
        `TypeError` for a `g` that is not made of real numbers; `RuntimeError` if a leaf's data was changed since the
        graph was made.
        """
        try:
            if special and mode.tracing:
                raise refuse_backward()
            if not self.level:
                raise leaves.nothing_flows()
            g = seed(self, g)
            plain = type(g) is float and not create_graph and not special and not Value.__subclasses__()
            if plain and pull_numbers(self, g, Value):  # numbers come from numbers only: the whole graph is floats
                return
            deliver(self, constant(Value, g) if create_graph and type(g) is not float else g, Value, create_graph)
        except Exception as error:
            if type(error) is not RecursionError:  # there is no room for a call
                trim(error)
            raise

    # -- Python's protocols -------------------------------------------------------------------

    def __repr__(self) -> str:
        return f"Value({describe(self)})"

    @boundary
    def __len__(self) -> int:
        if not self.shape:
            raise TypeError("len() of a scalar Value; it has no axes")
        return self.shape[0]

    @boundary
    def __iter__(self) -> Iterator[Value]:
        if not self.shape:
            raise TypeError("iteration over a scalar Value; it has no axes")
        return (self[i] for i in range(len(self)))

    def __getitem__(self, key: Any) -> Value:
        try:
            return indexed(self, key, Value)  # type: ignore[no-any-return]
        except Exception as error:
            if type(error) is not RecursionError:  # there is no room for a call
                trim(error)
            raise

    @boundary
    def __setitem__(self, key: Any, new: Any) -> None:
        raise TypeError(
            "a Value can't be changed in place: its graph would no longer be true; "
            "write x = ta.where(mask, new, x), or build it with ta.concatenate or ta.stack"
        )

    @boundary
    def __copy__(self) -> Value:
        return leaves.copied(self)  # type: ignore[no-any-return]

    @boundary
    def __deepcopy__(self, memo: dict[int, Any]) -> Value:
        return leaves.copied(self, memo)  # type: ignore[no-any-return]

    def __getstate__(self) -> Any:
        """What a subclass has added: as `object.__getstate__` has it, and None for a plain Value."""
        return leaves.added(self, Value)

    @boundary
    def __reduce__(self) -> tuple[Any, ...]:
        if special and mode.tracing:
            refuse_look(self, "pickling")
        if self.op is not None:
            raise TypeError(f"a result of {self.op.name} can't be copied or pickled with its graph; use .detach()")
        if self.level > 1:
            raise TypeError("a Value that a gradient is taken by can't be pickled, which would lose it; use .detach()")
        state = self.__getstate__()
        made = rebuild, (type(self), self._held, self.label, self.requires_grad, self._grad)
        return made if state is None else (*made, state)

    __hash__ = object.__hash__  # by identity: == is an operation


record = recorder(Value)
INTERPRETERS[Value] = record
install_operators(Value, record)
