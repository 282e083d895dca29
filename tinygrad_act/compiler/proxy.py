"""Arrays that note what NumPy does with them: how the body of an operation becomes lines of a program.

A body is a function of NumPy's functions and of other operations. Called with proxies it says
which, in which order. Where it does something that a program can't say (it looks at a number, or
writes into a part of an array) it raises `NotALine`, and the program calls the body as it is.
"""

from __future__ import annotations

import operator
from typing import Any

import numpy as np

from ..core.errors import is_real
from .calls import EINSUM, FLOAT, GETITEM, INDEXED, JOINS, TRANSPOSE, function, is_known, method, reduction, ufunc
from .node import Node, constant, made

__all__ = ["NotALine", "Proxy", "as_proxy", "call", "data_of", "line", "node_of", "proxy_of"]


class NotALine(TypeError, AttributeError):
    """A body does what lines of a program can't say."""


_POWER, _POWER_OF_NUMBERS = ufunc(np.power), ufunc(np.float_power)


def node_of(x: Any) -> Node:
    """The node of a proxy, or of a constant: of the array that NumPy makes of a list, if it has numbers alone."""
    if isinstance(x, Proxy):
        return x.node
    return constant(np.asarray(x) if isinstance(x, (list, tuple)) else x)


def data_of(x: Any) -> Any:
    """The number or array that it is now."""
    return x.data if isinstance(x, Proxy) else np.asarray(x) if isinstance(x, (list, tuple)) else x


def proxy_of(node: Node, data: Any, trusting: bool = False) -> Any:
    """What a body is called with: constants that are numbers as they are."""
    return data if node.is_constant and node.is_number else Proxy(node, data, trusting)


def as_proxy(x: Any, trusting: bool = False) -> Proxy:
    """A proxy, of a constant as well."""
    return x if isinstance(x, Proxy) else Proxy(node_of(x), data_of(x), trusting)


def line(what: Any, args: tuple[Any, ...], static: dict[str, Any]) -> Proxy:
    """One more line."""
    node, data = made(what, tuple(map(node_of, args)), list(map(data_of, args)), static)
    return Proxy(node, data, any(isinstance(x, Proxy) and x.trusting for x in args))


def call(what: Any, args: tuple[Any, ...], static: dict[str, Any]) -> Proxy:
    """The same of a body's call. NumPy makes a NumPy float of Python floats; in a body that stays weak."""
    if any(isinstance(x, Proxy) for x in static.values()):
        raise NotALine(f"{what}: a parameter is computed")
    numbers = all(node_of(x).is_number for x in args)
    if what is _POWER and numbers:
        what = _POWER_OF_NUMBERS  # NumPy takes np.power(x, 0.5) for a root: of -0.0 and of -inf, Python's is another
    result = line(what, args, static)
    if not is_real(result.data):
        raise NotALine(f"{what}: its result is no number and no array of real numbers")
    return line(FLOAT, (result,), {}) if numbers and _is_one_float(result.data) else result


def _is_one_float(x: Any) -> bool:
    """Whether it is a NumPy float, or what np.where makes of Python numbers: an array without axes."""
    return isinstance(x, (np.ndarray, np.generic)) and x.ndim == 0 and x.dtype.kind == "f"


