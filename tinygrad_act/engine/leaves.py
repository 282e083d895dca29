"""What goes into a leaf and what comes out: its data, the seed of a gradient, the sum of gradients."""

from __future__ import annotations

import copy
from typing import Any

import numpy as np

from ..core.errors import BareNumberError
from ..core.evaluate import held
from ..core.float_warnings import silently
from ..core.gate import admit, as_float, cast, cast_number, python_number
from ..core.locks import lock
from ..core.mode import mode
from ..operations.activations import identity
from .backprop import count_uses, pull, total
from .backprop_scalar import pull_scalars, take_back_all, write_gradients
from .bare import Bare
from .lending import shared, walked
from .recording import constant

__all__ = [
    "added", "brief", "copied", "deliver", "describe", "grad_lock", "is_zero", "kept_grad", "leaf_data", "new_data",
    "nothing_flows", "own", "pull_numbers", "rebuild", "seed", "shown_grad", "slot_names",
]  # fmt: skip

grad_lock = lock(take_back_all)
"""Held while gradients are written: two threads may bring some to one leaf."""


def leaf_data(data: Any, requires_grad: bool) -> Any:
    """A float, or a view of an array that nobody else holds: other views then refer to that array."""
    if type(data) is float:
        return data
    if isinstance(data, Bare):
        raise TypeError("Value: got a Value; use it as it is, or .detach() for a constant")
    data = python_number(data)
    array = admit("Value", data)
    if type(array) is not np.ndarray:
        return as_float("Value", array) if requires_grad else array
    if type(data) is not list:
        array = array.copy(order="K")
    return (array.astype(np.float64) if requires_grad and array.dtype.kind != "f" else array).view()


def new_data(value: Any, new: Any) -> Any:
    """What `.data = new` makes of `new`: of the shape and dtype of what is there, in memory of its own.

    Raises `TypeError` for what is not made of real numbers, `ValueError` for another shape or a number that does not
    fit into the dtype.
    """
    if _is_like(new, value._held):
        return np.array(new).view()
    new = admit("data", _bare(new))
    if np.shape(new) != value.shape:
        raise ValueError(f"data: the new shape {np.shape(new)} is not the old one, {value.shape}")
    if isinstance(value._held, np.ndarray):
        return cast("data", new, value._held.dtype).view()
    return cast_number("data", new, type(value._held))


def _is_like(new: Any, data: Any) -> bool:
    """Whether it is an array of the same shape and dtype: all is well."""
    return type(new) is type(data) is np.ndarray and new.dtype is data.dtype and new.shape == data.shape


def _bare(x: Any) -> Any:
    """What a Value holds, if no gradient flows through it; anything else as it is."""
    if not isinstance(x, Bare):
        return x
    try:
        return np.asarray(x)
    except BareNumberError as error:
        raise type(error)("data: got a Value that carries a gradient, which would be lost; write new.data") from None


def seed(value: Any, g: Any, where: str = "backward", copy: bool = True) -> Any:
    """The cotangent to start from: of the value's shape (a number counts for every entry) and dtype, and nobody
    else's memory if `copy`."""
    if g is None:
        if type(value._held) is float:
            return 1.0
        if value.size != 1:
            raise ValueError(
                f"{where}: a Value of shape {value.shape} is not a single number; "
                f"reduce it first, as in value.sum().backward(), or pass its cotangent: value.backward(g)"
            )
        return np.array(1.0, value.dtype).reshape(value.shape)
    g = held(g)
    array = cast(f"{where}: g", admit(f"{where}: g", g), value.dtype, copy)
    if array.shape == () != value.shape:
        array = np.full(value.shape, array)  # one number for all entries
    if array.shape != value.shape:
        raise ValueError(f"{where}: g has shape {array.shape}, but the Value has shape {value.shape}; make them equal")
    return array.item() if type(value._held) is float else array


def deliver(root: Any, g: Any, kind: Any, create_graph: bool) -> None:
    """Pull `g` back from `root` and hand every node its gradient: leaves add it up, others show it.

    After a Ctrl-C all gradients are as before, or all are complete.
    """
    seen: dict[Any, int] = {}
    uses, _ = count_uses(root, kind, 1, seen)
    done = seen and not create_graph and not shared(root, uses, kind)
    visited = pull(root, g, uses, kind, 1, create_graph)
    with grad_lock: _hand_out(visited, kind, create_graph, seen if done else {})  # noqa: E701  (see pull_numbers)


def _hand_out(visited: list[tuple[Any, Any]], kind: Any, create_graph: bool, seen: dict[Any, int]) -> None:
    arrived = silently(_arrive, visited, kind, create_graph)
    write_gradients(kind, [node for node, _ in visited], arrived)
    walked(seen)


def pull_numbers(root: Any, g: float, kind: Any) -> list[Any] | None:
    """`pull_scalars` while nobody else writes gradients. (In one line, so that not even a debugger can stop between
    the end of the body and the release of the lock.)"""
    with grad_lock: return pull_scalars(root, g, kind)  # noqa: E701


def _arrive(visited: list[tuple[Any, Any]], kind: Any, create_graph: bool) -> list[Any]:
    """What the gradients of the nodes become by their cotangents."""
    if create_graph:  # a node's own graph would be a circle
        visited = [(x, c._held if x.op is not None and isinstance(c, kind) else c) for x, c in visited]
    return [c if x.op is not None else own(c) if x._grad is None else total(x._grad, c) for x, c in visited]


