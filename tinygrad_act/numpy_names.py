"""NumPy's and SciPy's functions, told apart by what they are: a name alone may be another function's.

`np.emath.sqrt`, `np.linalg.trace`, `np.strings.multiply` and SciPy's ufuncs bear the names of others. So
a name is believed only where the object that stands under it is the very function.
"""

from __future__ import annotations

import functools
import sys
from typing import Any

import numpy as np

from .op import Op
from .registry import ops

__all__ = ["NUMPY", "SCIPY", "operation_of", "public_name"]

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


def operation_of(f: Any) -> Op | None:
    """The operation that is NumPy's or SciPy's function `f`: the one that bears its full name as an alias
    (`np.linalg.outer`, `scipy.special.erf`), or its name in `np` as name or alias (`tanh`)."""
    op = _found.get(f)
    if op is not None:
        return op
    if not isinstance(f, np.ufunc) and not hasattr(f, "_implementation"):
        return None  # it does not ask Values: np.identity, which only its name has in common with the activation
    name = public_name(f)
    op = ops.find(name.removeprefix("np.")) or ops.find(name)
    if op is not None:
        _found[f] = op
    return op


def _forget(_: Op) -> None:
    _found.clear()


_found: dict[Any, Op] = {}
"""What was looked up before; forgotten whenever an operation is declared or removed."""
ops.watch(_forget, _forget)