class Proxy(np.lib.mixins.NDArrayOperatorsMixin):
    """Stands for an array or a number whose value is known only when the program runs."""

    __slots__ = ("data", "node", "trusting")

    def __init__(self, node: Node, data: Any, trusting: bool = False) -> None:
        self.node, self.data, self.trusting = node, data, trusting
        """`data`: what it is on the numbers at hand: gone as soon as the body lets go of it. `trusting`: whether
        operations may use their shorter formulas; see `lower`."""

    shape = property(operator.attrgetter("node.shape"))
    dtype = property(lambda self: self.data.dtype)
    ndim = property(lambda self: len(self.node.shape))
    size = property(lambda self: int(np.prod(self.node.shape)))
    itemsize = property(lambda self: self.data.itemsize)
    nbytes = property(lambda self: self.data.nbytes)

    def __array_ufunc__(self, f: np.ufunc, how: str, *inputs: Any, out: Any = None, **static: Any) -> Any:
        if how == "reduce":
            static = {k: v for k, v in static.items() if not (k == "keepdims" and v is False)}
            result = call(reduction(f), inputs, static)
        elif how == "__call__" and f.nout == 1 and "where" not in static:
            result = call(ufunc(f), inputs, static)
        else:
            raise NotALine(f"{f.__name__}.{how}")
        return result if out is None else _put(out[0], result)

    def __array_function__(self, f: Any, types: Any, args: Any, kwargs: Any) -> Any:
        if f is np.copyto and len(args) == 2 and not kwargs:
            return _put(args[0], args[1])
        if f is np.shape:
            return self.shape
        if f in JOINS:
            return call(JOINS[f], tuple(args[0]), {"axis": kwargs.get("axis", args[1] if len(args) > 1 else 0)})
        if f is np.einsum:
            return call(EINSUM, args[1:], {"subscripts": args[0]})
        out = kwargs.pop("out", None)
        count, names = _ARRAYS.get(f, 1), _PARAMETERS.get(f, ())
        if len(args) - count > len(names):
            raise NotALine(f"{f.__name__} with {len(args)} arguments")
        if f is np.clip:
            result = _clip(args, kwargs)
        else:
            result = _called(f, args[:count], {**dict(zip(names, args[count:])), **kwargs})
        return result if out is None else _put(out, result)

    def __getitem__(self, index: Any) -> Any:
        parts = index if isinstance(index, tuple) else (index,)
        computed = [part for part in parts if isinstance(part, Proxy)]
        if any(part.dtype == bool for part in computed):
            raise NotALine("how many entries a mask takes depends on the data")
        if computed:
            return call(INDEXED, (self, *parts), {})
        return call(GETITEM, (self,), {"index": index})

    def __getattr__(self, name: str) -> Any:
        if name not in _METHODS or self.node.is_number:
            raise NotALine(f"array.{name}")
        if name == "T":
            return call(TRANSPOSE, (self,), {})

        def run(*args: Any, **static: Any) -> Any:
            if name == "astype" and (args[0] if args else static["dtype"]) == self.dtype:
                return self
            if name == "view":
                if args:
                    raise NotALine("array.view(dtype)")
                return self
            if any(isinstance(x, Proxy) for x in args):
                raise NotALine(f"array.{name}")
            return call(method(name), (self,), {"args": args, **static} if args else static)

        return run

    def _refuse(self, *_: Any, **__: Any) -> Any:
        raise NotALine("the body looks at a number")

    __bool__ = __float__ = __int__ = __index__ = __iter__ = __len__ = __array__ = __setitem__ = _refuse
    __hash__ = object.__hash__


_METHODS = {"T", "astype", "copy", "ravel", "reshape", "swapaxes", "transpose", "view"}
_ARRAYS = {
    np.where: 3, np.clip: 3,
    **dict.fromkeys((np.dot, np.take, np.outer, np.linalg.outer, np.isclose, np.array_equal, np.array_equiv, np.isin,
                     np.searchsorted, np.full_like), 2),
}  # fmt: skip
"""How many of the first arguments of a function are arrays, where it is not one."""
_PARAMETERS = {
    np.transpose: ("axes",), np.swapaxes: ("axis1", "axis2"), np.moveaxis: ("source", "destination"),
    np.roll: ("shift", "axis"), np.reshape: ("shape",), np.squeeze: ("axis",), np.expand_dims: ("axis",),
    np.broadcast_to: ("shape",), np.flip: ("axis",), np.take: ("axis",),
    np.cumsum: ("axis",), np.repeat: ("repeats", "axis"), np.tile: ("reps",), np.pad: ("pad_width",),
    **dict.fromkeys((np.max, np.min, np.amax, np.amin, np.sum, np.mean, np.prod, np.var, np.std), ("axis",)),
    np.argmax: ("axis",),
}  # fmt: skip


def _called(f: Any, args: tuple[Any, ...], static: dict[str, Any]) -> Any:
    """`f(*args)` as a line. Of a function that is not known it is tried out first whether it writes into its
    arguments, as np.fill_diagonal does."""
    what = function(f)
    if not is_known(what):
        values = [data_of(x) for x in args]
        for x in (values := [x.view() if isinstance(x, np.ndarray) else x for x in values]):
            if isinstance(x, np.ndarray):
                x.setflags(write=False)
        what.run(*values, **static)  # raises ValueError: then the body is called as it is
    return call(what, args, static)


def _put(out: Any, result: Any) -> Any:
    """What `out=` means: from here on, the proxy stands for the result."""
    if not isinstance(out, Proxy):
        raise NotALine("out= of an array")
    result = as_proxy(result)
    if out.node.shape != result.node.shape:
        result = line(function(np.broadcast_to), (result,), {"shape": out.node.shape})
    if out.node.dtype != result.node.dtype:
        result = line(method("astype"), (result,), {"args": (out.node.dtype,)})
    out.node, out.data = result.node, result.data
    return out


def _clip(args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """np.clip as maximum and minimum: the same numbers, NaN among them."""
    x, low, high = (*args, None, None)[:3]
    low, high = kwargs.get("min", kwargs.get("a_min", low)), kwargs.get("max", kwargs.get("a_max", high))
    if low is not None:
        x = call(ufunc(np.maximum), (x, low), {})
    return x if high is None else call(ufunc(np.minimum), (x, high), {})

