"""Rules as a picture says them: what tells the program about shapes is left out, what has a word is said in words.

Trees of mathematics in, trees out, and every rule here keeps the value.
"""

from __future__ import annotations

from collections.abc import Callable

from ...formula import Expr, call, fold, infix, is_number, parts_of, pieces, prefix, rebuilt, same, words

__all__ = ["at_a_tie", "in_short"]


def in_short(e: Expr) -> Expr:
    """`G / n` for `spread(G / n, x)`, `sum(G · a)` along the axes of the operation."""
    return fold(e, parts_of, lambda node, parts: _shorter(rebuilt(node, parts)))


def _shorter(e: Expr) -> Expr:
    if e.kind == "let":
        return _without_sizes(e)
    rule = _RULES.get((e.kind, e.head)) if e.kind in ("call", "infix") else None
    return e if rule is None else rule(e)


def _without_sizes(e: Expr) -> Expr:
    """`G / n` without `n = x.size / a.size`."""
    body, *values = e.args
    kept = [(own, x) for own, x in zip(e.head, values) if not any(part.kind == "attribute" for part in pieces(x))]
    if not kept:
        return body
    return Expr("let", tuple(own for own, _ in kept), [body, *(x for _, x in kept)])


def _spread(e: Expr) -> Expr:
    """Copies along axes: NumPy makes them anyway."""
    return e.args[0] if e.args else e


def _reshaped(e: Expr) -> Expr:
    return call(e.head, e.args[:1])


def _at_the_index(e: Expr) -> Expr:
    return words(e.args[0], " at the index, 0 elsewhere") if e.args and e.args[0].kind == "arriving" else e


def _summed(e: Expr) -> Expr:
    """Along the axes that the operation is along, which its box says."""
    given = dict(e.keywords)
    kept = given.get("keepdims")
    if kept is not None and kept.kind == "constant" and kept.head is True and "axis" in given:
        return call(e.head, e.args)
    return e


def _difference(e: Expr) -> Expr:
    """`f(z) − y` for `(1 − y) · f(z) − y · f(−z)`, where f(z) + f(−z) is 1."""
    x, y = e.args
    if not (_is(x, "*") and _is(y, "*") and _is(x.args[0], "-") and is_number(x.args[0].args[0], 1)):
        return e
    f, g = x.args[1], y.args[1]
    if not (same(x.args[0].args[1], y.args[0]) and f.kind == g.kind == "call" and f.head == g.head == "sigmoid"):
        return e
    return infix("-", f, y.args[0]) if same(g.args[0], prefix("-", f.args[0])) else e


def _is(e: Expr, sign: str) -> bool:
    return e.kind == "infix" and e.head == sign


def at_a_tie(e: Expr) -> Expr:
    """`[x > y], 0.5 at a tie` for `where(x == y, 0.5, x > y)`: for texts, LaTeX has rows of cases."""
    if e.kind != "call" or e.head != "where" or len(e.args) != 3 or not _is(e.args[0], "=="):
        return e
    tie, half, beside = e.args
    compared = beside.kind == "infix" and beside.head in ("<", ">") and all(map(same, tie.args, beside.args))
    return words("[", beside, "], 0.5 at a tie") if is_number(half, 0.5) and compared else e


_RULES: dict[tuple[str, str], Callable[[Expr], Expr]] = {
    ("call", "spread"): _spread,
    ("call", "reshape"): _reshaped,
    ("call", "scatter_add"): _at_the_index,
    ("call", "sum"): _summed,
    ("infix", "-"): _difference,
}
