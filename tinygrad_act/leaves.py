"""What goes into a leaf and what comes out: its data, the seed of a gradient, the sum of gradients."""

from __future__ import annotations

from typing import Any

import numpy as np

from .backprop import count_uses, pull, total
from .backprop_scalar import pull_scalars, take_back_all, write_gradients
from .errors import is_real, refuse_kind, refuse_masked, shape_of
from .evaluate import INTERPRETERS, held
from .lending import shared, walked
from .locks import lock
from .mode import mode
from .ops.activations import identity

__all__ = [
    "brief", "copied", "deliver", "describe", "grad_lock", "kept_grad", "leaf_data", "nothing_flows", "own",
    "pull_numbers", "rebuild", "seed", "shown_grad",
]  # fmt: skip

grad_lock = lock(take_back_all)
"""Held while gradients are written: two threads may bring some to one leaf."""


def leaf_data(data: Any, requires_grad: bool) -> Any:
    """A float, or a view of an array that nobody else holds: other views then refer to that array."""
    if type(data) is float:
        return data
    if type(data) in INTERPRETERS:
        raise TypeError("Value: got a Value; use it as it is, or .detach() for a constant")
    refuse_masked("Value", data)
    if isinstance(data, (bool, int)):
        return float(data) if requires_grad else data
    try:
        array = np.array(data)
    except ValueError:  # ragged
        raise refuse_kind("Value", data) from None
    if not is_real(array):
        raise refuse_kind("Value", data if isinstance(data, (str, list, tuple)) else array)
    return (array.astype(np.float64) if requires_grad and array.dtype.kind != "f" else array).view()


def seed(value: Any, g: Any, where: str = "backward", copy: bool = True) -> Any:
    """The cotangent to start from: of the value's shape (a number counts for every entry) and dtype, and nobody
    else's memory if `copy`."""
    if g is None:
        if type(value._data) is float:
            return 1.0
        if value.size != 1:
            raise ValueError(
                f"{where}: a Value of shape {value.shape} is not a single number; "
                f"reduce it first, as in value.sum().backward(), or pass its cotangent: value.backward(g)"
            )
        return np.array(1.0, value.dtype).reshape(value.shape)
    g = g._data if type(g) in INTERPRETERS else g
    refuse_masked(f"{where}: g", g)
    if not is_real(g) and not isinstance(g, (list, tuple)):
        raise refuse_kind(f"{where}: g", g)
    array = np.array(g, value.dtype) if copy else np.asarray(g, value.dtype)
    if array.shape == () != value.shape:
        array = np.full(value.shape, array)  # one number for all entries
    if array.shape != value.shape:
        raise ValueError(f"{where}: g has shape {array.shape}, but the Value has shape {value.shape}; make them equal")
    return array.item() if type(value._data) is float else array


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
    write_gradients(kind, [node for node, _ in visited], [_arrived(x, c, kind, create_graph) for x, c in visited])
    walked(seen)


def pull_numbers(root: Any, g: float, kind: Any) -> list[Any] | None:
    """`pull_scalars` while nobody else writes gradients. (In one line, so that not even a debugger can stop between
    the end of the body and the release of the lock.)"""
    with grad_lock: return pull_scalars(root, g, kind)  # noqa: E701


def _arrived(node: Any, c: Any, kind: Any, create_graph: bool) -> Any:
    """What a node's gradient becomes by the cotangent `c`."""
    if node.op is None:
        return own(c) if node._grad is None else total(node._grad, c)
    return c._data if create_graph and isinstance(c, kind) else c  # a graph would be a circle


def rebuild(cls: Any, data: Any, label: str | None, requires_grad: bool, grad: Any) -> Any:
    """A leaf as it was when it was pickled or copied."""
    value = cls(data, label, requires_grad=requires_grad)
    value._grad = grad.copy() if isinstance(grad, np.ndarray) else grad
    return value


def copied(value: Any) -> Any:
    """What `copy.copy` and `copy.deepcopy` give: a leaf of its own.

    In a program, and in a function that is being differentiated, a copy is the same number still: a
    new leaf would be a constant, through which no gradient flows.
    """
    if value.level > 1 or (mode.tracing and (value.level or value.op is not None)):
        return identity(value)
    make, args = value.__reduce__()
    return make(*args)


def shown_grad(value: Any) -> Any:
    """The gradient of a Value as its user sees it."""
    c = value._grad
    if c is None and value.level:
        return 0.0 if type(value._data) is float else np.zeros_like(value._data)
    if value.op is not None and isinstance(c, np.ndarray):
        c = c.view()  # nodes may hand one array on: it is shown, not lent
        c.setflags(write=False)
    return c


def kept_grad(value: Any, new: Any) -> Any:
    """What `.grad = new` keeps. Raises `ValueError` for another shape."""
    if shape_of(new) != value.shape:
        raise ValueError(f"grad: the new shape {shape_of(new)} is not that of the data, {value.shape}")
    return new


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
    parts = [f"shape {value.shape}", f"{value.dtype}"] if traced else [brief(value._data)]
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
