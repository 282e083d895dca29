"""From code to mathematics: another tree for the same number, as it stands in a book.

Every rule here keeps the value. What is exact in floating point: ones and double signs that say nothing, whole numbers
that are added up, `x - y` for `-(y - x)`. What is exact in mathematics, where code is written otherwise so that it
keeps its digits: `exp(x) - 1` for `expm1(x)`, `1 / cosh(x) ** 2` for `sech_squared(x)`, and `z` for a guard that keeps
it from overflowing. Nothing else is simplified: `0 * x` is NaN where x is infinite.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from .expression import Expr, call, infix, number, prefix
from .named_numbers import named_number
from .walking import check_size, fold, parts_of, rebuilt, same

__all__ = ["is_condition", "is_number", "mathematics"]

_EXACT = 2**53
_SMALL = 200
"""Branches of `where` that are larger are not searched for guards."""


def mathematics(e: Expr) -> Expr:
    """The formula as it stands in a book. Raises `TooLarge`."""
    check_size(e)
    return _counted(fold(e, parts_of, lambda node, parts: _read(rebuilt(node, parts))))


def is_condition(e: Expr) -> bool:
    """Whether it is true or false, and no number."""
    return (e.kind == "infix" and e.head in _TRUTHS) or (e.kind == "prefix" and e.head == "~")


def is_number(e: Expr, value: float | None = None) -> bool:
    """Whether it is a number; this one, if `value` is given."""
    return e.kind == "number" and (value is None or e.head == value)


_ARITHMETIC = frozenset(("+", "-", "*", "/", "**", "//", "%"))
_TRUTHS = frozenset(("==", "!=", "<", "<=", ">", ">=", "&", "|"))


def _read(e: Expr) -> Expr:
    if e.kind == "call":
        return _read_call(e)
    if e.kind == "method":
        return _read_method(e)
    if e.kind == "infix" and e.head in _ARITHMETIC:
        e = rebuilt(e, [_counted(x) for x in e.args])
    rule = _RULES.get((e.kind, e.head if e.kind in _BY_HEAD else ""))
    return e if rule is None else rule(e)


def _counted(e: Expr) -> Expr:
    """1 for True where it is a number."""
    return number(int(e.head)) if e.kind == "constant" and isinstance(e.head, bool) else e


# --- signs, ones and whole numbers ---


def _added(e: Expr) -> Expr:
    x, y = e.args
    opposite = _without_minus(y)
    if opposite is not None:
        return infix("-", x, opposite)
    return _of_whole(e, lambda m, n: m + n)


def _subtracted(e: Expr) -> Expr:
    x, y = e.args
    if is_number(y, 0) and math.copysign(1.0, y.head) > 0:
        return x
    return _of_whole(e, lambda m, n: m - n)


def _multiplied(e: Expr) -> Expr:
    x, y = e.args
    if is_number(x, 1):
        return y
    if is_number(y, 1):
        return x
    for one, other in ((x, y), (y, x)):
        if is_number(one, -1) and not (is_condition(other) or other.kind == "number"):
            return _read(prefix("-", other))
    power = _power(x, y)
    if power is not None:
        return power
    return _first(_minus_first(e), _of_whole(e, lambda m, n: m * n))


def _power(x: Expr, y: Expr) -> Expr | None:
    """`z ** 3` for `z * z * z`, with other factors before it or without."""
    if y.kind != "name":
        return None
    before, last = (x.args[0], x.args[1]) if x.kind == "infix" and x.head == "*" else (None, x)
    base, exponent = last.args if last.kind == "infix" and last.head == "**" else (last, number(1))
    if not (same(base, y) and _is_whole(exponent) and exponent.head > 0):
        return None
    power = infix("**", y, number(exponent.head + 1))
    return power if before is None else infix("*", before, power)


def _divided(e: Expr) -> Expr:
    return e.args[0] if is_number(e.args[1], 1) else _first(_minus_first(e), e)


def _minus_first(e: Expr) -> Expr | None:
    """`-(x * y)` for `(-x) * y` and `x * (-y)`: it needs no brackets, and shows a square where there is one."""
    x, y = e.args
    for i, part in enumerate(e.args):
        if part.kind == "prefix" and part.head == "-":
            return _read(prefix("-", _read(infix(e.head, *((part.args[0], y), (x, part.args[0]))[i]))))
    return None


def _raised(e: Expr) -> Expr:
    return e.args[0] if is_number(e.args[1], 1) else e


def _negated(e: Expr) -> Expr:
    (x,) = e.args
    if x.kind == "number":
        return number(-x.head)
    if x.kind == "prefix" and x.head == "-":
        return x.args[0]
    if x.kind == "infix" and x.head == "-" and is_number(x.args[1]):
        return infix("-", x.args[1], x.args[0])
    return e


def _first(found: Expr | None, otherwise: Expr) -> Expr:
    return otherwise if found is None else found


def _without_minus(e: Expr) -> Expr | None:
    """What follows the minus sign with which it begins; None if it begins without."""
    if e.kind == "prefix" and e.head == "-":
        return e.args[0]
    if e.kind == "number" and not math.isnan(e.head) and math.copysign(1.0, e.head) < 0:
        return number(-e.head)
    if e.kind == "infix" and e.head in ("*", "/", "@"):
        first = _without_minus(e.args[0])
        return None if first is None else _read(infix(e.head, first, e.args[1]))
    return None


def _of_whole(e: Expr, compute: Callable[[float, float], float]) -> Expr:
    """Two whole numbers as one, where no digit is lost."""
    x, y = e.args
    if not (_is_whole(x) and _is_whole(y)):
        return e
    found = compute(x.head, y.head)
    return number(found) if abs(found) < _EXACT else e


def _is_whole(e: Expr) -> bool:
    return e.kind == "number" and abs(e.head) < _EXACT and float(e.head).is_integer()


# --- functions ---


def _read_call(e: Expr) -> Expr:
    rule = _FUNCTIONS.get(e.head)
    found = None if rule is None else rule(e)
    return _first(found, e)


def _read_method(e: Expr) -> Expr:
    """`x.sum(axis=0)` is `sum(x, axis=0)`."""
    return _read_call(Expr("call", e.head, e.args, e.keywords)) if e.head in _METHODS else e


_METHODS = frozenset(("sum", "mean", "max", "min", "prod", "cumsum", "any", "all", "std", "var", "clip", "dot"))


def _of_one(make: Callable[[Expr], Expr]) -> Callable[[Expr], Expr | None]:
    """A rule for functions of one argument and nothing else."""
    return lambda e: make(e.args[0]) if len(e.args) == 1 and not e.keywords else None


def _of_two(make: Callable[[Expr, Expr], Expr]) -> Callable[[Expr], Expr | None]:
    return lambda e: make(*e.args) if len(e.args) == 2 and not e.keywords else None


def _picked(e: Expr) -> Expr:
    """Of parts that stand there one by one, the one that is asked for."""
    parts, index = e.args
    count = len(parts.args) if parts.kind in ("tuple", "list") else 0
    return parts.args[int(index.head)] if _is_whole(index) and -count <= index.head < count else e


def _transposed(e: Expr) -> Expr | None:
    """`swapaxes(x, -1, -2)` is the transpose of a matrix, or of each in a stack."""
    axes = [*e.args[1:], *(x for _, x in e.keywords)]
    if len(axes) == 2 and sorted(x.head for x in axes if is_number(x)) == [-2, -1]:
        return call("transpose", e.args[:1])
    return None


def _clipped(e: Expr) -> Expr | None:
    """With both bounds, or as the maximum or minimum that it is with one."""
    given_bounds = {**dict(zip(("min", "max"), e.args[1:])), **dict(e.keywords)}
    low, high = (_bound(given_bounds.pop(key, None)) for key in ("min", "max"))
    if given_bounds or not e.args:
        return None
    x = e.args[0]
    if low is not None and high is not None:
        return call("clip", (x, low, high))
    return x if low is high else call("maximum", (x, low)) if high is None else call("minimum", (x, high))


def _bound(x: Expr | None) -> Expr | None:
    return None if x is None or (x.kind == "constant" and x.head is None) else x


def _chosen(e: Expr) -> Expr | None:
    """What cannot happen in a branch is left out: where z < 0, `minimum(z, 0)` is z."""
    if len(e.args) != 3 or e.keywords:
        return None
    condition, x, y = e.args
    if condition.kind != "infix" or condition.head not in _HIGH | _LOW:
        return e
    if condition.head in _NEVER and is_number(condition.args[1], _NEVER[condition.head]):
        return y
    return call("where", (condition, _assuming(x, condition, True), _assuming(y, condition, False)))


_HIGH, _LOW = frozenset((">", ">=")), frozenset(("<", "<="))
_NEVER = {">": math.inf, "<": -math.inf}


def _assuming(branch: Expr, condition: Expr, holds: bool) -> Expr:
    """A branch that is taken where `condition` holds, or where it does not."""
    x, limit = condition.args
    above = (condition.head in _HIGH) is holds
    idle = "maximum" if above else "minimum"
    if branch.weight > _SMALL:
        return branch

    def build(node: Expr, parts: list[Expr]) -> Expr:
        node = rebuilt(node, parts)
        if node.kind != "call" or node.keywords:
            return node
        if node.head == idle and len(node.args) == 2 and same(node.args[0], x) and same(node.args[1], limit):
            return node.args[0]
        if node.head == "where" and len(node.args) == 3 and same(node.args[0], condition):
            return node.args[1 if holds else 2]
        return node

    return fold(branch, parts_of, build)


_FUNCTIONS: dict[str, Callable[[Expr], Expr | None]] = {
    "expm1": _of_one(lambda x: infix("-", call("exp", (x,)), 1)),
    "log1p": _of_one(lambda x: call("log", (infix("+", 1, x),))),
    "exp2": _of_one(lambda x: infix("**", 2, x)),
    "square": _of_one(lambda x: infix("**", x, 2)),
    "reciprocal": _of_one(lambda x: infix("/", 1, x)),
    "positive": _of_one(lambda x: x),
    "absolute": _of_one(lambda x: call("abs", (x,))),
    "exp_quotient": lambda e: call("exp", (infix("/", e.args[0], dict(e.keywords).get("alpha", number(1))),)),
    "sech_squared": _of_one(lambda x: infix("/", 1, infix("**", call("cosh", (x,)), 2))),
    "logical_not": _of_one(lambda x: prefix("~", x)),
    "logical_and": _of_two(lambda x, y: infix("&", x, y)),
    "logical_or": _of_two(lambda x, y: infix("|", x, y)),
    "swapaxes": _transposed,
    "clip": _clipped,
    "where": _chosen,
}

_RULES: dict[tuple[str, Any], Callable[[Expr], Expr]] = {
    ("number", ""): named_number,
    ("guard", ""): lambda e: e.args[1],
    ("infix", "+"): _added,
    ("infix", "-"): _subtracted,
    ("infix", "*"): _multiplied,
    ("infix", "/"): _divided,
    ("infix", "**"): _raised,
    ("prefix", "-"): _negated,
    ("prefix", "+"): lambda e: e.args[0],
    ("attribute", "T"): lambda e: call("transpose", e.args),
    ("item", ""): _picked,
}
_BY_HEAD = ("infix", "prefix", "attribute")
