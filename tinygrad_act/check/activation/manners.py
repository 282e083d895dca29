"""How a body and a rule behave: shapes and dtypes, NaN and infinity, the same result every time."""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np

from ...core.op import Op
from ...core.rules import Rule, in_words, is_constant, slope_by
from ...engine.value import Value
from ...formula import name as name_of
from .points import interval
from .report import curves

__all__ = ["body_faults", "int_note", "nan_faults", "range_notes", "rule_faults"]

_USE_WHERE = "it branches on its input with if, and, or, min() or max(), which arrays can't answer; use where(c, x, y)"
_USE_OPS = "write the rule in the operations of ta.ops (where() instead of if), not in plain NumPy or math"


def _example(op: Op, dtype: Any = np.float64) -> np.ndarray:
    low, high = interval(op, 2.0)
    return (low + (high - low) * np.linspace(0.12, 0.93, 6)).reshape(2, 3).astype(dtype)


def _reason(error: Exception) -> str:
    return _USE_WHERE if "truth value" in str(error) else f"{type(error).__name__}: {error}"


def body_faults(op: Op) -> list[str]:
    """What is wrong with the body's result on arrays and numbers."""
    z, given = _example(op), dict(op.defaults)
    kept = z.copy()
    try:
        a, again, part = op.forward(z, **given), op.forward(z, **given), op.forward(z[:, 1:].copy(), **given)
        single = op.forward(z.astype(np.float32), **given)
    except Exception as error:
        return [f"the body fails on an array: {_reason(error)}"]
    faults = _kind_faults("the body", a, z)
    if faults:
        return faults
    if z.tobytes() != kept.tobytes():
        return ["the body changes its input in place; write z = z + ... instead of z += ..."]
    if not np.array_equal(a, again, equal_nan=True):
        return ["the body is not deterministic: a second call gave another result"]
    if not np.allclose(a[:, 1:], part, rtol=1e-12, atol=0, equal_nan=True):
        return ["the body is not elementwise: an output changes with entries beside its own (a sum or mean of z?)"]
    if a.dtype.kind != "f":
        faults.append(f"the body returns {a.dtype} for {z.dtype}; return floats: where(z > 0, 1.0, 0.0), or 1.0 * ...")
    elif single.dtype != np.float32:
        faults.append(f"float32 in gives {single.dtype} out: is a constant an array or np.float64? write a plain float")
    return faults or _number_faults(op, z, a) or _kind_faults("the body", op.forward(z[:0], **given), z[:0])


def _kind_faults(who: str, out: Any, z: np.ndarray) -> list[str]:
    if not isinstance(out, (np.ndarray, np.generic)) or out.shape != z.shape:
        shape = f"shape {np.shape(out)}" if isinstance(out, (np.ndarray, np.generic)) else f"{type(out).__name__}"
        return [f"{who} returns {shape} for an input of shape {z.shape}; return one number for every entry"]
    if out.dtype.kind not in "fiub":
        return [f"{who} returns {out.dtype} for {z.dtype}; return real numbers"]
    return []


def _number_faults(op: Op, z: np.ndarray, a: np.ndarray) -> list[str]:
    try:
        numbers = [op.call(x) for x in z.ravel().tolist()]
    except Exception as error:
        return [f"the body fails on a Python float: {_reason(error)}"]
    if any(type(x) is not float for x in numbers):
        return [f"a Python float gives {type(numbers[0]).__name__}; it must give a float"]
    if not np.allclose(numbers, a.ravel(), rtol=1e-9, atol=1e-12, equal_nan=True):
        return ["numbers and arrays give different results; is there a branch that only one of them takes?"]
    return []


def int_note(op: Op) -> list[str]:
    """Whether integer arrays work, and give what the same floats give."""
    z = np.round(_example(op)).astype(int)
    low, high = op.domain_of()
    z = z[(low < z) & (z < high)]
    try:
        with np.errstate(all="ignore"):
            same = np.allclose(op.call(z), op.call(z.astype(float)), rtol=1e-9, equal_nan=True)
    except Exception as error:
        return [f"arrays of integers fail ({error}); floats do not: 1.0 * z in the body helps"]
    return [] if same else ["arrays of integers give other results than floats; 1.0 * z in the body helps"]


def rule_faults(op: Op, rule: Rule, what: str) -> list[str]:
    """What is wrong with a rule's result on arrays, and whether it can be recorded and spelled."""
    if is_constant(rule):
        return []
    z, given = _example(op), dict(op.defaults)
    a = op.forward(z, **given)

    def at(a: Any, z: Any, **static: Any) -> Any:
        return slope_by(op, rule, 0, a, (z,), static)

    try:
        d = at(a, z, **given)
    except Exception as error:
        return [f"{what} fails on an array: {_reason(error)}"]
    if type(d) not in (float, int, bool):
        faults = _kind_faults(what, d, z)
        if faults:
            return faults
    attempts: dict[str, Callable[[], Any]] = {
        "a number": lambda: at(float(a[0, 0]), float(z[0, 0]), **given),
        "Values": lambda: at(Value(a), Value(z), **given),
        "names": lambda: in_words(rule) or at(*map(name_of, "az"), **{word: name_of(word) for word in given}),
    }
    for on, attempt in attempts.items():
        try:
            attempt()
        except Exception as error:
            return [f"{what} works on arrays but not on {on} ({error}); {_USE_OPS}"]
    return []


def nan_faults(op: Op) -> list[str]:
    """Whether NaN comes out as NaN, and gives the slope NaN."""
    x = float(_example(op)[1, 1])
    z = Value([math.nan, x])
    with np.errstate(all="ignore"):
        a = op.call(z)
        if op.rules[0] is not None:
            a.backward(np.ones(2))
        number = op.call(math.nan)
    if not (math.isnan(a.data[0]) and math.isnan(number)):
        return [
            f"NaN is swallowed: {op.name}(NaN) is {a.data[0]:g} for an array, {number:g} for a float; all comparisons "
            f"with NaN are false, so let that branch give z: where(z <= 0, 0.0, z) instead of where(z > 0, z, 0.0)"
        ]
    if not is_constant(op.rules[0]) and not math.isnan(z.grad[0]):
        return [f"NaN is swallowed: the slope at NaN is {z.grad[0]:g}; let the branch that NaN takes depend on z"]
    return [f"NaN beside it makes {op.name}({x:g}) NaN"] if math.isnan(a.data[1]) else []


def range_notes(op: Op) -> list[str]:
    """What happens at infinity, and which warnings NumPy gives over the whole range of floats."""
    low, high = op.domain_of()
    powers = 10.0 ** np.arange(-300, 301, 5.0)
    z = np.concatenate([-powers[::-1], [0.0], powers])
    z = z[(low < z) & (z < high)]
    with warnings.catch_warnings(record=True) as caught, np.errstate(all="warn", under="ignore"):
        warnings.simplefilter("always")
        a = op.forward(z, **op.defaults)
        slope_by(op, op.rules[0], 0, a, (z,), op.defaults)
    messages = sorted({str(warning.message) for warning in caught})
    notes = [f"for inputs up to 1e300 NumPy warns: {'; '.join(messages)}"] if messages else []
    for end, far in ((low, -1e300), (high, 1e300)):
        if math.isinf(end):
            at_end, _ = curves(op, np.array([end, far, far / 1e100]), {})
            limit, before = at_end[1:].tolist()
            if math.isnan(at_end[0]) or (limit == before and at_end[0] != limit):
                notes.append(f"at {end:g} the value is {at_end[0]:g}; at {far:g} it is {limit:g}")
    return notes
