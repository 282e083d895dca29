"""NumPy's and SciPy's functions, told apart by what they are: a name alone may be another function's.

`np.emath.sqrt`, `np.linalg.trace`, `np.strings.multiply` and SciPy's ufuncs bear the names of others. So
a name is believed only where the object that stands under it is the very function, and what a function
does to Values is found by the function itself: the operations of this package stand for NumPy's functions
of their names, and everything else says with `implements` what it stands for.
"""

from __future__ import annotations

import functools
import sys
from collections.abc import Callable
from types import FrameType
from typing import Any, TypeVar

import numpy as np

from ..core.frames import is_ours
from ..core.op import Op
from ..core.registry import ops

__all__ = ["NUMPY", "SCIPY", "called_function", "implementation_of", "implements", "may_stand", "public_name"]

NUMPY = {
    "np": "numpy",
    "np.linalg": "numpy.linalg",
    "np.fft": "numpy.fft",
    "np.emath": "numpy.lib.scimath",
    "np.strings": "numpy.strings",
    "np.lib.array_utils": "numpy.lib.array_utils",
    "np.lib.stride_tricks": "numpy.lib.stride_tricks",
    "np.polynomial.polynomial": "numpy.polynomial.polynomial",
}
"""How source spells the modules of NumPy whose functions it may name, and what each is called."""
SCIPY = {name: name for name in ("scipy.special", "scipy.linalg", "scipy.stats", "scipy.signal", "scipy.fft")}
"""The same for SciPy, where it is loaded: it is never imported here."""

_PACKAGE = __name__.partition(".")[0]

_Body = TypeVar("_Body", bound=Callable[..., Any])

_table: dict[Any, Callable[..., Any]] = {}
"""NumPy's or SciPy's function → what it does where a Value is among its arguments."""
_waiting: dict[str, Callable[..., Any]] = {}
"""The same by full name, `scipy.special.erf`, while the module is not loaded."""


@functools.lru_cache(maxsize=4096)
def public_name(f: Any) -> str:
    """The name under which `f` itself stands in a module: `np.linalg.inv`, `scipy.special.xlogy`; "" if under none."""
    name = getattr(f, "__name__", "")
    modules = [(place, vars(sys.modules[m])) for place, m in {**NUMPY, **SCIPY}.items() if m in sys.modules]
    for place, names in modules:
        if names.get(name) is f:
            return f"{place}.{name}"
    for place, names in modules:
        for other, x in names.items():
            if x is f and not other.startswith("_"):
                return f"{place}.{other}"
    return ""


def called_function() -> str:
    """The full name of the function of NumPy's or SciPy's, written in Python, that the user has called and that is
    running: `np.full_like`, `scipy.special.logsumexp`, `scipy.stats.norm.logpdf`; "" if none is."""
    frame: FrameType | None = sys._getframe(1)
    found = ""
    while frame is not None and (package := _package(frame)) in _LIBRARIES:
        if package in ("numpy", "scipy"):
            found = _full_name(frame) or found
        frame = frame.f_back
    return found


def _package(frame: FrameType) -> str:
    """The package of the module that runs in a frame."""
    return str(frame.f_globals.get("__name__", "")).partition(".")[0]


_LIBRARIES = {*sys.stdlib_module_names, "numpy", "scipy", _PACKAGE} - {"__main__"}
"""Packages whose code is not the user's."""


def _full_name(frame: FrameType) -> str:
    """The public name of the function that runs in a frame of NumPy's or SciPy's, if it has one."""
    name, owner = frame.f_code.co_name, frame.f_locals.get("self")
    parts = frame.f_globals.get("__name__", "").split(".")
    public = [part for part in parts[:2] if not part.startswith("_") and part != "lib"]
    known = vars(sys.modules.get(".".join(public), sys))
    place = ".".join(["np" if public[0] == "numpy" else public[0], *public[1:]])
    distribution = str(getattr(owner, "name", ""))
    if owner is not None and known.get(distribution) is owner:
        return f"{place}.{distribution}.{name}"
    return f"{place}.{name}" if owner is None and callable(known.get(name)) else ""


