"""What keeps the last digits: products with their rounding error, and exponentials at the edge of underflow.

Bodies that are written with these run in float64, whatever the dtype of their input: half the digits of
a float32 lie in reserve then, and it takes no more time than float32 with the same care would.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from ..core.blocks import BITS, CAREFUL

__all__ = [
    "FAR", "SHIFT", "SHIFTED", "apart", "beyond", "briefly", "decay", "exponent", "gated", "gated_of_float", "halves",
    "horner", "is_short", "product_of_floats", "over_square", "product", "spread", "widely",
]  # fmt: skip

FAR = 800.0
"""Further out exp underflows in float64, even times any number that an activation multiplies it with."""
CUT = 134217729.0
"""2**27 + 1, by which Dekker cuts the digits of a float64 into two halves."""
SHIFT, SHIFTED = 70.265625, 3.0480830438638774e-31
"""An exponent below -SHIFT is computed with SHIFT added, and SHIFTED, exp(-SHIFT), comes last. Chosen so that SHIFTED
rounds by less than 0.01 ulp, and so does SHIFTED / sqrt(2*pi)."""


def widely(body: Callable[..., Any], *inputs: Any, **static: Any) -> Any:
    """`body` of these numbers or arrays in float64, rounded once to the dtype of the inputs.

    A program calls what says this as a whole: its passes would regroup the products that must not be.
    """
    wide = [np.asarray(x, np.float64) for x in inputs]
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        a = body(*wide, **static)
        dtype = np.result_type(*inputs, 0.0)
        a = a if dtype == np.float64 else np.asarray(a).astype(dtype)
    return a if a.ndim else a[()]  # a NumPy number: an array of no dimensions is none


def briefly(formula: Callable[..., None], body: Callable[..., Any], z: Any, *rest: Any, **static: Any) -> Any:
    """`body` of arrays or numbers, by `formula(z, *rest, out)` in fewer steps unless a floating-point error says no.

    For formulas that overflow wherever they would lose their digits, on an array and others like it, or numbers.
    """
    if type(z) is np.ndarray and z.dtype in BITS and z.ndim and all(_is_like(x, z) for x in rest):
        out = np.empty_like(z)
        try:
            with np.errstate(**CAREFUL):
                formula(z, *rest, out, **static)
            return out
        except FloatingPointError:
            pass
    return widely(body, z, *rest, **static)


def _is_like(x: Any, z: Any) -> bool:
    return type(x) is float or (getattr(x, "dtype", None) is z.dtype and np.shape(x) in ((), z.shape))


def halves(x: Any) -> tuple[Any, Any]:
    """Two numbers of half the digits whose sum is x: products of such halves are exact."""
    if type(x) is np.ndarray and x.dtype == np.float64:  # by the bits, in fewer steps
        high = np.bitwise_and(x.view(np.int64), -(1 << 27)).view(np.float64)
        return high, x - high
    high = CUT * x
    high = high - (high - x)
    return high, x - high


def product(x: Any, y: Any) -> tuple[Any, Any]:
    """x * y as it rounds, and what rounding dropped (Dekker 1971)."""
    p = x * y
    (x1, x2), (y1, y2) = halves(x), halves(y)
    return p, ((x1 * y1 - p) + x1 * y2 + x2 * y1) + x2 * y2


def product_of_floats(x: float, y: float) -> tuple[float, float]:
    """`product` of two Python floats; what is out of range for exp drops nothing."""
    p = x * y
    if not -FAR < p < FAR:
        return p, 0.0
    dropped = product(x, y)[1]
    return p, dropped if dropped == dropped else 0.0  # a factor beyond 1e300 has no halves


def beyond(p: Any, x: Any, high: Any, low: Any) -> Any:
    """What an array p, the product x * (high + low) as it rounds, lacks of it; `high` has half the digits."""
    lost, rest = halves(x)
    np.multiply(lost, high, out=lost)
    np.subtract(lost, p, out=lost)
    np.multiply(rest, high, out=rest)
    np.add(lost, rest, out=lost)
    np.multiply(x, low, out=rest)
    return np.add(lost, rest, out=lost)


def is_short(*inputs: Any) -> bool:
    """Whether what `widely` gives for these has fewer digits than float64: then nothing needs to be put back."""
    return np.result_type(*inputs, 0.0).itemsize < 8


def exponent(x: Any, y: Any, rest: float = 0.0, short: bool = False) -> tuple[Any, Any]:
    """x * (y + rest), between -FAR and FAR, as a float and what rounding dropped of it.

    exp makes an error of half a unit in the last place of an exponent of 700 one of 700 units.
    """
    if short or (not rest and np.ndim(y) == 0 and math.frexp(y)[0] == 0.5):  # a power of two: nothing is dropped
        return np.clip(x * y, -FAR, FAR), 0.0
    p, dropped = product(x, y)
    dropped = np.where(np.abs(p) < FAR, dropped + x * rest, 0.0)
    return np.clip(p, -FAR, FAR), np.where(np.isfinite(dropped), dropped, 0.0)


def apart(y: Any, dropped: Any = 0.0) -> tuple[Any, Any, Any]:
    """(e, back, lost): exp(-|y + dropped|) is e * back * (1 - lost). e is no subnormal number, back a constant.

    Multiply by `back` last: -700 * exp(-715) is a normal number, exp(-715) is none.
    """
    x = -np.minimum(np.abs(y), FAR)
    far = x < -SHIFT
    e = np.exp(np.where(far, x + SHIFT, x))
    return e, np.where(far, SHIFTED, 1.0), dropped if type(dropped) is float else dropped * np.sign(y)


def decay(y: Any, dropped: Any = 0.0) -> tuple[Any, Any]:
    """(e, back) as of `apart`, e without what was lost."""
    e, back, lost = apart(y, dropped)
    return e if type(lost) is float else e - e * lost, back


def over_square(e: Any, v: Any, lost: Any = 0.0, more: Any = 0.0) -> Any:
    """e * (1 - lost) / (1 + v + more)**2, v >= 0, in two roundings; `lost` and `more` are roundings themselves."""
    total = 1 + v
    square, dropped = product(total, total)
    small = e - e * (lost + v * (2 + v) / square)
    rest = 2 * total * ((v - (total - 1)) + more)
    return np.where(v < 0.125, small, e / (square + (dropped + rest + square * lost)))


def spread(e: Any, back: Any, lost: Any = 0.0) -> Any:
    """u / (1 + u)**2 / back, u = e * back * (1 - lost), in two roundings."""
    u = e * back
    return over_square(e, u, lost * (1 - u) / (1 + u))


def gated(z: Any, y: Any, dropped: Any = 0.0) -> Any:
    """z * sigmoid(y + dropped)."""
    e, back = decay(y, dropped)
    rest = 1 + e * back
    return np.where(y < 0, np.where(y > -FAR, z, 0.0) * e / rest * back, z / rest)


def gated_of_float(z: float, y: float, dropped: float = 0.0) -> float:
    """`gated` of one number."""
    if y < -SHIFT:
        return z * (math.exp(y + SHIFT) * (1.0 + dropped)) * SHIFTED if y > -FAR else -0.0
    return z / (1.0 + math.exp(-y) * (1.0 - dropped))


def horner(coefficients: list[float], x: Any) -> Any:
    """The polynomial c[0] + c[1] * x + c[2] * x**2 + ... of a number or an array."""
    total = coefficients[-1]
    for c in reversed(coefficients[:-1]):
        total = total * x + c
    return total
