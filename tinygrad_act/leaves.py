"""What goes into a leaf and what comes out: its data, the seed of a gradient, the sum of gradients."""

from __future__ import annotations

from typing import Any

import numpy as np

from .errors import is_real, refuse_kind

__all__ = ["accumulate", "brief", "leaf_data", "own", "seed"]


def leaf_data(data: Any, requires_grad: bool) -> Any:
    """A float, or an array that nobody else holds."""
    if type(data) is float:
        return data
    if hasattr(data, "_data"):
        raise TypeError("Value: got a Value; use it as it is, or .detach() for a constant")
    if isinstance(data, (bool, int)):
        return float(data) if requires_grad else data
    try:
        array = np.array(data)
    except ValueError:  # ragged
        raise refuse_kind("Value", data) from None
    if not is_real(array):
        raise refuse_kind("Value", data if isinstance(data, (str, list, tuple)) else array)
    return array.astype(np.float64) if requires_grad and array.dtype.kind != "f" else array


def seed(value: Any, g: Any, where: str = "backward") -> Any:
    """The cotangent to start from: of the value's shape and dtype, and nobody else's memory."""
    if g is None:
        if value.size != 1:
            raise ValueError(
                f"{where}: a Value of shape {value.shape} is not a single number; "
                f"reduce it first, as in value.sum().backward(), or pass its cotangent: value.backward(g)"
            )
        g = 1.0 if type(value._data) is float else np.ones(value.shape)
    g = g._data if hasattr(g, "_data") else g
    if not is_real(g) and not isinstance(g, (list, tuple)):
        raise refuse_kind(f"{where}: g", g)
    array = np.array(g, value.dtype)
    if array.shape != value.shape:
        raise ValueError(f"{where}: g has shape {array.shape}, but the Value has shape {value.shape}; they must be equal")
    return array.item() if type(value._data) is float else array


def accumulate(leaf: Any, c: Any, shared: set[int]) -> None:
    """Add the cotangent `c` to the leaf's gradient (`shared`: see `own`)."""
    leaf._grad = own(c, shared) if leaf._grad is None else leaf._grad + c


def own(c: Any, shared: set[int]) -> Any:
    """`c` in memory that no other gradient, cotangent or data uses, and that may be written to.

    `shared`: the ids of arrays that others hold; `c`'s is added.
    """
    if isinstance(c, np.ndarray):
        if c.base is not None or not c.flags.writeable or id(c) in shared:
            c = c.copy()
        shared.add(id(c))
    return c


def brief(x: Any) -> str:
    """A number; a small array; of a large one shape, dtype and range."""
    if hasattr(x, "_data"):
        return brief(x._data)
    if not isinstance(x, np.ndarray):
        return f"{x:.6g}" if isinstance(x, float) else repr(x)
    dtype = "" if x.dtype == np.float64 else f", {x.dtype}"
    if x.size <= 6:
        return np.array2string(x, precision=4, separator=", ").replace("\n", "") + dtype
    low, high = (np.min(x), np.max(x)) if x.dtype != bool else (x.min(), x.max())
    return f"{'×'.join(map(str, x.shape))} from {low:.4g} to {high:.4g}{dtype}"