def implements(*functions: Callable[..., Any] | str) -> Callable[[_Body], _Body]:
    """Say what functions of NumPy's or SciPy's do where a Value is among their arguments.

        @ta.implements(np.hypot)
        @ta.elementwise(dx=lambda a, x, y: x / a, dy=lambda a, x, y: y / a)
        def hypot(x, y):
            '''a = sqrt(x * x + y * y)'''
            return np.sqrt(x * x + y * y)

        @ta.implements(np.hstack)
        def hstack(tup):
            return ta.concatenate(tup, axis=0 if np.ndim(tup[0]) == 1 else 1)

    `functions`: the functions themselves; nothing follows from a name alone. One of a module that may never be
    loaded by its full name, "scipy.special.xlogy". The decorated function takes their arguments.

    Raises `TypeError` for a function that never asks Values (`np.asarray`, and SciPy's functions but for its
    ufuncs), `ValueError` for one that stands for another function already.
    """

    def register(body: _Body) -> _Body:
        for f in functions:
            name, found = (f, _named(f)) if isinstance(f, str) else (public_name(f) or repr(f), f)
            _check_free(name, found, body)
            if found is None:
                _waiting[name] = body
            else:
                _table[found] = body
        return body

    return register


def implementation_of(f: Any) -> Callable[..., Any] | None:
    """What NumPy's or SciPy's function `f` does to Values: a function of the same arguments. None if nothing.

    Before it is nothing, the package's face is asked for a name: a Value that came into this process by itself, out of
    a file perhaps, may have come before the room of names has entered what it knows."""
    run = _table.get(f)
    if run is None:
        _ = sys.modules[_PACKAGE].ops
        run = _table.get(f)
    if run is not None or not _waiting:
        return run
    for name in list(_waiting):
        found = _named(name)
        waited = _waiting.pop(name, None) if found is not None else None
        if waited is not None:  # None if another thread has just found it
            _table.setdefault(found, waited)
    return _table.get(f)


def _check_free(name: str, f: Any, body: Callable[..., Any]) -> None:
    if f is not None and not _asks(f):
        raise TypeError(
            f"implements: {name} never asks Values what to do, so nothing can stand for it; call "
            f"{getattr(body, '__name__', body)} by its own name"
        )
    other = _waiting.get(name) if f is None else _table.get(f)
    if other is not None and _home(other) != _home(body):
        raise ValueError(f"implements: {name} is implemented already, by {'.'.join(_home(other))}")


def _asks(f: Any) -> bool:
    """Whether it asks its arguments what to do: NumPy's functions, but for those that make arrays, and ufuncs."""
    return isinstance(f, np.ufunc) or hasattr(f, "_implementation")


def may_stand(name: str) -> bool:
    """Whether something can stand for the function of this full name: one that asks, and that has a name."""
    return _asks(_named(name))


def _home(body: Any) -> tuple[str, str]:
    return getattr(body, "__module__", None) or "__main__", getattr(body, "__qualname__", repr(body))


def _named(name: str) -> Any:
    """The function of this full name, or None if its module is not loaded or has none."""
    place, _, last = name.rpartition(".")
    module = sys.modules.get({**NUMPY, **SCIPY}.get(place, place))
    return getattr(module, last, None)


def _enter(op: Op) -> None:
    """The operation for NumPy's functions of its names, if it is of this package; for those that an alias names in
    full (`np.linalg.outer`, `scipy.special.erf`) in any case."""
    ours = is_ours(op.forward)
    for name in (op.name, *op.aliases):
        if "." in name or ours:
            full = name if "." in name else f"np.{name}"
            found = _named(full)
            if found is None and full.startswith("scipy."):
                _waiting[full] = op.call
            elif _asks(found):
                _table[found] = op.call


def _leave(op: Op) -> None:
    for table in (_table, _waiting):
        for key in [key for key, run in table.items() if run is op.call]:
            del table[key]


ops.watch(_enter, _leave)
