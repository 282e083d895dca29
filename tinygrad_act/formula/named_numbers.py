"""Numbers with digits that nobody typed, by what they are: π, ln 2, √(2π)."""

from __future__ import annotations

import math

from .expression import Expr, call, given, infix, prefix

__all__ = ["named_number"]


def named_number(e: Expr) -> Expr:
    """ln 2 for 0.6931471805599453: digits that nobody typed."""
    found = _DIGITS.get(abs(e.head)) if isinstance(e.head, float) else None
    if found is None:
        return e
    return prefix("-", found) if e.head < 0 else found


_PI = given("pi")
_DIGITS: dict[float, Expr] = {
    math.pi: _PI,
    math.log(2): call("log", (2,)),
    math.log(10): call("log", (10,)),
    2 / math.sqrt(math.pi): infix("/", 2, call("sqrt", (_PI,))),
    math.sqrt(2 / math.pi): call("sqrt", (infix("/", 2, _PI),)),
    math.sqrt(math.pi): call("sqrt", (_PI,)),
    math.sqrt(2 * math.pi): call("sqrt", (infix("*", 2, _PI),)),
    math.sqrt(2): call("sqrt", (2,)),
}