def rebuild(cls: Any, data: Any, label: str | None, requires_grad: bool, grad: Any) -> Any:
    """A leaf as it was when it was pickled or copied. Its `__init__`, which may want other arguments, does not run."""
    value = constant(cls, leaf_data(data, requires_grad))
    value.label, value.level, value.static = label, int(requires_grad), {}
    value._grad = grad.copy() if isinstance(grad, np.ndarray) else grad
    return value


def slot_names(cls: type) -> tuple[str, ...]:
    """What stands in the `__slots__` of this class itself, which may be one text."""
    names = cls.__dict__.get("__slots__", ())
    return (names,) if isinstance(names, str) else tuple(names)


def added(value: Any, base: type) -> Any:
    """The attributes that a subclass of `base` has added, as `object.__getstate__` gives them: None, a dict, or (dict
    or None, dict of what stands in `__slots__`)."""
    attributes = dict(getattr(value, "__dict__", {})) or None
    slots = {}
    for cls in type(value).__mro__[: type(value).__mro__.index(base)]:
        for name in slot_names(cls):
            private = name.startswith("__") and not name.endswith("__")
            full = f"_{cls.__name__.lstrip('_')}{name}" if private else name
            if name not in ("__dict__", "__weakref__") and hasattr(value, full):
                slots[full] = getattr(value, full)
    return (attributes, slots) if slots else attributes


def copied(value: Any, memo: dict[int, Any] | None = None) -> Any:
    """What `copy.copy` and, with a `memo`, `copy.deepcopy` give: a leaf of its own.

    In a program, and in a function that is being differentiated, a copy is the same number still: a
    new leaf would be a constant, through which no gradient flows.
    """
    if value.level > 1 or (mode.tracing and (value.level or value.op is not None)):
        new = identity(value)
        if memo is not None:
            memo[id(value)] = new
        return new
    made = value.__reduce_ex__(4)
    if isinstance(made, str):
        return value  # the name of a global one
    make, args, state = (*made, None)[:3]
    new = make(*(args if memo is None or make is rebuild else copy.deepcopy(args, memo)))
    if memo is not None:
        memo[id(value)] = new  # before the attributes, which may lead back to it
        state = copy.deepcopy(state, memo)
    if state is not None:
        _set_state(new, state)
    return new


def _set_state(value: Any, state: Any) -> None:
    """Attributes as pickle sets them."""
    if hasattr(value, "__setstate__"):
        value.__setstate__(state)
        return
    attributes, slots = state if isinstance(state, tuple) and len(state) == 2 else (state, None)
    if attributes:
        value.__dict__.update(attributes)
    for name, x in (slots or {}).items():
        setattr(value, name, x)


def shown_grad(value: Any) -> Any:
    """The gradient of a Value as its user sees it."""
    c = value._grad
    if c is None and value.level:
        return 0.0 if type(value._held) is float else np.zeros_like(value._held)
    if value.op is not None and isinstance(c, np.ndarray):
        c = c.view()  # nodes may hand one array on: it is shown, not lent
        c.setflags(write=False)
    return c


def is_zero(x: Any) -> bool:
    """Whether it is the number 0, which as a gradient says that there is none, whatever the shape."""
    x = python_number(x)
    return isinstance(x, (int, float)) and x == 0


def kept_grad(value: Any, new: Any) -> Any:
    """What `.grad = new` keeps: a gradient of the shape and dtype of the data.

    Raises `TypeError` for what is not made of real numbers, `ValueError` for another shape or a number that does not
    fit into the dtype.
    """
    if _is_like(new, value._held) and value.level:
        return new
    if isinstance(new, Bare):  # a gradient with a graph of its own
        shape = new.shape
    else:
        new = admit("grad", new)
        shape = np.shape(new)
    if shape != value.shape:
        raise ValueError(f"grad: the new shape {shape} is not that of the data, {value.shape}")
    if isinstance(new, Bare) or value.dtype.kind != "f":
        return new
    return cast_number("grad", new, float) if type(value._held) is float else cast("grad", new, value.dtype, False)


def nothing_flows() -> ValueError:
    """The error for `backward()` of a constant."""
    return ValueError(
        "backward: no gradient flows from here: this Value depends on no Value that requires one "
        "(constants, detach(), no_grad(), comparisons, floor, ceil and sign stop it)"
    )


def own(c: Any) -> Any:
    """The cotangent `c` of a leaf in memory of its own: a view of another array is copied."""
    return c.copy() if isinstance(c, np.ndarray) and c.base is not None else c


def describe(value: Any) -> str:
    """What `repr` shows of a Value: no numbers while a program is recorded, which runs on others."""
    traced = mode.tracing and (value.level or value.op is not None)
    parts = [f"shape {value.shape}", f"{value.dtype}"] if traced else [brief(value._held)]
    if value.label:
        parts.append(f"label={value.label!r}")
    if value.op is not None:
        parts.append(f"op={value.op.name}")
    if value._grad is not None and not traced:
        parts.append(f"grad={brief(value._grad)}")
    if not value.level:
        parts.append("constant")
    return ", ".join(parts)


def brief(x: Any) -> str:
    """A number; a small array; of a large one shape, dtype and range."""
    x = held(x)
    if not isinstance(x, np.ndarray):
        return f"{x:.6g}" if isinstance(x, float) else repr(x)
    dtype = "" if x.dtype == np.float64 else f", {x.dtype}"
    if x.size == 0:
        return f"empty {'×'.join(map(str, x.shape))}{dtype}"
    if x.size <= 6:
        return np.array2string(x, precision=4, separator=", ").replace("\n", "") + dtype
    return f"{'×'.join(map(str, x.shape))} from {x.min():.4g} to {x.max():.4g}{dtype}"
